"""What rises among what was left open, and what does not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.radar.baseline import HOUR, expect
from okienko.radar.rising import (
    NOTHING,
    Open,
    find_beginning,
    find_chance,
    find_risen,
    make_reference,
)
from okienko.radar.typical import order_typical
from okienko.saying import read_terms
from okienko.values import ConversationId, MaskedText, MessageId, PersonId

NOW = datetime(2026, 9, 21, 18, 0, tzinfo=UTC)
WARSAW = ZoneInfo("Europe/Warsaw")
LEVEL = 1e-5

EVERY_DAY = (
    "kiedy przyjdzie moja paczka",
    "jak zwrócić buty do sklepu",
    "gdzie jest faktura za lipiec",
    "chcę zmienić adres dostawy",
    "ile kosztuje wysyłka za granicę",
    "jak usunąć konto na stałe",
    "sprzedawca nie odpisuje od tygodnia",
    "kurier zostawił paczkę u sąsiada",
    "czy mogę zapłacić na raty",
    "jak wystawić opinię o sprzedawcy",
)
FAULT = (
    "nie mogę zapłacić blikiem, wyskakuje błąd",
    "blik odrzuca każdą płatność",
    "place blikiem i nic",  # without diacritics
    "płatność blikem nie przechodzi",  # a slip
    "Czemu BLIK nie działa? Próbuję zapłacić od rana",
    "kod blik ciągle nieważny przy płaceniu",
    "blik wam padł?",
    "zapłacić się nie da, blik wisi",
)


def leave(texts: Sequence[str], *, each: timedelta = timedelta(minutes=1), people: int | None = None) -> list[Open]:
    """Messages that were left open one after the other, the last one now."""
    return [
        Open(
            message=MessageId(UUID(int=n + 1)),
            conversation=ConversationId(UUID(int=n + 1)),
            person=PersonId(UUID(int=n % (people or len(texts)) + 1)),
            at=NOW - each * (len(texts) - 1 - n),
            terms=read_terms(MaskedText(text), "pl"),
        )
        for n, text in enumerate(texts)
    ]


REFERENCE = make_reference(leave(EVERY_DAY * 40))


def test_a_fault_rises_whatever_it_is_called() -> None:
    opened = leave([text for pair in zip(FAULT, EVERY_DAY, strict=False) for text in pair])

    (risen,) = find_risen(opened, REFERENCE, expected=10, level=LEVEL)

    assert risen.people >= 7
    assert {member.terms for member in risen.members} <= {one.terms for one in leave(FAULT)}
    assert risen.chance < LEVEL


def test_every_day_does_not_rise() -> None:
    assert find_risen(leave(EVERY_DAY * 3), REFERENCE, expected=30, level=LEVEL) == []


def test_a_day_on_which_everything_is_asked_ten_times_as_often_raises_nothing() -> None:
    assert find_risen(leave(EVERY_DAY * 30), REFERENCE, expected=30, level=LEVEL) == []


@pytest.mark.parametrize("people", [1, 2, 4])
def test_a_few_people_are_no_crowd_however_much_they_write(people: int) -> None:
    assert find_risen(leave(FAULT * 4, people=people), REFERENCE, expected=1, level=LEVEL) == []


def test_a_brand_of_its_first_day_hears_a_crowd_and_no_whisper() -> None:
    assert find_risen(leave(FAULT[:2]), NOTHING, expected=0, level=LEVEL) == []
    assert find_risen(leave(FAULT * 2), NOTHING, expected=0, level=LEVEL)


def test_two_faults_are_two_groups() -> None:
    other = (
        "aplikacja wylogowuje mnie po sekundzie",
        "ciągle mnie wylogowuje z aplikacji",
        "wylogowało mnie z apki",
    ) * 3

    risen = find_risen(leave([*FAULT, *other]), REFERENCE, expected=5, level=LEVEL)

    assert sorted(one.people for one in risen) == [8, 9]


@given(st.integers(1, 60), st.floats(0.5, 10), st.floats(0.001, 40))
def test_more_people_are_less_likely(people: int, shape: float, mean: float) -> None:
    assert 0 <= find_chance(people + 1, shape, mean) <= find_chance(people, shape, mean) <= 1


def test_the_tail_of_the_distribution_is_what_tables_say() -> None:
    # A negative binomial with shape 1 is geometric: P(X ≥ k) = (mean / (1 + mean)) ** k.
    assert find_chance(4, 1.0, 1.0) == pytest.approx(1 / 16, rel=1e-4)
    assert find_chance(0, 1.0, 1.0) == 1.0


def test_a_beginning_is_where_it_becomes_dense() -> None:
    slow = [NOW - timedelta(minutes=n) for n in (300, 200, 100)]
    dense = [NOW - timedelta(seconds=20 * n) for n in range(20, -1, -1)]

    assert find_beginning([*slow, *dense], timedelta(hours=6)) == dense[0]
    assert find_beginning(slow, timedelta(hours=6)) == slow[0]


def test_an_hour_brings_what_it_brought_in_the_weeks_before() -> None:
    first = NOW - 4 * 168 * HOUR
    people = {NOW - week * 168 * HOUR: 40 for week in (1, 2, 3, 4)} | {NOW - 168 * HOUR + 12 * HOUR: 2}

    at_its_hour = expect(people, since=NOW, until=NOW + HOUR, first=first, zone=WARSAW)
    at_night = expect(people, since=NOW + 7 * HOUR, until=NOW + 8 * HOUR, first=first, zone=WARSAW)

    assert 30 < at_its_hour < 41
    assert at_night < 1
    assert expect(people, since=NOW, until=NOW + HOUR / 6, first=first, zone=WARSAW) == pytest.approx(at_its_hour / 6)


def test_the_week_of_a_fault_is_no_measure() -> None:
    first = NOW - 5 * 168 * HOUR
    people = {NOW - week * 168 * HOUR: 10 for week in (1, 2, 4)} | {NOW - 3 * 168 * HOUR: 900}

    assert expect(people, since=NOW, until=NOW + HOUR, first=first, zone=WARSAW) < 12


def test_an_hour_is_the_same_by_the_clock_of_the_brand_when_clocks_change() -> None:
    after = datetime(2026, 10, 26, 17, 0, tzinfo=UTC)  # 18 in Warsaw; the clocks went back the day before
    before = datetime(2026, 10, 19, 16, 0, tzinfo=UTC)  # 18 in Warsaw, too
    counted = expect({before: 50}, since=after, until=after + HOUR, first=before - 24 * HOUR, zone=WARSAW)
    assert counted > 20


def test_nothing_is_expected_where_nothing_was_counted() -> None:
    assert expect({}, since=NOW, until=NOW + HOUR, first=None, zone=WARSAW) == 0


def test_typical_messages_come_first_and_what_is_there_by_chance_is_left_out() -> None:
    texts = ["gdzie jest moja paczka", *FAULT]
    order = order_typical(texts)

    assert 0 not in order
    assert "blik" in texts[order[0]].lower()
    assert sorted(order_typical(["aaaa", "bbbb"])) == [0, 1]
    assert order_typical([]) == []
