"""A turn inside a scenario: what the customer said moves it on, is a question of its own, or leaves it. Pure.

`scenarios/machine.py` knows one scenario; this knows the conversation around it: who begins one, what interrupts it,
and what its moves are as messages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from okienko.answers.answer import Answer, Clarify, Refuse
from okienko.masking.mask import published
from okienko.scenarios import machine
from okienko.scenarios.machine import Fact, Move, Surroundings, Uttered
from okienko.scenarios.scenario import HandOff, Scenario
from okienko.scenarios.scenario import LookUp as LookedUp
from okienko.scenarios.understand import Said, wishes
from okienko.values import (
    ARTICLE,
    OPTION,
    SCENARIO,
    Asked,
    Kind,
    Language,
    MaskedText,
    NewCase,
    Run,
    Say,
    Situation,
    Wanted,
)
from okienko.web.i18n import words

PERSON: Final = "person"  # quick reply: the button that asks for a person
# Channels that show choices as buttons, or number themselves what they have no button for; others get them numbered.
BUTTONS: Final = frozenset({"webchat", "messenger", "instagram", "whatsapp", "voice"})

# A question, its language, and where to look: in a category, in one article (`ARTICLE` and its id), or everywhere.
LookUp = Callable[[MaskedText, Language, str | None], Answer | Clarify | Refuse]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What may be played in a brand at this moment."""

    brand: str
    open: bool  # somebody is at the desk
    today: date  # in the brand's time zone
    scenarios: Mapping[tuple[str, int], Scenario] = field(default_factory=dict[tuple[str, int], Scenario])
    begins: Mapping[str, int] = field(default_factory=dict[str, int])  # what is published, and in which version
    # What was looked up for this very turn.
    facts: Mapping[Wanted, Fact] = field(default_factory=dict[Wanted, Fact])

    def newest(self, name: str) -> tuple[Scenario, int] | None:
        """What begins by this name, and in which version; None where nothing does."""
        version = self.begins.get(name)
        scenario = None if version is None else self.scenarios.get((name, version))
        return None if scenario is None or version is None else (scenario, version)

    def find(self, run: Run | None) -> Scenario | None:
        """The scenario that a conversation is in, in its version."""
        return None if run is None else self.scenarios.get((run.scenario, run.version))

    def list_buttons(self, category: str, language: Language) -> tuple[tuple[str, str], ...]:
        """The scenarios of a category that are offered as quick replies: id and name."""
        begins = (found[0] for name in self.begins if (found := self.newest(name)) is not None)
        return tuple(
            (scenario.id, scenario.name[language])
            for scenario in begins
            if scenario.button and scenario.category == category and language in scenario.name
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What comes of a turn inside a scenario."""

    says: tuple[Say, ...]
    run: Run | None  # None: it has ended
    category: str | None = None  # that the scenario belongs to
    hand_off: HandOff | None = None
    cases: tuple[NewCase, ...] = ()
    wanted: Wanted | None = None  # to be looked up first: nothing is said yet
    locked: bool = False  # it waits until it is known who asks


def begun(situation: Situation) -> str | None:
    """The scenario that was picked in this turn."""
    picked = (asked.choice for asked in reversed(situation.asked) if asked.choice is not None)
    choice = next(picked, None)
    if choice is None:
        return None
    name = choice.removeprefix(ARTICLE)  # one that was offered beside articles is picked like them
    return name.removeprefix(SCENARIO) if name.startswith(SCENARIO) else None


def begin(situation: Situation, stage: Stage, scenario: str, look_up: LookUp) -> Played | None:
    """From its first step on; None where it is published no more."""
    newest = stage.newest(scenario)
    if newest is None:
        return None
    return _play(situation, stage, newest[0], machine.begin(*newest, _around(situation, stage)), look_up)


def go_on(situation: Situation, stage: Stage, look_up: LookUp, *, interrupted: bool = False) -> Played | None:
    """What comes after this turn's words; None where they leave the scenario, or its version is no more.

    What is no answer may be a question: where an article answers it, it is answered, and then asked for again. So it is
    where something else is said to these words (`interrupted`).
    """
    run, scenario = situation.run, stage.find(situation.run)
    if run is None or scenario is None or situation.closed or _leaves(situation.asked):
        return None
    if isinstance(scenario.step(run.step), LookedUp):
        return resume(situation, stage, look_up)
    around = _around(situation, stage)
    said = _said(situation.asked)
    match wishes(said.text) if said.choice is None else None:
        case "stop":
            return Played(says=(_stopped(situation),), run=None)
        case "again":
            begins, version = stage.newest(run.scenario) or (scenario, run.version)
            return _play(situation, stage, begins, machine.begin(begins, version, around), look_up)
        case "back":
            return _play(situation, stage, scenario, machine.step_back(scenario, run, around), look_up)
        case None:
            pass
    move = machine.hear(scenario, run, said, around, stage.newest(run.scenario))
    if move is not None:
        return _play(situation, stage, scenario, move, look_up)
    between = _answer_between(situation, said, look_up)
    if between is not None or interrupted:
        again = _play(situation, stage, scenario, machine.ask_again(scenario, run, around), look_up)
        return again if between is None else replace(again, says=(between, *again.says))
    return _play(situation, stage, scenario, machine.miss(scenario, run, around), look_up)


def resume(situation: Situation, stage: Stage, look_up: LookUp) -> Played | None:
    """What comes now that it is known who asks; None where no look-up waits for that."""
    run, scenario = situation.run, stage.find(situation.run)
    if run is None or scenario is None:
        return None
    move = machine.look_again(scenario, run, _around(situation, stage))
    return None if move is None else _play(situation, stage, scenario, move, look_up)


def repeat(situation: Situation, stage: Stage) -> Played | None:
    """The question that waits, once more; None where none does."""
    run, scenario = situation.run, stage.find(situation.run)
    if run is None or scenario is None or isinstance(scenario.step(run.step), LookedUp):
        return None
    move = machine.ask_again(scenario, run, _around(situation, stage))
    says = tuple(_ask(situation, uttered) for uttered in move.says)
    return Played(says=says, run=run, category=scenario.category)


def _around(situation: Situation, stage: Stage) -> Surroundings:
    return Surroundings(
        brand=stage.brand,
        channel=situation.channel,
        language=situation.language,
        reference=situation.reference,
        open=stage.open,
        today=stage.today,
        cases=situation.cases,
        opened=situation.opened,
    )


def _leaves(asked: Sequence[Asked]) -> bool:
    """Whether something else was picked: a category, an article, another scenario."""
    return any(one.choice is not None and not one.choice.startswith(OPTION) for one in asked)


def _said(asked: Sequence[Asked]) -> Said:
    chosen = next((one.choice for one in reversed(asked) if one.choice is not None), None)
    text = "\n".join(one.text.text for one in asked if one.kind is Kind.TEXT)
    return Said(text=text, choice=chosen.removeprefix(OPTION) if chosen is not None and not text else None)


def _answer_between(situation: Situation, said: Said, look_up: LookUp) -> Say | None:
    """What an article says to words that are no answer to the question; only where one clearly does."""
    if not said.text:
        return None
    match look_up(MaskedText(said.text), situation.language, None):
        case Answer(citations=(citation, *_)) as answer if not citation.article.startswith(SCENARIO):
            return Say(
                kind=Kind.ANSWER,
                text=published(answer.text),
                citations=answer.citations,
                confidence=answer.confidence,
            )
        case _:
            return None


def _stopped(situation: Situation) -> Say:
    text = words(situation.language).gettext("All right, let us leave it. What is it about?")
    return Say(kind=Kind.TEXT, text=published(text), choices=(PERSON,))


def farewell(situation: Situation) -> Say:
    """What is said when nothing more is asked."""
    text = words(situation.language).gettext("Good. If anything else comes up, write here.")
    return Say(kind=Kind.TEXT, text=published(text))


def _closed(situation: Situation, *, solved: bool) -> Say:
    """What is said at an end that says nothing itself: nobody's last word stays without an answer."""
    if solved:
        return farewell(situation)
    text = words(situation.language).gettext("The bot knows no more about this. A person can be asked.")
    return Say(kind=Kind.TEXT, text=published(text), choices=(PERSON,))


def _play(situation: Situation, stage: Stage, scenario: Scenario, move: Move, look_up: LookUp) -> Played:
    """A move as messages; one that wants to know more says nothing yet, and is made again when that is known."""
    around = _around(situation, stage)
    move = machine.settle(scenario, move, stage.facts.get, around, stage.newest(scenario.id))
    if move.wanted is not None and move.wanted not in stage.facts:
        return Played(says=(), run=situation.run, category=scenario.category, wanted=move.wanted)
    says = tuple(say for uttered in move.says for say in _as_messages(situation, uttered, look_up))
    if not says and move.running is None and move.hand_off is None and not move.cases:
        says = (_closed(situation, solved=move.ended == "solved"),)
    return Played(
        says=says,
        run=move.running,
        category=scenario.category,
        hand_off=move.hand_off,
        cases=move.cases,
        locked=move.wanted is not None,
    )


def _as_messages(situation: Situation, uttered: Uttered, look_up: LookUp) -> list[Say]:
    if uttered.article is not None:
        said = [Say(kind=Kind.TEXT, text=published(uttered.text))] if uttered.text else []
        quoted = _quote(situation, uttered.article, look_up)
        return said if quoted is None else [*said, quoted]
    if uttered.kind == "ask":
        return [_ask(situation, uttered)]
    if uttered.kind == "rate":
        return [Say(kind=Kind.ANSWER, text=published(uttered.text))]
    return [Say(kind=Kind.TEXT, text=published(uttered.text))] if uttered.text else []


def _ask(situation: Situation, uttered: Uttered) -> Say:
    if situation.channel not in BUTTONS:
        numbered = (f"{place}. {label}" for place, (_, label) in enumerate(uttered.choices, start=1))
        return Say(kind=Kind.TEXT, text=published("\n".join((uttered.text, *numbered))))
    return Say(
        kind=Kind.TEXT,
        text=published(uttered.text),
        choices=(*(OPTION + value for value, _ in uttered.choices), PERSON),
        labels=tuple(label for _, label in uttered.choices),
    )


def _quote(situation: Situation, article: str, look_up: LookUp) -> Say | None:
    match look_up(MaskedText(""), situation.language, ARTICLE + article):
        case Answer(citations=(citation, *_)) as answer if citation.article == article:
            return Say(kind=Kind.ANSWER, text=published(answer.text), citations=answer.citations, confidence=1.0)
        case _:
            return None
