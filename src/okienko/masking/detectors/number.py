"""Any other long number: nine digits or more that nothing explains. It may be anything, so it goes.

Explained are: goods (bar codes, part and serial numbers), prices, dates and times, parcels by their own format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stdnum import ean

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.labels import AMOUNT, CARRIER, GOODS, ORDER
from okienko.masking.reading import Reading, Run

LABEL: Final = "NUMBER"
_ENOUGH: Final = 9

_UNIT: Final = re.compile(r"(?:,[0-9]{2})? ?(?:zl|pln|eur|usd|gbp|€|\$|£|tys|mln|szt|kg|km|cm|mm|kb|mb|gb)(?![a-z])")
_DATE: Final = re.compile(
    r"(?<![0-9])(?:[0-3]?[0-9][./ -][01]?[0-9][./ -](?:19|20)[0-9]{2}"
    r"|(?:19|20)[0-9]{2}(?:[./-][01]?[0-9][./-][0-3]?[0-9])?)(?![0-9])"
)
_EXPLAINED: Final = frozenset({ORDER, GOODS, AMOUNT, CARRIER})
_BAR_CODES: Final = re.compile(r"(?<![a-z])(?:ean|gtin|barcode|bar code|kreskow)")
_SENT: Final = re.compile(r"(?<![a-z])(?:pacz|przesyl|inpost|kurier|parcel|package|tracking|deliver|dostaw|sledz)")
_PARCEL: Final = re.compile(r"(?<![a-z0-9])(?:[a-z]{2}[0-9]{9}[a-z]{2}|1z[0-9a-z]{16}|[0-9]{13}[a-z])(?![a-z0-9])")


def find(reading: Reading) -> Iterator[Hit]:
    for start, end in reading.crowds:
        yield Hit(label=LABEL, start=start, end=end, value="", rank=Rank.CERTAIN)
    for run in reading.long:
        if len(run.digits) >= _ENOUGH:
            hit = _number(reading, run)
            if hit is not None:
                yield hit


def _number(reading: Reading, run: Run) -> Hit | None:
    text = reading.folded
    if run.name.direct in _EXPLAINED or run.linked:
        return None
    if max(run.lengths) < _ENOUGH:  # long only when its groups are taken together
        dated = 4 in run.lengths and sum(
            sum(map(str.isdigit, date.group())) for date in _DATE.finditer(text, run.start, run.end)
        )
        if len(run.digits) - dated < _ENOUGH or _is_list(reading, run):
            return None
    elif _is_bar_code(reading, run.digits) or _is_parcel(reading, run):
        return None
    explained = (
        _UNIT.match(text, run.end) or _PARCEL.match(text, run.start) or _PARCEL.match(text, max(0, run.start - 2))
    )
    return None if explained else Hit(label=LABEL, start=run.start, end=run.end, value=run.digits, rank=Rank.LAST)


def _is_bar_code(reading: Reading, digits: str) -> bool:
    """A Polish one by its country; one of another where the message speaks of bar codes."""
    if len(digits) != 13 or not ean.is_valid(digits):
        return False
    return digits.startswith("590") or _BAR_CODES.search(reading.folded) is not None


def _is_parcel(reading: Reading, run: Run) -> bool:
    """InPost's 24 digits and the postal 20, where the message speaks of a parcel."""
    size = len(run.digits)
    by_shape = size == 24 or (size == 20 and run.digits.startswith("00"))
    return by_shape and run.written.isdigit() and _SENT.search(reading.folded) is not None


def _is_list(reading: Reading, run: Run) -> bool:
    """Sizes, hours and round amounts in a row: single digits, pairs only, or hundreds only."""
    lengths = run.lengths
    groups = (reading.text[start:end] for start, end in zip(run.starts, run.ends, strict=True))
    return min(lengths) < 2 or max(lengths) < 3 or all(group.endswith("00") for group in groups)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    digits=_ENOUGH,
    rows=True,
    yes=(
        ("mój numer to 123456789", ("123456789",)),
        ("11112222333344445555", ("11112222333344445555",)),
        ("123 456 789 012", ("123 456 789 012",)),
        ("XY123456789", ("123456789",)),
    ),
    no=(
        "Kod kreskowy produktu 5902210199848",
        "5902210199848",
        "numerze katalogowym 089-1866-31",
        "od 12.07.2026 do 2026-07-13 14",
        "1 000 000 000 zł",
        "RR483101208PL",
        "12345678",
        "rozmiary 36 38 40 42 44",
        "100 200 300 400 500",
        "od 2020 do 2024 2025 2026",
        "cena 999 999 999",
        "numer seryjny SN123456789",
        "IMEI: 356938035643809",
        "Gdzie jest paczka InPost? 708744316398562065885561",
        "https://sklep.example/oferta/buty-zimowe-12345678901",
        "time 1710408600",
    ),
)
