from __future__ import annotations

from datetime import date

import pytest

from okienko.scenarios.messages import read_message
from okienko.scenarios.scenario import Ask, AskKind, Choice, Wording
from okienko.scenarios.understand import Said, understand, wishes
from okienko.values import Language

TODAY = date(2026, 9, 16)  # a Wednesday


def _wording(pl: str, en: str) -> Wording:
    return Wording(line=1, texts={"pl": {"other": read_message(pl)}, "en": {"other": read_message(en)}})


def _ask(kind: AskKind, **more: object) -> Ask:
    return Ask(name="x", line=1, say=_wording("?", "?"), kind=kind, save="x", **more)  # pyright: ignore[reportArgumentType]


CHOICES = (
    Choice(value="late", label=_wording("Nie dotarła", "It has not arrived"), also={"pl": ("nie ma jej", "spóźniona")}),
    Choice(value="damaged", label=_wording("Jest uszkodzona", "It is damaged"), also={"pl": ("rozbita",)}),
    Choice(value="yes", label=_wording("Tak, zaczekam", "Yes, I will wait")),
    Choice(value="no", label=_wording("Nie, proszę sprawdzić", "No, please check")),
)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("Nie dotarła", "late"),
        ("nie dotarla!", "late"),
        ("no chyba jest uszkodzona", "damaged"),
        ("paczka jest rozbita", "damaged"),
        ("rozbita albo spóźniona", None),
        ("nie jest rozbita", None),
        ("2", "damaged"),
        ("9", None),
        ("0", None),
        ("nie", None),
        ("a ile trwa zwrot pieniędzy na kartę, jeśli paczka jest rozbita", None),
        ("", None),
        ("👍", None),
    ],
)
def test_a_choice(said: str, value: str | None) -> None:
    assert understand(_ask("choice", choices=CHOICES[:2]), Said(text=said), "pl", TODAY) == value


@pytest.mark.parametrize(
    ("said", "language", "value"),
    [
        ("tak", "pl", "yes"),
        ("Tak, jasne", "pl", "yes"),
        ("tak, ale nie wiem", "pl", None),
        ("nie", "pl", "no"),
        ("nie, dziękuję", "pl", "no"),
        ("no", "pl", None),  # which means yes to many
        ("no", "en", "no"),
        ("Nope.", "en", "no"),
    ],
)
def test_yes_and_no(said: str, language: Language, value: str | None) -> None:
    assert understand(_ask("choice", choices=CHOICES[2:]), Said(text=said), language, TODAY) == value


def test_a_choice_that_was_pressed_counts_and_one_of_another_question_does_not() -> None:
    ask = _ask("choice", choices=CHOICES[:2])
    assert understand(ask, Said(text="", choice="damaged"), "pl", TODAY) == "damaged"
    assert understand(ask, Said(text="rozbita", choice="billing"), "pl", TODAY) is None


@pytest.mark.parametrize(
    ("said", "language", "value"),
    [
        ("3", "pl", "3"),
        ("mam 3 urządzenia", "pl", "3"),
        ("trzy", "pl", "3"),
        ("two", "en", "2"),
        ("3 albo 4", "pl", None),
        ("1,5", "pl", None),
        ("11", "pl", None),
        ("0", "pl", None),
        ("nie wiem", "pl", None),
        ("A3", "pl", None),
    ],
)
def test_a_number_between_one_and_ten(said: str, language: Language, value: str | None) -> None:
    assert understand(_ask("number", least=1, most=10), Said(text=said), language, TODAY) == value


@pytest.mark.parametrize(
    ("like", "said", "value"),
    [
        ("ZAM-######", "numer to zam-204118, dzięki", "ZAM-204118"),
        ("ZAM-######", "ZAM-2041187", None),
        ("ZAM-######", "ZAM-204118 i ZAM-204119", None),
        ("ZAM-######", "ZAM-204118, tak, ZAM-204118", "ZAM-204118"),
        ("@@##*", "ab12x", "AB12X"),
        (None, "KR-2026-118", "KR-2026-118"),
        (None, "kr/2026/118.", "KR/2026/118"),
        (None, "204118", "204118"),
        (None, "nie mam", None),
        (None, "abc", None),
    ],
)
def test_an_order_number(like: str | None, said: str, value: str | None) -> None:
    assert understand(_ask("order_number", like=like), Said(text=said), "pl", TODAY) == value


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("[e-mail]", "[e-mail]"),
        ("proszę pisać na [e-mail 2]", "[e-mail 2]"),
        ("[e-mail] albo [e-mail 2]", None),
        ("[telefon]", None),
        ("mail", None),
    ],
)
def test_an_address_is_its_placeholder(said: str, value: str | None) -> None:
    assert understand(_ask("email"), Said(text=said), "pl", TODAY) == value


@pytest.mark.parametrize(
    ("said", "language", "when", "day"),
    [
        ("12.11.2025", "pl", None, "2025-11-12"),
        ("12.11", "pl", "past", "2025-11-12"),
        ("12.11", "pl", "future", "2026-11-12"),
        ("12-09-26", "pl", None, "2026-09-12"),
        ("2026-09-01", "pl", "past", "2026-09-01"),
        ("2 września", "pl", "past", "2026-09-02"),
        ("drugiego września", "pl", "past", None),
        ("2 wrzesnia 2024", "pl", "past", "2024-09-02"),
        ("31 lutego", "pl", None, None),
        ("30.02.2026", "pl", None, None),
        ("29.02", "pl", "past", None),
        ("12.13.2026", "pl", None, None),
        ("wczoraj", "pl", "past", "2026-09-15"),
        ("chyba przedwczoraj", "pl", "past", "2026-09-14"),
        ("jutro", "pl", "past", None),
        ("dziś", "pl", "past", "2026-09-16"),
        ("5 dni temu", "pl", "past", "2026-09-11"),
        ("tydzień temu", "pl", "past", "2026-09-09"),
        ("dwa tygodnie temu", "pl", "past", "2026-09-02"),
        ("za 3 dni", "pl", "future", "2026-09-19"),
        ("w poniedziałek", "pl", "past", "2026-09-14"),
        ("w srode", "pl", "past", "2026-09-16"),
        ("w poniedziałek", "pl", "future", "2026-09-21"),
        ("wczoraj albo przedwczoraj", "pl", "past", None),
        ("nie pamiętam", "pl", "past", None),
        ("15 November", "en", "past", "2025-11-15"),
        ("September 2nd", "en", "past", "2026-09-02"),
        ("Sept 2, 2025", "en", "past", "2025-09-02"),
        ("the 2nd of September", "en", "past", "2026-09-02"),
        ("03/04/2026", "en", "past", None),
        ("04/04/2026", "en", "past", "2026-04-04"),
        ("04/13/2026", "en", "past", "2026-04-13"),
        ("13/04/2026", "en", "past", "2026-04-13"),
        ("last Monday", "en", "past", "2026-09-14"),
        ("2 weeks ago", "en", "past", "2026-09-02"),
        ("in two days", "en", "future", "2026-09-18"),
        ("yesterday", "en", "past", "2026-09-15"),
        ("1.2.3.4", "en", "past", None),
    ],
)
def test_a_day(said: str, language: Language, when: str | None, day: str | None) -> None:
    assert understand(_ask("date", when=when), Said(text=said), language, TODAY) == day


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("wróć", "back"),
        ("Cofnij, proszę", None),
        ("proszę cofnij", "back"),
        ("go back", "back"),
        ("od nowa", "again"),
        ("zacznijmy od początku", "again"),
        ("start over", "again"),
        ("przerwij", "stop"),
        ("Stop!", "stop"),
        ("chcę anulować zamówienie", None),
        ("jak wrócić do poprzedniej wersji", None),
        ("nieważne", "stop"),
    ],
)
def test_wishes_to_leave_or_go_back(said: str, wish: str | None) -> None:
    assert wishes(said) == wish
