"""Incidents at the desk: the list, the form with its preview on real messages, and what became of those who asked.

Leads and administrators declare; agents see. Everything works without JavaScript: with it, the preview follows what is
typed. What is previewed is what stands in the form, saved or not; what is declared is saved with the same press.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.audit import store as audit
from okienko.audit.chain import Action
from okienko.brands.store import read_categories
from okienko.database.ids import lowest_id, new_id
from okienko.database.pool import Connection
from okienko.incidents import store
from okienko.incidents.form import Message, Typed, begin, make_draft, read_typed, write_marks, write_moment
from okienko.incidents.incident import MOST_EXAMPLES, Incident
from okienko.incidents.match import Background, ReadFeatures, learn_background, make_recogniser
from okienko.incidents.notice import write_all_clear
from okienko.incidents.shelf import BEFORE, read_texts_before
from okienko.incidents.store import Recent, Version
from okienko.values import Brand, BrandId, Citation, Language, SignedIn
from okienko.web.csrf import require_token
from okienko.web.forms import read_fields, read_form
from okienko.web.i18n import mark, words
from okienko.web.own_brands import ANY, LEADS, choose_brand, find_own
from okienko.web.services import services
from okienko.web.signed_in import signed_in
from okienko.web.templates import page_language, render

ADDRESS: Final = "/desk/incidents"
_FORM_LIMIT: Final = 256 * 1024  # bytes
_MOST_ASKED: Final = 20  # sentences about it that are looked up among the articles
_MOST_QUOTED: Final = 5
_KEPT: Final = 16  # brands of which it is known how customers wrote before
_SAID: Final[Mapping[str, str]] = {
    "saved": mark("The draft is saved. Nobody hears of it yet."),
    "declared": mark("Declared: whoever asks about it hears it first, on every channel, within seconds."),
    "updated": mark("The new text is said from now on. Who had the old one hears the new one when they ask again."),
    "solved": mark("Ended. Those who asked about it are being told now that it is solved."),
    "ended": mark("Ended. Nobody is told."),
    "discarded": mark("The draft is thrown away."),
}
_REFUSED: Final[Mapping[str, str]] = {
    "overtaken": mark("Somebody has saved it meanwhile. Your form stands below; saving it again replaces theirs."),
    "problems": mark("It is not declared yet: mend what is marked."),
    "over": mark("It has ended meanwhile."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The last messages of customers: those that would hear of it, and the others, the most alike first."""

    heard: Sequence[tuple[Recent, float]]
    others: Sequence[tuple[Recent, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One incident of a brand, for somebody at the desk."""

    staff: SignedIn
    brand: Brand
    id: UUID
    latest: Version | None  # None: it was not saved yet


@dataclass(slots=True)
class Backgrounds:
    """How customers of a brand wrote before something broke, learnt once an hour of its beginning."""

    read: ReadFeatures
    _kept: OrderedDict[tuple[BrandId, datetime], Background] = field(
        default_factory=OrderedDict[tuple[BrandId, datetime], Background]
    )

    async def get(self, connection: Connection, brand_id: BrandId, since: datetime) -> Background:
        """Reads it where it is not known."""
        key = brand_id, since.replace(minute=0, second=0, microsecond=0)
        if key not in self._kept:
            texts = await read_texts_before(connection, brand_id, since)
            self._kept[key] = await asyncio.to_thread(learn_background, texts, self.read)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]


ListQuoted = Callable[[Brand, Sequence[str]], Awaitable[Sequence[Citation]]]
"""The articles that the bot quotes to these questions, the most often first. Given by whoever knows answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the pages ask of others."""

    backgrounds: Backgrounds
    list_quoted: ListQuoted


def routes(read_features: ReadFeatures, list_quoted: ListQuoted) -> list[Route]:
    """Everything under /desk/incidents. `read_features`: what a message says; `list_quoted`: what the bot quotes."""
    tools = Tools(backgrounds=Backgrounds(read=read_features), list_quoted=list_quoted)

    async def new(request: Request) -> Response:
        return await _new(request, tools)

    async def show(request: Request) -> Response:
        return await _show(request, tools)

    async def change(request: Request) -> Response:
        return await _change(request, tools)

    return [
        Route(ADDRESS, _list, methods=["GET"]),
        Route(ADDRESS + "/new", new, methods=["GET"]),
        Route(ADDRESS + "/draft", _draft, methods=["POST"]),
        Route(ADDRESS + "/{brand}/{incident:uuid}", show, methods=["GET"]),
        Route(ADDRESS + "/{brand}/{incident:uuid}", change, methods=["POST"]),
        Route(ADDRESS + "/{brand}/{incident:uuid}/end", _end, methods=["POST"]),
    ]


async def _list(request: Request) -> Response:
    staff = signed_in(request)
    brands, brand = await choose_brand(request, staff, ANY)
    given = services(request)
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        listed = await store.list_incidents(connection, brand.id)
    running = [one for one in listed if is_running(one, now)]
    ended = [one for one in listed if is_over(one, now)]
    return render(
        request,
        "incidents/list.html",
        staff=staff,
        brands=brands,
        brand=brand,
        running=running,
        waiting=[one for one in listed if one not in running and one not in ended],
        ended=ended,
        may_declare=staff.roles[brand.id] in LEADS,
        said=_SAID.get(request.query_params.get("said", "")),
        now=now,
    )


def is_over(one: Version, now: datetime) -> bool:
    """Whether its time has passed, or somebody has ended it."""
    return one.ended_at is not None or (one.live == one.version and one.incident.until <= now)


def is_running(one: Version, now: datetime) -> bool:
    """Whether it is said now."""
    return one.live is not None and not is_over(one, now) and one.incident.since <= now


async def _new(request: Request, tools: Tools) -> Response:
    staff = signed_in(request)
    _, brand = await choose_brand(request, staff, LEADS)
    now = services(request).clock()
    place = Place(staff=staff, brand=brand, id=new_id(now), latest=None)
    return await _render(request, place, begin(brand, now), tools)


async def _draft(request: Request) -> Response:
    """A draft from another page, such as one that has noticed a fault; then its form.

    Fields: `brand`, `broke`, `since` (ISO 8601), `language`, `channel`, `category`, `example`; some may be repeated.
    An example that a customer has written is pointed at and not copied: it goes when its conversation goes.
    """
    staff = signed_in(request)
    fields = await read_fields(request, _FORM_LIMIT)
    require_token(request.headers, sent=next(iter(fields.get("csrf", ())), ""), expected=staff.csrf)
    brand = await find_own(request, staff, next(iter(fields.get("brand", ())), ""), LEADS)
    given = services(request)
    now = given.clock()
    id_ = new_id(now)
    incident, examples = make_draft(fields, brand, now)
    async with given.database.brand(brand.id) as connection:
        known = await store.find_messages(connection, brand.id, examples, after=lowest_id(now - BEFORE))
        own = [example for example in examples if example not in known]
        incident = replace(incident, examples=[" ".join(example.split())[:500] for example in own][:MOST_EXAMPLES])
        await store.save(connection, brand.id, id_, incident, base=None, staff_id=staff.id, now=now)
        marks = dict.fromkeys(known.values(), True)
        await store.set_marks(connection, brand.id, id_, marks, staff_id=staff.id, now=now)
        place = Place(staff=staff, brand=brand, id=id_, latest=None)
        await _record(request, connection, place, "incident-saved")
    return RedirectResponse(_address(place), 303)


async def _show(request: Request, tools: Tools) -> Response:
    staff = signed_in(request)
    brand = await find_own(request, staff, request.path_params["brand"], _everybody(staff))
    place = await _read_place(request, staff, brand)
    if place.latest is None:
        raise HTTPException(404)
    async with services(request).database.brand(brand.id) as connection:
        marks = await store.read_marks(connection, brand.id)
    typed = Typed(
        incident=place.latest.incident,
        base=place.latest.base,
        marks={one.message: one.about for one in marks if one.incident == place.id},
    )
    return await _render(request, place, typed, tools, said=_SAID.get(request.query_params.get("said", "")))


async def _change(request: Request, tools: Tools) -> Response:
    """Previews what stands in the form, points at a message, saves a draft, declares, or throws a draft away."""
    staff = signed_in(request)
    form = await read_form(request, _FORM_LIMIT)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await find_own(request, staff, request.path_params["brand"], LEADS)
    place = await _read_place(request, staff, brand)
    given = services(request)
    now = given.clock()
    typed = read_typed(form, brand, now)
    wanted = form.get("do", "")
    if wanted == "discard":
        async with given.database.brand(brand.id) as connection:
            if await store.discard(connection, brand.id, place.id):
                await _record(request, connection, place, "incident-discarded")
        return _to_list(brand, "discarded")
    if wanted not in {"save", "declare"}:
        return await _render(request, place, typed, tools, looked=bool(wanted))
    if wanted == "declare" and typed.problems:
        return await _render(request, place, typed, tools, looked=True, refused="problems", status=422)
    async with given.database.brand(brand.id) as connection:
        said = await _save(request, connection, place, typed, declaring=wanted == "declare")
    if said is not None:
        return RedirectResponse(_address(place, said), 303)
    place = await _read_place(request, staff, brand)
    over = place.latest is not None and place.latest.ended_at is not None
    typed = typed if place.latest is None else replace(typed, base=place.latest.base)
    refused = "over" if over else "overtaken"
    return await _render(request, place, typed, tools, looked=True, refused=refused, status=409)


async def _save(request: Request, connection: Connection, place: Place, typed: Typed, *, declaring: bool) -> str | None:
    """Saves what stands in the form, and declares it; what the page says of it. None when somebody else was faster."""
    brand, staff, now = place.brand.id, place.staff.id, services(request).clock()
    version = await store.save(connection, brand, place.id, typed.incident, base=typed.base, staff_id=staff, now=now)
    if version is None:
        return None
    await store.set_marks(connection, brand, place.id, typed.marks, staff_id=staff, now=now)
    if not declaring:
        await _record(request, connection, place, "incident-saved", version=version)
        return "saved"
    saved, *_ = await store.read_versions(connection, brand, place.id)
    await store.go_live(connection, brand, place.id, saved.base, now=now)
    if saved.live is None:
        await _record(request, connection, place, "incident-declared", version=version)
        return "declared"
    await _record(request, connection, place, "incident-updated", version=version)
    return "updated"


async def _end(request: Request) -> Response:
    """Ends an incident: those who asked are told that it is solved, or nobody is; or says so afterwards."""
    staff = signed_in(request)
    form = await read_form(request, _FORM_LIMIT)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await find_own(request, staff, request.path_params["brand"], LEADS)
    place = await _read_place(request, staff, brand)
    if place.latest is None:
        raise HTTPException(404)
    given = services(request)
    now = given.clock()
    solved = form.get("do") == "solved"
    all_clear: dict[Language, str] = {
        language: form.get(f"solved_{language}", "").strip()[:2000]
        for language in brand.languages
        if f"solved_{language}" in form
    }
    async with given.database.brand(brand.id) as connection:
        done = await store.end(
            connection, brand.id, place.id, solved=solved, all_clear=all_clear, staff_id=staff.id, now=now
        )
        if not done and solved:
            done = await store.solve(connection, brand.id, place.id)
        if done:
            await _record(request, connection, place, "incident-ended", solved=solved)
    return RedirectResponse(_address(place, ("solved" if solved else "ended") if done else ""), 303)


# what the pages are made of -------------------------------------------------------------------------------------------


def _everybody(staff: SignedIn) -> frozenset[str]:
    return frozenset(staff.roles.values())


async def _read_place(request: Request, staff: SignedIn, brand: Brand) -> Place:
    id_: UUID = request.path_params["incident"]
    async with services(request).database.brand(brand.id) as connection:
        versions = await store.read_versions(connection, brand.id, id_)
    return Place(staff=staff, brand=brand, id=id_, latest=versions[0] if versions else None)


async def _try(
    connection: Connection, place: Place, typed: Typed, backgrounds: Backgrounds, now: datetime
) -> tuple[Tried, dict[Message, str]]:
    """Which of the last messages would hear of it, by what stands in the form; and the words of those pointed at."""
    brand = place.brand
    recent = await store.list_recent(connection, brand.id, after=lowest_id(now - BEFORE))
    background = await backgrounds.get(connection, brand.id, typed.incident.since)
    texts = {one.message: one.text for one in await store.read_marks(connection, brand.id) if one.incident == place.id}
    texts |= {one.message: one.text for one in recent}
    marked = {message: texts[message] for message in typed.marks if message in texts}
    about = [*typed.incident.examples, *(text for message, text in marked.items() if typed.marks[message])]
    others = [*typed.incident.others, *(text for message, text in marked.items() if not typed.marks[message])]

    def compare() -> Tried:
        recogniser = make_recogniser(typed.incident.broke, about, others, background)
        scored = [(one, _reach(typed.incident, one) * recogniser.likeness(one.text)) for one in recent]
        scored.sort(key=lambda pair: -pair[1])
        return Tried(heard=[pair for pair in scored if pair[1] >= 1], others=[pair for pair in scored if pair[1] < 1])

    return await asyncio.to_thread(compare), marked


def _reach(incident: Incident, one: Recent) -> int:
    return int(incident.concerns(language=one.language, channel=one.channel, picked=one.picked))


async def _render(
    request: Request,
    place: Place,
    typed: Typed,
    tools: Tools,
    *,
    looked: bool = False,
    said: str | None = None,
    refused: str | None = None,
    status: int = 200,
) -> Response:
    given = services(request)
    now = given.clock()
    staff, brand, latest = place.staff, place.brand, place.latest
    may_declare = staff.roles[brand.id] in LEADS
    over = latest is not None and is_over(latest, now)
    tried, marked, account = None, dict[Message, str](), list[store.Account]()
    quoted: Sequence[Citation] = ()
    async with given.database.brand(brand.id) as connection:
        categories = (await read_categories(connection)).get(page_language(request), {})
        channels = await store.list_channels(connection, brand.id)
        if may_declare and not over:
            tried, marked = await _try(connection, place, typed, tools.backgrounds, now)
        if latest is not None and latest.live is not None:
            account = await store.read_account(connection, brand.id, place.id)
    if may_declare and not over:
        about = [text for message, text in marked.items() if typed.marks[message]]
        asked = [text for text in (typed.incident.broke, *typed.incident.examples, *about) if text.strip()]
        quoted = await tools.list_quoted(brand, asked[:_MOST_ASKED])
    said_by_us = {
        language: write_all_clear(
            replace(typed.incident, solved={}),
            words(language),
            brand=brand.name,
            timezone=brand.timezone,
            asked=now,
        )
        for language in brand.languages
    }
    return render(
        request,
        "incidents/incident.html",
        status=status,
        staff=staff,
        brand=brand,
        address=_address(place),
        latest=latest,
        live=latest is not None and latest.live is not None,
        over=over,
        running=latest is not None and is_running(latest, now),
        typed=typed,
        incident=typed.incident,
        moments={
            name: write_moment(moment, brand.timezone)
            for name, moment in (
                ("since", typed.incident.since),
                ("until", typed.incident.until),
                ("news_at", typed.incident.news_at),
            )
        },
        marks=write_marks(typed.marks),
        marked=[(message, text, typed.marks[message]) for message, text in marked.items()],
        tried=tried,
        quoted=quoted[:_MOST_QUOTED],
        categories=categories,
        channels=sorted({*channels, *typed.incident.channels}),
        account=account,
        all_clear=said_by_us,
        may_declare=may_declare,
        problems=typed.problems if looked else frozenset[str](),
        said=said,
        refused=None if refused is None else _REFUSED[refused],
        now=now,
    )


async def _record(request: Request, connection: Connection, place: Place, action: Action, **detail: object) -> None:
    await audit.record(
        connection,
        action,
        by=audit.staff(place.staff, place.brand.id),
        brand=place.brand.id,
        kind="incident",
        object=place.id,
        detail=detail,
        now=services(request).clock(),
    )


def _address(place: Place, said: str = "") -> str:
    return f"{ADDRESS}/{place.brand.slug}/{place.id}{f'?said={said}' if said else ''}"


def _to_list(brand: Brand, said: str) -> Response:
    return RedirectResponse(f"{ADDRESS}?{urlencode({'brand': brand.slug, 'said': said})}", 303)
