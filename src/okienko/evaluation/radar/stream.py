"""An invented brand's unanswered messages: weeks of every day with their rhythm, and faults that rise. Seeded."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Warsaw")
_MINUTE: Final = timedelta(minutes=1)
# How much of a day's mean each hour has, by the brand's clock, and each day of a week's, from Monday on.
_HOURS: Final = (
    *(0.15, 0.1, 0.06, 0.05, 0.05, 0.1, 0.3, 0.6, 1.0, 1.4, 1.6, 1.6),
    *(1.5, 1.4, 1.4, 1.4, 1.4, 1.5, 1.6, 1.8, 1.9, 1.6, 1.0, 0.5),
)
_DAYS: Final = (1.1, 1.05, 1.0, 1.0, 1.0, 0.85, 1.0)
_OUT_OF_SCOPE: Final = 0.35  # of what is left open is about something that the help centre does not know


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message at a moment; `fault`: which it tells of."""

    at: datetime
    text: str
    fault: str | None = None


def read_faults() -> dict[str, tuple[str, ...]]:
    """The invented faults: by name, what people write about them."""
    faults: dict[str, tuple[str, ...]] = {}
    for part in _read("radar/faults.txt").split("\n## ")[1:]:
        name, *lines = part.strip().split("\n")
        faults[name] = tuple(lines)
    return faults


def read_every_day() -> dict[str, tuple[str, ...]]:
    """What the Kramik set's customers write, by what they come with."""
    found: dict[str, list[str]] = {}
    for part in ("open", "frozen"):
        for name in ("messages", "out_of_scope"):
            for line in _read(f"kramik/{part}/{name}.jsonl").splitlines():
                one = json.loads(line)
                found.setdefault(one["intent"], []).append(one["text"])
    return {intent: tuple(texts) for intent, texts in found.items()}


def _read(name: str) -> str:
    return (files("okienko.evaluation") / name).read_text("utf-8")


def play_every_day(
    chance: Random, said: Mapping[str, Sequence[str]], *, since: datetime, until: datetime, hourly: float
) -> list[Said]:
    """Ordinary messages, `hourly` on average; few matters bring most of them (Zipf)."""
    matters = sorted(said.keys() - {"oos"})
    Random(0).shuffle(matters)  # noqa: S311 - the same matters are frequent, whatever is drawn
    weights = {matter: 1 / (rank + 3) for rank, matter in enumerate(matters)}
    total = sum(weights.values())
    weights["oos"] = total * _OUT_OF_SCOPE / (1 - _OUT_OF_SCOPE)
    names = list(weights)
    return [
        Said(at=at, text=chance.choice(said[chance.choices(names, [weights[name] for name in names])[0]]))
        for at in _draw_times(chance, since=since, until=until, hourly=hourly)
    ]


def play_fault(
    chance: Random, name: str, texts: Sequence[str], *, since: datetime, until: datetime, hourly: float
) -> list[Said]:
    """Messages about one fault."""
    times = _draw_times(chance, since=since, until=until, hourly=hourly)
    return [Said(at=at, text=chance.choice(texts), fault=name) for at in times]


def _draw_times(chance: Random, *, since: datetime, until: datetime, hourly: float) -> list[datetime]:
    """Moments of a Poisson process that follows the hours of the day and the days of the week."""
    times: list[datetime] = []
    mean = sum(_HOURS) / len(_HOURS)
    at = since
    while at < until:
        local = at.astimezone(ZONE)
        rate = hourly * _HOURS[local.hour] / mean * _DAYS[local.weekday()] / 60
        times += [at + _MINUTE * chance.random() for _ in range(_draw_count(chance, rate))]
        at += _MINUTE
    return sorted(time for time in times if time < until)


def _draw_count(chance: Random, mean: float) -> int:
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product >= limit:
        product *= chance.random()
        count += 1
    return count
