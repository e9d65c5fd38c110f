"""One owner a character."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from okienko.masking.detector import Hit, Rank
from okienko.masking.kinds import ENTITIES, Fate
from okienko.masking.resolve import resolve


def hit(start: int, end: int, label: str = "PHONE_NUMBER", rank: Rank = Rank.SHAPE) -> Hit:
    return Hit(label=label, start=start, end=end, value="", rank=rank)


@st.composite
def hits_of_any_kind(draw: st.DrawFn) -> Hit:
    start = draw(st.integers(0, 120))
    end = start + draw(st.integers(1, 30))
    return hit(start, end, draw(st.sampled_from(sorted(ENTITIES))), draw(st.sampled_from(list(Rank))))


HITS = st.lists(hits_of_any_kind(), max_size=60)


def covered(hits: list[Hit]) -> set[int]:
    return {place for one in hits for place in range(one.start, one.end)}


def test_the_higher_rank_owns_and_takes_in_the_loser() -> None:
    card = hit(0, 16, "CREDIT_CARD", Rank.CHECKED)
    account = hit(5, 31, "IBAN_CODE", Rank.CERTAIN)
    assert resolve([card, account]) == [hit(0, 31, "IBAN_CODE", Rank.CERTAIN)]


def test_what_is_kept_stays_as_it_is() -> None:
    order = hit(0, 9, "ORDER_NUMBER", Rank.KEPT)
    assert resolve([order, hit(0, 9)]) == [order]
    assert resolve([order, hit(0, 9, rank=Rank.LABELLED)]) == [hit(0, 9, rank=Rank.LABELLED)]


def test_the_last_takes_only_what_nobody_wants() -> None:
    number = hit(0, 20, "NUMBER", Rank.LAST)
    assert resolve([number, hit(0, 9)]) == [hit(0, 9)]
    assert resolve([number]) == [number]


@given(HITS, st.randoms(use_true_random=False))
def test_no_overlaps_and_no_order(hits: list[Hit], random: Random) -> None:
    owners = resolve(hits)
    assert all(left.end <= right.start for left, right in pairwise(owners))
    shuffled = list(hits)
    random.shuffle(shuffled)
    assert resolve(shuffled) == owners
    assert covered(owners) <= covered(hits)


@given(HITS)
def test_nothing_to_mask_stays_uncovered_without_kept_or_last_ones(hits: list[Hit]) -> None:
    firm = [one for one in hits if one.rank is not Rank.LAST and ENTITIES[one.label].fate is not Fate.KEEP]
    assert covered(resolve(firm)) == covered(firm)
