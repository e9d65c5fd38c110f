"""The demo's brands as their files describe them. Pure: text and drafts in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final, cast
from zlib import crc32
from zoneinfo import ZoneInfo

from okienko.articles.drafts import Draft
from okienko.demo.past import Voice, read_yaml
from okienko.staff.store import Role
from okienko.values import Brand, BrandId, Language
from okienko.web.i18n import words

SLUGS: Final = ("kramik", "seans")
WRITTEN_ON: Final = date(2026, 3, 2)
"""The day as of which the articles were written. Loading moves their review dates by the days since then, so that the
same three articles are overdue, and no others, whenever the demo is begun."""

HOST: Final = "ola@okienko.example"
"""The member of staff that a visitor of the demo signs in as: an administrator of both brands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A brand that is not there yet."""

    slug: str
    name: str
    language: Language
    languages: tuple[Language, ...]
    accent: str
    timezone: str
    jurisdiction: str
    hours: str
    allowed: tuple[str, ...]
    keep_months: int
    categories: tuple[tuple[str, Language, str], ...]  # (slug, language, name), in the order to be shown
    roles: Mapping[str, Role]  # by login
    scenarios: Mapping[str, str]  # ready ones that run, each with its category

    def found(self, brand_id: BrandId) -> Brand:
        """The brand that is made of it."""
        return Brand(
            id=brand_id,
            slug=self.slug,
            name=self.name,
            language=self.language,
            languages=self.languages,
            accent=self.accent,
            timezone=self.timezone,
            hours=self.hours,
            allowed=self.allowed,
            origins=(),
            keep_months=self.keep_months,
            articles_version=0,
            jurisdiction=self.jurisdiction,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """An invented member of staff, without a password."""

    login: str
    name: str
    language: Language


def read_plan(text: str) -> Plan:
    """A brand from its `brand.yaml`. Raises `KeyError` or YAML's errors where it is wrong."""
    found = read_yaml(text)
    languages = cast("tuple[Language, ...]", tuple(found["languages"]))
    return Plan(
        slug=found["slug"],
        name=found["name"],
        language=found["language"],
        languages=languages,
        accent=found["accent"],
        timezone=found["timezone"],
        jurisdiction=found["jurisdiction"],
        hours=found["hours"],
        allowed=tuple(found["allowed"]),
        keep_months=found["keep_months"],
        categories=tuple(
            (category["slug"], language, category[language])
            for category in found["categories"]
            for language in languages
        ),
        roles={member["login"]: member["role"] for member in found["staff"]},
        scenarios=found.get("scenarios", {}),
    )


def read_staff(text: str) -> tuple[Colleague, ...]:
    """The demo's members of staff from `staff.yaml`."""
    return tuple(Colleague(**member) for member in read_yaml(text))


def date_drafts(drafts: Sequence[Draft], now: datetime, timezone: str) -> list[tuple[datetime, list[Draft]]]:
    """Drafts with review dates as of today, by the moment of the past at which they were published, oldest first."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    moved = today - WRITTEN_ON
    by_day: dict[date, list[Draft]] = {}
    for draft in drafts:
        review_on = draft.review_on
        if review_on is not None and review_on < WRITTEN_ON:
            day = review_on + moved - timedelta(days=365)  # nobody has looked at it since
        else:
            day = today - timedelta(days=20 + 31 * (crc32(draft.id.encode()) % 6))
        by_day.setdefault(day, []).append(draft if review_on is None else replace(draft, review_on=review_on + moved))
    return [(datetime.combine(day, time(10), tzinfo=ZoneInfo(timezone)), by_day[day]) for day in sorted(by_day)]


def find_voice(plan: Plan, language: Language) -> Voice:
    """What the program says in a language, in the words that the road and the desk use."""
    speak = words(language).gettext
    return Voice(
        notice=speak("This is a program (a bot), not a person. It can be wrong. You can ask for a person at any time."),
        clarify=speak("What is it about? Choose a category."),
        nothing=speak(
            "There is no answer to this in the help articles. You can put it in other words or talk to a person."
        ),
        handoff=speak(
            "Case %(reference)s is waiting for a person. The answer will appear here; you may close this window."
        ),
        person=speak("Talk to a person"),
        joined=speak("%(name)s has joined the conversation."),
        contact=speak("Contact left: [e-mail]. A person will be able to write there."),
        closed=speak("The conversation is closed. A new message opens it again."),
        categories={slug: name for slug, spoken, name in plan.categories if spoken == language},
    )
