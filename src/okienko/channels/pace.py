"""How fast one may send: so many messages a second and connection, and not too close within a conversation. Pure."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

# A moment that was given holds for so long. Whoever comes later, after a pause perhaps, gets a new one: what has
# gathered does not go all at once.
HOLDS: Final = timedelta(seconds=2)
MANY: Final = 10_000  # kept at once, before those that are over are looked for
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Bucket:
    """Moments at which something may leave: `rate` a second, of which a second's worth may go at once.

    The generic cell rate algorithm (ITU-T I.371, annex A), with places in the line: whoever has to wait gets a moment
    of their own, so that nobody asks twice and nobody is overtaken.
    """

    rate: float
    _full_at: datetime = NEVER  # the theoretical arrival time
    _given: dict[Hashable, datetime] = field(default_factory=dict[Hashable, datetime])

    def take(self, who: Hashable, now: datetime) -> datetime:
        """When `who` may go: now, or at the moment that is returned, if they ask again then."""
        given = self._given.get(who)
        if given is not None and given > now:
            return given
        if given is not None:
            del self._given[who]
            if now <= given + HOLDS:
                return now
        each = timedelta(seconds=1 / self.rate)
        slack = timedelta(seconds=max(0.0, 1 - 1 / self.rate))
        moment = max(now, self._full_at - slack)
        self._full_at = max(self._full_at, moment) + each
        if moment > now:
            self._forget(now)
            self._given[who] = moment
        return moment

    def hold(self, until: datetime) -> None:
        """Nobody goes before; those who have a moment already get another."""
        self._full_at = max(self._full_at, until + timedelta(seconds=max(0.0, 1 - 1 / self.rate)))
        self._given.clear()

    def _forget(self, now: datetime) -> None:
        if len(self._given) >= MANY:
            self._given = {who: moment for who, moment in self._given.items() if moment + HOLDS >= now}


@dataclass(slots=True)
class Pace:
    """Not too close to each other: after one has gone, the next one of the same conversation waits.

    `burst` of them may go without waiting, if there was rest before.
    """

    _full_at: dict[Hashable, datetime] = field(default_factory=dict[Hashable, datetime])

    def earliest(self, who: Hashable, pace: timedelta, now: datetime, *, burst: int = 1) -> datetime:
        """When the next one of `who` may go."""
        return max(now, self._full_at.get(who, NEVER) - pace * (burst - 1))

    def went(self, who: Hashable, pace: timedelta, now: datetime) -> None:
        """One has gone."""
        if not pace:
            return
        if len(self._full_at) >= MANY:
            self._full_at = {one: moment for one, moment in self._full_at.items() if moment > now}
        self._full_at[who] = max(self._full_at.get(who, NEVER), now) + pace
