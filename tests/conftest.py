"""What every test may ask for.

    cluster        one embedded PostgreSQL for the whole run, shared by xdist's workers; not durable, so it is quick
    urls           a migrated database that belongs to this worker: for road tests, which commit and clean up
    database_urls  a migrated, empty database for one test alone; costs about 30 ms
    browser        a Chromium, started once a module; its windows are closed after each test
    axe            the source of axe-core, which finds what a screen reader would stumble over

`urls` and `database_urls` are `okienko.database.urls.Urls`: `.owner` for migrations, `.app` for everything else.
Asynchronous tests carry `@pytest.mark.anyio`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from fcntl import LOCK_EX, LOCK_SH, LOCK_UN, flock
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from okienko.database import binaries
from okienko.database.binaries import Binaries
from okienko.database.embedded import EmbeddedPostgres
from okienko.database.migrate import migrate
from okienko.database.urls import Urls

if TYPE_CHECKING:  # most tests do without
    from playwright.async_api import Browser

ROOT = Path(__file__).resolve().parent.parent
DEBIAN = Path("/usr/lib/postgresql/15")

MAIL_SERVERS = os.geteuid() == 0 and all(  # Postfix starts only for root
    Path(program).exists() for program in ("/usr/sbin/dovecot", "/usr/lib/dovecot/lmtp", "/usr/sbin/postfix")
)
PRESIDIO = find_spec("presidio_analyzer") is not None  # never in .venv: it brings spaCy and another phonenumbers

collect_ignore = [
    *([] if DEBIAN.exists() else ["database/test_debian.py"]),
    *([] if MAIL_SERVERS else ["road/test_email.py"]),
    *([] if PRESIDIO else ["masking/test_presidio.py"]),
]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says aloud what the run did without."""
    if not DEBIAN.exists():
        terminalreporter.write_line(f"left out: tests on PostgreSQL 15, for there is no {DEBIAN}")
    if not MAIL_SERVERS:
        terminalreporter.write_line(
            "left out: letters through Dovecot and Postfix; as root: apt install dovecot-imapd dovecot-lmtpd postfix"
        )
    if not PRESIDIO:
        terminalreporter.write_line("left out: tests in Presidio, which is not installed (docs/presidio.md)")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With CI=true a skipped test is a failure."""
    terminal: pytest.TerminalReporter | None = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and terminal is not None and terminal.stats.get("skipped"):
        terminal.write_line("\ntests were skipped, and with CI=true nothing may be", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server with a migrated database that others are copied from."""

    server: EmbeddedPostgres

    @contextmanager
    def database(self, name: str) -> Generator[Urls]:
        """A fresh copy of the migrated database, dropped afterwards whoever is still connected."""
        with psycopg.connect(self.server.superuser, autocommit=True) as connection:
            connection.execute(
                sql.SQL("create database {} template okienko owner okienko_owner").format(sql.Identifier(name))
            )
            yield Urls(owner=_elsewhere(self.server.urls.owner, name), app=_elsewhere(self.server.urls.app, name))
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@contextmanager
def run_cluster(folder: Path, programs: Binaries | None = None) -> Generator[Cluster]:
    """A cluster in `folder`, shared by the processes that ask for the same folder; the last to leave removes it."""
    folder.mkdir(exist_ok=True)
    with (folder.with_name(folder.name + ".users")).open("w") as users:
        flock(users, LOCK_SH)  # held while we use it
        with EmbeddedPostgres.start(folder, durable=False, programs=programs) as server:
            with (folder / "migrating").open("w") as one_at_a_time:
                flock(one_at_a_time, LOCK_EX)
                migrate(server.urls.owner, now=datetime.now(UTC))
            yield Cluster(server)
            flock(users, LOCK_UN)
            if not server.joined:
                flock(users, LOCK_EX)  # the others have left
        if not server.joined:
            shutil.rmtree(folder)


def _elsewhere(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def cluster(run_folder: Path) -> Iterator[Cluster]:
    """The embedded PostgreSQL 18."""
    with run_cluster(run_folder / "postgres") as cluster:
        yield cluster


@pytest.fixture(scope="session")
def debian_cluster(run_folder: Path) -> Iterator[Cluster]:
    """Debian's PostgreSQL 15 under the same supervisor. Only for test modules that are left out where it is missing."""
    with run_cluster(run_folder / "postgres15", binaries.installed(DEBIAN)) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def urls(cluster: Cluster) -> Iterator[Urls]:
    """This worker's own migrated database."""
    with cluster.database("test_" + os.environ.get("PYTEST_XDIST_WORKER", "alone")) as urls:
        yield urls


@pytest.fixture
def database_urls(cluster: Cluster) -> Iterator[Urls]:
    """A migrated database for one test alone."""
    with cluster.database(f"test_{uuid4().hex}") as urls:
        yield urls


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def browser_path() -> str:
    """What `bin/test` found or installed, else what is on the PATH."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    assert found, "there is no browser: run bin/test, which gets one"
    return found


@pytest.fixture(scope="module")
async def chromium(browser_path: str) -> AsyncIterator[Browser]:
    """Starting one takes seconds where two run at once: tests take `browser`."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=browser_path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-proxy-server"],
        )
        yield started
        await started.close()


@pytest.fixture
async def browser(chromium: Browser) -> AsyncIterator[Browser]:
    """A browser without cookies or windows; a test makes a context of its own, which is closed after it."""
    yield chromium
    for context in chromium.contexts:
        await context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """JavaScript that defines `axe`; `bin/setup` brings it."""
    return (ROOT / ".build/assets/node_modules/axe-core/axe.min.js").read_text("utf-8")
