"""The figures as Markdown tables, to be read in a terminal or pasted into a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from okienko.evaluation.messages import Message


def write_report(figures: dict[str, Any]) -> Iterator[str]:
    """Lines: for each set and part what became of each kind, then of each lane, then time and memory."""
    ours = figures["okienko"]
    other = figures.get("presidio")
    for name, one in ours["sets"].items():
        for part, described in one["parts"].items():
            beside = other["sets"][name]["parts"][part] if other else None
            yield from _part(f"{name}, {part}", described, beside)
        yield ""
        yield from _table(["time, µs", *one["time"]], [_time("okienko", one)])
        if other:
            yield _row(_time("presidio", other["sets"][name]))
        if one["not_masked_at_all"]:
            yield f"\n{one['not_masked_at_all']} messages could not be masked and would not have been stored."
    yield ""
    yield from _table(
        ["engine", "start, s", "memory at start, MB", "memory at the end, MB", "network attempts", "worst 10 kB, ms"],
        [
            [
                engine,
                *(one["engine"][key] for key in ("start_s", "start_mb", "memory_mb", "network_attempts")),
                one["engine"].get("worst_10_kb_ms", "not measured"),
            ]
            for engine, one in figures.items()
        ],
    )
    slowest = ours["engine"]["slowest_10_kb"]
    yield "\nSlowest of the hostile texts: " + ", ".join(f"{name} {time} ms" for name, time in slowest.items())


def write_misses(missed: Iterable[tuple[str, Message]], most: int) -> Iterator[str]:
    """Messages in which something stayed in clear, or was masked for nothing, by lane; only for eyes that may."""
    lanes: defaultdict[str, list[Message]] = defaultdict(list)
    for lane, message in missed:
        lanes[lane].append(message)
    for lane, messages in sorted(lanes.items()):
        yield f"\n{lane}: {len(messages)}"
        yield from (f"  {message.id}: {message.text!r}" for message in messages[:most])


def _part(title: str, described: dict[str, Any], beside: dict[str, Any] | None) -> Iterator[str]:
    yield f"\n## {title}: {described['messages']} messages, {described['words']} words\n"
    kinds = {kind: one for kind, one in described["kinds"].items() if one["n"] or one["reported"]}
    if any(one["n"] for one in kinds.values()):
        head = ["kind", "n", "masked", "recall", "precision"] + (["Presidio: masked", "precision"] if beside else [])
        yield from _table(head, (_kind(kind, one, beside) for kind, one in kinds.items() if one["n"]))
        yield ""
        yield from _table(
            ["lane", "n", "masked"] + (["Presidio"] if beside else []),
            (
                [lane, one["n"], _percent(one["masked"])]
                + ([_percent(beside["lanes"][lane]["masked"])] if beside else [])
                for lane, one in described["lanes"].items()
            ),
        )
        yield ""
    hurt = described["negatives"]
    if hurt["n"]:
        yield (
            f"Messages with nothing personal: {hurt['n']}; with a false mask: {_percent(hurt['with_a_false_mask'])}"
            + (f" (Presidio {_percent(beside['negatives']['with_a_false_mask'])})" if beside else "")
        )
        lanes = {lane: one for lane, one in hurt["lanes"].items() if one["with_a_false_mask"]}
        if lanes:
            yield ""
            yield from _table(
                ["lane", "n", "with a false mask"],
                ([lane, one["n"], _percent(one["with_a_false_mask"])] for lane, one in lanes.items()),
            )
            yield ""
    yield f"False masks per 1,000 words: {described['false_masks_per_1000_words']}" + (
        f" (Presidio {beside['false_masks_per_1000_words']})" if beside else ""
    )
    if described["false_masks_by_kind"]:
        yield "by kind: " + ", ".join(f"{kind} {count}" for kind, count in described["false_masks_by_kind"].items())


def _kind(kind: str, one: dict[str, Any], beside: dict[str, Any] | None) -> list[Any]:
    masked = _percent(one["masked"]) if "masked" in one else "kept"
    row = [kind, one["n"], masked, _percent(one["recall"]), _percent(one["precision"])]
    if beside is not None:
        theirs = beside["kinds"].get(kind, {})
        row += [_percent(theirs.get("masked")), _percent(theirs.get("precision"))]
    return row


def _time(engine: str, one: dict[str, Any]) -> list[Any]:
    return [engine, *one["time"].values()]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f} %"


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    yield _row(head)
    yield "|" + "---|" * len(head)
    for row in rows:
        yield _row(row)


def _row(cells: Sequence[Any]) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"
