"""Words in the reader's language.

The English text in code and templates is the key. Polish lives in `locale/pl/*.po`, one file a room, read once with
Babel; there is nothing to compile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from okienko.values import Language

LANGUAGES: Final[tuple[Language, ...]] = ("pl", "en")
LOCALE: Final = Path(__file__).parent / "locale"
NAMES: Final[Mapping[Language, str]] = {"pl": "Polski", "en": "English"}

_FORMS: Final[Mapping[Language, Mapping[str, int]]] = {
    "pl": {"one": 0, "few": 1, "many": 2, "other": 2},
    "en": {"one": 0, "other": 1},
}
_QUOTES: Final[Mapping[Language, tuple[str, str]]] = {"pl": ("„", "”"), "en": ("“", "”")}


def mark(msgid: str) -> str:
    """Marks a text for translation where no reader is known yet; `gettext` it later."""
    return msgid


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How to say things in one language. A text without a translation is shown in English."""

    language: Language
    texts: Mapping[str, tuple[str, ...]] = field(repr=False)

    def gettext(self, msgid: str, /, **values: object) -> str:
        """The text with its `%(name)s` filled in."""
        return self._fill(self.texts.get(msgid, (msgid,))[0], values)

    def ngettext(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The form that goes with `n`; `%(n)s` is filled in as a number of the language."""
        forms = self.texts.get(one, (one, many))
        form = _FORMS[self.language].get(Locale(self.language).plural_form(n), len(forms) - 1)
        return self._fill(forms[min(form, len(forms) - 1)], {"n": self.number(n), **values})

    @staticmethod
    def _fill(text: str, values: Mapping[str, object]) -> str:
        return text % values if values else text

    def date(self, day: date, timezone: str = "UTC", *, today: date | None = None) -> str:
        """`3 września`; with the year unless it is `today`'s."""
        if isinstance(day, datetime):
            day = day.astimezone(ZoneInfo(timezone)).date()
        year = "" if today is not None and today.year == day.year else " y"
        return format_date(day, f"d MMMM{year}", locale=self.language)

    def time(self, moment: datetime, timezone: str) -> str:
        """`09:41`, on the 24-hour clock in both languages."""
        return moment.astimezone(ZoneInfo(timezone)).strftime("%H:%M")

    def moment(self, moment: datetime, timezone: str, *, now: datetime) -> str:
        """`09:41` today, `3 września, 09:41` before."""
        day, today = (at.astimezone(ZoneInfo(timezone)).date() for at in (moment, now))
        time = self.time(moment, timezone)
        return time if day == today else f"{self.date(day, today=today)}, {time}"

    def span(self, length: timedelta) -> str:
        """A length of time in its largest unit: `2 min`, `3 godz.`"""
        return format_timedelta(length, format="short", threshold=1, granularity="minute", locale=self.language)

    def ago(self, moment: datetime, now: datetime) -> str:
        """`3 godz. temu`; under a minute, that it was just now."""
        if now - moment < timedelta(minutes=1):
            return self.gettext("just now")
        return format_timedelta(
            moment - now, format="short", threshold=1, granularity="minute", add_direction=True, locale=self.language
        )

    def quote(self, text: str) -> str:
        """`„paczka”` in Polish, `“parcel”` in English."""
        opening, closing = _QUOTES[self.language]
        return f"{opening}{text}{closing}"

    def number(self, n: float) -> str:
        """`2 957` in Polish, `2,957` in English."""
        return format_decimal(n, locale=self.language)

    def size(self, count: int) -> str:
        """A number of bytes: `340 kB`, `1,2 MB`."""
        if count < 1_000_000:
            return f"{self.number(max(1, round(count / 1000)))} kB"
        return f"{self.number(round(count / 1_000_000, 1))} MB"


@cache
def words(language: Language) -> Words:
    """The words of a language, read from its files the first time."""
    texts: dict[str, tuple[str, ...]] = {}
    for path in sorted((LOCALE / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                # Templates travel as str or list: `id` and `string` are pairs when the text has plural forms.
                key = message.id if isinstance(message.id, str) else message.id[0]
                forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))
                if key and all(forms):
                    texts[key] = forms
    return Words(language=language, texts=texts)


def choose_language(
    accept: str, offered: Sequence[Language], *, default: Language, chosen: str | None = None
) -> Language:
    """The reader's own choice if it is offered, else the best of an `Accept-Language` header, else `default`."""
    wanted: list[tuple[float, str]] = [(2.0, chosen)] if chosen else []
    for part in accept.split(",")[:20]:
        tag, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((float(quality or 1), tag.split("-")[0].lower()))
        except ValueError:
            continue
    for quality, tag in sorted(wanted, key=lambda pair: -pair[0]):
        for language in offered:
            if tag == language and quality > 0:
                return language
    return default
