"""Looks an installation over and says what is wrong and how to mend it. Mends nothing by itself."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import socket
import stat
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

import psycopg

from okienko.attachments.kinds import Refused
from okienko.attachments.process import ScanFailed, scan
from okienko.database import accounts, binaries
from okienko.database.embedded import EmbeddedPostgres, NoServer
from okienko.database.health import Health, read_health
from okienko.embed import open_encoder
from okienko.encoders.files import NoModel
from okienko.http import Client
from okienko.keys import (
    FORMER,
    INDEX_FILE,
    KEY_SIZE,
    OPERATOR_FILE,
    RETIRED,
    WrongKey,
    name_key,
    read_command,
    read_folder,
)
from okienko.mail.server import Smtp, open_server
from okienko.policy.book import Book, check_reviews, list_pending
from okienko.policy.files import read_own_book
from okienko.settings import Settings, WrongSetting
from okienko.web.assets import STATIC

ENCODER_SECONDS: Final = 10.0  # at most, for two texts
SAME: Final = 0.9999
FREE_BYTES: Final = 1024**3
OLDEST_PYTHON: Final = (3, 11)
OLDEST_POSTGRES: Final = 15
BROWSER_CODE: Final = ("vendor/htmx.min.js", "vendor/hx-sse.min.js", "vendor/dagre.min.js")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. `fix` is empty when all is well."""

    what: str
    well: bool
    fix: str = ""


async def examine(settings: Settings) -> list[Finding]:
    """Everything that can be looked at from outside a running process, in a few seconds."""
    findings = [*look_at_python(), *look_at_data(settings.data), *look_at_assets(STATIC)]
    findings += look_at_policies(read_own_book(), datetime.now(UTC).date())
    if settings.keys_command:
        findings += await asyncio.to_thread(lambda: list(look_at_command(settings.keys_command)))
    else:
        findings += look_at_keys(settings.keys)
    findings += [await look_at_scanner(settings.scan_command), await look_at_encoder(settings)]
    findings.append(await look_at_mail(settings))
    findings += await asyncio.to_thread(lambda: list(look_at_database(settings)))
    findings += await asyncio.to_thread(lambda: list(look_at_port(settings.host, settings.port)))
    return findings


def look_at_python() -> Iterator[Finding]:
    """The interpreter's version."""
    version = ".".join(str(number) for number in sys.version_info[:3])
    well = sys.version_info >= OLDEST_PYTHON
    yield Finding(what=f"Python {version}", well=well, fix="" if well else "install Python 3.11 or newer")


def look_at_data(data: Path) -> Iterator[Finding]:
    """The data folder: is it ours, private, and is there room."""
    nearest = next(path for path in (data, *data.parents) if path.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        yield Finding(
            what=f"{nearest} cannot be written",
            well=False,
            fix="give it to the user that runs okienko, or choose another folder: OKIENKO_DATA or --data",
        )
    elif nearest != data:
        yield Finding(what=f"data folder {data} is not there yet; the first start makes it", well=True)
    elif stat.S_IMODE(data.stat().st_mode) & 0o077:
        yield Finding(what=f"others may look into the data folder {data}", well=False, fix=f"chmod 700 '{data}'")
    else:
        yield Finding(what=f"data folder {data} is private and can be written", well=True)
    free = shutil.disk_usage(nearest).free
    yield Finding(
        what=f"{free / 1024**3:.1f} GiB free for data",
        well=free >= FREE_BYTES,
        fix="" if free >= FREE_BYTES else "make room: the database stops when its disk is full",
    )


def look_at_policies(book: Book, today: date) -> Iterator[Finding]:
    """The rules of the law: whether counsel has reviewed them, and when that has to be done again."""
    pending = list_pending(book)
    yield Finding(
        what=f"counsel has not reviewed these policies yet: {', '.join(pending)}"
        if pending
        else "counsel has reviewed all policies",
        well=True,
    )
    for problem in check_reviews(book, today):
        yield Finding(what=f"{problem.file}: {problem.what}", well=False, fix=problem.fix)


def look_at_keys(keys: Path) -> Iterator[Finding]:
    """The keys' folder and files: private, of the right size, both or none."""
    files = [keys / OPERATOR_FILE, keys / INDEX_FILE]
    there = [path for path in files if path.exists()]
    if not there:
        yield Finding(what=f"no keys in {keys} yet; the first start makes them", well=True)
    elif len(there) < len(files):
        missing = next(path for path in files if path not in there)
        yield Finding(what=f"{missing} is missing", well=False, fix="bring it back from where you keep your keys")
    if keys.exists() and stat.S_IMODE(keys.stat().st_mode) & 0o077:
        yield Finding(what=f"others may look into the keys' folder {keys}", well=False, fix=f"chmod 700 '{keys}'")
    for path in [*there, *sorted(keys.glob(FORMER.format("*"))), *sorted(keys.glob(RETIRED.format("*")))]:
        status = path.stat()
        if stat.S_IMODE(status.st_mode) & 0o077:
            yield Finding(what=f"others may read {path}", well=False, fix=f"chmod 600 '{path}'")
        elif status.st_size != KEY_SIZE:
            yield Finding(
                what=f"{path} has {status.st_size} bytes instead of {KEY_SIZE}",
                well=False,
                fix="bring it back from where you keep your keys",
            )
        else:
            yield Finding(what=f"{path} is private", well=True)
    if any(keys.glob(FORMER.format("*"))):
        yield Finding(what="the operator's key is being changed", well=False, fix="run `okienko keys rotate` again")


def look_at_command(command: Sequence[str]) -> Iterator[Finding]:
    """The command that prints the keys: run once, and nothing of what it prints is shown."""
    try:
        kept = read_command(command)
    except WrongKey as wrong:
        yield Finding(what="the keys' command gives no keys", well=False, fix=str(wrong))
        return
    yield Finding(what="the keys' command prints the keys", well=True)
    if kept.former:
        yield Finding(what="the operator's key is being changed", well=False, fix="run `okienko keys rotate` again")


async def look_at_scanner(command: Sequence[str]) -> Finding:
    """The command that looks for malware in attachments: asked about a harmless text."""
    if not command:
        return Finding(what="attachments are not scanned for malware: OKIENKO_SCAN_COMMAND is not set", well=True)
    try:
        await scan(command, b"A harmless text of okienko doctor.\n")
    except Refused:
        what, fix = "the malware scanner takes a harmless text for malware", "run OKIENKO_SCAN_COMMAND by hand"
    except ScanFailed as failed:
        what = "the malware scanner does not answer; attachments are refused until it does"
        fix = f"OKIENKO_SCAN_COMMAND: {shlex.quote(command[0])} {failed}"
    else:
        return Finding(what="the malware scanner answers, and takes a harmless text for clean", well=True)
    return Finding(what=what, well=False, fix=fix)


async def look_at_encoder(settings: Settings) -> Finding:
    """The encoder: given two harmless texts, which must not come out the same."""
    if settings.encoder is None:
        return Finding(what="articles are found by words alone: OKIENKO_ENCODER is not set", well=True)
    what = "the encoder does not work; words alone answer until it does"
    try:
        async with Client() as http:
            encoder = open_encoder(settings, http)
            assert encoder is not None
            began = time.monotonic()
            found = await encoder.encode(["A parcel is late.", "Kot śpi na piecu."], seconds=ENCODER_SECONDS)
            took = time.monotonic() - began
    except (NoModel, WrongSetting) as wrong:
        return Finding(what=what, well=False, fix=str(wrong))
    if isinstance(found, str):
        return Finding(what=what, well=False, fix=f"OKIENKO_ENCODER: {settings.encoder} is {found}")
    if float(found[0] @ found[1]) > SAME:
        return Finding(what=what, well=False, fix="two different texts come out the same: choose another model")
    if took > settings.encoder_seconds:
        return Finding(
            what=f"the encoder took {took:.1f} s for two texts, which is longer than answers wait",
            well=False,
            fix="a faster one, or more than OKIENKO_ENCODER_SECONDS",
        )
    return Finding(what=f"the encoder {encoder.name} works: {found.shape[1]} dimensions, {took:.2f} s", well=True)


async def look_at_mail(settings: Settings) -> Finding:
    """Whether the mail server can be reached and takes our password; nothing is sent."""
    try:
        server = open_server(settings)
    except WrongSetting as wrong:
        return Finding(what="the mail server cannot be used", well=False, fix=str(wrong))
    if server is None:
        return Finding(what="no mail server, so no codes can be sent: OKIENKO_MAIL_URL is not set", well=True)
    trouble = await Smtp(server).look()
    if trouble is not None:
        return Finding(
            what=f"the mail server {server.host}: {trouble}",
            well=False,
            fix="check OKIENKO_MAIL_URL, its certificate and its password; letters wait meanwhile",
        )
    return Finding(what=f"the mail server {server.host} takes our letters", well=True)


def find_key_ids(settings: Settings) -> tuple[str, ...] | None:
    """The names of the operator's keys; None when there are none to be read, which others say."""
    try:
        kept = read_command(settings.keys_command) if settings.keys_command else read_folder(settings.keys)
    except (WrongKey, OSError):
        return None
    return tuple(name_key(key) for key in (kept.operator, *kept.former))


def compare_keys(there: Sequence[str] | None, named: Sequence[str]) -> Iterator[Finding]:
    """Whether the keys that are there are those that the database names."""
    strange = sorted(set(named) - set(there or ()))
    if strange:
        yield Finding(
            what=f"people's keys in the database are wrapped with another key ({', '.join(strange)})",
            well=False,
            fix="bring that key back from where you keep your keys; when it was retired, name its file "
            "operator-….former.key again and run `okienko keys rotate`",
        )
    elif named:
        yield Finding(what="the keys are those of the database", well=True)


def look_at_assets(static: Path) -> Iterator[Finding]:
    """Browser code of others, which a checkout does not contain."""
    missing = [name for name in BROWSER_CODE if not (static / name).is_file()]
    yield Finding(
        what=f"browser code is missing: {', '.join(missing)}" if missing else "browser code is there",
        well=not missing,
        fix="run bin/setup in the checkout, or install the wheel again" if missing else "",
    )


def look_at_database(settings: Settings) -> Iterator[Finding]:
    """The given PostgreSQL, or the embedded one, which is started for the moment when it does not run."""
    if settings.database_url is not None:
        advice = "check OKIENKO_DATABASE_URL and that PostgreSQL runs"
        yield from _look_behind(settings.database_url, advice, settings)
        return
    try:
        programs = binaries.wheel()
        account = accounts.choose(programs.program("postgres"))
    except (binaries.NoBinaries, accounts.NoAccount) as error:
        yield Finding(what="the embedded PostgreSQL cannot run here", well=False, fix=str(error))
        return
    how = {"same": "as this user", "namespace": "in a user namespace", "user": "as the user nobody"}
    yield Finding(what=f"PostgreSQL {programs.major} can run {how[account.split(':')[0]]}", well=True)
    if not (settings.data / "cluster").exists():
        yield Finding(what="no database yet; the first start makes it", well=True)
        return
    try:
        with EmbeddedPostgres.start(settings.data) as server:
            yield from _look_behind(server.urls.owner, f"see {settings.data / 'server.log'}", settings)
    except NoServer as error:
        yield Finding(what="the embedded PostgreSQL does not start", well=False, fix=str(error))


def _look_behind(url: str, advice: str, settings: Settings) -> Iterator[Finding]:
    try:
        health = read_health(url)
    except psycopg.OperationalError:  # its words may hold an address or a password
        yield Finding(what="PostgreSQL cannot be reached", well=False, fix=advice)
        return
    yield from judge(health)
    yield from compare_keys(find_key_ids(settings), health.key_ids)


def judge(health: Health) -> Iterator[Finding]:
    """What a database's answers mean."""
    well = health.major >= OLDEST_POSTGRES
    yield Finding(
        what=f"PostgreSQL {health.major} answers",
        well=well,
        fix="" if well else f"PostgreSQL {OLDEST_POSTGRES} or newer is needed",
    )
    if health.unknown:
        yield Finding(
            what=f"the database is newer than this program: {', '.join(health.unknown)}",
            well=False,
            fix="install the newer okienko",
        )
    elif health.missing:
        yield Finding(
            what=f"migrations have not run: {', '.join(health.missing)}",
            well=False,
            fix="start `okienko serve` once: it runs them",
        )
    else:
        yield Finding(what="all migrations have run", well=True)
        yield Finding(
            what="the app's role could read every brand"
            if health.powerful
            else "the app's role sees one brand at a time",
            well=not health.powerful,
            fix="with psql: alter role okienko_app nosuperuser nobypassrls" if health.powerful else "",
        )
        if health.unguarded:
            yield Finding(
                what=f"tables without forced row-level security: {', '.join(health.unguarded)}",
                well=False,
                fix="with psql: alter table okienko.<name> force row level security",
            )
        if health.unplaced:
            yield Finding(
                what=f"nobody has said where these brands are, so that the strictest rules of all places hold: "
                f"{', '.join(health.unplaced)}; `okienko policy set` says it",
                well=True,
            )


def look_at_port(host: str, port: int) -> Iterator[Finding]:
    """Whether `okienko serve` could listen, or does."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            if _is_okienko(host, port):
                yield Finding(what=f"okienko listens on port {port}", well=True)
            else:
                yield Finding(
                    what=f"port {port} on {host} cannot be used: {error.strerror}",
                    well=False,
                    fix="choose another: OKIENKO_PORT or --port",
                )
        else:
            yield Finding(what=f"port {port} on {host} is free", well=True)


def _is_okienko(host: str, port: int) -> bool:
    connection = HTTPConnection("127.0.0.1" if host in ("0.0.0.0", "::") else host, port, timeout=2)  # noqa: S104 — compared
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status in (200, 503)
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
