"""A desk of its own: a database, `serve` and `work` as separate processes, and somebody who takes what leaves."""

from __future__ import annotations

import asyncio
import http.client
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
from base64 import b32decode
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import orjson
import psycopg
from psycopg import conninfo

from okienko import commands
from okienko.articles.drafts import Defaults
from okienko.articles.importers.files import read_path
from okienko.bench.bench import DEMO, find_port, postmaster, wait_for
from okienko.brands.store import SealedDoor, add_door, seal_bound
from okienko.database.embedded import DATABASE, EmbeddedPostgres
from okienko.database.migrate import migrate
from okienko.database.pool import Database
from okienko.keys import Keys
from okienko.opening import now
from okienko.settings import Settings
from okienko.staff.second.totp import code_of, step_at
from okienko.values import ConnectionId
from okienko.web.live import CHANNEL

BRAND: Final = "kramik"
CHAT: Final = ConnectionId("prove-chat")
HOOK: Final = ConnectionId("prove-hook")
SECRET: Final = bytes(range(32))
PASSWORD: Final = "invented for a minute"  # noqa: S105 - of an account that lives as long as the run
PATIENCE: Final = 120.0  # seconds


class Refused(Exception):
    """The desk did not do what this run needs it to do, so nothing would be proved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the desk answered; status 0 when it did not."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = field(default=b"", repr=False)

    def must(self, *statuses: int) -> Answer:
        """The answer itself. Raises `Refused` when it is another one."""
        if self.status not in statuses:
            raise Refused(f"the desk answered {self.status} where {statuses} was expected")
        return self

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


def database_of(server: EmbeddedPostgres, name: str) -> str:
    """A database of the cluster, as its superuser."""
    return conninfo.make_conninfo(server.superuser, dbname=name)


class Sink:
    """The brand's own application: takes what the desk sends, remembers all of it."""

    def __init__(self) -> None:
        taken: list[bytes] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                taken.append(self.requestline.encode() + b"\r\n" + self.headers.as_bytes() + body)
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
                """Says nothing."""

        self.taken = taken
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/in"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Takes nothing more."""
        self._server.shutdown()
        self._server.server_close()


class Overheard:
    """Everything that goes over the live feed."""

    def __init__(self, url: str) -> None:
        self.said: list[bytes] = []
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute(f"listen {CHANNEL}".encode())

    def collect(self) -> None:
        """What has been said since."""
        self.said += [notify.payload.encode() for notify in self._connection.notifies(timeout=0)]

    def close(self) -> None:
        """Listens no more."""
        self._connection.close()


@dataclass(slots=True, kw_only=True)
class Desk:
    """A running desk, seen from outside."""

    folder: Path
    server: EmbeddedPostgres
    sink: Sink
    port: int
    masked: bool
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict[str, "subprocess.Popen[bytes]"])
    cookie: str = field(default="", repr=False)  # of the agent
    seed: bytes = field(default=b"", repr=False)  # of their authenticator app

    @property
    def superuser(self) -> str:
        """The desk's database, as an account that sees everything."""
        return database_of(self.server, DATABASE)

    # processes -------------------------------------------------------------------------------------------------

    def start(self, name: str, *arguments: str) -> None:
        """A command of ours as a process, with its own logs, home and temporary folder."""
        entry = "okienko" if self.masked else "okienko.prove.unmasked"
        kept = {key: value for key, value in os.environ.items() if not key.startswith("OKIENKO_")}
        environ = {
            **kept,
            "OKIENKO_DATA": str(self.folder / "data"),
            "OKIENKO_KEYS": str(self.folder / "keys"),
            "OKIENKO_CHATS_PER_HOUR": "0",
            "OKIENKO_MESSAGES_PER_MINUTE": "0",
            "OKIENKO_MESSAGES_PER_DAY": "0",
            "OKIENKO_NEIGHBOURS": urlsplit(self.sink.address).netloc,
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "PYTHONFAULTHANDLER": "1",  # what a crash report would show
        }
        logs = self.folder / "logs"
        with (logs / f"{name}.out").open("wb") as out, (logs / f"{name}.err").open("wb") as err:
            self.processes[name] = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-m", entry, *arguments], env=environ, stdout=out, stderr=err, cwd=self.folder / "home"
            )

    def serve(self, name: str) -> None:
        """A web process, when it answers."""
        self.start(name, "serve", "--port", str(self.port))
        wait_for(lambda: True if self.call("GET", "/healthz").status == 200 else None, PATIENCE)

    def crash(self, name: str) -> None:
        """Ends a process as a fault would, with its report."""
        self.processes[name].send_signal(signal.SIGABRT)
        self.processes.pop(name).wait(PATIENCE)

    def stop(self) -> None:
        """Ends the processes in good order."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    def kill_database(self) -> None:
        """Ends the database at once; its supervisor starts it again."""
        os.kill(postmaster(self.server), signal.SIGQUIT)

    # requests --------------------------------------------------------------------------------------------------

    def call(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """One request, as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body or None, dict(headers or {}))
            answer = connection.getresponse()
            return Answer(
                status=answer.status,
                headers={name.lower(): value for name, value in answer.getheaders()},
                body=answer.read(),
            )
        except (OSError, http.client.HTTPException):
            return Answer(status=0)
        finally:
            connection.close()

    def hear(self, path: str, headers: Mapping[str, str]) -> Any:
        """The first event of a stream; None when there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers=dict(headers))
            answer = connection.getresponse()
            while line := answer.readline():
                if line.startswith(b"data: "):
                    return orjson.loads(line.removeprefix(b"data: "))
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        return None

    def json(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
        """A POST as a script of ours makes it."""
        return self.call("POST", path, orjson.dumps(body), {"content-type": "application/json", **(headers or {})})

    def form(self, path: str, fields: Mapping[str, str]) -> Answer:
        """A POST as a page's form makes it, with the agent's cookie when there is one."""
        headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
        if self.cookie:
            headers["cookie"] = self.cookie
        return self.call("POST", path, urlencode(fields).encode(), headers)

    def page(self, path: str) -> Answer:
        """A page, as the agent sees it."""
        return self.call("GET", path, headers={"cookie": self.cookie} if self.cookie else {})

    def sign_in(self, link: str) -> None:
        """The agent begins with the one-time link, and is signed in from then on."""
        fields = {"name": "Anna", "login": "anna", "password": PASSWORD, "again": PASSWORD, "language": "pl"}
        answer = self.form(urlsplit(link).path, fields)
        self.cookie = answer.headers["set-cookie"].partition(";")[0]
        page = self.page("/desk/account/app").must(200)
        secret = re.search(r'<code class="link">([A-Z2-7 ]+)</code>', page.text)
        sealed = re.search(r'name="sealed" value="([^"]+)"', page.text)
        assert secret is not None, "there is no secret for an authenticator app"
        assert sealed is not None
        self.seed = b32decode(secret[1].replace(" ", ""))
        set_up = {"csrf": self.token(page), "sealed": sealed[1], "code": self._code()}
        self.form("/desk/account/app", set_up).must(200)

    def prove_it_is_she(self, csrf: str) -> None:
        """The password and a code once more, where the last proof is older than ten minutes."""
        if self.page("/desk/confirm").must(200, 303).status == 200:
            self.form("/desk/confirm", {"csrf": csrf, "password": PASSWORD, "code": self._code()}).must(303)

    def _code(self) -> str:
        return code_of(self.seed, step_at(now()))

    def token(self, page: Answer) -> str:
        """The token against forged requests that a page of the agent's carries."""
        found = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert found is not None, "the agent is not signed in"
        return found[1]


@contextmanager
def open_desk(folder: Path, *, masked: bool) -> Generator[tuple[Desk, Overheard]]:
    """A desk with one brand, its demo articles, a web chat, a webhook, and an agent."""
    for name in ("data", "keys", "home", "tmp", "logs"):
        (folder / name).mkdir(mode=0o700)
    sink = Sink()
    with EmbeddedPostgres.start(folder / "data") as server:
        migrate(server.urls.owner, now=now())
        link = asyncio.run(_furnish(server, folder, sink.address))
        desk = Desk(folder=folder, server=server, sink=sink, port=find_port(), masked=masked)
        overheard = Overheard(server.urls.app)
        try:
            desk.start("work", "work")
            desk.serve("serve")
            desk.sign_in(link)
            yield desk, overheard
        finally:
            overheard.close()
            desk.stop()
            sink.close()


async def _furnish(server: EmbeddedPostgres, folder: Path, reply_url: str) -> str:
    drafts = read_path(DEMO / BRAND / "articles", Defaults(category="general", language="pl"))
    urls = server.urls
    brand, _, _ = await commands.import_articles(urls, drafts, BRAND, "pl", lambda _done, _total: None)
    await commands.set_policy(urls, slug=BRAND, place="pl", choices=None)  # where nobody has to agree before writing
    keys = Keys.open(folder / "keys")
    async with await Database.open(urls.app, size=1) as database, database.brand(brand.id) as connection:
        for door, channel, reply in ((CHAT, "webchat", None), (HOOK, "webhook", reply_url)):
            secret = SECRET if channel == "webhook" else secrets.token_bytes(32)
            sealed = SealedDoor(
                id=door,
                brand_id=brand.id,
                channel=channel,
                secret=keys.wrap(secret, seal_bound(door)),
                reply_url=reply,
            )
            await add_door(connection, sealed, now())
    settings = Settings(data=folder / "data", keys=folder / "keys")
    link = await commands.add_staff(settings, urls, login="anna", name="Anna", slug=BRAND, role="admin")
    assert link is not None
    return link
