"""The words of one message with their codes, and what can be asked about a word and its neighbours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from okienko.masking.names.codes import (
    AMBIGUOUS,
    CAPITAL_NAMES,
    LETTER,
    SURE,
    cue_of,
    entry_of,
    given_level,
    is_strange,
    is_thing_word,
    surname_level,
)
from okienko.masking.names.cues import Cue
from okienko.masking.names.lexicon import FUNCTION, fold
from okienko.masking.names.surroundings import ARTICLES, BRANDS, SALUTES, STARS, ZODIAC

HYPHENS: Final = frozenset(("-", " - ", "'", "’", "`"))
_QUOTES: Final = "\"„“”«»'‘‚"
_CLOSING: Final = re.compile(r"""["“”»«'’]""")
_LONGEST_QUOTE: Final = 48  # characters
_LONGEST_BRAND: Final = 5  # words
_LONGEST_SALUTATION: Final = 5  # words
_SPACES: Final = frozenset((" ", "  "))
_ARTICLES: Final = frozenset(ARTICLES.split())
_BRANDS: Final[dict[str, list[tuple[str, ...]]]] = {}
for _brand in BRANDS.split(","):
    _words = tuple(_brand.split())
    _BRANDS.setdefault(_words[0], []).append(_words)
    _apart = tuple(
        _part for _word in _words for _part in ((_word[:-1], "s") if len(_word) > 4 and _word[-1] == "s" else (_word,))
    )
    if _apart != _words and len(_words) > 1:  # Victoria's Secret
        _BRANDS.setdefault(_apart[0], []).append(_apart)
_SALUTES: Final = frozenset(SALUTES.split())
_ZODIAC: Final = frozenset(ZODIAC.split())
_STARS: Final = frozenset(STARS.split())
_WOMEN: Final = frozenset(("bogumila", "gabriela", "iwona", "juliana", "martyna"))  # although of Gabriel, of Julian


class Message:
    """The words of a message; a place is the number of one. `done`: those before it belong to names that are found."""

    __slots__ = ("_about", "codes", "count", "done", "shouted", "starts", "text", "words")

    def __init__(self, text: str, words: Sequence[str], starts: Sequence[int], codes: Sequence[int]) -> None:
        self.text = text
        self.words = words
        self.starts = starts
        self.codes = codes
        self.count = len(codes)
        self.done = 0
        self._about: dict[frozenset[str], bool] = {}
        self.shouted = self.count > 3 and text.isupper()  # then capitals say nothing

    def end(self, place: int) -> int:
        return self.starts[place] + len(self.words[place])

    def capital(self, place: int) -> bool:
        start = self.starts[place]
        return not self.shouted and not self.text[start : start + 2].islower()

    def acronym(self, place: int) -> bool:
        return self.capital(place) and self.text[self.starts[place] : self.end(place)].isupper()

    def cue(self, place: int) -> int:
        return cue_of(self.codes[place])

    def surname(self, place: int) -> int:
        return surname_level(self.codes[place])

    def given(self, place: int) -> int:
        """How far a word is a given name: a capital in mid-sentence makes one even of a word of grammar (`Ani`)."""
        if self.capital(place) and self.words[place] in CAPITAL_NAMES and not self.begins(place):
            return AMBIGUOUS
        return given_level(self.codes[place])

    def gap(self, place: int) -> str:
        """What stands between a word and the one before it, or behind the last one."""
        start = self.starts[place - 1] + len(self.words[place - 1]) if place else 0
        return self.text[start : self.starts[place] if place < self.count else None]

    def after(self, place: int) -> str:
        """The sign behind a word, if any."""
        end = self.end(place)
        return self.text[end : end + 1]

    def joined(self, place: int) -> bool:
        """Whether a word may belong to the same name as the word before it."""
        if not 0 < place < self.count:
            return False
        gap = self.gap(place)
        if gap in _SPACES or not gap:
            return True
        if gap in HYPHENS:
            return gap != " - " or self.capital(place)
        return gap in {".", ". "} and (len(self.words[place - 1]) == 1 or self.words[place - 1] in {"st", "mc"})

    def begins(self, place: int) -> bool:
        """Whether a word stands at the beginning of a sentence or of a line, where any word has a capital."""
        if not place:
            return True
        gap = self.gap(place)
        if gap == " ":
            return place == 1 and self.cue(0) == Cue.GREETS and self._goes_on(place)  # Hey Pearl buttons fell off
        return "\n" in gap or any(sign in gap for sign in ".!?•*;") or (gap == ", " and self.greeted(place))

    def greeted(self, place: int) -> bool:
        """Whether a sentence begins behind a salutation: `Witam, wiśnia ma …`, `To whom it may concern, Ivy came …`."""
        before = self.text[: self.end(place - 1)]
        return (
            place <= _LONGEST_SALUTATION
            and (self.cue(0) == Cue.GREETS or self.words[0] in _SALUTES or list(self.words[:2]) == ["to", "whom"])
            and "," not in before
            and "\n" not in before
            and (self._goes_on(place) or self.thing(place))
        )

    def _goes_on(self, place: int) -> bool:
        """Whether a small word follows: after a name a comma would, or a surname."""
        return place + 1 < self.count and self.gap(place + 1) == " " and not self.capital(place + 1)

    def closed(self, end: int) -> bool:
        """Whether a line or a sentence ends before a word."""
        if end >= self.count:
            return True
        gap = self.gap(end)
        return "\n" in gap or gap[:1] in {".", "!", ";", "(", ","}

    def alone(self, place: int) -> bool:
        """Whether a word is no part of an address, a file name or a code."""
        text, start, end = self.text, self.starts[place], self.end(place)
        before = text[start - 2 : start] if start > 1 else " " + text[:start]
        if before[-1:] != " ":
            if before[-1] in "@_/\\=&#+%~$" or before[-1].isdigit():
                return False
            if len(before) == 2 and before[1] in ".-:" and before[0].isalnum():
                return before[1] == ":" and self.capital(place)
        after = text[end : end + 2]
        if not after or after[0] == " " or (after[0] == "." and self.codes[place] & LETTER):
            return True
        return not (after[0] in "@_/\\=+%~" or after[0].isdigit() or (after[0] in ".:" and after[1:].isalnum()))

    def stranger(self, place: int) -> bool:
        """Whether a word stands in no table and no dictionary."""
        return not self.codes[place] and len(self.words[place]) > 2 and is_strange(self.words[place])

    def initial(self, place: int) -> bool:
        """Whether a word is a capital letter that may stand for a name."""
        return bool(self.codes[place] & LETTER) and self.text[self.starts[place]].isupper()

    def article(self, place: int) -> bool:
        """Whether an English article stands before a word. `a` is Polish as well, where names are inflected."""
        if not place or self.words[place - 1] not in _ARTICLES or self.gap(place) != " ":
            return False
        if self.words[place - 1] != "a" or not self.capital(place):
            return self.words[place - 1] != "a" or self.given(place) < SURE
        return self.given(place) < SURE and self.nominative(place)

    def nominative(self, place: int) -> bool:
        """Whether a name stands in the form in which things bear it: `fotel Emma`, not `fotel Emmy`."""
        entry = entry_of(fold(self.words[place]))
        return entry is None or (entry.given or entry.surname) == "0" or self.words[place] in _WOMEN

    def about(self, topic: frozenset[str]) -> bool:
        """Whether one of these words stands anywhere in the message."""
        known = self._about.get(topic)
        if known is None:
            known = self._about[topic] = not topic.isdisjoint(self.words)
        return known

    def starred(self, place: int) -> bool:
        """Whether a word is a sign of the zodiac, in a message that speaks of it."""
        return self.words[place] in _ZODIAC and self.about(_STARS)

    def thing(self, place: int) -> bool:
        """Whether a word is a Polish noun for a thing, and announces nobody."""
        if self.codes[place] & FUNCTION or self.cue(place) not in {Cue.NONE, Cue.WORKS} or self.given(place) == SURE:
            return False
        return len(self.words[place]) > 2 and is_thing_word(self.words[place])

    def quoted(self, place: int) -> bool:
        """Whether a word is the first in quotes that end a few words further on."""
        start = self.starts[place]
        if not start or self.text[start - 1] not in _QUOTES:
            return False
        return _CLOSING.search(self.text, start, start + _LONGEST_QUOTE) is not None

    def famous(self, place: int) -> bool:
        """Whether a word belongs to a known title, product or character that is called like a person."""
        begin = max(0, place - _LONGEST_BRAND + 1)
        words = tuple(map(fold, self.words[begin : place + _LONGEST_BRAND]))
        for first in range(place - begin + 1):
            for brand in _BRANDS.get(words[first], ()):
                if begin + first + len(brand) > place and words[first : first + len(brand)] == brand:
                    return True
        return False

    def after_cue(self, place: int, kind: Cue) -> bool:
        """Whether a word of that kind stands one or two words before: `film Pan Tadeusz`."""
        for before in (place - 1, place - 2):
            if before < 0 or self.gap(before + 1) not in {" ", ' "', " „", " '", ". "}:
                return False
            if self.cue(before) == kind:
                return True
        return False
