"""NINO, the national insurance number of the United Kingdom: `AB 12 34 56 C`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.labels import is_plain
from okienko.masking.reading import Reading

LABEL: Final = "UK_NINO"
# Letters and prefixes that HM Revenue and Customs uses (NIM39110).
_NINO: Final = re.compile(
    r"(?!bg|gb|nk|kn|tn|nt|zz)[abceghj-prstw-z][abceghj-nprstw-z][ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[a-d]?"
    r"(?![a-z0-9])"
)
_LOOSE: Final = re.compile(r"[a-z]{2}[ -]?(?:[0-9][ -]?){5,7}[a-z]?(?![a-z0-9])")


def find(reading: Reading) -> Iterator[Hit]:
    folded = reading.folded
    for run in reading.documents(LABEL):
        if run.end - run.start < 2:
            continue
        letter = run.start - 1
        if letter > 0 and folded[letter] in " -":
            letter -= 1
        start = letter - 1
        if start < 0 or not folded[letter].isalpha() or folded[start - 1 : start].isalnum():
            continue
        called = run.called(LABEL)
        number = _NINO.match(folded, start) or (_LOOSE.match(folded, start) if called else None)
        if number is None or number.end() < run.end or run.linked or run.name.direct not in {"", LABEL, "NUMBERED"}:
            continue
        # Without its last letter, in small letters or after a word of two letters it takes the label.
        whole = number.group()[-1].isalpha() and (reading.text[start].isupper() or " " not in number.group())
        if called or (whole and is_plain(folded[start : start + 2])):
            rank = Rank.LABELLED if called else Rank.CHECKED
            value = "".join(filter(str.isalnum, number.group())).upper()
            yield Hit(label=LABEL, start=start, end=number.end(), value=value, rank=rank)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    named=(LABEL,),
    lettered=True,
    rows=True,
    yes=(
        ("my NI number is AB 12 34 56 C, thanks", ("AB 12 34 56 C",)),
        ("national insurance: qq123456c", ("qq123456c",)),
        ("it says JG103759A there", ("JG103759A",)),
        ("NINO AB-12-34-56-C.", ("AB-12-34-56-C",)),
        ("NINO AB 123456", ("AB 123456",)),
        ("AB123456C is my national insurance number", ("AB123456C",)),
    ),
    no=(
        "model JG103759A",
        "GB123456A",
        "insurance claim of 12.07.2026",
        "AB123456",
        "nr 12 34 56 C",
        "order AB123456C",
    ),
)
