"""What articles say to an encoder, and the one rule that weighs meaning against words. Pure; numpy."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from okienko.answers.index import Index, Question, Ranking
from okienko.answers.passages import Article, Pages, cut_passages
from okienko.encoders import Vectors
from okienko.encoders.fitted import MINILM, Rule
from okienko.encoders.vectors import Table, name_text, tabulate
from okienko.values import Language

Likeness = Mapping[Language, NDArray[np.float32]]
"""Of one question, by language: how alike each article of the ranking is to it, from -1 to 1; NaN where not known."""

Heard = Mapping[str, Likeness]
"""Of several questions, each named by its own words as they are looked up."""


_TELLING: Final = 20  # texts; the mean of fewer says little about an encoder
_NEVER_ZERO: Final = 0.01


def cut_texts(article: Article, pages: Pages) -> tuple[list[str], list[str]]:
    """What an encoder reads of an article: what it is about, and what it says.

    The one is its title with the description, and every example question. The other is every passage, each behind the
    title and its heading, without which half of them could be anywhere.
    """
    heads = (_join(article.title, article.description), *article.questions)
    bodies = (_join(article.title, passage.heading, passage.text) for passage in pages.passages)
    return [text for text in heads if text.strip()], list(bodies)


def weigh(question: Question, likeness: NDArray[np.float32], rule: Rule = MINILM) -> Question:
    """The question with words and meaning in its shares; as it was when nothing is known of what it means.

    The fewer words and the less of them any article has, the more meaning counts. An article that the encoder has not
    read yet has its words stand for what it means.
    """
    known = ~np.isnan(likeness)
    if not question.words or not known.any():
        return question
    words = question.shares
    weight = math.exp(rule.weight - float(words.max())) * len(question.words) ** rule.length
    weight = np.float32(min(rule.heaviest, max(rule.lightest, weight)))
    means = np.where(known, np.maximum(likeness, 0), words)
    return replace(question, shares=(words + weight * means) / (1 + weight), rule=rule)


def _join(*parts: str) -> str:
    return ". ".join(part for part in parts if part)


def list_missing(index: Index) -> dict[bytes, str]:
    """The texts without a vector, by digest, of the rankings that have a table."""
    missing: dict[bytes, str] = {}
    for language, table in index.tables.items():
        if not table.complete:
            named = ((name_text(text), text) for texts in _list_texts(index.rankings[language]) for text in texts)
            missing |= {digest: text for digest, text in named if digest not in table.places}
    return missing


def count_texts(articles: Iterable[Article]) -> int:
    """How many different texts an encoder of all their languages reads."""
    texts: set[str] = set()
    for article in articles:
        about, says = cut_texts(article, cut_passages(article.body))
        texts.update(about if says else (), says)  # an article without a word is not found at all
    return len(texts)


def put_in(
    index: Index,
    packed: Mapping[bytes, bytes],
    languages: Collection[Language],
    previous: Index | None = None,
    *,
    rule: Rule = MINILM,
) -> Index:
    """The index with tables of these languages: of what is packed, and what `previous` knew. Raises `TooMany`.

    `rule`: what was fitted with the encoder whose vectors they are.
    """
    before: Mapping[Language, Table] = previous.tables if previous else {}
    tables = {
        language: tabulate(
            [[name_text(text) for text in texts] for texts in _list_texts(ranking)], packed, before.get(language)
        )
        for language, ranking in index.rankings.items()
        if language in languages
    }
    return replace(index, tables=tables, rule=rule)


def compare(index: Index, vectors: Vectors) -> list[Likeness]:
    """How alike the articles are to each of some questions: the mean of what they are about and of what they say."""
    scores: dict[Language, list[NDArray[np.float32]]] = {}
    for language, table in index.tables.items():
        scores[language] = _halve(_even(table, table.score(vectors), index.rule.usual))
    return [_take(scores, nth) for nth in range(len(vectors))]


def _take(scores: Mapping[Language, Sequence[NDArray[np.float32]]], nth: int) -> Likeness:
    return {language: rows[nth] for language, rows in scores.items()}


def _even(table: Table, scores: NDArray[np.float32], fitted: float) -> NDArray[np.float32]:
    """Scores as if the encoder were the one that the rule was fitted with: to some, all texts are nearly the same."""
    usual = table.usual if len(table.rows) >= _TELLING else fitted
    return 1 - (1 - scores) * np.float32((1 - fitted) / max(_NEVER_ZERO, 1 - usual))


def _halve(scores: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    about, says = scores[:, 0::2], scores[:, 1::2]
    mean = (about + says) / 2
    return list(np.where(np.isnan(mean), np.where(np.isnan(about), says, about), mean).astype(np.float32))


def _list_texts(ranking: Ranking) -> Iterator[list[str]]:
    """Of each article two owners of texts: what it is about, what it says."""
    for row in ranking.rows:
        yield from cut_texts(row.article, row.pages)
