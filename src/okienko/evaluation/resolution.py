"""Whole conversations played against the bot's own decision: what it resolved, handed over, and got wrong.

A conversation is a row of things a customer says, each with its right outcome: an answer that quotes one of certain
articles, or a person. The customer who is played does what people do with what the bot offers: picks the category or
the article that is meant when it is among those offered, and asks for a person after "there is no answer to this".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal, cast

import orjson

from okienko.answers.answer import answer
from okienko.answers.index import build_index
from okienko.answers.passages import Article
from okienko.ask import begin
from okienko.embed import hear
from okienko.encoders import Encoder
from okienko.evaluation.answers import Asked as Example
from okienko.evaluation.meaning import fill
from okienko.keys import Keys
from okienko.masking.mask import mask, published
from okienko.turn import Found, House, LookUp, decide
from okienko.values import (
    ARTICLE,
    Asked,
    Holder,
    Kind,
    Language,
    MaskedText,
    OperatorError,
    Plan,
    RawText,
    Situation,
)

BUILT_IN: Final = Path(__file__).with_name("kramik")

Outcome = Literal["answer", "person"]
Verdict = Literal[
    "resolved", "handed_over", "handed_over_needlessly", "answered_wrongly", "answered_needlessly", "lost"
]

_MOST_STEPS: Final = 4  # of the bot to one thing said, before the customer gives up
_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)  # nothing here depends on the time
_SILENCE: Final = published("")


class BadConversation(OperatorError):
    """A line that is no conversation. Says which line and what is wrong, never its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One thing said, and what should come of it; `articles` are those that answer it."""

    says: str
    outcome: Outcome
    articles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A customer's turns, in order."""

    id: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of one turn; `asked` counts the bot's questions back."""

    verdict: Verdict
    asked: int


def read_conversations(lines: Iterable[str], *, name: str) -> tuple[Conversation, ...]:
    """From JSON lines: `id`, `turns` with `says`, `outcome` and `articles`. Raises `BadConversation`."""
    found: list[Conversation] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{name}:{number}"
        try:
            value: object = orjson.loads(line)
        except orjson.JSONDecodeError:
            raise BadConversation(f"{where}: the line is not JSON. Write one conversation a line.") from None
        if not isinstance(value, dict):
            raise BadConversation(f"{where}: the line is no JSON object. Write one with `id` and `turns`.")
        given = cast("dict[str, object]", value)
        turns = given.get("turns")
        if not isinstance(turns, list) or not turns:
            raise BadConversation(f"{where}: `turns` is missing or empty. List what the customer says.")
        found.append(
            Conversation(
                id=str(given.get("id", number)),
                turns=tuple(_read_turn(turn, where) for turn in cast("list[object]", turns)),
            )
        )
    if not found:
        raise BadConversation(f"{name}:1: there is no conversation. Write one a line.")
    return tuple(found)


def _read_turn(value: object, where: str) -> Turn:
    if not isinstance(value, dict):
        raise BadConversation(f"{where}: a turn is no JSON object. Write one with `says` and `outcome`.")
    turn = cast("dict[str, object]", value)
    says, outcome, articles = turn.get("says"), turn.get("outcome"), turn.get("articles", [])
    if not isinstance(says, str) or not says.strip():
        raise BadConversation(f"{where}: a turn does not say anything. Give it `says`.")
    if outcome not in {"answer", "person"}:
        raise BadConversation(f"{where}: the outcome of a turn is unknown. Write `answer` or `person`.")
    ids = cast("list[object]", articles) if isinstance(articles, list) else []
    if outcome == "answer" and not ids:
        raise BadConversation(f"{where}: no article answers a turn. List their ids as `articles`, or expect a person.")
    return Turn(says=says, outcome=cast("Outcome", outcome), articles=frozenset(map(str, ids)))


def play(conversation: Conversation, house: House, language: Language, category_of: Mapping[str, str]) -> list[Played]:
    """One conversation, turn by turn; `category_of` tells where each article is filed.

    What is said is masked first, as everything is that arrives.
    """
    passing = Keys.passing()
    situation = begin(language)
    played: list[Played] = []
    for turn in conversation.turns:
        text = mask(RawText(turn.says), keys=passing, language=language).text
        outcome, plan = _play_turn(turn, text, situation, house, category_of)
        played.append(outcome)
        situation = _next(plan, open_question=None)
        if plan.holder is not Holder.BOT:
            # A person has it; what is said next is judged as if a new conversation began.
            situation = begin(language)
    return played


def _play_turn(
    turn: Turn, text: MaskedText, situation: Situation, house: House, category_of: Mapping[str, str]
) -> tuple[Played, Plan]:
    meant = {category_of[article] for article in turn.articles if article in category_of}
    meant |= {ARTICLE + article for article in turn.articles}
    asked = 0
    plan = decide(_with(situation, kind=Kind.TEXT, text=text), house)
    for _ in range(_MOST_STEPS):
        say = plan.says[-1]
        if plan.holder is not Holder.BOT:
            return Played(verdict=_handed(turn), asked=asked), plan
        if say.kind is Kind.ANSWER:
            return Played(verdict=_answered(turn, {cited.article for cited in say.citations}), asked=asked), plan
        if plan.reason == "clarified" and say.choices:
            asked += 1
            choice = next((choice for choice in say.choices if choice in meant), None)
            if choice is None:
                return Played(verdict=_handed(turn), asked=asked), plan  # none of these: they ask for a person
            plan = decide(_with(_next(plan, open_question=text), kind=Kind.CHOICE, choice=choice), house)
            continue
        if plan.reason == "no_answer":
            return Played(verdict=_handed(turn), asked=asked), plan
        break
    return Played(verdict="lost", asked=asked), plan


def _handed(turn: Turn) -> Verdict:
    return "handed_over" if turn.outcome == "person" else "handed_over_needlessly"


def _answered(turn: Turn, cited: set[str]) -> Verdict:
    if turn.outcome == "person":
        return "answered_needlessly"
    return "resolved" if cited & turn.articles else "answered_wrongly"


def measure(
    conversations: Sequence[Conversation],
    *,
    look_up: LookUp,
    categories: Mapping[str, str],
    category_of: Mapping[str, str],
    language: Language,
) -> dict[str, Any]:
    """Shares of conversations, in percent. A conversation is right when each of its turns is; wrong when one is."""
    house = House(name="", hours={}, open=True, people=1, categories={language: dict(categories)}, look_up=look_up)
    turns: Counter[Verdict] = Counter()
    kinds: Counter[str] = Counter()
    questions = 0
    for conversation in conversations:
        played = play(conversation, house, language, category_of)
        verdicts = {one.verdict for one in played}
        turns.update(one.verdict for one in played)
        questions += sum(one.asked for one in played)
        if verdicts & {"answered_wrongly", "answered_needlessly"}:
            kinds["answered_wrongly"] += 1
        elif verdicts & {"handed_over_needlessly", "lost"}:
            kinds["handed_over_needlessly"] += 1
        elif "handed_over" in verdicts:
            kinds["handed_over_rightly"] += 1
        else:
            kinds["resolved_rightly"] += 1
    whole = len(conversations)
    shares = {
        name: round(100 * kinds[name] / whole, 1)
        for name in ("resolved_rightly", "handed_over_rightly", "handed_over_needlessly", "answered_wrongly")
    }
    return {
        "conversations": whole,
        "right": round(shares["resolved_rightly"] + shares["handed_over_rightly"], 1),
        **shares,
        "questions_back_per_conversation": round(questions / whole, 2),
        "turns": dict(sorted(turns.items())),
    }


def evaluate(
    articles: Sequence[Article],
    examples: Sequence[Example],
    conversations: Sequence[Conversation],
    *,
    language: Language,
    most: int | None = None,
    encoder: Encoder | None = None,
) -> dict[str, Any]:
    """`measure` against a help centre, each of its articles with the first `most` example questions that ask for it."""
    questions: dict[str, list[str]] = {}
    for example in examples:
        for article in example.articles:
            questions.setdefault(article, []).append(example.question)
    index = build_index(replace(article, questions=tuple(questions.get(article.id, ())[:most])) for article in articles)
    if encoder is not None:
        index = fill(index, encoder)

    def look_up(text: MaskedText, spoken: Language, where: str | None) -> Found:
        return answer(index, text, language=spoken, category=where, heard=hear(index, encoder, text, spoken))

    return measure(
        conversations,
        look_up=look_up,
        categories={article.category: article.category for article in articles},
        category_of={article.id: article.category for article in articles},
        language=language,
    )


def _with(situation: Situation, *, kind: Kind, text: MaskedText = _SILENCE, choice: str | None = None) -> Situation:
    """What is said or picked next."""
    asked = Asked(arrival=situation.arrived + 1, kind=kind, text=text, choice=choice, at=_AT)
    return replace(situation, arrived=situation.arrived + 1, asked=(asked,))


def _next(plan: Plan, *, open_question: MaskedText | None) -> Situation:
    """The conversation after a plan was written."""
    said = plan.says[-1] if plan.says else None
    answered = said is not None and said.kind is Kind.ANSWER
    return replace(
        plan.situation,
        quoted=said.citations[0].article if said is not None and answered else plan.situation.quoted,
        category=plan.category,
        picked=plan.picked,
        misses=plan.misses,
        asked=(),
        open_question=open_question,
    )
