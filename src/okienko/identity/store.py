"""SQL of codes and of what has been found out: asking, matching, entering, the ladder's last word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.identity.codes import (
    HOUR,
    MOST_AN_HOUR,
    TERM,
    TRIES,
    Entered,
    NotAnAddress,
    Over,
    Proved,
    Purpose,
    TooMany,
    Wrong,
    hash_address,
    is_code,
)
from okienko.identity.levels import Level
from okienko.keys import Keys
from okienko.mail.store import write_letter
from okienko.values import ConversationId, Language, MaskedText, PersonId, RawText, StaffId

# asking -----------------------------------------------------------------------------------------------------------

# Whoever asks at the same time waits here: for the conversation or request first, for the address then.
LOCK_ASKING: Final = "select pg_advisory_xact_lock(hashtextextended('challenge ' || %(key)s::text, 0))"
COUNT_ASKED: Final = """
select count(*) filter (where coalesce(conversation_id, request_id) = %(within)s::uuid and purpose = %(purpose)s::text),
  min(created_at) filter (where coalesce(conversation_id, request_id) = %(within)s::uuid
    and purpose = %(purpose)s::text),
  count(*) filter (where lookup = %(lookup)s::bytea), min(created_at) filter (where lookup = %(lookup)s::bytea)
from challenge
where brand_id = current_brand() and created_at > %(since)s::timestamptz
  and (lookup = %(lookup)s::bytea or conversation_id = %(within)s::uuid or request_id = %(within)s::uuid)
"""
END_OTHERS: Final = """
update challenge set ended_at = %(now)s::timestamptz
where brand_id = current_brand() and purpose = %(purpose)s::text and ended_at is null
  and (conversation_id = %(within)s::uuid or request_id = %(within)s::uuid)
"""
ADD_CHALLENGE: Final = """
insert into challenge (brand_id, id, purpose, conversation_id, request_id, lookup, created_at, expires_at)
values (current_brand(), %(id)s::uuid, %(purpose)s::text,
  case when %(purpose)s::text <> 'rights' then %(within)s::uuid end,
  case when %(purpose)s::text = 'rights' then %(within)s::uuid end,
  %(lookup)s::bytea, %(now)s::timestamptz, %(until)s::timestamptz)
"""


async def ask(
    connection: Connection,
    keys: Keys,
    *,
    typed: RawText,
    purpose: Purpose,
    within: UUID,
    language: Language,
    now: datetime,
) -> UUID:
    """Asks for a code to the address that was typed; the id of the challenge.

    Nothing here depends on whether anybody has that address: a challenge and a letter are always written, and the
    worker finds out whether it has somewhere to go. `within` is the conversation, or for "rights" the request. Raises
    `NotAnAddress` and `TooMany`.
    """
    return await _ask(connection, hash_address(keys, typed), purpose, within, language, now)


FIND_LEFT: Final = """
select i.lookup from conversation c
join identity i on i.brand_id = c.brand_id and i.person_id = c.person_id and i.kind = 'email' and i.verified_at is null
where c.brand_id = current_brand() and c.id = %(conversation)s::uuid
order by i.id desc limit 1
"""


async def ask_left(connection: Connection, *, conversation: ConversationId, language: Language, now: datetime) -> UUID:
    """Asks for a code to the address that was left in this conversation last and is not verified.

    Raises `NotAnAddress` when there is none, and `TooMany`.
    """
    row = await (await connection.execute(FIND_LEFT, {"conversation": conversation})).fetchone()
    if row is None:
        raise NotAnAddress("no address was left")
    return await _ask(connection, bytes(row[0]), "contact", conversation, language, now)


async def _ask(  # noqa: PLR0917 - what a challenge is made of
    connection: Connection, lookup: bytes, purpose: Purpose, within: UUID, language: Language, now: datetime
) -> UUID:
    values = {"purpose": purpose, "within": within, "lookup": lookup, "now": now, "since": now - HOUR}
    await connection.execute(LOCK_ASKING, {"key": str(within)})
    await connection.execute(LOCK_ASKING, {"key": lookup.hex()})
    row = await (await connection.execute(COUNT_ASKED, values)).fetchone()
    assert row is not None
    ours, ours_since, its, its_since = row
    waits = [since for count, since in ((ours, ours_since), (its, its_since)) if count >= MOST_AN_HOUR]
    if waits:
        raise TooMany(max(1, int((max(waits) + HOUR - now).total_seconds())))
    challenge, until = new_id(now), now + TERM
    await connection.execute(END_OTHERS, values)
    await connection.execute(ADD_CHALLENGE, {**values, "id": challenge, "until": until})
    await write_letter(
        connection,
        template="contact" if purpose == "contact" else "code",
        language=language,
        about=challenge,
        until=until,
        now=now,
    )
    return challenge


# matching ---------------------------------------------------------------------------------------------------------

# Whose verified address it is. For a conversation it was verified before that began, or the brand's accounts have it:
# what somebody brings along proves nothing about who they were before.
FIND_KNOWN: Final = """
select i.person_id, i.id, i.sealed, k.wrapped
from challenge c
left join conversation v on v.brand_id = c.brand_id and v.id = c.conversation_id
join identity i on i.brand_id = c.brand_id and i.kind = 'email' and i.lookup = c.lookup
join person_key k on k.brand_id = i.brand_id and k.person_id = i.person_id and k.wrapped is not null
where c.brand_id = current_brand() and c.id = %(challenge)s::uuid and c.ended_at is null
  and case c.purpose
    when 'contact' then i.person_id = v.person_id
    when 'conversation' then i.verified_by = 'import' or i.verified_at < v.created_at
    else i.verified_at < c.created_at end
order by (i.verified_by = 'import') desc nulls last, i.verified_at, i.person_id
limit 20
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An address that a code may go to, still sealed."""

    person: PersonId
    identity: UUID
    sealed: bytes = field(repr=False)
    wrapped_key: bytes = field(repr=False)


async def find_known(connection: Connection, challenge: UUID) -> list[Known]:
    """Whom a challenge could be answered by; empty when nobody is known by the address, or it has ended."""
    rows = await (await connection.execute(FIND_KNOWN, {"challenge": challenge})).fetchall()
    return [
        Known(person=PersonId(person), identity=identity, sealed=bytes(sealed), wrapped_key=bytes(wrapped))
        for person, identity, sealed, wrapped in rows
    ]


NAME_PERSON: Final = """
update challenge set person_id = %(person)s::uuid where brand_id = current_brand() and id = %(challenge)s::uuid
"""


async def name_person(connection: Connection, challenge: UUID, person: PersonId) -> None:
    """Whose address a challenge is about: it goes with them."""
    await connection.execute(NAME_PERSON, {"challenge": challenge, "person": person})


# entering ---------------------------------------------------------------------------------------------------------

TRY: Final = """
update challenge set tries = tries + 1
where brand_id = current_brand() and id = %(challenge)s::uuid and purpose = %(purpose)s::text
  and coalesce(conversation_id, request_id) = %(within)s::uuid
  and ended_at is null and expires_at > %(now)s::timestamptz and tries < %(most)s::integer
returning tries
"""
END: Final = """
update challenge set ended_at = %(now)s::timestamptz where brand_id = current_brand() and id = %(challenge)s::uuid
"""
VERIFY_ADDRESS: Final = """
update identity i set verified_at = %(now)s::timestamptz, verified_by = 'code'
from challenge c
where c.brand_id = current_brand() and c.id = %(challenge)s::uuid and c.purpose = 'contact'
  and i.brand_id = c.brand_id and i.person_id = %(person)s::uuid and i.kind = 'email' and i.lookup = c.lookup
  and i.verified_at is null
"""


async def enter(
    connection: Connection,
    keys: Keys,
    *,
    challenge: UUID,
    purpose: Purpose,
    within: UUID,
    typed: RawText,
    now: datetime,
) -> Entered:
    """Tries a code. Each try is counted in this transaction: commit it, whatever came out.

    A code that was right for an address just left ("contact") verifies that address.
    """
    values = {
        "challenge": challenge,
        "purpose": purpose,
        "within": within,
        "now": now,
        "most": TRIES,
    }
    row = await (await connection.execute(TRY, values)).fetchone()
    if row is None:
        return Over()
    known = await find_known(connection, challenge)
    right = is_code(keys, challenge, typed)
    if not (right and known):
        return Wrong(left=TRIES - row[0])
    people = tuple(dict.fromkeys(one.person for one in known))
    if purpose == "contact":
        await connection.execute(VERIFY_ADDRESS, {**values, "person": people[0]})
    await connection.execute(END, values)
    return Proved(people=people)


FORGET_CHALLENGES: Final = """
delete from challenge where brand_id = current_brand() and created_at < %(before)s::timestamptz
"""


async def forget_challenges(connection: Connection, before: datetime) -> None:
    """Deletes what nobody can answer any more and no limit counts."""
    await connection.execute(FORGET_CHALLENGES, {"before": before})


# the ladder -------------------------------------------------------------------------------------------------------

NOTE_LEVEL: Final = """
insert into verification (brand_id, conversation_id, id, person_id, proved_id, level, staff_id, reason, at)
select c.brand_id, c.id, %(id)s::uuid, c.person_id, %(proved)s::uuid, %(level)s::text, %(staff)s::uuid,
  %(reason)s::text, %(now)s::timestamptz
from conversation c where c.brand_id = current_brand() and c.id = %(conversation)s::uuid
"""


async def note_code(connection: Connection, conversation: ConversationId, proved: PersonId, *, now: datetime) -> None:
    """Who writes here reads the mail of this person, who was known before."""
    values = {"conversation": conversation, "proved": proved, "level": Level.CODE, "staff": None, "reason": ""}
    await connection.execute(NOTE_LEVEL, {**values, "id": new_id(now), "now": now})


async def note_checked(
    connection: Connection,
    conversation: ConversationId,
    *,
    checked: bool,
    staff: StaffId,
    reason: MaskedText,
    now: datetime,
) -> None:
    """Somebody at the desk has found out who this is, and says how; or takes back what was found out."""
    level = Level.PERSON if checked else Level.NONE
    values = {"conversation": conversation, "proved": None, "level": level, "staff": staff, "reason": reason.text}
    await connection.execute(NOTE_LEVEL, {**values, "id": new_id(now), "now": now})


# Naming an order takes nothing away from what is known already.
NOTE_ORDER: Final = """
insert into verification (brand_id, conversation_id, id, person_id, level, at)
select c.brand_id, c.id, %(id)s::uuid, c.person_id, 'order', %(now)s::timestamptz
from conversation c
where c.brand_id = current_brand() and c.id = %(conversation)s::uuid and coalesce((
  select v.level from verification v where v.brand_id = c.brand_id and v.conversation_id = c.id
  order by v.id desc limit 1
), 'none') = 'none'
"""


async def note_order(connection: Connection, conversation: ConversationId, *, now: datetime) -> None:
    """Who writes here has named an order and a second fact about it."""
    await connection.execute(NOTE_ORDER, {"conversation": conversation, "id": new_id(now), "now": now})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found out last in a conversation."""

    level: Level
    proved: PersonId | None  # by a code: whose address it was
    account: bool  # that address is from the brand's accounts, not from an earlier chat
    by: str | None  # who checked, by name
    reason: str = field(repr=False)  # masked
    at: datetime


LIST_FOUND: Final = """
select v.level, v.proved_id, exists (
    select from identity i
    where i.brand_id = v.brand_id and i.person_id = v.proved_id and i.verified_by = 'import'),
  s.name, v.reason, v.at
from verification v left join staff s on s.id = v.staff_id
where v.brand_id = current_brand() and v.conversation_id = %(conversation)s::uuid
order by v.id desc limit 20
"""


async def list_found(connection: Connection, conversation: ConversationId) -> Sequence[Found]:
    """What has been found out about who writes here, the last word first. Empty: nothing."""
    rows = await (await connection.execute(LIST_FOUND, {"conversation": conversation})).fetchall()
    return [
        Found(
            level=Level(level),
            proved=None if proved is None else PersonId(proved),
            account=account,
            by=by,
            reason=reason,
            at=at,
        )
        for level, proved, account, by, reason, at in rows
    ]


# what topics ask for ----------------------------------------------------------------------------------------------

READ_LEVELS: Final = """
select distinct slug, level from category where brand_id = current_brand() and level <> 'none'
"""


async def read_levels(connection: Connection) -> dict[str, Level]:
    """What topics ask for before a person gets the conversation, by slug; those that ask for nothing are left out."""
    return {slug: Level(level) for slug, level in await (await connection.execute(READ_LEVELS)).fetchall()}


SET_LEVEL: Final = """
update category set level = %(level)s::text where brand_id = current_brand() and slug = %(slug)s::text
  and level <> %(level)s::text
"""


async def set_level(connection: Connection, slug: str, level: Level) -> bool:
    """What a topic asks for, in all languages; whether that is a change."""
    return (await connection.execute(SET_LEVEL, {"slug": slug, "level": level})).rowcount > 0


# accounts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account as it is kept."""

    person: PersonId
    identity: UUID
    lookup: bytes
    sealed: bytes = field(repr=False)
    wrapped: bytes = field(repr=False)
    key_id: str


LIST_IMPORTED: Final = """
select lookup, person_id from identity
where brand_id = current_brand() and kind = 'email' and verified_by = 'import'
"""
ADD_ACCOUNTS: Final = """
with account as (
  select * from unnest(%(people)s::uuid[], %(identities)s::uuid[], %(lookups)s::bytea[], %(sealed)s::bytea[],
    %(wrapped)s::bytea[], %(key_ids)s::text[]) as a (person_id, id, lookup, sealed, wrapped, key_id)
), person as (
  insert into person (brand_id, id, created_at) select current_brand(), person_id, %(now)s::timestamptz from account
), person_key as (
  insert into person_key (brand_id, person_id, wrapped, key_id)
  select current_brand(), person_id, wrapped, key_id from account
)
insert into identity (brand_id, person_id, id, kind, lookup, sealed, created_at, verified_at, verified_by)
select current_brand(), person_id, id, 'email', lookup, sealed, %(now)s::timestamptz, %(now)s::timestamptz, 'import'
from account
"""
REMOVE_IMPORTED: Final = """
update identity set verified_at = null, verified_by = null
where brand_id = current_brand() and kind = 'email' and verified_by = 'import' and lookup = any(%(lookups)s::bytea[])
"""


async def list_imported(connection: Connection) -> dict[bytes, PersonId]:
    """Who is known by an address that the brand's accounts have, by its keyed hash."""
    rows = await (await connection.execute(LIST_IMPORTED)).fetchall()
    return {bytes(lookup): PersonId(person) for lookup, person in rows}


async def add_accounts(connection: Connection, accounts: Sequence[NewAccount], now: datetime) -> None:
    """New people, each known by the address of their account."""
    await connection.execute(
        ADD_ACCOUNTS,
        {
            "people": [one.person for one in accounts],
            "identities": [one.identity for one in accounts],
            "lookups": [one.lookup for one in accounts],
            "sealed": [one.sealed for one in accounts],
            "wrapped": [one.wrapped for one in accounts],
            "key_ids": [one.key_id for one in accounts],
            "now": now,
        },
    )


async def remove_imported(connection: Connection, lookups: Sequence[bytes]) -> int:
    """Addresses that the brand's accounts no longer have are not verified any more; how many there were."""
    return (await connection.execute(REMOVE_IMPORTED, {"lookups": list(lookups)})).rowcount
