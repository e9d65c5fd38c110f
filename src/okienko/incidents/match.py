"""Whether a message is about an incident: by its likeness to a few example sentences. Pure; numpy.

Everything is read in folded letters, as stems (Snowball) and as the character n-grams of words, which forgive typing
errors and endings. How much a feature says is learnt from the brand's own messages of before (inverse document
frequency), and so is how alike a message has to be: hardly any message of before may be taken for one about it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import log, sqrt
from typing import Final

from okienko.folding import fold

_WORD: Final = re.compile(r"[^\W_]+")
_PLACEHOLDER: Final = re.compile(r"\[[^\[\]\n]{1,40}\]")  # what masking left
_MOST_WORDS: Final = 100
_GRAMS: Final = (3, 4, 5)
_FLOOR: Final = 0.22  # likeness that is too little, whatever the messages of before were
_FALSE: Final = 0.004  # share of the messages of before that may be as alike

Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """The brand's messages of before: how rare each feature is among them, and they themselves to measure with."""

    rarity: Mapping[str, float] = field(default_factory=dict[str, float], repr=False)
    unseen: float = 1.0
    messages: Sequence[Weights] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recogniser:
    """Knows messages about one incident."""

    background: Background = field(repr=False)
    about: Sequence[Weights] = field(repr=False)
    others: Sequence[Weights] = field(repr=False)
    enough: float

    def likeness(self, text: str) -> float:
        """How alike a message is to those about the incident; from 1 on it is about it."""
        weights = weigh(text, self.background)
        return _compare(weights, self.about, self.others) / self.enough


def learn_background(texts: Iterable[str]) -> Background:
    """From the brand's messages, and whatever else customers' words stand in."""
    read = [Counter(_features(text)) for text in texts]
    documents = Counter(feature for features in read for feature in features)
    unseen = log(1 + len(read)) + 1
    rarity = {feature: log((1 + len(read)) / (1 + count)) + 1 for feature, count in documents.items()}
    background = Background(rarity=rarity, unseen=unseen)
    return Background(rarity=rarity, unseen=unseen, messages=[_weigh(features, background) for features in read])


def make_recogniser(broke: str, about: Sequence[str], others: Sequence[str], background: Background) -> Recogniser:
    """From what broke, sentences about it, and sentences that only look like it."""
    known = [weigh(text, background) for text in (broke, *about) if text.strip()]
    strangers = [weigh(text, background) for text in others if text.strip()]
    scores = sorted((_compare(message, known, strangers) for message in background.messages), reverse=True)
    enough = scores[int(len(scores) * _FALSE)] if scores else 0.0
    return Recogniser(background=background, about=known, others=strangers, enough=max(_FLOOR, enough))


def weigh(text: str, background: Background) -> Weights:
    """A message as a vector of length 1 (or 0)."""
    return _weigh(Counter(_features(text)), background)


def _weigh(features: Mapping[str, int], background: Background) -> Weights:
    weights = {
        feature: (1 + log(count)) * background.rarity.get(feature, background.unseen)
        for feature, count in features.items()
    }
    length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {feature: weight / length for feature, weight in weights.items()}


def _compare(message: Weights, about: Sequence[Weights], others: Sequence[Weights]) -> float:
    nearest = max((_cosine(message, one) for one in about), default=0.0)
    stranger = max((_cosine(message, one) for one in others), default=0.0)
    return nearest if nearest > stranger else 0.0


def _cosine(one: Weights, other: Weights) -> float:
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other.get(feature, 0.0) for feature, weight in one.items())


def _features(text: str) -> Iterator[str]:
    for word in _WORD.findall(fold(_PLACEHOLDER.sub(" ", text)))[:_MOST_WORDS]:
        yield from _cut(word)


@lru_cache(maxsize=50_000)
def _cut(word: str) -> tuple[str, ...]:
    """The features of a word: itself, and its n-grams with its edges marked."""
    edged = f" {word} "
    grams = (edged[at : at + size] for size in _GRAMS for at in range(max(0, len(edged) - size) + 1))
    return (f"={word}", *dict.fromkeys(grams))
