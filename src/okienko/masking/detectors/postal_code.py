"""Postcodes that stand alone or with a town only: Polish, British, American, Canadian.

Inside an address they belong to the address. The Polish shape, two and three digits, is also a range's (`10-150 zł`)
and a coupon's: it needs the words for a postcode, a town, or a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit, Rank
from okienko.masking.places import english_postcodes, town, town_after
from okienko.masking.reading import Reading

LABEL: Final = "POSTAL_CODE"

# Begins with one plain class, so that `re` skips text without digits at full speed.
_MAYBE: Final = re.compile(
    r"[0-9](?:[a-z]{2}(?![a-z0-9])|[0-9]{4}(?![0-9])(?<=[a-z,.][ ,.][0-9]{5})|(?<![0-9.,/+-].)[0-9] ?- ?[0-9]{3}(?![\w/%])"
    r"|[a-z] [0-9][a-z][0-9])"
)
_POLISH: Final = re.compile(
    r"[0-9](?:(?<![\w.,/+-].)|(?<=(?<!\w)pl[- ].))[0-9] ?- ?[0-9]{3}(?![\w/%]|[.,:-][0-9]| ?(?:zl|pln|szt|eur|km|kg|cm"
    r"|mm|gb|dni|lat|osob)|[ -][0-9]{2,3}(?![0-9]))"
)
_NAMED: Final = re.compile(
    r"(?<![a-z])(?:kod\w{0,3} poczt\w*\.?|(?:zip|postal|post) ?-?codes?|postcodes?|zip|kod zip)"
    r"(?:[ :,=-]{1,3}(?:to|jest|is|na|z|o|was|my|moj|mam|mojego|prawidlowy|poprawny|powinien|byc|should|be|now|from"
    r"|number|of|a)(?![a-z])){0,4}"
    r"[ :,#=\n-]{0,4}(?P<code>[0-9]{5}(?:-[0-9]{4})?|[0-9]{2} ?[-–_.]? ?[0-9]{3}"
    r"|[a-z]{1,2}[0-9][0-9a-z]? ?[0-9][a-z]{2}|[a-z][0-9][a-z] ?[0-9][a-z][0-9])(?![\w]|[.,][0-9])"
)
_TO_PLACE: Final = re.compile(r"(?<![a-z])(?:do|na|dla|pod|w|w okolicy|rejon|okolice|obszar|poczta)[ :]{1,2}$")
_DELIVERY: Final = re.compile(
    r"(?<![a-z])(?:dostaw|wysyl|wysl|dowoz|dowie|dorecz|kurier|adres|miejscowos|mieszk|rejon|poczt)"
)
_CANADIAN: Final = re.compile(
    r"[0-9](?<=(?<![\w-])[abceghj-nprstvxy].)[abceghj-nprstv-z] [0-9][abceghj-nprstv-z][0-9](?![\w-])"
)
_PLACE_BEFORE: Final = re.compile(r"(?<![^\W\d_])(?P<town>[^\W\d_]{3,20}+)[ ,]{1,2}$")
_CITY_BEFORE: Final = re.compile(r"(?<![^\W\d_])[^\W\d_]{3,20}+(?:[ -][^\W\d_]{2,20}+){0,2},? $")
_LINE_START: Final = re.compile(r"(?:^|\n)[ \t]*$")
_LINE_END: Final = re.compile(r"[ .]*(?:\n|$)")

_CROWD: Final = 24  # from here on codes go without their towns


def find(reading: Reading) -> Iterable[Hit]:
    folded = reading.folded
    hits: list[Hit] = []
    if "kod" in folded or "code" in folded or "zip" in folded:
        hits += (
            _hit(reading, named.start("code"), _with_town(reading, named.end("code")), Rank.LABELLED)
            for named in _NAMED.finditer(folded)
        )
    if _MAYBE.search(folded) is not None:
        hits += _by_shape(reading)
    return hits


def _by_shape(reading: Reading) -> Iterator[Hit]:
    folded = reading.folded
    for code in _POLISH.finditer(folded):
        hit = _polish(reading, code)
        if hit is not None:
            yield hit
    for canadian in _CANADIAN.finditer(folded):
        if reading.text[canadian.start() - 1].isupper():
            yield _hit(reading, canadian.start() - 1, canadian.end(), Rank.SHAPE)
    for count, (start, end, british) in enumerate(english_postcodes(reading)):
        if british:
            if " " in folded[start:end] or reading.text[start].isupper():
                yield _hit(reading, start, end, Rank.SHAPE)
            continue
        city = _CITY_BEFORE.search(folded, max(0, start - 48), start) if count < _CROWD else None
        capital = city is not None and reading.text[city.start()].isupper()
        if reading.text[start : start + 2].isupper() or (city is not None and "," in city.group()):
            yield _hit(reading, city.start() if city and capital else start, end, Rank.SHAPE)


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
        or (_TO_PLACE.search(near := reading.before(start)) and _DELIVERY.search(near))
    ):
        return None
    return _hit(reading, start, with_town, Rank.CHECKED)


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
    ),
    no=(
        "kod 31-147 nie działa",
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
