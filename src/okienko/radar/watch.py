"""One look at what a brand has left open: count, compare, put together, note what rises. Any worker may do it.

All that has to last is in the database. A worker keeps what words said, as terms, so that it reads each message once;
one that starts afresh reads them again.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from okienko.database.ids import new_id
from okienko.database.pool import LONGEST_WORK, Connection, Database
from okienko.radar import store
from okienko.radar.baseline import HOUR, WEEKS, begin_hour, expect
from okienko.radar.rising import (
    LEAST,
    MOST,
    NOTHING,
    Open,
    Reference,
    Risen,
    Terms,
    find_beginning,
    find_risen,
    likeness,
    make_reference,
)
from okienko.radar.store import Group, Left, Words
from okienko.values import Brand, BrandId, Clock, Language, MaskedText, MessageId

ReadTerms = Callable[[MaskedText, Language], Terms]
"""What a message says. `okienko.saying` reads it, for it is answers that know the words of a language."""

WINDOWS: Final = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
ALIVE: Final = timedelta(hours=2)  # a group that nothing has joined for so long rises no more
REFERENCE: Final = timedelta(days=14)  # that what is usual is taken from
EVERY_HOUR: Final = 6  # messages of it
FALSE_ALARMS: Final = 0.05  # a week and brand, if people came by chance alone

_OVERLAP: Final = timedelta(minutes=2)  # commits may be seen later than they say
_SETTLED: Final = timedelta(seconds=30)  # what was offered and not picked by then is left open
_KEPT: Final = timedelta(days=28)
_WORDS: Final = 8  # of a message, as a rule: what is looked at for each
_FEWEST: Final = 50  # messages a week, for a brand that has only begun
_REMEMBERED: Final = 4_000  # messages of a brand
_BRANDS: Final = 32  # whose messages a worker remembers
_DISMISSED: Final = timedelta(days=14)  # for which something stays dismissed
_SAME: Final = 0.5  # likeness to what was dismissed
_COMPARED: Final = 40  # of its messages
SHARED: Final = 0.2  # of a group's messages: if so many are in one that is known, it is that


@dataclass(slots=True, kw_only=True)
class Memory:
    """What a worker remembers of a brand, between two looks."""

    terms: OrderedDict[MessageId, Terms | None] = field(default_factory=OrderedDict[MessageId, "Terms | None"])
    reference: Reference = NOTHING
    hour: datetime | None = None  # in which the reference was made

    def keep(self, message: MessageId, terms: Terms | None) -> None:
        """Remembers what a message says; None: there is nothing to be read."""
        self.terms[message] = terms
        while len(self.terms) > _REMEMBERED:
            self.terms.popitem(last=False)


@dataclass(slots=True, kw_only=True)
class Radar:
    """What looks with."""

    database: Database
    clock: Clock
    read_terms: ReadTerms
    memories: OrderedDict[BrandId, Memory] = field(default_factory=OrderedDict[BrandId, Memory])

    async def look(self, brand: Brand) -> list[UUID]:
        """What has begun to rise since the last look, by the ids of its groups."""
        now = self.clock()
        memory = self.memories.setdefault(brand.id, Memory())
        self.memories.move_to_end(brand.id)
        while len(self.memories) > _BRANDS:
            self.memories.popitem(last=False)
        # Nothing waits for a look: its lock is its own, and words are compared beside the loop that takes turns.
        async with self.database.brand(brand.id, longest=LONGEST_WORK) as connection:
            if not await store.claim(connection):
                return []
            looked = await store.read_look(connection)
            since = now - WINDOWS[-1] if looked is None else looked - _OVERLAP
            await store.take_not_helped(connection, since)
            if not await store.is_any_since(connection, since):
                return []
            await store.count_hours(connection, begin_hour(now - _KEPT if looked is None else since))
            if looked is None or begin_hour(looked) != begin_hour(now):
                await store.forget(connection, left=now - _KEPT, hours=begin_hour(now) - (WEEKS + 1) * 168 * HOUR)
            hours = await store.read_hours(connection, begin_hour(now) - WEEKS * 168 * HOUR)
            left = await store.list_left(
                connection, since=now - WINDOWS[-1], until=now, settled=now - _SETTLED, limit=MOST
            )
            opened = await self._read(connection, memory, left)
            if memory.hour != begin_hour(now):
                memory.reference, memory.hour = await self._make_reference(connection, memory, now), begin_hour(now)
            zone = ZoneInfo(brand.timezone)
            risen = await asyncio.to_thread(find_now, opened, memory.reference, hours, now, zone)
            noticed = await self._note(connection, memory, risen, left, now) if risen else []
            await store.set_look(connection, now)
        return noticed

    async def _read(self, connection: Connection, memory: Memory, left: Sequence[Left]) -> list[Open]:
        """What was left open, with what it says; what says nothing is left out."""
        unread = [one for one in left if one.message not in memory.terms]
        words = await store.read_words(connection, unread)
        read = await asyncio.to_thread(self._read_terms, unread, words)
        for one in unread:
            memory.keep(one.message, read.get(one.message))
        return [
            Open(message=one.message, conversation=one.conversation, person=one.person, at=one.at, terms=terms)
            for one in left
            if (terms := read.get(one.message) or memory.terms.get(one.message)) is not None
        ]

    def _read_terms(self, left: Collection[Left], words: Mapping[MessageId, Words]) -> dict[MessageId, Terms | None]:
        read = {
            one.message: self.read_terms(words[one.message].all, one.language) for one in left if one.message in words
        }
        return {message: terms if terms.stems else None for message, terms in read.items()}

    async def _make_reference(self, connection: Connection, memory: Memory, now: datetime) -> Reference:
        until = begin_hour(now - WINDOWS[-1])
        sample = await store.sample_left(connection, since=until - REFERENCE, until=until, most=EVERY_HOUR)
        return make_reference(await self._read(connection, memory, sample))

    async def _note(
        self, connection: Connection, memory: Memory, risen: Sequence[Risen], left: Sequence[Left], now: datetime
    ) -> list[UUID]:
        """Writes down what rises, as a new group or one that is known; gives those that are to be shown anew."""
        known = {group.id: group for group in await store.list_groups(connection, now - _DISMISSED)}
        group_of = {one.message: one.group for one in left}
        taken: set[UUID] = set()
        noticed: list[UUID] = []
        for one in risen:
            group = _find_known(one, group_of, known) or await self._find_dismissed(connection, memory, one, known)
            if group is not None and group.id in taken:
                continue  # the same, in a longer time
            again = group is not None and (
                group.dismissed_people is not None and one.people >= 2 * group.dismissed_people
            )
            id_ = new_id(now) if group is None else group.id
            times = [member.at for member in one.members]
            await store.save_group(
                connection,
                id_,
                [(member.conversation, member.message) for member in one.members],
                began=find_beginning(times, now - min(times[0], now - WINDOWS[0])),
                last=times[-1],
                people=one.people,
                again=again,
                now=now,
            )
            taken.add(id_)
            for member in one.members:
                group_of[member.message] = group_of.get(member.message) or id_
            if group is None or again:
                noticed.append(id_)
                known[id_] = Group(
                    id=id_,
                    began_at=times[0],
                    noticed_at=now,
                    last_at=times[-1],
                    people=one.people,
                    dismissed_at=None,
                    dismissed_people=None,
                )
        return noticed

    async def _find_dismissed(
        self, connection: Connection, memory: Memory, one: Risen, known: Mapping[UUID, Group]
    ) -> Group | None:
        """What was dismissed on another day and is about the same."""
        for group in known.values():
            if group.dismissed_at is None:
                continue
            members = await store.list_members(connection, group.id, limit=_COMPARED)
            opened = await self._read(connection, memory, [member.left for member in members])
            said = Counter(
                term for other in opened for term in (*other.terms.stems, *other.terms.grams) if term in one.weights
            )
            if likeness(one.weights, {term: one.weights[term] * count for term, count in said.items()}) >= _SAME:
                return group
        return None


def find_now(
    opened: Sequence[Open],
    reference: Reference,
    hours: Mapping[datetime, int],
    now: datetime,
    zone: ZoneInfo,
) -> list[Risen]:
    """What rises in the last minutes, in the last hour and in the last hours; of something that does in several, the
    shortest comes first. `opened`: the newest first."""
    first = min(hours, default=None)
    week = sum(people for hour, people in hours.items() if hour > now - 168 * HOUR)
    level = FALSE_ALARMS / (_WORDS * max(_FEWEST, week) * len(WINDOWS))
    risen: list[Risen] = []
    for window in WINDOWS:
        within = [one for one in opened if one.at > now - window][:MOST]
        if len(within) < LEAST:
            continue
        since = within[-1].at if len(within) == MOST else now - window
        expected = expect(hours, since=since, until=now, first=first, zone=zone)
        risen += find_risen(within, reference, expected=expected, level=level)
        if len(within) == MOST:
            break  # a longer time holds no others
    return risen


def _find_known(one: Risen, group_of: Mapping[MessageId, UUID | None], known: Mapping[UUID, Group]) -> Group | None:
    """The group that most of what rises is in already, if that is some of it."""
    groups = Counter(group for member in one.members if (group := group_of.get(member.message)) is not None)
    if not groups:
        return None
    group, count = groups.most_common(1)[0]
    return known.get(group) if count >= SHARED * len(one.members) else None
