"""VIN, a vehicle's number of 17 signs (ISO 3779), none of them I, O or Q."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.labels import is_plain
from okienko.masking.reading import Reading

LABEL: Final = "VIN"
_PLAIN: Final = re.compile(r"(?=[a-z0-9]{0,14}[a-z])[a-hj-npr-z0-9]{13}[0-9]{4}(?![a-z0-9])")
_SPACED: Final = re.compile(r"[a-hj-npr-z0-9](?:[ -]?[a-hj-npr-z0-9]){16}(?![a-z0-9])")
_ROUGH: Final = re.compile(r"(?=[a-z]{0,8}[0-9])[a-z0-9]{15,18}(?![a-z0-9])")
_SIZE: Final = 17
_VALUES: Final = dict(
    zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "012345678912345678123457923456789"), strict=True)
)
_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_WORDS: Final = frozenset({LABEL, "VEHICLE_PLATE"})
_WORD: Final = re.compile(r"[a-z]+$")


def find(reading: Reading) -> Iterator[Hit]:
    done = 0
    for run in reading.codes:
        if run.start < done:
            continue
        start, end = reading.token(run.start)
        called = run.name.kind in _WORDS and run.name.between <= 4
        done = end
        if not (called or end - start == _SIZE):
            continue
        number = _PLAIN.match(reading.folded, start)
        if number is not None and not called:
            written = number.group().upper()
            if run.name.direct or run.linked or not (_fits(written) or reading.text[start:end].isupper()):
                continue
        elif number is None and run.name.kind == LABEL:
            start = _spaced_start(reading, start)
            number = _SPACED.match(reading.folded, start) or _ROUGH.match(reading.folded, start)
        if number is not None:
            done = number.end()
            value = number.group().replace(" ", "").replace("-", "").upper()
            rank = Rank.LABELLED if called else Rank.CHECKED
            yield Hit(label=LABEL, start=start, end=done, value=value, rank=rank)


def _fits(number: str) -> bool:
    """The check digit of North America (49 CFR 565.15): the ninth sign."""
    return "0123456789X"[sum(w * _VALUES[sign] for w, sign in zip(_WEIGHTS, number, strict=True)) % 11] == number[8]


def _spaced_start(reading: Reading, start: int) -> int:
    """Where `WVW ZZZ 1KZ …` begins, when its first digits stand further on."""
    folded = reading.folded
    for _ in range(3):
        word = _WORD.search(folded, max(0, start - 9), max(0, start - 1))
        if word is None or folded[start - 1] not in " -" or not is_plain(word.group()) or len(word.group()) > 8:
            break
        if not reading.text[word.start() : word.end()].isupper():
            break
        start = word.start()
    return start


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    digits=_SIZE,
    named=_WORDS,
    lettered=True,
    rows=True,
    yes=(
        ("VIN WVWZZZ1KZ6W612305, proszę", ("WVWZZZ1KZ6W612305",)),
        ("szukam części do 1HGCM82633A004352", ("1HGCM82633A004352",)),
        ("vin: wvwzzz1kz6w612305", ("wvwzzz1kz6w612305",)),
        ("nr nadwozia TMBJG7NE4F0123456", ("TMBJG7NE4F0123456",)),
        ("VIN: WVW ZZZ 1KZ 6W 612305", ("WVW ZZZ 1KZ 6W 612305",)),
        ("WVWZZZ1KZ6W612305 to mój VIN", ("WVWZZZ1KZ6W612305",)),
        ("vin WVWZZZ1KZ6W61230", ("WVWZZZ1KZ6W61230",)),
    ),
    no=(
        "model WVWZZZ1KZ6W612305",
        "1Z999AA10123456784",
        "12345678901234567",
        "VIN jest na szybie od 2015 roku",
        "zamówienie WVWZZZ1KZ6W612305",
    ),
)
