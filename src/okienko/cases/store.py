"""SQL of cases: opened with the words of a turn, listed, assigned, closed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from okienko.database.arrays import ids, texts
from okienko.database.pool import Connection
from okienko.values import ConversationId, PersonId, StaffId

PLACES: Final = """
select id, declared, account from person where brand_id = current_brand() and id = any(%(people)s::uuid[])
"""


async def read_places(
    connection: Connection, people: Collection[PersonId]
) -> dict[PersonId, tuple[str | None, str | None]]:
    """Where these people are, as they and their accounts say."""
    rows = await (await connection.execute(PLACES, {"people": list(people)})).fetchall()
    return {PersonId(row[0]): (row[1], row[2]) for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A case that a turn opens."""

    conversation: ConversationId
    message: UUID  # of the turn; where that was not written, nor is the case
    id: UUID
    reference: str
    kind: str
    team: str | None
    due_on: date | None
    rule: str


# In the transaction of the turn, behind its messages.
OPEN: Final = """
insert into support_case (brand_id, conversation_id, id, reference, kind, team, opened_at, due_on, rule)
select current_brand(), o.conversation_id, o.id, o.reference, o.kind, o.team, %(now)s::timestamptz, o.due_on::date,
  o.rule
from unnest(
  %(conversations)s::uuid[], %(messages)s::uuid[], %(ids)s::uuid[], %(references)s::text[], %(kinds)s::text[],
  %(teams)s::text[], %(dues)s::text[], %(rules)s::text[]
) as o (conversation_id, message_id, id, reference, kind, team, due_on, rule)
where exists (
  select from message m
  where m.brand_id = current_brand() and m.conversation_id = o.conversation_id and m.id = o.message_id
)
on conflict do nothing
"""


def pack_openings(openings: Sequence[Opening], now: datetime) -> dict[str, object]:
    """The parameters of `OPEN`."""
    return {
        "now": now,
        "conversations": ids([one.conversation for one in openings]),
        "messages": ids([one.message for one in openings]),
        "ids": ids([one.id for one in openings]),
        "references": texts([one.reference for one in openings]),
        "kinds": texts([one.kind for one in openings]),
        "teams": texts([one.team for one in openings]),
        "dues": texts([None if one.due_on is None else one.due_on.isoformat() for one in openings]),
        "rules": texts([one.rule for one in openings]),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case as the desk shows it."""

    id: UUID
    reference: str
    kind: str
    team: str | None
    opened_at: datetime
    due_on: date | None
    rule: str
    agent_id: StaffId | None
    agent: str | None
    closed_at: datetime | None
    closer: str | None
    outcome: str | None
    conversation: str  # its reference

    def is_overdue(self, today: date) -> bool:
        """Whether it should have been answered by now."""
        return self.closed_at is None and self.due_on is not None and self.due_on < today


_CASE: Final = """
select k.id, k.reference, k.kind, k.team, k.opened_at, k.due_on, k.rule, k.agent_id, s.name, k.closed_at, b.name,
  k.outcome, c.reference
from support_case k
join conversation c on c.brand_id = k.brand_id and c.id = k.conversation_id
left join staff s on s.id = k.agent_id
left join staff b on b.id = k.closed_by
where k.brand_id = current_brand()
"""
LIST: Final = (
    _CASE
    + """
and (k.closed_at is null) = %(open)s::boolean
and (%(kind)s::text is null or k.kind = %(kind)s::text) and (%(team)s::text is null or k.team = %(team)s::text)
order by k.closed_at desc nulls last, k.due_on nulls last, k.opened_at limit %(limit)s::integer
"""
)
LIST_OF: Final = (
    _CASE
    + """
and k.conversation_id = %(conversation)s::uuid order by k.opened_at
"""
)
MOST: Final = 200


async def list_cases(
    connection: Connection, *, is_open: bool, kind: str | None = None, team: str | None = None
) -> list[Case]:
    """Open ones by the day they are due, or closed ones, the last first; at most `MOST`."""
    values = {"open": is_open, "kind": kind, "team": team, "limit": MOST}
    return [_read(row) for row in await (await connection.execute(LIST, values)).fetchall()]


async def list_cases_of(connection: Connection, conversation: ConversationId) -> list[Case]:
    """Those of one conversation."""
    return [_read(row) for row in await (await connection.execute(LIST_OF, {"conversation": conversation})).fetchall()]


def _read(row: Sequence[Any]) -> Case:
    return Case(
        id=row[0],
        reference=row[1],
        kind=row[2],
        team=row[3],
        opened_at=row[4],
        due_on=row[5],
        rule=row[6],
        agent_id=None if row[7] is None else StaffId(row[7]),
        agent=row[8],
        closed_at=row[9],
        closer=row[10],
        outcome=row[11],
        conversation=row[12],
    )


TEAMS: Final = """
select distinct team from support_case where brand_id = current_brand() and team is not null order by team
"""


async def list_teams(connection: Connection) -> list[str]:
    """Teams that have had a case."""
    return [row[0] for row in await (await connection.execute(TEAMS)).fetchall()]


ASSIGN: Final = """
update support_case set agent_id = %(staff)s::uuid
where brand_id = current_brand() and reference = %(reference)s::text and closed_at is null
  and agent_id is distinct from %(staff)s::uuid
returning conversation_id
"""
CLOSE: Final = """
update support_case set closed_at = %(now)s::timestamptz, closed_by = %(staff)s::uuid, outcome = %(outcome)s::text
where brand_id = current_brand() and reference = %(reference)s::text and closed_at is null
returning conversation_id
"""
REOPEN: Final = """
update support_case set closed_at = null, closed_by = null, outcome = null
where brand_id = current_brand() and reference = %(reference)s::text and closed_at is not null
returning conversation_id
"""


async def assign(connection: Connection, reference: str, staff: StaffId | None) -> ConversationId | None:
    """Gives an open case to somebody, or to nobody. Its conversation; None where that changes nothing."""
    return await _change(connection, ASSIGN, {"reference": reference, "staff": staff})


async def close(
    connection: Connection, reference: str, *, outcome: str, staff: StaffId, now: datetime
) -> ConversationId | None:
    """Ends a case; None where there is no open one."""
    values = {"reference": reference, "outcome": outcome, "staff": staff, "now": now}
    return await _change(connection, CLOSE, values)


async def reopen(connection: Connection, reference: str) -> ConversationId | None:
    """Opens a closed one again, with the day that it had."""
    return await _change(connection, REOPEN, {"reference": reference})


async def _change(connection: Connection, statement: str, values: Mapping[str, object]) -> ConversationId | None:
    row = await (await connection.execute(statement.encode(), values)).fetchone()
    return None if row is None else ConversationId(row[0])
