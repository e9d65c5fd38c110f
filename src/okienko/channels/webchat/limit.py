"""How many messages a visitor may send in a minute and a day.

Pure: visitors come as keyed hashes, the time as a value. Remembered in memory only, by one process.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Final

MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
MOST_VISITORS: Final = 50_000  # remembered at once; beyond, the oldest are forgotten


@dataclass(slots=True)
class _Visit:
    """What one visitor has sent."""

    day: datetime  # when the day began: with the first message
    of_day: int = 0
    last: deque[datetime] = field(default_factory=deque[datetime])  # within the minute


class MessageLimit:
    """Remembers who has sent how much. 0 means no limit."""

    def __init__(self, *, per_minute: int, per_day: int) -> None:
        self._per_minute = per_minute
        self._per_day = per_day
        self._visits: dict[bytes, _Visit] = {}

    def seconds_to_wait(self, visitor: bytes, now: datetime) -> int:
        """0 and counted, when one more message may come; else when it may."""
        visit = self._visits.pop(visitor, None)
        if visit is None or now - visit.day >= DAY:
            visit = _Visit(day=now)
        self._visits[visitor] = visit  # the newest come last
        while visit.last and now - visit.last[0] >= MINUTE:
            visit.last.popleft()
        if self._per_day and visit.of_day >= self._per_day:
            return _until(visit.day + DAY, now)
        if self._per_minute and len(visit.last) >= self._per_minute:
            return _until(visit.last[0] + MINUTE, now)
        visit.of_day += 1
        if self._per_minute:
            visit.last.append(now)
        while len(self._visits) > MOST_VISITORS:
            del self._visits[next(iter(self._visits))]
        return 0


def _until(moment: datetime, now: datetime) -> int:
    return max(1, ceil((moment - now).total_seconds()))
