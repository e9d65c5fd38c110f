"""The policy in force for a brand: where it is, what holds there by which law, and what is to be reviewed.

A change is shown before it is made: which rules go and which come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from okienko.brands.store import read_brands
from okienko.consent import store as consent
from okienko.desk.privacy.policy.tell import (
    BASES,
    CONFIDENCES,
    NAMES,
    PLACES,
    SECTIONS,
    list_sources,
    tell_law,
    tell_rule,
)
from okienko.desk.privacy.view import ADDRESS, Visit, act, show, visit
from okienko.policy import store
from okienko.policy.book import BASE, Book
from okienko.policy.brand import InForce, check_choices, put_in_force
from okienko.policy.files import read_own_book
from okienko.policy.read import PolicyRefused, Problem
from okienko.policy.rules import BRAND, Confidence
from okienko.web.i18n import Words, mark, words
from okienko.web.templates import page_language

PAGE: Final = "/policy"
LONGEST: Final = 20_000  # characters of a brand's own rules
_SAID: Final = {
    "set": mark("The rules below hold from now on, for every new request, consent and night."),
    "serves": mark("Customers choose from these places from now on."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One rule in words."""

    section: str
    key: str
    name: str
    says: str
    laws: Sequence[str]
    confidence: Confidence
    origin: str  # the file that says so, or the brand
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A change that somebody looks at before they make it."""

    place: str
    choices: str
    problems: Sequence[Problem] = ()
    gone: Sequence[Row] = ()
    new: Sequence[Row] = ()


def routes() -> list[Route]:
    """Everything under /desk/privacy/policy."""
    return [
        Route(ADDRESS + PAGE, _show, methods=["GET"]),
        Route(ADDRESS + PAGE, _set, methods=["POST"]),
        Route(ADDRESS + PAGE + "/serves", _serve, methods=["POST"]),
    ]


def _in_force(book: Book, place: str | None, choices: str) -> InForce:
    return put_in_force(book, brand=place, choices=choices)


def _list_rows(in_force: InForce, speak: Words) -> list[Row]:
    """Every rule; those of one name together, by who says so."""
    return [
        Row(
            section=key.partition(".")[0],
            key=key,
            name=speak.gettext(NAMES.get(key, key)),
            says=tell_rule(rule, speak),
            laws=[tell_law(law, speak) for law in rule.origin.law],
            confidence=rule.origin.confidence,
            origin=rule.origin.policy,
            since="" if rule.origin.since is None else speak.date(rule.origin.since),
        )
        for key, some in in_force.policy.rules.items()
        for rule in sorted(some, key=lambda one: (one.origin.policy, one.origin.law))
    ]


async def _show(request: Request) -> Response:
    return await _render(await visit(request))


async def _render(there: Visit, *, trial: Trial | None = None) -> Response:
    book, speak = read_own_book(), words(page_language(there.request))
    async with there.given.database.shared() as connection:  # not from memory: it may have been changed just now
        brand = next(one for one in await read_brands(connection) if one.id == there.brand.id)
    in_force = _in_force(book, brand.jurisdiction, brand.choices)
    rows = _list_rows(in_force, speak)
    async with there.given.database.brand(brand.id) as connection:
        people = await store.count_places(connection)
        recorded = await store.list_recorded(connection, limit=10)
        serves = await consent.read_serves(connection)
    laws: Mapping[str, None] = {
        law: None for some in in_force.policy.rules.values() for rule in some for law in rule.origin.law
    }
    line = _list_files(book, in_force)
    return show(
        there,
        "policy",
        said=_SAID,
        chosen=brand,
        status=422 if trial is not None and trial.problems else 200,
        in_force=in_force,
        rows={section: [row for row in rows if row.section == section] for section in SECTIONS},
        sections=SECTIONS,
        places=PLACES,
        bases=BASES,
        confidences=CONFIDENCES,
        all_places=book.places,
        files=[(id_, book.files[id_].review) for id_ in line],
        own=BRAND,
        people=people,
        recorded=recorded,
        serves=serves,
        sources=list_sources(book, laws),
        trial=trial,
    )


def _list_files(book: Book, in_force: InForce) -> list[str]:
    """The files whose rules hold: the place's with those that it extends; all of them for the strictest."""
    if in_force.place.id not in book.files:
        return sorted(book.files)
    line: list[str] = []
    above: str | None = in_force.place.id
    while above is not None:
        line.append(above)
        above = book.files[above].extends
    return line if line[-1] == BASE else [*line, BASE]


async def _set(request: Request) -> Response:
    """Shows what would change, or changes it."""
    there, form = await act(request, PAGE)
    book, speak = read_own_book(), words(page_language(request))
    place, choices = form.get("place", ""), form.get("choices", "").replace("\r\n", "\n").strip()[:LONGEST]
    wanted = place if place in book.places else None
    try:
        check_choices(book, wanted, choices)
    except PolicyRefused as refused:
        return await _render(there, trial=Trial(place=place, choices=choices, problems=refused.problems))
    if form.get("do") != "set":
        now = _list_rows(_in_force(book, there.brand.jurisdiction, there.brand.choices), speak)
        then = _list_rows(_in_force(book, wanted, choices), speak)
        trial = Trial(place=wanted or "", choices=choices, gone=_without(now, then), new=_without(then, now))
        return await _render(there, trial=trial)
    async with there.given.database.brand(there.brand.id) as connection:
        await store.set_policy(
            connection, there.brand.id, book, jurisdiction=wanted, choices=choices, by=there.by, now=there.now
        )
    return there.go(PAGE, said="set")


def _without(rows: Iterable[Row], others: Sequence[Row]) -> list[Row]:
    """What the others do not say, whoever says it."""
    said = {(row.key, row.says, tuple(row.laws)) for row in others}
    return [row for row in rows if (row.key, row.says, tuple(row.laws)) not in said]


async def _serve(request: Request) -> Response:
    """The places among which customers may say where they are."""
    there, form = await act(request, PAGE)
    places = [place for place in read_own_book().places if form.get(f"serves-{place}")]
    async with there.given.database.brand(there.brand.id) as connection:
        await consent.set_serves(connection, there.brand, places, by=there.by, now=there.now)
    return there.go(PAGE, said="serves")
