"""What a message is made of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.routing.features import cut_grams, fold, guess_language, learn_vocabulary, name_words, read_words
from okienko.values import Language

TEXTS = [
    "Gdzie jest moja paczka?",
    "Kiedy przyjdzie paczka z łóżkiem",
    "Chcę zwrócić buty, są za małe",
    "Where is my parcel?",
    "I'd like to return the shoes",
]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Zażółć GĘŚLĄ jaźń", ["zazolc", "gesla", "jazn"]),
        ("I can't log-in!", ["i", "can't", "log", "in"]),
        ("I can’t", ["i", "can't"]),
        ("zamówienie 123456/2024 na 50 zł", ["zamowienie", "000", "000", "na", "50", "zl"]),
        ("model X1234567", ["model", "x000"]),
        ("𝕬 ½", ["a", "1", "2"]),
        ("", []),
        ("?!", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert read_words(text) == words


def test_a_letter_of_pages_is_read_so_far() -> None:
    assert len(read_words("word " * 10_000)) == 200
    assert read_words("a" * 10_000) == ["a" * 30]


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_grams_stay_inside_words_with_their_edges() -> None:
    assert cut_grams("kot") == [" k", "ko", "ot", "t ", " ko", "kot", "ot ", " kot", "kot ", " kot "]
    assert cut_grams("a") == [" a", "a ", " a "]


@pytest.mark.parametrize(
    ("text", "usual", "language"),
    [
        ("gdzie jest moja paczka", "en", "pl"),
        ("where is my parcel", "pl", "en"),
        ("paczka", "pl", "pl"),
        ("paczka", "en", "en"),
    ],
)
def test_the_language_is_guessed_from_small_words(text: str, usual: Language, language: Language) -> None:
    assert guess_language(text.split(), usual) == language


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [("zwroty", "zwrotu", "pl"), ("kurier", "kuriera", "pl"), ("returned", "returning", "en")],
)
def test_inflected_words_share_their_stem(one: str, other: str, language: Language) -> None:
    assert name_words([one], language) == name_words([other], language)


def test_pairs_are_of_neighbours() -> None:
    assert name_words(["my", "card", "arrived"], "en") == ["my", "card", "arriv", "my card", "card arriv"]


def test_with_and_without_diacritics_is_the_same() -> None:
    vocabulary = learn_vocabulary(TEXTS, fewest=1)
    one, other = vocabulary.read(["Kiedy przyjdzie łóżko?"]), vocabulary.read(["kiedy przyjdzie lozko"])
    assert np.array_equal(one.features, other.features)


def test_each_block_has_length_one() -> None:
    rows = learn_vocabulary(TEXTS, fewest=1).read(TEXTS)
    for number in range(len(TEXTS)):
        for _, weights in (rows.grams(number), rows.words(number)):
            assert weights @ weights == pytest.approx(1, abs=1e-5)
    assert np.allclose(rows.known, 1)


def test_what_is_not_known_has_no_features() -> None:
    rows = learn_vocabulary(["paczka", "zwrot"], fewest=1).read(["", "xyz", "paczka xyz"])
    assert [len(rows.words(number)[0]) for number in range(3)] == [0, 0, 1]
    assert rows.known[:2].tolist() == [0, 0]
    assert 0 < rows.known[2] < 1


def test_rare_features_are_left_out_and_rare_ones_weigh_more() -> None:
    vocabulary = learn_vocabulary(["moja paczka", "moja karta", "moja karta zginela"], fewest=2)
    assert set(vocabulary.words) == {"moj", "kart", "moj kart"}
    idf = vocabulary.idf
    assert idf[vocabulary.words["moj"]] < idf[vocabulary.words["kart"]] < vocabulary.unseen


@given(st.lists(st.text(alphabet="abc ąę.'1 paczk", max_size=40), max_size=6))
def test_reading_together_is_reading_one_by_one(texts: list[str]) -> None:
    vocabulary = learn_vocabulary(TEXTS, fewest=1)
    together = vocabulary.read(texts)
    for number, text in enumerate(texts):
        alone = vocabulary.read([text])
        for one, other in (
            (together.row(number), alone.row(0)),
            (together.grams(number), alone.grams(0)),
            (together.words(number), alone.words(0)),
        ):
            assert np.array_equal(one[0], other[0])
            assert np.allclose(one[1], other[1])
        assert together.known[number] == pytest.approx(float(alone.known[0]))
