"""Opening hours: `mon-fri 08:00-20:00; sat 10:00-14:00`, read in the brand's own time zone.

Rules are separated by `;`. A rule is days (`mon`, `mon-fri`, `sat,sun`), a space, and one or more times separated by
`,`. A time that ends at or before its beginning runs into the next day (`fri 22:00-06:00`); `24:00` is midnight at the
end of a day. `always` (or nothing at all) and `never` are the two other things one can say.

Times are those on the wall: when clocks change, a day that opens at 08:00 opens at 08:00.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from okienko.values import Language

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME: Final = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_DAY: Final = re.compile("|".join(_DAYS))
_DAY_NAMES: Final[Mapping[Language, tuple[str, ...]]] = {
    "pl": ("pn.", "wt.", "śr.", "czw.", "pt.", "sob.", "niedz."),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_ALWAYS_NEVER: Final[Mapping[Language, tuple[str, str]]] = {
    "pl": ("całą dobę", "nieczynne"),
    "en": ("around the clock", "closed"),
}
_DAY_MINUTES: Final = 24 * 60


class WrongHours(ValueError):
    """Opening hours or a time zone that cannot be read; the message says which part and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One stretch of time: minutes after midnight of `day` (0 is Monday). `end` may lie in the next day."""

    day: int
    start: int
    end: int


@lru_cache(maxsize=256)
def read_hours(hours: str) -> tuple[Opening, ...]:
    """The openings of a week. Raises `WrongHours`."""
    said = hours.strip().lower()
    if said in {"", "always"}:
        return tuple(Opening(day=day, start=0, end=_DAY_MINUTES) for day in range(7))
    if said == "never":
        return ()
    return tuple(opening for rule in said.split(";") if rule.strip() for opening in _read_rule(rule.strip()))


def is_open(hours: str, timezone: str, now: datetime) -> bool:
    """Whether somebody should be at the window at `now` (aware). Raises `WrongHours`."""
    local = now.astimezone(_find_zone(timezone))
    minute = local.hour * 60 + local.minute
    today, yesterday = local.weekday(), (local.weekday() - 1) % 7
    return any(
        (opening.day == today and opening.start <= minute < opening.end)
        or (opening.day == yesterday and minute < opening.end - _DAY_MINUTES)
        for opening in read_hours(hours)
    )


def next_opening(hours: str, timezone: str, now: datetime) -> datetime | None:
    """The first moment from `now` (aware) on at which the window is open, in UTC; None when it never is.

    Raises `WrongHours`.
    """
    if is_open(hours, timezone, now):
        return now.astimezone(UTC)
    zone = _find_zone(timezone)
    today = now.astimezone(zone).date()
    moments = (
        moment
        for ahead in range(9)  # a week, and a day on each side for stretches that cross midnight or a change of clocks
        for opening in read_hours(hours)
        if opening.day == (today + timedelta(days=ahead)).weekday()
        for moment in _find_moments(today + timedelta(days=ahead), opening.start, zone)
        if moment > now
    )
    return min(moments, default=None)


def describe_hours(hours: str, language: Language) -> str:
    """Opening hours in words that a customer reads: `pn.–pt. 08:00–20:00, sob. 10:00–14:00`. Raises `WrongHours`."""
    openings = read_hours(hours)
    said = hours.strip().lower()
    if not openings or said in {"", "always"}:
        return _ALWAYS_NEVER[language][0 if openings else 1]
    named = _DAY.sub(lambda day: _DAY_NAMES[language][_DAYS.index(day.group())], said)
    return ", ".join(" ".join(rule.split()) for rule in named.split(";") if rule.strip()).replace("-", "–")


def _read_rule(rule: str) -> Iterator[Opening]:
    days, _, times = rule.partition(" ")
    if not times.strip():
        raise WrongHours(f"“{rule}”: expected days and times, as in “mon-fri 08:00-20:00”")
    for stretch in times.split(","):
        found = _TIME.fullmatch(stretch.strip())
        if found is None:
            raise WrongHours(f"“{stretch.strip()}”: expected a time such as “08:00-20:00”")
        start, end = (int(found[n]) * 60 + int(found[n + 1]) for n in (1, 3))
        if start >= _DAY_MINUTES or end > _DAY_MINUTES:
            raise WrongHours(f"“{stretch.strip()}”: a day ends at 24:00")
        for day in _read_days(days):
            yield Opening(day=day, start=start, end=end if end > start else end + _DAY_MINUTES)


def _read_days(days: str) -> Iterator[int]:
    for part in days.split(","):
        first, dash, last = part.partition("-")
        if first not in _DAYS or (dash and last not in _DAYS):
            raise WrongHours(f"“{part}”: expected days such as “mon”, “mon-fri” or “sat,sun”")
        begin, end = _DAYS.index(first), _DAYS.index(last or first)
        yield from (day % 7 for day in range(begin, (end if end >= begin else end + 7) + 1))


def _find_moments(day: date, minute: int, zone: ZoneInfo) -> Iterator[datetime]:
    """When the wall clock shows `minute` of `day`: twice on an autumn night; when it jumps past it, the jump itself."""
    wall = datetime.combine(day, time(minute // 60, minute % 60))
    before, after = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if before.astimezone(zone).replace(tzinfo=None) == wall:
        yield from {before, after}
        return
    while after.astimezone(zone).replace(tzinfo=None) < wall:  # in a gap, fold=1 lies before the jump: walk up to it
        after += timedelta(minutes=1)
    yield after


def _find_zone(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongHours(f"“{timezone}”: expected a time zone such as “Europe/Warsaw”") from None
