"""From a question to an answer that quotes an article, to a question back, or to "I do not know". Pure.

An answer is extractive: its words are the article's, letter by letter. Nothing here can make a sentence up.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from okienko.answers.index import (
    Hit,
    Index,
    Ranking,
    find_hit,
    rank,
    read_best,
    read_closely,
    read_headings,
    read_passages,
    read_question,
    read_title,
)
from okienko.answers.meaning.rule import Heard, Likeness, weigh
from okienko.answers.passages import Unit
from okienko.answers.text import STOP_WORDS, fold_token, leave_out_placeholders, read_tokens
from okienko.values import ARTICLE, Citation, Language, MaskedText

# How often the first article is the right one: a logistic curve over its score, as a share of what titles of this help
# centre score with articles that are not theirs (`Ranking.usual`), and over its lead over the second. Fitted to 526
# questions of three help centres of 153 to 2,957 articles, to 220 whose article was taken away, and to 450 that none of
# them answers. In a help centre that it was not fitted to: AUC 0.72 to 0.90. Fitted before articles that nearly tie
# were read closely, and kept: fitted again it is stricter, most of all in small help centres.
_CURVE: Final = (-2.93, 1.32, 19.46)
_LEAST_USUAL: Final = 0.3  # a help centre of a few articles has hardly a title that says a word of another
_MOST_SURE: Final = 0.99
_LEAST: Final = 0.5  # below: asked back, or nothing fits
# One article says nearly all of a question of several words in one sentence, and no other does: three times of four it
# is the right one, however little its words lead. One question in three hundred is like that.
_WHOLE: Final = 0.8
_WORDS_OF_WHOLE: Final = 4
_LEAD_OF_WHOLE: Final = 0.1
_SURE_OF_WHOLE: Final = 0.6
# An article is worth asking about with so much confidence, or with such a share of what is usual: one word of a long
# story says little. Half of what should find nothing in a shop has less, and one in thirty of its customers' questions.
_ASKED_BACK: Final = 0.3
_SHARE_ASKED_BACK: Final = 0.22
_LEAST_ASKED_BACK: Final = 0.03
_MOST_OFFERED: Final = 5
# Two categories tie when the second's best article scores this share of the first's. One word alone says little.
_TIE: Final = 0.92
_TIE_OF_ONE_WORD: Final = 0.75
_MOST_CATEGORIES: Final = 3

# Where one question ends and another begins: "jak zmienić hasło i ile kosztuje wysyłka".
_ASKS: Final = (
    r"(?:jak|ile|gdzie|kiedy|czy|co|kto|jak[aieą]\w*|dlaczego|czemu|sk[aą]d|kt[oó]r\w+|po ile|za ile"
    r"|how|what|where|when|which|why|who|can|could|do|does|is|are|will|may)"
)
_NEXT: Final = re.compile(
    rf"(?:[?.!;\n]+\s*|,\s*|\s)(?:(?:i|oraz|a|a także|a jeszcze|and|also|plus)\s+)?(?={_ASKS}\b)", re.IGNORECASE
)
_BREAK: Final = re.compile(r"[?;\n]|\b(?:i|oraz|a|także|jeszcze|and|also|plus)\s+$", re.IGNORECASE)
_JOINS: Final = re.compile(r"[?;\n]|\b(?:i|oraz|a|także|jeszcze|and|also|plus)\s", re.IGNORECASE)  # what `_BREAK` needs
_STARTS: Final = re.compile(rf"(?:\W*\w+){{0,3}}?\W*\b{_ASKS}\b", re.IGNORECASE)

# A sentence, and what one has that asks, wants or cannot.
_SENTENCE: Final = re.compile(r"[^.!?\n]+[.!?\n]*")
_WANTS: Final = re.compile(
    rf"""\?|\b(?:{_ASKS}|nie|chc[ęe]|chcia[łl]\w*|prosz[ęe]|potrzebuj\w+|szukam|not|\w+n['’]t|want|need|please)\b""",
    re.IGNORECASE,
)
_DIGIT: Final = re.compile(r"\d")
_SURE: Final = 0.9  # of what one sentence of several asks
_LIKELIEST: Final = 2  # of what the whole asks, the answer to one sentence must be among them

_TOLD: Final = 0.3  # what a word of the question says about a sentence when the title has it already
_LEAD: Final = 0.3  # how much better, in shares of the question, another passage must be than the opening one
_SENTENCES: Final = 3  # shown: the best one and its neighbours
_MOST_LETTERS: Final = 1500  # a quote of steps may be this long, and a question is taken apart so far

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
    """Words of one article, or of two when two things were asked."""

    text: str  # the quotes, an empty line between two
    citations: tuple[Citation, ...]
    category: str
    confidence: float  # 0…1: how often an answer with this score quoted the right article


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarify:
    """Ask which is meant: articles of several categories fit equally well, or none well enough to be quoted."""

    categories: tuple[str, ...] = ()  # two or three slugs, the likeliest first
    articles: tuple[Citation, ...] = ()  # up to five, the likeliest first, each with what it is about as its quote
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
    index: Index, question: MaskedText, *, language: Language, category: str | None, heard: Heard | None = None
) -> Answer | Clarify | Refuse:
    """Answer from the articles, those in the customer's language first; with a category, from that category alone.

    `category` may name one article instead, as `ARTICLE` and its id: it is quoted, however little it fits.

    What asks two things is answered in two parts, each with its citation. `heard`: what an encoder makes of the whole
    and of its parts; what is not among it is answered by words alone.
    """
    heard = heard or {}
    text = leave_out_placeholders(question.text)
    tokens = read_tokens(text)
    if category is not None and category.startswith(ARTICLE):
        return _answer_from(index, tokens, language, category.removeprefix(ARTICLE))
    folded = [fold_token(token) for token in tokens]
    if folded and _GREETINGS.issuperset(folded):
        return Refuse(reason="greeting")
    if folded and _THANKS.issuperset(folded):
        return Refuse(reason="thanks")
    content = {token for token in folded if len(token) > 1 and token not in STOP_WORDS[language]}
    if not content:
        return Refuse(reason="unclear")
    found = [_look_up(index, read_tokens(part), language, category, heard.get(part, {})) for part in split_parts(text)]
    answered = [one for one in found if isinstance(one, Answer)]
    if len(answered) == 2:
        one, other = answered
        if one.citations[0].article != other.citations[0].article:
            return _put_together(one, other)
    whole = _look_up(index, tokens, language, category, heard.get(text, {}))
    if isinstance(whole, Answer) or (isinstance(whole, Clarify) and not whole.articles):
        return whole
    return answered[0] if answered else _look_up_what_asks(index, text, whole, language, category) or whole


def _look_up_what_asks(
    index: Index, text: str, whole: Clarify | Refuse, language: Language, category: str | None
) -> Answer | None:
    """The answer to the last sentence that asks, when the whole points there too: what is said before it may be of no
    matter, such as "ignore my last message". Numbers are of a customer's own case, and matter.
    """
    if not isinstance(whole, Clarify) or _DIGIT.search(text):
        return None
    asks = [sentence for sentence in _SENTENCE.findall(text[-_MOST_LETTERS:]) if _WANTS.search(sentence)]
    if not asks or asks[-1].strip() == text.strip():
        return None
    found = _look_up(index, read_tokens(asks[-1]), language, category, {})
    if not isinstance(found, Answer) or found.confidence < _SURE:
        return None
    likeliest = {citation.article for citation in whole.articles[:_LIKELIEST]}
    return found if found.citations[0].article in likeliest else None


def read_texts(question: MaskedText) -> list[str]:
    """What `answer` looks up of a question: the whole of it, and its parts. So they are named in `heard`."""
    text = leave_out_placeholders(question.text)
    return [one for one in (text, *split_parts(text)) if one.strip()]


def split_parts(text: str) -> Sequence[str]:
    """The two parts of a text that asks two things; nothing for one that asks one, or says one and asks another."""
    if _JOINS.search(text) is None:
        return ()
    for found in _NEXT.finditer(text[:_MOST_LETTERS]):
        if _BREAK.search(found[0]) and _STARTS.match(text, 0, found.start() + 1):
            return text[: found.start()], text[found.end() :]
    return ()


def _put_together(one: Answer, other: Answer) -> Answer:
    return Answer(
        text=f"{one.text}\n\n{other.text}",
        citations=(*one.citations, *other.citations),
        category=one.category,
        confidence=min(one.confidence, other.confidence),
    )


def _look_up(
    index: Index, tokens: Sequence[str], language: Language, category: str | None, likeness: Likeness
) -> Answer | Clarify | Refuse:
    best = 0.0
    offered: tuple[Citation, ...] = ()
    for ranking in _preferred(index, language):
        question = read_question(ranking, tokens)
        if ranking.language in likeness:
            question = weigh(question, likeness[ranking.language], index.rule)
        hits = rank(ranking, question, category=category)
        if not hits:
            continue
        first, *others = hits
        enough = _LEAST if question.rule is None else question.rule.enough
        tie = (_TIE if len(question.words) > 1 else _TIE_OF_ONE_WORD) * first.score
        tied = [hit for hit in hits if hit.score >= tie]
        categories = tuple(dict.fromkeys(hit.article.category for hit in tied))[:_MOST_CATEGORIES]
        if category is None and len(categories) > 1:
            confidence = _trust(ranking, first, others[len(tied) - 1 :])
            if confidence >= enough:
                return Clarify(categories=categories, confidence=confidence)
        confidence = _trust(ranking, first, others)
        best = max(best, confidence)
        if confidence >= enough:
            return _quote(_choose_of_one_subject(first, others, tie), confidence)
        least = max(_LEAST_ASKED_BACK, _SHARE_ASKED_BACK * ranking.usual)
        if question.rule is not None:
            least = question.rule.asked_back
        if not offered and (confidence >= _ASKED_BACK or first.score >= least):
            offered = tuple(_cite(hit, hit.article.description or hit.article.title) for hit in hits[:_MOST_OFFERED])
    return Clarify(articles=offered, confidence=best) if offered else Refuse(reason="nothing", confidence=best)


def _answer_from(index: Index, tokens: Sequence[str], language: Language, article: str) -> Answer | Refuse:
    """The part of one article that fits best, in the customer's language if it has one."""
    for ranking in _preferred(index, language):
        hit = find_hit(ranking, read_question(ranking, tokens), article)
        if hit is not None:
            return _quote(hit, 1.0)
    return Refuse(reason="nothing")


def _preferred(index: Index, language: Language) -> list[Ranking]:
    return sorted(index.rankings.values(), key=lambda ranking: (ranking.language != language, ranking.language))


def _trust(ranking: Ranking, first: Hit, others: Sequence[Hit]) -> float:
    """How often the first is the right one. Articles of the same title are about the same: they take no lead away."""
    rivals = [hit for hit in others if not _is_same_subject(hit, first)]
    lead = first.score - (rivals[0].score if rivals else 0.0)
    if first.question.rule is not None:
        bias, score, clear = first.question.rule.curve
    else:
        bias, score, clear = _CURVE
        score /= max(ranking.usual, _LEAST_USUAL)
    sure = 1 / (1 + math.exp(-bias - score * first.score - clear * lead))
    if len(first.question.words) >= _WORDS_OF_WHOLE and first.covered >= _WHOLE:
        rival = max((hit.covered for hit in rivals), default=0.0)
        if first.covered - rival >= _LEAD_OF_WHOLE:
            sure = max(sure, _SURE_OF_WHOLE)
    return min(_MOST_SURE, round(sure, 3))


def _is_same_subject(hit: Hit, other: Hit) -> bool:
    return hit.article.title == other.article.title


def _choose_of_one_subject(first: Hit, others: Sequence[Hit], tie: float) -> Hit:
    """Of articles of the same title that nearly tie, the one that has the passage to quote, as if they were one."""
    same = [first, *(hit for hit in others if hit.score >= tie and _is_same_subject(hit, first))]
    return first if len(same) == 1 else max(same, key=lambda hit: _choose(hit).fits)


def _quote(hit: Hit, confidence: float) -> Answer:
    chosen = _choose(hit)
    quote = hit.pages.text[chosen.start : chosen.end]
    cited = _cite(hit, quote, chosen.marked)
    return Answer(text=quote, citations=(cited,), category=hit.article.category, confidence=confidence)


def _cite(hit: Hit, quote: str, marked: tuple[int, int] | None = None) -> Citation:
    article = hit.article
    return Citation(
        article=article.id,
        language=article.language,
        version=article.version,
        title=article.title,
        quote=quote,
        published=article.published,
        marked=marked,
    )


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What of an article is quoted."""

    fits: float  # how well its passage fits
    start: int  # offsets into the article's text
    end: int
    marked: tuple[int, int] | None  # offsets into the quote: the sentence that says most, where one does


def _choose(hit: Hit) -> _Chosen:
    """The best passage of an article, and which of its sentences to quote.

    A word that the title has says little about where in the article the answer is, so the article's opening is quoted
    unless a heading or the question's other words point elsewhere.
    """
    question = hit.question
    if not question.words:  # an article was asked for by its name: its opening
        units = hit.pages.passages[0].units
        first, last = _window(units, 0)
        return _Chosen(0.0, units[first].start, units[last].end, None)
    worth = question.weights * (1 - (1 - _TOLD) * read_title(hit))
    said = read_closely(hit)
    fits = read_passages(hit, said, worth)
    affirms = question.tokens.isdisjoint(_DENIALS)
    for at, heading in read_headings(hit):
        # A heading points here when it says most of the question, hence the square; "The deposit has not come back"
        # answers only somebody who says "not".
        pointed = float(question.weights @ heading)
        if affirms and pointed and not _DENIALS.isdisjoint(read_tokens(hit.pages.passages[at].heading)):
            continue
        fits[at] += pointed * pointed
    fits[0] += _LEAD
    chosen = fits.index(max(fits))
    units = hit.pages.passages[chosen].units
    best = read_best(hit, said, chosen, worth)
    first, last = _window(units, 0 if best is None else best)
    start = units[first].start
    marked = None if best is None or first == last else (units[best].start - start, units[best].end - start)
    return _Chosen(fits[chosen], start, units[last].end, marked)


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
