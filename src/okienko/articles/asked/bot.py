"""What the editor asks of the bot. Pure words; `okienko.quoting` does it, for answers are another room's."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from okienko.values import Brand, Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """What the bot would say to a question now."""

    article: str | None  # the id of the article that it would quote; None: it would not answer
    near: tuple[str, ...]  # ids of the articles in this language that fit best, best first, up to three


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A question that would be answered from another article than now."""

    question: str
    before: str | None  # an id; None: without an answer
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What an article's new example questions would change."""

    changes: tuple[Change, ...]
    asked: int  # questions that were tried


class Bot(Protocol):
    """The search and its threshold, as they are now."""

    def terms(self, text: str, language: Language) -> frozenset[str]:
        """The words of a question that say what it is about, without their endings."""
        ...

    def quote(self, brand: Brand, language: Language, questions: Sequence[str]) -> Awaitable[Mapping[str, Quoted]]:
        """What would be said to each of them."""
        ...

    def compare(
        self,
        brand: Brand,
        language: Language,
        article: str,
        variants: Sequence[Sequence[str]],
        asked: Sequence[str],
    ) -> Awaitable[Sequence[Gain]]:
        """What would be said otherwise if the article had the example questions of each variant. Nothing is stored."""
        ...

    def compare_synonyms(
        self, brand: Brand, language: Language, lines: Mapping[Language, Sequence[str]], asked: Sequence[str]
    ) -> Awaitable[Gain]:
        """The same if these were the brand's own synonyms, a line a group, in every language. Nothing is stored."""
        ...
