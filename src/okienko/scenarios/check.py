"""What is wrong with a scenario that can be read: what nobody would notice before a customer does. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from okienko.scenarios.document import Problem
from okienko.scenarios.flow import find_loop, known_before, reach, reach_person
from okienko.scenarios.messages import PLURAL_FORMS, Choose
from okienko.scenarios.scenario import (
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
from okienko.values import Language
from okienko.web.i18n import mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a source of facts needs to find something, and what it gives."""

    needs: Collection[str]
    gives: Collection[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a brand has that scenarios may name. None: it is not looked at."""

    languages: Collection[Language] | None = None
    categories: Collection[str] | None = None
    articles: Collection[str] | None = None
    sources: Mapping[str, Offer] | None = None  # another one is away, and scenarios have a way for that
    teams: Collection[str] | None = None
    cases: Collection[str] | None = None


def find_problems(scenario: Scenario, known: Known | None = None) -> tuple[Problem, ...]:
    """Everything that keeps a scenario from being published, by line."""
    known = known or Known()
    found = (
        *_starts(scenario, known),
        *_reached(scenario),
        *_ends(scenario),
        *_variables(scenario),
        *_asked_with(scenario),
        *(problem for step in scenario.steps for problem in _wordings(scenario, step)),
        *(problem for step in scenario.steps for problem in _named(step, known)),
    )
    return tuple(sorted(found, key=lambda problem: problem.line))


def _problem(step: Step | None, what: str, /, line: int | None = None, **values: object) -> Problem:
    at = line if line is not None else step.line if step is not None else 1
    return Problem(line=at, what=what, values=values, step=step.name if step is not None else None)


def _starts(scenario: Scenario, known: Known) -> Iterator[Problem]:
    started = scenario.examples or scenario.button or scenario.link
    if scenario.days_after_order is not None:
        yield _problem(
            None,
            mark(
                "“days_after_order” would write first, and no channel may do that yet: take it out, and give the "
                "scenario example sentences or a button."
            ),
        )
    if not started:
        yield _problem(None, mark("Nothing starts this scenario: give it example sentences, a button or a link."))
    for language in scenario.languages:
        if scenario.examples and language not in scenario.examples:
            yield _problem(
                None, mark("There are no example sentences in this language: %(language)s."), language=language
            )
    for language in scenario.examples:
        if language not in scenario.languages:
            yield _problem(
                None,
                mark("There are example sentences in %(language)s, but the scenario has no name in it."),
                language=language,
            )
    if known.languages is not None and not set(scenario.languages) & set(known.languages):
        yield _problem(None, mark("The brand speaks none of this scenario's languages."))
    if known.categories is not None and scenario.category is not None and scenario.category not in known.categories:
        yield _problem(
            None,
            mark("The brand has no category called “%(name)s”. It has: %(known)s."),
            name=scenario.category,
            known=", ".join(sorted(known.categories)) or "–",
        )


def _reached(scenario: Scenario) -> Iterator[Problem]:
    reached = reach(scenario)
    for step in scenario.steps:
        if step.name not in reached:
            yield _problem(step, mark("Nothing leads to this step."))
    to_person = reach_person(scenario)
    for step in scenario.steps:
        if isinstance(step, Ask) and step.name not in to_person:
            yield _problem(step, mark("From this question no way leads to a person: add a step that hands off."))
    loop = find_loop(scenario)
    if loop is not None:
        step = scenario.step(loop[0])
        yield _problem(step, mark("These steps go round without asking anything: %(steps)s."), steps=" → ".join(loop))


def _ends(scenario: Scenario) -> Iterator[Problem]:
    """The last step says where it goes, so that a step which is added below it changes nothing by accident."""
    last = scenario.steps[-1]
    goes_on = all(choice.go is not None for choice in last.choices) if isinstance(last, Ask) and last.choices else False
    if not isinstance(last, HandOff | End | Branch) and last.go is None and not goes_on:
        yield _problem(last, mark("Nothing comes after this step: end the scenario, or say where it goes on."))


def _variables(scenario: Scenario) -> Iterator[Problem]:
    before = known_before(scenario)
    kinds = scenario.kinds()
    for step in scenario.steps:
        for name in _sets(step):
            if name in GIVEN:
                yield _problem(step, mark("“%(name)s” is given by the house and cannot be set."), name=name)
        if step.name not in before:
            continue
        for name in dict.fromkeys(_needs(step)):
            if name not in kinds:
                yield _problem(step, mark("Nothing gives the variable “%(name)s” a value."), name=name)
            elif name not in before[step.name]:
                yield _problem(step, mark("On some way to this step “%(name)s” has no value yet."), name=name)
        if isinstance(step, Branch):
            for way in step.ways:
                for condition in way.conditions:
                    yield from _compared(scenario, step, way.line, condition, kinds)


def _sets(step: Step) -> Iterable[str]:
    match step:
        case Ask(save=name) | OpenCase(save=str(name)):
            return (name,)
        case Put(values=values):
            return values
        case LookUp(save=saved):
            return saved
        case _:
            return ()


def _needs(step: Step) -> Iterator[str]:
    """The variables that must have a value for this step to be possible; what is only compared need not."""
    for wording in _said(step):
        for _, message in wording.messages():
            yield from message.names()
    if isinstance(step, LookUp):
        yield from step.arguments.values()


# What a customer typed freely never leaves for another system: only what was understood as one of these does.
_UNDERSTOOD: Final = {"choice", "number", "date", "order_number"}


def _asked_with(scenario: Scenario) -> Iterator[Problem]:
    """Of what is sent to sources, each variable has a form that was checked."""
    free = {step.save for step in scenario.steps if isinstance(step, Ask) and step.kind not in _UNDERSTOOD}
    for step in scenario.steps:
        if isinstance(step, LookUp):
            for name in sorted(free.intersection(step.arguments.values())):
                yield _problem(
                    step,
                    mark("“%(name)s” is what a customer wrote freely: nothing can be looked up by it."),
                    name=name,
                )


def _compared(
    scenario: Scenario, step: Step, line: int, condition: Condition, kinds: Mapping[str, str]
) -> Iterator[Problem]:
    kind = kinds.get(condition.name)
    if kind is None:
        yield _problem(step, mark("Nothing gives the variable “%(name)s” a value."), line=line, name=condition.name)
        return
    if condition.days_ago and kind != "date":
        yield _problem(step, mark("“days_ago” compares dates; “%(name)s” is none."), line=line, name=condition.name)
    is_number = condition.comparison in {"over", "under", "at_least", "at_most"} and not condition.days_ago
    if is_number and kind in {"choice", "date", "email", "order_number"}:
        yield _problem(step, mark("“%(name)s” is no number."), line=line, name=condition.name)
    if kind == "choice" and condition.comparison in {"is", "not"}:
        offered = {
            choice.value
            for asked in scenario.steps
            if isinstance(asked, Ask) and asked.save == condition.name
            for choice in asked.choices
        }
        offered |= {
            put.values[condition.name]
            for put in scenario.steps
            if isinstance(put, Put) and condition.name in put.values
        }
        for operand in condition.operands:
            if operand not in offered:
                yield _problem(
                    step,
                    mark("“%(value)s” is none of the choices of “%(name)s”."),
                    line=line,
                    value=operand,
                    name=condition.name,
                )


def _said(step: Step) -> Iterator[Wording]:
    """Every wording of a step."""
    match step:
        case Ask():
            yield step.say
            if step.otherwise is not None:
                yield step.otherwise
            yield from (choice.label for choice in step.choices)
        case Tell(say=say):
            yield say
        case Quote(say=Wording() as say) | HandOff(say=Wording() as say):
            yield say
        case End(say=Wording() as say):
            yield say
        case _:
            pass


def _wordings(scenario: Scenario, step: Step) -> Iterator[Problem]:
    for wording in _said(step):
        for language in scenario.languages:
            if language not in wording.texts:
                yield _problem(step, mark("This is not said in %(language)s."), line=wording.line, language=language)
        for language, message in wording.messages():
            for choose in message.choices():
                yield from _forms(step, wording.line, language, choose)
    if isinstance(step, Ask):
        for language in scenario.languages:
            labels = [
                choice.label.write({}, language, "").casefold()
                for choice in step.choices
                if language in choice.label.texts and not list(choice.label.texts[language]["other"].names())
            ]
            if len(set(labels)) < len(labels):
                yield _problem(step, mark("Two choices are called the same in %(language)s."), language=language)


def _forms(step: Step, line: int, language: Language, choose: Choose) -> Iterator[Problem]:
    if not choose.plural:
        return
    forms = {key for key, _ in choose.options if not key.startswith("=")}
    missing = PLURAL_FORMS[language] - forms
    if missing and forms != {"other"}:
        yield _problem(
            step,
            mark("The forms of “%(name)s” in %(language)s lack: %(forms)s."),
            line=line,
            name=choose.name,
            language=language,
            forms=", ".join(sorted(missing)),
        )
    unknown = forms - PLURAL_FORMS[language]
    if unknown:
        yield _problem(
            step,
            mark("The language %(language)s has no forms: %(forms)s."),
            line=line,
            language=language,
            forms=", ".join(sorted(unknown)),
        )


def _named(step: Step, known: Known) -> Iterator[Problem]:
    """What a step names outside the scenario has to be there."""
    match step:
        case Quote(article=name) if known.articles is not None and name not in known.articles:
            yield _problem(step, mark("There is no published article “%(name)s”."), name=name)
        case LookUp() if known.sources is not None:
            yield from _looked_up(step, known.sources)
        case HandOff(team=str(name)) if known.teams is not None and name not in known.teams:
            yield _problem(step, mark("There is no team “%(name)s”."), name=name)
        case OpenCase(kind=name) if known.cases is not None and name not in known.cases:
            yield _problem(step, mark("There are no cases of the kind “%(name)s”."), name=name)
        case _:
            pass


def _looked_up(step: LookUp, sources: Mapping[str, Offer]) -> Iterator[Problem]:
    """One that is there gives what it is asked for; one that is not there is away, unless its name is a slip."""
    offer = sources.get(step.source)
    if offer is None:
        near = get_close_matches(step.source, sources, n=1, cutoff=0.75)
        if near:
            what = mark("There is no source “%(name)s”. Did you mean “%(near)s”?")
            yield _problem(step, what, name=step.source, near=near[0])
        return
    if set(step.arguments) != set(offer.needs):
        what = mark("The source “%(name)s” is asked with: %(needs)s.")
        yield _problem(step, what, name=step.source, needs=", ".join(offer.needs))
    for theirs in step.save.values():
        if theirs not in offer.gives:
            what = mark("The source “%(name)s” does not give “%(fact)s”. It gives: %(gives)s.")
            yield _problem(step, what, name=step.source, fact=theirs, gives=", ".join(offer.gives))
