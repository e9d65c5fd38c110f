"""Mistyped words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.routing.spelling import Speller, is_slip

SPELLER = Speller(["paczka", "paczki", "zwrot", "card", "konto", "a1b2c3"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("paczkka", "paczka"),  # one too many
        ("pczka", "paczka"),  # one too few
        ("pavzka", "paczka"),  # a wrong one
        ("apczka", "paczka"),  # swapped
        ("paczk", "paczka"),  # of two the one that was named first
        ("zwort", "zwrot"),
        ("xpaczka", "paczka"),
        ("paczkax", "paczka"),
        ("pavzkx", "pavzkx"),  # two slips
        ("czapka", "czapka"),
        ("car", "car"),  # too short
        ("a1b2c4", "a1b2c4"),  # no word
        ("", ""),
    ],
)
def test_one_slip_is_mended(typed: str, meant: str) -> None:
    assert SPELLER.correct(typed) == meant


WORDS = st.text(alphabet="abcd", min_size=4, max_size=9)


@given(WORDS, st.integers(0, 8), st.sampled_from("abcdx"), st.sampled_from(["in", "out", "other", "swap"]))
def test_every_slip_is_found(word: str, at: int, letter: str, how: str) -> None:
    at %= len(word) - 1
    match how:
        case "in":
            typed = word[:at] + letter + word[at:]
        case "out":
            typed = word[:at] + word[at + 1 :]
        case "other":
            typed = word[:at] + letter + word[at + 1 :]
        case _:
            typed = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if typed != word:
        assert is_slip(typed, word)
        assert is_slip(word, typed)
        if len(typed) >= 4:
            assert Speller([word]).correct(typed) == word


@given(WORDS, WORDS)
def test_what_is_mended_is_one_slip_away(word: str, other: str) -> None:
    mended = Speller([word]).correct(other)
    assert mended in {word, other}
    assert mended == other or is_slip(mended, other)
