"""Polish addresses: a street, square, estate or village with its number, the flat, the postcode and the town.

A small grammar over the folded text. It starts at one of two places: at a word for a street (`ul.`, `os.`), or at a
number that could be a house's. From there it reads the name, forwards or backwards, and then as much of the rest as
stands there: flat, staircase, floor, postcode, town, province. Every step looks at a bounded piece of text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from okienko.masking.address_rest import FAR_POSTCODE, REGION, code_end, place_end, rest_end, units_end
from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.places import (
    AT,
    CONTEXT_WORDS,
    FIRST_PARTS,
    GOODS,
    LINE_END,
    NOT_IN_NAMES,
    OPENERS,
    POSTCODE_SHAPE,
    TITLES,
    line_end,
    listed,
    slips,
    streetlike,
    town_after,
    town_before,
)
from okienko.masking.reading import Reading

LABEL: Final = "ADDRESS"

_SLIPPED: Final = (slips("ulica") | slips("osiedle")) - listed("lica ulia ulica osiedle")
_SLIPPED_SHORT: Final = listed("ull uul aal oss pll bulw")
_STREET_WORDS: Final = (
    _SLIPPED
    | _SLIPPED_SHORT
    | listed(
        """
    ul ulica ulicy ulice ulic al aleja aleje alei aleji alejach aleję os osiedle osiedlu osiedla pl plac placu rondo
    ronda rondzie skwer skweru skwerze bulwar bulwaru bulwarze bulwary trakt traktu trakcie szosa szosie szosy pasaz
    pasazu wybrzeze wybrzezu zaulek zaulku wies wsi miejscowosc miejscowosci kolonia kolonii przysiolek przysiolku
    solectwo osada
    """
    )
)
_STREET: Final = re.compile(
    r"(?<![\w.@/-])(?:(?P<short>ul|al|os|pl|ull|uul|aal|oss|pll|bulw)(?:[ ]?\.[ ]?:?[ ]?|[ :]{1,2}| ?\n)"
    rf"|(?P<long>{'|'.join(sorted(_SLIPPED))}|ulic[aey]|alej[aei]|alei|alejach|osiedl[eua]|placu?|rond(?:o|a|zie)|skwer(?:u|ze)?"
    rf"|bulwar(?:u|ze|y)?"
    r"|trakt(?:u|cie)?|szos(?:a|ie|y)|pasazu?|wybrzez[eu]|zaulek|zaulku)(?:[ :]{1,3}|(?= ?[0-9]))"
    r"|(?P<village>wies|wsi|miejscowosci?|koloni[ai]{1,2}|przysiolku?|przysiolek|osada)[ :]{1,3})"
    r"(?:im\.? ?|imienia |to |jest )?"
)
_SQUARE: Final = re.compile(r"pl(?<![\w.@/-]..)[ .:\n]")
_MONTH: Final = r"stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|wrzesnia|pazdziernika|listopada|grudnia"
_UNIT_AFTER: Final = re.compile(
    r" ?(?:zl|pln|eur|euro|usd|gbp|gr|szt|sztuk|sztuki|lat|lata|rok|roku|dni|dniach|dnia|dzien|godz|godzin|godziny"
    r"|godzinie|h"
    r"|min|minut|minuty|sek|sekund|km|cm|mm|kg|dag|ml|gb|tb|mb|kb|cali|cale|cal|procent|proc|razy|osob|osoby|tys|mln"
    r"|hz|mah|mies|miesiecy|miesiace|tygodni|tygodnie|tyg|pkt|punktow|stron|strony|par|pary|produktow|sztuka|osobowy"
    rf"|opakowan|days?|hours?|weeks?|months?|minutes?|years?|times|items|people|percent|kompletow|zamowien|ton|ha|st"
    rf"|stopni|kwietniu|maju|proby|prob|{_MONTH})(?![a-z0-9])"
    r"|[ ]?[%€$\"”°]|[.:][0-9]|,[0-9]{1,2}(?![0-9-])|x[0-9]|[ ]x[ ]?[0-9]|[ ]?-[ ]?[0-9]{1,4} ?(?:zl|szt|cm|mm|dni"
    r"|lat)|[0-9]|[.-]?go\b|-[a-z]"
)
_UNIT: Final = r"(?:m|lok(?:alu?)?|miesz(?:k|kani[aeu])?|kl(?:atk[ai])?|bl(?:oku?)?|pietro)"
_HOUSE: Final = re.compile(
    # 12/3, 12 A / 3, 51/D7
    r"[0-9]{1,4}(?:(?: ?[a-z])?(?: {0,2}[/\\]{1,2} {0,2}[a-z]{0,2}[0-9]{1,4}[a-z]?){1,2}(?![0-9a-z])"
    rf"|(?:[a-z](?=[ ,]{{0,2}}{_UNIT})| [a-z](?=[ ,]{{1,2}}{_UNIT})"
    rf"| [a-f](?={_UNIT}[0-9]))(?=[ ,]{{0,2}}{_UNIT}(?:\.? ?(?:nr ?)?[0-9]|[ .][a-z](?![a-z])))"  # 12 a m 3, 67am32
    r"| [a-z](?= ?(?:[,;)\n]|\.(?! ?[0-9])|$)| [0-9]{2} ?- ?[0-9]{3})| [a-f](?= [^\W\d_]{2})"  # 12 a,
    r"|[a-z](?![a-z0-9])|/[a-z](?![a-z])|-[0-9]{1,3}[a-z]?(?![0-9a-z-])"
    rf"|(?={_UNIT}\.? ?[0-9])|(?![a-z0-9]))"  # 15mieszkania 3
)
_CALLED: Final = re.compile(
    r"(?:[ ,]?\n(?=(?:nr|numer|dom)(?![a-z])|[0-9]{1,4}[a-z]?(?: ?/ ?[0-9]{1,4}[a-z]?)? ?(?:\n|$))|[ ,.]{0,3})"
    r"(?:nr|numer|no|n)?\.?:? ?(?:(?:domu|dom|budynku|budynek|bud|bloku|blok|posesji|bl)\.?:? ?(?:nr"
    r"|numer)?\.? ?)?"
)
_FLAT: Final = re.compile(r"[ ,./]{0,3}(?:m|lok|mieszk|mieszkani[aeu]|lokalu?|klatka|kl)\.? ?(?:nr )?[0-9]")
_BOX: Final = re.compile(
    r"(?<![a-z])s{0,2}k{1,2}r{1,2}(?:ytk[a-z]{1,2}|ytka)?\.? {0,2}(?:p[oczt]{1,6}[a-z]{0,5}\.?|p\.)"
    r"(?: ?(?:nr|numer))?[. :]{0,3}[0-9]{1,5}(?![0-9])"
)
_OFFICE: Final = re.compile(r" [0-9]{1,2}(?= ?(?:[,;.\n]|$))")  # `30-960 Kraków 1`
_NUMBERED: Final = re.compile(
    r"(?<![a-z])(?:numer|nr) (?:(?:mojego |naszego )?(?:domu|mieszkania|lokalu|bloku|klatki|posesji|domofonu))"
    r"(?: to| jest|:| -"
    r"| z)? ?(?P<number>[0-9]{1,4}[a-z]?(?:/[0-9]{1,4})?(?: na [0-9]{1,4}[a-z]?(?:/[0-9]{1,4})?)?)(?![0-9a-z])"
)
_PARTS: Final = re.compile(
    r"(?<![a-z])(?:blok|bloku|klatka|budynek|dom)\.? ?(?:nr )?(?:[0-9]{1,3}[a-z]?|[a-z])(?![a-z0-9])[ ,]{1,2}"
    r"(?:m|mieszkani[aeu]|lok|lokal|klatka|klatce|pietro)\.? ?(?:nr )?(?:[0-9]{1,4}[a-z]?|[a-z])(?![a-z0-9])"
)
# What says directly before a name that an address follows.
_LINK: Final = (
    r"(?:(?: |: ?|, | - |\n| \()(?:dostawy|zamieszkania|wysylki|korespondencyjny|korespondencji|domowy|sie|to|jest"
    r"|na|przy|pod|w"
    r"|we|do|z|ze|adres(?:em)?|moj|moim|nowy|nowym|nowego|nowe|stary|firmy|firmowy|sluzbowy|pracy|biura|sklepu|brzmi|prosze|zamiast|teraz|obecnie|zwrotu"
    r"|byc|podaje"
    r"|powinien|powinno|tylko|paczki|rodzicow|dla|ktory|mieszkanie|tego|wlasciwy|poprawny|prawidlowy|aktualny"
    r"|siostry|odbiorcy"
    r"|nadawcy"
    r"|klienta|kuriera|bylo|byl|nizej|ponizej|mamy|mieszkam))*+[ :,\n(„\"'-]{0,4}$"
)
_ADDRESS_BEFORE: Final = re.compile(
    r"(?<![a-z])(?:adres(?!at)[a-z]*+|zamieszka[a-z]++|zameldowan[a-z]++|zam\.|mieszka(?:m|my|ja|jac[a-z]*"
    r"|l[a-z]++)?(?![a-z]))" + _LINK
)
_DELIVERY_BEFORE: Final = re.compile(
    r"(?<![a-z])(?:siedzib|lokalizacj|dostaw|doreczeni|przeprowadz|wyprowadz|posesj|wysl|wysyl|dostarcz|przesl"
    r"|przekier|dorecz"
    r"|kurier|paczk|przesylk|przyjech|podjech|przywie|przywo|odebra|odbi|zwrot|dom"
    r"|blok)[a-z]*+(?: [a-z]{1,12}){0,3}? ?[:,]?"
    r" (?:na|przy|pod|z|do|w)" + _LINK
)
_NO_ADDRESS: Final = re.compile(r"(?:ip|mail|mailowy|url|strony|www|mac|e-mail|internetowy)[ :]{0,3}$")
_ON: Final = re.compile(r"(?:^|[^a-z])(?:na|przy)[ ]$")
_LOCATIVE: Final = ("ej", "ego", "ich", "ych")
_IN_HOUSE: Final = re.compile(r"(?<![a-z])(?:blok|bloku|budynek|budynku|kamienica|kamienicy|domu)[ ,:]{1,2}$")
_MEANT: Final = re.compile(
    r"(?<![a-z])(?:(?:mialo|ma|mial|powinno|powinna) byc|pomyl[a-z]{1,5}|a nie|zamiast"
    r"|kurier[a-z]{0,2} (?:pojechal|byl)(?: na| pod)?)[ :]{1,2}$"
)
_LINE_START: Final = re.compile(r"(?:^|\n)[ \t\"„(]*$")
_PIECE: Final = re.compile(r"[^\W_]+")
# `Żwirki i Wigury 12`, `Centrum A 14`: short words that go on only when the number follows.
_GOES_ON: Final = re.compile(r"i [^\W\d_]{3,20} (?:nr )?[0-9]|[a-e] [0-9]")
_ORDINAL: Final = re.compile(
    rf"[0-9]{{1,4}}(?:\.? ?-?(?:go |ego )? ?(?:{_MONTH})|[ -]?(?:lecia|letnia)| (?:pulku|dywizji|armii|batalionu"
    rf"|brygady|kwietniowa)[a-z ]{{0,24}}?)(?![a-z])"
)
_COUNT_BEFORE: Final = re.compile(r"[0-9][ -]?$")
_NEXT_WORD: Final = re.compile(r"(?P<gap>[ .\"„'-]{0,3})(?P<word>[^\W\d_]++)[\"”']?")
_CALLED_BEFORE: Final = re.compile(r"[ ,]{0,2}(?:nr|numer|nr domu|numer domu|dom|bud|budynek|blok)\.? ?$")
_MONTHS: Final = frozenset(_MONTH.split("|"))
_DAY_BEFORE: Final = re.compile(r"(?<![0-9.])[0-9]{1,2}\.? $")
_FLAT_SURE: Final = re.compile(
    r"[ ,./]{0,3}(?:m\.? ?|lok\.? ?|mieszk\.? ?|mieszkani[aeu] ?"
    r"|lokalu? )(?:nr )?[0-9]{1,3}(?![0-9x,.]*[0-9])(?! ?(?:zl|cm|kg))"
)
# A number of up to four digits behind a word, that is no date and no beginning of something longer. Begins with one
# plain class, so that `re` skips text without digits at full speed.
_MAYBE_HOUSE: Final = re.compile(
    r"[0-9](?<=[a-z .\u00df-\u024f].)(?<![0-9][ .].)(?<![^a-z\u00df-\u024f][a-z].)[0-9]{0,3}+"
    r"(?![0-9]|[.:][0-9]|[/-][0-9]{4}(?![0-9])|([/-])[0-9]{1,2}\1[0-9]{4}|[ .][0-9]{3,4}[ .-][0-9]{2}"
    r"|-[0-9]{3,4}-[0-9]{2})"
)
_HOUSEHOLD: Final = listed("domu mieszkania lokalu bloku klatki posesji domofonu")
_BLOCKS: Final = listed("blok bloku klatka budynek dom")
_BOXES: Final = {
    f"{box}{end}"
    for box in ("skr", "sskr", "skkr", "skrr", "kr", "sr")
    for end in ("", "ytka", "ytki", "ytke", "ytce", "ytkapocztowa", "poczt", "pocz", "p")
}
_LABELS: Final = _HOUSEHOLD | _BLOCKS | _BOXES
_ANY: Final = _STREET_WORDS | _LABELS
_NO_NAMES: Final = ((NOT_IN_NAMES | GOODS) - _MONTHS) | listed(
    "january february march april may june july august september october november december"
)
_ALSO_COUNTED: Final = frozenset(("os", "al", "pl"))  # `dla 4 os.`
_MOST_IN_VAIN: Final = 48  # names with numbers in one reading that were no addresses
_MOST_LOOKED_AT: Final = 192  # numbers, and words for a street, in one reading; no message has more
_CROWD: Final = 12  # so many in one reading are read; what follows is masked to the end of its line
_BEFORE_NOUN: Final = ("ych", "ich", "ego")  # of a name of two words without capitals
_AFTER_NOUN: Final = ("skich", "ckich", "gorne", "dolne", "wielkie", "male", "dolny", "gorny", "skie")
_POSTCODE_ALONE: Final = re.compile(r"[0-9]{2}-[0-9]{3}")
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
_NO_PLACES: Final = frozenset(("zabaw", "budowy"))
_LONGEST_WORD: Final = 24
_NUMBER_WORDS: Final = frozenset(("nr", "numer", "domu", "dom"))
_ENOUGH: Final = 64  # characters that one step may read
_MOST_WORDS: Final = 5  # of a name


def find(reading: Reading) -> Iterable[Hit]:
    words = reading.words
    hits: list[Hit] = []
    said = not _ANY.isdisjoint(words)
    if said and not _STREET_WORDS.isdisjoint(words):
        hits += _by_street(reading)
    if reading.runs:
        if _MAYBE_HOUSE.search(reading.folded) is not None:
            hits += _by_number(reading, hits[:])
        if said and not _LABELS.isdisjoint(words):
            hits += _labelled(reading)
    return hits


def _hit(reading: Reading, start: int, end: int) -> Hit:
    value = " ".join(_PIECE.findall(reading.folded, start, end))
    return Hit(label=LABEL, start=start, end=end, value=value, rank=Rank.CERTAIN)


def _labelled(reading: Reading) -> Iterator[Hit]:
    """Boxes, and parts of an address that say what they are: `skr. poczt. 12`, `numer domu: 7`, `blok 7 m. 3`."""
    folded, words = reading.folded, reading.words
    if not _BOXES.isdisjoint(words):
        for box in islice(_BOX.finditer(folded), _CROWD):
            end = place_end(reading, box.end())
            office = _OFFICE.match(folded, end) if end > box.end() else None
            yield _hit(reading, box.start(), office.end() if office else end)
    if not _HOUSEHOLD.isdisjoint(words):
        for number in _NUMBERED.finditer(folded):
            yield _hit(reading, number.start("number"), number.end())
    if not _BLOCKS.isdisjoint(words):
        for parts in islice(_PARTS.finditer(folded), _CROWD):
            yield _hit(reading, parts.start(), rest_end(reading, parts.end()))


def _by_street(reading: Reading) -> Iterator[Hit]:
    """Addresses with a word for a street, a square, an estate or a village."""
    done = found = 0
    places = [place for place, word in enumerate(reading.words) if word in _STREET_WORDS]
    if all(reading.words[place] == "pl" for place in places) and _SQUARE.search(reading.folded) is None:
        return  # of an e-mail's or a page's address
    for place in places[:_MOST_LOOKED_AT]:
        if reading.starts[place] < done:
            continue
        street = _STREET.match(reading.folded, reading.starts[place])
        if street is None:
            continue
        if found >= _CROWD:
            done = line_end(reading.folded, street.end())
            yield _hit(reading, street.start(), done)
            continue
        name = _name_after(reading, street)
        end = 0 if name is None else _unnumbered(reading, street, name) or _numbered(reading, street, name)
        if end:
            start = max(town_before(reading, street.start()), done)
            yield _hit(reading, start, end)
            done = end
            found += 1


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _Name:
    """What stands after a word for a street."""

    words: list[str]
    end: int  # of as much as would be the name if no number followed
    capital: bool
    house: re.Match[str] | None


def _name_after(reading: Reading, street: re.Match[str]) -> _Name | None:
    """The name of a street, read word by word as far as a house number or something that no name holds."""
    folded, text = reading.folded, reading.text
    short = street["short"]
    if short in _ALSO_COUNTED and _COUNT_BEFORE.search(folded, max(0, street.start() - 8), street.start()):
        return None
    at = end = street.end()
    words: list[str] = []
    ordinal = _ORDINAL.match(folded, at, at + _ENOUGH)
    if ordinal:  # `ul. 3 Maja`, `pl. 1000-lecia`
        words.append(ordinal.group())
        at = end = ordinal.end()
    house = None
    while len(words) <= _MOST_WORDS:
        house = _house(folded, at) if words else None
        word = None if house else _NEXT_WORD.match(folded, at, at + _ENOUGH)
        if word is None or (words and "." in word["gap"] and words[-1] not in TITLES and len(words[-1]) > 1):
            break
        piece = word["word"]
        upper = text[word.start("word")].isupper()
        initial = len(piece) == 1 and folded.startswith(".", word.end())
        opens = not words and piece in OPENERS and (short or upper or street["long"] == "osiedle")
        goes_on = initial or opens or (words and _GOES_ON.match(folded, word.start("word")))
        if piece in NOT_IN_NAMES and not goes_on:
            break
        words.append(piece)
        at = word.end() + len(" 303") * (piece == "dywizjonu" and folded.startswith(" 303", word.end()))
        if len(words) == 1 or upper or words[-2] in TITLES or words[-2] in OPENERS:
            end = at
    if not words:
        return None
    return _Name(words=words, end=end, capital=text[street.end()].isupper() or ordinal is not None, house=house)


def _unnumbered(reading: Reading, street: re.Match[str], name: _Name) -> int:
    """The end of a street without a number, as people say it: `ul. Długa`, `na ulicy Długiej`; 0 if it is none.

    The game `Ulica Sezamkowa` is none.
    """
    folded, short, long = reading.folded, street["short"], street["long"] or ""
    house = name.house
    if house and not (house.group().isdigit() and _UNIT_AFTER.match(folded, house.end(), house.end() + _ENOUGH)):
        return 0
    if short not in {"ul", "al"} and not long.startswith(("ulic", "alei", "osiedlu", "placu")):
        return 0
    if not (name.capital or short == "ul" or (long.startswith("ulic") and streetlike(name.words[0]))):
        return 0
    if long and not AT.search(folded, max(0, street.start() - 8), street.start()):
        return 0
    return place_end(reading, name.end)


def _numbered(reading: Reading, street: re.Match[str], name: _Name) -> int:
    """The end of an address with a house number, 0 if it is none."""
    folded, house = reading.folded, name.house
    if house is None or (house.group().isdigit() and _UNIT_AFTER.match(folded, house.end(), house.end() + _ENOUGH)):
        return 0
    end = rest_end(reading, house.end())
    short, long, first = street["short"], street["long"] or "", name.words[0]
    if name.capital or short == "ul" or long.startswith("ulic") or end > house.end() + 2:
        return end
    if any(map(streetlike, name.words)) or not house.group().isdigit():
        return end
    if first in _NO_PLACES:
        return 0
    near = reading.before(street.start())
    said = (short and "." in street.group()) or _ADDRESS_BEFORE.search(near) or _DELIVERY_BEFORE.search(near)
    return end if said else 0


def _house(folded: str, at: int) -> re.Match[str] | None:
    called = _CALLED.match(folded, at, at + _ENOUGH)
    return _HOUSE.match(folded, called.end() if called else at, at + 2 * _ENOUGH)


def _by_number(reading: Reading, streets: list[Hit]) -> Iterator[Hit]:
    """Addresses without a word for a street: `Długa 15/3, Kraków`, `mieszkam na Puławskiej 12`, `Kąty 5a, 05-806 …`."""
    folded = reading.folded
    done = found = vain = 0
    for at, house in _houses(reading, streets):
        if at < done:
            continue
        if found >= _CROWD:
            done = line_end(folded, at)
            yield _hit(reading, _word_start(folded, at), done)
            continue
        begin, reach = _name_before(reading, at)
        if not done <= begin < at:
            continue
        if vain >= _MOST_IN_VAIN:
            break
        sure = _convincing(reading, begin, house)
        if done <= reach < begin:
            if not sure and _ADDRESS_BEFORE.search(reading.before(reach)):
                sure, begin = True, reach  # `adres: cypriana kamila norwida 12`
            elif sure and reading.text[begin:at].islower():
                begin = reach  # `na stefana batorego 12`: whatever stands there belongs to the name
        if sure:
            end = rest_end(reading, house.end())
            yield _hit(reading, max(done, town_before(reading, begin)), end)
            done = end
            found += 1
        else:
            vain += 1


def _houses(reading: Reading, streets: list[Hit]) -> Iterator[tuple[int, re.Match[str]]]:
    """Numbers that may be a house's, behind a word that may be a name's, outside of what has been found already."""
    folded = reading.folded
    waiting = iter(streets)
    street = next(waiting, None)
    more: bool | None = None
    for maybe in islice(_MAYBE_HOUSE.finditer(folded), _MOST_LOOKED_AT):
        at = maybe.start()
        while street is not None and street.end <= at:
            street = next(waiting, None)
        if street is not None and street.start <= at:
            continue
        name = _word_before(folded, at)
        if name is None:
            continue
        begin, word = name
        if not streetlike(word) and not reading.text[begin].isupper():
            # A name without a capital needs more around it: words for an address, or a postcode.
            if more is None:
                more = not CONTEXT_WORDS.isdisjoint(reading.words) or POSTCODE_SHAPE.search(folded) is not None
            if not more:
                continue
        house = _house_number(folded, at, word)
        if house is not None:
            yield at, house


def _word_before(folded: str, at: int) -> tuple[int, str] | None:
    """The word before a number and where it begins, if it may be a street's or a village's name."""
    floor = max(0, at - 32)
    front = folded[floor:at].rstrip(" .")
    space = front.rfind(" ")
    word = front[space + 1 :]
    if word in _NUMBER_WORDS:
        front = front[: max(space, 0)].rstrip(" .,")
        space = front.rfind(" ")
        word = front[space + 1 :]
    if len(word) < 2 or word in _NO_NAMES or not word[-1].isalpha():
        return None
    if folded[at - 1].isalpha() and not streetlike(word):
        return None
    return floor + space + 1, word


def _house_number(folded: str, at: int, word: str) -> re.Match[str] | None:
    """The house number that stands behind a word, `None` if it is an amount, a size, a date or a postcode."""
    skipped = len("303 ") if word == "dywizjonu" and folded.startswith("303 ", at) else 0
    house = _HOUSE.match(folded, at + skipped, at + _ENOUGH)
    if house is None or _POSTCODE_ALONE.fullmatch(house.group()):
        return None
    if house.group().isdigit() and _UNIT_AFTER.match(folded, house.end(), house.end() + _ENOUGH):
        return None
    return house


def _word_start(folded: str, at: int) -> int:
    """Where the last word before a place begins."""
    floor = max(0, at - 24)
    end = floor + len(folded[floor:at].rstrip(" ."))
    space = folded.rfind(" ", floor, end)
    return floor if space < 0 else space + 1


def _name_before(reading: Reading, at: int) -> tuple[int, int]:
    """The start of the name that ends before a house number, `at` itself if there is none; and how far back more words
    reach that could belong to it but are not written like a name."""
    folded, text = reading.folded, reading.text
    called = _CALLED_BEFORE.search(folded, max(0, at - 16), at)
    start = called.start() if called else at
    found = at
    capital = shouted = adjective = open_ = False
    for count in range(_MOST_WORDS):
        stop = start
        while stop > 0 and folded[stop - 1] == " " and start - stop < 2:
            stop -= 1
        dotted = stop > 0 and folded[stop - 1] == "."
        stop -= dotted
        begin = stop
        while begin > 0 and stop - begin < _LONGEST_WORD and (folded[begin - 1].isalpha() or folded[begin - 1] in "-'"):
            begin -= 1
        word = folded[begin:stop]
        if not word or (dotted and word not in TITLES and len(word) > 1):
            break
        if word in _MONTHS:  # `3 Maja 12`
            day = _DAY_BEFORE.search(folded, max(0, begin - 5), begin)
            return (day.start() if day else found), found
        upper = text[begin].isupper()
        joins = word == "i" and (capital or folded.startswith("wigury", start))
        opens = capital and upper and not shouted and word in OPENERS
        if (word in NOT_IN_NAMES and not joins and not opens) or (count and word in GOODS):
            break
        if not count:
            capital = upper
            shouted = len(word) > 1 and text[begin + 1].isupper()
            adjective = word.endswith(_AFTER_NOUN)
        elif capital and not upper and word not in TITLES and not joins:
            break
        start = begin
        if joins:
            continue
        likely = word in FIRST_PARTS or word in TITLES or streetlike(word) or word.endswith(_BEFORE_NOUN)
        if count and not capital and not likely and not (count == 1 and adjective):
            open_ = True
        if not open_:
            found = begin
    return found, start


def _convincing(reading: Reading, begin: int, house: re.Match[str]) -> bool:
    """Whether a name and a number are an address, and not goods and how many of them."""
    folded, text = reading.folded, reading.text
    pieces = [piece for piece in _PIECE.finditer(folded, begin, house.start()) if piece.group() not in _NUMBER_WORDS]
    name = [piece.group() for piece in pieces]
    if not name or not GOODS.isdisjoint(name):
        return False
    capital = text[begin].isdigit() or any(text[piece.start()].isupper() for piece in pieces)
    known = streetlike(name[-1]) or streetlike(name[0])
    end = units_end(folded, house.end())
    code = code_end(folded, end)
    if not code and capital and FAR_POSTCODE.match(folded, end, end + _ENOUGH):
        return True
    if code and (capital or known or town_after(reading, code, sure=True) > code):
        return True
    if capital and REGION.match(folded, end, end + _ENOUGH):
        return True
    flat = end > house.end()
    if not flat and _YEAR.fullmatch(house.group()) and not _ADDRESS_BEFORE.search(reading.before(begin)):
        return False
    plain = house.group().isdigit() and not flat
    if (capital or known) and town_after(reading, end, sure=False, sure_of_street=known or not plain) > end:
        return True
    near = reading.before(begin)
    if (capital or known) and (known or flat) and AT.search(near[-6:]):
        return True
    if (capital and _on_street(near, name[-1], plain=plain)) or (known and _FLAT.match(folded, house.end())):
        return True
    if known and capital and (not plain or (_LINE_START.search(near) and LINE_END.match(folded, end))):
        return True
    if capital and flat and _FLAT_SURE.match(folded, house.end()):
        return True
    if _NO_ADDRESS.search(near):
        return False
    if _ADDRESS_BEFORE.search(near):
        return True
    return (capital or known or not plain or name[-1].endswith("ej")) and _DELIVERY_BEFORE.search(near) is not None


def _on_street(near: str, last: str, *, plain: bool) -> bool:
    """Whether what stands before a name makes it a street's: `na Łagodnej 29/73`, `w bloku Ceglana 85b`."""
    if plain:
        return (last.endswith("ej") and _ON.search(near) is not None) or (
            streetlike(last) and _MEANT.search(near) is not None
        )
    return (last.endswith(_LOCATIVE) and AT.search(near[-6:]) is not None) or _IN_HOUSE.search(near) is not None


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    words=_ANY,
    digits=1,
    yes=(
        ("adres ul. Długa 15 m. 3, 31-147 Kraków proszę", ("ul. Długa 15 m. 3, 31-147 Kraków",)),
        ("moj adres to ul dluga 15 m 3 31147 krakow prosze", ("ul dluga 15 m 3 31147 krakow",)),
        ("UL. DŁUGA 15/3, 31-147 KRAKÓW", ("UL. DŁUGA 15/3, 31-147 KRAKÓW",)),
        ("ul.Długa15/3 albo ulica dluga 15mieszkania 3", ("ul.Długa15/3", "ulica dluga 15mieszkania 3")),
        ("na os. Złotej Jesieni 12/4, tak", ("os. Złotej Jesieni 12/4",)),
        ("al. Jana Pawła II 20 i ul. gen. Andersa 5", ("al. Jana Pawła II 20", "ul. gen. Andersa 5")),
        ("ul. 3 Maja 15 lok. 4, II piętro", ("ul. 3 Maja 15 lok. 4, II piętro",)),
        ("mieszkam na Puławskiej 12 od lat", ("Puławskiej 12",)),
        ("Długa 51/D7, Kraków", ("Długa 51/D7, Kraków",)),
        ("Marszałkowska 10 m 5", ("Marszałkowska 10 m 5",)),
        ("na Brzezinki 82b, 57-423 Żabno, dzięki", ("Brzezinki 82b, 57-423 Żabno",)),
        ("mieszkam: wieś Kąty 5a", ("wieś Kąty 5a",)),
        ("Kraków, ul. Krótka 5", ("Kraków, ul. Krótka 5",)),
        ("Adres:\nZielona 14\n62-100 Wągrowiec", ("Zielona 14\n62-100 Wągrowiec",)),
        ("skr. poczt. 12, 00-950 Warszawa", ("skr. poczt. 12, 00-950 Warszawa",)),
        ("dom ma blok 7 m. 12", ("blok 7 m. 12",)),
        ("numer domu: 17a", ("17a",)),
        ("mieszkamy na ulicy Długiej obok parku", ("ulicy Długiej",)),
    ),
    no=(
        "sklep w Krakowie, wysyłka do Warszawy 15 zł",
        "na Allegro 15 sztuk",
        "na Androidzie 14 nie działa",
        "Galaxy S23 128",
        "pokój 12, sala 5",
        "plac zabaw 3 zł",
        "dla 4 os. 2 pokoje, os. 3",
        "paczkomat KRA012M albo WAW234A",
        "grę Ulica Sezamkowa",
        "lampy do alei ogrodowej",
        "Kurtka 38/40 i rura 3/4 cala",
        "paczka do Krakowa 12 maja",
        "cena 10-150 zł, od 24-500 sztuk",
        "kod 31-147 nie działa",
        "Zamówienie 12/3/2026 z Warszawy",
        "adres IP 10.0.0.1",
    ),
)
