"""From a question to an answer that quotes an article, to a question back, or to "I do not know". Pure.

An answer is extractive: its words are the article's, letter by letter. Nothing here can make a sentence up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from okienko.answers.index import Hit, Index, Question, Ranking, rank, read_question, weigh_words
from okienko.answers.passages import Unit
from okienko.answers.text import PLACEHOLDER, STOP_WORDS, fold, read_tokens
from okienko.values import Citation, Language, MaskedText

_LEAST_SCORE: Final = 0.30  # below: nothing fits
_TIE: Final = 0.92  # two categories tie when the second's best article scores this share of the first's
_MOST_CATEGORIES: Final = 3
_WINDOW: Final = 1  # sentences shown before and after the best one
_MOST_LETTERS: Final = 900  # a quote of steps may be this long

_HELLO: Final = """
    hej czesc siema witam witajcie dzien dobry wieczor halo elo hello hi hey yo good morning evening afternoon there
"""
_GREETINGS: Final = frozenset(_HELLO.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Words of one article."""

    text: str  # the quote
    citations: tuple[Citation, ...]
    category: str
    confidence: float  # 0…1: how often an answer with this score quoted the right article


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarify:
    """Articles of several categories fit equally well: ask which is meant."""

    categories: tuple[str, ...]  # two or three slugs, the likeliest first
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """No answer.

    `greeting`: nothing was asked yet. `unclear`: no word that could be looked up. `nothing`: no article fits.
    """

    reason: Literal["greeting", "unclear", "nothing"]
    confidence: float = 0.0  # of the best article that was not good enough


def answer(
    index: Index, question: MaskedText, *, language: Language, category: str | None
) -> Answer | Clarify | Refuse:
    """Answer from the articles, those in the customer's language first; with a category, from that category alone."""
    said = PLACEHOLDER.sub(" ", question.text)
    folded = [fold(token) for token in read_tokens(said)]
    if folded and all(token in _GREETINGS for token in folded):
        return Refuse(reason="greeting")
    if all(len(token) < 2 or token in STOP_WORDS[language] for token in folded):
        return Refuse(reason="unclear")
    best = 0.0
    for ranking in sorted(
        index.rankings.values(), key=lambda ranking: (ranking.language != language, ranking.language)
    ):
        read = read_question(ranking, said)
        hits = rank(ranking, read, category=category)
        if not hits or hits[0].score < _LEAST_SCORE:
            best = max(best, hits[0].score if hits else 0.0)
            continue
        if category is None and len(tied := _tied(hits)) > 1:
            return Clarify(categories=tied, confidence=_confidence(hits[0].score))
        return _quote(ranking, read, hits[0])
    return Refuse(reason="nothing", confidence=_confidence(best))


def _tied(hits: Sequence[Hit]) -> tuple[str, ...]:
    near = [hit.article.category for hit in hits if hit.score >= _TIE * hits[0].score]
    return tuple(dict.fromkeys(near))[:_MOST_CATEGORIES]


def _confidence(score: float) -> float:
    return round(1 / (1 + math.exp(-10 * (score - 0.4))), 3)


def _quote(ranking: Ranking, question: Question, hit: Hit) -> Answer:
    start, end = _choose(ranking, question, hit)
    quote = hit.pages.text[start:end]
    article = hit.article
    citation = Citation(
        article=article.id,
        language=article.language,
        version=article.version,
        title=article.title,
        quote=quote,
        published=article.published,
    )
    return Answer(text=quote, citations=(citation,), category=article.category, confidence=_confidence(hit.score))


def _choose(ranking: Ranking, question: Question, hit: Hit) -> tuple[int, int]:
    """The best unit of the passage with its neighbours; steps come as a list, with the sentence that leads to them."""
    units = hit.passage.units
    text = hit.pages.text
    weights = [weigh_words(ranking, question, text[unit.start : unit.end]) for unit in units]
    at = max(range(len(units)), key=lambda nth: weights[nth])
    first, last = max(0, at - _WINDOW), min(len(units) - 1, at + _WINDOW)
    for edge in (first, at, last):
        if units[edge].kind != "sentence":
            begin, finish = _list_around(units, edge)
            if units[finish].end - units[min(begin, first)].start <= _MOST_LETTERS:
                first, last = min(begin, first), max(finish, last)
    return units[first].start, units[last].end


def _list_around(units: Sequence[Unit], at: int) -> tuple[int, int]:
    """The list that a unit belongs to, and the sentence that leads to it."""
    first = last = at
    while first > 0 and units[first - 1].block == units[at].block:
        first -= 1
    while last + 1 < len(units) and units[last + 1].block == units[at].block:
        last += 1
    return max(0, first - 1), last
