"""Scenarios at the desk: the list, a new one, and who publishes. One of them: `studio/pages.py`.

Leads and administrators write them. Everything works without JavaScript.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.scenarios import store
from okienko.scenarios.files import read_library, read_texts
from okienko.scenarios.studio import pages as studio
from okienko.scenarios.studio.form import new_scenario
from okienko.scenarios.studio.look import name
from okienko.scenarios.studio.pages import ADDRESS, record
from okienko.scenarios.studio.rewrite import write_new
from okienko.values import Brand, Language, SignedIn
from okienko.web.csrf import require_token
from okienko.web.forms import read_form
from okienko.web.i18n import mark, words
from okienko.web.own_brands import ADMINS, LEADS, choose_brand, find_own, read_language
from okienko.web.services import services
from okienko.web.signed_in import signed_in
from okienko.web.templates import page_language, render

_LONGEST: Final = 100  # characters of a name
_SAID: Final[Mapping[str, str]] = {"review": mark("Who publishes is changed.")}
_REFUSED: Final[Mapping[str, str]] = {"taken": mark("There is a scenario of this name already: open it in the list.")}


def routes() -> list[Route]:
    """Everything under /desk/scenarios."""
    return [
        Route(ADDRESS, _list, methods=["GET"]),
        Route(ADDRESS, _begin, methods=["POST"]),
        Route(ADDRESS + "/review", _set_review, methods=["POST"]),
        *studio.routes(),
    ]


async def _list(request: Request) -> Response:
    staff = signed_in(request)
    brands, brand = await choose_brand(request, staff, LEADS)
    return await _render(request, staff, brands, brand, said=_SAID.get(request.query_params.get("said", "")))


async def _render(
    request: Request,
    staff: SignedIn,
    brands: Sequence[Brand],
    brand: Brand,
    *,
    said: str | None = None,
    refused: str | None = None,
    status: int = 200,
) -> Response:
    given = services(request)
    async with given.database.brand(brand.id) as connection:
        listed = await store.list_scenarios(connection, brand.id)
        _, review = await store.read_rules(connection, brand.id)
    language = page_language(request)
    names = await asyncio.to_thread(_names, [one.body for one in listed], language)
    ready = await asyncio.to_thread(read_library)
    return render(
        request,
        "scenarios/list.html",
        status=status,
        staff=staff,
        brands=brands,
        brand=brand,
        listed=[(one, called or one.id) for one, called in zip(listed, names, strict=True)],
        ready=[(one.id, one.name[language]) for one in ready],
        review=review,
        may_decide=staff.roles[brand.id] in ADMINS,
        said=said,
        refused=refused,
        now=given.clock(),
    )


async def _begin(request: Request) -> Response:
    """A draft: from a scenario that comes with okienko, or to be filled in."""
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await find_own(request, staff, form.get("brand", ""), LEADS)
    called = " ".join(form.get("name", "").split())[:_LONGEST]
    if called:
        language = read_language(brand, form.get("language", ""))
        data = new_scenario(called, language, words(page_language(request)))
        scenario, body = str(data["scenario"]), write_new(data)
    else:
        scenario = form.get("ready", "")
        found = read_texts().get(scenario)
        if found is None:
            raise HTTPException(400)
        body = found
    given = services(request)
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        saved = await store.save(connection, brand.id, scenario, body, base=None, staff_id=staff.id, now=now)
        if saved is not None:
            await record(request, connection, brand, "scenario-saved", scenario=scenario)
    if saved is None and called:
        brands, _ = await choose_brand(request, staff, LEADS)
        return await _render(request, staff, brands, brand, refused=_REFUSED["taken"], status=409)
    return RedirectResponse(f"{ADDRESS}/{brand.slug}/{scenario}{'?step=first' if called else ''}", 303)


async def _set_review(request: Request) -> Response:
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await find_own(request, staff, form.get("brand", ""), ADMINS)
    async with services(request).database.brand(brand.id) as connection:
        await store.set_review(connection, brand.id, review=form.get("review") == "yes")
        await record(request, connection, brand, "scenario-review-changed", review=form.get("review") == "yes")
    return RedirectResponse(f"{ADDRESS}?{urlencode({'brand': brand.slug, 'said': 'review'})}", 303)


def _names(bodies: Sequence[str], language: Language) -> list[str]:
    """What scenarios are called; nothing for a text that is none."""
    return [name(body, language) for body in bodies]
