"""What a policy says, and what several of them say together: the strictest.

A policy is a set of rules under names such as `clock.dsar_answer`. Merging unites the sets and loses nothing; which
rule is the strictest is decided when one asks, because it may depend on the day: a month is sometimes shorter than 30
days. So merging is commutative, associative and idempotent, and can only add duties. The lattices, by kind of rule:

    clock      at_most: the earliest due date; at_least: the latest. Extended or paused only where every rule allows it
    gate, ban  holds when one rule says so
    limit      at_most: the smallest number; at_least: the largest
    retention  at_most: the earliest end, never after the cap; at_least: the latest
    notice     all of them
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, TypeVar

from okienko.policy.periods import Period

Direction = Literal["at_most", "at_least"]
Calendar = Literal["eu-1182-71", "civil", "working-days", "elapsed"]
Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who says so."""

    policy: str  # the file's id; `BRAND` for a brand's own choice
    law: tuple[str, ...]  # such as "gdpr:12(3)"; `sources.toml` says what gdpr is
    confidence: Confidence
    since: date | None = None  # not before this day

    def holds(self, day: date) -> bool:
        """Whether the rule is in force on a day."""
        return self.since is None or self.since <= day


BRAND: Final = "brand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """A period that may be added once."""

    by: Period
    notify_within: Period  # from the start: who waits must have been told by then
    needs_reason: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A period that begins with an event."""

    origin: Origin
    start: str  # the event
    period: Period
    calendar: Calendar
    direction: Direction = "at_most"
    extension: Extension | None = None
    pause: bool = False  # stands still while somebody is asked what they mean
    warn: Period | None = None  # from the start: when to remind those who have to act


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Something that has to have happened first."""

    origin: Origin
    value: bool
    when: str
    ui: tuple[str, ...] = ()  # ids of texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """Something that never happens."""

    origin: Origin
    value: bool
    applies_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A number."""

    origin: Origin
    value: int
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long a class of data is kept after an event.

    A brand may choose another period, longer ones too, up to the cap; without a cap, shorter ones only.
    """

    origin: Origin
    trigger: str
    period: Period
    direction: Direction = "at_most"
    cap: tuple[str, Period] | None = None  # (event, period): not longer whatever a brand chooses
    action: Literal["delete", "shred"] = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A text that has to be shown."""

    origin: Origin
    when: str
    ui: tuple[str, ...]


Rule = Clock | Gate | Ban | Limit | Retention | Notice
RuleT = TypeVar("RuleT", Clock, Gate, Ban, Limit, Retention, Notice)

SECTIONS: Final[Mapping[str, type[Rule]]] = {
    "clock": Clock,
    "gate": Gate,
    "ban": Ban,
    "limit": Limit,
    "retention": Retention,
    "notice": Notice,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules of a place, or of several together."""

    places: frozenset[str]  # ids of the files; one, unless merged
    holidays: frozenset[str] = frozenset({"none"})  # calendars in `holidays.py`
    authorities: frozenset[str] = frozenset()
    rules: Mapping[str, frozenset[Rule]] = field(default_factory=dict[str, frozenset[Rule]])


def merge(policies: Iterable[Policy]) -> Policy:
    """All of them at once: nobody who keeps the result breaks one of the parts. Raises `ValueError` for no policy."""
    parts = list(policies)
    if not parts:
        raise ValueError("nothing to merge")
    return Policy(
        places=frozenset[str]().union(*(part.places for part in parts)),
        holidays=frozenset[str]().union(*(part.holidays for part in parts)),
        authorities=frozenset[str]().union(*(part.authorities for part in parts)),
        rules=unite(part.rules for part in parts),
    )


def unite(sets: Iterable[Mapping[str, frozenset[Rule]]]) -> Mapping[str, frozenset[Rule]]:
    """The rules of all, by name, in the order of names."""
    united: dict[str, frozenset[Rule]] = {}
    for rules in sets:
        for name, some in rules.items():
            united[name] = united.get(name, frozenset()) | some
    return dict(sorted(united.items()))


def find_rules(policy: Policy, kind: type[RuleT], name: str, day: date) -> list[RuleT]:
    """The rules of a name that are in force on a day, without their section: `dsar_answer`."""
    section = next(section for section, type_ in SECTIONS.items() if type_ is kind)
    rules = policy.rules.get(f"{section}.{name}", frozenset())
    return [rule for rule in rules if isinstance(rule, kind) and rule.origin.holds(day)]


def is_required(policy: Policy, gate: str, day: date) -> bool:
    """Whether a gate stands: `consent_before_first_keystroke`, `ai_disclosure`, …"""
    return any(rule.value for rule in find_rules(policy, Gate, gate, day))


def is_banned(policy: Policy, what: str, day: date) -> bool:
    """Whether something never happens: `training`, `improvement`, `removing_human_route`, …"""
    return any(rule.value for rule in find_rules(policy, Ban, what, day))


def find_limit(policy: Policy, name: str, day: date) -> int | None:
    """The strictest number; None when nobody has set one."""
    rules = find_rules(policy, Limit, name, day)
    at_most = [rule.value for rule in rules if rule.direction == "at_most"]
    at_least = [rule.value for rule in rules if rule.direction == "at_least"]
    return min(at_most) if at_most else max(at_least) if at_least else None


def list_notices(policy: Policy, name: str, day: date) -> tuple[str, ...]:
    """Ids of the texts that a notice consists of, sorted."""
    return tuple(sorted({ui for rule in find_rules(policy, Notice, name, day) for ui in rule.ui}))
