"""Numbers of orders, parcels, invoices and cases. They are kept: scenarios need them, and they name no person.

The word has to stand directly before the number; further away it explains nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.reading import Reading, Run

LABEL: Final = "ORDER_NUMBER"

_CODE: Final = re.compile(
    r"(?=[a-z/_#-]{0,12}[0-9])[a-z0-9]{1,40}+(?:[/_.-][a-z0-9]{1,30}+){0,6}+(?:(?: [0-9]{2,8}){1,7}(?![0-9]))?"
)
_NEVER: Final = re.compile(
    r"[0-9]{1,2}[./-][0-9]{1,2}(?:[./-](?:[0-9]{4}|[0-9]{2}))?|[0-9]{1,3}|(?:19|20)[0-9]{2}(?:-[0-9]{2}-[0-9]{2})?"
    r"|[0-9]{1,5}[.,][0-9]{2}|[0-9]{1,5} ?(?:zl|pln|eur|usd|gbp|szt|dni|days)"
)
_UNIT: Final = re.compile(r"(?:[.,][0-9]{2})? ?(?:zl|pln|eur|usd|gbp|szt|dni|days|h|godz)(?![a-z])")
# Formats that need no word before them: of carriers (postal S10, UPS, DPD), of shops with their letters, and the names
# of conversations here (`K7F-2QDA`) as far as they have a digit.
_SHAPE: Final = re.compile(
    r"(?<![a-z0-9/_-])(?:[a-z]{2}[0-9]{9}[a-z]{2}|1z[0-9a-z]{16}|jjd[0-9]{10,20}|jd[0-9]{16,20}|[0-9]{13}[a-z]"
    r"|(?:zam|ord|order|fv|fs|fvs|rma|inv|zk|rek|zw)[/_-](?=[a-z/_-]{0,8}[0-9])[0-9a-z]{1,12}(?:[/_-][0-9a-z]{1,12}){0,3}"
    r"|(?=[a-z-]{0,7}[2-9])[a-hj-np-z2-9]{3}-[a-hj-np-z2-9]{4})(?![a-z0-9-])"
)
_GLUED: Final = frozenset({"zamowienie", "order", "nr", "numer", "paczka", "faktura", "przesylka", "zamowienia", "no"})
_LETTERS: Final = frozenset("/-_")


def find(reading: Reading) -> Iterator[Hit]:
    if not reading.runs:
        return
    folded = reading.folded
    at = 0
    for run in reading.codes:
        if run.start < at or run.name.direct != LABEL:
            continue
        code = _CODE.match(folded, _beginning(folded, run.start))
        if code is None or _NEVER.fullmatch(code.group()) or _UNIT.match(folded, code.end()):
            continue
        at = code.end()
        yield Hit(label=LABEL, start=code.start(), end=at, value=code.group(), rank=Rank.KEPT)
    at = 0
    for run in reading.codes:
        if run.start >= at and _in_code(folded, run):
            at = run.end
            code = _SHAPE.match(folded, _beginning(folded, run.start)) if _may_begin(folded, run.start) else None
            if code is not None:
                at = code.end()
                yield Hit(label=LABEL, start=code.start(), end=at, value=code.group(), rank=Rank.SHAPE)


def _may_begin(folded: str, at: int) -> bool:
    """Whether the digits are the first of their code; no carrier's has more than five letters before them."""
    front = folded[max(0, at - 6) : at]
    return not any(map(str.isdigit, front)) or folded[at - 1 : at] in _LETTERS


def _in_code(folded: str, run: Run) -> bool:
    """Whether short digits are a piece of something longer."""
    before, after = folded[run.start - 1 : run.start], folded[run.end : run.end + 1]
    return before.isalpha() or before in _LETTERS or after.isalpha() or after in _LETTERS


def _beginning(folded: str, at: int) -> int:
    """Where the code begins whose first digits stand at a place."""
    start = at
    while start and at - start < 40 and (folded[start - 1].isalnum() or folded[start - 1] in _LETTERS):
        start -= 1
    while start < at and folded[start] in _LETTERS:
        start += 1
    # A label that runs into its number: `zam12345`, `order-12345`.
    return start if folded[start:at].rstrip("-/_") not in _GLUED else at


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    signs="/-_",
    named=(LABEL,),
    lettered=True,
    rows=True,
    yes=(
        ("Zamówienie nr ZAM/2026/02544 miało", ("ZAM/2026/02544",)),
        ("zamówienie 601156759", ("601156759",)),
        ("Order number D244-89392 was", ("D244-89392",)),
        ("Status paczki 708744316398562065885561", ("708744316398562065885561",)),
        ("Przesyłka RR164591716PL stoi", ("RR164591716PL",)),
        ("Przesyłka 0275277561200U stoi", ("0275277561200U",)),
        ("faktura FV/12/2026", ("FV/12/2026",)),
        ("Sprawa CHU-MHC3 czeka, a K7F-2QDA nie", ("CHU-MHC3", "K7F-2QDA")),
        ("numer przesyłki to 708744316398562065885561", ("708744316398562065885561",)),
        ("RR164591716PL nadal stoi", ("RR164591716PL",)),
        ("1Z999AA10123456784 from you", ("1Z999AA10123456784",)),
        ("60115675 to numer mojego zamówienia", ("60115675",)),
        ("zamówienie nr601156759", ("601156759",)),
        ("ZAM/2026/02544 nie doszło", ("ZAM/2026/02544",)),
    ),
    no=(
        "Zamówienie z 12.07.2026",
        "zamówienie na 601156759",
        "paczka 3 dni temu",
        "telefon 601156759",
        "Gdzie jest paczka? 601156759",
    ),
)
