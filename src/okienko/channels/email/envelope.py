"""What an answer needs to know about the letter that it answers: kept sealed, and opened for each send. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

import orjson

from okienko.values import RawText

_REPLY: Final = re.compile(r"\s*(?:re|odp|fwd?|pd|aw|wg|sv|vs)\s*(?:\[\d{1,3}\])?\s*:\s*", re.IGNORECASE)
_LONGEST_SUBJECT: Final = 200


class NoAddress(ValueError):
    """The envelope names nobody to whom a letter can be written. Its words hold no address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What an answer needs to know about the letter that it answers."""

    to: str = field(repr=False)
    subject: str = field(default="", repr=False)
    id: str = field(default="", repr=False)
    references: tuple[str, ...] = field(default=(), repr=False)

    def write(self) -> RawText:
        """As it is kept, sealed."""
        kept = {"to": self.to, "subject": self.subject, "id": self.id, "references": self.references}
        return RawText(orjson.dumps(kept).decode())


def read_envelope(kept: str) -> Envelope:
    """What `Envelope.write` wrote. Raises `NoAddress`."""
    try:
        match orjson.loads(kept):
            case {"to": str(to), "subject": str(subject), "id": str(id_), "references": [*references]}:
                ids = tuple(one for one in references if isinstance(one, str))
                return Envelope(to=to, subject=subject, id=id_, references=ids)
            case _:
                raise NoAddress
    except orjson.JSONDecodeError:
        raise NoAddress from None


def clean_subject(subject: str) -> str:
    """A subject without what programs put before it when somebody answers or forwards, on one line."""
    left = on_one_line(subject)
    while (found := _REPLY.match(left)) is not None:
        left = left[found.end() :]
    return left[:_LONGEST_SUBJECT].strip()


def on_one_line(text: str) -> str:
    """On one line, and without what ends a header."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
