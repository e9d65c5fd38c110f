"""Legal holds at the desk: asked for by one person, approved by another, looked at again, released."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import psycopg
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from okienko.audit.chain import Action
from okienko.audit.store import record
from okienko.database.ids import new_id
from okienko.desk.privacy.view import ADDRESS, act, show, visit
from okienko.desk.rules import make_code, read_reference
from okienko.desk.view import read_uuid
from okienko.rights.store import holds, people
from okienko.web.i18n import mark

PAGE: Final = "/holds"
_SAID: Final = {
    "asked": mark("Asked for. It works when somebody else has approved it."),
    "approved": mark("Approved. From now on nothing of this person is deleted."),
    "reviewed": mark("Looked at again; the next review is noted."),
    "released": mark("Released. What had its time meanwhile goes with the next night."),
    "nobody": mark("Nothing was done: there is no conversation of this reference."),
    "self": mark("Nothing was done: somebody else has to approve what you have asked for."),
    "late": mark("Nothing was done: a review is a day from now on, within a year at the latest."),
}
LONGEST: Final = timedelta(days=364)  # until it has to be looked at again


def routes() -> list[Route]:
    """Everything under /desk/privacy/holds."""
    return [
        Route(ADDRESS + PAGE, _show, methods=["GET"]),
        Route(ADDRESS + PAGE, _ask, methods=["POST"]),
        Route(ADDRESS + PAGE + "/{id:uuid}", _change, methods=["POST"]),
    ]


async def _show(request: Request) -> Response:
    there = await visit(request)
    async with there.given.database.brand(there.brand.id) as connection:
        listed = await holds.list_holds(connection)
        staff = {one.created_by for one in listed} | {one.approved_by for one in listed if one.approved_by}
        names = await holds.read_names(connection, staff)
        found = {one.person: await people.find_people(connection, person=one.person) for one in listed}
    return show(
        there,
        "holds",
        said=_SAID,
        holds=listed,
        references={person: some[0].references if some else () for person, some in found.items()},
        names=names,
        code=make_code,
        longest=there.today + LONGEST,
    )


def _read_review(text: str, today: date) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if today <= day <= today + LONGEST else None


async def _ask(request: Request) -> Response:
    there, form = await act(request, PAGE)
    reason, review = there.mask(form.get("reason", "")), _read_review(form.get("review", ""), there.today)
    if reason is None or review is None:
        return there.go(PAGE, said="short" if reason is None else "late")
    async with there.given.database.brand(there.brand.id) as connection:
        reference = read_reference(form.get("reference", ""))
        found = await people.find_people(connection, reference=reference) if reference else []
        if not found:
            return there.go(PAGE, said="nobody")
        hold = new_id(there.now)
        await holds.set_hold(
            connection,
            id=hold,
            person=found[0].id,
            reason=reason,
            staff=there.staff.id,
            review_on=review,
            now=there.now,
        )
        await record(connection, "hold-set", by=there.by, brand=there.brand.id, kind="hold", object=hold, now=there.now)
    return there.go(PAGE, said="asked")


_DONE: Final[dict[str, tuple[Action, str]]] = {
    "approve": ("hold-approved", "approved"),
    "review": ("hold-reviewed", "reviewed"),
    "release": ("hold-released", "released"),
}


async def _change(request: Request) -> Response:
    there, form = await act(request, PAGE)
    hold, do = read_uuid(str(request.path_params["id"])), form.get("do", "")
    review = _read_review(form.get("review", ""), there.today)
    if do == "review" and review is None:
        return there.go(PAGE, said="late")
    try:
        async with there.given.database.brand(there.brand.id) as connection:
            match do:
                case "approve":
                    done = await holds.approve_hold(connection, hold, staff=there.staff.id, now=there.now)
                case "review" if review is not None:
                    done = await holds.review_hold(connection, hold, review_on=review, now=there.now)
                case "release":
                    done = await holds.release_hold(connection, hold, staff=there.staff.id, now=there.now)
                case _:
                    done = False
            if not done:
                return there.go(PAGE, said="gone")
            await record(
                connection, _DONE[do][0], by=there.by, brand=there.brand.id, kind="hold", object=hold, now=there.now
            )
    except psycopg.errors.CheckViolation:
        return there.go(PAGE, said="self")
    return there.go(PAGE, said=_DONE[do][1])
