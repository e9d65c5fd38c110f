"""Who is a person: words that the table knows as names, read with what stands around them.

A word is weighed by what else it may be, by its capital, by its neighbours (given name and surname, initials, hyphens)
and by words that announce a name: `pani`, `nazywam się`, `mąż`, `odbiorca:`, `Regards`. Polish and English differ in
those words only; each has a detector of its own in `okienko.masking.detectors`. Linear: each word is looked at a fixed
number of times.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import Final

from okienko.masking.detector import Hit, Rank
from okienko.masking.names.lexicon import (
    COMMON,
    FOREIGN,
    FUNCTION,
    GIVEN,
    ORDINARY_EN,
    ORDINARY_PL,
    PLACE,
    POPULAR,
    SURNAME,
    WIDESPREAD,
    base,
    fold,
    is_ordinary,
    look_up,
)
from okienko.masking.names.surroundings import (
    ALSO_WORDS,
    ARTICLES,
    BRANDS,
    ENDINGS,
    FIRMS,
    NEAR,
    PARTICLES,
    PLACES,
    SAID,
    SHAPES,
    STREETS,
    WORKS,
)
from okienko.masking.reading import Reading

LABEL: Final = "PERSON"


class Cue(IntEnum):
    """How a word announces a name. The further down, the less it takes for the name to be believed."""

    NONE = 0
    LINK = 1  # stands between another cue and the name: `się`, `is`
    NEAR = 2  # `dla`, `od`, `with`: a word with a capital after it may be a surname
    INTRODUCES = 3  # `jestem`, `I am`
    GREETS = 4  # `cześć`, `dear`
    KIN = 5  # `mąż`, `my brother`
    OFFICE = 6  # `kurier`, `doktor`
    TITLE = 7  # `pani`, `Mr`
    LABELS = 8  # `odbiorca`, `account holder`
    CLOSES = 9  # `pozdrawiam`, `regards`
    NAMES = 10  # `nazywam`, `name`
    PLACES = 11  # `w`, `ulica`, `in`: what follows is a place before it is a person
    WORKS = 12  # `film`, `perfumy`: what follows is a title or a product
    STREETS = 13  # `ulica`, `avenue`: what follows is no person, whatever it is


_NAME: Final = GIVEN | SURNAME
_CUE: Final = 12  # a code holds the table's flags, from this bit on the cue, and then
_CUES: Final = 15
_WORD: Final = ORDINARY_PL | ORDINARY_EN | COMMON
_SEED: Final = 1 << 16  # may begin a name in lower case
_LETTER: Final = 1 << 17  # a single letter
_STARTS: Final = 1 << 19  # a name may begin here, or be announced
_FIRM: Final = 1 << 18  # a company or a product bears this name
_RARELY, _AMBIGUOUS, _SURE = 1, 2, 3  # how far a word is a name
_MOST_KNOWN: Final = 16_000  # words remembered; a hostile sender could go on for ever
_LONGEST_WORD: Final = 40  # letters
_LONGEST: Final = 6  # words of one name
_CROWD: Final = 1000  # places where a name may begin; a chunk of text has room for as many
_MOST_LINKS: Final = 6  # words between a cue and its name
_CHAINED: Final = frozenset((Cue.LINK, Cue.OFFICE, Cue.TITLE, Cue.KIN, Cue.LABELS, Cue.NAMES))
_AROUND: Final = {
    word: cue
    for cue, words in ((Cue.NEAR, NEAR), (Cue.PLACES, PLACES), (Cue.WORKS, WORKS), (Cue.STREETS, STREETS))
    for word in words.split()
}
_SAID: Final = frozenset(SAID.split())
_BRANDS: Final = frozenset(tuple(brand.split()) for brand in BRANDS.split(","))
_ARTICLES: Final = frozenset(ARTICLES.split())
_FIRMS: Final = frozenset(FIRMS.split())
_PARTICLES: Final = frozenset(PARTICLES.split())
_ALSO_WORDS: Final = frozenset(ALSO_WORDS.split())
_ENDINGS: Final = frozenset(ENDINGS.split())
_SHAPES: Final = tuple(SHAPES.split())
_NAMES_WITH_CAPITAL: Final = frozenset(("ani", "will"))
_HYPHENS: Final = frozenset(("-", " - ", "'", "’", "`"))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Language:
    """The words of one language that announce names, folded.

    `after`: cues that count only after certain words, as `am` after `i`. `by_form`: names that nothing announces are
    looked for, instead of those that these words announce. `codes`: of the words met so far.
    """

    cues: Mapping[str, Cue]
    after: Mapping[str, frozenset[str]]
    by_form: bool
    codes: dict[str, int] = field(default_factory=dict[str, int])

    def code(self, word: str) -> int:
        """The table's flags of a folded word, its cue, and what follows from them; remembered."""
        code = self.codes.get(word)
        if code is None:
            if len(word) > _LONGEST_WORD:
                return 0
            if len(self.codes) >= _MOST_KNOWN:
                self.codes.clear()
            code = self.codes[word] = self._code(word)
        return code

    def _code(self, word: str) -> int:
        plain = fold(word)
        code = (self.cues.get(plain) or _AROUND.get(plain, Cue.NONE)) << _CUE
        if len(plain) < 2:
            return code | _LETTER | (_STARTS if self.by_form or _announces(code) else 0)
        entry = look_up(plain)
        if entry is not None:
            code |= entry.flags
        if plain in _FIRMS:
            code |= _FIRM
        if _given(code) >= _AMBIGUOUS or _surname(code) == _SURE:
            code |= _SEED
        if self.by_form:
            return code | _STARTS if code & _NAME else code
        return code | _STARTS if _announces(code) else code


def _announces(code: int) -> bool:
    return Cue.NEAR < code >> _CUE & _CUES < Cue.PLACES


def people(reading: Reading, language: Language) -> Iterator[Hit]:
    """Names in a reading, from left to right and without overlaps."""
    known = language.codes
    try:
        codes = [known[word] for word in reading.words]
    except KeyError:
        codes = [language.code(word) for word in reading.words]
    places = [place for place, code in enumerate(codes) if code & _STARTS]
    if not places:
        return
    text, starts = reading.text, reading.starts
    if language.by_form:
        places = [place for place in places if codes[place] & _SEED or text[starts[place]].isupper()]
    message = _Message(reading, codes, language)
    for place in places[:_CROWD]:
        if place >= message.done:
            found = message.name(place)
            if found is not None:
                first, message.done, rank = found
                yield message.hit(first, message.done, rank)
    for place in places[_CROWD:]:  # a page of nothing but names: the rest by what each word is, unread
        if place >= message.done and _by_itself(codes[place]) and message.alone(place):
            yield message.hit(place, place + 1, Rank.SHAPE)


_entry = lru_cache(maxsize=4096)(look_up)


def _given(code: int) -> int:
    """How far a word is a given name, from 0 to 3."""
    if not code & GIVEN or code & FUNCTION:
        return 0
    if code & COMMON:
        return _AMBIGUOUS if code & POPULAR else _RARELY
    if code & (ORDINARY_PL | ORDINARY_EN) or (code & FOREIGN and not code & POPULAR):
        return _AMBIGUOUS
    return _SURE


def _by_itself(code: int) -> bool:
    """Whether a word is a name and hardly anything else, so that even a small letter leaves no doubt."""
    if code & (FOREIGN | _WORD | _FIRM | FUNCTION) or code >> _CUE & _CUES:
        return False
    return bool(code & GIVEN and code & POPULAR) or code & (SURNAME | WIDESPREAD | PLACE) == SURNAME | WIDESPREAD


def _surname(code: int) -> int:
    """How far a word is a surname, from 0 to 3."""
    if not code & SURNAME or code & FUNCTION:
        return 0
    if code & COMMON:
        return _AMBIGUOUS if code & WIDESPREAD else _RARELY
    if code & (ORDINARY_PL | ORDINARY_EN):
        return _AMBIGUOUS
    return _SURE


class _Message:
    """The words of one message with their codes, and the questions asked about them."""

    def __init__(self, reading: Reading, codes: list[int], language: Language) -> None:
        self.text = reading.text
        self.words = reading.words
        self.starts = reading.starts
        self.codes = codes
        self.count = len(codes)
        self.language = language
        self.done = 0  # words before this one belong to names that are found
        self.shouted = self.count > 3 and self.text.isupper()  # then capitals say nothing

    # What a word looks like

    def end(self, place: int) -> int:
        return self.starts[place] + len(self.words[place])

    def capital(self, place: int) -> bool:
        return not self.shouted and self.text[self.starts[place]].isupper()

    def acronym(self, place: int) -> bool:
        return not self.shouted and self.text[self.starts[place] : self.end(place)].isupper()

    def cue(self, place: int) -> int:
        return self.codes[place] >> _CUE & _CUES

    def gap(self, place: int) -> str:
        """What stands between a word and the one before it."""
        return self.text[self.end(place - 1) if place else 0 : self.starts[place]]

    def after(self, place: int) -> str:
        """The sign behind a word, if any."""
        return self.text[self.end(place) : self.end(place) + 1]

    def joined(self, place: int) -> bool:
        """Whether a word may belong to the same name as the word before it."""
        if not 0 < place < self.count:
            return False
        gap = self.gap(place)
        if gap in {" ", "  "} or gap in _HYPHENS:
            return gap != " - " or self.capital(place)
        return gap in {".", ". "} and (len(self.words[place - 1]) == 1 or self.words[place - 1] in {"st", "mc"})

    def begins(self, place: int) -> bool:
        """Whether a word stands at the beginning of a sentence or of a line, where any word has a capital."""
        gap = self.gap(place)
        return not place or "\n" in gap or any(sign in gap for sign in ".!?•*;")

    def alone(self, place: int) -> bool:
        """Whether a word is no part of an address, a file name or a code."""
        start = self.starts[place]
        before = self.text[start - 2 : start] if start > 1 else " " + self.text[:start]
        if before and (before[-1] in "@_/\\=&#+%~$" or before[-1].isdigit()):
            return False
        if len(before) == 2 and before[1] in ".-:" and before[0].isalnum():
            return False
        after = self.text[self.end(place) : self.end(place) + 2]
        if not after or (self.codes[place] & _LETTER and after[0] == "."):
            return True
        return not (after[0] in "@_/\\=+%~" or after[0].isdigit() or (after[0] in ".:" and after[1:].isalnum()))

    def stranger(self, place: int) -> bool:
        """Whether a word stands in no table and no dictionary."""
        return not self.codes[place] and len(self.words[place]) > 2 and not is_ordinary(fold(self.words[place]))

    def given(self, place: int) -> int:
        """How far a word is a given name: a capital in mid-sentence makes one even of a word of grammar (`Ani`)."""
        code = self.codes[place]
        if self.words[place] in _NAMES_WITH_CAPITAL and self.capital(place) and not self.begins(place):
            return _AMBIGUOUS
        return _given(code)

    def initial(self, place: int) -> bool:
        """Whether a word is a capital letter that may stand for a name."""
        return bool(self.codes[place] & _LETTER) and self.text[self.starts[place]].isupper()

    def article(self, place: int) -> bool:
        """Whether an article stands before a word."""
        return place > 0 and self.words[place - 1] in _ARTICLES and self.gap(place) == " "

    def of_work(self, place: int, kind: Cue = Cue.WORKS) -> bool:
        """Whether a word for a title or a product stands before: `film Pan Tadeusz`."""
        for before in (place - 1, place - 2):
            if before < 0 or self.gap(before + 1) not in {" ", ' "', " „", " '", ". "}:
                return False
            if self.cue(before) == kind:
                return True
        return False

    def of_model(self, place: int) -> bool:
        """Whether a word is the last of a product's name: `Telewizor N83 Max`."""
        start = self.starts[place]
        return self.words[place] == "max" and start > 1 and self.text[start - 2].isdigit()

    def brand(self, place: int) -> bool:
        """Whether a word belongs to a product that bears a given name and a surname."""
        around = self.words[max(0, place - 1) : place + 2]
        return tuple(around[:2]) in _BRANDS or tuple(around[-2:]) in _BRANDS

    # What is a name

    def name(self, place: int) -> tuple[int, int, Rank] | None:
        """The name that a word announces or begins: its first word, the word after its last, and how sure that is."""
        if not self.language.by_form:
            return self.announced(place, self.cue(place))
        if not self.alone(place) or self.of_work(place, Cue.STREETS) or self.brand(place):
            return None
        found = self.with_initials(place) if self.codes[place] & _LETTER else self.pair(place)
        if found is None and self.single(place):
            found = place, self.extended(place, place + 1)
        slip = self.slipped(place)
        if found is None and slip and _surname(self.codes[place]) >= _AMBIGUOUS and self.named_firmly(place):
            found = place, self.extended(place, place + 1)
        if found is None:
            return None
        return found[0] - (slip and found[0] == place), found[1], Rank.SHAPE

    def slipped(self, place: int) -> bool:
        """Whether a given name with a slip of the finger, or from far away, stands before a surname."""
        before = place - 1
        return (
            before >= self.done
            and self.joined(place)
            and not self.codes[place] & (GIVEN | _LETTER)
            and self.capital(before) == self.capital(place)
            and self.stranger(before)
            and not self.acronym(before)
        )

    def named_firmly(self, place: int) -> bool:
        """Whether a surname is believed although it is a word, and only a stranger with a capital stands before it."""
        common = self.codes[place] & (COMMON | _FIRM)
        return not common and self.capital(place) and self.gap(place) == " " and not self.of_work(place - 1)

    # Names that are announced

    def announced(self, place: int, cue: int) -> tuple[int, int, Rank] | None:
        """The name after a cue, other cues and links between them."""
        needed = self.language.after.get(self.words[place])
        if (needed is not None and not (place and self.words[place - 1] in needed)) or self.of_work(place):
            return None
        first, linked = place + 1, False
        while first < self.count and first <= place + _MOST_LINKS and self.bridged(first, cue):
            linked = linked or ":" in self.gap(first)
            between = self.cue(first)
            if between not in _CHAINED or (self.codes[first] & _NAME and self.capital(first) and between != Cue.LINK):
                break
            if between == Cue.LINK:
                linked = linked or cue == Cue.NAMES
            elif between < Cue.LABELS or cue < Cue.LABELS:
                cue = between
            first += 1
        else:
            return None
        if not self.alone(first) or not self.believed(first, cue, linked=linked):
            return None
        end = self.past_particles(first, self.capital(first)) or first + 1
        if self.codes[first] & _LETTER and end == first + 1:
            found = self.with_initials(first)
            return (*found, Rank.SHAPE) if found is not None else None
        end = self.extended(first, end, announced=True)
        if cue == Cue.CLOSES and not self.closed(end):
            given = self.given(first)
            if given < _AMBIGUOUS or (given < _SURE and not self.capital(first)):
                return None
        return first, end, Rank.LABELLED if cue >= Cue.LABELS else Rank.SHAPE

    def bridged(self, place: int, cue: int) -> bool:
        """Whether a cue reaches a word across what stands before that word."""
        gap = self.gap(place)
        if gap in {" ", "  ", "'", "’", ": ", ":"}:
            return True
        if gap in {". ", "."}:
            return cue in {Cue.TITLE, Cue.OFFICE, Cue.CLOSES} or len(self.words[place - 1]) < 5
        if len(gap) > 6 or gap.strip(" :.,-\n\"'„“(`*!"):
            return False
        if cue in {Cue.CLOSES, Cue.GREETS}:
            return "\n" not in gap or cue == Cue.CLOSES
        if cue >= Cue.LABELS:
            return not any(sign in gap for sign in "!.,")
        return gap in {" - ", ' "', " („", " ("}

    def believed(self, place: int, cue: int, *, linked: bool) -> bool:
        """Whether a word is a name when that cue stands before it; `linked`: with a colon, or a verb between them."""
        code = self.codes[place]
        if code & FUNCTION and not self.given(place):
            return cue == Cue.CLOSES and code & POPULAR != 0 and self.capital(place) and self.closed(place + 1)
        if code & _FIRM and cue < Cue.TITLE:
            return False
        given, surname = self.given(place), _surname(code)
        if cue >= Cue.KIN and self.past_particles(place, self.capital(place)):
            return True
        if self.capital(place):
            if code & _LETTER:
                return self.initial(place)
            if given or surname:
                return cue not in {Cue.GREETS, Cue.INTRODUCES} or max(given, surname) >= _AMBIGUOUS
            if cue in {Cue.GREETS, Cue.INTRODUCES} and self.words[place - 1] not in {"m", "am", "im", "jestem"}:
                return False
            if self.acronym(place) and not (linked or cue in {Cue.TITLE, Cue.CLOSES, Cue.NAMES}):
                return False
            return self.stranger(place) and (cue != Cue.OFFICE or linked or self.words[place].endswith(_SHAPES))
        if given == _SURE or (given and not code & _WORD) or (given == _AMBIGUOUS and cue >= Cue.KIN):
            return True
        if cue in {Cue.TITLE, Cue.CLOSES} or (cue >= Cue.LABELS and linked):
            return surname == _SURE or (surname == _AMBIGUOUS and bool(code & WIDESPREAD)) or self.stranger(place)
        if cue >= Cue.KIN:
            return surname == _SURE and (bool(code & WIDESPREAD) or self.words[place].endswith(_SHAPES))
        return False

    def closed(self, end: int) -> bool:
        """Whether a line or a sentence ends before a word."""
        return end >= self.count or "\n" in self.gap(end) or self.gap(end)[:1] in {".", "!", ";", "(", ","}

    # Names by their form

    def pair(self, place: int) -> tuple[int, int] | None:  # noqa: PLR0912 - a list of shapes
        """A given name and a surname in either order, or a given name and an initial."""
        follower = place + 1
        code = self.codes[place]
        given, surname = self.given(place), _surname(code)
        if not (given or surname) or not 0 < follower < self.count:
            return None
        if self.gap(follower) == ", " and surname >= _AMBIGUOUS and self.given(follower) == _SURE:
            both_capital = self.capital(place) and self.capital(follower)  # Kowalski, Jan
            return (place, follower + 1) if both_capital and (code & WIDESPREAD or not code & (GIVEN | PLACE)) else None
        if not self.joined(follower) or (Cue.NEAR < self.cue(place) < Cue.PLACES and not code & POPULAR):
            return None
        other = self.codes[follower]
        next_given, next_surname = self.given(follower), _surname(other)
        both = max(
            given + next_surname if given and next_surname else 0, surname + next_given if surname and next_given else 0
        )
        capital, next_capital = self.capital(place), self.capital(follower)
        if capital and next_capital:
            if other & _LETTER:
                if given >= _AMBIGUOUS and self.after(follower) in {".", ",", "", "\n", ")"}:
                    return place, follower + 1
                return None
            if self.acronym(follower) and not self.acronym(place) and len(self.words[follower]) < 4:
                return None
            thing = self.cue(place) == Cue.WORKS or (both < _SURE + _AMBIGUOUS and self.of_work(place))
            if thing or (both < 2 * _SURE and self.article(place)):
                return None
            if both >= 2 * _AMBIGUOUS or (both > _AMBIGUOUS and not self.begins(place)):
                return place, self.extended(place, follower + 1)
            if given >= _AMBIGUOUS and (self.stranger(follower) or self.disguised(place)):
                return place, self.extended(place, follower + 1)
            return None
        if other & FUNCTION or self.cue(follower) > Cue.NEAR:
            return None
        if not capital and not next_capital:
            frequent = code & POPULAR and other & WIDESPREAD and not other & (COMMON | FOREIGN)
            if both > 2 * _AMBIGUOUS or (both == 2 * _AMBIGUOUS and frequent):
                return place, self.extended(place, follower + 1)
            if given == _SURE and code & POPULAR and self.stranger(follower):
                return place, self.extended(place, follower + 1)
        surname_too = next_surname == _SURE or (other & WIDESPREAD and not other & COMMON)
        if capital != next_capital and given >= _AMBIGUOUS and given + next_surname > 2 * _AMBIGUOUS and surname_too:
            return place, follower + 1
        return None

    def disguised(self, place: int) -> bool:
        """Whether an ordinary word with a capital is the surname of a given name: `Alanowi Brzeszczotowi`."""
        after = place + 1
        return (
            self.given(place) == _SURE
            and not self.codes[after]
            and self.capital(after)
            and not self.acronym(after)
            and self.gap(after) == " "
            and not (self.joined(after + 1) and self.capital(after + 1))
            and not self.begins(place)
            and not self.article(place)
        )

    def with_initials(self, place: int) -> tuple[int, int] | None:
        """`J. Kowalski`, `A.M. Nowak`, `J Kowalski`."""
        if self.shouted or not self.initial(place):
            return None
        end = place + 1
        while end - place < 3 and self.joined(end) and self.initial(end):
            end += 1
        if not self.joined(end) or not self.capital(end) or self.codes[end] & (FUNCTION | _LETTER):
            return None
        surname = _surname(self.codes[end])
        if "." in self.gap(end):
            believed = surname > (_RARELY if self.begins(place) else 0) or (
                self.stranger(end) and not self.acronym(end)
            )
        else:
            believed = surname == _SURE and not self.begins(place)
        return (place, self.extended(end, end + 1)) if believed else None

    def single(self, place: int) -> bool:  # noqa: PLR0912 - a list of reasons
        """Whether a word by itself is a name."""
        code = self.codes[place]
        given, surname = self.given(place), _surname(code)
        best = max(given, surname)
        if not best or code & _FIRM or self.article(place) or self.of_work(place) or self.of_model(place):
            return False
        if self.cue(place) and not (code & POPULAR and self.capital(place) and not self.begins(place)):
            return False
        before = self.cue(place - 1) if place and self.gap(place) == " " else Cue.NONE
        if before == Cue.PLACES and (code & (PLACE | COMMON) or best == _RARELY):
            return False
        signed = best >= _AMBIGUOUS and self.last_line(place)
        if not self.capital(place):
            if given == _SURE and code & POPULAR and (len(self.words[place]) > 3 or before == Cue.NEAR):
                return True
            if given and code & POPULAR and self.acts(place):
                return True
            if surname == _SURE and code & WIDESPREAD and not code & (FOREIGN | PLACE | GIVEN):
                return True
            return signed and (given >= _AMBIGUOUS or surname == _SURE)
        if self.acronym(place) and len(self.words[place]) < 4:
            return False
        if self.begins(place):
            if given == _SURE and (code & POPULAR or not code & (FOREIGN | PLACE)):
                return True
            if given == _AMBIGUOUS and code & POPULAR and self.acts(place):
                return True
            return signed or (surname == _SURE and code & WIDESPREAD != 0 and not code & (FOREIGN | PLACE))
        if given == _SURE or signed or (given and not code & (_WORD | PLACE) and len(self.words[place]) > 3):
            return True
        if given == _AMBIGUOUS and code & POPULAR:
            return before > Cue.LINK or not (self.joined(place) and self.capital(place - 1)) or self.begins(place - 1)
        if before == Cue.NEAR:
            return best >= _AMBIGUOUS
        return surname == _SURE and (code & WIDESPREAD != 0 or not code & (FOREIGN | PLACE))

    def acts(self, place: int) -> bool:
        """Whether a word does what people do: `Róża nie dostała`, `mark promised`."""
        after = self.words[place + 1 : place + 3]
        return (
            self.joined(place + 1) and bool(after) and (after[0] in _SAID or (after[0] == "nie" and after[-1] in _SAID))
        )

    def last_line(self, place: int) -> bool:
        """Whether a word stands on a short last line of several: a signature."""
        if not place or place + 3 < self.count:
            return False
        first = place
        while first and "\n" not in self.gap(first):
            first -= 1
            if place - first > 2:
                return False
        return first > 0 and "\n" not in self.text[self.end(place) :].strip()

    # How far a name goes

    def extended(self, first: int, end: int, *, announced: bool = False) -> int:
        """The word after the last one of a name that holds certain words."""
        while end < self.count and end - first < _LONGEST and self.joined(end):
            further = self.past_particles(end, self.capital(first)) or (
                end + 1 if self.continues(first, end, announced=announced) else 0
            )
            if not further:
                break
            end = further
        return end

    def past_particles(self, place: int, capital: bool) -> int:
        """The word after `de la Cruz` or `O'Brien`; 0 if no such surname stands there."""
        after = place
        while after - place < 3 and after < self.count and self.words[after] in _PARTICLES:
            if after > place and not self.joined(after):
                break
            after += 1
        if after == place or not self.joined(after) or self.codes[after] & FUNCTION:
            return 0
        code = self.codes[after]
        if self.capital(after):
            return after + 1 if code & _NAME or self.stranger(after) else 0
        if self.gap(after) in _HYPHENS:
            return after + 1 if code & SURNAME else 0
        alike = capital or self.words[place] in _ALSO_WORDS or _surname(code) != _SURE
        return 0 if alike else after + 1

    def continues(self, first: int, place: int, *, announced: bool) -> bool:
        """Whether a word belongs to the name that begins with another."""
        code = self.codes[place]
        given, surname = self.given(place), _surname(code)
        capital = self.capital(place)
        if self.gap(place) in {"'", "’"} and self.words[place] in _ENDINGS:
            return True
        if code & _LETTER:
            return self.capital(first) and self.initial(place) and self.after(place) in {".", "", ",", "\n"}
        if self.gap(place) in _HYPHENS:
            return bool(given or surname or self.stranger(place)) or (capital and self.gap(place) == "-")
        if (code & FUNCTION and not given) or (self.cue(place) > Cue.NEAR and not (capital and surname >= _AMBIGUOUS)):
            return False
        if self.acronym(place) and not self.acronym(first) and len(self.words[place]) < 4:
            return False
        if capital or (self.shouted and announced):
            return bool(given or surname or self.stranger(place)) or (place == first + 1 and self.disguised(first))
        if self.capital(first) and not announced:
            return False
        if max(given, surname) == _SURE:
            return True
        return not self.capital(first) and (surname == _AMBIGUOUS or self.stranger(place))

    # What is reported

    def hit(self, first: int, end: int, rank: Rank) -> Hit:
        """The span, and the base forms, given names first: equal for all cases of a name."""
        given: list[str] = []
        surnames: list[str] = []
        reversed_ = self.codes[first] & _NAME == SURNAME and bool(self.codes[end - 1] & GIVEN)  # Kowalski Jan
        for place in range(first, end):
            word = fold(self.words[place])
            entry = _entry(word)
            code = self.codes[place]
            last = place + 1 == end and end - first > 1 and not reversed_
            if entry is None or not (entry.given or entry.surname):
                surnames.append(word)
            elif entry.given and (not entry.surname or (not last and _given(code) >= _surname(code))):
                given.append(base(word, entry.given))
            else:
                surnames.append(base(word, entry.surname))
        return Hit(
            label=LABEL,
            start=self.starts[first],
            end=self.end(end - 1),
            value=" ".join(given + surnames),
            rank=rank,
        )
