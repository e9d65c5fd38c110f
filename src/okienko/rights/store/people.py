"""Finding people, standing still for them, and erasing them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from okienko.database.pool import Connection
from okienko.values import ConversationId, Language, PersonId

# finding ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Somebody who writes here, without a word of what they wrote."""

    id: PersonId
    references: tuple[str, ...]  # of their conversations, the newest first
    channels: tuple[str, ...]
    created_at: datetime
    restricted: bool
    objected: bool
    held: bool
    open_requests: int


FIND_PEOPLE: Final = """
select p.id, coalesce(c.refs, '{}'), coalesce(c.channels, '{}'), p.created_at, p.restricted_at is not null,
  p.objected_at is not null, held(p.brand_id, p.id), (
    select count(*) from rights_request r where r.brand_id = p.brand_id and r.person_id = p.id and r.state = 'open')
from person p
left join lateral (
  select array_agg(reference order by created_at desc) as refs, array_agg(distinct channel) as channels
  from conversation where brand_id = p.brand_id and person_id = p.id
) c on true
where p.brand_id = current_brand() and p.id in (
  select person_id from identity where brand_id = current_brand() and kind in ('email', 'phone', 'external')
    and lookup = any(%(lookups)s::bytea[])
  union
  select person_id from vault_item where brand_id = current_brand() and lookup = any(%(lookups)s::bytea[])
  union
  select person_id from conversation where brand_id = current_brand() and reference = %(reference)s::text
  union
  select %(person)s::uuid
)
order by p.created_at desc
"""


async def find_people(
    connection: Connection,
    *,
    lookups: Collection[bytes] = (),
    reference: str | None = None,
    person: PersonId | None = None,
) -> list[Found]:
    """Whoever left a value with one of these keyed hashes, has the conversation of this reference, or this id.

    Several: one person writes by several channels, or several people have given one address. Look before you act.
    """
    values = {"lookups": list(lookups), "reference": reference, "person": person}
    return [
        Found(
            id=PersonId(id_),
            references=tuple(references),
            channels=tuple(channels),
            created_at=created_at,
            restricted=restricted,
            objected=objected,
            held=held,
            open_requests=open_requests,
        )
        for id_, references, channels, created_at, restricted, objected, held, open_requests in await (
            await connection.execute(FIND_PEOPLE, values)
        ).fetchall()
    ]


READ_WRAPPED: Final = """
select wrapped from person_key where brand_id = current_brand() and person_id = %(person)s::uuid
"""


async def read_wrapped(connection: Connection, person: PersonId) -> bytes | None:
    """The person's key as the operator's wraps it; None when there is none."""
    row = await (await connection.execute(READ_WRAPPED, {"person": person})).fetchone()
    return None if row is None or row[0] is None else bytes(row[0])


# Everybody who is or was with the brand, or spoke in one of the person's conversations.
READ_COLLEAGUES: Final = """
select distinct s.name from staff s where s.id in (
  select staff_id from staff_role where brand_id = current_brand()
  union
  select c.agent_id from conversation c where c.brand_id = current_brand() and c.person_id = %(person)s::uuid
  union
  select m.agent_id from conversation c
  join message m on m.brand_id = c.brand_id and m.conversation_id = c.id
  where c.brand_id = current_brand() and c.person_id = %(person)s::uuid and m.agent_id is not null
)
"""


async def read_colleagues(connection: Connection, person: PersonId) -> list[str]:
    """Names of the people at the desk, which somebody's copy of their data does not tell."""
    return [name for (name,) in await (await connection.execute(READ_COLLEAGUES, {"person": person})).fetchall()]


READ_LANGUAGE: Final = """
select language from conversation where brand_id = current_brand() and person_id = %(person)s::uuid
order by updated_at desc limit 1
"""


async def read_language(connection: Connection, person: PersonId) -> Language | None:
    """The language that they were spoken to last."""
    row = await (await connection.execute(READ_LANGUAGE, {"person": person})).fetchone()
    return row[0] if row else None


# standing still ---------------------------------------------------------------------------------------------------

# A bot that holds a restricted person's conversation lets go of it: what it was about to say is dropped, since the
# conversation has changed.
RESTRICT: Final = """
with marked as (
  update person set restricted_at = %(at)s::timestamptz
  where brand_id = current_brand() and id = %(person)s::uuid
    and (restricted_at is null) <> (%(at)s::timestamptz is null)
  returning id
)
update conversation c set version = c.version + 1
from marked where c.brand_id = current_brand() and c.person_id = marked.id
"""


async def restrict(connection: Connection, person: PersonId, at: datetime | None) -> None:
    """From here on nothing of theirs is used: the bot is silent, search passes over them, nothing is learnt from them,
    and retention leaves them alone. None ends it.
    """
    await connection.execute(RESTRICT, {"person": person, "at": at})


OBJECT: Final = """
update person set objected_at = %(at)s::timestamptz where brand_id = current_brand() and id = %(person)s::uuid
"""


async def set_objection(connection: Connection, person: PersonId, at: datetime | None) -> None:
    """What they write serves nothing but answering them. None: they take it back."""
    await connection.execute(OBJECT, {"person": person, "at": at})


# erasing ----------------------------------------------------------------------------------------------------------

SILENCE: Final = """
update outbox o set state = case o.state when 'waiting' then 'cancelled' else o.state end, last_try = true
from conversation c
where c.brand_id = current_brand() and c.person_id = %(person)s::uuid and o.brand_id = c.brand_id
  and o.conversation_id = c.id and o.state in ('waiting', 'sending')
"""


async def silence(connection: Connection, person: PersonId) -> None:
    """Whatever waits to be sent to them is not sent any more; what is under way is not repeated."""
    await connection.execute(SILENCE, {"person": person})


# Lanes, then conversations, then the outbox, as everywhere.
LOCK_LANES: Final = """
select l.conversation_id from lane l
where l.brand_id = current_brand() and l.conversation_id in (
  select id from conversation where brand_id = current_brand() and person_id = %(person)s::uuid)
order by l.conversation_id for update
"""
LOCK_CONVERSATIONS: Final = """
select id from conversation where brand_id = current_brand() and person_id = %(person)s::uuid order by id for update
"""
COUNT_SENDING: Final = """
select (
  select count(*) from outbox where brand_id = current_brand() and conversation_id = any(%(conversations)s::uuid[])
    and (state = 'waiting' or (state = 'sending' and claimed_until > %(now)s::timestamptz))
) + (
  select count(*) from letter where brand_id = current_brand() and person_id = %(person)s::uuid
    and state = 'sending' and claimed_until > %(now)s::timestamptz
)
"""


async def lock_person(connection: Connection, person: PersonId, now: datetime) -> tuple[list[ConversationId], int]:
    """Their conversations, locked until the transaction ends; and how many sends to them are under way."""
    values = {"person": person}
    await connection.execute(LOCK_LANES, values)
    rows = await (await connection.execute(LOCK_CONVERSATIONS, values)).fetchall()
    conversations = [ConversationId(id_) for (id_,) in rows]
    count = await connection.execute(COUNT_SENDING, {**values, "conversations": conversations, "now": now})
    row = await count.fetchone()
    return conversations, row[0] if row else 0


# Example questions are in an index in memory, and a router may have learnt from them: both follow the brand's version.
FORGET_LEARNT: Final = """
update brand set articles_version = articles_version + 1
where id = current_brand() and exists (
  select from article_question where brand_id = current_brand() and conversation_id = any(%(conversations)s::uuid[]))
"""
DESTROY_KEY: Final = """
update person_key set wrapped = null, destroyed_at = %(now)s::timestamptz
where brand_id = current_brand() and person_id = %(person)s::uuid and wrapped is not null
"""
DELETE_PERSON: Final = "delete from person where brand_id = current_brand() and id = %(person)s::uuid"


async def delete_person(
    connection: Connection, person: PersonId, conversations: Collection[ConversationId], now: datetime
) -> bool:
    """Destroys the key and deletes the person with every row that leads to them; False when nobody was there.

    Raises `psycopg.DatabaseError` (OK001) for somebody who is held.
    """
    values = {"person": person, "conversations": list(conversations), "now": now}
    await connection.execute(FORGET_LEARNT, values)
    await connection.execute(DESTROY_KEY, values)
    return (await connection.execute(DELETE_PERSON, values)).rowcount == 1


# A hold in an older backup: it was released before the person was erased, or they could not have been.
RELEASE_HOLDS: Final = """
update legal_hold set released_by = created_by, released_at = %(at)s::timestamptz
where brand_id = current_brand() and person_id = %(person)s::uuid and released_at is null
"""


async def release_holds(connection: Connection, person: PersonId, at: datetime) -> None:
    """For somebody who was erased after their holds had been released, while a restored backup still has them."""
    await connection.execute(RELEASE_HOLDS, {"person": person, "at": at})


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One line of the ledger: an id that belongs to nobody any more, and when. No personal data."""

    id: UUID
    person: PersonId
    at: datetime


ADD_ERASURE: Final = """
insert into erasure_ledger (brand_id, id, person_id, request_id, row_count, replayed, at)
values (current_brand(), %(id)s::uuid, %(person)s::uuid, %(request)s::uuid, %(rows)s::bigint, %(replayed)s::boolean,
  %(at)s::timestamptz)
on conflict (brand_id, id) do nothing
"""


async def add_erasure(
    connection: Connection, erasure: Erasure, *, request: UUID | None, rows: int, replayed: bool = False
) -> None:
    """Writes an erasure down. Not `replayed`, the database refuses it without a verified request of that person."""
    values = {"id": erasure.id, "person": erasure.person, "at": erasure.at}
    await connection.execute(ADD_ERASURE, {**values, "request": request, "rows": rows, "replayed": replayed})


LIST_ERASURES: Final = """
select id, person_id, at from erasure_ledger where brand_id = current_brand() order by at, id
"""


async def list_erasures(connection: Connection) -> list[Erasure]:
    """The ledger of the current brand, oldest first."""
    rows = await (await connection.execute(LIST_ERASURES)).fetchall()
    return [Erasure(id=id_, person=PersonId(person), at=at) for id_, person, at in rows]


READ_ERASURE_OF: Final = """
select id, person_id, at from erasure_ledger
where brand_id = current_brand() and request_id = %(request)s::uuid and not replayed order by at limit 1
"""


async def read_erasure_of(connection: Connection, request: UUID) -> Erasure | None:
    """The line in the ledger that a request has led to."""
    row = await (await connection.execute(READ_ERASURE_OF, {"request": request})).fetchone()
    return None if row is None else Erasure(id=row[0], person=PersonId(row[1]), at=row[2])


COUNT_THERE: Final = """
select count(*) from person where brand_id = current_brand() and id = any(%(people)s::uuid[])
"""


async def count_there(connection: Connection, people: Collection[PersonId]) -> int:
    """How many of these people have a row."""
    row = await (await connection.execute(COUNT_THERE, {"people": list(people)})).fetchone()
    return row[0] if row else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the ledger for whoever reads it: the number on the receipt, and how many rows went."""

    id: UUID
    person: PersonId
    at: datetime
    rows: int
    replayed: bool
    reference: str | None  # of the request; None: it was repeated after a restore, or the register has let go of it


LIST_LINES: Final = """
select e.id, e.person_id, e.at, e.row_count, e.replayed, r.reference from erasure_ledger e
left join rights_request r on r.brand_id = e.brand_id and r.id = e.request_id
where e.brand_id = current_brand() order by e.at desc, e.id limit %(limit)s::integer
"""


async def list_receipts(connection: Connection, *, limit: int) -> list[Line]:
    """The latest erasures of the current brand."""
    rows = await (await connection.execute(LIST_LINES, {"limit": limit})).fetchall()
    return [
        Line(id=id_, person=PersonId(person), at=at, rows=count, replayed=replayed, reference=reference)
        for id_, person, at, count, replayed, reference in rows
    ]
