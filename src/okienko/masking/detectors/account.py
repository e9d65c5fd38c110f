"""Bank accounts: IBANs of any country, and the Polish number of 26 digits without its `PL`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.reading import LONG, Reading, Run

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
_IBAN: Final = re.compile(r"[a-z]{2}[ -]?[0-9]{2}(?:[ -]{0,2}[a-z0-9]){11,30}+")
_LETTERS: Final = {ord("A") + number: str(10 + number) for number in range(26)}
_FEWEST: Final = 8  # digits; no account number has fewer
_FEWEST_APART: Final = 10  # when other words stand between the label and the number
_LONGEST: Final = 34
_NRB: Final = 26
# `rachunek` is a bill as well: two slashes, or a year as one of the parts.
_BILL: Final = re.compile(r"/[0-9]+/|(?<![0-9])(?:19|20)[0-9]{2}[/-]|/(?:19|20)[0-9]{2}(?![0-9])")
_NRB_SHAPE: Final = (2, 4, 4, 4, 4, 4, 4)


def find(reading: Reading) -> Iterator[Hit]:
    if sum([run.end - run.start for run in reading.runs]) < _FEWEST:
        return
    folded = reading.folded
    taken = 0
    for run in reading.runs:
        start = run.start
        if start >= taken and start >= 2 and (folded[start - 1].isalpha() or folded[start - 1] in " -"):
            hit = _iban(reading, run)
            if hit is not None:
                yield hit
                taken = hit.end
                continue
        if len(run.written) >= _FEWEST and start >= taken:
            yield from _numbers(reading, run)


def _country(folded: str, at: int) -> int | None:
    """Where the country's two letters begin that stand before the digits at a place."""
    start = at - 2 if folded[at - 1].isalpha() else at - 3
    if start < 0 or folded[start : start + 2].upper() not in _LENGTHS or (start and folded[start - 1].isalnum()):
        return None
    return start


def _iban(reading: Reading, run: Run) -> Hit | None:
    folded = reading.folded
    start = _country(folded, run.start)
    if start is None:
        return None
    candidate = _IBAN.match(folded, start)
    if candidate is None:
        return None
    code = candidate.group().replace(" ", "").replace("-", "").upper()
    length = _LENGTHS[code[:2]]
    value = code[:length]
    if len(code) < length or (value.startswith("PL") and not value[2:].isdigit()):
        return None
    if _fits(value):
        rank = Rank.CERTAIN
    elif value.startswith("PL") or run.called(LABEL, 4):
        rank = Rank.LABELLED
    else:
        return None
    end = _after_signs(folded, start, length)
    if folded[end : end + 1].isdigit() or (rank is Rank.LABELLED and folded[end : end + 1].isalpha()):
        return None  # a longer number, or a shorter one and the beginning of a word
    return Hit(label=LABEL, start=start, end=end, value=value, rank=rank)


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
    if len(run.written) >= _NRB:
        for first, last, digits in run.windows(_NRB):
            if first < taken:
                continue
            right = _fits("PL" + digits)
            if right or run.shape(first, last) == _NRB_SHAPE:
                yield Hit(
                    label=LABEL,
                    start=_with_country(reading.folded, run.starts[first]),
                    end=run.ends[last],
                    value="PL" + digits,
                    rank=Rank.CERTAIN if right else Rank.CHECKED,
                )
                taken = last + 1
    if not taken and run.called(LABEL) and _BILL.search(run.written) is None:
        size = len(run.digits)
        if (_FEWEST_APART if run.name.between else _FEWEST) <= size <= _LONGEST:
            value = ("PL" if size == _NRB else "") + run.digits
            start = _country(reading.folded, run.start) if run.start >= 2 else None
            if start is None or not reading.text[start : start + 2].isupper():
                start = run.start
            yield Hit(label=LABEL, start=start, end=run.end, value=value, rank=Rank.LABELLED)


def _with_country(folded: str, start: int) -> int:
    """A Polish number's beginning, with its `PL` even where a word runs into it."""
    for gap in ("", " "):
        if folded.endswith("pl" + gap, 0, start):
            return start - 2 - len(gap)
    return start


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    digits=LONG,
    rows=True,
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
        ("kontoPL65102074593477701447719647", ("PL65102074593477701447719647",)),
        ("nr konta:\n68 1090 5812 3196 8536 1230 517", ("68 1090 5812 3196 8536 1230 517",)),
        ("iban DE04 0157 0011 9384 9893 5 proszę", ("DE04 0157 0011 9384 9893 5",)),
        ("68 1090 5812 3196 8536 1230 5179 - to moje konto", ("68 1090 5812 3196 8536 1230 5179",)),
    ),
    no=(
        "Status paczki 708744316398562065885561 nie zmienił się",
        "nie mogę wejść na konto od 3 dni",
        "konto założone 12.07.2026",
        "rachunek nr 12/2026/0034567 nie doszedł",
        "rachunek 2026/05/001234",
        "rachunek nr 4500123/2026",
        "do 12 sztuk",
        "kontakt 48601156759",
    ),
)
