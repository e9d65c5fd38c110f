"""The file of an evening, and how it is played."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.rehearsal.evening import BadEvening, Written, make_cues, read_evening, write_evening
from okienko.rehearsal.rehearse import read_example

BEGIN = datetime(2026, 9, 18, 17, 0, tzinfo=UTC)
LINE = '{"at": "2026-09-18T17:00:00+00:00", "conversation": "k1", "language": "pl", "text": "halo"}'


def write(*seconds: float) -> list[Written]:
    return [
        Written(
            at=BEGIN + timedelta(seconds=at), conversation=f"c{n % 3}", language="pl", channel="webchat", text=f"nr {n}"
        )
        for n, at in enumerate(seconds)
    ]


def test_a_file_says_again_what_was_written() -> None:
    evening = [*write(0, 5, 9, 60), replace(write(70)[0], text=None, about="blik")]
    read = read_evening(write_evening(evening).splitlines())

    assert [(one.at, one.text, one.about) for one in read] == [(one.at, one.text, one.about) for one in evening]
    assert [one.conversation for one in read] == ["k1", "k2", "k3", "k1", "k1"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("ala ma kota", "Line 2 is not JSON"),
        ("[1]", "Line 2: expected an object"),
        (LINE.replace('"at"', '"when"'), "Line 2: expected an object"),
        (LINE.replace("2026-09-18T17", "wczoraj"), "“at”"),
        (LINE.replace('"halo"', "3"), "“text”"),
        (LINE.replace('"halo"', '""'), "“text”"),
        (LINE.replace('"pl"', '"de"'), "“language”"),
        (LINE.replace('"k1"', "1"), "“conversation”"),
    ],
)
def test_a_wrong_line_is_named_and_not_shown(line: str, says: str) -> None:
    with pytest.raises(BadEvening) as refused:
        read_evening([LINE, line])
    assert says in str(refused.value)
    assert "halo" not in str(refused.value)
    assert "kota" not in str(refused.value)


def test_an_empty_file_is_no_evening() -> None:
    with pytest.raises(BadEvening):
        read_evening(["", " "])


@given(st.lists(st.floats(0, 5000), min_size=1, max_size=50), st.integers(1, 20))
def test_ten_times_the_load_is_the_same_messages_in_a_tenth_of_the_time(seconds: list[float], times: int) -> None:
    evening = write(*sorted(seconds))
    cues = make_cues(evening, times=times)

    assert [cue.text for cue in cues] == [one.text for one in evening]
    assert cues[0].due == 0
    assert cues[-1].due == pytest.approx((evening[-1].at - evening[0].at).total_seconds() / times, abs=1e-3)


def test_a_part_of_an_evening_is_where_most_is_written() -> None:
    evening = write(0, 100, 200, 201, 202, 203, 300)
    assert [cue.text for cue in make_cues(evening, times=1, seconds=10)] == ["nr 2", "nr 3", "nr 4", "nr 5"]
    assert [cue.due for cue in make_cues(evening, times=1, seconds=10)] == [0, 1, 2, 3]


def test_the_example_is_an_evening_in_which_most_ask_about_a_fault_from_some_minute_on() -> None:
    evening = read_example()
    began = min(one.at for one in evening if one.about)
    after = [one for one in evening if one.at >= began]
    share = len({one.conversation for one in after if one.about}) / len({one.conversation for one in after})

    assert began - evening[0].at >= timedelta(minutes=9)
    assert 0.5 < share < 0.7
    assert len({one.text for one in evening if one.about}) == 30
