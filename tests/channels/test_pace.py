"""How fast one may send, and when what failed is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.channels.pace import HOLDS, Bucket, Pace
from okienko.channels.retry import LONGEST_PAUSE, pause_before, read_retry_after

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@given(
    rate=st.sampled_from([0.5, 1.0, 2.0, 20.0, 80.0]),
    steps=st.lists(st.floats(min_value=0, max_value=2), min_size=1, max_size=200),
)
def test_no_second_holds_more_than_twice_its_share_and_nobody_waits_for_ever(rate: float, steps: list[float]) -> None:
    """A bucket that was full lets a second's worth go at once, and the next ones as they come."""
    bucket, now, went = Bucket(rate=rate), NOW, list[datetime]()
    waiting: list[int] = []
    for number, step in enumerate(steps):
        now += timedelta(seconds=step)
        waiting.append(number)
        for one in list(waiting):
            if bucket.take(one, now) <= now:
                went.append(now)
                waiting.remove(one)
    for at in went:
        within = sum(at <= one < at + timedelta(seconds=1) for one in went)
        # Those whose moment came up to two seconds ago and who ask only now go with the others.
        assert within <= rate * (2 + HOLDS.total_seconds()) + 1
    end = now + timedelta(seconds=len(steps) / rate + 2)
    assert all(bucket.take(one, now) <= end for one in waiting)


def test_whoever_has_to_wait_gets_a_moment_and_goes_then() -> None:
    bucket = Bucket(rate=2.0)
    moments = [bucket.take(number, NOW) for number in range(6)]
    assert [round((moment - NOW).total_seconds(), 3) for moment in moments] == [0, 0, 0.5, 1.0, 1.5, 2.0]
    assert bucket.take(3, NOW) == moments[3], "asking again changes nothing"
    assert bucket.take(3, moments[3]) == moments[3]
    late = moments[5] + HOLDS + timedelta(seconds=1)
    again = [bucket.take(number, late) for number in (2, 4, 5)]
    assert [(moment - late).total_seconds() for moment in again] == [0, 0, 0.5], "after a pause not all at once"


def test_what_is_held_goes_after_that_and_no_faster() -> None:
    bucket = Bucket(rate=2.0)
    until = NOW + timedelta(seconds=30)
    bucket.take(0, NOW)
    bucket.hold(until)
    assert [(bucket.take(n, NOW) - until).total_seconds() for n in range(1, 4)] == [0, 0.5, 1.0]


def test_within_a_conversation_the_next_one_waits_but_for_a_burst() -> None:
    pace, six = Pace(), timedelta(seconds=6)
    now = NOW
    for _ in range(3):
        assert pace.earliest("a", six, now, burst=3) == now
        pace.went("a", six, now)
    assert pace.earliest("a", six, now, burst=3) == now + six
    assert pace.earliest("b", six, now) == now
    rested = now + 4 * six
    assert pace.earliest("a", six, rested) == rested


@pytest.mark.parametrize(
    ("attempt", "chance", "seconds"),
    [(1, 1.0, 1.0), (1, 0.0, 0.0), (4, 0.5, 4.0), (9, 1.0, 256.0), (10, 1.0, LONGEST_PAUSE), (10_000, 1.0, 300.0)],
)
def test_pauses_double_up_to_five_minutes_with_full_jitter(attempt: int, chance: float, seconds: float) -> None:
    assert pause_before(attempt, chance) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Sun, 22 Nov 2026 12:01:30 GMT", 90.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Sunday, 22-Nov-26 12:00:10 GMT", 10.0),
        ("Sun, 22 Nov 2026 13:00:05 +0100", 5.0),
        ("Sun, 22 Nov 2026 12:00:05 -0000", 5.0),
        ("9" * 12, None),
        ("-5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("²", None),
        ("Sun, 99 Nov 2026 99:00:00 GMT", None),
    ],
)
def test_what_retry_after_asks_for(value: str | None, seconds: float | None) -> None:
    assert read_retry_after(value, NOW) == seconds


@given(st.text(max_size=60))
def test_whatever_retry_after_holds_nothing_breaks(value: str) -> None:
    asked = read_retry_after(value, NOW)
    assert asked is None or asked >= 0
