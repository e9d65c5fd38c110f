"""SSN, the social security number of the United States: 9 digits in groups of 3, 2 and 4."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.reading import Reading

LABEL: Final = "US_SSN"
_SHAPE: Final = (3, 2, 4)
_SIZE: Final = 9
# What the Social Security Administration never gives out.
_VALID: Final = re.compile(r"(?!000|666|9)[0-9]{3}(?!00)[0-9]{2}(?!0000)[0-9]{4}")


def find(reading: Reading) -> Iterator[Hit]:
    for run in reading.long:
        if not _SIZE - 1 <= len(run.digits) <= _SIZE + 1:  # a digit lost or doubled
            continue
        if run.called(LABEL):
            yield Hit(label=LABEL, start=run.start, end=run.end, value=run.digits, rank=Rank.LABELLED)
        elif (
            run.lengths == _SHAPE
            and run.unnamed
            and run.written[3] == run.written[6]  # the same mark twice
            and run.written[3] in "- "
            and len(run.written) == _SIZE + 2
            and not run.linked
            and _VALID.fullmatch(run.digits)
        ):
            yield Hit(label=LABEL, start=run.start, end=run.end, value=run.digits, rank=Rank.SHAPE)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    digits=_SIZE - 1,
    rows=True,
    yes=(
        ("my social security number 266-37-6980, why", ("266-37-6980",)),
        ("SSN: 344 23 1241", ("344 23 1241",)),
        ("ssn 266376980", ("266376980",)),
        ("they saw 266-37-6980 there", ("266-37-6980",)),
        ("266-37-6980 is my social security number", ("266-37-6980",)),
    ),
    no=("part number 266-37-6980", "900-12-3456", "social media since 2024-07-12", "266-376-980", "666-12-3456"),
)
