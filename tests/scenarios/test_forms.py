"""The studio's forms: what a sent form makes of a file, and what is told of two versions and drawn."""

from __future__ import annotations

from copy import deepcopy

import pytest

from okienko.scenarios.check import Known
from okienko.scenarios.files import read_texts
from okienko.scenarios.read import read_scenario
from okienko.scenarios.studio import form as forms
from okienko.scenarios.studio.changes import tell_changes
from okienko.scenarios.studio.form import Data, Row, Table, items, table
from okienko.scenarios.studio.look import look_through, make_dialogue
from okienko.scenarios.studio.picture import Arrow, draw
from okienko.scenarios.studio.rewrite import read_data, rewrite, write_new
from okienko.web.i18n import words
from tests.scenarios.world import file

PL = words("pl")
BODY = read_texts()["delivery-problem"]
DATA = read_data(BODY)


def step(data: Table, name: str) -> Table:
    """The step of that name."""
    return next(one for one in forms.steps(data) if one["step"] == name)


def at(name: str) -> int:
    """Its place in the ready scenario."""
    return [one["step"] for one in forms.steps(DATA)].index(name)


def test_a_field_changes_what_it_is_named_after() -> None:
    changed = forms.apply(DATA, {"t:steps/0/say/pl": "Co\r\nsię stało? ", "t:steps/0/otherwise/pl": "Słucham?"}, PL)
    assert table(step(changed, "what")["say"])["pl"] == "Co\nsię stało?"
    assert step(changed, "what")["otherwise"] == {"pl": "Słucham?"}
    emptied = forms.apply(changed, {"t:steps/0/otherwise/pl": ""}, PL)
    assert "otherwise" not in step(emptied, "what")
    assert forms.apply(DATA, {"t:steps/99/say/pl": "x", "x": "y", "t:": "z", "t:a//b": "z"}, PL) == DATA


def test_a_step_is_called_otherwise_wherever_it_is_named() -> None:
    changed = forms.apply(DATA, {f"t:steps/{at('number')}/step": "order-number"}, PL)
    body = rewrite(BODY, changed)
    assert "go: number" not in body
    assert "at: number" not in body
    assert not look_through(body, Known(), (), "pl").problems


def test_a_place_makes_the_step_that_it_leads_to() -> None:
    data = forms.new_scenario("Karta nie działa", "pl", PL)
    sent = {
        "t:steps/0/say/pl": "Co się dzieje?",
        "t:steps/0/choices/0/pl": "Jest zużyta",
        "t:steps/0/choices/0/go": "+end",
        "t:steps/0/choices/1/pl": "Coś innego",
        "t:steps/0/choices/1/go": "+hand_off",
        "t:steps/0/choices/2/pl": "",
        "t:steps/0/choices/2/go": "",
    }
    made = forms.apply(data, sent, PL)
    question, used, other = forms.steps(made)
    assert [table(choice) for choice in items(question["choices"])] == [
        {"value": "jest_zuzyta", "pl": "Jest zużyta", "go": "jest-zuzyta"},
        {"value": "cos_innego", "pl": "Coś innego", "go": "cos-innego"},
    ]
    assert (used["step"], used["end"], other["step"], other["hand_off"]) == ("jest-zuzyta", "solved", "cos-innego", {})
    assert not look_through(write_new(made), Known(), (), "pl").problems
    fewer = forms.apply(made, {"t:steps/0/choices/0/pl": "", "t:steps/0/choices/0/value": "jest_zuzyta"}, PL)
    assert [table(choice)["value"] for choice in items(forms.steps(fewer)[0]["choices"])] == ["cos_innego"]


@pytest.mark.parametrize(
    ("when", "rows"),
    [
        ({"a": "x"}, [("a", "is", "x")]),
        ({"a": ["x", "y"]}, [("a", "is", "x, y")]),
        ({"a": {"not": ["x", "y"]}, "b": {"known": "false"}}, [("a", "not", "x, y"), ("b", "unknown", "")]),
        ({"a": {"over": "1", "at_most": "9"}}, [("a", "over", "1"), ("a", "at_most", "9")]),
        ({"a": {"days_ago": {"over": "1", "under": "9"}}}, [("a", "days_over", "1"), ("a", "days_under", "9")]),
    ],
)
def test_a_condition_is_rows_and_rows_are_a_condition(when: Data, rows: list[tuple[str, str, str]]) -> None:
    assert forms.rows(when) == [Row(name=name, comparison=is_, value=value) for name, is_, value in rows]
    assert forms.make_when(forms.rows(when)) == when


def test_a_new_way_stands_before_the_one_without_a_condition() -> None:
    here = f"steps/{at('how-long')}/branch"
    sent = {f"c:{here}/2/0/name": "problem", f"c:{here}/2/0/comparison": "not", f"c:{here}/2/0/value": "late"}
    changed = forms.apply(DATA, {**sent, f"t:{here}/2/go": "damage"}, PL)
    assert [table(way).get("go") for way in items(step(changed, "how-long")["branch"])] == ["number", "damage", "wait"]
    assert table(items(step(changed, "how-long")["branch"])[1])["when"] == {"problem": {"not": "late"}}


@pytest.mark.parametrize("name", read_texts())
def test_steps_are_added_moved_and_taken_out(name: str) -> None:
    data = read_data(read_texts()[name])
    for kind in forms.NAMES:
        more = forms.insert(data, 0, forms.new_step(data, kind, PL))
        assert forms.kind_of(forms.steps(more)[1]) == kind
        assert forms.drop(more, ("steps", "1")) == data
    assert forms.move(forms.move(data, 0, 1), 1, -1) == data
    assert forms.move(data, 0, -1) == data


def test_a_trial_becomes_a_dialogue_that_passes_and_a_change_fails_it() -> None:
    said = ("nie przyszła", "wczoraj", "tak")
    tried = look_through(BODY, Known(), said, "pl").tried
    assert tried is not None
    dialogue = make_dialogue("Próba", "pl", said, tried)
    assert items(dialogue["turns"])[-1] == {"customer": "tak", "ends": "solved"}
    body = rewrite(BODY, forms.add_dialogue(DATA, dialogue))
    assert read_scenario(body).dialogues[-1].turns[0].at == "ordered"
    assert not look_through(body, Known(), (), "pl").problems
    failing = look_through(body.replace("go: waited", "go: person", 1), Known(), (), "pl")
    assert list(failing.at_dialogues) == [0, 3]
    assert [bool(one.problems) for one in failing.played] == [True, False, False, True]


def test_problems_are_with_their_step() -> None:
    body = file(
        """
        - step: one
          say: {pl: A, en: A}
          go: three
        - step: two
          say: {pl: B}
        - step: three
          end: solved
        """
    )
    looked = look_through(body, Known(), (), "pl")
    assert {at: len(found) for at, found in looked.at_steps.items()} == {1: 2}
    assert looked.at_head == []
    broken = look_through("scenario: [", Known(), (), "pl")
    assert (broken.data, broken.tried, len(broken.at_head)) == (None, None, 1)


def test_what_differs_is_told_step_by_step() -> None:
    new = deepcopy(DATA)
    table(step(new, "what")["say"])["pl"] = "Co jest nie tak z przesyłką?"
    new["steps"] = [one for one in items(new["steps"]) if table(one)["step"] != "waited"]
    new = forms.insert(new, 0, {"step": "hello", "say": {"pl": "Dzień dobry."}})
    told = tell_changes(DATA, new, PL)
    assert [(change.kind, change.name) for change in told] == [
        ("changed", "what"),
        ("added", "hello"),
        ("removed", "waited"),
    ]
    label, pieces = told[0].details[0]
    assert label == "mówi, po polsku"
    assert (
        "".join(piece.text for piece in pieces if piece.kind in {"same", "added"}).strip()
        == "Co jest nie tak z przesyłką?"
    )
    assert tell_changes(DATA, DATA, PL) == []
    assert [change.kind for change in tell_changes(DATA, forms.move(DATA, 0, 1), PL)] == ["moved"]


def test_a_picture_has_a_box_a_step_and_an_arrow_a_way() -> None:
    boxes = {box.name: box for box in draw(DATA, PL, {1: 2})}
    assert boxes["how-long"].arrows == (
        Arrow(to="number", label="ordered: ponad 14 dni temu", kind="when"),
        Arrow(to="wait", kind="else"),
    )
    assert [arrow.to for arrow in boxes["what"].arrows] == ["ordered", "damage", "damage"]
    assert [arrow.kind for arrow in boxes["number"].arrows] == ["then", "give_up"]
    assert (boxes["ordered"].problems, boxes["what"].problems, boxes["person"].arrows) == (2, 0, ())
