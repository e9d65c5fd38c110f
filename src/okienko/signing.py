"""Whether a mailbox and a mail server let us in, asked on demand: nothing is read and nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import final

from okienko.collect import Opener, Thread, read_place
from okienko.http import find_host, is_public
from okienko.mail.inbox import InboxAway, SignInRefused
from okienko.mail.server import MailServer, Smtp
from okienko.values import Connection, Failed, Letter
from okienko.web.services import Entry


@final
@dataclass(slots=True, kw_only=True)
class Door:
    """Tries the doors of mail servers. They are on the internet, or the operator has named them neighbours."""

    neighbours: Collection[str] = ()
    may_reach: Callable[[IPv4Address | IPv6Address], bool] = is_public
    opener: Opener = field(init=False)

    def __post_init__(self) -> None:
        self.opener = Opener(neighbours=self.neighbours, may_reach=self.may_reach)

    async def try_inbox(self, connection: Connection) -> Entry:
        """Signs in to a connection's mailbox, and leaves."""
        thread = Thread()
        try:
            (await self.opener(read_place(connection), thread)).close()
        except SignInRefused:
            return "refused"
        except InboxAway:
            return "away"
        finally:
            thread.end()
        return "open"

    async def try_server(self, letter: Letter) -> Entry:
        """Signs in to the server that would take a letter, and leaves."""
        address = None
        if f"{letter.host}:{letter.port}" not in self.neighbours:
            found = await find_host(letter.host, letter.port, self.may_reach)
            if isinstance(found, Failed):
                return "private" if found.permanent else "away"
            address = found
        server = MailServer(
            encryption=letter.encryption,
            host=letter.host,
            port=letter.port,
            user=letter.user,
            password=letter.password,
            sender=letter.sender,
        )
        wrong = await Smtp(server).look(address)
        return "open" if wrong is None else "refused" if "refuses" in wrong else "away"
