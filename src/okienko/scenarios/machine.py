"""Plays a scenario: where a conversation stands, what the customer said, and what comes next. Pure.

A move goes on until somebody has to answer: the customer, a source that is looked into, or a person. What is kept of a
conversation is a `Run`: the step that waits, the answers so far, and which version it is. It is written in the
same commit as the words of the move, so a worker that dies loses nothing and asks nothing twice.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from okienko.scenarios.flow import known_before
from okienko.scenarios.messages import Value
from okienko.scenarios.scenario import (
    EVERYWHERE,
    GIVEN,
    Ask,
    Branch,
    Condition,
    End,
    HandOff,
    LookUp,
    OpenCase,
    Put,
    Quote,
    Scenario,
    Step,
    Tell,
    Wording,
)
from okienko.scenarios.understand import Said, understand
from okienko.values import Language, NewCase, Run, Wanted

MOST_LOOKED_UP: Final = 10  # one after the other
LONGEST_MOVE: Final = 250  # steps without a question; publishing refuses loops, so this is never met


class Broken(Exception):
    """A scenario that cannot go on; the conversation goes to a person. Carries names, never words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the house knows at this moment."""

    brand: str
    channel: str
    language: Language
    reference: str
    open: bool  # somebody is at the desk
    today: date  # in the brand's time zone
    cases: tuple[tuple[str, str], ...] = ()  # of this conversation that are open: kind and reference
    opened: int = 0  # its cases, open or not

    def name_case(self, kind: str, new: tuple[NewCase, ...]) -> tuple[str, NewCase | None]:
        """The reference of a case of this kind; with the case where it is a new one and not open already.

        It is made of the conversation's own: a turn that is decided twice names it the same.
        """
        known = {**dict(self.cases), **{one.kind: one.reference for one in new}}
        if kind in known:
            return known[kind], None
        nth = self.opened + len(new) + 1
        reference = f"KR-{self.reference}" if nth == 1 else f"KR-{self.reference}-{nth}"
        return reference, NewCase(kind=kind, reference=reference)

    def values(self) -> Mapping[str, Value]:
        """The variables that every scenario may read."""
        return {
            "brand": self.brand,
            "language": self.language,
            "channel": self.channel,
            "reference": self.reference,
            "open": "yes" if self.open else "no",
            "today": self.today,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Uttered:
    """One thing to say."""

    kind: Literal["say", "rate", "ask", "article"]  # rate: whether it helped is asked below it
    text: str
    choices: tuple[tuple[str, str], ...] = ()  # value and label
    article: str | None = None  # to be quoted after the text


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What a source said: values, none where there is nothing; None where it is away."""

    values: Mapping[str, str] | None = field(default=None, repr=False)
    locked: bool = False  # it wants to know who asks first
    proves: bool = False  # who asked has named a second fact about what was found


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What comes of one step of a conversation. Without `running` and `wanted` the scenario has ended."""

    says: tuple[Uttered, ...] = ()
    running: Run | None = None
    wanted: Wanted | None = None
    hand_off: HandOff | None = None
    ended: Literal["solved", "unsolved", "person"] | None = None
    cases: tuple[NewCase, ...] = ()  # to open


def begin(scenario: Scenario, version: int, surroundings: Surroundings) -> Move:
    """From the first step on. Raises `Broken`."""
    first = Run(scenario=scenario.id, version=version, step=scenario.steps[0].name)
    return _Walk(scenario, first, surroundings).go(scenario.steps[0].name)


def hear(
    scenario: Scenario,
    running: Run,
    said: Said,
    surroundings: Surroundings,
    newest: tuple[Scenario, int] | None = None,
) -> Move | None:
    """What comes after an answer; None when these words are no answer to what was asked. Raises `Broken`.

    `newest`: the version that is published now, for the steps that let a conversation go on with it.
    """
    ask = _asked(scenario, running)
    value = understand(ask, said, surroundings.language, surroundings.today)
    if value is None:
        return None
    chosen = next((choice.go for choice in ask.choices if choice.value == value), None)
    after = chosen or scenario.after(ask)
    answered = replace(running, kept={**running.kept, ask.save: value}, tries=0, path=(*running.path, running.step))
    return _Walk(scenario, answered, surroundings, newest).go(after)


def miss(scenario: Scenario, running: Run, surroundings: Surroundings) -> Move:
    """After words that nobody understood: asked again, kindly, or given up. Raises `Broken`."""
    ask = _asked(scenario, running)
    tried = replace(running, tries=running.tries + 1)
    if tried.tries >= ask.tries:
        if ask.give_up is not None:
            return _Walk(scenario, replace(tried, tries=0), surroundings).go(ask.give_up)
        return Move(hand_off=HandOff(name=ask.name, line=ask.line), ended="person")
    return ask_again(scenario, tried, surroundings, unclear=True)


def ask_again(scenario: Scenario, running: Run, surroundings: Surroundings, *, unclear: bool = False) -> Move:
    """The question once more: after something else was answered in between, or because the answer was not clear."""
    ask = _asked(scenario, running)
    walk = _Walk(scenario, running, surroundings)
    return Move(says=(walk.question(ask, (ask.otherwise or ask.say) if unclear else ask.say),), running=running)


def step_back(scenario: Scenario, running: Run, surroundings: Surroundings) -> Move:
    """The question before this one, its answer forgotten; at the first one, that one again. Raises `Broken`."""
    if not running.path:
        return ask_again(scenario, running, surroundings)
    *path, name = running.path
    earlier = replace(running, step=name, tries=0, path=tuple(path))
    forgotten = _asked(scenario, earlier).save
    kept = {name: value for name, value in running.kept.items() if name != forgotten}
    return ask_again(scenario, replace(earlier, kept=kept), surroundings)


def look_again(scenario: Scenario, running: Run, surroundings: Surroundings) -> Move | None:
    """The look-up that waits, once more: whoever asks has been found out in between. None where none waits."""
    step = scenario.step(running.step)
    return _Walk(scenario, running, surroundings).go(step.name) if isinstance(step, LookUp) else None


def found(
    scenario: Scenario,
    running: Run,
    fact: Fact,
    surroundings: Surroundings,
    newest: tuple[Scenario, int] | None = None,
    *,
    opened: tuple[NewCase, ...] = (),
) -> Move:
    """What comes after a look-up; `opened`: the cases that this turn has opened before. Raises `Broken`."""
    step = scenario.step(running.step)
    if not isinstance(step, LookUp):
        raise Broken(f"{running.scenario} {running.version}: nothing is looked up at {running.step}")
    if fact.values is None:
        return _Walk(scenario, running, surroundings, newest, opened).go(step.away)
    values = fact.values
    brought = {name: values[theirs] for name, theirs in step.save.items() if theirs in values}
    if len(brought) < len(step.save):
        return _Walk(scenario, running, surroundings, newest, opened).go(step.missing)
    known = replace(running, kept={**running.kept, **brought})
    return _Walk(scenario, known, surroundings, newest, opened).go(scenario.after(step))


def settle(
    scenario: Scenario,
    move: Move,
    know: Callable[[Wanted], Fact | None],
    surroundings: Surroundings,
    newest: tuple[Scenario, int] | None = None,
) -> Move:
    """A move as far as it is known what it wants to know: each look-up is answered, what was said is put together.

    It still wants something where `know` says None, or that whoever asks has to be found out first. Raises `Broken`.
    """
    for _ in range(MOST_LOOKED_UP):
        if move.wanted is None or move.running is None:
            return move
        fact = know(move.wanted)
        if fact is None or fact.locked:
            return move
        version = newest[1] if newest is not None else None
        current = newest[0] if newest is not None and move.running.version == version else scenario
        following = found(current, move.running, fact, surroundings, newest, opened=move.cases)
        move = replace(following, says=(*move.says, *following.says))
    raise Broken(f"{scenario.id}: it looks things up again and again")


def _asked(scenario: Scenario, running: Run) -> Ask:
    step = scenario.step(running.step)
    if not isinstance(step, Ask):
        raise Broken(f"{running.scenario} {running.version}: nothing is asked at {running.step}")
    return step


class _Walk:
    """One move: goes from step to step and collects what is said."""

    def __init__(
        self,
        scenario: Scenario,
        running: Run,
        surroundings: Surroundings,
        newest: tuple[Scenario, int] | None = None,
        opened: tuple[NewCase, ...] = (),
    ) -> None:
        self.scenario = scenario
        self.kinds: Mapping[str, str] = scenario.kinds()
        self.running = running
        self.around = surroundings
        self.newest = newest
        self.says: list[Uttered] = []
        self.cases: tuple[NewCase, ...] = opened

    def go(self, name: str | None) -> Move:
        """Walks from this step on until somebody has to answer."""
        for _ in range(LONGEST_MOVE):
            if name is None:
                return self._end("solved")
            self._renew(name)
            step = self.scenario.step(name)
            if step is None:
                raise Broken(f"{self.running.scenario} {self.running.version}: there is no step {name}")
            move = self._stop_at(step)
            if move is not None:
                return move
            name = self._pass(step)
        raise Broken(f"{self.running.scenario} {self.running.version}: no question for {LONGEST_MOVE} steps")

    def _stop_at(self, step: Step) -> Move | None:
        """The move that ends at this step, if somebody else has to do something here."""
        match step:
            case Ask():
                self.running = replace(self.running, step=step.name, tries=0)
                self.says.append(self.question(step, step.say))
                return self._wait(None)
            case LookUp():
                self.running = replace(self.running, step=step.name, tries=0)
                arguments = tuple((theirs, self._kept(ours)) for theirs, ours in sorted(step.arguments.items()))
                return self._wait(Wanted(source=step.source, arguments=arguments))
            case HandOff(say=say):
                self._say(say)
                return replace(self._end("person"), hand_off=step)
            case End(say=say, solved=solved, rate=rate):
                self._say(say, rate=rate)
                return self._end("solved" if solved else "unsolved")
            case _:
                return None

    def _pass(self, step: Step) -> str | None:
        """Does what this step does by itself. The step after it."""
        match step:
            case Branch(ways=ways):
                return next(way.go for way in ways if all(map(self._holds, way.conditions)))
            case Tell(say=say, rate=rate):
                self._say(say, rate=rate)
            case Put(values=values):
                self._keep(values)
            case Quote(article=article, say=say):
                self.says.append(Uttered(kind="article", text=self._write(say), article=article))
            case OpenCase(kind=kind, save=save):
                reference, case = self.around.name_case(kind, self.cases)
                self.cases = self.cases if case is None else (*self.cases, case)
                if save is not None:
                    self._keep({save: reference})
            case _:
                pass
        return self.scenario.after(step)

    def _keep(self, values: Mapping[str, str]) -> None:
        self.running = replace(self.running, kept={**self.running.kept, **values})

    def question(self, ask: Ask, wording: Wording) -> Uttered:
        """What is asked, in these words."""
        choices = tuple((choice.value, self._write(choice.label)) for choice in ask.choices)
        return Uttered(kind="ask", text=self._write(wording), choices=choices)

    def _wait(self, wanted: Wanted | None) -> Move:
        return Move(says=tuple(self.says), running=self.running, wanted=wanted, cases=self.cases)

    def _end(self, how: Literal["solved", "unsolved", "person"]) -> Move:
        return Move(says=tuple(self.says), ended=how, cases=self.cases)

    def _renew(self, name: str) -> None:
        """Goes on with the newest version where the step asks for it and everything it needs is known."""
        step = self.scenario.step(name)
        if step is None or not step.renew or self.newest is None or self.newest[1] == self.running.version:
            return
        scenario, version = self.newest
        needed = known_before(scenario).get(name)
        if needed is None or not needed <= {*GIVEN, *self.running.kept}:
            return
        kinds = scenario.kinds()
        kept = {key: value for key, value in self.running.kept.items() if kinds.get(key) == self.kinds.get(key)}
        if not needed <= {*GIVEN, *kept}:
            return
        path = tuple(asked for asked in self.running.path if isinstance(scenario.step(asked), Ask))
        self.scenario, self.kinds = scenario, kinds
        self.running = replace(self.running, version=version, kept=kept, path=path)

    def _say(self, wording: Wording | None, *, rate: bool = False) -> None:
        if wording is not None:
            self.says.append(Uttered(kind="rate" if rate else "say", text=self._write(wording)))

    def _write(self, wording: Wording | None) -> str:
        if wording is None:
            return ""
        try:
            return wording.write(self._values(), self.around.language, self.around.channel or EVERYWHERE)
        except KeyError as error:
            raise Broken(f"{self.running.scenario} {self.running.version}: {error.args[0]} has no value") from None

    def _values(self) -> Mapping[str, Value]:
        return {
            **{name: _typed(value, self.kinds.get(name, "text")) for name, value in self.running.kept.items()},
            **self.around.values(),
        }

    def _kept(self, name: str) -> str:
        value = self._values().get(name)
        if value is None:
            raise Broken(f"{self.running.scenario} {self.running.version}: {name} has no value")
        return str(value)

    def _holds(self, condition: Condition) -> bool:
        """Whether a condition holds; one about what is not known does not."""
        value = self._values().get(condition.name)
        if condition.comparison == "known":
            return (value is not None) == (condition.operands[0] == "yes")
        if value is None:
            return False
        if condition.comparison in {"is", "not"}:
            return (str(value) in condition.operands) == (condition.comparison == "is")
        number = _number(value, self.around.today) if condition.days_ago else _number(value, None)
        if number is None:
            return False
        return _COMPARED[condition.comparison](number, Decimal(condition.operands[0]))


_COMPARED: Final[Mapping[str, Callable[[Decimal, Decimal], bool]]] = {
    "over": operator.gt,
    "under": operator.lt,
    "at_least": operator.ge,
    "at_most": operator.le,
}


def _typed(value: str, kind: str) -> Value:
    match kind:
        case "number":
            return int(value)
        case "date":
            return date.fromisoformat(value)
        case _:
            return value


def _number(value: Value, today: date | None) -> Decimal | None:
    """The number that is compared: the value's own, or the days since the date that it is."""
    if isinstance(value, date):
        return None if today is None else Decimal((today - value).days)
    try:
        number = Decimal(value)
    except ArithmeticError:
        return None
    return number if number.is_finite() else None
