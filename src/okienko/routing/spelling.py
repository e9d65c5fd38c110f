"""Mistyped words: one that no example has, and that is one slip away from one that some have, is read as that. Pure.

A slip is a letter too many, too few, wrong, or swapped with its neighbour. Known words are found by what is left of
them when one letter is taken out (Garbe, "SymSpell", 2012): two words that are one slip apart share such a rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_SHORTEST: Final = 4  # letters; of shorter words one slip makes others


class Speller:
    """Knows words; of several that could be meant, the one that was named first."""

    def __init__(self, words: Iterable[str]) -> None:
        self._rests: dict[str, list[str]] = {}
        for word in words:
            if len(word) >= _SHORTEST and word.isalpha():
                for rest in _cut(word):
                    self._rests.setdefault(rest, []).append(word)

    def correct(self, word: str) -> str:
        """The known word that is meant by an unknown one; the word itself when there is none."""
        if len(word) < _SHORTEST or not word.isalpha():
            return word
        found = (known for rest in _cut(word) for known in self._rests.get(rest, ()) if is_slip(word, known))
        return next(found, word)


def _cut(word: str) -> list[str]:
    """The word, and the word without each of its letters."""
    return [word, *dict.fromkeys(word[:at] + word[at + 1 :] for at in range(len(word)))]


def is_slip(one: str, other: str) -> bool:
    """Whether two different words are one slip apart."""
    if len(one) > len(other):
        one, other = other, one
    same = next((at for at in range(len(one)) if one[at] != other[at]), len(one))
    if len(one) < len(other):
        return one[same:] == other[same + 1 :]
    swapped = one[same : same + 2] == other[same : same + 2][::-1]
    return one[same + 1 :] == other[same + 1 :] or (swapped and one[same + 2 :] == other[same + 2 :])
