"""A form changes the file's text where it says something else, and nowhere else."""

from __future__ import annotations

from copy import deepcopy
from textwrap import dedent
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okienko.scenarios.files import read_texts
from okienko.scenarios.read import read_scenario
from okienko.scenarios.studio.form import Data, Table, items, table
from okienko.scenarios.studio.rewrite import find_lines, read_data, rewrite, write_new

READY = read_texts()
SMALL = dedent("""\
    # a head
    scenario: test
    name: {pl: Próba, en: "A test"}   # both
    triggers: {button: true}

    # the steps
    steps:
      # the first
      - step: first
        say: # as it is
          pl: 'Dzień dobry'   # kept
          en: Good day

      # the second
      - step: second
        ask: choice
        save: answer
        say:
          pl: >
            Która
            odpowiedź?
          en: Which?
        choices:
          - {value: one, pl: Pierwsza, en: The first}
          - {value: two, pl: Druga, en: The second}
      - step: last
        end: solved
    """)


def inside(data: Data) -> list[Data]:
    """The tables and lists that stand in it."""
    held: list[Data] = list(data.values()) if isinstance(data, dict) else items(data)
    return [one for one in held if one and not isinstance(one, str)]


def edit(body: str, *keys: str | int, to: Data) -> str:
    """The file with something else at this place."""
    data = deepcopy(read_data(body))
    around: Data = cast("Data", data)
    for key in keys[:-1]:
        around = items(around)[key] if isinstance(key, int) else table(around)[key]
    table(around)[str(keys[-1])] = to
    return rewrite(body, data)


def differ(old: str, new: str) -> list[tuple[str, str]]:
    """The lines that are not as they were; for texts of as many lines."""
    pairs = zip(old.splitlines(), new.splitlines(), strict=True)
    return [(was, now) for was, now in pairs if was != now]


def test_one_text_is_one_line() -> None:
    assert differ(SMALL, edit(SMALL, "steps", 0, "say", "pl", to="Witamy: tak")) == [
        ("      pl: 'Dzień dobry'   # kept", "      pl: 'Witamy: tak'   # kept")
    ]
    assert differ(SMALL, edit(SMALL, "name", "pl", to="Inna")) == [
        ('name: {pl: Próba, en: "A test"}   # both', "name: {pl: Inna, en: A test}   # both")
    ]
    assert differ(SMALL, edit(SMALL, "steps", 1, "choices", 0, "pl", to="Inna, tak")) == [
        (
            "      - {value: one, pl: Pierwsza, en: The first}",
            "      - {value: one, pl: 'Inna, tak', en: The first}",
        )
    ]


def test_steps_move_and_go_with_their_comments() -> None:
    data = read_data(SMALL)
    first, second, last = items(data["steps"])
    moved = rewrite(SMALL, {**data, "steps": [second, first, last]})
    assert moved.index("- step: second") < moved.index("# kept") < moved.index("- step: last")
    assert moved.index("# the second") < moved.index("# the first") < moved.index("- step: first")
    assert "say: # as it is" in moved
    without = rewrite(SMALL, {**data, "steps": [first, last]})
    assert "# the second" not in without
    assert "# kept" in without
    new: Table = {"step": "new", "say": {"pl": "{n, plural, one {#} other {#}}", "en": "a\nb"}}
    more = rewrite(SMALL, {**data, "steps": [first, new, second, last]})
    assert [line for line in SMALL.splitlines() if line not in more.splitlines()] == []
    assert table(items(read_data(more)["steps"])[1]) == new


@pytest.mark.parametrize("name", READY)
def test_what_is_not_changed_stays_to_the_letter(name: str) -> None:
    body = READY[name]
    assert rewrite(body, read_data(body)) == body
    assert [body.splitlines()[line - 1].strip().split()[1] for line in find_lines(body, "steps")] == [
        f"step: {step.name}".split()[0] for step in read_scenario(body).steps
    ]


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"]), max_size=12).map(
    lambda text: " ".join(text.split())
)
NAMES = st.sampled_from(["say", "go", "step", "pl", "no", "on", "1", "a b", "x: y", "#", "ż"])
DATA: st.SearchStrategy[Data] = st.recursive(
    WORDS | st.just("two\nlines") | st.just("true") | st.just("- a: b"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.sampled_from([SMALL, *READY.values()]), st.data())
def test_whatever_is_changed_the_file_says_it(body: str, draw: st.DataObject) -> None:
    data = deepcopy(read_data(body))
    for _ in range(draw.draw(st.integers(1, 3))):
        around: Data = cast("Data", data)
        for _ in range(draw.draw(st.integers(0, 4))):
            if not inside(around):
                break
            around = draw.draw(st.sampled_from(inside(around)))
        if isinstance(around, dict):
            key = draw.draw(st.sampled_from(sorted(around)) | NAMES)
            if around is not data and draw.draw(st.booleans()):
                around.pop(key, None)
            else:
                around[key] = draw.draw(DATA)
        elif isinstance(around, list):
            listed = draw.draw(st.permutations(around))
            around[:] = listed[: draw.draw(st.integers(0, len(listed)))] + draw.draw(st.lists(DATA, max_size=2))
    written = rewrite(body, data)
    assert read_data(written) == read_data(rewrite("a: b\n", data))
    assert rewrite(written, data) == written


def test_a_new_file_is_read_as_it_was_meant() -> None:
    data: Table = {"scenario": "a", "name": {"pl": "A"}, "steps": [{"step": "one", "end": "solved"}]}
    assert write_new(data) == "scenario: a\nname:\n  pl: A\n\nsteps:\n  - step: one\n    end: solved\n"
