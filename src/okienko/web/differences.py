"""What differs between two texts, in words that a person would have marked. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

_AROUND: Final = 2  # unchanged lines that are shown beside a change
_MOST_WORDS: Final = 2_000  # in one changed block; comparing word by word takes the square of it
_ALIKE: Final = 0.4  # the share of words that two blocks have in common, from which on single words are marked
_WORD: Final = re.compile(r"\s+|\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text: in both, only in the old one, only in the new one, or in both and left out here."""

    kind: Literal["same", "removed", "added", "skipped"]
    text: str
    lines: int = 0  # how many are left out


def compare(old: str, new: str) -> tuple[Piece, ...]:
    """The way from `old` to `new`: whole lines first, then words within changed ones. Nothing for equal texts.

    The pieces that are the same, removed and skipped make up `old`; same, added and skipped make up `new`. Ratcliff and
    Obershelp's matching, as Python's difflib has it.
    """
    if old == new:
        return ()
    before, after = _lines(old), _lines(new)
    blocks = SequenceMatcher(None, before, after).get_opcodes()
    pieces: list[Piece] = []
    for number, (tag, i1, i2, j1, j2) in enumerate(blocks):
        if tag == "equal":
            pieces += _fold(before[i1:i2], first=number == 0, last=number == len(blocks) - 1)
        else:
            pieces += _compare_words("".join(before[i1:i2]), "".join(after[j1:j2]))
    return tuple(pieces)


def _lines(text: str) -> list[str]:
    """The lines with their ends. The last one ends like the others, so that a line after it does not change it."""
    return [line + "\n" for line in text.split("\n")]


def _fold(lines: Sequence[str], *, first: bool, last: bool) -> Iterator[Piece]:
    """Lines that are the same: those beside a change, and how many are between them."""
    head, tail = 0 if first else _AROUND, 0 if last else _AROUND
    left_out = lines[head : len(lines) - tail]
    if len(left_out) < 2:
        yield Piece(kind="same", text="".join(lines))
        return
    if head:
        yield Piece(kind="same", text="".join(lines[:head]))
    yield Piece(kind="skipped", text="".join(left_out), lines=len(left_out))
    if tail:
        yield Piece(kind="same", text="".join(lines[len(lines) - tail :]))


def _compare_words(old: str, new: str) -> Iterator[Piece]:
    before, after = _WORD.findall(old), _WORD.findall(new)
    blocks = [("replace", 0, len(before), 0, len(after))]
    if max(len(before), len(after)) <= _MOST_WORDS:
        matcher = SequenceMatcher(str.isspace, before, after, autojunk=False)  # spaces match beside words only
        if matcher.ratio() >= _ALIKE:
            blocks = matcher.get_opcodes()
    for tag, i1, i2, j1, j2 in blocks:
        removed, added = "".join(before[i1:i2]), "".join(after[j1:j2])
        if tag == "equal":
            yield Piece(kind="same", text=removed)
            continue
        if removed:
            yield Piece(kind="removed", text=removed)
        if added:
            yield Piece(kind="added", text=added)
