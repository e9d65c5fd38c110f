"""What a detector is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum

from okienko.masking.reading import Reading


class Rank(IntEnum):
    """Who owns characters that two detectors claim: the higher one."""

    LAST = 0  # takes only what nobody else wants
    SHAPE = 1  # looks like one
    CHECKED = 2  # its check digits fit
    KEPT = 3  # a word for an order stands directly before it
    CERTAIN = 4  # cannot be anything else
    LABELLED = 5  # its own name stands directly before it
    DENIED = 6  # the brand said so


@dataclass(slots=True, kw_only=True)  # not frozen: that takes twice as long to make
class Hit:
    """A span of the reading's text, and its value in the one form by which equal values are recognised."""

    label: str
    start: int
    end: int
    value: str = field(repr=False)
    rank: Rank
    why: str = field(default="", repr=False)  # filled in only when an explanation was asked for

    def moved(self, by: int) -> Hit:
        """The same hit so many characters further on."""
        if not by:
            return self
        return replace(self, start=self.start + by, end=self.end + by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """A kind, how it is found (linear in the text), and examples that a test runs.

    `yes`: a message and the pieces of it that must be found; `no`: messages in which this detector finds nothing.

    The rest says what wakes it; any of it is enough, and one that names nothing is always asked. In folded text:
    `words` and `stems` (beginnings of words), and `signs` (any characters); a row of so many `digits` (1: any digit,
    else `LONG` and more); a number that is `named` so by the words around it, or is `lettered` (`Run`).

    `rows`: it reads rows of digits, so what is left of a row when a part of it is taken is read anew by it.
    """

    label: str
    find: Callable[[Reading], Iterable[Hit]]
    words: Collection[str] = ()
    stems: Collection[str] = ()
    signs: Collection[str] = ()
    digits: int = 0
    named: Collection[str] = ()
    lettered: bool = False
    rows: bool = False
    yes: tuple[tuple[str, tuple[str, ...]], ...]
    no: tuple[str, ...]

    @property
    def always(self) -> bool:
        """Whether it needs nothing to be woken."""
        return not (self.words or self.stems or self.signs or self.digits or self.named or self.lettered)
