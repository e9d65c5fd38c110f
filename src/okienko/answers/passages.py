"""An article's Markdown as plain text, and that text cut into passages of sentences, items and steps. Pure.

Everything is kept as offsets into the plain text, so that what is quoted is what was published, letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from okienko.answers.text import split_sentences
from okienko.values import Language

_PASSAGE_LETTERS: Final = 500  # a passage closes when it is this long; a sentence is never cut for it

_HEADING: Final = re.compile(r" {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$")
_FENCE: Final = re.compile(r" {0,3}(```+|~~~+)")
_RULE: Final = re.compile(r" {0,3}([-*_])([ \t]*\1){2,}[ \t]*$")
_TABLE_RULE: Final = re.compile(r"[ \t]*\|?[ \t]*:?-{3,}:?[ \t]*(\|[ \t]*:?-{3,}:?[ \t]*)*\|?[ \t]*$")
_MARKER: Final = re.compile(r"[ \t]*(?:(\d{1,3}[.)])|[-*•+–])[ \t]+(?=\S)")
_INLINE: Final = (
    (
        re.compile(r"!?\[([^\[\]\n]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"\n]*\")?\)"),
        r"\1",
    ),  # links, images
    (re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>"), r"\1"),
    (re.compile(r"(?<!`)`([^`\n]+)`(?!`)"), r"\1"),
    (re.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*"), r"\1"),
    (re.compile(r"(?<!\w)__(?=\S)([^_\n]+?)(?<=\S)__(?!\w)"), r"\1"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"\\([*_`#\[\]()<>!|~])"), r"\1"),
)
_MARKS: Final = re.compile(r"[*_`\[<\\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One published article in one language, in its current version."""

    id: str
    language: Language
    category: str
    version: int
    title: str
    description: str
    body: str  # Markdown
    published: datetime
    questions: tuple[str, ...] = ()  # as customers ask for it


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest thing that is quoted: a sentence, an item of a list or a step. Offsets into the plain text."""

    start: int
    end: int
    kind: Literal["sentence", "item", "step"]
    block: int  # units of one paragraph or one list share a number


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring units under one heading."""

    source: str = field(repr=False)  # the article's plain text, shared by its passages
    heading: str
    units: tuple[Unit, ...]

    @property
    def start(self) -> int:
        """Where it begins in the plain text."""
        return self.units[0].start

    @property
    def end(self) -> int:
        """Where it ends in the plain text."""
        return self.units[-1].end

    @property
    def text(self) -> str:
        """Its words."""
        return self.source[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Pages:
    """The plain text of an article and its passages in order."""

    text: str
    passages: tuple[Passage, ...]


def read_plain(body: str) -> str:
    """The words of a Markdown text without its marks; text that has no marks comes back as it is."""
    return "\n".join(line for line, _ in _read_lines(body))


def cut_passages(body: str) -> Pages:
    """A Markdown text as plain text with passages. A text without a word has no passages."""
    lines = list(_read_lines(body))
    text = "\n".join(line for line, _ in lines)
    return Pages(text, tuple(_group(text, lines)))


_Block = Literal["text", "heading", "blank", "code"]


def _read_lines(body: str) -> Iterator[tuple[str, _Block]]:
    fence = ""
    for raw in body.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        found = _FENCE.match(raw)
        if fence:
            if found and found[1].startswith(fence):
                fence = ""
            else:
                yield raw, "code" if raw.strip() else "blank"
            continue
        if found:
            fence = found[1]
            continue
        line = re.sub(r"^ {0,3}(?:> ?)+", "", raw) if ">" in raw else raw
        if not line.strip():
            yield line, "blank"
        elif heading := _HEADING.match(line):
            yield _strip_marks(heading[1]), "heading"
        elif _RULE.match(line) or ("|" in line and _TABLE_RULE.match(line)):
            yield "", "blank"
        elif line.lstrip().startswith("|") and line.rstrip().endswith("|"):
            yield " | ".join(_strip_marks(cell.strip()) for cell in line.strip().strip("|").split("|")), "code"
        else:
            yield _strip_marks(line), "text"


def _strip_marks(line: str) -> str:
    if _MARKS.search(line) is None:
        return line
    for pattern, keep in _INLINE:
        line = pattern.sub(keep, line)
    return line


def _group(text: str, lines: list[tuple[str, _Block]]) -> Iterator[Passage]:
    heading = ""
    units: list[Unit] = []
    for found in _find_units(text, lines):
        if isinstance(found, str):
            if units:
                yield Passage(text, heading, tuple(units))
                units = []
            heading = found
            continue
        if units and found.end - units[0].start > _PASSAGE_LETTERS and not _keeps_together(units, found):
            yield Passage(text, heading, tuple(units))
            units = []
        units.append(found)
    if units:
        yield Passage(text, heading, tuple(units))


def _keeps_together(units: list[Unit], unit: Unit) -> bool:
    """Steps stay with their first step, unless they are a book of their own."""
    return unit.kind == "step" and units[-1].block == unit.block and unit.end - units[0].start < 3 * _PASSAGE_LETTERS


def _find_units(text: str, lines: list[tuple[str, _Block]]) -> Iterator[Unit | str]:
    """Units in order, with the text of a heading between them where one stands."""
    offset = 0
    block = 0
    listed = False  # inside a list; a blank line between two items does not end it
    open_from: int | None = None  # where the paragraph or item being read begins
    open_to = 0
    kind: Literal["sentence", "item", "step"] = "sentence"

    def close() -> Iterator[Unit]:
        if open_from is None:
            return
        if kind == "sentence":
            for start, end in split_sentences(text, open_from, open_to):
                yield Unit(start, end, "sentence", block)
        else:
            start = open_from
            end = open_to
            while start < end and text[start].isspace():
                start += 1
            while end > start and text[end - 1].isspace():
                end -= 1
            if start < end:
                yield Unit(start, end, kind, block)

    for line, role in lines:
        end = offset + len(line)
        marker = _MARKER.match(line) if role == "text" else None
        if role == "blank":
            yield from close()
            open_from = None
        elif role == "heading":
            yield from close()
            open_from, listed = None, False
            block += 1
            yield line.strip()
        elif marker or role == "code":
            yield from close()
            if not listed:
                block += 1
            listed = True
            open_from, open_to = offset, end
            kind = "step" if marker and marker[1] else "item"
        elif open_from is not None:
            open_to = end
        else:
            block += 1
            listed = False
            open_from, open_to, kind = offset, end, "sentence"
        offset = end + 1
    yield from close()
