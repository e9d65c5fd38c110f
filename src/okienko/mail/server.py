"""The mail server: what settings say about it, and one message to it by SMTP (RFC 5321) over TLS that is verified."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from ipaddress import IPv4Address, IPv6Address
from typing import Final, Literal, Protocol, get_args
from urllib.parse import unquote, urlsplit

import aiosmtplib

from okienko.http import find_host, is_public
from okienko.settings import MAIL_PORTS, Settings, read_key
from okienko.values import Failed, Letter, Sent, Unsure

SECONDS: Final = 15.0  # that one answer of the server may take
ALTOGETHER: Final = 40.0  # that a message may take; less than a claim on it holds
UNREACHED: Final = "the mail server cannot be reached"
MAILBOX_TROUBLE: Final = range(500, 600)  # a permanent answer; of the server itself they are 530, 534, 535, 538

Encryption = Literal["smtps", "smtp+starttls", "smtp"]
_ENCRYPTIONS: Final[Mapping[str, Encryption]] = {name: name for name in get_args(Encryption)}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where letters go. `smtp` without encryption is for the same machine alone."""

    encryption: Encryption
    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    sender: str  # whose letters they are


def open_server(settings: Settings) -> MailServer | None:
    """The operator's mail server, if there is one. Raises `WrongSetting` when its password cannot be read.

    A user and a password are percent-encoded in the address where they hold characters that mean something there.
    """
    if settings.mail_url is None:
        return None
    parts = urlsplit(settings.mail_url)
    written = None if parts.password is None else unquote(parts.password)
    return MailServer(
        encryption=_ENCRYPTIONS[parts.scheme],
        host=parts.hostname or "",
        port=parts.port or MAIL_PORTS[parts.scheme],
        user=None if parts.username is None else unquote(parts.username),
        password=read_key("mail", written, settings.mail_password_file, word="password"),
        sender=settings.mail_from,
    )


class Post(Protocol):
    """What takes a message to where it goes."""

    sender: str

    async def send(self, message: EmailMessage) -> Sent | Failed | Unsure:
        """One message. Never raises for what a server or a network does."""
        ...


class Smtp:
    """A mail server as a post. Each message has a connection of its own: letters are few."""

    def __init__(self, server: MailServer, *, seconds: float = SECONDS, tls: ssl.SSLContext | None = None) -> None:
        self.sender = server.sender
        self._server = server
        self._seconds = seconds
        self._tls = tls or ssl.create_default_context()

    async def send(self, message: EmailMessage) -> Sent | Failed | Unsure:
        """Whether the server has taken it. What the server says is repeated nowhere: it may quote the address."""
        return await self._talk(lambda client: client.send_message(message))

    async def carry(self, letter: Letter, address: IPv4Address | IPv6Address | None = None) -> Sent | Failed | Unsure:
        """The same for a letter that is written to the last byte. `address`: where the server was found, if anybody
        looked: its name is not looked up again.
        """
        outcome = await self._talk(lambda client: client.sendmail(letter.sender, [letter.to], letter.content), address)
        return Sent(receipt=letter.message_id) if isinstance(outcome, Sent) else outcome

    async def _talk(
        self, give: Callable[[aiosmtplib.SMTP], Awaitable[object]], address: IPv4Address | IPv6Address | None = None
    ) -> Sent | Failed | Unsure:
        client: aiosmtplib.SMTP | None = None
        talking = False
        try:
            async with asyncio.timeout(ALTOGETHER):
                client = self._client(None if address is None else await self._connect(address))
                await client.connect()
                talking = True
                await give(client)
        except aiosmtplib.SMTPAuthenticationError:
            return Failed(reason="the mail server refuses our password", permanent=False, trouble="sign_in")
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _refused(min((refusal.code for refusal in error.recipients), default=450))
        except aiosmtplib.SMTPResponseException as error:
            return _refused(error.code)
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError, TimeoutError):
            if talking:
                return Unsure(reason="the mail server broke off")
            return Failed(reason=UNREACHED, permanent=False)
        except ValueError:  # of addresses that cannot be written in this server's letters
            return Failed(reason="the address cannot be written to", permanent=True)
        finally:
            if client is not None:
                client.close()
        return Sent(receipt="")

    async def _connect(self, address: IPv4Address | IPv6Address) -> socket.socket:
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        opened = socket.socket(family, socket.SOCK_STREAM)
        opened.setblocking(False)
        try:
            async with asyncio.timeout(self._seconds):
                await asyncio.get_running_loop().sock_connect(opened, (str(address), self._server.port))
        except BaseException:
            opened.close()
            raise
        return opened

    def _client(self, connected: socket.socket | None = None) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port if connected is None else None,
            sock=connected,
            username=server.user,
            password=server.password,
            local_hostname=server.sender.rpartition("@")[2],
            timeout=self._seconds,
            use_tls=server.encryption == "smtps",
            start_tls=server.encryption == "smtp+starttls",
            tls_context=None if server.encryption == "smtp" else self._tls,
        )

    async def look(self, address: IPv4Address | IPv6Address | None = None) -> str | None:
        """Whether the server can be reached and takes our password; None, or what is wrong. For the doctor, and for
        whoever connects a mailbox: then `address` is where the server was found.
        """
        client: aiosmtplib.SMTP | None = None
        try:
            client = self._client(None if address is None else await self._connect(address))
            await client.connect()
        except aiosmtplib.SMTPAuthenticationError:
            return "it refuses the user or the password"
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError, TimeoutError) as error:
            return f"it cannot be reached ({type(error).__name__})"
        finally:
            if client is not None:
                client.close()
        return None


class Carries(Protocol):
    """What takes a channel's letters to the servers that they name. A test hands in a value that remembers them."""

    async def carry(self, letter: Letter) -> Sent | Failed | Unsure:
        """One letter. Never raises for what a server or a network does."""
        ...


class Carrier:
    """The real one. Which server, a brand has said: it is on the internet, or the operator has named it a neighbour."""

    def __init__(
        self,
        *,
        neighbours: Collection[str] = (),
        tls: ssl.SSLContext | None = None,
        may_reach: Callable[[IPv4Address | IPv6Address], bool] = is_public,
    ) -> None:
        self._neighbours = frozenset(neighbours)
        self._tls = tls
        self._may_reach = may_reach

    async def carry(self, letter: Letter) -> Sent | Failed | Unsure:
        """Whether the server has taken it; its receipt is the letter's own id."""
        address = None
        if f"{letter.host}:{letter.port}" not in self._neighbours:
            found = await find_host(letter.host, letter.port, self._may_reach)
            if isinstance(found, Failed):
                return found
            address = found
        server = MailServer(
            encryption=letter.encryption,
            host=letter.host,
            port=letter.port,
            user=letter.user,
            password=letter.password,
            sender=letter.sender or letter.message_id.strip("<>"),
        )
        return await Smtp(server, tls=self._tls).carry(letter, address)


def _refused(code: int) -> Failed:
    """5yz is for good, but what the server thinks of us may be mended in time (RFC 4954: 530, 534, 535, 538)."""
    ours = code in {530, 534, 535, 538}
    return Failed(
        reason=f"the mail server answered {code}",
        permanent=code in MAILBOX_TROUBLE and not ours,
        trouble="sign_in" if ours else None,
    )
