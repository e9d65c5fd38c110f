"""Routing at the desk: what each category's customers write, what was learnt from it, and where a message would go.

Leads and administrators. Works without JavaScript. The message that is tried is masked in memory and stored nowhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast
from urllib.parse import urlencode
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.audit import store as audit
from okienko.brands.store import read_categories
from okienko.conversations.store.unanswered import find_unusable
from okienko.database.pool import Connection
from okienko.identity import store as identity
from okienko.identity.levels import Level
from okienko.masking.lines import mask_lines
from okienko.routing import store
from okienko.routing.model import Figures, Guess, Outcome
from okienko.routing.process import FEWEST
from okienko.routing.shelf import Routers
from okienko.routing.store import Written
from okienko.values import Brand, Language, SignedIn
from okienko.web.csrf import require_token
from okienko.web.forms import read_form, read_upload
from okienko.web.i18n import mark
from okienko.web.own_brands import LEADS, choose_brand, find_own, read_language
from okienko.web.services import services
from okienko.web.signed_in import require_proof, signed_in
from okienko.web.templates import browser_language, render

ADDRESS: Final = "/desk/routing"
LONGEST: Final = 2_000  # characters of an example
MOST_AT_ONCE: Final = 2_000  # lines
MOST_BYTES: Final = 2_000_000
LATELY: Final = timedelta(days=28)

_SAID: Final[Mapping[str, str]] = {
    "removed": mark("The example is removed. The bot learns without it within a minute or two."),
    "none": mark("Nothing was added: write at least one message, one a line."),
    "file": mark("Nothing was added: choose a text file in UTF-8, one message a line."),
    "many": mark("Nothing was added: 2,000 lines are the most at once."),
    "level-code": mark("Before a person takes such a conversation, the customer is asked for a code."),
    "level-none": mark("A person takes such a conversation without a code."),
}
OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.TAKE: mark("Sure: the first category is taken unasked."),
    Outcome.ASK: mark("Not sure: the customer would choose among these."),
    Outcome.PERSON: mark("The message seems to belong to none of the categories, so none is suggested."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One category as the page shows it."""

    slug: str
    name: str
    written: Sequence[Written]
    from_articles: int
    asks_code: bool  # before a person gets the conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A message, masked, and what the router makes of it; None: there is no router."""

    text: str
    guess: Guess | None


def routes(routers: Routers) -> list[Route]:
    """Everything under /desk/routing."""

    def give(page: Callable[[Request, Routers], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def with_routers(request: Request) -> Response:
            return await page(request, routers)

        return with_routers

    return [
        Route(ADDRESS, give(_show), methods=["GET"]),
        Route(ADDRESS, _add, methods=["POST"]),
        Route(ADDRESS + "/remove", _remove, methods=["POST"]),
        Route(ADDRESS + "/level", _set_level, methods=["POST"]),
        Route(ADDRESS + "/try", give(_try), methods=["POST"]),
    ]


async def _show(request: Request, routers: Routers) -> Response:
    staff = signed_in(request)
    brands, brand = await choose_brand(request, staff, LEADS)
    return await _render(request, routers, brands, brand)


async def _add(request: Request) -> Response:
    """Messages of a category, one a line, typed or from a file."""
    staff = signed_in(request)
    form, files = await read_upload(request, MOST_BYTES)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await find_own(request, staff, form.get("brand", ""), LEADS)
    language = read_language(brand, form.get("language", ""))
    try:
        text = "\n".join([form.get("lines", ""), files.get("file", b"").decode("utf-8-sig")])
    except UnicodeDecodeError:
        return _go_back(brand, said="file")
    lines = list(dict.fromkeys(line for written in text.splitlines() if (line := " ".join(written.split()))))
    if not lines or len(lines) > MOST_AT_ONCE:
        return _go_back(brand, said="many" if lines else "none")
    texts = await asyncio.to_thread(mask_lines, lines, language, brand, longest=LONGEST)
    given = services(request)
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        category = form.get("category", "")
        if not any(category in known for known in (await read_categories(connection)).values()):
            raise HTTPException(400)
        unusable = await find_unusable(connection, brand.id, since=now - LATELY, longest=LONGEST)
        usable = [one for one in texts if one.text not in unusable]
        added = await store.add_examples(
            connection, usable, category=category, language=language, staff=staff.id, now=now
        )
        if added:
            await _record(connection, staff, brand, {"category": category, "language": language, "added": added}, now)
    told = {"added": added, "known": len(lines) - added - (len(texts) - len(usable)), "left": len(texts) - len(usable)}
    return _go_back(brand, **{name: str(count) for name, count in told.items() if count or name == "added"})


async def _remove(request: Request) -> Response:
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await find_own(request, staff, form.get("brand", ""), LEADS)
    try:
        example = UUID(form.get("example", ""))
    except ValueError:
        raise HTTPException(400) from None
    given = services(request)
    async with given.database.brand(brand.id) as connection:
        if await store.remove_example(connection, example):
            await _record(connection, staff, brand, {"removed": 1}, given.clock())
    return _go_back(brand, said="removed")


async def _record(
    connection: Connection, staff: SignedIn, brand: Brand, detail: Mapping[str, object], now: datetime
) -> None:
    by = audit.staff(staff, brand.id)
    await audit.record(connection, "examples-changed", by=by, brand=brand.id, kind="routing", detail=detail, now=now)


async def _set_level(request: Request) -> Response:
    """What a category asks of a customer before a person gets the conversation."""
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await find_own(request, staff, form.get("brand", ""), LEADS)
    require_proof(request, back=f"{ADDRESS}?{urlencode({'brand': brand.slug})}")
    given = services(request)
    now = given.clock()
    level = Level.CODE if form.get("level") == Level.CODE else Level.NONE
    async with given.database.brand(brand.id) as connection:
        category = form.get("category", "")
        if not any(category in known for known in (await read_categories(connection)).values()):
            raise HTTPException(400)
        if await identity.set_level(connection, category, level):
            await audit.record(
                connection,
                "topic-level-changed",
                by=audit.staff(staff, brand.id),
                brand=brand.id,
                kind="routing",
                detail={"category": category, "level": level.value},
                now=now,
            )
    return _go_back(brand, said=f"level-{level.value}")


async def _try(request: Request, routers: Routers) -> Response:
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await find_own(request, staff, form.get("brand", ""), LEADS)
    language = read_language(brand, form.get("language", ""))
    masked = mask_lines([form.get("message", "")[:LONGEST]], language, brand, longest=LONGEST)
    brands, _ = await choose_brand(request, staff, LEADS)
    return await _render(request, routers, brands, brand, message=masked[0].text if masked else "", spoken=language)


def _go_back(brand: Brand, **told: str) -> Response:
    return RedirectResponse(f"{ADDRESS}?{urlencode({'brand': brand.slug, **told})}", 303)


async def _render(
    request: Request,
    routers: Routers,
    brands: Sequence[Brand],
    brand: Brand,
    *,
    message: str | None = None,
    spoken: Language | None = None,
) -> Response:
    given = services(request)
    async with given.database.brand(brand.id) as connection:
        state = await store.read_state(connection, brand.id)
        written = await store.list_examples(connection, brand.id)
        counted = await store.count_from_articles(connection, brand.id)
        categories = await read_categories(connection)
        levels = await identity.read_levels(connection)
    router = None
    if state.usable:
        routers.get(given.database, brand.id, state.version)
        await routers.settle()
        router = routers.get(given.database, brand.id, state.version).router
    figures: Figures | None = router.figures if router else None
    names = _name_categories(categories, _read_language(request))
    parts = [
        Part(
            slug=slug,
            name=names.get(slug, slug),
            written=[one for one in written if one.category == slug],
            from_articles=counted.get(slug, 0),
            asks_code=slug in levels,
        )
        for slug in dict.fromkeys([*names, *(one.category for one in written), *counted])
    ]
    asked = request.query_params
    told = {name: int(asked[name]) for name in ("added", "known", "left") if asked.get(name, "").isdecimal()}
    return render(
        request,
        "routing/examples.html",
        brand=brand,
        brands=brands,
        state=state,
        figures=figures,
        parts=parts,
        names=names,
        can_mail=given.can_mail,
        total=len(written) + sum(counted.values()),
        fewest=FEWEST,
        tried=None if message is None else Tried(text=message, guess=router.route([message])[0] if router else None),
        spoken=spoken or brand.language,
        outcomes=OUTCOMES,
        said=_SAID.get(asked.get("said", "")),
        wrong=asked.get("said") in {"none", "file", "many"},
        told=told if "added" in told else None,
        now=given.clock(),
    )


def _read_language(request: Request) -> Language:
    return cast("Language | None", getattr(request.state, "language", None)) or browser_language(request)


def _name_categories(names: Mapping[Language, Mapping[str, str]], language: Language) -> dict[str, str]:
    """Slug → name in this language, else in another one."""
    own = names.get(language, {})
    return {slug: own.get(slug, name) for known in names.values() for slug, name in known.items()}
