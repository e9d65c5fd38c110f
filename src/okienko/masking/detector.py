"""What a detector is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
    `digits`: it is asked only about texts with a digit (1), or with a row of so many of them, `LONG` or more. Most
    messages have nothing for most detectors, and not asking is the cheapest answer.
    """

    label: str
    find: Callable[[Reading], Iterable[Hit]]
    digits: int = 0
    yes: tuple[tuple[str, tuple[str, ...]], ...]
    no: tuple[str, ...]
