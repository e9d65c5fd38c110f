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

from okienko.routing.spelling import Speller
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
class Rows:
    """Some messages as sparse features: of message `i` the grams in `[starts[i], cuts[i])`, then the words.

    Each of the two has length 1, or is empty.
    """

    starts: NDArray[np.int64]  # one more than messages
    cuts: NDArray[np.int64]
    features: Ints  # ascending in each message
    weights: Floats
    known: Floats  # of each message: the share of its words' weight that some example has

    def row(self, number: int) -> tuple[Ints, Floats]:
        """The features of one message and their weights."""
        stretch = slice(self.starts[number], self.starts[number + 1])
        return self.features[stretch], self.weights[stretch]

    def grams(self, number: int) -> tuple[Ints, Floats]:
        """Its grams alone."""
        stretch = slice(self.starts[number], self.cuts[number])
        return self.features[stretch], self.weights[stretch]

    def words(self, number: int) -> tuple[Ints, Floats]:
        """Its words alone."""
        stretch = slice(self.cuts[number], self.starts[number + 1])
        return self.features[stretch], self.weights[stretch]

    @property
    def owners(self) -> NDArray[np.int64]:
        """For each feature, the number of its message."""
        return np.repeat(np.arange(len(self.known)), np.diff(self.starts))


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The features that the examples have, grams first, and how rare each is."""

    grams: dict[str, int]
    words: dict[str, int]  # stems and pairs, numbered on from the grams
    idf: Floats
    unseen: float  # idf of a word that no example has
    usual: Language  # of messages that do not show theirs
    stems: dict[str, str]  # of the examples' words, frequent ones first, in the usual language: stemming is slow
    speller: Speller
    _spellings: dict[str, Ints] = field(default_factory=dict[str, NDArray[np.int32]])  # word → numbers of its grams

    @property
    def size(self) -> int:
        """How many features there are."""
        return len(self.idf)

    def read(self, texts: Sequence[str]) -> Rows:
        """The features of messages."""
        numbers: list[Ints] = [_NONE]
        lengths: list[int] = []
        strangers: list[int] = []
        known = self.words
        for text in texts:
            words = [word if word in self.stems else self.speller.correct(word) for word in read_words(text)]
            spellings = [self._spell(word) for word in words]
            language = guess_language(words, self.usual)
            if language == self.usual:
                stems = [self.stems.get(word) or stem(word, language) for word in words]
            else:
                stems = [stem(word, language) for word in words]
            named = [known.get(name, -1) for name in stems]
            strangers.append(named.count(-1))
            named += [known.get(f"{one} {other}", -1) for one, other in pairwise(stems)]
            found = np.array([number for number in named if number >= 0], np.int32)
            numbers += spellings
            numbers.append(found)
            lengths.append(sum(map(len, spellings)) + len(found))
        return self._weigh(np.concatenate(numbers), lengths, np.array(strangers, np.float64))

    def _weigh(self, numbers: Ints, lengths: Sequence[int], strangers: NDArray[np.float64]) -> Rows:
        """Each feature once a message, with its weight."""
        messages = len(lengths)
        keys = np.repeat(np.arange(messages) * self.size, lengths) + numbers
        keys.sort()
        begins = np.flatnonzero(np.diff(keys, prepend=-1))
        counts = np.diff(begins, append=len(keys))
        owners, found = np.divmod(keys[begins], self.size)
        weights = _SUBLINEAR[np.minimum(counts, len(_SUBLINEAR) - 1)] * self.idf[found]
        block = 2 * owners + (found >= len(self.grams))
        square = np.bincount(block, np.square(weights, dtype=np.float64), 2 * messages).astype(np.float64)
        weights /= np.sqrt(square)[block]
        ends = np.cumsum(np.bincount(block, minlength=2 * messages))
        known = square[1::2]
        return Rows(
            starts=np.concatenate([[0], ends[1::2]]),
            cuts=ends[::2],
            features=found.astype(np.int32),
            weights=weights,
            known=(known / np.maximum(known + strangers * self.unseen**2, 1e-9)).astype(np.float32),
        )

    def _spell(self, word: str) -> Ints:
        """The numbers of the known grams of a word."""
        kept = self._spellings.get(word)
        if kept is not None:
            return kept
        if len(self._spellings) >= _KEPT_WORDS:
            self._spellings.clear()
        known = (self.grams.get(gram) for gram in cut_grams(word))
        grams = self._spellings[word] = np.array([number for number in known if number is not None], np.int32)
        return grams


_NONE: Final[Ints] = np.zeros(0, np.int32)
_SUBLINEAR: Final[Floats] = np.concatenate([[0], 1 + np.log(np.arange(1, 64))]).astype(np.float32)  # by count


def learn_vocabulary(texts: Sequence[str], *, fewest: int, usual: Language = "en") -> Vocabulary:
    """The features that at least `fewest` of the texts have. `usual` is kept when the texts do not show a language."""
    messages = [read_words(text) for text in texts]
    usual = guess_language([word for words in messages for word in words], usual)
    common = [word for word, _ in Counter(chain.from_iterable(messages)).most_common()]
    grams = count_grams(messages, fewest)
    words = count_names([name_words(words, guess_language(words, usual)) for words in messages], fewest)
    counts = np.array([*grams.values(), *words.values()], np.float64)
    return Vocabulary(
        grams={gram: number for number, gram in enumerate(grams)},
        words={word: number for number, word in enumerate(words, start=len(grams))},
        idf=_rarity(counts, len(texts)),
        unseen=float(_rarity(np.zeros(1), len(texts))[0]),
        usual=usual,
        stems={word: stem(word, usual) for word in common},
        speller=Speller(common),
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
