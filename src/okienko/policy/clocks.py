"""Legal clocks: when something is due, by calendar periods and not by counting thirty days.

A period begins with an event, on the brand's local day; the day of the event is not counted. It ends with the last hour
of its last day. The calendars:

    eu-1182-71     months end on the corresponding date, else the month's last day; a last day that is a Saturday, a
                   Sunday or a public holiday becomes the next working day: Regulation (EEC, Euratom) No 1182/71,
                   article 3, and the EDPB's Guidelines 01/2022, 5.3
    civil          the same, and the last day stays where it falls: the stricter reading
    working-days   days from Monday to Friday that are no public holidays
    elapsed        hours, through nights, weekends and changes of the clock

Deadlines (`at_most`) take the earliest of several rules, windows (`at_least`) the latest.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from okienko.policy.holidays import is_working_day
from okienko.policy.periods import Period, add_period, join_periods
from okienko.policy.rules import BRAND, Calendar, Clock, Policy, Retention, find_rules

ONE_DAY = timedelta(days=1)


class NoSuchClock(Exception):
    """The policy has no clock of this name on that day."""


class NotAllowed(Exception):
    """No extension, or no pause: the law of this place does not know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Somebody was asked what they mean. Their answer lets the clock run on."""

    asked: datetime
    answered: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A clock that was started by an event. Times are aware."""

    started: datetime
    extended: bool = False
    pauses: Sequence[Pause] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When it is due."""

    day: date  # the last day, where the brand is
    until: datetime  # the first moment that is too late, in UTC
    rule: Clock  # that decided


def find_clocks(policy: Policy, name: str, day: date) -> list[Clock]:
    """The rules behind a clock that is started on a day. Raises `NoSuchClock`."""
    clocks = find_rules(policy, Clock, name, day)
    if not clocks:
        raise NoSuchClock(f"{', '.join(sorted(policy.places))}: there is no clock “{name}” on {day}")
    return clocks


def find_due(policy: Policy, name: str, running: Running, zone: ZoneInfo) -> Due | None:
    """When a clock ends; None while it stands still. Raises `NoSuchClock` and `NotAllowed`."""
    clocks = find_clocks(policy, name, local_day(running.started, zone))
    if running.pauses and not may_pause(clocks):
        raise NotAllowed(f"“{name}” may not be paused under the law of {', '.join(sorted(policy.places))}")
    periods: list[tuple[Clock, Period]] = []
    for clock in clocks:
        if running.extended and clock.extension is None:
            raise NotAllowed(f"“{name}” may not be extended under the law of {', '.join(sorted(policy.places))}")
        extra = clock.extension.by if running.extended and clock.extension else None
        periods.append((clock, clock.period if extra is None else join_periods(clock.period, extra)))
    dues = [_end(clock, period, running, zone, policy.holidays) for clock, period in periods]
    over = [due for due in dues if due is not None]
    if not over or (clocks[0].direction == "at_least" and len(over) < len(dues)):
        return None
    return (max if clocks[0].direction == "at_least" else min)(over, key=_place_due)


def find_notice_due(policy: Policy, name: str, running: Running, zone: ZoneInfo) -> Due:
    """Until when somebody has to be told that a clock is extended, and why. Raises `NoSuchClock` and `NotAllowed`."""
    clocks = find_clocks(policy, name, local_day(running.started, zone))
    ends: list[Due] = []
    for clock in clocks:
        if clock.extension is None:
            raise NotAllowed(f"“{name}” may not be extended under the law of {', '.join(sorted(policy.places))}")
        ends.append(_count(clock, clock.extension.notify_within, running.started, zone, policy.holidays))
    return min(ends, key=_place_due)


def find_warning(policy: Policy, name: str, running: Running, zone: ZoneInfo) -> date | None:
    """The first day on which to remind those who have to act; None: no rule asks for it."""
    first = local_day(running.started, zone)
    days = [add_period(first, clock.warn) for clock in find_clocks(policy, name, first) if clock.warn is not None]
    return min(days) if days else None


def may_pause(clocks: Collection[Clock]) -> bool:
    """Whether every rule lets the clock stand still."""
    return all(clock.pause for clock in clocks)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day that a brand's calendar shows: half past eleven in the evening still belongs to it."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(zone).date()


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of the next local day, in UTC."""
    return datetime.combine(day + ONE_DAY, time.min, zone).astimezone(UTC)


def move_to_working_day(day: date, calendars: Collection[str], *, anywhere: bool = False) -> date:
    """The day itself, or the next working day."""
    while not is_working_day(day, calendars, anywhere=anywhere):
        day += ONE_DAY
    return day


def _place_due(due: Due) -> tuple[datetime, str, tuple[str, ...]]:
    """The order of due dates; of rules that agree, always the same one decides."""
    return due.until, due.rule.origin.policy, due.rule.origin.law


def _end(clock: Clock, period: Period, running: Running, zone: ZoneInfo, holidays: Collection[str]) -> Due | None:
    """The end of one rule's period; None while it stands still. A question asked too late stops nothing."""
    paused: set[date] = set()  # local days, each counted once
    due = _count(clock, period, running.started, zone, holidays)
    for pause in sorted(running.pauses, key=lambda pause: pause.asked):
        if pause.asked >= due.until:
            break
        if pause.answered is None:
            return None
        day, last = local_day(pause.asked, zone), local_day(pause.answered, zone)
        while day < last:
            paused.add(day)
            day += ONE_DAY
        due = _count(clock, period, running.started, zone, holidays, shift=len(paused))
    return due


def _count(
    clock: Clock, period: Period, started: datetime, zone: ZoneInfo, holidays: Collection[str], *, shift: int = 0
) -> Due:
    """The end of a period that stood still for `shift` days."""
    if period.unit == "H":
        until = started.astimezone(UTC) + timedelta(hours=period.count)
        return Due(day=local_day(until, zone), until=until, rule=clock)
    window = clock.direction == "at_least"
    day = count_out(local_day(started, zone), period, clock.calendar, holidays, shift=shift, anywhere=window)
    return Due(day=day, until=end_of_day(day, zone), rule=clock)


def count_out(
    first: date,
    period: Period,
    calendar: Calendar,
    holidays: Collection[str],
    *,
    shift: int = 0,
    anywhere: bool = False,
) -> date:
    """The last day of a period of months or days after an event on `first`, `shift` days later.

    `anywhere`: a holiday of one calendar is enough, as windows want it.
    """
    if calendar == "working-days":
        day = first
        for _ in range(period.count):
            day = move_to_working_day(day + ONE_DAY, holidays, anywhere=anywhere)
        return day
    day = add_period(first, period) + shift * ONE_DAY
    return move_to_working_day(day, holidays, anywhere=anywhere) if calendar == "eu-1182-71" else day


# how long something is kept ------------------------------------------------------------------------------------------


def find_keeping(policy: Policy, name: str, day: date) -> list[Retention]:
    """The rules that decide how long a class of data is kept.

    A period with a cap is a proposal: a brand's choice takes its place, and the cap stays.
    """
    rules = find_rules(policy, Retention, name, day)
    if not any(rule.origin.policy == BRAND for rule in rules):
        return rules
    return [rule for rule in rules if rule.origin.policy == BRAND or rule.cap is None]


def keep_until(
    policy: Policy, name: str, since: datetime, zone: ZoneInfo, *, capped_from: datetime | None = None
) -> datetime | None:
    """The first moment, in UTC, at which a class of data has had its time; None: no rule has a period for it.

    `since` is when the rule's trigger happened, `capped_from` when the cap's did (the account was closed), if it has.
    """
    day = local_day(since, zone)
    rules = find_keeping(policy, name, day)
    ends = {
        direction: [end_of_period(since, rule.period, zone) for rule in rules if rule.direction == direction]
        for direction in ("at_most", "at_least")
    }
    at_most = ends["at_most"]
    if at_most and capped_from is not None:
        every = find_rules(policy, Retention, name, day)
        at_most += [end_of_period(capped_from, rule.cap[1], zone) for rule in every if rule.cap]
    return min(at_most) if at_most else max(ends["at_least"], default=None)


def end_of_period(since: datetime, period: Period, zone: ZoneInfo) -> datetime:
    """The first moment after a period that is kept, in UTC."""
    if period.unit == "H":
        return since.astimezone(UTC) + timedelta(hours=period.count)
    return end_of_day(add_period(local_day(since, zone), period), zone)
