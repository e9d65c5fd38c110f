"""Public holidays on which a period does not end: Poland, England, the United States (federal) and Canada (federal).

Computed from the laws, for any year from 2025 on. One-off holidays that a government proclaims (a coronation, a day of
mourning) are not known; each of them can only make a real deadline later than the one computed here.

Sources: PL ustawa z 18 stycznia 1951 o dniach wolnych od pracy, with 24 December since 2025; England: Banking and
Financial Dealings Act 1971, schedule 1, with the days substituted by custom; US: 5 U.S.C. 6103 with the days observed
instead (Executive Order 11582); California: Government Code 6700; Canada: Interpretation Act, section 35, without
holidays of provinces.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, timedelta
from functools import cache
from typing import Final

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar: the "anonymous" algorithm, as J. Meeus, Astronomical Algorithms, 8."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leaps, skipped = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - moon + 15) % 30
    quarter, last = divmod(rest, 4)
    weekday = (32 + 2 * skipped + 2 * quarter - epact - last) % 7
    correction = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    """The n-th such weekday of a month; -1 is the last."""
    if n > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def _poland(year: int) -> set[date]:
    sunday = easter(year)
    fixed = ((1, 1), (1, 6), (5, 1), (5, 3), (8, 15), (11, 1), (11, 11), (12, 24), (12, 25), (12, 26))
    movable = (0, 1, 49, 60)  # Easter, its Monday, Pentecost, Corpus Christi
    return {date(year, month, day) for month, day in fixed} | {sunday + timedelta(days=days) for days in movable}


def _england(year: int) -> set[date]:
    sunday = easter(year)
    days = {
        sunday - timedelta(days=2),
        sunday + timedelta(days=1),
        _nth(year, 5, MONDAY, 1),
        _nth(year, 5, MONDAY, -1),
        _nth(year, 8, MONDAY, -1),
    }
    # A holiday at a weekend has the next weekday that is not one already.
    for day in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        free = day
        while free.weekday() >= SATURDAY or free in days:
            free += timedelta(days=1)
        days |= {day, free}
    return days


def _united_states(year: int) -> set[date]:
    fixed = [date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    observed = [day + timedelta(days={SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0)) for day in fixed]
    if date(year + 1, 1, 1).weekday() == SATURDAY:
        observed.append(date(year, 12, 31))
    return {
        *fixed,
        *(day for day in observed if day.year == year),
        _nth(year, 1, MONDAY, 3),
        _nth(year, 2, MONDAY, 3),
        _nth(year, 5, MONDAY, -1),
        _nth(year, 9, MONDAY, 1),
        _nth(year, 10, MONDAY, 2),
        _nth(year, 11, THURSDAY, 4),
    }


def _california(year: int) -> set[date]:
    """The federal holidays that California keeps too. Its own others would make a deadline later: left out."""
    return _united_states(year) - {_nth(year, 10, MONDAY, 2)}


def _canada(year: int) -> set[date]:
    """Without Easter Monday, Boxing Day and days kept instead, which not everybody has: they make a deadline later."""
    victoria = date(year, 5, 24)
    return {
        date(year, 1, 1),
        easter(year) - timedelta(days=2),
        victoria - timedelta(days=victoria.weekday()),
        date(year, 7, 1),
        _nth(year, 9, MONDAY, 1),
        date(year, 9, 30),
        _nth(year, 10, MONDAY, 2),
        date(year, 11, 11),
        date(year, 12, 25),
    }


CALENDARS: Final[dict[str, Callable[[int], set[date]]]] = {
    "none": lambda _: set(),
    "pl": _poland,
    "england": _england,
    "us": _united_states,
    "us-ca": _california,
    "ca": _canada,
}


@cache
def public_holidays(calendar: str, year: int) -> frozenset[date]:
    """The public holidays of a year. Raises `KeyError` for a calendar that is not there."""
    return frozenset(CALENDARS[calendar](year))


def is_working_day(day: date, calendars: Collection[str], *, anywhere: bool = False) -> bool:
    """Monday to Friday, and no public holiday.

    Of several calendars, a holiday has to be one in all of them, so that a deadline is never later than any place asks;
    with `anywhere` in one of them, so that a window is never shorter.
    """
    if day.weekday() >= SATURDAY:
        return False
    free = [day in public_holidays(calendar, day.year) for calendar in calendars]
    return not (any(free) if anywhere else free and all(free))
