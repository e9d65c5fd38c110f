"""Which messages of a group say best what it is about. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from okienko.folding import fold

_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_LETTERS: Final = 4  # that words of one stem mostly share
_TELLING: Final = 2  # words of a message that count
_LEAST: Final = 0.2  # of the messages: what shares no word with so many of them is in the group by chance


def order_typical(texts: Sequence[str]) -> list[int]:
    """The messages by number, those first whose words most others have, too; without those that share no word with a
    fifth of them, unless that is all of them."""
    beginnings = [{fold(word)[:_LETTERS] for word in _WORD.findall(text)} for text in texts]
    said = Counter(beginning for own in beginnings for beginning in own)
    shared = [sorted((said[beginning] for beginning in own), reverse=True)[:_TELLING] or [0] for own in beginnings]
    order = sorted(range(len(texts)), key=lambda n: (-sum(shared[n]), len(texts[n]), n))
    return [n for n in order if shared[n][0] >= max(2, _LEAST * len(texts))] or order
