"""One owner a character."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from okienko.masking.detector import Hit, Rank
from okienko.masking.kinds import ENTITIES, Fate

_CROWD: Final = 32  # so many hits on one heap are masked as one; keeps hostile text linear


def resolve(hits: Iterable[Hit]) -> list[Hit]:
    """Hits without overlaps, by place. Depends on the hits alone, not on their order.

    In a heap of overlapping hits the highest rank owns, then the longest, then the first. What a loser covers beyond
    the owner is masked too, with the owner's label (the widest safe span), but for three cases: an owner that is kept
    stays as it is; a loser that is kept claims nothing; a loser of rank `LAST` comes back for what is left over when
    the owners are painted over and the text is read again.
    """
    return [owner for heap in _heaps(sorted(hits, key=_place)) for owner in _owners(heap)]


def _place(hit: Hit) -> tuple[int, int, int, str, str]:
    return hit.start, -hit.end, -hit.rank, hit.label, hit.value


def _heaps(ordered: list[Hit]) -> Iterator[list[Hit]]:
    heap: list[Hit] = []
    end = 0
    for hit in ordered:
        if heap and hit.start >= end:
            yield heap
            heap = []
        heap.append(hit)
        end = max(end, hit.end)
    if heap:
        yield heap


def _owners(heap: list[Hit]) -> list[Hit]:
    if len(heap) == 1:
        return heap
    best_first = sorted(heap, key=lambda hit: (-hit.rank, hit.start - hit.end, hit.start, hit.label, hit.value))
    if len(heap) > _CROWD:
        masked = [hit for hit in best_first if ENTITIES[hit.label].fate is not Fate.KEEP]
        return [replace(masked[0], start=heap[0].start, end=max(hit.end for hit in heap))] if masked else heap[:1]
    owners: list[Hit] = []
    for hit in best_first:
        rival = next((number for number, o in enumerate(owners) if hit.start < o.end and o.start < hit.end), None)
        if rival is None:
            owners.append(hit)
        elif hit.rank is not Rank.LAST and Fate.KEEP not in {
            ENTITIES[hit.label].fate,
            ENTITIES[owners[rival].label].fate,
        }:
            owner = owners.pop(rival)
            start = max([min(owner.start, hit.start), *(o.end for o in owners if o.end <= owner.start)])
            end = min([max(owner.end, hit.end), *(o.start for o in owners if o.start >= owner.end)])
            owners.insert(rival, replace(owner, start=start, end=end))
    return sorted(owners, key=_place)
