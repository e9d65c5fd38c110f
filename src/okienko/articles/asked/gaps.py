"""Questions that were left open, put together by the words that they share. Pure, and the same every time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

from okienko.articles.questions import LONGEST
from okienko.values import ConversationId, Language, MaskedText

WEEK: Final = timedelta(days=7)
SHOWN: Final = timedelta(days=28)  # what is older is no gap any more, or asked again

# Two questions are about the same when this share of their words is in both (Jaccard's index): two of four words, say.
# A question joins the group in which there is the one that it resembles most.
_ALIKE: Final = 0.4

ReadTerms = Callable[[str, Language], frozenset[str]]
"""The words of a question that say what it is about, without their endings. Given by `app.py`."""


Reason = Literal["wrong", "unclear", "outdated", "other"]


class Unanswered(Protocol):
    """A question that was left open; `conversations/store/unanswered.py` reads them."""

    @property
    def conversation(self) -> ConversationId:
        """Where it was asked."""
        ...

    @property
    def reference(self) -> str:
        """What that conversation is called."""
        ...

    @property
    def language(self) -> Language:
        """Of the conversation."""
        ...

    @property
    def text(self) -> MaskedText:
        """The customer's words."""
        ...

    @property
    def at(self) -> datetime:
        """When it was left open."""
        ...

    @property
    def article(self) -> tuple[Language, str] | None:
        """What the answer quoted that did not help; None: there was no answer."""
        ...

    @property
    def reason(self) -> Reason | None:
        """Why it did not help."""
        ...

    @property
    def may_improve(self) -> bool:
        """Whether the law of where the customer is lets their words make the bot better."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Questions about one matter."""

    language: Language
    title: str  # the one that resembles the others most
    open: tuple[Unanswered, ...]  # newest first
    this_week: int
    last_week: int

    @property
    def questions(self) -> dict[str, ConversationId]:
        """Each wording that may become an example question, the newest first, and the conversation it stands in."""
        return {write_question(one.text.text): one.conversation for one in reversed(self.open) if one.may_improve}

    @property
    def example(self) -> str | None:
        """The wording to propose; None: nobody's here may be."""
        wordings = self.questions
        return self.title if self.title in wordings else next(iter(wordings), None)

    @property
    def refused(self) -> int:
        """How often there was no answer."""
        return sum(one.article is None for one in self.open)

    @property
    def reasons(self) -> Counter[Reason | None]:
        """Why answers did not help."""
        return Counter(one.reason for one in self.open if one.article is not None)

    @property
    def wants_another(self) -> bool:
        """Whether another article would help: there was no answer, or it was not about the matter."""
        return self.refused > 0 or self.reasons["other"] > 0

    @property
    def articles(self) -> tuple[tuple[Language, str], ...]:
        """The articles whose words did not help, most often first."""
        return tuple(article for article, _ in Counter(one.article for one in self.open).most_common() if article)


def write_question(text: str) -> str:
    """A customer's masked words as one line, no longer than an example question may be."""
    return " ".join(text.split())[:LONGEST].strip()


def group(open_: Sequence[Unanswered], terms: ReadTerms, *, now: datetime) -> tuple[Gap, ...]:
    """The gaps, those that were met most often this week first. Questions without a word that says anything are left
    out, and what one conversation asked twice counts once."""
    found: list[list[tuple[Unanswered, frozenset[str]]]] = []
    wordings: dict[tuple[Language, frozenset[str]], int] = {}  # which group they are in
    by_term: dict[tuple[Language, str], list[frozenset[str]]] = {}
    asked: set[tuple[ConversationId, str]] = set()
    for one in sorted(open_, key=lambda one: (one.at, one.conversation.int)):
        about = terms(one.text.text, one.language)
        said = (one.conversation, write_question(one.text.text))
        if not about or said in asked:
            continue
        asked.add(said)
        number = wordings.get((one.language, about))
        if number is None:
            near = dict.fromkeys(other for term in sorted(about) for other in by_term.get((one.language, term), ()))
            alike, nearest = max(((_share(about, other), other) for other in near), key=_first, default=(0.0, about))
            number = wordings[one.language, nearest] if alike >= _ALIKE else len(found)
            wordings[one.language, about] = number
            for term in about:
                by_term.setdefault((one.language, term), []).append(about)
        if number == len(found):
            found.append([])
        found[number].append((one, about))
    gaps = [_make(members, now) for members in found]
    return tuple(sorted(gaps, key=lambda gap: (-gap.this_week, -len(gap.open), -gap.open[0].at.timestamp(), gap.title)))


def _first(pair: tuple[float, frozenset[str]]) -> float:
    return pair[0]


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def _make(members: Sequence[tuple[Unanswered, frozenset[str]]], now: datetime) -> Gap:
    def likeness(member: tuple[Unanswered, frozenset[str]]) -> tuple[float, int]:
        return sum(_share(member[1], about) for _, about in members), -len(member[0].text.text)

    title = write_question(max(members, key=likeness)[0].text.text)
    newest_first = tuple(one for one, _ in reversed(members))
    return Gap(
        language=newest_first[0].language,
        title=title,
        open=newest_first,
        this_week=sum(one.at > now - WEEK for one in newest_first),
        last_week=sum(now - 2 * WEEK < one.at <= now - WEEK for one in newest_first),
    )
