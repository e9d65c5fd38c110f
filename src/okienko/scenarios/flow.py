"""Where the steps of a scenario lead, and what is known when one gets there. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from okienko.scenarios.scenario import GIVEN, Ask, HandOff, LookUp, OpenCase, Put, Scenario, Step, leads_to


def reach(scenario: Scenario) -> frozenset[str]:
    """The steps that one can get to from the first."""
    return _reach_from(_ways(scenario), scenario.steps[0].name)


def reach_person(scenario: Scenario) -> frozenset[str]:
    """The steps from which a person can be got to: a hand-off, or a question that nobody understands the answer to."""
    ways = _ways(scenario)
    people = {step.name for step in scenario.steps if isinstance(step, HandOff) or gives_up_to_person(step)}
    return frozenset(name for name in ways if people & _reach_from(ways, name))


def gives_up_to_person(step: Step) -> bool:
    """Whether a person takes over when the answers are not understood."""
    return isinstance(step, Ask) and step.give_up is None


def find_loop(scenario: Scenario) -> tuple[str, ...] | None:
    """Steps that lead to themselves without a question between them; None: there are none."""
    ways = {step.name: () if isinstance(step, Ask) else leads_to(scenario, step) for step in scenario.steps}
    # What leads only to what was taken away already is in no loop: take that away until nothing more goes.
    while free := {name for name, following in ways.items() if ways.keys().isdisjoint(following)}:
        ways = {name: following for name, following in ways.items() if name not in free}
    if not ways:
        return None
    name, path = next(iter(ways)), list[str]()
    while name not in path:
        path.append(name)
        name = next(after for after in ways[name] if after in ways)
    return tuple(path[path.index(name) :])


def known_before(scenario: Scenario) -> Mapping[str, frozenset[str]]:
    """The variables that have a value whichever way one came to a step; for steps that are reached.

    The usual forward analysis of definite assignment: what is known before a step is what is known after all that lead
    to it; begun from above and lowered until nothing changes.
    """
    known: dict[str, frozenset[str]] = {scenario.steps[0].name: frozenset(GIVEN)}
    pending = [scenario.steps[0].name]
    while pending:
        name = pending.pop()
        step = scenario.step(name)
        if step is None:
            continue
        for after in leads_to(scenario, step):
            brought = known[name] | _gains(step, after)
            before = known.get(after)
            lowered = brought if before is None else before & brought
            if lowered != before:
                known[after] = lowered
                pending.append(after)
    return known


def _gains(step: Step, after: str) -> frozenset[str]:
    """What a step makes known to the one after it: an answer is known where it was understood."""
    match step:
        case Ask(save=name, give_up=given_up):
            return frozenset() if after == given_up else frozenset({name})
        case Put(values=values):
            return frozenset(values)
        case LookUp(save=saved, missing=missing, away=away):
            return frozenset() if after in {missing, away} else frozenset(saved)
        case OpenCase(save=str(name)):
            return frozenset({name})
        case _:
            return frozenset()


def _ways(scenario: Scenario) -> Mapping[str, tuple[str, ...]]:
    return {step.name: leads_to(scenario, step) for step in scenario.steps}


def _reach_from(ways: Mapping[str, tuple[str, ...]], start: str) -> frozenset[str]:
    seen: set[str] = set()
    pending = [start]
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            pending.extend(ways.get(name, ()))
    return frozenset(seen)
