"""A text in pieces that a vendor takes, each as long as it may be: cut at paragraphs, sentences or words. Pure.

No piece ends inside a character or, but for a single one beyond the limit, inside what is read as one (an emoji of
several, a letter with its accents) or inside a link. Together the pieces are the text but for white space at cuts.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from typing import Final

_PARAGRAPH: Final = re.compile(r"\n\s*\n")
_SENTENCE: Final = re.compile(r"(?<=[.!?…])[\"”’)\]]*\s|\n")
_SPACE: Final = re.compile(r"\s+")
_LINK: Final = re.compile(r"https?://\S+")

_JOINER: Final = "\u200d"
_FLAGS: Final = range(0x1F1E6, 0x1F200)  # two of these letters are a flag
_SKINS: Final = range(0x1F3FB, 0x1F400)
_TAGS: Final = range(0xE0020, 0xE0080)


def split(text: str, most: int, measure: Callable[[str], int] = len) -> tuple[str, ...]:
    """The pieces, none longer than `most` by `measure`, which counts each character as at least one.

    A blank text has none. Raises `ValueError` where one character is longer than `most`.
    """
    pieces: list[str] = []
    rest = text.strip()
    while measure(rest) > most:
        end = bisect_right(range(1, min(len(rest), most) + 1), most, key=lambda n: measure(rest[:n]))
        if end == 0:
            raise ValueError("a character is longer than a piece may be")
        cut = _find_cut(rest, end)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return (*pieces, rest) if rest else tuple(pieces)


def count_bytes(text: str) -> int:
    """How long a text is in UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def _find_cut(text: str, end: int) -> int:
    """The best place at or before `end`: a paragraph or a sentence, unless the piece would be short; then a word."""
    for boundary in (_PARAGRAPH, _SENTENCE):
        ends = [found.end() for found in boundary.finditer(text, 0, end)]
        if ends and ends[-1] > end // 2:
            return ends[-1]
    if _SPACE.match(text, end):
        return end
    spaces = [found.start() for found in _SPACE.finditer(text, 0, end)]
    if spaces:
        return spaces[-1]
    link = next((found.start() for found in _LINK.finditer(text) if found.start() < end < found.end()), 0)
    return link or _before_cluster(text, end)


def _before_cluster(text: str, end: int) -> int:
    """The last place up to `end` that is not inside what is read as one character; `end` where there is none."""
    return next((place for place in range(end, 0, -1) if not _is_inside(text, place)), end)


def _is_inside(text: str, place: int) -> bool:
    """Whether two characters belong together: much of Unicode's annex 29, what occurs in messages."""
    before, after = text[place - 1], text[place]
    if _JOINER in {before, after} or unicodedata.category(after) in {"Mn", "Me", "Mc"}:
        return True
    if ord(after) in _SKINS or ord(after) in _TAGS or (before, after) == ("\r", "\n"):
        return True
    flags = 0
    while flags < place and ord(text[place - 1 - flags]) in _FLAGS:
        flags += 1
    return ord(after) in _FLAGS and flags % 2 == 1
