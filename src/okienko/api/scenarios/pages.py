"""Scenarios by HTTP: checked, tested, listed, fetched, saved, compared. docs/api.md describes it.

A body is the scenario's file as it is. Reading one and playing its dialogues takes a while, so it is done in a thread.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from difflib import unified_diff
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from okienko.api.view import Caller, Refused, serve
from okienko.audit import store as audit
from okienko.audit.chain import Action
from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.scenarios import store
from okienko.scenarios.check import Known, find_problems
from okienko.scenarios.document import LARGEST, Problem, ScenarioRefused
from okienko.scenarios.play import Played, play_all
from okienko.scenarios.publish import publish, read_known
from okienko.scenarios.read import read_scenario
from okienko.scenarios.scenario import Scenario
from okienko.scenarios.schema import IDENTIFIER
from okienko.scenarios.store import Version
from okienko.web.forms import read_body
from okienko.web.hourly import HourLimit
from okienko.web.i18n import words
from okienko.web.services import services

ADDRESS: Final = "/api/scenarios"
_TO_MEND: Final = "There is something to mend: see “problems”."
_NOT_THERE: Final = "This brand has no such scenario. GET /api/scenarios lists those that are there."
_OVERTAKEN: Final = (
    "It is not saved: somebody has saved another version meanwhile. Fetch the latest version, put your change into it, "
    "and send it with If-Match and that version's ETag."
)


def routes() -> list[Route]:
    """Everything under /api/scenarios."""
    limit = HourLimit()
    one = ADDRESS + "/{scenario:str}"
    return [
        Route(ADDRESS + "/check", serve(_check, "scenarios:read", limit), methods=["POST"]),
        Route(ADDRESS + "/test", serve(_test, "scenarios:read", limit), methods=["POST"]),
        Route(ADDRESS, serve(_list, "scenarios:read", limit), methods=["GET"]),
        Route(one, serve(_fetch, "scenarios:read", limit), methods=["GET"]),
        Route(one, serve(_save, "scenarios:write", limit), methods=["PUT"]),
        Route(one + "/diff", serve(_compare, "scenarios:read", limit), methods=["POST"]),
    ]


async def _check(request: Request, caller: Caller) -> Response:
    text = await _read_text(request)
    _, problems = await asyncio.to_thread(_look, text, await _read_known(request, caller))
    return JSONResponse({"problems": _tell(problems)}, 422 if problems else 200)


async def _test(request: Request, caller: Caller) -> Response:
    text = await _read_text(request)
    problems, played = await asyncio.to_thread(_play, text, await _read_known(request, caller))
    dialogues = [{"dialogue": one.dialogue, "problems": _tell(one.problems)} for one in played]
    well = not problems and not any(one.problems for one in played)
    return JSONResponse({"problems": _tell(problems), "dialogues": dialogues}, 200 if well else 422)


async def _list(request: Request, caller: Caller) -> Response:
    async with services(request).database.brand(caller.brand.id) as connection:
        listed = await store.list_scenarios(connection, caller.brand.id)
    return JSONResponse(
        {
            "scenarios": [
                {
                    "scenario": one.id,
                    "runs": one.published,
                    "latest": one.latest,
                    "draft": one.draft,
                    "saved_at": one.saved_at.isoformat(),
                }
                for one in listed
            ]
        }
    )


async def _fetch(request: Request, caller: Caller) -> Response:
    """The file of what runs, or of the version that is named."""
    versions, runs = await _read_versions(request, caller)
    asked = request.query_params.get("version")
    if asked is None and runs is None:
        title = f"No version of it runs. Ask for one: ?version={versions[0].version} is the latest."
        raise Refused(404, title)
    wanted = str(runs) if asked is None else asked
    version = next((one for one in versions if str(one.version) == wanted), None)
    if version is None:
        raise Refused(404, f"It has no such version. The latest is {versions[0].version}.")
    return Response(version.body, media_type="application/yaml", headers={"ETag": _tag(version)})


async def _save(request: Request, caller: Caller) -> Response:
    """Saves a draft, and lets it run where that is asked for: both, or nothing."""
    given, brand = services(request), caller.brand
    scenario, publishing = _name(request), request.query_params.get("publish") == "1"
    text = await _read_text(request)
    try:
        read = await asyncio.to_thread(read_scenario, text)
    except ScenarioRefused as refused:
        raise Refused(422, _TO_MEND, problems=_tell(refused.problems)) from None
    if read.id != scenario:
        raise Refused(422, f"In the file the scenario is called “{read.id}”, in the address “{scenario}”.")
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        _, review = await store.read_rules(connection, brand.id)
        if publishing and review:
            title = "Nothing is saved: in this brand somebody else publishes than wrote. Leave ?publish=1 out."
            raise Refused(403, title)
        versions = await store.read_versions(connection, brand.id, scenario)
        latest = versions[0] if versions else None
        _require_match(request, latest)
        if latest is None or latest.body != text:
            base = None if latest is None else (latest.version, latest.edits)
            by = caller.token.staff_id
            if await store.save(connection, brand.id, scenario, text, base=base, staff_id=by, now=now) is None:
                raise Refused(409, _OVERTAKEN)
            await _record(request, connection, caller, "scenario-saved", scenario=scenario)
        saved, *_ = await store.read_versions(connection, brand.id, scenario)
        runs = await _find_running(connection, caller, scenario)
        if publishing and runs != saved.version:
            await _publish(request, connection, caller, saved)
            runs = saved.version
    body = {"scenario": scenario, "version": saved.version, "runs": runs}
    return JSONResponse(body, 201 if latest is None else 200, {"ETag": _tag(saved)})


async def _publish(request: Request, connection: Connection, caller: Caller, version: Version) -> None:
    now = services(request).clock()
    by = caller.token.staff_id
    try:
        done = await publish(connection, caller.brand, version, publication=new_id(now), staff_id=by, now=now)
    except ScenarioRefused as refused:
        title = "Nothing is saved, because it cannot run: see “problems”."
        raise Refused(422, title, problems=_tell(refused.problems)) from None
    if not done:
        raise Refused(409, _OVERTAKEN)
    await _record(request, connection, caller, "scenario-published", scenario=version.scenario, version=version.version)


async def _compare(request: Request, caller: Caller) -> Response:
    """What differs between the version that runs, or the latest draft where none does, and the text that is sent."""
    text = await _read_text(request)
    versions, runs = await _read_versions(request, caller)
    known = next((one for one in versions if one.version == runs), versions[0])
    label = f"{known.scenario}, version {known.version}"

    def compare() -> str:
        lines = unified_diff(known.body.splitlines(), text.splitlines(), label, "what was sent", lineterm="")
        return "".join(f"{line}\n" for line in lines)

    return Response(await asyncio.to_thread(compare), media_type="text/plain")


# what is read and told ------------------------------------------------------------------------------------------------


async def _read_text(request: Request) -> str:
    """The file. Raises 413, and `Refused` for one that is no text."""
    body = await read_body(request, 4 * LARGEST)  # as many bytes as its characters may take
    try:
        text = body.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Refused(422, "The body is not UTF-8. Send the file as it is, with curl by --data-binary.") from None
    if len(text) > LARGEST:
        raise Refused(413, f"A scenario's file has at most {LARGEST // 1024} kB.")
    return text


def _name(request: Request) -> str:
    scenario: str = request.path_params["scenario"]
    if IDENTIFIER.fullmatch(scenario) is None:
        raise Refused(404, _NOT_THERE)
    return scenario


async def _read_known(request: Request, caller: Caller) -> Known:
    async with services(request).database.brand(caller.brand.id) as connection:
        return await read_known(connection, caller.brand)


async def _read_versions(request: Request, caller: Caller) -> tuple[list[Version], int | None]:
    """Every version of the scenario that the address names, the latest first, and the one that runs. Raises 404."""
    scenario = _name(request)
    async with services(request).database.brand(caller.brand.id) as connection:
        versions = await store.read_versions(connection, caller.brand.id, scenario)
        runs = await _find_running(connection, caller, scenario)
    if not versions:
        raise Refused(404, _NOT_THERE)
    return versions, runs


async def _find_running(connection: Connection, caller: Caller, scenario: str) -> int | None:
    history = await store.list_publications(connection, caller.brand.id, scenario)
    return history[0].version if history else None


def _look(text: str, known: Known) -> tuple[Scenario | None, tuple[Problem, ...]]:
    """The scenario, if it can be read, and all that is wrong with it."""
    try:
        scenario = read_scenario(text)
    except ScenarioRefused as refused:
        return None, refused.problems
    return scenario, find_problems(scenario, known)


def _play(text: str, known: Known) -> tuple[tuple[Problem, ...], Iterable[Played]]:
    scenario, problems = _look(text, known)
    return problems, () if scenario is None else tuple(play_all(scenario))


def _tell(problems: Iterable[Problem]) -> list[object]:
    english = words("en")
    return [{"line": one.line, "step": one.step, "problem": one.tell(english)} for one in problems]


def _tag(version: Version) -> str:
    return f'"{version.version}.{version.edits}"'


def _require_match(request: Request, latest: Version | None) -> None:
    """That the caller knows what they write over. Raises `Refused`."""
    sent = re.sub(r"^W/", "", request.headers.get("if-match", "").strip())  # a proxy that compresses makes it weak
    if latest is None:
        if sent:
            raise Refused(409, f"{_NOT_THERE} To make it, leave If-Match out.")
    elif not sent:
        title = "There is a scenario of this name already: send If-Match with the ETag of its latest version."
        raise Refused(409, title)
    elif sent not in {"*", _tag(latest)}:
        raise Refused(409, _OVERTAKEN)


async def _record(request: Request, connection: Connection, caller: Caller, action: Action, **detail: object) -> None:
    """An entry of the audit log: who made the token, and which one it was."""
    await audit.record(
        connection,
        action,
        by=audit.member(caller.token.staff_id),
        brand=caller.brand.id,
        kind="scenario",
        object=caller.brand.id,
        detail={**detail, "token": caller.token.id},
        now=services(request).clock(),
    )
