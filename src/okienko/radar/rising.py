"""What rises among the messages that were left open: the terms that say so, and who shares them. Pure.

A message is a set of terms: its words' stems, and the folded 4-grams of its letters, which forgive slips and missing
diacritics. Nothing rises because messages resemble each other; messages of every day do. So a term is first held
against the reference, which is a sample of what was left open in the last two weeks: how many of so many people would
say it? The gamma-Poisson answer to that is a negative binomial distribution (Gelman and others, "Bayesian Data
Analysis", 3rd edition, 2.6).

Only terms that rise weigh anything, by the logarithm of how much more often than usual they are said. What shares them
is put together, the messages that say most first; that joins wordings which have little else in common. This is how
bursts are found in streams of texts (Kleinberg, "Bursty and Hierarchical Structure in Streams", 2003), in one window.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from okienko.values import ConversationId, MessageId, PersonId

LEAST: Final = 5  # people: fewer are no crowd, however unlikely they are
MOST: Final = 300  # messages that are looked at together; of more, the latest

_GRAM: Final = 0.3  # what a gram weighs beside a stem
_LEAST_SURE: Final = 4  # people who say a term that may raise a group
_LEAST_SAY: Final = 3  # people who say a term, or it weighs nothing
_RATIO: Final = 2.0  # how much more often than usual a term is said that weighs something
_DEVIATIONS: Final = 3.0  # and by how many standard deviations
_CLOSE: Final = 0.3  # cosine of the terms that rise, between a message and the group that it joins at first
_SAME: Final = 0.15  # between two groups, which are one from there on
_ALIKE: Final = 0.1  # and between a message and what its group says in the end
_SAYS: Final = 1.0  # the weight of a message's rising terms, below which it says nothing of the matter
# A rate that was learnt from many is known no better than that: days differ. The standard deviation is a third of it.
_STEADY: Final = 10.0
_UNSEEN: Final = 0.5  # people in the reference who may have said what nobody there has said
_UNKNOWN: Final = 50.0  # people by whom a reference is too small: without any, a term is said by one of a hundred


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a message says. A stem begins with a character that no gram has."""

    stems: frozenset[str]
    grams: frozenset[str]

    def __or__(self, other: Terms) -> Terms:
        return Terms(stems=self.stems | other.stems, grams=self.grams | other.grams)


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Somebody's message that was left open."""

    message: MessageId  # the bot's, which left it open
    conversation: ConversationId
    person: PersonId
    at: datetime
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What is left open when nothing is wrong: by so many people, of whom so many say each term."""

    people: int
    says: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Risen:
    """Messages about something that is said more often than it should be."""

    members: tuple[Open, ...]  # oldest first
    people: int
    weights: Mapping[str, float]  # the terms that say so
    chance: float  # how likely the least likely of its terms is


NOTHING: Final = Reference(people=0, says={})


def make_reference(sample: Sequence[Open]) -> Reference:
    """The reference that a sample is, one entry a person."""
    said = _by_person(sample)
    return Reference(people=len(said), says=Counter(term for terms, _ in said for term in _all(terms)))


def find_risen(opened: Sequence[Open], reference: Reference, *, expected: float, level: float) -> list[Risen]:
    """What rises in one window of time, by the most people first.

    `expected`: people whom the window brings when nothing is wrong; where others than those who say a term are more,
    they count instead, so that a day on which everything is asked ten times as often raises nothing. `level`: how
    unlikely a term of a group has to be.
    """
    said = _by_person(opened)
    terms = Counter(term for about, _ in said for term in about.stems)
    chances: dict[str, float] = {}
    for term, people in terms.items():
        if people >= _LEAST_SURE:
            shape, usual = _usual(term, reference, max(expected, len(said) - people, 1))
            if people > _RATIO * usual:
                chances[term] = find_chance(people, shape, usual)
    sure = {term for term, likely in chances.items() if likely < level}
    if not sure:
        return []
    stems = frozenset(terms)
    terms.update(term for about, _ in said for term in about.grams)
    weights: dict[str, float] = {}
    for term, people in terms.items():
        if people >= _LEAST_SAY:
            shape, usual = _usual(term, reference, max(expected, len(said) - people, 1))
            ratio = people / usual if usual else math.inf
            if ratio >= _RATIO and people - usual >= _DEVIATIONS * math.sqrt(usual + usual * usual / shape):
                weights[term] = math.log(ratio) * (1 if term in stems else _GRAM)
    risen: list[Risen] = []
    for group in _put_together([_all(about) for about, _ in said], weights):
        held = Counter(term for n in group for term in said[n][0].stems & sure)
        own = [term for term, people in held.items() if people >= _LEAST_SURE and 2 * people > terms[term]]
        if own and len(group) >= LEAST:
            members = sorted((one for n in group for one in said[n][1]), key=lambda one: (one.at, one.message.int))
            shared = Counter(term for n in group for term in _all(said[n][0]) if term in weights)
            risen.append(
                Risen(
                    members=tuple(members),
                    people=len(group),
                    weights={term: weights[term] for term, people in shared.items() if people >= _LEAST_SAY},
                    chance=min(chances[term] for term in own),
                )
            )
    return sorted(risen, key=lambda one: -one.people)


def _by_person(opened: Sequence[Open]) -> list[tuple[Terms, list[Open]]]:
    """What each person has said: somebody who writes ten times is one person who says a lot."""
    found: dict[PersonId, tuple[Terms, list[Open]]] = {}
    for one in opened:
        known = found.get(one.person)
        found[one.person] = (one.terms, [one]) if known is None else (known[0] | one.terms, [*known[1], one])
    return list(found.values())


def _all(terms: Terms) -> Iterator[str]:
    return chain(terms.stems, terms.grams)


def _usual(term: str, reference: Reference, others: float) -> tuple[float, float]:
    """How many of so many people say a term: the shape of the gamma distribution, and the mean."""
    said = reference.says.get(term, 0) + _UNSEEN
    return min(said, _STEADY), said / (reference.people + _UNKNOWN) * others


def find_chance(people: int, shape: float, mean: float) -> float:
    """How likely so many people or more are: the tail of a negative binomial distribution with this mean."""
    if people <= 0:
        return 1.0
    share = mean / (mean + shape)
    log_share, log_rest = math.log(share), math.log1p(-share)
    total, count = 0.0, people
    while True:
        log_term = math.lgamma(count + shape) - math.lgamma(shape) - math.lgamma(count + 1)
        term = math.exp(log_term + shape * log_rest + count * log_share)
        total += term
        if count > mean and term < total * 1e-6:
            return min(total, 1.0)
        count += 1


def _put_together(said: Sequence[Iterable[str]], weights: Mapping[str, float]) -> list[list[int]]:
    """Groups of who shares rising terms, by number; who says little of them is in none."""
    vectors = [{term: weights[term] for term in terms if term in weights} for terms in said]
    order = sorted(
        (n for n, vector in enumerate(vectors) if sum(vector.values()) >= _SAYS),
        key=lambda n: (-sum(vectors[n].values()), n),
    )
    centres: list[dict[str, float]] = []
    for n in order:
        nearest, alike = _nearest(vectors[n], centres)
        if alike < _CLOSE:
            centres.append({})
            nearest = len(centres) - 1
        _add(centres[nearest], vectors[n])
    centres = _join(centres)
    groups: list[list[int]] = [[] for _ in centres]
    for n in order:
        nearest, alike = _nearest(vectors[n], centres)
        if alike >= _ALIKE:
            groups[nearest].append(n)
    return [group for group in groups if group]


def _join(centres: Sequence[dict[str, float]]) -> list[dict[str, float]]:
    joined: list[dict[str, float]] = []
    for centre in sorted(centres, key=lambda centre: -_length(centre)):
        nearest, alike = _nearest(centre, joined)
        if alike >= _SAME:
            for term, weight in centre.items():
                joined[nearest][term] = joined[nearest].get(term, 0.0) + weight
        else:
            joined.append(dict(centre))
    return joined


def _nearest(vector: Mapping[str, float], centres: Sequence[Mapping[str, float]]) -> tuple[int, float]:
    alike = [likeness(vector, centre) for centre in centres]
    best = max(range(len(alike)), key=alike.__getitem__, default=-1)
    return best, alike[best] if alike else 0.0


def likeness(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """The cosine between two vectors of terms; 0 where one is empty."""
    lengths = _length(one) * _length(other)
    return sum(weight * other.get(term, 0.0) for term, weight in one.items()) / lengths if lengths else 0.0


def _add(centre: dict[str, float], vector: Mapping[str, float]) -> None:
    length = _length(vector)
    for term, weight in vector.items():
        centre[term] = centre.get(term, 0.0) + weight / length


def _length(vector: Mapping[str, float]) -> float:
    return math.sqrt(sum(weight * weight for weight in vector.values()))


def find_beginning(times: Sequence[datetime], window: timedelta) -> datetime:
    """When something that rises began: from where on it came most unevenly, by Kulldorff's scan statistic.

    `times` ascend and are not empty; `window` is the time that was looked through. (Kulldorff, "A spatial scan
    statistic", Communications in Statistics 26, 1997.)
    """
    last = times[-1]

    def unevenness(n: int) -> float:
        count, length = len(times) - n, (last - times[n]) / window
        usual = max(length, 1 / 360) * len(times)
        return count * math.log(count / usual) - count + usual if count > usual else 0.0

    most = len(times) - min(len(times), LEAST)
    return times[max(range(most + 1), key=lambda n: (unevenness(n), -n))]
