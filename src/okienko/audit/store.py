"""SQL of the audit log: writing an act down, reading the log and its chain, signed heads and where they are."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal
from uuid import UUID

from psycopg.rows import TupleRow

from okienko.audit.chain import Action, ActorKind, Entry, Head, Payload, commit, write_detail
from okienko.audit.heads import SignedHead
from okienko.database.ids import lowest_id, new_id
from okienko.database.pool import Connection
from okienko.values import BrandId, ConversationId, SignedIn, StaffId

Place = Literal["file", "http"]

LOOKS_AN_HOUR: Final = 120  # conversations that one account may open at one brand; each of them once in a while
AGAIN: Final = timedelta(minutes=15)  # so long a look at the same thing by the same person is one look


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something. Only staff have an id; `operator`: somebody at a terminal."""

    kind: ActorKind
    id: StaffId | None = None
    role: str | None = None


OPERATOR: Final = Actor(kind="operator")
WORKER: Final = Actor(kind="worker")
CUSTOMER: Final = Actor(kind="customer")


def staff(who: SignedIn, brand: BrandId | None) -> Actor:
    """Somebody at the desk, with the role they have in a brand."""
    role = None if brand is None else "auditor" if brand in who.audits else who.roles.get(brand)
    return Actor(kind="staff", id=who.id, role=role)


def member(staff_id: StaffId) -> Actor:
    """Somebody at the desk, whose role is looked up."""
    return Actor(kind="staff", id=staff_id)


# writing ------------------------------------------------------------------------------------------------------------

READ_ROLE: Final = """
select role from staff_role where brand_id = current_brand() and staff_id = %(staff)s::uuid
"""
RECORD: Final = """
insert into audit_payload (id, brand_id, at, actor_kind, actor, role, action, object_kind, object, conversation, detail,
  salt, commitment)
values (%(id)s::uuid, %(brand)s::uuid, %(at)s::timestamptz, %(actor_kind)s::text, %(actor)s::uuid, %(role)s::text,
  %(action)s::text, %(object_kind)s::text, %(object)s::text, %(conversation)s::uuid, %(detail)s::text, %(salt)s::bytea,
  %(commitment)s::bytea)
"""


async def record(
    connection: Connection,
    action: Action,
    *,
    by: Actor,
    brand: BrandId | None,
    kind: str,
    object: UUID | str | int | None = None,  # noqa: A002 - the word for it
    conversation: ConversationId | None = None,
    detail: Mapping[str, object] = MappingProxyType({}),
    now: datetime,
) -> None:
    """Writes an act down, in the transaction of what it is about: both are there after the commit, or neither.

    `brand` is the one that is set on the connection; None where none is (`database.shared()`). `kind` and `object` say
    what it was done with; `detail` holds numbers and words of ours. No name, address or message belongs in any of them,
    and the database refuses what looks like one.
    """
    role = by.role
    if role is None and by.id is not None and brand is not None:
        row = await (await connection.execute(READ_ROLE, {"staff": by.id})).fetchone()
        role = None if row is None else row[0]
    payload = Payload(
        id=new_id(now),
        brand=brand,
        at=now,
        actor_kind=by.kind,
        actor=by.id,
        role=role,
        action=action,
        object_kind=kind,
        object=None if object is None else str(object),
        conversation=conversation,
        detail=write_detail(detail),
        salt=os.urandom(32),
    )
    await connection.execute(
        RECORD,
        {
            "id": payload.id,
            "brand": payload.brand,
            "at": payload.at,
            "actor_kind": payload.actor_kind,
            "actor": payload.actor,
            "role": payload.role,
            "action": payload.action,
            "object_kind": payload.object_kind,
            "object": payload.object,
            "conversation": payload.conversation,
            "detail": payload.detail,
            "salt": payload.salt,
            "commitment": commit(payload),
        },
    )


LOOKED: Final = """
select exists (
  select from audit_payload
  where brand_id = current_brand() and conversation = %(conversation)s::uuid and actor = %(actor)s::uuid
    and action = %(action)s::text and at > %(since)s::timestamptz)
"""


COUNT_LOOKS: Final = """
select count(*) from audit_payload
where brand_id = current_brand() and actor = %(actor)s::uuid and id >= %(first)s::uuid and at > %(since)s::timestamptz
  and action = 'conversation-read'
"""


async def record_look(
    connection: Connection, *, by: Actor, brand: BrandId, conversation: ConversationId, now: datetime
) -> bool:
    """Somebody reads a conversation. A page that shows it again and again is one look in a quarter of an hour.

    False, and nothing written down: it would be one more than `LOOKS_AN_HOUR`, so it must not be shown.
    """
    values = {"conversation": conversation, "actor": by.id, "action": "conversation-read", "since": now - AGAIN}
    row = await (await connection.execute(LOOKED, values)).fetchone()
    if row is not None and row[0]:
        return True
    since = now - timedelta(hours=1)  # the id is for the index: one may be later than its moment, never earlier
    values = {"actor": by.id, "first": lowest_id(since), "since": since}
    row = await (await connection.execute(COUNT_LOOKS, values)).fetchone()
    if row is not None and row[0] >= LOOKS_AN_HOUR:
        return False
    await record(
        connection,
        "conversation-read",
        by=by,
        brand=brand,
        kind="conversation",
        object=conversation,
        conversation=conversation,
        now=now,
    )
    return True


SLOWED: Final = """
select exists (
  select from audit_payload
  where brand_id = current_brand() and actor = %(actor)s::uuid and id >= %(first)s::uuid
    and at > %(since)s::timestamptz and action = 'reading-slowed')
"""


async def record_slowed(connection: Connection, *, by: Actor, brand: BrandId, now: datetime) -> bool:
    """Somebody was stopped from reading on; written down once an hour. Whether this is the first time."""
    since = now - timedelta(hours=1)
    values = {"actor": by.id, "first": lowest_id(since), "since": since}
    row = await (await connection.execute(SLOWED, values)).fetchone()
    if row is not None and row[0]:
        return False
    await record(connection, "reading-slowed", by=by, brand=brand, kind="account", object=by.id, now=now)
    return True


LIST_SLOWED: Final = """
select s.name, p.at from audit_payload p join staff s on s.id = p.actor
where p.brand_id = current_brand() and p.action = 'reading-slowed' and p.at > %(since)s::timestamptz
order by p.at desc limit 20
"""


async def list_slowed(connection: Connection, since: datetime) -> Sequence[tuple[str, datetime]]:
    """Who was stopped from reading on, and when; the latest first."""
    return await (await connection.execute(LIST_SLOWED, {"since": since})).fetchall()


FIND_PAYLOAD: Final = """
select e.number from audit_payload p join audit_entry e on e.id = p.id
where p.brand_id is not distinct from current_brand() and p.id = %(id)s::uuid
"""
ERASE_PAYLOAD: Final = """
delete from audit_payload where brand_id is not distinct from current_brand() and id = %(id)s::uuid
"""


async def erase_payload(
    connection: Connection, payload_id: UUID, *, by: Actor, brand: BrandId | None, now: datetime
) -> bool:
    """Erases what an entry says; the chain stays whole, and another entry says that this was done. False: not there."""
    row = await (await connection.execute(FIND_PAYLOAD, {"id": payload_id})).fetchone()
    if row is None:
        return False
    await connection.execute(ERASE_PAYLOAD, {"id": payload_id})
    await record(connection, "payload-erased", by=by, brand=brand, kind="entry", object=row[0], now=now)
    return True


# the log at the desk --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An entry as the desk shows it."""

    number: int
    payload: Payload
    name: str | None  # of the member of staff
    reference: str | None  # of the conversation, as long as it is there


_PAYLOAD: Final = """
p.id, p.brand_id, p.at, p.actor_kind, p.actor, p.role, p.action, p.object_kind, p.object, p.conversation, p.detail,
p.salt"""
LIST_LOG: Final = f"""
select {_PAYLOAD}, e.number, s.name, c.reference
from audit_payload p
join audit_entry e on e.id = p.id
left join staff s on s.id = p.actor
left join conversation c on c.brand_id = p.brand_id and c.id = p.conversation
where p.brand_id is not distinct from current_brand()
  and (%(actor)s::uuid is null or p.actor = %(actor)s::uuid)
  and (%(kind)s::text is null or p.actor_kind = %(kind)s::text)
  and (%(actions)s::text[] is null or p.action = any(%(actions)s::text[]))
  and (%(since)s::timestamptz is null or p.at >= %(since)s::timestamptz)
  and (%(until)s::timestamptz is null or p.at < %(until)s::timestamptz)
  and (%(before)s::bigint is null or e.number < %(before)s::bigint)
order by e.number desc limit %(limit)s::integer
"""  # noqa: S608 - columns of ours


async def list_log(
    connection: Connection,
    *,
    actor: UUID | None = None,
    kind: str | None = None,
    actions: Sequence[str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int,
) -> tuple[Line, ...]:
    """Entries of the current brand (of the installation itself where none is set), the latest first."""
    values = {
        "actor": actor,
        "kind": kind,
        "actions": None if actions is None else list(actions),
        "since": since,
        "until": until,
        "before": before,
        "limit": limit,
    }
    rows = await (await connection.execute(LIST_LOG, values)).fetchall()
    return tuple(Line(number=row[12], payload=_read_payload(row), name=row[13], reference=row[14]) for row in rows)


LIST_ACTORS: Final = """
select distinct s.id, s.name from audit_payload p join staff s on s.id = p.actor
where p.brand_id is not distinct from current_brand() order by s.name, s.id
"""


async def list_actors(connection: Connection) -> tuple[tuple[UUID, str], ...]:
    """Members of staff of whom the current brand's log says something: (id, name)."""
    return tuple((row[0], row[1]) for row in await (await connection.execute(LIST_ACTORS)).fetchall())


LATEST: Final = """
select max(at) from audit_payload
where brand_id is not distinct from current_brand() and action = %(action)s::text and actor_kind = %(kind)s::text
"""


async def find_latest(connection: Connection, action: Action, kind: ActorKind) -> datetime | None:
    """When something was last done: the log is what schedules go by."""
    row = await (await connection.execute(LATEST, {"action": action, "kind": kind})).fetchone()
    return None if row is None else row[0]


CLAIM_REVIEW: Final = "select pg_try_advisory_xact_lock(hashtextextended('okienko audit review', 0))"


async def claim_review(connection: Connection) -> bool:
    """Whether this is the one worker that does, until this transaction ends, what is due once a month."""
    row = await (await connection.execute(CLAIM_REVIEW)).fetchone()
    return row is not None and bool(row[0])


# the chain ------------------------------------------------------------------------------------------------------------

READ_ENTRIES: Final = """
select number, id, at, commitment, leaf, head from audit_entry
where number > %(after)s::bigint order by number limit %(limit)s::integer
"""


async def read_entries(connection: Connection, *, after: int, limit: int) -> tuple[Entry, ...]:
    """A stretch of the chain, in its order."""
    rows = await (await connection.execute(READ_ENTRIES, {"after": after, "limit": limit})).fetchall()
    return tuple(
        Entry(number=row[0], id=row[1], at=row[2], commitment=bytes(row[3]), leaf=bytes(row[4]), head=bytes(row[5]))
        for row in rows
    )


READ_PAYLOADS: Final = f"select {_PAYLOAD} from audit_payload p where p.id = any(%(ids)s::uuid[])"  # noqa: S608 - ours


async def read_payloads(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Payload]:
    """What these entries commit to, of those that are the current brand's."""
    rows = await (await connection.execute(READ_PAYLOADS, {"ids": list(ids)})).fetchall()
    return {row[0]: _read_payload(row) for row in rows}


def _read_payload(row: TupleRow) -> Payload:
    return Payload(
        id=row[0],
        brand=row[1],
        at=row[2],
        actor_kind=row[3],
        actor=row[4],
        role=row[5],
        action=row[6],
        object_kind=row[7],
        object=row[8],
        conversation=row[9],
        detail=row[10],
        salt=bytes(row[11]),
    )


# heads ----------------------------------------------------------------------------------------------------------------

READ_END: Final = "select number, head, at from audit_entry order by number desc limit 1"
READ_LAST_HEAD: Final = "select number, at from audit_head order by number desc limit 1"
LOCK_HEADS: Final = "select pg_advisory_xact_lock(hashtextextended('okienko audit heads', 0))"
STORE_HEAD: Final = """
insert into audit_head (number, head, at, key, signature)
values (%(number)s::bigint, %(head)s::bytea, %(at)s::timestamptz, %(key)s::bytea, %(signature)s::bytea)
on conflict (number) do nothing
"""


async def read_end(connection: Connection) -> Entry | None:
    """The latest entry, without its hashes but the head."""
    row = await (await connection.execute(READ_END)).fetchone()
    if row is None:
        return None
    return Entry(number=row[0], id=UUID(int=0), at=row[2], commitment=b"", leaf=b"", head=bytes(row[1]))


async def read_last_head(connection: Connection) -> tuple[int, datetime] | None:
    """How far the log is signed, and when that was done. Others who sign wait for the end of this transaction."""
    await connection.execute(LOCK_HEADS)
    row = await (await connection.execute(READ_LAST_HEAD)).fetchone()
    return None if row is None else (row[0], row[1])


async def store_head(connection: Connection, signed: SignedHead) -> None:
    """Keeps a signed head in the database, too."""
    await connection.execute(
        STORE_HEAD,
        {
            "number": signed.head.number,
            "head": signed.head.head,
            "at": signed.head.at,
            "key": signed.key,
            "signature": signed.signature,
        },
    )


READ_HEADS: Final = "select number, head, at, key, signature from audit_head order by number"
READ_UNANCHORED: Final = """
select h.number, h.head, h.at, h.key, h.signature from audit_head h
where not exists (select from audit_anchor a where a.place = %(place)s::text and a.number = h.number)
order by h.number limit %(limit)s::integer
"""
STORE_ANCHOR: Final = """
insert into audit_anchor (place, number, at) values (%(place)s::text, %(number)s::bigint, %(at)s::timestamptz)
on conflict (place, number) do nothing
"""
COUNT_ANCHORED: Final = """
select place, max(number), max(at) from audit_anchor group by place order by place
"""


async def read_heads(connection: Connection) -> tuple[SignedHead, ...]:
    """All signed heads that the database has. They prove little: whoever owns it may have removed some."""
    return tuple(_read_head(row) for row in await (await connection.execute(READ_HEADS)).fetchall())


async def read_unanchored(connection: Connection, place: Place, *, limit: int) -> tuple[SignedHead, ...]:
    """Heads that have not arrived at a place yet, the oldest first."""
    rows = await (await connection.execute(READ_UNANCHORED, {"place": place, "limit": limit})).fetchall()
    return tuple(_read_head(row) for row in rows)


async def store_anchor(connection: Connection, place: Place, number: int, now: datetime) -> None:
    """A head has arrived at a place."""
    await connection.execute(STORE_ANCHOR, {"place": place, "number": number, "at": now})


async def read_anchored(connection: Connection) -> tuple[tuple[str, int, datetime], ...]:
    """How far each place has the heads: (place, number, when the last one arrived)."""
    rows = await (await connection.execute(COUNT_ANCHORED)).fetchall()
    return tuple((row[0], row[1], row[2]) for row in rows)


def _read_head(row: TupleRow) -> SignedHead:
    return SignedHead(
        head=Head(number=row[0], head=bytes(row[1]), at=row[2]), key=bytes(row[3]), signature=bytes(row[4])
    )


# words that masking may have missed -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """A stored message that is looked through again."""

    conversation: ConversationId
    message: UUID
    text: str = field(repr=False)
    name: str | None = field(repr=False)  # of the colleague who wrote it
    hidden: frozenset[bytes] = field(repr=False)  # keyed hashes of what is known of this conversation and its person


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """Personal data that a stored message shows: which kind and how often, never what they say."""

    conversation: ConversationId
    message: UUID
    label: str
    detector: Literal["first", "second"]
    count: int


READ_SAMPLE: Final = """
select m.conversation_id, m.id, m.text, s.name,
  array(select v.lookup from vault_item v where v.brand_id = m.brand_id and v.conversation_id = m.conversation_id)
  || array(
    select i.lookup from conversation c join identity i on i.brand_id = c.brand_id and i.person_id = c.person_id
    where c.brand_id = m.brand_id and c.id = m.conversation_id)
from (
  select * from message
  where brand_id = current_brand() and id >= %(first)s::uuid and author in ('customer', 'agent', 'note') and text <> ''
  order by random() limit %(limit)s::integer) m
left join staff s on s.id = m.agent_id
"""


async def read_sample(connection: Connection, *, since: datetime, limit: int) -> tuple[Sampled, ...]:
    """So many messages of people, drawn at random from those of the current brand since a time."""
    values = {"first": lowest_id(since), "limit": limit}
    rows = await (await connection.execute(READ_SAMPLE, values)).fetchall()
    return tuple(
        Sampled(conversation=ConversationId(row[0]), message=row[1], text=row[2], name=row[3], hidden=frozenset(row[4]))
        for row in rows
    )


STORE_SAMPLE: Final = """
insert into audit_sample (brand_id, id, at, messages)
values (current_brand(), %(id)s::uuid, %(now)s::timestamptz, %(messages)s::integer)
"""
STORE_MISSED: Final = """
insert into audit_missed (brand_id, conversation_id, message_id, sample_id, label, detector, count)
select current_brand(), c.id, f.message, %(sample)s::uuid, f.label, f.detector, f.count
from unnest(%(conversations)s::uuid[], %(messages)s::uuid[], %(labels)s::text[], %(detectors)s::text[],
  %(counts)s::integer[]) as f (conversation, message, label, detector, count)
join conversation c on c.brand_id = current_brand() and c.id = f.conversation
"""


async def store_sample(
    connection: Connection, sample_id: UUID, *, messages: int, missed: Sequence[Missed], now: datetime
) -> None:
    """Keeps what came of a sample. Conversations that were erased meanwhile have nothing to say any more."""
    await connection.execute(STORE_SAMPLE, {"id": sample_id, "messages": messages, "now": now})
    await connection.execute(
        STORE_MISSED,
        {
            "sample": sample_id,
            "conversations": [one.conversation for one in missed],
            "messages": [one.message for one in missed],
            "labels": [one.label for one in missed],
            "detectors": [one.detector for one in missed],
            "counts": [one.count for one in missed],
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What came of a sample."""

    at: datetime
    messages: int
    kinds: tuple[tuple[str, str, int], ...]  # label, detector, how often
    references: tuple[str, ...]  # conversations in which something is to be seen


LIST_SAMPLES: Final = """
select a.at, a.messages,
  coalesce((
    select jsonb_agg(jsonb_build_array(k.label, k.detector, k.times) order by k.times desc, k.label, k.detector)
    from (
      select f.label, f.detector, sum(f.count) as times from audit_missed f
      where f.brand_id = a.brand_id and f.sample_id = a.id group by f.label, f.detector) k), '[]'),
  array(
    select distinct c.reference from audit_missed f
    join conversation c on c.brand_id = f.brand_id and c.id = f.conversation_id
    where f.brand_id = a.brand_id and f.sample_id = a.id order by 1 limit 50)
from audit_sample a where a.brand_id = current_brand() order by a.at desc, a.id desc limit %(limit)s::integer
"""


async def list_samples(connection: Connection, *, limit: int = 12) -> tuple[Sample, ...]:
    """The latest samples of the current brand."""
    rows = await (await connection.execute(LIST_SAMPLES, {"limit": limit})).fetchall()
    return tuple(
        Sample(
            at=row[0],
            messages=row[1],
            kinds=tuple((label, detector, int(times)) for label, detector, times in row[2]),
            references=tuple(row[3]),
        )
        for row in rows
    )
