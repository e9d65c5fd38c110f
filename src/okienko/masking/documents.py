"""Numbers of documents, which mix letters and digits: what stands behind the words for one, whoever issued it."""

from __future__ import annotations

import re
from typing import Final

from okienko.masking.detector import Hit, Rank
from okienko.masking.labels import is_plain
from okienko.masking.reading import Reading, Run

_CAPITALS: Final = re.compile(r"(?<=[a-ząćęłńóśźż])[A-Z]{1,4}$")
_SERIES: Final = re.compile(r"(?<![a-z0-9])([a-z]{1,5})[ .:/-]{1,2}(?:(?:nr|numer|no|number)[ .:]{1,2})?$")


def begins(text: str, at: int) -> bool:
    """Whether something may begin at a place: after no letter or digit, or with a capital that a word runs into."""
    before = text[at - 1 : at] if at else ""
    return not before.isalnum() or (before.islower() and text[at].isupper())


def labelled(reading: Reading, run: Run, label: str, *, signs: tuple[int, int], digits: int, apart: int) -> Hit | None:
    """The document's number that a run of digits belongs to, if the words around it call it so.

    `signs`: how many letters and digits it has; `digits`: how many of them are digits at least; `apart`: how many words
    may stand between the label and the number.
    """
    folded = reading.folded
    if not run.called(label, apart):
        return None
    start = reading.token(run.start)[0]
    if start < run.start and not is_plain(folded[start : run.start]):
        capital = _CAPITALS.search(reading.text, start, run.start)
        start = capital.start() if capital else run.start  # a label that runs into its number: `dowód123456`
    series = _SERIES.search(folded, max(0, start - 18), start) if start == run.start else None
    if series is not None and is_plain(series.group(1)):
        written = reading.text[series.start(1) : series.end(1)]
        if written.isupper() or len(written) in {2, 3, 4}:
            start = series.start(1)
    end = reading.token(run.end - 1)[1]
    if end > run.end and not any(map(str.isdigit, folded[run.end : end])) and end - run.end > 2:
        end = run.end  # a word that the number runs into
    value = "".join(filter(str.isalnum, reading.text[start:end])).upper()
    if not signs[0] <= len(value) <= signs[1] or sum(map(str.isdigit, value)) < digits:
        return None
    return Hit(label=label, start=start, end=end, value=value, rank=Rank.LABELLED)
