"""A mailbox by IMAP (RFC 9051, RFC 2177): what is new in it, letter by letter. It is looked at and never changed.

Everything here blocks and belongs into a thread. What a server says is repeated nowhere: it may quote a letter.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from typing import Final, Literal, Protocol

from imap_tools import BaseMailBox

SECONDS: Final = 30.0  # that one answer of the server may take
PORTS: Final[Mapping[str, int]] = {"imaps": 993, "imap+starttls": 143, "imap": 143}
_PASSING: Final = (
    b"[UNAVAILABLE]",
    b"[INUSE]",
    b"[LIMIT]",
    b"[SERVERBUG]",
)  # RFC 5530: our password is not what is wrong
_UID: Final = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d{1,12})\b")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


_Answer = bytes | tuple[bytes, bytes] | None


class SignInRefused(Exception):
    """The server takes neither our password nor our token."""


class InboxAway(Exception):
    """The server cannot be reached, or broke off. Says in our words what was under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a mailbox is, and who we are there. `imap` without encryption is for the same machine alone."""

    host: str
    port: int
    encryption: Literal["imaps", "imap+starttls", "imap"]
    user: str = field(repr=False)
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)  # of OAuth 2: then there is no password


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A letter that lies in a mailbox."""

    uid: int
    size: int  # bytes
    at: datetime  # when the server took it


class Inbox(Protocol):
    """A mailbox that has let us in. Every call may raise `InboxAway`."""

    validity: int  # of the numbers of letters: with another one, all numbers are others
    following: int  # the number that the next letter will have, as of the beginning
    waits: bool  # it says by itself when something comes

    def list_since(self, uid: int, since: datetime) -> Sequence[Listed]:
        """The letters with a number above `uid` that came at that time or later, by number."""
        ...

    def read(self, uid: int) -> bytes | None:
        """A letter, without marking it as read; None: it is there no more."""
        ...

    def wait(self, seconds: float) -> bool:
        """Whether something has happened within that time."""
        ...

    def close(self) -> None:
        """Leaves; also from another thread, where one waits."""
        ...


class ImapInbox:
    """The real one. `address`: where the host was found; its name is not looked up again."""

    def __init__(
        self,
        place: Place,
        address: IPv4Address | IPv6Address | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        """Signs in and looks at the inbox. Raises `SignInRefused` and `InboxAway`."""
        self._idling = False
        tls = tls or ssl.create_default_context()
        where = place.host if address is None else str(address)
        try:
            self._box = _Box(_connect(place, where, tls, seconds))
            self._client = self._box.client
            if place.encryption == "imap+starttls":
                self._client.starttls(tls)
        except (OSError, imaplib.IMAP4.error) as error:
            raise InboxAway(f"the mailbox cannot be reached ({type(error).__name__})") from None
        try:
            self._sign_in(place)
            self.validity, self.following = self._examine()
            self.waits = "IDLE" in self._client.capabilities
        except BaseException:
            self.close()
            raise

    def _sign_in(self, place: Place) -> None:
        client, token = self._client, place.token
        secret = f"\0{place.user}\0{place.password or ''}"
        if token is not None:
            secret = f"user={place.user}\1auth=Bearer {token}\1\1"
        try:
            if token is None and "AUTH=PLAIN" not in client.capabilities:
                client.login(place.user, place.password or "")
            else:
                # What comes after the first answer is an explanation of the server's, which is answered with nothing.
                answers = iter([secret.encode()])
                client.authenticate("PLAIN" if token is None else "XOAUTH2", lambda _: next(answers, b""))
            _, said = client.capability()
            known = b" ".join(one for one in said if isinstance(one, bytes))
            client.capabilities = tuple(known.decode("ascii", "replace").upper().split())
        except imaplib.IMAP4.abort:
            raise InboxAway("the mailbox broke off") from None
        except imaplib.IMAP4.error as error:
            said = str(error).encode("ascii", "replace").upper()
            if any(word in said for word in _PASSING):
                raise InboxAway("the mailbox does not let anybody in now") from None
            raise SignInRefused from None
        except (OSError, UnicodeError):
            raise InboxAway("the mailbox broke off") from None

    def _examine(self) -> tuple[int, int]:
        state, _ = self._call("select", "INBOX", readonly=True)
        numbers: list[int] = []
        for name in ("UIDVALIDITY", "UIDNEXT"):
            _, (said, *_) = self._client.response(name)
            if state != "OK" or not isinstance(said, bytes) or not said.isdigit():
                raise InboxAway("the mailbox has no numbers")
            numbers.append(int(said))
        return numbers[0], numbers[1]

    def list_since(self, uid: int, since: datetime) -> Sequence[Listed]:
        """See `Inbox`. A server counts days by its own clock, so one more is asked for."""
        day = (since - timedelta(days=1)).astimezone(UTC)
        written = f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"
        state, found = self._call("uid", "SEARCH", f"UID {uid + 1}:*", "SINCE", written)
        said = found[0] if found and isinstance(found[0], bytes) else b""
        if state != "OK":
            raise InboxAway("the mailbox does not search")
        uids = sorted(
            number for number in map(int, said.split()) if number > uid
        )  # `*` is the last one, whatever it is
        listed: list[Listed] = []
        for start in range(0, len(uids), 200):
            asked = ",".join(map(str, uids[start : start + 200]))
            _, answers = self._call("uid", "FETCH", asked, "(UID RFC822.SIZE INTERNALDATE)")
            listed += [one for answer in answers if (one := _read_listed(answer)) is not None]
        return sorted((one for one in listed if one.at >= since), key=lambda one: one.uid)

    def read(self, uid: int) -> bytes | None:
        """See `Inbox`."""
        _, answers = self._call("uid", "FETCH", str(uid), "(BODY.PEEK[])")
        return next((answer[1] for answer in answers if isinstance(answer, tuple)), None)

    def wait(self, seconds: float) -> bool:
        """See `Inbox`. Goes on waiting when it is called again: the server is asked anew by `rest`."""
        began = time.monotonic()
        try:
            said: list[bytes] = []
            if not self._idling:
                self._box.idle.start()
                self._idling = True
                said = self._read_waiting()
            said = said or self._box.idle.poll(timeout=seconds)
            # A connection that has ended says nothing, at once.
            ended = not said and time.monotonic() - began < seconds / 2
            if ended or any(word in line.upper() for line in said for word in (b"EXISTS", b"RECENT", b"BYE")):
                self.rest()
                return True
        except (OSError, imaplib.IMAP4.error):
            raise InboxAway("the mailbox broke off") from None
        return False

    def _read_waiting(self) -> list[bytes]:
        """What has come together with the server's leave to wait: nobody would wake us for that."""
        opened, said = self._client.sock, list[bytes]()
        before = opened.gettimeout()
        opened.settimeout(0)
        try:
            while True:
                said.append(self._client._get_line())
        except (OSError, imaplib.IMAP4.abort):
            return said
        finally:
            opened.settimeout(before)

    def rest(self) -> None:
        """Ends the waiting."""
        if self._idling:
            self._idling = False
            try:
                self._box.idle.stop()
            except (OSError, imaplib.IMAP4.error):
                raise InboxAway("the mailbox broke off") from None

    def close(self) -> None:
        """See `Inbox`. The connection ends under whoever waits on it; nothing is lost by it."""
        with suppress(OSError):
            self._client.sock.shutdown(socket.SHUT_RDWR)
        with suppress(OSError, imaplib.IMAP4.error):
            self._client.shutdown()

    def _call(
        self, name: str, *arguments: object, **named: object
    ) -> tuple[str, list[bytes | tuple[bytes, bytes] | None]]:
        self.rest()
        try:
            return getattr(self._client, name)(*arguments, **named)
        except (OSError, imaplib.IMAP4.error) as error:
            raise InboxAway(f"the mailbox broke off ({type(error).__name__})") from None


class _Box(BaseMailBox):
    """What `imap_tools` needs to wait on a connection of ours."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self._opened = client
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._opened


def _connect(place: Place, where: str, tls: ssl.SSLContext, seconds: float) -> imaplib.IMAP4:
    class Plain(imaplib.IMAP4):
        def _create_socket(self, timeout: float | None) -> socket.socket:
            return socket.create_connection((where, place.port), timeout)

    class Encrypted(imaplib.IMAP4_SSL):
        def _create_socket(self, timeout: float | None) -> socket.socket:
            return tls.wrap_socket(socket.create_connection((where, place.port), timeout), server_hostname=place.host)

    if place.encryption == "imaps":
        return Encrypted(place.host, place.port, ssl_context=tls, timeout=seconds)
    return Plain(place.host, place.port, timeout=seconds)


def _read_listed(answer: _Answer) -> Listed | None:
    line = b"" if answer is None else answer if isinstance(answer, bytes) else answer[0]
    uid, size, at = _UID.search(line), _SIZE.search(line), imaplib.Internaldate2tuple(line)
    if uid is None or size is None or at is None:
        return None
    return Listed(uid=int(uid[1]), size=int(size[1]), at=datetime.fromtimestamp(time.mktime(at), UTC))
