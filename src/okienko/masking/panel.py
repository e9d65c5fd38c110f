"""Which detectors a text may have something for, decided by one look at its words, signs and numbers.

Most messages have nothing for most detectors, and not asking is the cheapest answer. What wakes a detector stands in
its own file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Final

from okienko.masking.detector import Detector, Hit
from okienko.masking.reading import Reading

_MOST_KNOWN: Final = 16_000  # words remembered; a hostile sender could go on for ever
_LONGEST_WORD: Final = 40  # letters
_LONGEST_ROW: Final = 32  # digits; longer ones wake whom these wake

_Find = Callable[[Reading], Iterable[Hit]]


class _Wakes(dict[str, int]):
    """Whom folded words wake, as bits; asked for a word that was not met yet, it finds out."""

    def __init__(self, detectors: Sequence[Detector]) -> None:
        super().__init__()
        self._words = [frozenset(detector.words) for detector in detectors]
        self._stems = [tuple(detector.stems) for detector in detectors]

    def __missing__(self, word: str) -> int:
        bits = 0
        for place, (words, stems) in enumerate(zip(self._words, self._stems, strict=True)):
            bits |= (word in words or word.startswith(stems)) << place
        if len(word) <= _LONGEST_WORD:
            if len(self) >= _MOST_KNOWN:
                self.clear()
            self[word] = bits
        return bits


class Panel:
    """Detectors in their order, asked only where something in the text wakes them.

    `find` reports what all of them together would: a detector says itself what it cannot do without.
    """

    def __init__(self, detectors: Iterable[Detector]) -> None:
        self.detectors = tuple(detectors)
        self._finds: tuple[_Find, ...] = tuple(detector.find for detector in self.detectors)
        self._wakes = _Wakes(self.detectors)
        self._always = self._bits(lambda detector: detector.always)
        self._lettered = self._bits(lambda detector: detector.lettered)
        self._sized = tuple(
            self._bits(lambda detector, size=size: 0 < detector.digits <= size) for size in range(_LONGEST_ROW + 1)
        )
        signs = {sign for detector in self.detectors for sign in detector.signs}
        self._signs = tuple(
            (sign, self._bits(lambda detector, sign=sign: sign in detector.signs)) for sign in sorted(signs)
        )
        names = {name for detector in self.detectors for name in detector.named}
        self._named = {name: self._bits(lambda detector, name=name: name in detector.named) for name in names}
        self._asked: dict[int, tuple[_Find, ...]] = {}

    @cached_property
    def of_rows(self) -> Panel:
        """Those that read rows of digits."""
        return Panel(detector for detector in self.detectors if detector.rows)

    def find(self, reading: Reading) -> list[Hit]:
        """Every detector's hits, in their order."""
        wakes = self._wakes
        bits = self._always
        for word in reading.words:
            bits |= wakes[word]
        folded = reading.folded
        for sign, woken in self._signs:
            if sign in folded:
                bits |= woken
        if reading.runs or reading.crowds:
            longest = reading.longest
            bits |= self._sized[min(longest, _LONGEST_ROW)]
            named = self._named
            for run in reading.codes:
                if run.lettered:
                    bits |= self._lettered
                kind = run.name.kind
                if kind in named:
                    bits |= named[kind]
        asked = self._asked.get(bits)
        if asked is None:
            asked = self._asked[bits] = tuple(find for place, find in enumerate(self._finds) if bits >> place & 1)
        return [hit for find in asked for hit in find(reading)]

    def _bits(self, wanted: Callable[[Detector], bool]) -> int:
        return sum(1 << place for place, detector in enumerate(self.detectors) if wanted(detector))
