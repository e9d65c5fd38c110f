"""What a message is made of, for routing: the character n-grams of its words, its stems, and pairs of stems. Pure.

Everything is read in folded letters, so that Polish with and without diacritics is the same. Character n-grams stay
inside words, whose edges are spaces ("char_wb" of scikit-learn); stems are Snowball's (https://snowballstem.org). Both
blocks are weighed by sublinear TF-IDF and brought to length 1 each, so that neither drowns the other.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from snowballstemmer import stemmer

from okienko.values import Language

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_MOST_WORDS: Final = 200  # a letter of pages says early what it wants
_LONGEST_WORD: Final = 30
_SHORTEST_GRAM: Final = 2
_LONGEST_GRAM: Final = 5
_LONG_NUMBER: Final = re.compile(r"\d{3,}")
_LETTERS: Final = str.maketrans("ąćęłńóśźżøđß’", "acelnoszzods'")
_STEMMERS: Final = {"pl": "polish", "en": "english"}
_KEPT_WORDS: Final = 50_000  # spellings whose features are remembered

# Words that tell the two languages apart, folded.
_POLISH_WORDS: Final = """
    a aby albo ale bardzo bez bo bo by byc byl byla bylo chce chcialbym chcialabym chyba ci cie co czemu czy da dla
    dlaczego dlugo dostac gdzie go ich ile ja jak jaka jaki jakie jako jednak jego jej jesli jest jestem jeszcze juz
    kiedy kto ktora ktore ktory ma macie mam mi mnie moge moglbym moj moja moje mojego mojej moze mozna na nad nas nie
    nic niz od oraz po pod poniewaz potem prosze przez przy sa sie skad ta tak taka taki te tego tej ten teraz tez
    trzeba tu tylko tym u w wam was wiec wy z za zamiast ze zeby zrobic znowu
"""
_ENGLISH_WORDS: Final = """
    about after am an and any are at be been because but can can't cannot could did didn't does doesn't don't for
    from get give got has hasn't have haven't how i'd i'm i've if in is isn't it it's its just know let like me much
    my need not of on or our please should so tell that that's the their them then there they this was wasn't were
    what what's when where which who why will with won't would you your
"""
_POLISH: Final = frozenset(_POLISH_WORDS.split())
_ENGLISH: Final = frozenset(_ENGLISH_WORDS.split())


def fold(text: str) -> str:
    """Lower case without diacritics."""
    text = text.lower()
    if text.isascii():
        return text
    text = text.translate(_LETTERS)
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower()


def read_words(text: str) -> list[str]:
    """The folded words of a message; of a long one the first.

    Long numbers are all alike: they name something, and mean nothing.
    """
    words = WORD.findall(fold(text[: _MOST_WORDS * _LONGEST_WORD]))[:_MOST_WORDS]
    return [_LONG_NUMBER.sub("000", word)[:_LONGEST_WORD] for word in words]


def guess_language(words: Sequence[str], usual: Language) -> Language:
    """The language that more of the words belong to; `usual` when neither has more."""
    polish = len(_POLISH.intersection(words))
    english = len(_ENGLISH.intersection(words))
    if polish == english:
        return usual
    return "pl" if polish > english else "en"


@lru_cache(maxsize=_KEPT_WORDS)
def stem(word: str, language: Language) -> str:
    """The stem of a folded word."""
    return str(stemmer(_STEMMERS[language]).stemWord(word))


def cut_grams(word: str) -> list[str]:
    """The character 2- to 5-grams of a word between two spaces."""
    edged = f" {word} "
    return [
        edged[at : at + size]
        for size in range(_SHORTEST_GRAM, min(_LONGEST_GRAM, len(edged)) + 1)
        for at in range(len(edged) - size + 1)
    ]


def name_words(words: Sequence[str], language: Language) -> list[str]:
    """Stems and pairs of neighbouring stems."""
    stems = [stem(word, language) for word in words]
    return stems + [f"{one} {other}" for one, other in pairwise(stems)]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Sparse rows, one a message, each of length 1 or empty: row `i` lies in `[starts[i], starts[i + 1])`."""

    starts: NDArray[np.int64]
    features: Ints  # ascending in each row
    weights: Floats

    def row(self, number: int) -> tuple[Ints, Floats]:
        """The features of one message and their weights."""
        stretch = slice(self.starts[number], self.starts[number + 1])
        return self.features[stretch], self.weights[stretch]

    @property
    def owners(self) -> NDArray[np.int64]:
        """For each feature, the number of its row."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Some messages as features."""

    grams: Block
    words: Block
    known: Floats  # of each message: the share of its words' weight that some example has

    def row(self, number: int) -> tuple[Ints, Floats]:
        """All features of one message."""
        grams, words = self.grams.row(number), self.words.row(number)
        return np.concatenate([grams[0], words[0]]), np.concatenate([grams[1], words[1]])


@dataclass(frozen=True, slots=True, eq=False)
class _Spelling:
    """What is known of one spelling of a word."""

    grams: Ints  # numbers of its known grams
    polish: str  # its stems
    english: str


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The features that the examples have, grams first, and how rare each is."""

    grams: dict[str, int]
    words: dict[str, int]  # stems and pairs, numbered on from the grams
    idf: Floats
    unseen: float  # idf of a word that no example has
    usual: Language  # of messages that do not show theirs
    _spellings: dict[str, _Spelling] = field(default_factory=dict[str, _Spelling])

    @property
    def size(self) -> int:
        """How many features there are."""
        return len(self.idf)

    def read(self, texts: Sequence[str]) -> Rows:
        """The features of messages."""
        cut: list[Ints] = [_NONE]
        cuts: list[int] = []
        named: list[int] = []
        names: list[int] = []
        strangers: list[int] = []
        known = self.words
        for text in texts:
            words = read_words(text)
            spellings = [self._spellings.get(word) or self._spell(word) for word in words]
            if guess_language(words, self.usual) == "pl":
                stems = [spelling.polish for spelling in spellings]
            else:
                stems = [spelling.english for spelling in spellings]
            numbers = [known.get(stem, -1) for stem in stems]
            strangers.append(numbers.count(-1))
            numbers += [known.get(f"{one} {other}", -1) for one, other in pairwise(stems)]
            named += numbers
            names.append(len(numbers))
            cut += [spelling.grams for spelling in spellings]
            cuts.append(sum(len(spelling.grams) for spelling in spellings))
        grams, _ = self._weigh(np.concatenate(cut), cuts)
        words, square = self._weigh(np.array(named, np.int32), names)
        share = square / np.maximum(square + np.array(strangers) * self.unseen**2, 1e-9)
        return Rows(grams=grams, words=words, known=share.astype(np.float32))

    def _weigh(self, flat: Ints, lengths: Sequence[int]) -> tuple[Block, NDArray[np.float64]]:
        """Each feature once a message; the squared length that each row had before it was brought to 1."""
        owners = np.repeat(np.arange(len(lengths)), lengths)
        keys = (owners * self.size + flat)[flat >= 0]
        keys.sort()
        begins = np.flatnonzero(np.diff(keys, prepend=-1))
        counts = np.diff(begins, append=len(keys))
        owners, found = np.divmod(keys[begins], self.size)
        weights = _SUBLINEAR[np.minimum(counts, len(_SUBLINEAR) - 1)] * self.idf[found]
        square = np.bincount(owners, np.square(weights, dtype=np.float64), len(lengths)).astype(np.float64)
        weights /= np.sqrt(square)[owners]
        starts = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=len(lengths)))])
        return Block(starts, found.astype(np.int32), weights), square

    def _spell(self, word: str) -> _Spelling:
        if len(self._spellings) >= _KEPT_WORDS:
            self._spellings.clear()
        known = (self.grams.get(gram) for gram in cut_grams(word))
        grams = np.array([number for number in known if number is not None], np.int32)
        spelling = _Spelling(grams, stem(word, "pl"), stem(word, "en"))
        self._spellings[word] = spelling
        return spelling


_NONE: Final[Ints] = np.zeros(0, np.int32)
_SUBLINEAR: Final[Floats] = np.concatenate([[0], 1 + np.log(np.arange(1, 64))]).astype(np.float32)  # by count


def learn_vocabulary(texts: Sequence[str], *, fewest: int, usual: Language = "en") -> Vocabulary:
    """The features that at least `fewest` of the texts have. `usual` is kept when the texts do not show a language."""
    messages = [read_words(text) for text in texts]
    usual = guess_language([word for words in messages for word in words], usual)
    grams = count_grams(messages, fewest)
    words = count_names([name_words(words, guess_language(words, usual)) for words in messages], fewest)
    counts = np.array([*grams.values(), *words.values()], np.float64)
    return Vocabulary(
        grams={gram: number for number, gram in enumerate(grams)},
        words={word: number for number, word in enumerate(words, start=len(grams))},
        idf=_rarity(counts, len(texts)),
        unseen=float(_rarity(np.zeros(1), len(texts))[0]),
        usual=usual,
    )


def _rarity(counts: NDArray[np.float64], messages: int) -> Floats:
    """The usual smoothed idf, flattened: with few examples the rare words are not to outshine all others."""
    return ((np.log((1 + messages) / (1 + counts)) + 1) ** _FLAT).astype(np.float32)


_FLAT: Final = 0.7


def count_grams(messages: Sequence[Sequence[str]], fewest: int) -> dict[str, int]:
    """In how many messages each gram stands, for those that stand in enough."""
    numbers: dict[str, int] = {}
    cut: dict[str, Ints] = {}
    for word in dict.fromkeys(chain.from_iterable(messages)):
        cut[word] = np.array([numbers.setdefault(gram, len(numbers)) for gram in cut_grams(word)], np.int32)
    counts = np.zeros(len(numbers), np.int64)
    for words in messages:
        if words:
            counts[np.concatenate([cut[word] for word in words])] += 1  # a gram that stands twice is counted once
    return {gram: int(count) for gram, count in zip(numbers, counts, strict=True) if count >= fewest}


def count_names(messages: Sequence[Sequence[str]], fewest: int) -> dict[str, int]:
    """In how many messages each stem or pair stands, for those that stand in enough."""
    counts = Counter(chain.from_iterable(map(dict.fromkeys, messages)))
    return {name: count for name, count in counts.items() if count >= fewest}
