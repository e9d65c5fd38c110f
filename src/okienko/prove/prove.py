"""The proof: a desk of its own, everything planted in it, and everything it wrote searched."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from okienko.prove.desk import Desk, open_desk
from okienko.prove.kinds import KINDS, Chance, Kind
from okienko.prove.needles import Hit, Search
from okienko.prove.places import read_all
from okienko.prove.ways import WAYS, Planter, wait_until_settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was planted, where it was looked for, and what was found. Holds no value."""

    seed: int
    planted: Mapping[str, int]  # kind → how many values
    ways: Sequence[str]
    searched: Mapping[str, int]  # place → bytes
    hits: Sequence[Hit]
    may_leave_cores: Sequence[str]  # processes whose memory a crash would write to a file
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.hits and not self.may_leave_cores

    def count(self, kind: str, place: str) -> int:
        """How many planted values of a kind were found in a place."""
        return len({hit.plant for hit in self.hits if (hit.plant.kind, hit.place) == (kind, place)})

    def show(self) -> dict[str, Any]:
        """As JSON."""
        found = Counter((hit.plant.kind, hit.plant.way, hit.place) for hit in self.hits)
        return {
            "seed": self.seed,
            "kinds": len(self.planted),
            "values": sum(self.planted.values()),
            "ways": list(self.ways),
            "searched_bytes": dict(self.searched),
            "hits": [
                {
                    "kind": kind,
                    "way": way,
                    "place": place,
                    "forms": sorted(
                        {h.form for h in self.hits if (h.plant.kind, h.plant.way, h.place) == (kind, way, place)}
                    ),
                }
                for kind, way, place in sorted(found)
            ],
            "may_leave_cores": list(self.may_leave_cores),
            "seconds": round(self.seconds, 1),
        }


def prove(
    *,
    seed: int,
    kinds: Sequence[Kind] = KINDS,
    ways: Mapping[str, Callable[[Desk, Planter], None]] = WAYS,
    masked: bool = True,
    say: Callable[[str], None] = lambda _: None,
) -> Report:
    """Plants, searches, reports. `masked=False` recognises nothing, so the proof must fail."""
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="okienko-prove-") as folder,
        open_desk(Path(folder), masked=masked) as opened,
    ):
        desk, overheard = opened
        planter = Planter(chance=Chance(seed), kinds=kinds)
        may_leave_cores = [name for name, process in desk.processes.items() if may_leave_core(process.pid)]
        for what, way in ways.items():
            say(f"{what} …")
            way(desk, planter)
        wait_until_settled(desk)
        plants = planter.plants
        say(f"Searching for {len(plants)} values …")
        searched: Counter[str] = Counter()
        hits: set[Hit] = set()
        search = Search(plants)
        for place, data in read_all(desk, overheard, planter.errors):
            searched[place] += len(data)
            hits |= search.look(place, data)
    return Report(
        seed=seed,
        planted=Counter(plant.kind for plant in plants),
        ways=list(dict.fromkeys(plant.way for plant in plants)),
        searched=searched,
        hits=sorted(hits, key=lambda hit: (hit.plant.kind, hit.plant.way, hit.place, hit.form)),
        may_leave_cores=may_leave_cores,
        seconds=time.monotonic() - began,
    )


def may_leave_core(pid: int) -> bool:
    """Whether the kernel would write the memory of a process to a file. Known on Linux only."""
    limits = Path(f"/proc/{pid}/limits")
    if not limits.exists():
        return False
    (line,) = (line for line in limits.read_text().splitlines() if line.startswith("Max core file size"))
    return line.split()[4:6] != ["0", "0"]
