"""Numbers of documents, which mix letters and digits: what stands behind the words for one, whoever issued it."""

from __future__ import annotations

import re
from typing import Final

from okienko.masking.detector import Hit, Rank
from okienko.masking.labels import is_number, is_plain, kind_of
from okienko.masking.reading import Reading, Run

_CAPITALS: Final = re.compile(r"(?<=[a-ząćęłńóśźż])[A-Z]{1,4}$")
_SMALL: Final = frozenset(["a", "i", "o", "u", "w", "z", "na", "po", "za", "od", "do", "ze", "we", "the", "for", "and"])
_SERIES: Final = re.compile(r"(?<![a-z0-9])([a-z]{1,5})[ .:/-]{1,2}(?:(?:nr|numer|no|number)[ .:]{1,2})?$")


def begins(text: str, at: int) -> bool:
    """Whether something may begin at a place: after no letter or digit, or with a capital that a word runs into."""
    before = text[at - 1 : at] if at else ""
    return not before.isalnum() or (before.islower() and text[at].isupper())


def _is_series(written: str, *, shortest: int) -> bool:
    """Whether letters may belong to the number behind them: `ABC`, also `IT` and `SA`, but not `nr`, `na`, `dowod`."""
    word = written.lower()
    if written.isupper() and shortest <= len(word) <= 4:
        return not is_number(word) and not kind_of(word)
    return len(word) in {1, 2, 3, 4} and is_plain(word) and word not in _SMALL


def labelled(reading: Reading, run: Run, label: str, *, signs: tuple[int, int], digits: int, apart: int) -> Hit | None:
    """The document's number that a run of digits belongs to, if the words around it call it so.

    `signs`: how many letters and digits it has; `digits`: how many of them are digits at least; `apart`: how many words
    may stand between the label and the number.
    """
    folded = reading.folded
    if not run.called(label, apart):
        return None
    start = reading.token(run.start)[0]
    if start < run.start and not _is_series(reading.text[start : run.start], shortest=1):
        capital = _CAPITALS.search(reading.text, start, run.start)
        start = capital.start() if capital else run.start  # a label that runs into its number: `dowód123456`
    if start == run.start:
        before = _SERIES.search(folded, max(0, start - 18), start)
        if before is not None and _is_series(reading.text[slice(*before.span(1))], shortest=2):
            start = before.start(1)
    end = reading.token(run.end - 1)[1]
    if end > run.end and not any(map(str.isdigit, folded[run.end : end])) and end - run.end > 2:
        end = run.end  # a word that the number runs into
    value = "".join(filter(str.isalnum, reading.text[start:end])).upper()
    if not signs[0] <= len(value) <= signs[1] or sum(map(str.isdigit, value)) < digits:
        return None
    return Hit(label=label, start=start, end=end, value=value, rank=Rank.LABELLED)
