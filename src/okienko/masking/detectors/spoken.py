"""Telephone numbers in words: `sześćset jeden, sto pięćdziesiąt sześć`, `five one two`, `double seven`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.reading import Reading

LABEL: Final = "PHONE_NUMBER"
_ENOUGH: Final = 8  # digits; shorter rows are amounts and codes

_ONES: Final = {
    word: str(digit)
    for digit, words in enumerate(
        (
            "zero oh", "jeden jedynka one", "dwa dwojka two", "trzy trojka three", "cztery czworka four",
            "piec piatka five", "szesc szostka six", "siedem siodemka seven", "osiem osemka eight",
            "dziewiec dziewiatka nine",
        )
    )
    for word in words.split()
}  # fmt: skip
_TEENS: Final = {
    word: str(10 + digit)
    for digit, words in enumerate(
        (
            "dziesiec ten", "jedenascie eleven", "dwanascie twelve", "trzynascie thirteen", "czternascie fourteen",
            "pietnascie fifteen", "szesnascie sixteen", "siedemnascie seventeen", "osiemnascie eighteen",
            "dziewietnascie nineteen",
        )
    )
    for word in words.split()
}  # fmt: skip
_TENS: Final = {
    word: digit
    for digit, words in enumerate(
        (
            "dwadziescia twenty", "trzydziesci thirty", "czterdziesci forty", "piecdziesiat fifty",
            "szescdziesiat sixty", "siedemdziesiat seventy", "osiemdziesiat eighty", "dziewiecdziesiat ninety",
        ),
        start=2,
    )
    for word in words.split()
}  # fmt: skip
_HUNDREDS: Final = {
    "sto": 1, "dwiescie": 2, "trzysta": 3, "czterysta": 4, "piecset": 5,
    "szescset": 6, "siedemset": 7, "osiemset": 8, "dziewiecset": 9,
}  # fmt: skip
_TWICE: Final = {"double": 2, "triple": 3, "treble": 3, "podwojne": 2, "potrojne": 3}
_WORD: Final = "|".join(sorted([*_ONES, *_TEENS, *_TENS, *_HUNDREDS, *_TWICE], key=len, reverse=True))
_ROW: Final = re.compile(
    rf"(?<![a-z])(?:{_WORD})(?![a-z])"
    rf"(?:[ ,.;-]{{1,3}}+(?:(?:{_WORD})(?![a-z])|[0-9]{{1,3}}(?![0-9])))++"
)
_GAP: Final = 3  # signs between two words of a row
_TOKEN: Final = re.compile(r"[a-z]++|[0-9]++")
_SPOKEN: Final = frozenset({*_ONES, *_TEENS, *_TENS, *_HUNDREDS, *_TWICE})
_ALL: Final = frozenset({*_ONES, *_TEENS, *_TENS, *_HUNDREDS})


def find(reading: Reading) -> Iterator[Hit]:
    folded, words = reading.folded, reading.words
    done = 0
    for place, word in enumerate(words):
        if word not in _SPOKEN:
            continue
        start = reading.starts[place]
        if start < done or not _goes_on(reading, place, start + len(word)):
            continue
        row = _ROW.match(folded, start)
        if row is None:
            continue
        done = row.end()
        digits = _digits(row.group())
        if len(digits) >= _ENOUGH:
            value = "+48" + digits if len(digits) == 9 else digits
            yield Hit(label=LABEL, start=row.start(), end=row.end(), value=value, rank=Rank.SHAPE)


def _goes_on(reading: Reading, place: int, end: int) -> bool:
    """Whether the next word is a number, too, or digits follow: most numbers in words stand alone."""
    after = reading.words[place + 1 : place + 2]
    return bool(after and after[0] in _SPOKEN) or any(map(str.isdigit, reading.folded[end : end + _GAP + 1]))


def _digits(row: str) -> str:
    """What a row of words says: tens and hundreds take in the smaller numbers after them."""
    said: list[str] = []
    hundreds = tens = 0  # waiting for their smaller part
    times = 1

    def finish() -> None:
        nonlocal hundreds, tens
        if hundreds:
            said.append(f"{hundreds}{tens}0")
        elif tens:
            said.append(f"{tens}0")
        hundreds = tens = 0

    for word in _TOKEN.findall(row):
        if word in _HUNDREDS:
            finish()
            hundreds = _HUNDREDS[word]
        elif word in _TENS:
            if tens:
                finish()
            tens = _TENS[word]
        elif word in _ONES:
            one = _ONES[word]
            whole = f"{hundreds or ''}{tens or ('0' if hundreds else '')}{one}" if one != "0" else ""
            if not whole:
                finish()
            hundreds = tens = 0
            said.append((whole or one) * times)
            times = 1
        elif word in _TEENS:
            if tens:
                finish()
            said.append(f"{hundreds or ''}{_TEENS[word]}")
            hundreds = 0
        elif word in _TWICE:
            finish()
            times = _TWICE[word]
        else:
            finish()
            said.append(word)
    finish()
    return "".join(said)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    words=_ALL,
    yes=(
        (
            "Oddzwońcie na pięć jeden dwa pięć zero pięć osiem pięć trzy w sprawie",
            ("pięć jeden dwa pięć zero pięć osiem pięć trzy",),
        ),
        (
            "call two one two five five five nine five zero seven please",
            ("two one two five five five nine five zero seven",),
        ),
        (
            "sześćset jeden, sto pięćdziesiąt sześć, siedemset pięćdziesiąt dziewięć",
            ("sześćset jeden, sto pięćdziesiąt sześć, siedemset pięćdziesiąt dziewięć",),
        ),
        ("seven double two five five oh one three one two", ("seven double two five five oh one three one two",)),
    ),
    no=(
        "mam dwa buty i trzy koszulki za sto dwadzieścia złotych",
        "one two three, testing",
        "czekam już dwadzieścia jeden dni",
    ),
)
