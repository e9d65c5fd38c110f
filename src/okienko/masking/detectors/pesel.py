"""PESEL, the Polish number of a person: 11 digits with a date of birth and a check digit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stdnum.pl import pesel

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.reading import Reading

LABEL: Final = "PL_PESEL"
# The month says the century too: 81 to 92 for the 19th, then plain, 21 to 32, 41 to 52, 61 to 72.
_DATED: Final = re.compile(r"[0-9]{2}(?:[02468][1-9]|[13579][0-2])(?:0[1-9]|[12][0-9]|3[01])")
_SHAPES: Final = frozenset({(11,), (6, 5), (2, 2, 2, 5), (6, 4, 1), (6, 3, 2), (1,) * 11})
_SHORTEST: Final = 9  # with two digits lost
_LONGEST: Final = 13


def find(reading: Reading) -> Iterator[Hit]:
    for run in reading.long:
        if len(run.digits) < _SHORTEST:
            continue
        labelled = run.called(LABEL)
        size = len(run.digits)
        found = False
        taken = 0
        for first, last, digits in run.windows(11):
            if first < taken:
                continue
            named = labelled and first == 0
            if named or (
                (size == 11 or run.shape(first, last) in _SHAPES)
                and not run.linked
                and _DATED.match(digits)
                and pesel.is_valid(digits)
            ):
                rank = Rank.LABELLED if named else Rank.CHECKED
                yield Hit(label=LABEL, start=run.starts[first], end=run.ends[last], value=digits, rank=rank)
                found = True
                taken = last + 1
        if labelled and not found and size <= _LONGEST:  # a digit lost or doubled in typing
            yield Hit(label=LABEL, start=run.start, end=run.end, value=run.digits, rank=Rank.LABELLED)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    digits=_SHORTEST,
    rows=True,
    yes=(
        ("PESEL: 84082828709 oraz", ("84082828709",)),
        ("mój numer to 69032624291", ("69032624291",)),
        ("073016 85107", ("073016 85107",)),
        ("451027-79964", ("451027-79964",)),
        ("pesel 84082828700", ("84082828700",)),
        ("nr pesel to 8408282870", ("8408282870",)),
        ("pesle:84082828700", ("84082828700",)),
        ("84082828700 to mój PESEL", ("84082828700",)),
        ("pesel840828 287 09 dziękuję", ("840828 287 09",)),
    ),
    no=("84082828700", "zamówienie z 12.07.2026", "708744316398562065885561", "PESEL podam przez telefon"),
)
