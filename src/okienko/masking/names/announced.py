"""Names that are announced: `nazywam się`, `pani`, `mój mąż`, `account holder:`, `regards`."""

from __future__ import annotations

from typing import Final

from okienko.masking.detector import Rank
from okienko.masking.names.codes import AMBIGUOUS, FIRM, LETTER, LINK, NAME, SURE, WORD
from okienko.masking.names.cues import AFTER, Cue
from okienko.masking.names.extent import extended, past_particles
from okienko.masking.names.lexicon import FUNCTION, POPULAR, WIDESPREAD
from okienko.masking.names.message import Message
from okienko.masking.names.shapes import with_initials
from okienko.masking.names.surroundings import SHAPES

_MOST_LINKS: Final = 6  # words between a cue and its name
_CHAINED: Final = frozenset((Cue.OFFICE, Cue.TITLE, Cue.KIN, Cue.LABELS, Cue.NAMES))
_SHAPES: Final = tuple(SHAPES.split())


def announced(message: Message, place: int) -> tuple[int, int, Rank] | None:
    """The name after a cue, other cues and links between them: its first word, the word after its last, its rank."""
    cue = message.cue(place)
    needed = AFTER.get(message.words[place])
    if needed is not None and not (place and message.words[place - 1] in needed):
        return None
    if message.after_cue(place, Cue.WORKS):
        return None
    first, linked = place + 1, False
    while first < message.count and first <= place + _MOST_LINKS and _bridged(message, first, cue):
        linked = linked or ":" in message.gap(first)
        between, code = message.cue(first), message.codes[first]
        if between in _CHAINED and not (code & NAME and message.capital(first)):
            if between < Cue.LABELS or cue < Cue.LABELS:
                cue = between
        elif code & LINK:
            linked = linked or cue == Cue.NAMES
        else:
            break
        first += 1
    else:
        return None
    if not message.alone(first) or not _believed(message, first, cue, linked=linked):
        return None
    end = past_particles(message, first, message.capital(first)) or first + 1
    if message.codes[first] & LETTER and end == first + 1:
        found = with_initials(message, first)
        return (*found, Rank.SHAPE) if found is not None else None
    end = extended(message, first, end, announced=True)
    if cue == Cue.CLOSES and not message.closed(end):
        given = message.given(first)
        if given < AMBIGUOUS or (given < SURE and not message.capital(first)):
            return None
    return first, end, Rank.LABELLED if cue >= Cue.LABELS else Rank.SHAPE


def _bridged(message: Message, place: int, cue: int) -> bool:
    """Whether a cue reaches a word across what stands before that word."""
    gap = message.gap(place)
    if gap in {" ", "  ", "'", "’", ": ", ":"}:
        return True
    if gap in {". ", "."}:
        return cue in {Cue.TITLE, Cue.OFFICE, Cue.CLOSES} or len(message.words[place - 1]) < 5
    if len(gap) > 6 or gap.strip(" :.,-\n\"'„“(`*!"):
        return False
    if cue in {Cue.CLOSES, Cue.GREETS}:
        return "\n" not in gap or cue == Cue.CLOSES
    if cue >= Cue.LABELS:
        return not any(sign in gap for sign in "!.,")
    return gap in {" - ", ' "', " („", " ("}


def _believed(message: Message, place: int, cue: int, *, linked: bool) -> bool:
    """Whether a word is a name when that cue stands before it; `linked`: with a colon, or a verb between them."""
    code, word = message.codes[place], message.words[place]
    given, surname = message.given(place), message.surname(place)
    capital = message.capital(place)
    if code & FUNCTION and not given:
        return cue == Cue.CLOSES and code & POPULAR != 0 and capital and message.closed(place + 1)
    if code & FIRM and cue < Cue.TITLE:
        return False
    if cue >= Cue.KIN and past_particles(message, place, capital):
        return True
    if capital:
        if code & LETTER:
            return message.initial(place)
        if given or surname:
            return cue not in {Cue.GREETS, Cue.INTRODUCES} or max(given, surname) >= AMBIGUOUS
        if cue in {Cue.GREETS, Cue.INTRODUCES} and message.words[place - 1] not in {"m", "am", "im", "jestem"}:
            return False
        if message.acronym(place) and not (linked or cue in {Cue.TITLE, Cue.CLOSES, Cue.NAMES}):
            return False
        return message.stranger(place) and (cue != Cue.OFFICE or linked or word.endswith(_SHAPES))
    if given == SURE or (given and not code & WORD) or (given == AMBIGUOUS and cue >= Cue.KIN):
        return True
    if cue in {Cue.TITLE, Cue.CLOSES} or (cue >= Cue.LABELS and linked):
        return surname == SURE or (surname == AMBIGUOUS and bool(code & WIDESPREAD)) or message.stranger(place)
    if cue >= Cue.KIN:
        return surname == SURE and (bool(code & WIDESPREAD) or word.endswith(_SHAPES))
    return False
