"""Markdown becomes plain text with passages."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okienko.answers.passages import cut_passages, read_plain

BODY = """Wstęp z **ważnym** słowem, np. takim. Drugie zdanie.

## Co zrobić

Zrób to tak:

1. Otwórz [ustawienia](https://rowery.example/u).
   Są na górze.
2. Wybierz `Rower`.

- Można też inaczej.

> Cytat z regulaminu.

| Stacja | Rowery |
|--------|--------|
| Rynek  | 12     |

```
rower --wypozycz
```
"""


def test_plain_text_has_no_marks() -> None:
    assert read_plain(BODY).split("\n") == [
        "Wstęp z ważnym słowem, np. takim. Drugie zdanie.",
        "",
        "Co zrobić",
        "",
        "Zrób to tak:",
        "",
        "1. Otwórz ustawienia.",
        "   Są na górze.",
        "2. Wybierz Rower.",
        "",
        "- Można też inaczej.",
        "",
        "Cytat z regulaminu.",
        "",
        "Stacja | Rowery",
        "",
        "Rynek | 12",
        "",
        "rower --wypozycz",
        "",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "5 * 3 * 2",
        "plik_z_kreskami.txt",
        "C:\\temp\\rower",
        "a < b > c",
        "[nie link] (na pewno)",
        "snake_case i __init__",
    ],
)
def test_text_without_marks_stays_as_it_is(text: str) -> None:
    assert read_plain(text) == text.replace("__init__", "init")


def test_units_are_sentences_steps_and_items() -> None:
    pages = cut_passages(BODY)
    units = [(unit.kind, pages.text[unit.start : unit.end]) for passage in pages.passages for unit in passage.units]
    assert units == [
        ("sentence", "Wstęp z ważnym słowem, np. takim."),
        ("sentence", "Drugie zdanie."),
        ("sentence", "Zrób to tak:"),
        ("step", "1. Otwórz ustawienia.\n   Są na górze."),
        ("step", "2. Wybierz Rower."),
        ("item", "- Można też inaczej."),
        ("sentence", "Cytat z regulaminu."),
        ("item", "Stacja | Rowery"),
        ("item", "Rynek | 12"),
        ("item", "rower --wypozycz"),
    ]
    assert [passage.heading for passage in pages.passages] == ["", "Co zrobić"]


def test_steps_stay_in_one_passage() -> None:
    steps = "\n".join(
        f"{n}. Krok numer {n}, opisany bardzo dokładnie, żeby nikt się nie zgubił po drodze." for n in range(1, 12)
    )
    (passage,) = cut_passages(f"Zrób to tak:\n\n{steps}").passages
    assert len(passage.units) == 12


@settings(deadline=None)
@given(st.text(st.sampled_from("# *_`[](){}>|-1.)\n ab~<\\!Ąż.\r\t:/"), max_size=150) | st.text(max_size=150))
def test_any_text_is_cut_in_order_without_losing_a_word(body: str) -> None:
    pages = cut_passages(body)
    units = [unit for passage in pages.passages for unit in passage.units]
    assert all(unit.start < unit.end <= len(pages.text) for unit in units)
    assert all(one.end <= other.start for one, other in pairwise(units))
    assert pages.text == read_plain(body)
    assert not pages.passages or any(letter.strip() for letter in pages.text)
