"""What a tree of processes costs, as Linux counts it in /proc."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

TICK: Final = os.sysconf("SC_CLK_TCK")  # a second in the units of /proc/<pid>/stat
PROC: Final = Path("/proc")


def find_tree(roots: Collection[int]) -> set[int]:
    """These processes and all that descend from them."""
    parents = dict(_read_parents())
    tree = set(roots)
    while more := {pid for pid, parent in parents.items() if parent in tree} - tree:
        tree |= more
    return tree


def cpu_seconds(pids: Collection[int]) -> float:
    """Processor time of these processes and of their ended children, in seconds."""
    ticks = 0
    for pid in pids:
        fields = _read_stat(pid)
        if fields is not None:
            ticks += sum(int(field) for field in fields[11:15])  # utime, stime, cutime, cstime
    return ticks / TICK


def memory_mb(pids: Collection[int]) -> float:
    """Proportional set size of these processes in megabytes: shared pages are divided among who shares them."""
    kilobytes = 0
    for pid in pids:
        try:
            lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
        except OSError:  # it has ended
            continue
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024


def _read_parents() -> Iterator[tuple[int, int]]:
    for path in PROC.iterdir():
        if path.name.isdigit():
            fields = _read_stat(int(path.name))
            if fields is not None:
                yield int(path.name), int(fields[1])


def _read_stat(pid: int) -> list[str] | None:
    """The fields of /proc/<pid>/stat after the name, which may hold spaces; None when the process has ended."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
