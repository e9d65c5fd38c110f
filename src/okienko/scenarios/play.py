"""Plays example dialogues: they are a scenario's tests, and it is not published while one goes otherwise. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from okienko.folding import fold
from okienko.scenarios import machine
from okienko.scenarios.document import Problem
from okienko.scenarios.machine import Broken, Fact, Move, Surroundings, Uttered
from okienko.scenarios.scenario import Dialogue, Scenario, Turn
from okienko.scenarios.understand import Said, wishes
from okienko.values import Language, Run, Wanted
from okienko.web.i18n import mark

# A dialogue is played on this day, so that „wczoraj” means the same whenever it is played. A Wednesday.
DAY: Final = date(2026, 9, 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What was said in a dialogue: by the customer, or by the scenario."""

    customer: bool
    text: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How a dialogue went."""

    dialogue: str
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]
    running: Run | None = None  # where it stands after the last turn; None: it has ended, or could not go on
    reached: tuple[str, ...] = ()  # after each turn: the step that asks next, or how it ended


def surroundings(language: Language, *, brand: str = "Kramik", today: date = DAY) -> Surroundings:
    """Those in which dialogues are played."""
    return Surroundings(brand=brand, channel="webchat", language=language, reference="K7F-2QDA", open=True, today=today)


def play(scenario: Scenario, dialogue: Dialogue) -> Played:
    """Plays one dialogue from its start to its last turn."""
    around = surroundings(dialogue.language)

    def look_up(wanted: Wanted) -> Fact:
        return Fact(values=dialogue.finds.get(wanted.source, {}))

    lines: list[Line] = []
    problems: list[Problem] = []
    running: Run | None = None
    reached: list[str] = []
    try:
        move = machine.settle(scenario, machine.begin(scenario, 1, around), look_up, around)
        lines += _lines(move)
        running = move.running
        for turn in dialogue.turns:
            lines.append(Line(customer=True, text=turn.says))
            if move.running is None:
                problems.append(_problem(turn.line, mark("The scenario had ended before this.")))
                break
            move = machine.settle(scenario, _answer(scenario, move.running, turn.says, around), look_up, around)
            lines += _lines(move)
            running = move.running
            reached.append(running.step if running is not None else move.ended or "")
            problems += _compare(turn, move)
            if problems:
                break
    except Broken as broken:
        problems.append(_problem(dialogue.line, mark("It could not go on: %(why)s."), why=str(broken)))
        running = None
    return Played(
        dialogue=dialogue.name,
        lines=tuple(lines),
        problems=tuple(problems),
        running=running,
        reached=tuple(reached),
    )


def play_all(scenario: Scenario) -> tuple[Played, ...]:
    """Plays every dialogue of a scenario."""
    return tuple(play(scenario, dialogue) for dialogue in scenario.dialogues)


def _answer(scenario: Scenario, running: Run, text: str, around: Surroundings) -> Move:
    match wishes(text):
        case "back":
            return machine.step_back(scenario, running, around)
        case "again":
            return machine.begin(scenario, running.version, around)
        case "stop":
            return Move(ended="unsolved")
        case None:
            heard = machine.hear(scenario, running, Said(text=text), around)
            return machine.miss(scenario, running, around) if heard is None else heard


def _lines(move: Move) -> list[Line]:
    return [
        Line(customer=False, text=_text(uttered), choices=tuple(label for _, label in uttered.choices))
        for uttered in move.says
    ]


def _text(uttered: Uttered) -> str:
    return f"{uttered.text} [{uttered.article}]".strip() if uttered.article is not None else uttered.text


def _compare(turn: Turn, move: Move) -> list[Problem]:
    problems: list[Problem] = []
    at = move.running.step if move.running is not None else None
    if turn.at is not None and at != turn.at:
        problems.append(
            _problem(
                turn.line,
                mark("After this it should be at “%(wanted)s”, and is at “%(at)s”."),
                wanted=turn.at,
                at=at or move.ended or "",
            )
        )
    if turn.ends is not None and move.ended != turn.ends:
        problems.append(
            _problem(
                turn.line,
                mark("This should end it (%(wanted)s), and it is at “%(at)s”."),
                wanted=turn.ends,
                at=at or move.ended or "",
            )
        )
    said = fold(" ".join(_text(uttered) for uttered in move.says))
    problems += [
        _problem(turn.line, mark("After this “%(told)s” should be said, and is not."), told=told)
        for told in turn.told
        if fold(told) not in said
    ]
    return problems


def _problem(line: int, what: str, /, **values: object) -> Problem:
    return Problem(line=line, what=what, values=values)
