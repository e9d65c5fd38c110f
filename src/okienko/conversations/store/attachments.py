"""Files of customers: kept sealed in parts, pending until a message takes them along, opened for somebody by name.

Nothing here sees a file: parts come sealed and leave sealed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from okienko.attachments.kinds import FileType
from okienko.audit.store import Actor, record
from okienko.database.pool import Connection
from okienko.values import BrandId, ConversationId, MessageId, PersonId

PENDING: Final = timedelta(hours=1)  # how long a file waits for its message
PART: Final = 1024 * 1024  # bytes of a file in one sealed part
VIEWS_AN_HOUR: Final = 100  # files that one person may open in one brand
MOST: Final = 200  # files deleted at once


# keeping and sending ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttachment:
    """A checked file that is about to be kept. `size` is that of the file as it will be shown, in bytes."""

    id: UUID
    conversation: ConversationId
    person: PersonId
    type: FileType
    size: int
    parts: int
    scanned: bool = False  # for malware


KEEP: Final = """
insert into attachment (brand_id, conversation_id, id, person_id, type, size, parts, scanned, expires_at, created_at)
values (current_brand(), %(conversation)s::uuid, %(id)s::uuid, %(person)s::uuid, %(type)s::text, %(size)s::integer,
  %(parts)s::integer, %(scanned)s::boolean, %(expires)s::timestamptz, %(now)s::timestamptz)
"""
KEEP_PART: Final = """
insert into attachment_part (brand_id, conversation_id, attachment_id, number, sealed)
values (current_brand(), %(conversation)s::uuid, %(id)s::uuid, %(number)s::integer, %(sealed)s::bytea)
"""


async def keep_pending(connection: Connection, new: NewAttachment, parts: Iterable[bytes], now: datetime) -> None:
    """Keeps a file whose message is still to come. `parts` are sealed one after another, as they are written."""
    values = {"conversation": new.conversation, "id": new.id}
    await connection.execute(
        KEEP,
        {
            **values,
            "person": new.person,
            "type": new.type.value,
            "size": new.size,
            "parts": new.parts,
            "scanned": new.scanned,
            "expires": now + PENDING,
            "now": now,
        },
    )
    for number, sealed in enumerate(parts):
        await connection.execute(KEEP_PART, {**values, "number": number, "sealed": sealed})


DROP_PENDING: Final = """
delete from attachment
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and id = %(id)s::uuid
  and message_id is null
"""


async def drop_pending(connection: Connection, conversation: ConversationId, attachment: UUID) -> None:
    """The customer thought better of it. What was sent stays."""
    await connection.execute(DROP_PENDING, {"conversation": conversation, "id": attachment})


LOCK_PENDING: Final = """
select a.conversation_id, a.id, a.type from attachment a
where a.brand_id = current_brand() and a.conversation_id = any(%(conversations)s::uuid[])
  and a.id = any(%(ids)s::uuid[]) and a.message_id is null and a.expires_at > %(now)s::timestamptz
order by a.conversation_id, a.id for update
"""


async def lock_pending(
    connection: Connection, wanted: Collection[tuple[ConversationId, UUID]], now: datetime
) -> dict[tuple[ConversationId, UUID], FileType]:
    """Of these files, those that still wait for their message, and what they are."""
    values = {"conversations": [c for c, _ in wanted], "ids": [id_ for _, id_ in wanted], "now": now}
    rows = await (await connection.execute(LOCK_PENDING, values)).fetchall()
    return {(ConversationId(conversation), id_): FileType(type_) for conversation, id_, type_ in rows}


SEND: Final = """
update attachment a set message_id = s.message_id, expires_at = %(expires)s::timestamptz
from unnest(%(conversations)s::uuid[], %(ids)s::uuid[], %(messages)s::uuid[]) as s (conversation_id, id, message_id)
where a.brand_id = current_brand() and a.conversation_id = s.conversation_id and a.id = s.id and a.message_id is null
"""


async def send_attachments(
    connection: Connection, sent: Sequence[tuple[ConversationId, UUID, UUID]], expires: datetime
) -> None:
    """Files go with their messages: (conversation, file, message). From here on they can be opened at the desk."""
    await connection.execute(
        SEND,
        {
            "conversations": [conversation for conversation, _, _ in sent],
            "ids": [id_ for _, id_, _ in sent],
            "messages": [message for _, _, message in sent],
            "expires": expires,
        },
    )


# showing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file of a message as it may be shown without being opened."""

    id: UUID
    type: FileType
    size: int  # bytes
    scanned: bool  # for malware, when it arrived
    seen_by: str | None  # whoever opened it last; for the desk alone
    seen_at: datetime | None


READ_ATTACHED: Final = """
select a.message_id, a.id, a.type, a.size, a.scanned, s.name, v.at from attachment a
left join lateral (
  select staff_id, at from attachment_view
  where brand_id = current_brand() and conversation_id = a.conversation_id and attachment_id = a.id
  order by at desc limit 1
) v on true
left join staff s on s.id = v.staff_id
where a.brand_id = current_brand() and a.conversation_id = %(conversation)s::uuid and a.message_id is not null
order by a.id
"""


async def read_attached(
    connection: Connection, conversation: ConversationId
) -> Mapping[MessageId, tuple[Attached, ...]]:
    """The files of a conversation by message, in the order in which they were chosen."""
    rows = await (await connection.execute(READ_ATTACHED, {"conversation": conversation})).fetchall()
    found: dict[MessageId, tuple[Attached, ...]] = {}
    for message, id_, type_, size, scanned, name, at in rows:
        one = Attached(id=id_, type=FileType(type_), size=size, scanned=scanned, seen_by=name, seen_at=at)
        found[MessageId(message)] = (*found.get(MessageId(message), ()), one)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFile:
    """A file of a conversation with what opens it."""

    id: UUID
    person: PersonId
    type: FileType
    size: int
    parts: int
    position: int  # among the files of its conversation, from 1
    wrapped: bytes = field(repr=False)


READ_FILE: Final = """
select a.person_id, a.type, a.size, a.parts, k.wrapped, (
  select count(*) from attachment b
  where b.brand_id = current_brand() and b.conversation_id = a.conversation_id and b.message_id is not null
    and b.id <= a.id)
from attachment a
join person_key k on k.brand_id = current_brand() and k.person_id = a.person_id and k.wrapped is not null
where a.brand_id = current_brand() and a.conversation_id = %(conversation)s::uuid and a.id = %(id)s::uuid
  and a.message_id is not null and a.expires_at > %(now)s::timestamptz
"""


async def read_file(
    connection: Connection, conversation: ConversationId, attachment: UUID, now: datetime
) -> SealedFile | None:
    """A file that was sent; None when it is pending, gone, or its person's key was destroyed."""
    values = {"conversation": conversation, "id": attachment, "now": now}
    row = await (await connection.execute(READ_FILE, values)).fetchone()
    if row is None:
        return None
    person, type_, size, parts, wrapped, position = row
    return SealedFile(
        id=attachment,
        person=PersonId(person),
        type=FileType(type_),
        size=size,
        parts=parts,
        position=position,
        wrapped=bytes(wrapped),
    )


LOCK_VIEWS: Final = "select pg_advisory_xact_lock(hashtextextended('okienko view ' || %(staff)s::uuid::text, 0))"
RECORD_VIEW: Final = """
insert into attachment_view (brand_id, conversation_id, id, attachment_id, staff_id, at)
select current_brand(), %(conversation)s::uuid, %(view)s::uuid, %(attachment)s::uuid, %(staff)s::uuid,
  %(now)s::timestamptz
where (
  select count(*) from attachment_view
  where brand_id = current_brand() and staff_id = %(staff)s::uuid and at > %(since)s::timestamptz) < %(most)s::integer
"""


async def record_view(
    connection: Connection,
    *,
    view: UUID,
    conversation: ConversationId,
    attachment: UUID,
    by: Actor,
    brand: BrandId,
    now: datetime,
) -> bool:
    """Writes down who opens which file; False when it would be one too many within the hour.

    Open the file only after True and the commit: what is not written down is not shown.
    """
    values = {
        "view": view,
        "conversation": conversation,
        "attachment": attachment,
        "staff": by.id,
        "now": now,
        "since": now - timedelta(hours=1),
        "most": VIEWS_AN_HOUR,
    }
    await connection.execute(LOCK_VIEWS, values)
    if (await connection.execute(RECORD_VIEW, values)).rowcount != 1:
        return False
    await record(
        connection,
        "file-opened",
        by=by,
        brand=brand,
        kind="attachment",
        object=attachment,
        conversation=conversation,
        now=now,
    )
    return True


READ_PART: Final = """
select sealed from attachment_part
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and attachment_id = %(id)s::uuid
  and number = %(number)s::integer
"""


async def read_part(
    connection: Connection, conversation: ConversationId, attachment: UUID, number: int
) -> bytes | None:
    """One sealed part; None when the file was deleted meanwhile."""
    values = {"conversation": conversation, "id": attachment, "number": number}
    row = await (await connection.execute(READ_PART, values, binary=True)).fetchone()
    return None if row is None else bytes(cast("bytes", row[0]))


# forgetting -------------------------------------------------------------------------------------------------------

EXPIRE: Final = """
delete from attachment where brand_id = current_brand() and (conversation_id, id) in (
  select conversation_id, id from attachment
  where brand_id = current_brand() and expires_at < %(now)s::timestamptz
    and (message_id is null or not frozen(brand_id, person_id))
  limit %(most)s::integer)
"""


async def expire_attachments(connection: Connection, now: datetime) -> int:
    """Deletes up to `MOST` files of the current brand that were not sent in time, or were kept for their time.

    What people who are held or restricted have sent stays.
    """
    return (await connection.execute(EXPIRE, {"now": now, "most": MOST})).rowcount
