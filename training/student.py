"""The student in torch: the same function as `okienko.encoders.own`, with slopes; how it is taught and written.

What is taught: that a text's vector is the teacher's vector of its English (cosine), that texts lie to each other as
the teacher has it (soft cross-entropy within a batch), and that a customer's message lies nearest to what a help centre
says of its topic (cross-entropy among topics; training topics of our corpus only).
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from okienko.encoders.own import MOST_ATTENTION, OF_A_WORD, REST, TABLE, cut_words, find_rows

DIMENSIONS: Final = 384
_LIKE_TEACHER: Final = 4.0  # what each part of the loss counts
_LIKE_OTHERS: Final = 0.5
_TO_TOPIC: Final = 0.5
_TEMPERATURE: Final = 0.05
_BETAS: Final = (0.9, 0.99)

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The size of a student."""

    rows: int = 1 << 17
    width: int = 160
    heads: int = 8
    hidden: int = 512


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ragged:
    """Lists of numbers one after another; list `i` is `numbers[starts[i]:starts[i + 1]]`."""

    numbers: Ints
    starts: Ints

    def take(self, which: Ints) -> tuple[Ints, Ints]:
        """The numbers of these lists, and how many each has."""
        lengths = self.starts[which + 1] - self.starts[which]
        ends = np.cumsum(lengths)
        at = np.arange(ends[-1]) + np.repeat(self.starts[which] - ends + lengths, lengths)
        return self.numbers[at], lengths


def join(lists: Sequence[Sequence[int]]) -> Ragged:
    """Lists as one."""
    starts = np.cumsum([0, *map(len, lists)])
    return Ragged(numbers=np.array([number for one in lists for number in one], np.int64), starts=starts)


class Texts:
    """Texts as words, and words as rows of the table; each distinct word is cut once."""

    def __init__(self, texts: Sequence[str], rows: int) -> None:
        known: dict[str, int] = {}
        self.words = join([[known.setdefault(word, len(known)) for word in cut_words(text) or [""]] for text in texts])
        self.rows = join([find_rows(word, rows) for word in known])


class Student(nn.Module):
    """Texts to vectors. Its parameters are those of `own.Weights`, the table not yet whole numbers."""

    def __init__(self, shape: Shape, seed: int) -> None:
        super().__init__()
        drawn = torch.Generator().manual_seed(seed)

        def draw(*size: int, spread: float) -> nn.Parameter:
            return nn.Parameter(torch.randn(*size, generator=drawn) * spread)

        self.shape = shape
        # Not among the parameters: a step touches some rows only, and `Rows` moves them.
        self.table = torch.randn(shape.rows, shape.width, generator=drawn) * 0.1
        self.read: list[tuple[Ints, torch.Tensor]] = []  # rows of the table that were read, and as what
        self.attention = nn.Parameter(torch.zeros(shape.width, shape.heads))
        self.straight = draw(shape.width, DIMENSIONS, spread=shape.width**-0.5)
        self.inner = draw(shape.width, shape.hidden, spread=(2 / shape.width) ** 0.5)
        self.inner_bias = nn.Parameter(torch.zeros(shape.hidden))
        self.outer = draw(shape.hidden, DIMENSIONS, spread=0.1 * shape.hidden**-0.5)
        self.bias = nn.Parameter(torch.zeros(DIMENSIONS))

    def forward(self, texts: Texts, which: Ints) -> torch.Tensor:
        """`float32[len(which), 384]`, rows of length 1."""
        device = self.table.device
        words, lengths = texts.words.take(which)
        distinct, place = np.unique(words, return_inverse=True)
        rows, counts = texts.rows.take(distinct)
        starts = np.cumsum(counts) - counts
        weights = np.repeat(1 / np.maximum(counts - OF_A_WORD, 1), counts).astype(np.float32)
        weights[starts] = weights[starts + 1] = 1
        used, at = np.unique(rows, return_inverse=True)
        part = self.table[torch.from_numpy(used).to(device)]
        if self.training:
            part.requires_grad_()
            self.read.append((used, part))
        vectors = functional.embedding_bag(
            torch.from_numpy(at).to(device),
            part,
            torch.from_numpy(starts).to(device),
            mode="sum",
            per_sample_weights=torch.from_numpy(weights).to(device),
        )
        counted = torch.exp(torch.clamp(vectors @ self.attention, -MOST_ATTENTION, MOST_ATTENTION))
        bags = torch.from_numpy(place).to(device), torch.from_numpy(np.cumsum(lengths) - lengths).to(device)
        heads = self.shape.heads
        weighed = (vectors.unflatten(1, (heads, -1)) * counted[:, :, None]).flatten(1)
        sums = functional.embedding_bag(bags[0], torch.hstack([weighed, counted]), bags[1], mode="sum")
        means = sums[:, :-heads].unflatten(1, (heads, -1)) / sums[:, -heads:, None]
        pooled = means.flatten(1)
        hidden = functional.relu(pooled @ self.inner + self.inner_bias)
        return functional.normalize(pooled @ self.straight + hidden @ self.outer + self.bias, dim=1)


class Rows:
    """Moves the rows of the table that were read: RMSprop with one mean square a row, from when it is first read.

    A row is read in one step of many; what has a memory of all its numbers costs more than the rest of a step.
    """

    def __init__(self, student: Student) -> None:
        self._student = student
        self._squares = torch.zeros(len(student.table), device=student.table.device)
        self._times = torch.zeros(len(student.table), device=student.table.device)

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """After the slopes are known; forgets what was read."""
        for used, part in self._student.read:
            if part.grad is None:
                continue
            at = torch.from_numpy(used).to(part.device)
            times = self._times[at] + 1
            squares = _BETAS[1] * self._squares[at] + (1 - _BETAS[1]) * part.grad.square().mean(1)
            self._times[at], self._squares[at] = times, squares
            usual = (squares / (1 - _BETAS[1] ** times)).sqrt() + 1e-9
            self._student.table.index_add_(0, at, part.grad * (-rate / usual)[:, None])
        self._student.read.clear()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lessons:
    """Texts, the row of `taught` each is to have as its vector, and how often each is read in an epoch."""

    texts: Texts
    answers: Ints
    taught: NDArray[np.float16]
    rates: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Topics:
    """Of each training topic the texts (of the lessons) that customers write, and those of the help centre."""

    messages: Sequence[Ints]
    help: Sequence[Ints]


def teach(
    student: Student,
    lessons: Lessons,
    topics: Topics | None,
    *,
    epochs: float,
    batch: int,
    rate: float,
    table_rate: float,
    seed: int,
) -> Iterator[float]:
    """Trains the student; after each epoch the mean loss. The rates rise for a tenth of the way and fall to nothing."""
    rng = np.random.default_rng(seed)
    rows = Rows(student)
    rest = torch.optim.AdamW(student.parameters(), lr=rate, betas=_BETAS, weight_decay=0.0)
    steps = max(1, math.ceil(float(lessons.rates.sum()) * epochs / batch))
    step = 0
    device = student.table.device
    sums, seen = 0.0, 0
    while step < steps:
        order = _draw(lessons.rates, rng)
        for begin in range(0, len(order) - batch // 2, batch):
            some = order[begin : begin + batch]
            share = step / steps
            pace = min(1.0, share / 0.1) * 0.5 * (1 + math.cos(math.pi * max(0.0, (share - 0.1) / 0.9))) + 1e-3
            rest.param_groups[0]["lr"] = rate * pace
            wanted = torch.from_numpy(lessons.taught[lessons.answers[some]].astype(np.float32)).to(device)
            loss = _compare(student(lessons.texts, some), functional.normalize(wanted, dim=1))
            if topics is not None:
                loss = loss + _TO_TOPIC * _bring_to_topic(student, lessons.texts, topics, rng)
            rest.zero_grad()
            loss.backward()
            rows.step(table_rate * pace)
            rest.step()
            step += 1
            sums, seen = sums + loss.item(), seen + 1
            if step >= steps:
                break
        yield sums / seen
        sums, seen = 0.0, 0


def _draw(rates: NDArray[np.float32], rng: np.random.Generator) -> Ints:
    """What an epoch reads, in its order: a rate of 2.5 is twice, and a third time by chance."""
    often = np.floor(rates + rng.random(len(rates), np.float32)).astype(np.int64)
    return rng.permutation(np.repeat(np.arange(len(rates)), often))


def _compare(found: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    alike = (found * wanted).sum(1)
    with torch.no_grad():
        shares = torch.softmax(wanted @ wanted.T / _TEMPERATURE, 1)
    others = functional.cross_entropy(found @ wanted.T / _TEMPERATURE, shares)
    return _LIKE_TEACHER * (1 - alike).mean() + _LIKE_OTHERS * others


def _bring_to_topic(student: Student, texts: Texts, topics: Topics, rng: np.random.Generator) -> torch.Tensor:
    """A message of each of some topics against the help of all of these."""
    chosen = rng.permutation(len(topics.messages))[:256].tolist()
    said = np.array([rng.choice(topics.messages[topic]) for topic in chosen])
    helps = np.array([rng.choice(topics.help[topic]) for topic in chosen])
    both = student(texts, np.concatenate([said, helps]))
    scores = both[: len(said)] @ both[len(said) :].T / _TEMPERATURE
    right = torch.arange(len(said), device=scores.device)
    return (functional.cross_entropy(scores, right) + functional.cross_entropy(scores.T, right)) / 2


def write(student: Student, folder: Path, name: str) -> Mapping[str, int]:
    """The student's files for `own.open_own`, the table as whole numbers; the size of each in bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {key: tensor.detach().cpu().numpy() for key, tensor in student.named_parameters()}
    table = student.table.cpu().numpy()
    scales = np.maximum(np.abs(table).max(axis=1), 1e-8) / 127
    scales = scales.astype(np.float16).astype(np.float32)
    np.save(folder / TABLE, np.clip(np.rint(table / np.maximum(scales, 1e-8)[:, None]), -127, 127).astype(np.int8))
    halves = {key: array.astype(np.float16) for key, array in arrays.items()}
    np.savez(folder / REST, name=np.array(name), scales=scales.astype(np.float16), **halves)
    return {file: (folder / file).stat().st_size for file in (TABLE, REST)}


def now() -> float:
    """Seconds, for telling how long something takes."""
    return time.monotonic()
