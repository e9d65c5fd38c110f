"""Sources of articles at the desk: what is read from where, how the last run went, and *read it now*.

Works without JavaScript; with it, the page looks again while something is being read. Agents look; leads and
administrators change. Reading is a worker's: a run may take minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlencode
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.articles.drafts import Refusal
from okienko.articles.editor.view import may_publish, name_categories, reader_language
from okienko.articles.sources import store
from okienko.articles.sources.form import RULES, USUAL, Wanted, check, is_address
from okienko.articles.sources.store import Source
from okienko.audit import store as audit
from okienko.audit.chain import Action
from okienko.brands.store import read_categories
from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.values import Brand, SignedIn
from okienko.web.csrf import require_token
from okienko.web.forms import read_form
from okienko.web.i18n import mark
from okienko.web.own_brands import LEADS, choose_brand, find_own
from okienko.web.services import services
from okienko.web.signed_in import signed_in
from okienko.web.templates import render

ADDRESS: Final = "/desk/articles/sources"
LOST: Final = timedelta(hours=3)  # a run that has taken so long has no worker any more

State = Literal["reading", "waits", "trouble", "read", "never"]

_WHY: Final[Mapping[Refusal | Literal["broken"], str]] = {
    "content": mark("Something in it cannot be taken over as an article."),
    "page": mark("At least one of its pages did not answer as it should."),
    "away": mark("The address could not be reached."),
    "no_sitemap": mark("There is no sitemap at this address."),
    "robots": mark("The site's robots.txt does not let okienko read it."),
    "empty": mark("No page of the sitemap fits what stands behind “#”."),
    "too_much": mark("There is more than is read at once. Narrow it down behind “#”."),
    "broken": mark("The run broke off. The operator finds the reason in the log."),
}
_SAID: Final[Mapping[str, str]] = {
    "added": mark("The source is added. It is read within a minute."),
    "changed": mark("The source is changed."),
    "soon": mark("The source is read within a minute."),
    "removed": mark("The source is removed. Its articles stay as they are."),
    "gone": mark("Nothing was changed: the source has been removed in the meantime."),
}


_RECORDED: Final[Mapping[str, Action]] = {"added": "source-added", "removed": "source-removed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A form that could not be saved: of which source (None: a new one), as it was filled in."""

    source: UUID | None
    form: Mapping[str, str]
    wrong: Mapping[str, str]  # field → the rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A source as the page shows it."""

    source: Source
    state: State
    why: str | None
    on_disk: bool
    form: Mapping[str, str]
    wrong: Mapping[str, str]


def routes() -> list[Route]:
    """Everything under /desk/articles/sources."""
    return [
        Route(ADDRESS, _show, methods=["GET"]),
        Route(ADDRESS, _change, methods=["POST"]),
    ]


async def _show(request: Request) -> Response:
    staff = signed_in(request)
    brands, brand = await choose_brand(request, staff)
    return await _render(request, staff, brands, brand, said=_SAID.get(request.query_params.get("said", "")))


async def _change(request: Request) -> Response:
    """Adds, changes, removes or asks for a run, as the form's button says."""
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await find_own(request, staff, form.get("brand", ""), LEADS)
    given = services(request)
    async with given.database.brand(brand.id) as connection:
        done = await _obey(connection, brand, form, given.clock())
        if isinstance(done, str) and (action := _RECORDED.get(done)):
            await audit.record(
                connection,
                action,
                by=audit.staff(staff, brand.id),
                brand=brand.id,
                kind="brand",
                object=brand.id,
                now=given.clock(),
            )
    if isinstance(done, Written):
        brands, _ = await choose_brand(request, staff)
        return await _render(request, staff, brands, brand, written=done, status=422)
    return RedirectResponse(f"{ADDRESS}?{urlencode({'brand': brand.slug, 'said': done})}", 303)


async def _obey(connection: Connection, brand: Brand, form: Mapping[str, str], now: datetime) -> str | Written:
    """What was done, a key of `_SAID`; or the form with what is wrong with it."""
    there = {str(one.id): one for one in await store.list_sources(connection, brand.id)}
    do = form.get("do")
    source = None if do == "add" else there.get(form.get("source", ""))
    match do:
        case "add" | "change":
            if source is None and do == "change":
                return "gone"
            path = source.location if source is not None and not is_address(source.location) else None
            wanted = check(form, brand, path=path)
            of = None if source is None else source.id
            if not isinstance(wanted, Wanted):
                return Written(source=of, form=form, wrong={field: RULES[field] for field in wanted})
            if any(one.location == wanted.location and one.id != of for one in there.values()):
                return Written(source=of, form=form, wrong={"location": RULES["taken"]})
            if of is None:
                await store.add_source(
                    connection,
                    brand.id,
                    source_id=new_id(now),
                    location=wanted.location,
                    defaults=wanted.defaults,
                    every_hours=wanted.every_hours,
                    now=now,
                )
                return "added"
            changed = await store.change_source(
                connection,
                brand.id,
                of,
                location=wanted.location,
                defaults=wanted.defaults,
                every_hours=wanted.every_hours,
                now=now,
            )
            return "changed" if changed else "gone"
        case "run":
            return "soon" if source and await store.run_soon(connection, brand.id, source.id, now) else "gone"
        case "remove":
            return "removed" if source and await store.remove_source(connection, brand.id, source.location) else "gone"
        case _:
            raise HTTPException(400)


async def _render(
    request: Request,
    staff: SignedIn,
    brands: Sequence[Brand],
    brand: Brand,
    *,
    written: Written | None = None,
    said: str | None = None,
    status: int = 200,
) -> Response:
    given = services(request)
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        found = await store.list_sources(connection, brand.id)
        categories = name_categories(await read_categories(connection), reader_language(request))
    shown = [_place(source, written if written and written.source == source.id else None, now) for source in found]
    fresh = written if written is not None and written.source is None else None
    return render(
        request,
        "articles/sources/list.html",
        status=status,
        brand=brand,
        brands=brands,
        sources=shown,
        fresh=fresh,
        categories=sorted(categories.items(), key=lambda pair: pair[1]),
        hours=USUAL,
        may_change=may_publish(staff, brand),
        busy=any(one.state in {"reading", "waits"} for one in shown),
        said=said,
        now=now,
    )


def _place(source: Source, written: Written | None, now: datetime) -> Shown:
    kept = {
        "location": source.location,
        "category": source.category,
        "language": source.language,
        "every": str(source.every_hours),
    }
    state = find_state(source, now)
    return Shown(
        source=source,
        state=state,
        why=_WHY.get(source.why or "broken", _WHY["broken"]) if source.trouble else None,
        on_disk=not is_address(source.location),
        form=kept if written is None else {**kept, **written.form},
        wrong={} if written is None else written.wrong,
    )


def find_state(source: Source, now: datetime) -> State:
    """What a source is doing now. Pure."""
    began, ended = source.began, source.ended
    if began is not None and (ended is None or ended < began) and began > now - LOST:
        return "reading"
    if source.due <= now:
        return "waits"
    if source.trouble is not None:
        return "trouble"
    return "never" if source.read is None else "read"
