"""How far a name goes that holds certain words: particles, further given names, double surnames."""

from __future__ import annotations

from typing import Final

from okienko.masking.names.codes import AMBIGUOUS, LETTER, NAME, SURE, surname_level
from okienko.masking.names.cues import Cue
from okienko.masking.names.lexicon import FUNCTION, POPULAR, SURNAME
from okienko.masking.names.message import HYPHENS, Message
from okienko.masking.names.surroundings import ALSO_WORDS, ENDINGS, PARTICLES

_LONGEST: Final = 6  # words of one name
_PARTICLES: Final = frozenset(PARTICLES.split())
_ALSO_WORDS: Final = frozenset(ALSO_WORDS.split())
_ENDINGS: Final = frozenset(ENDINGS.split())


def extended(message: Message, first: int, end: int, *, announced: bool = False) -> int:
    """The word after the last one of a name that holds the words from `first` to `end`."""
    while end < message.count and end - first < _LONGEST and message.joined(end):
        further = past_particles(message, end, message.capital(first)) or (
            end + 1 if _continues(message, first, end, announced=announced) else 0
        )
        if not further:
            break
        end = further
    return end


def past_particles(message: Message, place: int, capital: bool) -> int:
    """The word after `de la Cruz` or `O'Brien`; 0 if no such surname stands there."""
    if message.words[place] not in _PARTICLES:
        return 0
    after = place + 1
    while after - place < 3 and after < message.count and message.words[after] in _PARTICLES:
        if not message.joined(after):
            break
        after += 1
    if not message.joined(after) or message.codes[after] & FUNCTION:
        return 0
    code = message.codes[after]
    if message.capital(after):
        return after + 1 if code & NAME or message.stranger(after) else 0
    if message.gap(after) in HYPHENS:
        return after + 1 if code & SURNAME else 0
    alike = capital or message.words[place] in _ALSO_WORDS or surname_level(code) != SURE
    return 0 if alike else after + 1


def disguised(message: Message, place: int) -> bool:
    """Whether an ordinary word with a capital is the surname of a given name: `Alanowi Brzeszczotowi`."""
    after = place + 1
    return (
        message.given(place) == SURE
        and not message.codes[after]
        and message.capital(after)
        and not message.acronym(after)
        and message.gap(after) == " "
        and not (message.joined(after + 1) and message.capital(after + 1))
        and (not message.begins(place) or message.closed(after + 1))
        and not message.article(place)
    )


def _continues(message: Message, first: int, place: int, *, announced: bool) -> bool:  # noqa: PLR0912 - a list of cases
    """Whether a word belongs to the name that begins with another."""
    code = message.codes[place]
    given, surname = message.given(place), message.surname(place)
    capital = message.capital(place)
    gap = message.gap(place)
    if gap in {"'", "’"} and message.words[place] in _ENDINGS:
        return True
    if code & LETTER:
        return message.capital(first) and message.initial(place) and message.after(place) in {".", "", ",", "\n"}
    if gap in HYPHENS:
        return bool(given or surname or message.stranger(place)) or (gap == "-" and not code & FUNCTION)
    if message.cue(place) > Cue.NEAR and not (capital and surname >= AMBIGUOUS):
        return False
    if code & FUNCTION and not given:
        return capital and bool(code & SURNAME) and gap == " "  # Brenda Margaret Day
    if message.acronym(place) and not message.acronym(first) and len(message.words[place]) < 4:
        return False
    if capital or (message.shouted and announced):
        if given or surname or message.stranger(place):
            return True
        if announced and not code and gap == " " and message.closed(place + 1):
            return not message.acronym(place)  # abonent Mikołaj Świdrygał
        return place == first + 1 and disguised(message, first)
    if message.capital(first) and not announced:
        return False
    if max(given, surname) == SURE:
        return True
    if announced and place == first + 1 and message.stranger(place):
        return True
    if message.capital(first):
        return False
    if surname == AMBIGUOUS or message.stranger(place):
        return True
    certain = message.given(place - 1) == SURE and message.codes[place - 1] & POPULAR
    return surname > 0 and (bool(certain) or message.closed(place + 1))
