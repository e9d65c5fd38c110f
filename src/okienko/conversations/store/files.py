"""Files that vendors keep for us: which are to be fetched, and what became of them. Where they lie is sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from okienko.database.pool import Connection
from okienko.values import ConnectionId, ConversationId, PersonId

State = Literal["waiting", "fetched", "expired", "refused", "failed"]
AT_ONCE: Final = 4
CLAIM: Final = timedelta(minutes=3)  # longer than fetching and checking takes


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRemote:
    """A file of a message. Without a place it came along and was not taken."""

    id: UUID
    conversation: ConversationId
    message: UUID
    person: PersonId
    connection: ConnectionId
    sealed: bytes | None = field(default=None, repr=False)
    until: datetime | None = None


ADD: Final = """
insert into remote_file
  (brand_id, conversation_id, id, message_id, person_id, connection_id, sealed, state, due_at, until)
values (current_brand(), %(conversation)s::uuid, %(id)s::uuid, %(message)s::uuid, %(person)s::uuid,
  %(connection)s::text, %(sealed)s::bytea, %(state)s::text, %(now)s::timestamptz, %(until)s::timestamptz)
"""


async def add_remote(connection: Connection, new: NewRemote, now: datetime) -> None:
    """Has a file fetched, or notes that one was not taken."""
    await connection.execute(
        ADD,
        {
            "conversation": new.conversation,
            "id": new.id,
            "message": new.message,
            "person": new.person,
            "connection": new.connection,
            "sealed": new.sealed,
            "state": "refused" if new.sealed is None else "waiting",
            "now": now,
            "until": new.until,
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file that this worker may fetch until its claim ends."""

    id: UUID
    conversation: ConversationId
    message: UUID
    person: PersonId
    connection: ConnectionId
    attempt: int  # 1 for the first
    until: datetime | None
    sealed: bytes = field(repr=False)
    wrapped: bytes = field(repr=False)


CLAIM_FILES: Final = """
update remote_file f set attempts = f.attempts + 1, due_at = %(until)s::timestamptz
from (
  select r.conversation_id, r.id from remote_file r
  where r.brand_id = current_brand() and r.state = 'waiting' and r.due_at <= %(now)s::timestamptz
  order by r.due_at limit %(most)s::integer for update skip locked
) d, person_key k
where f.brand_id = current_brand() and f.conversation_id = d.conversation_id and f.id = d.id
  and k.brand_id = current_brand() and k.person_id = f.person_id and k.wrapped is not null
returning f.id, f.conversation_id, f.message_id, f.person_id, f.connection_id, f.attempts, f.until, f.sealed, k.wrapped
"""


async def claim_files(connection: Connection, now: datetime) -> list[RemoteFile]:
    """Files that are due; another worker gets them only when this one has not said what became of them."""
    rows = await (await connection.execute(CLAIM_FILES, {"now": now, "until": now + CLAIM, "most": AT_ONCE})).fetchall()
    return [
        RemoteFile(
            id=row[0],
            conversation=ConversationId(row[1]),
            message=row[2],
            person=PersonId(row[3]),
            connection=ConnectionId(row[4]),
            attempt=row[5],
            until=row[6],
            sealed=bytes(row[7]),
            wrapped=bytes(row[8]),
        )
        for row in rows
    ]


# Whoever settles it first has it: a file is attached once, and one whose message was taken back is not attached at all.
SETTLE_FILE: Final = """
update remote_file set state = %(state)s::text, due_at = coalesce(%(again)s::timestamptz, due_at),
  sealed = case when %(state)s::text = 'waiting' then sealed end
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and id = %(id)s::uuid
  and state = 'waiting' and attempts = %(attempt)s::integer
"""


async def settle_file(connection: Connection, file: RemoteFile, state: State, *, again: datetime | None = None) -> bool:
    """What became of an attempt; False when it is somebody else's by now, or gone."""
    values = {
        "conversation": file.conversation,
        "id": file.id,
        "state": state,
        "again": again,
        "attempt": file.attempt,
    }
    return (await connection.execute(SETTLE_FILE, values)).rowcount == 1


READ_KEPT_UNTIL: Final = """
select coalesce(sensitive_until, %(otherwise)s::timestamptz) from message
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and id = %(message)s::uuid
"""


async def read_kept_until(connection: Connection, file: RemoteFile, otherwise: datetime) -> datetime:
    """How long a message's files are kept: as long as its words."""
    values = {"conversation": file.conversation, "message": file.message, "otherwise": otherwise}
    row = await (await connection.execute(READ_KEPT_UNTIL, values)).fetchone()
    return otherwise if row is None else row[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A file of a message that is not here."""

    message: UUID
    state: State


LIST_MISSING: Final = """
select message_id, state from remote_file
where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and state <> 'fetched' order by id
"""


async def list_missing(connection: Connection, conversation: ConversationId) -> Sequence[Missing]:
    """The files of a conversation that are still to come, or will not."""
    rows = await (await connection.execute(LIST_MISSING, {"conversation": conversation})).fetchall()
    return [Missing(message=message, state=state) for message, state in rows]
