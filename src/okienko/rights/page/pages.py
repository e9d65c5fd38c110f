"""The page of rights as everybody may open it: asking, proving who one is, and looking at the state of a request.

What somebody may do who has proved it is in `own/pages.py`. Whoever cannot prove it is heard all the same: their
request has its clock, a person answers it, and nothing is disclosed meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from typing import Final
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from okienko.audit.store import CUSTOMER, record
from okienko.consent.gate import find_rules
from okienko.conversations.store.threads import find_thread
from okienko.database.pool import Connection
from okienko.identity import store as identity
from okienko.identity.codes import NotAnAddress, Over, Proved, TooMany, Wrong
from okienko.masking.mask import MaskingFailed
from okienko.rights.page.own import pages as own
from okienko.rights.page.view import (
    MOST_WORDS,
    Place,
    current,
    find_place,
    go,
    name_kinds,
    new_once,
    new_request,
    read_contacts,
    read_once,
    read_open_form,
    read_own_form,
    read_words,
    seconds_to_wait,
    show,
    tell,
)
from okienko.rights.steps import ANYBODYS
from okienko.rights.store import requests
from okienko.rights.store.askers import add_asker, read_asker
from okienko.rights.store.requests import Kind
from okienko.rights.vault import seal_asker
from okienko.rights.visit import Visit, is_pin
from okienko.values import MaskedText, PersonId, RawText
from okienko.web.hourly import HourLimit

CHAT: Final = "webchat"
ASKABLE: Final[tuple[Kind, ...]] = ("access", "rectify", "erase", "restrict", "object")
LONGEST_ADDRESS: Final = 254  # characters
SCHEMA: Final = "/privacy/export.schema.json"


def routes() -> list[Route]:
    """Everything under /privacy/<brand>/<language>/requests, and the schema of what is handed over."""
    limit = HourLimit()

    async def ask(request: Request) -> Response:
        return await _ask(request, limit)

    async def complain(request: Request) -> Response:
        return await _complain(request, limit)

    async def state(request: Request) -> Response:
        return await _state(request, limit)

    async def code_again(request: Request) -> Response:
        return await _code_again(request, limit)

    base = "/privacy/{brand}/{language}/requests"
    return [
        Route(SCHEMA, _schema),
        Route(base, _home),
        Route(f"{base}/chat", _from_chat, methods=["POST"]),
        Route(f"{base}/ask", ask, methods=["POST"]),
        Route(f"{base}/complain", complain, methods=["GET", "POST"]),
        Route(f"{base}/receipt", _receipt),
        Route(f"{base}/code", _code, methods=["POST"]),
        Route(f"{base}/code/again", code_again, methods=["POST"]),
        Route(f"{base}/state", state, methods=["GET", "POST"]),
        Route(f"{base}/leave", _leave, methods=["POST"]),
        *own.routes(base),
    ]


async def _schema(request: Request) -> Response:
    """What a copy's `data.json` looks like: published, so that others can read it."""
    body = (files("okienko.rights") / "export.schema.json").read_bytes()
    return Response(body, media_type="application/schema+json", headers={"Cache-Control": "public, max-age=3600"})


async def _home(request: Request) -> Response:
    """What somebody may do, and how they show who they are."""
    place = await find_place(request)
    if place.visit is not None and place.visit.people:
        return await own.home(place)
    return await show_start(place)


async def show_start(
    place: Place, *, kind: str = "access", problem: str | None = None, status: int = 200, typed: str = ""
) -> Response:
    """The form for whoever comes without a proof. What was typed into the field for words comes back, the rest not."""
    return await _show_form(place, "start", ASKABLE, kind, problem, typed=typed, status=status)


async def _show_form(
    place: Place, page: str, kinds: Sequence[Kind], kind: str, problem: str | None, *, typed: str, status: int
) -> Response:
    async with place.given.database.brand(place.brand.id) as connection:
        contacts = await read_contacts(connection, place)
    return show(
        place,
        page,
        status=status,
        kinds=name_kinds(place, kinds),
        kind=kind,
        problem=problem,
        typed=typed,
        once=new_once(),
        most=MOST_WORDS,
        can_mail=place.given.can_mail,
        **contacts,
    )


# from the chat ----------------------------------------------------------------------------------------------------


async def _from_chat(request: Request) -> Response:
    """The chat window sends its conversation's key along: whoever has it is that conversation's person."""
    place = await find_place(request)
    form = await read_open_form(place)
    found = await place.given.directory.door(form.get("connection", ""))
    if found is None or found[0].channel != CHAT or found[1].id != place.brand.id:
        raise HTTPException(404)
    lookup = place.given.keys.lookup(f"{CHAT}:{found[0].id}", form.get("token", ""))
    async with place.given.database.brand(place.brand.id) as connection:
        thread = await find_thread(connection, found[0].id, lookup)
    if thread is None:
        return go(place)
    return go(place, visit=current(place).prove([thread.person], "chat"))


# asking without a proof -------------------------------------------------------------------------------------------


async def _ask(request: Request, limit: HourLimit) -> Response:
    """A request of somebody of whom nobody knows yet who it is: received, with its clock, whatever comes next."""
    place = await find_place(request)
    form = await read_open_form(place)
    kind = _read_kind(form.get("kind", ""), ASKABLE)
    if wait := seconds_to_wait(place, limit):
        raise HTTPException(429, headers={"Retry-After": str(wait)})
    address = RawText(form.get("address", "")[: LONGEST_ADDRESS + 1])
    empty = not form.get("address", "").strip()
    asker = None if empty else seal_asker(place.given.keys, place.brand.id, address, now=place.now)
    if asker is None and not empty:
        return await show_start(place, kind=kind, problem="address", status=400, typed=form.get("words", ""))
    try:
        words = read_words(place, form.get("words", ""))
    except MaskingFailed:
        return await show_start(place, kind=kind, problem="words", status=400)
    challenge = None
    async with place.given.database.brand(place.brand.id) as connection:
        request_id = await _open(connection, place, kind, words, form.get("once", ""))
        if asker is not None and await read_asker(connection, request_id) is None:
            await add_asker(connection, request_id, asker, now=place.now)
        if asker is not None and asker.kind == "email" and place.given.can_mail:
            try:
                challenge = await identity.ask(
                    connection,
                    place.given.keys,
                    typed=address,
                    purpose="rights",
                    within=request_id,
                    language=place.language,
                    now=place.now,
                )
            except (TooMany, NotAnAddress):
                challenge = None  # the request is there all the same
    visit = replace(current(place), requests=(request_id,), challenge=challenge)
    return go(place, "/receipt", visit=visit)


def _read_kind(typed: str, kinds: tuple[Kind, ...]) -> Kind:
    """Raises 400."""
    for kind in kinds:
        if kind == typed:
            return kind
    raise HTTPException(400)


async def _open(connection: Connection, place: Place, kind: Kind, words: MaskedText, once: str) -> UUID:
    """A request of nobody known, acknowledged by the page that follows. The same form twice is one."""
    new = await new_request(connection, place, kind, person=None, words=words)
    request = await requests.open_request(connection, new, id=read_once(place, once), now=place.now)
    await requests.acknowledge(connection, request, now=place.now)
    await record(
        connection,
        "request-opened",
        by=CUSTOMER,
        brand=place.brand.id,
        kind="rights-request",
        object=request,
        detail={"kind": kind},
        now=place.now,
    )
    return request


# complaints and questions -----------------------------------------------------------------------------------------


async def _complain(request: Request, limit: HourLimit) -> Response:
    """A complaint, a *reklamacja* where the law knows its clock, or a message to the data protection officer."""
    place = await find_place(request)
    kinds: list[Kind] = ["complaint", "question"]
    if "clock.reklamacja" in find_rules(place.brand).policy.rules:
        kinds.insert(1, "reklamacja")

    async def again(problem: str | None, kind: str, typed: str = "", status: int = 400) -> Response:
        return await _show_form(place, "complain", kinds, kind, problem, typed=typed, status=status)

    if request.method == "GET":
        asked = request.query_params.get("kind", "")
        return await again(None, asked if asked in kinds else "complaint", status=200)
    form = await read_open_form(place)
    kind = _read_kind(form.get("kind", ""), tuple(kinds))
    typed = form.get("words", "")
    if wait := seconds_to_wait(place, limit):
        raise HTTPException(429, headers={"Retry-After": str(wait)})
    if len(typed.strip()) < 10:
        return await again("short", kind, typed)
    empty = not form.get("address", "").strip()
    address = RawText(form.get("address", "")[: LONGEST_ADDRESS + 1])
    asker = None if empty else seal_asker(place.given.keys, place.brand.id, address, now=place.now)
    if asker is None and not empty:
        return await again("address", kind, typed)
    try:
        words = read_words(place, typed)
    except MaskingFailed:
        return await again("words", kind)
    async with place.given.database.brand(place.brand.id) as connection:
        request_id = await _open(connection, place, kind, words, form.get("once", ""))
        if asker is not None and await read_asker(connection, request_id) is None:
            await add_asker(connection, request_id, asker, now=place.now)
    visit = current(place)
    return go(place, "/receipt", visit=replace(visit, requests=(request_id,), challenge=None))


# the state of a request, and the code -----------------------------------------------------------------------------


async def _receipt(request: Request) -> Response:
    """What was received, by when it is answered, and what comes next."""
    place = await find_place(request)
    if place.visit is None or not place.visit.requests:
        return go(place, "/state")
    return await _show_receipt(place, place.visit)


async def _show_receipt(place: Place, visit: Visit, *, problem: str | None = None, left: int = 0) -> Response:
    async with place.given.database.brand(place.brand.id) as connection:
        told = [await tell(connection, place, one) for one in visit.requests]
        contacts = await read_contacts(connection, place)
    return show(
        place,
        "receipt",
        status=400 if problem else 200,
        told=[one for one in told if one is not None],
        code=visit.challenge is not None and any(one is not None and one.stage == "unproved" for one in told),
        problem=problem,
        left=left,
        anybodys=ANYBODYS,
        can_mail=place.given.can_mail,
        **contacts,
    )


async def _code(request: Request) -> Response:
    """The code out of the letter: from here on it is known who asks."""
    place = await find_place(request)
    form = await read_own_form(place)
    visit = place.visit
    if visit is None or visit.challenge is None or not visit.requests:
        return go(place)
    first = visit.requests[0]
    async with place.given.database.brand(place.brand.id) as connection:
        entered = await identity.enter(
            connection,
            place.given.keys,
            challenge=visit.challenge,
            purpose="rights",
            within=first,
            typed=RawText(form.get("code", "")[:40]),
            now=place.now,
        )
        asked = await requests.read_request(connection, first)
        if isinstance(entered, Proved) and asked is not None:
            await _verify(connection, place, asked, entered.people)
    match entered:
        case Proved(people=people):
            kind = asked.kind if asked is not None else "access"
            after = replace(visit, requests=(), challenge=None).prove(people, "code")
            await own.do_at_once(place, kind, people)
            return go(place, own.ADDRESSES.get(kind, ""), visit=after)
        case Wrong(left=left):
            return await _show_receipt(place, visit, problem="wrong", left=left)
        case Over():
            return await _show_receipt(place, visit, problem="over")


async def _verify(connection: Connection, place: Place, asked: requests.Request, people: tuple[PersonId, ...]) -> None:
    """The request is the first one's; each of the others, who are the same person, has one of their own."""
    owner = asked.person if asked.person is not None and asked.person in people else people[0]
    await requests.verify(connection, asked.id, owner, by="code", now=place.now)
    for other in people:
        if other != owner:
            new = await new_request(connection, place, asked.kind, person=other)
            opened = await requests.open_request(connection, new, now=place.now)
            await requests.verify(connection, opened, other, by="code", now=place.now)


async def _code_again(request: Request, limit: HourLimit) -> Response:
    """Another code, to the address that is typed once more: the first was not kept in clear."""
    place = await find_place(request)
    form = await read_own_form(place)
    visit = place.visit
    if visit is None or not visit.requests or not place.given.can_mail:
        return go(place)
    if wait := seconds_to_wait(place, limit):
        raise HTTPException(429, headers={"Retry-After": str(wait)})
    async with place.given.database.brand(place.brand.id) as connection:
        try:
            challenge = await identity.ask(
                connection,
                place.given.keys,
                typed=RawText(form.get("address", "")[: LONGEST_ADDRESS + 1]),
                purpose="rights",
                within=visit.requests[0],
                language=place.language,
                now=place.now,
            )
        except NotAnAddress:
            challenge, problem = None, "address"
        except TooMany:
            challenge, problem = None, "many"
        else:
            problem = None
    if problem is not None:
        return await _show_receipt(place, visit, problem=problem)
    return go(place, "/receipt", visit=replace(visit, challenge=challenge))


async def _state(request: Request, limit: HourLimit) -> Response:
    """A request's state, for whoever has its number and its word."""
    place = await find_place(request)
    if request.method == "GET":
        return show(place, "state", problem=None)
    form = await read_open_form(place)
    if wait := seconds_to_wait(place, limit):
        raise HTTPException(429, headers={"Retry-After": str(wait)})
    reference = "".join(letter for letter in form.get("reference", "").upper() if letter.isalnum())[:7]
    async with place.given.database.brand(place.brand.id) as connection:
        found = await requests.find_request(connection, f"{reference[:3]}-{reference[3:]}")
    right = is_pin(place.given.keys, found or UUID(int=0), form.get("pin", ""))
    if found is None or not right:
        return show(place, "state", status=400, problem="wrong")
    return go(place, "/receipt", visit=replace(current(place), requests=(found,), challenge=None))


async def _leave(request: Request) -> Response:
    """The visit is over."""
    place = await find_place(request)
    await read_own_form(place)
    return go(place, leave=True)
