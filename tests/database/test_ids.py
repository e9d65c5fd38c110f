"""Ids that sort by time: ours, and those of things that another clock has dated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.database.ids import id_of, lowest_id, new_id

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_ids_of_one_process_never_go_backwards() -> None:
    ids = [new_id(NOW - timedelta(seconds=nth)) for nth in range(50)]
    assert ids == sorted(ids)


@given(st.lists(st.integers(-7 * 86_400_000, 60_000), min_size=2, max_size=30, unique=True))
def test_what_others_dated_is_in_their_order(milliseconds: list[int]) -> None:
    moments = [NOW + timedelta(milliseconds=one) for one in milliseconds]
    ids = [id_of(when, NOW) for when in moments]
    assert [moment for _, moment in sorted(zip(ids, moments, strict=True))] == sorted(moments)
    assert all(one >= lowest_id(when) for one, when in zip(ids, moments, strict=True))


@pytest.mark.parametrize("before", [timedelta(0), timedelta(days=400), timedelta(days=-400)])
def test_within_their_moment_things_are_in_the_order_in_which_they_came(before: timedelta) -> None:
    """Also when the clock was somewhere else entirely a moment ago."""
    new_id(NOW + before)
    id_of(NOW + before, NOW + before)
    ids = [id_of(NOW, NOW + timedelta(seconds=nth // 10)) for nth in range(50)]
    assert ids == sorted(ids)
