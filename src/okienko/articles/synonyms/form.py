"""Words that mean the same, as somebody writes them: a line a group. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from okienko.articles.questions import LONGEST as LONGEST_QUESTION
from okienko.articles.questions import mask_questions
from okienko.values import Brand
from okienko.web.i18n import mark

MOST: Final = 500  # lines
MOST_WORDS: Final = 12  # of a line
LONGEST: Final = 40  # characters of a word

_BETWEEN: Final = re.compile(r"[\s,;=|/]+")
_WORD: Final = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")

Why = Literal["alone", "words", "long", "sign", "many", "personal"]
WHY: Final[Mapping[Why, str]] = {
    "alone": mark("a line has at least two words"),
    "words": mark("a line has at most 12 words"),
    "long": mark("a word has at most 40 characters"),
    "sign": mark("a word has letters, digits and hyphens only"),
    "many": mark("500 lines are the most"),
    "personal": mark("this looks like somebody's personal data"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A line that cannot be saved."""

    line: str
    why: Why


def read_lines(text: str, brand: Brand) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The groups, each as its words with a space between, every group once; and what is wrong with them.

    Commas, semicolons, bars and signs of equality part words as spaces do.
    """
    lines = dict.fromkeys(
        " ".join(dict.fromkeys(word for word in _BETWEEN.split(written) if word)) for written in text.splitlines()
    )
    found = tuple(line for line in lines if line)
    problems = [Problem(line=line[:200], why=why) for line in found if (why := _judge(line, brand)) is not None]
    problems += [Problem(line=line[:200], why="many") for line in found[MOST : MOST + 1]]
    return found, tuple(problems)


def _judge(line: str, brand: Brand) -> Why | None:
    words = line.split()
    if len(words) < 2:
        return "alone"
    if len(words) > MOST_WORDS:
        return "words"
    if any(len(word) > LONGEST for word in words):
        return "long"
    if not all(_WORD.fullmatch(word) for word in words):
        return "sign"
    # What is masked in it would be hidden in a question, too: such a line finds nothing, and is nobody's business.
    masked = mask_questions([line], brand.language, brand)
    return None if [text.text for text in masked] == [line[:LONGEST_QUESTION].strip()] else "personal"


def write_lines(lines: Sequence[str]) -> str:
    """As they are edited."""
    return "\n".join(lines)
