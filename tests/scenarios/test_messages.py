from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.scenarios.messages import BadMessage, Value, read_message
from okienko.values import Language

DAYS = "{days, plural, one {# dzień} few {# dni} many {# dni} other {# dnia}}"
PLAN = "{plan, select, family {Plan rodzinny} other {Twój plan}} działa."


@pytest.mark.parametrize(
    ("text", "values", "language", "written"),
    [
        ("Zwykły tekst.", {}, "pl", "Zwykły tekst."),
        ("Zamówienie {order} jest w drodze.", {"order": "KR-1"}, "pl", "Zamówienie KR-1 jest w drodze."),
        (DAYS, {"days": 1}, "pl", "1 dzień"),
        (DAYS, {"days": 3}, "pl", "3 dni"),
        (DAYS, {"days": 12}, "pl", "12 dni"),
        (DAYS, {"days": 22}, "pl", "22 dni"),
        (DAYS, {"days": Decimal("1.5")}, "pl", "1,5 dnia"),
        ("{n, plural, =0 {none} one {one} other {#}}", {"n": 0}, "en", "none"),
        ("{n, plural, =0 {none} one {one} other {#}}", {"n": 1}, "en", "one"),
        ("{n, plural, =0 {none} one {one} other {#}}", {"n": 1200}, "en", "1,200"),
        ("{n, plural, one {one} other {many}}", {"n": "text"}, "en", "many"),
        (PLAN, {"plan": "family"}, "pl", "Plan rodzinny działa."),
        (PLAN, {"plan": "solo"}, "pl", "Twój plan działa."),
        ("Do {day, date}", {"day": date(2026, 11, 3)}, "pl", "Do 3 listopada 2026"),
        ("Until {day}", {"day": date(2026, 11, 3)}, "en", "Until 3 November 2026"),
        ("{n, number} zł", {"n": 12345}, "pl", "12\N{NO-BREAK SPACE}345 zł"),
        ("It's here", {}, "en", "It's here"),
        ("It''s here", {}, "en", "It's here"),
        ("Write '{'name'}' so", {}, "en", "Write {name} so"),
        ("# is a sign", {}, "en", "# is a sign"),
        ("{a, plural, other {{b, select, x {X#} other {O}}}}", {"a": 2, "b": "x"}, "en", "X#"),
    ],
)
def test_what_is_written(text: str, values: dict[str, Value], language: Language, written: str) -> None:
    assert read_message(text).write(values, language) == written


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Ile: {", 5),
        ("{days", 0),
        ("{Days}", 0),
        ("{9days}", 0),
        ("{days, plural}", 0),
        ("{days, plural, one {#}}", 0),
        ("{days, plural, one # other {#}}", 15),
        ("{days, plural, one {a} one {b} other {c}}", 23),
        ("{plan, choose, other {x}}", 0),
        ("{n, plural, other {x}", 0),
        ("a } b", 2),
        ("It '{is", 3),
        ("{a, select, other {" * 6 + "x" + "}}" * 6, 95),
    ],
)
def test_what_cannot_be_read_says_where(text: str, at: int) -> None:
    with pytest.raises(BadMessage) as refused:
        read_message(text)
    assert refused.value.at == at


def test_its_variables_are_known_before_it_is_written() -> None:
    message = read_message("{a} {b, plural, one {#} other {{c}}} {d, select, x {{e, date}} other {}}")
    assert set(message.names()) == {"a", "b", "c", "d", "e"}


def _place(text: str) -> int:
    """Where a text cannot be read; 0 where it can be, and is written."""
    try:
        message = read_message(text)
    except BadMessage as refused:
        return refused.at
    values: dict[str, Value] = dict.fromkeys(message.names(), 2)
    message.write(values, "pl")
    return 0


@given(st.text(alphabet=st.sampled_from("ab{}',#= \nplurseloth1"), max_size=60))
def test_any_text_is_read_and_written_or_refused_at_one_of_its_characters(text: str) -> None:
    assert 0 <= _place(text) <= len(text)


@given(st.text(alphabet=st.characters(exclude_characters="{}'"), max_size=60))
def test_a_text_without_braces_is_written_as_it_stands(text: str) -> None:
    assert read_message(text).write({}, "pl") == text
