"""REGON, the Polish number of a business: 9 digits, or 14 for a branch, both with a check digit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stdnum.pl import regon

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.reading import LONG, Reading

LABEL: Final = "PL_REGON"
_SIZES: Final = (14, 9)
_SHORTEST: Final = 7  # of the old voivodeships, and with a digit lost
_LONGEST: Final = 15
# A check digit alone fits one number of eleven: without its label it takes a word for a business in the message.
_BUSINESS: Final = re.compile(r"(?<![a-z])(?:nip|krs|firm|dzialalnosc|spolk|company|business)")


def find(reading: Reading) -> Iterator[Hit]:
    for run in reading.long:
        size = len(run.digits)
        if run.called(LABEL):
            for length in _SIZES:
                window = next(run.windows(length), None)
                if window is not None and not window[0]:
                    end = run.ends[window[1]]
                    yield Hit(label=LABEL, start=run.start, end=end, value=window[2], rank=Rank.LABELLED)
                    break
            else:
                if _SHORTEST <= size <= _LONGEST:
                    yield Hit(label=LABEL, start=run.start, end=run.end, value=run.digits, rank=Rank.LABELLED)
        elif (
            size in _SIZES
            and run.unnamed
            and not run.linked
            and regon.is_valid(run.digits)
            and _BUSINESS.search(reading.folded)
        ):
            yield Hit(label=LABEL, start=run.start, end=run.end, value=run.digits, rank=Rank.SHAPE)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    digits=LONG,
    rows=True,
    yes=(
        ("Do umowy B2B podaję REGON 095085198 i proszę", ("095085198",)),
        ("regon: 123 456 789", ("123 456 789",)),
        ("numer REGON to 12345678512347", ("12345678512347",)),
        ("dane dla firmy, 123456785", ("123456785",)),
        ("reogn 12345678", ("12345678",)),
        ("123456785 to nasz REGON", ("123456785",)),
    ),
    no=("REGON podam później", "123456785", "regon firmy z 12.07.2026", "Status paczki 12345678512347"),
)
