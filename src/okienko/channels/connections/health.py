"""How a connection fares, in words, and what is wrong with the address that vendors call. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Final, Literal
from urllib.parse import urlsplit

from okienko.channels.connect import Connect, Finding
from okienko.values import Failed, Unsure
from okienko.web.i18n import mark

QUIET: Final = timedelta(hours=24)  # without a message: worth a word, for vendors forget a subscription in silence
MANY: Final = 3  # failures in a row that are no accident any more

Look = Literal["done", "clock", "harm", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a connection, from its tables."""

    active: bool
    missing: bool  # a value that is needed was not given yet
    trouble: Literal["sign_in", "paused", "down"] | None = None
    paused: bool = False  # until somebody does something
    paused_until: datetime | None = None
    failures: int = 0
    in_at: datetime | None = None
    out_at: datetime | None = None
    polled_at: datetime | None = None
    greeted_at: datetime | None = None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A word, a sentence, and what the sentence needs."""

    word: str
    look: Look
    text: str
    at: datetime | None = None  # the moment in the sentence, as `%(when)s`
    count: int = 0  # the number in the sentence, as `%(n)s`, where `many` is its plural
    many: str = ""  # marked by the singular


def tell(facts: Facts, connect: Connect | None, now: datetime) -> Health:
    """The first thing that matters."""
    if not facts.active:
        return Health(word=mark("switched off"), look="", text=mark("Nothing is taken in and nothing is sent."))
    if facts.missing:
        return Health(
            word=mark("not finished"), look="clock", text=mark("Something is missing before it can work: see below.")
        )
    if facts.trouble == "sign_in":
        return Health(
            word=mark("sign in again"),
            look="harm",
            text=mark("The vendor refuses what it was connected with. Messages wait until it is put right."),
        )
    if facts.paused:
        return Health(
            word=mark("paused"), look="clock", text=mark("Messages are taken in; nothing is sent until it is resumed.")
        )
    if facts.paused_until is not None and facts.paused_until > now:
        return Health(
            word=mark("paused"),
            look="clock",
            text=mark("Nothing is sent until %(when)s; then it goes on by itself."),
            at=facts.paused_until,
        )
    if facts.trouble == "down" or facts.failures >= MANY:
        return Health(
            word=mark("does not send"),
            look="harm",
            text=mark("The last attempt to send failed."),
            many="The last %(n)s attempts to send failed.",
            count=max(1, facts.failures),
        )
    if connect is not None and connect.greeted and facts.greeted_at is None and facts.in_at is None:
        return Health(
            word=mark("not verified yet"),
            look="clock",
            text=mark("The vendor has not asked for the verify token yet: paste the address and the token there."),
        )
    return _tell_silence(facts, connect, now)


def _tell_silence(facts: Facts, connect: Connect | None, now: datetime) -> Health:
    polled = connect is not None and not connect.called
    if facts.in_at is None and not (polled and facts.polled_at is not None):
        return Health(word=mark("silent"), look="clock", text=mark("Nothing has arrived by it yet."))
    if facts.in_at is not None and now - facts.in_at >= QUIET and not polled:
        return Health(
            word=mark("quiet"),
            look="clock",
            text=mark("No message for %(n)s hour. If that is unusual, check below."),
            many="No message for %(n)s hours. If that is unusual, check below.",
            count=int((now - facts.in_at).total_seconds() // 3600),
        )
    return Health(word=mark("works"), look="done", text=mark("It works."))


_HOUSE: Final[Collection[str]] = ("localhost", "local", "internal", "lan", "home.arpa")


def check_address(public_url: str | None) -> Finding:
    """Whether vendors can call our address, as far as its looks say."""
    if not public_url:
        return Finding(
            state="bad",
            text=mark("The operator has not said yet how okienko is reached from outside (OKIENKO_PUBLIC_URL)."),
        )
    parts = urlsplit(public_url)
    host = (parts.hostname or "").rstrip(".").lower()
    try:
        private = not ip_address(host).is_global
    except ValueError:
        private = "." not in host or any(host == name or host.endswith("." + name) for name in _HOUSE)
    if private:
        return Finding(
            state="bad",
            text=mark("%(host)s is not on the internet: vendors cannot call it. The operator sets OKIENKO_PUBLIC_URL."),
            values={"host": host},
        )
    if parts.scheme != "https":
        return Finding(
            state="bad",
            text=mark("The address is not https: vendors call no other. The operator sets OKIENKO_PUBLIC_URL."),
        )
    return Finding(state="good", text=mark("The address is https and looks public."))


def read_reach(answered: int | Failed | Unsure) -> Finding:
    """What came of calling our own address by way of the internet."""
    if answered == 200:
        return Finding(state="good", text=mark("The address answers on the internet."))
    if isinstance(answered, int):
        return Finding(
            state="bad",
            text=mark("At the address something else answers (%(code)s)."),
            values={"code": str(answered)},
        )
    if isinstance(answered, Failed) and answered.permanent:
        return Finding(state="bad", text=mark("The address leads into a private network: vendors cannot call it."))
    return Finding(
        state="doubtful",
        text=mark("From here the address was not reached. Vendors may still reach it; ask the operator."),
    )
