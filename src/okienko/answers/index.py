"""Search over the articles of a help centre: every word of a question is worth a share of every article. Pure; numpy.

An article is two kinds of documents: the whole of it, and each of its lines, which are the title with the description
and every example question. A document is read twice, as stems and as folded character 4-grams, and holds a term to a
share between 0 and 1 (the saturation of BM25: Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009).

What a word of a question is worth to each document is added up when the word is first heard, together with the words
that mean the same (`synonyms.py`), and kept. A question then only adds up its words, each weighed by how rare it is. So
a score is the share of a perfect match. It lies between 0 and 1, compares between questions, and words that no article
knows pull it down, which is what lets an answer be refused.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain, islice
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from okienko.answers.everyday import EVERYDAY
from okienko.answers.passages import Article, Pages, Passage, cut_passages
from okienko.answers.synonyms import SYNONYMS, Synonyms
from okienko.answers.text import STOP_WORDS, cut_grams, fold_token, leave_out_placeholders, read_tokens, stem
from okienko.encoders.fitted import MINILM, Rule
from okienko.encoders.vectors import Table
from okienko.folding import fold
from okienko.values import Language

_WHOLE: Final = (1.5, 0.6)  # k1 and b of whole articles
_LINE: Final = (1.2, 0.3)  # and of lines, which are short and of like length
# Weights of the fields of a whole article, in tenths: whole numbers, so that counts can be sorted and summed exactly.
_TITLE: Final = 20
_DESCRIPTION: Final = 7
_PLAIN: Final = 10
_CHUNK: Final = 256  # articles counted at once; bounds the memory that a build borrows
_MOST_WORDS: Final = 64  # of a question, each once; a letter of ten pages asks its question early
_CLOSELY: Final = 6  # articles that are looked at for what a sentence of theirs says of the question, if so many tie
_NEARLY: Final = 0.08  # how far behind the first an article ties with it
_SAID: Final = 0.1  # what a sentence is worth that says all of the question
_SAID_FIRST: Final = 0.05  # the same for the first sentence, which tells what an article is about
_PASSAGES: Final = 3  # of a hit that is looked at closely
_STEM_MARK: Final = "="  # tells the stem "kont" from the 4-gram "kont"
_SYNONYM: Final = 0.7  # what a word that means the same is worth
_ALIKE: Final = 0.45  # a word of an article that has such a share of the letters of the question's word may be it
_SLIP: Final = 0.8  # how much of a word's weight is left when it was mistyped
_LEAST_SLIP: Final = 6  # letters: shorter words are too much alike
_MOST_SYNONYMS: Final = 24  # of one word
_NEIGHBOURS: Final = 10  # of an article, the most alike
_LENT: Final = 0.6  # what the mean of its neighbours counts beside an article's own share
_LENDING: Final = range(100, 1_001)  # articles: of fewer all are alike, of more some have the words that are missing
_SAID_DAILY: Final = 0.5  # how much of its weight a word of everyday speech keeps

_Ints = NDArray[np.int32]
_Shares = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """One analysed article: what its documents (0: the whole, then its lines) say how often; its tokens in order."""

    article: Article
    pages: Pages
    lines: int
    # Tokens and not their terms, which are eight times as many.
    document: NDArray[np.uint16]  # ascending
    token: _Ints
    count: NDArray[np.uint16]  # tenths
    heads: tuple[tuple[int, ...], ...]  # tokens of its title, then of the heading of each passage
    tokens: _Ints  # of its units, in order
    units: NDArray[np.uint16]  # of each of those tokens, its unit
    passages: NDArray[np.uint16]  # of each unit, its passage
    signature: NDArray[np.uint32]  # like that of an article of nearly the same words


@dataclass(slots=True)
class _Words:
    """What has been learnt about words so far. Each index copies it from the one before and adds to its own copy."""

    language: Language
    tokens: dict[str, int] = field(default_factory=dict[str, int])
    token_terms: list[tuple[int, ...]] = field(default_factory=list[tuple[int, ...]])
    terms: dict[str, int] = field(default_factory=dict[str, int])
    sums: list[int] = field(default_factory=list[int])  # of the tokens' stems: the same in every index
    spellings: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])  # folded token → tokens

    def copy(self) -> _Words:
        """Another one that may grow without this one noticing."""
        return _Words(
            self.language,
            self.tokens.copy(),
            self.token_terms.copy(),
            self.terms.copy(),
            self.sums.copy(),
            self.spellings.copy(),
        )

    def number(self, token: str) -> int:
        """The number of a token, learning it when it is new."""
        known = self.tokens.get(token)
        if known is not None:
            return known
        terms = self.terms
        named = _terms_of(token, self.language)
        self.sums.append(crc32(named[0].encode()) if named else 0)
        self.token_terms.append(tuple(terms.setdefault(term, len(terms)) for term in named))
        folded = fold(token)
        self.spellings[folded] = (*self.spellings.get(folded, ()), token)
        self.tokens[token] = len(self.tokens)
        return len(self.tokens) - 1


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a word of a question means to a ranking."""

    weight: float  # how rare it is
    points: NDArray[np.uint16]  # what it is worth to each line with the whole of its article, of 510
    tokens: _Ints  # of articles, that are this word, or nearly
    shares: NDArray[np.float64]  # and how nearly, 0…1
    near: Mapping[int, float]  # both


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The articles of one language, ready to be ranked."""

    language: Language
    rows: tuple[_Row, ...]
    words: _Words
    # Documents by term: the whole of each article in their order, then the lines of each.
    starts: list[int]  # of each term's stretch in the two that follow
    documents: _Ints
    shares: NDArray[np.uint8]  # of 255
    lines: NDArray[np.int64]  # of each article, the first
    owners: NDArray[np.int64]  # of each line, its article
    size: int  # how many documents
    # Tokens by term.
    token_starts: list[int]
    tokens: _Ints
    idf: list[float]  # of each term, over whole articles; 0.0 for a term that no article has
    unknown: float  # idf of what no article has
    synonyms: Mapping[str, frozenset[str]]  # by stem
    said: Mapping[str, tuple[str, ...]]  # words that mean the same as others: folded → tokens
    spelled: Mapping[tuple[str, int], Sequence[str]]  # folded words by first letter and length, the commonest first
    categories: Mapping[str, NDArray[np.bool_]]
    places: Mapping[str, int]  # of articles, by id
    twins: list[int]  # of each article, the first one of nearly the same words; mostly itself
    neighbours: NDArray[np.intp] | None  # `_NEIGHBOURS` x articles; none in a small or a large help centre
    everyday: frozenset[str]  # words and stems that tell a story here, and hardly ever what is asked
    usual: float  # what titles score with the best of other articles: half of them more, half less
    heard: OrderedDict[str, _Heard] = field(default_factory=OrderedDict[str, _Heard])  # of questions, the last ones


@dataclass(frozen=True, slots=True)
class Index:
    """The published articles of a brand, searchable. Immutable: a change builds another one."""

    rankings: Mapping[Language, Ranking]
    tables: Mapping[Language, Table] = field(default_factory=dict[Language, Table])  # what an encoder makes of them
    rule: Rule = MINILM  # by which that is weighed against words

    @property
    def size(self) -> int:
        """How many articles it holds."""
        return sum(len(ranking.rows) for ranking in self.rankings.values())


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A question as words."""

    tokens: frozenset[str]  # folded, stop words too
    words: tuple[_Heard, ...]
    weights: NDArray[np.float64]  # of its words; they sum up to 1
    shares: _Shares  # of a perfect match, that each article has
    rule: Rule | None = None  # by which an encoder has had its say in the shares, if one has


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What an article says of a question, unit by unit; only of the units that say any of it."""

    units: NDArray[np.uint16]  # their numbers, ascending
    near: NDArray[np.float64]  # units x words: how nearly a unit has each of them, 0…1
    passages: NDArray[np.uint16]  # of each of these units


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hit:
    """An article that fits a question."""

    score: float  # 0…1: the share of a perfect match
    also: tuple[Article, ...]  # articles of nearly the same words, which fit no better
    ranking: Ranking = field(repr=False)
    question: Question = field(repr=False)
    row: _Row = field(repr=False)
    covered: float  # 0…1: how much of the question its best unit says; 0 where nobody looked
    said: Said | None = field(repr=False)  # None where nobody looked

    @property
    def article(self) -> Article:
        """The article."""
        return self.row.article

    @property
    def pages(self) -> Pages:
        """Its text."""
        return self.row.pages

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Up to three passages, the best first."""
        heights = read_passages(self, read_closely(self), self.question.weights)
        best = sorted(range(len(heights)), key=lambda at: -heights[at])
        return tuple(self.pages.passages[at] for at in best[:_PASSAGES])


def build_index(articles: Iterable[Article], previous: Index | None = None, *, synonyms: Synonyms = SYNONYMS) -> Index:
    """Index the articles (one version of each). What `previous` holds unchanged is not analysed again.

    The order of the articles does not matter. Articles without a word are left out. `synonyms`: of each language, rows
    of words that a customer may use for each other; see `okienko.answers.synonyms.join` for a brand's own.
    """
    spoken: dict[Language, list[Article]] = {}
    for article in sorted(articles, key=lambda article: article.id):
        spoken.setdefault(article.language, []).append(article)
    before: Mapping[Language, Ranking] = previous.rankings if previous else {}
    rankings: dict[Language, Ranking] = {}
    for language, found in spoken.items():
        ranking = _build_ranking(language, found, before.get(language), synonyms)
        if ranking is not None:
            rankings[language] = ranking
    return Index(rankings)


def read_question(ranking: Ranking, read: Sequence[str]) -> Question:
    """The words of a question that was read as tokens, and what they are worth. Stop words do not count.

    It is read without its diacritics: a word typed without them is every word that it may stand for.
    """
    heard, spellings = ranking.heard, ranking.words.spellings
    stop = STOP_WORDS[ranking.language]
    tokens = {fold_token(token): token for token in read}
    words: list[_Heard] = []
    for folded, token in islice(((one, other) for one, other in tokens.items() if one not in stop), _MOST_WORDS):
        if folded not in spellings and any(letter.isdigit() for letter in folded):
            continue  # an order number, an amount: it neither finds an article nor speaks against one
        word = heard.pop(folded, None)
        if word is None:
            word = _hear(ranking, folded, token)
            if len(heard) * (word.points.nbytes + _NEAR_BYTES) > _HEARD_BYTES:
                heard.popitem(last=False)
        heard[folded] = word  # the last heard is the last forgotten
        words.append(word)
    weights = np.array([word.weight for word in words])
    weights /= weights.sum() or 1.0
    shares: _Shares = np.zeros(len(ranking.owners), np.float32)
    worth = np.empty_like(shares)
    for word, weight in zip(words, (weights / _FULL).astype(np.float32), strict=True):
        np.multiply(word.points, weight, out=worth)
        shares += worth
    if len(shares) > len(ranking.rows):  # an article is worth what its best line is
        shares = np.maximum.reduceat(shares, ranking.lines)
    if ranking.neighbours is not None:
        # Articles on one subject are asked for in the same words, of which each has but some ("score regularization":
        # Diaz, "Regularizing query-based retrieval scores", 2007).
        best = float(shares.max())
        shares = shares + np.float32(_LENT / _NEIGHBOURS) * shares[ranking.neighbours].sum(axis=0)
        shares *= np.float32(best / max(float(shares.max()), _LEAST))  # the best is what it was
    return Question(frozenset(tokens), tuple(words), weights, shares)


def search(
    index: Index, text: str, *, language: Language, category: str | None = None, limit: int = 6
) -> tuple[Hit, ...]:
    """The articles of one language that fit a question best, best first; with a category, only that category's."""
    ranking = index.rankings.get(language)
    if ranking is None:
        return ()
    question = read_question(ranking, read_tokens(leave_out_placeholders(text)))
    return rank(ranking, question, category=category, limit=limit)


def rank(ranking: Ranking, question: Question, *, category: str | None = None, limit: int = 6) -> tuple[Hit, ...]:
    """`search` for a question that has been read already. Articles of nearly the same words are shown once."""
    wanted = ranking.categories.get(category) if category is not None else None
    if not question.words or (category is not None and wanted is None):
        return ()
    shares = question.shares if wanted is None else question.shares * wanted
    several = 2 * max(limit, _CLOSELY) + _SEVERAL
    least = float(np.partition(shares, -several)[-several]) if several < len(shares) else 0.0
    found = (shares >= max(least, _LEAST)).nonzero()[0]
    best = sorted(zip((-shares[found]).tolist(), found.tolist(), strict=True))  # equal ones in the order of their ids
    shown: dict[int, tuple[float, _Row, list[Article]]] = {}  # by the first of their twins
    for share, at in best:
        row, twin = ranking.rows[at], ranking.twins[at]
        if twin in shown:
            shown[twin][2].append(row.article)
        elif len(shown) < max(limit, _CLOSELY):
            shown[twin] = (-share, row, [])
    hits: list[_Found] = [(score, row, also, 0.0, None) for score, row, also in shown.values()]
    if question.rule is None or question.rule.closely:  # else an encoder knows better
        hits = _look_closely(ranking, question, hits)
    return tuple(
        Hit(
            score=min(1.0, score),
            also=tuple(also),
            covered=covered,
            ranking=ranking,
            question=question,
            row=row,
            said=said,
        )
        for score, row, also, covered, said in hits[:limit]
    )


_Found = tuple[float, _Row, list[Article], float, Said | None]  # score, row, twins, covered, said


def _look_closely(ranking: Ranking, question: Question, found: list[_Found]) -> list[_Found]:
    """Of articles that nearly tie, the better one says much of the question in one unit, or in its first."""
    near = [one for one in found if one[0] > found[0][0] - _NEARLY]
    if len(near) < 2:
        return found
    worth = (question.weights + 1 / len(question.words)) / 2  # rare words count more, but all count
    looked_at: list[_Found] = []
    for (score, row, also, *_), said in zip(near, _read(ranking, question, [one[1] for one in near]), strict=True):
        fits: list[float] = (said.near @ worth).tolist()
        covered = max(fits, default=0.0)
        first = fits[0] if fits and said.units[0] == 0 else 0.0
        looked_at.append((score + _SAID * covered + _SAID_FIRST * first, row, also, covered, said))
    looked_at.sort(key=lambda one: -one[0])
    return looked_at + found[len(near) :]


def find_hit(ranking: Ranking, question: Question, article: str) -> Hit | None:
    """One article by its id, as if the question had found it."""
    at = ranking.places.get(article)
    if at is None:
        return None
    return Hit(score=1.0, also=(), ranking=ranking, question=question, row=ranking.rows[at], covered=0.0, said=None)


def _read(ranking: Ranking, question: Question, rows: Sequence[_Row]) -> list[Said]:
    """What some articles say of a question. All at once, because numpy has its price for each time it is asked."""
    words = question.words
    tokens = np.concatenate([word.tokens for word in words])
    slot_of = np.zeros(len(ranking.words.token_terms), np.int32)  # 0: it is none of the words
    slot_of[tokens] = np.arange(1, len(tokens) + 1)  # a token of two words has the slot of the second
    shares = np.zeros((len(tokens) + 1, len(words)))
    nth = np.repeat(np.arange(len(words)), [len(word.tokens) for word in words])
    shares[slot_of[tokens], nth] = np.concatenate([word.shares for word in words])
    slots = slot_of[np.concatenate([row.tokens for row in rows])]
    at = slots.nonzero()[0]
    units = np.concatenate([row.units for row in rows])[at]
    ends = at.searchsorted(list(accumulate(len(row.tokens) for row in rows)))
    begins = np.ones(len(at), np.bool_)
    np.not_equal(units[1:], units[:-1], out=begins[1:])
    begins[ends[:-1][ends[:-1] < len(at)]] = True
    begun = begins.nonzero()[0]
    near = np.maximum.reduceat(shares[slots[at]], begun, axis=0) if len(at) else shares[:0]
    units = units[begun]
    cuts: list[int] = begun.searchsorted(ends).tolist()
    return [
        Said(units[begin:end], near[begin:end], row.passages[units[begin:end]])
        for row, begin, end in zip(rows, [0, *cuts], cuts, strict=False)
    ]


def read_closely(hit: Hit) -> Said:
    """What the article of a hit says of the question."""
    return hit.said or _read(hit.ranking, hit.question, [hit.row])[0]


def read_title(hit: Hit) -> NDArray[np.float64]:
    """How nearly the title has each word of the question (0…1)."""
    return _read_head(hit, hit.row.heads[0])


def read_headings(hit: Hit) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """The passages that stand under a heading, and how nearly that has each word of the question (0…1)."""
    return ((at, _read_head(hit, head)) for at, head in enumerate(hit.row.heads[1:]) if head)


def _read_head(hit: Hit, tokens: Sequence[int]) -> NDArray[np.float64]:
    return np.array([max((word.near.get(token, 0.0) for token in tokens), default=0.0) for word in hit.question.words])


def read_passages(hit: Hit, said: Said, worth: NDArray[np.float64]) -> list[float]:
    """What each passage of an article says, by what each word of the question is worth."""
    heights = [0.0] * len(hit.pages.passages)
    if len(said.units):
        begins = np.ones(len(said.units), np.bool_)
        np.not_equal(said.passages[1:], said.passages[:-1], out=begins[1:])
        begun = begins.nonzero()[0]
        best = np.maximum.reduceat(said.near, begun, axis=0) @ worth
        for passage, height in zip(said.passages[begun].tolist(), best.tolist(), strict=True):
            heights[passage] = height
    return heights


def read_best(hit: Hit, said: Said, passage: int, worth: NDArray[np.float64]) -> int | None:
    """The unit of a passage that says most, counted from the passage's first; None where none says anything."""
    inside = (said.passages == passage).nonzero()[0]
    if not len(inside):
        return None
    best = inside[(said.near[inside] @ worth).argmax()]
    return int(said.units[best]) - int(hit.row.passages.searchsorted(passage))


def _hear(ranking: Ranking, folded: str, token: str) -> _Heard:
    words, idf = ranking.words, ranking.idf
    spellings = words.spellings.get(folded) or ranking.said.get(folded) or (token,)
    roots = {stem(spelling, ranking.language) for spelling in spellings}
    known = sorted(_find_stems(ranking, roots))
    others = sorted({other for root in roots for other in ranking.synonyms.get(root, ())})
    if not known and not others and folded not in ranking.said:
        meant = _find_slip(ranking, folded)
        if meant is not None:
            heard = _hear(ranking, meant, meant)
            return replace(heard, weight=_SLIP * heard.weight)
    points = _add_up_word(ranking, known, folded)
    near = _find_alike(ranking, known, folded)
    weight = sum(idf[number] for number in known) / len(known) if known else ranking.unknown
    if folded in ranking.everyday or not roots.isdisjoint(ranking.everyday):
        weight *= _SAID_DAILY
    best = 0.0
    for other in others[:_MOST_SYNONYMS]:
        root = stem(other, ranking.language)
        same = _find_stems(ranking, {root}) if root not in roots else []
        if same:
            np.maximum(points, _SYNONYM * _add_up_word(ranking, same, fold_token(other)), out=points)
            for one in _tokens_of(ranking, same[0]).tolist():
                near[one] = max(near.get(one, 0.0), _SYNONYM)
            best = max(best, idf[same[0]])
    if not known and best:
        weight = min(weight, best)  # it is known by other names
    whole, lines = np.split(np.rint(np.minimum(points, 1.0) * 255).astype(np.uint16), [len(ranking.rows)])
    return _Heard(
        weight,
        whole[ranking.owners] + lines,
        np.fromiter(near, np.int32, len(near)),
        np.fromiter(near.values(), np.float64, len(near)),
        near,
    )


def _find_slip(ranking: Ranking, folded: str) -> str | None:
    """The word that was meant when a letter too many, one too few, a wrong one or two in the wrong order were typed."""
    if len(folded) < _LEAST_SLIP:
        return None
    near = (
        word
        for length in (len(folded), len(folded) + 1, len(folded) - 1)
        for word in ranking.spelled.get((folded[0], length), ())
    )
    return next((word for word in near if _is_slip(folded, word)), None)


def _is_slip(one: str, other: str) -> bool:
    """Whether one edit makes the other (Damerau, "A technique for computer detection ...", 1964)."""
    start = 0
    shorter = min(len(one), len(other))
    while start < shorter and one[start] == other[start]:
        start += 1
    left, right = one[start:], other[start:]
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:]
    return left[1:] == right[1:] or left[1:] == right or left == right[1:] or swapped


def _list_spelled(words: _Words, have: NDArray[np.int64], said: Iterable[str]) -> dict[tuple[str, int], list[str]]:
    """Words by first letter and length, those that most articles have first; then those that only customers use."""
    stems = np.array([terms[0] if terms else -1 for terms in words.token_terms], np.int64)
    counts: list[int] = np.where(stems < 0, 0, have[stems]).tolist() if len(have) else []
    articles = {folded: max(counts[words.tokens[one]] for one in some) for folded, some in words.spellings.items()}
    known = sorted((word for word, count in articles.items() if count), key=lambda word: (-articles[word], word))
    spelled: dict[tuple[str, int], list[str]] = {}
    for word in dict.fromkeys([*known, *said]):
        if len(word) >= _LEAST_SLIP - 1:
            spelled.setdefault((word[0], len(word)), []).append(word)
    return spelled


def _list_said(synonyms: Iterable[Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """The words that mean the same as others, by how they are typed without diacritics."""
    said: dict[str, tuple[str, ...]] = {}
    for token in dict.fromkeys(token for row in synonyms for word in row for token in read_tokens(word)):
        said[fold_token(token)] = (*said.get(fold_token(token), ()), token)
    return said


def _find_stems(ranking: Ranking, roots: Iterable[str]) -> list[int]:
    numbers = (ranking.words.terms.get(_STEM_MARK + root, -1) for root in roots if root)
    return [number for number in numbers if number >= 0 and ranking.idf[number] > 0]


def _add_up_word(ranking: Ranking, stems: Sequence[int], folded: str) -> _Shares:
    """What a word is worth to each document: half by its stem, half by its letters."""
    points = np.zeros(ranking.size, np.float32)
    grams = cut_grams(folded)
    found = _find_grams(ranking, grams)
    ideal = sum(ranking.idf[gram] for gram in found) + (len(grams) - len(found)) * ranking.unknown
    worth = [(one, 0.5 / len(stems)) for one in stems] + [(gram, 0.5 * ranking.idf[gram] / ideal) for gram in found]
    for term, share in worth:
        stretch = slice(ranking.starts[term], ranking.starts[term + 1])
        points[ranking.documents[stretch]] += ranking.shares[stretch] * np.float32(share / 255)  # each has a term once
    return points


def _find_grams(ranking: Ranking, grams: Sequence[str]) -> list[int]:
    numbers = (ranking.words.terms.get(gram, -1) for gram in grams)
    return [number for number in numbers if number >= 0 and ranking.idf[number] > 0]


def _find_alike(ranking: Ranking, stems: Sequence[int], folded: str) -> dict[int, float]:
    """Tokens of articles that share the word's stem, or much of its letters."""
    grams = cut_grams(folded)
    stretches = [_tokens_of(ranking, gram) for gram in _find_grams(ranking, grams)]
    near: dict[int, float] = {}
    if stretches:
        tokens, counts = np.unique(np.concatenate(stretches), return_counts=True)
        shares = counts / len(grams)
        alike = shares >= _ALIKE
        near.update(zip(tokens[alike].tolist(), (shares[alike] / 2).tolist(), strict=True))
    near.update((token, 1.0) for number in stems for token in _tokens_of(ranking, number).tolist())
    return near


def _tokens_of(ranking: Ranking, term: int) -> _Ints:
    return ranking.tokens[ranking.token_starts[term] : ranking.token_starts[term + 1]]


def _terms_of(token: str, language: Language) -> list[str]:
    root = stem(token, language)
    return [_STEM_MARK + root, *cut_grams(fold(token))] if root else []


def _build_ranking(
    language: Language, articles: Sequence[Article], previous: Ranking | None, synonyms: Synonyms
) -> Ranking | None:
    words = previous.words.copy() if previous else _Words(language)
    known = {row.article.id: row for row in previous.rows} if previous else {}
    rows: list[_Row] = []
    for article in articles:
        row = known.get(article.id)
        if row is None or not _same_words(row.article, article):
            row = _analyse(article, words)
        elif row.article != article:
            row = replace(row, article=article)
        if row is not None:
            rows.append(row)
    if not rows:
        return None
    ranking = _weigh(tuple(rows), words, synonyms)
    return replace(ranking, usual=_ask_titles(ranking))


def _ask_titles(ranking: Ranking) -> float:
    """The median score of titles when their own article, with its twins, is taken away: questions without an answer,
    in the words of this help centre.
    """
    rows, twins = ranking.rows, np.array(ranking.twins)
    scores: list[float] = []
    for at in range(0, len(rows), 1 + len(rows) // _MOST_TITLES):
        question = read_question(ranking, read_tokens(rows[at].article.title))
        scores.append(float(np.max(question.shares, where=twins != twins[at], initial=0.0)))
    return float(np.median(scores))


def _same_words(one: Article, other: Article) -> bool:
    return (one.title, one.description, one.body, one.questions) == (
        other.title,
        other.description,
        other.body,
        other.questions,
    )


def _by_stem(synonyms: Iterable[Sequence[str]], language: Language) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in synonyms:
        words = dict.fromkeys(token for word in row for token in read_tokens(word))
        for word in words:
            root = stem(word, language)
            if root:
                found.setdefault(root, set()).update(other for other in words if other != word)
    return {root: frozenset(others) for root, others in found.items()}


def _analyse(article: Article, words: _Words) -> _Row | None:
    """What an article says, as numbers; nothing for one without a word."""
    pages = cut_passages(article.body)
    if not pages.passages:
        return None
    documents: list[Counter[int]] = [Counter() for _ in range(2 + len(article.questions))]
    whole, *lines = documents

    def take(text: str, weight: int, line: Counter[int] | None = None) -> list[int]:
        found = [words.number(token) for token in read_tokens(text)]
        for token in found:
            whole[token] += weight
        if line is not None:
            for token in found:
                line[token] += _PLAIN
        return found

    heads = [tuple(take(article.title, _TITLE, lines[0]))]
    take(article.description, _DESCRIPTION, lines[0])
    for question, line in zip(article.questions, lines[1:], strict=True):
        take(question, _PLAIN, line)
    body: list[int] = []
    units: list[int] = []  # how many tokens each has
    for passage in pages.passages:
        heads.append(tuple(take(passage.heading, _PLAIN)))
        for unit in passage.units:
            said = take(pages.text[unit.start : unit.end], _PLAIN)
            body += said
            units.append(len(said))
    return _Row(
        article,
        pages,
        len(lines),
        np.repeat(np.arange(len(documents), dtype=np.uint16), list(map(len, documents))),
        np.fromiter(chain.from_iterable(documents), np.int32),
        np.fromiter((min(count, 65_535) for one in documents for count in one.values()), np.uint16),
        tuple(heads),
        np.asarray(body, np.int32),
        np.repeat(np.arange(len(units), dtype=np.uint16), units),
        np.repeat(np.arange(len(pages.passages), dtype=np.uint16), [len(passage.units) for passage in pages.passages]),
        _sign(np.array([words.sums[token] for token in whole], np.uint32)),
    )


def _sign(sums: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The least of each of some hashes (Broder, "On the resemblance and containment of documents", 1997)."""
    if not len(sums):
        return np.zeros(_HASHES, np.uint32)
    mixed = sums[:, None] * _MULTIPLIERS + _ADDENDS
    mixed ^= mixed >> np.uint32(15)
    return (mixed * np.uint32(0x2C1B3C6D)).min(axis=0)


def _count(rows: Sequence[_Row], words: _Words) -> tuple[_Ints, _Ints, NDArray[np.float32]]:
    """Document, term and count of all documents: first the whole of each article, in their order, then their lines.

    Document, term and count are packed into one whole number, because sorting those is what numpy does fastest.
    """
    sizes, all_terms = _list_terms(words)
    ends = np.cumsum(sizes)
    parts: list[tuple[_Ints, _Ints, NDArray[np.float32]]] = []
    line = len(rows)
    for begin in range(0, len(rows), _CHUNK):
        documents: list[NDArray[np.int64]] = []
        chunk = rows[begin : begin + _CHUNK]
        for at, row in enumerate(chunk, begin):
            documents.append(np.where(row.document == 0, at, row.document + np.int64(line - 1)))
            line += row.lines
        token = np.concatenate([row.token for row in chunk])
        copies = sizes[token]
        spread = np.repeat(ends[token] - np.cumsum(copies), copies) + np.arange(int(copies.sum()))
        packed = (np.repeat(np.concatenate(documents), copies) * len(words.terms) + all_terms[spread]) << _COUNT_BITS
        packed |= np.repeat(np.concatenate([row.count for row in chunk]).astype(np.int64), copies)
        packed.sort()
        pair = packed >> _COUNT_BITS
        begins = np.flatnonzero(np.diff(pair, prepend=-1))
        if len(begins):
            total = np.add.reduceat(packed & ((1 << _COUNT_BITS) - 1), begins)
            document, term = np.divmod(pair[begins], len(words.terms))
            parts.append((document.astype(np.int32), term.astype(np.int32), total.astype(np.float32)))
    if not parts:
        return np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32)
    return (
        np.concatenate([part[0] for part in parts]),
        np.concatenate([part[1] for part in parts]),
        np.concatenate([part[2] for part in parts]),
    )


def _list_terms(words: _Words) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many terms each token has, and the terms of all tokens one after another."""
    sizes = np.fromiter(map(len, words.token_terms), np.int64, len(words.token_terms))
    return sizes, np.fromiter(chain.from_iterable(words.token_terms), np.int64, int(sizes.sum()))


_COUNT_BITS: Final = 20
_COMMON: Final = 0.5  # letters that more of the articles have say nothing
_FEW: Final = 300  # articles, of which each counts
_FULL: Final = 510  # points of a perfect match: 255 of the whole, 255 of a line
_NEAR_BYTES: Final = 8_000  # about, of `_Heard.near`
_HEARD_BYTES: Final = 48 << 20  # kept of what words of questions mean, a few thousand words
_MOST_TITLES: Final = 64  # asked to learn what is usual
_SEVERAL: Final = 4  # articles more than wanted are looked at, because twins fall out
_LEAST: Final = 0.01  # a share of this is rounding
_HASHES: Final = 64
_ALIKE_HASHES: Final = 54  # of 64 that agree: about six words of seven are the same
_BAND: Final = 4
_MULTIPLIERS: Final = np.arange(1, 2 * _HASHES, 2, dtype=np.uint32) * np.uint32(0x9E3779B1)
_ADDENDS: Final = np.arange(_HASHES, dtype=np.uint32) * np.uint32(0x85EBCA6B)


def _weigh(rows: tuple[_Row, ...], words: _Words, synonyms: Synonyms) -> Ranking:
    """Term counts as shares, ordered by term."""
    articles = len(rows)
    lines = np.array([row.lines for row in rows], np.int64)
    firsts = np.cumsum(lines) - lines
    size = articles + int(lines.sum())
    document, term, share = _count(rows, words)
    terms = len(words.terms)
    is_gram = np.fromiter((not name.startswith(_STEM_MARK) for name in words.terms), np.bool_, terms)
    # How many articles have a term decides what it is worth, in their lines too.
    have = np.bincount(term[document < articles], minlength=terms)
    idf = np.where(have > 0, np.log1p((articles - have + 0.5) / (have + 0.5)), 0.0)
    # A document's length over the mean of its like: stems and grams apart, whole articles and lines apart.
    kind = document * 2 + is_gram[term]
    length = np.bincount(kind, share, 2 * size).reshape(-1, 2)
    for part, (k1, b) in ((slice(articles), _WHOLE), (slice(articles, size), _LINE)):
        mean = length[part].sum(axis=0) / np.maximum((length[part] > 0).sum(axis=0), 1)
        length[part] = k1 * (1 - b + b * length[part] / np.maximum(mean, 1e-9)) * _PLAIN
    damping = length.astype(np.float32).ravel()[kind]
    del kind
    damping += share
    share /= damping
    del damping
    neighbours = None
    if articles in _LENDING:
        whole = (document < articles) & ~is_gram[term]
        neighbours = _find_neighbours(document[whole], term[whole], share[whole] * idf[term[whole]], words)
    if articles > _FEW:
        telling = ~(is_gram & (have > _COMMON * articles))[term]
        document, term, share = document[telling], term[telling], share[telling]
    # Sorting (term, position) as one whole number keeps documents in order within a term, which is kind to the cache.
    order = term.astype(np.int64)
    order <<= 32
    order |= np.arange(len(term))
    order.sort()
    order &= 0xFFFFFFFF
    starts = np.concatenate([[0], np.cumsum(np.bincount(term, minlength=terms))])
    sizes, token_terms = _list_terms(words)
    slugs = np.array([row.article.category for row in rows])
    said = _list_said(synonyms.get(words.language, ()))
    return Ranking(
        words.language,
        rows,
        words,
        starts.tolist(),
        document[order],
        np.rint(share[order] * 255).astype(np.uint8),
        firsts,
        np.repeat(np.arange(articles), lines),
        size,
        np.concatenate([[0], np.cumsum(np.bincount(token_terms, minlength=terms))]).tolist(),
        np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)[np.argsort(token_terms, kind="stable")],
        idf.tolist(),
        float(np.log1p((articles + 0.5) / 0.5)),
        _by_stem(synonyms.get(words.language, ()), words.language),
        said,
        _list_spelled(words, have, said),
        {slug: slugs == slug for slug in set(slugs.tolist())},
        {row.article.id: at for at, row in enumerate(rows)},
        _find_twins(rows),
        neighbours,
        EVERYDAY[words.language].difference(
            fold_token(token) for row in rows for token in read_tokens(row.article.title)
        ),
        0.0,
    )


_SKETCH: Final = 1024


def _find_neighbours(document: _Ints, term: _Ints, worth: _Shares, words: _Words) -> NDArray[np.intp]:
    """For each article, in columns, those whose words are most alike: cosines of sketches (Weinberger and others,
    "Feature hashing for large scale multitask learning", 2009).
    """
    # By their letters: numbers of terms are others in an index that grew.
    mixed = np.fromiter((crc32(name.encode()) for name in words.terms), np.uint32, len(words.terms))[term]
    articles = int(document[-1]) + 1
    signed = np.where(mixed >> np.uint32(31), -worth, worth)
    sketches = np.bincount(document * np.int64(_SKETCH) + mixed % _SKETCH, signed, articles * _SKETCH)
    sketches = sketches.reshape(articles, _SKETCH).astype(np.float32)
    sketches /= np.linalg.norm(sketches, axis=1, keepdims=True) + np.float32(1e-9)
    alike = sketches @ sketches.T
    np.fill_diagonal(alike, -1)
    return np.ascontiguousarray(np.argpartition(-alike, _NEIGHBOURS, axis=1)[:, :_NEIGHBOURS].T)


def _find_twins(rows: Sequence[_Row]) -> list[int]:
    """For each article the first that has nearly the same words. Those that share a band of hashes are compared."""
    twins = list(range(len(rows)))
    seen: dict[tuple[int, bytes], int] = {}
    for at, row in enumerate(rows):
        bands = [(band, row.signature[band : band + _BAND].tobytes()) for band in range(0, _HASHES, _BAND)]
        for band in bands:
            first = seen.setdefault(band, at)
            if first != at and np.count_nonzero(rows[first].signature == row.signature) >= _ALIKE_HASHES:
                twins[at] = twins[first]
                break
    return twins
