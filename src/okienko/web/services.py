"""What pages are given. Built once in `app.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from starlette.requests import HTTPConnection

from okienko.brands.directory import Directory
from okienko.database.pool import Database
from okienko.http import Http, Sources
from okienko.keys import Keys
from okienko.settings import Settings
from okienko.values import Brand, Clock, Connection, Failed, Language, Letter, Reach, Sent, Unsure
from okienko.web.live import Live

ReadNotices = Callable[[Brand, Language, str | None], Awaitable[Sequence[str]]]
"""What is said to a reader of whom the language is known, and in a window the channel."""

FindReach = Callable[[str, datetime | None, datetime], Reach]
"""Whether a person may write by a channel, for whose customer did something last at a moment; and the moment now."""


Entry = Literal["open", "refused", "away", "private"]
"""What became of signing in: it worked, we are refused, nobody answers, the way leads into a private network."""


class Doors(Protocol):
    """Signs in to mailboxes and mail servers, to see whether they let us in. A test hands in a value that knows."""

    async def try_inbox(self, connection: Connection) -> Entry:
        """To a connection's mailbox."""
        ...

    async def try_server(self, letter: Letter) -> Entry:
        """To the server that would take a letter."""
        ...


Carry = Callable[[Letter], Awaitable[Sent | Failed | Unsure]]
"""Takes a letter to the server that it names."""


def _always(_: str, __: datetime | None, ___: datetime) -> Reach:
    return Reach()


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
    notices: ReadNotices | None = None  # what is said about incidents on public pages; None: nothing
    http: Http | None = None  # asks vendors what connecting a channel takes
    doors: Doors | None = None  # the same of mail servers
    carry: Carry | None = None  # a letter of trial
    reach: FindReach = _always  # the rooms of channels know
    can_mail: bool = False  # letters go out, or in the demo into its mailbox: codes can be sent


async def read_notices(request: HTTPConnection, brand: Brand, language: Language, channel: str | None) -> Sequence[str]:
    """What is said about incidents to the reader of a public page."""
    read = services(request).notices
    return () if read is None else await read(brand, language, channel)


def services(request: HTTPConnection) -> Services:
    """The services of this application."""
    return request.app.state.services
