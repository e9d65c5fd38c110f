"""Conversations played against the bot's decision: each verdict once, and what a customer does with what is offered."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from okienko.answers.answer import Answer, Clarify, Refuse
from okienko.evaluation.resolution import BadConversation, Conversation, Turn, measure, read_conversations
from okienko.turn import Found
from okienko.values import Citation, Language, MaskedText

FILED = {"zwrot": "zwroty", "kurier": "dostawa"}


def quote(article: str) -> Answer:
    cited = Citation(
        article=article,
        language="pl",
        version=1,
        title=article,
        quote="Tak.",
        published=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return Answer(text="Tak.", citations=(cited,), category=FILED[article], confidence=0.9)


def look_up(question: MaskedText, _language: Language, category: str | None) -> Found:
    if "zwrot" in question.text:
        return quote("zwrot")
    if "kiedy" in question.text:
        return quote("kurier") if category == "dostawa" else Clarify(categories=("zwroty", "dostawa"), confidence=0.5)
    return Refuse(reason="nothing")


ANSWERED = Turn(says="jak zrobić zwrot", outcome="answer", articles=frozenset({"zwrot"}))
PICKED = Turn(says="kiedy to będzie", outcome="answer", articles=frozenset({"kurier"}))
WRONG = Turn(says="czemu zwrot tak długo jedzie kurierem", outcome="answer", articles=frozenset({"kurier"}))
UNKNOWN = Turn(says="gdzie jest moja koparka", outcome="answer", articles=frozenset({"kurier"}))
PERSON = Turn(says="gdzie jest moja koparka", outcome="person")
NEEDLESS = Turn(says="mój zwrot ktoś skasował", outcome="person")


@pytest.mark.parametrize(
    ("turns", "verdict", "asked"),
    [
        ((ANSWERED,), "resolved_rightly", 0),
        ((PICKED, ANSWERED), "resolved_rightly", 1),
        ((PERSON,), "handed_over_rightly", 0),
        ((ANSWERED, PERSON), "handed_over_rightly", 0),
        ((PERSON, ANSWERED), "handed_over_rightly", 0),
        ((UNKNOWN,), "handed_over_needlessly", 0),
        ((WRONG,), "answered_wrongly", 0),
        ((ANSWERED, NEEDLESS), "answered_wrongly", 0),
    ],
)
def test_a_conversation_counts_once_and_as_its_worst_turn(turns: tuple[Turn, ...], verdict: str, asked: int) -> None:
    figures = measure(
        [Conversation(id="1", turns=turns)],
        look_up=look_up,
        categories={"zwroty": "Zwroty", "dostawa": "Dostawa"},
        category_of=FILED,
        language="pl",
    )
    kinds = ("resolved_rightly", "handed_over_rightly", "handed_over_needlessly", "answered_wrongly")
    assert {kind: figures[kind] for kind in kinds} == {kind: 100.0 * (kind == verdict) for kind in kinds}
    assert figures["right"] == 100.0 * verdict.endswith("_rightly")
    assert figures["questions_back_per_conversation"] == asked
    assert sum(figures["turns"].values()) == len(turns)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "the line is not JSON"),
        ("[]", "no JSON object"),
        ('{"id": "1"}', "`turns` is missing"),
        ('{"turns": ["x"]}', "a turn is no JSON object"),
        ('{"turns": [{"says": " ", "outcome": "person"}]}', "does not say anything"),
        ('{"turns": [{"says": "x", "outcome": "maybe"}]}', "outcome of a turn is unknown"),
        ('{"turns": [{"says": "x", "outcome": "answer"}]}', "no article answers"),
    ],
)
def test_a_bad_line_is_named_with_its_place_and_without_its_words(line: str, said: str) -> None:
    with pytest.raises(BadConversation, match=r"^f\.jsonl:2: ") as caught:
        read_conversations(["", line], name="f.jsonl")
    assert said in str(caught.value)


def test_turns_are_read_as_they_are_written() -> None:
    turns = '[{"says": "a", "outcome": "answer", "articles": ["x"]}, {"says": "b", "outcome": "person"}]'
    line = f'{{"id": "A1", "turns": {turns}}}'
    assert read_conversations([line], name="f") == (
        Conversation(
            id="A1",
            turns=(
                Turn(says="a", outcome="answer", articles=frozenset({"x"})),
                Turn(says="b", outcome="person"),
            ),
        ),
    )


def test_a_file_without_a_conversation_is_refused() -> None:
    with pytest.raises(BadConversation, match="there is no conversation"):
        read_conversations(["", " "], name="f")
