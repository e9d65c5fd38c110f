"""A letter (RFC 5322) from its bytes. Pure, and never raises: what is broken is read as far as it goes.

Names, subjects and texts are `RawText` where they leave this file; addresses are in small letters.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Final, cast

from okienko.channels.email.markup import read_markup
from okienko.channels.event import Attachment, AttachmentKind
from okienko.values import RawText

DEEPEST: Final = 20
MOST_PARTS: Final = 200
MOST_HEADER: Final = 20_000  # characters of one header
MOST_IDS: Final = 50
_FALLBACKS: Final = ("utf-8", "windows-1250", "iso-8859-2")
_ID: Final = re.compile(r"<\s*([^<>\s]{1,500})\s*>")
_BARE_ID: Final = re.compile(r"[^<>\s,]{1,250}@[^<>\s,]{1,250}")
_VIEW_IN_HTML: Final = re.compile(
    r"\s*(?:this (?:e-?mail|message) (?:is|contains|requires) html|to view this (?:e-?mail|message)|please view in html"
    r"|ta wiadomość (?:jest|wymaga) (?:w )?(?:formacie )?html).{0,200}\s*",
    re.IGNORECASE | re.DOTALL,
)
_KINDS: Final[Mapping[str, AttachmentKind]] = {"image": "image", "video": "video", "audio": "audio"}
_SENT_TO: Final = ("to", "cc", "delivered-to", "x-original-to")
_SPACED: Final = re.compile(rb"^([!-9;-~]{1,76})[ \t]+:", re.MULTILINE)  # "Subject : …", which was right once (RFC 822)
_BLANK: Final = re.compile(rb"\r?\n\r?\n")
_HEAD: Final = 4096  # bytes of a body that tell a letter without an id from others


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a letter says about itself, and what it says."""

    id: str | None = field(repr=False)
    sender: str = field(repr=False)  # the address; empty where there is none
    name: RawText | None  # of the sender
    to: tuple[str, ...] = field(repr=False)  # everybody it is sent to, in order
    subject: str = field(repr=False)
    at: datetime | None
    answer_to: str = field(repr=False)  # the one address in Reply-To, else the sender's
    answers: tuple[str, ...] = field(repr=False)  # ids in In-Reply-To
    references: tuple[str, ...] = field(repr=False)  # and in References, the oldest first
    text: str = field(repr=False)
    files: tuple[Attachment, ...]
    kind: str  # its content type
    headers: Mapping[str, Sequence[str]] = field(repr=False)  # by their names in small letters
    dedupe: str = field(repr=False)


def read_letter(body: bytes) -> tuple[Letter, Message]:
    """The letter, and the message as Python's parser has it, for `reports`."""
    message = message_from_bytes(body, policy=policy.compat32)
    if not message.keys():
        ends = _find_body(body)
        message = message_from_bytes(_SPACED.sub(rb"\1:", body[:ends]) + body[ends:], policy=policy.compat32)
    headers = _read_headers(message)
    senders = _read_addresses(headers, "from") or _read_addresses(headers, "sender")
    name, sender = senders[0] if senders else ("", "")
    to = [
        address for key in ("to", "cc", "delivered-to", "x-original-to") for _, address in _read_addresses(headers, key)
    ]
    subject = first(headers, "subject")
    texts: list[str] = []
    files: list[Attachment] = []
    _Parts(texts, files).read(message, 0)
    ids = read_ids(first(headers, "message-id"))
    date = first(headers, "date")
    wanted = {address for _, address in _read_addresses(headers, "reply-to")}
    key = ids[0] if ids else _hash(sender, *to, date, subject, body[_find_body(body) :][:_HEAD])
    return (
        Letter(
            id=ids[0] if ids else None,
            sender=sender,
            name=RawText(name) if name.strip() else None,
            to=tuple(to),
            subject=subject,
            at=_read_date(date),
            answer_to=wanted.pop() if len(wanted) == 1 else sender,
            answers=read_ids(first(headers, "in-reply-to")),
            references=read_ids(" ".join(headers.get("references", ()))),
            text="\n\n".join(text for text in texts if text.strip()).strip(),
            files=tuple(files),
            kind=message.get_content_type(),
            headers=headers,
            dedupe=key,
        ),
        message,
    )


def _find_body(letter: bytes) -> int:
    """Where the headers end."""
    blank = _BLANK.search(letter)
    return len(letter) if blank is None else blank.end()


def list_inner(part: Message) -> list[Message]:
    """The parts of a part; none of a leaf."""
    inner: object = part.get_payload()
    listed = cast("list[object]", inner) if isinstance(inner, list) else []
    return [child for child in listed if isinstance(child, Message)]


def first(headers: Mapping[str, Sequence[str]], name: str) -> str:
    """The first header of that name; nothing where there is none."""
    return next(iter(headers.get(name, ())), "")


def read_ids(header: str) -> tuple[str, ...]:
    """The ids of letters in a header, in order, without their brackets."""
    found = _ID.findall(header[:MOST_HEADER]) or _BARE_ID.findall(header[:MOST_HEADER])
    return tuple(dict.fromkeys(found))[-MOST_IDS:]


def decode(content: bytes, charset: str | None) -> str:
    """Text in the encoding that it names, else in one that fits; nothing is ever left out for it."""
    for name in (charset, *_FALLBACKS):
        if name:
            try:
                return _storable(content.decode(name))
            except (LookupError, UnicodeDecodeError, ValueError):
                continue
    return _storable(content.decode("latin-1"))


def _storable(text: str) -> str:
    """Without what no database takes: NUL, and halves of characters, which some encodings yield."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _read_headers(message: Message) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        headers.setdefault(str(name).lower(), []).append(_read_header(value))
    return headers


def _read_header(value: object) -> str:
    """A header in plain letters: words in other encodings are read, raw ones guessed."""
    written = str(value)[:MOST_HEADER]
    try:
        raw = written.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        raw = written.encode("utf-8", "replace")
    plain = " ".join(decode(raw, None).split())
    if "=?" not in plain:
        return plain
    try:
        pieces = decode_header(plain)
    except (HeaderParseError, ValueError):
        return plain
    words = [piece if isinstance(piece, str) else decode(piece, charset) for piece, charset in pieces]
    return "".join(words).strip()


def _read_addresses(headers: Mapping[str, Sequence[str]], name: str) -> list[tuple[str, str]]:
    found = getaddresses(list(headers.get(name, ())))
    return [(who.strip(), address.strip().lower()) for who, address in found if "@" in address]


def _read_date(date: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _hash(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update((part.encode("utf-8", "replace") if isinstance(part, str) else part) + b"\x1f")
    return digest.hexdigest()


@dataclass(slots=True)
class _Parts:
    """Goes through the parts of a letter: what is to be read, and what is a file."""

    texts: list[str]
    files: list[Attachment]
    count: int = 0

    def read(self, part: Message, depth: int) -> None:
        self.count += 1
        if depth > DEEPEST or self.count > MOST_PARTS:
            return
        kind = part.get_content_type()
        children = list_inner(part)
        if children and kind != "message/rfc822":
            if kind == "multipart/alternative":
                self._choose(children, depth)
            else:
                for child in children:
                    self.read(child, depth + 1)
        elif kind in {"text/plain", "text/html"} and not _is_file(part):
            text = decode(_read_content(part), _charset(part))
            self.texts.append(read_markup(text) if kind == "text/html" else text.replace("\r\n", "\n"))
        else:
            self.files.append(_read_file(part, kind))

    def _choose(self, children: Sequence[Message], depth: int) -> None:
        """One of several ways to say the same: plain text, unless it only sends its reader elsewhere."""
        tried: list[tuple[int, _Parts]] = []
        for child in children:
            other = _Parts([], [], self.count)
            other.read(child, depth + 1)
            self.count = other.count
            text = "\n".join(other.texts)
            empty = not text.strip() or _VIEW_IN_HTML.fullmatch(text) is not None
            tried.append((2 if empty else 0 if child.get_content_type() == "text/plain" else 1, other))
        if tried:
            best = min(tried, key=lambda pair: pair[0])[1]
            self.texts += best.texts
            self.files += [file for _, other in tried for file in other.files]


def _is_file(part: Message) -> bool:
    return (part.get_content_disposition() or "") == "attachment" or _name_of(part) is not None


def _name_of(part: Message) -> str | None:
    try:
        name = part.get_filename()
    except (TypeError, ValueError, LookupError, AttributeError):
        return None
    return _read_header(name) if name else None


def _charset(part: Message) -> str | None:
    try:
        return part.get_content_charset()
    except (LookupError, ValueError, TypeError):
        return None


def _read_content(part: Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError, TypeError):
        content = None
    if isinstance(content, bytes):
        return content
    inner: object = part.get_payload()
    if isinstance(inner, str):
        return inner.encode("utf-8", "replace")
    try:
        return part.as_bytes()
    except (TypeError, ValueError, LookupError, KeyError):
        return b""


def _read_file(part: Message, kind: str) -> Attachment:
    content = _read_content(part)
    name = _name_of(part)
    cid = _ID.findall(_read_header(part.get("content-id") or ""))
    return Attachment(
        kind=_KINDS.get(kind.partition("/")[0], "file"),
        id=cid[0] if cid else None,
        mime=kind,
        name=RawText(name) if name else None,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        inline=bool(cid) and part.get_content_disposition() != "attachment",
        content=content,
    )
