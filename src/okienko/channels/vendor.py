"""What a vendor's channel says about itself, besides what every channel does (`okienko.values.Adapter`). Pure.

A channel takes from here what it has: only WhatsApp, Messenger and Instagram are greeted, only reviews are polled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol, runtime_checkable
from uuid import UUID

from okienko.channels.event import Event, Reading, Trouble
from okienko.values import Adapter, Author, Connection, Failed, Hook, HttpCall, Inbound, Outgoing, Reach, Unsure


@runtime_checkable
class Reads(Adapter, Protocol):
    """A channel whose vendor reports all kinds of things, several in a body."""

    account: str  # the name in `Connection.given` under which the vendor's id of our account stands
    quiet: timedelta  # without another message before the bot answers: several in a row are answered once

    def read(self, hook: Hook, connection: Connection) -> Reading:
        """The events of a verified body. Raises `Unreadable` with its shape, or `Malformed` for what is refused."""
        ...

    def inbound(self, event: Event, connection: Connection) -> Inbound | None:
        """The message that a customer's event is; None when it is none to be stored as one."""
        ...


@runtime_checkable
class Greets(Protocol):
    """A vendor that asks, before anything else, whether the address is ours."""

    def greet(self, hook: Hook, connection: Connection) -> str | None:
        """What to answer to a GET, as plain text; None: it is refused."""
        ...


@runtime_checkable
class Answers(Protocol):
    """A vendor that wants more than a 200."""

    def answer(self, status: int) -> tuple[int, str, bytes]:
        """Status, content type and body, for what became of a delivery (200 stored, 503 not stored …)."""
        ...


@runtime_checkable
class NeedsCertificate(Protocol):
    """A vendor that signs with a certificate and says where it lies: the road puts it into the `Hook`."""

    def certificate_at(self, hook: Hook, connection: Connection) -> str | None:
        """Where it lies, if that is a place of the vendor's own; None: there is nothing to fetch."""
        ...

    def confirm_at(self, hook: Hook, connection: Connection) -> str | None:
        """What is called, once and with GET, to confirm a subscription that a verified hook announces."""
        ...


@runtime_checkable
class SignsOnce(Protocol):
    """A vendor whose signature does not cover what it comes with: it holds for one content only."""

    def once(self, hook: Hook, connection: Connection) -> tuple[str, str] | None:
        """The vendor's word that may be used once, and it together with the content: sent again, both are the same."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How long after a customer's last action one may write: everybody, and a person at the desk. None: for ever."""

    free: timedelta | None = None
    human: timedelta | None = None  # beyond the free one, with the vendor's tag for what a person has written


Verdict = Literal["free", "late", "over"]


def may_send(window: Window, *, author: Author, acted_at: datetime | None, now: datetime) -> Verdict:
    """Whether a message may go now: `free`, `late` (a person's, with the vendor's tag), or `over`.

    A window is over when its last second has passed: 24 h after the action itself one may still write.
    """
    if window.free is None:
        return "free"
    if acted_at is None:
        return "over"
    since = now - acted_at
    if since <= window.free:
        return "free"
    if author is Author.AGENT and window.human is not None and since <= window.human:
        return "late"
    return "over"


def find_reach(window: Window, *, acted_at: datetime | None, now: datetime) -> Reach:
    """The same for a person at the desk, and until when that holds."""
    verdict = may_send(window, author=Author.AGENT, acted_at=acted_at, now=now)
    if window.free is None or acted_at is None:
        return Reach(verdict=verdict)
    end = window.free if verdict == "free" or window.human is None else window.human
    return Reach(verdict=verdict, until=acted_at + end)


@runtime_checkable
class Limits(Protocol):
    """A vendor that has rules on when and how fast one writes."""

    window: Window
    rate: float  # messages a second and connection
    pace: timedelta  # between two messages of one conversation
    patience: timedelta  # after which a message that could not be delivered is given up


@runtime_checkable
class Bursts(Protocol):
    """A vendor that lets a few messages of one conversation follow each other at once, after some rest."""

    burst: int


@runtime_checkable
class SignsIn(Protocol):
    """A vendor whose calls bear a token that is asked for from time to time."""

    def token_call(self, connection: Connection, now: datetime) -> HttpCall:
        """The call that asks for one."""
        ...

    def read_token(self, status: int, body: bytes) -> tuple[str, float] | None:
        """The token, and for how many seconds it is good; None: refused. It is put among `given` as `access_token`."""
        ...


@runtime_checkable
class Renews(Protocol):
    """A vendor whose token ends after a while, and that gives a new one for one that is still good."""

    renewed_after: timedelta
    lasts: timedelta

    def renewal(self, connection: Connection) -> HttpCall | None:
        """The call that asks for a new one; None: this connection's does not end."""
        ...

    def read_renewed(self, status: int, body: bytes) -> str | None:
        """The new token; None: there is none. It takes the place of `token` among `given`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """An address that does not take what we send, or whose owner complains."""

    address: str = field(repr=False)
    lasting: bool  # nothing is sent there any more; else nothing for a while
    why: Literal["bounce", "full", "policy", "complaint"]


@runtime_checkable
class Suppresses(Protocol):
    """A channel that writes to addresses, some of which no longer want or take it."""

    def undelivered(self, event: Event, connection: Connection) -> Undelivered | None:
        """What a report says about an address; None: nothing, or nothing that is sure."""
        ...

    def continues(self, event: Event, connection: Connection) -> UUID | None:
        """The conversation that a report is about, if it proves to know a message of ours."""
        ...

    def address(self, outgoing: Outgoing) -> str:
        """Whom a message would go to; empty: the envelope does not say."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a poll has found: events, and where the next call begins; None: that was the last."""

    reading: Reading
    following: str | None = None


@runtime_checkable
class Polled(Protocol):
    """A vendor that reports nothing by itself and has to be asked."""

    every: timedelta
    newest_first: bool  # a page without anything new ends the asking, but for once a night; else all are read each time

    def poll(self, connection: Connection, following: str | None, now: datetime) -> HttpCall:
        """The call that reads a page: the first one, or the one that the page before named."""
        ...

    def read_page(self, status: int, body: bytes, connection: Connection) -> Page:
        """What a page holds. Raises `Unreadable`."""
        ...


@runtime_checkable
class Bounded(Protocol):
    """A vendor that takes one answer of so many characters: a longer one is refused at the desk, and never split."""

    longest: int


@runtime_checkable
class Signals(Protocol):
    """A vendor that shows customers that their message was seen, and that somebody writes."""

    def signals(self, outgoing: Outgoing, connection: Connection) -> Sequence[HttpCall]:
        """The calls that do, in their order; lost ones are not repeated."""
        ...


@runtime_checkable
class Fetches(Protocol):
    """A vendor that keeps customers' files for a while (`Inbound.fetch`)."""

    hosts: tuple[str, ...]  # where files may lie: names of hosts, `*.` before one stands for any below it

    def file_call(self, place: str, connection: Connection) -> HttpCall:
        """The call that reads a file, or says where it lies; it bears a token for the vendor's own hosts alone."""
        ...

    def file_place(self, place: str, body: bytes) -> str | None:
        """Where a file lies, as the answer to the call for `place` says; None: the answer is the file itself."""
        ...


@runtime_checkable
class Explains(Protocol):
    """A vendor that takes a message and reports later that it failed: an event of the kind `failed`."""

    def explain(self, trouble: Trouble) -> Failed | Unsure:
        """What that means, in the same words as an answer to a call."""
        ...
