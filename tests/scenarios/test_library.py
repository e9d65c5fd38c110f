from __future__ import annotations

import pytest

from okienko.scenarios.check import Known, find_problems
from okienko.scenarios.files import read_library
from okienko.scenarios.play import play_all
from okienko.scenarios.scenario import CASES, Ask, Scenario

LIBRARY = read_library()


def _id(scenario: Scenario) -> str:
    return scenario.id


@pytest.mark.parametrize("scenario", LIBRARY, ids=_id)
def test_a_ready_scenario_has_no_problem_and_its_dialogues_go_as_they_say(scenario: Scenario) -> None:
    assert list(map(str, find_problems(scenario))) == []
    assert [str(problem) for played in play_all(scenario) for problem in played.problems] == []


@pytest.mark.parametrize("scenario", LIBRARY, ids=_id)
def test_it_is_written_and_tried_in_both_languages(scenario: Scenario) -> None:
    assert set(scenario.languages) == {"pl", "en"}
    assert {dialogue.language for dialogue in scenario.dialogues} == {"pl", "en"}


@pytest.mark.parametrize("scenario", LIBRARY, ids=_id)
def test_its_dialogues_come_by_every_question(scenario: Scenario) -> None:
    _, *asked = (step.name for step in scenario.steps if isinstance(step, Ask))
    seen = {turn.at for dialogue in scenario.dialogues for turn in dialogue.turns}
    assert set(asked) <= seen


def test_each_may_be_published_where_nothing_can_be_looked_up() -> None:
    known = Known(sources={}, cases=CASES)
    assert [str(problem) for one in LIBRARY for problem in find_problems(one, known)] == []
