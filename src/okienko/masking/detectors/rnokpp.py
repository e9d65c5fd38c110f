"""RNOKPP, the Ukrainian tax number of a person (also IPN): 10 digits with a check digit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stdnum.ua import rntrc

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.reading import Reading

LABEL: Final = "NUMBER"
_SIZES: Final = (9, 11)  # with a digit lost or doubled
_NAME: Final = "RNOKPP"
_UKRAINIAN: Final = re.compile(r"[\u0400-\u052f]|ukra")


def find(reading: Reading) -> Iterator[Hit]:
    for run in reading.long:
        size = len(run.digits)
        if not _SIZES[0] <= size <= _SIZES[1]:
            continue
        if run.called(_NAME):
            yield Hit(label=LABEL, start=run.start, end=run.end, value=run.digits, rank=Rank.LABELLED)
        elif (
            size == 10
            and run.unnamed
            and not run.linked
            and rntrc.is_valid(run.digits)
            and _UKRAINIAN.search(reading.folded)
        ):
            yield Hit(label=LABEL, start=run.start, end=run.end, value=run.digits, rank=Rank.SHAPE)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    digits=_SIZES[0],
    rows=True,
    yes=(
        ("мій РНОКПП 1759013776, дякую", ("1759013776",)),
        ("ІПН: 1759013770", ("1759013770",)),
        ("numer RNOKPP to 1759013776", ("1759013776",)),
        ("jestem z Ukrainy, 1759013776", ("1759013776",)),
    ),
    no=("1759013776", "РНОКПП надам 12.07.2026", "zamówienie 1759013776"),
)
