"""One scenario at the desk: its steps as forms, picture, text, dialogues and versions, and a trial beside them.

What stands in the form is the whole truth: the text, the fields of what is open, and what was said in the trial. An act
writes the fields into the text, saves it as a draft, whatever is wrong with it, and shows the page again; what is only
tried is not saved. Everything works without JavaScript.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, cast, get_args

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.audit import store as audit
from okienko.audit.chain import Action
from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.scenarios import store
from okienko.scenarios.check import Known
from okienko.scenarios.document import LARGEST, ScenarioRefused
from okienko.scenarios.publish import publish, read_known
from okienko.scenarios.schema import IDENTIFIER, KINDS
from okienko.scenarios.store import Publication, Version
from okienko.scenarios.studio import form as forms
from okienko.scenarios.studio.changes import tell_changes
from okienko.scenarios.studio.form import Table
from okienko.scenarios.studio.look import MOST_TRIED, Looked, look_through, make_dialogue, name
from okienko.scenarios.studio.picture import draw
from okienko.scenarios.studio.rewrite import read_data, rewrite
from okienko.values import Brand, Language, SignedIn
from okienko.web.csrf import require_token
from okienko.web.differences import compare
from okienko.web.forms import read_form
from okienko.web.i18n import Words, mark, words
from okienko.web.own_brands import LEADS, find_own
from okienko.web.services import services
from okienko.web.signed_in import signed_in
from okienko.web.templates import page_language, render

ADDRESS: Final = "/desk/scenarios"
View = Literal["steps", "picture", "text", "dialogues", "versions"]

_FORM_LIMIT: Final = 2 * 1024 * 1024  # bytes: a file at its largest, escaped, and the one before it
_MOST_FIELDS: Final = 1000
_TRYING: Final = frozenset({"say", "pick", "back", "again"})  # acts of the trial, of which nothing is kept
_WRITING: Final = frozenset({"keep", "undo", "add", "up", "down", "remove", "drop", "dialogue", "propose", "publish"})
# What shows something else takes along what was typed.
_SAVING: Final = _WRITING | {
    "view",
    "open",
    "read",
    "close",
}
_SAID: Final[Mapping[str, str]] = {
    "saved": mark("The draft is saved."),
    "proposed": mark("Somebody else can publish it now."),
    "published": mark("It runs from now on: new conversations begin with it within seconds."),
    "withdrawn": mark("It begins no more. Whoever is in it goes on to its end."),
    "removed": mark("It is taken out, and the draft is saved."),
    "dialogue": mark("The trial is a dialogue of the scenario now: nothing is published unless it goes like this."),
}
_REFUSED: Final[Mapping[str, str]] = {
    "overtaken": mark("Somebody has saved it meanwhile. Your text stands below; theirs is what was saved."),
    "problems": mark("It is not published: mend what is listed first."),
    "own": mark("Somebody else has to publish what you wrote."),
    "id": mark("The scenario’s name in the text (“scenario:”) has to stay as it is."),
    "large": mark("It is not saved: the text is longer than a scenario may be."),
}
Refused = Literal["overtaken", "problems", "own", "id", "large"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One scenario of a brand, for somebody who may change it."""

    brand: Brand
    id: str
    versions: Sequence[Version]
    published: int | None
    review: bool
    history: Sequence[Publication]
    known: Known

    @property
    def address(self) -> str:
        """Its page."""
        return f"{ADDRESS}/{self.brand.slug}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What somebody has in the form."""

    body: str
    base: tuple[int, int] | None
    view: View = "steps"
    open: int | None = None  # the step or the dialogue whose fields are shown
    said: tuple[str, ...] = ()  # by the customer, in the trial
    language: Language = "pl"  # that the trial is held in
    before: str = ""  # the text before something was taken out
    chatting: bool = False  # the last act was one of the trial


def routes() -> list[Route]:
    """Everything under /desk/scenarios/{brand}/{scenario}."""
    return [
        Route(ADDRESS + "/{brand}/{scenario}", _show, methods=["GET"]),
        Route(ADDRESS + "/{brand}/{scenario}", _change, methods=["POST"]),
        Route(ADDRESS + "/{brand}/{scenario}/run", _run, methods=["POST"]),
    ]


async def _show(request: Request) -> Response:
    staff = signed_in(request)
    place = await _read_place(request, *await _named(request, staff))
    asked = request.query_params
    shown = next((one for one in place.versions if str(one.version) == asked.get("version")), place.versions[0])
    latest = place.versions[0]
    typed = Typed(
        body=shown.body,
        base=(latest.version, latest.edits),
        view=cast("View", asked.get("view")) if asked.get("view") in get_args(View) else "steps",
        language=_trial_language(place.brand, page_language(request)),
    )
    if shown is not latest:
        typed = replace(typed, view="text")
    if asked.get("step") and typed.view == "steps":
        typed = replace(typed, open=await asyncio.to_thread(_find_step, shown.body, asked["step"]))
    return await _render(request, staff, place, typed, said=asked.get("said"))


async def _change(request: Request) -> Response:
    """An act: what stands in the form, changed, and saved unless it is only tried."""
    staff = signed_in(request)
    form = await read_form(request, _FORM_LIMIT, _MOST_FIELDS)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    place = await _read_place(request, *await _named(request, staff))
    spoken = words(page_language(request))
    act, _, rest = form.get("do", "look").partition(":")
    if act == "enter":  # the key, in whichever field
        act = "say" if form.get("write", "").strip() else "keep"
    typed = _read_typed(place.brand, form)
    typed = await asyncio.to_thread(_act, typed, form, act, rest, spoken)
    if act not in _SAVING:
        return await _render(request, staff, place, replace(typed, chatting=act in _TRYING))
    return await _keep(request, staff, place, typed, act)


async def _keep(request: Request, staff: SignedIn, place: Place, typed: Typed, act: str) -> Response:
    """Saves the draft, and asks somebody to publish it or publishes it where the act says so."""
    latest = place.versions[0]
    if len(typed.body) > LARGEST:
        return await _render(request, staff, place, typed, refused="large", status=413)
    if await asyncio.to_thread(_id_of, typed.body) not in {place.id, None}:
        return await _render(request, staff, place, replace(typed, view="text"), refused="id", status=422)
    said = {"propose": None, "publish": None, "remove": "removed", "drop": "removed", "dialogue": "dialogue"}.get(act)
    given = services(request)
    now = given.clock()
    if typed.body != latest.body:
        async with given.database.brand(place.brand.id) as connection:
            saved = await store.save(
                connection, place.brand.id, place.id, typed.body, base=typed.base, staff_id=staff.id, now=now
            )
            # A draft that its author goes on with is on record once.
            if saved is not None and (saved != latest.version or latest.saved_by != staff.id or act == "propose"):
                await record(request, connection, place.brand, "scenario-saved", scenario=place.id)
        place = await _read_place(request, place.brand, place.id)
        latest = place.versions[0]
        typed = replace(typed, base=(latest.version, latest.edits))
        if saved is None:  # saving once more overwrites theirs, knowingly
            return await _render(
                request, staff, place, replace(typed, view="text"), refused="overtaken", status=409, theirs=latest
            )
        said = said or ("saved" if act in {"keep", "undo"} else None)
    elif act == "keep":
        said = "saved"
    if act == "propose":
        return await _propose(request, staff, place, typed)
    if act == "publish":
        return await _publish(request, staff, place, typed, latest)
    return await _render(request, staff, place, typed, said=said)


async def _propose(request: Request, staff: SignedIn, place: Place, typed: Typed) -> Response:
    looked = await asyncio.to_thread(look_through, typed.body, place.known, (), typed.language)
    if looked.problems:
        return await _render(request, staff, place, typed, refused="problems", status=422)
    given = services(request)
    latest = place.versions[0]
    async with given.database.brand(place.brand.id) as connection:
        await store.propose(connection, place.brand.id, place.id, (latest.version, latest.edits), given.clock())
    place = await _read_place(request, place.brand, place.id)
    return await _render(request, staff, place, typed, said="proposed")


async def _publish(request: Request, staff: SignedIn, place: Place, typed: Typed, version: Version) -> Response:
    if place.review and version.published_at is None and version.saved_by in {staff.id, None}:
        return await _render(request, staff, place, typed, refused="own", status=403)
    if version.version == place.published:  # it runs already
        return await _render(request, staff, place, typed, said="published")
    given = services(request)
    now = given.clock()
    try:
        async with given.database.brand(place.brand.id) as connection:
            done = await publish(connection, place.brand, version, publication=new_id(now), staff_id=staff.id, now=now)
            if done:
                await record(
                    request, connection, place.brand, "scenario-published", scenario=place.id, version=version.version
                )
    except ScenarioRefused:
        return await _render(request, staff, place, typed, refused="problems", status=422)
    if not done:
        return await _render(request, staff, place, typed, refused="overtaken", status=409)
    place = await _read_place(request, place.brand, place.id)
    return await _render(request, staff, place, typed, said="published")


async def _run(request: Request) -> Response:
    """Publishes a version, the latest or one that ran before; or withdraws the scenario."""
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    place = await _read_place(request, *await _named(request, staff))
    given = services(request)
    now = given.clock()
    if form.get("do") == "withdraw":
        async with given.database.brand(place.brand.id) as connection:
            await store.withdraw(
                connection, place.brand.id, place.id, publication=new_id(now), staff_id=staff.id, now=now
            )
            await record(request, connection, place.brand, "scenario-withdrawn", scenario=place.id)
        return RedirectResponse(f"{place.address}?view=versions&said=withdrawn", 303)
    base = _read_base(form.get("base", ""))
    version = next((one for one in place.versions if (one.version, one.edits) == base), None)
    latest = place.versions[0]
    typed = Typed(
        body=latest.body,
        base=(latest.version, latest.edits),
        view="versions",
        language=_trial_language(place.brand, page_language(request)),
    )
    if version is None:
        return await _render(request, staff, place, typed, refused="overtaken", status=409)
    done = await _publish(request, staff, place, typed, version)
    return done if done.status_code != 200 else RedirectResponse(f"{place.address}?view=versions&said=published", 303)


# acts on the text -----------------------------------------------------------------------------------------------------


def _act(typed: Typed, form: Mapping[str, str], act: str, rest: str, spoken: Words) -> Typed:
    """What the form says, and what the act makes of it."""
    said = typed.said
    match act:
        case "say":
            said = (*said, " ".join(form.get("write", "").split()))
        case "pick":
            said = (*said, rest)
        case "back":
            said = said[:-1]
        case "again":
            said = ()
        case "undo" if typed.before:
            return replace(typed, body=typed.before, before="", open=None)
        case _:
            pass
    typed = replace(typed, said=tuple(line for line in said if line)[:MOST_TRIED])
    try:
        before = read_data(typed.body)
    except ScenarioRefused:
        return replace(typed, view="text", open=None)
    data = forms.apply(before, form, spoken)
    filled = rewrite(typed.body, data)
    data, typed = _change_data(replace(typed, body=filled, before=""), data, act, rest, spoken)
    body = rewrite(filled, data)
    return replace(typed, body=body, before=filled if act in {"remove", "drop"} and body != filled else "")


def _change_data(typed: Typed, data: Table, act: str, rest: str, spoken: Words) -> tuple[Table, Typed]:
    at, _, kind = rest.partition(":")
    place = int(at) if at.isdecimal() and len(at) < 4 else None
    match act:
        case "view" if rest in get_args(View):
            typed = replace(typed, view=cast("View", rest), open=None)
        case "open":
            typed = replace(typed, view="steps", open=place)
        case "read":
            typed = replace(typed, view="dialogues", open=place)
        case "close":
            typed = replace(typed, open=None)
        case "add" if kind in KINDS:
            after = len(forms.steps(data)) - 1 if place is None else place
            data = forms.insert(data, after, forms.new_step(data, kind, spoken))
            typed = replace(typed, view="steps", open=after + 1)
        case "up" | "down" if place is not None:
            by = -1 if act == "up" else 1
            data = forms.move(data, place, by)
            typed = replace(typed, open=min(max(0, place + by), len(forms.steps(data)) - 1))
        case "remove" if place is not None:
            data = forms.drop(data, ("steps", at))
            typed = replace(typed, open=None)
        case "drop":
            keys = tuple(rest.split("/"))
            data = forms.drop(data, keys)
            typed = replace(typed, open=None if keys[0] == "dialogues" and len(keys) == 2 else typed.open)
        case "dialogue":
            called = spoken.gettext(mark("Trial %(n)s"), n=len(forms.items(data.get("dialogues"))) + 1)
            looked = look_through(typed.body, Known(), typed.said, typed.language)
            if looked.tried is not None and typed.said:
                data = forms.add_dialogue(data, make_dialogue(called, typed.language, typed.said, looked.tried))
                typed = replace(typed, view="dialogues", open=len(forms.items(data.get("dialogues"))) - 1)
        case _:
            pass
    return data, typed


# what the page is made of ---------------------------------------------------------------------------------------------


async def _named(request: Request, staff: SignedIn) -> tuple[Brand, str]:
    scenario = request.path_params["scenario"]
    if IDENTIFIER.fullmatch(scenario) is None:
        raise HTTPException(404)
    return await find_own(request, staff, request.path_params["brand"], LEADS), scenario


async def _read_place(request: Request, brand: Brand, scenario: str) -> Place:
    async with services(request).database.brand(brand.id) as connection:
        versions = await store.read_versions(connection, brand.id, scenario)
        if not versions:
            raise HTTPException(404)
        history = await store.list_publications(connection, brand.id, scenario)
        _, review = await store.read_rules(connection, brand.id)
        known = await read_known(connection, brand)
    return Place(
        brand=brand,
        id=scenario,
        versions=versions,
        published=history[0].version if history else None,
        review=review,
        history=history,
        known=known,
    )


def _read_typed(brand: Brand, form: Mapping[str, str]) -> Typed:
    view, opened = form.get("view", ""), form.get("open", "")
    return Typed(
        body=form.get("body", "").replace("\r\n", "\n"),
        base=_read_base(form.get("base", "")),
        view=cast("View", view) if view in get_args(View) else "steps",
        open=int(opened) if opened.isdecimal() and len(opened) < 4 else None,
        said=tuple(line for line in form.get("said", "").replace("\r\n", "\n").split("\n") if line.strip()),
        language=_trial_language(brand, cast("Language", form.get("language", ""))),
        before=form.get("before", "").replace("\r\n", "\n"),
    )


def _trial_language(brand: Brand, language: Language) -> Language:
    return language if language in brand.languages else brand.language


def _find_step(body: str, wanted: str) -> int | None:
    try:
        listed = forms.steps(read_data(body))
    except ScenarioRefused:
        return None
    return next((at for at, step in enumerate(listed) if wanted in (step.get("step"), "first")), None)


def _id_of(body: str) -> str | None:
    try:
        return forms.text(read_data(body).get("scenario")) or None
    except ScenarioRefused:
        return None


def _compare_versions(request: Request, place: Place, spoken: Words) -> Mapping[str, object] | None:
    """The two versions that the address names, the older one first, and what differs."""
    by_number = {str(version.version): version for version in place.versions}
    one, other = (by_number.get(request.query_params.get(end, "")) for end in ("from", "to"))
    if one is None or other is None or one is other:
        return None
    old, new = sorted((one, other), key=lambda version: version.version)
    try:
        changes = tell_changes(read_data(old.body), read_data(new.body), spoken)
    except ScenarioRefused:
        changes = None  # one of them is no YAML: the text alone is compared
    return {"old": old, "new": new, "changes": changes, "text": compare(old.body, new.body)}


async def _render(
    request: Request,
    staff: SignedIn,
    place: Place,
    typed: Typed,
    *,
    said: str | None = None,
    refused: Refused | None = None,
    theirs: Version | None = None,
    status: int = 200,
) -> Response:
    language = page_language(request)
    looked = await asyncio.to_thread(look_through, typed.body, place.known, typed.said, typed.language)
    if looked.data is None:
        typed = replace(typed, view="text" if typed.view != "versions" else typed.view)
    latest = place.versions[0]
    compared = await asyncio.to_thread(_compare_versions, request, place, words(language))
    return render(
        request,
        "scenarios/scenario.html",
        status=status,
        staff=staff,
        place=place,
        brand=place.brand,
        title=await asyncio.to_thread(name, typed.body, language) or _title(looked, language) or place.id,
        typed=typed,
        looked=looked,
        forms=forms,
        boxes=_boxes(looked, language),
        latest=latest,
        waits=latest.published_at is None,
        may_publish=not place.review or latest.saved_by not in {staff.id, None},
        compared=compared,
        unlike=None if theirs is None else compare(theirs.body, typed.body),
        said=_SAID.get(said or ""),
        refused=None if refused is None else _REFUSED[refused],
        now=services(request).clock(),
    )


def _title(looked: Looked, language: Language) -> str:
    names = forms.table((looked.data or {}).get("name"))
    return forms.text(names.get(language)) or next(map(forms.text, names.values()), "")


def _boxes(looked: Looked, language: Language) -> Sequence[object]:
    counts = {at: len(problems) for at, problems in looked.at_steps.items()}
    return [] if looked.data is None else draw(looked.data, words(language), counts)


async def record(request: Request, connection: Connection, brand: Brand, action: Action, **detail: object) -> None:
    """An entry of the audit log about the scenarios of a brand."""
    await audit.record(
        connection,
        action,
        by=audit.staff(signed_in(request), brand.id),
        brand=brand.id,
        kind="scenario",
        object=brand.id,
        detail=detail,
        now=services(request).clock(),
    )


def _read_base(text: str) -> tuple[int, int] | None:
    """`3.7`: the version and the edit of it that somebody read."""
    version, _, edits = text.partition(".")
    if all(part.isascii() and part.isdecimal() and len(part) < 9 for part in (version, edits)):
        return int(version), int(edits)
    return None
