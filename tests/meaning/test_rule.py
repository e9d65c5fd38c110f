"""The rule that weighs meaning against words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okienko.answers.answer import Answer, Clarify, Refuse, answer
from okienko.answers.index import Index, Question, build_index, rank, read_question
from okienko.answers.meaning.rule import Heard, compare, cut_texts, list_missing, put_in, weigh
from okienko.answers.passages import Article, cut_passages
from okienko.answers.text import read_tokens
from okienko.encoders import Vectors
from okienko.encoders.fitted import MINILM, OWN, choose
from okienko.encoders.vectors import pack
from okienko.values import Language, MaskedText
from tests.meaning.conftest import encode_concepts

NAN = float("nan")


def article(id_: str, title: str, body: str, *questions: str, language: Language = "pl") -> Article:
    return Article(
        id=id_,
        language=language,
        category="sklep",
        version=1,
        title=title,
        description="",
        body=body,
        published=datetime(2027, 3, 1, tzinfo=UTC),
        questions=questions,
    )


SHOP = (
    article("haslo", "Zmiana hasła", "Hasło do konta zmienisz w ustawieniach."),
    article("zwrot", "Zwrot towaru", "Na zwrot jest 14 dni od odbioru paczki."),
    article("godziny", "Godziny otwarcia", "Biuro jest czynne od ósmej do szesnastej."),
    article("kurier", "Kurier", "Kurier dzwoni przed doręczeniem."),
)
INDEX = build_index(SHOP)
IDS = ["godziny", "haslo", "kurier", "zwrot"]  # as they stand in the index


def fill(index: Index, *, leave_out: str | None = None) -> Index:
    """The index with the vectors of all texts, but those that hold some words."""
    index = put_in(index, {}, {"pl"})
    missing = list_missing(index)
    known = [digest for digest, text in missing.items() if leave_out is None or leave_out not in text]
    return put_in(index, dict(zip(known, pack(encode_concepts([missing[one] for one in known])), strict=True)), {"pl"})


def ask(index: Index, words: str) -> Question:
    return read_question(index.rankings["pl"], read_tokens(words))


def find(index: Index, words: str, likeness: Sequence[float]) -> list[str]:
    question = weigh(ask(index, words), np.array(likeness, np.float32))
    return [hit.article.id for hit in rank(index.rankings["pl"], question)]


def test_an_article_is_read_as_what_it_is_about_and_what_it_says() -> None:
    pages = cut_passages("Wstęp.\n\n## Kiedy\n\nW dwa dni.")
    given_article = replace(article("a", "Zwrot", "", "jak oddać?"), description="O zwrotach")
    assert cut_texts(given_article, pages) == (
        ["Zwrot. O zwrotach", "jak oddać?"],
        ["Zwrot. Wstęp.", "Zwrot. Kiedy. W dwa dni."],
    )


def test_an_article_is_found_by_what_is_meant() -> None:
    index = build_index(SHOP)
    assert find(index, "rozmyśliłem się", [0.1, 0.1, 0.1, 0.9])[0] == "zwrot"


def test_of_articles_that_mean_the_same_that_with_the_words_comes_first() -> None:
    index = build_index(SHOP)
    assert find(index, "zmiana hasła", [0.5, 0.5, 0.5, 0.5])[0] == "haslo"
    assert find(index, "kurier", [0.5, 0.5, 0.5, 0.55])[0] == "kurier"


def test_nothing_known_leaves_the_question_as_it_was() -> None:
    index = build_index(SHOP)
    question = ask(index, "zmiana hasła")
    assert weigh(question, np.full(4, NAN, np.float32)) is question
    empty = ask(index, "123456")
    assert weigh(empty, np.zeros(4, np.float32)) is empty


def test_an_article_that_was_not_read_yet_is_found_by_its_words() -> None:
    index = build_index(SHOP)
    assert find(index, "kurier dzwoni", [0.2, 0.3, NAN, 0.2])[0] == "kurier"


@settings(deadline=None)
@given(
    st.lists(st.floats(-1, 1, width=32), min_size=4, max_size=4),
    st.sampled_from(["zwrot", "jak zmienić hasło do konta i kiedy"]),
)
def test_a_share_lies_between_words_and_meaning(likeness: list[float], words: str) -> None:
    question = ask(INDEX, words)
    both = weigh(question, np.array(likeness, np.float32))
    means = np.maximum(np.array(likeness, np.float32), 0)
    low, high = np.minimum(question.shares, means), np.maximum(question.shares, means)
    assert ((both.shares >= low - 1e-6) & (both.shares <= high + 1e-6)).all()
    assert both.rule is not None
    assert (question.words, question.weights) == (both.words, both.weights)


def test_the_longer_a_question_the_more_its_words_count() -> None:
    index = build_index(SHOP)
    likeness = np.array([1, 0, 0, 0], np.float32)
    few, many = (
        weigh(ask(index, words), likeness) for words in ("zwrot", "zwrot paczki zmiana hasła kurier biuro ósma")
    )
    assert few.shares[0] > many.shares[0]


def test_vectors_follow_their_texts() -> None:
    index = fill(build_index(SHOP))
    assert list_missing(index) == {}
    (likeness,) = compare(index, encode_concepts(["nie mogę się dostać do środka"]))
    assert IDS[int(np.argmax(likeness["pl"]))] == "haslo"
    changed = build_index((*SHOP[1:], article("nowy", "Kasa", "Pieniądze.")), index)
    carried = put_in(changed, {}, {"pl"}, index)
    assert sorted(list_missing(carried).values()) == ["Kasa", "Kasa. Pieniądze."]
    (likeness,) = compare(carried, encode_concepts(["odesłać"]))
    assert [bool(np.isnan(one)) for one in likeness["pl"]] == [False, False, True, False]


def test_other_languages_have_no_table() -> None:
    index = build_index((*SHOP, article("en", "Returns", "Fourteen days.", language="en")))
    assert set(put_in(index, {}, {"pl"}).tables) == {"pl"}
    assert set(put_in(index, {}, {"en"}).tables) == {"en"}


def test_an_encoder_to_which_all_is_alike_is_evened_out() -> None:
    many = [article(f"a{nth}", f"zwrot {nth}", f"Treść {nth}.") for nth in range(30)]
    index = put_in(build_index(many), {}, {"pl"})
    draw = np.random.default_rng(3)

    def likeness(shift: float) -> float:
        rows: Vectors = draw.normal(size=(len(list_missing(index)), 16)).astype(np.float32)
        rows[:, 0] += shift
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        filled = put_in(index, dict(zip(list_missing(index), pack(rows), strict=True)), {"pl"})
        (found,) = compare(filled, rows[:1] * 0 + rows.mean(axis=0) / np.linalg.norm(rows.mean(axis=0)))
        return float(np.median(found["pl"]))

    assert likeness(30.0) < 0.95, "raw, it is 0.99"


def quote(index: Index, words: str, heard: Heard | None = None) -> list[str] | None:
    """The articles that are quoted; None when nothing is even offered."""
    match answer(index, MaskedText(words), language="pl", category=None, heard=heard):
        case Answer() as found:
            return [citation.article for citation in found.citations]
        case Clarify() as found:
            return []
        case Refuse():
            return None


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        ("nie mogę się dostać do środka", ["haslo"]),
        ("rozmyśliłem się", ["zwrot"]),
        ("pogoda na jutro w górach", None),
        ("", None),
    ],
)
def test_what_is_meant_is_quoted_offered_or_refused(words: str, quoted: list[str] | None) -> None:
    index = fill(build_index(SHOP))
    heard = dict(zip([words], compare(index, encode_concepts([words])), strict=True))
    assert quote(index, words) != quoted or quoted is None
    assert quote(index, words, heard) == quoted


@pytest.mark.parametrize(
    ("likeness", "quoted"),
    [([0.9, 0.2, 0.2, 0.2], ["godziny"]), ([0.4, 0.39, 0.2, 0.2], []), ([0.2, 0.2, 0.2, 0.2], None)],
)
def test_the_less_alike_the_less_is_said(likeness: list[float], quoted: list[str] | None) -> None:
    words = "gżegżółka"
    assert quote(INDEX, words) is None
    assert quote(INDEX, words, {words: {"pl": np.array(likeness, np.float32)}}) == quoted


def test_both_parts_of_a_question_are_heard() -> None:
    index = fill(build_index(SHOP))
    text = "jak dostać się do środka i kiedy mogę odesłać"
    parts = ["jak dostać się do środka", "kiedy mogę odesłać"]
    heard = dict(zip([text, *parts], compare(index, encode_concepts([text, *parts])), strict=True))
    found = answer(index, MaskedText(text), language="pl", category=None, heard=heard)
    assert isinstance(found, Answer)
    assert [citation.article for citation in found.citations] == ["haslo", "zwrot"]


def test_each_encoder_has_the_rule_that_was_fitted_with_it() -> None:
    assert choose("okienko-own-1-0") is OWN
    assert choose("all-MiniLM-L6-v2") is choose("somebody-elses") is MINILM


def test_an_encoder_that_knows_less_leaves_more_to_the_words() -> None:
    likeness = np.array([1, 0, 0, 0], np.float32)
    strong, weak = (weigh(ask(INDEX, "zwrot paczki"), likeness, rule) for rule in (MINILM, OWN))
    assert strong.shares[0] > weak.shares[0]
    assert find_first(strong) == "godziny"
    assert find_first(weak) == "zwrot"


def find_first(question: Question) -> str:
    return rank(INDEX.rankings["pl"], question)[0].article.id
