"""When a request has to be answered, and how far that can be put off: the policy of where its person is. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from okienko.policy.book import STRICTEST, Book
from okienko.policy.brand import InForce, put_in_force
from okienko.policy.clocks import (
    NoSuchClock,
    NotAllowed,
    Pause,
    Running,
    find_clocks,
    find_due,
    find_notice_due,
    local_day,
    may_pause,
)
from okienko.values import Brand

CLOCK: Final = "dsar_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """The clock of one request."""

    rule: str  # for its register: the place and the clock; `in_force` has the rules behind them
    in_force: InForce
    due_on: date
    extended_to: date | None  # the last day if it is extended; None: this law knows no extension
    tell_by: date | None  # the last day for telling the person of an extension
    stops: bool  # whether this law lets it stand still while the person is asked what they mean


def find_term(
    book: Book, brand: Brand, received: datetime, *, declared: str | None = None, account: str | None = None
) -> Term:
    """The term of a request that was received then. `declared` and `account` say where the person is, if that is known.

    A place whose law sets no term has that of the strictest: somebody who asks is answered.
    """
    zone = ZoneInfo(brand.timezone)
    in_force = put_in_force(book, declared=declared, account=account, brand=brand.jurisdiction, choices=brand.choices)
    try:
        return _term(in_force, received, zone)
    except NoSuchClock:
        return _term(put_in_force(book, declared=STRICTEST, brand=None), received, zone)


def _term(in_force: InForce, received: datetime, zone: ZoneInfo) -> Term:
    due = find_due(in_force.policy, CLOCK, Running(started=received), zone)
    assert due is not None  # nothing pauses it
    extended_to = tell_by = None
    try:
        longer = find_due(in_force.policy, CLOCK, Running(started=received, extended=True), zone)
        tell_by = min(find_notice_due(in_force.policy, CLOCK, Running(started=received), zone).day, due.day)
        extended_to = None if longer is None else longer.day
    except NotAllowed:
        pass
    return Term(
        rule=f"{in_force.place.id} clock.{CLOCK}",
        in_force=in_force,
        due_on=due.day,
        extended_to=extended_to,
        tell_by=tell_by,
        stops=may_pause(find_clocks(in_force.policy, CLOCK, local_day(received, zone))),
    )


def find_moved(
    book: Book, brand: Brand, received: datetime, *, place: str, extended: bool, pauses: Sequence[Pause]
) -> date:
    """The last day of a request that was received then and stood still meanwhile. All of `pauses` are over.

    `place`: the id of the policy that set its clock. Raises `NotAllowed` where the law knows no pause.
    """
    in_force = put_in_force(book, declared=place, brand=None, choices=brand.choices)
    running = Running(started=received, extended=extended, pauses=pauses)
    due = find_due(in_force.policy, CLOCK, running, ZoneInfo(brand.timezone))
    assert due is not None  # no question is open
    return due.day
