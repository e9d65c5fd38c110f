"""Which detector found what, and in which words: behind `okienko mask --explain`. It quotes the text it explains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.detectors import DETECTORS
from okienko.masking.keeping import SENSITIVE
from okienko.masking.mask import Findings, find
from okienko.masking.panel import Panel
from okienko.masking.reading import Reading
from okienko.values import RawText

_REASONS: Final = {
    Rank.LAST: "nothing explains it",
    Rank.SHAPE: "it looks like one",
    Rank.CHECKED: "its check digits fit",
    Rank.KEPT: "a word for an order stands before it",
    Rank.CERTAIN: "it cannot be anything else",
    Rank.LABELLED: "words around it say so",
    Rank.DENIED: "the brand says so",
}
_SENSITIVE: Final = "it is said about health or another special category; the words stay, and the message is flagged"
_NEAR: Final = 24  # characters of the words in front


def explain(raw: RawText, *, allowed: Sequence[str] = (), denied: Sequence[tuple[str, str]] = ()) -> Findings:
    """What `find` finds, each with the detector that found it, why, and the words in front of it as that one saw them.

    Raises `MaskingFailed`.
    """
    return find(raw, allowed=allowed, denied=denied, detectors=_TELLING)


def _telling(detector: Detector) -> Detector:
    name = detector.find.__module__.rpartition(".")[2]

    def tell(reading: Reading) -> Iterable[Hit]:
        for hit in detector.find(reading):
            context = reading.before(hit.start)[-_NEAR:].strip()
            reason = _SENSITIVE if hit.label in SENSITIVE else _REASONS[hit.rank]
            yield replace(hit, why=f"{name}: {reason}" + (f", after “{context}”" if context else ""))

    return replace(detector, find=tell)


_TELLING: Final = Panel(map(_telling, DETECTORS))
