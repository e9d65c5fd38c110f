"""How often somebody may do something in an hour: begin a chat, ask for a code.

Pure: networks and addresses come as keyed hashes, the time as a value. Remembered in memory only, by one process.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Final

HOUR: Final = timedelta(hours=1)
MOST_REMEMBERED: Final = 50_000  # at once; beyond, the oldest are forgotten


class HourLimit:
    """Remembers when who did it last."""

    def __init__(self) -> None:
        self._done: dict[bytes, deque[datetime]] = {}

    def seconds_to_wait(self, who: bytes, now: datetime, most: int) -> int:
        """0 and counted, when it was done fewer than `most` times within the hour; else when it may be done next."""
        done = self._done.pop(who, None) or deque[datetime]()
        while done and now - done[0] >= HOUR:
            done.popleft()
        self._done[who] = done  # the newest come last
        if len(done) >= most:
            return max(1, int((done[0] + HOUR - now).total_seconds()))
        done.append(now)
        while len(self._done) > MOST_REMEMBERED:
            del self._done[next(iter(self._done))]
        return 0
