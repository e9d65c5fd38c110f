from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okienko.scenarios import machine
from okienko.scenarios.files import read_library
from okienko.scenarios.machine import Broken, Fact, Move, Surroundings
from okienko.scenarios.play import surroundings
from okienko.scenarios.read import read_scenario
from okienko.scenarios.scenario import Ask, Scenario
from okienko.scenarios.understand import Said
from tests.scenarios.world import file

PL = surroundings("pl")

STEPS = """
- step: what
  ask: choice
  save: what
  say: {pl: "Co?", en: "What?"}
  choices:
    - {value: refund, pl: Zwrot, en: A refund}
    - {value: other, pl: Inne, en: Something else, go: person}
- step: how-many
  ask: number
  save: count
  least: 1
  most: 9
  say: {pl: "Ile sztuk?", en: "How many?"}
  otherwise: {pl: "Liczba od 1 do 9.", en: "A number from 1 to 9."}
- step: state
  look_up: orders
  with: {amount: count}
  save: {state: status}
  missing: person
  away: later
- step: told
  say:
    pl: "{count, plural, one {# sztuka} few {# sztuki} many {# sztuk} other {# sztuki}}: {state}."
    en: "{count, plural, one {# piece} other {# pieces}}: {state}."
- step: by-state
  branch:
    - {when: {state: paid, count: {at_most: 2}}, go: done}
    - {when: {state: [paid, sent]}, go: open}
    - {go: person}
- {step: open, case: complaint, save: number}
- step: opened
  say: {pl: "Sprawa {number}.", en: "Case {number}."}
- {step: done, end: solved}
- {step: later, say: {pl: Później., en: Later.}, go: person}
- {step: person, hand_off: {team: refunds, priority: high}}
"""


@cache
def _scenario() -> Scenario:
    return read_scenario(file(STEPS))


def _said(move: Move) -> list[str]:
    return [uttered.text for uttered in move.says]


def _hear(move: Move, text: str, choice: str | None = None) -> Move:
    assert move.running is not None
    heard = machine.hear(_scenario(), move.running, Said(text=text, choice=choice), PL)
    assert heard is not None
    return heard


def _look_up(move: Move, values: dict[str, str] | None) -> Move:
    assert move.running is not None
    return machine.found(_scenario(), move.running, Fact(values=values), PL)


def test_from_question_to_question_to_a_look_up() -> None:
    first = machine.begin(_scenario(), 3, PL)
    assert _said(first) == ["Co?"]
    assert first.says[0].choices == (("refund", "Zwrot"), ("other", "Inne"))
    second = _hear(first, "zwrot")
    assert _said(second) == ["Ile sztuk?"]
    third = _hear(second, "dwie")
    assert third.says == ()
    assert third.wanted is not None
    assert (third.wanted.source, dict(third.wanted.arguments)) == ("orders", {"amount": "2"})
    assert third.running is not None
    assert (third.running.version, dict(third.running.kept)) == (3, {"what": "refund", "count": "2"})


@pytest.mark.parametrize(
    ("count", "found", "says", "ended", "cases"),
    [
        ("1", {"status": "paid"}, ["1 sztuka: paid."], "solved", ()),
        ("5", {"status": "paid"}, ["5 sztuk: paid.", "Sprawa KR-K7F-2QDA."], "solved", ("complaint",)),
        ("2", {"status": "sent"}, ["2 sztuki: sent.", "Sprawa KR-K7F-2QDA."], "solved", ("complaint",)),
        ("2", {"status": "lost"}, ["2 sztuki: lost."], "person", ()),
        ("2", {}, [], "person", ()),
        ("2", {"other": "x"}, [], "person", ()),
        ("2", None, ["Później."], "person", ()),
    ],
)
def test_what_was_found_decides(
    count: str, found: dict[str, str] | None, says: list[str], ended: str, cases: tuple[str, ...]
) -> None:
    wanted = _hear(_hear(machine.begin(_scenario(), 1, PL), "", "refund"), count)
    move = _look_up(wanted, found)
    assert (_said(move), move.ended, move.running) == (says, ended, None)
    assert tuple(case.kind for case in move.cases) == cases
    assert (move.hand_off is not None) == (ended == "person")


def test_words_that_are_no_answer_are_left_to_the_bot_and_then_asked_again_kindly() -> None:
    asked = _hear(machine.begin(_scenario(), 1, PL), "zwrot")
    assert asked.running is not None
    assert machine.hear(_scenario(), asked.running, Said(text="a ile to trwa?"), PL) is None
    again = machine.miss(_scenario(), asked.running, PL)
    assert (_said(again), again.running) == (["Liczba od 1 do 9."], replace(asked.running, tries=1))
    assert again.running is not None
    between = machine.ask_again(_scenario(), again.running, PL)
    assert (_said(between), between.running) == (["Ile sztuk?"], again.running)
    given_up = machine.miss(_scenario(), again.running, PL)
    assert (given_up.ended, given_up.running) == ("person", None)


def test_one_step_back_forgets_its_answer_and_no_other() -> None:
    asked = _hear(machine.begin(_scenario(), 1, PL), "zwrot")
    assert asked.running is not None
    back = machine.step_back(_scenario(), asked.running, PL)
    assert _said(back) == ["Co?"]
    assert back.running is not None
    assert (back.running.step, dict(back.running.kept), back.running.path) == ("what", {}, ())
    assert _said(machine.step_back(_scenario(), back.running, PL)) == ["Co?"]


def test_a_conversation_stays_with_its_version_but_where_a_step_lets_it_go_on_with_the_newest() -> None:
    newer = read_scenario(file(STEPS.replace("Ile sztuk?", "Ile sztuk ma wrócić?")))
    first = machine.begin(_scenario(), 1, PL)
    assert first.running is not None
    stays = machine.hear(_scenario(), first.running, Said(text="zwrot"), PL, (newer, 2))
    assert stays is not None
    assert stays.running is not None
    assert (_said(stays), stays.running.version) == (["Ile sztuk?"], 1)
    renewing = read_scenario(file(STEPS.replace("- step: how-many\n", "- step: how-many\n  renew: true\n")))
    moves = machine.hear(renewing, first.running, Said(text="zwrot"), PL, (newer, 2))
    assert moves is not None
    assert moves.running is not None
    assert (_said(moves), moves.running.version) == (["Ile sztuk ma wrócić?"], 2)
    # A newest version that needs what nobody has answered is not gone over to.
    needing = STEPS.replace("Ile sztuk?", "{name}, ile?").replace(
        "- step: what\n", "- {step: name, ask: text, save: name, say: {pl: Kto, en: Who}}\n- step: what\n"
    )
    kept = machine.hear(renewing, first.running, Said(text="zwrot"), PL, (read_scenario(file(needing)), 2))
    assert kept is not None
    assert kept.running is not None
    assert kept.running.version == 1


def test_a_step_that_is_gone_breaks_and_says_no_words() -> None:
    first = machine.begin(_scenario(), 1, PL)
    assert first.running is not None
    with pytest.raises(Broken, match="test 1: nothing is asked at gone"):
        machine.hear(_scenario(), replace(first.running, step="gone"), Said(text="secret"), PL)


# whatever customers write --------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["tak", "nie", "1", "2", "3", "wczoraj", "12.08.2026", "KR-2026-118", "[e-mail]", "nie wiem", "a ile to trwa?", ""]
)


@settings(max_examples=150)
@given(data=st.data())
def test_no_ready_scenario_breaks_asks_for_ever_or_shows_a_variable_whatever_is_written(data: Any) -> None:
    scenario: Scenario = data.draw(st.sampled_from(read_library()))
    language = data.draw(st.sampled_from(scenario.languages))
    around = surroundings(language)
    move = machine.begin(scenario, 1, around)
    for _ in range(40):
        for uttered in move.says:
            assert "{" not in uttered.text
            assert "}" not in uttered.text
        if move.running is None:
            assert move.ended is not None
            return
        move = _answer(data, scenario, move, around)
    # Whoever answers each question wrongly or goes in circles still has a question before them, and a way to a person.
    assert isinstance(scenario.step(move.running.step), Ask) if move.running else True


def _answer(data: Any, scenario: Scenario, move: Move, around: Surroundings) -> Move:
    assert move.running is not None
    if move.wanted is not None:
        step = scenario.step(move.running.step)
        values = dict.fromkeys(getattr(step, "save", {}).values(), "x")
        known = data.draw(st.sampled_from([values, {}, None]))
        return machine.found(scenario, move.running, Fact(values=known), around)
    choices = [value for value, _ in move.says[-1].choices] if move.says else []
    said = data.draw(st.one_of(WORDS, st.sampled_from(choices))) if choices else data.draw(WORDS)
    heard = machine.hear(scenario, move.running, Said(text=said, choice=said if said in choices else None), around)
    return machine.miss(scenario, move.running, around) if heard is None else heard
