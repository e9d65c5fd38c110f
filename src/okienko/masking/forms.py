"""How values stand in a text: the words that were written, inflected and spaced, beside the one form that is looked up.

The vault keeps a value once, in the form by which it is recognised ("Anna"). What an agent wrote ("Pani Anno") must
reach the customer as it was written, so an agent's message keeps these forms, too, each at its place in the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from okienko.masking.kinds import Fate
from okienko.masking.mask import Findings, read_placeholder
from okienko.values import MaskedText, RawText


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One value of a vaulted kind as it was written."""

    place: int  # where its placeholder begins in the masked text
    label: str
    number: int
    value: RawText


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of what was written, and what becomes of it: None for what stays as it is."""

    text: str = field(repr=False)  # of a dropped value, the placeholder
    fate: Fate | None = None


def find_forms(raw: RawText, findings: Findings, masked: MaskedText) -> tuple[Form, ...]:
    """The vaulted values of a text and where their placeholders stand in its masked form, by place."""
    text = raw.reveal()
    return tuple(
        Form(place=place, label=label, number=number, value=RawText(text[start:end]))
        for start, end, fate, place, _, label, number in _places(findings, masked)
        if fate is Fate.VAULT
    )


def read_pieces(raw: RawText, findings: Findings, masked: MaskedText, *, sealed: bool = True) -> tuple[Piece, ...]:
    """What was written in pieces, for who wrote it: vaulted values as they are, dropped ones as placeholders.

    `sealed` false: nothing can be sealed, since the person's key is gone, so that everything is dropped.
    """
    text = raw.reveal()
    pieces: list[Piece] = []
    at = 0
    for start, end, fate, place, stop, _, _ in _places(findings, masked):
        if at < start:
            pieces.append(Piece(text=text[at:start]))
        if fate is Fate.VAULT and sealed:
            pieces.append(Piece(text=text[start:end], fate=Fate.VAULT))
        else:
            pieces.append(Piece(text=masked.text[place:stop], fate=Fate.DROP))
        at = end
    if at < len(text):
        pieces.append(Piece(text=text[at:]))
    return tuple(pieces)


def put_back(masked: MaskedText, forms: Mapping[int, RawText]) -> str:
    """The text with forms, by place, instead of their placeholders. A place without a placeholder stays as it is."""
    text, pieces, at = masked.text, list[str](), 0
    for place in sorted(forms):
        read = read_placeholder(text, place)
        if read is not None and place >= at:
            pieces += (text[at:place], forms[place].reveal())
            at = read[2]
    return "".join([*pieces, text[at:]])


def _places(findings: Findings, masked: MaskedText) -> Iterator[tuple[int, int, Fate, int, int, str, int]]:
    """For everything that was masked: its start, end and fate; its placeholder's place, end, label and number."""
    moved = 0
    for span in findings.spans:
        if span.fate is Fate.KEEP:
            continue
        place = span.start + moved
        read = read_placeholder(masked.text, place)
        assert read is not None, "the findings are not of this text"
        label, number, end = read
        yield span.start, span.end, span.fate, place, end, label, number
        moved = end - span.end
