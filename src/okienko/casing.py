"""Cases that turns open: the day by which each is to be answered, and what is written of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from okienko.cases.kinds import find_term
from okienko.cases.store import Opening
from okienko.database.ids import new_id
from okienko.policy.files import read_own_book
from okienko.values import Brand, NewCase, Plan


def date_cases(plan: Plan, brand: Brand, place: tuple[str | None, str | None], now: datetime) -> Plan:
    """The plan with its cases' days. The clock starts with the first of the messages that this turn answers: then the
    complaint was received. `place`: where its person is, as they and their account say.
    """
    received = min((asked.at for asked in plan.situation.asked), default=now)
    declared, account = place
    book = read_own_book()
    dated: list[NewCase] = []
    for case in plan.cases:
        term = find_term(book, brand, case.kind, received, declared=declared, account=account)
        dated.append(replace(case, due_on=term.due_on, rule=term.rule))
    return replace(plan, cases=tuple(dated))


def list_openings(plans: Sequence[Plan], says: Sequence[Sequence[UUID]], now: datetime) -> list[Opening]:
    """The cases of plans; `says` has the ids of their messages, and a case is opened only with the first of these."""
    return [
        Opening(
            conversation=plan.situation.conversation,
            message=messages[0],
            id=new_id(now),
            reference=case.reference,
            kind=case.kind,
            team=plan.team,
            due_on=case.due_on,
            rule=case.rule,
        )
        for plan, messages in zip(plans, says, strict=True)
        for case in plan.cases
        if messages
    ]
