"""What vendors report about messages that are here: edits, what was taken back, reactions, deliveries, echoes.

Everything may come twice, late, and in any order: the vendor's clock decides, and an older report changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, cast
from uuid import UUID

from okienko.conversations.store.actions import SILENCE_BOT
from okienko.database.pool import Connection
from okienko.values import Author, ConnectionId, ConversationId, MaskedText, MessageId, PersonId

What = Literal["edited", "deleted", "reaction", "sent", "delivered", "read", "failed", "echo"]
PARKED: Final = timedelta(days=1)  # how long a report waits for its message
MOST: Final = 100  # reports swept at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report about one message. `about` is the keyed hash of the vendor's id."""

    what: What
    connection: ConnectionId
    about: bytes = field(repr=False)
    at: datetime  # the vendor's clock
    text: MaskedText | None = None  # of an edit or an echo
    value: str | None = None  # a reaction's sign (None: taken back), why it failed, an echo's conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A message that a vendor's id names, with its lane locked."""

    conversation: ConversationId
    message: MessageId
    person: PersonId
    author: Author
    text: MaskedText = field(repr=False)
    arrival: int | None
    language: Literal["pl", "en"]
    frozen: bool  # its person's data are held: nothing of them is deleted


# finding ---------------------------------------------------------------------------------------------------------

# Lanes are locked before conversations and messages, as everywhere.
FIND: Final = """
with named as (
  select conversation_id, message_id from seen
  where connection_id = %(connection)s::text and key = %(key)s::bytea and message_id is not null
), locked as (
  select l.conversation_id, n.message_id from named n
  join lane l on l.brand_id = current_brand() and l.conversation_id = n.conversation_id
  for update of l
)
select c.id, m.id, c.person_id, m.author, m.text, m.arrival, c.language, frozen(c.brand_id, c.person_id)
from locked n
join conversation c on c.brand_id = current_brand() and c.id = n.conversation_id
join message m on m.brand_id = current_brand() and m.conversation_id = n.conversation_id and m.id = n.message_id
"""


async def find_known(connection: Connection, door: ConnectionId, key: bytes) -> Known | None:
    """The message behind a keyed hash of a vendor's id, and its conversation for this transaction alone."""
    row = await (await connection.execute(FIND, {"connection": door, "key": key})).fetchone()
    if row is None:
        return None
    return Known(
        conversation=ConversationId(row[0]),
        message=MessageId(row[1]),
        person=PersonId(row[2]),
        author=Author(row[3]),
        text=MaskedText(row[4]),
        arrival=row[5],
        language=row[6],
        frozen=row[7],
    )


# Our own id for a message, which we have sent along, comes back before the vendor's answer, or instead of it.
NAME: Final = """
insert into seen (connection_id, key, at, conversation_id, message_id)
select %(connection)s::text, %(key)s::bytea, %(now)s::timestamptz, o.conversation_id, o.message_id
from outbox o
where o.brand_id = current_brand() and o.conversation_id = %(conversation)s::uuid and o.message_id = %(message)s::uuid
  and o.connection_id = %(connection)s::text
on conflict do nothing
"""
# What is under way is left to its sender until it is known of how many parts it consists. What nobody knew of is
# settled here, and goes on with its next part.
ARRIVED: Final = """
update outbox set
  state = case
    when part + 1 >= coalesce(parts, 1) then 'sent'
    when state = 'sending' then 'sending'
    when last_try then 'cancelled'
    else 'waiting' end,
  sent_at = case when part + 1 >= coalesce(parts, 1) then %(now)s::timestamptz end,
  claimed_until = case when part + 1 < coalesce(parts, 1) then claimed_until end,
  error = null,
  part = case when part + 1 < coalesce(parts, 1) and state = 'unsure' then part + 1 else part end,
  attempts = case when part + 1 < coalesce(parts, 1) and state = 'unsure' then 0 else attempts end,
  waited = case when part + 1 < coalesce(parts, 1) and state = 'unsure' then 0 else waited end,
  due_at = case when part + 1 < coalesce(parts, 1) and state = 'unsure' then %(now)s::timestamptz else due_at end
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and message_id = %(message)s::uuid
  and (state = 'unsure' or (state = 'sending' and parts is not null))
"""


async def recognise(
    connection: Connection,
    *,
    door: ConnectionId,
    key: bytes,
    conversation: ConversationId,
    message: UUID,
    now: datetime,
) -> bool:
    """Takes a vendor's id for that of our message, as what we have sent along says; whether it is new.

    The call that was under way, or of which nobody knew, has arrived: what has more parts goes on with the next.
    """
    values = {"connection": door, "key": key, "conversation": conversation, "message": message, "now": now}
    if (await connection.execute(NAME, values)).rowcount != 1:
        return False
    await connection.execute(ARRIVED, values)
    return True


READ_UNDER_WAY: Final = """
select exists (
  select from outbox where brand_id = current_brand() and conversation_id = %(conversation)s::uuid
    and state in ('sending', 'unsure'))
"""


async def is_under_way(connection: Connection, conversation: ConversationId) -> bool:
    """Whether a message of ours is with the vendor now, so that what is reported may be it."""
    row = await (await connection.execute(READ_UNDER_WAY, {"conversation": conversation})).fetchone()
    return row is not None and row[0]


# what customers do to their messages -----------------------------------------------------------------------------

EDIT: Final = """
update message set text = %(text)s::text, edited_at = %(at)s::timestamptz,
  sensitive_until = coalesce(sensitive_until, %(sensitive)s::timestamptz)
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and id = %(message)s::uuid
  and author in ('customer', 'system') and taken_back_at is null
  and (edited_at is null or edited_at <= %(at)s::timestamptz)
  and (edited_at is null or edited_at < %(at)s::timestamptz or text <> %(text)s::text)
"""
# A turn that read the old words writes nothing: it is decided anew.
TOUCH: Final = """
update conversation set version = version + 1, updated_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(conversation)s::uuid
"""


async def edit(
    connection: Connection,
    known: Known,
    text: MaskedText,
    *,
    at: datetime,
    sensitive: datetime | None,
    now: datetime,
) -> bool:
    """Other words for a message; False when newer ones are there, when it was taken back, or when it is ours."""
    values = {
        "conversation": known.conversation,
        "message": known.message,
        "text": text.text,
        "at": at,
        "sensitive": sensitive,
        "now": now,
    }
    if (await connection.execute(EDIT, values)).rowcount != 1:
        return False
    await connection.execute(TOUCH, values)
    return True


# A word about a message of ours (somebody deleted it in the vendor's inbox) leaves its text: it is our own record.
TAKE_BACK: Final = """
update message set taken_back_at = %(at)s::timestamptz,
  text = case when %(blank)s::boolean then %(text)s::text else text end,
  more = case when %(blank)s::boolean then null else more end,
  choice = case when %(blank)s::boolean then null else choice end
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and id = %(message)s::uuid
  and taken_back_at is null
"""
DROP_FILES: Final = """
delete from attachment
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and message_id = %(message)s::uuid
"""
DROP_REMOTE: Final = """
delete from remote_file
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and message_id = %(message)s::uuid
"""
DROP_REACTION: Final = """
delete from reaction
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and message_id = %(message)s::uuid
"""
# The bot's answer that waits goes no more, unless it answers something else that still stands.
CANCEL_ANSWER: Final = """
update outbox o set state = 'cancelled' from message m
where o.brand_id = current_brand() and o.conversation_id = %(conversation)s::uuid and o.state = 'waiting'
  and o.author = 'bot' and o.part = 0
  and m.brand_id = current_brand() and m.conversation_id = o.conversation_id and m.id = o.message_id
  and m.answers >= %(arrival)s::bigint
  and not exists (
    select from message r
    where r.brand_id = current_brand() and r.conversation_id = o.conversation_id and r.author = 'customer'
      and r.arrival <= m.answers and r.taken_back_at is null and r.apart is null
      and r.arrival > coalesce((
        select max(b.answers) from message b
        where b.brand_id = current_brand() and b.conversation_id = o.conversation_id and b.author = 'bot'
          and b.answers < m.answers), 0))
"""
# With nothing left to answer, no turn is taken.
CONTENT: Final = """
update lane l set answered = l.arrived, lease_until = 'epoch', waiting_since = %(now)s::timestamptz
where l.brand_id = current_brand() and l.conversation_id = any(%(conversations)s::uuid[]) and l.arrived > l.answered
  and not exists (
    select from message m
    where m.brand_id = current_brand() and m.conversation_id = l.conversation_id and m.author = 'customer'
      and m.arrival > l.answered and m.taken_back_at is null and m.apart is null)
"""


async def take_back(connection: Connection, known: Known, *, text: MaskedText, at: datetime, now: datetime) -> bool:
    """Leaves `text` of a message that its writer has deleted, and its files go. False when it has happened before.

    Whoever is held keeps what they have sent, marked.
    """
    own = known.author is not Author.CUSTOMER
    values = {
        "conversation": known.conversation,
        "message": known.message,
        "text": text.text,
        "at": at,
        "blank": not own and not known.frozen,
        "arrival": known.arrival,
        "now": now,
    }
    if (await connection.execute(TAKE_BACK, values)).rowcount != 1:
        return False
    await connection.execute(TOUCH, values)
    if own:
        return True
    if not known.frozen:
        for statement in (DROP_FILES, DROP_REMOTE, DROP_REACTION):
            await connection.execute(statement, values)
    await connection.execute(CANCEL_ANSWER, values)
    await content(connection, [known.conversation], now)
    return True


NEWS: Final = """
update conversation set updated_at = %(now)s::timestamptz
where brand_id = current_brand() and id = any(%(conversations)s::uuid[])
"""


async def content(connection: Connection, conversations: Collection[ConversationId], now: datetime) -> None:
    """Takes what is not to be answered for answered, where nothing else waits; under the lanes' locks."""
    values = {"conversations": sorted(conversations), "now": now}
    await connection.execute(CONTENT, values)
    await connection.execute(NEWS, values)


READ_WORDS: Final = """
select text from message
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and id <> %(message)s::uuid
  and position('[' in text) > 0
union all
select more from message
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and position('[' in more) > 0
union all
select array_to_string(answers, E'\n') from scenario_run
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid
"""


async def read_words(connection: Connection, known: Known) -> list[str]:
    """All else of a conversation in which placeholders stand."""
    values = {"conversation": known.conversation, "message": known.message}
    return [row[0] for row in await (await connection.execute(READ_WORDS, values)).fetchall()]


DROP_VALUES: Final = """
with dropped as (
  delete from vault_item v using unnest(%(labels)s::text[], %(numbers)s::integer[]) as d (label, number)
  where v.brand_id = current_brand() and v.conversation_id = %(conversation)s::uuid
    and v.label = d.label and v.number = d.number
  returning v.label, v.number
)
insert into vault_spent (brand_id, conversation_id, label, number)
select current_brand(), %(conversation)s::uuid, label, max(number) from dropped group by label
on conflict (brand_id, conversation_id, label) do update set number = greatest(vault_spent.number, excluded.number)
"""


async def drop_values(connection: Connection, known: Known, values: Collection[tuple[str, int]]) -> None:
    """Forgets sealed values that nothing names any more; their numbers are not given out again."""
    if values:
        await connection.execute(
            DROP_VALUES,
            {
                "conversation": known.conversation,
                "labels": [label for label, _ in values],
                "numbers": [number for _, number in values],
            },
        )


REACT: Final = """
insert into reaction as r (brand_id, conversation_id, message_id, sign, at)
values (current_brand(), %(conversation)s::uuid, %(message)s::uuid, %(sign)s::text, %(at)s::timestamptz)
on conflict (brand_id, conversation_id, message_id) do update set sign = excluded.sign, at = excluded.at
where r.at < excluded.at or (r.at = excluded.at and r.sign is distinct from excluded.sign)
"""


async def react(connection: Connection, known: Known, sign: str | None, *, at: datetime) -> bool:
    """What a customer thinks of a message, in one sign; None: they have taken it back."""
    values = {"conversation": known.conversation, "message": known.message, "sign": sign, "at": at}
    return (await connection.execute(REACT, values)).rowcount == 1


# how our messages fare -------------------------------------------------------------------------------------------

# It goes forward only. A failure is the end of it, unless the message was seen by whoever it was for.
FARE: Final = """
update outbox set
  state = case
    when %(what)s::text in ('delivered', 'read') and state in ('unsure', 'failed') then 'sent'
    when %(what)s::text = 'sent' and state = 'unsure' and part + 1 >= coalesce(parts, 1) then 'sent'
    when %(what)s::text = 'failed' and delivered_at is null and read_at is null then 'failed'
    else state end,
  sent_at = case
    when %(what)s::text in ('delivered', 'read') and state in ('unsure', 'failed')
      then coalesce(sent_at, %(at)s::timestamptz)
    when %(what)s::text = 'sent' and state = 'unsure' then coalesce(sent_at, %(at)s::timestamptz)
    else sent_at end,
  error = case
    when %(what)s::text = 'failed' and delivered_at is null and read_at is null then %(error)s::text
    when %(what)s::text in ('delivered', 'read') then null
    else error end,
  delivered_at = case
    when %(what)s::text in ('delivered', 'read') then least(delivered_at, %(at)s::timestamptz) else delivered_at end,
  read_at = case when %(what)s::text = 'read' then least(read_at, %(at)s::timestamptz) else read_at end
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and message_id = %(message)s::uuid
  and state in ('sent', 'unsure', 'failed', 'sending')
"""
FARE_UNTIL: Final = """
update outbox set
  delivered_at = least(delivered_at, %(until)s::timestamptz),
  read_at = case when %(what)s::text = 'read' then least(read_at, %(until)s::timestamptz) else read_at end
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and state in ('sent', 'sending')
  and due_at <= %(until)s::timestamptz
  and (delivered_at is null or (%(what)s::text = 'read' and read_at is null))
"""


async def fare(
    connection: Connection,
    conversation: ConversationId,
    message: MessageId,
    what: What,
    *,
    at: datetime,
    error: str | None = None,
) -> bool:
    """What a vendor says has become of a message of ours."""
    values = {"conversation": conversation, "message": message, "what": what, "at": at, "error": error}
    return (await connection.execute(FARE, values)).rowcount == 1


async def fare_until(
    connection: Connection, conversation: ConversationId, what: Literal["delivered", "read"], *, until: datetime
) -> bool:
    """Everything that was sent up to then was delivered, or read."""
    values = {"conversation": conversation, "what": what, "until": until}
    return (await connection.execute(FARE_UNTIL, values)).rowcount > 0


# who has the thread ----------------------------------------------------------------------------------------------

LOCK_LANE: Final = """
select from lane where brand_id = current_brand() and conversation_id = %(conversation)s::uuid for update
"""
SET_ELSEWHERE: Final = """
update conversation set elsewhere_until = %(until)s::timestamptz, elsewhere_at = %(at)s::timestamptz,
  version = version + 1, updated_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(conversation)s::uuid
  and (elsewhere_at is null or elsewhere_at < %(at)s::timestamptz)
"""


async def set_elsewhere(
    connection: Connection, conversation: ConversationId, until: datetime | None, *, at: datetime, now: datetime
) -> bool:
    """Until then somebody answers elsewhere, and the bot says nothing; None: the thread is ours again.

    False when that is known, or something newer.
    """
    values = {"conversation": conversation, "until": until, "at": at, "now": now}
    await connection.execute(LOCK_LANE, values)
    if (await connection.execute(SET_ELSEWHERE, values)).rowcount != 1:
        return False
    if until is not None and until > now:
        await connection.execute(SILENCE_BOT, values)
    return True


KEEP_ECHO: Final = """
with fresh as (
  insert into seen (connection_id, key, at, conversation_id, message_id)
  values (%(connection)s::text, %(key)s::bytea, %(now)s::timestamptz, %(conversation)s::uuid, %(message)s::uuid)
  on conflict do nothing
  returning message_id
)
insert into message (brand_id, conversation_id, id, author, kind, text, at, sensitive_until)
select current_brand(), %(conversation)s::uuid, message_id, 'system', 'echo', %(text)s::text, %(at)s::timestamptz,
  %(sensitive)s::timestamptz
from fresh
"""


async def keep_echo(
    connection: Connection,
    *,
    door: ConnectionId,
    key: bytes,
    conversation: ConversationId,
    message: UUID,
    text: MaskedText,
    sensitive: datetime | None,
    at: datetime,
    now: datetime,
) -> bool:
    """Keeps what somebody at the brand has written elsewhere. False when it is here already."""
    values = {
        "connection": door,
        "key": key,
        "conversation": conversation,
        "message": message,
        "text": text.text,
        "sensitive": sensitive,
        "at": at,
        "now": now,
    }
    return (await connection.execute(KEEP_ECHO, values)).rowcount == 1


# threads ---------------------------------------------------------------------------------------------------------

# The surest first: our own signature, what it continues, the thread itself, other names of it. What was closed long
# ago is not continued, but for the thread itself: there is no other.
RESOLVE: Final = """
select t.lookup, t.conversation_id, f.rank >= 1000 from (
  select c.id as conversation_id, 0 as rank from conversation c
  where c.brand_id = current_brand() and c.id = %(conversation)s::uuid and c.connection_id = %(connection)s::text
    and (c.closed_at is null or c.closed_at > %(closed)s::timestamptz)
  union all
  select s.conversation_id, r.n::integer from unnest(%(refers)s::bytea[]) with ordinality as r (key, n)
  join seen s on s.connection_id = %(connection)s::text and s.key = r.key and s.conversation_id is not null
  join conversation c on c.brand_id = current_brand() and c.id = s.conversation_id
    and (c.closed_at is null or c.closed_at > %(closed)s::timestamptz)
  union all
  select h.conversation_id, 1000 + a.n::integer
  from unnest(%(lookups)s::bytea[]) with ordinality as a (lookup, n)
  join thread h on h.brand_id = current_brand() and h.connection_id = %(connection)s::text and h.lookup = a.lookup
  union all
  select h.conversation_id, 2000 + a.n::integer
  from unnest(%(lookups)s::bytea[]) with ordinality as a (lookup, n)
  join thread_alias h on h.brand_id = current_brand() and h.connection_id = %(connection)s::text
    and h.lookup = a.lookup
) f
join thread t on t.brand_id = current_brand() and t.conversation_id = f.conversation_id
  and t.connection_id = %(connection)s::text
order by f.rank limit 1
"""
LONG_CLOSED: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A thread that is known."""

    lookup: bytes = field(repr=False)
    conversation: ConversationId
    by_name: bool  # it is the thread itself, under whatever name; else the conversation that is continued


async def resolve_thread(
    connection: Connection,
    door: ConnectionId,
    *,
    lookups: Sequence[bytes],
    refers: Sequence[bytes] = (),
    conversation: UUID | None = None,
    now: datetime,
) -> Found | None:
    """Where something belongs; None: that is not known.

    `lookups`: the thread's own first, then its aliases. `refers`: keyed hashes of messages that it continues.
    """
    values = {
        "connection": door,
        "lookups": list(lookups),
        "refers": list(refers),
        "conversation": conversation,
        "closed": now - LONG_CLOSED,
    }
    row = await (await connection.execute(RESOLVE, values)).fetchone()
    if row is None:
        return None
    return Found(lookup=bytes(row[0]), conversation=ConversationId(row[1]), by_name=row[2])


NAME_THREAD: Final = """
insert into thread_alias (brand_id, conversation_id, connection_id, lookup)
select current_brand(), %(conversation)s::uuid, %(connection)s::text, a.lookup
from unnest(%(lookups)s::bytea[]) as a (lookup)
where not exists (
  select from thread t
  where t.brand_id = current_brand() and t.connection_id = %(connection)s::text and t.lookup = a.lookup)
on conflict do nothing
"""


async def name_thread(
    connection: Connection, conversation: ConversationId, door: ConnectionId, lookups: Sequence[bytes]
) -> None:
    """Other names of a conversation's thread, so that it is found by each of them."""
    if lookups:
        values = {"conversation": conversation, "connection": door, "lookups": list(lookups)}
        await connection.execute(NAME_THREAD, values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """What a customer's action changes about its thread."""

    conversation: ConversationId
    connection: ConnectionId
    acted_at: datetime | None = None
    envelope: bytes | None = field(default=None, repr=False)
    envelope_at: datetime | None = None
    sealed: bytes | None = field(default=None, repr=False)  # the thread's id, where it has another one now
    quiet_until: datetime | None = None  # nothing is answered before


ACT: Final = """
update thread set
  acted_at = greatest(acted_at, %(acted)s::timestamptz),
  sealed = case when acted_at is null or acted_at <= %(acted)s::timestamptz
    then coalesce(%(sealed)s::bytea, sealed) else sealed end,
  envelope = case when envelope_at is null or envelope_at <= %(envelope_at)s::timestamptz
    then coalesce(%(envelope)s::bytea, envelope) else envelope end,
  envelope_at = greatest(envelope_at, %(envelope_at)s::timestamptz)
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and connection_id = %(connection)s::text
"""
# A lane that a worker has on lease stays its own.
HUSH: Final = """
update lane set lease_until = greatest(lease_until, %(until)s::timestamptz),
  waiting_since = greatest(waiting_since, %(until)s::timestamptz)
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and arrived > answered
"""


async def touch(connection: Connection, one: Touch) -> None:
    """Notes when a customer acted last, and what an answer needs; the newest by the vendor's clock stays."""
    values = {
        "conversation": one.conversation,
        "connection": one.connection,
        "acted": one.acted_at,
        "envelope": one.envelope,
        "envelope_at": one.envelope_at,
        "sealed": one.sealed,
        "until": one.quiet_until,
    }
    await connection.execute(ACT, values)
    if one.quiet_until is not None:
        await connection.execute(HUSH, values)


# parking ---------------------------------------------------------------------------------------------------------

PARK: Final = """
insert into parked (brand_id, id, connection_id, about, kind, text, value, at, until)
values (current_brand(), %(id)s::uuid, %(connection)s::text, %(about)s::bytea, %(kind)s::text, %(text)s::text,
  %(value)s::text, %(at)s::timestamptz, %(until)s::timestamptz)
on conflict (connection_id, about, kind, at) do nothing
"""


async def park(connection: Connection, report: Report, *, id: UUID, now: datetime) -> None:  # noqa: A002 - the column's name
    """Keeps a report whose message is not here yet."""
    await connection.execute(
        PARK,
        {
            "id": id,
            "connection": report.connection,
            "about": report.about,
            "kind": report.what,
            "text": None if report.text is None else report.text.text,
            "value": report.value,
            "at": report.at,
            "until": now + PARKED,
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A report that waits, and since when."""

    id: UUID
    report: Report
    since: datetime


_PARKED: Final = """
select p.id, p.kind, p.connection_id, p.about, p.at, p.text, p.value, p.until from parked p
where p.brand_id = current_brand()
"""
LIST_PARKED_OF: Final = (
    _PARKED + "and p.connection_id = %(connection)s::text and p.about = any(%(keys)s::bytea[]) order by p.at, p.id"
)
LIST_RIPE: Final = (
    _PARKED
    + """
and (p.kind = 'echo' or exists (
  select from seen s where s.connection_id = p.connection_id and s.key = p.about and s.message_id is not null))
order by p.at, p.id limit %(most)s::integer
"""
)
UNPARK: Final = "delete from parked where brand_id = current_brand() and id = %(id)s::uuid"
FORGET_PARKED: Final = "delete from parked where brand_id = current_brand() and until < %(now)s::timestamptz"


async def list_parked_of(connection: Connection, door: ConnectionId, keys: Sequence[bytes]) -> list[Parked]:
    """What waits for these messages, oldest first."""
    values = {"connection": door, "keys": list(keys)}
    return _read_parked(await (await connection.execute(LIST_PARKED_OF, values)).fetchall())


async def list_ripe(connection: Connection) -> list[Parked]:
    """What waits for messages that are here by now, oldest first; and echoes, which may be ours or not."""
    return _read_parked(await (await connection.execute(LIST_RIPE, {"most": MOST})).fetchall())


def _read_parked(rows: Sequence[tuple[object, ...]]) -> list[Parked]:
    return [
        Parked(
            id=cast("UUID", id_),
            report=Report(
                what=cast("What", what),
                connection=ConnectionId(cast("str", door)),
                about=bytes(cast("bytes", about)),
                at=cast("datetime", at),
                text=None if text is None else MaskedText(cast("str", text)),
                value=cast("str | None", value),
            ),
            since=cast("datetime", until) - PARKED,
        )
        for id_, what, door, about, at, text, value, until in rows
    ]


async def unpark(connection: Connection, parked: UUID) -> bool:
    """Takes a report out; False when somebody else was quicker."""
    return (await connection.execute(UNPARK, {"id": parked})).rowcount == 1


async def forget_parked(connection: Connection, now: datetime) -> None:
    """Deletes what has waited in vain."""
    await connection.execute(FORGET_PARKED, {"now": now})


# connections -----------------------------------------------------------------------------------------------------

NOTE_IN: Final = """
insert into connection_state as c (connection_id, brand_id, in_at)
values (%(connection)s::text, current_brand(), %(now)s::timestamptz)
on conflict (connection_id) do update set in_at = greatest(c.in_at, excluded.in_at)
"""


async def note_in(connection: Connection, door: ConnectionId, now: datetime) -> None:
    """Something has come in."""
    await connection.execute(NOTE_IN, {"connection": door, "now": now})
