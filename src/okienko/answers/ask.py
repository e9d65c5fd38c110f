"""A question and its answer as `okienko ask --json` prints them. Pure."""

from __future__ import annotations

from typing import Literal, TypedDict

from okienko.answers.answer import Answer, Clarify, Refuse, answer
from okienko.answers.index import Index
from okienko.values import Language, MaskedText
from okienko.web.i18n import words


class AskedCitation(TypedDict):
    """Where an answer's words stand."""

    article: str
    title: str
    quote: str


class Asked(TypedDict):
    """What `okienko ask --json` prints."""

    kind: Literal["answer", "clarify", "handoff", "scenario"]
    text: str
    citations: list[AskedCitation]
    category: str | None
    confidence: float


def ask(index: Index, question: MaskedText, language: Language, category: str | None = None) -> Asked:
    """Answer one question by itself, as the first message of a conversation would be answered."""
    speak = words(language)
    match answer(index, question, language=language, category=category):
        case Answer() as found:
            citations: list[AskedCitation] = [
                {"article": citation.article, "title": citation.title, "quote": citation.quote}
                for citation in found.citations
            ]
            return _asked("answer", found.text, found.category, found.confidence, citations)
        case Clarify() as tied:
            text = speak.gettext(
                "What is it about? Choose a category: %(categories)s.", categories=", ".join(tied.categories)
            )
            return _asked("clarify", text, category, tied.confidence)
        case Refuse(reason="greeting" | "unclear"):
            return _asked("clarify", speak.gettext("How can we help? Write what happened."), category, 0.0)
        case Refuse() as refusal:
            text = speak.gettext("None of our articles answers that. Would you like to talk to a person?")
            return _asked("handoff", text, category, refusal.confidence)


def _asked(
    kind: Literal["answer", "clarify", "handoff"],
    text: str,
    category: str | None,
    confidence: float,
    citations: list[AskedCitation] | None = None,
) -> Asked:
    return {
        "kind": kind,
        "text": text,
        "citations": citations or [],
        "category": category,
        "confidence": confidence,
    }
