"""Questions that were left open, put together by the words that they share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.articles.asked.gaps import Gap, Reason, Unanswered, group, write_question
from okienko.values import ConversationId, Language, MaskedText

NOW = datetime(2026, 9, 21, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    conversation: ConversationId
    reference: str
    language: Language
    text: MaskedText
    at: datetime
    article: tuple[Language, str] | None = None
    reason: Reason | None = None
    may_improve: bool = True


def left_open(text: str, n: int, *, days: float = 0.0, language: Language = "pl") -> Open:
    return Open(
        conversation=ConversationId(UUID(int=n)),
        reference=f"AAA-{n:04}",
        language=language,
        text=MaskedText(text),
        at=NOW - timedelta(days=days),
    )


def terms(text: str, language: Language) -> frozenset[str]:
    """The first four letters of each long word."""
    return frozenset(word[:4] for word in text.lower().split() if len(word) > 5)


def titles(gaps: tuple[Gap, ...]) -> list[tuple[str, int, int, int]]:
    return [(gap.title, len(gap.open), gap.this_week, gap.last_week) for gap in gaps]


def test_questions_that_share_their_words_are_one_gap() -> None:
    found: list[Unanswered] = [
        left_open("kiedy przyjdzie moja paczka", 1, days=1),
        left_open("gdzie jest moja paczka", 2, days=8),
        left_open("paczka kiedy będzie", 3, days=9),
        left_open("faktura na firmę", 4, days=20),
        left_open("fakturę na firmę poproszę", 5, days=2),
        left_open("when will my parcel come", 6, language="en"),
    ]
    assert titles(group(found, terms, now=NOW)) == [
        ("gdzie jest moja paczka", 3, 1, 2),
        ("faktura na firmę", 2, 1, 0),
        ("when will my parcel come", 1, 1, 0),
    ]
    assert group(found[::-1], terms, now=NOW) == group(found, terms, now=NOW)


def test_what_one_conversation_repeats_counts_once_and_nothing_is_about_nothing() -> None:
    found: list[Unanswered] = [
        left_open("gdzie moja paczka", 1, days=2),
        left_open("gdzie  moja paczka", 1, days=1),
        left_open("???", 2),
    ]
    (gap,) = group(found, terms, now=NOW)
    assert len(gap.open) == 1
    assert gap.questions == {"gdzie moja paczka": ConversationId(UUID(int=1))}


def test_a_gap_says_what_did_not_help() -> None:
    found: list[Unanswered] = [
        left_open("gdzie moja paczka", 1),
        Open(
            conversation=ConversationId(UUID(int=2)),
            reference="AAA-0002",
            language="pl",
            text=MaskedText("gdzie moja paczka"),
            at=NOW,
            article=("pl", "paczka"),
            reason="outdated",
        ),
    ]
    (gap,) = group(found, terms, now=NOW)
    assert (gap.refused, dict(gap.reasons), gap.articles) == (1, {"outdated": 1}, (("pl", "paczka"),))


@pytest.mark.parametrize(("text", "line"), [(" a\n\nb ", "a b"), ("x" * 400, "x" * 300)])
def test_a_customers_words_become_one_line(text: str, line: str) -> None:
    assert write_question(text) == line


@given(
    st.lists(
        st.builds(
            left_open,
            st.text(alphabet="abcd efgh", max_size=30),
            st.integers(0, 5),
            days=st.floats(0, 27),
        ),
        max_size=20,
    )
)
def test_every_question_is_in_one_gap_whatever_their_order(found: list[Open]) -> None:
    gaps = group(found, terms, now=NOW)
    kept = {(one.conversation, write_question(one.text.text)) for one in found if terms(one.text.text, "pl")}
    grouped = [(one.conversation, write_question(one.text.text)) for gap in gaps for one in gap.open]
    assert sorted(grouped, key=str) == sorted(kept, key=str)
    assert all(gap.title in gap.questions for gap in gaps)


def test_prv_13_words_that_may_not_serve_are_counted_and_not_proposed() -> None:
    questions = ("gdzie jest moja paczka", "moja paczka gdzie ona jest", "gdzie ta moja paczka")
    forbidden = [replace(left_open(text, n), may_improve=False) for n, text in enumerate(questions)]
    (gap,) = group(forbidden, terms, now=NOW)
    assert (len(gap.open), gap.questions, gap.example) == (3, {}, None)
    (gap,) = group([*forbidden, left_open("paczka moja gdzie jest", 9)], terms, now=NOW)
    assert (len(gap.open), gap.example) == (4, "paczka moja gdzie jest")
