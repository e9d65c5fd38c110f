"""The radar on a replayed stream: false alarms in quiet weeks, and what becomes of each fault, at the ordinary load and
at ten times as much.

The clock is passed in, so that weeks take minutes; nothing is stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random
from statistics import median
from typing import Any, Final
from uuid import UUID

from okienko.evaluation.radar.stream import ZONE, Said, play_every_day, play_fault, read_every_day, read_faults
from okienko.radar.baseline import begin_hour
from okienko.radar.rising import MOST, NOTHING, Open, Reference, Risen, Terms, make_reference
from okienko.radar.watch import EVERY_HOUR, REFERENCE, SHARED, WINDOWS, find_now
from okienko.saying import read_terms
from okienko.values import ConversationId, MaskedText, MessageId, PersonId

BEGIN: Final = datetime(2026, 9, 7, tzinfo=UTC)  # a Monday
EVENING: Final = timedelta(hours=17)  # 19 in Warsaw
SHARE: Final = 0.6  # of a surge's messages are about its fault
_LOOK: Final = timedelta(seconds=5)  # as the worker looks
_LOOK_QUIET: Final = timedelta(minutes=2)  # quiet weeks are looked through less often, which takes a twentieth
_LASTS: Final = {1: timedelta(hours=2), 10: timedelta(minutes=20)}


@dataclass(slots=True)
class Watcher:
    """What a worker and its database know, in memory."""

    opened: list[Open] = field(default_factory=list[Open])
    hours: Counter[datetime] = field(default_factory=Counter[datetime])
    reference: Reference = NOTHING
    hour: datetime | None = None
    about: dict[MessageId, str | None] = field(default_factory=dict[MessageId, "str | None"])
    groups: list[set[MessageId]] = field(default_factory=list[set[MessageId]])

    def add(self, chance: Random, said: Said) -> None:
        """Somebody new wrote something that was left open."""
        id_ = UUID(int=chance.getrandbits(128))
        terms = _read_terms(said.text)
        if terms.stems:
            one = Open(
                message=MessageId(id_),
                conversation=ConversationId(id_),
                person=PersonId(id_),
                at=said.at,
                terms=terms,
            )
            self.opened.append(one)
            self.about[one.message] = said.fault
        self.hours[begin_hour(said.at)] += 1

    def look(self, now: datetime) -> int:
        """How many groups have begun to rise."""
        if self.hour != begin_hour(now):
            self.hour = begin_hour(now)
            self.reference = self._make_reference(begin_hour(now - WINDOWS[-1]))
        newest = self.opened[: -MOST - 1 : -1]
        risen = find_now(newest, self.reference, self.hours, now, ZONE)
        return sum(self._note(one) for one in risen)

    def _make_reference(self, until: datetime) -> Reference:
        by_hour: dict[datetime, list[Open]] = {}
        for one in self.opened:
            if until - REFERENCE <= one.at < until:
                by_hour.setdefault(begin_hour(one.at), []).append(one)
        return make_reference([one for own in by_hour.values() for one in own[:EVERY_HOUR]])

    def _note(self, risen: Risen) -> bool:
        """Whether this is a new group, as the worker tells it."""
        members = {member.message for member in risen.members}
        best = max(self.groups, key=lambda group: len(group & members), default=None)
        if best is not None and len(best & members) >= SHARED * len(members):
            best |= members
            return False
        self.groups.append(members)
        return True

    def copy(self) -> Watcher:
        """The same, to go on from more than once."""
        return Watcher(
            opened=[*self.opened],
            hours=Counter(self.hours),
            reference=self.reference,
            hour=self.hour,
            about=dict(self.about),
        )


@lru_cache(maxsize=10_000)
def _read_terms(text: str) -> Terms:
    return read_terms(MaskedText(text), "pl")


def evaluate(*, hourly: float, seed: int, quiet_weeks: int, say: Callable[[str], None]) -> dict[str, Any]:
    """All figures. Delays are in minutes from a fault's first possible message; None: it was not noticed."""
    chance = Random(seed)  # noqa: S311 - a measurement has to be the same every time
    every_day, faults = read_every_day(), read_faults()
    watcher = Watcher()
    say("Two weeks to learn from …")
    learnt = BEGIN + timedelta(days=14)
    for said in play_every_day(chance, every_day, since=BEGIN, until=learnt, hourly=hourly):
        watcher.add(chance, said)
    say(f"{quiet_weeks} quiet weeks …")
    quiet = learnt + timedelta(days=7 * quiet_weeks)
    false = 0
    looked = learnt
    for said in play_every_day(chance, every_day, since=learnt, until=quiet, hourly=hourly):
        watcher.add(chance, said)
        if said.at - looked >= _LOOK_QUIET:
            looked = said.at
            false += watcher.look(said.at)
    figures: dict[str, Any] = {
        "hourly": hourly,
        "quiet_weeks": quiet_weeks,
        "false_alarms_a_week": round(false / quiet_weeks, 2) if quiet_weeks else None,
    }
    begins = quiet + EVENING
    for said in play_every_day(chance, every_day, since=quiet, until=begins, hourly=hourly):
        watcher.add(chance, said)
    for times, lasts in _LASTS.items():
        until = begins + lasts
        found: list[Noticed] = []
        for name, texts in faults.items():
            surge = [
                *play_every_day(chance, every_day, since=begins, until=until, hourly=hourly * times * (1 - SHARE)),
                *play_fault(chance, name, texts, since=begins, until=until, hourly=hourly * times * SHARE),
            ]
            noticed = watch_surge(watcher.copy(), chance, sorted(surge, key=lambda said: said.at), name, begins)
            say(f"{times}x {name}: {noticed.delay} min, {noticed.share:.0%} of it, {noticed.right:.0%} of the group")
            found.append(noticed)
        delays = [one.delay for one in found if one.delay is not None]
        of_times = {
            "noticed": len(delays),
            "of": len(found),
            "delay_min_median": round(median(delays), 1) if delays else None,
            "delay_min_max": round(max(delays), 1) if delays else None,
            "messages_until_noticed_median": median([one.messages for one in found if one.delay is not None] or [0]),
            "share_in_group_mean": round(sum(one.share for one in found) / len(found), 3),
            "share_in_group_min": round(min(one.share for one in found), 3),
            "right_in_group_mean": round(sum(one.right for one in found) / len(found), 3),
            "other_groups": sum(one.others for one in found),
        }
        figures |= {f"x{times}_{name}": value for name, value in of_times.items()}
    return figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """What became of a fault."""

    delay: float | None  # minutes
    messages: int  # of the fault, until it was noticed
    share: float  # of its messages that are in the group at the end
    right: float  # of the group that is about it
    others: int  # groups that are mostly about something else


def watch_surge(watcher: Watcher, chance: Random, surge: Sequence[Said], fault: str, begins: datetime) -> Noticed:
    delay: float | None = None
    messages, until = 0, 0
    looked = begins
    for said in surge:
        watcher.add(chance, said)
        messages += said.fault is not None
        if said.at - looked < _LOOK:
            continue
        looked = said.at
        watcher.look(said.at)
        if delay is None and any(_is_about(watcher, group, fault) for group in watcher.groups):
            delay, until = (said.at - begins) / timedelta(minutes=1), messages
    own = [group for group in watcher.groups if _is_about(watcher, group, fault)]
    best = max(own, key=len, default=set[MessageId]())
    right = sum(watcher.about.get(message) == fault for message in best)
    return Noticed(
        delay=delay,
        messages=until,
        share=right / max(1, messages),
        right=right / max(1, len(best)),
        others=len(watcher.groups) - len(own),
    )


def _is_about(watcher: Watcher, group: set[MessageId], fault: str) -> bool:
    return 2 * sum(watcher.about.get(message) == fault for message in group) > len(group)
