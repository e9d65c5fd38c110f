"""The attacks and look-alikes that ship with the project, as values. Their README says what the fields mean."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Literal

from okienko.values import Language

LANGUAGES: Final[tuple[Language, ...]] = ("pl", "en")
Where = Literal["message", "email", "attachment", "article"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """Words that want the bot to do what it must not."""

    id: str
    language: Language
    kind: str
    where: Where
    text: str
    forbidden: tuple[str, ...] = ()  # what a bot that obeys would say
    ask: str | None = None  # of an attack inside an article: the question that finds it


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAlike:
    """An ordinary message that sounds like an attack, and the same without what sounds so."""

    id: str
    language: Language
    text: str
    without: str


def read_attacks() -> list[Attack]:
    """All attacks, Polish first."""
    return [
        Attack(forbidden=tuple(row.pop("forbidden", ())), **row)
        for language in LANGUAGES
        for row in _read(f"attacks.{language}.jsonl")
    ]


def read_look_alikes() -> list[LookAlike]:
    """All look-alikes, Polish first."""
    return [LookAlike(**row) for language in LANGUAGES for row in _read(f"look_alikes.{language}.jsonl")]


def _read(name: str) -> list[dict[str, Any]]:
    text = (files("okienko.evaluation.adversarial") / "data" / name).read_text("utf-8")
    return [json.loads(line) for line in text.split("\n") if line]
