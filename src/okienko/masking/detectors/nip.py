"""NIP, the Polish tax number: 10 digits with a check digit; the tax number of a sole trader is a person's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stdnum.pl import nip

from okienko.masking.context import label_before
from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.reading import Reading

LABEL: Final = "PL_NIP"
_LABELLED: Final = label_before("nip|vat|tax id|tax number|numer podatkow", 2)
_SHAPES: Final = frozenset({(10,), (3, 3, 2, 2), (3, 2, 2, 3), (3, 3, 4)})


def find(reading: Reading) -> Iterator[Hit]:
    for run in reading.runs:
        if len(run.digits) < 9:
            continue
        country = reading.folded[max(0, run.start - 3) : run.start].rstrip(" -").endswith("pl")
        start = reading.folded.rindex("pl", 0, run.start) if country else run.start
        labelled = _LABELLED.search(reading.before(start)) is not None
        found = False
        for first, last, digits in run.windows(10):
            named = labelled and first == 0
            own = country and first == 0
            if named or (run.shape(first, last) in _SHAPES and nip.is_valid(digits)):
                rank = Rank.LABELLED if named else Rank.CHECKED
                begin = start if own else run.starts[first]
                yield Hit(label=LABEL, start=begin, end=run.ends[last], value=digits, rank=rank)
                found = True
                break
        if labelled and not found and len(run.digits) <= 11:
            yield Hit(label=LABEL, start=start, end=run.end, value=run.digits, rank=Rank.LABELLED)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    yes=(
        ("NIP 3332472618, dane", ("3332472618",)),
        ("faktura na 311-693-18-48", ("311-693-18-48",)),
        ("NIP: PL1363525326", ("PL1363525326",)),
        ("980 551 23 72", ("980 551 23 72",)),
        ("NIP 3332472619", ("3332472619",)),
    ),
    no=("numer katalogowy 089-1866-31", "3332472619", "faktura z NIP-em proszę", "1934,45 zł"),
)
