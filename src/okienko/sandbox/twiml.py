"""What okienko answers a call with, read as Twilio reads it (TwiML). Pure.

Only some verbs are played: Say, Pause, Gather, Redirect, Dial, Enqueue, Reject, Hangup. An unknown verb is an error, as
it is at Twilio.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import urljoin
from xml.etree import ElementTree

Verb = Literal["Say", "Pause", "Gather", "Redirect", "Dial", "Enqueue", "Record", "Play", "Reject", "Hangup"]
_VERBS: Final[dict[str, Verb]] = {
    verb: verb
    for verb in ("Say", "Pause", "Gather", "Redirect", "Dial", "Enqueue", "Record", "Play", "Reject", "Hangup")
}
LONGEST_SAY: Final = 4000


class BadTwiml(Exception):
    """The caller would hear that an application error has occurred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One verb."""

    verb: Verb
    text: str = ""  # what is said, or who is dialled
    url: str = ""  # where it goes on
    seconds: float = 0.0
    speech: bool = False  # words are listened to
    keys: bool = False
    empty: bool = False  # silence goes to `url`, too
    inner: tuple[Step, ...] = field(default=())  # said while it listens


def read_steps(body: bytes, url: str) -> tuple[Step, ...]:
    """The verbs of an answer; addresses in it are relative to `url`. Raises `BadTwiml`."""
    if b"<!" in body:  # neither entities nor declarations belong there
        raise BadTwiml("a declaration")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - okienko's own, and without declarations
    except ElementTree.ParseError:
        raise BadTwiml("not XML") from None
    if root.tag != "Response":
        raise BadTwiml("no Response")
    return tuple(_read_step(one, url) for one in root)


def _read_step(element: ElementTree.Element, url: str) -> Step:
    verb = _VERBS.get(element.tag)
    if verb is None:
        raise BadTwiml(element.tag)
    text = "".join(element.itertext()).strip()
    match verb:
        case "Say":
            if not text or len(text) > LONGEST_SAY:
                raise BadTwiml("Say with nothing, or too much")
            return Step(verb=verb, text=text)
        case "Pause":
            return Step(verb=verb, seconds=_number(element, "length", 1))
        case "Redirect":
            return Step(verb=verb, url=urljoin(url, text))
        case "Gather":
            wanted = element.get("input", "dtmf").split()
            return Step(
                verb=verb,
                url=urljoin(url, element.get("action", "")) if element.get("action") else url,
                seconds=_number(element, "timeout", 5),
                speech="speech" in wanted,
                keys="dtmf" in wanted,
                empty=element.get("actionOnEmptyResult") == "true",
                inner=tuple(_read_step(one, url) for one in element),
            )
        case _:
            return Step(verb=verb, text=text, url=urljoin(url, element.get("action", "")))


def _number(element: ElementTree.Element, name: str, default: float) -> float:
    try:
        return max(0.0, float(element.get(name, default)))
    except ValueError:
        raise BadTwiml(name) from None
