"""Starting: from settings to a running process. Used by the commands, the demo, the bench and the road's tests."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from okienko import restore
from okienko.answers.shelf import Shelf
from okienko.app import build
from okienko.auditing import Outside, open_signing_key
from okienko.brands.directory import Directory
from okienko.channels.webchat.limit import MessageLimit
from okienko.collect import Collector, Opener
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.embed import Local, Meaning, open_encoder
from okienko.encoders.files import QUICK
from okienko.facts import Facts
from okienko.http import Client, Reader, place_of
from okienko.keys import WrongKey
from okienko.mail.mailbox import Mailbox
from okienko.mail.server import Carrier, Smtp, open_server
from okienko.opening import now, open_keys
from okienko.phrase import Phraser, open_model
from okienko.poll import Poller
from okienko.receive import Reception
from okienko.routing.process import Reading
from okienko.sandbox.place import NEIGHBOURS as SANDBOX
from okienko.settings import Settings
from okienko.signing import Door
from okienko.values import Clock, OperatorError
from okienko.web.live import Live
from okienko.web.services import Services
from okienko.work import Worker

CONNECTIONS: Final = 12


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


class PortTaken(OperatorError):
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
    near = find_neighbours(settings, demo=parts.demo)
    async with (
        open_services(settings, urls, clock=clock) as opened,
        Client(neighbours=near) as http,
        Reader() as pages,
    ):
        try:
            await opened.directory.read()
        except WrongKey:
            if settings.keys_command:
                what = "the keys that OKIENKO_KEYS_COMMAND prints are not those of this database: have it print those"
            else:
                what = (
                    f"the keys in {settings.keys} are not those of this database: put the right ones there, or name "
                    "their folder with OKIENKO_KEYS"
                )
            raise WrongKey(what) from None
        await restore.replay(opened.database, settings.ledger, clock)
        model = open_model(settings)
        server = open_server(settings)
        mailbox = Mailbox() if parts.demo and server is None else None
        letters = mailbox if server is None else Smtp(server)
        services = replace(
            opened,
            can_mail=letters is not None,
            sources=pages,
            http=http,
            doors=Door(neighbours=near),
            carry=Carrier(neighbours=near).carry,
        )
        encoder = open_encoder(settings, http) if parts.work else None
        meaning, quick, reading = None, None, None
        if encoder is not None:
            meaning = Meaning(encoder, services.database, services.keys, clock, seconds=settings.encoder_seconds)
        if isinstance(encoder, Local) and settings.encoder in QUICK:
            quick = encoder.encoder
            reading = Reading(name=quick.name, kind=settings.encoder, data=settings.data)
        worker = Worker(
            database=services.database,
            owner_url=urls.owner,
            directory=services.directory,
            keys=services.keys,
            clock=clock,
            live=services.live,
            shelf=Shelf(meaning),
            meaning=meaning,
            encoder=quick,
            reading=reading,
            http=http,
            files=http,
            pages=pages,
            letters=Carrier(neighbours=near),
            post=letters,
            follow_links=settings.follow_links,
            settings=settings,
            audit_key=open_signing_key(settings) if parts.work else None,
            outside=Outside(file=settings.audit_file, url=settings.audit_url),
            facts=Facts(
                database=services.database,
                keys=services.keys,
                clock=clock,
                sources=pages,
                hosts=settings.lookup_hosts,
            ),
            phraser=None if model is None else Phraser(model, services.database, http, services.keys, clock),
        )
        limit = MessageLimit(per_minute=settings.messages_per_minute, per_day=settings.messages_per_day)
        reception = Reception(
            services.database,
            services.directory,
            services.keys,
            clock,
            worker.awake.set,
            limit=limit,
            public_url=settings.public_url or "",
            http=http,
            announce=services.live.announce,
            scan=settings.scan_command,
        )
        poller = Poller(
            database=services.database,
            directory=services.directory,
            keys=services.keys,
            clock=clock,
            http=http,
            tokens=worker.sender.tokens,
            reception=reception,
        )
        collector = Collector(
            database=services.database,
            directory=services.directory,
            clock=clock,
            takes=reception,
            open=Opener(neighbours=near),
        )
        with suppress(asyncio.CancelledError):
            async with asyncio.TaskGroup() as tasks:
                # What is found by asking is stored by the reception, also where nobody is served.
                background = [tasks.create_task(reception.run())]
                if parts.work:
                    background += [tasks.create_task(one.run()) for one in (worker, poller, collector)]
                if parts.serve:
                    background += [
                        tasks.create_task(reception.watch()),
                        tasks.create_task(services.live.run()),
                    ]
                    app = build(services, reception, worker.shelf, demo=parts.demo, mailbox=mailbox)
                    await serve(app, settings.host, settings.port, on_ready=parts.on_ready)
                else:
                    parts.on_ready()
                    await _until_stopped()
                for task in background:
                    task.cancel()


def find_neighbours(settings: Settings, *, demo: bool) -> list[str]:
    """Where messages may be posted to in our own network: as the operator says. The demo talks to itself and to the
    sandbox, whenever that runs.
    """
    own = [settings.audit_url] if settings.audit_url else []
    if demo:
        own.append(settings.public_url or f"http://localhost:{settings.port}")
    return [*settings.neighbours, *(SANDBOX if demo else ()), *map(place_of, own)]


async def _do_nothing() -> None:
    pass


async def serve(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    on_ready: Callable[[], None],
    on_stop: Callable[[], Awaitable[None]] = _do_nothing,
) -> None:
    """uvicorn without its logs, for an access log would hold addresses, until the process is told to stop. Raises
    `PortTaken`. What is to be done then, `on_stop` does: afterwards the signal ends the process.
    """
    with _listen(host, port) as listening:
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
            on_stop,
        )
        await server.serve(sockets=[listening])


class _Server(uvicorn.Server):
    """Says when it answers, and when it has stopped."""

    def __init__(
        self, config: uvicorn.Config, on_ready: Callable[[], None], on_stop: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._on_stop = on_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Called by uvicorn once it listens."""
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Called by uvicorn before the signal takes effect."""
        await super().shutdown(sockets)
        await self._on_stop()


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
