"""Search over the passages of a help centre: two readings of every word, ranked by BM25. Pure; numpy arrays only.

Every article is ranked twice, as its best passage and as a whole, and every document is read twice, as stems and as
folded character 4-grams. The impact of a term on a document (Robertson and Zaragoza, "The Probabilistic Relevance
Framework", 2009) does not depend on the question, so it is computed when the index is built. What the letters of a
word say for each article is added up when it is first asked, and a question then only adds up its words. A score is
the share of the best imaginable match: what was matched over what a document made of the question alone would get. So
it lies between 0 and 1, compares between questions, and words that no article knows pull it down, which is what lets
an answer be refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain, islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from okienko.answers.passages import Article, Pages, Passage, cut_passages
from okienko.answers.text import STOP_WORDS, cut_grams, fold, fold_token, leave_out_placeholders, read_tokens, stem
from okienko.values import Language

_K1: Final = 1.5
_B: Final = 0.5
# Weights of the fields, in tenths: whole numbers, so that counts can be sorted and summed exactly.
_TITLE: Final = 20
_DESCRIPTION: Final = 7
_BODY: Final = 10
_CHUNK: Final = 128  # articles analysed at once; bounds the memory that a build borrows
_MOST_WORDS: Final = 64  # of a question, each once; a letter of ten pages asks its question early
_PASSAGES: Final = 3  # of a hit, looked at closely
_STEM_MARK: Final = "="  # tells the stem "kont" from the 4-gram "kont"

_Ints = NDArray[np.int32]
_Shares = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article that fits a question, and where in it."""

    article: Article
    pages: Pages
    score: float  # 0…1: the share of the best imaginable match
    heights: Sequence[float]  # of its passages, in their order: the share that each has

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Up to three, the best first."""
        order = sorted(range(len(self.heights)), key=lambda nth: -self.heights[nth])[:_PASSAGES]
        return tuple(self.pages.passages[nth] for nth in order)


@dataclass(frozen=True, slots=True)
class _Row:
    """One analysed article: its term counts, for its passages first and then as a whole."""

    article: Article
    pages: Pages
    document: _Ints  # which passage, by position; ascending
    term: _Ints
    count: NDArray[np.uint16]  # tenths
    whole_term: _Ints
    whole_count: NDArray[np.uint16]


@dataclass(slots=True)
class _Words:
    """What has been learnt about words so far. Each index copies it from the one before and adds to its own copy."""

    language: Language
    tokens: dict[str, int] = field(default_factory=dict[str, int])
    token_terms: list[tuple[int, ...]] = field(default_factory=list[tuple[int, ...]])
    terms: dict[str, int] = field(default_factory=dict[str, int])
    spellings: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])  # folded token → tokens
    # Sentences that were considered for a quote, as tokens: what is asked often is quoted often.
    sentences: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])

    def copy(self) -> _Words:
        """Another one that may grow without this one noticing."""
        return _Words(
            self.language, self.tokens.copy(), self.token_terms.copy(), self.terms.copy(), self.spellings.copy()
        )

    def read(self, sentence: str) -> tuple[int, ...]:
        """The known tokens of a sentence of an article."""
        known = self.sentences.get(sentence)
        if known is None:
            numbers = self.tokens
            known = tuple(numbers[token] for token in read_tokens(sentence) if token in numbers)
            if len(self.sentences) >= _MOST_SENTENCES:
                self.sentences.clear()
            self.sentences[sentence] = known
        return known

    def number(self, token: str) -> int:
        """The number of a token, learning it when it is new."""
        known = self.tokens.get(token)
        if known is not None:
            return known
        terms = self.terms
        self.token_terms.append(tuple(terms.setdefault(term, len(terms)) for term in _terms_of(token, self.language)))
        folded = fold(token)
        self.spellings[folded] = (*self.spellings.get(folded, ()), token)
        self.tokens[token] = len(self.tokens)
        return len(self.tokens) - 1


@dataclass(frozen=True, slots=True)
class Ranking:
    """The articles of one language, ready to be ranked."""

    language: Language
    rows: tuple[_Row, ...]
    words: _Words
    # Whole articles, by term: who has it and what that is worth. They are scored first.
    starts: list[int]  # of each term's stretch in `documents` and `impacts`
    documents: _Ints  # positions in `rows`
    impacts: NDArray[np.float32]
    # Passages, by article: which terms they have. Only those of the best articles are scored.
    firsts: list[int]  # of each article's stretch in the three that follow; at last, their end
    inner_passages: _Ints  # the first passage of its article is 0
    inner_terms: _Ints
    inner_impacts: NDArray[np.float32]
    idf: list[float]  # of each term; 0.0 for a term that no article has
    unknown: float  # idf of what no article has
    categories: Mapping[str, NDArray[np.bool_]]
    heard: dict[str, _Heard] = field(default_factory=dict[str, "_Heard"])  # folded words of questions


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a word of a question means to a ranking."""

    stems: tuple[int, ...]  # of all its spellings
    grams: tuple[int, ...]
    ideal: tuple[float, float]  # what a perfect match would get, by stems and by grams
    points: NDArray[np.uint16]  # what each article gets by grams; many hold letters of a word, few its stem


@dataclass(frozen=True, slots=True)
class Index:
    """The published articles of a brand, searchable. Immutable: a change builds another one."""

    rankings: Mapping[Language, Ranking]

    @property
    def size(self) -> int:
        """How many articles it holds."""
        return sum(len(ranking.rows) for ranking in self.rankings.values())


@dataclass(frozen=True, slots=True)
class Question:
    """A question as terms."""

    tokens: frozenset[str]  # folded, stop words too
    weights: Mapping[int, float]  # times the impacts of a perfect match they sum up to 1
    worth: Mapping[int, float]  # what finding the term in a sentence is worth
    shares: _Shares  # of a perfect match, that each article as a whole has
    # Which of its terms a token has, as far as sentences have been read for it.
    heard: dict[int, set[int]] = field(default_factory=dict[int, set[int]])


def build_index(articles: Iterable[Article], previous: Index | None = None) -> Index:
    """Index the articles (one version of each). What `previous` holds unchanged is not analysed again.

    The order of the articles does not matter. Articles without a word are left out.
    """
    spoken: dict[Language, list[Article]] = {}
    for article in sorted(articles, key=lambda article: article.id):
        spoken.setdefault(article.language, []).append(article)
    before: Mapping[Language, Ranking] = previous.rankings if previous else {}
    rankings: dict[Language, Ranking] = {}
    for language, found in spoken.items():
        ranking = _build_ranking(language, found, before.get(language))
        if ranking is not None:
            rankings[language] = ranking
    return Index(rankings)


def read_question(ranking: Ranking, read: Sequence[str]) -> Question:
    """The terms of a question that was read as tokens. Stop words do not count; no words, no terms.

    It is read without its diacritics: a word typed without them is every word that it may stand for.
    """
    heard, spellings = ranking.heard, ranking.words.spellings
    stop = STOP_WORDS[ranking.language]
    tokens = {fold_token(token): token for token in read}
    words: list[_Heard] = []
    for folded, token in islice(((one, other) for one, other in tokens.items() if one not in stop), _MOST_WORDS):
        if folded not in spellings and any(letter.isdigit() for letter in folded):
            continue  # an order number, an amount: it neither finds an article nor speaks against one
        known = heard.get(folded)
        if known is None:
            known = _hear(ranking, folded, token)
            if len(heard) * known.points.nbytes > _HEARD_BYTES:
                heard.clear()
            heard[folded] = known
        words.append(known)
    ideals = (sum(word.ideal[0] for word in words), sum(word.ideal[1] for word in words))
    scale = (
        1 / (2 * (_K1 + 1) * ideals[0]) if ideals[0] else 0.0,
        1 / (2 * (_K1 + 1) * ideals[1]) if ideals[1] else 0.0,
    )
    weights: dict[int, float] = {}
    for word in words:
        for number in word.stems:
            weights[number] = weights.get(number, 0.0) + scale[0] / len(word.stems)
        for number in word.grams:
            weights[number] = weights.get(number, 0.0) + scale[1]
    idf = ranking.idf
    worth = {number: weight * idf[number] for number, weight in weights.items()}
    return Question(frozenset(tokens), weights, worth, _score_articles(ranking, words, scale))


def _score_articles(ranking: Ranking, words: Sequence[_Heard], scale: tuple[float, float]) -> _Shares:
    points = np.zeros(len(ranking.rows), np.int32)
    for word in words:
        points += word.points
    shares: _Shares = points * np.float64(scale[1] / _POINTS)
    starts = ranking.starts
    stretches = [
        (slice(starts[stem], starts[stem + 1]), scale[0] / len(word.stems)) for word in words for stem in word.stems
    ]
    if stretches:
        impacts = np.concatenate([ranking.impacts[stretch] * np.float32(weight) for stretch, weight in stretches])
        documents = np.concatenate([ranking.documents[stretch] for stretch, _ in stretches])
        shares += np.bincount(documents, impacts, len(shares))
    return shares


def _hear(ranking: Ranking, folded: str, token: str) -> _Heard:
    words, idf = ranking.words, ranking.idf
    spellings = words.spellings.get(folded, (token,))
    stems = {words.terms.get(_STEM_MARK + stem(spelling, ranking.language), -1) for spelling in spellings}
    known = tuple(number for number in stems if number >= 0 and idf[number] > 0)
    grams = [words.terms.get(gram, -1) for gram in cut_grams(folded)]
    found = tuple(number for number in grams if number >= 0 and idf[number] > 0)
    ideal = (
        sum(idf[number] for number in known) / len(known) if known else ranking.unknown,
        sum(idf[number] for number in found) + (len(grams) - len(found)) * ranking.unknown,
    )
    points = np.zeros(len(ranking.rows), np.float32)
    for gram in found:
        stretch = slice(ranking.starts[gram], ranking.starts[gram + 1])
        points[ranking.documents[stretch]] += ranking.impacts[stretch]  # an article has a term once
    return _Heard(known, found, ideal, np.minimum(points * _POINTS, 65_535).astype(np.uint16))


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
    """`search` for a question that has been read already."""
    wanted = ranking.categories.get(category) if category is not None else None
    if not question.weights or (category is not None and wanted is None):
        return ()
    articles = question.shares if wanted is None else question.shares * wanted
    several = max(_SEVERAL, limit)
    found = np.argpartition(articles, -several)[-several:] if several < len(articles) else np.arange(len(articles))
    found = found[articles[found] > 0]
    positions: list[int] = found.tolist()
    shares: list[float] = articles[found].tolist()
    inside = _score_passages(ranking, question, positions)
    scored = [
        (min(1.0, (share + max(heights)) / 2), ranking.rows[position], heights)
        for position, share, heights in zip(positions, shares, inside, strict=True)
    ]
    scored.sort(key=lambda one: (-one[0], one[1].article.id))
    return tuple(
        Hit(article=row.article, pages=row.pages, score=score, heights=heights)
        for score, row, heights in scored[:limit]
    )


def find_terms(ranking: Ranking, question: Question, text: str) -> set[int]:
    """The terms of a question that a stretch of an article's text contains."""
    terms, worth, heard = ranking.words.token_terms, question.worth, question.heard
    found: set[int] = set()
    for number in ranking.words.read(text):
        asked = heard.get(number)
        if asked is None:
            asked = heard[number] = worth.keys() & terms[number]
        if asked:
            found |= asked
    return found


def _score_passages(ranking: Ranking, question: Question, positions: Sequence[int]) -> list[list[float]]:
    """The share of a perfect match that each passage of these articles has."""
    if not positions:
        return []
    weights = np.zeros(len(ranking.idf), np.float32)
    weights[list(question.weights)] = list(question.weights.values())
    stretches = [slice(ranking.firsts[position], ranking.firsts[position + 1]) for position in positions]
    spans = [len(ranking.rows[position].pages.passages) for position in positions]
    ends = list(accumulate(spans))
    begins = [end - span for end, span in zip(ends, spans, strict=True)]
    passages = np.concatenate([ranking.inner_passages[stretch] for stretch in stretches])
    passages += np.repeat(np.array(begins, np.int32), [stretch.stop - stretch.start for stretch in stretches])
    shares = weights[np.concatenate([ranking.inner_terms[stretch] for stretch in stretches])]
    shares *= np.concatenate([ranking.inner_impacts[stretch] for stretch in stretches])
    heights: list[float] = np.bincount(passages, shares, ends[-1]).tolist()
    return [heights[begin:end] for begin, end in zip(begins, ends, strict=True)]


def _terms_of(token: str, language: Language) -> list[str]:
    root = stem(token, language)
    return [_STEM_MARK + root, *cut_grams(fold(token))] if root else []


def _build_ranking(language: Language, articles: Sequence[Article], previous: Ranking | None) -> Ranking | None:
    words = previous.words.copy() if previous else _Words(language)
    known = {row.article.id: row for row in previous.rows} if previous else {}
    rows: dict[str, _Row] = {}
    fresh: list[Article] = []
    for article in articles:
        row = known.get(article.id)
        if row is not None and _same_words(row.article, article):
            rows[article.id] = row if row.article == article else replace(row, article=article)
        else:
            fresh.append(article)
    for chunk in range(0, len(fresh), _CHUNK):
        rows.update((row.article.id, row) for row in _analyse(fresh[chunk : chunk + _CHUNK], words))
    ordered = sorted(rows.values(), key=lambda row: row.article.id)
    return _weigh(tuple(ordered), words) if ordered else None


def _same_words(one: Article, other: Article) -> bool:
    return (one.title, one.description, one.body) == (other.title, other.description, other.body)


def _analyse(articles: Sequence[Article], words: _Words) -> list[_Row]:
    """Count the terms of each passage and of each whole article, for many articles at once."""
    read = [(article, cut_passages(article.body)) for article in articles]
    read = [(article, pages) for article, pages in read if pages.passages]
    tokens: list[int] = []
    stretches: list[tuple[int, int, int]] = []  # document, weight, how many tokens
    document = 0
    first: list[int] = []  # each article's first document: its passages, then the article as a whole

    def take(text: str, weight: int, document: int) -> list[int]:
        found = [words.number(token) for token in read_tokens(text)]
        tokens.extend(found)
        stretches.append((document, weight, len(found)))
        return found

    for article, pages in read:
        first.append(document)
        whole = document + len(pages.passages)
        for text, weight in ((article.title, _TITLE), (article.description, _DESCRIPTION)):
            found = take(text, weight, whole)
            for at in range(document, whole):
                tokens.extend(found)
                stretches.append((at, weight, len(found)))
        for at, passage in enumerate(pages.passages, document):
            found = take(f"{passage.heading} {passage.text}", _BODY, at)
            tokens.extend(found)
            stretches.append((whole, _BODY, len(found)))
        document = whole + 1
    if not stretches:
        return []
    documents, terms, counts = _count(tokens, stretches, words)
    rows: list[_Row] = []
    for (article, pages), begin in zip(read, first, strict=True):
        whole = begin + len(pages.passages)
        start, middle, end = np.searchsorted(documents, (begin, whole, whole + 1))
        rows.append(
            _Row(
                article,
                pages,
                (documents[start:middle] - begin).astype(np.int32),
                terms[start:middle],
                counts[start:middle],
                terms[middle:end],
                counts[middle:end],
            )
        )
    return rows


def _count(
    tokens: Sequence[int], stretches: Sequence[tuple[int, int, int]], words: _Words
) -> tuple[NDArray[np.int64], _Ints, NDArray[np.uint16]]:
    """Weighted counts of the terms of each document, ordered by document and term.

    Document, term and weight are packed into one whole number, because sorting those is what numpy does fastest.
    """
    lengths = [length for _, _, length in stretches]
    document = np.repeat([at for at, _, _ in stretches], lengths).astype(np.int64)
    weight = np.repeat([heavy for _, heavy, _ in stretches], lengths).astype(np.int64)
    token = np.asarray(tokens, np.int64)
    # Same token, same document: add up first, because a token is eight terms.
    document, token, weight = _add_up(document, token, weight, len(words.tokens))
    sizes = np.fromiter(map(len, words.token_terms), np.int64, len(words.token_terms))
    all_terms = np.fromiter(chain.from_iterable(words.token_terms), np.int64, int(sizes.sum()))
    ends = np.cumsum(sizes)
    copies = sizes[token]
    spread = np.repeat(ends[token] - np.cumsum(copies), copies) + np.arange(int(copies.sum()))
    document, term, count = _add_up(
        np.repeat(document, copies), all_terms[spread], np.repeat(weight, copies), len(words.terms)
    )
    return document, term.astype(np.int32), np.minimum(count, 65_535).astype(np.uint16)


_WEIGHT_BITS: Final = 20
_MOST_SENTENCES: Final = 30_000  # kept as tokens, for quoting
_POINTS: Final = 100  # to one of BM25: in whole numbers, the letters of a word take two bytes an article
_HEARD_BYTES: Final = 24 << 20  # kept of what words of questions mean; then begun anew
_SEVERAL: Final = 8  # articles, the best as a whole, are looked into


def _add_up(
    document: NDArray[np.int64], item: NDArray[np.int64], weight: NDArray[np.int64], items: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    packed = np.sort(((document * items + item) << _WEIGHT_BITS) | np.minimum(weight, (1 << _WEIGHT_BITS) - 1))
    pair = packed >> _WEIGHT_BITS
    begins = np.flatnonzero(np.diff(pair, prepend=-1))
    total = np.add.reduceat(packed & ((1 << _WEIGHT_BITS) - 1), begins) if len(begins) else packed
    pair = pair[begins]
    return pair // max(items, 1), pair % max(items, 1), total


def _weigh(rows: tuple[_Row, ...], words: _Words) -> Ranking:
    """Term counts as impacts, ordered by term."""
    spans = np.array([len(row.pages.passages) for row in rows], np.int64)
    firsts = np.concatenate([[0], np.cumsum(spans)])
    passages, articles = int(firsts[-1]), len(rows)
    term = np.concatenate([row.term for row in rows] + [row.whole_term for row in rows])
    document = np.concatenate(
        [row.document + np.int32(first) for first, row in zip(firsts.tolist(), rows, strict=False)]
        + [np.full(len(row.whole_term), passages + at, np.int32) for at, row in enumerate(rows)]
    )
    impact = np.concatenate([row.count for row in rows] + [row.whole_count for row in rows]).astype(np.float32)
    impact /= _BODY  # counts, until they are weighed
    terms = len(words.terms)
    is_gram = np.fromiter((not name.startswith(_STEM_MARK) for name in words.terms), np.bool_, terms)
    # How many articles have a term decides what it is worth, in their passages too.
    have = np.bincount(np.concatenate([row.whole_term for row in rows]), minlength=terms)
    idf = np.where(have > 0, np.log1p((articles - have + 0.5) / (have + 0.5)), 0.0)
    # A document's length over the mean of its like: stems and grams apart, passages and whole articles apart.
    kind = document * 2 + is_gram[term]
    length = np.bincount(kind, impact, 2 * (passages + articles)).reshape(-1, 2)
    length[:passages] /= np.maximum(length[:passages].mean(axis=0), 1e-9)
    length[passages:] /= np.maximum(length[passages:].mean(axis=0), 1e-9)
    damping = (_K1 * (1 - _B + _B * length)).astype(np.float32).ravel()[kind]
    del kind
    damping += impact
    impact /= damping
    del damping
    impact *= (idf * (_K1 + 1)).astype(np.float32)[term]
    # Passages come first in these lists; from here on whole articles go by term.
    inner = [len(row.term) for row in rows]
    split = sum(inner)
    inner_terms, inner_impacts = term[:split], impact[:split]
    term, document, impact = term[split:], document[split:] - np.int32(passages), impact[split:]
    # Sorting (term, position) as one whole number keeps documents in order within a term, which is kind to the cache.
    order = term.astype(np.int64)
    order <<= 32
    order |= np.arange(len(term))
    order.sort()
    order &= 0xFFFFFFFF
    starts = np.concatenate([[0], np.cumsum(np.bincount(term, minlength=terms))])
    slugs = np.array([row.article.category for row in rows])
    return Ranking(
        words.language,
        rows,
        words,
        starts.tolist(),
        document[order],
        impact[order],
        [0, *accumulate(inner)],
        np.concatenate([row.document for row in rows]),
        inner_terms,
        inner_impacts,
        idf.tolist(),
        float(np.log1p((len(rows) + 0.5) / 0.5)),
        {slug: slugs == slug for slug in set(slugs.tolist())},
    )
