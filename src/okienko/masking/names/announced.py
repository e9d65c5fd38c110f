"""Names that are announced: `nazywam się`, `pani`, `mój mąż`, `account holder:`, `regards`."""

from __future__ import annotations

from typing import Final

from okienko.masking.detector import Rank
from okienko.masking.names.codes import AMBIGUOUS, FIRM, LETTER, LINK, NAME, SURE, WORD, is_strange
from okienko.masking.names.cues import AFTER, Cue
from okienko.masking.names.extent import extended, past_particles
from okienko.masking.names.lexicon import COMMON, FOREIGN, FUNCTION, ORDINARY_EN, ORDINARY_PL, POPULAR, WIDESPREAD
from okienko.masking.names.message import Message
from okienko.masking.names.shapes import is_wares, with_initials
from okienko.masking.names.surroundings import SHAPES

_MOST_LINKS: Final = 6  # words between a cue and its name
_CHAINED: Final = frozenset((Cue.OFFICE, Cue.TITLE, Cue.KIN, Cue.LABELS, Cue.NAMES))
_SHAPES: Final = tuple(SHAPES.split())
_ENGLISH_TITLES: Final = frozenset(("mr", "mrs", "ms", "miss"))
# `customer service`, `client area`
_COMPOUNDS: Final = frozenset(
    [
        "service",
        "services",
        "support",
        "care",
        "account",
        "number",
        "area",
        "card",
        "cards",
        "success",
        "relations",
        "experience",
        "id",
        "price",
        "page",
        "house",
        "day",
    ]
)
_ASKED: Final = frozenset(["for", "to", "with", "z", "ze", "do", "o", "about"])  # between `speak` and the name


def announced(message: Message, place: int) -> tuple[int, int, Rank] | None:  # noqa: PLR0912 - a list of cases
    """The name after a cue, other cues and links between them: its first word, the word after its last, its rank."""
    cue = message.cue(place)
    needed = AFTER.get(message.words[place])
    if message.initial(place) and message.after(place) == ".":
        return None  # P. Bishop
    if needed is not None and not (place and message.words[place - 1] in needed):
        return None
    if message.after_cue(place, Cue.WORKS) or message.after_cue(place, Cue.STREETS) or message.quoted(place):
        return None
    first, linked = place + 1, False
    while first < message.count and first <= place + _MOST_LINKS and _bridged(message, first, cue):
        linked = linked or ":" in message.gap(first)
        between, code = message.cue(first), message.codes[first]
        office = between == Cue.OFFICE and cue == Cue.TITLE and message.words[first - 1] not in _ENGLISH_TITLES
        if between in _CHAINED and (office or not (code & NAME and message.capital(first))):
            if between < Cue.LABELS or cue < Cue.LABELS:
                cue = between
        elif (code & LINK and not message.initial(first)) or (cue == Cue.ASKS and message.words[first] in _ASKED):
            linked = linked or cue == Cue.NAMES
        else:
            break
        first += 1
    else:
        return None
    if not message.alone(first) or not _believed(message, first, cue, linked=linked):
        return None
    if cue == Cue.GREETS and is_wares(message, first):
        return None  # Hello, Emma boots leak
    if message.famous(first) or message.starred(first) or (cue < Cue.TITLE and message.article(first)):
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


def _believed(message: Message, place: int, cue: int, *, linked: bool) -> bool:  # noqa: PLR0912 - a list of cases
    """Whether a word is a name when that cue stands before it; `linked`: with a colon, or a verb between them."""
    code, word = message.codes[place], message.words[place]
    given, surname = message.given(place), message.surname(place)
    capital = message.capital(place)
    if code & FUNCTION and not given:
        if message.words[place - 1] in _ENGLISH_TITLES and code & NAME:
            return True
        if not (capital and code & NAME) or message.gap(place) not in {" ", ". ", "\n", ",\n", ", ", ",\n\n"}:
            return False
        if cue == Cue.TITLE:  # Mr Day, Pani Musze
            return message.gap(place) != ", "
        return cue == Cue.CLOSES and code & POPULAR != 0 and message.closed(place + 1)
    if code & FIRM and cue < Cue.TITLE:
        return False
    if cue >= Cue.KIN and past_particles(message, place, capital):
        return True
    if cue == Cue.GREETS and given < SURE and surname < SURE and not _hailed(message, place):
        return False
    if capital:
        if code & LETTER:
            return message.initial(place)
        if cue == Cue.ASKS:
            return _asked_for(message, place)
        if cue == Cue.LABELS and word in _COMPOUNDS:
            return False
        if cue == Cue.INTRODUCES and not given and surname < SURE and word.endswith("em"):
            return False  # jestem Bykiem
        if given or surname:
            return cue not in {Cue.GREETS, Cue.INTRODUCES} or max(given, surname) >= AMBIGUOUS
        if cue in {Cue.GREETS, Cue.INTRODUCES} and message.words[place - 1] not in {"m", "am", "im", "jestem"}:
            return cue == Cue.INTRODUCES and message.stranger(place) and message.gap(place + 1)[:1] == ","
        if message.acronym(place) and not (linked or cue in {Cue.TITLE, Cue.CLOSES, Cue.NAMES}):
            return False
        if not code and cue == Cue.LABELS and not message.begins(place) and message.closed(place + 1):
            return True  # i klient Świdrygał,
        return message.stranger(place) and (cue != Cue.OFFICE or linked or word.endswith(_SHAPES))
    if given == SURE or (given and not code & WORD):
        return True
    if given == AMBIGUOUS and cue >= Cue.KIN and not (code & FOREIGN and code & (ORDINARY_PL | ORDINARY_EN)):
        return True
    if cue == Cue.ASKS:
        return given == AMBIGUOUS and code & POPULAR != 0
    if cue == Cue.CLOSES and given | surname and len(word) > 2 and place + 1 == message.count:
        return True
    if cue in {Cue.TITLE, Cue.NAMES, Cue.CLOSES} or (cue >= Cue.LABELS and linked and not code & COMMON):
        if surname == SURE or (surname and (code & WIDESPREAD or (cue != Cue.CLOSES and surname == AMBIGUOUS))):
            return True
        if surname and ((cue == Cue.NAMES and linked) or message.words[place - 1] in _ENGLISH_TITLES):
            return True
        return message.stranger(place)
    if cue >= Cue.KIN:
        known = code & WIDESPREAD or word.endswith(_SHAPES) or (cue == Cue.LABELS and is_strange(word))
        return (surname == SURE and bool(known)) or (
            cue == Cue.LABELS
            and surname == AMBIGUOUS
            and code & (WIDESPREAD | COMMON) == WIDESPREAD
            and word not in _COMPOUNDS
        )
    return False


def _hailed(message: Message, place: int) -> bool:
    """Whether a word that may be another is addressed by a greeting: `Hi Rose, …`, `hello rose can you`.

    Where a sentence goes on behind it the word is rather its subject: `Hello, Bell does not ring`.
    """
    after = place + 1
    if message.closed(after):
        return True
    given = message.given(place)
    if message.given(after) == SURE and not message.thing(place):
        return True  # Witam, Kuś Danuta
    if message.capital(after):
        return given > 0
    spoken_to = "," not in message.gap(place) and message.gap(after) == " "
    return spoken_to and given >= AMBIGUOUS and message.codes[after] & FUNCTION != 0


def _asked_for(message: Message, place: int) -> bool:
    """Whether somebody speaks of a word with a capital as of a person; a name alone is found without that."""
    code = message.codes[place]
    if message.acronym(place) or code & FIRM or message.gap(place) != " " or message.article(place):
        return False
    return message.surname(place) >= AMBIGUOUS or message.given(place) > 0 or message.stranger(place)
