"""One spelling for many, with the way back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.masking.normalise import normalise
from okienko.masking.reading import read


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("Zażółć gęślą jaźń, „cześć” – 100 zł…", "Zażółć gęślą jaźń, „cześć” - 100 zł…"),
        ("６０１ １５６", "601 156"),
        ("jan＠poczta．example", "jan@poczta.example"),
        ("jan\u200b@\u200bpoczta.example", "jan@poczta.example"),
        ("601\u00a0156\u202f759", "601 156 759"),
        ("730‑440–627", "730-440-627"),
        ("jan%40poczta.example", "jan@poczta.example"),
        ("jan&#64;poczta&period;example", "jan@poczta.example"),
        ("jаn@poczta.example", "jan@poczta.example"),
        ("привет jan", "привет jan"),
        ("z\u0307o\u0301łw", "żółw"),
        ("\u202e601\u202c", "601"),
        ("٠١٢٣", "0123"),
        ("50% & 20%", "50% & 20%"),
        ("ﬁrma", "firma"),
        ("🙂 ok 👍🏽", "🙂 ok 👍🏽"),
    ],
)
def test_is_read_as(typed: str, read_as: str) -> None:
    assert normalise(typed).text == read_as


@given(st.text() | st.text(alphabet="aąаé\u0301\u200b＠０%4&#6;0 \u00a0ﬁ\n№½🙂\ufe0f\0"))
def test_offsets_always_map_back(typed: str) -> None:
    normalised = normalise(typed)
    places = [normalised.original(at, at + 1) for at in range(len(normalised.text))]
    assert all(0 <= start < end <= len(typed) for start, end in places)
    assert places == sorted(places)
    if normalised.text:
        start, end = normalised.original(0, len(normalised.text))
        assert normalise(typed[start:end]).text == normalised.text


@given(st.text())
def test_the_folded_copy_has_the_same_length(typed: str) -> None:
    reading = read(typed)
    assert len(reading.folded) == len(reading.text)
