"""Exact search over vectors, and what it adds to a lexical score. Pure.

Every row is looked at: up to 100,000 passages that is one matrix product of some milliseconds, has no recall to lose,
and nothing to build.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from okienko.answers.encoders import Vectors

MOST: Final = 100_000  # rows; 154 MB of 384 dimensions


class TooMany(Exception):
    """More vectors than are searched exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The passages of many articles as vectors."""

    encoder: str  # the name of what made them
    rows: Vectors
    owners: NDArray[np.int32]  # of each row: the position of its article
    articles: tuple[str, ...]

    def score(self, question: Vectors) -> NDArray[np.float32]:
        """How alike each article's best passage is to the question, from -1 to 1; `float32[len(articles)]`."""
        best = np.full(len(self.articles), -1, np.float32)
        np.maximum.at(best, self.owners, self.rows @ question)
        return best

    def search(self, question: Vectors, *, limit: int) -> list[tuple[str, float]]:
        """The articles that are most alike, best first; among equals by their order."""
        scores = self.score(question)
        order = np.argsort(-scores, kind="stable")[:limit]
        return [(self.articles[nth], float(scores[nth])) for nth in order]


def shelve(encoder: str, passages: Mapping[str, Vectors]) -> Shelf:
    """A shelf of articles, each with the vectors of its passages. Raises `TooMany`."""
    if sum(len(rows) for rows in passages.values()) > MOST:
        raise TooMany(f"more than {MOST:,} passages are not searched by vectors")
    filled = [(article, rows) for article, rows in passages.items() if len(rows)]
    return Shelf(
        encoder=encoder,
        rows=np.concatenate([rows for _, rows in filled]) if filled else np.zeros((0, 0), np.float32),
        owners=np.repeat(np.arange(len(filled), dtype=np.int32), [len(rows) for _, rows in filled]),
        articles=tuple(article for article, _ in filled),
    )


def fuse(lexical: Mapping[str, float], dense: Sequence[tuple[str, float]], *, weight: float) -> list[tuple[str, float]]:
    """Articles by `lexical + weight · dense`, best first. An article that one side does not know has 0 there.

    Both are shares of a perfect match, so they add up; equal weights are worse than the better side alone, which is why
    `weight` is to be measured for an encoder.
    """
    scores = dict(lexical)
    for article, score in dense:
        scores[article] = scores.get(article, 0.0) + weight * max(0.0, score)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))
