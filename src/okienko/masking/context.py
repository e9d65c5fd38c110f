"""Words that stand near a number and say what it is.

The nearest such word names the number: `zamówienie, tel. 601…` is a telephone, `telefon: zamówienie 601…` an order. A
word of five letters and more may have a letter too few or too many, or two of them swapped (`pesle`, `nr telfonu`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from okienko.masking.labels import (
    AMOUNT,
    CALL,
    CARRIER,
    GOODS,
    NUMBERED,
    ORDER,
    PAIRS,
    is_carrier,
    is_link,
    is_number,
    kind_of,
)

_OF: Final = frozenset({"do", "dla", "z", "for", "ze", "of", "przy", "on"})
# A heading is no name: what is added to an order is not its number (`Dane do faktury: …`, `Add this to my case: …`).
_ADDED_TO: Final = re.compile(
    r"(?:dopis|doda[cjn]|dolacz|dane|potrzebne|add|attach|note|put)[a-z]*+(?: [a-z]{1,8}){0,3}? (?:do|to|on)"
    r"(?: (?:my|our|the|your|mojego|mojej|naszego|naszej|tego|tej))? [a-z]{4,14}: ?"
)
_VETOES: Final = frozenset({ORDER, GOODS, AMOUNT})

_WORD: Final = re.compile(r"[^\W\d_]++")
_MOST: Final = 7  # words that are looked at
_NEAR: Final = 4  # words in which `numer` still says something
_FURTHEST: Final = 4  # words between a label and its number
_LONGEST_SHORT: Final = 5  # letters of a word that a dot may shorten: `zam.`, `fakt.`


@dataclass(frozen=True, slots=True)
class Name:
    """What a number is called, and how many words stand between; links such as `nr` and `to jest` do not count."""

    kind: str
    between: int

    @property
    def direct(self) -> str:
        """The kind, if the word stands directly before the number."""
        return "" if self.between or self.kind == NUMBERED else self.kind


UNNAMED: Final = Name("", 0)


def name_before(context: str) -> Name:
    """What the words in front of a number call it. `context` is folded and ends at the number."""
    if ":" in context and ("do " in context or "to " in context or "on " in context):
        added = _ADDED_TO.search(context)
        if added is not None:
            context = context[added.end() :]
    words = _WORD.findall(_line(context) if "\n" in context else context)
    if not words:
        return UNNAMED
    if len(words) > _MOST:
        del words[:-_MOST]
    if context[-1].isalpha() and not kind_of(words[-1]):
        words.pop()  # letters of the number itself: `dowód ABC 123456`, `RR483101208PL`
    between = 0
    veto = UNNAMED
    at = len(words)
    while at and between <= _FURTHEST:
        at -= 1
        word = words[at]
        kind = (PAIRS.get((words[at - 1], word)) if at else None) or kind_of(word)
        if not kind or (kind in _VETOES and veto is UNNAMED and _cut(context, word)):
            between += not (is_link(word) or len(word) == 1)
            continue
        if kind not in _VETOES:
            return veto if veto is not UNNAMED and between > 1 else Name(kind, between)
        if veto is UNNAMED:
            veto = Name(kind, between)
        if not at or words[at - 1] not in _OF:
            return veto
        at -= 1  # the order is where the number is from, not what it is: `telefon do zamówienia`
        between = 0
    if veto is UNNAMED and words and is_carrier(words[-1]):
        return Name(CARRIER, 0)
    if veto is UNNAMED and any(map(is_number, words[-_NEAR:])):
        return Name(NUMBERED, 0)
    return veto


def _line(context: str) -> str:
    """The number's own line, or the one above when there is nothing else in its own."""
    above, _, line = context.rpartition("\n")
    return line if _WORD.search(line) else above.rstrip().rpartition("\n")[2]


def _cut(context: str, word: str) -> bool:
    """Whether a sentence ends between a word and the number: `Gdzie jest moja paczka? 601 156 759`."""
    gap = context[context.rindex(word) + len(word) :]
    if "\n" in gap:
        return ":" not in gap
    return any(mark in gap for mark in "?!;,") or (". " in gap and len(word) > _LONGEST_SHORT)


_LINK_AFTER: Final = re.compile(
    r"[ ,;:.)\"'-]{0,3}+(?:(?:to|jest|is|sa|are|thats|that's|this is|to jest|tak brzmi|jako|ist|as|being)\b|[(=<-]|- ?)"
)
_NEXT: Final = re.compile(r"[^\W\d_]++|[0-9.!?\n]")
_AFTER: Final = 44  # characters


def name_after(folded: str, at: int) -> str:
    """What the words behind a number call it: `502 133 211 to mój nr`, `84082828709 (PESEL)`."""
    link = _LINK_AFTER.match(folded, at, at + _AFTER)
    if link is None:
        return ""
    numbered = False
    for seen, word in enumerate(_NEXT.finditer(folded, link.end(), at + _AFTER)):
        piece = word.group()
        if not piece.isalpha() or seen > 4:
            break
        kind = kind_of(piece)
        if kind and kind != CALL:
            return kind
        if is_number(piece):
            numbered = True
        elif not is_link(piece):
            break
    return NUMBERED if numbered else ""
