"""A fresh process that masks messages and times itself: `python -m okienko.evaluation.child`, called by `measure`.

Orders and results are JSON on its standard input and output. It may not reach the network: an attempt is counted and
refused. Times are processor times of this process, in microseconds, so that other processes do not count.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

_NETWORK: Final = frozenset({"socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname"})
_REPEATED: Final = 3


def main() -> None:
    """Reads orders, does them, writes what was found and how long it took."""
    attempts: list[str] = []

    def guard(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _NETWORK:
            attempts.append(event)
            raise OSError("no network in a measurement")

    sys.addaudithook(guard)
    orders: Any = json.load(sys.stdin)
    messages: list[tuple[str, str]] = [(text, language) for text, language in orders["messages"]]
    bare = _memory_mb()
    began = time.perf_counter()
    from okienko.evaluation.engines import NotInstalled, open_engine  # noqa: PLC0415 - its imports are part of what is timed

    try:
        mask = open_engine(orders["engine"])
    except NotInstalled as missing:
        sys.exit(str(missing))
    mask(*messages[0])
    start = time.perf_counter() - began
    memory = _memory_mb()
    first, found, failed = _pass(mask, messages)
    later = [_pass(mask, messages)[0] for _ in range(orders["warm"])]
    result = {
        "found": found,
        "failed": failed,
        "first_us": first,
        "warm_us": [min(times) for times in zip(*later, strict=True)] if later else [],
        "start_s": start,
        "start_mb": memory - bare,
        "memory_mb": _memory_mb() - bare,
        "worst": _worst(mask) if orders["worst"] else {},
        "network_attempts": len(attempts),
    }
    json.dump(result, sys.stdout)


def _pass(mask: Any, messages: list[tuple[str, str]]) -> tuple[list[float], list[Any], int]:
    """Times, what was found in each message, and how many could not be masked at all."""
    clock = time.process_time_ns
    times: list[float] = []
    found: list[Any] = []
    failed = 0
    for text, language in messages:
        began = clock()
        try:
            spans = mask(text, language)
        except Exception:  # noqa: BLE001 - whatever it is, it is counted, and may carry the text
            spans = []
            failed += 1
        times.append((clock() - began) / 1000)
        found.append(spans)
    return times, found, failed


def _worst(mask: Any) -> dict[str, float]:
    """Milliseconds of each hostile text of 10 kB, the best of three."""
    from okienko.evaluation.hostile import hostile_texts  # noqa: PLC0415

    clock = time.process_time_ns
    worst: dict[str, float] = {}
    for name, text in hostile_texts():
        times: list[float] = []
        for _ in range(_REPEATED):
            began = clock()
            with suppress(Exception):  # refusing is allowed, slowly is not
                mask(text, "pl")
            times.append((clock() - began) / 1e6)
        worst[name] = min(times)
    return worst


def _memory_mb() -> float:
    """Resident memory of this process in megabytes, as Linux counts it."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
