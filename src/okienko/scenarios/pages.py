"""Scenarios at the desk: the list, and one of them as a text with its problems, a trial, versions and what runs.

Leads and administrators write them. Everything works without JavaScript. What is checked is what stands in the form,
saved or not; what is published is what was saved.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.audit import store as audit
from okienko.audit.chain import Action
from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.scenarios import store
from okienko.scenarios.check import Known, find_problems
from okienko.scenarios.document import Problem, ScenarioRefused
from okienko.scenarios.files import read_library, read_texts
from okienko.scenarios.play import Played, play, play_all
from okienko.scenarios.publish import publish, read_known
from okienko.scenarios.read import read_scenario
from okienko.scenarios.scenario import Dialogue, Scenario, Turn
from okienko.scenarios.schema import IDENTIFIER
from okienko.scenarios.store import Publication, Version
from okienko.values import Brand, Language, SignedIn
from okienko.web.csrf import require_token
from okienko.web.forms import read_form
from okienko.web.i18n import mark
from okienko.web.own_brands import ADMINS, LEADS, choose_brand, find_own
from okienko.web.services import services
from okienko.web.signed_in import signed_in
from okienko.web.templates import page_language, render

ADDRESS: Final = "/desk/scenarios"
_FORM_LIMIT: Final = 1024 * 1024  # bytes: a file at its largest, escaped
_MOST_TRIED: Final = 50  # messages of one trial
_SAID: Final[Mapping[str, str]] = {
    "saved": mark("The draft is saved."),
    "proposed": mark("Somebody else can publish it now."),
    "published": mark("It runs from now on: new conversations begin with it within seconds."),
    "withdrawn": mark("It begins no more. Whoever is in it goes on to its end."),
    "review": mark("Who publishes is changed."),
}
_REFUSED: Final[Mapping[str, str]] = {
    "overtaken": mark("Somebody has saved it meanwhile. Your text stands below; theirs is what was saved."),
    "problems": mark("It is not published: mend what is listed first."),
    "own": mark("Somebody else has to publish what you wrote."),
    "id": mark("The scenario’s name in the text (“scenario:”) has to stay as it is."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What became of a text that was looked through."""

    problems: Sequence[Problem]
    id: str | None = None  # that the text gives itself; None: it cannot be read
    played: Sequence[Played] = ()
    tried: Played | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One scenario of a brand, for somebody who may change it."""

    brand: Brand
    id: str
    versions: Sequence[Version]
    published: int | None
    review: bool
    history: Sequence[Publication]


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What somebody has in the form."""

    body: str
    base: tuple[int, int] | None
    said: str = ""
    language: Language = "pl"


def routes() -> list[Route]:
    """Everything under /desk/scenarios."""
    return [
        Route(ADDRESS, _list, methods=["GET"]),
        Route(ADDRESS, _begin, methods=["POST"]),
        Route(ADDRESS + "/review", _set_review, methods=["POST"]),
        Route(ADDRESS + "/{brand}/{scenario}", _show, methods=["GET"]),
        Route(ADDRESS + "/{brand}/{scenario}", _change, methods=["POST"]),
        Route(ADDRESS + "/{brand}/{scenario}/run", _run, methods=["POST"]),
    ]


async def _list(request: Request) -> Response:
    staff = signed_in(request)
    brands, brand = await choose_brand(request, staff, LEADS)
    given = services(request)
    async with given.database.brand(brand.id) as connection:
        listed = await store.list_scenarios(connection, brand.id)
        _, review = await store.read_rules(connection, brand.id)
    names = await asyncio.to_thread(_names, [one.body for one in listed], page_language(request))
    ready = await asyncio.to_thread(read_library)
    return render(
        request,
        "scenarios/list.html",
        staff=staff,
        brands=brands,
        brand=brand,
        listed=[(one, name or one.id) for one, name in zip(listed, names, strict=True)],
        ready=[(one.id, one.name[page_language(request)]) for one in ready],
        review=review,
        may_decide=staff.roles[brand.id] in ADMINS,
        said=_SAID.get(request.query_params.get("said", "")),
        now=given.clock(),
    )


async def _begin(request: Request) -> Response:
    """A draft from a scenario that comes with okienko."""
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await find_own(request, staff, form.get("brand", ""), LEADS)
    name = form.get("ready", "")
    body = read_texts().get(name)
    if body is None:
        raise HTTPException(400)
    given = services(request)
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        saved = await store.save(connection, brand.id, name, body, base=None, staff_id=staff.id, now=now)
        if saved is not None:
            await _record(request, connection, brand, "scenario-saved", scenario=name)
    return RedirectResponse(_address(brand, name, said="saved" if saved is not None else ""), 303)


async def _set_review(request: Request) -> Response:
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await find_own(request, staff, form.get("brand", ""), ADMINS)
    async with services(request).database.brand(brand.id) as connection:
        await store.set_review(connection, brand.id, review=form.get("review") == "yes")
        await _record(request, connection, brand, "scenario-review-changed", review=form.get("review") == "yes")
    return RedirectResponse(f"{ADDRESS}?{urlencode({'brand': brand.slug, 'said': 'review'})}", 303)


async def _show(request: Request) -> Response:
    staff = signed_in(request)
    brand, name = await _named(request, staff)
    place = await _read_place(request, brand, name)
    wanted = request.query_params.get("version", "")
    shown = next((one for one in place.versions if str(one.version) == wanted), place.versions[0])
    latest = place.versions[0]
    typed = Typed(body=shown.body, base=(latest.version, latest.edits), language=page_language(request))
    return await _render(request, staff, place, typed, said=_SAID.get(request.query_params.get("said", "")))


async def _change(request: Request) -> Response:
    """Looks through what stands in the form, tries it, saves it as a draft, or proposes it."""
    staff = signed_in(request)
    form = await read_form(request, _FORM_LIMIT)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand, name = await _named(request, staff)
    place = await _read_place(request, brand, name)
    body = form.get("body", "").replace("\r\n", "\n")
    language: Language = "en" if form.get("language") == "en" else "pl"
    typed = Typed(body=body, base=_read_base(form.get("base", "")), said=form.get("said", ""), language=language)
    looked = await _look(request, brand, typed)
    if form.get("do") not in {"save", "propose"}:
        return await _render(request, staff, place, typed, looked=looked)
    if looked.id not in {name, None}:
        return await _render(request, staff, place, typed, looked=looked, refused="id", status=422)
    given = services(request)
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        saved: int | None = place.versions[0].version
        if body != place.versions[0].body or typed.base != (place.versions[0].version, place.versions[0].edits):
            saved = await store.save(connection, brand.id, name, body, base=typed.base, staff_id=staff.id, now=now)
            if saved is not None:
                await _record(request, connection, brand, "scenario-saved", scenario=name)
        if saved is not None and form.get("do") == "propose" and not looked.problems:
            latest, *_ = await store.read_versions(connection, brand.id, name)
            await store.propose(connection, brand.id, name, (latest.version, latest.edits), now)
    if saved is None:  # saving once more overwrites theirs, knowingly
        place = await _read_place(request, brand, name)
        typed = replace(typed, base=(place.versions[0].version, place.versions[0].edits))
        return await _render(request, staff, place, typed, looked=looked, refused="overtaken", status=409)
    if form.get("do") == "propose" and looked.problems:
        place = await _read_place(request, brand, name)
        return await _render(request, staff, place, typed, looked=looked, refused="problems", status=422)
    return RedirectResponse(_address(brand, name, said="proposed" if form.get("do") == "propose" else "saved"), 303)


async def _run(request: Request) -> Response:
    """Publishes a version, the latest or one that ran before; or withdraws the scenario."""
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand, name = await _named(request, staff)
    place = await _read_place(request, brand, name)
    given = services(request)
    now = given.clock()
    if form.get("do") == "withdraw":
        async with given.database.brand(brand.id) as connection:
            await store.withdraw(connection, brand.id, name, publication=new_id(now), staff_id=staff.id, now=now)
            await _record(request, connection, brand, "scenario-withdrawn", scenario=name)
        return RedirectResponse(_address(brand, name, said="withdrawn"), 303)
    base = _read_base(form.get("base", ""))
    version = next((one for one in place.versions if (one.version, one.edits) == base), None)
    latest = place.versions[0]
    typed = Typed(body=latest.body, base=(latest.version, latest.edits), language=page_language(request))
    if version is None:
        return await _render(request, staff, place, typed, refused="overtaken", status=409)
    if place.review and version.published_at is None and version.saved_by in {staff.id, None}:
        return await _render(request, staff, place, typed, refused="own", status=403)
    try:
        async with given.database.brand(brand.id) as connection:
            await publish(connection, brand, version, publication=new_id(now), staff_id=staff.id, now=now)
            await _record(request, connection, brand, "scenario-published", scenario=name, version=version.version)
    except ScenarioRefused as refused:
        looked = Looked(problems=refused.problems)
        return await _render(request, staff, place, typed, looked=looked, refused="problems", status=422)
    return RedirectResponse(_address(brand, name, said="published"), 303)


# what the pages are made of -------------------------------------------------------------------------------------------


async def _named(request: Request, staff: SignedIn) -> tuple[Brand, str]:
    name = request.path_params["scenario"]
    if IDENTIFIER.fullmatch(name) is None:
        raise HTTPException(404)
    return await find_own(request, staff, request.path_params["brand"], LEADS), name


async def _read_place(request: Request, brand: Brand, name: str) -> Place:
    async with services(request).database.brand(brand.id) as connection:
        versions = await store.read_versions(connection, brand.id, name)
        if not versions:
            raise HTTPException(404)
        history = await store.list_publications(connection, brand.id, name)
        _, review = await store.read_rules(connection, brand.id)
    published = history[0].version if history else None
    return Place(brand=brand, id=name, versions=versions, published=published, review=review, history=history)


async def _look(request: Request, brand: Brand, typed: Typed) -> Looked:
    """What is wrong with a text, how its dialogues go, and what it says to what was tried."""
    async with services(request).database.brand(brand.id) as connection:
        known = await read_known(connection, brand)
    return await asyncio.to_thread(_look_through, typed, known)


def _look_through(typed: Typed, known: Known) -> Looked:
    scenario = _read(typed.body)
    if isinstance(scenario, ScenarioRefused):
        return Looked(problems=scenario.problems)
    played = play_all(scenario)
    lines = [line.strip() for line in typed.said.splitlines() if line.strip()][:_MOST_TRIED]
    tried = Dialogue(name="", line=0, language=typed.language, turns=tuple(Turn(line=0, says=line) for line in lines))
    return Looked(
        id=scenario.id,
        problems=(*find_problems(scenario, known), *(problem for one in played for problem in one.problems)),
        played=played,
        tried=play(scenario, tried),
    )


async def _render(
    request: Request,
    staff: SignedIn,
    place: Place,
    typed: Typed,
    *,
    looked: Looked | None = None,
    said: str | None = None,
    refused: Literal["overtaken", "problems", "own", "id"] | None = None,
    status: int = 200,
) -> Response:
    latest = place.versions[0]
    waits = latest.published_at is None
    (title,) = await asyncio.to_thread(_names, [typed.body], page_language(request))
    return render(
        request,
        "scenarios/scenario.html",
        status=status,
        staff=staff,
        place=place,
        brand=place.brand,
        title=title or place.id,
        typed=typed,
        looked=looked,
        latest=latest,
        waits=waits,
        may_publish=not place.review or latest.saved_by not in {staff.id, None},
        said=said,
        refused=None if refused is None else _REFUSED[refused],
        now=services(request).clock(),
    )


async def _record(request: Request, connection: Connection, brand: Brand, action: Action, **detail: object) -> None:
    await audit.record(
        connection,
        action,
        by=audit.staff(signed_in(request), brand.id),
        brand=brand.id,
        kind="scenario",
        object=brand.id,
        detail=detail,
        now=services(request).clock(),
    )


def _address(brand: Brand, name: str, *, said: str) -> str:
    return f"{ADDRESS}/{brand.slug}/{name}{f'?said={said}' if said else ''}"


def _read_base(text: str) -> tuple[int, int] | None:
    """`3.7`: the version and the edit of it that somebody read."""
    version, _, edits = text.partition(".")
    if all(part.isascii() and part.isdecimal() and len(part) < 9 for part in (version, edits)):
        return int(version), int(edits)
    return None


@lru_cache(maxsize=128)
def _read(body: str) -> Scenario | ScenarioRefused:
    """A text as a scenario, or why it is none. Some thirty milliseconds for one that was not seen lately."""
    try:
        return read_scenario(body)
    except ScenarioRefused as refused:
        return refused


def _names(bodies: Sequence[str], language: Language) -> list[str]:
    """What scenarios are called; nothing for a text that is none."""
    read = map(_read, bodies)
    return [
        one.name.get(language, next(iter(one.name.values()), "")) if isinstance(one, Scenario) else "" for one in read
    ]
