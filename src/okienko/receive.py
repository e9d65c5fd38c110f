"""The way in: verify, parse, mask in memory, store once, and only then say 2xx.

This is the only place, with `okienko.masking`, that holds raw text. It has no log and no file. Messages that arrive
while a commit is on its way to the disk share the next one.

What vendors report besides messages is `reporting.py`'s. A delivery of theirs may hold many things for many accounts:
each is taken by itself, and one that cannot be leaves the others.
"""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import parse_qsl
from uuid import UUID

import orjson
import psycopg
import structlog
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from okienko import mailing
from okienko.attachments.kinds import Checked, FileType
from okienko.attachments.lines import add_lines
from okienko.brands.directory import Directory
from okienko.channels import adapters
from okienko.channels.connections.store import note_greeted
from okienko.channels.event import Event, Reading
from okienko.channels.vendor import Answers, Greets, NeedsCertificate, Reads, SignsOnce
from okienko.channels.webchat.limit import MessageLimit
from okienko.conversations.sealing import Sealing, make_attachment, seal_file, seal_values
from okienko.conversations.store import arrivals as store
from okienko.conversations.store import attachments, files, reports, threads, turns
from okienko.conversations.store.arrivals import Arrival, SealedItem, Stored, Vault
from okienko.conversations.store.reports import Touch
from okienko.database.ids import id_of, new_id
from okienko.database.pool import SET_BRAND, Database, DatabaseAway
from okienko.database.pool import Connection as DatabaseConnection
from okienko.fetching import examine_file, write_place
from okienko.http import Answered, Http
from okienko.keys import Keys
from okienko.log import describe
from okienko.masking.keeping import sensitive_until
from okienko.masking.mask import Findings, MaskingFailed, find, find_whole, published, render
from okienko.masking.preview import Preview, asks, preview
from okienko.masking.vault import new_person_key, open_person_key, person_bound, seal
from okienko.reporting import OWNED, Reports, read_moment
from okienko.values import (
    Adapter,
    Brand,
    BrandId,
    Clock,
    Connection,
    ConnectionId,
    ConversationId,
    Hook,
    HttpCall,
    Inbound,
    Kind,
    Language,
    Malformed,
    MaskedText,
    OperatorError,
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
MOST_SHAPES: Final = 20  # of one delivery, that are kept
MOST_CHECKS: Final = 2  # files that are looked at at once
MOST_CERTIFICATES: Final = 32
MOST_CERTIFICATE: Final = 64 * 1024  # bytes
NOTED: Final = timedelta(minutes=1)  # how often it is noted that something came


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
class Extra:
    """What a message of a vendor's channel has besides its words."""

    door: Connection
    inbound: Inbound = field(repr=False)
    at: datetime  # the vendor's clock, as far as it can be right
    id: UUID  # of the message: in the vendor's order, and within a moment in that in which it came
    more: Findings | None = field(repr=False)
    quiet: timedelta
    aliases: tuple[bytes, ...]
    renamed: bool  # its thread is known by another id: from now on it is answered under this one
    files: tuple[Checked | None, ...] = field(repr=False)  # that came along; None: not taken

    @property
    def apart(self) -> Literal["automatic", "elsewhere"] | None:
        """Why nothing answers it. Where everybody reads, the turn leaves it to a person by itself."""
        if self.inbound.elsewhere:
            return "elsewhere"
        return "automatic" if self.inbound.automatic and not self.inbound.public else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """An event with the door and the brand that it is for."""

    event: Event
    door: Connection
    brand: Brand


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a hook answers."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    content_type: str = "application/json"


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
    extra: Extra | None = None  # of a vendor's channel


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
        http: Http | None = None,
        announce: Callable[[BrandId, Sequence[ConversationId]], Awaitable[None]] | None = None,
        scan: Sequence[str] = (),
    ) -> None:
        self._database = database
        self._directory = directory
        self._keys = keys
        self._clock = clock
        self._wake = wake  # tells a worker in this process; one elsewhere polls
        self._limit = limit  # of strangers' messages
        self._public_url = public_url.rstrip("/")  # where vendors find us: what they sign may hold it
        self._http = http  # fetches a vendor's certificates; without it, what needs one is refused
        self._announce = announce  # tells the desk what has changed without a turn
        self._scan = scan  # the operator's command that looks for malware
        self._checks = asyncio.BoundedSemaphore(MOST_CHECKS)
        self._certificates: dict[str, bytes] = {}
        self._noted: dict[ConnectionId, datetime] = {}
        self._reports = Reports(database=database, keys=keys, clock=clock)
        self._waiting: list[Waiting] = []
        self._arrived = asyncio.Event()
        self._admission = Admission()

    async def hook(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI: `POST /hooks/<channel>/<connection>`, and `GET` where the vendor asks whether the address is ours."""
        headers = Headers(scope=scope)
        try:
            reply = await self._answer(scope, headers, receive)
        except DatabaseAway:
            reply = _json(503, {"error": "not stored; please send it again"}, {"retry-after": "2"})
        except AttachmentLost:
            reply = _json(410, {"error": "not stored: an attachment is gone; attach it again"})
        except Exception as error:  # noqa: BLE001 - whatever it was, it may carry the text
            log.error("hook_broke", **describe(error))
            reply = _json(500, {"error": "not stored; please send it again"})
        adapter = adapters().get(_read_path(scope)[0])
        if isinstance(adapter, Answers) and reply.content_type == "application/json":
            status, content_type, body = adapter.answer(reply.status)
            reply = Reply(status=status, body=body, headers=reply.headers, content_type=content_type)
        await send(
            {
                "type": "http.response.start",
                "status": reply.status,
                "headers": [
                    (b"content-type", reply.content_type.encode()),
                    (b"content-length", str(len(reply.body)).encode()),
                    *((name.encode(), value.encode()) for name, value in reply.headers.items()),
                ],
            }
        )
        await send({"type": "http.response.body", "body": reply.body})

    async def _answer(self, scope: Scope, headers: Headers, receive: Receive) -> Reply:
        channel, door_id = _read_path(scope)
        adapter = adapters().get(channel)
        found = await self._directory.door(door_id)
        if adapter is None or found is None or found[0].channel != channel:
            return _json(404, {"error": "there is no such connection"})
        door, brand = found
        if scope["method"] == "GET" and isinstance(adapter, Greets):
            reply = _greet(adapter, self._hook(scope, headers, b""), door)
            if reply.status == 200:
                with suppress(DatabaseAway):  # the answer matters more than that the desk knows of it
                    async with self._database.brand(brand.id) as connection:
                        await note_greeted(connection, door.id, self._clock())
            return reply
        if scope["method"] != "POST":
            return _json(405, {"error": "expected POST"}, {"allow": "POST"})
        body = await _read_body(receive, adapter.most_bytes)
        if body is None:
            return _json(413, {"error": f"at most {adapter.most_bytes} bytes"})
        hook = await self._with_certificate(adapter, self._hook(scope, headers, body), door)
        if not adapter.verify(hook, door, self._clock()) or not await self._is_first(adapter, hook, door, brand):
            return _json(401, {"error": "the signature is wrong or too old"})
        admission = self._admission
        if admission.come_back is not None:
            retry = {"retry-after": str(admission.come_back)}
            return _json(503, {"error": "too many messages at once; please send it again"}, retry)
        if admission.pause:
            await asyncio.sleep(admission.pause)
        try:
            if isinstance(adapter, Reads):
                await self._confirm(adapter, hook, door)
                return await self._take_reading(adapter, door, brand, adapter.read(hook, door), hook)
            inbound = adapter.parse(body, headers) if isinstance(adapter, Parses) else ()
        except Malformed as malformed:
            return _json(400, {"error": str(malformed)})
        except Unreadable as unreadable:
            await self._keep_shapes(door, brand, [unreadable.shape])
            return _json(200, {"state": "not understood"})
        return await self._take_all(adapter, door, brand, inbound)

    def _hook(self, scope: Scope, headers: Headers, body: bytes) -> Hook:
        query = scope.get("query_string", b"").decode("ascii", "replace")
        return Hook(
            url=f"{self._public_url}{scope['path']}" + (f"?{query}" if query else ""),
            headers=headers,
            body=body,
            query=dict(parse_qsl(query, keep_blank_values=True)),
            method=scope["method"],
        )

    async def _with_certificate(self, adapter: Adapter, hook: Hook, door: Connection) -> Hook:
        """The request with the certificate that it was signed with, where the vendor says where that lies."""
        place = adapter.certificate_at(hook, door) if isinstance(adapter, NeedsCertificate) else None
        if place is None or self._http is None:
            return hook
        if place not in self._certificates:
            answer = await self._http.post(HttpCall(url=place, headers={}, method="GET"))
            if not isinstance(answer, Answered) or answer.status != 200 or len(answer.body) > MOST_CERTIFICATE:
                raise DatabaseAway("the certificate cannot be had now")  # the vendor tries again
            if len(self._certificates) >= MOST_CERTIFICATES:
                self._certificates.clear()
            self._certificates[place] = answer.body
        return replace(hook, certificate=self._certificates[place])

    async def _confirm(self, adapter: Adapter, hook: Hook, door: Connection) -> None:
        """Says yes to a subscription that a verified request announces."""
        place = adapter.confirm_at(hook, door) if isinstance(adapter, NeedsCertificate) else None
        if place is not None and self._http is not None:
            await self._http.post(HttpCall(url=place, headers={}, method="GET"))

    async def _is_first(self, adapter: Adapter, hook: Hook, door: Connection, brand: Brand) -> bool:
        """Whether a signature that holds once has not been used for anything else."""
        given = adapter.once(hook, door) if isinstance(adapter, SignsOnce) else None
        if given is None:
            return True
        word, whole = (self._keys.lookup(f"once:{door.id}", value) for value in given)
        async with self._database.brand(brand.id) as connection:
            return await store.use_once(connection, door.id, word, whole, self._clock())

    async def _keep_shapes(self, door: Connection, brand: Brand, shapes: Sequence[str]) -> None:
        """What was signed well and not understood, by its shape."""
        if not shapes:
            return
        now = self._clock()
        async with self._database.brand(brand.id) as connection:
            for shape in shapes[:MOST_SHAPES]:
                await store.store_unparsed(connection, id=new_id(now), door=door.id, shape=shape, at=now)

    # vendors' deliveries -------------------------------------------------------------------------------------------

    async def take_reading(self, door: Connection, brand: Brand, reading: Reading) -> None:
        """Takes what a vendor has told when it was asked. Raises `DatabaseAway`: it has to be asked again."""
        adapter = adapters()[door.channel]
        assert isinstance(adapter, Reads)
        await self._take_reading(adapter, door, brand, reading, None)

    async def _take_reading(
        self, adapter: Reads, door: Connection, brand: Brand, reading: Reading, hook: Hook | None
    ) -> Reply:
        """Messages first, then what is about messages. Whatever cannot be taken for a while is refused as a whole: it
        comes again, and what was taken has no second effect.
        """
        await self._note_in(door, brand)
        shapes = list(reading.unparsed)
        routed: list[Routed] = []
        for event in reading.events:
            one = await self._route(adapter, event, door, brand, hook)
            if one is None:
                shapes.append(f"unrouted: {event.kind}")
            else:
                routed.append(one)
        fresh, rest = await self._take_messages(adapter, routed, shapes)
        changed: defaultdict[BrandId, set[ConversationId]] = defaultdict(set)
        for one in rest:
            conversation = await self._take_report(adapter, one, shapes)
            if conversation is not None:
                changed[one.brand.id].add(conversation)
        await self._keep_shapes(door, brand, shapes)
        for changed_brand, conversations in changed.items():
            await self._tell(changed_brand, sorted(conversations))
        return _json(200, {"state": "stored" if fresh else "taken"})

    async def _route(
        self, adapter: Reads, event: Event, door: Connection, brand: Brand, hook: Hook | None
    ) -> Routed | None:
        """Whose an event is, by the vendor's id of the account. One application may post for several accounts to one
        address: another connection gets what it would have taken itself.
        """
        if event.account == door.given.get(adapter.account) or hook is None:
            return Routed(event=event, door=door, brand=brand)
        known = await self._directory.read()
        for other in known.doors.values():
            mine = other.channel == door.channel and other.given.get(adapter.account) == event.account
            if mine and adapter.verify(hook, other, self._clock()):
                return Routed(event=event, door=other, brand=known.brands[other.brand_id])
        if event.kind == "account_notice":  # about what lies behind the account, and names nobody
            return Routed(event=event, door=door, brand=brand)
        return None

    async def _take_messages(
        self, adapter: Reads, routed: Sequence[Routed], shapes: list[str]
    ) -> tuple[bool, list[Routed]]:
        """Stores what customers wrote; whether anything was new, and the events that are no messages."""
        taking: list[tuple[Routed, Inbound]] = []
        rest: list[Routed] = []
        for one in routed:
            try:
                inbound = adapter.inbound(one.event, one.door)
            except Exception as error:  # noqa: BLE001 - one bad event leaves the others
                log.error("event_broke", channel=one.door.channel, **describe(error))
                shapes.append(f"{one.event.kind}: broke")
                continue
            if inbound is None:
                rest.append(one)
            else:
                taking.append((one, inbound))
        takes = [self._take(adapter, one.door, one.brand, inbound) for one, inbound in taking]
        fresh = False
        for (one, _), taken in zip(taking, await asyncio.gather(*takes, return_exceptions=True), strict=True):
            match taken:
                case OperatorError() | psycopg.OperationalError() | asyncio.CancelledError():
                    raise taken  # it passes: the vendor sends everything again
                case BaseException():
                    log.error("event_broke", channel=one.door.channel, **describe(taken))
                    shapes.append(f"{one.event.kind}: broke")
                case Stored(fresh=True):
                    fresh = True
                case _:
                    pass
        return fresh, rest

    async def _take_report(self, adapter: Reads, one: Routed, shapes: list[str]) -> ConversationId | None:
        try:
            if one.event.direction == "out" and one.event.kind in {"echo", "comment"}:
                await self._open_for_echo(adapter, one)
            return await self._retrying_report(adapter, one)
        except (OperatorError, psycopg.OperationalError):
            raise
        except Exception as error:  # noqa: BLE001 - one bad event leaves the others
            log.error("event_broke", channel=one.door.channel, **describe(error))
            shapes.append(f"{one.event.kind}: broke")
            return None

    async def _retrying_report(self, adapter: Reads, one: Routed) -> ConversationId | None:
        for _ in range(3):
            with suppress(psycopg.errors.DeadlockDetected):
                return await self._reports.take(adapter, one.door, one.brand, one.event)
        return await self._reports.take(adapter, one.door, one.brand, one.event)

    async def _open_for_echo(self, adapter: Reads, one: Routed) -> None:
        """Somebody at the brand has written first, elsewhere: their conversation is to be seen here, too."""
        if not one.event.thread or not adapter.opens:
            return
        lookup = self._keys.lookup(f"{one.door.channel}:{one.door.id}", one.event.thread)
        async with self._database.brand(one.brand.id) as connection:
            found = await reports.resolve_thread(connection, one.door.id, lookups=[lookup], now=self._clock())
        if found is None:
            began = Inbound(event="", thread=one.event.thread, text=RawText(""))
            await self._open(one.door, one.brand, began, lookup, one.brand.language)

    async def _note_in(self, door: Connection, brand: Brand) -> None:
        """That something came, once a minute."""
        now = self._clock()
        before = self._noted.get(door.id)
        if before is None or now - before >= NOTED:
            async with self._database.brand(brand.id) as connection:
                await reports.note_in(connection, door.id, now)
            self._noted[door.id] = now

    async def _tell(self, brand: BrandId, conversations: Sequence[ConversationId]) -> None:
        if self._announce is not None and conversations:
            await self._announce(brand, conversations)

    # messages ------------------------------------------------------------------------------------------------------

    async def _take_all(self, adapter: Adapter, door: Connection, brand: Brand, inbound: Sequence[Inbound]) -> Reply:
        if adapter.limited and self._limit is not None:
            now = self._clock()
            wait = max((self._limit.seconds_to_wait(self._lookup(door, one), now) for one in inbound), default=0)
            if wait > 0:
                return _json(429, {"error": "too many messages; not stored"}, {"retry-after": str(wait)})
        taken = [await self._take(adapter, door, brand, message) for message in inbound]
        if None in taken:
            return _json(401, {"error": "the conversation is not known"})
        if any(isinstance(one, Stored) and one.muted for one in taken):
            return _json(403, {"error": "not stored: its writer has withdrawn their consent"})
        for one in taken:
            if isinstance(one, Preview):
                return _json(409, {"error": "not stored yet: its writer should see first what is hidden", **one.show()})
        fresh = any(isinstance(one, Stored) and one.fresh for one in taken)
        return _json(200, {"state": "stored" if fresh else "duplicate"})

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
        extra = await self._read_extra(adapter, door, brand, inbound, lookup)
        if extra is not None and (inbound.refers or inbound.conversation or inbound.aliases):
            lookup, extra = await self._find_place(brand, inbound, lookup, extra)
        for attempt in range(3):
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
                extra=extra,
            )
            self._waiting.append(waiting)
            self._arrived.set()
            stored = await waiting.done
            if stored is not None and stored.lost:
                raise AttachmentLost
            if stored is not None or not adapter.opens:
                return stored
            if extra is not None and attempt == 0:
                before = lookup
                lookup, extra = await self._find_place(brand, inbound, lookup, extra)
                if lookup != before:
                    continue
            await self._open(door, brand, inbound, lookup, language)
        return None

    async def _read_extra(
        self, adapter: Adapter, door: Connection, brand: Brand, inbound: Inbound, lookup: bytes
    ) -> Extra | None:
        """What a vendor's message has besides its words; its files are looked at, in memory."""
        if not isinstance(adapter, Reads):
            return None
        more: Findings | None = None
        if inbound.more is not None:
            with suppress(MaskingFailed):
                more = find(inbound.more, allowed=brand.allowed, denied=brand.denied)
        aliases = [self._keys.lookup(f"{door.channel}:{door.id}", alias) for alias in inbound.aliases]
        now = self._clock()
        at = read_moment(inbound.at, now)
        return Extra(
            door=door,
            inbound=inbound,
            at=at,
            id=id_of(at, now),
            more=more,
            quiet=adapter.quiet,
            aliases=tuple(alias for alias in dict.fromkeys(aliases) if alias != lookup),
            renamed=False,
            files=tuple([await self._examine(part.content) for part in inbound.parts]),
        )

    async def _examine(self, content: bytes) -> Checked | None:
        """A file that came along, without its metadata; None when it may not be kept."""
        async with self._checks:
            return await examine_file(content, self._scan)

    async def _find_place(self, brand: Brand, inbound: Inbound, lookup: bytes, extra: Extra) -> tuple[bytes, Extra]:
        """The thread that a message belongs to: its own unless it continues another, or is known by another name."""
        door = extra.door
        async with self._database.brand(brand.id) as connection:
            found = await reports.resolve_thread(
                connection,
                door.id,
                lookups=[lookup, *extra.aliases],
                refers=[self._keys.lookup(f"event:{door.id}", one) for one in inbound.refers],
                conversation=inbound.conversation,
                now=self._clock(),
            )
            if found is None and inbound.reference is not None:
                named = await mailing.find_named(connection, self._keys, door, inbound)
                found = await reports.resolve_thread(
                    connection, door.id, lookups=[lookup], conversation=named, now=self._clock()
                )
        if found is None or found.lookup == lookup:
            return lookup, extra
        if not found.by_name:
            return found.lookup, extra
        return found.lookup, replace(extra, renamed=True, aliases=(lookup, *extra.aliases))

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
        sealing = {
            w.lookup for w in unique.values() if w.extra is not None or (w.findings is not None and w.findings.vaulted)
        }
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
                    arrival, sealed = await self._seal_arrival(waiting, vault, now)
                    arrivals.append(arrival)
                    items += sealed
                    if vault is not None:
                        vaults[waiting.connection, waiting.lookup] = _with_items(vault, sealed)
                if items:
                    await store.store_vault_items(connection, items, now)
                cursor = await connection.execute(store.STORE_ARRIVALS, store.pack_arrivals(arrivals))
                stored = store.unpack_stored(arrivals, await cursor.fetchall())
                for waiting, arrival, one in zip(group, arrivals, stored, strict=True):
                    vault = vaults.get((waiting.connection, waiting.lookup))
                    if waiting.extra is not None and one is not None and one.fresh and vault is not None:
                        await self._keep_extra(connection, waiting.extra, waiting, arrival, vault)
                apart = {
                    one.conversation
                    for waiting, one in zip(group, stored, strict=True)
                    if waiting.extra is not None and waiting.extra.apart is not None and one is not None and one.fresh
                }
                if apart:
                    await reports.content(connection, sorted(apart), now)
            _settle(group, stored)
            # An agent who has it need not wait until the turn after the pause.
            news = {one.conversation for w, one in zip(group, stored, strict=True) if w.extra and one and one.fresh}
            with suppress(DatabaseAway, psycopg.Error):
                await self._tell(brand, sorted(news))

    async def _seal_arrival(
        self, waiting: Waiting, vault: Vault | None, now: datetime
    ) -> tuple[Arrival, list[SealedItem]]:
        """A message as it is stored, and the values to keep sealed."""
        text, items = await self._seal(waiting, vault, now)
        extra = waiting.extra
        if extra is None:
            return self._arrival(waiting, text, now), items
        more: MaskedText | None = None
        for raw, findings in ((extra.inbound.name, _whole_name(extra.inbound.name)), (extra.inbound.more, extra.more)):
            if raw is not None and findings is not None:
                vault = None if vault is None else _with_items(vault, items)
                hidden, sealed = await self._seal(replace(waiting, raw=raw, findings=findings), vault, now)
                items += sealed
                more = hidden if raw is extra.inbound.more else None
        speak = words(waiting.language)
        text = add_lines(text, [speak.gettext(line) for line in extra.inbound.lines])
        arrival = self._arrival(waiting, text, now)
        labels = {span.label for span in extra.more.spans} if extra.more is not None else ()
        return replace(
            arrival,
            id=extra.id,
            written=extra.at,
            more=more,
            apart=extra.apart,
            sensitive_until=arrival.sensitive_until or sensitive_until(labels, now=now),
        ), items

    async def _keep_extra(
        self, connection: DatabaseConnection, extra: Extra, waiting: Waiting, arrival: Arrival, vault: Vault
    ) -> None:
        """What a message that was stored just now changes besides: its thread, its files, what has waited for it."""
        now, inbound, door = arrival.at, extra.inbound, extra.door
        key: bytes | None = None
        if vault.wrapped_key is not None:
            key = await open_person_key(self._keys, vault.wrapped_key, brand=waiting.brand.id, person=vault.person)

        def close(raw: RawText, table: str, column: str, row: UUID) -> bytes | None:
            if key is None:
                return None
            return seal(key, raw, brand=waiting.brand.id, person=vault.person, table=table, column=column, row=row)

        conversation = vault.conversation
        envelope = None if inbound.envelope is None else close(inbound.envelope, "thread", "envelope", conversation)
        renamed = close(RawText(inbound.thread), "thread", "sealed", conversation) if extra.renamed else None
        await reports.touch(
            connection,
            Touch(
                conversation=conversation,
                connection=door.id,
                acted_at=min(extra.at, now),
                envelope=envelope,
                envelope_at=None if envelope is None else extra.at,
                sealed=renamed,
                quiet_until=now + extra.quiet if extra.quiet and extra.apart is None else None,
            ),
        )
        await reports.name_thread(connection, conversation, door.id, extra.aliases)
        if inbound.sender is not None or inbound.unverified:
            await mailing.meet(
                connection,
                self._keys,
                inbound,
                conversation=conversation,
                person=vault.person,
                close=lambda address, row: close(address, "identity", "sealed", row),
                language=waiting.brand.language,
                now=now,
            )
        if extra.apart == "elsewhere":
            await reports.set_elsewhere(connection, conversation, extra.at + OWNED, at=extra.at, now=now)
        expires = arrival.sensitive_until or now + timedelta(days=31 * waiting.brand.keep_months)
        for checked in extra.files:
            await self._keep_file(connection, checked, waiting, arrival, vault, key, expires)
        for remote in inbound.fetch:
            row = new_id(now)
            sealed = close(write_place(remote), "remote_file", "sealed", row)
            if sealed is not None:
                await files.add_remote(
                    connection,
                    files.NewRemote(
                        id=row,
                        conversation=conversation,
                        message=arrival.id,
                        person=vault.person,
                        connection=door.id,
                        sealed=sealed,
                        until=remote.until,
                    ),
                    now,
                )
        await self._reports.apply_waiting(connection, door, waiting.brand, [waiting.key])

    async def _keep_file(  # noqa: PLR0917 - what a message has, in its usual order
        self,
        connection: DatabaseConnection,
        checked: Checked | None,
        waiting: Waiting,
        arrival: Arrival,
        vault: Vault,
        key: bytes | None,
        expires: datetime,
    ) -> None:
        """A file that came along goes with its message; one that was not taken is noted as such."""
        if checked is None or key is None:
            refused = files.NewRemote(
                id=new_id(arrival.at),
                conversation=vault.conversation,
                message=arrival.id,
                person=vault.person,
                connection=waiting.connection,
            )
            await files.add_remote(connection, refused, arrival.at)
            return
        new = make_attachment(
            checked, conversation=vault.conversation, person=vault.person, scanned=bool(self._scan), now=arrival.at
        )
        parts = seal_file(key, waiting.brand.id, new, checked.body)
        await attachments.keep_pending(connection, new, parts, arrival.at)
        await attachments.send_attachments(connection, [(vault.conversation, new.id, arrival.id)], expires)

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


def _json(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status=status, body=orjson.dumps(body), headers=headers or {})


def _read_path(scope: Scope) -> tuple[str, str]:
    """Channel and connection of `/hooks/<channel>/<connection>`."""
    _, _, channel, door = [*scope["path"].split("/"), "", "", ""][:4]
    return channel, door


def _greet(adapter: Greets, hook: Hook, door: Connection) -> Reply:
    """Answers whoever asks whether the address is ours; what they sent is given back as plain text and nothing else."""
    said = adapter.greet(hook, door)
    if said is None:
        return _json(403, {"error": "refused"})
    safe = {"x-content-type-options": "nosniff"}
    return Reply(status=200, body=said.encode(), headers=safe, content_type="text/plain; charset=utf-8")


def _whole_name(name: RawText | None) -> Findings | None:
    return None if name is None else find_whole(name, "PERSON")


def _with_items(vault: Vault, items: Sequence[SealedItem]) -> Vault:
    """The vault with what has been numbered since."""
    return replace(vault, numbers={**vault.numbers, **{(i.label, i.lookup): i.number for i in items}})


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
