"""Vendors that report nothing by themselves are asked: each connection when it is due, by one process at a time.

What a vendor lists it lists again and again. `listed` knows what has been taken of it, by keyed hashes, so that only
what is new or says something else now becomes a message. A list whose newest entries come first is read until a page
holds nothing new, once a night to its end; another one to its end each time. One that broke off is read to its end the
next time, so that nothing behind the break is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import psycopg
import structlog

from okienko.brands.directory import Directory
from okienko.channels import adapters
from okienko.channels.event import Event, Reading, join
from okienko.channels.retry import read_retry_after
from okienko.channels.vendor import Page, Polled, SignsIn
from okienko.conversations.store import connections
from okienko.conversations.store import polls as store
from okienko.conversations.store.connections import Fared
from okienko.conversations.store.polls import Turn
from okienko.conversations.store.threads import find_thread
from okienko.database.pool import Connection as DatabaseConnection
from okienko.database.pool import Database, DatabaseAway
from okienko.http import Answered, Http
from okienko.keys import Keys
from okienko.log import describe
from okienko.receive import Reception
from okienko.tokens import TOKEN, Tokens
from okienko.values import Brand, Caller, Clock, Connection, Failed, Unreadable

log = structlog.get_logger()

LEASE: Final = timedelta(minutes=3)  # longer than a page takes: one call, and up to two hundred messages
LOOK: Final = 5.0  # seconds between looks for connections that are due
# What was written longer ago when a connection is asked for the first time, or was answered by then, is known and stays
# where it is: a shop may have years of it.
NEWS: Final = timedelta(days=7)
FORGET: Final = timedelta(days=30)  # after which an entry that the list has not shown is forgotten
NIGHT: Final = timedelta(hours=3)  # local: from here on the night's reading to the end is due
LONGEST: Final = timedelta(hours=6)  # that a vendor may have us wait


@dataclass(frozen=True, slots=True, kw_only=True)
class _Door:
    """A connection whose vendor has to be asked."""

    connection: Connection
    brand: Brand
    channel: Polled


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stopped:
    """Why a list was not read to its end."""

    failed: Failed
    fast: bool = False  # we ask too often: nothing is wrong


class _TurnLost(Exception):
    """Another process asks by now: this one was too slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poller:
    """Asks. `reception` must be running: what is new becomes messages as if it had been delivered."""

    database: Database
    directory: Directory
    keys: Keys
    clock: Clock
    http: Http
    tokens: Tokens
    reception: Reception

    async def run(self) -> None:
        """Asks until cancelled. A list that takes long keeps the others from nothing."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self._look())
                await asyncio.sleep(LOOK)

    async def _look(self) -> None:
        try:
            await self.poll()
        except (DatabaseAway, psycopg.Error) as error:
            log.warning("polls_failed", **describe(error))

    async def poll(self) -> int:
        """Asks about all connections that are due, side by side; how many there were."""
        known = await self.directory.read()
        doors = [
            _Door(connection=door, brand=known.brands[door.brand_id], channel=channel)
            for door in known.doors.values()
            if isinstance(channel := adapters().get(door.channel), Polled)
        ]
        if not doors:
            return 0
        async with self.database.shared() as connection:
            resting = await store.list_resting(connection, [door.connection.id for door in doors], self.clock())
        due = [door for door in doors if door.connection.id not in resting]
        asked = await asyncio.gather(*map(self._ask, due), return_exceptions=True)
        for door, one in zip(due, asked, strict=True):
            if isinstance(one, BaseException):  # its turn ends by itself, and then it is asked again
                log.error("poll_broke", channel=door.connection.channel, **describe(one))
        return len(due)

    async def _ask(self, door: _Door) -> None:
        """One connection's turn."""
        began, id_ = self.clock(), door.connection.id
        async with self.database.brand(door.brand.id) as connection:
            turn = await store.claim(connection, id_, until=began + LEASE, now=began)
        if turn is None:
            return
        tonight = str((began.astimezone(ZoneInfo(door.brand.timezone)) - NIGHT).date())
        whole = not door.channel.newest_first or turn.cursor != tonight
        try:
            turn, stopped = await self._read_all(door, turn, whole=whole)
        except _TurnLost:
            return
        now = self.clock()
        due = now + door.channel.every
        fared = Fared(connection=id_, well=True)
        async with self.database.brand(door.brand.id) as connection:
            if stopped is None:
                cursor = tonight if whole else turn.cursor
                await store.finish(connection, id_, turn, due=due, polled=began, cursor=cursor)
                if whole:
                    await store.forget_listed(connection, id_, began - FORGET)
            else:
                failed = stopped.failed
                pause = timedelta(seconds=min(failed.retry_after or 0, LONGEST.total_seconds()))
                await store.finish(connection, id_, turn, due=max(due, now + pause))
                trouble = "sign_in" if failed.trouble == "sign_in" else None
                fared = Fared(connection=id_, failures=0 if stopped.fast else 1, trouble=trouble, word=failed.reason)
                log.warning("poll_failed", channel=door.connection.channel, error=failed.reason)
            await connections.note_fared(connection, fared, now)

    async def _read_all(self, door: _Door, turn: Turn, *, whole: bool) -> tuple[Turn, _Stopped | None]:
        """Reads page by page and has each stored before the next is asked for. The turn as it is then, and what was in
        the way. Raises `DatabaseAway` and `_TurnLost`.
        """
        following: str | None = None
        read = set[str | None]()
        while following not in read:
            read.add(following)
            page = await self._read_page(door, turn, following)
            if isinstance(page, _Stopped):
                return turn, page
            if page.following is not None:
                turn = await self._go_on(door, turn)
            fresh = await self._take(door, turn, page.reading)
            if page.following is None or not (whole or fresh):
                return turn, None
            following = page.following
        return turn, _Stopped(failed=Failed(reason="the list goes in circles", permanent=False))

    async def _go_on(self, door: _Door, turn: Turn) -> Turn:
        """Keeps the turn for another page."""
        until = self.clock() + LEASE
        async with self.database.brand(door.brand.id) as connection:
            if not await store.go_on(connection, door.connection.id, turn, until=until):
                raise _TurnLost
        return replace(turn, until=until)

    async def _read_page(self, door: _Door, turn: Turn, following: str | None) -> Page | _Stopped:
        """One page. A token that the vendor does not take any more is asked for anew, once."""
        channel, signed, refused = door.channel, door.connection, ""
        assert isinstance(channel, Caller)
        while True:
            if isinstance(channel, SignsIn):
                asked = await self.tokens.sign_in(channel, door.connection, refused=refused or None)
                if isinstance(asked, Failed):
                    return _Stopped(failed=asked)
                signed = asked
            answer = await self.http.post(channel.poll(signed, following, self.clock()))
            if not isinstance(answer, Answered):  # nothing was changed anywhere, whatever arrived
                return _Stopped(failed=Failed(reason=answer.reason, permanent=False))
            if 200 <= answer.status < 300:
                try:
                    return channel.read_page(answer.status, answer.body, signed)
                except Unreadable as unreadable:
                    await self._take(door, turn, Reading(unparsed=(unreadable.shape,)))
                    return _Stopped(failed=Failed(reason="the list is not understood", permanent=False))
            outcome = channel.outcome(answer.status, answer.headers, answer.body)
            failed = Failed(reason=f"the list was answered {answer.status}", permanent=False)
            if not isinstance(outcome, Failed):
                return _Stopped(failed=failed)
            if outcome.trouble == "sign_in" and isinstance(channel, SignsIn) and not refused:
                refused = signed.given[TOKEN]
                continue
            headers = {name.lower(): value for name, value in answer.headers.items()}
            wait = read_retry_after(headers.get("retry-after"), self.clock())
            again = not outcome.permanent and outcome.trouble is None and answer.status < 500
            return _Stopped(failed=replace(failed, trouble=outcome.trouble, retry_after=wait), fast=again)

    async def _take(self, door: _Door, turn: Turn, reading: Reading) -> bool:
        """Has what is new on a page stored, and writes down that it is; whether there was anything."""
        id_, now = door.connection.id, self.clock()
        events = {self._name(door, f"{event.kind} {event.thread}"): event for event in reading.events}
        shapes = {self._name(door, f"shape {shape}"): shape for shape in reading.unparsed}
        versions = {item: self._name(door, event.says or event.dedupe) for item, event in events.items()}
        versions |= {item: item for item in shapes}
        async with self.database.brand(door.brand.id) as connection:
            known = await store.read_listed(connection, id_, versions)
            new = {item for item, version in versions.items() if known.get(item) != version}
            # One that goes back to what it said before is new all the same: what it has changed from tells them apart.
            found = [
                event if item not in known else replace(event, dedupe=join(event.dedupe, known[item].hex()))
                for item, event in events.items()
                if item in new
            ]
            taken = await self._choose(connection, door, turn, found, reading.events, now)
        if taken or new & shapes.keys():
            unparsed = tuple(shape for item, shape in shapes.items() if item in new)
            await self.reception.take_reading(door.connection, door.brand, Reading(events=taken, unparsed=unparsed))
        if versions:
            async with self.database.brand(door.brand.id) as connection:
                await store.note_listed(connection, id_, versions, now)
        return bool(new)

    async def _choose(  # noqa: PLR0917 - a page, and what surrounds it
        self,
        connection: DatabaseConnection,
        door: _Door,
        turn: Turn,
        found: Sequence[Event],
        listed: Sequence[Event],
        now: datetime,
    ) -> tuple[Event, ...]:
        """What of the new things becomes a message: not what was over before the connection was made, and no answer to
        something that is not here.
        """
        answered = {event.thread for event in listed if event.direction == "out"}
        taken: list[Event] = []
        for event in found:
            if event.direction == "out":
                continue
            old = event.at is not None and event.at < now - NEWS
            if turn.polled_at is None and (old or event.thread in answered):
                continue
            # Something written before everything was read last would have been there: it was changed since, and the
            # list does not say when.
            late = event.at is not None and turn.polled_at is not None and event.at <= turn.polled_at
            taken.append(replace(event, at=None) if late else event)
        here = {event.thread for event in taken}
        for event in found:
            if event.direction != "out":
                continue
            lookup = self.keys.lookup(f"{door.connection.channel}:{door.connection.id}", event.thread)
            if event.thread in here or await find_thread(connection, door.connection.id, lookup) is not None:
                taken.append(event)
        return tuple(taken)

    def _name(self, door: _Door, what: str) -> bytes:
        return self.keys.lookup(f"listed:{door.connection.id}", what)
