"""How long each class of data is kept, and from when on one has had its time. Pure.

Policies decide (`retention.*` in `okienko.policy`), for transcripts the brand within them; what they do not name has
the period that stands here. A period is over with its last day, in the brand's time zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from okienko.policy.clocks import find_keeping
from okienko.policy.periods import Period, add_period
from okienko.policy.rules import BRAND, Policy

HARD_CAP: Final = Period(count=72, unit="M")  # six years: no class of personal data is kept for longer
NIGHT: Final = time(3)  # local: from here on a day's run is due
_DAY: Final = timedelta(days=1)


class TooLong(Exception):
    """A period beyond what anything may be kept for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """A class of data with its own end. `period` None: each row says itself until when."""

    name: str
    period: Period | None
    since: str  # what starts its time, for people
    kept: frozenset[str]  # the words of declarations that it answers for


def _months(count: int) -> Period:
    return Period(count=count, unit="M")


def _days(count: int) -> Period:
    return Period(count=count, unit="D")


CLASSES: Final = (
    # Messages, citations, ratings, gaps, calls of a model and their quotes go with their conversation.
    Class(name="transcript", period=_months(12), since="the end of the conversation", kept=frozenset({"conversation"})),
    Class(name="sensitive_message", period=None, since="the message", kept=frozenset({"sensitive_until"})),
    Class(name="value", period=None, since="the message", kept=frozenset({"expires_at"})),
    Class(name="attachment", period=None, since="the message; an upload without one", kept=frozenset({"expires_at"})),
    Class(name="model_call", period=_months(12), since="the call", kept=frozenset()),
    Class(name="gap", period=_months(12), since="the question", kept=frozenset()),
    Class(name="article_comment", period=_months(12), since="the comment", kept=frozenset({"12 months"})),
    Class(name="unparsed", period=_days(30), since="the delivery", kept=frozenset({"30 days"})),
    Class(name="example", period=_months(36), since="the day it was written", kept=frozenset({"36 months"})),
    Class(name="dsar_record", period=_months(36), since="the answer", kept=frozenset({"request"})),
    Class(name="erasure", period=_months(72), since="the erasure", kept=frozenset({"72 months"})),
    Class(name="report", period=_months(24), since="the run", kept=frozenset({"24 months"})),
    # Addresses that came with a request of somebody unknown, and those of receipts.
    Class(name="asker", period=None, since="the end of the request; the letter", kept=frozenset({"expires_at"})),
    # Last: whoever has no conversation and no open request any more.
    Class(name="person", period=_months(1), since="the first message", kept=frozenset({"conversation"})),
)

# What other rooms and upkeep end: settings and published words with their brand or account, sessions and codes of staff
# and repeats of deliveries every hour, the chain of the audit log with the installation.
ELSEWHERE: Final = frozenset(
    {
        "brand",
        "account",
        "installation",
        "5 minutes",
        "10 minutes",
        "2 hours",
        "12 hours",
        "1 day",
        "7 days",
        "30 days",
        "72 months",
    }
)
KEPT: Final = ELSEWHERE.union(*(one.kept for one in CLASSES))
"""Every word that a declaration may say about how long something is kept."""


def find_periods(policy: Policy, *, keep_months: int, day: date) -> dict[str, Period]:
    """What policies say, by class; and for conversations, what the brand has chosen within them.

    The shortest of what is allowed, and never less than what has to be kept.
    """
    periods = {"transcript": _months(keep_months)}
    for one in CLASSES:
        if one.period is None:
            continue
        rules = find_keeping(policy, one.name, day)
        chosen = [rule for rule in rules if rule.origin.policy == BRAND]
        if one.name == "transcript" and not chosen:
            continue  # the law names a cap alone, and the brand's own table keeps to that
        at_most = [rule.period for rule in rules if rule.direction == "at_most"]
        at_least = [rule.period for rule in rules if rule.direction == "at_least"]
        longest = min(at_most or [one.period], key=_length)
        periods[one.name] = max([longest, *at_least], key=_length)
    return periods


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A class with the moment before which its rows have had their time."""

    name: str
    before: datetime


def plan(periods: Mapping[str, Period], *, now: datetime, zone: ZoneInfo) -> list[Due]:
    """What is due now, in the order in which it goes. `periods`: what policies and the brand say, by class.

    Raises `TooLong` for a period beyond six years, and `ValueError` for a class that there is not.
    """
    unknown = periods.keys() - {one.name for one in CLASSES if one.period is not None}
    if unknown:
        raise ValueError(f"there is no class of data called {', '.join(sorted(unknown))}")
    for name, period in periods.items():
        if _length(period) > _length(HARD_CAP):
            raise TooLong(f"{name} would be kept for {period}: six years are the most")
    return [
        Due(
            name=one.name,
            before=now if one.period is None else over_before(periods.get(one.name, one.period), now, zone),
        )
        for one in CLASSES
    ]


def over_before(period: Period, now: datetime, zone: ZoneInfo) -> datetime:
    """What began before this moment has had its time. A period of months ends with the day of the same number."""
    if period.unit == "H":
        return now - timedelta(hours=period.count)
    today = now.astimezone(zone).date()
    first_kept = _latest(today, period)
    return datetime.combine(first_kept, time.min, zone).astimezone(UTC)


def _latest(today: date, period: Period) -> date:
    """The first day whose period is not over: its last day is today or later."""
    guess = today - _length(period) - timedelta(days=7)  # months differ, and several days may end on one's last day
    while add_period(guess, period) < today:
        guess += _DAY
    return guess


def _length(period: Period) -> timedelta:
    """How long a period is, more or less."""
    if period.unit == "H":
        return timedelta(hours=period.count)
    return add_period(date(2000, 1, 1), period) - date(2000, 1, 1)


def is_due(now: datetime, zone: ZoneInfo) -> date | None:
    """The local day whose run is due, whether it was done or not; None before its night is over."""
    local = now.astimezone(zone)
    return local.date() if local.time() >= NIGHT else None
