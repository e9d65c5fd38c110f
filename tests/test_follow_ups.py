"""What is asked after an answer: mostly about the same article, which is then offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from okienko.answers.answer import Answer, Clarify, Refuse
from okienko.ask import begin
from okienko.turn import PERSON, Found, House, decide
from okienko.values import ARTICLE, Asked, Citation, Holder, Kind, Language, MaskedText, Situation

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ASKED = Asked(arrival=1, kind=Kind.TEXT, text=MaskedText("a ile za to zapłacę"), choice=None, at=NOW)


def cite(article: str) -> Citation:
    return Citation(
        article=article, language="pl", version=1, title=article.title(), quote="Masz 14 dni.", published=NOW
    )


def quote(article: str, confidence: float = 0.6) -> Answer:
    return Answer(text="Masz 14 dni.", citations=(cite(article),), category="zwroty", confidence=confidence)


def house(found: Found, articles: Mapping[str, Answer]) -> House:
    def look_up(_question: MaskedText, _language: Language, where: str | None) -> Found:
        if where is not None and where.startswith(ARTICLE):
            return articles.get(where.removeprefix(ARTICLE), Refuse(reason="nothing"))
        return found

    return House(name="Próbny", hours={}, open=True, people=1, categories={"pl": {}}, look_up=look_up)


def after_an_answer(quoted: str | None = "zwrot", misses: int = 0) -> Situation:
    return replace(begin("pl", asked=[ASKED]), quoted=quoted, misses=misses)


@pytest.mark.parametrize(
    ("found", "offered"),
    [
        (Clarify(articles=(cite("konto"), cite("faktura")), confidence=0.2), ("konto", "faktura", "zwrot")),
        (Clarify(articles=(cite("zwrot"), cite("faktura")), confidence=0.2), ("zwrot", "faktura")),
        (Refuse(reason="nothing"), ("zwrot",)),
        (Refuse(reason="unclear"), ("zwrot",)),
        (quote("konto"), ("konto", "zwrot")),
    ],
)
def test_the_article_that_was_quoted_is_offered_with_what_is_found(found: Found, offered: tuple[str, ...]) -> None:
    plan = decide(after_an_answer(), house(found, {"zwrot": quote("zwrot")}))
    (say,) = plan.says
    assert (plan.reason, say.kind) == ("clarified", Kind.CLARIFY)
    assert say.choices == (*(ARTICLE + article for article in offered), PERSON)
    assert tuple(citation.article for citation in say.citations) == offered


@pytest.mark.parametrize("found", [quote("konto", confidence=0.9), quote("zwrot")])
def test_what_is_sure_or_of_the_same_article_is_quoted(found: Answer) -> None:
    plan = decide(after_an_answer(), house(found, {"zwrot": quote("zwrot")}))
    assert (plan.reason, plan.says[0].citations) == ("answered", found.citations)


@pytest.mark.parametrize(("quoted", "articles"), [(None, {"zwrot": quote("zwrot")}), ("zwrot", {})])
def test_nothing_is_offered_without_an_answer_before_or_when_it_is_published_no_more(
    quoted: str | None, articles: Mapping[str, Answer]
) -> None:
    plan = decide(after_an_answer(quoted), house(Refuse(reason="nothing"), articles))
    assert (plan.reason, plan.says[0].choices) == ("no_answer", (PERSON,))


def test_an_offer_of_nothing_new_is_a_miss_and_the_second_goes_to_a_person() -> None:
    nothing = house(Refuse(reason="nothing"), {"zwrot": quote("zwrot")})
    assert decide(after_an_answer(), nothing).misses == 1
    assert decide(after_an_answer(misses=1), nothing).holder is Holder.QUEUE
