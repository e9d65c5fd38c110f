"""SQL of the model: who has switched it on, what it may spend, and the record of calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from okienko.database.pool import Connection
from okienko.values import ConversationId, StaffId

Outcome = Literal["used", "none", "rejected", "slow", "down", "garbled", "huge"]
Purpose = Literal["wording", "meaning"]  # an answer's words; a question's vector, of which no tokens are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call, without its words."""

    id: UUID
    conversation: ConversationId
    answers: int  # the number of the last message that the reply was to answer
    purpose: Purpose = "wording"
    model: str
    read_tokens: int
    written_tokens: int
    cost: int  # millionths
    ms: int
    outcome: Outcome
    reason: str | None  # why the reply was not used
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """What a brand has decided about the model."""

    enabled: bool
    budget: int  # millionths a day
    spent: int  # on the day asked for


SET_SWITCH: Final = """
insert into brand_model (brand_id, enabled, budget, changed_at, staff_id)
values (current_brand(), %(enabled)s::boolean, %(budget)s::bigint, %(now)s::timestamptz, %(staff)s::uuid)
on conflict (brand_id) do update
set enabled = excluded.enabled, budget = excluded.budget, changed_at = excluded.changed_at, staff_id = excluded.staff_id
"""
SWITCH_OFF: Final = """
update brand_model set enabled = false, changed_at = %(now)s::timestamptz, staff_id = %(staff)s::uuid
where brand_id = current_brand() and enabled
"""
READ_SWITCH: Final = """
select m.enabled, m.budget, coalesce(d.spent, 0)
from brand_model m left join model_day d on d.brand_id = m.brand_id and d.day = %(day)s::date
where m.brand_id = current_brand()
"""


async def switch_on(connection: Connection, *, budget: int, now: datetime, staff: StaffId | None = None) -> None:
    """Lets the current brand's answers be worded by the model, for at most `budget` millionths a day.

    `staff`: who wants it; None: the operator, at a terminal.
    """
    await connection.execute(SET_SWITCH, {"enabled": True, "budget": budget, "now": now, "staff": staff})


async def switch_off(connection: Connection, now: datetime, *, staff: StaffId | None = None) -> None:
    """No call of the current brand begins after this commit; one that is under way ends within its time."""
    await connection.execute(SWITCH_OFF, {"now": now, "staff": staff})


async def read_switch(connection: Connection, day: date) -> Switch | None:
    """What the current brand has decided; None when it never has."""
    row = await (await connection.execute(READ_SWITCH, {"day": day})).fetchone()
    return None if row is None else Switch(enabled=row[0], budget=row[1], spent=row[2])


# The row of the day is locked by the upsert itself, so that two workers cannot both spend what is left once.
RESERVE: Final = """
insert into model_day as d (brand_id, day, spent)
select m.brand_id, %(day)s::date, %(cost)s::bigint from brand_model m
where m.brand_id = current_brand() and m.enabled and %(cost)s::bigint <= m.budget
on conflict (brand_id, day) do update set spent = d.spent + excluded.spent
where d.spent + excluded.spent <= (select m.budget from brand_model m where m.brand_id = current_brand())
returning spent
"""
SETTLE: Final = """
update model_day set spent = greatest(0, spent - %(reserved)s::bigint + %(cost)s::bigint)
where brand_id = current_brand() and day = %(day)s::date
"""
RECORD: Final = """
insert into model_call (brand_id, conversation_id, id, answers, purpose, model, read_tokens, written_tokens, cost, ms,
  outcome, reason, at)
select current_brand(), c.id, %(id)s::uuid, %(answers)s::bigint, %(purpose)s::text, %(model)s::text,
  %(read_tokens)s::integer, %(written_tokens)s::integer, %(cost)s::bigint, %(ms)s::integer, %(outcome)s::text,
  %(reason)s::text, %(at)s::timestamptz
from conversation c where c.brand_id = current_brand() and c.id = %(conversation)s::uuid
"""


async def reserve(connection: Connection, *, day: date, cost: int) -> bool:
    """Sets `cost` millionths of the current brand's day aside. False: switched off, or that much is not left."""
    row = await (await connection.execute(RESERVE, {"day": day, "cost": cost})).fetchone()
    return row is not None


async def settle(connection: Connection, call: Call, *, day: date, reserved: int) -> None:
    """Records a call and gives back what it did not cost."""
    await connection.execute(SETTLE, {"day": day, "reserved": reserved, "cost": call.cost})
    await record(connection, call)


async def record(connection: Connection, call: Call) -> None:
    """Records a call. A conversation that was erased meanwhile has no record."""
    await connection.execute(
        RECORD,
        {
            "id": call.id,
            "conversation": call.conversation,
            "answers": call.answers,
            "purpose": call.purpose,
            "model": call.model,
            "read_tokens": call.read_tokens,
            "written_tokens": call.written_tokens,
            "cost": call.cost,
            "ms": call.ms,
            "outcome": call.outcome,
            "reason": call.reason,
            "at": call.at,
        },
    )


COUNT_OUTCOMES: Final = """
select coalesce(outcome || ': ' || reason, outcome), count(*) from model_call
where brand_id = current_brand() and purpose = %(purpose)s::text and at >= %(since)s::timestamptz
group by 1 order by 2 desc, 1
"""


async def count_outcomes(connection: Connection, *, purpose: Purpose, since: datetime) -> dict[str, int]:
    """How often calls of the current brand ended how, most often first."""
    return dict(await (await connection.execute(COUNT_OUTCOMES, {"purpose": purpose, "since": since})).fetchall())


# for the desk ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A call in the record as the desk shows it."""

    reference: str  # of its conversation
    at: datetime
    purpose: Purpose
    model: str
    read_tokens: int
    written_tokens: int
    cost: int  # millionths
    ms: int
    outcome: Outcome
    reason: str | None


LIST_CALLS: Final = """
select c.reference, m.at, m.purpose, m.model, m.read_tokens, m.written_tokens, m.cost, m.ms, m.outcome, m.reason
from model_call m join conversation c on c.brand_id = m.brand_id and c.id = m.conversation_id
where m.brand_id = current_brand() and m.at < %(before)s::timestamptz
order by m.at desc limit %(limit)s::integer
"""


async def list_calls(connection: Connection, *, before: datetime, limit: int) -> list[Listed]:
    """The current brand's calls before a moment, latest first."""
    rows = await (await connection.execute(LIST_CALLS, {"before": before, "limit": limit})).fetchall()
    return [
        Listed(
            reference=row[0],
            at=row[1],
            purpose=row[2],
            model=row[3],
            read_tokens=row[4],
            written_tokens=row[5],
            cost=row[6],
            ms=row[7],
            outcome=row[8],
            reason=row[9],
        )
        for row in rows
    ]


SUM_CALLS: Final = """
select outcome, reason, count(*) from model_call
where brand_id = current_brand() and purpose = 'wording' and at >= %(since)s::timestamptz
group by 1, 2 order by 3 desc, 1, 2
"""


async def sum_calls(connection: Connection, *, since: datetime) -> list[tuple[Outcome, str | None, int]]:
    """How often calls for words of the current brand ended how and why, most often first."""
    rows = await (await connection.execute(SUM_CALLS, {"since": since})).fetchall()
    return [(row[0], row[1], row[2]) for row in rows]


READ_SWITCHED: Final = """
select m.changed_at, s.name from brand_model m left join staff s on s.id = m.staff_id
where m.brand_id = current_brand()
"""


async def read_switched(connection: Connection) -> tuple[datetime, str | None] | None:
    """When the current brand's switch was set last and by whom; a name of None: by the operator, at a terminal."""
    row = await (await connection.execute(READ_SWITCHED)).fetchone()
    return None if row is None else (row[0], row[1])
