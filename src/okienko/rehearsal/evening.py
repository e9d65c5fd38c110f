"""A recorded evening: who wrote what when, masked. A file of JSON lines, checked as a whole before anything is played.

    {"at": "2026-09-18T19:00:03+00:00", "conversation": "k17", "language": "pl", "channel": "webchat", "text": "…"}

`text` may be null: something was written then that may not be exported. `about` may name the fault that a message tells
of; it is counted with and not shown to okienko.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from okienko.values import Language, OperatorError

LONGEST: Final = 4_000  # characters of a message
MOST: Final = 50_000  # messages
_FIELDS: Final = {"at", "conversation", "language", "channel", "text", "about"}


class BadEvening(OperatorError):
    """The file does not say what was written when; says which line, and never what stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A customer's message, masked."""

    at: datetime
    conversation: str
    language: Language
    channel: str
    text: str | None
    about: str | None = None


def read_evening(lines: Iterable[str]) -> list[Written]:
    """The messages of a file, in the order of time. Raises `BadEvening`."""
    read = [_read_line(n, line) for n, line in enumerate(lines, start=1) if line.strip()]
    if not read:
        raise BadEvening("The file holds no message.")
    if len(read) > MOST:
        raise BadEvening(f"The file holds {len(read)} messages: {MOST} are the most.")
    return sorted(read, key=lambda one: one.at)


def _read_line(n: int, line: str) -> Written:
    try:
        read: Any = json.loads(line)
    except ValueError:
        raise BadEvening(f"Line {n} is not JSON.") from None
    one: dict[str, Any] = cast("dict[str, Any]", read) if isinstance(read, dict) else {"": read}
    if not one.keys() <= _FIELDS:
        raise BadEvening(f"Line {n}: expected an object with at, conversation, language, channel, text and about.")
    try:
        at = datetime.fromisoformat(one["at"])
    except (KeyError, TypeError, ValueError):
        raise BadEvening(f"Line {n}: “at” has to be a moment such as 2026-09-18T19:00:03+00:00.") from None
    text, about, language = one.get("text"), one.get("about"), one.get("language")
    if not isinstance(text, str | None) or len(text or "") > LONGEST or text == "":
        raise BadEvening(f"Line {n}: “text” has to be a text of at most {LONGEST} characters, or null.")
    if language not in {"pl", "en"}:
        raise BadEvening(f"Line {n}: “language” has to be pl or en.")
    conversation, channel = one.get("conversation"), one.get("channel", "webchat")
    if not isinstance(conversation, str) or not isinstance(channel, str) or not isinstance(about, str | None):
        raise BadEvening(f"Line {n}: “conversation”, “channel” and “about” have to be texts.")
    return Written(
        at=at if at.tzinfo else at.replace(tzinfo=UTC),
        conversation=conversation,
        language=language,
        channel=channel,
        text=text,
        about=about,
    )


def write_evening(written: Sequence[Written]) -> str:
    """The same as a file. Conversations are numbered anew: the file names nobody's."""
    names: dict[str, str] = {}
    lines: list[str] = []
    for one in written:
        name = names.setdefault(one.conversation, f"k{len(names) + 1}")
        line: Mapping[str, object] = {
            "at": one.at.isoformat(timespec="seconds"),
            "conversation": name,
            "language": one.language,
            "channel": one.channel,
            "text": one.text,
            **({"about": one.about} if one.about else {}),
        }
        lines.append(json.dumps(line, ensure_ascii=False))
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A message and when it is due, in seconds from the start of the play."""

    due: float
    conversation: str  # of this play
    language: Language
    text: str | None
    about: str | None


def make_cues(evening: Sequence[Written], *, times: int, seconds: float | None = None) -> list[Cue]:
    """The evening in a `times`-th of its time; at most `seconds` of the play, those in which most is written."""
    first = evening[0].at
    due = [(one.at - first) / timedelta(seconds=1) / times for one in evening]
    begin = _find_densest(due, seconds) if seconds is not None else 0
    end = len(due) if seconds is None else next((n for n, at in enumerate(due) if at >= due[begin] + seconds), len(due))
    return [
        Cue(
            due=due[n] - due[begin],
            conversation=evening[n].conversation,
            language=evening[n].language,
            text=evening[n].text,
            about=evening[n].about,
        )
        for n in range(begin, end)
    ]


def _find_densest(due: Sequence[float], seconds: float) -> int:
    best, most, end = 0, 0, 0
    for begin, at in enumerate(due):
        while end < len(due) and due[end] < at + seconds:
            end += 1
        if end - begin > most:
            best, most = begin, end - begin
    return best
