"""A message as it is read aloud: no links, no signs of markup; dates, hours, addresses and references as one says them.

Pure. It is meant for what the bot and a help centre write, and for two languages; a voice reads plain numbers and
amounts well by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from okienko.values import Language
from okienko.web.i18n import words

MOST_SENTENCES: Final = 3  # that are said at a time
MOST_CHOICES: Final = 8  # that are offered: 9 and 0 are keys of their own

_MARKED_LINK: Final = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_LINK: Final = re.compile(r"(?:\b[a-z][a-z0-9+.-]{1,9}://|\bwww\.)[^\s<>\"”)]*[^\s<>\"”).,;:!?]", re.IGNORECASE)
_MAIL: Final = re.compile(r"\b([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)\b")
_HIDDEN: Final = re.compile(r"\[([^\[\]\n]{1,40}?)(?: \d+)?\]")
_MARKUP: Final = re.compile(r"[*_`~|<>]+|^\s*(?:#{1,6}|[-•–+]|\d{1,2}[.)])\s+", re.MULTILINE)
_DAY: Final = re.compile(r"\b(?:(\d{4})-(\d{2})-(\d{2})|(\d{1,2})\.(\d{1,2})\.(\d{4}))\b")
_HOURS: Final = re.compile(r"\b([01]?\d|2[0-4]):([0-5]\d)\s?[–-]\s?([01]?\d|2[0-4]):([0-5]\d)\b")
_HOUR: Final = re.compile(r"\b0(\d:[0-5]\d)\b")
_SPAN: Final = re.compile(r"(?<![\w–.,:/-])(\d{1,3})\s?[–-]\s?(\d{1,3})(?![\d–:/-])")
_REFERENCE: Final = re.compile(r"\b(?:[A-Z]{2}-)?[A-HJ-NP-Z2-9]{3}-[A-HJ-NP-Z2-9]{4}\b")
_LONG_NUMBER: Final = re.compile(r"\d{7,}")
_SIGNS: Final = re.compile("[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff]+")

_DAYS: Final[Mapping[Language, tuple[tuple[str, str, str, str], ...]]] = {
    # as it is written, by itself, after "from", after "to"
    "pl": (
        (r"pn\.", "poniedziałek", "poniedziałku", "poniedziałku"),
        (r"wt\.", "wtorek", "wtorku", "wtorku"),
        (r"śr\.", "środa", "środy", "środy"),
        (r"czw\.", "czwartek", "czwartku", "czwartku"),
        (r"pt\.", "piątek", "piątku", "piątku"),
        (r"sob\.", "sobota", "soboty", "soboty"),
        (r"niedz\.", "niedziela", "niedzieli", "niedzieli"),
    ),
    "en": tuple(
        (rf"{day[:3]}\b", day, day, day)
        for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    ),
}
_SHORT: Final[Mapping[Language, tuple[tuple[str, str], ...]]] = {
    "pl": (
        (r"np\.", "na przykład"),
        (r"tj\.", "to jest"),
        (r"tzn\.", "to znaczy"),
        (r"itp\.", "i tym podobne"),
        (r"itd\.", "i tak dalej"),
        (r"m\.in\.", "między innymi"),
        (r"godz\.", "godzina"),
        (r"ul\.", "ulica"),
        (r"tel\.", "telefon"),
        (r"nr\b\.?", "numer"),
        (r"ok\.", "około"),
    ),
    "en": ((r"e\.g\.", "for example"), (r"i\.e\.", "that is"), (r"etc\.", "and so on"), (r"approx\.", "about")),
}
# The bot's own words are worded for those who read and write.
_OWN: Final[Mapping[Language, tuple[tuple[str, str], ...]]] = {
    "pl": ((r"\b([Nn])apisz\b", "powiedz"), (r"\b([Nn])apisać\b", "powiedzieć"), (r"\b([Pp])isz\b", "mów")),
    "en": ((r"\b([Ww])rite\b", "say"), (r"\b([Tt])ype\b", "say")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    at: str
    dot: str
    span: str
    hours: str
    days: str
    link: str
    hidden: str


_SAID: Final[Mapping[Language, _Said]] = {
    "pl": _Said(
        at=" małpa ",
        dot=" kropka ",
        span="{} do {}",
        hours="od {} do {}",
        days="od {} do {}",
        link="adres internetowy",
        hidden="ukryte: {}",
    ),
    "en": _Said(
        at=" at ", dot=" dot ", span="{} to {}", hours="from {} to {}", days="{} to {}", link="a web address",
        hidden="hidden: {}",
    ),
}  # fmt: skip


def read_aloud(text: str, language: Language, *, own: bool = False) -> str:
    """A sentence, or a few, as a voice should read them. `own`: they are the bot's own, not an article's."""
    said = _SAID[language]
    text = _MARKED_LINK.sub(r"\1", text)
    text = _MAIL.sub(lambda m: f"{_dotted(m[1], said)}{said.at}{_dotted(m[2], said)}", text)
    text = _LINK.sub(said.link, text)
    text = _HIDDEN.sub(lambda m: said.hidden.format(m[1]), text)
    text = _SIGNS.sub(" ", _MARKUP.sub(" ", text))
    text = _REFERENCE.sub(lambda m: spell(m[0]), text)
    text = _DAY.sub(lambda m: _day(m, language), text)
    text = _HOURS.sub(lambda m: said.hours.format(_clock(m[1], m[2]), _clock(m[3], m[4])), text)
    text = _HOUR.sub(r"\1", text)
    text = _SPAN.sub(lambda m: said.span.format(m[1], m[2]), text)
    for pattern, full in _SHORT[language]:
        text = re.sub(rf"\b{pattern}(?!\w)", full, text)
    text = _days(text, language, said)
    text = _LONG_NUMBER.sub(lambda m: " ".join(m[0]), text)
    for pattern, spoken in _OWN[language] if own else ():
        text = re.sub(pattern, lambda m, spoken=spoken: spoken.capitalize() if m[1].isupper() else spoken, text)
    return " ".join(text.split())


def spell(reference: str) -> str:
    """Letter by letter: `K7F-2QDA` is `K, 7, F, 2, Q, D, A`."""
    return ", ".join(sign for sign in reference if sign.isalnum())


def cut(sentences: Sequence[str], start: int) -> tuple[Sequence[str], int | None]:
    """What is said now of sentences from `start` on, and where it goes on; None: that was all.

    One more than usual is said rather than kept for later.
    """
    rest = sentences[start:]
    if len(rest) <= MOST_SENTENCES + 1:
        return rest, None
    return rest[:MOST_SENTENCES], start + MOST_SENTENCES


def _dotted(name: str, said: _Said) -> str:
    return name.replace(".", said.dot)


def _clock(hour: str, minute: str) -> str:
    return f"{int(hour)}:{minute}"


def _day(match: re.Match[str], language: Language) -> str:
    year, month, day = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
    try:
        return words(language).date(date(int(year), int(month), int(day)))
    except ValueError:
        return match[0]


def _days(text: str, language: Language, said: _Said) -> str:
    for short, _, since, _ in _DAYS[language]:
        for other, _, _, until in _DAYS[language]:
            text = re.sub(rf"\b{short}\s?[–-]\s?{other}", said.days.format(since, until), text)
    for short, alone, _, _ in _DAYS[language]:
        text = re.sub(rf"\b{short}", alone, text)
    return text
