"""The vault of one conversation: what is needed to number and seal, and how agents' words stand in clear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from okienko.conversations.store.arrivals import Vault, read_numbers
from okienko.database.pool import Connection
from okienko.values import ConversationId, MessageId, PersonId

# Lanes are locked before conversations, as everywhere: a customer's message that arrives now waits, and is numbered
# after this one.
OPEN_VAULT: Final = """
with locked as (
  select conversation_id from lane
  where brand_id = current_brand() and conversation_id = %(conversation)s::uuid for update
)
select c.person_id, k.wrapped from locked l
join conversation c on c.brand_id = current_brand() and c.id = l.conversation_id
join person_key k on k.brand_id = current_brand() and k.person_id = c.person_id
"""


async def open_vault(connection: Connection, conversation: ConversationId) -> Vault | None:
    """Locks the conversation's lane and reads what numbering and sealing need; None when there is no conversation."""
    row = await (await connection.execute(OPEN_VAULT, {"conversation": conversation})).fetchone()
    if row is None:
        return None
    numbers, spent = (await read_numbers(connection, [conversation]))[conversation]
    return Vault(
        conversation=conversation,
        person=PersonId(row[0]),
        wrapped_key=None if row[1] is None else bytes(row[1]),
        numbers=numbers,
        spent=spent,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedForm:
    """A value as an agent wrote it, on its way into the database."""

    id: UUID
    place: int
    label: str
    number: int
    sealed: bytes = field(repr=False)
    expires_at: datetime  # of the value that it is a form of


# A value that is said again is needed as long as the words that say it.
STORE_FORMS: Final = """
with form as (
  select * from unnest(
    %(ids)s::uuid[], %(places)s::integer[], %(labels)s::text[], %(numbers)s::integer[], %(sealed)s::bytea[],
    %(expiries)s::timestamptz[]
  ) as f (id, place, label, number, sealed, expires_at)
), renewed as (
  update vault_item v set expires_at = greatest(v.expires_at, f.expires_at) from form f
  where v.brand_id = current_brand() and v.conversation_id = %(conversation)s::uuid
    and v.label = f.label and v.number = f.number
  returning v.id, v.label, v.number
)
insert into vault_form (brand_id, conversation_id, id, message_id, place, item_id, sealed)
select current_brand(), %(conversation)s::uuid, f.id, %(message)s::uuid, f.place, r.id, f.sealed
from form f join renewed r on r.label = f.label and r.number = f.number
"""


async def store_forms(
    connection: Connection, conversation: ConversationId, message: MessageId, forms: Sequence[SealedForm]
) -> None:
    """Keeps how values stand in an agent's message. The values themselves have to be in the vault already."""
    if not forms:
        return
    await connection.execute(
        STORE_FORMS,
        {
            "conversation": conversation,
            "message": message,
            "ids": [form.id for form in forms],
            "places": [form.place for form in forms],
            "labels": [form.label for form in forms],
            "numbers": [form.number for form in forms],
            "sealed": [form.sealed for form in forms],
            "expiries": [form.expires_at for form in forms],
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnForm:
    """A sealed form of an agent's message with what opens it."""

    message: MessageId
    id: UUID
    place: int
    person: PersonId
    sealed: bytes = field(repr=False)
    wrapped: bytes = field(repr=False)


# Only what people wrote: whatever a row says, the bot's words and notes are never put into clear.
READ_FORMS: Final = """
select f.message_id, f.id, f.place, v.person_id, f.sealed, k.wrapped
from unnest(%(conversations)s::uuid[], %(messages)s::uuid[]) as w (conversation_id, message_id)
join message m on m.brand_id = current_brand() and m.conversation_id = w.conversation_id and m.id = w.message_id
  and m.author = 'agent'
join vault_form f
  on f.brand_id = current_brand() and f.conversation_id = w.conversation_id and f.message_id = w.message_id
join vault_item v on v.brand_id = current_brand() and v.conversation_id = w.conversation_id and v.id = f.item_id
  and v.expires_at > %(now)s::timestamptz
join person_key k on k.brand_id = current_brand() and k.person_id = v.person_id and k.wrapped is not null
"""


async def read_forms(
    connection: Connection, messages: Mapping[MessageId, ConversationId], now: datetime
) -> list[OwnForm]:
    """How values stand in these messages of agents, still sealed; nothing of what has expired or been erased."""
    if not messages:
        return []
    rows = await (
        await connection.execute(
            READ_FORMS, {"conversations": list(messages.values()), "messages": list(messages), "now": now}
        )
    ).fetchall()
    return [
        OwnForm(
            message=MessageId(message),
            id=row,
            place=place,
            person=PersonId(person),
            sealed=bytes(sealed),
            wrapped=bytes(wrapped),
        )
        for message, row, place, person, sealed, wrapped in rows
    ]
