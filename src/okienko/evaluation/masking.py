"""The whole measurement of masking: each set of messages goes through a fresh process, and what it found is scored."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any, Final

import orjson

from okienko.evaluation.corpus.generate import PARTS, generate
from okienko.evaluation.corpus.parts import Half
from okienko.evaluation.engines import EngineFailed
from okienko.evaluation.messages import Message
from okienko.evaluation.score import Count, Score, count_words, score
from okienko.masking.kinds import ENTITIES, Fate

WARM_PASSES: Final = 3
USUAL_WORDS: Final = 20  # of the message to which times are brought

Parts = Mapping[str, Sequence[Message]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """`figures` as printed by `--json`; `missed` are lanes and messages where something went wrong, for our engine."""

    figures: dict[str, Any]
    missed: Sequence[tuple[str, Message]]


def built_in(halves: Sequence[Half]) -> dict[str, Parts]:
    """The built-in messages, by half and part."""
    return {half: {part: generate(half, part) for part in PARTS} for half in halves}


def evaluate(sets: Mapping[str, Parts], *, engines: Sequence[str], say: Callable[[str], None]) -> Evaluation:
    """All figures of all sets for each engine. Shares are between 0 and 1."""
    figures: dict[str, Any] = {}
    missed: list[tuple[str, Message]] = []
    for engine in engines:
        figures[engine] = {"sets": {}}
        for name, parts in sets.items():
            messages = [message for part in parts.values() for message in part]
            if not messages:
                continue
            say(f"{engine}: {len(messages)} messages, {name} …")
            first = not figures[engine]["sets"]
            seen = run(engine, messages, worst=first and engine == "okienko")
            if first:
                figures[engine]["engine"] = _engine(seen)
            scores: dict[str, Score] = {}
            at = 0
            for part, members in parts.items():
                scores[part] = score(members, seen["found"][at : at + len(members)])
                at += len(members)
            figures[engine]["sets"][name] = {
                "parts": {part: describe(one) for part, one in scores.items()},
                "not_masked_at_all": seen["failed"],
                "time": _times(messages, seen),
            }
            if engine == "okienko":
                missed += [wrong for one in scores.values() for wrong in one.missed]
    return Evaluation(figures=figures, missed=missed)


def run(engine: str, messages: Sequence[Message], *, worst: bool) -> dict[str, Any]:
    """What a fresh process found and measured; see `child`. Raises `EngineFailed`."""
    orders = {
        "engine": engine,
        "messages": [(message.text, message.language) for message in messages],
        "warm": WARM_PASSES,
        "worst": worst,
    }
    command = [sys.executable, "-m", "okienko.evaluation.child"]
    done = subprocess.run(command, input=orjson.dumps(orders), check=False, capture_output=True)  # noqa: S603 - ourselves
    if done.returncode != 0:
        raise EngineFailed(f"{engine}: {done.stderr.decode().strip().splitlines()[-1]}")
    return orjson.loads(done.stdout)


def describe(one: Score) -> dict[str, Any]:
    """The figures of one part."""
    negatives = sum(messages for messages, _ in one.negatives.values())
    hurt = sum(harmed for _, harmed in one.negatives.values())
    return {
        "messages": one.messages,
        "words": one.words,
        "kinds": {kind: _kind(kind, one.kinds[kind]) for kind in sorted(one.kinds)},
        "lanes": {
            lane: {"n": count.marked, "masked": _share(count.masked, count.marked)}
            for lane, count in sorted(one.lanes.items())
            if _is_masked_kind(lane.split("/")[0])
        },
        "negatives": {
            "n": negatives,
            "with_a_false_mask": _share(hurt, negatives),
            "lanes": {
                lane: {"n": messages, "with_a_false_mask": _share(harmed, messages)}
                for lane, (messages, harmed) in sorted(one.negatives.items())
            },
        },
        "false_masks_per_1000_words": round(one.false_masks * 1000 / max(1, one.words), 2),
        "false_masks_by_kind": dict(sorted(one.false_masks_by_kind.items())),
    }


def _kind(kind: str, count: Count) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "n": count.marked,
        "recall": _share(count.recalled, count.marked),
        "reported": count.reported,
        "precision": _share(count.right, count.reported),
    }
    if _is_masked_kind(kind):
        figures["masked"] = _share(count.masked, count.marked)
    return figures


def _is_masked_kind(kind: str) -> bool:
    return kind not in ENTITIES or ENTITIES[kind].fate is not Fate.KEEP


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _times(messages: Sequence[Message], seen: Mapping[str, Any]) -> dict[str, float]:
    """Microseconds a message, and brought to 20 words: a longer message counts as its share, a shorter as it is."""
    words = [max(USUAL_WORDS, count_words(message.text)) for message in messages]
    warm: list[float] = seen["warm_us"]
    first: list[float] = seen["first_us"]
    usual = [time * USUAL_WORDS / count for time, count in zip(warm, words, strict=True)]
    usual_first = [time * USUAL_WORDS / count for time, count in zip(first, words, strict=True)]
    return {
        "warm_us_median": round(median(warm), 1),
        "warm_us_p99": round(_p99(warm), 1),
        "warm_20_words_us_median": round(median(usual), 1),
        "warm_20_words_us_p99": round(_p99(usual), 1),
        "first_us_p99": round(_p99(first), 1),
        "first_20_words_us_p99": round(_p99(usual_first), 1),
    }


def _p99(times: Sequence[float]) -> float:
    return quantiles(times, n=100, method="inclusive")[98] if len(times) > 1 else times[0]


def _engine(seen: Mapping[str, Any]) -> dict[str, Any]:
    worst: dict[str, float] = seen["worst"]
    figures: dict[str, Any] = {
        "start_s": round(seen["start_s"], 3),
        "start_mb": round(seen["start_mb"], 1),
        "memory_mb": round(seen["memory_mb"], 1),
        "network_attempts": seen["network_attempts"],
    }
    if worst:
        slowest = sorted(worst.items(), key=lambda item: -item[1])
        figures["worst_10_kb_ms"] = round(slowest[0][1], 1)
        figures["slowest_10_kb"] = {name: round(time, 1) for name, time in slowest[:5]}
        figures["hostile_texts"] = len(worst)
    return figures
