"""What a picture of a scenario shows: a box a step, an arrow a way. The browser lays it out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from okienko.scenarios.studio.form import (
    Data,
    Table,
    first_words,
    items,
    kind_of,
    rows,
    spoken,
    steps,
    table,
    tell_row,
    text,
)
from okienko.web.i18n import Words

_LONGEST: Final = 60  # characters of a label


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """A way from a step to another, and what it is taken for: an answer, a condition."""

    to: str
    label: str = ""
    kind: str = "then"  # then | answer | when | else | give_up | missing | away


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A step in the picture."""

    at: int
    name: str
    kind: str
    words: str
    arrows: tuple[Arrow, ...]
    problems: int


def draw(data: Mapping[str, Data], words: Words, problems: Mapping[int, int]) -> list[Box]:
    """The boxes in the file's order. `problems`: how many there are, by the step's place."""

    listed = steps(data)
    return [
        Box(
            at=at,
            name=text(step.get("step")),
            kind=kind_of(step) or "",
            words=_shorten(first_words(step, words.language)),
            arrows=tuple(_arrows(step, text(listed[at + 1].get("step")) if at + 1 < len(listed) else "", words)),
            problems=problems.get(at, 0),
        )
        for at, step in enumerate(listed)
    ]


def _arrows(step: Table, below: str, words: Words) -> Iterator[Arrow]:
    kind = kind_of(step)
    after = text(step.get("go")) or below
    if kind in {"end", "hand_off"}:
        return
    if kind == "branch":
        for way in map(table, items(step.get("branch"))):
            label = "; ".join(tell_row(row, words) for row in rows(way.get("when")))
            yield Arrow(to=text(way.get("go")), label=_shorten(label), kind="when" if label else "else")
        return
    choices = [table(choice) for choice in items(step.get("choices"))]
    for choice in choices:
        called = text(spoken(choice.get(words.language))) or text(choice.get("value"))
        yield Arrow(to=text(choice.get("go")) or after, label=_shorten(called), kind="answer")
    if not choices and after:
        yield Arrow(to=after)
    for key in ("give_up", "missing", "away"):
        if step.get(key):
            yield Arrow(to=text(step[key]), kind=key)


def _shorten(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "…"
