"""Messages with marked spans: what is measured on. Built in (`corpus`), or from a file of somebody else's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, cast

import orjson

from okienko.masking.kinds import ENTITIES, Fate
from okienko.values import OperatorError

# Other names of our kinds, as Presidio and our development file use them.
LABELS: Final = {
    **{label: label for label in ENTITIES},
    "LOCATION": "ADDRESS",
    "STREET_ADDRESS": "ADDRESS",
    "ZIP_CODE": "POSTAL_CODE",
    "EMAIL": "EMAIL_ADDRESS",
    "PHONE": "PHONE_NUMBER",
    "NAME": "PERSON",
    "IBAN": "IBAN_CODE",
    "US_BANK_NUMBER": "IBAN_CODE",
    "PL_IDENTITY_CARD": "PL_ID_CARD",
    "PL_PASSPORT": "PASSPORT",
    "UK_PASSPORT": "PASSPORT",
    "US_PASSPORT": "PASSPORT",
    "US_DRIVER_LICENSE": "DRIVING_LICENCE",
    "UK_DRIVING_LICENCE": "DRIVING_LICENCE",
    "DRIVER_LICENSE": "DRIVING_LICENCE",
    "UK_VEHICLE_REGISTRATION": "VEHICLE_PLATE",
    "LICENSE_PLATE": "VEHICLE_PLATE",
    "EU_VAT": "PL_NIP",
    "MAC_ADDRESS": "IP_ADDRESS",
    "PASSWORD": "SECRET",
    "PIN": "SECRET",
    "CVV": "SECRET",
    "OTP": "SECRET",
    "USER_NAME": "USERNAME",
    "UK_POSTCODE": "POSTAL_CODE",
    "US_ITIN": "US_SSN",
    "UA_RNOKPP": "NUMBER",
}


class BadMessage(OperatorError):
    """A line that is not a message with spans. Says which line and what is wrong, never its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A marked place of a text, `end` excluded; `label` is one of our kinds, `lane` the way it is written."""

    start: int
    end: int
    label: str
    lane: str

    @property
    def personal(self) -> bool:
        """Whether it has to be masked; kept kinds are only looked for."""
        return ENTITIES[self.label].fate is not Fate.KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message and what is personal in it. `lane` names what a message without spans tries (`neg/model`)."""

    id: str
    text: str = field(repr=False)
    spans: tuple[Span, ...]
    lane: str
    language: str

    @property
    def negative(self) -> bool:
        """Whether nothing personal is marked in it."""
        return not any(span.personal for span in self.spans)


def read_messages(lines: Iterable[str]) -> Iterator[Message]:
    """Messages of a JSON-lines file: `{"id", "text", "spans": [{"start", "end", "label" or "type"}]}`, and perhaps
    `lang` and `lane`. Raises `BadMessage`."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record: object = orjson.loads(line)
        except orjson.JSONDecodeError:
            record = None  # the error holds the line
        match record:
            case {"id": str() | int() as id_, "text": str() as text, "spans": list()}:
                more = cast("dict[str, object]", record)
                spans = cast("list[object]", more["spans"])
                lane = str(more.get("lane", ""))
                yield Message(
                    id=str(id_),
                    text=text,
                    spans=tuple(_read_span(number, span, lane, len(text)) for span in spans),
                    lane=lane,
                    language=str(more.get("lang", "")),
                )
            case _:
                raise BadMessage(f'line {number}: {{"id", "text", "spans"}} is wanted')


def _read_span(number: int, span: object, lane: str, length: int) -> Span:
    match span:
        case {"start": int(start), "end": int(end), "label": str(label)}:
            pass
        case {"start": int(start), "end": int(end), "type": str(label)}:
            pass
        case _:
            raise BadMessage(f'line {number}: a span needs "start", "end" and "label"')
    if label not in LABELS:
        known = ", ".join(sorted(LABELS))
        raise BadMessage(f"line {number}: a label that is not known; known are {known}")
    if not 0 <= start < end <= length:
        raise BadMessage(f"line {number}: a span lies outside the text")
    # A message's lane describes its own kind; other kinds in the same message go by their label.
    first, _, way = lane.partition("/")
    own = LABELS.get(first, first)
    ours = LABELS[label]
    return Span(start=start, end=end, label=ours, lane=f"{ours}/{way}" if own == ours and way else ours)
