"""NIP, the Polish tax number (10 digits with a check digit), and VAT numbers of the European Union; those of sole
traders are a person's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stdnum.eu import vat
from stdnum.pl import nip

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.labels import GOODS, ORDER
from okienko.masking.reading import LONG, Reading, Run

LABEL: Final = "PL_NIP"
_SHAPES: Final = frozenset({(10,), (3, 3, 2, 2), (3, 2, 2, 3), (3, 3, 4)})
_VETOES: Final = frozenset({ORDER, GOODS})
_SHORTEST: Final = 9  # with a digit lost
_LONGEST: Final = 12
# By country, what follows its two letters (European Commission, VIES: structure of VAT numbers; and Great Britain).
_VAT: Final = re.compile(
    r"(?:at[ ]?u[0-9]{8}|be[ ]?[01]?[0-9]{9}|bg[ ]?[0-9]{9,10}|cy[ ]?[0-9]{8}[a-z]|cz[ ]?[0-9]{8,10}|de[ ]?[0-9]{9}"
    r"|dk[ ]?[0-9]{8}|ee[ ]?[0-9]{9}|el[ ]?[0-9]{9}|es[ ]?(?:[a-z][0-9]{7}[a-z0-9]|[0-9]{8}[a-z])|fi[ ]?[0-9]{8}"
    r"|fr[ ]?[a-z0-9]{2}[0-9]{9}|hr[ ]?[0-9]{11}|hu[ ]?[0-9]{8}|ie[ ]?[0-9][a-z0-9+*][0-9]{5}[a-z]{1,2}"
    r"|it[ ]?[0-9]{11}|lt[ ]?(?:[0-9]{12}|[0-9]{9})|lu[ ]?[0-9]{8}|lv[ ]?[0-9]{11}|mt[ ]?[0-9]{8}"
    r"|nl[ ]?[0-9]{9}b[0-9]{2}|pt[ ]?[0-9]{9}|ro[ ]?[0-9]{2,10}|se[ ]?[0-9]{12}|si[ ]?[0-9]{8}|sk[ ]?[0-9]{10}"
    r"|gb[ ]?(?:[0-9]{12}|[0-9]{9}))(?![a-z0-9])"
)
_COUNTRIES: Final = frozenset(
    word
    for words in ("at be bg cy cz de dk ee el es fi fr hr hu ie it lt lu lv mt nl pt ro se si sk gb pl",)
    for word in words.split()
)


def find(reading: Reading) -> Iterator[Hit]:
    folded = reading.folded
    for run in reading.codes:
        size = run.end - run.start
        if size < 5:
            continue
        before = folded[max(0, run.start - 4) : run.start]
        if before[-2:] in _COUNTRIES or before[-3:-1] in _COUNTRIES or before[-3:] == "atu" or before[-3:-1] == "fr":
            hit = _european(reading, run)
            if hit is not None:
                yield hit
                continue
        if size >= _SHORTEST and not run.linked:
            yield from _polish(reading, run)


def _european(reading: Reading, run: Run) -> Hit | None:
    start = reading.token(run.start)[0]
    if reading.folded[start : start + 2] not in _COUNTRIES and start >= 3:
        start -= 3  # `DE 123456789`
    country = reading.folded[start : start + 2]
    if country == "pl" or country not in _COUNTRIES or reading.folded[start - 1 : start].isalnum():
        return None
    number = _VAT.match(reading.folded, start)
    if number is None or number.end() < run.starts[0] or len(number.group()) < 8:
        return None
    plain = reading.text[number.start() : number.end()]
    labelled = run.called(LABEL)
    if not labelled and not (
        plain[:2].isupper() and " " not in plain and run.name.direct not in _VETOES and vat.is_valid(plain)
    ):
        return None
    rank = Rank.LABELLED if labelled else Rank.CHECKED
    return Hit(label=LABEL, start=number.start(), end=number.end(), value=plain.replace(" ", "").upper(), rank=rank)


def _polish(reading: Reading, run: Run) -> Iterator[Hit]:
    labelled = run.called(LABEL)
    start = run.start
    for country in ("pl", "pl ", "pl-"):
        if reading.folded.endswith(country, 0, start):
            start -= len(country)
            break
    for first, last, digits in run.windows(10):
        named = labelled and first == 0
        if named or (digits[0] != "0" and run.shape(first, last) in _SHAPES and nip.is_valid(digits)):
            rank = Rank.LABELLED if named else Rank.CHECKED
            begin = run.starts[first] if first else start
            yield Hit(label=LABEL, start=begin, end=run.ends[last], value=digits, rank=rank)
            return
    if labelled and len(run.digits) <= _LONGEST:
        yield Hit(label=LABEL, start=start, end=run.end, value=run.digits, rank=Rank.LABELLED)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    digits=LONG,
    named=(LABEL,),
    lettered=True,
    rows=True,
    yes=(
        ("NIP 3332472618, dane", ("3332472618",)),
        ("faktura na 311-693-18-48", ("311-693-18-48",)),
        ("NIP: PL1363525326", ("PL1363525326",)),
        ("980 551 23 72", ("980 551 23 72",)),
        ("NIP 3332472619", ("3332472619",)),
        ("NIP do faktury: 333-247-26-19", ("333-247-26-19",)),
        ("nip3332472618 firma", ("3332472618",)),
        ("333 24 72 618 - nip do faktury", ("333 24 72 618",)),
        ("VAT number DE136695976 please", ("DE136695976",)),
        ("our VAT ID is ATU13585627", ("ATU13585627",)),
        ("vat no: IE 6433435F", ("IE 6433435F",)),
        ("faktura na DE136695976", ("DE136695976",)),
    ),
    no=("numer katalogowy 089-1866-31", "3332472619", "faktura z NIP-em proszę", "1934,45 zł"),
)
