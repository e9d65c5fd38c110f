"""How much meaning is to count beside words: recall on development sets, for many rules at once.

    OKIENKO_DATA=DIR/seed-0 python -m training.rule --encoder own --lang pl \
      --set kramik articles.jsonl questions.tsv --set ours DIR/ours/articles.jsonl DIR/ours/learnt.tsv

The rule is that of `okienko.answers.meaning.rule`: (words + w · meaning) / (1 + w), w = exp(a - coverage) · words^b,
between two bounds. Words and likenesses are computed once, every rule is then a few products. Run it with okienko's own
environment; it needs no torch.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from okienko.answers.index import Index, build_index, rank, read_question
from okienko.answers.meaning.rule import compare
from okienko.answers.text import leave_out_placeholders, read_tokens
from okienko.articles.drafts import Defaults
from okienko.articles.importers.files import read_path
from okienko.encoders import Encoder
from okienko.evaluation.answers import Asked, make_articles, read_asked
from okienko.evaluation.meaning import choose, fill
from okienko.values import Language

_DEEP: Final = 5
_GRID: Final = {
    "a": (-1.0, 0.0, 1.0, 2.0, 3.0, 4.0),
    "b": (-1.5, -1.0, -0.5, 0.0),
    "lightest": (0.1, 0.25, 0.5, 1.0),
    "heaviest": (0.5, 1.0, 2.0, 4.0),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looked:
    """A question that was looked up: by words, and by meaning."""

    words: int
    shares: NDArray[np.float32]  # of each article
    likeness: NDArray[np.float32]
    right: Sequence[int]  # the articles that answer it
    place: int  # where words alone put the first of them, from 1; 0: not among the first five


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Four numbers."""

    a: float
    b: float
    lightest: float
    heaviest: float

    def weigh(self, one: Looked) -> float:
        """What meaning counts beside words."""
        weight = float(np.exp(self.a - one.shares.max(initial=0))) * max(1, one.words) ** self.b
        return min(self.heaviest, max(self.lightest, weight))


def look_up(index: Index, asked: Sequence[Asked], encoder: Encoder, language: Language) -> list[Looked]:
    """All questions of a set."""
    ranking = index.rankings[language]
    places = {row.article.id: nth for nth, row in enumerate(ranking.rows)}
    found: list[Looked] = []
    for one in asked:
        text = leave_out_placeholders(one.question)
        question = read_question(ranking, read_tokens(text))
        hits = rank(ranking, question, limit=_DEEP)
        hit = [not one.articles.isdisjoint({hit.article.id, *(twin.id for twin in hit.also)}) for hit in hits]
        found.append(
            Looked(
                words=len(question.words),
                shares=question.shares.astype(np.float32),
                likeness=np.maximum(np.nan_to_num(compare(index, encoder.encode([text]))[0][language]), 0),
                right=[places[article] for article in one.articles if article in places],
                place=hit.index(True) + 1 if True in hit else 0,
            )
        )
    return found


def measure(looked: Sequence[Looked], rule: Rule | None) -> tuple[float, float]:
    """The shares of questions whose article is first, and among five; without a rule by meaning alone."""
    first = five = 0
    for one in looked:
        weight = 1.0 if rule is None else rule.weigh(one)
        shares = one.likeness if rule is None else (one.shares + weight * one.likeness) / (1 + weight)
        better = min((int((shares > shares[at]).sum()) for at in one.right), default=len(shares))
        first += better == 0
        five += better < _DEEP
    return first / len(looked), five / len(looked)


def make_rules() -> Iterator[Rule]:
    """All rules of the grid."""
    for a, b, lightest, heaviest in product(*_GRID.values()):
        if lightest <= heaviest:
            yield Rule(a=a, b=b, lightest=lightest, heaviest=heaviest)


def main() -> None:
    """Measures words, meaning, and the best rules by the mean over the sets of first and among five."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", default="own")
    parser.add_argument("--lang", choices=["pl", "en"], default="pl")
    parser.add_argument("--set", nargs=3, action="append", required=True, metavar=("NAME", "ARTICLES", "QUESTIONS"))
    parser.add_argument("--most", type=int, default=400, help="questions of a set, drawn by chance")
    parser.add_argument("--best", type=int, default=10, help="so many rules are shown")
    given = parser.parse_args()
    encoder = choose(given.encoder, os.environ, Path.home())
    assert encoder is not None
    sets: dict[str, list[Looked]] = {}
    for name, source, questions in given.set:
        drafts = read_path(Path(source), Defaults(category="general", language=given.lang))
        articles = make_articles(drafts, published=datetime.now(UTC))
        asked = read_asked(Path(questions), {article.id for article in articles})
        asked = random.Random(0).sample(asked, min(given.most, len(asked)))
        index = fill(build_index(articles), encoder)
        looked = sets[name] = look_up(index, asked, encoder, given.lang)
        words = sum(one.place == 1 for one in looked) / len(looked), sum(one.place > 0 for one in looked) / len(looked)
        print(f"{name}: {len(looked)} questions, usual likeness {index.tables[given.lang].usual:.3f}", flush=True)
        _tell("words", words)
        _tell("meaning", measure(looked, None))
    ranked = sorted(make_rules(), key=lambda rule: -float(np.mean([measure(some, rule) for some in sets.values()])))
    for rule in ranked[: given.best]:
        print(rule)
        for name, looked in sets.items():
            _tell(name, measure(looked, rule))


def _tell(what: str, shares: tuple[float, float]) -> None:
    print(f"  {what:<12} first {100 * shares[0]:.1f} %, among five {100 * shares[1]:.1f} %", flush=True)


if __name__ == "__main__":
    main()
