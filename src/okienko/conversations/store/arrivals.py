"""Storing what customers wrote: dedupe, count up the lane, keep the masked text, in one statement a brand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from okienko.database.arrays import blobs, ids, numbers, texts, times
from okienko.database.pool import Connection
from okienko.values import ConnectionId, ConversationId, Kind, MaskedText, PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One masked message on its way into the database. `lookup` and `key` are keyed hashes of the vendor's ids."""

    connection: ConnectionId
    lookup: bytes
    key: bytes
    id: UUID
    kind: Kind
    text: MaskedText
    choice: str | None
    at: datetime
    sensitive_until: datetime | None = None  # kept for a shorter time, for what it says is about health and the like
    written: datetime | None = None  # by the vendor's clock
    more: MaskedText | None = None  # what stands below the text
    apart: Literal["automatic", "elsewhere"] | None = None  # why nothing answers it


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What became of an arrival: no conversation at all (None), a repeat (`fresh` false) or a new message.

    `lost`: nothing was stored, for a file that should go with the message is gone. `muted`: nothing was, for its writer
    has withdrawn their consent.
    """

    conversation: ConversationId
    fresh: bool
    lost: bool = False
    muted: bool = False


# A choice is kept only if it is a category, an article, a scenario, or was offered in this conversation: anything else
# would be words that nobody has masked.
#
# A message is numbered in its conversation by the lane's counter, under the lane's lock: numbers have no gaps and are
# in the order of commit, whatever the clocks of several processes say. Lanes are locked in order, as everywhere.
#
# The statement's shape is its speed: rows are looked up one by one by their keys (lateral), and what belongs to what is
# asked with `in (…) is true`, which is hashed. Joins would be planned for tables whose size nobody knows.
STORE_ARRIVALS: Final = """
with arrival as (
  select * from unnest(
    %(connections)s::text[], %(lookups)s::bytea[], %(keys)s::bytea[], %(ids)s::uuid[],
    %(kinds)s::text[], %(texts)s::text[], %(choices)s::text[], %(ats)s::timestamptz[],
    %(sensitive)s::timestamptz[], %(written)s::timestamptz[], %(mores)s::text[], %(aparts)s::text[]
  ) with ordinality as a (connection_id, lookup, key, id, kind, text, choice, at, sensitive_until, written, more, apart,
    n)
), known as (
  select a.*, t.conversation_id, t.muted from arrival a
  cross join lateral (
    select conversation_id, muted from thread
    where brand_id = current_brand() and connection_id = a.connection_id and lookup = a.lookup limit 1
  ) t
), fresh as (
  insert into seen (connection_id, key, at, conversation_id, message_id)
  select connection_id, key, at, conversation_id, id from known where not muted order by key
  on conflict do nothing
  returning key
), new as (
  select k.*, row_number() over (partition by conversation_id order by n) as nth
  from known k where (key in (select key from fresh)) is true
  order by conversation_id
), placed as (
  select n.*, l.arrived + n.nth as arrival from new n
  cross join lateral (
    select arrived from lane where brand_id = current_brand() and conversation_id = n.conversation_id for update
  ) l
), counted as (
  update lane l set
    arrived = p.arrived,
    waiting_since = case when l.arrived = l.answered then p.at else l.waiting_since end
  from (select conversation_id, max(arrival) as arrived, min(at) as at from placed group by conversation_id) p
  where l.brand_id = current_brand() and l.conversation_id = p.conversation_id
), stored as (
  insert into message (brand_id, conversation_id, id, author, kind, text, arrival, choice, at, sensitive_until, more,
    apart)
  select current_brand(), conversation_id, id, 'customer', kind, text, arrival,
    coalesce(
      (select slug from category where brand_id = current_brand() and slug = choice limit 1),
      (select 'article:' || id from article where brand_id = current_brand() and id = substr(choice, 9)
        and choice like 'article:%%' limit 1),
      case when choice like 'scenario:%%' then (
        select 'scenario:' || id from scenario where brand_id = current_brand() and id = substr(choice, 10)
      ) when choice like 'option:%%' then (
        select placed.choice from message o
        where o.brand_id = current_brand() and o.conversation_id = placed.conversation_id and o.author = 'bot'
          and placed.choice = any(o.choices) limit 1
      ) end
    ), coalesce(written, at), sensitive_until, more, apart
  from placed
)
select n, conversation_id, (key in (select key from fresh)) is true, muted from known
"""


def pack_arrivals(arrivals: Sequence[Arrival]) -> dict[str, object]:
    """The parameters of `STORE_ARRIVALS`. No two arrivals may have the same connection and key."""
    return {
        "connections": texts([a.connection for a in arrivals]),
        "lookups": blobs([a.lookup for a in arrivals]),
        "keys": blobs([a.key for a in arrivals]),
        "ids": ids([a.id for a in arrivals]),
        "kinds": texts([a.kind.value for a in arrivals]),
        "texts": texts([a.text.text for a in arrivals]),
        "choices": texts([a.choice for a in arrivals]),
        "ats": times([a.at for a in arrivals]),
        "sensitive": times([a.sensitive_until for a in arrivals]),
        "written": times([a.written for a in arrivals]),
        "mores": texts([None if a.more is None else a.more.text for a in arrivals]),
        "aparts": texts([a.apart for a in arrivals]),
    }


def unpack_stored(arrivals: Sequence[Arrival], rows: Sequence[tuple[int, UUID, bool, bool]]) -> list[Stored | None]:
    """What became of each arrival, in their order."""
    stored: list[Stored | None] = [None] * len(arrivals)
    for n, conversation, fresh, muted in rows:
        stored[n - 1] = Stored(conversation=ConversationId(conversation), fresh=fresh, muted=muted)
    return stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """What is needed to number and seal the personal data of one conversation, read under its lane's lock."""

    conversation: ConversationId
    person: PersonId
    wrapped_key: bytes | None = field(repr=False)  # None: the person was erased, and nothing can be sealed any more
    numbers: Mapping[tuple[str, bytes], int]
    spent: Mapping[str, int]  # by label, the highest number whose value is gone


OPEN_VAULTS: Final = """
with asked as (
  select * from unnest(%(connections)s::text[], %(lookups)s::bytea[]) as a (connection_id, lookup)
), locked as (
  select l.conversation_id, a.connection_id, a.lookup from asked a
  join thread t on t.brand_id = current_brand() and t.connection_id = a.connection_id and t.lookup = a.lookup
    and not t.muted
  join lane l on l.brand_id = current_brand() and l.conversation_id = t.conversation_id
  order by l.conversation_id for update of l
)
select o.connection_id, o.lookup, o.conversation_id, c.person_id, k.wrapped, c.language
from locked o
join conversation c on c.brand_id = current_brand() and c.id = o.conversation_id
join person_key k on k.brand_id = current_brand() and k.person_id = c.person_id
"""
# One statement: a value that upkeep deletes meanwhile is seen here or there.
READ_NUMBERS: Final = """
select conversation_id, label, lookup, number from vault_item
where brand_id = current_brand() and conversation_id = any(%(conversations)s::uuid[])
union all
select conversation_id, label, null, number from vault_spent
where brand_id = current_brand() and conversation_id = any(%(conversations)s::uuid[])
"""


async def read_numbers(
    connection: Connection, conversations: Collection[ConversationId]
) -> dict[ConversationId, tuple[dict[tuple[str, bytes], int], dict[str, int]]]:
    """What conversations have given out: numbers by label and lookup; by label, the highest whose value is gone."""
    given: dict[ConversationId, tuple[dict[tuple[str, bytes], int], dict[str, int]]] = {
        conversation: ({}, {}) for conversation in conversations
    }
    rows = await (await connection.execute(READ_NUMBERS, {"conversations": list(conversations)})).fetchall()
    for conversation, label, lookup, number in rows:
        numbers, spent = given[ConversationId(conversation)]
        if lookup is None:
            spent[label] = number
        else:
            numbers[label, bytes(lookup)] = number
    return given


async def open_vaults(
    connection: Connection, threads: Collection[tuple[ConnectionId, bytes]]
) -> dict[tuple[ConnectionId, bytes], Vault]:
    """Locks the lanes of these threads and reads what sealing needs. An unknown thread is left out, and a muted one."""
    rows = await (
        await connection.execute(
            OPEN_VAULTS, {"connections": [c for c, _ in threads], "lookups": [lookup for _, lookup in threads]}
        )
    ).fetchall()
    given = await read_numbers(connection, [row[2] for row in rows])
    return {
        (ConnectionId(connection_id), bytes(lookup)): Vault(
            conversation=ConversationId(conversation),
            person=PersonId(person),
            wrapped_key=None if wrapped is None else bytes(wrapped),
            numbers=given[conversation][0],
            spent=given[conversation][1],
        )
        for connection_id, lookup, conversation, person, wrapped, _ in rows
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedItem:
    """A value that masking took out, sealed with the person's key."""

    id: UUID
    conversation: ConversationId
    person: PersonId
    label: str
    number: int
    lookup: bytes
    sealed: bytes = field(repr=False)
    purpose: str
    expires_at: datetime


STORE_VAULT_ITEMS: Final = """
insert into vault_item
  (brand_id, conversation_id, id, person_id, label, number, lookup, sealed, purpose, expires_at, created_at)
select current_brand(), i.conversation_id, i.id, i.person_id, i.label, i.number, i.lookup, i.sealed, i.purpose,
  i.expires_at, %(now)s::timestamptz
from unnest(
  %(conversations)s::uuid[], %(ids)s::uuid[], %(people)s::uuid[], %(labels)s::text[], %(numbers)s::integer[],
  %(lookups)s::bytea[], %(sealed)s::bytea[], %(purposes)s::text[], %(expiries)s::timestamptz[]
) as i (conversation_id, id, person_id, label, number, lookup, sealed, purpose, expires_at)
on conflict (brand_id, conversation_id, label, lookup) do nothing
"""


async def store_vault_items(connection: Connection, items: Sequence[SealedItem], now: datetime) -> None:
    """Keeps sealed values. One that the conversation already has is left as it is."""
    if not items:
        return
    await connection.execute(
        STORE_VAULT_ITEMS,
        {
            "conversations": ids([i.conversation for i in items]),
            "ids": ids([i.id for i in items]),
            "people": ids([i.person for i in items]),
            "labels": texts([i.label for i in items]),
            "numbers": numbers([i.number for i in items]),
            "lookups": blobs([i.lookup for i in items]),
            "sealed": blobs([i.sealed for i in items]),
            "purposes": texts([i.purpose for i in items]),
            "expiries": times([i.expires_at for i in items]),
            "now": now,
        },
    )


READ_SEEN: Final = """
select s.connection_id, s.key from unnest(%(connections)s::text[], %(keys)s::bytea[]) as a (connection_id, key)
join seen s on s.connection_id = a.connection_id and s.key = a.key
"""


async def read_seen(
    connection: Connection, keys: Collection[tuple[ConnectionId, bytes]]
) -> set[tuple[ConnectionId, bytes]]:
    """Of these deliveries, those that have come before."""
    values = {"connections": [door for door, _ in keys], "keys": [key for _, key in keys]}
    rows = await (await connection.execute(READ_SEEN, values)).fetchall()
    return {(ConnectionId(door), bytes(key)) for door, key in rows}


# Whoever comes second with the same word waits here for the first, and then sees what it was used for.
USE_ONCE: Final = """
insert into seen (connection_id, key, at) values (%(connection)s::text, %(key)s::bytea, %(now)s::timestamptz)
on conflict do nothing
"""


async def use_once(connection: Connection, door: ConnectionId, word: bytes, whole: bytes, now: datetime) -> bool:
    """Whether a word that holds once is new, or was used for the very same before. Both are keyed hashes."""
    values = {"connection": door, "key": word, "now": now}
    if (await connection.execute(USE_ONCE, values)).rowcount == 1:
        await connection.execute(USE_ONCE, values | {"key": whole})
        return True
    return (door, whole) in await read_seen(connection, {(door, whole)})


STORE_UNPARSED: Final = """
insert into unparsed (brand_id, id, connection_id, shape, at)
values (current_brand(), %(id)s::uuid, %(connection)s::text, %(shape)s::text, %(at)s::timestamptz)
"""


async def store_unparsed(connection: Connection, *, id: UUID, door: ConnectionId, shape: str, at: datetime) -> None:  # noqa: A002 - the column's name
    """Keeps the shape (keys and types, no values) of a delivery that was signed well and not understood."""
    await connection.execute(STORE_UNPARSED, {"id": id, "connection": door, "shape": shape, "at": at})
