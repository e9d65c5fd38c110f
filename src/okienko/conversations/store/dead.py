"""SQL of messages that did not get out, or of which nobody knows: what they are, and sending them again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from okienko.database.pool import Connection
from okienko.values import Author, ConnectionId, ConversationId, MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """A message that is not on its way any more and may not have arrived. Ids and our own words only."""

    conversation: ConversationId
    message: MessageId
    reference: str
    author: Author
    state: Literal["failed", "unsure"]
    error: str | None
    part: int  # so many parts have gone …
    parts: int  # … of so many
    at: datetime  # when it was written
    again: bool  # whether it may be sent again


# What a person wrote may always go again. What the bot wrote, only while the bot has the conversation and no person
# has had it since: they have answered, or will. What the system said of a moment is over.
LIST_DEAD: Final = """
select o.conversation_id, o.message_id, c.reference, o.author, o.state, o.error, o.part, coalesce(o.parts, 1), m.at,
  o.author = 'agent' or (o.author = 'bot' and not o.last_try and c.holder = 'bot' and c.closed_at is null)
from outbox o
join conversation c on c.brand_id = current_brand() and c.id = o.conversation_id
join message m on m.brand_id = current_brand() and m.conversation_id = o.conversation_id and m.id = o.message_id
where o.brand_id = current_brand() and o.connection_id = %(connection)s::text and o.state in ('failed', 'unsure')
  and m.at >= %(since)s::timestamptz
order by o.message_id desc limit %(limit)s::integer
"""


async def list_dead(connection: Connection, door: ConnectionId, *, since: datetime, limit: int = 100) -> list[Dead]:
    """Messages of one connection, written since a moment, that failed or are unsure; the latest first."""
    values = {"connection": door, "since": since, "limit": limit}
    rows = await (await connection.execute(LIST_DEAD, values)).fetchall()
    return [
        Dead(
            conversation=ConversationId(row[0]),
            message=MessageId(row[1]),
            reference=row[2],
            author=Author(row[3]),
            state=row[4],
            error=row[5],
            part=row[6],
            parts=row[7],
            at=row[8],
            again=row[9],
        )
        for row in rows
    ]


# Parts that have gone are not sent again. The vendor's window is looked at when it is sent.
SEND_DEAD: Final = """
update outbox o set state = first_state(o.channel), due_at = %(now)s::timestamptz, attempts = 0, waited = 0,
  error = null
from conversation c, message m
where o.brand_id = current_brand() and o.connection_id = %(connection)s::text and o.state in ('failed', 'unsure')
  and (%(message)s::uuid is null or o.message_id = %(message)s::uuid)
  and m.brand_id = current_brand() and m.conversation_id = o.conversation_id and m.id = o.message_id
  and m.at >= %(since)s::timestamptz
  and c.brand_id = current_brand() and c.id = o.conversation_id
  and (o.author = 'agent' or (o.author = 'bot' and not o.last_try and c.holder = 'bot' and c.closed_at is null))
"""


async def send_dead(
    connection: Connection, door: ConnectionId, *, since: datetime, message: UUID | None = None, now: datetime
) -> int:
    """Sends messages of a connection again, or only one of them; how many. One that is unsure may arrive twice.

    An agent's own message, from the conversation: `actions.send_again`.
    """
    values = {"connection": door, "since": since, "message": message, "now": now}
    return (await connection.execute(SEND_DEAD, values)).rowcount
