"""Long texts in pieces: nothing is lost, nothing is too long, links and letters stay whole."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okienko.channels.split import count_bytes, split

LINK = "https://help.company.example/help/seans/pl/articles/zwroty-i-reklamacje"
EMOJI = "👩\u200d👩\u200d👧"
WORDS = st.sampled_from(["zażółć", "gęślą", "a", "jaźń.", "Nie!", "\n\n", "\n", LINK, EMOJI, "🇵🇱", "e\u0301"])
TEXTS = st.lists(WORDS, max_size=120).map(" ".join)


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


@settings(deadline=None)
@given(st.text(max_size=400) | TEXTS, st.integers(4, 90), st.sampled_from([len, count_bytes]))
def test_the_pieces_are_the_text_and_none_is_too_long(text: str, most: int, measure: object) -> None:
    count = count_bytes if measure is count_bytes else len
    pieces = split(text, most, count)
    assert bare("".join(pieces)) == bare(text)
    assert all(piece.strip() == piece and 0 < count(piece) <= most for piece in pieces)


@settings(deadline=None)
@given(TEXTS, st.integers(len(LINK), 200))
def test_links_and_what_is_read_as_one_character_stay_whole(text: str, most: int) -> None:
    pieces = split(text, most)
    assert sum(piece.count(LINK) for piece in pieces) == text.count(LINK)
    assert sum(piece.count(EMOJI) for piece in pieces) == text.count(EMOJI)


@pytest.mark.parametrize(
    ("text", "most", "pieces"),
    [
        ("", 5, ()),
        (" \n ", 5, ()),
        ("krótki", 6, ("krótki",)),
        ("Jeden akapit tu.\n\nDrugi akapit. Tam.", 30, ("Jeden akapit tu.", "Drugi akapit. Tam.")),
        ("Pierwsze zdanie. Drugie zdanie jest tu.", 25, ("Pierwsze zdanie.", "Drugie zdanie jest tu.")),
        ("To jest jedno długie zdanie bez kropki", 20, ("To jest jedno długie", "zdanie bez kropki")),
        ("słowo " + LINK, len(LINK) + 3, ("słowo", LINK)),
        ("字字字" + LINK, len(LINK), ("字字字", LINK)),
        ("aaaaaaaa", 3, ("aaa", "aaa", "aa")),
        ("🇵🇱🇵🇱🇵🇱", 3, ("🇵🇱", "🇵🇱", "🇵🇱")),
        ("xe\u0301", 2, ("x", "e\u0301")),
        ("👍🏽👍🏽", 3, ("👍🏽", "👍🏽")),
    ],
)
def test_where_it_is_cut(text: str, most: int, pieces: tuple[str, ...]) -> None:
    assert split(text, most) == pieces


def test_bytes_are_counted_where_the_vendor_counts_them() -> None:
    assert split("żżżż żżżż", 10, count_bytes) == ("żżżż", "żżżż")
    assert split("żżżżżżż", 5, count_bytes) == ("żż", "żż", "żż", "ż")


def test_a_character_longer_than_a_piece_is_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        split("żż", 1, count_bytes)
