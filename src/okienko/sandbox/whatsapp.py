"""What WhatsApp's Cloud API takes at `/{version}/{phone number id}/messages`, looked at field by field. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from okienko.channels.given import Given, part, parts, word
from okienko.sandbox.refusal import Refusal, find_unknown, graph
from okienko.sandbox.world import DAY, Option

_TOP: Final = frozenset(
    {"messaging_product", "recipient_type", "to", "recipient", "type", "context", "biz_opaque_callback_data"}
)
_CONTENT: Final = frozenset(
    {"text", "interactive", "template", "reaction", "image", "video", "audio", "document", "sticker", "location"}
)
_STATUS: Final = frozenset({"messaging_product", "status", "message_id", "typing_indicator"})
LONGEST_TEXT: Final = 4096
LONGEST_DATA: Final = 512
LONGEST_BODY: Final = 1024
LONGEST_EDGE: Final = 60  # of a header and a footer
MOST_BUTTONS: Final = 3
LONGEST_BUTTON: Final = 20
LONGEST_BUTTON_ID: Final = 256
MOST_ROWS: Final = 10
LONGEST_ROW: Final = 24
LONGEST_ROW_ID: Final = 200
LONGEST_DESCRIPTION: Final = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A call that is right."""

    text: str = ""
    options: tuple[Option, ...] = ()
    attachment: str = ""  # its type
    data: str | None = None  # comes back with each status
    answers: str = ""
    seen: str | None = None  # instead of a message: the customer's message that was read
    reaction: tuple[str, str] | None = None  # instead of a message: to which, and the sign


def read_send(body: Given, *, user: str, acted_at: datetime | None, now: datetime) -> Sending | Refusal:
    """What the call says, or why it is refused."""
    if body.get("messaging_product") != "whatsapp":
        return _bad("messaging_product must be whatsapp")
    if "status" in body:
        if find_unknown(body, _STATUS) or body["status"] != "read" or word(body, "message_id") is None:
            return _bad("a status is read, of a message")
        return Sending(seen=word(body, "message_id"))
    kind = word(body, "type") or "text"
    data = body.get("biz_opaque_callback_data")
    wrong = _find_wrong(body, kind)
    if wrong is not None:
        return _bad(wrong)
    to = word(body, "to") or word(body, "recipient") or ""
    if to.removeprefix("+") != user:
        return graph(131026, message="Message undeliverable", details="the recipient is not on WhatsApp")
    if kind != "template" and (acted_at is None or now - acted_at > DAY):
        return graph(131047, message="Re-engagement message", details="more than 24 hours have passed")
    sending = _read_content(kind, part(body, kind))
    if isinstance(sending, Refusal):
        return sending
    answers = word(part(body, "context"), "message_id") or ""
    return replace(sending, data=data if isinstance(data, str) else None, answers=answers)


def _find_wrong(body: Given, kind: str) -> str | None:
    """What is wrong with the fields around the content."""
    data = body.get("biz_opaque_callback_data", "")
    unknown = find_unknown(body, _TOP | {kind})
    if unknown is not None or kind not in _CONTENT:
        return f"Unexpected key {unknown or kind}"
    if body.get("recipient_type", "individual") != "individual":
        return "recipient_type must be individual"
    if not (isinstance(data, str) and len(data) <= LONGEST_DATA):
        return "biz_opaque_callback_data has at most 512 characters"
    return None if part(body, kind) else f"{kind} is required"


def _read_content(kind: str, content: Given) -> Sending | Refusal:
    match kind:
        case "text":
            return _read_text(content)
        case "interactive":
            return _read_interactive(content)
        case "template":
            if word(content, "name") is None or word(part(content, "language"), "code") is None:
                return _bad("a template has a name and a language")
            return Sending(text=f"[{word(content, 'name')}]")
        case "reaction":
            about = word(content, "message_id")
            return _bad("reaction.message_id") if about is None else Sending(reaction=(about, _text(content, "emoji")))
        case _:
            if (word(content, "id") is None) == (content.get("link") is None) and kind != "location":
                return _bad(f"{kind} has an id or a link")
            return Sending(text=_text(content, "caption"), attachment=kind)


def _read_text(content: Given) -> Sending | Refusal:
    text = _text(content, "body")
    if find_unknown(content, {"body", "preview_url"}):
        return _bad("text has a key that is not known")
    if not text.strip() or len(text) > LONGEST_TEXT:
        return _bad("text.body has 1 to 4096 characters")
    return Sending(text=text)


def _read_interactive(content: Given) -> Sending | Refusal:
    text, action = _text(part(content, "body"), "text"), part(content, "action")
    if find_unknown(content, {"type", "header", "body", "footer", "action"}):
        return _bad("interactive has a key that is not known")
    if not text.strip() or len(text) > LONGEST_BODY:
        return _bad("interactive.body.text has 1 to 1024 characters")
    if any(len(_text(part(content, edge), "text")) > LONGEST_EDGE for edge in ("header", "footer")):
        return _bad("a header and a footer have at most 60 characters")
    options = _read_buttons(action) if content.get("type") == "button" else _read_rows(content, action)
    if isinstance(options, Refusal):
        return options
    if len({option.payload for option in options}) < len(options) or not all(o.payload and o.title for o in options):
        return _bad("ids are there, and each once")
    return Sending(text=text, options=options)


def _read_buttons(action: Given) -> tuple[Option, ...] | Refusal:
    buttons = parts(action, "buttons")
    if not 1 <= len(buttons) <= MOST_BUTTONS:
        return _bad("1 to 3 buttons")
    options = [_read_option(part(button, "reply")) for button in buttons]
    if any(len(option.title) > LONGEST_BUTTON or len(option.payload) > LONGEST_BUTTON_ID for option in options):
        return _bad("a button's title has at most 20 characters, its id 256")
    if len({option.title for option in options}) < len(options):
        return _bad("two buttons with one title")
    return tuple(options)


def _read_rows(content: Given, action: Given) -> tuple[Option, ...] | Refusal:
    if content.get("type") != "list":
        return _bad("interactive.type")
    sections = parts(action, "sections")
    rows = [row for section in sections for row in parts(section, "rows")]
    button = _text(action, "button")
    if not button or len(button) > LONGEST_BUTTON:
        return _bad("action.button has 1 to 20 characters")
    if not 1 <= len(rows) <= MOST_ROWS:
        return _bad("1 to 10 rows in all")
    if len(sections) > 1 and not all(_text(section, "title") for section in sections):
        return _bad("several sections have titles")
    options = [_read_option(row) for row in rows]
    if any(len(one.title) > LONGEST_ROW or len(one.payload) > LONGEST_ROW_ID for one in options):
        return _bad("a row's title has at most 24 characters, its id 200")
    if any(len(_text(row, "description")) > LONGEST_DESCRIPTION for row in rows):
        return _bad("a row's description has at most 72 characters")
    return tuple(options)


def _read_option(given: Given) -> Option:
    return Option(payload=_text(given, "id"), title=_text(given, "title"))


def _text(given: Given, key: str) -> str:
    value = given.get(key)
    return value if isinstance(value, str) else ""


def _bad(details: str) -> Refusal:
    return graph(100, message="Invalid parameter", details=details)
