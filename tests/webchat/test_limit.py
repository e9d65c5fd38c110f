"""How many chats an address may begin, and how many messages a visitor may send."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from okienko.channels.webchat.limit import MOST_VISITORS, MessageLimit
from okienko.web.hourly import MOST_REMEMBERED, HourLimit
from okienko.web.network import network_of

NOW = datetime(2026, 9, 3, 9, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("127.0.0.1", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("testclient", None),
    ],
)
def test_neighbours_count_together(address: str, network: str | None) -> None:
    assert network_of(address) == network


def test_the_sixth_chat_within_an_hour_waits() -> None:
    limit = HourLimit()
    for minute in range(5):
        assert limit.seconds_to_wait(b"a", NOW + timedelta(minutes=minute), 5) == 0
    assert limit.seconds_to_wait(b"a", NOW + timedelta(minutes=30), 5) == 30 * 60
    assert limit.seconds_to_wait(b"b", NOW + timedelta(minutes=30), 5) == 0
    assert limit.seconds_to_wait(b"a", NOW + timedelta(minutes=60), 5) == 0
    assert limit.seconds_to_wait(b"a", NOW + timedelta(minutes=60), 5) == 60


def test_memory_is_bounded() -> None:
    limit = HourLimit()
    for n in range(MOST_REMEMBERED + 1):
        limit.seconds_to_wait(n.to_bytes(4), NOW, 1)
    assert limit.seconds_to_wait((0).to_bytes(4), NOW, 1) == 0  # the oldest was forgotten
    assert limit.seconds_to_wait((2).to_bytes(4), NOW, 1) > 0


def test_messages_of_a_minute_and_of_a_day() -> None:
    limit = MessageLimit(per_minute=2, per_day=5)
    waits = [limit.seconds_to_wait(b"a", NOW + timedelta(seconds=second)) for second in (0, 10, 20, 60, 61, 70, 140)]
    assert waits == [0, 0, 40, 0, 9, 0, 0]
    assert limit.seconds_to_wait(b"a", NOW + timedelta(hours=20)) == 4 * 3600
    assert limit.seconds_to_wait(b"b", NOW + timedelta(hours=20)) == 0
    assert limit.seconds_to_wait(b"a", NOW + timedelta(hours=24)) == 0


def test_no_limit_and_a_bounded_memory() -> None:
    free = MessageLimit(per_minute=0, per_day=0)
    assert {free.seconds_to_wait(b"a", NOW) for _ in range(1000)} == {0}
    limit = MessageLimit(per_minute=1, per_day=0)
    for n in range(MOST_VISITORS + 1):
        limit.seconds_to_wait(n.to_bytes(4), NOW)
    assert limit.seconds_to_wait((0).to_bytes(4), NOW) == 0  # the oldest was forgotten
    assert limit.seconds_to_wait((2).to_bytes(4), NOW) == 60
