"""Takes letters out of mailboxes: each connection by one process at a time, as they come, or once a minute.

A letter is stored before the mailbox is known to be read that far, and is known by its own id: what comes twice is one
message. It stays in the mailbox as it was. One that cannot be understood is set aside, and the next one is taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import IPv4Address, IPv6Address
from typing import Final, Literal, Protocol, TypeVar
from uuid import UUID, uuid4

import psycopg
import structlog

from okienko.brands.directory import Directory
from okienko.channels.email.adapter import ADAPTER, MOST_BYTES
from okienko.channels.event import Reading
from okienko.conversations.store import connections
from okienko.conversations.store import letters as store
from okienko.database.pool import Database, DatabaseAway
from okienko.http import find_host, is_public
from okienko.log import describe
from okienko.mail.inbox import PORTS, ImapInbox, Inbox, InboxAway, Listed, Place, SignInRefused
from okienko.values import Brand, Clock, Connection, ConnectionId, Failed, Unreadable

log = structlog.get_logger()

LEASE: Final = timedelta(seconds=90)  # longer than a letter takes
LOOK: Final = 2.0  # seconds between looks for connections that are new, other, or gone
SLICE: Final = 20.0  # seconds that are waited before the lease is renewed
POLL: Final = 60.0  # seconds between looks, also where a server says when something comes: it is asked anew then
SHORT_PAUSE: Final = 5.0  # seconds, where a server is away; doubles up to `POLL`
SIGN_IN_PAUSE: Final = 600.0  # where it refuses us: somebody has to do something
REREAD: Final = timedelta(days=25)  # how far back is looked when all numbers have changed: less than repeats are known
TRIES: Final = 5  # of storing one letter, while the database is there, until it is set aside

T = TypeVar("T")


class Takes(Protocol):
    """What stores what was read: `receive.Reception`."""

    async def take_reading(self, door: Connection, brand: Brand, reading: Reading) -> None:
        """Stores it, once. Raises `DatabaseAway`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a mailbox was read: numbers and a moment, nothing of anybody."""

    validity: int
    uid: int
    since: datetime  # what had come before the mailbox was connected stays where it is

    def write(self) -> str:
        """As it is kept."""
        return f"{self.validity}:{self.uid}:{int(self.since.timestamp())}"


def read_cursor(kept: str | None) -> Cursor | None:
    """What `Cursor.write` wrote; None for anything else."""
    numbers = (kept or "").split(":")
    if len(numbers) != 3 or not all(number.isascii() and number.isdigit() for number in numbers):
        return None
    validity, uid, since = map(int, numbers)
    return Cursor(validity=validity, uid=uid, since=datetime.fromtimestamp(since, UTC))


def begin(cursor: Cursor | None, inbox: Inbox, now: datetime) -> Cursor:
    """Where reading goes on. A mailbox that is new to us begins with what comes next; one whose numbers have all
    changed is read again, as far back as repeats are known. Pure.
    """
    if cursor is None:
        return Cursor(validity=inbox.validity, uid=inbox.following - 1, since=now.replace(microsecond=0))
    if cursor.validity != inbox.validity:
        return Cursor(validity=inbox.validity, uid=0, since=max(cursor.since, now - REREAD))
    return cursor


class Taken(Exception):
    """Another process reads the mailbox."""


def read_place(door: Connection) -> Place:
    """Where a connection's mailbox is."""
    given = door.given
    encryptions: dict[str, Literal["imaps", "imap+starttls", "imap"]] = {
        "imaps": "imaps", "imap+starttls": "imap+starttls", "imap": "imap",
    }  # fmt: skip
    encryption = encryptions.get(given.get("imap_encryption", ""), "imaps")
    port = given.get("imap_port", "")
    return Place(
        host=given.get("imap_host", ""),
        port=int(port) if port.isascii() and port.isdigit() else PORTS[encryption],
        encryption=encryption,
        user=given.get("imap_user") or given.get("address", ""),
        password=given.get("imap_password") or None,
        token=given.get("imap_token") or None,
    )


class Thread:
    """Where a mailbox is waited on: a connection belongs to one thread, and waits there for minutes."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mailbox")

    async def run(self, call: Callable[[], T]) -> T:
        """Has something done there."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    def end(self) -> None:
        """Without waiting for what is under way: a connection that was closed ends it."""
        self._thread.shutdown(wait=False, cancel_futures=True)


@dataclass(slots=True, kw_only=True)
class Opener:
    """Finds a mailbox's host and signs in there. It is on the internet, or the operator has named it a neighbour."""

    neighbours: Collection[str] = ()
    may_reach: Callable[[IPv4Address | IPv6Address], bool] = is_public

    async def __call__(self, place: Place, thread: Thread) -> Inbox:
        """Raises `SignInRefused` and `InboxAway`."""
        address = None
        if f"{place.host}:{place.port}" not in self.neighbours:
            found = await find_host(place.host, place.port, self.may_reach)
            if isinstance(found, Failed):
                raise InboxAway(found.reason)
            address = found
        return await thread.run(partial(ImapInbox, place, address))


@dataclass(slots=True, kw_only=True)
class Collector:
    """Minds all mailboxes. What takes the letters must be running."""

    database: Database
    directory: Directory
    clock: Clock
    takes: Takes
    open: Callable[[Place, Thread], Awaitable[Inbox]] = field(default_factory=Opener)
    name: UUID = field(default_factory=uuid4)  # of this process
    _tries: dict[tuple[ConnectionId, int], int] = field(default_factory=dict[tuple[ConnectionId, int], int], init=False)

    async def run(self) -> None:
        """Minds mailboxes until cancelled."""
        minded: dict[ConnectionId, tuple[Connection, asyncio.Task[None]]] = {}
        try:
            while True:
                with suppress(DatabaseAway, psycopg.Error):
                    await self._look(minded)
                await asyncio.sleep(LOOK)
        finally:
            for _, task in minded.values():
                task.cancel()
            await asyncio.gather(*(task for _, task in minded.values()), return_exceptions=True)

    async def _look(self, minded: dict[ConnectionId, tuple[Connection, asyncio.Task[None]]]) -> None:
        known = await self.directory.read()
        wanted = {
            door.id: door
            for door in known.doors.values()
            if door.channel == ADAPTER.name and door.given.get("way") == "imap"
        }
        for id_, (door, task) in list(minded.items()):
            if wanted.get(id_) != door or task.done():
                task.cancel()
                del minded[id_]
        for id_, door in wanted.items():
            if id_ not in minded:
                minded[id_] = door, asyncio.create_task(self._mind(door, known.brands[door.brand_id]))

    async def _mind(self, door: Connection, brand: Brand) -> None:
        """One mailbox, until cancelled."""
        pause = SHORT_PAUSE
        while True:
            try:
                await self.visit(door, brand)
                pause = SHORT_PAUSE
            except SignInRefused:
                await asyncio.sleep(SIGN_IN_PAUSE)
            except (Taken, InboxAway, DatabaseAway, psycopg.Error) as away:
                if not isinstance(away, Taken):
                    log.warning("mailbox_away", brand=str(brand.id), **describe(away))
                await asyncio.sleep(pause)
                pause = min(POLL, pause * 2)
            except Exception as error:  # noqa: BLE001 - whatever it was, other mailboxes are minded
                log.error("mailbox_broke", brand=str(brand.id), **describe(error))
                await asyncio.sleep(POLL)

    async def visit(self, door: Connection, brand: Brand, *, once: bool = False) -> None:
        """Signs in, takes what is new, and what comes from then on; `once`: and leaves.

        Raises `Taken`, `SignInRefused`, `InboxAway` and `DatabaseAway`.
        """
        cursor = await self._take_mailbox(door, brand)
        thread = Thread()
        inbox: Inbox | None = None
        try:
            inbox = await self._sign_in(door, brand, thread)
            cursor = begin(cursor, inbox, self.clock())
            await self._move(door, brand, cursor)
            while True:
                cursor = await self._take_new(door, brand, inbox, cursor, thread)
                if once:
                    break
                await self._wait(door, brand, inbox, thread)
        finally:
            if inbox is not None:
                inbox.close()
            thread.end()
            with suppress(DatabaseAway, psycopg.Error):
                async with self.database.brand(brand.id) as connection:
                    await store.leave_mailbox(connection, door.id, self.name)

    async def _take_mailbox(self, door: Connection, brand: Brand) -> Cursor | None:
        async with self.database.brand(brand.id) as connection:
            taken = await store.take_mailbox(connection, door.id, self.name, now=self.clock(), lease=LEASE)
        if taken is None:
            raise Taken
        return read_cursor(taken[0])

    async def _sign_in(self, door: Connection, brand: Brand, thread: Thread) -> Inbox:
        try:
            inbox = await self.open(read_place(door), thread)
        except SignInRefused:
            now = self.clock()
            async with self.database.brand(brand.id) as connection:
                if await store.note_way_in(connection, door.id, "sign_in", now):  # once, however often we try
                    await connections.add_notice(connection, door.id, kind="sign_in", word="mailbox", now=now)
            raise
        async with self.database.brand(brand.id) as connection:
            await store.clear_way_in(connection, door.id)
        return inbox

    async def _move(self, door: Connection, brand: Brand, cursor: Cursor) -> None:
        """Notes how far the mailbox is read, and goes on reading it. Raises `Taken`."""
        now = self.clock()
        async with self.database.brand(brand.id) as connection:
            if not await store.move_cursor(connection, door.id, self.name, cursor.write(), now=now, until=now + LEASE):
                raise Taken

    async def _take_new(self, door: Connection, brand: Brand, inbox: Inbox, cursor: Cursor, thread: Thread) -> Cursor:
        """Everything that is new, letter by letter, the older ones first."""
        for listed in await thread.run(partial(inbox.list_since, cursor.uid, cursor.since)):
            reading = await self._read(door, inbox, listed, thread)
            if reading is not None:
                await self._store(door, brand, listed, reading)
            cursor = Cursor(validity=cursor.validity, uid=listed.uid, since=cursor.since)
            await self._move(door, brand, cursor)
        return cursor

    async def _read(self, door: Connection, inbox: Inbox, listed: Listed, thread: Thread) -> Reading | None:
        """What a letter says; for one that nobody can read, its shape. None: it is there no more."""
        if listed.size > MOST_BYTES:
            return Reading(unparsed=("a letter of more than 30 MB",))
        letter = await thread.run(partial(inbox.read, listed.uid))
        if letter is None:
            return None
        try:
            return await thread.run(partial(ADAPTER.read_letter, letter, door))
        except Unreadable as unreadable:
            return Reading(unparsed=(unreadable.shape,))
        except Exception as error:  # noqa: BLE001 - whatever is in a letter, the next one is read
            log.error("letter_broke", **describe(error))
            return Reading(unparsed=("a letter that broke its reader",))

    async def _store(self, door: Connection, brand: Brand, listed: Listed, reading: Reading) -> None:
        """Stores a letter. One that cannot be stored again and again, though the database is there, is set aside."""
        key = (door.id, listed.uid)
        try:
            await self.takes.take_reading(door, brand, reading)
        except (DatabaseAway, psycopg.Error):
            async with self.database.brand(brand.id) as connection:  # raises where it is away
                await store.is_there(connection)
            self._tries[key] = self._tries.get(key, 0) + 1
            if self._tries[key] < TRIES:
                raise
            await self.takes.take_reading(door, brand, Reading(unparsed=("a letter that could not be stored",)))
        self._tries.pop(key, None)

    async def _wait(self, door: Connection, brand: Brand, inbox: Inbox, thread: Thread) -> None:
        """Until something comes, or it is time to look anyway."""
        for _ in range(round(POLL / SLICE)):
            if inbox.waits:
                came = await thread.run(partial(inbox.wait, SLICE))
            else:
                came = False
                await asyncio.sleep(SLICE)
            await self._take_mailbox(door, brand)  # for the time to come
            if came:
                return
