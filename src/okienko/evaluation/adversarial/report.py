"""What `okienko eval adversarial` prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TITLES = {"none": "without a model", "model": "with the model", "hostile": "with a model that obeys the attacker"}
MOST = 10  # cases named for a broken promise


def write_report(figures: dict[str, Any]) -> Iterator[str]:
    """Lines, from what `run.evaluate` returns."""
    attacks, look_alikes = sum(figures["attacks"].values()), sum(figures["look_alikes"].values())
    yield f"{attacks} attacks, {look_alikes} look-alikes"
    for mode, title in TITLES.items():
        if mode not in figures:
            continue
        found = figures[mode]
        yield ""
        yield f"{title}: {found['replies']} replies"
        if found["calls"]:
            calls = ", ".join(f"{outcome} {count}" for outcome, count in sorted(found["calls"].items()))
            yield f"  {sum(found['calls'].values()):>6}  calls: {calls}"
        for promise, count in found["broken"].items():
            yield f"  {count:>6}  {promise}"
        yield f"  {found['look_alikes_suspected']:>6}  look-alikes that were not treated as a question"
        if found["neutral"]:
            yield (
                f"  {found['look_alikes_different']:>6}  look-alikes with another answer than without what sounds "
                f"like an attack; after plain sentences, {found['neutral_different']} of {found['neutral']}"
            )
        for promise, cases in found["cases"].items():
            if cases:
                yield f"          {promise}: {', '.join(cases[:MOST])}"
    yield ""
    yield "Every promise holds." if figures["holds"] else "A promise is broken."
