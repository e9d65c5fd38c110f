"""What is known of a person and hidden: what there is, one value still sealed, and the record of who looked at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from okienko.audit.store import Actor, record
from okienko.database.pool import Connection
from okienko.values import BrandId, ConversationId, MaskedText, PersonId

REVEALS_AN_HOUR: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A sealed value as it may be shown: what it is, never what it says."""

    id: UUID
    label: str  # a label of masking, or an identity's kind: email, phone, external
    number: int
    at: datetime


READ_IDENTITIES: Final = """
select id, kind, row_number() over (partition by kind order by id), created_at
from identity where brand_id = current_brand() and person_id = %(person)s::uuid order by id
"""


async def read_identities(connection: Connection, person_id: PersonId) -> tuple[Hidden, ...]:
    """How this person can be reached, sealed."""
    rows = await (await connection.execute(READ_IDENTITIES, {"person": person_id})).fetchall()
    return tuple(Hidden(id=row[0], label=row[1], number=row[2], at=row[3]) for row in rows)


READ_VAULT_ITEMS: Final = """
select id, label, number, created_at from vault_item
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and expires_at > %(now)s::timestamptz
order by label, number
"""


async def read_vault_items(
    connection: Connection, conversation_id: ConversationId, now: datetime
) -> tuple[Hidden, ...]:
    """What masking took out of this conversation's words and kept, sealed."""
    values = {"conversation": conversation_id, "now": now}
    rows = await (await connection.execute(READ_VAULT_ITEMS, values)).fetchall()
    return tuple(Hidden(id=row[0], label=row[1], number=row[2], at=row[3]) for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A sealed value with what opens it: the place it is bound to and the person's wrapped key."""

    person_id: PersonId
    table: Literal["vault_item", "identity"]
    row: UUID
    sealed: bytes = field(repr=False)
    wrapped: bytes = field(repr=False)


READ_SEALED: Final = """
select v.person_id, 'vault_item', v.id, v.sealed, k.wrapped from vault_item v
join person_key k on k.brand_id = current_brand() and k.person_id = v.person_id and k.wrapped is not null
where v.brand_id = current_brand() and v.conversation_id = %(conversation)s::uuid and v.id = %(item)s::uuid
  and v.expires_at > %(now)s::timestamptz
union all
select i.person_id, 'identity', i.id, i.sealed, k.wrapped from conversation c
join identity i on i.brand_id = current_brand() and i.person_id = c.person_id and i.id = %(item)s::uuid
join person_key k on k.brand_id = current_brand() and k.person_id = i.person_id and k.wrapped is not null
where c.brand_id = current_brand() and c.id = %(conversation)s::uuid
"""


async def read_sealed(
    connection: Connection, conversation_id: ConversationId, item_id: UUID, now: datetime
) -> Sealed | None:
    """A value of this conversation or of its person, still sealed; None when it is gone or its key was destroyed."""
    values = {"conversation": conversation_id, "item": item_id, "now": now}
    row = await (await connection.execute(READ_SEALED, values)).fetchone()
    if row is None:
        return None
    return Sealed(person_id=PersonId(row[0]), table=row[1], row=row[2], sealed=bytes(row[3]), wrapped=bytes(row[4]))


LOCK_REVEALS: Final = "select pg_advisory_xact_lock(hashtextextended('okienko reveal ' || %(staff)s::uuid::text, 0))"
COUNT_REVEALS: Final = "select count_reveals(%(staff)s::uuid, %(since)s::timestamptz)"
RECORD_REVEAL: Final = """
insert into vault_reveal (brand_id, id, conversation_id, item_id, staff_id, reason, at)
values (current_brand(), %(id)s::uuid, %(conversation)s::uuid, %(item)s::uuid, %(staff)s::uuid, %(reason)s::text,
  %(now)s::timestamptz)
"""


async def record_reveal(
    connection: Connection,
    *,
    reveal_id: UUID,
    conversation_id: ConversationId,
    item_id: UUID,
    by: Actor,
    brand: BrandId,
    reason: MaskedText,
    now: datetime,
) -> bool:
    """Writes down who looks at what and why; False when it would be the 21st within an hour, in all brands together.

    Open the value only after True, in this very transaction: what is not written down is not shown. Of several at once,
    each waits for the one before and counts it.
    """
    await connection.execute(LOCK_REVEALS, {"staff": by.id})
    values = {"staff": by.id, "since": now - timedelta(hours=1)}
    row = await (await connection.execute(COUNT_REVEALS, values)).fetchone()
    if row is None or row[0] >= REVEALS_AN_HOUR:
        return False
    await connection.execute(
        RECORD_REVEAL,
        {
            "id": reveal_id,
            "conversation": conversation_id,
            "item": item_id,
            "staff": by.id,
            "reason": reason.text,
            "now": now,
        },
    )
    await record(
        connection,
        "value-revealed",
        by=by,
        brand=brand,
        kind="value",
        object=item_id,
        conversation=conversation_id,
        now=now,
    )
    return True
