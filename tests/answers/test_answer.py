"""What is answered, quoted, asked back and refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okienko.answers.answer import Answer, Clarify, Refuse, answer, split_parts
from okienko.answers.index import build_index
from okienko.answers.passages import Article, read_plain
from okienko.values import Language, MaskedText


def reply(
    articles: Sequence[Article], question: str, language: Language = "pl", category: str | None = None
) -> Answer | Clarify | Refuse:
    return answer(build_index(articles), MaskedText(question), language=language, category=category)


@pytest.mark.parametrize(
    ("language", "question", "article", "quote", "marked"),
    [
        (
            "pl",
            "kiedy wroci kaucja",
            "kaucja",
            "Kaucję oddajemy w ciągu trzech dni od zwrotu roweru. Pieniądze trafiają na tę samą kartę.",
            "Kaucję oddajemy w ciągu trzech dni od zwrotu roweru.",
        ),
        (
            "pl",
            "kaucja nie wróciła na konto w banku",
            "kaucja",
            "Sprawdź wyciąg z ostatniego tygodnia, np. w aplikacji banku. "
            "Jeśli jej tam nie ma, podaj numer wypożyczenia.",
            "Sprawdź wyciąg z ostatniego tygodnia, np. w aplikacji banku.",
        ),
        (
            "pl",
            "przebita dętka, co zrobić",
            "przebita-detka",
            "Z przebitą dętką nie jedź dalej.\n\n1. Zatrzymaj się w bezpiecznym miejscu.\n"
            "2. Zgłoś usterkę w aplikacji.\n3. Poczekaj na serwisanta albo zostaw rower przy stacji.",
            "Z przebitą dętką nie jedź dalej.",
        ),
        (
            "en",
            "when is my deposit returned?",
            "kaucja",
            "We return the deposit within three days of the bike coming back. "
            "It goes to the same card, e.g. a debit card.",
            "We return the deposit within three days of the bike coming back.",
        ),
    ],
)
def test_ai_10_answers_quote_and_cite(
    articles: Sequence[Article], *, language: Language, question: str, article: str, quote: str, marked: str
) -> None:
    found = reply(articles, question, language)
    assert isinstance(found, Answer)
    (citation,) = found.citations
    source = next(one for one in articles if (one.id, one.language) == (article, language))
    assert (citation.article, citation.language, citation.version) == (article, language, 1)
    assert (citation.title, citation.published, citation.quote) == (source.title, source.published, found.text)
    assert found.text == quote
    assert citation.parts[1] == marked
    assert citation.by_title().parts == ("", "", source.title)
    assert found.category == source.category
    assert 0.3 < found.confidence < 1


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Cześć", "greeting"),
        ("dzień dobry!", "greeting"),
        ("Hello there", "greeting"),
        ("", "unclear"),
        ("???", "unclear"),
        ("no i co", "unclear"),
        ("[e-mail]", "unclear"),
        ("[osoba 2] [telefon]", "unclear"),
        ("jak upiec sernik", "nothing"),
        ("potrzebuję wizy do Japonii", "nothing"),
        ("🙂", "unclear"),
    ],
)
def test_ai_10_refuses_without_an_article(articles: Sequence[Article], question: str, reason: str) -> None:
    refusal = reply(articles, question)
    assert isinstance(refusal, Refuse)
    assert refusal.reason == reason
    assert refusal.confidence < 0.3


def test_placeholders_do_not_count(articles: Sequence[Article]) -> None:
    assert reply(articles, "kiedy wraca kaucja dla [osoba 1], [karta]?") == reply(articles, "kiedy wraca kaucja dla ?")


def test_the_other_language_only_when_there_is_nothing_in_the_customers(articles: Sequence[Article]) -> None:
    winter = reply(articles, "winter tyres", "pl")
    assert isinstance(winter, Answer)
    assert winter.citations[0].language == "en"
    deposit = reply(articles, "deposit kaucja", "pl")
    assert isinstance(deposit, Answer)
    assert deposit.citations[0].language == "pl"


def test_asks_which_category_when_two_tie(articles: Sequence[Article]) -> None:
    other = replace(
        articles[0],
        id="kaucja-za-kask",
        category="usterki",
        body="Kaucję za kask oddajemy po obejrzeniu kasku na stacji.",
    )
    tied = reply([*articles, other], "kiedy wraca kaucja")
    assert isinstance(tied, Clarify)
    assert set(tied.categories) == {"platnosci", "usterki"}
    chosen = reply([*articles, other], "kiedy wraca kaucja", category="usterki")
    assert isinstance(chosen, Answer)
    assert chosen.citations[0].article == "kaucja-za-kask"


def test_articles_of_the_same_words_are_no_tie(articles: Sequence[Article]) -> None:
    twin = replace(articles[0], id="kaucja-kopia", category="usterki")
    found = reply([*articles, twin], "kiedy wraca kaucja")
    assert isinstance(found, Answer)
    assert found.citations[0].article in {"kaucja", "kaucja-kopia"}


def test_two_questions_get_two_quotes(articles: Sequence[Article]) -> None:
    found = reply(articles, "kiedy wraca kaucja i ile kosztuje zgubiony kask")
    assert isinstance(found, Answer)
    assert [citation.article for citation in found.citations] == ["kaucja", "zgubiony-kask"]
    assert found.text == "\n\n".join(citation.quote for citation in found.citations)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "jak zmienić hasło i ile kosztuje wysyłka",
            ("jak zmienić hasło", "ile kosztuje wysyłka"),
        ),
        ("Gdzie jest paczka? Czy mogę ją oddać?", ("Gdzie jest paczka", "Czy mogę ją oddać?")),
        ("how do I return it and when do I get the money", ("how do I return it", "when do I get the money")),
        ("kiedy wraca kaucja", ()),
        ("nie wiem, jak zmienić hasło", ()),
        ("rower jest zepsuty i stoi na stacji. co robić", ()),
        ("chleb i masło", ()),
    ],
)
def test_what_asks_two_things_is_taken_apart(text: str, parts: tuple[str, ...]) -> None:
    assert tuple(split_parts(text)) == parts


def test_a_long_list_of_steps_is_quoted_whole(articles: Sequence[Article]) -> None:
    steps = "\n".join(f"{n}. Krok numer {n}: obróć rower i sprawdź, czy łańcuch nie spada." for n in range(1, 15))
    long = replace(articles[1], id="lancuch", title="Spadł łańcuch", body=f"Zrób to po kolei:\n\n{steps}")
    found = reply([*articles, long], "spadł mi łańcuch")
    assert isinstance(found, Answer)
    assert found.text == read_plain(long.body)


def test_one_word_that_two_categories_know_is_asked_about(articles: Sequence[Article]) -> None:
    bell = replace(articles[0], id="dzwonek", category="rowery", title="Dzwonek", body="Dzwonek jest w każdym rowerze.")
    lost = replace(bell, id="dzwonek-nie-dziala", category="usterki", body="Zepsuty dzwonek zgłoś w aplikacji.")
    tied = reply([*articles, bell, lost], "dzwonek")
    assert isinstance(tied, Clarify)
    assert set(tied.categories) == {"rowery", "usterki"}
    assert isinstance(reply([*articles, bell, lost], "dzwonek jest zepsuty"), Answer)


def test_a_category_without_an_answer_refuses(articles: Sequence[Article]) -> None:
    assert isinstance(reply(articles, "kiedy wraca kaucja", category="usterki"), Refuse)
    assert isinstance(reply(articles, "kiedy wraca kaucja", category="nie-ma"), Refuse)


def test_an_edited_article_is_what_is_quoted_next(articles: Sequence[Article]) -> None:
    index = build_index(articles)
    edited = replace(articles[0], version=2, body="Kaucję oddajemy od ręki.")
    found = answer(
        build_index([edited, *articles[1:]], index), MaskedText("kiedy wraca kaucja"), language="pl", category=None
    )
    assert isinstance(found, Answer)
    assert (found.text, found.citations[0].version) == ("Kaucję oddajemy od ręki.", 2)


SENTENCES = (
    "Kaucja wraca po dniu.",
    "Np. na kartę!",
    "1. Weź rower.",
    "- Oddaj kask.",
    "## Zwrot",
    "\n",
    "**Ważne** `to`",
    "",
)
bodies = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=25).map("\n".join) | st.text(max_size=300)


@settings(deadline=None)
@given(bodies, st.text(max_size=60) | st.sampled_from(["kaucja", "zwrot kasku", "kiedy wraca kaucja na kartę"]))
def test_ai_10_every_word_of_an_answer_is_the_articles(articles: Sequence[Article], body: str, question: str) -> None:
    changed = replace(articles[0], body=body)
    found = reply([changed, *articles[1:]], question)
    if isinstance(found, Answer):
        texts = {(one.id, one.language): read_plain(one.body) for one in (changed, *articles[1:])}
        assert all(one.quote and one.quote in texts[one.article, one.language] for one in found.citations)
        assert found.text == "\n\n".join(citation.quote for citation in found.citations)
        assert all("".join(one.parts) == one.quote for one in found.citations)


@settings(deadline=None)
@given(st.text(max_size=200), st.sampled_from(["pl", "en"]), st.sampled_from([None, "usterki", "nie-ma"]))
def test_any_question_gets_a_reply(
    articles: Sequence[Article], question: str, language: Language, category: str | None
) -> None:
    found = reply(articles, question, language, category)
    assert 0 <= found.confidence <= 1


def make_article(articles: Sequence[Article], id_: str, title: str, body: str) -> Article:
    return replace(articles[0], id=id_, title=title, description="", body=body)


def test_the_article_that_says_all_of_it_in_one_sentence_is_quoted_though_titles_tie(
    articles: Sequence[Article],
) -> None:
    said = "Jeśli blokada stojaka nie puszcza roweru na stacji, wpisz kod jeszcze raz."
    rivals = [
        make_article(articles, "a-blokada", "Blokada stojaka", "Blokada ma kod. Rower stoi na stacji."),
        make_article(articles, "b-blokada", "Stojak i blokada", "Stojak bywa pełny. Serwis puszcza rowery w trasę."),
        make_article(articles, "z-blokada", "Blokada w stojaku", said),
    ]
    found = reply([*articles, *rivals], "blokada stojaka nie puszcza roweru, stacja")
    assert isinstance(found, Answer)
    assert found.citations[0].article == "z-blokada"


def test_articles_of_one_title_are_one_subject(articles: Sequence[Article]) -> None:
    """Neither takes the other's lead away, and the one is quoted that has the sentence."""
    halves = [
        make_article(articles, "a-siodelko", "Siodełko", "Siodełko jest z gumy. Myjemy je co wieczór."),
        make_article(articles, "b-siodelko", "Siodełko", "Wysokość siodełka zmienia się dźwignią pod nim."),
    ]
    found = reply([*articles, *halves], "siodełko za nisko, wysokość siodełka")
    assert isinstance(found, Answer)
    assert found.citations[0].article == "b-siodelko"
    apart = [halves[0], replace(halves[1], title="Siodełko i dźwignia")]
    other = reply([*articles, *apart], "siodełko z gumy")
    assert not isinstance(other, Answer) or other.citations[0].article == "a-siodelko"


def test_what_is_not_sure_is_offered_and_a_pick_quotes_that_article_alone(articles: Sequence[Article]) -> None:
    offered = reply(articles, "moja kaucja przepadła razem z tamtym kolegą od hulajnogi i jego bratem, załamka")
    assert isinstance(offered, Clarify)
    assert (offered.categories, offered.articles[0].article) == ((), "kaucja")
    assert all(citation.quote and citation.language == "pl" for citation in offered.articles)
    picked = reply(articles, "coś całkiem innego", category="article:przebita-detka")
    assert isinstance(picked, Answer)
    assert [citation.article for citation in picked.citations] == ["przebita-detka"]
    english = reply(articles, "kaucja", "en", category="article:kaucja")
    assert isinstance(english, Answer)
    assert english.citations[0].language == "en"
    assert reply(articles, "kaucja", category="article:nie-ma") == Refuse(reason="nothing")


def test_an_article_that_is_asked_for_by_its_name_is_quoted_from_its_opening(articles: Sequence[Article]) -> None:
    for nothing in ("", "no i co", "[e-mail]"):
        found = reply(articles, nothing, category=f"article:{articles[0].id}")
        assert isinstance(found, Answer)
        assert read_plain(articles[0].body).startswith(found.text)
        assert found.citations[0].parts == ("", "", found.text)
