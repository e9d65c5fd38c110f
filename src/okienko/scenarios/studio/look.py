"""What is wrong with a text and where, how its dialogues go, and what it says to what was tried. Pure."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from okienko.scenarios.check import Known, find_problems
from okienko.scenarios.document import Problem, ScenarioRefused
from okienko.scenarios.play import Played, play, play_all
from okienko.scenarios.read import read_scenario
from okienko.scenarios.scenario import Dialogue, Scenario, Turn
from okienko.scenarios.studio.form import Data, Table
from okienko.scenarios.studio.rewrite import find_lines, read_data
from okienko.values import Language

MOST_TRIED: Final = 50  # messages of one trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What became of a text that was looked through."""

    problems: Sequence[Problem]
    data: Table | None  # None: it is no YAML, so there are no forms of it
    scenario: Scenario | None = None  # None: it cannot be played
    played: Sequence[Played] = ()
    tried: Played | None = None
    at_steps: Mapping[int, Sequence[Problem]] = field(default_factory=dict[int, Sequence[Problem]])
    at_dialogues: Mapping[int, Sequence[Problem]] = field(default_factory=dict[int, Sequence[Problem]])
    at_head: Sequence[Problem] = ()


def look_through(body: str, known: Known, said: Sequence[str], language: Language) -> Looked:
    """All that is to be seen of a text. `said`: what a customer has written in the trial, a message an item."""
    try:
        data = read_data(body)
    except ScenarioRefused as refused:
        return Looked(problems=refused.problems, data=None, at_head=refused.problems)
    scenario = read(body)
    if isinstance(scenario, ScenarioRefused):
        return _place(body, data, scenario.problems)
    played = play_all(scenario)
    problems = (*find_problems(scenario, known), *(problem for one in played for problem in one.problems))
    turns = tuple(Turn(line=0, says=line) for line in said[:MOST_TRIED])
    tried = play(scenario, Dialogue(name="", line=0, language=language, turns=turns))
    return _place(body, data, problems, scenario=scenario, played=played, tried=tried)


@lru_cache(maxsize=128)
def read(body: str) -> Scenario | ScenarioRefused:
    """A text as a scenario, or why it is none. Some thirty milliseconds for one that was not seen lately."""
    try:
        return read_scenario(body)
    except ScenarioRefused as refused:
        return refused


def name(body: str, language: Language) -> str:
    """What a scenario is called; nothing for a text that is none."""
    one = read(body)
    return one.name.get(language, next(iter(one.name.values()), "")) if isinstance(one, Scenario) else ""


def make_dialogue(called: str, language: Language, said: Sequence[str], tried: Played) -> Table:
    """A dialogue of the file that goes as a trial went."""
    ends = {"solved", "unsolved", "person"}
    turns: list[Data] = []
    for line, reached in zip(said, tried.reached, strict=False):
        turns.append(
            {"customer": line, "ends" if reached in ends else "at": reached} if reached else {"customer": line}
        )
    return {"dialogue": called, "language": language, "turns": turns}


def _place(
    body: str,
    data: Table,
    problems: Sequence[Problem],
    *,
    scenario: Scenario | None = None,
    played: Sequence[Played] = (),
    tried: Played | None = None,
) -> Looked:
    """Each problem with the step or the dialogue that it stands in."""
    steps, dialogues = find_lines(body, "steps"), find_lines(body, "dialogues")
    at_steps: dict[int, list[Problem]] = {}
    at_dialogues: dict[int, list[Problem]] = {}
    at_head: list[Problem] = []
    last = dialogues[0] if dialogues and steps and dialogues[0] > steps[0] else None
    for problem in problems:
        within = bool(steps) and problem.line >= steps[0] and (last is None or problem.line < last)
        if steps and (problem.step is not None or within):
            at_steps.setdefault(max(0, bisect(steps, problem.line) - 1), []).append(problem)
        elif dialogues and problem.line >= dialogues[0]:
            at_dialogues.setdefault(bisect(dialogues, problem.line) - 1, []).append(problem)
        else:
            at_head.append(problem)
    return Looked(
        problems=sorted(problems, key=lambda problem: problem.line),
        data=data,
        scenario=scenario,
        played=played,
        tried=tried,
        at_steps=at_steps,
        at_dialogues=at_dialogues,
        at_head=at_head,
    )
