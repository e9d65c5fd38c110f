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
    find_warning,
    local_day,
    may_pause,
)
from okienko.values import Brand

CLOCK: Final = "dsar_answer"
OWN_CLOCKS: Final = {"reklamacja": "reklamacja"}  # kinds of requests that are no requests under data protection law
ACKNOWLEDGED: Final = {"complaint": "complaint_ack", "reklamacja": None}  # the others have that of a request
ACKNOWLEDGE: Final = "dsar_ack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """The clock of one request."""

    rule: str  # for its register: the place and the clock; `in_force` has the rules behind them
    in_force: InForce
    due_on: date
    extended_to: date | None  # the last day if it is extended; None: this law knows no extension
    tell_by: date | None  # the last day for telling the person of an extension
    stops: bool  # whether this law lets it stand still while the person is asked what they mean
    acknowledge_by: date | None = None  # until when they have to hear that it is here, where the law says so
    warn_on: date | None = None  # the first day on which whoever answers is reminded


def find_term(
    book: Book,
    brand: Brand,
    received: datetime,
    *,
    kind: str = "access",
    declared: str | None = None,
    account: str | None = None,
) -> Term:
    """The term of a request that was received then. `declared` and `account` say where the person is, if that is known.

    A place whose law sets no term has that of the strictest: somebody who asks is answered. `kind` is that of the
    request: a *reklamacja* has a clock of its own, fourteen days in Poland.
    """
    zone = ZoneInfo(brand.timezone)
    in_force = put_in_force(book, declared=declared, account=account, brand=brand.jurisdiction, choices=brand.choices)
    try:
        return _term(in_force, received, zone, kind)
    except NoSuchClock:
        return _term(put_in_force(book, declared=STRICTEST, brand=None), received, zone, kind)


def _term(in_force: InForce, received: datetime, zone: ZoneInfo, kind: str) -> Term:
    clock = OWN_CLOCKS.get(kind, CLOCK)
    running = Running(started=received)
    due = find_due(in_force.policy, clock, running, zone)
    assert due is not None  # nothing pauses it
    extended_to = tell_by = None
    try:
        longer = find_due(in_force.policy, clock, Running(started=received, extended=True), zone)
        tell_by = min(find_notice_due(in_force.policy, clock, running, zone).day, due.day)
        extended_to = None if longer is None else longer.day
    except NotAllowed:
        pass
    return Term(
        rule=f"{in_force.place.id} clock.{clock}",
        in_force=in_force,
        due_on=due.day,
        extended_to=extended_to,
        tell_by=tell_by,
        stops=may_pause(find_clocks(in_force.policy, clock, local_day(received, zone))),
        acknowledge_by=_find_acknowledgement(in_force, running, zone, kind),
        warn_on=find_warning(in_force.policy, clock, running, zone),
    )


def _find_acknowledgement(in_force: InForce, running: Running, zone: ZoneInfo, kind: str) -> date | None:
    clock = ACKNOWLEDGED.get(kind, ACKNOWLEDGE)
    if clock is None:
        return None
    try:
        due = find_due(in_force.policy, clock, running, zone)
    except NoSuchClock:
        return None
    return None if due is None else due.day


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
