"""Whether a message is about an incident: by what a few example sentences say that others do not. Pure; numpy.

A logistic regression tells the examples from what the brand's customers wrote before, on the features that the
examples have, weighted by inverse document frequency. With so few examples its probabilities mean little, so what
counts is how a message scores beside what was written before: hardly any of that may score as high. Some of it was
about such a fault, too, which is why the bar is no higher than what examples reach that were not learnt from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
ReadFeatures = Callable[[str], frozenset[str]]
"""What a message says: stems, words that mean the same, parts of words. Given by whoever knows languages."""

_EXAMPLE: Final = 30.0  # messages of before that an example weighs as much as
_STEPS: Final = 40
_RATE: Final = 0.5
_FOLDS: Final = 3
_MOSTLY: Final = 0.02  # share of what was written before that may score as high as a message about the incident
_HARDLY: Final = 0.005  # and where examples score well above that
_SEEN: Final = 0.3  # of what an example scores that was not learnt from
_FLOOR: Final = 0.5  # a score that is too little, whatever was written before
_FEWEST: Final = 100  # messages of before, to learn from; with fewer, examples are compared as they are
_HALF: Final = 0.5  # of what examples have in common with each other is enough then


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What the brand's customers wrote before: how rare each feature is in it, and it itself to compare with."""

    read: ReadFeatures
    rarity: Mapping[str, float] = field(default_factory=dict[str, float], repr=False)
    unseen: float = 1.0
    messages: Sequence[frozenset[str]] = field(default=(), repr=False)

    def weigh(self, features: frozenset[str], wanted: Mapping[str, float]) -> float:
        """The sum of the wanted features, each by its rarity, for a message brought to length 1."""
        length = sqrt(sum(self.rarity.get(feature, self.unseen) ** 2 for feature in features))
        if length == 0:
            return 0.0
        return sum(wanted[feature] for feature in features if feature in wanted) / length


@dataclass(frozen=True, slots=True, kw_only=True)
class Recogniser:
    """Knows messages about one incident."""

    background: Background = field(repr=False)
    weights: Mapping[str, float] = field(repr=False)  # of features, already by their rarity
    enough: float

    def score(self, text: str) -> float:
        """How much a message says of what the examples say."""
        return self.background.weigh(self.background.read(text), self.weights)

    def likeness(self, text: str) -> float:
        """The score beside what is enough: from 1 on a message is about the incident."""
        return max(0.0, self.score(text)) / self.enough


def learn_background(texts: Sequence[str], read: ReadFeatures) -> Background:
    """From messages of before the incident, and whatever else shows how customers of the brand write."""
    messages = [read(text) for text in texts]
    counts = Counter(feature for message in messages for feature in message)
    rarity = {feature: log((1 + len(messages)) / (1 + count)) + 1 for feature, count in counts.items()}
    return Background(read=read, rarity=rarity, unseen=log(1 + len(messages)) + 1, messages=messages)


def make_recogniser(broke: str, about: Sequence[str], others: Sequence[str], background: Background) -> Recogniser:
    """From what broke, sentences about it, and sentences that only look like it. The same every time."""
    examples = [features for text in (broke, *about) if (features := background.read(text))]
    strangers = [background.read(text) for text in others]
    if len(background.messages) < _FEWEST:
        return _compare(examples, strangers, background)
    weights = _learn(examples, strangers, background)
    scores = np.sort(np.array([background.weigh(message, weights) for message in background.messages]))[::-1]
    unseen = _score_unseen(examples, strangers, background)
    mostly, hardly = (float(scores[int(len(scores) * share)]) for share in (_MOSTLY, _HARDLY))
    enough = max(_FLOOR, mostly, min(hardly, _SEEN * unseen))
    return Recogniser(background=background, weights=weights, enough=enough)


def _compare(
    examples: Sequence[frozenset[str]], strangers: Sequence[frozenset[str]], background: Background
) -> Recogniser:
    """For a brand of which little is known: the mean cosine to the examples, less that to what only looks like it."""
    weights = _average(examples, background)
    for feature, weight in _average(strangers, background).items():
        weights[feature] = weights.get(feature, 0.0) - weight
    others = [[*examples[:number], *examples[number + 1 :]] or examples for number in range(len(examples))]
    common = [
        background.weigh(example, _average(rest, background)) for example, rest in zip(examples, others, strict=True)
    ]
    return Recogniser(background=background, weights=weights, enough=max(1e-6, _HALF * float(np.median(common or [1]))))


def _average(messages: Sequence[frozenset[str]], background: Background) -> dict[str, float]:
    weights: dict[str, float] = {}
    for message in messages:
        rarity = {feature: background.rarity.get(feature, background.unseen) for feature in message}
        length = sqrt(sum(rare**2 for rare in rarity.values())) or 1.0
        for feature, rare in rarity.items():
            weights[feature] = weights.get(feature, 0.0) + rare**2 / length / len(messages)
    return weights


def _score_unseen(
    examples: Sequence[frozenset[str]], strangers: Sequence[frozenset[str]], background: Background
) -> float:
    """What examples score, in the middle, when they are left out of the learning."""
    scores: list[float] = []
    for fold in range(_FOLDS):
        learnt = [example for number, example in enumerate(examples) if number % _FOLDS != fold]
        weights = _learn(learnt, strangers, background)
        scores += [background.weigh(example, weights) for example in examples[fold::_FOLDS]]
    return float(np.median(scores)) if scores else 0.0


def _learn(
    examples: Sequence[frozenset[str]], strangers: Sequence[frozenset[str]], background: Background
) -> dict[str, float]:
    """A weight for each feature of the examples: ridge-penalised logistic regression, damped diagonal Newton steps."""
    features = sorted(frozenset[str]().union(*examples))
    if not features:
        return {}
    known = {feature: number for number, feature in enumerate(features)}
    rarity = np.array([background.rarity.get(feature, background.unseen) for feature in features], np.float32)
    rest = [*strangers, *background.messages]
    rows = np.zeros((len(examples) + len(rest), len(features)), np.float32)
    for row, message in zip(rows, (*examples, *rest), strict=True):
        length = sqrt(sum(background.rarity.get(feature, background.unseen) ** 2 for feature in message)) or 1.0
        found = [known[feature] for feature in message if feature in known]
        row[found] = rarity[found] / length
    wanted = np.zeros(len(rows), np.float32)
    wanted[: len(examples)] = 1
    share = np.ones(len(rows), np.float32)
    share[: len(examples) + len(strangers)] = _EXAMPLE
    return dict(zip(features, (_fit(rows, wanted, share) * rarity).tolist(), strict=True))


def _fit(rows: Floats, wanted: Floats, share: Floats) -> Floats:
    weights: Floats = np.zeros_like(rows[0])
    bias = -3.0
    squares = rows**2
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-(rows @ weights + bias)))
        slope, bend = share * (likely - wanted), share * likely * (1 - likely)
        weights -= _RATE * (rows.T @ slope + weights) / (squares.T @ bend + 1.5)
        bias -= _RATE * float(slope.sum()) / (float(bend.sum()) + 1)
    return weights
