"""What an hour of the week normally brings: people with whom something was left open. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

HOUR: Final = timedelta(hours=1)
WEEKS: Final = 8  # that are remembered
_PRIOR: Final = 1.0  # what the mean of all hours counts beside the weeks in which this hour was seen


def begin_hour(at: datetime) -> datetime:
    """The hour that a moment is in; in UTC, so that no hour of a year comes twice."""
    return at.replace(minute=0, second=0, microsecond=0)


def expect(
    people: Mapping[datetime, int], *, since: datetime, until: datetime, first: datetime | None, zone: ZoneInfo
) -> float:
    """How many people a stretch of time brings, as the same hours of the weeks before have.

    `people`: by hours, those without any left out; `first`: the hour in which counting began. Of three weeks or more
    the one with the most is left out: a fault of last month is nothing that is expected.
    """
    hour = begin_hour(since)
    if first is None:
        return 0.0
    hours = (hour - first) / HOUR
    mean = sum(count for one, count in people.items() if one < hour) / hours if hours >= 1 else 0.0
    total = 0.0
    while hour < until:
        share = (min(until, hour + HOUR) - max(since, hour)) / HOUR
        total += share * _expect_hour(people, hour, first, mean, zone)
        hour += HOUR
    return total


def _expect_hour(people: Mapping[datetime, int], hour: datetime, first: datetime, mean: float, zone: ZoneInfo) -> float:
    local = hour.astimezone(zone).replace(tzinfo=None)
    weeks: list[int] = []
    for week in range(1, WEEKS + 1):
        before = begin_hour((local - timedelta(weeks=week)).replace(tzinfo=zone).astimezone(hour.tzinfo))
        if before >= first:
            weeks.append(people.get(before, 0))
    if len(weeks) >= 3:
        weeks.remove(max(weeks))
    return (sum(weeks) + _PRIOR * mean) / (len(weeks) + _PRIOR)
