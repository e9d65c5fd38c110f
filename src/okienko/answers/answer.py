"""From a question to an answer that quotes an article, to a question back, or to "I do not know". Pure.

An answer is extractive: its words are the article's, letter by letter. Nothing here can make a sentence up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from okienko.answers.index import Hit, Index, Question, Ranking, find_terms, rank, read_question
from okienko.answers.passages import Passage, Unit
from okienko.answers.text import STOP_WORDS, fold_token, leave_out_placeholders, read_tokens
from okienko.values import Citation, Language, MaskedText

# Evidence is the best article's score and a little for standing clear of the second: a question of which most words
# are unknown is still answered when one article alone has the others.
_CLEAR: Final = 0.15
_LEAST_EVIDENCE: Final = 0.36  # below: nothing fits
# Two categories tie when the second's best article scores this share of the first's. One word alone says little.
_TIE: Final = 0.92
_TIE_OF_ONE_WORD: Final = 0.75
_MOST_CATEGORIES: Final = 3
# Confidence is a logistic curve through 98 questions of four help centres and 848 questions that none of them answers,
# two of the former to one of the latter: how often the first article was the right one.
_CURVE: Final = (-3.0, 6.4)

_TOLD: Final = 0.3  # what a word of the question says about a sentence when the title has it already
_LEAD: Final = 0.3  # how much better, in shares of the question, another passage must be than the opening one
_SENTENCES: Final = 3  # shown: the best one and its neighbours
_MOST_LETTERS: Final = 900  # a quote of steps may be this long

_DENIALS: Final = frozenset({"nie", "brak", "bez", "not", "no", "t", "cannot", "without"})
_HELLO: Final = """
    hej czesc siema witam witajcie dzien dobry wieczor halo elo hello hi hey yo good morning evening afternoon there
"""
_GREETINGS: Final = frozenset(_HELLO.split())
_THANK_YOU: Final = """
    dziekuje dziekujemy dzieki dzieks super ok okej oki dobra dobrze rozumiem jasne swietnie bardzo za pomoc thanks
    thank you great perfect cool got it understood okay very much pozdrawiam wszystko dziala juz
"""
_THANKS: Final = frozenset(_THANK_YOU.split())


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

    `greeting`: nothing was asked yet. `thanks`: nothing is asked any more. `unclear`: no word that could be looked up.
    `nothing`: no article fits.
    """

    reason: Literal["greeting", "thanks", "unclear", "nothing"]
    confidence: float = 0.0  # of the best article that was not good enough


def answer(
    index: Index, question: MaskedText, *, language: Language, category: str | None
) -> Answer | Clarify | Refuse:
    """Answer from the articles, those in the customer's language first; with a category, from that category alone."""
    tokens = read_tokens(leave_out_placeholders(question.text))
    folded = [fold_token(token) for token in tokens]
    if folded and all(token in _GREETINGS for token in folded):
        return Refuse(reason="greeting")
    if folded and all(token in _THANKS for token in folded):
        return Refuse(reason="thanks")
    content = {token for token in folded if len(token) > 1 and token not in STOP_WORDS[language]}
    if not content:
        return Refuse(reason="unclear")
    tie = _TIE if len(content) > 1 else _TIE_OF_ONE_WORD
    best = 0.0
    for ranking in sorted(
        index.rankings.values(), key=lambda ranking: (ranking.language != language, ranking.language)
    ):
        read = read_question(ranking, tokens)
        hits = rank(ranking, read, category=category)
        evidence = _weigh(hits)
        best = max(best, evidence)
        if evidence < _LEAST_EVIDENCE:
            continue
        tied = _tied(hits, tie)
        if category is None and len(tied) > 1:
            return Clarify(categories=tied, confidence=_confidence(evidence))
        return _quote(ranking, read, hits[0], _confidence(evidence))
    return Refuse(reason="nothing", confidence=_confidence(best))


def _weigh(hits: Sequence[Hit]) -> float:
    if not hits:
        return 0.0
    second = hits[1].score if len(hits) > 1 else 0.0
    return hits[0].score + _CLEAR * (1 - second / hits[0].score)


def _tied(hits: Sequence[Hit], tie: float) -> tuple[str, ...]:
    near = [hit.article.category for hit in hits if hit.score >= tie * hits[0].score]
    return tuple(dict.fromkeys(near))[:_MOST_CATEGORIES]


def _confidence(evidence: float) -> float:
    return round(1 / (1 + math.exp(-_CURVE[0] - _CURVE[1] * evidence)), 3)


def _quote(ranking: Ranking, question: Question, hit: Hit, confidence: float) -> Answer:
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
    return Answer(text=quote, citations=(citation,), category=article.category, confidence=confidence)


def _choose(ranking: Ranking, question: Question, hit: Hit) -> tuple[int, int]:
    """The sentences to quote, as offsets into the article's text.

    A word that the title has says little about where in the article the answer is, so the article's opening is quoted
    unless a heading or the question's other words point elsewhere.
    """
    text = hit.pages.text
    told = find_terms(ranking, question, hit.article.title)
    worth = {term: value * (_TOLD if term in told else 1) for term, value in question.worth.items()}
    whole = sum(question.worth.values())
    affirms = question.tokens.isdisjoint(_DENIALS)
    opening = hit.pages.passages[0]
    candidates = {passage.start: passage for passage in (opening, *hit.passages)}
    units = {
        start: [find_terms(ranking, question, text[unit.start : unit.end]) for unit in passage.units]
        for start, passage in candidates.items()
    }

    def fit(passage: Passage) -> float:
        inside = sum(worth[term] for term in set[int]().union(*units[passage.start]))
        # A heading points here when it says most of the question, hence the square; "The deposit has not come back"
        # answers only somebody who says "not".
        pointed = 0.0
        if passage.heading and (not affirms or _DENIALS.isdisjoint(read_tokens(passage.heading))):
            pointed = sum(question.worth[term] for term in find_terms(ranking, question, passage.heading))
        return inside + pointed * pointed / whole + _LEAD * whole * (passage is opening)

    passage = max(candidates.values(), key=fit)
    fits = [sum(worth[term] for term in found) for found in units[passage.start]]
    first, last = _window(passage.units, fits.index(max(fits)))
    return passage.units[first].start, passage.units[last].end


def _window(units: Sequence[Unit], best: int) -> tuple[int, int]:
    """The best unit with its neighbours; a list is shown from the sentence that leads to it to its last item."""
    first = max(0, min(best - _SENTENCES // 2, len(units) - _SENTENCES))
    last = min(len(units), first + _SENTENCES) - 1
    for edge in (best, first, last):
        if units[edge].kind == "sentence":
            continue
        begin, end = edge, edge
        while begin > 0 and units[begin].block == units[edge].block:
            begin -= 1
        while end + 1 < len(units) and units[end + 1].block == units[edge].block:
            end += 1
        begin, end = min(begin, first), max(end, last)
        if units[end].end - units[begin].start <= _MOST_LETTERS:
            first, last = begin, end
    return first, last
