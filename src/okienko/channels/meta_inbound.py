"""What Meta's channels report, as messages to be stored. Pure.

What came that is no text (a sticker, a place, a file) gets a line below the text, whose words are looked up when it is
known in which language. A person looks at whatever a program cannot read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import orjson

from okienko.channels.choices import PERSON
from okienko.channels.event import Attachment, AttachmentKind, Event
from okienko.channels.given import Given, read_objects, word
from okienko.values import ARTICLE, OPTION, SCENARIO, Inbound, Kind, RawText, Remote, Unreadable
from okienko.web.i18n import mark

COMMENT: Final = "comment:"  # a thread that is one below a post: everybody can read it

_TAKEN: Final = frozenset({"message", "quick_reply", "postback", "comment", "standby_message"})
_FILES: Final[frozenset[AttachmentKind]] = frozenset({"image", "video", "audio", "voice", "file"})
_SHOWN: Final[frozenset[AttachmentKind]] = frozenset({"sticker", "story"})  # by themselves they ask for nothing
_LINES: Final[Mapping[AttachmentKind, str]] = {
    "image": mark("[attachment: image]"),
    "video": mark("[attachment: video]"),
    "audio": mark("[attachment: recording]"),
    "voice": mark("[voice message]"),
    "file": mark("[attachment: file]"),
    "sticker": mark("[sticker]"),
    "location": mark("[place on a map]"),
    "contact": mark("[contact card]"),
    "share": mark("[shared post]"),
    "template": mark("[message with buttons]"),
    "unsupported": mark("[something that cannot be shown here]"),
}
_STORY_REPLY: Final = mark("[reply to a story]")
_STORY_MENTION: Final = mark("[mention in a story]")
_ORDER: Final = mark("[order from a catalogue]")
_FORM: Final = mark("[form]")
# What our own buttons carry: a category's name, or what says itself what it names.
_OURS: Final = re.compile(rf"[a-z0-9][a-z0-9-]{{0,62}}|({ARTICLE}|{SCENARIO}|{OPTION}).{{1,200}}", re.DOTALL)


def read_inbound(event: Event, envelope: Mapping[str, str] | None = None, *, by_id: bool = False) -> Inbound | None:
    """The message that an event of Messenger, Instagram or WhatsApp is; None when it is none.

    `envelope`: what an answer needs besides the thread. `by_id`: files are asked for by the vendor's ids, not fetched
    from an address.
    """
    if event.kind not in _TAKEN or event.direction != "in" or not event.thread:
        return None
    comment = event.kind == "comment"
    if comment and (event.removed or event.standing.get("verb", "add") != "add"):
        return None
    envelope = {COMMENT.rstrip(":"): event.message or ""} if comment else envelope
    text, more = _read_text(event)
    others = [file for file in event.attachments if file.kind not in _FILES]
    files = [file for file in event.attachments if file.kind in _FILES]
    extra = {"catalogue": _ORDER, "form": _FORM}
    lines = [line for name, line in extra.items() if name in event.standing]
    asks = files or lines or any(_asks(file, event) for file in others)
    lines += [_line(file, event) for file in (*others, *files)]
    choice = event.choice if event.choice is not None and _OURS.fullmatch(event.choice) else None
    kind = Kind.TEXT
    if asks:
        kind = Kind.ATTACHMENT
    elif choice is not None:
        kind = Kind.PERSON if choice == PERSON else Kind.CHOICE
    return Inbound(
        event=event.message or event.dedupe,
        thread=COMMENT + event.thread if comment else event.thread,
        text=RawText("") if text is None else text,
        more=more,
        kind=kind,
        choice=choice if kind is Kind.CHOICE else None,
        lines=tuple(lines),
        language=event.language,
        at=event.at,
        refers=() if event.reply_to is None else (event.reply_to,),
        envelope=RawText(orjson.dumps(envelope).decode()) if envelope else None,
        name=event.name,
        fetch=tuple(found for file in files if (found := _remote(file, by_id=by_id)) is not None),
        automatic=event.automatic or (text is None and bool(lines) and not asks),
        elsewhere=event.kind == "standby_message",
        public=comment,
    )


def read_envelope(envelope: str) -> Given:
    """What `read_inbound` has put in; nothing where there is none."""
    if not envelope:
        return {}
    try:
        return read_objects(envelope.encode("utf-8", "replace"))[0]
    except Unreadable:
        return {}


def find_comment(thread: str, envelope: str) -> str | None:
    """The comment that an answer goes to: the latest one; None where the thread is an ordinary conversation."""
    if not thread.startswith(COMMENT):
        return None
    return word(read_envelope(envelope), "comment") or thread.removeprefix(COMMENT)


def _read_text(event: Event) -> tuple[RawText | None, RawText | None]:
    """What was written, and what stands below it: what a place, a card or a post is called."""
    titles = [file.title for file in event.attachments if file.title is not None]
    if event.text is None:
        return (titles[0], _all(titles[1:])) if titles else (None, None)
    return event.text, _all(titles)


def _all(titles: list[RawText]) -> RawText | None:
    return RawText.joined("\n", titles) if titles else None


def _asks(file: Attachment, event: Event) -> bool:
    """Whether somebody should look: a sticker asks for nothing, and words about a post stand for themselves."""
    return file.kind not in _SHOWN and not (file.kind == "share" and event.text is not None)


def _line(file: Attachment, event: Event) -> str:
    if file.kind == "story":
        return _STORY_MENTION if event.text is None else _STORY_REPLY
    return _LINES[file.kind]


def _remote(file: Attachment, *, by_id: bool) -> Remote | None:
    place = file.id if by_id else file.url
    return None if place is None else Remote(place=RawText(place), mime=file.mime, sha256=file.sha256)
