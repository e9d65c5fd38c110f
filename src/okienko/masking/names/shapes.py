"""Names by their form, announced by nothing: given name and surname, initials, a capital in mid-sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from okienko.masking.names.codes import (
    AMBIGUOUS,
    CAPITAL_NAMES,
    FIRM,
    LETTER,
    NAME,
    RARELY,
    SURE,
    WORD,
    given_level,
    surname_level,
)
from okienko.masking.names.cues import Cue
from okienko.masking.names.extent import disguised, extended, past_particles
from okienko.masking.names.lexicon import (
    COMMON,
    FOREIGN,
    FUNCTION,
    GIVEN,
    PLACE,
    POPULAR,
    SURNAME,
    WIDESPREAD,
)
from okienko.masking.names.message import Message
from okienko.masking.names.surroundings import DESKS, GOODS, OWNERS, SAID, SAINTS, SENT, STAGE, TOWNS, TRAVELS, VENUES
from okienko.masking.reading import FILLER

_SAID: Final = frozenset(SAID.split())
_DESKS: Final = frozenset(DESKS.split())
_GOODS: Final = frozenset(GOODS.split())
_OWNERS: Final = frozenset(OWNERS.split())
_SAINTS: Final = frozenset(SAINTS.split())
_TRAVELS: Final = frozenset(TRAVELS.split())
_ROADS: Final = frozenset(
    ["from", "to", "via", "and", "or", "in", "at", "z", "ze", "do", "i", "lub", "albo", "przez", "w", "we"]
)
_AT: Final = frozenset(("przy", "pod", "na", "w", "we", "koło", "obok", "at", "in", "on"))
_STAGE: Final = frozenset(STAGE.split())
_ROAD_NAMES: Final = frozenset(("street", "road", "avenue", "square", "station"))
_TOWNS: Final = frozenset(TOWNS.split())
_VENUES: Final = frozenset(VENUES.split())
_COUNTIES: Final = frozenset(("powiat", "powiatu", "powiecie", "gmina", "gminy", "gminie"))  # powiat bocheński
_EVE: Final = frozenset(("na", "w", "mamy", "po", "przed", "jest", "będzie"))
_COUNTS: Final = frozenset(("two", "three", "four", "five", "six"))
_ADJECTIVE_ENDS: Final = (  # not those that verbs have, too: `klucze odbierze Marta`
    *(
        "czny",
        "czna",
        "czne",
        "cznej",
        "cznego",
        "lny",
        "lna",
        "lne",
        "lnej",
        "lnego",
        "owy",
        "owa",
        "owe",
        "owej",
        "owego",
    ),
    *(
        "ski",
        "ska",
        "skie",
        "skiej",
        "skiego",
        "cki",
        "cka",
        "ckie",
        "ckiej",
        "ckiego",
        "iany",
        "iana",
        "iane",
        "wany",
        "wana",
    ),
)
_SENT: Final = frozenset(SENT.split())
_SEEN: Final = frozenset(("na", "for", "to", "see", "watch", "find", "stream", "of", "obejrze", "obejrzec", "ogladac"))
_PLACE_AND: Final = frozenset(["to", "do", "and", "or", "i", "lub", "albo", "a"])
_MOST_HAVE: Final = SURNAME | WIDESPREAD | COMMON
_BEHIND_THINGS: Final = frozenset((" ", ' "', " „", " “", " '", " - "))


def by_form(message: Message, place: int) -> tuple[int, int] | None:
    """The name that a word begins, or a surname that it is: its first word, and the word after its last."""
    if message.codes[place] & LETTER:
        found = with_initials(message, place)
    elif _hardly(message, place):
        return None
    else:
        found = _pair(message, place)
        if found is not None and is_title(message, *found):
            return None
        if found is None and _single(message, place) and not is_thing_name(message, place):
            found = place, extended(message, place, place + 1)
    slip = _slipped(message, place)
    if found is None and slip and message.surname(place) >= AMBIGUOUS and _named_firmly(message, place):
        found = place, extended(message, place, place + 1)
    if found is None or not message.alone(place) or message.after_cue(place, Cue.STREETS) or message.famous(place):
        return None
    return found[0] - (slip and found[0] == place), found[1]


def _hardly(message: Message, place: int) -> bool:
    """Whether a word is hardly ever a name, has its capital from the sentence, and is followed by none."""
    code = message.codes[place]
    return (
        given_level(code) <= RARELY
        and surname_level(code) <= RARELY
        and message.words[place] not in CAPITAL_NAMES
        and message.begins(place)
        and not (place + 1 < message.count and message.capital(place + 1))
    )


def with_initials(message: Message, place: int) -> tuple[int, int] | None:
    """`J. Kowalski`, `A.M. Nowak`, `J Kowalski`."""
    end = place + 1
    if message.shouted or not message.initial(place):  # capitals or none, so that nothing but a stop tells
        likely = message.surname(end) >= (AMBIGUOUS if message.shouted else SURE) if end < message.count else False
        return (place, extended(message, end, end + 1)) if likely and message.gap(end) in {".", ". "} else None
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
    given_to = place > 1 and message.cue(place - 2) == Cue.NEAR and message.gap(place - 1) == " "
    return (
        (not common or given_to)
        and message.capital(place)
        and message.gap(place) == " "
        and not message.after_cue(place - 1, Cue.WORKS)
        and not (place > 1 and message.thing(place - 2))
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
    if message.gap(follower) == ", " and surname and next_given >= AMBIGUOUS:  # Kowalski, Jan
        likely = surname >= AMBIGUOUS and bool(code & WIDESPREAD or not code & (GIVEN | PLACE))
        if not capital:
            sure = surname == SURE or (message.shouted and message.begins(place))
            likely = likely and sure and next_given == SURE
        elif message.begins(place) and message.closed(follower + 1):
            likely = True
        return (place, follower + 1) if capital == next_capital and likely else None
    if not message.joined(follower) or (Cue.NEAR < message.cue(place) < Cue.PLACES and not code & POPULAR):
        return None
    both = max(
        given + next_surname if given and next_surname else 0, surname + next_given if surname and next_given else 0
    )
    if capital and next_capital:
        if other & LETTER:
            if given >= AMBIGUOUS and message.after(follower) in {".", ",", "", "\n", ")"}:
                return place, extended(message, place, follower + 1)  # Jan K., Emeka J. Hunter
            return None
        if message.acronym(follower) and not message.acronym(place) and len(message.words[follower]) < 4:
            return None
        if message.cue(place) == Cue.WORKS or (both < 2 * SURE and message.article(place)):
            return None
        if both >= 2 * AMBIGUOUS or (both > AMBIGUOUS and not message.begins(place)):
            return place, extended(message, place, follower + 1)
        if given >= AMBIGUOUS and (message.stranger(follower) or disguised(message, place)):
            return place, extended(message, place, follower + 1)
        if given >= AMBIGUOUS and (next_given >= AMBIGUOUS or past_particles(message, follower, capital)):
            return place, extended(message, place, follower)  # Lily Amanda Byrne, Jack St. John
        if given == SURE and other & FUNCTION and other & SURNAME and message.gap(follower) == " ":
            return place, follower + 1  # o Damianie Musze
        return None
    if other & FUNCTION or message.cue(follower) > Cue.NEAR or (capital and message.words[follower] in _GOODS):
        return None
    if not capital and not next_capital:
        frequent = code & POPULAR and other & WIDESPREAD and not other & (COMMON | FOREIGN)
        if both > 2 * AMBIGUOUS or (both == 2 * AMBIGUOUS and frequent):
            return place, extended(message, place, follower + 1)
        if given == SURE and code & POPULAR:
            if message.stranger(follower):
                return place, extended(message, place, follower + 1)
            if next_surname and message.gap(follower) == " ":
                return place, follower + 1  # sandra kapusta
        near = place > 0 and message.cue(place - 1) in {Cue.NEAR, Cue.ASKS}
        if near and code & POPULAR and both == 2 * AMBIGUOUS and not other & COMMON:
            return place, extended(message, place, follower + 1)  # bez róży bielak
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
        return word == "will" and message.begins(place) and message.capital(place) and _acts(message, place)
    capital = message.capital(place)
    if message.cue(place) and not (code & POPULAR and capital and not message.begins(place)):
        return False
    if word == "max" and _model(message, place):
        return False
    before = message.cue(place - 1) if place and message.gap(place) == " " else Cue.NONE
    if before == Cue.PLACES and (
        code & (PLACE | COMMON) or best == RARELY or word in _TOWNS or message.words[place - 1] in _COUNTIES
    ):
        return False
    if not capital:
        if given == SURE and (code & POPULAR or before == Cue.NEAR):
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
        if given == AMBIGUOUS and _acts(message, place):
            return True
        if surname >= AMBIGUOUS and code & WIDESPREAD and not code & COMMON and message.gap(place + 1)[:1] == ".":
            return True
        return signed or (surname == SURE and code & WIDESPREAD != 0 and not code & (FOREIGN | PLACE))
    if given == SURE or signed or (given and not code & (WORD | PLACE) and len(word) > 3):
        return True
    if given == AMBIGUOUS and code & POPULAR:
        return (
            before > Cue.LINK or not (message.joined(place) and message.capital(place - 1)) or message.begins(place - 1)
        )
    if before == Cue.NEAR:
        return best >= AMBIGUOUS or (given > 0 and not code & PLACE and message.closed(place + 1))
    if surname == AMBIGUOUS and not code & (COMMON | PLACE):
        said = message.gap(place) == " " and message.words[place - 1] in _SAID
        return said or _acts(message, place)  # odebrał Sroka
    return surname == SURE and (code & WIDESPREAD != 0 or not code & (FOREIGN | PLACE))


def is_title(message: Message, first: int, end: int) -> bool:
    """Whether a given name and a surname are rather a title or a product: `Audiobook Anna Karenina`, `Kubek Helena`."""
    if message.cue(first) > Cue.NEAR and message.cue(first) < Cue.PLACES:
        return False
    last = message.codes[end - 1]
    if message.words[end - 1] in _ROAD_NAMES and message.capital(end - 1):
        return True  # King Street
    if _on_a_line(message, first) or _on_a_line(message, end - 1):
        return True
    if message.words[end - 1] in _VENUES or _is_venue(message, end):
        return True  # Lincoln Center, Prince Charles Cinema
    if first and message.words[first - 1].startswith("swiet") and message.words[first - 1] in _SAINTS:
        return True  # świętego Marcina rogale
    if message.words[first] in _SAINTS or message.codes[first] & (FIRM | WIDESPREAD) == FIRM:
        return True
    if message.capital(first) and message.begins(first) and not message.codes[first] & POPULAR:
        unlikely = message.codes[first] & COMMON or not message.codes[first] & WIDESPREAD
        if unlikely and message.thing(first) and not message.closed(end) and not _acts(message, end - 1):
            return message.nominative(first + 1)
    if any(message.codes[place] & _MOST_HAVE == SURNAME | WIDESPREAD for place in range(first, end)):
        return False
    if not message.nominative(end - 1) or not message.capital(first) or _acts(message, end - 1) or last & LETTER:
        return False
    return _named_thing(message, first) or (
        message.quoted(first) and not message.shouted and bool(last & (FOREIGN | WORD))
    )


def is_thing_name(message: Message, place: int) -> bool:  # noqa: PLR0912 - a list of reasons
    """Whether a name alone is rather that of a thing, a place, a day, or a word: `fotel Emma`, `the Amanda rug`."""
    words, code = message.words, message.codes[place]
    town = code & PLACE or words[place] in _TOWNS
    if message.article(place):
        return True
    if _acts(message, place):
        return False
    before = words[place - 1] if place and message.gap(place) in {" ", ". "} else ""
    after = words[place + 1] if place + 1 < message.count and message.gap(place + 1) == " " else ""
    if _named_thing(message, place) or before in _SAINTS:
        return True
    if message.capital(place) and is_wares(message, place):
        return True
    if _is_venue(message, place + 1):
        return True  # Kennedy Airport
    if before in _COUNTS and after and not message.codes[place + 1] & FUNCTION and not message.capital(place + 1):
        return True  # two Emma bedside tables
    if words[place].startswith("sylwest") and before in _EVE and not message.joined(place + 1):
        return True  # mamy Sylwestra
    if before in _OWNERS and message.given(place) < SURE:
        return True
    if message.starred(place):
        return True
    if town and (before in _ROADS or not message.begins(place)) and message.about(_TRAVELS):
        return True
    if town and _with_place(message, place):
        return True
    if _on_a_line(message, place):
        return True  # pociąg Sanok - Kraków
    if town and before in {"to", "in"} and place > 1 and _sends(words[max(0, place - 3) : place - 1]):
        return True  # shipping to Jackson
    if before in {"na", "przy"} and words[place].endswith("ej") and not message.given(place):
        return True  # przy Marszałkowskiej
    if message.about(_STAGE) and _staged(message, place):
        return True
    if message.capital(place) and message.quoted(place):
        return True
    if before == "by" and place > 1 and message.begins(place - 2) and message.given(place - 2):
        return True
    if message.capital(place) and any(code & FIRM for code in message.codes[max(0, place - 2) : place]):
        return message.joined(place) and message.capital(place - 1)
    return after == "by" and message.begins(place) and place + 2 < message.count and message.capital(place + 2)


def _sends(words: Sequence[str]) -> bool:
    """Whether these speak of what goes to places: `shipping`, `three days`, `do you deliver`; not `please deliver`."""
    return bool(words) and (words[-1] in _SENT or list(words) == ["you", "deliver"])


def _is_venue(message: Message, place: int) -> bool:
    """Whether a word behind a name says that a place is called so."""
    return (
        place < message.count
        and message.words[place] in _VENUES
        and message.gap(place) == " "
        and message.capital(place)
    )


def is_wares(message: Message, place: int) -> bool:
    """Whether an English word for goods stands directly behind a name: `Emma boots`."""
    after = place + 1
    return after < message.count and message.words[after] in _GOODS and message.gap(after) == " "


def _named_thing(message: Message, place: int) -> bool:
    """Whether the noun for a thing stands before a name that is not inflected: `kołdra Natalia`, not `Natalii`."""
    if not place:
        return False
    if message.cue(place - 1) == Cue.WORKS and message.capital(place - 1) and not message.begins(place - 1):
        return message.capital(place)  # czy Dom Juliana
    if place > 1 and message.cue(place - 2) == Cue.WORKS and message.words[place - 1] in _AT:
        return message.gap(place) == " "  # sklep przy Marszałkowskiej
    if not message.nominative(place):
        return False
    if message.after_cue(place, Cue.WORKS):
        return True
    if message.gap(place) not in _BEHIND_THINGS:
        return False
    if message.thing(place - 1):
        return True
    described = message.words[place - 1]
    return (
        place > 1
        and message.capital(place)
        and message.gap(place - 1) == " "
        and described.endswith(_ADJECTIVE_ENDS)
        and not message.capital(place - 1)
        and not message.codes[place - 1]
        and message.cue(place - 1) == Cue.NONE
        and (message.thing(place - 2) or message.cue(place - 2) == Cue.WORKS)
    )  # kubek termiczny Zuzanna


def _with_place(message: Message, place: int) -> bool:
    """Whether a word is one of two places: `from Georgia to Virginia`, `Jersey or Chester`."""
    for other in (place - 2, place + 2):
        if 0 <= other < message.count and message.codes[other] & PLACE:
            first = min(place, other)
            travels = first > 0 and message.words[first - 1] in {"from", "to"}  # of both, or one would stay
            rather_people = message.codes[other] & message.codes[place] & POPULAR and not travels
            if message.words[(place + other) // 2] in _PLACE_AND and not rather_people:
                return True
    return False


def _on_a_line(message: Message, place: int) -> bool:
    """Whether a dash stands between a word and a place, in a message about a journey: `pociąg Sanok - Kraków`."""
    return any(
        0 < second < message.count and message.gap(second) == " - " and message.codes[other] & PLACE
        for second, other in ((place, place - 1), (place + 1, place + 1))
    ) and message.about(_TRAVELS)


def _staged(message: Message, place: int) -> bool:
    """Whether a name is rather that of a play, a film or a book, in a message about such: `tickets for Hamilton`."""
    if message.given(place) and message.begins(place):
        return message.gap(place + 1) == " " and place + 1 < message.count and not message.capital(place + 1)
    return message.words[place - 1] in _SEEN and message.gap(place) == " "


def _model(message: Message, place: int) -> bool:
    """Whether a word is the last of a product's name: `Telewizor N83 Max`."""
    start = message.starts[place]
    return start > 1 and message.text[start - 2].isdigit()


def _acts(message: Message, place: int) -> bool:
    """Whether a word does what people do: `Róża nie dostała`, `mark promised`."""
    after = message.words[place + 1 : place + 4]
    if not after or message.gap(place + 1) != " ":
        return False
    if after[0] in _SAID or (after[0] == "nie" and after[1:2] and after[1] in _SAID):
        return True
    if after[0] == "who" or (after[0] == "is" and after[1:2] and after[1] in {"my", "our"}):
        return True
    if after[0] == "in" and after[1:2] and after[1] in _OWNERS:
        return False  # faith in this shop
    return after[0] in {"z", "ze", "from", "in", "at"} and not _DESKS.isdisjoint(after[1:])


def _last_line(message: Message, place: int) -> bool:
    """Whether a word stands on a short last line of several: a signature. What is masked already counts as words."""
    if not place or place + 3 < message.count:
        return False
    first = place
    while first and "\n" not in message.gap(first):
        if FILLER in message.gap(first):
            return False
        first -= 1
        if place - first > 2:
            return False
    rest = message.text[message.end(place) :]
    return first > 0 and FILLER not in rest and "\n" not in rest.strip()
