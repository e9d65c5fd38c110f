"""Measures which messages an incident answers: those about it, and others that it should leave alone.

The recogniser is made as a worker makes it: from what broke, eight example sentences, and what the brand's customers
wrote before. README.md beside the faults says where all of it comes from.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from okienko.alike import read_features
from okienko.evaluation import resolution
from okienko.incidents.match import learn_background, make_recogniser

FOLDER: Final = Path(__file__).parent
KRAMIK: Final = resolution.BUILT_IN
PARTS: Final = ("tuned", "held")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault with its messages."""

    name: str
    part: str
    broke: str
    near: frozenset[str]  # intents whose messages may well be about it
    examples: Sequence[str]
    messages: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Another message of a customer."""

    text: str
    intent: str


def read_faults() -> list[Fault]:
    """The faults of this package."""
    blocks = (FOLDER / "faults.txt").read_text("utf-8").split("# ")[1:]
    return [_read_fault(block.splitlines()) for block in blocks]


def _read_fault(lines: Sequence[str]) -> Fault:
    name, part, broke, near = (field.strip() for field in lines[0].split("|"))
    return Fault(
        name=name,
        part=part,
        broke=broke,
        near=frozenset(near.split()),
        examples=[line[2:] for line in lines if line.startswith("+ ")],
        messages=[line[2:] for line in lines if line.startswith("- ")],
    )


def read_before() -> list[str]:
    """What Kramik's customers wrote before, and the titles of its articles: a worker learns from the like."""
    articles = [json.loads(line) for line in (KRAMIK / "articles.jsonl").read_text("utf-8").splitlines()]
    return [
        *(one.text for one in _read_messages(KRAMIK / "open")),
        *(f"{article['title']}. {article['description']}" for article in articles),
        *_read_english()[::2],
    ]


def read_others() -> list[Written]:
    """What Kramik's customers write about anything else."""
    english = [Written(text=text, intent="english") for text in _read_english()[1::2]]
    return [*_read_messages(KRAMIK / "frozen"), *english]


def _read_english() -> list[str]:
    return (FOLDER / "others.en.txt").read_text("utf-8").splitlines()


def _read_messages(folder: Path) -> Iterator[Written]:
    for name in ("messages.jsonl", "out_of_scope.jsonl"):
        for line in (folder / name).read_text("utf-8").splitlines():
            said: dict[str, Any] = json.loads(line)
            yield Written(text=said["text"], intent=said["intent"])


def evaluate() -> dict[str, Any]:
    """Shares of messages that an incident answers: of those about it, of others, and of those near it; by fault, and
    by whether the fault was looked at while the recogniser was made."""
    background, others = learn_background(read_before(), read_features), read_others()
    faults: dict[str, dict[str, Any]] = {}
    for fault in read_faults():
        recogniser = make_recogniser(fault.broke, fault.examples, (), background)
        far = [one for one in others if one.intent not in fault.near]
        near = [one for one in others if one.intent in fault.near]
        faults[fault.name] = {
            "part": fault.part,
            "messages": len(fault.messages),
            "answered": sum(recogniser.likeness(text) >= 1 for text in fault.messages),
            "others": len(far),
            "false": sum(recogniser.likeness(one.text) >= 1 for one in far),
            "near": len(near),
            "near_answered": sum(recogniser.likeness(one.text) >= 1 for one in near),
        }
    sums = {part: _sum_up([one for one in faults.values() if one["part"] == part]) for part in PARTS}
    return {"all": _sum_up(list(faults.values())), **sums, "faults": faults}


def _sum_up(faults: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    messages, others, near = (sum(one[name] for one in faults) for name in ("messages", "others", "near"))
    return {
        "faults": len(faults),
        "messages": messages,
        "answered_share": round(sum(one["answered"] for one in faults) / messages, 4),
        "others": others,
        "false_share": round(sum(one["false"] for one in faults) / others, 4),
        "near": near,
        "near_answered_share": round(sum(one["near_answered"] for one in faults) / near, 4),
    }


def write_figures(figures: Mapping[str, Any]) -> list[str]:
    """The figures as lines for a terminal."""
    lines = [f"{'':>12}  answered       false          near"]
    for name, one in figures["faults"].items():
        lines.append(
            f"{name:>12}  {one['answered']:>3} of {one['messages']:<3}     {one['false']:>3} of {one['others']:<4}"
            f"    {one['near_answered']:>3} of {one['near']:<3}  {one['part']}"
        )
    for name in ("all", *PARTS):
        one = figures[name]
        answered, false, near = (one[f"{what}_share"] for what in ("answered", "false", "near_answered"))
        lines.append(f"{name:>12}  {answered:<12.1%}  {false:<12.2%}   {near:.1%}")
    return lines
