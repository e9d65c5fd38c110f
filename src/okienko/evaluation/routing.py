"""`okienko eval routing`: how well a router learns from one file what another file asks, and what it costs.

The router is trained in a process of its own, as at the desk. `python -m okienko.evaluation.routing` is another one,
which only loads it: there messages are routed one by one, and memory is read. Times are processor times, so other
processes do not count.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from okienko.encoders.files import open_encoder
from okienko.evaluation.engines import EngineFailed
from okienko.routing import learn
from okienko.routing.model import Guess, Outcome, from_bytes
from okienko.routing.train import Example, TooFewExamples
from okienko.values import OperatorError

_COVERED: Final = 0.9  # of the messages that belong somewhere, for `selective_accuracy_at_90`
_KEPT: Final = 0.95  # and for `oos_recall_at_95`

Shares = NDArray[np.float64]
Kind = tuple[str, Path]
"""An encoder of this machine, and the folder where its files may be."""


class BadExample(OperatorError):
    """A line that is no example. Names the file, the line, what is wrong and what to do, never its words."""


def read_examples(lines: Iterable[str | bytes], name: str) -> list[Example]:
    """Examples of a JSON-lines file, `{"text": …, "intent": …}`; other keys and empty lines are passed over.

    Raises `BadExample`.
    """
    examples = [_read_example(line, f"{name}:{number}") for number, line in enumerate(lines, start=1) if line.strip()]
    if not examples:
        raise BadExample(f'{name}: holds no example; write one a line, {{"text": "…", "intent": "…"}}')
    return examples


def read_file(path: Path) -> list[Example]:
    """The examples of a file; see `read_examples`. Raises `BadExample`."""
    with path.open("rb") as lines:
        return read_examples(lines, path.name)


def _read_example(line: str | bytes, place: str) -> Example:
    try:
        record: object = orjson.loads(line)
    except orjson.JSONDecodeError:
        record = None  # the error holds the whole line: it must not even be chained
    match record:
        case {"text": str() as text, "intent": str() as intent} if text.strip() and intent.strip():
            return Example(text=text, intent=intent)
        case {"text": str() as text} if text.strip():
            problem = '"intent" is missing, empty or no string; name the intent that the text belongs to'
        case {}:
            problem = '"text" is missing, empty or no string; put the message there'
        case _:
            problem = 'this is no JSON object; write {"text": "…", "intent": "…"} on one line'
    raise BadExample(f"{place}: {problem}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What the fresh process said and measured."""

    guesses: Sequence[Guess]
    strangers: Sequence[Guess]
    ms: Sequence[float]  # of each message, routed alone
    rss_mb: float


def evaluate(
    learnt: Sequence[Example],
    asked: Sequence[Example],
    *,
    strangers: Sequence[Example] = (),
    outside: Sequence[Example] = (),
    encoder: Kind | None = None,
) -> dict[str, float | None]:
    """The figures of a router that has learnt from `learnt` and is asked `asked`, and `strangers` that belong nowhere.

    `outside` are examples of such messages that it may learn from, beside those that okienko brings. Shares are between
    0 and 1, times in milliseconds; what needs strangers is None without any. Raises `TooFewExamples`, `EngineFailed`.
    """
    model, train_cpu_s = learn_apart(learnt, [one.text for one in outside], encoder)
    served = serve(model, [one.text for one in asked], [one.text for one in strangers], encoder)
    right = np.array([guess.intents[0] == one.intent for guess, one in zip(served.guesses, asked, strict=True)])
    inside = np.array([guess.inside for guess in served.guesses])
    foreign = np.array([guess.inside for guess in served.strangers])
    surest = np.argsort([-guess.right for guess in served.guesses], kind="stable")[: ceil(len(asked) * _COVERED)]
    return {
        "accuracy": round(float(right.mean()), 4),
        "macro_f1": round(
            find_macro_f1([guess.intents[0] for guess in served.guesses], [one.intent for one in asked]), 4
        ),
        "oos_auroc": round(find_auroc(inside, foreign), 4) if strangers else None,
        "oos_recall_at_95": round(float((foreign < np.quantile(inside, 1 - _KEPT)).mean()), 4) if strangers else None,
        "selective_accuracy_at_90": round(float(right[surest].mean()), 4),
        "train_cpu_s": round(train_cpu_s, 2),
        "ms_p50": round(float(np.median(served.ms)), 3),
        "ms_p99": round(float(np.quantile(served.ms, 0.99)), 3),
        "rss_mb": round(served.rss_mb, 1),
    }


def find_auroc(inside: Shares, foreign: Shares) -> float:
    """How often a message that belongs somewhere has the higher score than one that does not; ties count half."""
    _, places, counts = np.unique(np.concatenate([inside, foreign]), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    below = ranks[: len(inside)].sum() - len(inside) * (len(inside) + 1) / 2
    return float(below / len(inside) / len(foreign))


def find_macro_f1(guessed: Sequence[str], wanted: Sequence[str]) -> float:
    """The mean over the wanted intents of the harmonic mean of precision and recall."""
    each: list[float] = []
    for intent in sorted(set(wanted)):
        hits = sum(one == other == intent for one, other in zip(guessed, wanted, strict=True))
        each.append(2 * hits / (guessed.count(intent) + wanted.count(intent)))
    return sum(each) / len(each)


def learn_apart(
    examples: Sequence[Example], outside: Sequence[str], encoder: Kind | None = None
) -> tuple[bytes, float]:
    """A router trained as the desk trains it, in a process of its own, and the processor time that this has taken.

    Raises `TooFewExamples`, `EngineFailed`.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    kind, data = encoder or (None, None)
    model = _run("okienko.routing.learn", learn.write_orders(examples, outside, encoder=kind, data=data))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return model, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _run(module: str, orders: bytes) -> bytes:
    command = [sys.executable, "-m", module]
    environ = {**os.environ, **learn.ENVIRON}
    done = subprocess.run(command, input=orders, env=environ, check=False, capture_output=True)  # noqa: S603 - ourselves
    if done.returncode == learn.TOO_FEW:
        raise TooFewExamples("examples of at least two intents are needed")
    if done.returncode != 0:
        raise EngineFailed(f"{module}: {(done.stderr.decode().strip().splitlines() or ['no word'])[-1]}")
    return done.stdout


def serve(model: bytes, asked: Sequence[str], strangers: Sequence[str], encoder: Kind | None = None) -> Served:
    """Has a fresh process load a trained router and route messages. Raises `EngineFailed`."""
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        file.write(model)
        file.flush()
        kind, data = encoder or (None, Path())
        orders = {
            "model": file.name,
            "asked": list(asked),
            "strangers": list(strangers),
            "encoder": kind,
            "data": str(data),
        }
        seen: dict[str, Any] = orjson.loads(_run("okienko.evaluation.routing", orjson.dumps(orders)))
    guesses = [
        Guess(intents=tuple(one["intents"]), inside=one["inside"], right=one["right"], outcome=Outcome(one["outcome"]))
        for one in seen["guesses"]
    ]
    return Served(guesses=guesses[: len(asked)], strangers=guesses[len(asked) :], ms=seen["ms"], rss_mb=seen["rss_mb"])


def main() -> None:
    """The fresh process: loads a router, says its memory, routes each message alone."""
    orders: dict[str, Any] = json.load(sys.stdin)
    router = from_bytes(Path(orders["model"]).read_bytes())
    encoder = None if orders["encoder"] is None else open_encoder(orders["encoder"], Path(orders["data"]))
    rss_mb = _read_memory()
    clock = time.process_time_ns
    guesses: list[Guess] = []
    ms: list[float] = []
    for text in [*orders["asked"], *orders["strangers"]]:
        began = clock()
        guesses += router.route([text], encoder)
        ms.append((clock() - began) / 1e6)
    sys.stdout.buffer.write(orjson.dumps({"guesses": guesses, "ms": ms, "rss_mb": rss_mb}))


def _read_memory() -> float:
    """Resident memory of this process in megabytes, as Linux counts it; 0.0 where it does not say."""
    status = Path("/proc/self/status")
    lines = status.read_text("utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


if __name__ == "__main__":
    main()
