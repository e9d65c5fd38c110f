"""Requests of people about their data at the desk: their clocks, who asks, and what is done about them.

What fulfils a request is done in `okienko.rights.fulfil`; here somebody decides it, after a fresh proof of who it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Final, get_args
from zoneinfo import ZoneInfo

import psycopg
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from okienko.audit.chain import Action
from okienko.audit.store import record
from okienko.database.pool import Connection
from okienko.desk.privacy.view import ADDRESS, Visit, act, show, visit
from okienko.desk.rules import make_code, read_reference
from okienko.desk.view import read_uuid
from okienko.mail.store import write_letter
from okienko.masking.kinds import ENTITIES
from okienko.policy.clocks import Pause, end_of_day
from okienko.policy.files import read_own_book
from okienko.rights import fulfil
from okienko.rights.clocks import Term, find_moved, find_term
from okienko.rights.steps import ANYBODYS, find_stage
from okienko.rights.store import corrections, holds, notices, people, requests
from okienko.rights.store.askers import find_alike, find_verified, read_asker
from okienko.rights.store.requests import Kind, NewRequest, Question
from okienko.rights.tell import find_law, tell_law
from okienko.rights.vault import OtherKind
from okienko.values import MaskedText, RawText
from okienko.web.i18n import mark, words
from okienko.web.templates import page_language

KINDS: Final[Mapping[Kind, str]] = {
    "access": mark("A copy of their data"),
    "portability": mark("Their data, to take along"),
    "rectify": mark("Correction"),
    "erase": mark("Erasure"),
    "restrict": mark("Restriction"),
    "object": mark("Objection"),
    "complaint": mark("Complaint about their data"),
    "reklamacja": mark("Consumer's complaint"),
    "question": mark("Question about their data"),
}
STATES: Final = {
    "open": mark("open"),
    "fulfilled": mark("done"),
    "refused": mark("refused"),
    "withdrawn": mark("withdrawn"),
    "joined": mark("joined to another"),
}
CAME: Final = {
    "chat": mark("from the chat"),
    "form": mark("by the form"),
    "desk": mark("written down at the desk"),
    "command": mark("at the operator's terminal"),
}
PROVED: Final = {
    "code": mark("by a code to an address that was known before"),
    "chat": mark("by the key of their conversation"),
    "desk": mark("by somebody at the desk"),
    "operator": mark("by the operator"),
}
EVENTS: Final = {
    "received": mark("arrived"),
    "acknowledged": mark("acknowledged"),
    "verified": mark("identity proved"),
    "extended": mark("extended"),
    "joined": mark("joined to another"),
    "fulfilled": mark("done"),
    "refused": mark("refused"),
    "withdrawn": mark("withdrawn"),
}
HOW: Final = {
    "account": mark("They are signed in to their account, which we have looked at"),
    "answers": mark("They answered questions that only they can answer"),
    "called": mark("We called or wrote to an address that we knew before"),
    "present": mark("They were here in person"),
}
_SAID: Final = {
    "opened": mark("Written down. Its clock runs from now."),
    "nobody": mark("Nothing was done: there is no conversation of this reference."),
    "told": mark("Noted: the processor was told."),
    "identified": mark("Noted: it is known who asks. Somebody else hands over or erases."),
    "extended": mark("Extended. Tell the person now, and why: the law wants them told within the first term."),
    "asked": mark("Asked: the clock stands still until you note the answer. Write to the person now."),
    "answered": mark("Noted: the clock runs on."),
    "refused": mark("Refused, with its reason. Tell the person, and where they can complain."),
    "closed": mark("Done."),
    "restricted": mark("Done: from now on their data are kept and not used."),
    "objected": mark("Done: what they write serves nothing but answering them."),
    "corrected": mark("The right value stands there now. Close the request when all is right."),
    "other-kind": mark("Nothing was corrected: this is not a value of that kind."),
    "there": mark("Nothing was corrected: the right value is there already."),
    "late": mark("Nothing was done: the first term is over, and only within it can a request be extended."),
    "same": mark("Nothing was done: you have said who asks, so somebody else has to do this."),
    "held": mark("Nothing was erased: a legal hold keeps this person's data."),
    "sending": mark("Nothing was erased yet: a message to this person is being sent. Try again in a minute."),
    "sure": mark("Nothing was erased: tick that you are sure."),
}
_LETTER: Final = timedelta(days=3)  # so long a letter about an answer may take


def routes() -> list[Route]:
    """The requests: the first of the officer's pages."""
    return [
        Route(ADDRESS, _list, methods=["GET"]),
        Route(ADDRESS, _open, methods=["POST"]),
        Route(ADDRESS + "/notices/{id:uuid}", _tell_processor, methods=["POST"]),
        Route(ADDRESS + "/requests/{brand:str}/{asked:str}", _show, methods=["GET"]),
        Route(ADDRESS + "/requests/{brand:str}/{asked:str}/{do:str}", _do, methods=["POST"]),
    ]


# the list -------------------------------------------------------------------------------------------------------------


async def _list(request: Request) -> Response:
    there = await visit(request)
    closed = request.query_params.get("state") == "closed"
    counts: list[tuple[str, str, requests.Counted]] = []
    for brand in there.brands:
        async with there.given.database.brand(brand.id) as connection:
            today = there.now.astimezone(ZoneInfo(brand.timezone)).date()
            counts.append((brand.slug, brand.name, await requests.count_open(connection, today)))
    async with there.given.database.brand(there.brand.id) as connection:
        listed = await (requests.list_closed(connection, limit=200) if closed else requests.list_open(connection))
        unheard = await requests.list_unacknowledged(connection)
        untold = await notices.list_untold(connection)
    return show(
        there,
        "requests",
        said=_SAID,
        requests=listed,
        closed=closed,
        counts=counts,
        unheard=unheard,
        untold=untold,
        kinds=KINDS,
        states=STATES,
        soon=there.today + requests.SOON,
    )


async def _open(request: Request) -> Response:
    """Writes a request down that came by letter, by telephone or in a conversation."""
    there, form = await act(request, "")
    kind = next((one for one in get_args(Kind) if one == form.get("kind")), None)
    if kind is None:
        raise HTTPException(400)
    typed = form.get("words", "").strip()
    masked = there.mask(typed) if typed else MaskedText("")
    if masked is None:
        return there.go("", said="short")
    async with there.given.database.brand(there.brand.id) as connection:
        person = None
        if form.get("reference", "").strip():
            reference = read_reference(form["reference"])
            found = await people.find_people(connection, reference=reference) if reference else []
            if not found:
                return there.go("", said="nobody")
            person = found[0].id
        new = NewRequest(
            kind=kind,
            language=there.brand.language,
            came_by="desk",
            term=find_term(read_own_book(), there.brand, there.now, kind=kind),
            person=person,
            words=masked,
        )
        opened = await requests.open_request(connection, new, staff=there.staff.id, now=there.now)
        await _record(connection, there, "request-opened", opened, {"kind": kind})
        asked = await requests.read_request(connection, opened)
    assert asked is not None
    return there.go(f"/requests/{there.brand.slug}/{asked.reference}", said="opened")


async def _tell_processor(request: Request) -> Response:
    there, _ = await act(request, "")
    notice = read_uuid(str(request.path_params["id"]))
    async with there.given.database.brand(there.brand.id) as connection:
        if not await notices.settle_notice(connection, notice, staff=there.staff.id, now=there.now):
            return there.go("", said="gone")
        await record(
            connection,
            "request-changed",
            by=there.by,
            brand=there.brand.id,
            kind="processor",
            object=notice,
            detail={"told": 1},
            now=there.now,
        )
    return there.go("", said="told")


# one request ----------------------------------------------------------------------------------------------------------


async def _find(connection: Connection, there: Visit) -> requests.Request:
    """The request that the address names. Raises 404."""
    found = await requests.find_request(connection, there.request.path_params["asked"])
    asked = None if found is None else await requests.read_request(connection, found)
    if asked is None:
        raise HTTPException(404)
    return asked


def _term(there: Visit, asked: requests.Request) -> Term:
    """The clock again, by the place whose rules have set it."""
    place = asked.rule.partition(" ")[0]
    return find_term(read_own_book(), there.brand, asked.received_at, kind=asked.kind, declared=place)


def _pauses(questions: list[Question]) -> list[Pause]:
    return [Pause(asked=one.asked_at, answered=one.answered_at) for one in questions if one.answered_at is not None]


async def _show(request: Request) -> Response:
    return await _render(await visit(request))


async def _render(there: Visit, *, receipt: fulfil.Receipt | None = None) -> Response:
    speak = words(page_language(there.request))
    async with there.given.database.brand(there.brand.id) as connection:
        asked = await _find(connection, there)
        events = await requests.read_events(connection, asked.id)
        questions = await requests.list_questions(connection, asked.id)
        told = await notices.list_of_request(connection, asked.id)
        asker = await read_asker(connection, asked.id)
        alike = [
            one.reference
            for id_ in (await find_alike(connection, asked.id) if asked.person is None else [])
            if (one := await requests.read_request(connection, id_)) is not None
        ]
        leads = None if asked.same_as is None else await requests.read_request(connection, asked.same_as)
        found = [] if asked.person is None else await people.find_people(connection, person=asked.person)
        values = []
        if asked.kind == "rectify" and asked.person is not None and asked.state == "open":
            values = await corrections.list_values(connection, asked.person)
        names = await holds.read_names(connection, [event.staff for event in events if event.staff is not None])
    term = _term(there, asked)
    return show(
        there,
        "request",
        said=_SAID,
        asked=asked,
        stage=find_stage(state=asked.state, kind=asked.kind, verified=asked.verified_at is not None),
        anybodys=asked.kind in ANYBODYS,
        law=tell_law(find_law(read_own_book(), asked.rule), speak),
        events=events,
        names=names,
        questions=questions,
        told=told,
        asker=asker,
        alike=alike,
        leads=leads,
        person=found[0] if found else None,
        values=values,
        labels=ENTITIES,
        term=term,
        extends_to=_extends_to(there, asked, term),
        receipt=receipt,
        kinds=KINDS,
        states=STATES,
        came=CAME,
        proved=PROVED,
        happened=EVENTS,
        how=HOW,
        code=make_code,
        mine=any(event.what == "verified" and event.staff == there.staff.id for event in events)
        and asked.verified_by == "desk",
    )


def _extends_to(there: Visit, asked: requests.Request, term: Term) -> date | None:
    """Up to when the request could be extended today; None: its law knows no extension, or it is too late."""
    if asked.extended_to is not None or term.extended_to is None or term.tell_by is None:
        return None
    return term.extended_to if there.today <= min(term.tell_by, asked.due_on) else None


# what is done about it ------------------------------------------------------------------------------------------------

_Doing = Callable[[Visit, Mapping[str, str], requests.Request], Awaitable[str | Response]]


async def _do(request: Request) -> Response:
    """One act about one request. Everything here is refused by the database, too, when it must not be."""
    page = f"/requests/{request.path_params['brand']}/{request.path_params['asked']}"
    there, form = await act(request, page)
    async with there.given.database.brand(there.brand.id) as connection:
        asked = await _find(connection, there)
    doing = _DOINGS.get(request.path_params["do"])
    if doing is None:
        raise HTTPException(404)
    try:
        done = await doing(there, form, asked)
    except fulfil.SamePerson:
        done = "same"
    except fulfil.NotReady:
        done = "gone"
    except fulfil.Held:
        done = "held"
    except fulfil.StillSending:
        done = "sending"
    return there.go(page, said=done) if isinstance(done, str) else done


async def _identify(there: Visit, form: Mapping[str, str], asked: requests.Request) -> str | Response:
    """Somebody vouches for who asks, and says how it was found out; the proof itself is not kept."""
    how, reference = form.get("how", ""), read_reference(form.get("reference", ""))
    if how not in HOW:
        raise HTTPException(400)
    async with there.given.database.brand(there.brand.id) as connection:
        found = await people.find_people(connection, reference=reference) if reference else []
        if not found:
            return "nobody"
        if not await requests.verify(connection, asked.id, found[0].id, by="desk", staff=there.staff.id, now=there.now):
            return "gone"
        await _record(connection, there, "request-changed", asked.id, {"verified": how})
    return "identified"


async def _extend(there: Visit, form: Mapping[str, str], asked: requests.Request) -> str | Response:
    reason, term = there.mask(form.get("reason", "")), _term(there, asked)
    if reason is None:
        return "short"
    if _extends_to(there, asked, term) is None or term.extended_to is None:
        return "late"
    try:
        async with there.given.database.brand(there.brand.id) as connection:
            pauses = _pauses(await requests.list_questions(connection, asked.id))
            to = _moved(there, asked, pauses, extended=True) if pauses else term.extended_to
            if not await requests.extend(
                connection, asked.id, to=to, reason=reason, staff=there.staff.id, now=there.now
            ):
                return "gone"
            await _record(connection, there, "request-changed", asked.id, {"extended": to})
    except psycopg.errors.CheckViolation:
        return "late"
    return "extended"


def _moved(there: Visit, asked: requests.Request, pauses: list[Pause], *, extended: bool) -> date:
    place = asked.rule.partition(" ")[0]
    return find_moved(read_own_book(), there.brand, asked.received_at, place=place, extended=extended, pauses=pauses)


async def _ask(there: Visit, form: Mapping[str, str], asked: requests.Request) -> str | Response:
    question = there.mask(form.get("words", ""))
    if question is None:
        return "short"
    if not asked.clock_stops or asked.state != "open":
        return "gone"
    async with there.given.database.brand(there.brand.id) as connection:
        if not await requests.ask(connection, asked.id, question, staff=there.staff.id, now=there.now):
            return "gone"
        await _record(connection, there, "request-changed", asked.id, {"asked": 1})
    return "asked"


async def _answered(there: Visit, _: Mapping[str, str], asked: requests.Request) -> str | Response:
    """The person has answered what they were asked: the clock runs on."""
    if asked.stands_since is None:
        return "gone"
    async with there.given.database.brand(there.brand.id) as connection:
        pauses = _pauses(await requests.list_questions(connection, asked.id))
        pauses.append(Pause(asked=asked.stands_since, answered=there.now))
        due = _moved(there, asked, pauses, extended=asked.extended_to is not None)
        if not await requests.answer(connection, asked.id, due_on=due, now=there.now):
            return "gone"
        await _record(connection, there, "request-changed", asked.id, {"due": due})
    return "answered"


async def _refuse(there: Visit, form: Mapping[str, str], asked: requests.Request) -> str | Response:
    reason = there.mask(form.get("reason", ""))
    if reason is None:
        return "short"
    async with there.given.database.brand(there.brand.id) as connection:
        if not await requests.close(
            connection, asked.id, "refused", refusal=reason, staff=there.staff.id, now=there.now
        ):
            return "gone"
        await _record(connection, there, "request-closed", asked.id, {"state": "refused"})
        await _write(connection, there, asked)
    return "refused"


async def _close(there: Visit, form: Mapping[str, str], asked: requests.Request) -> str | Response:
    """A complaint or a question is answered; of a correction all is right."""
    if asked.kind not in ANYBODYS and asked.kind != "rectify":
        raise HTTPException(400)
    outcome = there.mask(form.get("outcome", ""))
    if outcome is None:
        return "short"
    try:
        async with there.given.database.brand(there.brand.id) as connection:
            if not await requests.close(
                connection, asked.id, "fulfilled", outcome=outcome, staff=there.staff.id, now=there.now
            ):
                return "gone"
            await _record(connection, there, "request-closed", asked.id, {"state": "fulfilled"})
            await _write(connection, there, asked)
    except psycopg.errors.CheckViolation:
        return "gone"  # nobody has found out who asks
    return "closed"


async def _hand_over(there: Visit, _: Mapping[str, str], asked: requests.Request) -> str | Response:
    """The copy, to be given to the person: as a file, and nowhere else."""
    package = await fulfil.hand_over(
        there.given.database, there.given.keys, there.brand, asked.id, by=there.by, clock=there.given.clock
    )
    return Response(
        package,
        media_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{asked.reference}.zip"',
            "Cache-Control": "no-store",
        },
    )


async def _erase(there: Visit, form: Mapping[str, str], asked: requests.Request) -> str | Response:
    if form.get("sure") != "yes":
        return "sure"
    given = there.given
    receipt = await fulfil.erase(
        given.database,
        there.brand.id,
        asked.id,
        ledger=given.settings.ledger,
        by=there.by,
        clock=given.clock,
        pause=asyncio.sleep,
        live=given.live,
        letters=given.keys if given.can_mail else None,
    )
    return await _render(there, receipt=receipt)


async def _restrict(there: Visit, _: Mapping[str, str], asked: requests.Request) -> str | Response:
    await fulfil.restrict(there.given.database, there.brand.id, asked.id, by=there.by, clock=there.given.clock)
    return "restricted"


async def _object(there: Visit, _: Mapping[str, str], asked: requests.Request) -> str | Response:
    await fulfil.take_objection(there.given.database, there.brand.id, asked.id, by=there.by, clock=there.given.clock)
    return "objected"


async def _correct(there: Visit, form: Mapping[str, str], asked: requests.Request) -> str | Response:
    """Puts one sealed value right. What is typed is sealed at once and kept nowhere else."""
    table, _, row = form.get("value", "").partition("/")
    try:
        done = await fulfil.rectify(
            there.given.database,
            there.given.keys,
            there.brand.id,
            asked.id,
            table=table,
            row=read_uuid(row),
            value=RawText(form.get("right", "")),
            by=there.by,
            clock=there.given.clock,
        )
    except OtherKind:
        return "other-kind"
    except psycopg.errors.UniqueViolation:
        return "there"
    return "corrected" if done else "gone"


_DOINGS: Final[Mapping[str, _Doing]] = {
    "identify": _identify,
    "extend": _extend,
    "ask": _ask,
    "answered": _answered,
    "refuse": _refuse,
    "close": _close,
    "hand-over": _hand_over,
    "erase": _erase,
    "restrict": _restrict,
    "object": _object,
    "correct": _correct,
}


async def _record(
    connection: Connection, there: Visit, action: Action, request: object, detail: Mapping[str, object]
) -> None:
    await record(
        connection,
        action,
        by=there.by,
        brand=there.brand.id,
        kind="request",
        object=str(request),
        detail=detail,
        now=there.now,
    )


async def _write(connection: Connection, there: Visit, asked: requests.Request) -> None:
    """A letter that says that the request was answered, where there is an address and letters go out."""
    if not there.given.can_mail:
        return
    reached = await read_asker(connection, asked.id)
    if reached is not None:
        person, identity = reached.person, reached.identity
    elif asked.person is not None:
        person, identity = asked.person, await find_verified(connection, asked.person)
    else:
        return
    if identity is None:
        return
    until = end_of_day(there.today + _LETTER, ZoneInfo(there.brand.timezone))
    await write_letter(
        connection,
        template="rights_answered",
        language=asked.language,
        person=person,
        identity=identity,
        about=asked.id,
        until=until,
        now=there.now,
    )
