"""Bank accounts: IBANs of any country, and the Polish number of 26 digits without its `PL`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from okienko.masking.context import label_before
from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.reading import Reading, Run

LABEL: Final = "IBAN_CODE"

# Lengths by country, from the SWIFT IBAN registry.
_LENGTHS: Final = {
    country: length
    for length, countries in (
        (15, "NO"),
        (16, "BE"),
        (18, "DK FI FK FO GL NL SD"),
        (19, "MK SI"),
        (20, "AT BA EE KZ LT LU MN XK"),
        (21, "CH CR HR LI LV"),
        (22, "BG BH DE GB GE IE ME RS VA"),
        (23, "AE GI IL IQ OM TL"),
        (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
        (25, "LY PT ST"),
        (26, "IS TR"),
        (27, "BI DJ FR GR IT MC MR SM"),
        (28, "AL AZ BY CY DO GT HU LB NI PL SV"),
        (29, "BR EG PS QA UA"),
        (30, "JO KW MU YE"),
        (31, "MT SC"),
        (32, "LC"),
        (33, "RU"),
    )
    for country in countries.split()
}
_IBAN: Final = re.compile(r"(?<![a-z0-9])[a-z]{2}[ -]?[0-9]{2}(?:[ -]{0,2}[a-z0-9]){11,30}+")
_LABELLED: Final = label_before(r"kont[oa]\b|koncie\b|kontem\b|rachun|account|iban|nrb|przelew|bank", 3)
_EXPLICIT: Final = re.compile(
    r"(?:num[a-z]*|nr) (?:konta|rachunku)(?:[^a-z0-9]{1,3}(?:bankowego|to|jest|do|zwrotu)){0,3}[^a-z0-9\n]{0,4}$"
    r"|account (?:number|no\.?)(?: is)?[^a-z0-9\n]{0,4}$|iban[^a-z0-9\n]{0,4}$"
)
_LETTERS: Final = {ord("A") + number: str(10 + number) for number in range(26)}
_FEWEST: Final = 8  # digits; no account number has fewer
_NRB_SHAPE: Final = (2, 4, 4, 4, 4, 4, 4)


def find(reading: Reading) -> Iterator[Hit]:
    if sum(len(run.digits) for run in reading.runs) < _FEWEST:
        return
    yield from _ibans(reading)
    for run in reading.runs:
        if len(run.digits) >= _FEWEST:
            yield from _numbers(reading, run)


def _ibans(reading: Reading) -> Iterator[Hit]:
    folded = reading.folded
    at = 0
    while (candidate := _IBAN.search(folded, at)) is not None:
        start = candidate.start()
        at = start + 2
        code = candidate.group().replace(" ", "").replace("-", "").upper()
        length = _LENGTHS.get(code[:2], len(code) + 1)
        value = code[:length]
        if len(code) < length or (value.startswith("PL") and not value[2:].isdigit()):
            continue
        if _fits(value):
            rank = Rank.CERTAIN
        elif value.startswith("PL") or _LABELLED.search(reading.before(start)):
            rank = Rank.LABELLED
        else:
            continue
        end = _after_signs(folded, start, length)
        if not folded[end : end + 1].isdigit():  # else a longer number
            yield Hit(label=LABEL, start=start, end=end, value=value, rank=rank)
            at = end


def _after_signs(text: str, start: int, count: int) -> int:
    """The place behind so many letters and digits; spaces and dashes do not count."""
    for place in range(start, len(text)):
        count -= text[place].isalnum()
        if not count:
            return place + 1
    return len(text)


def _fits(iban: str) -> bool:
    """The check digits of ISO 13616: letters become numbers, the first four go to the end, and the rest by 97 is 1."""
    return int((iban[4:] + iban[:4]).translate(_LETTERS)) % 97 == 1


def _numbers(reading: Reading, run: Run) -> Iterator[Hit]:
    taken = 0
    for first, last, digits in run.windows(26):
        if first < taken:
            continue
        right = _fits("PL" + digits)
        if right or run.shape(first, last) == _NRB_SHAPE:
            rank = Rank.CERTAIN if right else Rank.CHECKED
            yield Hit(label=LABEL, start=run.starts[first], end=run.ends[last], value="PL" + digits, rank=rank)
            taken = last + 1
    if not taken and len(run.digits) <= 34:
        context = run.context
        if _EXPLICIT.search(context) or (len(run.digits) >= 10 and _LABELLED.search(context)):
            value = ("PL" if len(run.digits) == 26 else "") + run.digits
            yield Hit(label=LABEL, start=run.start, end=run.end, value=value, rank=Rank.LABELLED)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    yes=(
        ("zwrot na 68 1090 5812 3196 8536 1230 5178 proszę", ("68 1090 5812 3196 8536 1230 5178",)),
        ("48105088004076928030358340", ("48105088004076928030358340",)),
        ("12-1140-0267-5391-8536-3883-0269", ("12-1140-0267-5391-8536-3883-0269",)),
        ("PL65 1020 7459 3477 7014 4771 9647 w banku", ("PL65 1020 7459 3477 7014 4771 9647",)),
        ("iban pl31105006092469681153143517", ("pl31105006092469681153143517",)),
        ("GB87 BARC 3267 4201 5315 83 at my bank", ("GB87 BARC 3267 4201 5315 83",)),
        ("DE04 0157 0011 9384 9893 57", ("DE04 0157 0011 9384 9893 57",)),
        ("na konto 68 1090 5812 3196 8536 1230 5179", ("68 1090 5812 3196 8536 1230 5179",)),
        ("na konto 6810905812319685361230517", ("6810905812319685361230517",)),
        ("my account number is 12345678", ("12345678",)),
    ),
    no=(
        "Status paczki 708744316398562065885561 nie zmienił się",
        "nie mogę wejść na konto od 3 dni",
        "konto założone 12.07.2026",
        "do 12 sztuk",
        "kontakt 48601156759",
    ),
)
