"""What is learnt from: texts in both languages, each with the English text whose vector it is to have."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from training.corpus import Said, Topic
from training.pairs import Pair, normalise

_ENGLISH: Final = 0.5  # how often the English side is read, beside once for the Polish
_SLIPS: Final = 0.1  # of the sentences that people write are read with a slip, too
_SHORTEST: Final = 4  # letters of a word in which somebody slips


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A text, the English one that the teacher reads in its place, and how often it is read in an epoch."""

    source: str
    text: str
    taught: str
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSamples:
    """Of a topic, the numbers of the samples that customers write, and of those that a help centre says."""

    messages: tuple[int, ...]
    help: tuple[int, ...]


def make_samples(
    pairs: Sequence[Pair], rates: Mapping[str, float], words: Iterable[str], *, words_rate: float, seed: int
) -> list[Sample]:
    """Both sides of each pair, some sentences of people with slips, and English words by themselves."""
    rng = random.Random(seed)
    samples: list[Sample] = []
    for pair in pairs:
        samples += _both(pair.source, pair.pl, pair.en, rates[pair.source])
        if pair.source == "tatoeba" and rng.random() < _SLIPS:
            text = slip(pair.pl, rng)
            samples.append(Sample(source=pair.source, text=text, taught=pair.en, rate=rates[pair.source]))
    samples += (Sample(source="words", text=word, taught=word, rate=words_rate) for word in words)
    return samples


def _both(source: str, pl: str, en: str, rate: float) -> list[Sample]:
    return [
        Sample(source=source, text=pl, taught=en, rate=rate),
        Sample(source=source, text=en, taught=en, rate=rate * _ENGLISH),
    ]


def add_topics(
    samples: list[Sample], topics: Iterable[Topic], *, rate: float, seed: int, evaluated: Collection[str] = ()
) -> list[TopicSamples]:
    """Adds the texts of the topics that are learnt from, but for what is `evaluated`; says which they are."""
    rng = random.Random(seed)
    found: list[TopicSamples] = []
    for topic in topics:
        if topic.part != "learnt":
            continue
        messages: list[int] = []
        for said in topic.messages:
            if normalise(said.pl) in evaluated or normalise(said.en) in evaluated:
                continue
            messages += range(len(samples), len(samples) + 3)
            samples += _both("corpus", said.pl, said.en, rate)
            samples.append(Sample(source="corpus", text=slip(said.pl, rng), taught=said.en, rate=rate * _SLIPS))
        whole = Said(pl=f"{topic.title.pl}. {topic.help.pl}", en=f"{topic.title.en}. {topic.help.en}")
        first = len(samples)
        for said in (whole, topic.title, topic.help):
            samples += _both("corpus", said.pl, said.en, rate)
        found.append(TopicSamples(messages=tuple(messages), help=tuple(range(first, len(samples)))))
    return found


def slip(text: str, rng: random.Random) -> str:
    """The text with one letter left out, doubled, or changed with its neighbour, in one of its longer words."""
    words = text.split(" ")
    long = [nth for nth, word in enumerate(words) if len(word) >= _SHORTEST and word.isalpha()]
    if not long:
        return text
    nth = rng.choice(long)
    word = words[nth]
    at = rng.randrange(1, len(word) - 1)
    left, here, right = word[:at], word[at], word[at + 1 :]
    words[nth] = rng.choice([left + right, left + here + here + right, left + right[:1] + here + right[1:]])
    return " ".join(words)
