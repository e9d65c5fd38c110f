"""How many chats an address may begin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from okienko.channels.webchat.limit import MOST_ADDRESSES, StartLimit, network_of

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
    limit = StartLimit()
    for minute in range(5):
        assert limit.seconds_to_wait(b"a", NOW + timedelta(minutes=minute), 5) == 0
    assert limit.seconds_to_wait(b"a", NOW + timedelta(minutes=30), 5) == 30 * 60
    assert limit.seconds_to_wait(b"b", NOW + timedelta(minutes=30), 5) == 0
    assert limit.seconds_to_wait(b"a", NOW + timedelta(minutes=60), 5) == 0
    assert limit.seconds_to_wait(b"a", NOW + timedelta(minutes=60), 5) == 60


def test_memory_is_bounded() -> None:
    limit = StartLimit()
    for n in range(MOST_ADDRESSES + 1):
        limit.seconds_to_wait(n.to_bytes(4), NOW, 1)
    assert limit.seconds_to_wait((0).to_bytes(4), NOW, 1) == 0  # the oldest was forgotten
    assert limit.seconds_to_wait((2).to_bytes(4), NOW, 1) > 0
