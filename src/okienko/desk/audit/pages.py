"""The audit log at the desk, for auditors, privacy officers and administrators: entries, check, packs and samples."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Protocol
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.audit import store
from okienko.audit.chain import READS, Problem
from okienko.desk import rules
from okienko.desk.audit.tell import ACTIONS, ACTORS, OBJECTS, ROLES, tell_problem
from okienko.desk.view import read_uuid
from okienko.masking.kinds import ENTITIES
from okienko.values import Brand, BrandId, Language, SignedIn
from okienko.web.csrf import require_token
from okienko.web.forms import read_form
from okienko.web.i18n import words
from okienko.web.services import services
from okienko.web.signed_in import require_proof, signed_in
from okienko.web.templates import page_language, render

ADDRESS: Final = "/desk/audit"
PAGE: Final = 100  # entries
LONGEST: Final = timedelta(days=366)  # that a pack may span


class Verdict(Protocol):
    """What going over the log has found."""

    @property
    def entries(self) -> int:
        """How many there are."""
        ...

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong."""
        ...

    @property
    def heads(self) -> int:
        """Signed heads that it was compared with."""
        ...

    @property
    def foreign(self) -> int:
        """Heads that prove nothing."""
        ...

    @property
    def agreed(self) -> int:
        """Up to where all is as it was signed."""
        ...


class Made(Protocol):
    """A pack in the list."""

    @property
    def id(self) -> UUID:
        """Its id."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Packs:
    """What is done with packs: the functions are `app.py`'s, since a pack is about every room."""

    make: Callable[[Brand, date, date, store.Actor], Awaitable[UUID]]
    list: Callable[[Brand], Awaitable[Sequence[Made]]]
    read: Callable[[Brand, UUID], Awaitable[str | None]]  # its JSON
    show: Callable[[str, Language], str]  # JSON as a page


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which entries the list shows, as its address says it."""

    brand: str
    who: str
    what: str
    since: str
    until: str
    before: int | None

    def address(self, before: int) -> str:
        """The page of the entries before one."""
        kept = {"brand": self.brand, "who": self.who, "what": self.what, "since": self.since, "until": self.until}
        return ADDRESS + "?" + urlencode({**{name: value for name, value in kept.items() if value}, "before": before})


def routes(*, verify: Callable[[], Awaitable[Verdict]], packs: Packs) -> list[Route]:
    """Everything under /desk/audit. `verify`: goes over the whole log."""

    async def check(request: Request) -> Response:
        return await _check(request, verify)

    async def make_pack(request: Request) -> Response:
        return await _make_pack(request, packs)

    async def show_packs(request: Request) -> Response:
        return await _show_packs(request, packs)

    async def open_pack(request: Request) -> Response:
        return await _open_pack(request, packs)

    return [
        Route(ADDRESS, _show_log, methods=["GET"]),
        Route(ADDRESS + "/check", _show_check, methods=["GET"]),
        Route(ADDRESS + "/check", check, methods=["POST"]),
        Route(ADDRESS + "/samples", _show_samples, methods=["GET"]),
        Route(ADDRESS + "/packs", show_packs, methods=["GET"]),
        Route(ADDRESS + "/packs", make_pack, methods=["POST"]),
        Route(ADDRESS + "/packs/{brand:str}/{pack:uuid}.{kind:str}", open_pack, methods=["GET"]),
    ]


async def _audited(request: Request) -> tuple[SignedIn, list[Brand], bool]:
    """Who asks, the brands whose log they may read, by name, and whether these are all. Raises 403 without any."""
    staff = signed_in(request)
    known = (await services(request).directory.read()).brands
    mine = sorted((one for one in known.values() if rules.may_audit(staff, one.id)), key=lambda brand: brand.name)
    if not mine:
        raise HTTPException(403)
    return staff, mine, len(mine) == len(known)


def _choose(brands: Sequence[Brand], slug: str) -> Brand:
    return next((brand for brand in brands if brand.slug == slug), brands[0])


# the log --------------------------------------------------------------------------------------------------------------


async def _show_log(request: Request) -> Response:
    given = services(request)
    staff, brands, everything = await _audited(request)
    asked = request.query_params
    house = everything and asked.get("brand") == "-"
    brand = _choose(brands, asked.get("brand", ""))
    before = asked.get("before", "")
    chosen = Chosen(
        brand="-" if house else brand.slug,
        who=asked.get("who", "")[:40],
        what=asked.get("what", "")[:40],
        since=_read_day(asked.get("since", "")),
        until=_read_day(asked.get("until", "")),
        before=int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else None,
    )
    now = given.clock()
    actions: Sequence[str] | None = {"": None, "seen": sorted(READS), "done": sorted(ACTIONS.keys() - READS)}.get(
        chosen.what, [chosen.what]
    )
    async with given.database.shared() if house else given.database.brand(brand.id) as connection:
        actors = await store.list_actors(connection)
        lines = await store.list_log(
            connection,
            actor=next((id_ for id_, _ in actors if str(id_) == chosen.who), None),
            kind=chosen.who if chosen.who in ACTORS else None,
            actions=actions,
            since=_begin(chosen.since, brand),
            until=_begin(chosen.until, brand, days=1),
            before=chosen.before,
            limit=PAGE + 1,
        )
        if chosen.before is None:
            await _note_look(request, staff, None if house else brand.id, now)
    return render(
        request,
        "desk/audit/log.html",
        lines=lines[:PAGE],
        older=chosen.address(lines[PAGE - 1].number) if len(lines) > PAGE else None,
        chosen=chosen,
        actors=actors,
        kinds=ACTORS,
        actions=ACTIONS,
        objects=OBJECTS,
        role_names=ROLES,
        brand=brand,
        brands=brands,
        everything=everything,
        now=now,
    )


async def _note_look(request: Request, staff: SignedIn, brand: BrandId | None, now: datetime) -> None:
    """Whoever reads the log is in it, too."""
    database = services(request).database
    async with database.shared() if brand is None else database.brand(brand) as connection:
        by = store.staff(staff, brand)
        await store.record(connection, "log-read", by=by, brand=brand, kind="log", now=now)


def _read_day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _begin(day: str, brand: Brand, *, days: int = 0) -> datetime | None:
    """The beginning of a day where the brand is, in UTC; `days` later."""
    if not day:
        return None
    later = date.fromisoformat(day) + timedelta(days=days)
    return datetime.combine(later, time(), ZoneInfo(brand.timezone)).astimezone(UTC)


# whether it is whole --------------------------------------------------------------------------------------------------


async def _show_check(request: Request) -> Response:
    await _audited(request)
    return await _render_check(request, None)


async def _check(request: Request, verify: Callable[[], Awaitable[Verdict]]) -> Response:
    staff, _, _ = await _audited(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    return await _render_check(request, await verify())


async def _render_check(request: Request, verdict: Verdict | None) -> Response:
    given = services(request)
    speak = words(page_language(request))
    async with given.database.shared() as connection:
        anchored = await store.read_anchored(connection)
        end = await store.read_end(connection)
    now = given.clock()
    problems = [
        tell_problem(one, speak, when="" if one.at is None else speak.moment(one.at, "UTC", now=now))
        for one in (verdict.problems if verdict else ())
    ]
    return render(
        request,
        "desk/audit/check.html",
        verdict=verdict,
        problems=problems,
        anchored=anchored,
        entries=0 if end is None else end.number,
        now=now,
    )


# samples --------------------------------------------------------------------------------------------------------------


async def _show_samples(request: Request) -> Response:
    given = services(request)
    _, brands, _ = await _audited(request)
    found: list[tuple[Brand, tuple[store.Sample, ...]]] = []
    for brand in brands:
        async with given.database.brand(brand.id) as connection:
            found.append((brand, await store.list_samples(connection)))
    return render(request, "desk/audit/samples.html", found=found, labels=ENTITIES, now=given.clock())


# packs ----------------------------------------------------------------------------------------------------------------


async def _show_packs(request: Request, packs: Packs, *, wrong: bool = False) -> Response:
    _, brands, _ = await _audited(request)
    found: list[tuple[Brand, Sequence[Made]]] = [(brand, await packs.list(brand)) for brand in brands]
    now = services(request).clock()
    last = now.date().replace(day=1) - timedelta(days=1)
    values: dict[str, Any] = {"found": found, "since": last.replace(day=1), "until": last, "now": now}
    return render(request, "desk/audit/packs.html", status=422 if wrong else 200, wrong=wrong, **values)


async def _make_pack(request: Request, packs: Packs) -> Response:
    staff, brands, _ = await _audited(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    require_proof(request, back=ADDRESS + "/packs")
    brand = next((brand for brand in brands if brand.slug == form.get("brand")), None)
    if brand is None:
        raise HTTPException(404)
    try:
        since, until = date.fromisoformat(form.get("since", "")), date.fromisoformat(form.get("until", ""))
    except ValueError:
        return await _show_packs(request, packs, wrong=True)
    if not timedelta() <= until - since <= LONGEST:
        return await _show_packs(request, packs, wrong=True)
    await packs.make(brand, since, until, store.staff(staff, brand.id))
    return RedirectResponse(f"{ADDRESS}/packs#{brand.slug}", 303)


async def _open_pack(request: Request, packs: Packs) -> Response:
    """A pack as a file, with the proof that it is really they who ask: it says much about colleagues."""
    given = services(request)
    staff, brands, _ = await _audited(request)
    brand = next((brand for brand in brands if brand.slug == request.path_params["brand"]), None)
    kind = request.path_params["kind"]
    if brand is None or kind not in {"json", "html"}:
        raise HTTPException(404)
    require_proof(request, back=ADDRESS + "/packs")
    pack = read_uuid(str(request.path_params["pack"]))
    body = await packs.read(brand, pack)
    if body is None:
        raise HTTPException(404)
    async with given.database.brand(brand.id) as connection:
        by = store.staff(staff, brand.id)
        await store.record(connection, "pack-read", by=by, brand=brand.id, kind="pack", object=pack, now=given.clock())
    shown = body if kind == "json" else packs.show(body, page_language(request))
    return Response(
        shown,
        media_type="application/json" if kind == "json" else "text/html; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="okienko-audit-{brand.slug}-{pack}.{kind}"',
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
            "Cache-Control": "no-store",
        },
    )
