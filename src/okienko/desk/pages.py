"""The inbox: its lists, its search, what needs to be looked at, and its live stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from okienko.audit import store as audit
from okienko.conversations.store import desk as store
from okienko.conversations.store.desk import Row
from okienko.desk import rules
from okienko.desk.conversation import pages as conversation
from okienko.desk.identity import pages as identity
from okienko.desk.reveal import pages as reveal
from okienko.desk.view import PAGE, read_brands, render_inbox, sort_rows
from okienko.masking.egress import find_lookups
from okienko.masking.mask import Findings, MaskingFailed, find
from okienko.masking.mask import render as render_masked
from okienko.values import Brand, RawText, SignedIn
from okienko.web.csrf import require_token
from okienko.web.forms import read_form
from okienko.web.services import services
from okienko.web.signed_in import signed_in
from okienko.web.templates import render

_SLOWED_SHOWN: Final = timedelta(days=7)

Touch = Callable[[Request], Awaitable[bool]]
"""A sign of life of the session: whether it still exists."""


def routes(*, touch: Touch) -> list[Route]:
    """Everything under /desk/ that is about conversations. `touch` comes from the room of accounts."""

    async def live(request: Request) -> Response:
        staff = signed_in(request)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(_stream(request, staff, touch), media_type="text/event-stream", headers=headers)

    return [
        Route("/desk", _show_inbox, methods=["GET"]),
        Route("/desk/search", _search, methods=["POST"]),
        Route("/desk/check", _show_check, methods=["GET"]),
        Route("/desk/live", live, methods=["GET"]),
        *reveal.routes(),
        *identity.routes(),
        *conversation.routes(),
    ]


async def _show_inbox(request: Request) -> Response:
    staff = signed_in(request)
    if staff.audits and not staff.roles:
        return RedirectResponse("/desk/audit", 303)  # there is nothing else for them here
    return await render_inbox(request, staff)


async def _search(request: Request) -> Response:
    """Looks for words, a reference, or whoever left an e-mail address or telephone number; nothing of it is kept."""
    given = services(request)
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    typed = form.get("words", "")[:200].strip()
    reference = rules.read_reference(typed)
    found: list[tuple[Brand, Row]] = []
    for brand in await read_brands(request, staff):
        raw = RawText(typed)
        try:
            findings = find(raw, allowed=brand.allowed, denied=brand.denied)
        except MaskingFailed:
            findings, masked = Findings(), ""  # what cannot be masked is not looked for, a reference is
        else:
            masked = render_masked(raw, findings, {}, given.keys, brand.language).text.text
        async with given.database.brand(brand.id) as connection:
            rows = await store.search_reference(connection, reference) if reference else ()
            way = "reference"
            if rows:
                pass  # one conversation was meant
            elif masked.strip():
                lookups = find_lookups(findings, raw, given.keys)
                rows = await store.search_people(connection, lookups, limit=PAGE) if lookups else ()
                way = "person"
                if not rows and not findings.vaulted:
                    rows = await store.search_words(connection, masked.split()[:8], limit=PAGE)
                    way = "words"
            await audit.record(
                connection,
                "people-searched",
                by=audit.staff(staff, brand.id),
                brand=brand.id,
                kind="conversation",
                detail={"by": way, "found": len(rows)},
                now=given.clock(),
            )
        found += [(brand, row) for row in rows]
    return await render_inbox(request, staff, rows=sort_rows("all", found)[:PAGE])


async def _show_check(request: Request) -> Response:
    given = services(request)
    staff = signed_in(request)
    brands = [brand for brand in await read_brands(request, staff) if rules.is_senior(staff, brand.id)]
    if not brands:
        raise HTTPException(403)
    now = given.clock()
    found: list[tuple[Brand, Sequence[store.Trouble], Sequence[store.Unparsed], Sequence[tuple[str, datetime]]]] = []
    for brand in brands:
        async with given.database.brand(brand.id) as connection:
            troubles, unparsed = await store.list_troubles(connection), await store.list_unparsed(connection)
            found.append((brand, troubles, unparsed, await audit.list_slowed(connection, now - _SLOWED_SHOWN)))
    return render(request, "desk/check.html", found=found, now=now)


async def _stream(request: Request, staff: SignedIn, touch: Touch) -> AsyncIterator[str]:
    """Ids of conversations that changed, for the brands that somebody may see; ends with their session.

    `desk.js` closes the stream after twenty minutes without a key or a pointer: an abandoned tab neither counts as
    somebody being there nor keeps a session from running out.
    """
    with services(request).live.subscribe(*(f"brand:{brand}" for brand in staff.roles)) as events:
        yield "retry: 2000\nevent: beat\ndata: -\n\n"
        async for event in events:
            if event.kind == "beat":
                if not await touch(request):
                    yield "event: over\ndata: -\n\n"
                    return
                yield "event: beat\ndata: -\n\n"
            elif event.kind == "changed":
                yield f"event: changed\ndata: {event.conversation}\n\n"
