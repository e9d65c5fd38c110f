"""What pages are given. Built once in `app.py`."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from okienko.brands.directory import Directory
from okienko.database.pool import Database
from okienko.http import Sources
from okienko.keys import Keys
from okienko.settings import Settings
from okienko.values import Clock
from okienko.web.live import Live


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The outside world of a request: a test builds it from its own database, keys and clock."""

    settings: Settings
    database: Database
    directory: Directory
    keys: Keys
    clock: Clock
    live: Live
    sources: Sources | None = None  # reaches the addresses that scenarios look things up at
    can_mail: bool = False  # letters go out, or in the demo into its mailbox: codes can be sent


def services(request: HTTPConnection) -> Services:
    """The services of this application."""
    return request.app.state.services
