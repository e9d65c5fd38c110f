"""What is known of a word by itself, as one number that is remembered: what the table says, and what it announces."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from okienko.masking.names.cues import ENGLISH, POLISH, Cue
from okienko.masking.names.lexicon import (
    COMMON,
    FOREIGN,
    FUNCTION,
    GIVEN,
    ORDINARY_EN,
    ORDINARY_PL,
    POPULAR,
    SURNAME,
    WIDESPREAD,
    fold,
    is_ordinary,
    is_thing,
    look_up,
)
from okienko.masking.names.surroundings import ASKS, FIRMS, NEAR, NO_NAMES, PLACES, STREETS, WORKS

NAME: Final = GIVEN | SURNAME
WORD: Final = ORDINARY_PL | ORDINARY_EN | COMMON
RARELY, AMBIGUOUS, SURE = 1, 2, 3  # how far a word is a name

# A code holds the table's flags in its lowest twelve bits, then four bits of the cue, and then
_CUE: Final = 12
_CUES: Final = 15
LETTER: Final = 1 << 16  # a single letter
FIRM: Final = 1 << 17  # a company or a product bears this name
LINK: Final = 1 << 18  # may stand between a cue and the name
ANNOUNCES: Final = 1 << 19
BEGINS: Final = 1 << 20  # a name may begin here
SMALL: Final = 1 << 21  # even in lower case
_GIVEN: Final = 22  # two bits: how far it is a given name
_SURNAME: Final = 24  # two bits: how far it is a surname
LEVELS: Final = 15 << _GIVEN

SLIPPED_GIVEN: Final = GIVEN | ORDINARY_EN | BEGINS | SMALL | AMBIGUOUS << _GIVEN
SLIPPED_SURNAME: Final = SURNAME | ORDINARY_EN | BEGINS | AMBIGUOUS << _SURNAME
UNKNOWN_SURNAME: Final = SURNAME | BEGINS | SURE << _SURNAME

_MOST_KNOWN: Final = 16_000  # words remembered; a hostile sender could go on for ever
_LONGEST_WORD: Final = 40  # letters
_CUE_OF: Final = {
    word: cue
    for cues in (
        {Cue.NEAR: NEAR, Cue.ASKS: ASKS, Cue.PLACES: PLACES, Cue.WORKS: WORKS, Cue.STREETS: STREETS},
        dict(reversed(ENGLISH.items())),  # what stands first in these wins
        dict(reversed(POLISH.items())),
    )
    for cue, words in cues.items()
    if cue is not Cue.LINK
    for word in words.split()
}
_LINKS: Final = frozenset(f"{POLISH[Cue.LINK]} {ENGLISH[Cue.LINK]}".split())
_FIRMS: Final = frozenset(FIRMS.split())
_NO_NAMES: Final = frozenset(NO_NAMES.split())


CAPITAL_NAMES: Final = frozenset(("ani", "will"))  # words of grammar that a capital in mid-sentence makes names


class _Codes(dict[str, int]):
    """Codes of folded words met so far; asked for another, it makes one."""

    def __missing__(self, word: str) -> int:
        if len(word) > _LONGEST_WORD:
            return 0
        if len(self) >= _MOST_KNOWN:
            self.clear()
        code = self[word] = _code(fold(word))
        return code


CODES: Final = _Codes()


def _code(word: str) -> int:
    cue = _CUE_OF.get(word, Cue.NONE)
    code = cue << _CUE
    if Cue.NEAR < cue < Cue.PLACES:
        code |= ANNOUNCES
    if word in _LINKS:
        code |= LINK
    if len(word) < 2:
        return code | LETTER | BEGINS
    entry = look_up(word)
    if entry is not None:
        code |= entry.flags if word not in _NO_NAMES else entry.flags & ~NAME
    if word in _FIRMS:
        code |= FIRM
    if code & NAME:
        given, surname = _given(code), _surname(code)
        code |= given << _GIVEN | surname << _SURNAME
        if given or surname or word in CAPITAL_NAMES:
            code |= BEGINS
        if given >= AMBIGUOUS or surname == SURE:
            code |= SMALL
    return code


def _given(flags: int) -> int:
    if not flags & GIVEN or flags & FUNCTION:
        return 0
    if flags & COMMON:
        return AMBIGUOUS if flags & POPULAR else RARELY
    if flags & (ORDINARY_PL | ORDINARY_EN) or (flags & FOREIGN and not flags & POPULAR):
        return AMBIGUOUS
    return SURE


def _surname(flags: int) -> int:
    if not flags & SURNAME or flags & FUNCTION:
        return 0
    if flags & COMMON:
        return AMBIGUOUS if flags & WIDESPREAD else RARELY
    if flags & (ORDINARY_PL | ORDINARY_EN):
        return AMBIGUOUS
    return SURE


def cue_of(code: int) -> int:
    """The cue that a word is, as a number."""
    return code >> _CUE & _CUES


def given_level(code: int) -> int:
    """How far a word is a given name, from 0 to 3."""
    return code >> _GIVEN & 3


def surname_level(code: int) -> int:
    """How far a word is a surname, from 0 to 3."""
    return code >> _SURNAME & 3


@lru_cache(maxsize=4096)
def is_strange(word: str) -> bool:
    """Whether a folded word stands in no dictionary; asked of words that the table does not know."""
    return not is_ordinary(fold(word))


@lru_cache(maxsize=4096)
def is_thing_word(word: str) -> bool:
    """Whether a folded word is a Polish noun for a thing."""
    return is_thing(fold(word))


entry_of: Final = lru_cache(maxsize=4096)(look_up)
