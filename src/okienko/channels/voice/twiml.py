"""TwiML: what Twilio is to do on the line, as XML. Pure.

https://www.twilio.com/docs/voice/twiml. Texts are cut at what `<Say>` takes; characters that XML does not have are left
out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from okienko.values import Language

LONGEST: Final = 4000  # characters that one <Say> takes
MOST_HINTS: Final = 100
LONGEST_HINT: Final = 100
TONGUES: Final[Mapping[Language, str]] = {"pl": "pl-PL", "en": "en-GB"}
# XML 1.0 has no control characters but these three, no halves of pairs, and not the last two of its plane.
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Words that are read aloud."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """What is read aloud while the caller may answer in words or with keys: they may interrupt."""

    says: Sequence[Say]
    action: str  # where the answer goes, also when there is none
    hints: Sequence[str] = ()  # words that are likely
    keys: int | None = None  # how many end the answer at once; None: several may be pressed, or `#`
    wait: int = 5  # seconds of silence before there is no answer
    pause: int | None = None  # seconds of silence that end what is said; None: as Twilio thinks


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Connects to a number."""

    number: str
    action: str  # where it goes on afterwards
    wait: int = 25  # seconds that it rings


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """Asks again, at this address."""

    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup:
    """The end of the call."""


Verb = Say | Listen | Dial | Redirect | Hangup


def write(verbs: Sequence[Verb], *, language: Language, voice: str = "") -> str:
    """The document. `voice`: what Twilio calls it; empty: the one that it has for the language."""
    root = ET.Element("Response")
    for verb in verbs:
        _write(root, verb, language, voice)
    return '<?xml version="1.0" encoding="UTF-8"?>' + ET.tostring(root, encoding="unicode")


def _write(parent: ET.Element, verb: Verb, language: Language, voice: str) -> None:
    tongue = TONGUES[language]
    match verb:
        case Say(text=text):
            spoken = {"language": tongue} | ({"voice": voice} if voice else {})
            ET.SubElement(parent, "Say", spoken).text = clean(text)[:LONGEST]
        case Listen() as listen:
            wanted = {
                "input": "speech dtmf",
                "language": tongue,
                "timeout": str(listen.wait),
                "speechTimeout": "auto" if listen.pause is None else str(listen.pause),
                "bargeIn": "true",
                "actionOnEmptyResult": "true",
                "action": listen.action,
                "method": "POST",
            }
            hints = [clean(hint).replace(",", " ")[:LONGEST_HINT] for hint in listen.hints[:MOST_HINTS]]
            if hints:
                wanted["hints"] = ",".join(hints)
            if listen.keys is not None:
                wanted["numDigits"] = str(listen.keys)
            gather = ET.SubElement(parent, "Gather", wanted)
            for say in listen.says:
                _write(gather, say, language, voice)
        case Dial() as dial:
            element = ET.SubElement(
                parent, "Dial", {"action": dial.action, "method": "POST", "timeout": str(dial.wait)}
            )
            ET.SubElement(element, "Number").text = clean(dial.number)
        case Redirect(to=to):
            ET.SubElement(parent, "Redirect", {"method": "POST"}).text = to
        case Hangup():
            ET.SubElement(parent, "Hangup")


def clean(text: str) -> str:
    """A text without what XML cannot hold."""
    return _NOT_XML.sub(" ", text)
