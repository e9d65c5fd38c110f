"""Text as people type it: without diacritics, in small letters. Pure."""

from __future__ import annotations

import unicodedata
from typing import Final

_LETTERS: Final = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻøØđĐ", "acelnoszzACELNOSZZoOdD")


def fold(text: str) -> str:
    """Lower case without diacritics: "Żółty" and "zolty" become the same word."""
    text = text.lower()
    if text.isascii():
        return text
    text = text.translate(_LETTERS)
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)  # which may bring capitals back: "𝕬" is an A
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower()
