"""Where leads and administrators keep the replies that their colleagues use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.audit import store as audit
from okienko.database.ids import new_id
from okienko.desk import rules
from okienko.desk.replies.form import LONGEST_BODY, LONGEST_NAME, find_problem
from okienko.desk.replies.store import (
    Outcome,
    SavedReply,
    add_reply,
    change_reply,
    delete_reply,
    list_replies,
)
from okienko.desk.view import find_brand, read_brands, read_uuid
from okienko.values import Brand, SignedIn
from okienko.web.csrf import require_token
from okienko.web.forms import read_form
from okienko.web.i18n import mark, words
from okienko.web.services import services
from okienko.web.signed_in import signed_in
from okienko.web.templates import page_language, render

ADDRESS: Final = "/desk/replies"
_WRONG: Final[dict[Outcome, str]] = {
    "changed": mark("Somebody else has changed this reply meanwhile. Yours is below; look at theirs first."),
    "taken": mark("Another reply in this language has this name."),
    "full": mark("300 replies are the most. Delete one that nobody uses."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A reply in the form: a new one, or one that is being changed."""

    id: str = ""
    language: str = ""
    name: str = ""
    body: str = ""
    wrong: str | None = None


def routes() -> list[Route]:
    """Everything under /desk/replies."""
    return [
        Route(ADDRESS, _show, methods=["GET"]),
        Route(ADDRESS + "/{brand:str}", _save, methods=["POST"]),
        Route(ADDRESS + "/{brand:str}/{reply:uuid}", _edit, methods=["GET"]),
        Route(ADDRESS + "/{brand:str}/{reply:uuid}/delete", _delete, methods=["POST"]),
    ]


async def _led(request: Request, staff: SignedIn) -> list[Brand]:
    """The brands in which somebody may keep replies. Raises 403."""
    brands = [brand for brand in await read_brands(request, staff) if rules.is_senior(staff, brand.id)]
    if not brands:
        raise HTTPException(403)
    return brands


async def _find_led(request: Request, staff: SignedIn) -> Brand:
    brand = await find_brand(request, staff)
    if not rules.is_senior(staff, brand.id):
        raise HTTPException(403)
    return brand


async def _show(request: Request) -> Response:
    staff = signed_in(request)
    return await _render(request, await _led(request, staff), typed={})


async def _edit(request: Request) -> Response:
    staff = signed_in(request)
    brand = await _find_led(request, staff)
    async with services(request).database.brand(brand.id) as connection:
        replies = await list_replies(connection)
    reply = next((reply for reply in replies if reply.id == request.path_params["reply"]), None)
    if reply is None:  # somebody has deleted it meanwhile
        return RedirectResponse(f"{ADDRESS}?did=deleted#{brand.slug}", 303)
    typed = Typed(id=str(reply.id), language=reply.language, name=reply.name, body=reply.body)
    return await _render(request, [brand], typed={brand.slug: typed})


async def _render(
    request: Request, brands: Sequence[Brand], *, typed: Mapping[str, Typed], status: int = 200
) -> Response:
    given = services(request)
    kept: list[tuple[Brand, list[SavedReply], Typed]] = []
    for brand in brands:
        async with given.database.brand(brand.id) as connection:
            replies = await list_replies(connection)
        kept.append((brand, replies, typed.get(brand.slug, Typed(language=brand.language))))
    did = request.query_params.get("did", "")
    return render(
        request,
        "desk/replies.html",
        status=status,
        kept=kept,
        did=did if did in {"saved", "deleted"} else "",
        longest_name=LONGEST_NAME,
        longest_body=LONGEST_BODY,
        now=given.clock(),
    )


async def _save(request: Request) -> Response:
    given, staff = services(request), signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await _find_led(request, staff)
    speak = words(page_language(request))
    name, body = " ".join(form.get("name", "").split()), form.get("body", "").replace("\r\n", "\n").strip()
    known, language = form.get("id", ""), form.get("language", "")
    if language not in brand.languages:
        raise HTTPException(400)
    edits = int(form["edits"]) if form.get("edits", "").isdecimal() else 0
    wrong = find_problem(name, body)
    if wrong is None:
        now = given.clock()
        reply = read_uuid(known) if known else new_id(now)
        async with given.database.brand(brand.id) as connection:
            outcome = (
                await change_reply(
                    connection,
                    reply=reply,
                    edits=edits,
                    language=language,
                    name=name,
                    body=body,
                    staff_id=staff.id,
                    now=now,
                )
                if known
                else await add_reply(
                    connection, reply=reply, language=language, name=name, body=body, staff_id=staff.id, now=now
                )
            )
            if outcome == "done":
                by = audit.staff(staff, brand.id)
                await audit.record(
                    connection, "saved-reply-changed", by=by, brand=brand.id, kind="saved-reply", object=reply, now=now
                )
        if outcome == "done":
            return RedirectResponse(f"{ADDRESS}?did=saved#{brand.slug}", 303)
        wrong = _WRONG[outcome]
    again = Typed(
        id=known,
        language=language,
        name=name,
        body=body,
        wrong=speak.gettext(wrong),
    )
    return await _render(request, [brand], typed={brand.slug: again}, status=422)


async def _delete(request: Request) -> Response:
    given, staff = services(request), signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await _find_led(request, staff)
    reply = cast("UUID", request.path_params["reply"])
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        if await delete_reply(connection, reply):
            by = audit.staff(staff, brand.id)
            await audit.record(
                connection, "saved-reply-deleted", by=by, brand=brand.id, kind="saved-reply", object=reply, now=now
            )
    return RedirectResponse(f"{ADDRESS}?did=deleted#{brand.slug}", 303)
