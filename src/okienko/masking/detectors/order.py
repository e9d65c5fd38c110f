"""Numbers of orders, parcels, invoices and cases. They are kept: scenarios need them, and they name no person.

The word has to stand directly before the number; further away it explains nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from okienko.masking.context import ORDER_WORDS
from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.reading import Reading

LABEL: Final = "ORDER_NUMBER"

_WORD: Final = re.compile(ORDER_WORDS)
_CODE: Final = re.compile(
    r"(?=[a-z/-]{0,8}[0-9])[a-z0-9]{1,40}+(?:[/_-][a-z0-9]{1,30}+){0,6}+(?:(?: [0-9]{2,8}){1,7}(?![0-9]))?"
)
_NEVER: Final = re.compile(
    r"[0-9]{1,2}[./-][0-9]{1,2}(?:[./-](?:[0-9]{4}|[0-9]{2}))?|[0-9]{1,3}|(?:19|20)[0-9]{2}(?:-[0-9]{2}-[0-9]{2})?"
)


def find(reading: Reading) -> Iterator[Hit]:
    if not reading.runs:
        return
    folded = reading.folded
    for word in _WORD.finditer(folded):
        code = _CODE.match(folded, word.end())
        if code is None or _NEVER.fullmatch(code.group()):
            continue
        yield Hit(label=LABEL, start=code.start(), end=code.end(), value=code.group(), rank=Rank.KEPT)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    yes=(
        ("Zamówienie nr ZAM/2026/02544 miało", ("ZAM/2026/02544",)),
        ("zamówienie 601156759", ("601156759",)),
        ("Order number D244-89392 was", ("D244-89392",)),
        ("Status paczki 708744316398562065885561", ("708744316398562065885561",)),
        ("Przesyłka RR164591716PL stoi", ("RR164591716PL",)),
        ("Przesyłka 0275277561200U stoi", ("0275277561200U",)),
        ("faktura FV/12/2026", ("FV/12/2026",)),
    ),
    no=("Zamówienie z 12.07.2026", "zamówienie na 601156759", "paczka 3 dni temu", "telefon 601156759"),
)
