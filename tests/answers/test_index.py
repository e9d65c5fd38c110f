"""Search: the right article first, whatever the order, the diacritics and the history of the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okienko.answers.index import Hit, Index, build_index, search
from okienko.answers.passages import Article
from okienko.answers.synonyms import SYNONYMS, Synonyms, join
from okienko.values import Language


def ranked(hits: Sequence[Hit]) -> list[tuple[str, int, float, tuple[int, ...]]]:
    return [
        (hit.article.id, hit.article.version, round(hit.score, 6), tuple(passage.start for passage in hit.passages))
        for hit in hits
    ]


@pytest.mark.parametrize(
    ("language", "question", "article"),
    [
        ("pl", "kiedy dostanę z powrotem kaucję", "kaucja"),
        ("pl", "mam przebita detke", "przebita-detka"),
        ("pl", "PRZEBITE DĘTKI!!!", "przebita-detka"),
        ("pl", "przebta dtka", "przebita-detka"),
        ("pl", "zgubilem kask", "zgubiony-kask"),
        ("pl", "czy są rowerki dla dzieci", "rower-dzieciecy"),
        ("pl", "czy w święta jest otwarte", "godziny"),
        ("en", "when will I get my deposit", "kaucja"),
        ("en", "riding in the snow", "winter"),
    ],
)
def test_finds_the_article(articles: Sequence[Article], language: Language, question: str, article: str) -> None:
    hits = search(build_index(articles), question, language=language)
    assert hits[0].article.id == article
    assert hits[0].article.language == language
    assert 0 < hits[0].score <= 1


@pytest.mark.parametrize("question", ["kiedy dostanę kaucję", "przebita dętka", "święta", "gdzie są rowery dziecięce"])
def test_diacritics_make_no_difference_to_known_words(articles: Sequence[Article], question: str) -> None:
    index = build_index(articles)
    plain = question.translate(str.maketrans("ąćęłńóśźż", "acelnoszz"))
    assert ranked(search(index, question, language="pl")) == ranked(search(index, plain, language="pl"))


@pytest.mark.parametrize("question", ["", "  ", "?!", "jak się", "xyzzy", "[kaucja]", "日本語", "a" * 5000])
def test_nothing_is_found_for_nothing(articles: Sequence[Article], question: str) -> None:
    assert search(build_index(articles), question, language="pl") == ()


def test_a_very_long_question_is_read_from_its_beginning(articles: Sequence[Article]) -> None:
    index = build_index(articles)
    rambling = " ".join(f"gadanie{number}" for number in range(5_000))
    assert search(index, f"kaucja {rambling} kask", language="pl")[0].article.id == "kaucja"
    assert ranked(search(index, "kaucja " * 1_000, language="pl")) == ranked(search(index, "kaucja", language="pl"))


@pytest.mark.parametrize(
    ("language", "question", "article"),
    [("pl", "zapodziałem ochraniacz", "zgubiony-kask"), ("en", "what about the surety", "kaucja")],
)
def test_a_brands_own_words_find_it_too(
    articles: Sequence[Article], language: Language, question: str, article: str
) -> None:
    own: Synonyms = {"pl": [["zapodziać", "zgubić"], ["ochraniacz", "kask"]], "en": [["surety", "deposit"]]}
    assert article not in [hit.article.id for hit in search(build_index(articles), question, language=language)[:1]]
    index = build_index(articles, synonyms=join(SYNONYMS, own))
    assert search(index, question, language=language)[0].article.id == article


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("wypożyczlania", "wypożyczalnia"),  # two in the wrong order
        ("rachuunek", "rachunek"),
        ("rchunek", "rachunek"),
        ("rachumek", "rachunek"),
    ],
)
def test_a_slip_is_read_as_what_was_meant(articles: Sequence[Article], typed: str, meant: str) -> None:
    index = build_index(articles)
    first = search(index, meant, language="pl")[0].article.id
    assert search(index, typed, language="pl")[0].article.id == first


def test_a_word_that_only_customers_use_is_known_without_diacritics(articles: Sequence[Article]) -> None:
    index = build_index(articles, synonyms={"pl": [["źrebię", "rachunek"]]})
    assert search(index, "źrebię", language="pl")[0].article.id == "rachunek"
    assert ranked(search(index, "zrebie", language="pl")) == ranked(search(index, "źrebię", language="pl"))


@pytest.mark.parametrize("question", ["gdzie przypiąć jednoślad", "jednoślad, gdzie go przypiąć?"])
def test_an_example_question_finds_its_article(articles: Sequence[Article], question: str) -> None:
    assert search(build_index(articles), question, language="pl")[0].article.id != "rower-dzieciecy"
    asked = replace(articles[3], questions=("Gdzie mogę przypiąć jednoślad?", "Co z kaskiem?"))
    index = build_index([*articles[:3], asked, *articles[4:]], build_index(articles))
    assert search(index, question, language="pl")[0].article.id == "rower-dzieciecy"


def test_articles_of_nearly_the_same_words_are_shown_once(articles: Sequence[Article]) -> None:
    copies = [replace(articles[0], id=f"kaucja-{n}", body=f"{articles[0].body}\n\nWersja {n}.") for n in range(3)]
    hits = search(build_index([*articles, *copies]), "kiedy wraca kaucja", language="pl")
    shown = [hit.article.id for hit in hits if hit.article.id.startswith("kaucja")]
    assert len(shown) == 1
    assert {one.id for one in hits[0].also} | {hits[0].article.id} == {"kaucja", "kaucja-0", "kaucja-1", "kaucja-2"}


def test_an_empty_help_centre_is_searched_too() -> None:
    assert search(build_index([]), "kaucja", language="pl") == ()


def test_an_article_without_words_is_left_out(articles: Sequence[Article]) -> None:
    index = build_index([replace(articles[0], body="***"), *articles[1:]])
    assert index.size == len(articles) - 1


WORDS = ("kaucja", "kaucji", "rower", "dziecko", "kask", "detka", "dętka", "święta", "bank", "karta", "xyzzy", "zwrot")
questions = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
bodies = st.lists(st.sampled_from(WORDS), min_size=1, max_size=30).map(" ".join)


@settings(deadline=None)
@given(st.data(), questions)
def test_the_order_of_articles_does_not_matter(articles: Sequence[Article], data: st.DataObject, question: str) -> None:
    shuffled = data.draw(st.permutations(articles))
    assert ranked(search(build_index(shuffled), question, language="pl")) == ranked(
        search(build_index(articles), question, language="pl")
    )


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["kaucja", "nowy"]), bodies), max_size=4), questions)
def test_an_edited_index_is_the_same_as_a_fresh_one(
    articles: Sequence[Article], edits: list[tuple[str, str]], question: str
) -> None:
    index = build_index(articles)
    now = {(article.id, article.language): article for article in articles}
    for version, (id_, body) in enumerate(edits, 2):
        now[id_, "pl"] = replace(articles[0], id=id_, version=version, body=body)
        index = build_index(now.values(), index)
    assert ranked(search(index, question, language="pl")) == ranked(
        search(build_index(now.values()), question, language="pl")
    )


def test_what_did_not_change_is_not_analysed_again(articles: Sequence[Article]) -> None:
    before = build_index(articles)
    after = build_index([replace(articles[0], version=2, body="Kaucja przepadła."), *articles[1:]], before)

    def rows(index: Index) -> dict[str, object]:
        return {row.article.id: row for row in index.rankings["pl"].rows}

    assert [id_ for id_, row in rows(after).items() if row is not rows(before)[id_]] == ["kaucja"]
    assert search(before, "kaucja", language="pl")[0].article.version == 1
    assert search(after, "kaucja", language="pl")[0].article.version == 2


@settings(deadline=None)
@given(questions | st.text(max_size=40), st.sampled_from(["platnosci", "usterki", "rowery", "nie-ma"]))
def test_a_category_never_leaks(articles: Sequence[Article], question: str, category: str) -> None:
    hits = search(build_index(articles), question, language="pl", category=category)
    assert {hit.article.category for hit in hits} <= {category}


def test_words_of_everyday_speech_pull_down_less_than_others(articles: Sequence[Article]) -> None:
    index = build_index(articles)
    (told, *_), (other, *_) = (
        search(index, f"{word} zgubiony kask", language="pl") for word in ("siostra", "hulajnoga")
    )
    assert told.article.id == other.article.id == "zgubiony-kask"
    assert told.score > other.score


def test_an_article_borrows_from_those_on_its_subject(articles: Sequence[Article]) -> None:
    written = [
        replace(
            articles[0],
            id=f"{subject}-{part:02}",
            title=f"Przedmiot{subject * 5} część{subject * 5}{'xyzwvutsrqp'[part] * 4}",
            body=f"Przedmiot{subject * 5} część{subject * 5}{'xyzwvutsrqp'[part] * 4}.",
        )
        for subject in "abcdefghij"
        for part in range(11)
    ]
    index = build_index(written)
    found = [hit.article.id for hit in search(index, "częśćdddddwwww", language="pl")]
    assert found[0] == "d-03"
    assert all(id_.startswith("d-") for id_ in found[1:])
    grown = build_index(written, build_index(written[:50]))
    assert [hit.article.id for hit in search(grown, "częśćdddddwwww", language="pl")] == found
