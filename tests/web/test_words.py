"""Every text that a page shows has Polish words, and no Polish words lie unused."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

import okienko
from okienko.values import Language
from okienko.web.i18n import LOCALE, Words, choose_language, words

PACKAGE = Path(okienko.__file__).parent
KEYWORDS = {**DEFAULT_KEYWORDS, "mark": None}
METHODS = [("web/templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]


def used_texts() -> set[str]:
    found: set[str] = set()
    for _, _, message, _, _ in extract_from_dir(
        str(PACKAGE), METHODS, keywords=KEYWORDS, options_map={"web/templates/**.html": {"silent": "false"}}
    ):
        found.add(message if isinstance(message, str) else message[0])
    return found


def test_every_text_has_polish_words() -> None:
    assert used_texts() - words("pl").texts.keys() == set()


def test_no_polish_words_are_unused() -> None:
    assert words("pl").texts.keys() - used_texts() == set()


def test_a_text_is_translated_in_one_file_only() -> None:
    seen: Counter[str] = Counter()
    for path in (LOCALE / "pl").glob("*.po"):
        with path.open("rb") as file:
            seen.update(str(message.id) for message in read_po(file, locale="pl") if message.id)
    assert [text for text, times in seen.items() if times > 1] == []


@pytest.mark.parametrize(
    ("n", "expected"), [(1, "1 wiadomość"), (2, "2 wiadomości"), (5, "5 wiadomości"), (12, "12 wiadomości")]
)
def test_polish_plurals(n: int, expected: str) -> None:
    forms = ("%(n)s wiadomość", "%(n)s wiadomości", "%(n)s wiadomości")
    polish = Words(language="pl", texts={"%(n)s message": forms})
    assert polish.ngettext("%(n)s message", "%(n)s messages", n) == expected


def test_plural_forms_are_told_apart() -> None:
    polish = Words(language="pl", texts={"day": ("dzień", "dni", "dniów")})
    assert [polish.ngettext("day", "days", n) for n in (1, 2, 5, 12, 22, 101)] == [
        "dzień", "dni", "dniów", "dniów", "dni", "dniów",
    ]  # fmt: skip
    assert [words("en").ngettext("day", "days", n) for n in (0, 1, 2)] == ["days", "day", "days"]


def test_values_are_filled_in_and_a_percent_sign_is_left_alone() -> None:
    assert words("en").gettext("Case %(reference)s", reference="K7F-2QDA") == "Case K7F-2QDA"
    assert words("en").gettext("100% sure") == "100% sure"


def test_dates_and_times_are_polish() -> None:
    evening = datetime(2026, 9, 3, 22, 30, tzinfo=UTC)
    polish = words("pl")
    assert polish.date(date(2026, 9, 3)) == "3 września 2026"
    assert polish.date(evening, "Europe/Warsaw", today=date(2026, 9, 5)) == "4 września"
    assert polish.time(evening, "Europe/Warsaw") == "00:30"
    assert polish.moment(evening, "Europe/Warsaw", now=evening + timedelta(days=2)) == "4 września, 00:30"
    assert polish.moment(evening, "Europe/Warsaw", now=evening) == "00:30"
    assert polish.ago(evening, evening + timedelta(hours=3)) == "3 godz. temu"
    assert polish.ago(evening, evening + timedelta(seconds=3)) == "przed chwilą"
    assert polish.span(timedelta(minutes=2)) == "2 min"
    assert polish.number(12957) == "12\N{NO-BREAK SPACE}957"


@pytest.mark.parametrize(
    ("accept", "chosen", "expected"),
    [
        ("", None, "pl"),
        ("en-GB,en;q=0.9,pl;q=0.8", None, "en"),
        ("de,pl;q=0.5,en;q=0.4", None, "pl"),
        ("en;q=0,pl;q=0.1", None, "pl"),
        ("en", "pl", "pl"),
        ("en", "xx", "en"),
        ("en;q=many", None, "pl"),
    ],
)
def test_language_is_chosen(accept: str, chosen: str | None, expected: Language) -> None:
    assert choose_language(accept, ("pl", "en"), default="pl", chosen=chosen) == expected
