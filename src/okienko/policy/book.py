"""All policy files together: what each place's rules are with those that it extends, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from okienko.policy.read import PolicyFile, PolicyRefused, Problem, parse, read_policy
from okienko.policy.rules import Clock, Gate, Limit, Notice, Policy, Retention, merge, unite

STRICTEST: Final = "strictest"  # whose rules hold for somebody who cannot be placed: all of them
BASE: Final = "default"  # what every file extends
SOURCES: Final = "sources.toml"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Book:
    """The files that were read, and the resolved policies, each by its id; `STRICTEST` among these.

    A book is itself and equals no other, so that what is made from it can be remembered.
    """

    files: Mapping[str, PolicyFile]
    sources: Mapping[str, str]  # what a law's short name stands for
    policies: Mapping[str, Policy]

    @property
    def places(self) -> tuple[str, ...]:
        """The ids that a person or a brand may have, sorted."""
        return tuple(sorted(set(self.files) - {BASE}))


def read_book(texts: Mapping[str, str]) -> Book:
    """A book from the texts of its files, by name. Raises `PolicyRefused` with everything that is wrong."""
    problems: list[Problem] = []
    files: dict[str, PolicyFile] = {}
    for name in sorted(set(texts) - {SOURCES}):
        try:
            read = read_policy(name, texts[name])
        except PolicyRefused as refused:
            problems += refused.problems
        else:
            files[read.id] = read
    sources = _read_sources(texts.get(SOURCES, ""))
    problems += _check_together(files, sources)
    if problems:
        raise PolicyRefused(problems)
    policies = {id_: _resolve(files, id_) for id_ in files}
    places = [policies[id_] for id_ in sorted(set(files) - {BASE})]
    strictest = replace(merge(places or [policies[BASE]]), places=frozenset({STRICTEST}))
    return Book(files=files, sources=sources, policies={**policies, STRICTEST: strictest})


def _resolve(files: Mapping[str, PolicyFile], id_: str) -> Policy:
    """A file's rules with those of all files above it. Holidays and the authority are those of the nearest that has
    some: a country keeps its own.
    """
    line: list[PolicyFile] = []
    above: str | None = id_
    while above is not None:
        line.append(files[above])
        above = files[above].extends
    own = line[0].policy
    authorities = next((file.policy.authorities for file in line if file.policy.authorities), frozenset[str]())
    return replace(own, authorities=authorities, rules=unite(file.policy.rules for file in line))


def _read_sources(text: str) -> Mapping[str, str]:
    return {name: str(title) for name, title in parse(SOURCES, text).items()}


def _check_together(files: Mapping[str, PolicyFile], sources: Mapping[str, str]) -> Iterator[Problem]:
    """What one file alone cannot show."""
    if BASE not in files:
        yield Problem(file=f"{BASE}.toml", key="", what="it is missing or refused", fix="Bring it back")
    for id_, file in files.items():
        name = f"{id_}.toml"
        seen, above = {id_}, file.extends
        while above is not None and above in files and above not in seen:
            seen.add(above)
            above = files[above].extends
        if above is not None:
            what = "files extend each other in a circle" if above in seen else f"there is no {above}.toml"
            yield Problem(file=name, key="extends", what=what, fix="Name a file that leads to default")
        elif BASE in files and BASE not in seen:
            yield Problem(file=name, key="extends", what="it does not lead to default", fix=f'Write extends = "{BASE}"')
        if id_ == STRICTEST:
            yield Problem(file=name, key="id", what="this id is taken", fix="All places together have it")
        for key, rules in file.policy.rules.items():
            for law in (law for rule in rules for law in rule.origin.law):
                if law.split(":", 1)[0] not in sources:
                    fix = f"Add it to {SOURCES}, or correct it"
                    yield Problem(file=name, key=f"{key}.law", what=f"nobody knows what {law} is", fix=fix)
    yield from _check_shapes(files)


def _check_shapes(files: Mapping[str, PolicyFile]) -> Iterator[Problem]:
    """Rules of one name must ask about the same thing: else the strictest of them means nothing."""
    shapes: dict[str, tuple[str, tuple[str, ...]]] = {}
    for id_, file in sorted(files.items()):
        for key, rules in file.policy.rules.items():
            for rule in rules:
                match rule:
                    case Clock():
                        shape = (rule.start, rule.direction, "elapsed" if rule.calendar == "elapsed" else "")
                    case Retention():
                        shape = (rule.trigger, rule.direction)
                    case Limit():
                        shape = (rule.direction,)
                    case Gate() | Notice():
                        shape = (rule.when,)
                    case _:
                        shape = ()
                first, known = shapes.setdefault(key, (id_, shape))
                if shape != known:
                    what = f"{first}.toml has {', '.join(filter(None, known))} here"
                    fix = "Use the same event and direction, or another name"
                    yield Problem(file=f"{id_}.toml", key=key, what=what, fix=fix)


def check_reviews(book: Book, today: date) -> list[Problem]:
    """Files whose review has expired."""
    return [
        Problem(
            file=f"{id_}.toml",
            key="review_due",
            what=f"somebody should have looked at it by {file.review.due}",
            fix="Have counsel read it, then write reviewed_by, reviewed_on and the next review_due",
        )
        for id_, file in sorted(book.files.items())
        if file.review.due < today
    ]


def list_pending(book: Book) -> list[str]:
    """Ids of the files that counsel has not reviewed yet."""
    return sorted(id_ for id_, file in book.files.items() if file.review.state == "pending")
