"""SQL of letters: who takes part in a conversation, whom nothing is sent to, what the bot has written, mailboxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from okienko.conversations.store.actions import SILENCE_BOT
from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.values import ConnectionId, ConversationId, MaskedText, MessageId, PersonId

# who takes part --------------------------------------------------------------------------------------------------

MEET: Final = """
with before as (
  select count(*) as known, count(*) filter (where lookup = %(lookup)s::bytea) as same from identity
  where brand_id = current_brand() and person_id = %(person)s::uuid and kind = 'email'
), added as (
  insert into identity (brand_id, person_id, id, kind, lookup, sealed, created_at)
  values (current_brand(), %(person)s::uuid, %(id)s::uuid, 'email', %(lookup)s::bytea, %(sealed)s::bytea,
    %(now)s::timestamptz)
  on conflict (brand_id, person_id, kind, lookup) do nothing
)
select known > 0 and same = 0 from before
"""


async def meet(
    connection: Connection,
    person: PersonId,
    *,
    id: UUID,  # noqa: A002 - the column's name; the value is sealed for this row
    lookup: bytes,
    sealed: bytes,
    now: datetime,
) -> bool:
    """Notes that whoever has this address takes part; whether others did, and they did not."""
    values = {"person": person, "id": id, "lookup": lookup, "sealed": sealed, "now": now}
    row = await (await connection.execute(MEET, values)).fetchone()
    return row is not None and row[0]


FIND_NAMED: Final = """
select c.id from conversation c
where c.brand_id = current_brand() and c.reference = %(reference)s::text and c.connection_id = %(connection)s::text
  and exists (
    select from identity i where i.brand_id = current_brand() and i.person_id = c.person_id and i.kind = 'email'
      and i.lookup = %(lookup)s::bytea)
"""


async def find_named(
    connection: Connection, door: ConnectionId, reference: str, lookup: bytes
) -> ConversationId | None:
    """The conversation of this reference, if whoever has this address takes part in it."""
    values = {"connection": door, "reference": reference, "lookup": lookup}
    row = await (await connection.execute(FIND_NAMED, values)).fetchone()
    return None if row is None else ConversationId(row[0])


FIND_PART: Final = """
select c.id from conversation c
where c.brand_id = current_brand() and exists (
    select from identity i where i.brand_id = current_brand() and i.person_id = c.person_id and i.kind = 'email'
      and i.lookup = %(lookup)s::bytea)
  and (c.id = %(conversation)s::uuid or c.id in (
    select s.conversation_id from seen s
    where s.connection_id = %(connection)s::text and s.key = any(%(about)s::bytea[])))
limit 1
"""


async def find_part(
    connection: Connection, door: ConnectionId, lookup: bytes, *, conversation: UUID | None, about: Sequence[bytes]
) -> ConversationId | None:
    """The conversation, named itself or by letters of it, if whoever has this address takes part in it."""
    values = {"connection": door, "lookup": lookup, "conversation": conversation, "about": list(about)}
    row = await (await connection.execute(FIND_PART, values)).fetchone()
    return None if row is None else ConversationId(row[0])


# to people -------------------------------------------------------------------------------------------------------

SAY_TO_STAFF: Final = """
insert into message (brand_id, conversation_id, id, author, kind, text, at)
values (current_brand(), %(conversation)s::uuid, %(id)s::uuid, 'note', 'text', %(text)s::text, %(now)s::timestamptz)
"""
# What the bot was about to say is said no more; a turn that is under way writes nothing.
TO_PEOPLE: Final = """
update conversation set holder = 'queue', agent_id = null, queued_at = %(now)s::timestamptz, closed_at = null,
  version = version + 1, updated_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(conversation)s::uuid and (holder = 'bot' or closed_at is not null)
"""


async def tell_staff(
    connection: Connection, conversation: ConversationId, text: MaskedText, *, hand_over: bool, now: datetime
) -> None:
    """A note for whoever looks at a conversation; with `hand_over`, the bot leaves it to people."""
    values = {"conversation": conversation, "id": MessageId(new_id(now)), "text": text.text, "now": now}
    if hand_over and (await connection.execute(TO_PEOPLE, values)).rowcount == 1:
        await connection.execute(SILENCE_BOT, values)
    await connection.execute(SAY_TO_STAFF, values)


# whom nothing is sent to -----------------------------------------------------------------------------------------

STOP: Final = """
insert into letter_stop as s (brand_id, lookup, why, at, until)
values (current_brand(), %(lookup)s::bytea, %(why)s::text, %(now)s::timestamptz, %(until)s::timestamptz)
on conflict (brand_id, lookup) do update set
  why = case when s.why = 'complaint' then s.why else excluded.why end,
  until = greatest(s.until, excluded.until)
"""
LIFT: Final = """
delete from letter_stop where brand_id = current_brand() and lookup = %(lookup)s::bytea and why <> 'complaint'
"""
READ_STOP: Final = """
select why from letter_stop
where brand_id = current_brand() and lookup = %(lookup)s::bytea and until > %(now)s::timestamptz
"""


async def stop(connection: Connection, lookup: bytes, why: str, *, until: datetime, now: datetime) -> None:
    """Nothing is sent to this address until then."""
    await connection.execute(STOP, {"lookup": lookup, "why": why, "until": until, "now": now})


async def lift(connection: Connection, lookup: bytes) -> None:
    """Whoever writes can be written to, unless they have complained."""
    await connection.execute(LIFT, {"lookup": lookup})


# how much the bot has written ------------------------------------------------------------------------------------

MOST_AN_HOUR: Final = 3  # letters of the bot to one address
MOST_A_DAY: Final = 10  # in one conversation

Refusal = Literal["suppressed", "too many letters", "the same letter again"]

# Two senders that write to one address count one after the other.
LOCK_ADDRESS: Final = "select pg_advisory_xact_lock(hashtextextended('letter ' || %(key)s::text, 0))"
COUNT: Final = """
select count(*) filter (where lookup = %(lookup)s::bytea and at > %(now)s::timestamptz - interval '1 hour'),
  count(*) filter (where conversation_id = %(conversation)s::uuid),
  count(*) filter (where conversation_id = %(conversation)s::uuid and body = %(body)s::bytea),
  exists (select from letter_count
    where brand_id = current_brand() and message_id = %(message)s::uuid)
from letter_count
where brand_id = current_brand() and at > %(now)s::timestamptz - interval '1 day'
  and message_id <> %(message)s::uuid
  and (lookup = %(lookup)s::bytea or conversation_id = %(conversation)s::uuid)
"""
NOTE_LETTER: Final = """
insert into letter_count (brand_id, message_id, conversation_id, lookup, body, at)
values (current_brand(), %(message)s::uuid, %(conversation)s::uuid, %(lookup)s::bytea, %(body)s::bytea,
  %(now)s::timestamptz)
on conflict do nothing
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A letter that is about to go. `lookup` and `body` are keyed hashes."""

    conversation: ConversationId
    message: MessageId
    lookup: bytes = field(repr=False)
    body: bytes = field(repr=False)
    automatic: bool


async def may_leave(connection: Connection, leaving: Leaving, now: datetime) -> Refusal | None:
    """Why a letter may not go; None: it may, and is counted. One that was counted before goes again."""
    values = {
        "conversation": leaving.conversation,
        "message": leaving.message,
        "lookup": leaving.lookup,
        "body": leaving.body,
        "now": now,
    }
    if await (await connection.execute(READ_STOP, values)).fetchone() is not None:
        return "suppressed"
    if not leaving.automatic:
        return None
    await connection.execute(LOCK_ADDRESS, {"key": leaving.lookup.hex()})
    row = await (await connection.execute(COUNT, values)).fetchone()
    assert row is not None
    to_address, in_conversation, same, counted = row
    if counted:
        return None
    if same:
        return "the same letter again"
    if to_address >= MOST_AN_HOUR or in_conversation >= MOST_A_DAY:
        return "too many letters"
    await connection.execute(NOTE_LETTER, values)
    return None


FORGET_STOPS: Final = "delete from letter_stop where brand_id = current_brand() and until < %(now)s::timestamptz"
FORGET_COUNTS: Final = """
delete from letter_count where brand_id = current_brand() and at < %(now)s::timestamptz - interval '1 day'
"""


async def forget(connection: Connection, now: datetime) -> None:
    """Addresses whose time is over, and yesterday's counts."""
    for statement in (FORGET_STOPS, FORGET_COUNTS):
        await connection.execute(statement, {"now": now})


# mailboxes -------------------------------------------------------------------------------------------------------

TAKE_MAILBOX: Final = """
insert into connection_state as s (connection_id, brand_id, collector, collected_until)
values (%(connection)s::text, current_brand(), %(collector)s::uuid, %(until)s::timestamptz)
on conflict (connection_id) do update set collector = excluded.collector, collected_until = excluded.collected_until
where s.collector = excluded.collector or s.collected_until is null or s.collected_until < %(now)s::timestamptz
returning cursor
"""


async def take_mailbox(
    connection: Connection, door: ConnectionId, collector: UUID, *, now: datetime, lease: timedelta
) -> tuple[str | None] | None:
    """Has one process take the letters out of a mailbox: (how far it has got), or None while another one does."""
    values = {"connection": door, "collector": collector, "now": now, "until": now + lease}
    row = await (await connection.execute(TAKE_MAILBOX, values)).fetchone()
    return None if row is None else (row[0],)


LEAVE_MAILBOX: Final = """
update connection_state set collector = null, collected_until = null
where brand_id = current_brand() and connection_id = %(connection)s::text and collector = %(collector)s::uuid
"""


async def leave_mailbox(connection: Connection, door: ConnectionId, collector: UUID) -> None:
    """Lets another process take the letters at once."""
    await connection.execute(LEAVE_MAILBOX, {"connection": door, "collector": collector})


MOVE_CURSOR: Final = """
update connection_state set cursor = %(cursor)s::text, polled_at = %(now)s::timestamptz,
  collected_until = %(until)s::timestamptz
where brand_id = current_brand() and connection_id = %(connection)s::text and collector = %(collector)s::uuid
"""


async def move_cursor(
    connection: Connection, door: ConnectionId, collector: UUID, cursor: str, *, now: datetime, until: datetime
) -> bool:
    """Notes how far the mailbox was read, and goes on with it; False when another process reads it by now."""
    values = {"connection": door, "collector": collector, "cursor": cursor, "now": now, "until": until}
    return (await connection.execute(MOVE_CURSOR, values)).rowcount == 1


# Sending may go on: it is not paused.
NOTE_WAY_IN: Final = """
update connection_state set trouble = %(trouble)s::text, trouble_at = %(now)s::timestamptz
where brand_id = current_brand() and connection_id = %(connection)s::text and trouble is null
"""
WAY_IN_WORKS: Final = """
update connection_state set trouble = null, trouble_at = null
where brand_id = current_brand() and connection_id = %(connection)s::text and trouble is not null
  and paused_until is null
"""


async def note_way_in(connection: Connection, door: ConnectionId, trouble: Literal["sign_in"], now: datetime) -> bool:
    """A mailbox that does not let us in; whether nobody knew."""
    values = {"connection": door, "trouble": trouble, "now": now}
    return (await connection.execute(NOTE_WAY_IN, values)).rowcount == 1


async def clear_way_in(connection: Connection, door: ConnectionId) -> None:
    """It lets us in again. Trouble of the way out, which pauses that, is another matter."""
    await connection.execute(WAY_IN_WORKS, {"connection": door})


IS_THERE: Final = "select 1"


async def is_there(connection: Connection) -> None:
    """Asks the database for nothing. Raises `DatabaseAway` where it is away."""
    await connection.execute(IS_THERE)
