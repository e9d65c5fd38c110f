"""Tokens in the database. Every function works inside the caller's transaction, with a brand set."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from okienko.api.token import MOST, Scope
from okienko.database.arrays import texts
from okienko.database.pool import Connection
from okienko.values import StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as the list shows it. What it says is known to whoever was shown it."""

    id: UUID
    name: str
    scopes: Sequence[Scope]
    until: date
    by: str
    by_admin: bool  # who made it still administers the brand; else it does not work
    made_at: datetime
    used_on: date | None


LIST: Final = """
select t.id, t.name, t.scopes, t.until, s.name, s.disabled_at is null and r.role is not null, t.made_at, t.used_on
from api_token t join staff s on s.id = t.made_by
left join staff_role r on r.brand_id = t.brand_id and r.staff_id = t.made_by and r.role = 'admin'
where t.brand_id = current_brand()
order by lower(t.name), t.id
"""


async def list_tokens(connection: Connection) -> list[Token]:
    """All of the brand, by name."""
    rows = await (await connection.execute(LIST)).fetchall()
    return [
        Token(id=id_, name=name, scopes=scopes, until=until, by=by, by_admin=by_admin, made_at=made_at, used_on=used_on)
        for id_, name, scopes, until, by, by_admin, made_at, used_on in rows
    ]


ADD: Final = """
insert into api_token (brand_id, id, hash, name, scopes, until, made_by, made_at)
select current_brand(), %(id)s::uuid, %(hash)s::bytea, %(name)s::text, %(scopes)s::text[], %(until)s::date,
  %(staff)s::uuid, %(now)s::timestamptz
where (select count(*) from api_token where brand_id = current_brand()) < %(most)s::int
returning 1
"""


async def add_token(
    connection: Connection,
    *,
    id_: UUID,
    hash_: bytes,
    name: str,
    scopes: Collection[Scope],
    until: date,
    staff_id: StaffId,
    now: datetime,
) -> bool:
    """False: the brand has as many as it may have."""
    values = {
        "id": id_,
        "hash": hash_,
        "name": name,
        "scopes": texts(sorted(scopes)),
        "until": until,
        "staff": staff_id,
        "now": now,
        "most": MOST,
    }
    return await (await connection.execute(ADD, values)).fetchone() is not None


REVOKE: Final = "delete from api_token where brand_id = current_brand() and id = %(id)s::uuid returning 1"


async def revoke_token(connection: Connection, id_: UUID) -> bool:
    """False when it was not there."""
    return await (await connection.execute(REVOKE, {"id": id_})).fetchone() is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A token that works: for whom it acts, and what it may do."""

    id: UUID
    staff_id: StaffId
    scopes: Collection[Scope]


FIND: Final = """
select t.id, t.made_by, t.scopes, t.used_on is distinct from %(today)s::date
from api_token t
join staff s on s.id = t.made_by and s.disabled_at is null
join staff_role r on r.brand_id = t.brand_id and r.staff_id = t.made_by and r.role = 'admin'
where t.brand_id = current_brand() and t.hash = %(hash)s::bytea and t.until >= %(today)s::date
"""
MARK_USED: Final = """
update api_token set used_on = %(today)s::date where brand_id = current_brand() and id = %(id)s::uuid
"""


async def use_token(connection: Connection, hash_: bytes, today: date) -> Holder | None:
    """Who holds the token, noted as used today, in the brand's days.

    None: it is none of the brand's, its last day is over, or who made it no longer administers the brand.
    """
    row = await (await connection.execute(FIND, {"hash": hash_, "today": today})).fetchone()
    if row is None:
        return None
    if row[3]:  # once a day
        await connection.execute(MARK_USED, {"id": row[0], "today": today})
    return Holder(id=row[0], staff_id=StaffId(row[1]), scopes=frozenset(row[2]))
