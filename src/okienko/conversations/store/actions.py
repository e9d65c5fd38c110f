"""What agents do: take over, reply, note, hand back, close, send again.

Actions are conditional updates of the conversation's row: whoever comes second learns it from the outcome, and nothing
is overwritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, LiteralString
from uuid import UUID

from okienko.conversations.store.arrivals import SealedItem, store_vault_items
from okienko.conversations.store.vault import SealedForm, store_forms
from okienko.database.pool import Connection
from okienko.values import ConversationId, MaskedText, MessageId, StaffId

Outcome = Literal["done", "already", "held", "closed"]
"""done; already so (a double click); somebody else holds the conversation; it is closed."""

TAKE_OVER: Final = """
update conversation set holder = 'agent', agent_id = %(staff)s::uuid, version = version + 1, queued_at = null,
  updated_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(conversation)s::uuid and closed_at is null
  and agent_id is distinct from %(staff)s::uuid and (agent_id is null or agent_id = %(holder)s::uuid)
"""
# A statement of its own, after the conversation's row is ours: it sees what the bot's last turn has committed
# meanwhile. What is under way to a vendor cannot be called back; it is not tried again.
SILENCE_BOT: Final = """
update outbox set state = case state when 'waiting' then 'cancelled' else state end, last_try = true
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and author = 'bot'
  and state in ('waiting', 'sending')
"""


async def take_over(
    connection: Connection,
    *,
    conversation_id: ConversationId,
    staff_id: StaffId,
    holder: StaffId | None,
    message_id: UUID,
    said: MaskedText,
    now: datetime,
) -> Outcome:
    """Gives the conversation to `staff_id` and silences the bot: after the commit no send of the bot starts.

    `holder` is the colleague whom the conversation is knowingly taken from; when somebody else has it meanwhile, the
    outcome is "held". `said` tells the customer.
    """
    values = {"conversation": conversation_id, "staff": staff_id, "holder": holder, "now": now}
    if (await connection.execute(TAKE_OVER, values)).rowcount != 1:
        return await _explain(connection, conversation_id, staff_id)
    await connection.execute(SILENCE_BOT, values)
    await _say(connection, conversation_id, message_id, said, now)
    return "done"


HOLD: Final = """
update conversation set updated_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(conversation)s::uuid and closed_at is null
  and agent_id = %(staff)s::uuid
returning connection_id
"""
ONCE: Final = """
insert into seen (connection_id, key, at) values (%(connection)s::text, %(once)s::bytea, %(now)s::timestamptz)
on conflict do nothing
"""


async def reply(
    connection: Connection,
    *,
    conversation_id: ConversationId,
    staff_id: StaffId,
    message_id: UUID,
    once: bytes,
    text: MaskedText,
    items: Sequence[SealedItem] = (),
    forms: Sequence[SealedForm] = (),
    now: datetime,
) -> Outcome:
    """An agent's words for the customer, on their way out.

    `once` is a keyed hash of the form's own id: sent again, it changes nothing ("already"). `items` are values that the
    conversation has not had before, numbered under its lane's lock (`open_vault`); `forms` are what the customer will
    read instead of placeholders.
    """
    values = {"conversation": conversation_id, "staff": staff_id, "once": once, "now": now}
    row = await (await connection.execute(HOLD, values)).fetchone()
    if row is None:
        outcome = await _explain(connection, conversation_id, staff_id)
        return "held" if outcome == "already" else outcome
    if (await connection.execute(ONCE, {**values, "connection": row[0]})).rowcount == 0:
        return "already"
    await store_vault_items(connection, items, now)
    await _say(connection, conversation_id, message_id, text, now, staff_id=staff_id)
    await store_forms(connection, conversation_id, MessageId(message_id), forms)
    return "done"


ADD_NOTE: Final = """
with noted as (
  insert into message (brand_id, conversation_id, id, author, kind, agent_id, text, at)
  select current_brand(), id, %(message)s::uuid, 'note', 'text', %(staff)s::uuid, %(text)s::text, %(now)s::timestamptz
  from conversation where brand_id = current_brand() and id = %(conversation)s::uuid
)
update conversation set updated_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(conversation)s::uuid
"""
READ_DOOR: Final = """
select connection_id from conversation where brand_id = current_brand() and id = %(conversation)s::uuid for update
"""


async def add_note(
    connection: Connection,
    *,
    conversation_id: ConversationId,
    staff_id: StaffId,
    message_id: UUID,
    once: bytes,
    text: MaskedText,
    items: Sequence[SealedItem] = (),
    now: datetime,
) -> Outcome:
    """A note for colleagues; anybody may leave one, whoever holds the conversation. It is never sent.

    `items` as in `reply`: colleagues can reveal them. A note has no forms, for no customer reads it.
    """
    values = {"conversation": conversation_id, "staff": staff_id, "once": once, "now": now}
    row = await (await connection.execute(READ_DOOR, values)).fetchone()
    if row is None:
        return "closed"
    if (await connection.execute(ONCE, {**values, "connection": row[0]})).rowcount == 0:
        return "already"
    await store_vault_items(connection, items, now)
    await connection.execute(ADD_NOTE, {**values, "message": message_id, "text": text.text})
    return "done"


HAND_BACK: Final = """
update conversation set holder = 'bot', agent_id = null, version = version + 1, misses = 0,
  updated_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(conversation)s::uuid and closed_at is null and agent_id = %(staff)s::uuid
"""
TO_QUEUE: Final = """
update conversation set holder = 'queue', agent_id = null, version = version + 1, queued_at = %(now)s::timestamptz,
  updated_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(conversation)s::uuid and closed_at is null and agent_id = %(staff)s::uuid
"""
CLOSE: Final = """
update conversation set closed_at = %(now)s::timestamptz, version = version + 1, updated_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(conversation)s::uuid and closed_at is null
  and (agent_id is null or agent_id = %(staff)s::uuid)
"""
REOPEN: Final = """
update conversation set closed_at = null, holder = 'agent', agent_id = %(staff)s::uuid, queued_at = null,
  version = version + 1, updated_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(conversation)s::uuid and closed_at is not null
"""

Change = Literal["hand_back", "to_queue", "close", "reopen"]
_CHANGES: Final[dict[Change, LiteralString]] = {
    "hand_back": HAND_BACK,
    "to_queue": TO_QUEUE,
    "close": CLOSE,
    "reopen": REOPEN,
}


async def change_holder(
    connection: Connection,
    change: Change,
    *,
    conversation_id: ConversationId,
    staff_id: StaffId,
    message_id: UUID,
    said: MaskedText,
    now: datetime,
) -> Outcome:
    """Hands back to the bot, puts into the queue, closes, or opens again (for oneself). `said` tells the customer.

    Only who holds a conversation may give it away; one that no person holds may be closed by anybody.
    """
    values = {"conversation": conversation_id, "staff": staff_id, "now": now}
    if (await connection.execute(_CHANGES[change], values)).rowcount != 1:
        return await _explain_change(connection, change, conversation_id)
    if change == "reopen":
        await connection.execute(SILENCE_BOT, values)
    await _say(connection, conversation_id, message_id, said, now)
    return "done"


# A turn of the bot that is under way writes nothing: it was thought out for another category. What a person chooses is
# kept like what the customer picks.
FILE_UNDER: Final = """
update conversation set category = %(category)s::text, routed = null, picked = true, version = version + 1,
  updated_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(conversation)s::uuid and closed_at is null
  and category is distinct from %(category)s::text
"""


async def file_under(
    connection: Connection, category: str, *, conversation_id: ConversationId, now: datetime
) -> Outcome:
    """Puts the conversation into another category. Anybody may, whoever holds it; the customer is told nothing."""
    values = {"conversation": conversation_id, "category": category, "now": now}
    if (await connection.execute(FILE_UNDER, values)).rowcount == 1:
        return "done"
    row = await (await connection.execute(READ_HELD, {"conversation": conversation_id})).fetchone()
    return "closed" if row is None or row[0] else "already"


SEND_AGAIN: Final = """
update outbox o set state = first_state(o.channel), due_at = %(now)s::timestamptz, attempts = 0, waited = 0,
  error = null
from conversation c
where o.brand_id = current_brand() and o.conversation_id = %(conversation)s::uuid and o.message_id = %(message)s::uuid
  and o.state in ('failed', 'unsure') and o.author = 'agent'
  and c.brand_id = current_brand() and c.id = o.conversation_id and c.agent_id = %(staff)s::uuid
"""


async def send_again(
    connection: Connection, *, conversation_id: ConversationId, staff_id: StaffId, message_id: UUID, now: datetime
) -> bool:
    """Tries a person's message once more that failed, or of which nobody knows whether it arrived."""
    values = {"conversation": conversation_id, "staff": staff_id, "message": message_id, "now": now}
    return (await connection.execute(SEND_AGAIN, values)).rowcount == 1


SAY: Final = """
with said as (
  insert into message (brand_id, conversation_id, id, author, kind, agent_id, text, at)
  values (current_brand(), %(conversation)s::uuid, %(message)s::uuid, %(author)s::text, %(kind)s::text,
    %(staff)s::uuid, %(text)s::text, %(now)s::timestamptz)
)
insert into outbox (brand_id, conversation_id, message_id, connection_id, channel, author, state, due_at)
select current_brand(), id, %(message)s::uuid, connection_id, channel, %(author)s::text, first_state(channel),
  %(now)s::timestamptz
from conversation where brand_id = current_brand() and id = %(conversation)s::uuid
"""


async def _say(
    connection: Connection,
    conversation_id: ConversationId,
    message_id: UUID,
    text: MaskedText,
    now: datetime,
    *,
    staff_id: StaffId | None = None,
) -> None:
    """A message and its way out: an agent's words, or, without `staff_id`, the system's."""
    await connection.execute(
        SAY,
        {
            "conversation": conversation_id,
            "message": message_id,
            "author": "agent" if staff_id else "system",
            "kind": "text" if staff_id else "event",
            "staff": staff_id,
            "text": text.text,
            "now": now,
        },
    )


READ_HELD: Final = """
select closed_at is not null, agent_id, holder from conversation
where brand_id = current_brand() and id = %(conversation)s::uuid
"""


async def _explain(connection: Connection, conversation_id: ConversationId, staff_id: StaffId) -> Outcome:
    """Why a conditional update met no row."""
    row = await (await connection.execute(READ_HELD, {"conversation": conversation_id})).fetchone()
    if row is None or row[0]:
        return "closed"
    return "already" if row[1] == staff_id else "held"


async def _explain_change(connection: Connection, change: Change, conversation_id: ConversationId) -> Outcome:
    row = await (await connection.execute(READ_HELD, {"conversation": conversation_id})).fetchone()
    closed, holder = (row[0], row[2]) if row else (True, None)
    wanted = {"hand_back": not closed and holder == "bot", "to_queue": not closed and holder == "queue"}
    if wanted.get(change, closed == (change == "close")):
        return "already"
    return "closed" if closed else "held"
