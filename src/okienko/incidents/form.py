"""An incident in the fields of its form, and back. Pure.

Moments are written as a browser's field has them, in the brand's time zone: `2026-11-22T14:05`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from okienko.incidents.incident import LASTS, MOST_EXAMPLES, Incident, find_problems
from okienko.values import Brand, ConversationId, Language, MessageId

Message = tuple[ConversationId, MessageId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What somebody has in the form."""

    incident: Incident
    marks: Mapping[Message, bool] = field(default_factory=dict[Message, bool])  # True: it is about it
    base: tuple[int, int] | None = None  # the version and edit that they began with; None: a new incident
    problems: frozenset[str] = frozenset()  # fields that keep it from being declared


def begin(brand: Brand, now: datetime) -> Typed:
    """An empty form: since now, for some hours, for everybody."""
    since = now.replace(second=0, microsecond=0)
    incident = Incident(broke="", since=since, until=since + LASTS, notice=dict.fromkeys(brand.languages, ""))
    return Typed(incident=incident)


def read_typed(form: Mapping[str, str], brand: Brand, now: datetime) -> Typed:
    """What a form says. A moment that cannot be read is a problem, and as in an empty form until it is mended."""
    empty = begin(brand, now).incident
    since, until = (read_moment(form.get(name, ""), brand.timezone) for name in ("since", "until"))
    news = form.get("news_at", "").strip()
    news_at = read_moment(news, brand.timezone)
    incident = Incident(
        broke=" ".join(form.get("broke", "").split()),
        since=since or empty.since,
        until=until or (since or empty.since) + LASTS,
        news_at=news_at,
        languages=[language for language in brand.languages if f"language_{language}" in form],
        channels=_chosen(form, "channel_"),
        categories=_chosen(form, "category_"),
        notice={language: _text(form, f"notice_{language}") for language in brand.languages},
        solved={language: _text(form, f"solved_{language}") for language in brand.languages},
        clears="clears" in form,
        examples=read_lines(form.get("examples", "")),
        others=read_lines(form.get("others", "")),
    )
    unread = {name for name, moment in (("since", since), ("until", until)) if moment is None}
    if news and news_at is None:
        unread.add("news_at")
    marks = press(read_marks(form.get("marks", "")), form.get("do", ""))
    problems = find_problems(incident, brand.languages) | unread
    return Typed(incident=incident, marks=marks, base=read_base(form.get("base", "")), problems=problems)


def _chosen(form: Mapping[str, str], prefix: str) -> list[str]:
    return sorted(name.removeprefix(prefix)[:63] for name in form if name.startswith(prefix))[:50]


def _text(form: Mapping[str, str], name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n").strip()


def read_lines(text: str) -> list[str]:
    """One sentence a line, each once."""
    return list(dict.fromkeys(" ".join(line.split()) for line in text.splitlines() if line.strip()))


def read_moment(text: str, timezone: str) -> datetime | None:
    """A moment out of a browser's field; one with an offset of its own (ISO 8601) is taken as it is."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(timezone))
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def write_moment(moment: datetime | None, timezone: str) -> str:
    """A moment for a browser's field."""
    return "" if moment is None else moment.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%dT%H:%M")


def read_base(text: str) -> tuple[int, int] | None:
    """`3.7`: the version and the edit of it that somebody read."""
    version, _, edits = text.partition(".")
    if all(part.isascii() and part.isdecimal() and len(part) < 9 for part in (version, edits)):
        return int(version), int(edits)
    return None


def read_marks(text: str) -> dict[Message, bool]:
    """The messages that were pointed at: `about:<conversation>:<message>` or `other:…`, separated by spaces."""
    marks: dict[Message, bool] = {}
    for word in text.split():
        way, _, message = word.partition(":")
        conversation, _, id_ = message.partition(":")
        try:
            marks[ConversationId(UUID(conversation)), MessageId(UUID(id_))] = way == "about"
        except ValueError:
            continue
    return dict(list(marks.items())[-MOST_EXAMPLES:])


def write_marks(marks: Mapping[Message, bool]) -> str:
    """The other way round."""
    return " ".join(f"{'about' if about else 'other'}:{message[0]}:{message[1]}" for message, about in marks.items())


def press(marks: Mapping[Message, bool], button: str) -> dict[Message, bool]:
    """The marks after a button: `about:…` or `other:…` of a message, or `unmark:…`."""
    pressed = read_marks(button)
    if not pressed:
        return dict(marks)
    if button.startswith("unmark:"):
        return {message: about for message, about in marks.items() if message not in pressed}
    return {**marks, **pressed}


def make_draft(fields: Mapping[str, Sequence[str]], brand: Brand, now: datetime) -> tuple[Incident, list[str]]:
    """A draft from what another page knows of a fault, and the texts that it gives as examples."""

    def first(name: str) -> str:
        return next(iter(fields.get(name, ())), "")

    empty = begin(brand, now).incident
    since = read_moment(first("since"), brand.timezone) or empty.since
    since = min(since, now).replace(second=0, microsecond=0)
    asked = fields.get("language", ())
    spoken: list[Language] = [language for language in brand.languages if language in asked]
    incident = Incident(
        broke=" ".join(first("broke").split())[:300],
        since=since,
        until=max(now.replace(second=0, microsecond=0), since) + LASTS,
        languages=[] if len(spoken) == len(brand.languages) else spoken,
        channels=sorted({channel[:63] for channel in fields.get("channel", ())}),
        categories=[first("category")[:63]] if first("category") else [],
        notice=dict.fromkeys(brand.languages, ""),
    )
    return incident, [example[:2000] for example in fields.get("example", ()) if example.strip()][:100]
