"""Cases at the desk: open ones by the day they are due, taken, closed with an outcome, opened again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.audit import store as audit
from okienko.audit.chain import Action
from okienko.cases import store
from okienko.cases.kinds import NAMES, OUTCOMES
from okienko.database.pool import Connection
from okienko.values import ConversationId, SignedIn
from okienko.web.csrf import require_token
from okienko.web.forms import read_form
from okienko.web.i18n import mark
from okienko.web.own_brands import choose_brand, find_own
from okienko.web.services import services
from okienko.web.signed_in import signed_in
from okienko.web.templates import render

ADDRESS: Final = "/desk/cases"
ANSWERING: Final = frozenset({"agent", "lead", "admin"})  # who answers customers
_SAID: Final[Mapping[str, str]] = {
    "taken": mark("The case is yours."),
    "given": mark("The case is nobody’s."),
    "closed": mark("The case is closed."),
    "reopened": mark("The case is open again, with the day that it had."),
    "late": mark("Nothing was changed: somebody was faster."),
}
_ACTS: Final[Mapping[str, tuple[Action, str]]] = {
    "take": ("case-assigned", "taken"),
    "give": ("case-assigned", "given"),
    "close": ("case-closed", "closed"),
    "reopen": ("case-reopened", "reopened"),
}


def routes() -> list[Route]:
    """Everything under /desk/cases."""
    return [Route(ADDRESS, _show, methods=["GET"]), Route(ADDRESS, _change, methods=["POST"])]


async def _show(request: Request) -> Response:
    staff = signed_in(request)
    brands, brand = await choose_brand(request, staff, ANSWERING)
    given = services(request)
    now = given.clock()
    asked = request.query_params
    kind = asked.get("kind") if asked.get("kind") in NAMES else None
    team, is_open = asked.get("team") or None, asked.get("state") != "closed"
    async with given.database.brand(brand.id) as connection:
        listed = await store.list_cases(connection, is_open=is_open, kind=kind, team=team)
        teams = await store.list_teams(connection)
    return render(
        request,
        "cases/list.html",
        staff=staff,
        brands=brands,
        brand=brand,
        cases=listed,
        most=len(listed) == store.MOST,
        teams=teams,
        kind=kind,
        team=team,
        is_open=is_open,
        names=NAMES,
        outcomes=OUTCOMES,
        said=_SAID.get(asked.get("said", "")),
        now=now,
        today=now.astimezone(ZoneInfo(brand.timezone)).date(),
    )


async def _change(request: Request) -> Response:
    """Takes a case, gives it back, closes it or opens it again, as the form's button says."""
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await find_own(request, staff, form.get("brand", ""), ANSWERING)
    given = services(request)
    act = _ACTS.get(form.get("do", ""))
    if act is None or (form["do"] == "close" and form.get("outcome") not in OUTCOMES):
        raise HTTPException(400)
    action, said = act
    async with given.database.brand(brand.id) as connection:
        conversation = await _obey(connection, staff, form, given.clock())
        if conversation is not None:
            await audit.record(
                connection,
                action,
                by=audit.staff(staff, brand.id),
                brand=brand.id,
                kind="conversation",
                object=conversation,
                conversation=conversation,
                now=given.clock(),
            )
    if conversation is not None:
        await given.live.announce(brand.id, [conversation])
    state = "" if form.get("do") != "reopen" else "closed"
    told = {"brand": brand.slug, "state": state, "said": said if conversation is not None else "late"}
    return RedirectResponse(f"{ADDRESS}?{urlencode({name: value for name, value in told.items() if value})}", 303)


async def _obey(
    connection: Connection, staff: SignedIn, form: Mapping[str, str], now: datetime
) -> ConversationId | None:
    """The conversation of the case that was changed; None where nothing was."""
    reference = form.get("case", "")
    match form["do"]:
        case "take":
            return await store.assign(connection, reference, staff.id)
        case "give":
            return await store.assign(connection, reference, None)
        case "close":
            return await store.close(connection, reference, outcome=form["outcome"], staff=staff.id, now=now)
        case _:
            return await store.reopen(connection, reference)
