"""Driving licences: the Polish `12345/12/1234`, the British one, and whatever follows the words for one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.documents import labelled
from okienko.masking.reading import Reading, Run

LABEL: Final = "DRIVING_LICENCE"
# Serial number, year, and the county's code; `2024` would be an invoice of that year.
_POLISH: Final = re.compile(r"[0-9]{5}/[0-9]{2}/(?!(?:19|20)[0-9]{2})[0-9]{4}")
_POLISH_LABELLED: Final = re.compile(r"[0-9]{4,6}[ /.-]{1,3}[0-9]{2}[ /.-]{1,3}[0-9]{4}")
# Five of the surname, filled with 9; then decade, month (50 more for women), day, year; two initials; three check signs
# (DVLA).
_BRITISH: Final = re.compile(
    r"[a-z9]{5} ?[0-9](?:[05][1-9]|[16][0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9] ?[a-z9]{2} ?[a-z0-9] ?[a-z]{2}(?![a-z0-9])"
)


def find(reading: Reading) -> Iterator[Hit]:
    runs = reading.codes if "/" in reading.folded else reading.documents(LABEL)
    for run in runs:
        if run.end - run.start < 5:
            continue
        hit = _polish(run) or _british(reading, run)
        if hit is None:
            hit = labelled(reading, run, LABEL, signs=(7, 18), digits=4, apart=3)
        if hit is not None:
            yield hit


def _polish(run: Run) -> Hit | None:
    if "/" not in run.written or run.linked:
        return None
    called = run.called(LABEL)
    if not (called and _POLISH_LABELLED.fullmatch(run.written)) and (
        run.name.direct or not _POLISH.fullmatch(run.written)
    ):
        return None
    rank = Rank.LABELLED if called else Rank.SHAPE
    return Hit(label=LABEL, start=run.start, end=run.end, value=run.written, rank=rank)


def _british(reading: Reading, run: Run) -> Hit | None:
    folded = reading.folded
    start = run.start
    while start and run.start - start < 5 and folded[start - 1].isalpha():
        start -= 1
    if start == run.start and folded[start - 1 : start] == " " and folded[start - 2 : start - 1].isalpha():
        start = max(0, start - 6)
    if start < 0 or folded[start - 1 : start].isalnum() or not folded[start : start + 1].isalpha():
        return None
    number = _BRITISH.match(folded, start)
    if number is None:
        return None
    value = number.group().replace(" ", "").upper()
    return Hit(label=LABEL, start=start, end=number.end(), value=value, rank=Rank.CHECKED)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    signs="/",
    named=(LABEL,),
    lettered=True,
    rows=True,
    yes=(
        ("prawo jazdy nr 12345/12/1234 ważne", ("12345/12/1234",)),
        ("numer 02415/19/0601 proszę", ("02415/19/0601",)),
        ("prawko 12345/12/2024", ("12345/12/2024",)),
        ("My driving licence is MORGA657054SM9IJ.", ("MORGA657054SM9IJ",)),
        ("licence: MORGA 657054 SM9IJ", ("MORGA 657054 SM9IJ",)),
        ("FO999 i dalej, driver's license D1234567", ("D1234567",)),
        ("numer prawa jazdy: AB 123456", ("AB 123456",)),
        ("12345/12/1234 - to moje prawo jazdy", ("12345/12/1234",)),
    ),
    no=("faktura 12345/12/1234", "12345/12/2024", "prawo jazdy zrobiłem 12.07.2026", "licence key", "12/12/1234"),
)
