"""`okienko ask`: what the bot would say, through the same decision as any customer's question, with nothing stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from okienko.answers.answer import answer
from okienko.answers.index import Index
from okienko.embed import hear
from okienko.encoders import Encoder
from okienko.keys import Keys
from okienko.masking.mask import mask
from okienko.playing import Stage
from okienko.turn import Found, House, decide
from okienko.values import (
    Asked,
    Brand,
    Clock,
    ConnectionId,
    ConversationId,
    Holder,
    Kind,
    Language,
    MaskedText,
    PersonId,
    RawText,
    Situation,
)

KINDS: Final = {Kind.ANSWER: "answer", Kind.CLARIFY: "clarify"}


def ask(
    index: Index,
    categories: Mapping[Language, Mapping[str, str]],
    brand: Brand,
    question: RawText,
    *,
    language: Language,
    category: str | None,
    clock: Clock,
    encoder: Encoder | None = None,
    stage: Stage | None = None,
) -> dict[str, Any]:
    """`{"kind": "answer|clarify|scenario|handoff", "text", "citations": [{"article", "title", "quote"}], "category",
    "confidence", "scenario"}`. A refusal is a `handoff`: its text offers a person. `scenario` is the id of the one that
    begins, or null. `encoder`: one whose vectors the index has. `stage`: the brand's scenarios.
    """
    masked = mask(question, keys=Keys.passing(), language=language, allowed=brand.allowed, denied=brand.denied).text

    def look_up(text: MaskedText, language: Language, category: str | None) -> Found:
        return answer(index, text, language=language, category=category, heard=hear(index, encoder, text, language))

    house = House(name=brand.name, hours={}, open=True, people=1, categories=categories, look_up=look_up, stage=stage)
    first = Asked(arrival=1, kind=Kind.TEXT, text=masked, choice=None, at=clock())
    plan = decide(begin(language, asked=[first], category=category), house)
    say = plan.says[-1]
    begun = plan.run.scenario if plan.run is not None else None
    return {
        "kind": "scenario" if begun is not None else KINDS.get(say.kind, "handoff"),
        "text": say.text.text if begun is None else "\n".join(said.text.text for said in plan.says),
        "citations": [{"article": c.article, "title": c.title, "quote": c.quote} for c in say.citations],
        "category": plan.category,
        "confidence": say.confidence or 0.0,
        "scenario": begun,
    }


def begin(
    language: Language, *, asked: Sequence[Asked] = (), category: str | None = None, reference: str = "—"
) -> Situation:
    """A conversation that nobody keeps, at its beginning: the bot holds it, and its notice has been given."""
    nobody = UUID(int=0)
    return Situation(
        conversation=ConversationId(nobody),
        person=PersonId(nobody),
        connection=ConnectionId("ask"),
        channel="ask",
        token=0,
        version=0,
        holder=Holder.BOT,
        closed=False,
        language=language,
        category=category,
        picked=category is not None,
        reference=reference,
        noticed=True,
        misses=0,
        failures=0,
        arrived=len(asked),
        asked=tuple(asked),
        open_question=None,
    )
