"""A trained router: what it holds, what it says of a message, and how it becomes bytes. Pure; numpy.

Three voices score each intent: a linear model over all features, the example whose words are most alike, and how much
of the message's letters the examples cover. What a score means is learnt from held-out messages (`train`): how likely
the message belongs to any of the intents at all, and how likely the best one is right.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import orjson
from numpy.typing import NDArray

from okienko.encoders import Encoder
from okienko.routing.features import Floats, Ints, Rows, Vocabulary
from okienko.routing.spelling import Speller
from okienko.values import Language

FORMAT: Final = 2  # of the bytes; raised when an older program could not read them
CHOICES: Final = 3  # so many are offered
_NEAREST: Final = 3
_BATCH: Final = 32


class NotAModel(Exception):
    """Bytes that are no router of this format; says what to do."""


class Outcome(StrEnum):
    """What is done with a message."""

    TAKE = "take"  # the best intent is taken
    ASK = "ask"  # the customer chooses among the best three
    PERSON = "person"  # it belongs to none of them, as far as one can tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What the router says of one message."""

    intents: tuple[str, ...]  # the best three, best first
    inside: float  # how likely the message belongs to any intent: 0 to 1
    right: float  # how likely the best one is right: 0 to 1
    outcome: Outcome


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """The words of all examples by feature, to find those that are alike. Examples are ordered by their intent."""

    starts: Ints  # of each word's stretch in the two that follow
    examples: NDArray[np.intp]
    weights: Floats
    firsts: Ints  # of each intent, its first example
    size: int  # how many examples

    def compare(self, words: Ints, weights: Floats) -> Floats:
        """How alike one message is to the nearest example of each intent: cosines. Words are numbered from 0 here."""
        stretches = list(map(slice, self.starts[words].tolist(), self.starts[words + 1].tolist()))
        if not stretches:
            return np.zeros(len(self.firsts), np.float32)
        examples = np.concatenate([self.examples[stretch] for stretch in stretches])
        parts = [weight * self.weights[stretch] for stretch, weight in zip(stretches, weights, strict=True)]
        sums = np.bincount(examples, np.concatenate(parts), self.size)
        return np.maximum.reduceat(sums, self.firsts).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A logistic regression over the signs of a message (`Scorer.read_signs`)."""

    center: Floats
    scale: Floats
    weights: Floats  # one more than signs: the last is the constant

    def judge(self, signs: Floats) -> NDArray[np.float64]:
        """Probabilities for rows of signs."""
        z = (signs - self.center) / self.scale @ self.weights[:-1] + self.weights[-1]
        return 1 / (1 + np.exp(-np.clip(z, -40, 40, dtype=np.float64)))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Voices:
    """What each of the three says of some messages: messages x intents."""

    linear: Floats
    alike: Floats  # the cosine of its words with the nearest example's
    covered: Floats  # the share of its grams that some example has

    def mix(self, parts: Floats) -> Floats:
        """The scores."""
        return parts[0] * self.linear + parts[1] * self.alike + parts[2] * self.covered


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scorer:
    """The scores of the intents, not yet calibrated."""

    vocabulary: Vocabulary
    weights: Floats  # (features + 1) x intents; the last row is the constant
    meaning: Floats  # dimensions x intents: what each number of a message's vector says; none without an encoder
    seen: NDArray[np.bool_]  # features x intents: whether an example of the intent has the feature
    memory: Memory
    mix: Floats  # what each of `Voices` counts
    sharpness: float  # softmax(sharpness * scores) are shares

    def score(self, texts: Sequence[str], meanings: Floats | None = None) -> tuple[Floats, Floats]:
        """The scores of messages (messages x intents), and the signs by which the scores are judged.

        `meanings`: their vectors, which a router needs that was trained with some.
        """
        rows = self.vocabulary.read(texts)
        voices = self.hear(rows, meanings)
        scores = voices.mix(self.mix)
        return scores, self.read_signs(rows, scores, voices)

    def hear(self, rows: Rows, meanings: Floats | None = None) -> Voices:
        """The three voices, not mixed yet."""
        linear = np.repeat(self.weights[-1:], len(rows.known), axis=0)
        alike = np.zeros_like(linear)
        covered = np.zeros_like(linear)
        if meanings is not None:
            linear += meanings @ self.meaning
        first_word = np.int32(len(self.vocabulary.grams))
        for number in range(len(linear)):
            features, weights = rows.row(number)
            linear[number] += weights @ self.weights[features]
            words, weights = rows.words(number)
            alike[number] = self.memory.compare(words - first_word, weights)
            grams, weights = rows.grams(number)
            covered[number] = (weights * weights) @ self.seen[grams]
        return Voices(linear=linear, alike=alike, covered=covered)

    def read_signs(self, rows: Rows, scores: Floats, voices: Voices) -> Floats:
        """What tells right scores from wrong ones."""
        every = np.arange(len(scores))
        best = scores.argmax(1)
        top = scores[every, best]
        second = np.partition(scores, -2)[:, -2]
        shares = np.exp(self.sharpness * (scores - top[:, None]))
        whole = shares.sum(1)
        shares /= whole[:, None]
        near = np.partition(voices.alike, -min(_NEAREST, scores.shape[1]))[:, -_NEAREST:]
        nearest = near.max(1)
        own = voices.alike[every, best]
        signs = [
            top,
            top - second,
            -(shares * np.log(shares + 1e-9)).sum(1),
            top + np.log(whole) / self.sharpness,
            own,
            own - nearest,
            nearest,
            near.mean(1),
            rows.known,
            np.log1p(rows.starts[1:] - rows.cuts),
            voices.covered[every, best],
            self._cover_words(rows, best.tolist()) * rows.known,
        ]
        return np.stack(signs, axis=1).astype(np.float32)

    def _cover_words(self, rows: Rows, intents: Sequence[int]) -> Floats:
        """How much of each message's known words some example of its intent has."""
        covered = np.zeros(len(intents), np.float32)
        for number, intent in enumerate(intents):
            words, weights = rows.words(number)
            covered[number] = (weights * weights) @ self.seen[words, intent]
        return covered


SIGNS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a router said of examples that were held out while it was trained: shares from 0 to 1."""

    right: float  # of the best intents
    taken: float  # unasked
    right_of_taken: float


@dataclass(frozen=True, slots=True, eq=False)
class Router:
    """Everything that routing needs. Immutable: other examples make another one."""

    intents: tuple[str, ...]
    scorer: Scorer
    inside: Head
    right: Head
    take_from: float  # `right` from which the best intent is taken
    ask_from: float  # `inside` from which the customer is asked; below, a person
    figures: Figures | None = None
    encoder: str | None = None  # the name of the one that it was trained with

    def route(self, texts: Sequence[str], encoder: Encoder | None = None) -> list[Guess]:
        """What is to be done with each message. `encoder`: the one that it was trained with, if it was."""
        if not self.reads_with(encoder):
            raise ValueError(f"this router reads messages with {self.encoder}")
        used = None if self.encoder is None else encoder
        return [guess for batch in batched(texts) for guess in self._route(batch, used)]

    def reads_with(self, encoder: Encoder | None) -> bool:
        """Whether it can do its work with this encoder, or without one."""
        return self.encoder is None or (encoder is not None and encoder.name == self.encoder)

    def _route(self, texts: Sequence[str], encoder: Encoder | None) -> list[Guess]:
        scores, signs = self.scorer.score(texts, None if encoder is None else encoder.encode(texts))
        inside, right = self.inside.judge(signs).tolist(), self.right.judge(signs).tolist()
        best: list[list[int]] = np.argsort(-scores, axis=1, kind="stable")[:, :CHOICES].tolist()
        return [
            Guess(
                intents=tuple(self.intents[number] for number in numbers),
                inside=one,
                right=other,
                outcome=self._choose(one, other),
            )
            for numbers, one, other in zip(best, inside, right, strict=True)
        ]

    def _choose(self, inside: float, right: float) -> Outcome:
        if inside < self.ask_from:
            return Outcome.PERSON
        return Outcome.TAKE if right >= self.take_from else Outcome.ASK

    def to_bytes(self) -> bytes:
        """The router as arrays in the format of `numpy.savez`: no pickles, so opening it runs nothing."""
        scorer, vocabulary, memory = self.scorer, self.scorer.vocabulary, self.scorer.memory
        names = {"intents": self.intents, "grams": list(vocabulary.grams), "words": list(vocabulary.words)}
        plain = {
            "format": FORMAT,
            "stems": vocabulary.stems,
            "unseen": vocabulary.unseen,
            "usual": vocabulary.usual,
            "size": memory.size,
            "sharpness": scorer.sharpness,
            "take_from": self.take_from,
            "ask_from": self.ask_from,
            "figures": None if self.figures is None else asdict(self.figures),
            "encoder": self.encoder,
        }
        heads = {
            f"{name}_{part}": getattr(head, part)
            for name, head in (("inside", self.inside), ("right", self.right))
            for part in ("center", "scale", "weights")
        }
        written = io.BytesIO()
        np.savez(
            written,
            names=np.frombuffer(orjson.dumps(names), np.uint8),
            plain=np.frombuffer(orjson.dumps(plain), np.uint8),
            idf=vocabulary.idf,
            weights=scorer.weights,
            meaning=scorer.meaning,
            mix=scorer.mix,
            seen=np.packbits(scorer.seen, axis=1),
            starts=memory.starts,
            examples=memory.examples.astype(np.int32),
            cosines=memory.weights,
            firsts=memory.firsts,
            **heads,
        )
        return written.getvalue()


def from_bytes(data: bytes) -> Router:
    """The router that `to_bytes` wrote. Raises `NotAModel`."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            names: dict[str, list[str]] = orjson.loads(arrays["names"].tobytes())
            plain: dict[str, Any] = orjson.loads(arrays["plain"].tobytes())
            if plain["format"] != FORMAT:
                raise NotAModel("this router was trained by another version of okienko: train it again")
            vocabulary = Vocabulary(
                grams={name: number for number, name in enumerate(names["grams"])},
                words={name: number for number, name in enumerate(names["words"], start=len(names["grams"]))},
                idf=arrays["idf"],
                unseen=plain["unseen"],
                usual=_language(plain["usual"]),
                stems=plain["stems"],
                speller=Speller(plain["stems"]),
            )
            memory = Memory(
                starts=arrays["starts"],
                examples=arrays["examples"].astype(np.intp),
                weights=arrays["cosines"],
                firsts=arrays["firsts"],
                size=plain["size"],
            )
            heads = {
                name: Head(*(arrays[f"{name}_{part}"] for part in ("center", "scale", "weights")))
                for name in ("inside", "right")
            }
            return Router(
                intents=tuple(names["intents"]),
                scorer=Scorer(
                    vocabulary=vocabulary,
                    weights=arrays["weights"],
                    meaning=arrays["meaning"],
                    seen=np.unpackbits(arrays["seen"], axis=1, count=len(names["intents"])).astype(np.bool_),
                    memory=memory,
                    mix=arrays["mix"],
                    sharpness=plain["sharpness"],
                ),
                inside=heads["inside"],
                right=heads["right"],
                take_from=plain["take_from"],
                ask_from=plain["ask_from"],
                figures=None if plain.get("figures") is None else Figures(**plain["figures"]),
                encoder=plain["encoder"],
            )
    except (ValueError, KeyError, OSError, EOFError, TypeError, BadZipFile):
        raise NotAModel("these bytes are not a trained router: train it again") from None


def _language(name: str) -> Language:
    return "pl" if name == "pl" else "en"


def batched(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The texts, so many at once as are quick and take little memory."""
    for start in range(0, len(texts), _BATCH):
        yield texts[start : start + _BATCH]
