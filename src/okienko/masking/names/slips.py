"""Names that were mistyped: two letters swapped or doubled, the neighbouring key, a missing space (`zAdamem`).

Looked for only in words with a capital that stand in no table and no dictionary, and in a bounded number of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from okienko.masking.names.codes import CODES, FIRM, LEVELS, SLIPPED_GIVEN, SLIPPED_SURNAME, UNKNOWN_SURNAME, is_strange
from okienko.masking.names.lexicon import COMMON, FUNCTION, GIVEN, POPULAR, SURNAME, WIDESPREAD, fold, look_up

_SHORTEST: Final = 4  # letters of a mistyped name
_LONGEST: Final = 14
_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS: Final = {
    sign: row[max(0, place - 1) : place] + row[place + 1 : place + 2] for row in _ROWS for place, sign in enumerate(row)
}
_DOUBLED: Final = re.compile(r"(.)\1")
_ENDINGS: Final = """
owicz owicza owiczowi owiczem ewicz ewicza ewiczowi ewiczem owski owska owskiego owskiej owskiemu owskim ewski ewska
ewskiego ewskiej ewskiemu ewskim inski inska inskiego inskiej anski anska anskiego anskiej czuk czuka enko szwili dze
yan
"""
_SURNAMES: Final = tuple(_ENDINGS.split())
_PREPOSITIONS: Final = frozenset("zwouia")
# Begins with the capital, so that `re` skips to the next one at full speed.
_GLUED: Final = re.compile(r"[A-ZĄĆĘŁŃÓŚŹŻ](?<=[a-ząćęłńóśźż].)[a-ząćęłńóśźż]{2}")


@lru_cache(maxsize=4096)
def mended(word: str) -> int:
    """The code of the name that a word with a capital was meant to be, or has the form of; 0 if there is none."""
    plain = fold(word)
    if not _SHORTEST <= len(plain) <= _LONGEST or not is_strange(word):
        return 0
    if len(plain) > 6 and plain.endswith(_SURNAMES):
        return UNKNOWN_SURNAME
    found = 0
    for meant in _meant(plain):
        entry = look_up(meant)
        if entry is None or entry.flags & (COMMON | FUNCTION) or CODES[meant] & FIRM:
            continue
        if entry.flags & GIVEN and entry.flags & POPULAR:
            return SLIPPED_GIVEN
        if entry.flags & SURNAME and entry.flags & WIDESPREAD:
            found = SLIPPED_SURNAME
    return found


def _meant(word: str) -> Iterator[str]:
    yield _DOUBLED.sub(r"\1", word)
    for place in range(len(word) - 1):
        one, other = word[place], word[place + 1]
        if one != other:
            yield word[:place] + other + one + word[place + 2 :]
    for place, sign in enumerate(word):
        for neighbour in _NEIGHBOURS.get(sign, ""):
            yield word[:place] + neighbour + word[place + 1 :]


def unglued(text: str, words: Sequence[str], starts: Sequence[int]) -> tuple[list[str], list[int]] | None:
    """The words, and where they begin, with names set apart that stick to the word before; None if there are none."""
    if _GLUED.search(text) is None:
        return None
    apart: list[str] = []
    places: list[int] = []
    for word, start in zip(words, starts, strict=True):
        at = 0
        if len(word) > _SHORTEST and not CODES[word] and is_strange(word):
            for glued in _GLUED.finditer(text, start, start + len(word)):
                head, tail = word[at : glued.start() - start], word[glued.start() - start :]
                if (CODES[tail] & LEVELS or CODES[head]) and (len(head) > 1 or head in _PREPOSITIONS):
                    apart.append(head)
                    places.append(start + at)
                    at += len(head)
        apart.append(word[at:])
        places.append(start + at)
    return apart, places
