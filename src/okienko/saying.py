"""What a message says, as the radar compares it: answers know the words of a language, and the radar does not."""

from __future__ import annotations

from typing import Final

from okienko.answers.text import cut_grams, leave_out_placeholders, read_tokens, stem
from okienko.radar.rising import Terms
from okienko.values import Language, MaskedText

_MOST: Final = 60  # words of a message; a letter of ten pages says early what it is about
_STEM: Final = "="  # what no gram begins with


def read_terms(text: MaskedText, language: Language) -> Terms:
    """The stems of a message and the grams of its words. Neither numbers nor what masking left, nor words that
    everything says."""
    stems: set[str] = set()
    grams: set[str] = set()
    for token in read_tokens(leave_out_placeholders(text.text))[:_MOST]:
        if any(letter.isdigit() for letter in token):
            continue
        root = stem(token, language)
        if root:
            stems.add(_STEM + root)
            grams.update(cut_grams(token))
    return Terms(stems=frozenset(stems), grams=frozenset(grams))
