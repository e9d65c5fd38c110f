"""Channels at the desk: the list with how each fares, connecting one step by step, what did not get out.

Administrators alone, each change with a fresh proof and written down without any secret. Works without JavaScript.
"""

from __future__ import annotations

import asyncio
import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.audit import store as audit
from okienko.audit.chain import Action
from okienko.brands.store import SealedDoor, add_door, open_given, seal_bound, seal_given
from okienko.channels import connects
from okienko.channels.connect import CALLBACK, Check, Connect, Finding, Probe, find_problems, take
from okienko.channels.connections import store
from okienko.channels.connections.health import Facts, Health, check_address, read_reach, tell
from okienko.channels.connections.store import Kept
from okienko.conversations.store.connections import clear_trouble
from okienko.conversations.store.dead import list_dead, send_dead
from okienko.database.pool import Connection as Session
from okienko.http import Answered
from okienko.keys import WrongKey
from okienko.values import Brand, Connection, ConnectionId, Failed, HttpCall, Letter, Sent, SignedIn, Unsure
from okienko.web.csrf import require_token
from okienko.web.forms import read_form
from okienko.web.i18n import mark
from okienko.web.own_brands import ADMINS, choose_brand, find_own
from okienko.web.services import Entry, Services, services
from okienko.web.signed_in import require_proof, signed_in
from okienko.web.templates import render

ADDRESS: Final = "/desk/channels"
OUR_SECRET: Final = "secret"  # noqa: S105 - the field of our own channels that is `Connection.secret`
REPLY_URL: Final = "reply_url"  # and the one that has a column of its own
_SHOWN: Final = timedelta(days=14)  # of messages that did not get out
_MOST_SHOWN: Final = 100
_PATIENCE: Final = timedelta(seconds=20)  # for one question to a vendor

_SAID: Final[Mapping[str, str]] = {
    "saved": mark("Saved. It is used from the next message on."),
    "paused": mark("Paused. Messages are taken in; nothing is sent until you resume it."),
    "resumed": mark("It goes on: what waits is sent."),
    "closed": mark("Closed. Nothing is taken in and nothing is sent; conversations stay."),
    "opened": mark("It is open again."),
    "again": mark("What you chose is on its way again."),
    "none": mark("Nothing was sent: it has gone meanwhile, or a person has answered since."),
    "tried": mark("The test message is on its way: look whether it arrives."),
    "not-tried": mark("The test message could not be sent. The checks may say why."),
    "mended": mark("Done. Check again to see whether it helped."),
    "not-mended": mark("The vendor refused. The checks may say why."),
    "taken": mark("Nothing was changed: this account is connected already. Close that connection first."),
}
TAKEN: Final = mark("This account is connected to okienko already. Close that connection first.")
NOTICES: Final[Mapping[str, str]] = {
    "sign_in": mark("The vendor refuses what it was connected with"),
    "paused": mark("The vendor wants nothing sent for a while"),
    "down": mark("The vendor does not answer"),
    "token_ends": mark("The token ends within days and could not be renewed: make a new one"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A connection in the list and on its own page."""

    kept: Kept
    name: str  # of the channel
    account: str
    health: Health
    connect: Connect | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the page of steps shows besides what is kept."""

    typed: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    wrong: Mapping[str, str] = field(default_factory=dict[str, str])
    findings: Sequence[tuple[str, str, Finding, str]] = ()  # name, label, what was found, and what a button would do
    said: str | None = None


def routes() -> list[Route]:
    """Everything under /desk/channels."""
    one = ADDRESS + "/{brand:str}/{connection:str}"
    return [
        Route(ADDRESS, _show_list, methods=["GET"]),
        Route(ADDRESS, _begin, methods=["POST"]),
        Route(one, _show, methods=["GET"]),
        Route(one, _act, methods=["POST"]),
        Route(one + "/connect", _show_connect, methods=["GET"]),
        Route(one + "/connect", _connect, methods=["POST"]),
    ]


# the list -----------------------------------------------------------------------------------------------------------


async def _show_list(request: Request) -> Response:
    given = services(request)
    brands, brand = await choose_brand(request, signed_in(request), ADMINS)
    async with given.database.brand(brand.id) as connection:
        kept = await store.list_connections(connection)
    now = given.clock()
    return render(
        request,
        "channels/list.html",
        brands=brands,
        brand=brand,
        listed=[await _look(given, one, now) for one in kept],
        connects=sorted(connects().values(), key=lambda connect: connect.name),
        said=_SAID.get(request.query_params.get("said", "")),
        now=now,
    )


async def _look(given: Services, kept: Kept, now: datetime) -> Listed:
    connect = connects().get(kept.channel)
    try:
        values = _values(kept, await open_given(given.keys, kept.id, kept.given))
    except WrongKey:
        values = {}
    facts = Facts(
        active=kept.active,
        missing=connect is not None and bool(find_problems(connect, values)),
        trouble=kept.trouble,
        paused=kept.paused,
        paused_until=kept.paused_until,
        failures=kept.failures,
        in_at=kept.in_at,
        out_at=kept.out_at,
        polled_at=kept.polled_at,
        greeted_at=kept.greeted_at,
        created_at=kept.created_at,
    )
    return Listed(
        kept=kept,
        name=connect.name if connect is not None else kept.channel,
        account=values.get(connect.account, "") if connect is not None else "",
        health=tell(facts, connect, now),
        connect=connect,
    )


def _values(kept: Kept, given: Mapping[str, str]) -> dict[str, str]:
    return {**given, **({REPLY_URL: kept.reply_url} if kept.reply_url else {})}


async def _begin(request: Request) -> Response:
    """Makes a connection that refuses everything until it has what it needs; its address can be copied at once."""
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand = await find_own(request, staff, form.get("brand", ""), ADMINS)
    require_proof(request, back=f"{ADDRESS}?{urlencode({'brand': brand.slug})}")
    connect = connects().get(form.get("channel", ""))
    if connect is None:
        raise HTTPException(400)
    given = services(request)
    now, door = given.clock(), ConnectionId(secrets.token_hex(8))
    made = {one.name: secrets.token_urlsafe(24) for one in connect.fields if one.made and one.name != OUR_SECRET}
    defaults = {one.name: one.default for one in connect.fields if one.default}
    sealed = SealedDoor(
        id=door,
        brand_id=brand.id,
        channel=connect.channel,
        secret=given.keys.wrap(secrets.token_bytes(32), seal_bound(door)),
        given=seal_given(given.keys, door, {**defaults, **made}),
    )
    async with given.database.brand(brand.id) as connection:
        await add_door(connection, sealed, now)
        await _record(request, connection, brand, "channel-connected", door, connect.channel)
    return RedirectResponse(f"{ADDRESS}/{brand.slug}/{door}/connect", 303)


# one connection: how it fares ---------------------------------------------------------------------------------------


async def _find(request: Request, staff: SignedIn) -> tuple[Brand, Kept]:
    """The connection that the address names. Raises 403 and 404."""
    brand = await find_own(request, staff, request.path_params["brand"], ADMINS)
    async with services(request).database.brand(brand.id) as connection:
        kept = await store.read_connection(connection, request.path_params["connection"])
    if kept is None:
        raise HTTPException(404)
    return brand, kept


async def _show(request: Request) -> Response:
    given = services(request)
    brand, kept = await _find(request, signed_in(request))
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        notices = await store.list_notices(connection, kept.id)
        shapes = await store.list_shapes(connection, kept.id)
        dead = await list_dead(connection, ConnectionId(kept.id), since=now - _SHOWN, limit=_MOST_SHOWN)
    return render(
        request,
        "channels/connection.html",
        brand=brand,
        one=await _look(given, kept, now),
        notices=notices,
        notice_names=NOTICES,
        shapes=shapes,
        dead=dead,
        shown_days=_SHOWN.days,
        said=_SAID.get(request.query_params.get("said", "")),
        now=now,
    )


async def _act(request: Request) -> Response:
    """Pause, resume, close, open again; send again what did not get out."""
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand, kept = await _find(request, staff)
    require_proof(request, back=_address(brand, kept.id))
    given = services(request)
    action: Action
    detail: Mapping[str, object] = {}
    if form.get("do") == "open" and await _is_taken(given, kept, _values(kept, await _open(given, kept))):
        return _go(brand, kept.id, "taken")
    async with given.database.brand(brand.id) as connection:
        match form.get("do"):
            case "pause":
                action, said = "channel-paused", "paused"
                await store.pause(connection, kept.id, given.clock())
                changed = True
            case "resume":
                action, said = "channel-resumed", "resumed"
                changed = await clear_trouble(connection, ConnectionId(kept.id))
            case "close":
                action, said = "channel-closed", "closed"
                changed = await store.set_active(connection, kept.id, active=False)
            case "open":
                action, said = "channel-opened", "opened"
                changed = await store.set_active(connection, kept.id, active=True)
            case "again":
                action = "message-sent-again"
                count = await _send_again(given, connection, kept, form)
                said, changed, detail = "again" if count else "none", count > 0, {"count": count}
            case _:
                raise HTTPException(400)
        if changed:
            await _record(request, connection, brand, action, kept.id, kept.channel, detail)
    return _go(brand, kept.id, said)


async def _send_again(given: Services, connection: Session, kept: Kept, form: Mapping[str, str]) -> int:
    """One message, or all since a day; how many."""
    now = given.clock()
    message = form.get("message", "")
    try:
        since = datetime.fromisoformat(form["since"]) if form.get("since") else now - _SHOWN
        one = UUID(message) if message else None
    except ValueError:
        raise HTTPException(400) from None
    if since.tzinfo is None:
        raise HTTPException(400)
    return await send_dead(connection, ConnectionId(kept.id), since=since, message=one, now=now)


# connecting, step by step -------------------------------------------------------------------------------------------


async def _open(given: Services, kept: Kept) -> Mapping[str, str]:
    """What was given; nothing where it does not open with the operator's key."""
    try:
        return await open_given(given.keys, kept.id, kept.given)
    except WrongKey:
        return {}


async def _find_connecting(request: Request) -> tuple[Brand, Kept, Connect]:
    brand, kept = await _find(request, signed_in(request))
    require_proof(request, back=_address(brand, kept.id) + "/connect")
    connect = connects().get(kept.channel)
    if connect is None:
        raise HTTPException(404)  # web chat: what it takes stands in the widget's documentation
    return brand, kept, connect


async def _show_connect(request: Request) -> Response:
    brand, kept, connect = await _find_connecting(request)
    return await _render(request, brand, kept, connect, Shown(said=_SAID.get(request.query_params.get("said", ""))))


async def _render(
    request: Request, brand: Brand, kept: Kept, connect: Connect, shown: Shown, *, status: int = 200
) -> Response:
    given = services(request)
    now = given.clock()
    values = {**_values(kept, await _open(given, kept)), **shown.typed}
    fields = {one.name: one for one in connect.fields}
    named = {name for step in connect.steps for name in step.fields}
    return render(
        request,
        "channels/connect.html",
        status=status,
        brand=brand,
        one=await _look(given, kept, now),
        connect=connect,
        fields=fields,
        others=[one for one in connect.fields if one.name not in named and not one.made],
        values={name: values.get(name, "") for name, known in fields.items() if not known.secret},
        copied=await _copied(given, kept, connect, values),
        reachable=check_address(given.settings.public_url),
        callback=CALLBACK,
        shown=shown,
        now=now,
    )


async def _copied(given: Services, kept: Kept, connect: Connect, values: Mapping[str, str]) -> Mapping[str, str]:
    """What is to be told to the vendor. A secret that we made is shown until something has arrived that bears it."""
    base = given.settings.public_url
    copied = {CALLBACK: f"{base}/hooks/{kept.channel}/{kept.id}" if base else ""}
    for one in connect.fields:
        if not one.made:
            continue
        if not one.secret:
            copied[one.name] = values.get(one.name, "")
        elif kept.in_at is None or kept.in_at < kept.given_at.get(one.name, kept.created_at):
            copied[one.name] = await _secret(given, kept) if one.name == OUR_SECRET else values.get(one.name, "")
    return copied


async def _unwrap(given: Services, kept: Kept) -> bytes:
    try:
        return await given.keys.unwrap_async(kept.secret, seal_bound(kept.id))
    except WrongKey:
        return b""


async def _secret(given: Services, kept: Kept) -> str:
    """Our own secret, as Standard Webhooks writes it."""
    return "whsec_" + b64encode(await _unwrap(given, kept)).decode()


async def _connect(request: Request) -> Response:
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    brand, kept, connect = await _find_connecting(request)
    match form.get("do"):
        case "check":
            findings = await _check(services(request), brand, kept, connect)
            return await _render(request, brand, kept, connect, Shown(findings=findings))
        case "mend":
            return await _mend(request, brand, kept, connect, form.get("check", ""))
        case "try":
            return await _try(request, brand, kept, connect)
        case "renew":
            return await _renew(request, brand, kept, connect, form.get("field", ""))
        case "save" | None:
            return await _save(request, brand, kept, connect, form)
        case _:
            raise HTTPException(400)


async def _save(request: Request, brand: Brand, kept: Kept, connect: Connect, form: Mapping[str, str]) -> Response:
    """Keeps what was typed. A value may still be missing; those that are there have to be right."""
    given = services(request)
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        sealed = await store.lock_given(connection, kept.id)
        before = _values(kept, await open_given(given.keys, kept.id, sealed))
        after = take(connect, before, form)
        for name in (one.name for one in connect.fields if not one.required and f"forget-{one.name}" in form):
            after.pop(name, None)
        wrong = {name: text for name, text in find_problems(connect, after).items() if name in after}
        if not wrong and await _is_taken(given, kept, after):
            wrong = {connect.account: TAKEN}
        changed = sorted(name for name, value in after.items() if before.get(name) != value)
        gone = sorted(before.keys() - after.keys())
        if not wrong and (changed or gone):
            reply_url = after.pop(REPLY_URL, None)
            await store.save_given(
                connection,
                kept.id,
                given=seal_given(given.keys, kept.id, after),
                changed=changed,
                gone=gone,
                reply_url=reply_url,
                now=now,
            )
            if kept.trouble == "sign_in":
                await clear_trouble(connection, ConnectionId(kept.id))
            detail = {"fields": ",".join(changed + gone)}
            await _record(request, connection, brand, "channel-changed", kept.id, kept.channel, detail)
    if wrong:
        typed = {one.name: form[one.name] for one in connect.fields if one.name in form and not one.secret}
        return await _render(request, brand, kept, connect, Shown(typed=typed, wrong=wrong), status=422)
    return RedirectResponse(f"{_address(brand, kept.id)}/connect?said=saved", 303)


async def _renew(request: Request, brand: Brand, kept: Kept, connect: Connect, name: str) -> Response:
    """Makes another value of a field that we make; the one before it is good no longer."""
    given = services(request)
    if not any(one.made and one.name == name for one in connect.fields):
        raise HTTPException(400)
    async with given.database.brand(brand.id) as connection:
        values = dict(await open_given(given.keys, kept.id, await store.lock_given(connection, kept.id)))
        if name == OUR_SECRET:
            sealed = given.keys.wrap(secrets.token_bytes(32), seal_bound(kept.id))
            await store.set_secret(connection, kept.id, sealed)
        else:
            values[name] = secrets.token_urlsafe(24)
        await store.save_given(
            connection,
            kept.id,
            given=seal_given(given.keys, kept.id, values),
            changed=(name,),
            gone=(),
            reply_url=kept.reply_url,
            now=given.clock(),
        )
        await _record(request, connection, brand, "channel-changed", kept.id, kept.channel, {"fields": name})
    return _go(brand, kept.id, "saved", "/connect")


async def _is_taken(given: Services, kept: Kept, values: Mapping[str, str]) -> bool:
    """Whether another open connection, of whichever brand, is to this account: its messages could go to one only."""
    connect = connects().get(kept.channel)
    if connect is None or not values.get(connect.account):
        return False
    doors = (await given.directory.read()).doors.values()
    return any(
        door.channel == kept.channel
        and door.id != kept.id
        and door.given.get(connect.account) == values[connect.account]
        for door in doors
    )


# checks -------------------------------------------------------------------------------------------------------------

_NOT_ASKED: Final = Finding(state="doubtful", text=mark("Not asked: what it needs is not given yet."))
_NO_ANSWER: Final = Finding(state="doubtful", text=mark("The vendor did not answer. Try again in a while."))
_PRIVATE: Final = Finding(
    state="bad",
    text=mark("The address leads into a private network. The operator may allow it with OKIENKO_NEIGHBOURS."),
)
_NO_WAY: Final = Finding(state="doubtful", text=mark("This okienko has no way out to ask anybody."))


async def _known(given: Services, brand: Brand, kept: Kept) -> Connection:
    return Connection(
        id=ConnectionId(kept.id),
        brand_id=brand.id,
        channel=kept.channel,
        secret=await _unwrap(given, kept),
        reply_url=kept.reply_url,
        given=await _open(given, kept),
    )


async def _call(given: Services, call: HttpCall) -> Answered | Failed | Unsure:
    if given.http is None:
        return Failed(reason="no way out", permanent=False)
    try:
        async with asyncio.timeout(_PATIENCE.total_seconds()):
            return await given.http.post(call)
    except TimeoutError:
        return Unsure(reason="no answer in time")


async def _check(given: Services, brand: Brand, kept: Kept, connect: Connect) -> list[tuple[str, str, Finding, str]]:
    """Asks everything at once: our own address, and what the channel asks its vendor."""
    known = await _known(given, brand, kept)
    now = given.clock()

    async def ask(check: Check) -> tuple[str, str, Finding, str]:
        finding = await _ask(given, known, check, now)
        return check.name, check.label, finding, check.mend.label if check.mend and finding.state != "good" else ""

    found: list[tuple[str, str, Finding, str]] = []
    if connect.called:
        found.append(("address", mark("Our address"), await _check_address(given), ""))
    if connect.greeted:
        found.append(("greeted", mark("Verify token"), _check_greeted(kept), ""))
    probes = [one for one in connect.checks if isinstance(one, Probe) and one.when(known)]
    found += [(one.name, one.label, await _probe(given, known, connect, one, now), "") for one in probes]
    return [*found, *await asyncio.gather(*(ask(check) for check in connect.checks if isinstance(check, Check)))]


_ENTRIES: Final[Mapping[Entry, Finding]] = {
    "open": Finding(state="good", text=mark("The server lets us in.")),
    "refused": Finding(state="bad", text=mark("The server refuses the user or the password.")),
    "away": Finding(
        state="bad", text=mark("The server cannot be reached: look at its name, its port, its encryption.")
    ),
    "private": _PRIVATE,
}


async def _probe(given: Services, known: Connection, connect: Connect, probe: Probe, now: datetime) -> Finding:
    if given.doors is None:
        return _NO_WAY
    if not known.given.get(f"{probe.name}_host"):
        return _NOT_ASKED
    try:
        async with asyncio.timeout(_PATIENCE.total_seconds()):
            if probe.name == "imap":
                return _ENTRIES[await given.doors.try_inbox(known)]
            letter = None if connect.trial is None else connect.trial(known, now)
            return _ENTRIES[await given.doors.try_server(letter)] if isinstance(letter, Letter) else _NOT_ASKED
    except TimeoutError:
        return _ENTRIES["away"]


async def _ask(given: Services, known: Connection, check: Check, now: datetime) -> Finding:
    call = check.call(known, now)
    if call is None:
        return _NOT_ASKED
    if given.http is None:
        return _NO_WAY
    match await _call(given, call):
        case Answered(status=status, body=body):
            return check.read(status, body, known)
        case Failed(permanent=True):
            return _PRIVATE
        case _:
            return _NO_ANSWER


async def _check_address(given: Services) -> Finding:
    url = given.settings.public_url
    looks = check_address(url)
    if looks.state != "good" or given.http is None:
        return looks
    answer = await _call(given, HttpCall(url=f"{url}/healthz", headers={}, method="GET"))
    return read_reach(answer.status if isinstance(answer, Answered) else answer)


def _check_greeted(kept: Kept) -> Finding:
    if kept.greeted_at is None and kept.in_at is None:
        return Finding(
            state="bad",
            text=mark("The vendor has not asked for the verify token yet: paste the address and the token there."),
        )
    return Finding(state="good", text=mark("The vendor has asked for the verify token and was answered."))


async def _mend(request: Request, brand: Brand, kept: Kept, connect: Connect, name: str) -> Response:
    given = services(request)
    check = next((one for one in connect.checks if isinstance(one, Check) and one.name == name), None)
    if check is None or check.mend is None:
        raise HTTPException(400)
    answer = await _call(given, check.mend.call(await _known(given, brand, kept), given.clock()))
    done = isinstance(answer, Answered) and 200 <= answer.status < 300
    return _go(brand, kept.id, "mended" if done else "not-mended", "/connect")


async def _try(request: Request, brand: Brand, kept: Kept, connect: Connect) -> Response:
    given = services(request)
    if connect.trial is None:
        raise HTTPException(400)
    if find_problems(connect, _values(kept, await _open(given, kept))):
        return _go(brand, kept.id, "not-tried", "/connect")
    call = connect.trial(await _known(given, brand, kept), given.clock())
    if isinstance(call, HttpCall):
        answer = await _call(given, call)
        done = isinstance(answer, Answered) and 200 <= answer.status < 300
    else:
        done = given.carry is not None and isinstance(await given.carry(call), Sent)
    return _go(brand, kept.id, "tried" if done else "not-tried", "/connect")


# both ---------------------------------------------------------------------------------------------------------------


def _address(brand: Brand, door: str) -> str:
    return f"{ADDRESS}/{brand.slug}/{door}"


def _go(brand: Brand, door: str, said: str, page: str = "") -> Response:
    return RedirectResponse(f"{_address(brand, door)}{page}?{urlencode({'said': said})}", 303)


async def _record(  # noqa: PLR0917 - what an entry is made of
    request: Request,
    connection: Session,
    brand: Brand,
    action: Action,
    door: str,
    channel: str,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Who did what to which channel; never a value."""
    await audit.record(
        connection,
        action,
        by=audit.staff(signed_in(request), brand.id),
        brand=brand.id,
        kind="connection",
        object=door,
        detail={"channel": channel, **(detail or {})},
        now=services(request).clock(),
    )
