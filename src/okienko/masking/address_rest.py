"""What follows the house number in a Polish address: flat, staircase, floor, postcode, town, province.

Each function reads on from a place of the folded text and says where it stopped; each step looks at a bounded piece.
"""

from __future__ import annotations

import re
from typing import Final

from okienko.masking.places import slips, town_after
from okienko.masking.reading import Reading

_UNITS: Final = re.compile(
    r"(?:[ ,./;\n(-]{0,3}(?:"
    r"(?:nr |numer )?(?:m|mieszk|mieszkani[aeu]|miesz|m-?nie|lok|lokalu?|klatk[ai]|klatce|kl|pietro|pietrze|pietra|p"
    r"|pok|pokoj"
    r"|ap|apt|apart|apartamentu?|domofonu?|bram[ay]|hal[aei]|pawilonu?|stoisko|boks|oficyna|segment|segmentu|budynek|budynku|bud|bloku?|bl|wejscie"
    r"|kod (?:do )?(?:domofonu|klatki|bramy)|kod domofon|skrytka)"
    r"(?:\.|:| nr| numer| to)?[. :]{0,2}#?(?:(?:(?<=[. :])[a-z])?[0-9]{1,4}(?:[a-z](?![a-z]))?(?:/[0-9]{1,4}"
    r"|\.[0-9]{1,3}(?![0-9.]))?#?|(?<=[. :])(?:[a-z]"
    r"|[ivx]{1,4})(?![a-z0-9]))(?![0-9])"
    r"|(?:[0-9]{1,2}|[ivx]{1,4})\.? ?(?:pietro|pietrze|p\.|klatka)|(?:na )?(?:pierwsz|drug|trzec|czwart"
    r"|ostatni)[a-z]{1,4} (?:pietro|pietrze|pietra)"
    r"|parter(?:ze)?(?![a-z])|oficyna|poddasze"
    r")){1,6}"
)
_SPACED_LETTER: Final = re.compile(r" [A-HJ-NP-TV](?![\w.]| ?[0-9])")
_MAYBE_UNIT: Final = re.compile(
    r"[ ,./;(-]{0,3}(?:[ivx]{1,4} )?(?P<word>[^\W\d_]{2,12})(?:\.? ?:? ?(?:[0-9]{1,4}[a-z]?|[a-z])(?![a-z0-9])"
    r"|(?<=[eo])(?=[ ,.]|$))"
)
_SLIPPED_UNITS: Final = frozenset(
    slip
    for word in ("mieszkanie", "mieszkania", "klatka", "pietro", "lokal", "lok")
    for slip in slips(word)
    if len(slip) > 2 or slip == "ok"
)
# A digit too many or too few, once an address has begun and a town follows.
_NEARLY_CODE: Final = re.compile(
    r"[ ,;\n]{1,3}(?P<code>[0-9]{1,3} {0,2}-? {0,2}[0-9] ?[0-9]{1,3}(?: [0-9])?)(?![0-9])[a-z]?"
)
_POST: Final = r"(?:pl[ -]?)?(?<![0-9])[0-9ol]{2}(?: ?- ?|[ ._])?[0-9ol]{3}(?![0-9]| ?[-/]?[0-9])"
_POSTCODE: Final = re.compile(
    r"[ ,.;:/\n\t()|-]{0,4}(?:(?:i |oraz |a )?kod(?: pocztowy| poczt\.?)?[ :-]{0,3}(?:to |jest )?)?"
    rf"(?P<code>{_POST})"
    r"(?! ?(?:zl|pln|szt|sztuk|gb|mb|km|kg|cm|mm|lat|dni|eur|euro)(?![a-z])|[.,][0-9])"
)
# Some words and then a postcode: a town, a district, a village with its post office.
FAR_POSTCODE: Final = re.compile(
    r"(?:[ ,.;:/\n()-]{1,3}[^\W\d_]{2,20}){1,4}?[ ,.;:/\n()-]{1,3}(?:kod(?: pocztowy)?[ :-]{0,3})?"
    r"(?P<code>[0-9]{2}(?: ?- ?)[0-9]{3})(?![0-9])(?! ?(?:zl|pln|szt|sztuk|gb|km|kg|cm)(?![a-z]))"
)
REGION: Final = re.compile(
    r"[ ,.;\n(]{1,3}(?:(?:woj|wojewodztwo|gm|gmina|pow|powiat|poczta|k|kolo|dzielnica)(?:[.:] ?"
    r"| )[^\W\d_]{3,20}(?:[ -][^\W\d_]{3,20}(?=[,.;\n)]|$))?"
    r"\)?|polska(?![a-z])|poland(?![a-z]))"
)
# `mieszkanie 6 4,`, `12 5/3`: a space too many in a number.
_STRAY: Final = re.compile(r" {1,2}[0-9]{1,2}[a-z]?(?: ?/ ?[0-9]{1,3})?(?= ?(?:[,;)\n]|\.(?![0-9])|$))")
_UNITS_REACH: Final = 96
_ENOUGH: Final = 64  # characters that one step may read


def units_end(folded: str, at: int) -> int:
    """The end of the flat, staircase, floor and so on that stand next."""
    for _ in range(4):
        units = _UNITS.match(folded, at, at + _UNITS_REACH)
        if units is None:
            units = _MAYBE_UNIT.match(folded, at, at + _ENOUGH)
            if units is None or units["word"] not in _SLIPPED_UNITS:
                break
        at = units.end()
    return at


def rest_end(reading: Reading, at: int) -> int:
    """The end of what follows a house number: `A`, flat, floor, postcode, town, province."""
    letter = _SPACED_LETTER.match(reading.text, at)
    if letter:
        at = letter.end()
    at = units_end(reading.folded, at)
    stray = _STRAY.match(reading.folded, at)
    return place_end(reading, stray.end() if stray else at)


def place_end(reading: Reading, at: int) -> int:
    """The end of a postcode and a town that stand next."""
    folded = reading.folded
    for _ in range(3):
        code = code_end(folded, at)
        if not code:
            far = FAR_POSTCODE.match(folded, at, at + _ENOUGH)
            code = far.end() if far else _nearly_code(reading, at)
        at = town_after(reading, code or at, sure=code > 0)
        region = REGION.match(folded, at, at + _ENOUGH)
        if region is None:
            break
        at = region.end()
    return at


def code_end(folded: str, at: int) -> int:
    """The end of a postcode that stands next, 0 if none does."""
    code = _POSTCODE.match(folded, at, at + _ENOUGH)
    if code is None or sum(sign.isdigit() for sign in code["code"]) < 3:
        return 0
    return code.end()


def _nearly_code(reading: Reading, at: int) -> int:
    """The end of what is a postcode but for a slip of the fingers, 0 if nothing like it stands before a town."""
    code = _NEARLY_CODE.match(reading.folded, at, at + _ENOUGH)
    if code is None or not 4 <= sum(sign.isdigit() for sign in code["code"]) <= 6:
        return 0
    return code.end() if town_after(reading, code.end(), sure=True) > code.end() else 0
