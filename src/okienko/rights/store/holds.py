"""Legal holds: one sets it, another approves it, and until it is released nothing of the person is deleted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from okienko.database.pool import Connection
from okienko.values import MaskedText, PersonId, StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A legal hold. It works from its approval to its release."""

    id: UUID
    person: PersonId
    reason: str = field(repr=False)  # masked
    created_by: StaffId
    created_at: datetime
    approved_by: StaffId | None
    approved_at: datetime | None
    review_on: date
    released_at: datetime | None

    @property
    def works(self) -> bool:
        """Whether it keeps anything now."""
        return self.approved_at is not None and self.released_at is None


SET_HOLD: Final = """
insert into legal_hold (brand_id, id, person_id, reason, created_by, created_at, reviewed_at, review_on)
values (current_brand(), %(id)s::uuid, %(person)s::uuid, %(reason)s::text, %(staff)s::uuid, %(now)s::timestamptz,
  %(now)s::timestamptz, %(review)s::date)
"""


async def set_hold(
    connection: Connection,
    *,
    id: UUID,  # noqa: A002 - the column's name
    person: PersonId,
    reason: MaskedText,
    staff: StaffId,
    review_on: date,
    now: datetime,
) -> None:
    """Asks for a hold; it works when somebody else has approved it. Reviewed within a year at the latest.

    Raises `psycopg.errors.CheckViolation` without a reason of ten characters, or with a later review.
    """
    values = {"id": id, "person": person, "reason": reason.text, "staff": staff, "review": review_on, "now": now}
    await connection.execute(SET_HOLD, values)


APPROVE: Final = """
update legal_hold set approved_by = %(staff)s::uuid, approved_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(id)s::uuid and approved_at is null and released_at is null
"""


async def approve_hold(connection: Connection, hold: UUID, *, staff: StaffId, now: datetime) -> bool:
    """False when it was approved or released. Raises `psycopg.errors.CheckViolation` for whoever has set it."""
    return (await connection.execute(APPROVE, {"id": hold, "staff": staff, "now": now})).rowcount == 1


REVIEW: Final = """
update legal_hold set reviewed_at = %(now)s::timestamptz, review_on = %(review)s::date
where brand_id = current_brand() and id = %(id)s::uuid and released_at is null
"""


async def review_hold(connection: Connection, hold: UUID, *, review_on: date, now: datetime) -> bool:
    """It is still needed, and is looked at again on that day, within a year. False when it was released."""
    return (await connection.execute(REVIEW, {"id": hold, "review": review_on, "now": now})).rowcount == 1


RELEASE: Final = """
update legal_hold set released_by = %(staff)s::uuid, released_at = %(now)s::timestamptz
where brand_id = current_brand() and id = %(id)s::uuid and released_at is null
"""


async def release_hold(connection: Connection, hold: UUID, *, staff: StaffId, now: datetime) -> bool:
    """Ends a hold; what had its time meanwhile goes with the next night's retention."""
    return (await connection.execute(RELEASE, {"id": hold, "staff": staff, "now": now})).rowcount == 1


LIST_HOLDS: Final = """
select id, person_id, reason, created_by, created_at, approved_by, approved_at, review_on, released_at from legal_hold
where brand_id = current_brand() and released_at is null order by review_on, created_at
"""


async def list_holds(connection: Connection) -> list[Hold]:
    """Holds that are not released, the one to be reviewed next first; a review date in the past is overdue."""
    return [
        Hold(
            id=id_,
            person=PersonId(person),
            reason=reason,
            created_by=StaffId(created_by),
            created_at=created_at,
            approved_by=approved_by,
            approved_at=approved_at,
            review_on=review_on,
            released_at=released_at,
        )
        for (
            id_,
            person,
            reason,
            created_by,
            created_at,
            approved_by,
            approved_at,
            review_on,
            released_at,
        ) in await (await connection.execute(LIST_HOLDS)).fetchall()
    ]


READ_NAMES: Final = "select id, name from staff where id = any(%(staff)s::uuid[])"


async def read_names(connection: Connection, staff: Collection[StaffId]) -> Mapping[StaffId, str]:
    """What colleagues are called."""
    rows = await (await connection.execute(READ_NAMES, {"staff": list(staff)})).fetchall()
    return {StaffId(id_): name for id_, name in rows}
