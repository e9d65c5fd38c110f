"""What a message says, as incidents compare it: answers know the words of a language, and incidents do not.

A word is its stems in both languages, for nobody says in which they write; the rows of words that mean the same in
which it stands; and its folded 4-grams, which forgive typing errors.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from okienko.answers.synonyms import SYNONYMS
from okienko.answers.text import cut_grams, leave_out_placeholders, read_tokens, stem
from okienko.values import Language

_MOST: Final = 100  # words of a message; a letter of ten pages says early what it is about
_SHORTEST: Final = 3  # letters of a stem that may stand in a row
_LANGUAGES: Final[tuple[Language, ...]] = ("pl", "en")


def read_features(text: str) -> frozenset[str]:
    """All that a message says."""
    tokens = read_tokens(leave_out_placeholders(text))[:_MOST]
    return frozenset(feature for token in tokens for feature in _read_word(token))


@lru_cache(maxsize=50_000)
def _read_word(token: str) -> tuple[str, ...]:
    stems: dict[Language, str] = {language: stem(token, language) for language in _LANGUAGES}
    if not all(stems.values()):  # words that everything says; their letters still tell of slips
        return cut_grams(token)
    rows = (row for language, root in stems.items() for row in _rows().get((language, root), ()))
    return (*(f"{language}={root}" for language, root in stems.items()), *rows, *cut_grams(token))


@cache
def _rows() -> Mapping[tuple[Language, str], list[str]]:
    """The rows of synonyms in which a stem stands."""
    found: defaultdict[tuple[Language, str], list[str]] = defaultdict(list)
    for language in _LANGUAGES:
        for number, row in enumerate(SYNONYMS[language]):
            for token in {token for word in row for token in read_tokens(word)}:
                root = stem(token, language)
                if len(root) >= _SHORTEST:
                    found[language, root].append(f"{language}#{number}")
    return found
