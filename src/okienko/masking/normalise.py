"""One spelling for many: what detectors read, and the way back to the text that was typed.

Most messages are plain ASCII and Polish and pass untouched. Only pieces that need it are rewritten (full-width and
other digits, ligatures, decomposed accents, zero-width and direction marks, `%40`, `&#64;`), each with the offsets it
came from. Letters borrowed from Cyrillic or Greek are turned back only inside words that also hold Latin letters.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from okienko.masking.reading import FILLER

_PLAIN: Final = r"\t\n\r -~ĄĆĘŁŃÓŚŹŻąćęłńóśźżÄÖÜäöüß„”“’‘»«…€£°§×•\U0001f300-\U0001f64f\U0001f680-\U0001faff"
# A space or a dash of another width is still one character: no offsets move.
_SINGLE: Final = str.maketrans(
    {
        **dict.fromkeys(
            "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
        ),
        **dict.fromkeys("\u2028\u2029\u0085\u000b\u000c", "\n"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d\u30fc", "-"),
        **dict.fromkeys("\u2044\u2215", "/"),
        **dict.fromkeys("\u00b7\u2024\u2027\u30fb\u3002", "."),
        **{chr(0xFEE0 + code): chr(code) for code in range(0x21, 0x7F) if code != 0x2D},  # full-width
        "İ": "I",  # the only letter whose lower case is longer than itself
    }
)
_ODD: Final = re.compile(
    rf"[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\u00ad]++|[^\W\d_][\u0300-\u036f]++|%[0-9A-Fa-f]{{2}}|&(?:#[0-9]{{2,7}}|#[xX][0-9A-Fa-f]{{2,6}}|[A-Za-z]{{2,10}});|[^{_PLAIN}]"
)
_ODD_SIGN: Final = re.compile(rf"[^{_PLAIN}]")
_ENCODED: Final = re.compile(r"[%&](?:(?<=%)[0-9A-Fa-f]{2}|(?<=&)[#A-Za-z])")
_FOREIGN: Final = re.compile(r"[\u0370-\u052f]")
_MIXED: Final = re.compile(r"(?<![^\W_])[^\W_\u0370-\u052f]*+[\u0370-\u052f][^\W_]*+")  # a word that holds one
_LATIN: Final = re.compile(r"[A-Za-z0-9]")
_TWINS: Final = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјкорсухԁһԛԝуӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧαοινρυ",
    "ABESIJKMHOPCTYXaesijkopcyxdhqwylABEZHIKMNOPTYXaoivpu",
)


@dataclass(slots=True, kw_only=True, repr=False)  # not frozen: that takes twice as long to make
class Normalised:
    """Text as detectors read it. `starts[i]` and `stops[i]` say where its character i lies in the original; `None`
    means that nothing moved."""

    text: str
    starts: list[int] | None = None
    stops: list[int] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The original's offsets of a span that is not empty."""
        if self.starts is None or self.stops is None:
            return start, end
        return self.starts[start], self.stops[end - 1]


def normalise(text: str) -> Normalised:
    """The text in one spelling. Linear in its length."""
    if _is_plain(text):
        return Normalised(text=text)
    text = text.translate(_SINGLE)
    if _is_plain(text):
        return Normalised(text=text)
    pieces: list[str] = []
    starts: list[int] = []
    stops: list[int] = []
    at = 0
    for odd in _ODD.finditer(text):
        start, end = odd.span()
        pieces.append(text[at:start])
        starts.extend(range(at, start))
        stops.extend(range(at + 1, start + 1))
        plain = _respell(odd.group())
        pieces.append(plain)
        starts.extend([start] * len(plain))
        stops.extend([end] * len(plain))
        at = end
    pieces.append(text[at:])
    starts.extend(range(at, len(text)))
    stops.extend(range(at + 1, len(text) + 1))
    plain = "".join(pieces).translate(_SINGLE)
    if _FOREIGN.search(plain):
        plain = _MIXED.sub(_untwin, plain)
    return Normalised(text=plain, starts=starts, stops=stops)


def _is_plain(text: str) -> bool:
    return _ODD_SIGN.search(text) is None and (("%" not in text and "&" not in text) or _ENCODED.search(text) is None)


@lru_cache(maxsize=1024)  # single signs, not words
def _respell(odd: str) -> str:
    if odd[0] == "%" and len(odd) == 3:
        code = int(odd[1:], 16)
        return chr(code) if 0x20 <= code < 0x7F else odd
    if odd[0] == "&" and len(odd) > 1:
        return html.unescape(odd)
    composed = unicodedata.normalize("NFKC", odd)
    return "".join(_letter(character) for character in composed)


def _letter(character: str) -> str:
    category = unicodedata.category(character)
    if character == FILLER or (category in {"Cf", "Mn", "Me", "Cc"} and character not in "\t\n\r"):
        return ""  # our own sign, and zero-width, direction, variation and stray combining marks
    if category == "Nd":
        return str(unicodedata.digit(character))
    return character


def _untwin(token: re.Match[str]) -> str:
    word = token.group()
    return word.translate(_TWINS) if _LATIN.search(word) else word
