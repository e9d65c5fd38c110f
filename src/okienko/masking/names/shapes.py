"""Names by their form, announced by nothing: given name and surname, initials, a capital in mid-sentence."""

from __future__ import annotations

from typing import Final

from okienko.masking.names.codes import (
    AMBIGUOUS,
    FIRM,
    LETTER,
    NAME,
    RARELY,
    SURE,
    WORD,
    surname_level,
)
from okienko.masking.names.cues import Cue
from okienko.masking.names.extent import disguised, extended
from okienko.masking.names.lexicon import COMMON, FOREIGN, FUNCTION, GIVEN, PLACE, POPULAR, WIDESPREAD
from okienko.masking.names.message import Message
from okienko.masking.names.surroundings import BRANDS, SAID

_SAID: Final = frozenset(SAID.split())
_BRANDS: Final = frozenset(tuple(brand.split()) for brand in BRANDS.split(","))


def by_form(message: Message, place: int) -> tuple[int, int] | None:
    """The name that a word begins, or a surname that it is: its first word, and the word after its last."""
    if message.codes[place] & LETTER:
        found = with_initials(message, place)
    else:
        found = _pair(message, place)
        if found is None and _single(message, place) and not message.article(place) and not _thing(message, place):
            found = place, extended(message, place, place + 1)
    slip = _slipped(message, place)
    if found is None and slip and message.surname(place) >= AMBIGUOUS and _named_firmly(message, place):
        found = place, extended(message, place, place + 1)
    if found is None or not message.alone(place) or message.after_cue(place, Cue.STREETS) or _brand(message, place):
        return None
    return found[0] - (slip and found[0] == place), found[1]


def with_initials(message: Message, place: int) -> tuple[int, int] | None:
    """`J. Kowalski`, `A.M. Nowak`, `J Kowalski`."""
    if message.shouted or not message.initial(place):
        return None
    end = place + 1
    while end - place < 3 and message.joined(end) and message.initial(end):
        end += 1
    if not message.joined(end) or not message.capital(end) or message.codes[end] & (FUNCTION | LETTER):
        return None
    surname = message.surname(end)
    if "." in message.gap(end):
        believed = surname > (RARELY if message.begins(place) else 0) or (
            message.stranger(end) and not message.acronym(end)
        )
    else:
        believed = surname == SURE and not message.begins(place)
    return (place, extended(message, end, end + 1)) if believed else None


def _brand(message: Message, place: int) -> bool:
    """Whether a word belongs to a product that bears a given name and a surname."""
    around = message.words[max(0, place - 1) : place + 2]
    return tuple(around[:2]) in _BRANDS or tuple(around[-2:]) in _BRANDS


def _slipped(message: Message, place: int) -> bool:
    """Whether a given name with a slip of the finger, or from far away, stands before a surname."""
    before = place - 1
    return (
        before >= message.done
        and not message.codes[before]
        and not message.codes[place] & (GIVEN | LETTER)
        and message.capital(before) == message.capital(place)
        and message.joined(place)
        and message.stranger(before)
        and not message.acronym(before)
    )


def _named_firmly(message: Message, place: int) -> bool:
    """Whether a surname is believed although it is a word, and only a stranger with a capital stands before it."""
    common = message.codes[place] & (COMMON | FIRM)
    return (
        not common
        and message.capital(place)
        and message.gap(place) == " "
        and not message.after_cue(place - 1, Cue.WORKS)
    )


def _pair(message: Message, place: int) -> tuple[int, int] | None:  # noqa: PLR0912 - a list of shapes
    """A given name and a surname in either order, or a given name and an initial."""
    follower = place + 1
    code = message.codes[place]
    if follower >= message.count or not code & NAME:
        return None
    other = message.codes[follower]
    given, surname = message.given(place), message.surname(place)
    if not (given or surname):
        return None
    next_given, next_surname = message.given(follower), surname_level(other)
    capital, next_capital = message.capital(place), message.capital(follower)
    if message.gap(follower) == ", " and surname >= AMBIGUOUS and next_given == SURE:
        likely = code & WIDESPREAD or not code & (GIVEN | PLACE)
        return (place, follower + 1) if capital and next_capital and likely else None  # Kowalski, Jan
    if not message.joined(follower) or (Cue.NEAR < message.cue(place) < Cue.PLACES and not code & POPULAR):
        return None
    both = max(
        given + next_surname if given and next_surname else 0, surname + next_given if surname and next_given else 0
    )
    if capital and next_capital:
        if other & LETTER:
            if given >= AMBIGUOUS and message.after(follower) in {".", ",", "", "\n", ")"}:
                return place, follower + 1
            return None
        if message.acronym(follower) and not message.acronym(place) and len(message.words[follower]) < 4:
            return None
        thing = message.cue(place) == Cue.WORKS or (both < SURE + AMBIGUOUS and message.after_cue(place, Cue.WORKS))
        if thing or (both < 2 * SURE and message.article(place)):
            return None
        if both >= 2 * AMBIGUOUS or (both > AMBIGUOUS and not message.begins(place)):
            return place, extended(message, place, follower + 1)
        if given >= AMBIGUOUS and (message.stranger(follower) or disguised(message, place)):
            return place, extended(message, place, follower + 1)
        return None
    if other & FUNCTION or message.cue(follower) > Cue.NEAR:
        return None
    if not capital and not next_capital:
        frequent = code & POPULAR and other & WIDESPREAD and not other & (COMMON | FOREIGN)
        if both > 2 * AMBIGUOUS or (both == 2 * AMBIGUOUS and frequent):
            return place, extended(message, place, follower + 1)
        if given == SURE and code & POPULAR and message.stranger(follower):
            return place, extended(message, place, follower + 1)
    surname_too = next_surname == SURE or (other & WIDESPREAD and not other & COMMON)
    if capital != next_capital and given >= AMBIGUOUS and given + next_surname > 2 * AMBIGUOUS and surname_too:
        return place, follower + 1
    return None


def _single(message: Message, place: int) -> bool:  # noqa: PLR0912 - a list of reasons
    """Whether a word by itself is a name."""
    code, word = message.codes[place], message.words[place]
    given, surname = message.given(place), message.surname(place)
    best = max(given, surname)
    if not best or code & FIRM:
        return False
    capital = message.capital(place)
    if message.cue(place) and not (code & POPULAR and capital and not message.begins(place)):
        return False
    if word == "max" and _model(message, place):
        return False
    before = message.cue(place - 1) if place and message.gap(place) == " " else Cue.NONE
    if before == Cue.PLACES and (code & (PLACE | COMMON) or best == RARELY):
        return False
    if not capital:
        if given == SURE and code & POPULAR and (len(word) > 3 or before == Cue.NEAR):
            return True
        if given and code & POPULAR and _acts(message, place):
            return True
        if surname == SURE and code & WIDESPREAD and not code & (FOREIGN | PLACE | GIVEN):
            return True
        return (given >= AMBIGUOUS or surname == SURE) and _last_line(message, place)
    if message.acronym(place) and len(word) < 4:
        return False
    signed = best >= AMBIGUOUS and _last_line(message, place)
    if message.begins(place):
        if given == SURE and (code & POPULAR or not code & (FOREIGN | PLACE)):
            return True
        if given == AMBIGUOUS and code & POPULAR and _acts(message, place):
            return True
        return signed or (surname == SURE and code & WIDESPREAD != 0 and not code & (FOREIGN | PLACE))
    if given == SURE or signed or (given and not code & (WORD | PLACE) and len(word) > 3):
        return True
    if given == AMBIGUOUS and code & POPULAR:
        return (
            before > Cue.LINK or not (message.joined(place) and message.capital(place - 1)) or message.begins(place - 1)
        )
    if before == Cue.NEAR:
        return best >= AMBIGUOUS
    return surname == SURE and (code & WIDESPREAD != 0 or not code & (FOREIGN | PLACE))


def _thing(message: Message, place: int) -> bool:
    """Whether a word by itself is rather the name of a thing that stands before it."""
    return message.after_cue(place, Cue.WORKS)


def _model(message: Message, place: int) -> bool:
    """Whether a word is the last of a product's name: `Telewizor N83 Max`."""
    start = message.starts[place]
    return start > 1 and message.text[start - 2].isdigit()


def _acts(message: Message, place: int) -> bool:
    """Whether a word does what people do: `Róża nie dostała`, `mark promised`."""
    after = message.words[place + 1 : place + 3]
    return (
        message.joined(place + 1) and bool(after) and (after[0] in _SAID or (after[0] == "nie" and after[-1] in _SAID))
    )


def _last_line(message: Message, place: int) -> bool:
    """Whether a word stands on a short last line of several: a signature."""
    if not place or place + 3 < message.count:
        return False
    first = place
    while first and "\n" not in message.gap(first):
        first -= 1
        if place - first > 2:
            return False
    return first > 0 and "\n" not in message.text[message.end(place) :].strip()
