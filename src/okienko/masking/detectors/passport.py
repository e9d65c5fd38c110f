"""Passports: the Polish `AB1234567` with its check digit, and whatever follows the word in a few languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.documents import begins, labelled
from okienko.masking.labels import is_plain
from okienko.masking.reading import Reading, Run

LABEL: Final = "PASSPORT"
_POLISH: Final = re.compile(r"([A-Z]{2}) ?([0-9]{7})(?![0-9A-Za-z])")
_WEIGHTS: Final = (7, 3, 9, 1, 7, 3, 1, 7, 3)
_APART: Final = 4  # words between the label and the number


def find(reading: Reading) -> Iterator[Hit]:
    for run in reading.documents(LABEL):
        hit = labelled(reading, run, LABEL, signs=(6, 11), digits=1, apart=_APART)
        if hit is None and run.end - run.start >= 7:
            hit = _by_shape(reading, run)
        if hit is not None:
            yield hit


def _by_shape(reading: Reading, run: Run) -> Hit | None:
    text = reading.text
    start = run.start - (3 if text[run.start - 1 : run.start] == " " else 2)
    if start < 0 or not begins(text, start):
        return None
    number = _POLISH.match(text, start)
    if number is None or run.linked or run.name.direct or not is_plain(number.group(1).lower()):
        return None
    value = "".join(number.groups())
    # Letters count from 10, and the weighted sum, check digit included, ends in 0.
    if sum(weight * int(sign, 36) for weight, sign in zip(_WEIGHTS, value, strict=True)) % 10:
        return None
    return Hit(label=LABEL, start=start, end=number.end(), value=value, rank=Rank.CHECKED)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    named=(LABEL,),
    lettered=True,
    rows=True,
    yes=(
        ("zamiast dowodu mam paszport BH6865470, czy", ("BH6865470",)),
        ("paszport EM 9982972", ("EM 9982972",)),
        ("My passport number is C89614445, please", ("C89614445",)),
        ("passport no. 833204499", ("833204499",)),
        ("Reisepass C01X00T47", ("C01X00T47",)),
        ("nr paszportu: ukraiński FA123456", ("FA123456",)),
        ("numer pasportu ZS0000177", ("ZS0000177",)),
        ("wpisz ZS0000177 albo później", ("ZS0000177",)),
        ("833204499 is my passport number", ("833204499",)),
        ("passport: c1 2345678", ("c1 2345678",)),
    ),
    no=("AB1234567", "paszport ważny do 12.07.2026", "paszport zgubiłem 3 dni temu", "order ZS0000177", "pasuje 60115"),
)
