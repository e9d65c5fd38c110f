"""The measurement of the radar: its invented stream, and that it can tell a radar that sees from one that does not."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from okienko.evaluation.radar.measure import BEGIN, SHARE, Watcher, watch_surge
from okienko.evaluation.radar.stream import play_every_day, play_fault, read_every_day, read_faults

EVENING = BEGIN + timedelta(days=4, hours=17)


def learn(chance: Random) -> Watcher:
    watcher = Watcher()
    for said in play_every_day(chance, read_every_day(), since=BEGIN, until=EVENING, hourly=20):
        watcher.add(chance, said)
    return watcher


def test_there_are_eight_faults_of_thirty_phrasings_each() -> None:
    faults = read_faults()
    assert len(faults) == 8
    assert {len(set(texts)) for texts in faults.values()} == {30}


def test_the_stream_has_a_rhythm_and_is_the_same_every_time() -> None:
    said = play_every_day(Random(5), read_every_day(), since=BEGIN, until=BEGIN + timedelta(days=2), hourly=20)
    again = play_every_day(Random(5), read_every_day(), since=BEGIN, until=BEGIN + timedelta(days=2), hourly=20)
    by_night = sum(one.at.hour in {0, 1, 2} for one in said)
    by_day = sum(one.at.hour in {8, 9, 10} for one in said)

    assert said == again
    assert by_day > 5 * by_night
    assert 700 < len(said) < 1300


def test_a_tenfold_surge_in_which_most_ask_about_one_fault_is_noticed_in_three_minutes() -> None:
    chance = Random(2)
    watcher = learn(chance)
    until = EVENING + timedelta(minutes=6)
    surge = [
        *play_every_day(chance, read_every_day(), since=EVENING, until=until, hourly=200 * (1 - SHARE) * 1.5),
        *play_fault(chance, "blik", read_faults()["blik"], since=EVENING, until=until, hourly=200 * SHARE * 1.5),
    ]

    noticed = watch_surge(watcher, chance, sorted(surge, key=lambda one: one.at), "blik", EVENING)

    assert noticed.delay is not None
    assert noticed.delay <= 3
    assert noticed.share > 0.8
    assert noticed.right > 0.7


def test_an_evening_without_a_fault_is_noticed_by_nobody() -> None:
    chance = Random(3)
    watcher = learn(chance)
    until = EVENING + timedelta(minutes=15)
    surge = play_every_day(chance, read_every_day(), since=EVENING, until=until, hourly=200)

    noticed = watch_surge(watcher, chance, surge, "blik", EVENING)

    assert noticed.delay is None
    assert noticed.others == 0
