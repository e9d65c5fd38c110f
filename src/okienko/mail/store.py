"""SQL of letters: written, claimed, read, settled. Ids only: no address and no word of a letter is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.mail.kinds import Template
from okienko.values import BrandId, Language, PersonId

WRITE_LETTER: Final = """
insert into letter (brand_id, id, template, language, person_id, identity_id, about, due_at, until, created_at)
values (current_brand(), %(id)s::uuid, %(template)s::text, %(language)s::text, %(person)s::uuid, %(identity)s::uuid,
  %(about)s::uuid, %(now)s::timestamptz, %(until)s::timestamptz, %(now)s::timestamptz)
"""


async def write_letter(
    connection: Connection,
    *,
    template: Template,
    language: Language,
    person: PersonId | None = None,
    identity: UUID | None = None,
    about: UUID | None = None,
    until: datetime,
    now: datetime,
) -> UUID:
    """A letter that goes out once this transaction is committed, or never after `until`; its id.

    To the address `identity` of `person`; a code goes to whoever is found to be known by the address of its challenge.
    `about` is what its words are read from when it is sent: a challenge, a request.
    """
    letter = new_id(now)
    values = {"id": letter, "template": template, "language": language, "person": person, "identity": identity}
    await connection.execute(WRITE_LETTER, {**values, "about": about, "until": until, "now": now})
    return letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A letter that this sender may send until its claim ends."""

    brand: BrandId
    id: UUID
    attempt: int  # 1 for the first


CLAIM_LETTERS: Final = "select * from claim_letters(%(limit)s::integer, %(now)s::timestamptz, %(lease)s::interval)"


async def claim_letters(connection: Connection, *, limit: int, now: datetime, lease: timedelta) -> list[Claimed]:
    """Claims what is due, of all brands."""
    values = {"limit": limit, "now": now, "lease": lease}
    rows = await (await connection.execute(CLAIM_LETTERS, values)).fetchall()
    return [Claimed(brand=BrandId(brand), id=id_, attempt=attempt) for brand, id_, attempt in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A claimed letter. Without `sealed` it has no address yet."""

    template: Template
    language: Language
    about: UUID | None
    until: datetime
    person: PersonId | None
    identity: UUID | None
    sealed: bytes | None = field(repr=False)  # the address, with the person's key
    wrapped_key: bytes | None = field(repr=False)


READ_LETTER: Final = """
select l.template, l.language, l.about, l.until, l.person_id, l.identity_id, i.sealed, k.wrapped
from letter l
left join identity i on i.brand_id = l.brand_id and i.person_id = l.person_id and i.id = l.identity_id
left join person_key k on k.brand_id = l.brand_id and k.person_id = l.person_id
where l.brand_id = current_brand() and l.id = %(letter)s::uuid and l.state = 'sending'
  and l.attempts = %(attempt)s::integer
"""


async def read_letter(connection: Connection, claimed: Claimed) -> Draft | None:
    """What is to be sent; None when the claim is lost, or the person was erased."""
    values = {"letter": claimed.id, "attempt": claimed.attempt}
    row = await (await connection.execute(READ_LETTER, values)).fetchone()
    if row is None:
        return None
    template, language, about, until, person, identity, sealed, wrapped = row
    return Draft(
        template=template,
        language=language,
        about=about,
        until=until,
        person=None if person is None else PersonId(person),
        identity=identity,
        sealed=None if sealed is None else bytes(sealed),
        wrapped_key=None if wrapped is None else bytes(wrapped),
    )


ADDRESS_LETTER: Final = """
update letter set person_id = %(person)s::uuid, identity_id = %(identity)s::uuid
where brand_id = current_brand() and id = %(letter)s::uuid and state = 'sending'
"""


async def address_letter(connection: Connection, letter: UUID, person: PersonId, identity: UUID) -> None:
    """Whom a letter goes to: it is deleted with them, and an erasure waits while it is under way."""
    await connection.execute(ADDRESS_LETTER, {"letter": letter, "person": person, "identity": identity})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one attempt. `again` is when to try next; None means that this was the end."""

    claimed: Claimed
    state: Literal["sent", "failed", "nobody"]
    error: str | None = None  # a word of ours, never the server's text
    again: datetime | None = None


SETTLE_LETTER: Final = """
update letter set
  state = case when %(again)s::timestamptz is null then %(state)s::text else 'waiting' end,
  due_at = coalesce(%(again)s::timestamptz, due_at), claimed_until = null, error = %(error)s::text,
  settled_at = case when %(again)s::timestamptz is null then %(now)s::timestamptz end
where brand_id = current_brand() and id = %(letter)s::uuid and state = 'sending' and attempts = %(attempt)s::integer
"""


async def settle_letter(connection: Connection, settled: Settled, now: datetime) -> None:
    """Writes down what became of an attempt. A claim that another sender took over is left to it."""
    claimed = settled.claimed
    values = {"letter": claimed.id, "attempt": claimed.attempt, "state": settled.state, "error": settled.error}
    await connection.execute(SETTLE_LETTER, {**values, "again": settled.again, "now": now})


FORGET_LETTERS: Final = """
delete from letter where brand_id = current_brand() and settled_at < %(before)s::timestamptz
"""


async def forget_letters(connection: Connection, before: datetime) -> None:
    """Deletes what was settled before a moment."""
    await connection.execute(FORGET_LETTERS, {"before": before})


COUNT_LETTERS: Final = """
select state, count(*) from letter where brand_id = current_brand() group by state
"""


async def count_letters(connection: Connection) -> dict[str, int]:
    """How many letters of a brand are in which state."""
    return dict(await (await connection.execute(COUNT_LETTERS)).fetchall())
