"""Who may do what, and in which order people wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from okienko.desk.rules import is_senior, make_code, may_reveal, read_reference, wait_order
from okienko.values import BrandId, Priority, SignedIn, StaffId

BRAND, OTHER = BrandId(uuid4()), BrandId(uuid4())
OLA, EWA = StaffId(uuid4()), StaffId(uuid4())
NOON = datetime(2026, 9, 21, 12, tzinfo=UTC)


@dataclass
class Row:
    waiting_since: datetime | None
    updated_at: datetime
    priority: Priority = "normal"


def signed_in(role: str) -> SignedIn:
    match role:
        case "agent" | "lead" | "admin":
            return SignedIn(id=OLA, name="Ola", roles={BRAND: role}, csrf="")
        case _:
            return SignedIn(id=OLA, name="Ola", roles={OTHER: "admin"}, csrf="")


@pytest.mark.parametrize(("role", "expected"), [("agent", False), ("lead", True), ("admin", True), ("", False)])
def test_senior(role: str, expected: bool) -> None:
    assert is_senior(signed_in(role), BRAND) is expected


@pytest.mark.parametrize(
    ("role", "agent", "expected"),
    [
        ("agent", OLA, True),
        ("agent", EWA, False),
        ("agent", None, False),
        ("lead", EWA, True),
        ("admin", None, True),
        ("", OLA, False),  # an administrator elsewhere
    ],
)
def test_reveal(role: str, agent: StaffId | None, expected: bool) -> None:
    assert may_reveal(signed_in(role), BRAND, agent) is expected


def test_the_longest_wait_comes_first() -> None:
    ages = [(5, 0), (20, 1), (None, 3), (None, 2), (7, 9)]
    rows = [
        Row(
            waiting_since=None if wait is None else NOON - timedelta(minutes=wait),
            updated_at=NOON - timedelta(minutes=age),
        )
        for wait, age in ages
    ]
    ordered = sorted(rows, key=wait_order)
    assert [rows.index(row) for row in ordered] == [1, 4, 0, 3, 2]


def test_of_those_who_wait_the_urgent_come_first() -> None:
    long_ago, now = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
    low, normal = Row(long_ago, long_ago, "low"), Row(now, now)
    urgent, answered = Row(now, now, "urgent"), Row(None, now, "urgent")
    assert sorted([answered, low, normal, urgent], key=wait_order) == [urgent, normal, low, answered]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("K7F-2QDA", "K7F-2QDA"),
        (" k7f2qda ", "K7F-2QDA"),
        ("K7F-2QD", None),
        ("K0F-2QDA", None),
        ("faktura", "FAK-TURA"),  # might be one: the search looks for the word as well
        ("", None),
    ],
)
def test_reference(words: str, expected: str | None) -> None:
    assert read_reference(words) == expected


def test_code() -> None:
    assert make_code(UUID("01930000-0000-7000-8000-0000000007f2")) == "7F2"
