"""Calls by telephone: what waits to be said in one, what was answered to its requests, and how it fared.

Nothing is sent to a call: whoever is on the line asks, and what they get counts as sent with the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from okienko.database.pool import Connection
from okienko.values import ConversationId, Holder, Language, MaskedText, MessageId, PersonId

Outcome = Literal["person", "message"]
Reason = Literal["asked_for_person", "broken"]
MOST: Final = 500  # calls at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """Where whoever calls can be called back: `sealed` with the person's key, for the row `id` of `identity`."""

    id: UUID
    lookup: bytes = field(repr=False)
    sealed: bytes = field(repr=False)


BEGIN: Final = """
insert into phone_call (brand_id, conversation_id, began_at)
values (current_brand(), %(conversation)s::uuid, %(now)s::timestamptz)
on conflict (brand_id, conversation_id) do nothing
"""
KNOW_NUMBER: Final = """
insert into identity (brand_id, person_id, id, kind, lookup, sealed, created_at)
values (current_brand(), %(person)s::uuid, %(id)s::uuid, 'phone', %(lookup)s::bytea, %(sealed)s::bytea,
  %(now)s::timestamptz)
on conflict (brand_id, person_id, kind, lookup) do nothing
"""


async def begin(
    connection: Connection, conversation: ConversationId, person: PersonId, number: Number | None, now: datetime
) -> None:
    """Notes that a call has begun, and who calls. A second time, nothing happens."""
    await connection.execute(BEGIN, {"conversation": conversation, "now": now})
    if number is not None:
        values = {"person": person, "id": number.id, "lookup": number.lookup, "sealed": number.sealed, "now": now}
        await connection.execute(KNOW_NUMBER, values)


# what is said --------------------------------------------------------------------------------------------------------

IS_DECIDED: Final = """
select c.holder <> 'bot' or l.answered >= l.arrived
from conversation c join lane l on l.brand_id = c.brand_id and l.conversation_id = c.id
where c.brand_id = current_brand() and c.id = %(conversation)s::uuid
"""


async def is_decided(connection: Connection, conversation: ConversationId) -> bool:
    """Whether the bot has answered everything, or leaves it to people. True also when the conversation is gone."""
    row = await (await connection.execute(IS_DECIDED, {"conversation": conversation})).fetchone()
    return row is None or row[0]


# One request of a call at a time says what waits: this row is what others wait for.
LOCK: Final = """
select from phone_call where brand_id = current_brand() and conversation_id = %(conversation)s::uuid for update
"""
READ_ANSWER: Final = """
select twiml from phone_answer
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and key = %(key)s::bytea
"""
KEEP_ANSWER: Final = """
insert into phone_answer (brand_id, conversation_id, key, twiml, at)
values (current_brand(), %(conversation)s::uuid, %(key)s::bytea, %(twiml)s::text, %(now)s::timestamptz)
"""
FORGET_ANSWERS: Final = "delete from phone_answer where brand_id = current_brand() and at < %(before)s::timestamptz"


async def lock(connection: Connection, conversation: ConversationId, key: bytes) -> str | None:
    """Waits for other requests of the same call; what this very request was answered before, if it was."""
    await connection.execute(LOCK, {"conversation": conversation})
    row = await (await connection.execute(READ_ANSWER, {"conversation": conversation, "key": key})).fetchone()
    return None if row is None else row[0]


async def keep_answer(
    connection: Connection, conversation: ConversationId, key: bytes, twiml: str, now: datetime
) -> None:
    """Keeps what a request is answered; under the lock."""
    await connection.execute(KEEP_ANSWER, {"conversation": conversation, "key": key, "twiml": twiml, "now": now})


async def forget_answers(connection: Connection, before: datetime) -> None:
    """Deletes what was answered before a moment: nothing is asked again after so long."""
    await connection.execute(FORGET_ANSWERS, {"before": before})


# Whoever takes the conversation over cancels what the bot has waiting; what is left here is said.
TAKE: Final = """
update outbox set state = 'sent', sent_at = %(now)s::timestamptz, attempts = attempts + 1
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and channel = 'voice'
  and state = 'waiting'
returning message_id
"""


async def take_words(connection: Connection, conversation: ConversationId, now: datetime) -> frozenset[MessageId]:
    """The messages that wait to be said. They count as said with this transaction; under the lock."""
    rows = await (await connection.execute(TAKE, {"conversation": conversation, "now": now})).fetchall()
    return frozenset(MessageId(row[0]) for row in rows)


# to a person ---------------------------------------------------------------------------------------------------------

QUEUE: Final = """
update conversation set holder = 'queue', reason = %(reason)s::text, queued_at = %(now)s::timestamptz,
  updated_at = %(now)s::timestamptz, closed_at = null, version = version + 1
where brand_id = current_brand() and id = %(conversation)s::uuid and holder = 'bot'
"""


async def queue(connection: Connection, conversation: ConversationId, reason: Reason, now: datetime) -> None:
    """Gives people a conversation that the bot holds: its caller waits for a person, or the bot does not answer."""
    await connection.execute(QUEUE, {"conversation": conversation, "reason": reason, "now": now})


NOTE_OUTCOME: Final = """
update phone_call set outcome = %(outcome)s::text
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid
"""


async def note_outcome(connection: Connection, conversation: ConversationId, outcome: Outcome) -> None:
    """What a call has led to."""
    await connection.execute(NOTE_OUTCOME, {"conversation": conversation, "outcome": outcome})


# the end -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A call that has just ended."""

    language: Language
    holder: Holder
    outcome: Outcome | None
    seconds: int | None


# A report that comes late changes nothing: the highest number is the latest, and the end is the end.
REPORT: Final = """
update phone_call set state = %(state)s::text, sequence = greatest(sequence, %(sequence)s::integer),
  ended_at = case when %(ends)s::boolean then %(now)s::timestamptz end, seconds = %(seconds)s::integer
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and ended_at is null
  and (%(ends)s::boolean or sequence < %(sequence)s::integer)
returning ended_at is not null, outcome
"""
# What was connected to a person is done, and what the bot held: nobody waits.
CLOSE: Final = """
update conversation set closed_at = case
    when holder = 'bot' or (holder = 'queue' and %(outcome)s::text = 'person')
    then coalesce(closed_at, %(now)s::timestamptz) else closed_at end,
  updated_at = %(now)s::timestamptz, version = version + 1
where brand_id = current_brand() and id = %(conversation)s::uuid
returning language, holder
"""
# What was written for the call and not fetched is heard by nobody. People are told of what people have written.
FAIL_UNSAID: Final = """
update outbox o set
  state = case when o.author = 'agent' then 'failed' else 'cancelled' end, error = 'the call is over'
where o.brand_id = current_brand() and o.channel = 'voice' and o.state = 'waiting' and exists (
  select from phone_call p
  where p.brand_id = o.brand_id and p.conversation_id = o.conversation_id and p.ended_at is not null)
"""
TELL: Final = """
insert into message (brand_id, conversation_id, id, author, kind, text, at)
values (current_brand(), %(conversation)s::uuid, %(message)s::uuid, 'system', 'event', %(text)s::text,
  %(now)s::timestamptz)
"""
LIST_LOST: Final = """
select conversation_id from phone_call
where brand_id = current_brand() and ended_at is null and began_at < %(before)s::timestamptz limit %(most)s::integer
"""


async def report(
    connection: Connection,
    conversation: ConversationId,
    *,
    state: str,
    sequence: int,
    ends: bool,
    seconds: int | None,
    now: datetime,
) -> Ended | None:
    """Notes how a call fares. What ended it closes the conversation unless somebody waits; None: it goes on."""
    values = {
        "conversation": conversation,
        "state": state,
        "sequence": sequence,
        "ends": ends,
        "seconds": seconds,
        "now": now,
    }
    row = await (await connection.execute(REPORT, values)).fetchone()
    if row is None or not row[0]:
        return None
    outcome: Outcome | None = row[1]
    closed = await close(connection, conversation, outcome, now)
    await fail_unsaid(connection)
    if closed is None:
        return None
    return Ended(language=closed[0], holder=closed[1], outcome=outcome, seconds=seconds)


async def close(
    connection: Connection, conversation: ConversationId, outcome: Outcome | None, now: datetime
) -> tuple[Language, Holder] | None:
    """Closes a call's conversation unless somebody waits for an answer; in which language it is, and who holds it."""
    values = {"conversation": conversation, "outcome": outcome, "now": now}
    row = await (await connection.execute(CLOSE, values)).fetchone()
    return None if row is None else (row[0], Holder(row[1]))


async def tell_end(
    connection: Connection, conversation: ConversationId, *, message: MessageId, text: MaskedText, now: datetime
) -> None:
    """Writes into the conversation how the call went, for the desk: nobody is on the line any more."""
    values = {"conversation": conversation, "message": message, "text": text.text, "now": now}
    await connection.execute(TELL, values)


async def fail_unsaid(connection: Connection) -> None:
    """What is written for a call that is over was not said, and whoever wrote it is to see that."""
    await connection.execute(FAIL_UNSAID)


async def list_lost(connection: Connection, before: datetime) -> list[ConversationId]:
    """Calls that began before a moment and of whose end nothing was heard."""
    rows = await (await connection.execute(LIST_LOST, {"before": before, "most": MOST})).fetchall()
    return [ConversationId(row[0]) for row in rows]
