"""Telling those who work for the brand of an erasure, a correction, a restriction (GDPR, article 19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.values import StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One processor who is to be told of one request, or was."""

    id: UUID
    request: UUID
    reference: str
    kind: str
    processor: str
    made_at: datetime
    told_at: datetime | None
    told_by: StaffId | None


ADD_NOTICES: Final = """
insert into rights_notice (brand_id, id, request_id, processor_id, made_at)
select current_brand(), n.id, %(request)s::uuid, p.id, %(now)s::timestamptz
from (
  select id, row_number() over (order by lower(name), id) as number from processor
  where brand_id = current_brand() and until is null
) p
join unnest(%(ids)s::uuid[]) with ordinality as n (id, number) on n.number = p.number
on conflict (brand_id, request_id, processor_id) do nothing
"""
COUNT_PROCESSORS: Final = "select count(*) from processor where brand_id = current_brand() and until is null"


async def add_notices(connection: Connection, request: UUID, now: datetime) -> int:
    """A task for each processor of the brand: somebody tells them. How many there are; none where nobody is entered."""
    row = await (await connection.execute(COUNT_PROCESSORS)).fetchone()
    ids = [new_id(now) for _ in range(row[0] if row else 0)]
    return (await connection.execute(ADD_NOTICES, {"request": request, "ids": ids, "now": now})).rowcount


_NOTICE: Final = """
select n.id, n.request_id, r.reference, r.kind, p.name, n.made_at, n.told_at, n.told_by
from rights_notice n
join rights_request r on r.brand_id = n.brand_id and r.id = n.request_id
join processor p on p.brand_id = n.brand_id and p.id = n.processor_id
where n.brand_id = current_brand()
"""
LIST_UNTOLD: Final = _NOTICE + "and n.told_at is null order by n.made_at, lower(p.name)"
LIST_OF_REQUEST: Final = _NOTICE + "and n.request_id = %(request)s::uuid order by lower(p.name)"


async def list_untold(connection: Connection) -> list[Notice]:
    """Who still has to be told of what, the oldest first."""
    return [_read(row) for row in await (await connection.execute(LIST_UNTOLD)).fetchall()]


async def list_of_request(connection: Connection, request: UUID) -> list[Notice]:
    """Who is told of a request."""
    return [_read(row) for row in await (await connection.execute(LIST_OF_REQUEST, {"request": request})).fetchall()]


SETTLE: Final = """
update rights_notice set told_at = %(now)s::timestamptz, told_by = %(staff)s::uuid
where brand_id = current_brand() and id = %(id)s::uuid and told_at is null
"""


async def settle_notice(connection: Connection, notice: UUID, *, staff: StaffId, now: datetime) -> bool:
    """Somebody has told the processor. False: that was done before."""
    return (await connection.execute(SETTLE, {"id": notice, "staff": staff, "now": now})).rowcount == 1


def _read(row: tuple[UUID, UUID, str, str, str, datetime, datetime | None, UUID | None]) -> Notice:
    id_, request, reference, kind, processor, made_at, told_at, told_by = row
    return Notice(
        id=id_,
        request=request,
        reference=reference,
        kind=kind,
        processor=processor,
        made_at=made_at,
        told_at=told_at,
        told_by=None if told_by is None else StaffId(told_by),
    )
