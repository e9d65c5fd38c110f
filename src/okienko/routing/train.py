"""Learning a router from examples. Deterministic by its seed; numpy alone; slow: to be run in a process of its own.

A message is its words (`features`) and, where there is an encoder, its vector: one row of weights beside the other.

With many examples an intent: one linear classifier an intent, squared hinge loss, L2, by dual coordinate descent (Hsieh
et al., "A Dual Coordinate Descent Method for Large-scale Linear SVM", ICML 2008; the algorithm of LIBLINEAR), all
intents at once: an example is visited and its row of duals moves. With few examples, where all classifiers are unsure,
the intents compete instead: multinomial logistic loss by stochastic gradient descent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from okienko.encoders import Encoder
from okienko.routing.features import Floats, Ints, Rows, Vocabulary, learn_vocabulary
from okienko.routing.model import SIGNS, Figures, Head, Memory, Router, Scorer, Voices
from okienko.values import OperatorError

_FEW: Final = 25  # examples an intent, in the mean, below which the intents compete
COST: Final = 0.5
_EPOCHS: Final = 6
_SMALLEST_STEP: Final = 1e-3  # a dual that moves less stays
_RATE: Final = 1.0
_COMPETING_EPOCHS: Final = 20
_SMALLEST_SHARE: Final = 2e-3
_RARE_FROM: Final = 2000  # examples from which a feature must be seen twice
# What the other voices count, in spreads of the linear one. Where examples are few, the nearest is too often wrong.
_MIX: Final = (0.25, 0.3)
_MIX_OF_FEW: Final = (0.0, 0.3)
_MEANING: Final = 1.5  # the length of a message's vector, where each block of its words has length 1
_LOOKS: Final = 2  # so often a part is held out, each time another
_STRANGERS: Final = 0.25  # of the intents are held out to see what messages from elsewhere look like
_HELD_OUT: Final = 0.2  # of the examples of the other intents
_ELSEWHERE: Final = 0.7  # what messages from elsewhere count beside intents left out
_FOREIGN: Final = 0.1  # so many of the messages of a desk are taken to belong nowhere
_PRECISION: Final = 0.95  # of what is taken unasked
_KEPT: Final = 0.95  # of the messages that belong somewhere are not given to a person

_LINEAR: Final = np.array([1, 0, 0], np.float32)

Labels = NDArray[np.int32]
Padded = tuple[Ints, Floats]  # features and weights of a message, with the constant


class TooFewExamples(OperatorError):
    """Nothing can be learnt from these examples; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A masked message and the intent it belongs to."""

    text: str
    intent: str


def train(
    examples: Sequence[Example], outside: Sequence[str] = (), *, seed: int = 0, encoder: Encoder | None = None
) -> Router:
    """A router for the intents of the examples. `outside` are messages that belong to none of them.

    With an encoder it reads what messages mean, too, and needs the same encoder to route. Raises `TooFewExamples`.
    """
    intents = sorted({example.intent for example in examples})
    if len(intents) < 2:
        raise TooFewExamples("examples of at least two intents are needed")
    ordered = sorted(examples, key=lambda example: example.intent)
    texts = [example.text for example in ordered]
    numbers = {intent: number for number, intent in enumerate(intents)}
    labels = np.array([numbers[example.intent] for example in ordered], np.int32)
    rng = np.random.default_rng(seed)
    few = len(texts) < _FEW * len(intents)
    lessons = Lessons(texts=texts, labels=labels, meanings=_encode(encoder, texts))
    elsewhere = Lessons(texts=outside, labels=np.zeros(0, np.int32), meanings=_encode(encoder, outside))
    looks = [_look_at_held_out(lessons, elsewhere, rng, few=few) for _ in range(_LOOKS)]
    mix = np.mean([look.mix for look in looks], axis=0).astype(np.float32)
    sharpness = float(np.mean([look.sharpness for look in looks]))
    scorer = fit(lessons, rng, few=few, mix=mix, sharpness=sharpness)
    signs = np.concatenate([look.signs for look in looks])
    is_inside = np.concatenate([look.inside for look in looks])
    is_right = np.concatenate([look.right for look in looks])
    weights = np.concatenate([look.weights for look in looks])
    inside = _fit_head(signs, is_inside, weights)
    right = _fit_head(signs, is_right, weights)
    take_from = _choose_take(right.judge(signs), is_right, is_inside)
    return Router(
        intents=tuple(intents),
        scorer=scorer,
        inside=inside,
        right=right,
        take_from=take_from,
        ask_from=float(np.quantile(inside.judge(signs[is_inside]), 1 - _KEPT)),
        figures=_read_figures(right.judge(signs[is_inside]) >= take_from, is_right[is_inside]),
        encoder=None if encoder is None else encoder.name,
    )


def _encode(encoder: Encoder | None, texts: Sequence[str]) -> Floats | None:
    if encoder is None:
        return None
    return encoder.encode(texts) if texts else np.zeros((0, 0), np.float32)


def _read_figures(taken: NDArray[np.bool_], right: NDArray[np.bool_]) -> Figures:
    """Of the held-out examples. The threshold was chosen on them, so the last figure is a little kind."""
    return Figures(
        right=float(right.mean()),
        taken=float(taken.mean()),
        right_of_taken=float(right[taken].mean()) if taken.any() else 0.0,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lessons:
    """What is learnt from: masked messages, the number of each one's intent, and its vector where there are some."""

    texts: Sequence[str]
    labels: Labels
    meanings: Floats | None = None

    def take(self, which: Sequence[int], labels: Labels) -> Lessons:
        """Some of them, with other labels."""
        meanings = None if self.meanings is None else self.meanings[np.array(which, np.intp)]
        return Lessons(texts=[self.texts[at] for at in which], labels=labels, meanings=meanings)


def fit(
    lessons: Lessons,
    rng: np.random.Generator,
    *,
    few: bool,
    mix: Floats = _LINEAR,
    sharpness: float = 1.0,
) -> Scorer:
    """The scores' half of a router. The lessons are ordered by their labels, which are 0, 1, 2 …"""
    texts, labels = lessons.texts, lessons.labels
    count = int(labels[-1]) + 1
    vocabulary = learn_vocabulary(texts, fewest=2 if len(texts) >= _RARE_FROM else 1)
    rows = vocabulary.read(texts)
    padded = [pad(rows.row(number), vocabulary.size) for number in range(len(texts))]
    wide = 0 if lessons.meanings is None else lessons.meanings.shape[1]
    if lessons.meanings is not None:
        padded = [
            _put_beside(row, _MEANING * one, vocabulary.size + 1)
            for row, one in zip(padded, lessons.meanings, strict=True)
        ]
    weights = np.zeros((vocabulary.size + 1 + wide, count), np.float32)
    if few:
        compete(weights, padded, labels, rng, _COMPETING_EPOCHS)
    else:
        separate(weights, padded, labels, rng, _EPOCHS)
    seen = np.zeros((vocabulary.size, count), np.bool_)
    seen[rows.features, labels[rows.owners]] = True
    return Scorer(
        vocabulary=vocabulary,
        weights=weights[: vocabulary.size + 1],
        meaning=_MEANING * weights[vocabulary.size + 1 :],
        seen=seen,
        memory=_remember(rows, labels, vocabulary),
        mix=mix,
        sharpness=sharpness,
    )


def separate(
    weights: Floats, padded: Sequence[Padded], labels: Labels, rng: np.random.Generator, epochs: int
) -> Floats:
    """One classifier an intent: dual coordinate descent, squared hinge. Fills `weights`; the duals."""
    count = weights.shape[1]
    duals = np.zeros((len(padded), count), np.float32)
    ridge = np.float32(1 / (2 * COST))
    signs = -np.ones((count, count), np.float32)
    np.fill_diagonal(signs, 1)
    for _ in range(epochs):
        for number in _shuffle(len(padded), rng):
            features, values = padded[number]
            sign, dual = signs[labels[number]], duals[number]
            block = weights[features]
            curvature = values @ values + ridge
            moved = np.maximum(dual - (sign * (values @ block) - 1 + dual * ridge) / curvature, 0) - dual
            changed = np.flatnonzero(np.abs(moved) > _SMALLEST_STEP)
            if len(changed) == 0:
                continue
            dual[changed] += moved[changed]
            block[:, changed] += np.outer(values, (moved * sign)[changed])
            weights[features] = block
    return duals


def compete(weights: Floats, padded: Sequence[Padded], labels: Labels, rng: np.random.Generator, epochs: int) -> None:
    """Multinomial logistic regression: stochastic gradient descent, its rate falling to 0. Fills `weights`."""
    steps, step = epochs * len(padded), 0
    for _ in range(epochs):
        for number in _shuffle(len(padded), rng):
            features, values = padded[number]
            block = weights[features]
            scores = values @ block
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            shares[labels[number]] -= 1
            changed = np.flatnonzero(np.abs(shares) > _SMALLEST_SHARE)
            rate = _RATE * (1 - step / steps)
            step += 1
            block[:, changed] -= np.outer(values, np.float32(rate) * shares[changed])
            weights[features] = block


def _shuffle(count: int, rng: np.random.Generator) -> list[int]:
    return rng.permutation(count).tolist()


def pad(row: tuple[Ints, Floats], size: int) -> Padded:
    return np.append(row[0], np.int32(size)), np.append(row[1], np.float32(1))


def _put_beside(row: Padded, vector: Floats, first: int) -> Padded:
    """A message's features, and the numbers of its vector as more of them."""
    features = np.arange(first, first + len(vector), dtype=np.int32)
    return np.concatenate([row[0], features]), np.concatenate([row[1], vector])


def _remember(rows: Rows, labels: Labels, vocabulary: Vocabulary) -> Memory:
    """The examples by word."""
    grams = len(vocabulary.grams)
    words = np.flatnonzero(rows.features >= grams)
    order = words[np.argsort(rows.features[words], kind="stable")]
    ends = np.cumsum(np.bincount(rows.features[words] - grams, minlength=vocabulary.size - grams))
    return Memory(
        starts=np.concatenate([[0], ends]).astype(np.int32),
        examples=rows.owners[order].astype(np.intp),
        weights=rows.weights[order],
        firsts=np.flatnonzero(np.diff(labels, prepend=-1)).astype(np.int32),
        size=len(labels),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What a router said of messages that it had not learnt."""

    signs: Floats
    inside: NDArray[np.bool_]
    right: NDArray[np.bool_]
    weights: NDArray[np.float64]  # what each message counts
    mix: Floats
    sharpness: float


def _look_at_held_out(lessons: Lessons, outside: Lessons, rng: np.random.Generator, *, few: bool) -> _Seen:
    """Trains on a part, and looks at the rest: examples, intents left out as a whole, messages from elsewhere."""
    labels = lessons.labels
    count = int(labels[-1]) + 1
    strangers = rng.permutation(count)[: int(_STRANGERS * count)]
    strange = np.isin(labels, strangers)
    held = np.zeros(len(labels), np.bool_)
    for intent in np.setdiff1d(np.arange(count), strangers).tolist():
        members = rng.permutation(np.flatnonzero(labels == intent))
        held[members[: max(1, int(_HELD_OUT * len(members)))]] = len(members) > 1
    kept = np.flatnonzero(~strange & ~held)
    _, part = np.unique(labels[kept], return_inverse=True)
    known = np.unique(labels[kept])
    part = part.astype(np.int32)
    draft = fit(lessons.take(kept.tolist(), part), rng, few=few)
    if not held.any():  # an example an intent: nothing can be spared, so what was learnt has to do
        held = ~strange
    asked: list[int] = np.concatenate([np.flatnonzero(held), np.flatnonzero(strange)]).tolist()
    examples = lessons.take(asked, labels[asked])
    rows = draft.vocabulary.read([*examples.texts, *outside.texts])
    meanings = None
    if examples.meanings is not None and outside.meanings is not None:
        meanings = np.vstack([examples.meanings, outside.meanings]) if len(outside.texts) else examples.meanings
    voices = draft.hear(rows, meanings)
    own = np.searchsorted(known, labels[asked])
    inside = held[asked]
    known_ones = np.flatnonzero(inside)
    mix = _choose_mix(voices, known_ones, _MIX_OF_FEW if few else _MIX)
    scores = voices.mix(mix)
    sharpness = _choose_sharpness(scores[known_ones], own[known_ones])
    signs = replace(draft, sharpness=sharpness).read_signs(rows, scores, voices)
    elsewhere = np.zeros(len(outside.texts), np.bool_)
    is_inside = np.concatenate([inside, elsewhere])
    is_right = np.concatenate([inside & (scores[: len(asked)].argmax(1) == own), elsewhere])
    return _Seen(
        signs=signs,
        inside=is_inside,
        right=is_right,
        weights=_balance(is_inside, len(asked)),
        mix=mix,
        sharpness=sharpness,
    )


def _balance(inside: NDArray[np.bool_], examples: int) -> NDArray[np.float64]:
    """Messages that belong count as much together as the two kinds of those that do not."""
    outside = np.arange(len(inside)) >= examples
    weights = np.zeros(len(inside))
    for kind, share in ((inside, 1.0), (~inside & ~outside, 1 - _ELSEWHERE), (outside, _ELSEWHERE)):
        weights[kind] = share / max(1, kind.sum())
    return weights / weights.sum() * len(weights)


def _choose_mix(voices: Voices, of: NDArray[np.intp], parts: tuple[float, float]) -> Floats:
    """Brings the voices to one scale, that of the linear one."""
    linear, alike, covered = (
        max(float(voice[of].std()), 1e-6) for voice in (voices.linear, voices.alike, voices.covered)
    )
    return np.array([1, parts[0] * linear / alike, parts[1] * linear / covered], np.float32)


def _choose_sharpness(scores: Floats, labels: NDArray[np.intp]) -> float:
    """The sharpness under which the right intents are likeliest."""
    tried = np.geomspace(0.5, 30, 16).astype(np.float32)
    likely: list[float] = []
    for sharpness in tried:
        scaled = sharpness * scores
        top = scaled.max(1)
        whole = top + np.log(np.exp(scaled - top[:, None]).sum(1))
        likely.append(float((scaled[np.arange(len(labels)), labels] - whole).mean()))
    return float(tried[int(np.argmax(likely))])


def _fit_head(signs: Floats, wanted: NDArray[np.bool_], weights: NDArray[np.float64]) -> Head:
    """Logistic regression with a little L2, by Newton's method."""
    center, scale = signs.mean(0), signs.std(0) + 1e-6
    x = np.hstack([(signs - center) / scale, np.ones((len(signs), 1), np.float32)]).astype(np.float64)
    ridge = np.diag([1.0] * SIGNS + [1e-6])
    found = np.zeros(SIGNS + 1)
    for _ in range(30):
        likely = 1 / (1 + np.exp(-np.clip(x @ found, -40, 40)))
        slope = x.T @ (weights * (likely - wanted)) + ridge @ found
        curvature = (x * (weights * likely * (1 - likely))[:, None]).T @ x + ridge
        step = np.linalg.solve(curvature, slope)
        found -= step
        if np.abs(step).max() < 1e-6:
            break
    return Head(center.astype(np.float32), scale.astype(np.float32), found.astype(np.float32))


def _choose_take(likely: NDArray[np.float64], right: NDArray[np.bool_], inside: NDArray[np.bool_]) -> float:
    """The lowest probability from which enough messages would be right, as many belonging nowhere as one expects."""
    weights = np.where(inside, (1 - _FOREIGN) / max(1, inside.sum()), _FOREIGN / max(1, (~inside).sum()))
    order = np.argsort(-likely)
    precision = np.cumsum((weights * right)[order]) / np.cumsum(weights[order])
    enough = np.flatnonzero(precision >= _PRECISION)
    return float(likely[order[enough[-1]]]) if len(enough) else 1.0
