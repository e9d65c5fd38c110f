"""Starting: from settings to a running process. Used by the commands, the demo, the bench and the road's tests."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from okienko import restore
from okienko.answers.encoders.files import open_encoder as open_local
from okienko.answers.shelf import Shelf
from okienko.app import build
from okienko.auditing import Outside, open_signing_key
from okienko.brands.directory import Directory
from okienko.channels.webchat.limit import MessageLimit
from okienko.database.embedded import EmbeddedPostgres
from okienko.database.migrate import migrate
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.embed import Local, Meaning, Remote, Server, WaitingEncoder
from okienko.http import Client, Reader, Streaming
from okienko.keys import Keys, WrongKey
from okienko.phrase import Model, Phraser
from okienko.receive import Reception
from okienko.settings import Settings, WrongSetting
from okienko.values import Clock
from okienko.web.i18n import LANGUAGES
from okienko.web.live import Live
from okienko.web.services import Services
from okienko.work import Worker

CONNECTIONS: Final = 12


def now() -> datetime:
    """The clock of a running process; tests pass their own."""
    return datetime.now(UTC)


@contextmanager
def open_database(settings: Settings) -> Generator[Urls]:
    """A migrated database: the given one, or the embedded one, which runs as long as the block (or longer, if another
    process has started it).
    """
    if settings.database_url is not None:
        urls = Urls(owner=settings.owner_url or settings.database_url, app=settings.database_url)
        migrate(urls.owner, now=now())
        yield urls
        return
    with EmbeddedPostgres.start(settings.data) as server:
        migrate(server.urls.owner, now=now())
        yield server.urls


def open_keys(settings: Settings) -> Keys:
    """The keys, from where the operator keeps them. Raises `WrongKey`."""
    return Keys.ask(settings.keys_command) if settings.keys_command else Keys.open(settings.keys)


def open_model(settings: Settings) -> Model | None:
    """The operator's model, if there is one. Raises `WrongSetting` when its key cannot be read."""
    if settings.model_url is None:
        return None
    return Model(
        url=settings.model_url,
        name=settings.model_name,
        key=_read_key("model", settings.model_key, settings.model_key_file),
        seconds=settings.model_seconds,
        prices=settings.model_prices,
    )


def open_encoder(settings: Settings, http: Streaming) -> WaitingEncoder | None:
    """The operator's encoder, if there is one. Raises `NoModel`, or `WrongSetting` when its key cannot be read."""
    if settings.encoder is None:
        return None
    if "://" not in settings.encoder:
        return Local(open_local(settings.encoder, settings.data))
    server = Server(
        url=settings.encoder,
        name=settings.encoder_name,
        key=_read_key("encoder", settings.encoder_key, settings.encoder_key_file),
        languages=frozenset(language for language in LANGUAGES if language in settings.encoder_languages),
    )
    return Remote(server, http)


def _read_key(whose: str, key: str | None, file: Path | None) -> str | None:
    if file is not None:
        try:
            key = file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            key = ""
    if key is not None and not (key and key.isascii() and key.isprintable()):
        name = f"OKIENKO_{whose.upper()}_KEY_FILE"
        raise WrongSetting(f"the {whose}'s key cannot be read: {name} is a file with that and nothing else")
    return key


@asynccontextmanager
async def open_services(settings: Settings, urls: Urls, *, clock: Clock = now) -> AsyncGenerator[Services]:
    """Connections, keys and the live feed; the feed listens only where a task runs it."""
    database = await Database.open(urls.app, size=CONNECTIONS)
    keys = open_keys(settings)
    try:
        yield Services(
            settings=settings,
            database=database,
            directory=Directory(database, keys, clock),
            keys=keys,
            clock=clock,
            live=Live(database, urls.app),
        )
    finally:
        await database.close()


class PortTaken(Exception):
    """Another program listens there already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a process runs."""

    serve: bool = True
    work: bool = True
    demo: bool = False
    on_ready: Callable[[], None] = field(default=lambda: None)


async def run(settings: Settings, urls: Urls, parts: Parts, *, clock: Clock = now) -> None:
    """Serves and works until the process is told to stop (SIGINT, SIGTERM)."""
    # An index is hundreds of thousands of objects that stay; looking through them for cycles again and again is a tenth
    # of a worker's time, and what a turn leaves behind has none.
    gc.set_threshold(20_000, 50, 100)
    async with open_services(settings, urls, clock=clock) as services, Client() as http, Reader() as pages:
        try:
            await services.directory.read()
        except WrongKey:
            if settings.keys_command:
                what = "the keys that OKIENKO_KEYS_COMMAND prints are not those of this database: have it print those"
            else:
                what = (
                    f"the keys in {settings.keys} are not those of this database: put the right ones there, or name "
                    "their folder with OKIENKO_KEYS"
                )
            raise WrongKey(what) from None
        await restore.replay(services.database, settings.ledger, clock)
        model = open_model(settings)
        encoder = open_encoder(settings, http) if parts.work else None
        meaning = None
        if encoder is not None:
            meaning = Meaning(encoder, services.database, services.keys, clock, seconds=settings.encoder_seconds)
        worker = Worker(
            database=services.database,
            owner_url=urls.owner,
            directory=services.directory,
            keys=services.keys,
            clock=clock,
            live=services.live,
            shelf=Shelf(meaning),
            meaning=meaning,
            http=http,
            pages=pages,
            follow_links=settings.follow_links,
            settings=settings,
            audit_key=open_signing_key(settings) if parts.work else None,
            outside=Outside(file=settings.audit_file, url=settings.audit_url),
            phraser=None if model is None else Phraser(model, services.database, http, services.keys, clock),
        )
        limit = MessageLimit(per_minute=settings.messages_per_minute, per_day=settings.messages_per_day)
        reception = Reception(
            services.database, services.directory, services.keys, clock, worker.awake.set, limit=limit
        )
        with suppress(asyncio.CancelledError):
            async with asyncio.TaskGroup() as tasks:
                background: list[asyncio.Task[None]] = []
                if parts.work:
                    background.append(tasks.create_task(worker.run()))
                if parts.serve:
                    background += [
                        tasks.create_task(reception.run()),
                        tasks.create_task(reception.watch()),
                        tasks.create_task(services.live.run()),
                    ]
                    app = build(services, reception, worker.shelf, demo=parts.demo)
                    await _serve(app, settings, parts.on_ready)
                else:
                    parts.on_ready()
                    await _until_stopped()
                for task in background:
                    task.cancel()


async def _serve(app: ASGIApp, settings: Settings, on_ready: Callable[[], None]) -> None:
    """uvicorn without its logs: an access log would hold addresses."""
    with _listen(settings.host, settings.port) as listening:
        server = _Server(
            uvicorn.Config(
                app,
                loop="uvloop",
                http="httptools",
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=3,
            ),
            on_ready,
        )
        await server.serve(sockets=[listening])


class _Server(uvicorn.Server):
    """Says when it answers."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Called by uvicorn once it listens."""
        await super().startup(sockets)
        self._on_ready()


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `PortTaken`, with what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise PortTaken(f"port {port} on {host}: {reason}. Choose another with --port or OKIENKO_PORT") from None


async def _until_stopped() -> None:
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    await stopped.wait()
