"""The way in: verify, parse, mask in memory, store once, and only then say 2xx.

This is the only place, with `okienko.masking`, that holds raw text. It has no log and no file. Messages that arrive
while a commit is on its way to the disk share the next one.
"""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg
import structlog
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from okienko.attachments.kinds import FileType
from okienko.attachments.lines import add_lines
from okienko.brands.directory import Directory
from okienko.channels import adapters
from okienko.channels.webchat.limit import MessageLimit
from okienko.conversations.sealing import Sealing, seal_values
from okienko.conversations.store import arrivals as store
from okienko.conversations.store import attachments, threads, turns
from okienko.conversations.store.arrivals import Arrival, SealedItem, Stored, Vault
from okienko.database.ids import new_id
from okienko.database.pool import SET_BRAND, Database, DatabaseAway
from okienko.database.pool import Connection as DatabaseConnection
from okienko.keys import Keys
from okienko.log import describe
from okienko.masking.keeping import sensitive_until
from okienko.masking.mask import Findings, MaskingFailed, find, published, render
from okienko.masking.preview import Preview, asks, preview
from okienko.masking.vault import new_person_key, open_person_key, person_bound, seal
from okienko.values import (
    Adapter,
    Brand,
    BrandId,
    Clock,
    Connection,
    ConnectionId,
    ConversationId,
    Hook,
    Inbound,
    Kind,
    Language,
    Malformed,
    MaskedText,
    Parses,
    PersonId,
    RawText,
    Unreadable,
)
from okienko.web.i18n import words

log = structlog.get_logger()

MOST_IN_A_COMMIT: Final = 256
LATE: Final = 2.0  # seconds that the oldest message waits: from here on answers slow down …
MANY: Final = 200  # … if at least so many conversations wait
TOO_LATE: Final = 8.0  # seconds: from here on new messages are refused for a while …
TOO_MANY: Final = 1000  # … if at least so many conversations wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What happens to the next message."""

    pause: float = 0.0  # seconds that its answer is held back
    come_back: int | None = None  # refused: seconds after which it should be sent again


def admit(waiting: int, seconds: float) -> Admission:
    """When `waiting` conversations wait, the oldest for so many seconds. One that waits long alone is no load."""
    if seconds > TOO_LATE and waiting >= TOO_MANY:
        return Admission(come_back=min(30, max(2, round(seconds / 2))))
    if seconds > LATE and waiting >= MANY:
        return Admission(pause=min(1.0, (seconds - LATE) / 4))
    return Admission()


class AttachmentLost(Exception):
    """A file that should go with a message is gone: it waited for longer than an hour, or was taken out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message between its request and its commit."""

    brand: Brand
    connection: ConnectionId
    lookup: bytes
    key: bytes
    kind: Kind
    raw: RawText = field(repr=False)
    findings: Findings | None = field(repr=False)  # None: masking failed, only the shell is kept
    language: Language
    choice: str | None
    attachments: tuple[UUID, ...]
    done: asyncio.Future[Stored | None]


class Reception:
    """Takes messages of all channels. `run` must be running for `hook` to answer."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        keys: Keys,
        clock: Clock,
        wake: Callable[[], None],
        *,
        limit: MessageLimit | None = None,
        public_url: str = "",
    ) -> None:
        self._database = database
        self._directory = directory
        self._keys = keys
        self._clock = clock
        self._wake = wake  # tells a worker in this process; one elsewhere polls
        self._limit = limit  # of strangers' messages
        self._public_url = public_url.rstrip("/")  # where vendors find us: what they sign may hold it
        self._waiting: list[Waiting] = []
        self._arrived = asyncio.Event()
        self._admission = Admission()

    async def hook(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI: `POST /hooks/<channel>/<connection>`."""
        headers = Headers(scope=scope)
        try:
            status, body, extra = await self._answer(scope, headers, receive)
        except DatabaseAway:
            status, body, extra = 503, {"error": "not stored; please send it again"}, {"retry-after": "2"}
        except AttachmentLost:
            status, body, extra = 410, {"error": "not stored: an attachment is gone; attach it again"}, {}
        except Exception as error:  # noqa: BLE001 - whatever it was, it may carry the text
            log.error("hook_broke", **describe(error))
            status, body, extra = 500, {"error": "not stored; please send it again"}, {}
        payload = orjson.dumps(body)
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (b"content-type", b"application/json"),
                    (b"content-length", str(len(payload)).encode()),
                    *((name.encode(), value.encode()) for name, value in extra.items()),
                ],
            }
        )
        await send({"type": "http.response.body", "body": payload})

    async def _answer(
        self, scope: Scope, headers: Headers, receive: Receive
    ) -> tuple[int, Mapping[str, Any], Mapping[str, str]]:
        _, _, channel, door_id = [*scope["path"].split("/"), "", "", ""][:4]
        adapter = adapters().get(channel)
        found = await self._directory.door(door_id)
        if adapter is None or found is None or found[0].channel != channel:
            return 404, {"error": "there is no such connection"}, {}
        if scope["method"] != "POST":
            return 405, {"error": "expected POST"}, {"allow": "POST"}
        door, brand = found
        body = await _read_body(receive, adapter.most_bytes)
        if body is None:
            return 413, {"error": f"at most {adapter.most_bytes} bytes"}, {}
        hook = Hook(url=self._url(scope), headers=headers, body=body, method=scope["method"])
        if not adapter.verify(hook, door, self._clock()):
            return 401, {"error": "the signature is wrong or too old"}, {}
        admission = self._admission
        if admission.come_back is not None:
            retry = {"retry-after": str(admission.come_back)}
            return 503, {"error": "too many messages at once; please send it again"}, retry
        if admission.pause:
            await asyncio.sleep(admission.pause)
        try:
            inbound = adapter.parse(body, headers) if isinstance(adapter, Parses) else ()
        except Malformed as malformed:
            return 400, {"error": str(malformed)}, {}
        except Unreadable as unreadable:
            async with self._database.brand(brand.id) as connection:
                now = self._clock()
                await store.store_unparsed(connection, id=new_id(now), door=door.id, shape=unreadable.shape, at=now)
            return 200, {"state": "not understood"}, {}
        return await self._take_all(adapter, door, brand, inbound)

    def _url(self, scope: Scope) -> str:
        query = scope.get("query_string", b"").decode("ascii", "replace")
        return f"{self._public_url}{scope['path']}" + (f"?{query}" if query else "")

    async def _take_all(
        self, adapter: Adapter, door: Connection, brand: Brand, inbound: Sequence[Inbound]
    ) -> tuple[int, Mapping[str, Any], Mapping[str, str]]:
        if adapter.limited and self._limit is not None:
            now = self._clock()
            wait = max((self._limit.seconds_to_wait(self._lookup(door, one), now) for one in inbound), default=0)
            if wait > 0:
                return 429, {"error": "too many messages; not stored"}, {"retry-after": str(wait)}
        taken = [await self._take(adapter, door, brand, message) for message in inbound]
        if None in taken:
            return 401, {"error": "the conversation is not known"}, {}
        if any(isinstance(one, Stored) and one.muted for one in taken):
            return 403, {"error": "not stored: its writer has withdrawn their consent"}, {}
        for one in taken:
            if isinstance(one, Preview):
                return 409, {"error": "not stored yet: its writer should see first what is hidden", **one.show()}, {}
        fresh = any(isinstance(one, Stored) and one.fresh for one in taken)
        return 200, {"state": "stored" if fresh else "duplicate"}, {}

    def _lookup(self, door: Connection, inbound: Inbound) -> bytes:
        """The keyed hash by which a thread is known."""
        return self._keys.lookup(f"{door.channel}:{door.id}", inbound.thread)

    async def take(self, door: Connection, brand: Brand, inbound: Inbound) -> Stored | None:
        """Stores one message that another way in has verified: a telephone call's, whose request goes on after it."""
        taken = await self._take(adapters()[door.channel], door, brand, inbound)
        return taken if isinstance(taken, Stored) else None

    async def _take(
        self, adapter: Adapter, door: Connection, brand: Brand, inbound: Inbound
    ) -> Stored | Preview | None:
        """Masks one message, has it stored with others, and returns when it is on the disk; or, where its writer should
        see first what is hidden, shows that and stores nothing. None: the conversation is not known.
        """
        language = _language(inbound.language, brand)
        try:
            findings = find(inbound.text, allowed=brand.allowed, denied=brand.denied)
        except MaskingFailed:
            findings = None
        lookup = self._lookup(door, inbound)
        if findings is not None and inbound.seen is not None and asks(findings, inbound.seen):
            async with self._database.brand(brand.id) as connection:
                vault = (await store.open_vaults(connection, {(door.id, lookup)})).get((door.id, lookup))
            if vault is None:
                return None
            return preview(
                inbound.text,
                findings,
                inbound.seen,
                numbers=vault.numbers,
                spent=vault.spent,
                keys=self._keys,
                language=language,
            )
        for _ in range(2):
            waiting = Waiting(
                brand=brand,
                connection=door.id,
                lookup=lookup,
                key=self._keys.lookup(f"event:{door.id}", inbound.event),
                kind=inbound.kind if findings is not None else Kind.UNREADABLE,
                raw=inbound.text,
                findings=findings,
                language=language,
                choice=inbound.choice,
                attachments=inbound.attachments,
                done=asyncio.get_running_loop().create_future(),
            )
            self._waiting.append(waiting)
            self._arrived.set()
            stored = await waiting.done
            if stored is not None and stored.lost:
                raise AttachmentLost
            if stored is not None or not adapter.opens:
                return stored
            await self._open(door, brand, inbound, lookup, language)
        return None

    async def _open(self, door: Connection, brand: Brand, inbound: Inbound, lookup: bytes, language: Language) -> None:
        """Begins a conversation for a thread that was not known. Two processes that do so at once make one."""
        now = self._clock()
        key = new_person_key(os.urandom(32))
        person = PersonId(new_id(now))
        conversation = ConversationId(new_id(now))
        async with self._database.brand(brand.id) as connection:
            await threads.start(
                connection,
                door=door.id,
                channel=door.channel,
                language=language,
                lookup=lookup,
                wrapped_key=self._keys.wrap(key, person_bound(brand=brand.id, person=person)),
                key_id=self._keys.key_id,
                now=now,
                person=person,
                conversation=conversation,
                sealed=seal(
                    key,
                    RawText(inbound.thread),
                    brand=brand.id,
                    person=person,
                    table="thread",
                    column="sealed",
                    row=conversation,
                ),
                noticed=False,
                public=inbound.public,
            )

    async def run(self) -> None:
        """Stores what waits, many messages a commit, until cancelled."""
        while True:
            await self._arrived.wait()
            batch, self._waiting = self._waiting[:MOST_IN_A_COMMIT], self._waiting[MOST_IN_A_COMMIT:]
            if not self._waiting:
                self._arrived.clear()
            if batch:
                await self._store(batch)

    async def watch(self) -> None:
        """Keeps an eye on how late the lanes are, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(0.25)

    async def look(self) -> None:
        """Decides by the lanes what happens to the next messages."""
        try:
            async with self._database.shared() as connection:
                self._admission = admit(*await turns.lane_lag(connection, self._clock()))
        except (DatabaseAway, psycopg.Error):
            self._admission = Admission()  # the commit itself will say that the database is away

    async def _store(self, batch: Sequence[Waiting]) -> None:
        unique: dict[tuple[str, bytes], Waiting] = {}
        repeats: list[tuple[Waiting, Waiting]] = []
        for waiting in batch:
            first = unique.setdefault((waiting.connection, waiting.key), waiting)
            if first is not waiting:
                repeats.append((waiting, first))
        # A conversation with something to seal is stored under its lane's lock; the others in one round trip. All
        # messages of one conversation go the same way, so that their order holds. (One with files comes from our own
        # window, which waits for an answer before it sends another.)
        sealing = {w.lookup for w in unique.values() if w.findings is not None and w.findings.vaulted}
        try:
            # What was stored although its commit was given up is recognised when it is sent again.
            words_only = [w for w in unique.values() if not w.attachments]
            await self._retrying([w for w in words_only if w.lookup not in sealing], self._store_plain)
            await self._retrying([w for w in words_only if w.lookup in sealing], self._store_sealing)
            await self._retrying([w for w in unique.values() if w.attachments], self._store_with_files)
        except Exception as error:  # noqa: BLE001 - whatever it was, those who wait are told, and others are taken
            log.error("commit_broke", count=len(batch), **describe(error))
            for waiting in batch:
                if not waiting.done.done():
                    waiting.done.set_exception(DatabaseAway("not stored"))
            return
        for repeat, first in repeats:
            stored = first.done.result()
            if not repeat.done.done():
                repeat.done.set_result(None if stored is None else replace(stored, fresh=False))
        self._wake()

    async def _retrying(self, batch: Sequence[Waiting], write: Callable[[Sequence[Waiting]], Any]) -> None:
        if not batch:
            return
        for attempt in range(4):
            try:
                await write(batch)
            except psycopg.errors.DeadlockDetected:
                if attempt == 3:
                    raise
            else:
                return

    async def _store_plain(self, batch: Sequence[Waiting]) -> None:
        now = self._clock()
        written: list[tuple[Sequence[Waiting], Sequence[Arrival], psycopg.AsyncCursor[Any]]] = []
        async with self._database.pipeline() as connection:
            for brand, group in _by_brand(batch):
                arrivals = [self._arrival(w, self._words(w), now) for w in group]
                await connection.execute(SET_BRAND, {"brand": str(brand)})
                cursor = await connection.execute(store.STORE_ARRIVALS, store.pack_arrivals(arrivals))
                written.append((group, arrivals, cursor))
        for group, arrivals, cursor in written:
            _settle(group, store.unpack_stored(arrivals, await cursor.fetchall()))

    async def _store_sealing(self, batch: Sequence[Waiting]) -> None:
        now = self._clock()
        for brand, group in _by_brand(batch):
            async with self._database.brand(brand) as connection:
                vaults = await store.open_vaults(connection, {(w.connection, w.lookup) for w in group})
                arrivals: list[Arrival] = []
                items: list[SealedItem] = []
                for waiting in group:
                    vault = vaults.get((waiting.connection, waiting.lookup))
                    text, sealed = await self._seal(waiting, vault, now)
                    arrivals.append(self._arrival(waiting, text, now))
                    items += sealed
                    if vault is not None:
                        known = {**vault.numbers, **{(i.label, i.lookup): i.number for i in sealed}}
                        vaults[waiting.connection, waiting.lookup] = replace(vault, numbers=known)
                if items:
                    await store.store_vault_items(connection, items, now)
                cursor = await connection.execute(store.STORE_ARRIVALS, store.pack_arrivals(arrivals))
            _settle(group, store.unpack_stored(arrivals, await cursor.fetchall()))

    async def _store_with_files(self, batch: Sequence[Waiting]) -> None:
        """Messages with files, one by one: each is stored with all of its files, or not at all."""
        now = self._clock()
        for waiting in batch:
            async with self._database.brand(waiting.brand.id) as connection:
                thread = (waiting.connection, waiting.lookup)
                vault = (await store.open_vaults(connection, {thread})).get(thread)
                stored = await self._store_one(connection, waiting, vault, now) if vault else None
            _settle([waiting], [stored])

    async def _store_one(
        self, connection: DatabaseConnection, waiting: Waiting, vault: Vault, now: datetime
    ) -> Stored | None:
        wanted = [(vault.conversation, file) for file in waiting.attachments]
        pending = await attachments.lock_pending(connection, wanted, now)
        event = (waiting.connection, waiting.key)
        if len(pending) < len(wanted) and event not in await store.read_seen(connection, {event}):
            return Stored(conversation=vault.conversation, fresh=False, lost=True)
        text, items = await self._seal(waiting, vault, now)
        readable = waiting.kind is Kind.ATTACHMENT
        if readable:
            text = add_lines(text, [_line(type_, waiting.language) for type_ in pending.values()])
        if items:
            await store.store_vault_items(connection, items, now)
        arrival = self._arrival(waiting, text, now)
        cursor = await connection.execute(store.STORE_ARRIVALS, store.pack_arrivals([arrival]))
        (stored,) = store.unpack_stored([arrival], await cursor.fetchall())
        if stored is not None and stored.fresh and readable:
            expires = arrival.sensitive_until or now + timedelta(days=31 * waiting.brand.keep_months)
            await attachments.send_attachments(connection, [(*file, arrival.id) for file in pending], expires)
        return stored

    def _words(self, waiting: Waiting) -> MaskedText:
        """The masked text of a message with nothing to number."""
        if waiting.findings is None:
            return published(words(waiting.language).gettext("[message that could not be read]"))
        return render(waiting.raw, waiting.findings, {}, self._keys, waiting.language).text

    async def _seal(self, waiting: Waiting, vault: Vault | None, now: datetime) -> tuple[MaskedText, list[SealedItem]]:
        """The masked text of a message, numbered after what its conversation has, and the values to keep sealed."""
        if waiting.findings is None or vault is None:
            return self._words(waiting), []
        masked = render(waiting.raw, waiting.findings, vault.numbers, self._keys, waiting.language, spent=vault.spent)
        if vault.wrapped_key is None or not masked.vaulted:
            return masked.text, []
        key = await open_person_key(self._keys, vault.wrapped_key, brand=waiting.brand.id, person=vault.person)
        sealing = Sealing(key=key, brand=waiting.brand, person=vault.person, now=now)
        return masked.text, seal_values(masked.vaulted, sealing, conversation=vault.conversation)

    def _arrival(self, waiting: Waiting, text: MaskedText, now: datetime) -> Arrival:
        labels = {span.label for span in waiting.findings.spans} if waiting.findings is not None else ()
        return Arrival(
            connection=waiting.connection,
            lookup=waiting.lookup,
            key=waiting.key,
            id=new_id(now),
            kind=waiting.kind,
            text=text,
            choice=waiting.choice,
            at=now,
            sensitive_until=sensitive_until(labels, now=now),
        )


def _line(type_: FileType, language: Language) -> str:
    """What stands in a message's text for a file."""
    spoken = words(language)
    names = {
        "image": spoken.gettext("[attachment: image]"),
        "pdf": spoken.gettext("[attachment: PDF]"),
        "text": spoken.gettext("[attachment: text file]"),
    }
    return names[type_.family]


def _by_brand(batch: Sequence[Waiting]) -> list[tuple[BrandId, list[Waiting]]]:
    groups: defaultdict[BrandId, list[Waiting]] = defaultdict(list)
    for waiting in batch:
        groups[waiting.brand.id].append(waiting)
    return sorted(groups.items())


def _settle(group: Sequence[Waiting], stored: Sequence[Stored | None]) -> None:
    for waiting, result in zip(group, stored, strict=True):
        if not waiting.done.done():  # a request that was given up is stored all the same
            waiting.done.set_result(result)


def _language(asked: str | None, brand: Brand) -> Language:
    for language in brand.languages:
        if language == asked:
            return language
    return brand.language


async def _read_body(receive: Receive, most: int) -> bytes | None:
    """The body, in memory; None when it is larger than `most` bytes or the client left."""
    body = bytearray()
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        body += event.get("body", b"")
        if len(body) > most:
            return None
        if not event.get("more_body", False):
            return bytes(body)
