"""Where administrators make tokens for their brand's programs, see when each was used last, and revoke them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, cast
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.api.form import LONGEST, LONGEST_NAME, find_problem
from okienko.api.store import add_token, list_tokens, revoke_token
from okienko.api.token import SCOPES, Scope, write_token
from okienko.api.view import find_today
from okienko.audit import store as audit
from okienko.database.ids import new_id
from okienko.staff.passwords import hash_token
from okienko.values import Brand
from okienko.web.csrf import require_token
from okienko.web.forms import read_form
from okienko.web.i18n import mark
from okienko.web.own_brands import ADMINS, choose_brand, find_own
from okienko.web.services import services
from okienko.web.signed_in import require_proof
from okienko.web.templates import render

ADDRESS: Final = "/desk/api"
_USUAL: Final = timedelta(days=90)
_FULL: Final = mark("50 tokens are the most. Revoke one that nobody uses.")
MAY: Final[Mapping[Scope, str]] = {
    "scenarios:read": mark("check, test, list and fetch scenarios"),
    "scenarios:write": mark("save scenarios, and publish them where their author may"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the page shows besides the list: a token that was just made, once, or a form that is not right yet."""

    made: str = ""
    name: str = ""
    until: str = ""
    scopes: Sequence[Scope] = field(default=SCOPES)
    wrong: str | None = None


def routes() -> list[Route]:
    """Everything under /desk/api."""
    return [
        Route(ADDRESS, _show, methods=["GET"]),
        Route(ADDRESS, _make, methods=["POST"]),
        Route(ADDRESS + "/{id:uuid}/revoke", _revoke, methods=["POST"]),
    ]


async def _show(request: Request) -> Response:
    brands, brand = await choose_brand(request, require_proof(request), ADMINS)
    return await _render(request, brands, brand, Shown())


async def _render(
    request: Request, brands: Sequence[Brand], brand: Brand, shown: Shown, *, status: int = 200
) -> Response:
    given = services(request)
    today = find_today(brand, given.clock())
    async with given.database.brand(brand.id) as connection:
        tokens = await list_tokens(connection)
    return render(
        request,
        "api/tokens.html",
        status=status,
        brands=brands,
        brand=brand,
        tokens=tokens,
        shown=shown,
        may=MAY,
        revoked=request.query_params.get("did") == "revoked",
        until=shown.until or (today + _USUAL).isoformat(),
        latest=(today + LONGEST).isoformat(),
        longest_name=LONGEST_NAME,
        today=today,
        now=given.clock(),
    )


async def _make(request: Request) -> Response:
    staff = require_proof(request, back=ADDRESS)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await find_own(request, staff, form.get("brand", ""), ADMINS)
    given = services(request)
    now = given.clock()
    name = " ".join(form.get("name", "").split())
    scopes: list[Scope] = [scope for scope in SCOPES if form.get(scope) == "yes"]
    until = _read_day(form.get("until", ""))
    wrong = find_problem(name, scopes, until, today=find_today(brand, now))
    if wrong is None and until is not None:
        token, id_ = write_token(brand.slug, secrets.token_urlsafe(32)), new_id(now)
        async with given.database.brand(brand.id) as connection:
            made = await add_token(
                connection,
                id_=id_,
                hash_=hash_token(token),
                name=name,
                scopes=scopes,
                until=until,
                staff_id=staff.id,
                now=now,
            )
            if made:
                by = audit.staff(staff, brand.id)
                detail = {"scopes": ",".join(scopes), "until": until}
                await audit.record(
                    connection, "token-made", by=by, brand=brand.id, kind="token", object=id_, detail=detail, now=now
                )
        if made:
            return await _render(request, [brand], brand, Shown(made=token))
        wrong = _FULL
    again = Shown(name=name, until=form.get("until", ""), scopes=scopes, wrong=wrong)
    return await _render(request, [brand], brand, again, status=422)


async def _revoke(request: Request) -> Response:
    staff = require_proof(request, back=ADDRESS)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await find_own(request, staff, form.get("brand", ""), ADMINS)
    id_ = cast("UUID", request.path_params["id"])
    now = services(request).clock()
    async with services(request).database.brand(brand.id) as connection:
        if await revoke_token(connection, id_):
            by = audit.staff(staff, brand.id)
            await audit.record(connection, "token-revoked", by=by, brand=brand.id, kind="token", object=id_, now=now)
    return RedirectResponse(f"{ADDRESS}?{urlencode({'brand': brand.slug, 'did': 'revoked'})}", 303)


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
