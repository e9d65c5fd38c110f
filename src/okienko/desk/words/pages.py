"""Where administrators say what their brand never masks and always masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.audit import store as audit
from okienko.brands.store import WordsChange, list_words_changes, read_brands, set_words
from okienko.database.ids import new_id
from okienko.desk.words.form import WHY, Problem, kinds, read_allowed, read_denied, write_denied
from okienko.values import Brand, BrandId, Language, SignedIn
from okienko.web.csrf import require_token
from okienko.web.forms import read_form
from okienko.web.i18n import words
from okienko.web.services import services
from okienko.web.signed_in import require_proof, signed_in
from okienko.web.templates import browser_language, render

ADDRESS: Final = "/desk/words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """A brand's two lists as the page shows them."""

    brand: Brand
    allowed: str
    denied: str
    changes: Sequence[WordsChange]
    problems: Sequence[tuple[str, str]] = ()  # an entry, and what is wrong with it


def routes() -> list[Route]:
    """Everything under /desk/words."""
    return [
        Route(ADDRESS, _show, methods=["GET"]),
        Route(ADDRESS + "/{brand:str}", _save, methods=["POST"]),
    ]


def _language(request: Request) -> Language:
    return cast("Language | None", getattr(request.state, "language", None)) or browser_language(request)


async def _administered(request: Request, staff: SignedIn) -> list[Brand]:
    """The brands that somebody administers, as they are now, by name. Raises 403."""
    mine = {brand for brand, role in staff.roles.items() if role == "admin"}
    if not mine:
        raise HTTPException(403)
    async with services(request).database.shared() as connection:
        brands = await read_brands(connection)
    return sorted((brand for brand in brands if brand.id in mine), key=lambda brand: brand.name)


async def _show(request: Request) -> Response:
    staff = signed_in(request)
    return await _render(request, await _administered(request, staff), saved=request.query_params.get("saved", ""))


async def _render(
    request: Request,
    brands: Sequence[Brand],
    *,
    saved: str = "",
    typed: Mapping[BrandId, Mapping[str, str]] | None = None,
    problems: Sequence[Problem] = (),
) -> Response:
    given, language = services(request), _language(request)
    speak = words(language)
    shown: list[Lists] = []
    for brand in brands:
        async with given.database.brand(brand.id) as connection:
            changes = await list_words_changes(connection)
        own = (typed or {}).get(brand.id, {})
        shown.append(
            Lists(
                brand=brand,
                allowed=own.get("allowed", "\n".join(brand.allowed)),
                denied=own.get("denied", write_denied(brand.denied, language)),
                changes=[_readable(change, language) for change in changes],
                problems=[(problem.entry, speak.gettext(WHY[problem.why])) for problem in problems] if own else (),
            )
        )
    return render(
        request,
        "desk/words.html",
        status=422 if problems else 200,
        lists=shown,
        saved=saved,
        kinds=kinds(language),
        now=given.clock(),
    )


def _readable(change: WordsChange, language: Language) -> WordsChange:
    """A change of what is always hidden, with its kinds as the list has them."""
    if change.list == "allowed":
        return change
    added, removed = ([tuple(entry.split(" ", 1)) for entry in entries] for entries in (change.added, change.removed))
    return replace(
        change,
        added=tuple(write_denied([(label, phrase)], language) for label, phrase in added),
        removed=tuple(write_denied([(label, phrase)], language) for label, phrase in removed),
    )


async def _save(request: Request) -> Response:
    given, staff = services(request), signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brands = await _administered(request, staff)
    brand = next((brand for brand in brands if brand.slug == request.path_params["brand"]), None)
    if brand is None:
        raise HTTPException(404)
    require_proof(request, back=ADDRESS)
    allowed, wrong = read_allowed(form.get("allowed", ""))
    denied, wrong_too = read_denied(form.get("denied", ""))
    if wrong or wrong_too:
        return await _render(request, brands, typed={brand.id: form}, problems=[*wrong, *wrong_too])
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        changed = await set_words(
            connection,
            allowed=allowed,
            denied=denied,
            staff_id=staff.id,
            ids=(new_id(now), new_id(now)),
            now=now,
        )
        if changed:
            by = audit.staff(staff, brand.id)
            await audit.record(
                connection, "words-changed", by=by, brand=brand.id, kind="brand", object=brand.id, now=now
            )
    return RedirectResponse(f"{ADDRESS}?saved={brand.slug}#{brand.slug}", 303)
