"""From settings to what a process works with: a clock, a database, keys. `start.py` makes a running process of them."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime

from okienko.database.embedded import EmbeddedPostgres
from okienko.database.migrate import migrate
from okienko.database.urls import Urls
from okienko.keys import Keys
from okienko.settings import Settings


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
