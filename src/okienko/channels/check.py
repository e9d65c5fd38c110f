"""What a channel makes of a recorded body, as JSON with its free text masked. Pure.

Nothing is stored and no signature is asked for; it is for operators who want to know whether a vendor's new payload
is understood before customers send it.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from importlib import import_module, util
from pkgutil import iter_modules
from typing import Any, Final, Literal, Protocol, cast

from okienko import channels
from okienko.channels.event import Attachment, Event, Reading, Referral, Trouble
from okienko.keys import Keys
from okienko.masking.kinds import ENTITIES
from okienko.masking.mask import MaskingFailed, mask
from okienko.values import Malformed, OperatorError, RawText, Unreadable

Result = Literal["parsed", "ignored", "refused", "unparsed"]

_NAMES: Final = {  # what other programs call these fields of an event
    "account": "account",
    "thread": "external_conversation_key",
    "user": "external_user_key",
    "message": "external_message_id",
    "dedupe": "dedupe_key",
    "at": "occurred_at",
}
_OURS: Final = frozenset({"says", "opening", "envelope"})  # what a channel keeps for itself
_HEAD: Final = frozenset({"kind", "direction", *_OURS, *_NAMES})


class ReadEvents(Protocol):
    """What a channel's `events.py` has under the name `read_events`."""

    def __call__(self, body: bytes) -> Reading:
        """The events of a body. Raises `Unreadable` with its shape, or `Malformed` for what is to be refused."""
        ...


def list_channels() -> list[str]:
    """The channels that read bodies of vendors."""
    return [
        module.name
        for module in iter_modules(channels.__path__)
        if module.ispkg and util.find_spec(f"okienko.channels.{module.name}.events") is not None
    ]


def find_reader(channel: str) -> ReadEvents:
    """The channel's own. Raises `OperatorError` with the names that there are."""
    if channel not in list_channels():
        raise OperatorError(f"there is no channel of this name; there are: {', '.join(list_channels())}")
    return cast("ReadEvents", import_module(f"okienko.channels.{channel}.events").read_events)


def check_body(body: bytes, read_events: ReadEvents) -> dict[str, Any]:
    """What becomes of one body."""
    try:
        reading = read_events(body)
    except Malformed as trouble:
        return _tell("refused", (), str(trouble))
    except Unreadable as trouble:
        return _tell("unparsed", (), trouble.shape)
    if reading.unparsed:
        return _tell("unparsed", reading.events, "; ".join(reading.unparsed))
    if not reading.events:
        return _tell("ignored", (), reading.ignored or "nothing to do")
    return _tell("parsed", reading.events, "")


def _tell(result: Result, events: tuple[Event, ...], reason: str) -> dict[str, Any]:
    return {"result": result, "events": [write_event(event) for event in events], "reason": reason}


def write_event(event: Event) -> dict[str, Any]:
    """An event as JSON, its free text masked."""
    head = {name: _plain(getattr(event, attribute)) for attribute, name in _NAMES.items()}
    rest = {field.name: _plain(getattr(event, field.name)) for field in fields(event) if field.name not in _HEAD}
    payload = {name: value for name, value in rest.items() if value not in (None, [], {}, False)}
    if event.name is not None:
        payload["name"] = f"[{ENTITIES['PERSON'].word('pl')}]"  # a name by itself is hardly ever recognised as one
    return {"kind": event.kind, "direction": event.direction, **head, "payload": payload}


def _plain(value: object) -> Any:
    match value:
        case RawText():
            try:
                return mask(value, keys=Keys.passing(), language="pl").text.text
            except MaskingFailed:
                return ""
        case datetime():
            return value.isoformat()
        case tuple():
            return [_plain(item) for item in cast("tuple[object, ...]", value)]
        case Attachment() | Referral() | Trouble():
            plain = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
            return {name: item for name, item in plain.items() if item not in (None, False)}
        case bytes():
            return None  # a file that came along: how large it is, is said
        case _:
            return value
