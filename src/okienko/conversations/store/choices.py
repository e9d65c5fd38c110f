"""What customers choose about who answers them and what is taken of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from okienko.database.pool import Connection
from okienko.values import ConversationId, MaskedText, MessageId, PersonId

SET_PEOPLE_ONLY: Final = """
update person p set people_only_at = case when w.wanted then coalesce(p.people_only_at, %(now)s::timestamptz) end
from (
  select person, wanted from unnest(%(people)s::uuid[], %(wanted)s::boolean[]) as w (person, wanted) order by person
) w
where p.brand_id = current_brand() and p.id = w.person
"""


def pack_people_only(wishes: Mapping[PersonId, bool], now: datetime) -> dict[str, object]:
    """The parameters of `SET_PEOPLE_ONLY`: whether people alone are to answer, by person."""
    return {"people": list(wishes), "wanted": list(wishes.values()), "now": now}


async def set_people_only(connection: Connection, person: PersonId, wanted: bool, now: datetime) -> None:
    """Whether people alone are to answer this person, on every channel."""
    await connection.execute(SET_PEOPLE_ONLY, pack_people_only({person: wanted}, now))


LIST_CONVERSATIONS: Final = """
select id from conversation
where brand_id = current_brand() and person_id = %(person)s::uuid and channel = %(channel)s::text order by id
"""


async def list_conversations(connection: Connection, person: PersonId, channel: str) -> list[ConversationId]:
    """A person's conversations on a channel."""
    rows = await (await connection.execute(LIST_CONVERSATIONS, {"person": person, "channel": channel})).fetchall()
    return [ConversationId(id_) for (id_,) in rows]


SET_MUTED: Final = """
update thread set muted = %(muted)s::boolean
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid
"""


async def set_muted(connection: Connection, conversation: ConversationId, muted: bool) -> None:
    """Whether nothing more of the customer's is taken in this conversation: consent to it was withdrawn."""
    await connection.execute(SET_MUTED, {"conversation": conversation, "muted": muted})


TELL: Final = """
with touched as (
  update conversation c set updated_at = %(now)s::timestamptz
  where c.brand_id = current_brand() and c.id = %(conversation)s::uuid
  returning c.id, c.connection_id, c.channel
), said as (
  insert into message (brand_id, conversation_id, id, author, kind, text, at)
  select current_brand(), id, %(message)s::uuid, 'system', 'event', %(text)s::text, %(now)s::timestamptz from touched
)
insert into outbox (brand_id, conversation_id, message_id, connection_id, channel, author, state, due_at)
select current_brand(), id, %(message)s::uuid, connection_id, channel, 'system', first_state(channel),
  %(now)s::timestamptz
from touched
"""


async def tell(
    connection: Connection, conversation: ConversationId, *, message: MessageId, text: MaskedText, now: datetime
) -> None:
    """Says in the conversation what has been chosen, to both sides."""
    values = {"conversation": conversation, "message": message, "text": text.text, "now": now}
    await connection.execute(TELL, values)
