"""WordPiece as BERT's uncased models read it: words into the longest pieces of a vocabulary. Pure.

After Devlin et al., "BERT" (2018), https://github.com/google-research/bert/blob/master/tokenization.py (Apache-2.0):
lower case, no accents, punctuation and CJK characters by themselves, then greedily the longest piece first.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

_LONGEST: Final = 100  # letters; a longer word is unknown
_CJK: Final = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class WordPiece:
    """A vocabulary, and texts as numbers of its pieces."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self._numbers: Mapping[str, int] = {piece: number for number, piece in enumerate(pieces)}
        self._first, self._last, self._unknown = (self._numbers[mark] for mark in ("[CLS]", "[SEP]", "[UNK]"))
        self._known: dict[str, tuple[int, ...]] = {}

    def read(self, text: str, *, most: int) -> list[int]:
        """The numbers of a text between those that open and close one, at most `most` in all."""
        numbers = [self._first]
        for word in _cut_words(text):
            numbers += self._read_word(word)
            if len(numbers) >= most - 1:
                break
        return [*numbers[: most - 1], self._last]

    def _read_word(self, word: str) -> tuple[int, ...]:
        known = self._known.get(word)
        if known is None:
            if len(self._known) > 50_000:
                self._known.clear()
            known = self._known[word] = self._cut(word)
        return known

    def _cut(self, word: str) -> tuple[int, ...]:
        if len(word) > _LONGEST:
            return (self._unknown,)
        found: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                number = self._numbers.get(("##" if start else "") + word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return (self._unknown,)
        return tuple(found)


def _cut_words(text: str) -> Iterator[str]:
    word: list[str] = []
    for letter in unicodedata.normalize("NFD", text.lower()):
        if letter.isspace():
            alone = False
        elif _is_dropped(letter):
            continue
        elif _stands_alone(letter):
            alone = True
        else:
            word.append(letter)
            continue
        if word:
            yield "".join(word)
            word.clear()
        if alone:
            yield letter
    if word:
        yield "".join(word)


def _is_dropped(letter: str) -> bool:
    """Accents, and characters that nobody sees."""
    return letter == "\ufffd" or unicodedata.category(letter) in ("Mn", "Cc", "Cf", "Co", "Cs")


def _stands_alone(letter: str) -> bool:
    code = ord(letter)
    if code < 128:
        return not letter.isalnum() and letter.isprintable()
    return unicodedata.category(letter)[0] == "P" or any(low <= code <= high for low, high in _CJK)
