"""What vendors report, in one form for all of them: a message, and all that happens to messages and threads. Pure.

Free text is `RawText` until it is masked. Ids of vendors are personal data, too, and are not printed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal, cast

from okienko.values import RawText

EventKind = Literal[
    "message",
    "message_edited",
    "message_deleted",
    "reaction",
    "postback",
    "quick_reply",
    "read",
    "delivered",
    "sent",
    "failed",
    "typing",
    "referral",
    "optin",
    "handover",
    "standby_message",
    "echo",
    "comment",
    "review",
    "call",
    "account_notice",
    "unknown",
]
AttachmentKind = Literal[
    "image",
    "video",
    "audio",
    "voice",
    "file",
    "sticker",
    "location",
    "contact",
    "share",
    "story",
    "template",
    "unsupported",
]
Direction = Literal["in", "out", "system"]

# From here on a number counts milliseconds: as seconds it would lie after the year 5138.
_MILLISECONDS: Final = 10**11
_DEEPEST: Final = 5  # of a shape
_MOST_KEYS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file, a place, a card: what came with a message, where it can be fetched, and until when."""

    kind: AttachmentKind
    url: str | None = field(default=None, repr=False)  # signed by the vendor, and soon over
    id: str | None = field(default=None, repr=False)  # the vendor's, where a file is asked for by it
    mime: str | None = None
    name: RawText | None = None  # a file's name may hold anything
    size: int | None = None  # bytes
    sha256: str | None = None
    title: RawText | None = None
    latitude: float | None = None
    longitude: float | None = None
    inline: bool = False  # a picture within a letter's text
    content: bytes | None = field(default=None, repr=False)  # of a file that came along


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """What led somebody here: a link, an advertisement, a product."""

    source: str | None = None
    kind: str | None = None
    ref: RawText | None = None  # who made the link wrote this into it
    ad: str | None = None
    product: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why something failed, as the vendor counts it; words of vendors may quote what was sent and are not kept."""

    code: int
    subcode: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that a vendor reports."""

    kind: EventKind
    direction: Direction = "in"
    account: str  # whose: a page's id, a number's id, a mailbox
    thread: str = field(default="", repr=False)  # the conversation, as the vendor knows it
    user: str | None = field(default=None, repr=False)
    message: str | None = field(default=None, repr=False)  # the vendor's id of the message
    dedupe: str = field(repr=False)  # equal for two reports of the same thing
    at: datetime | None  # the vendor's clock
    subject: RawText | None = None  # of a letter
    text: RawText | None = None
    # Of a letter: its subject and its text, as they are read where it begins a conversation; and what an answer to it
    # needs, as the channel writes that.
    opening: RawText | None = None
    envelope: RawText | None = None
    quoted: RawText | None = None  # what a letter repeats of others, and its signature: the bot does not read it
    attachments: tuple[Attachment, ...] = ()
    choice: str | None = None  # what a button or a quick reply carries: words of ours
    about: tuple[str, ...] = field(default=(), repr=False)  # messages that are edited, deleted, read, reacted to
    until: datetime | None = None  # everything up to then is read or delivered
    reply_to: str | None = field(default=None, repr=False)
    emoji: str | None = None
    removed: bool = False  # a reaction that was taken back
    edits: int | None = None
    referral: Referral | None = None
    owner: str | None = None  # handover: the application that has the thread now
    metadata: str | None = field(default=None, repr=False)  # what we have sent along comes back
    name: RawText | None = None  # of whoever writes
    rating: int | None = None  # stars
    language: str | None = None
    trouble: Trouble | None = None
    notice: str | None = None  # what an account notice is about, in the vendor's word
    automatic: bool = False  # written by a program: it is never answered
    says: str = field(default="", repr=False)  # equal while it says the same, where a vendor lists it again and again
    # Short facts of the vendor: states, names of things, other ids of whoever writes. No free text.
    standing: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a body holds. What is not understood is counted by its shape, and the rest is read all the same."""

    events: tuple[Event, ...] = ()
    unparsed: tuple[str, ...] = ()  # shapes: keys that we know, and types
    ignored: str | None = None  # why there is nothing to do, where that is right


def read_time(value: object) -> datetime | None:
    """A moment, however a vendor writes it: seconds or milliseconds, as a number or text, or ISO 8601; else None."""
    match value:
        case bool():
            return None
        case int() | float():
            return _count(float(value))
        case str() if value.strip().removeprefix("-").replace(".", "", 1).isdecimal():
            return _count(float(value))
        case str():
            try:
                moment = datetime.fromisoformat(value.strip())
            except ValueError:
                return None
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        case _:
            return None


def _count(number: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(number / 1000 if abs(number) >= _MILLISECONDS else number, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def join(*parts_of_key: object) -> str:
    """One key out of several values, none of which can run into the next."""
    written = "\x1f".join("" if one is None else str(one) for one in parts_of_key)
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def describe(value: object, known: Collection[str], depth: int = 0) -> str:
    """The shape of a JSON value: keys that are among `known`, and types. No value, no foreign key, gets through."""
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, dict):
        items = cast("dict[str, object]", value).items()
        inner = sorted(f"{key if key in known else '?'}: {describe(item, known, depth + 1)}" for key, item in items)
        return "{" + ", ".join(inner[:_MOST_KEYS]) + "}"
    if isinstance(value, list):
        first = cast("list[object]", value)[:1]
        return "[" + "".join(describe(item, known, depth + 1) for item in first) + "]"
    return type(value).__name__
