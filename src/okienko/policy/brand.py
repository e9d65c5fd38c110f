"""A brand's own choices, towards the stricter alone; and the policy that is in force for one of its people.

A choice is written like a rule, without `law` and `confidence`:

    [clock.dsar_answer]
    start = "received"
    period = "P14D"
    calendar = "civil"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from okienko.policy.book import Book
from okienko.policy.clocks import Running, find_due
from okienko.policy.periods import Period, add_period
from okienko.policy.places import Place, choose_place
from okienko.policy.read import PolicyRefused, Problem, read_rules
from okienko.policy.rules import BRAND, Ban, Clock, Gate, Limit, Notice, Policy, Retention, Rule, unite
from okienko.policy.table import render_rules

FILE: Final = "the brand's choices"
_UTC: Final = ZoneInfo("UTC")
# Periods are compared by starting them on every day of four years, so with every month's length and a leap year.
_FIRST: Final = date(2027, 1, 1)
_TRIED: Final = tuple(_FIRST + timedelta(days=n) for n in range(4 * 365 + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The rules for one person of a brand."""

    place: Place
    policy: Policy
    text: str  # the rules as a table
    hash: bytes  # SHA-256 of the text: what consents, requests and decisions record


def check_choices(book: Book, brand_place: str | None, text: str) -> Mapping[str, frozenset[Rule]]:
    """A brand's choices, as rules. Raises `PolicyRefused` when one is laxer than what holds where the brand is."""
    rules = read_rules(FILE, text, BRAND)
    base = book.policies[choose_place(book, declared=None, account=None, brand=brand_place).id]
    problems = [problem for key, some in rules.items() for rule in some for problem in _check(base, key, rule)]
    if problems:
        raise PolicyRefused(problems)
    return rules


def put_in_force(
    book: Book, *, declared: str | None = None, account: str | None = None, brand: str | None, choices: str = ""
) -> InForce:
    """What holds for a person: the rules of their place with the brand's choices. All places are ids of policies.

    A brand's retention that is longer than what a person's own place allows is not longer there: caps stay.
    """
    return _put_together(book, choose_place(book, declared=declared, account=account, brand=brand), choices)


@lru_cache(maxsize=256)
def _put_together(book: Book, place: Place, choices: str) -> InForce:
    """Remembered, because every turn asks for it."""
    base = book.policies[place.id]
    own = [read_rules(FILE, choices, BRAND)] if choices.strip() else []
    policy = replace(base, rules=unite([base.rules, *own]))
    text = "\n".join([place.id, f"holidays {', '.join(sorted(policy.holidays))}", *render_rules(policy), ""])
    return InForce(place=place, policy=policy, text=text, hash=sha256(text.encode()).digest())


def _check(base: Policy, key: str, rule: Rule) -> Iterator[Problem]:
    """Whether a choice is stricter than what holds anyway."""
    there = base.rules.get(key, frozenset())
    place = ", ".join(sorted(base.places))
    if not there:
        fix = f"Names are those of `okienko policy table --id {place}`"
        yield Problem(file=FILE, key=key, what="there is no rule of this name to be stricter than", fix=fix)
        return
    laws = ", ".join(sorted({law for other in there for law in other.origin.law}))
    match rule:
        case Ban(value=False):
            fix = "Take these lines out"
            yield Problem(file=FILE, key=key, what=f"a brand cannot lift a ban ({laws})", fix=fix)
        case Gate(value=False):
            yield Problem(file=FILE, key=key, what=f"a brand cannot open a gate ({laws})", fix="Take these lines out")
        case Gate() | Notice():
            if any(isinstance(other, Gate | Notice) and other.when != rule.when for other in there):
                when = next(other.when for other in there if isinstance(other, Gate | Notice))
                yield Problem(file=FILE, key=f"{key}.when", what="this is another moment", fix=f'Write when = "{when}"')
        case Limit():
            if not all(isinstance(other, Limit) and _is_within(rule, other) for other in there):
                yield _laxer(key, str(rule.value), laws)
        case Retention():
            yield from _check_retention(key, rule, [other for other in there if isinstance(other, Retention)], laws)
        case Clock():
            yield from _check_clock(base, key, rule, [other for other in there if isinstance(other, Clock)], laws)
        case Ban():
            pass


def _laxer(key: str, what: str, laws: str) -> Problem:
    fix = "A brand may choose what is stricter, never what is laxer: take it out or tighten it"
    return Problem(file=FILE, key=key, what=f"{what} is laxer than {laws}", fix=fix)


def _is_within(rule: Limit, other: Limit) -> bool:
    if rule.direction != other.direction:
        return False
    return rule.value <= other.value if rule.direction == "at_most" else rule.value >= other.value


def _check_clock(base: Policy, key: str, rule: Clock, there: list[Clock], laws: str) -> Iterator[Problem]:
    first = there[0]
    if (rule.start, rule.direction) != (first.start, first.direction):
        fix = f'Write start = "{first.start}", direction = "{first.direction}"'
        yield Problem(file=FILE, key=key, what="this is another clock", fix=fix)
        return
    if (rule.calendar == "elapsed") != (first.calendar == "elapsed"):
        fix = f'Write calendar = "{first.calendar}"'
        yield Problem(file=FILE, key=f"{key}.calendar", what="hours and days cannot be compared", fix=fix)
        return
    own = replace(base, rules={key: frozenset({rule})})
    if any(_is_later(base, own, key, day, extended=False) for day in _TRIED):
        yield _laxer(f"{key}.period", str(rule.period), laws)
    elif rule.extension is not None:
        extensible = all(other.extension is not None for other in there)
        if not extensible or any(_is_later(base, own, key, day, extended=True) for day in _TRIED):
            yield _laxer(f"{key}.extension", f"an extension by {rule.extension.by}", laws)
    if rule.pause and not all(other.pause for other in there):
        yield _laxer(f"{key}.pause", "a pause", laws)


def _is_later(base: Policy, own: Policy, key: str, day: date, *, extended: bool) -> bool:
    """Whether a brand's clock asks for less than the law's when both start on a day."""
    running = Running(started=datetime.combine(day, time(12), UTC), extended=extended)
    name = key.removeprefix("clock.")
    law, chosen = find_due(base, name, running, _UTC), find_due(own, name, running, _UTC)
    if law is None or chosen is None:
        return False
    return chosen.until < law.until if law.rule.direction == "at_least" else chosen.until > law.until


def _check_retention(key: str, rule: Retention, there: list[Retention], laws: str) -> Iterator[Problem]:
    first = there[0]
    if (rule.trigger, rule.direction) != (first.trigger, first.direction):
        fix = f'Write trigger = "{first.trigger}", direction = "{first.direction}"'
        yield Problem(file=FILE, key=key, what="this begins with something else", fix=fix)
        return
    for other in there:
        bound = other.cap[1] if other.cap else other.period
        laxer = is_longer(bound, rule.period) if rule.direction == "at_least" else is_longer(rule.period, bound)
        if laxer:
            cap = f"the cap of {bound}" if other.cap else str(bound)
            yield _laxer(f"{key}.period", f"{rule.period} against {cap}", laws)
            return


def is_longer(period: Period, bound: Period) -> bool:
    """Whether a period can end after another one that begins at the same time."""
    if "H" in (period.unit, bound.unit):
        hours = [one.count * (1 if one.unit == "H" else 24) for one in (period, bound) if one.unit != "M"]
        if len(hours) == 2:
            return hours[0] > hours[1]
        days = Period(count=-(-(period if period.unit == "H" else bound).count // 24), unit="D")
        period, bound = (days, bound) if period.unit == "H" else (period, days)
    return any(add_period(day, period) > add_period(day, bound) for day in _TRIED)
