"""How something grew, as bars of equal time. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_STEPS: Final = tuple(timedelta(minutes=n) for n in (1, 2, 5, 10, 15, 30, 60, 120, 240))
_MOST: Final = 30  # bars
_BEFORE: Final = 4  # bars before it began: what rises has to be seen to rise


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How many messages came from a moment on, for one step."""

    since: datetime
    count: int
    height: int  # percent of the highest


def draw(times: Sequence[datetime], *, began: datetime, until: datetime) -> tuple[timedelta, list[Bar]]:
    """The step and the bars, oldest first; every message in exactly one, those before all bars in the first."""
    length = max(until - began, timedelta(minutes=1))
    step = next((step for step in _STEPS if length <= step * (_MOST - _BEFORE)), _STEPS[-1])
    count = min(_MOST, int(length / step) + 1 + _BEFORE)
    first = until - step * count
    counts = [0] * count
    for at in times:
        counts[min(max(int((at - first) / step), 0), count - 1)] += 1
    highest = max([*counts, 1])
    return step, [
        Bar(since=first + step * n, count=one, height=round(100 * one / highest)) for n, one in enumerate(counts)
    ]
