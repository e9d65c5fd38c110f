"""One look at a text decides which detectors are asked; nobody who would find something is left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.evaluation.corpus.generate import PARTS, Part, generate
from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.detectors import DETECTORS
from okienko.masking.mask import PANEL
from okienko.masking.normalise import normalise
from okienko.masking.panel import Panel
from okienko.masking.reading import Reading, read

EXAMPLES = [text for one in DETECTORS for text in (*(text for text, _ in one.yes), *one.no)]


def asked_all(reading: Reading) -> list[Hit]:
    return [hit for detector in DETECTORS for hit in detector.find(reading)]


def asks_nobody_in_vain(text: str) -> bool:
    return PANEL.find(read(text)) == asked_all(read(text))


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_wake_their_detectors(text: str) -> None:
    assert asks_nobody_in_vain(normalise(text).text)


@pytest.mark.parametrize("part", PARTS)
def test_messages_wake_their_detectors(part: Part) -> None:
    assert [m.text for m in generate("seen", part) if not asks_nobody_in_vain(normalise(m.text).text)] == []


@given(st.lists(st.sampled_from(EXAMPLES), min_size=1, max_size=3), st.sampled_from(["", " ", "\n", "-", "/"]))
def test_mixtures_wake_their_detectors(pieces: list[str], glue: str) -> None:
    assert asks_nobody_in_vain(normalise(glue.join(pieces)).text)


def found(reading: Reading) -> list[Hit]:
    return [Hit(label="NUMBER", start=0, end=1, value=reading.folded[:1], rank=Rank.SHAPE)]


@pytest.mark.parametrize(
    ("wakes", "woken", "not_woken"),
    [
        (Detector(label="NUMBER", find=found, yes=(), no=()), "ala", None),
        (Detector(label="NUMBER", find=found, words=("kot",), yes=(), no=()), "ma kot", "ma kota"),
        (Detector(label="NUMBER", find=found, stems=("kot",), yes=(), no=()), "ma kota", "ma psa"),
        (Detector(label="NUMBER", find=found, signs=("@",), yes=(), no=()), "a@b", "a b"),
        (Detector(label="NUMBER", find=found, digits=1, yes=(), no=()), "ma 3", "ma trzy"),
        (Detector(label="NUMBER", find=found, digits=9, yes=(), no=()), "601 156 759", "601 156 75"),
        (Detector(label="NUMBER", find=found, named=("PASSPORT",), yes=(), no=()), "paszport 123456", "numer 123456"),
        (Detector(label="NUMBER", find=found, lettered=True, yes=(), no=()), "XYZ 1234", "mam 12 lat"),
    ],
)
def test_what_wakes_a_detector(wakes: Detector, woken: str, not_woken: str | None) -> None:
    assert Panel([wakes]).find(read(woken))
    assert not_woken is None or Panel([wakes]).find(read(not_woken)) == []
