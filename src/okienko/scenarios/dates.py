"""Days as people write them: 12.11, 12 listopada, wczoraj, last Monday, three days ago. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final, Literal

from okienko.folding import fold
from okienko.values import Language

When = Literal["past", "future"]
SHORT: Final = 8  # words of an answer in which a weekday is meant as a date
SMALL_NUMBERS: Final[Mapping[Language, tuple[str, ...]]] = {
    "pl": ("zero", "jeden", "dwa", "trzy", "cztery", "piec", "szesc", "siedem", "osiem", "dziewiec", "dziesiec"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
}
OTHER_FORMS: Final[Mapping[str, int]] = {"jedna": 1, "jedno": 1, "dwie": 2}


def read_day(text: str, language: Language, today: date, when: When | None) -> date | None:
    """The one day that a text names; None where there is none, or more than one, or one that `when` excludes.

    A day without a year is the last one for what is past, the next one for what comes, else the nearest. In English
    3/4 is no day: it is the 3rd of April to one and March 4 to another.
    """
    days = set(_dates(fold(text), language, today, when))
    day = days.pop() if len(days) == 1 else None
    if day is None or (when == "past" and day > today) or (when == "future" and day < today):
        return None
    return day


_MONTHS: Final[Mapping[Language, tuple[str, ...]]] = {
    "pl": ("sty", "lut", "mar", "kwie", "maj", "czerw", "lip", "sierp", "wrze", "pazdz", "listop", "grud"),
    "en": ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
}
_DAYS: Final[Mapping[Language, tuple[str, ...]]] = {
    "pl": ("poniedzial", "wtor", "srod", "czwart", "piat", "sobot", "niedziel"),
    "en": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
}
_BY_NAME: Final[Mapping[str, int]] = {
    "dzis": 0,
    "dzisiaj": 0,
    "today": 0,
    "wczoraj": -1,
    "yesterday": -1,
    "przedwczoraj": -2,
    "jutro": 1,
    "tomorrow": 1,
    "pojutrze": 2,
}
_AGO: Final = re.compile(
    r"(?:(\d{1,3}|\w+) )?(dni|dzien|tydzien|tygodni\w*|days?|weeks?) (temu|ago)|za (?:(\d{1,3}|\w+) )?"
    r"(dni|dzien|tydzien|tygodni\w*)|in (\d{1,3}|\w+) (days?|weeks?)"
)
_WHOLE: Final = re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)")
_FIGURES: Final = re.compile(
    r"(?<![\d.])(?P<day>\d{1,2})\s?[./-]\s?(?P<month>\d{1,2})(?:\s?[./-]\s?(?P<year>\d{4}|\d\d))?(?!\d)"
)
_DAY_FIRST: Final = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|\.|-?go)? (?:of )?([a-z]{3,12})\.?,?(?: (\d{4}))?(?!\d)"
)
_MONTH_FIRST: Final = re.compile(r"\b([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,?(?: (\d{4}))?(?!\d)")


def _dates(text: str, language: Language, today: date, when: When | None) -> Iterable[date | None]:
    """Every day that a text may name, by the surest reading that it has."""
    figures = list(_WHOLE.finditer(text)) or list(_FIGURES.finditer(text))
    if figures:
        for match in figures:
            yield _by_figures(match, language, today, when)
        return
    named = list(_by_month_name(text, language, today, when))
    if named:
        yield from named
        return
    ago = _AGO.search(text)
    if ago is not None:
        yield _counted(ago, language, today)
        return
    words = re.findall(r"[^\W_]+", text)
    relative = [_BY_NAME[word] for word in words if word in _BY_NAME]
    if relative:
        yield from (today + timedelta(days=days) for days in relative)
        return
    if len(words) <= SHORT:
        yield from _by_weekday(words, language, today, when)


def _by_figures(match: re.Match[str], language: Language, today: date, when: When | None) -> date | None:
    day, month, year = int(match["day"]), int(match["month"]), match["year"]
    if match.re is _FIGURES and language == "en":
        if month > 12:
            day, month = month, day
        elif day <= 12 and day != month:
            return None  # the 3rd of April to one, March 4 to another
    full = None if year is None else int(year) + (2000 if len(year) == 2 else 0)
    return _day(day, month, full, today, when)


def _by_month_name(text: str, language: Language, today: date, when: When | None) -> Iterable[date | None]:
    found = [(match[2], match[1], match[3]) for match in _DAY_FIRST.finditer(text)]
    if language == "en" and not found:
        found = [(match[1], match[2], match[3]) for match in _MONTH_FIRST.finditer(text)]
    for name, day, year in found:
        month = next((n for n, start in enumerate(_MONTHS[language], 1) if name.startswith(start)), None)
        if month is not None:
            yield _day(int(day), month, int(year) if year else None, today, when)


def _counted(match: re.Match[str], language: Language, today: date) -> date | None:
    count, unit = match[1] or match[4] or match[6], match[2] or match[5] or match[7]
    number = 1 if count is None else _count(count, language)
    if number is None:
        return None
    days = number * (7 if unit.startswith(("ty", "week")) else 1)
    return today - timedelta(days=days) if match[3] else today + timedelta(days=days)


def _count(word: str, language: Language) -> int | None:
    if word.isdecimal():
        return int(word)
    if word in {"a", "an"}:
        return 1
    small = SMALL_NUMBERS[language]
    return small.index(word) if word in small else OTHER_FORMS.get(word)


def _by_weekday(words: list[str], language: Language, today: date, when: When | None) -> Iterable[date]:
    for word in words:
        for weekday, start in enumerate(_DAYS[language]):
            if word.startswith(start):
                ahead = (weekday - today.weekday()) % 7
                yield today + timedelta(days=ahead if when == "future" else ahead - 7 if ahead else 0)


def _day(day: int, month: int, year: int | None, today: date, when: When | None) -> date | None:
    if not 1 <= month <= 12:
        return None
    years = [year] if year is not None else [today.year - 1, today.year, today.year + 1]
    days = [date(y, month, day) for y in years if 1 <= y <= 9999 and 1 <= day <= monthrange(y, month)[1]]
    if when == "past" and year is None:
        days = [then for then in days if then <= today][-1:]
    elif when == "future" and year is None:
        days = [then for then in days if then >= today][:1]
    return min(days, key=lambda then: abs((then - today).days), default=None)
