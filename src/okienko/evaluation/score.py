"""How much of what is marked was found and masked, and what was masked for nothing. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from okienko.evaluation.engines import Found
from okienko.evaluation.messages import Message, Span

_WORD: Final = re.compile(r"\w+(?:[-'’@.]\w+)*")


@dataclass(slots=True)
class Count:
    """Marked spans of one kind or lane. `masked`: no letter or digit of the span is left in clear, whoever took it.
    `recalled`: a span of the right kind was found there. `reported`, `right`: spans found, and how many of them touch
    a marked one of the same kind."""

    marked: int = 0
    masked: int = 0
    recalled: int = 0
    reported: int = 0
    right: int = 0


@dataclass(slots=True)
class Score:
    """All counts of one set of messages."""

    messages: int = 0
    words: int = 0
    kinds: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    lanes: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    false_masks: int = 0  # masked, and nothing personal is marked there
    false_masks_by_kind: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    negatives: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])  # lane: messages, hurt
    missed: list[tuple[str, Message]] = field(default_factory=list[tuple[str, Message]])  # what went wrong in which


def score(messages: Sequence[Message], found: Sequence[Sequence[Found]]) -> Score:
    """Compare what is marked with what was found, message by message."""
    total = Score(messages=len(messages))
    for message, spans in zip(messages, found, strict=True):
        total.words += count_words(message.text)
        _score_marked(total, message, spans)
        _score_found(total, message, spans)
    return total


def count_words(text: str) -> int:
    return len(_WORD.findall(text))


def is_masked(text: str, marked: Span, found: Sequence[Found]) -> bool:
    """Whether each letter and digit of a marked span lies in something that was masked."""
    covered = [(start, end) for start, end, _, masked in found if masked and start < marked.end and end > marked.start]
    return all(
        any(start <= at < end for start, end in covered) or not text[at].isalnum()
        for at in range(marked.start, marked.end)
    )


def _score_marked(total: Score, message: Message, found: Sequence[Found]) -> None:
    for marked in message.spans:
        masked = is_masked(message.text, marked, found)
        recalled = any(
            kind == marked.label and start < marked.end and end > marked.start for start, end, kind, _ in found
        )
        for count in (total.kinds[marked.label], total.lanes[marked.lane]):
            count.marked += 1
            count.masked += masked
            count.recalled += recalled
        if marked.personal and not masked:
            total.missed.append((marked.lane, message))


def _score_found(total: Score, message: Message, found: Sequence[Found]) -> None:
    hurt = 0  # the end of the last false mask: what overlaps it is the same one
    for start, end, kind, masked in sorted(found, key=lambda one: (one[0], -one[1])):
        touched = [marked for marked in message.spans if start < marked.end and end > marked.start]
        total.kinds[kind].reported += 1
        total.kinds[kind].right += any(marked.label == kind for marked in touched)
        if masked and start >= hurt and not any(marked.personal for marked in touched):
            hurt = end
            total.false_masks += 1
            total.false_masks_by_kind[kind] += 1
    if message.negative:
        lane = message.lane or "neg"
        messages, harmed = total.negatives.get(lane, (0, 0))
        total.negatives[lane] = (messages + 1, harmed + bool(hurt))
        if hurt:
            total.missed.append((lane, message))
