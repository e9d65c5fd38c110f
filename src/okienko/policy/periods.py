"""Periods as ISO 8601 writes them: `P1M`, `P10D`, `PT72H`. One unit each: no law here mixes them."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

PATTERN: Final = r"P([1-9][0-9]{0,3}[YMWD]|T[1-9][0-9]{0,3}H)"
_ISO: Final = re.compile(r"P(T?)([1-9][0-9]{0,3})([YMWDH])")
_UNITS: Final[dict[str, tuple[Literal["M", "D", "H"], int]]] = {
    "Y": ("M", 12),
    "M": ("M", 1),
    "W": ("D", 7),
    "D": ("D", 1),
    "H": ("H", 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """So many calendar months (M), days (D) or elapsed hours (H)."""

    count: int
    unit: Literal["M", "D", "H"]

    def __str__(self) -> str:
        if self.unit == "H":
            return f"PT{self.count}H"
        if self.unit == "M" and self.count > 12 and self.count % 12 == 0:
            return f"P{self.count // 12}Y"
        return f"P{self.count}{self.unit}"


def read_period(text: str) -> Period:
    """Raises `ValueError` when this is no period."""
    match = _ISO.fullmatch(text)
    if match is None or (match[1] == "T") != (match[3] == "H"):
        raise ValueError("not a period")
    unit, times = _UNITS[match[3]]
    return Period(count=int(match[2]) * times, unit=unit)


def join_periods(first: Period, second: Period) -> Period:
    """One after the other. Raises `ValueError` when their units differ."""
    if first.unit != second.unit:
        raise ValueError("periods of different units")
    return Period(count=first.count + second.count, unit=first.unit)


def add_period(day: date, period: Period) -> date:
    """The day on which a period of months or days ends that begins with an event on `day`, which is not counted.

    Months end on the corresponding date, and on the month's last day where there is none: Regulation (EEC, Euratom)
    No 1182/71, article 3(2)(c); the Polish Civil Code, article 112, says the same. Of hours: `ValueError`.
    """
    if period.unit == "H":
        raise ValueError("hours elapse; they end at a moment, not on a day")
    if period.unit == "D":
        return day + timedelta(days=period.count)
    year, month = divmod(day.year * 12 + day.month - 1 + period.count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
