"""One owner a character."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Final

from okienko.masking.detector import Hit, Rank
from okienko.masking.kinds import ENTITIES, Fate

START: Final = attrgetter("start")
_CROWD: Final = 32  # so many hits on one heap are masked as one; keeps hostile text linear


def resolve(hits: Iterable[Hit]) -> list[Hit]:
    """Hits without overlaps, by place. Depends on the hits alone, not on their order.

    In a heap of overlapping hits the highest rank owns, then the longest, then the first. What a loser covers beyond
    its owners is masked too, as the best owner's (the widest safe span). Two kinds of loser claim nothing: one that
    would be kept; and one of rank `LAST`, which comes back for what is left over when the owners are painted over and
    the text is read again.
    """
    ordered = sorted(hits, key=START)
    if len(ordered) < 2:
        return ordered
    if all(one.end <= other.start for one, other in pairwise(ordered)):
        return ordered
    return [owner for heap in _heaps(sorted(ordered, key=_place)) for owner in _owners(heap)]


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
        masked = [hit for hit in best_first if not _kept(hit)]
        return [replace(masked[0], start=heap[0].start, end=max(hit.end for hit in heap))] if masked else heap[:1]
    best = best_first[0]
    first, end = heap[0].start, max(hit.end for hit in heap)
    if best.start == first and best.end == end:
        return [best]
    owner_of: list[int | None] = [None] * (end - first)
    for number, hit in enumerate(best_first):
        places = range(hit.start - first, hit.end - first)
        rivals = {owner for place in places if (owner := owner_of[place]) is not None}
        if rivals and (hit.rank is Rank.LAST or _kept(hit)):
            continue
        owner = min((rival for rival in rivals if not _kept(best_first[rival])), default=number)
        for place in places:
            if owner_of[place] is None:
                owner_of[place] = owner
    owners: list[Hit] = []
    at = first
    for owner, places in groupby(owner_of):
        start, at = at, at + sum(1 for _ in places)
        if owner is not None:
            owners.append(replace(best_first[owner], start=start, end=at))
    return owners


def _kept(hit: Hit) -> bool:
    return ENTITIES[hit.label].fate is Fate.KEEP
