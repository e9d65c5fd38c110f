"""What every detector reads: the normalised text, a folded copy for words, and its runs of digits.

Made once a message, so that seven detectors do not look for the same digits seven times.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Generic, TypeVar

from okienko.masking.context import Name, name_after, name_before
from okienko.masking.labels import CALL, NUMBERED, is_link

FILLER: Final = "\ufffc"  # stands for what has been found, and for placeholders: no context reaches across it
_FOLD: Final = tuple(zip("ąćęłńóśźżäöüß", "acelnoszzaous", strict=True))
# Begins with one plain class, so that `re` skips text without digits at full speed.
_RUN: Final = re.compile(
    r"[0-9](?:[0-9]{0,3}+(?:-[0-9]{1,3})?\)[ .\-/]?[0-9]++|[0-9]*+)"  # (22) 558…, (+48) 601…, (0-22) 558…
    r"(?:(?:[ ._\-/]{1,3}+|[ .\-/]?\([0-9]{1,4}\)[ .\-/]?|[,*](?=[0-9]{3}(?![0-9])))"  # …-45, …(22)…, …,156
    r"[0-9]++)*+"
)
# Letters that are hit or read instead of a digit. Only where one stands beside a digit a row of them is looked for.
_BESIDE_MISREAD: Final = re.compile(r"[0-9](?:[OoQlIi|!ZzSsBGgq]|(?<=[OoQlIi|!ZzSsBGgq].))")
_TYPO: Final = re.compile(r"(?<!\w)[0-9OoQlIi|!ZzSsBGgq]++(?:[ .-][0-9OoQlIi|!ZzSsBGgq]++)*+(?!\w)")
_DIGIT_FOR: Final = str.maketrans("OoQlIi|!ZzSsBGgq", "0001111122558699")
_WORD: Final = re.compile(r"[^\W\d_]++")
_PLAIN_WORD: Final = re.compile(r"[a-z]++")  # the same in a folded text that is ASCII, in two thirds of the time
_WRITTEN: Final = re.Match[str].group
_START: Final = re.Match[str].start
_GROUP: Final = re.compile(r"[0-9]++")
_DATE: Final = re.compile(
    r"(?:(?:[0-3]?[0-9]([./-])[01]?[0-9]\1(?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}([./-])[01]?[0-9]\2[0-3]?[0-9])(?: ?- ?|$|"
    r" (?=[0-2]?[0-9][.:_-]?[0-9]{0,2}$)))+(?:[0-2]?[0-9](?:[.:_-][0-9]{2})?)?$"
)
_NO_DIGIT: Final = {code: None for code in range(128) if not chr(code).isdigit()}
_NEAR: Final = 64  # characters of context
_MOST_TYPOS: Final = 3
_SHORTEST_RETYPED: Final = 9  # signs of a row
_LONGEST_RETYPED: Final = 34
_CROWD: Final = 64  # groups; a longer row of small numbers is no identifier that could be told from the next
_MOST_RUNS: Final = 160  # of one text that is read at once; beyond them only long ones count
MOST_LONG: Final = 64  # long ones of such a text; no message has more, and those beyond are masked unread
_SHORTEST_CODE: Final = 4  # digits that stand alone
LONG: Final = 7  # digits of the shortest telephone number
_LONGEST_SERIES: Final = 5  # letters in front of a document's digits
_GLUED: Final = 6  # characters between digits of the same code
_LONGEST_TOKEN: Final = 64
_LONGEST_LINK: Final = 256  # characters of a link in front of its number


_Owner = TypeVar("_Owner")
_Value = TypeVar("_Value")


class once(Generic[_Owner, _Value]):  # noqa: N801 - it is used as `property` is
    """`functools.cached_property` without the lock of Python 3.11, which takes longer than most of the work here."""

    def __init__(self, work: Callable[[_Owner], _Value]) -> None:
        self._work = work
        self.__doc__ = work.__doc__

    def __get__(self, owner: _Owner, kind: type[_Owner] | None = None) -> _Value:
        value = owner.__dict__[self._work.__name__] = self._work(owner)
        return value


@dataclass(kw_only=True, repr=False, eq=False)  # not frozen: that takes twice as long to make
class Run:
    """Groups of digits with nothing but spaces, dots, dashes, slashes and area codes in brackets between them.

    What detectors ask for is worked out when the first of them asks: most numbers are prices and dates.
    """

    written: str  # as it is read: letters that stand for digits are digits
    folded: str  # the whole text's
    start: int
    end: int
    since: int  # where the words in front of it begin: behind the digits before

    @once
    def digits(self) -> str:
        return self.written if self.written.isdigit() else self.written.translate(_NO_DIGIT)

    @once
    def _groups(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        if self.written.isdigit():
            return (self.start,), (self.end,)
        groups = [group.span() for group in _GROUP.finditer(self.written)]
        return tuple([self.start + start for start, _ in groups]), tuple([self.start + end for _, end in groups])

    @property
    def starts(self) -> tuple[int, ...]:
        """Of each group, in the reading's text."""
        return self._groups[0]

    @property
    def ends(self) -> tuple[int, ...]:
        """Of each group."""
        return self._groups[1]

    @once
    def lengths(self) -> tuple[int, ...]:
        """Of all groups."""
        return tuple([end - start for start, end in zip(*self._groups, strict=True)])

    @once
    def before(self) -> tuple[int, ...]:
        """How many of the run's digits precede each group."""
        return tuple(accumulate(self.lengths[:-1], initial=0))

    @once
    def group_ending(self) -> dict[int, int]:
        """Digits so far -> the group that ends there."""
        return {seen: number for number, seen in enumerate(accumulate(self.lengths))}

    @once
    def context(self) -> str:
        """The folded words in front of it, as far as the next digits or anything already found."""
        context = _tail(self.folded, self.start, self.since)
        piece = context.rpartition(" ")[2]
        if any(map(str.isdigit, piece)):  # the beginning of the same code: `UP1A.231005`
            context = context[: len(context) - len(piece)]
        return context if context.islower() else ""  # no letter in it, so no word

    @once
    def name(self) -> Name:
        """What the words around it call it: those in front, or else those behind (`601 156 759 to mój numer`)."""
        name = name_before(self.context)
        if name.kind and name.kind != NUMBERED:
            return name
        after = name_after(self.folded, self.end)
        return Name(after, 0) if after and after != NUMBERED else (name if name.kind else Name(after, 0))

    @once
    def linked(self) -> bool:
        """Whether it is part of a link."""
        if "/" not in self.folded and "www." not in self.folded:
            return False
        before = self.folded[max(0, self.start - _LONGEST_LINK) : self.start]
        token = before[max(before.rfind(" "), before.rfind("\n"), before.rfind("\t")) + 1 :]
        return "://" in token or "www." in token or ("/" in token and "." in token.partition("/")[0])

    @property
    def unnamed(self) -> bool:
        """Whether no word says what it is; `numer` says nothing."""
        return self.name.kind in {"", NUMBERED, CALL}

    @once
    def lettered(self) -> bool:
        """Whether letters are glued to it or a short word stands before it: `KR1AB23`, `ABC 123456`, not `numer 12`."""
        folded, start = self.folded, self.start
        before = folded[start - 1 : start]
        if before.isalpha() or folded[self.end : self.end + 1].isalpha():
            return True
        if not before or before not in " -":
            return False
        word = folded[max(0, start - 2 - _LONGEST_SERIES) : start - 1].rpartition(" ")[2]
        return 0 < len(word) <= _LONGEST_SERIES and not is_link(word)

    @once
    def dated(self) -> bool:
        """Whether it is a date, or a few of them, with or without the time of day."""
        return 8 <= len(self.written) <= 25 and _DATE.match(self.written) is not None

    def called(self, kind: str, within: int = 3) -> bool:
        """Whether its nearest name is of this kind, and no more words away."""
        name = self.name
        return name.kind == kind and name.between <= within

    def shape(self, first: int, last: int) -> tuple[int, ...]:
        """The lengths of the groups from `first` to `last`, both included."""
        return self.lengths[first : last + 1]

    def windows(self, length: int) -> Iterator[tuple[int, int, str]]:
        """Whole groups with `length` digits together: first group, last group, digits."""
        size = len(self.digits)
        if size <= length:
            if size == length:
                yield 0, len(self.starts) - 1, self.digits
            return
        if size == len(self.written):
            return
        for first, seen in enumerate(self.before):
            last = self.group_ending.get(seen + length)
            if last is not None:
                yield first, last, self.digits[seen : seen + length]


@dataclass(kw_only=True, repr=False, eq=False)  # not frozen, as a run is not
class Reading:
    """A message as detectors see it; `folded` has the same length as `text`: lower case, without Polish marks.

    `crowds` are the places of rows with more than 64 groups of digits, and of the numbers in a text that is full of
    them: they are masked as they are, unread.
    """

    text: str
    folded: str
    words: list[str]  # folded, rows of letters alone: `Nowak-Kowalska` and `O'Brien` are two words each
    places: list[re.Match[str]]  # of the words
    runs: tuple[Run, ...]
    crowds: tuple[tuple[int, int], ...]

    @once
    def starts(self) -> list[int]:
        """Where each word begins, in `text` and in `folded`. Few messages need to know."""
        return list(map(_START, self.places))

    @once
    def long(self) -> tuple[Run, ...]:
        """The runs that may be an identifier of digits: seven and more that are no date."""
        return tuple(
            [run for run in self.runs if run.end - run.start >= LONG and len(run.digits) >= LONG and not run.dated]
        )

    @once
    def longest(self) -> int:
        """Digits of its longest row that may be an identifier; 1 if all are shorter than `LONG`, 0 if it has none."""
        if self.crowds:
            return sys.maxsize
        return max([len(run.digits) for run in self.long], default=1 if self.runs else 0)

    @once
    def codes(self) -> tuple[Run, ...]:
        """The runs that may be a part of something written in letters and digits: `ABC 123456`, `KR 1AB23`."""
        folded = self.folded
        return tuple(
            [
                run
                for run in self.runs
                if (
                    run.end - run.start >= _SHORTEST_CODE
                    or folded[run.start - 1 : run.start].isalpha()
                    or folded[run.end : run.end + 1].isalpha()
                )
                and not run.dated
            ]
        )

    def documents(self, label: str) -> Iterator[Run]:
        """The runs that may be a part of such a document's number: those it names, and those beside letters."""
        return (run for run in self.codes if run.name.kind == label or run.lettered)

    def token(self, at: int) -> tuple[int, int]:
        """The letters and digits around a place, with nothing between them."""
        start, end = at, at + 1
        folded = self.folded
        while start and folded[start - 1].isalnum() and at - start < _LONGEST_TOKEN:
            start -= 1
        while end < len(folded) and folded[end].isalnum() and end - at < _LONGEST_TOKEN:
            end += 1
        return start, end

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


def _word_of(folded: str) -> re.Pattern[str]:
    return _PLAIN_WORD if folded.isascii() else _WORD


def read(text: str, *, most_long: int = MOST_LONG) -> Reading:
    """Prepare a normalised text. Linear. `most_long`: of its long runs that are read, see `crowds`."""
    folded = fold(text)
    matches = list(_RUN.finditer(text))
    if matches and _BESIDE_MISREAD.search(text) is not None:
        matches = list(_RUN.finditer(_TYPO.sub(_retyped, text)))
    runs: list[Run] = []
    crowds: list[tuple[int, int]] = []
    done = since = long = 0
    for match in matches:
        start, end = match.span()
        written = match.group()
        size = end - start
        long += size >= LONG
        if size > 2 * _CROWD and len(_GROUP.findall(written)) > _CROWD:
            crowds.append((start, end))
        elif long > most_long:
            if size >= LONG:
                crowds.append((start, end))
        elif len(runs) < _MOST_RUNS or size >= LONG:
            if start - done > _GLUED or not runs or not folded[done:start].isprintable() or " " in folded[done:start]:
                since = done
            runs.append(Run(written=written, folded=folded, start=start, end=end, since=since))
        done = end
    places = list(_word_of(folded).finditer(folded))
    return Reading(
        text=text,
        folded=folded,
        words=list(map(_WRITTEN, places)),
        places=places,
        runs=tuple(runs),
        crowds=tuple(crowds),
    )


def _retyped(match: re.Match[str]) -> str:
    """Letters that were hit instead of digits (`6O1 l56 759`), in rows that are as long as a number and mostly one."""
    row = match.group()
    if len(row) < _SHORTEST_RETYPED:
        return row
    digits = sum(map(str.isdigit, row))
    if row[0] in "ZzSsBGgq":  # rather the series of a document
        return row
    pieces = re.split(r"[ .-]", row)
    size = sum(map(len, pieces))
    if digits == size or size - digits > min(_MOST_TYPOS, size // 3):
        return row
    long = _SHORTEST_RETYPED <= size <= _LONGEST_RETYPED
    return row.translate(_DIGIT_FOR) if long and all(any(map(str.isdigit, piece)) for piece in pieces) else row
