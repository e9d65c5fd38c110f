"""Sources of facts at the desk: the list with how they are, trying one, a table imported, an address named.

Administrators alone. Works without JavaScript. What is tried is shown once and kept nowhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.audit import store as audit
from okienko.audit.chain import Action
from okienko.database.pool import Connection
from okienko.lookups import store
from okienko.lookups.form import RULES, Wanted, read_form
from okienko.lookups.source import Proof, Source, Told, Trouble, is_old, rests
from okienko.lookups.table import BadTable, Table, decode, name_table, read_table
from okienko.lookups.vault import seal_secret
from okienko.values import Brand, SignedIn
from okienko.web.csrf import require_token
from okienko.web.forms import read_form as read_fields
from okienko.web.forms import read_upload
from okienko.web.i18n import mark
from okienko.web.own_brands import ADMINS, choose_brand, find_own
from okienko.web.services import services
from okienko.web.signed_in import require_proof, signed_in
from okienko.web.templates import render

ADDRESS: Final = "/desk/lookups"
UPLOAD: Final = 10 * 1024 * 1024  # bytes; larger files are imported on the command line

TROUBLES: Final[Mapping[Trouble, str]] = {
    "no_answer": mark("The host could not be reached."),
    "slow": mark("It took too long."),
    "status": mark("It answered with an error."),
    "no_json": mark("What it answered cannot be read."),
    "old": mark("The table was imported more than 30 days ago. Import it again."),
    "not_allowed": mark("The operator does not allow this host any more, or this okienko reaches none."),
    "mismatch": mark("It was asked with something else than it needs."),
    "sealed": mark("Its secret does not open with the operator's key. Name the address again."),
}
PROOFS: Final[Mapping[Proof, str]] = {
    "none": mark("nothing: it gives no facts about people"),
    "order": mark("a second fact about the order"),
    "code": mark("a code to the address of whom it is about"),
}
_SAID: Final[Mapping[str, str]] = {
    "saved": mark("The source is saved. Scenarios can look there from now on."),
    "removed": mark("The source is removed. Scenarios that look there go on as if it were away."),
    "gone": mark("Nothing was changed: the source has been removed in the meantime."),
}


_FIELDS: Final = ("name", "url", "paths", "owner", "header", "keys")
_BLANK: Final[Mapping[str, str]] = {**dict.fromkeys(_FIELDS, ""), "proof": "none", "seconds": "3"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the page does besides its own tables: it comes from the road."""

    try_out: Callable[[Brand, Source, Sequence[str]], Awaitable[Told]]
    load: Callable[[Brand, Source, Table], Awaitable[Source]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the page shows besides the list."""

    said: str | None = None
    form: Mapping[str, str] = field(default_factory=dict[str, str])  # of an address that could not be saved
    wrong: Mapping[str, str] = field(default_factory=dict[str, str])
    table: Mapping[str, str] = field(default_factory=dict[str, str])  # of a table that could not be imported
    table_wrong: str | None = None
    tried: tuple[Source, Told] | None = None


def routes(facts: Facts) -> list[Route]:
    """Everything under /desk/lookups."""

    async def show(request: Request) -> Response:
        staff = signed_in(request)
        brands, brand = await choose_brand(request, staff, ADMINS)
        return await _render(request, brands, brand, Shown(said=_SAID.get(request.query_params.get("said", ""))))

    async def change(request: Request) -> Response:
        staff = signed_in(request)
        form = await read_fields(request)
        require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
        brand = await find_own(request, staff, form.get("brand", ""), ADMINS)
        match form.get("do"):
            case "address":
                return await _save_address(request, staff, brand, form)
            case "try":
                return await _try(request, staff, brand, form, facts)
            case "remove":
                return await _remove(request, staff, brand, form.get("source", ""))
            case _:
                raise HTTPException(400)

    async def load(request: Request) -> Response:
        staff = signed_in(request)
        form, files = await read_upload(request, UPLOAD)
        require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
        brand = await find_own(request, staff, form.get("brand", ""), ADMINS)
        require_proof(request, back=ADDRESS)
        return await _load(request, staff, brand, form, file=files.get("file", b""), facts=facts)

    return [
        Route(ADDRESS, show, methods=["GET"]),
        Route(ADDRESS, change, methods=["POST"]),
        Route(ADDRESS + "/table", load, methods=["POST"]),
    ]


async def _save_address(request: Request, staff: SignedIn, brand: Brand, form: Mapping[str, str]) -> Response:
    require_proof(request, back=ADDRESS)
    given = services(request)
    wanted = read_form(form, given.settings.lookup_hosts)
    if not isinstance(wanted, Wanted):
        return await _again(request, staff, brand, Shown(form=form, wrong={one: RULES[one] for one in wanted}))
    source = wanted.source
    if wanted.secret is not None:
        sealed = seal_secret(given.keys, wanted.secret, brand=brand.id, source=source.id)
        source = replace(source, secret=sealed)
    async with given.database.brand(brand.id) as connection:
        if await store.read_source(connection, source.id) is not None:
            return await _again(request, staff, brand, Shown(form=form, wrong={"name": RULES["taken"]}))
        await store.save_source(connection, source, given.clock())
        await _record(request, connection, brand, "lookup-saved", source.id)
    return _go(brand, "saved")


async def _load(
    request: Request, staff: SignedIn, brand: Brand, form: Mapping[str, str], *, file: bytes, facts: Facts
) -> Response:
    needs = tuple(part.strip() for part in form.get("keys", "").split(",") if part.strip())
    owner = form.get("owner", "").strip() or None
    try:
        source = name_table(form.get("name", "").strip(), needs, proof=form.get("proof", ""), owner=owner)
        table = await asyncio.to_thread(read_table, decode(file), needs, owner=owner)
        await facts.load(brand, source, table)
    except BadTable as bad:
        return await _again(request, staff, brand, Shown(table=form, table_wrong=str(bad)))
    async with services(request).database.brand(brand.id) as connection:
        await _record(request, connection, brand, "lookup-saved", source.id)
    return _go(brand, "saved")


async def _try(request: Request, staff: SignedIn, brand: Brand, form: Mapping[str, str], facts: Facts) -> Response:
    async with services(request).database.brand(brand.id) as connection:
        source = await store.read_source(connection, form.get("source", ""))
    if source is None:
        return _go(brand, "gone")
    told = await facts.try_out(brand, source, [form.get(f"value-{name}", "")[:100] for name in source.needs])
    brands, _ = await choose_brand(request, staff, ADMINS)
    return await _render(request, brands, brand, Shown(tried=(source, told)))


async def _remove(request: Request, staff: SignedIn, brand: Brand, name: str) -> Response:
    del staff
    async with services(request).database.brand(brand.id) as connection:
        removed = await store.remove_source(connection, name)
        if removed:
            await _record(request, connection, brand, "lookup-removed", name)
    return _go(brand, "removed" if removed else "gone")


async def _again(request: Request, staff: SignedIn, brand: Brand, shown: Shown) -> Response:
    brands, _ = await choose_brand(request, staff, ADMINS)
    return await _render(request, brands, brand, shown, status=422)


async def _render(
    request: Request, brands: Sequence[Brand], brand: Brand, shown: Shown, *, status: int = 200
) -> Response:
    given = services(request)
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        sources = await store.list_sources(connection)
    return render(
        request,
        "lookups/list.html",
        status=status,
        brands=brands,
        brand=brand,
        sources=[(one, is_old(one, now) or rests(one, now)) for one in sources],
        shown=shown,
        form={**_BLANK, **shown.form},
        table={**_BLANK, "name": "orders", **shown.table},
        troubles=TROUBLES,
        proofs=PROOFS,
        hosts=given.settings.lookup_hosts,
        now=now,
    )


async def _record(request: Request, connection: Connection, brand: Brand, action: Action, name: str) -> None:
    await audit.record(
        connection,
        action,
        by=audit.staff(signed_in(request), brand.id),
        brand=brand.id,
        kind="brand",
        object=brand.id,
        detail={"source": name},
        now=services(request).clock(),
    )


def _go(brand: Brand, said: str) -> Response:
    return RedirectResponse(f"{ADDRESS}?{urlencode({'brand': brand.slug, 'said': said})}", 303)
