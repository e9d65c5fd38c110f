"""Identity cards: the Polish `ABC 123456` with its check digit, and whatever follows the words for one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.documents import begins, labelled
from okienko.masking.labels import is_plain
from okienko.masking.reading import Reading, Run

LABEL: Final = "PL_ID_CARD"
_CARD: Final = re.compile(r"([a-z]{3})([ -]?)([0-9](?:[ -]?[0-9]){5})(?![0-9a-z])")
_SERIES: Final = re.compile(r"seri[aie][ :]{1,3}([a-z]{3})[ ,]{1,3}(?:i )?(?:nr|numer|number|no)[ .:]{0,3}$")
_WEIGHTS: Final = (7, 3, 1, 9, 7, 3, 1, 7, 3)
_APART: Final = 4  # words between the label and the number


def find(reading: Reading) -> Iterator[Hit]:
    runs = reading.codes if "seri" in reading.folded else reading.documents(LABEL)
    for run in runs:
        hit = (
            _serial(reading, run)
            or labelled(reading, run, LABEL, signs=(6, 14), digits=4, apart=_APART)
            or (_by_shape(reading, run) if run.end - run.start > 1 else None)
        )
        if hit is not None:
            yield hit


def _serial(reading: Reading, run: Run) -> Hit | None:
    """`seria: ABC, numer: 123456`."""
    if len(run.digits) != 6:
        return None
    series = _SERIES.search(reading.folded, max(0, run.start - 40), run.start)
    if series is None or not is_plain(series.group(1)):
        return None
    value = (series.group(1) + run.digits).upper()
    return Hit(label=LABEL, start=series.start(1), end=run.end, value=value, rank=Rank.LABELLED)


def _by_shape(reading: Reading, run: Run) -> Hit | None:
    folded = reading.folded
    letter = run.start - 1
    if letter > 0 and folded[letter] in " -":
        letter -= 1
    start = letter - 2
    if start < 0 or not folded[letter].isalpha() or not begins(reading.text, start):
        return None
    card = _CARD.match(folded, start)
    if card is None:
        return None
    letters, gap, digits = card.groups()
    value = letters + "".join(filter(str.isdigit, digits))
    written = reading.text[start : start + 3]
    if run.linked or run.name.direct or not is_plain(letters) or not _fits(value):
        return None
    if not written.isupper() and (gap or not written.islower()):
        return None
    return Hit(label=LABEL, start=start, end=card.end(), value=value.upper(), rank=Rank.CHECKED)


def _fits(number: str) -> bool:
    """The check digit of the Polish card: letters count from 10, and the weighted sum ends in 0."""
    return sum(weight * int(sign, 36) for weight, sign in zip(_WEIGHTS, number, strict=True)) % 10 == 0


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    signs=("seri",),
    named=(LABEL,),
    lettered=True,
    rows=True,
    yes=(
        ("mój dowód osobisty ma numer MDX653600, czy", ("MDX653600",)),
        ("mam tylko GYZ 148860 przy sobie", ("GYZ 148860",)),
        ("numer gbl167200", ("gbl167200",)),
        ("dowód osobisty seria ABC numer 123456", ("ABC numer 123456",)),
        ("nr dowodu: abc 123456", ("abc 123456",)),
        ("dowód 123456", ("123456",)),
        ("seria: DAB, numer: 123456", ("DAB, numer: 123456",)),
        ("dowod ABC123456, wydany w Radomiu", ("ABC123456",)),
        ("mDowód MAAA12345", ("MAAA12345",)),
        ("ABA300000 to mój dowód", ("ABA300000",)),
        ("ID card number L01X00T471 please", ("L01X00T471",)),
        ("numer dowodu osobistego mojej żony to CDE 234567", ("CDE 234567",)),
        ("serai i nr dowdu ABC 123456", ("ABC 123456",)),
    ),
    no=(
        "ABC123456",
        "model GYZ148860",
        "dowód zakupu 123456",
        "dowód wysłałam 12.07.2026",
        "kod 123456",
        "dowód rejestracyjny zgubiony",
        "order GYZ148860",
    ),
)
