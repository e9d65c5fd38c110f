"""An incident as its editor declares it, and as it runs. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from okienko.incidents.match import Recogniser
from okienko.values import Language, MaskedText

LASTS: Final = timedelta(hours=6)  # an incident whose editor says nothing else ends by itself after so long
LONGEST: Final = timedelta(days=14)
MOST_EXAMPLES: Final = 100  # sentences, each way
LONGEST_BROKE: Final = 300  # characters
LONGEST_TEXT: Final = 2000
LONGEST_EXAMPLE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What broke, since when and for whom, and what to say. An empty condition excludes nobody."""

    broke: str
    since: datetime
    until: datetime  # it ends by itself
    news_at: datetime | None = None  # when more will be known
    languages: Sequence[Language] = ()
    channels: Sequence[str] = ()
    categories: Sequence[str] = ()
    notice: Mapping[Language, str] = field(default_factory=dict[Language, str])
    solved: Mapping[Language, str] = field(default_factory=dict[Language, str])  # the all clear; without one, ours
    clears: bool = False  # when its time is over by itself, it is solved
    examples: Sequence[str] = ()  # messages about it
    others: Sequence[str] = ()  # messages that only look like that

    def concerns(self, *, language: Language, channel: str, picked: str | None) -> bool:
        """Whether somebody may be concerned, as far as that is known.

        A category excludes only whoever has picked another one: one that was guessed is not known.
        """
        return (
            (not self.languages or language in self.languages)
            and (not self.channels or channel in self.channels)
            and (not self.categories or picked is None or picked in self.categories)
        )

    def runs(self, now: datetime) -> bool:
        """Whether this is its time."""
        return self.since <= now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """An incident that was declared and has not been ended, with what recognises messages about it."""

    id: UUID
    version: int
    incident: Incident
    recogniser: Recogniser


@dataclass(frozen=True, slots=True, kw_only=True)
class Ongoing:
    """An incident as a turn sees it: what it says in each language, in full and to whoever has been told."""

    id: UUID
    version: int
    incident: Incident
    notice: Mapping[Language, str]
    again: Mapping[Language, str]
    likeness: Callable[[MaskedText], float]  # of a message to those about it; from 1 on it is about it


def find_problems(incident: Incident, languages: Sequence[Language]) -> frozenset[str]:
    """The fields that keep an incident of a brand with these languages from being declared."""
    heard = incident.languages or languages
    missing = {f"notice_{language}" for language in heard if not incident.notice.get(language, "").strip()}
    wrong = {
        "broke": not incident.broke.strip() or len(incident.broke) > LONGEST_BROKE,
        "until": not incident.since < incident.until <= incident.since + LONGEST,
        "news_at": incident.news_at is not None and not incident.since <= incident.news_at,
        "examples": _too_many(incident.examples),
        "others": _too_many(incident.others),
    }
    wrong |= {f"notice_{language}": len(text) > LONGEST_TEXT for language, text in incident.notice.items()}
    wrong |= {f"solved_{language}": len(text) > LONGEST_TEXT for language, text in incident.solved.items()}
    return frozenset(missing | {name for name, is_wrong in wrong.items() if is_wrong})


def _too_many(sentences: Sequence[str]) -> bool:
    return len(sentences) > MOST_EXAMPLES or any(len(sentence) > LONGEST_EXAMPLE for sentence in sentences)
