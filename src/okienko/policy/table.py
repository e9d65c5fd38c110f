"""A policy as a table that a person can read: what holds, with the law, how sure we are, and from which file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from okienko.policy.book import BASE, STRICTEST, Book
from okienko.policy.rules import Ban, Clock, Gate, Limit, Notice, Policy, Retention, Rule

_HEAD: Final = (
    "What okienko keeps where, resolved: each place with all that it extends. Where several rules stand under one\n"
    "name, the strictest holds. Made by `okienko policy table`; docs/policies.md explains it. Not legal advice.\n"
)


def render_book(book: Book) -> str:
    """All places, what everybody has first and all of them together last."""
    return "\n".join([_HEAD, *(render_place(book, id_) for id_ in (BASE, *book.places, STRICTEST))])


def render_place(book: Book, id_: str) -> str:
    """One place. Raises `KeyError` when there is none of this id."""
    policy = book.policies[id_]
    title = "Nobody knows where: all places together" if id_ == STRICTEST else book.files[id_].title
    lines = [f"== {id_} · {title}", ""]
    if id_ in book.files:
        file = book.files[id_]
        state = "not reviewed by counsel yet" if file.review.state == "pending" else f"reviewed {file.review.on}"
        lines.append(f"review        {state}; due {file.review.due}")
        lines.append(f"extends       {file.extends or '–'}")
    lines += [f"holidays      {', '.join(sorted(policy.holidays))}"]
    lines += [f"authority     {', '.join(sorted(policy.authorities)) or '–'}", "", *render_rules(policy)]
    return "\n".join(lines) + "\n"


def render_rules(policy: Policy) -> list[str]:
    """Each rule on a line of its own, in a fixed order; no column moves when a rule changes."""
    lines: list[str] = []
    for key, rules in policy.rules.items():
        for n, rule in enumerate(_sort(rules)):
            said, origin = _describe(rule)
            lines.append(f"{'' if n else key:<37} {said} · {origin}")
    return lines


def _sort(rules: Iterable[Rule]) -> list[Rule]:
    return sorted(rules, key=lambda rule: (_describe(rule)[1], _describe(rule)[0]))


def _describe(rule: Rule) -> tuple[str, str]:
    """(what it says, who says so)."""
    origin = rule.origin
    since = f", from {origin.since}" if origin.since else ""
    return _say(rule), f"{origin.policy}: {', '.join(origin.law)} ({origin.confidence}{since})"


def _say(rule: Rule) -> str:
    match rule:
        case Clock():
            words = [f"{_direction(rule.direction)} {rule.period} after {rule.start}, {rule.calendar}"]
            if rule.extension:
                reason = " with reason" if rule.extension.needs_reason else ""
                words.append(f"+{rule.extension.by}{reason}, told within {rule.extension.notify_within}")
            if rule.pause:
                words.append("may pause")
            if rule.warn:
                words.append(f"warn after {rule.warn}")
            return "; ".join(words)
        case Gate():
            return " ".join([_yes(rule.value), rule.when, *_ui(rule.ui)])
        case Ban():
            return " ".join([_yes(rule.value), *([f"({', '.join(rule.applies_to)})"] if rule.applies_to else [])])
        case Limit():
            return f"{_direction(rule.direction)} {rule.value}"
        case Retention():
            cap = f"; cap {rule.cap[1]} after {rule.cap[0]}" if rule.cap else ""
            return f"{_direction(rule.direction)} {rule.period} after {rule.trigger}, {rule.action}{cap}"
        case Notice():
            return " ".join([rule.when, *_ui(rule.ui)])


def _direction(direction: str) -> str:
    return direction.replace("_", " ")


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _ui(ids: Iterable[str]) -> list[str]:
    return [f"[{', '.join(ids)}]"] if ids else []
