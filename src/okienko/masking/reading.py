"""What every detector reads: the normalised text, a folded copy for words, and its runs of digits.

Made once a message, so that seven detectors do not look for the same digits seven times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

FILLER: Final = "\ufffc"  # stands for what has been found, and for placeholders: no context reaches across it
_FOLD: Final = tuple(zip("ąćęłńóśźżäöüß", "acelnoszzaous", strict=True))
# Begins with one plain class, so that `re` skips text without digits at full speed.
_RUN: Final = re.compile(
    r"[0-9](?:[0-9]{0,3}+(?:-[0-9]{1,3})?\)[ .\-/]?[0-9]++|[0-9]*+)"  # (22) 558…, (+48) 601…, (0-22) 558…
    r"(?:(?:[ ._\-/]{1,3}+|[ .\-/]?\([0-9]{1,4}\)[ .\-/]?|[,*](?=[0-9]{3}(?![0-9])))"  # …-45, …(22)…, …,156
    r"[0-9]++)*+"
)
_TYPO: Final = re.compile(r"(?<!\w)[0-9OoIlZzSB|]++(?:[ .-][0-9OoIlZzSB|]++)*+(?!\w)")
_NEARLY: Final = frozenset("OoIl|ZzSB")
_DIGIT_FOR: Final = str.maketrans("OoIl|ZzSB", "001112258")
_WORD: Final = re.compile(r"[^\W\d_]++")
_GROUP: Final = re.compile(r"[0-9]++")
_NEAR: Final = 48  # characters of context
_MOST_TYPOS: Final = 3
_SHORTEST_RETYPED: Final = 9  # signs of a row
_LONGEST_RETYPED: Final = 15
_CROWD: Final = 64  # groups; a longer row of small numbers is no identifier that could be told from the next


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Run:
    """Groups of digits with nothing but spaces, dots, dashes, slashes and area codes in brackets between them."""

    digits: str
    context: str  # the folded words in front of it, as far as the next digits or anything already found
    starts: tuple[int, ...]  # of each group, in the reading's text
    ends: tuple[int, ...]
    before: tuple[int, ...]  # how many of the run's digits precede each group
    group_ending: dict[int, int]  # digits so far -> the group that ends there

    @property
    def start(self) -> int:
        return self.starts[0]

    @property
    def end(self) -> int:
        return self.ends[-1]

    @property
    def lengths(self) -> tuple[int, ...]:
        """Of all groups."""
        return self.shape(0, len(self.starts) - 1)

    def shape(self, first: int, last: int) -> tuple[int, ...]:
        """The lengths of the groups from `first` to `last`, both included."""
        return tuple(self.ends[i] - self.starts[i] for i in range(first, last + 1))

    def windows(self, length: int) -> Iterator[tuple[int, int, str]]:
        """Whole groups with `length` digits together: first group, last group, digits."""
        if len(self.digits) < length:
            return
        for first, seen in enumerate(self.before):
            last = self.group_ending.get(seen + length)
            if last is not None:
                yield first, last, self.digits[seen : seen + length]


@dataclass(frozen=True, kw_only=True, repr=False)
class Reading:
    """A message as detectors see it; `folded` has the same length as `text`: lower case, without Polish marks.

    `crowds` are the places of rows with more than 64 groups of digits: they are masked as they are, unread.
    """

    text: str
    folded: str
    words: list[str]  # folded, rows of letters alone: `Nowak-Kowalska` and `O'Brien` are two words each
    runs: tuple[Run, ...]
    crowds: tuple[tuple[int, int], ...]

    @cached_property
    def starts(self) -> list[int]:
        """Where each word begins, in `text` and in `folded`. Few messages need to know."""
        return [word.start() for word in _WORD.finditer(self.folded)]

    def before(self, at: int) -> str:
        """The folded text in front of a place, as far as anything already found."""
        return _tail(self.folded, at)


def _tail(folded: str, at: int, done: int = 0) -> str:
    context = folded[max(done, at - _NEAR) : at]
    return context if FILLER not in context else context[context.rindex(FILLER) + 1 :]


def fold(text: str) -> str:
    """A normalised text in lower case without Polish marks; as long as the text."""
    folded = text.lower()
    if len(folded) != len(text):
        folded = "".join(character.lower()[0] for character in text)
    if not folded.isascii():
        for marked, plain in _FOLD:  # quicker than a table: most letters are absent
            folded = folded.replace(marked, plain)
    return folded


def read(text: str) -> Reading:
    """Prepare a normalised text. Linear."""
    folded = fold(text)
    runs: list[Run] = []
    crowds: list[tuple[int, int]] = []
    done = 0
    matches = list(_RUN.finditer(text))
    if any(_mixed(text, match) for match in matches):
        matches = list(_RUN.finditer(_TYPO.sub(_retyped, text)))
    for match in matches:
        context = _tail(folded, match.start(), done)
        run = _run(match, context if context.islower() else "")  # no letter in it, so no word
        done = match.end()
        if len(run.starts) > _CROWD:
            crowds.append((run.start, run.end))
        else:
            runs.append(run)
    return Reading(text=text, folded=folded, words=_WORD.findall(folded), runs=tuple(runs), crowds=tuple(crowds))


def _mixed(text: str, run: re.Match[str]) -> bool:
    return text[run.end() : run.end() + 1] in _NEARLY or text[max(0, run.start() - 1) : run.start()] in _NEARLY


def _retyped(match: re.Match[str]) -> str:
    """Letters that were hit instead of digits (`6O1 l56 759`), in rows that are as long as a number and mostly one."""
    row = match.group()
    letters = sum(character.isalpha() or character == "|" for character in row)
    if not letters or letters > _MOST_TYPOS:
        return row
    pieces = re.split(r"[ .-]", row)
    long = _SHORTEST_RETYPED <= sum(map(len, pieces)) <= _LONGEST_RETYPED
    return row.translate(_DIGIT_FOR) if long and all(any(c.isdigit() for c in piece) for piece in pieces) else row


def _run(match: re.Match[str], context: str) -> Run:
    text = match.group()
    offset = match.start()
    if text.isdigit():
        return Run(
            digits=text,
            context=context,
            starts=(offset,),
            ends=(match.end(),),
            before=(0,),
            group_ending={len(text): 0},
        )
    digits: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    group_ending: dict[int, int] = {}
    seen = 0
    for number, group in enumerate(_GROUP.finditer(text)):
        piece = group.group()
        digits.append(piece)
        starts.append(offset + group.start())
        ends.append(offset + group.end())
        before.append(seen)
        seen += len(piece)
        group_ending[seen] = number
    return Run(
        digits="".join(digits),
        context=context,
        starts=tuple(starts),
        ends=tuple(ends),
        before=tuple(before),
        group_ending=group_ending,
    )
