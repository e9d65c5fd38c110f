"""Each detector's own examples, and what the house asks of every detector."""

from __future__ import annotations

from pathlib import Path

import pytest

from okienko.masking import detectors
from okienko.masking.detector import Detector
from okienko.masking.detectors import DETECTORS
from okienko.masking.kinds import ENTITIES
from okienko.masking.normalise import normalise
from okienko.masking.reading import read
from okienko.masking.resolve import resolve


def found_by(detector: Detector, text: str) -> tuple[str, ...]:
    normalised = normalise(text)
    hits = resolve(detector.find(read(normalised.text)))
    return tuple(text[slice(*normalised.original(hit.start, hit.end))] for hit in hits)


@pytest.mark.parametrize(
    ("detector", "text", "pieces"),
    [pytest.param(one, text, pieces, id=f"{one.label}: {text}") for one in DETECTORS for text, pieces in one.yes],
)
def test_finds_its_yes(detector: Detector, text: str, pieces: tuple[str, ...]) -> None:
    assert found_by(detector, text) == pieces


@pytest.mark.parametrize(
    ("detector", "text"),
    [pytest.param(one, text, id=f"{one.label}: {text}") for one in DETECTORS for text in one.no],
)
def test_passes_by_its_no(detector: Detector, text: str) -> None:
    assert found_by(detector, text) == ()


def test_every_file_in_the_folder_is_a_detector_with_examples() -> None:
    files = [path for path in Path(detectors.__path__[0]).glob("*.py") if path.name != "__init__.py"]
    assert len(files) == len(DETECTORS)
    for detector in DETECTORS:
        assert detector.label in ENTITIES
        assert detector.yes, detector.label
        assert detector.no, detector.label


def test_hits_hide_their_value() -> None:
    for detector in DETECTORS:
        for text, _ in detector.yes:
            for hit in detector.find(read(normalise(text).text)):
                assert not hit.value or hit.value not in repr(hit)
