"""Opening hours as tables of cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.desk.hours import WrongHours, is_open, next_opening, read_hours

WARSAW = "Europe/Warsaw"
USUAL = "mon-fri 08:00-20:00; sat 10:00-14:00"


def local(text: str, *, fold: int = 0, zone: str = WARSAW) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "when", "expected"),
    [
        (USUAL, "2026-09-21T07:59", False),  # a Monday
        (USUAL, "2026-09-21T08:00", True),
        (USUAL, "2026-09-21T19:59:59", True),
        (USUAL, "2026-09-21T20:00", False),
        (USUAL, "2026-09-26T10:00", True),
        (USUAL, "2026-09-27T12:00", False),
        ("always", "2026-09-27T03:00", True),
        ("", "2026-09-27T23:59", True),
        ("never", "2026-09-21T12:00", False),
        ("mon 08:00-12:00, 13:00-16:00", "2026-09-21T12:30", False),
        ("mon 08:00-12:00, 13:00-16:00", "2026-09-21T13:00", True),
        ("fri 22:00-06:00", "2026-09-25T23:00", True),
        ("fri 22:00-06:00", "2026-09-26T05:59", True),
        ("fri 22:00-06:00", "2026-09-26T06:00", False),
        ("sun 20:00-02:00", "2026-09-28T01:00", True),  # into the next week
        ("sat-mon 10:00-24:00", "2026-09-27T23:59", True),
        ("sat,mon 10:00-11:00", "2026-09-27T10:30", False),
        ("MON 08:00-20:00 ;", "2026-09-21T09:00", True),
    ],
)
def test_open(hours: str, when: str, expected: bool) -> None:
    assert is_open(hours, WARSAW, local(when)) is expected


@pytest.mark.parametrize(
    ("hours", "when", "expected"),
    [
        (USUAL, "2026-09-21T07:00", "2026-09-21T08:00"),
        (USUAL, "2026-09-21T20:00", "2026-09-22T08:00"),
        (USUAL, "2026-09-25T21:00", "2026-09-26T10:00"),
        (USUAL, "2026-09-26T14:00", "2026-09-28T08:00"),
        ("mon 08:00-09:00", "2026-09-21T09:00", "2026-09-28T08:00"),
        ("fri 22:00-06:00", "2026-09-26T06:00", "2026-10-02T22:00"),
    ],
)
def test_next(hours: str, when: str, expected: str) -> None:
    assert next_opening(hours, WARSAW, local(when)) == local(expected)


def test_open_now_is_the_next_opening() -> None:
    now = local("2026-09-21T12:00")
    assert next_opening(USUAL, WARSAW, now) == now


def test_never_opens() -> None:
    assert next_opening("never", WARSAW, local("2026-09-21T12:00")) is None


def test_clocks_change_but_the_wall_does_not() -> None:
    """Warsaw is at UTC+1 until 29 March 2026 and at UTC+2 until 25 October; 08:00 stays 08:00."""
    assert next_opening("sun 08:00-09:00", WARSAW, datetime(2026, 3, 28, 12, tzinfo=UTC)) == datetime(
        2026, 3, 29, 6, tzinfo=UTC
    )
    assert next_opening("sun 08:00-09:00", WARSAW, datetime(2026, 10, 24, 12, tzinfo=UTC)) == datetime(
        2026, 10, 25, 7, tzinfo=UTC
    )


def test_opening_inside_the_missing_hour() -> None:
    """02:30 does not exist on 29 March 2026: the window opens when the clock jumps from 02:00 to 03:00."""
    opening = next_opening("sun 02:30-06:00", WARSAW, datetime(2026, 3, 28, 23, tzinfo=UTC))
    assert opening == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert opening is not None
    assert is_open("sun 02:30-06:00", WARSAW, opening)
    assert not is_open("sun 02:30-06:00", WARSAW, opening - timedelta(minutes=1))


def test_opening_inside_the_hour_that_comes_twice() -> None:
    """02:30 comes twice on 25 October 2026."""
    hours = "sun 02:30-02:45"
    first, second = (local("2026-10-25T02:30", fold=fold) for fold in (0, 1))
    assert second - first == timedelta(hours=1)
    assert next_opening(hours, WARSAW, first - timedelta(minutes=1)) == first
    assert next_opening(hours, WARSAW, second - timedelta(minutes=1)) == second


@given(
    st.integers(0, 365 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    st.sampled_from([USUAL, "fri 22:00-06:00", "sun 02:30-03:10", "mon-sun 00:00-24:00"]),
    st.sampled_from([WARSAW, "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_the_next_opening_is_open_and_what_is_before_it_is_not(now: datetime, hours: str, zone: str) -> None:
    opening = next_opening(hours, zone, now)
    assert opening is not None
    assert now <= opening <= now + timedelta(days=8)
    assert is_open(hours, zone, opening)
    if opening > now:
        assert not is_open(hours, zone, max(now, opening - timedelta(minutes=1)))


@pytest.mark.parametrize(
    "hours",
    [
        "08:00-20:00",
        "mon",
        "mon-fri",
        "pon-pt 08:00-16:00",
        "mon 8-16",
        "mon 08:00-25:00",
        "mon 24:00-08:00",
        "mon 08:60-09:00",
        "mon-fry 08:00-16:00",
    ],
)
def test_unreadable_hours_say_what_was_expected(hours: str) -> None:
    with pytest.raises(WrongHours, match=r"expected|ends"):
        read_hours(hours)


def test_unreadable_time_zone() -> None:
    with pytest.raises(WrongHours, match="Europe/Warsaw"):
        is_open(USUAL, "Warsaw", datetime(2026, 1, 1, tzinfo=UTC))
