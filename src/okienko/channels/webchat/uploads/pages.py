"""Files on their way in: read in memory, checked, sealed, and kept pending until a message takes them along.

A file comes as the whole body of a request, so that nothing parses it on the way and no part of it meets the disk. Its
name does not come at all: it is personal data more often than not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from okienko.attachments.kinds import MOST_BYTES, Checked, Refused, Why
from okienko.attachments.process import ScanFailed, examine, scan
from okienko.channels.webchat.view import family_name
from okienko.conversations.sealing import make_attachment, seal_file
from okienko.conversations.store import attachments, threads
from okienko.conversations.store.threads import Thread
from okienko.log import describe
from okienko.masking.vault import open_person_key
from okienko.values import Brand
from okienko.web.forms import read_body
from okienko.web.hourly import HourLimit
from okienko.web.i18n import choose_language, words
from okienko.web.network import network_of
from okienko.web.services import services

MOST_AT_ONCE: Final = 8  # files that one process holds in memory: some 25 megabytes for one of ten
MOST_CHECKS: Final = 2  # of them checked at the same time
LONGEST: Final = 120.0  # seconds that a file may take to arrive
OF_CONVERSATION: Final = 20  # files an hour, taken or not
OF_NETWORK: Final = 200  # files an hour from one network
_STATUS: Final[Mapping[Why, int]] = {
    "too_large": 413,
    "too_many_pixels": 413,
    "heic": 415,
    "office": 415,
    "unknown": 415,
    "unscanned": 503,
}
log = structlog.get_logger()


class Visitor(Protocol):
    """Whose request it is."""

    @property
    def brand(self) -> Brand:
        """The brand whose window it is."""
        ...

    @property
    def thread(self) -> Thread:
        """The conversation."""
        ...


def routes(find_visitor: Callable[[Request], Awaitable[Visitor]]) -> list[Route]:
    """Everything under /chat/…/attachments. `find_visitor` raises 401 for who is not known."""
    limit = HourLimit()
    places = asyncio.BoundedSemaphore(MOST_AT_ONCE)
    checks = asyncio.BoundedSemaphore(MOST_CHECKS)

    async def take(request: Request) -> Response:
        visitor = await find_visitor(request)
        wait = _seconds_to_wait(request, visitor, limit)
        if wait > 0:
            raise HTTPException(429, headers={"Retry-After": str(wait)})
        if places.locked():
            raise HTTPException(503, headers={"Retry-After": "5"})
        async with places:
            try:
                checked = await _read(request, checks)
            except Refused as refused:
                return JSONResponse({"refused": refused.why}, _STATUS.get(refused.why, 422))
            return await _keep(request, visitor, checked)

    async def drop(request: Request) -> Response:
        visitor = await find_visitor(request)
        async with services(request).database.brand(visitor.brand.id) as database:
            await attachments.drop_pending(database, visitor.thread.conversation, request.path_params["attachment"])
        return Response(status_code=204)

    return [
        Route("/chat/{connection}/attachments", take, methods=["POST"]),
        Route("/chat/{connection}/attachments/{attachment:uuid}", drop, methods=["DELETE"]),
    ]


def _seconds_to_wait(request: Request, visitor: Visitor, limit: HourLimit) -> int:
    """Until one more file may come from this conversation and this network. Counted before a byte is read."""
    given = services(request)
    now = given.clock()
    conversation = given.keys.lookup("uploads", str(visitor.thread.conversation))
    wait = limit.seconds_to_wait(conversation, now, OF_CONVERSATION)
    network = network_of(request.client.host) if request.client else None
    if wait == 0 and network is not None and given.settings.chats_per_hour > 0:
        wait = limit.seconds_to_wait(given.keys.lookup("uploads of network", network), now, OF_NETWORK)
    return wait


async def _read(request: Request, checks: asyncio.BoundedSemaphore) -> Checked:
    """The file without its metadata. Raises `Refused`; 408 for one that does not come to an end.

    A scanner sees it as it came, which is what signatures are made for, and as it will be opened.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > MOST_BYTES:
        raise Refused("too_large")
    try:
        async with asyncio.timeout(LONGEST):
            data = await read_body(request, MOST_BYTES)
    except TimeoutError:
        raise HTTPException(408) from None
    except ClientDisconnect:  # taken out while it was on its way
        raise HTTPException(400) from None
    async with checks:
        checked = await examine(data)
        if command := services(request).settings.scan_command:
            try:
                await scan(command, data, checked.body)
            except ScanFailed as failed:
                log.error("scan_failed", **describe(failed))
                raise Refused("unscanned") from None
        return checked


async def _keep(request: Request, visitor: Visitor, checked: Checked) -> Response:
    given = services(request)
    brand, thread, now = visitor.brand, visitor.thread, given.clock()
    new = make_attachment(
        checked,
        conversation=thread.conversation,
        person=thread.person,
        scanned=bool(given.settings.scan_command),  # else it would not have come so far
        now=now,
    )
    async with given.database.brand(brand.id) as database:
        wrapped = await threads.read_person_key(database, thread.person)
        if wrapped is None:
            raise HTTPException(401)
        key = await open_person_key(given.keys, wrapped, brand=brand.id, person=thread.person)
        await attachments.keep_pending(database, new, seal_file(key, brand.id, new, checked.body), now)
    spoken = words(
        choose_language("", brand.languages, default=thread.language, chosen=request.query_params.get("lang"))
    )
    return JSONResponse(
        {"id": str(new.id), "name": family_name(new.type, spoken), "size": spoken.size(new.size)}, status_code=201
    )
