from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from jsonschema import Draft202012Validator

from okienko.scenarios.document import ScenarioRefused
from okienko.scenarios.read import read_scenario
from okienko.scenarios.schema import KINDS, make_schema
from okienko.web.i18n import words
from tests.scenarios.world import HEAD, file

DONE = "- {step: done, end: solved}"
SCHEMA = Path(__file__).parents[2] / "docs" / "scenario.schema.json"


def _refusals(text: str) -> list[tuple[int, str]]:
    with pytest.raises(ScenarioRefused) as refused:
        read_scenario(text)
    return [(problem.line, str(problem).partition(": ")[2] or str(problem)) for problem in refused.value.problems]


def _branch(ways: str) -> str:
    return file(f"- {{step: a, branch: [{ways}]}}\n{DONE}")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "begins with"),
        ("- a list", 1, "begins with"),
        ("scenario: x\nname: {en: X}\n", 1, "“steps” is missing"),
        ("scenario: x\n name: y", 2, "not YAML"),
        ("scenario: &a x\nname: {en: *a}\n", 1, "Anchors"),
        ("a: " + "[" * 30 + "]" * 30, 1, "too much stands"),
        ("x" * 300_000, 0, "larger than 256 kB"),
        ("a: \x00", 0, "signs that no text"),
        (file(DONE, head=HEAD.replace("scenario:", "scenrio:")), 1, "Did you mean “scenario”"),
        (file(DONE, head=HEAD.replace("scenario: test", "scenario: Test 1")), 1, "is no name"),
        (file("- say: {en: x}"), 5, "begins with “step:”"),
        (file("- {step: a}"), 5, "does nothing"),
        (file("- {step: a, sya: {en: x}}"), 5, "Did you mean “say”"),
        (file("- {step: a, end: sloved}"), 5, "Did you mean “solved”"),
        (file("- {step: a, end: solved, tries: 3}"), 5, "“tries” does not go with “end”"),
        (file("- {step: a, ask: text, say: {en: x}}"), 5, "“save” is missing"),
        (file("- {step: a, ask: text, say: {en: x}, save: Name}"), 5, "is no variable"),
        (file("- {step: a, ask: choice, say: {en: x}, save: n}"), 5, "“choices” is missing"),
        (file("- {step: a, ask: text, say: {en: x}, save: n, least: 2}"), 5, "“least” does not go with “ask: text”"),
        (file("- {step: a, ask: number, say: {en: x}, save: n, least: 2, most: 1}"), 5, "more than"),
        (file("- {step: a, ask: number, say: {en: x}, save: n, tries: 9}"), 5, "from 1 to 5"),
        (file("- {step: a, ask: order_number, say: {en: x}, save: n, like: '#'}"), 5, "# is a digit"),
        (file("- {step: a, say: {de: x}}"), 5, "“de” is not known here"),
        (file("- {step: a, say: x}"), 5, "table of keys"),
        (file("- {step: a, say: {en: }}"), 5, "a text is expected"),
        (file("- {step: a, say: {en: {voice: x}}}"), 5, "“other” is missing"),
        (file("- {step: a, say: {en: 'a {b'}}"), 5, "cannot be read at “{b”"),
        (file("- step: a\n  say:\n    en: |\n      One line.\n      {two"), 9, "cannot be read at “{two”"),
        (file(f"- {{step: done, go: dnoe}}\n{DONE}"), 5, "Did you mean “done”"),
        (file(f"{DONE}\n{DONE}"), 6, "two steps called “done”"),
        (_branch("{go: done}, {go: done}"), 5, "Only the last way"),
        (_branch("{when: {x: 1}, go: done}, {when: {x: 2}, go: done}"), 5, "The last way"),
        (_branch("{when: {x: {over: y}}, go: done}, {go: done}"), 5, "whole number"),
        (file("- {step: a, hand_off: {prioity: high}}"), 5, "Did you mean “priority”"),
        (file(DONE, tail="dialogues:\n  - {dialogue: x, language: pl}\n"), 7, "“turns” is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, says: str) -> None:
    assert any(at == line and says in what for at, what in _refusals(text)), _refusals(text)


def test_all_that_is_wrong_is_said_at_once() -> None:
    refusals = _refusals(file("- {step: A, end: solved}\n- {step: b, end: no}\n- {step: c, tell: {en: x}}"))
    assert [line for line, _ in refusals] == [5, 6, 7, 7]


def test_words_that_yaml_takes_for_something_else_are_words() -> None:
    scenario = read_scenario(
        file(
            """
            - step: a
              ask: choice
              save: wants
              say: {pl: "Tak?", en: "Yes?"}
              choices:
                - {value: yes, pl: Tak, en: Yes}
                - {value: no, pl: Nie, en: No}
            - {step: done, end: solved, say: {pl: 1.0, en: on}}
            """
        )
    )
    ask, done = scenario.steps
    assert [choice.value for choice in getattr(ask, "choices", ())] == ["yes", "no"]
    assert getattr(done, "say", None) is not None
    assert done.say.write({}, "pl", "webchat") == "1.0"  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportOptionalMemberAccess]


def test_the_published_schema_is_the_readers() -> None:
    assert json.loads(SCHEMA.read_text()) == make_schema()
    Draft202012Validator.check_schema(make_schema())


@pytest.mark.parametrize("kind", KINDS)
def test_schema_and_reader_know_the_same_keys(kind: str) -> None:
    """A step with a key too many is refused by both."""
    steps: dict[str, dict[str, Any]] = {
        "ask": {"ask": "text", "say": {"en": "x"}, "save": "n"},
        "branch": {"branch": [{"when": {"x": 1}, "go": "done"}, {"go": "done"}]},
        "set": {"set": {"a": "b"}},
        "look_up": {
            "look_up": "orders", "with": {"n": "x"}, "save": {"s": "state"}, "missing": "done", "away": "done",
        },
        "article": {"article": "a"},
        "hand_off": {"hand_off": {"priority": "high"}},
        "case": {"case": "complaint"},
        "end": {"end": "solved"},
        "say": {"say": {"en": "x"}},
        "go": {"go": "done"},
    }  # fmt: skip
    document: dict[str, Any] = {
        "scenario": "x",
        "name": {"en": "X"},
        "steps": [{"step": "a", **steps[kind]}, {"step": "done", "end": "solved"}],
    }
    validator = Draft202012Validator(make_schema())
    assert validator.is_valid(document)
    read_scenario(yaml.safe_dump(document))
    cast("list[dict[str, Any]]", document["steps"])[0]["branches"] = 1
    assert not validator.is_valid(document)
    with pytest.raises(ScenarioRefused):
        read_scenario(yaml.safe_dump(document))


def test_what_is_wrong_is_said_in_polish_too() -> None:
    with pytest.raises(ScenarioRefused) as refused:
        read_scenario(file("- {step: a, say: {pl: 'a {b'}}"))
    assert refused.value.problems[0].tell(words("pl")) == (
        "Tego tekstu nie da się odczytać od „{b”: "
        "klamra nie jest zamknięta albo w nazwie zmiennej są niedozwolone znaki."
    )
