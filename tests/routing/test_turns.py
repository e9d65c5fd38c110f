"""What a turn does with what the router says, as a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from okienko.answers.answer import Answer, Clarify, Refuse
from okienko.routing.model import Guess, Outcome
from okienko.turn import Found, House, LearntRouter, decide
from okienko.values import (
    Asked,
    Citation,
    ConnectionId,
    ConversationId,
    Holder,
    Kind,
    Language,
    MaskedText,
    PersonId,
    Plan,
    Situation,
)

NOW = datetime(2027, 3, 1, tzinfo=UTC)
CITATION = Citation(article="zwrot", language="pl", version=2, title="Zwrot", quote="Masz 14 dni.", published=NOW)
ANSWER = Answer(text="Masz 14 dni.", citations=(CITATION,), category="zwroty", confidence=0.9)
UNCLEAR = Clarify(categories=("konto", "platnosci"), confidence=0.4)
NOTHING = Refuse(reason="nothing")

SITUATION = Situation(
    conversation=ConversationId(UUID(int=1)),
    person=PersonId(UUID(int=2)),
    connection=ConnectionId("chat"),
    channel="webchat",
    token=1,
    version=0,
    holder=Holder.BOT,
    closed=False,
    language="pl",
    category=None,
    picked=False,
    reference="K7F-2QDA",
    noticed=True,
    misses=0,
    failures=0,
    arrived=1,
    asked=(Asked(arrival=1, kind=Kind.TEXT, text=MaskedText("ile dni na zwrot"), choice=None, at=NOW),),
    open_question=None,
)


def decide_with(
    outcome: Outcome,
    *,
    everywhere: Found,
    within: Found = NOTHING,
    best: tuple[str, ...] = ("zwroty", "platnosci", "konto"),
    situation: Situation = SITUATION,
) -> Plan:
    """A turn of a brand with three categories and a router of version 7."""

    def look_up(_question: MaskedText, _language: Language, category: str | None) -> Found:
        return everywhere if category is None else within

    guess = Guess(intents=best, inside=0.9, right=0.9, outcome=outcome)
    house = House(
        name="Próbny",
        hours={},
        open=True,
        people=1,
        categories={"pl": {"zwroty": "Zwroty", "konto": "Konto", "platnosci": "Płatności"}},
        look_up=look_up,
        router=LearntRouter(version=7, route=lambda _question: guess),
    )
    return decide(situation, house)


def test_an_answer_found_everywhere_needs_no_router() -> None:
    plan = decide_with(Outcome.TAKE, everywhere=ANSWER, best=("konto", "zwroty"))
    assert (plan.reason, plan.category, plan.routed) == ("answered", "zwroty", None)


def test_where_the_category_is_sure_it_is_not_asked_for() -> None:
    plan = decide_with(Outcome.TAKE, everywhere=UNCLEAR, within=ANSWER)
    assert (plan.reason, plan.category, plan.routed) == ("answered", "zwroty", 7)


def test_where_it_is_not_sure_the_best_three_are_asked_for() -> None:
    plan = decide_with(Outcome.ASK, everywhere=UNCLEAR, within=ANSWER)
    assert plan.reason == "clarified"
    assert plan.says[-1].choices == ("zwroty", "platnosci", "konto")
    assert (plan.category, plan.routed) == (None, None)


def test_a_sure_category_without_an_answer_is_kept_with_its_version() -> None:
    plan = decide_with(Outcome.TAKE, everywhere=UNCLEAR)
    assert plan.reason == "clarified"
    assert (plan.category, plan.routed, plan.picked) == ("zwroty", 7, False)


@pytest.mark.parametrize(("misses", "holder"), [(0, Holder.BOT), (1, Holder.QUEUE)])
def test_a_question_without_an_answer_reaches_people_with_its_category(misses: int, holder: Holder) -> None:
    plan = decide_with(Outcome.TAKE, everywhere=NOTHING, situation=replace(SITUATION, misses=misses))
    assert (plan.reason, plan.holder, plan.category, plan.routed) == ("no_answer", holder, "zwroty", 7)


@pytest.mark.parametrize("found", [UNCLEAR, NOTHING])
def test_what_belongs_nowhere_is_as_without_a_router(found: Found) -> None:
    plan = decide_with(Outcome.PERSON, everywhere=found)
    assert (plan.category, plan.routed) == (None, None)
    assert "zwroty" not in plan.says[-1].choices


def test_what_the_customer_picked_is_not_overruled() -> None:
    picked = replace(SITUATION, category="konto", picked=True)
    plan = decide_with(Outcome.TAKE, everywhere=NOTHING, situation=picked)
    assert (plan.category, plan.picked, plan.routed) == ("konto", True, None)


def test_a_category_that_is_gone_is_not_taken() -> None:
    plan = decide_with(Outcome.TAKE, everywhere=UNCLEAR, within=ANSWER, best=("dawna", "zwroty"))
    assert (plan.reason, plan.category) == ("clarified", None)
    assert plan.says[-1].choices == ("zwroty",)
