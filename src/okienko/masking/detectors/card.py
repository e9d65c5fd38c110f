"""Payment cards: 12 to 19 digits whose check digit fits, or that are called a card; with the expiry and code behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stdnum import luhn

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.labels import GOODS
from okienko.masking.reading import Reading, Run

LABEL: Final = "CREDIT_CARD"

# First digits of the networks: American Express, Diners, Visa, Mastercard, Maestro, Discover, JCB, UnionPay, Mir.
_NETWORK: Final = re.compile(r"3[4-7]|30[0-5]|38|39|4|5[0-8]|6[0-9]|2[2-7]")
_SHAPES: Final = frozenset(
    {(4, 6, 5), (4, 6, 4), (4, 4, 4, 3), (4, 4, 4, 4), (4, 4, 4, 4, 3), (8, 8), (6, 10), (4, 12)}
)
_WRITTEN: Final = _SHAPES | {(15,), (16,), (19,)}
_MOST_GROUPS: Final = max(map(len, _SHAPES))
_SHORTEST: Final = 12
_LONGEST: Final = 19
_SIZES: Final = (16, 15, 14, 13, 19, 18, 17, 12)
_MONTH: Final = r"(?:0[1-9]|1[0-2]) ?[/.-] ?(?:20)?[2-4][0-9](?![0-9])"
_EXPIRY: Final = re.compile(
    r"[ ,;]{0,3}(?:(?:wazn|exp|valid|data)[a-z]*[ .:]{0,2}(?:(?:do|to|date|thru)[ .:]{1,2}){0,2})?"
    rf"{_MONTH}(?:[ ,;]{{1,3}}[0-9]{{3,4}}(?![0-9]))?"
)
_ALONE: Final = re.compile(
    r"(?:(?:wazna|waznosci|expir[a-z]+|exp\.?|valid)[ :.]{1,2}(?:(?:do|to|date|thru|karty|is)[ :.]{1,2}){0,2})"
    r"((?:0[1-9]|1[0-2]) ?[/.-] ?(?:20)?[2-4][0-9])(?![0-9./-])"
)


def find(reading: Reading) -> Iterator[Hit]:
    for run in reading.long:
        if len(run.digits) >= _SHORTEST and not run.linked:
            yield from _cards(reading, run)
    if "kart" in reading.folded or "card" in reading.folded:
        for match in _ALONE.finditer(reading.folded):
            start, end = match.span(1)
            yield Hit(label=LABEL, start=start, end=end, value=match.group(1), rank=Rank.LABELLED)


def _cards(reading: Reading, run: Run) -> Iterator[Hit]:
    labelled = run.called(LABEL, 4)
    if run.name.direct == GOODS:  # a device's number has a check digit of the same kind
        return
    if labelled and run.lengths in _SHAPES:  # whatever its check digit says
        yield _hit(reading, (run.start, run.end), run.digits, Rank.LABELLED)
        return
    found = False
    for first, last in _groups(run, named=labelled):
        seen = run.before[first]
        digits = run.digits[seen : seen + sum(run.shape(first, last))]
        if _NETWORK.match(digits) and luhn.is_valid(digits):
            rank = Rank.LABELLED if labelled and first == 0 else Rank.CHECKED
            yield _hit(reading, (run.starts[first], run.ends[last]), digits, rank)
            found = True
    if not found and labelled and len(run.digits) <= _LONGEST:
        yield _hit(reading, (run.start, run.end), run.digits, Rank.SHAPE)


def _groups(run: Run, *, named: bool) -> Iterator[tuple[int, int]]:
    """The first and the last group of what is written as cards are, or begins a row that is called one."""
    if named:
        for size in _SIZES:
            last = run.group_ending.get(size)
            if last is not None:
                yield 0, last
    for first in range(len(run.lengths)):
        for last in range(first, min(first + _MOST_GROUPS, len(run.lengths))):
            if run.shape(first, last) in _WRITTEN and not (named and first == 0):
                yield first, last


def _hit(reading: Reading, place: tuple[int, int], digits: str, rank: Rank) -> Hit:
    start, end = place
    expiry = _EXPIRY.match(reading.folded, end, end + 48)
    return Hit(label=LABEL, start=start, end=expiry.end() if expiry else end, value=digits, rank=rank)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    signs=("kart", "card"),
    digits=_SHORTEST,
    rows=True,
    yes=(
        ("Płaciłem kartą 5142416593670918 i", ("5142416593670918",)),
        ("5417 0942 1228 3146", ("5417 0942 1228 3146",)),
        ("5138-8423-5702-5880, 4800.9164.4276.1251", ("5138-8423-5702-5880", "4800.9164.4276.1251")),
        ("３７９９ ５９１８ ２６０３ ３４０", ("３７９９ ５９１８ ２６０３ ３４０",)),
        ("372656298707927", ("372656298707927",)),
        ("5142416593670918 12/27 123", ("5142416593670918 12/27 123",)),
        ("karta 5142 4165 9367 0919", ("5142 4165 9367 0919",)),
        ("karta 6759 7731 0589 8558", ("6759 7731 0589 8558",)),
        ("karta ważna do 09/28", ("09/28",)),
    ),
    no=(
        "Kod kreskowy produktu 5902210199848",
        "Status paczki 708744316398562065885561",
        "68 1090 5812 3196 8536 1230 5178",
        "5142416593670919",
        "IMEI 356938035643809",
        "karta podarunkowa za 200 zł",
    ),
)
