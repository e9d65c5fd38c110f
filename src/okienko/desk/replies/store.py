"""Saved replies in the database. Every function works inside the caller's transaction, with a brand set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from okienko.database.pool import Connection
from okienko.desk.replies.form import MOST
from okienko.values import Language, StaffId

Outcome = Literal["done", "changed", "taken", "full"]
"""Saved; somebody else has changed it meanwhile; another one has this name; there are too many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedReply:
    """One reply; `edits` counts, so that two people overwrite nothing."""

    id: UUID
    language: Language
    name: str
    body: str
    edits: int
    by: str | None
    at: datetime


LIST_REPLIES: Final = """
select r.id, r.language, r.name, r.body, r.edits, s.name, r.changed_at
from saved_reply r left join staff s on s.id = r.changed_by
where r.brand_id = current_brand()
order by r.language, lower(r.name), r.id
"""


async def list_replies(connection: Connection) -> list[SavedReply]:
    """All of the brand, by language and name."""
    rows = await (await connection.execute(LIST_REPLIES)).fetchall()
    return [
        SavedReply(id=reply, language=language, name=name, body=body, edits=edits, by=by, at=at)
        for reply, language, name, body, edits, by, at in rows
    ]


ADD_REPLY: Final = """
insert into saved_reply (brand_id, id, language, name, body, changed_by, changed_at)
select current_brand(), %(id)s::uuid, %(language)s::text, %(name)s::text, %(body)s::text, %(staff)s::uuid,
  %(now)s::timestamptz
where (select count(*) from saved_reply where brand_id = current_brand()) < %(most)s::int
on conflict do nothing
returning 1
"""
IS_TAKEN: Final = """
select exists (
  select from saved_reply where brand_id = current_brand() and language = %(language)s::text and name = %(name)s::text
)
"""


async def add_reply(
    connection: Connection, *, reply: UUID, language: Language, name: str, body: str, staff_id: StaffId, now: datetime
) -> Outcome:
    """Keeps a new one."""
    values = {"id": reply, "language": language, "name": name, "body": body, "staff": staff_id, "now": now}
    if await (await connection.execute(ADD_REPLY, values | {"most": MOST})).fetchone():
        return "done"
    row = await (await connection.execute(IS_TAKEN, {"language": language, "name": name})).fetchone()
    return "taken" if row is not None and row[0] else "full"


CHANGE_REPLY: Final = """
update saved_reply r
set language = %(language)s::text, name = %(name)s::text, body = %(body)s::text, edits = edits + 1,
  changed_by = %(staff)s::uuid, changed_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(id)s::uuid and edits = %(edits)s::int and not exists (
  select from saved_reply o
  where o.brand_id = r.brand_id and o.language = %(language)s::text and o.name = %(name)s::text and o.id <> r.id
)
returning 1
"""
IS_AS_KNOWN: Final = """
select exists (
  select from saved_reply where brand_id = current_brand() and id = %(id)s::uuid and edits = %(edits)s::int
)
"""


async def change_reply(
    connection: Connection,
    *,
    reply: UUID,
    edits: int,
    language: Language,
    name: str,
    body: str,
    staff_id: StaffId,
    now: datetime,
) -> Outcome:
    """Writes one over, if nobody else has since `edits`."""
    values = {
        "id": reply,
        "edits": edits,
        "language": language,
        "name": name,
        "body": body,
        "staff": staff_id,
        "now": now,
    }
    if await (await connection.execute(CHANGE_REPLY, values)).fetchone():
        return "done"
    row = await (await connection.execute(IS_AS_KNOWN, {"id": reply, "edits": edits})).fetchone()
    return "taken" if row is not None and row[0] else "changed"


DELETE_REPLY: Final = """
delete from saved_reply where brand_id = current_brand() and id = %(id)s::uuid returning 1
"""


async def delete_reply(connection: Connection, reply: UUID) -> bool:
    """Forgets one; False when it was not there."""
    return await (await connection.execute(DELETE_REPLY, {"id": reply})).fetchone() is not None
