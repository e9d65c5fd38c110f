"""Postcodes that stand alone or with a town only: Polish, British, American, Canadian, Irish.

Inside an address they belong to the address. The Polish shape, two and three digits, is also a range's (`10-150 zł`)
and a coupon's: it needs the words for a postcode, a town, a line of its own, or a sentence that speaks of a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.labels import AMOUNT, GOODS, ORDER, is_number, kind_of
from okienko.masking.places import ENGLISH_TOWNS, english_postcodes, listed, town, town_after
from okienko.masking.reading import Reading

LABEL: Final = "POSTAL_CODE"

# Begins with one plain class, so that `re` skips text without digits at full speed.
_MAYBE: Final = re.compile(
    r"[0-9](?:(?<![0-9].)[a-z]{2}(?![a-z0-9])|[0-9]{4}(?![0-9])(?<=[a-z,.][ ,.][0-9]{5})"
    r"|(?<![0-9.,/+-].)[0-9] ?- ?[0-9]{3}(?![\w/%])|[a-z] [0-9][a-z][0-9]"
    r"|[0-9w] [0-9a-z]{4}(?<=[a-z][0-9].{6})(?![a-z0-9]))"
)
_POLISH: Final = re.compile(
    r"[0-9](?:(?<![\w.,/+-].)|(?<=(?<!\w)pl[- ].))[0-9] ?- ?[0-9]{3}(?![\w/%]|[.,:-][0-9]| ?(?:zl|pln|szt|eur|km|kg|cm"
    r"|mm|gb|dni|lat|osob)|[ -][0-9]{2,3}(?![0-9]))"
)
_NAMED: Final = re.compile(
    r"(?<![a-z])(?:kod\w{0,3} poczt\w*\.?|(?:zip|postal|post) ?-?codes?|postcodes?|zip|kod zip|eircodes?)"
    r"(?:[ :,=-]{1,3}(?:to|jest|is|na|z|o|was|my|moj|mam|mojego|prawidlowy|poprawny|powinien|byc|should|be|now|from"
    r"|number|of|a)(?![a-z])){0,4}"
    r"[ :,#=\n-]{0,4}(?P<code>[0-9]{5}(?:-[0-9]{4})?|[0-9]{2} ?[-–_.]? ?[0-9]{3}"
    r"|[a-z]{1,2}[0-9][0-9a-z]? ?[0-9][a-z]{2}|[a-z][0-9][a-z] ?[0-9][a-z][0-9]"
    r"|[ac-fhknprtv-y][0-9][0-9w] ?[0-9ac-fhknprtv-y]{4})(?![\w]|[.,][0-9])"
)
# A code by itself, when the sentence speaks of deliveries, services or where somebody lives; a word for goods or for
# another number must not stand before it, and a range not around it.
_PLACES: Final = re.compile(
    r"(?<![a-z])(?:dostaw|wysyl|wysl|dowoz|dowie[zs]|dojezdz|dorecz|kurier|adres|miejscowos|mieszk|rejon|poczt|transport"
    r"|listonosz|zasieg|swiatlowod|internet|pradu?(?![a-z])|oddzial|odbio|odebra|serwisant|technik|awari|przeprowadz"
    r"|okolic|formularz|dojech|dojed|jezdz|przesylk|paczk|stacj|pokry|montaz|delivery|deliver)"
)
_CALLED: Final = re.compile(
    r"(?<![a-z])(?:(?:moj|moim|mojego|nasz|naszego|moja|swoj|zly|wlasciwy|poprawny|inny) )?"
    r"kod(?:u|em|zie)?(?: (?:to|jest|mam|z|na|mial|ma|powinien|powinno|byc|zamiast|a|nie|pocztowy)| ?[:,=-])+[ ]{0,2}$"
    r"|(?<![a-z])kod[ ,].{0,24}(?:powinno byc|ma byc|mialo byc|na|zamiast)[ ]$"
)
_COUPON: Final = re.compile(
    r"(?<![a-z])(?:rabat|promo|kupon|znizk|voucher|bon(?![a-z])|bonu|karta|karty|produkt|artykul|bled|blad|towar|aktywac"
    r"|licenc|czesc|kresk|sms|zamow|faktur|gier|gry|gre)"
)
_BEFORE: Final = re.compile(r"(?P<word>[^\W\d_]++)?(?P<gap>[^\w]*)$")
_TO_PLACE: Final = listed(
    "do na dla pod w we po okolice okolicy okolicach rejon rejonie rejonu obszar poczta przez ku mam"
)
_ROUND: Final = 50  # the second number of most ranges can be divided by it
_SPACED: Final = re.compile(
    r"(?<![a-z])kod(?:u|em)?(?: (?:to|jest|mam|z|na)| ?:){0,2} {1,2}(?P<code>[0-9]{2} ?[0-9]{3})(?![\w]|[.,-][0-9])"
)
_EIRCODE: Final = re.compile(
    r"(?<![\w-])[ac-fhknprtv-y][0-9][0-9w] (?=[a-z]{0,3}[0-9])(?=[0-9]{0,3}[a-z])[0-9ac-fhknprtv-y]{4}(?![\w-])"
)
_IRISH_PLACES: Final = re.compile(
    r"(?<![a-z])(?:deliver|ship|area|address|postcode|live|living|eircode|dublin|cork|galway|limerick|ireland|street"
    r"|road|located|co\. )"
)
_SENTENCE: Final = 72  # characters on each side in which a place may be spoken of
_PLACE_BEFORE: Final = re.compile(r"(?<![^\W\d_])(?P<town>[^\W\d_]{3,20}+)[ ,]{1,2}$")
_CITY_BEFORE: Final = re.compile(r"(?<![^\W\d_])[^\W\d_]{3,20}+(?:[ -][^\W\d_]{2,20}+){0,2},? $")
_LINE_START: Final = re.compile(r"(?:^|\n)[ \t]*$")
_LINE_END: Final = re.compile(r"[ .]*(?:\n|$)")

_CROWD: Final = 24  # from here on codes go without their towns, and without a reason


def find(reading: Reading) -> Iterable[Hit]:
    folded = reading.folded
    hits: list[Hit] = []
    if "kod" in folded or "code" in folded or "zip" in folded:
        hits += (
            _hit(reading, named.start("code"), _with_town(reading, named.end("code")), Rank.LABELLED)
            for named in _NAMED.finditer(folded)
        )
        hits += _spaced(reading)
    if _MAYBE.search(folded) is not None:
        hits += _by_shape(reading)
    return hits


def _spaced(reading: Reading) -> Iterator[Hit]:
    """`moj kod to 93 590 lodz`: without its dash only with a known town behind it."""
    for code in _SPACED.finditer(reading.folded):
        end = _with_town(reading, code.end())
        if end > code.end():
            yield _hit(reading, code.start("code"), end, Rank.LABELLED)


def _by_shape(reading: Reading) -> Iterator[Hit]:
    folded = reading.folded
    for count, code in enumerate(_POLISH.finditer(folded)):
        hit = _polish(reading, code) if count < _CROWD else _hit(reading, code.start(), code.end(), Rank.SHAPE)
        if hit is not None:
            yield hit
    yield from _eircodes(reading)
    for count, (start, end, british) in enumerate(english_postcodes(reading)):
        if british:
            if " " in folded[start:end] or reading.text[start].isupper():
                yield _hit(reading, _english_town(reading, start), end, Rank.SHAPE)
            continue
        city = _CITY_BEFORE.search(folded, max(0, start - 48), start) if count < _CROWD else None
        capital = city is not None and reading.text[city.start()].isupper()
        if reading.text[start : start + 2].isupper() or (city is not None and "," in city.group()):
            yield _hit(reading, city.start() if city and capital else start, end, Rank.SHAPE)


def _english_town(reading: Reading, start: int) -> int:
    """Where a known town begins that stands before a British postcode, else `start`."""
    before = _PLACE_BEFORE.search(reading.folded, max(0, start - 24), start)
    return before.start() if before is not None and before["town"] in ENGLISH_TOWNS else start


def _eircodes(reading: Reading) -> Iterator[Hit]:
    """Irish codes, where the sentence speaks of a place: `D04 X285` may be a model, too."""
    for code in _EIRCODE.finditer(reading.folded):
        start, end = code.span()
        if reading.text[start].isupper() and _IRISH_PLACES.search(
            reading.folded, max(0, start - _SENTENCE), end + _SENTENCE
        ):
            yield _hit(reading, start, end, Rank.SHAPE)


def _polish(reading: Reading, code: re.Match[str]) -> Hit | None:
    """A Polish postcode if a town, a line of its own, or a delivery to it says that it is one."""
    folded, start, end = reading.folded, code.start(), code.end()
    if folded[max(0, start - 3) : start - 1] == "pl":
        start -= 3
    with_town = _with_town(reading, end)
    before = _PLACE_BEFORE.search(folded, max(0, start - 24), start)
    if before is not None and town(before["town"], capital=reading.text[before.start()].isupper()):
        start = before.start()
    elif with_town == end and not (
        (_LINE_START.search(folded, max(0, start - 8), start) and _LINE_END.match(folded, end, end + 8))
        or _spoken_of(reading, start, end)
    ):
        return None
    return _hit(reading, start, with_town, Rank.CHECKED)


def _spoken_of(reading: Reading, start: int, end: int) -> bool:
    """Whether the words around a code speak of a place, and not of goods, amounts or other numbers."""
    folded = reading.folded
    near = reading.before(start)
    if _CALLED.search(near):
        return True
    before = _BEFORE.search(near)
    word = (before["word"] or "") if before else ""
    if word in {"kod", "kodu", "kodem", "kodzie"}:
        return _COUPON.search(folded, max(0, start - _SENTENCE), end + _SENTENCE) is None
    if word == "od" or is_number(word) or kind_of(word) in {ORDER, GOODS, AMOUNT}:
        return False
    if word not in _TO_PLACE and int(folded[end - 3 : end]) % _ROUND == 0:
        return False
    return _PLACES.search(folded, max(0, start - _SENTENCE), end + _SENTENCE) is not None


def _with_town(reading: Reading, end: int) -> int:
    """The end of a town after a Polish postcode: a known one in any case, another only with a capital."""
    after = town_after(reading, end, sure=True)
    first = reading.text[end:after].lstrip(" ,.;:/\n\t()|-")
    if not first or "\n" in reading.text[end:after]:
        return end
    word = first.split()[0].split("-")[0]
    at = after - len(first)
    folded = reading.folded[at : at + len(word)]
    return after if word[0].isupper() or town(folded, capital=False) or reading.folded[at - 2 : at] == "w " else end


def _hit(reading: Reading, start: int, end: int, rank: Rank) -> Hit:
    value = "".join(sign for sign in reading.folded[start:end] if sign.isalnum())
    return Hit(label=LABEL, start=start, end=end, value=value, rank=rank)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    digits=1,
    rows=True,
    yes=(
        ("paczka do 28-792 Warszawa dzisiaj", ("28-792 Warszawa",)),
        ("mój kod pocztowy to 31-147, czy", ("31-147",)),
        ("kod pocztowy: 31147", ("31147",)),
        ("adres dostawy na 16-336 Zielona Góra, bo", ("16-336 Zielona Góra",)),
        ("moj adres to 28-792 warszawa prosze", ("28-792 warszawa",)),
        ("czy dowozicie do 31-147?", ("31-147",)),
        ("Lublin 20-604 dziękuję", ("Lublin 20-604",)),
        ("my postcode is SW1A 1AA thanks", ("SW1A 1AA",)),
        ("zip code 62704", ("62704",)),
        ("Springfield, IL 62704-1234", ("Springfield, IL 62704-1234",)),
        ("from ls1 4dy", ("ls1 4dy",)),
        ("to K1A 0B1", ("K1A 0B1",)),
        ("wpisuję kod 31-147 i nic", ("31-147",)),
        ("czy jest zasięg w 62-095?", ("62-095",)),
        ("is D04 X285 in your delivery area?", ("D04 X285",)),
    ),
    no=(
        "kod rabatowy 31-147 nie działa",
        "cena 10-150 zł, od 24-500 sztuk",
        "Galaxy S23 8GB, dysk M2 2TB",
        "kod rabatowy LATO20",
        "zamówienie 12-345 z maja",
        "or 97205 me 12345",
        "część 089-1866-31 i 720-6584-02",
        "numer 60578749",
        "kod pocztowy jest błędny",
    ),
)
