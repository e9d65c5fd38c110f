"""What the vendors answer: each call is looked at, remembered, and answered as its vendor would, or as was asked for.

/graph/{version}/…      Messenger, Instagram, WhatsApp (Graph API)
/google/token, /play/…  Google's tokens, Google Play's reviews
/apple/v1/…             the App Store's reviews
/files/…                what a customer attached
/_calls, /_posts, /_script, /_emit, /_clock, /_set    for tests: what was called, faults, reports out of order, time
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from urllib.parse import parse_qsl

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from okienko.channels.event import read_time
from okienko.channels.given import Given, read_objects, word, words
from okienko.sandbox import graph, refusal, reviews, whatsapp
from okienko.sandbox.faults import Fault, read_fault
from okienko.sandbox.hooks import HOW_OF, HOWS
from okienko.sandbox.process import Sandbox
from okienko.sandbox.refusal import Refusal
from okienko.sandbox.world import CHANNEL_OF, Called, Channel, Line
from okienko.values import Malformed, Unreadable
from okienko.web.csrf import require_own_page
from okienko.web.forms import read_body, read_json

MOST_BYTES: Final = 4_000_000
APP: Final = "900100200300"  # the application's id, where the connection names none


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer, and what the vendor does after it has been given (or, with `before`, while okienko waits for it)."""

    body: object
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    then: Callable[[], Awaitable[None]] | None = None
    before: bool = False


Handle = Callable[[Sandbox, Channel, Given], Reply | Refusal]


class Dropped(Response):
    """The beginning of an answer, and then the line is gone: whoever called cannot know what has happened."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends less than it promises; the server closes the connection."""
        start = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]}
        await send(start)


def routes() -> list[Route]:
    """Everything that is not the customer's page."""
    return [
        Route("/graph/_media/{id}", _media),
        Route("/graph/{version}/{path:path}", _graph, methods=["GET", "POST", "DELETE"]),
        Route("/google/token", _google_token, methods=["GET", "POST"]),
        Route("/play/{path:path}", _play, methods=["GET", "POST"]),
        Route("/apple/{path:path}", _apple, methods=["GET", "POST", "DELETE"]),
        Route("/twilio/2010-04-01/{path:path}", _twilio),
        Route("/files/{id}", _file),
        Route("/_calls", _calls, methods=["GET", "DELETE"]),
        Route("/_posts", _posts),
        Route("/_script", _script, methods=["POST", "DELETE"]),
        Route("/_emit", _emit, methods=["POST"]),
        Route("/_clock", _clock, methods=["POST"]),
        Route("/_set", _set, methods=["POST"]),
    ]


def sandbox_of(request: Request) -> Sandbox:
    """The one that this application plays."""
    return request.app.state.sandbox


async def _read(request: Request) -> Given:
    """The body as one JSON object, or a form's fields; an empty one where it is neither."""
    body = await read_body(request, MOST_BYTES)
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        return read_objects(body)[0] if body else {}
    except Unreadable:
        return {}


async def _answer(
    request: Request, vendor: Channel, body: Given, handle: Handle, *, sends: bool, refused: Refusal | None = None
) -> Response:
    """Answers a call: refused for what it bears, else with the fault that was asked for, else as `handle` says.

    A fault that is counted happens to what sends something; one that lasts happens to every call.
    """
    sandbox = sandbox_of(request)
    now = sandbox.clock()
    fault = None if refused is not None else sandbox.faults.take(vendor, now, counted=sends)
    if fault is not None and fault.kind == "drop_before":
        _record(request, vendor, body, 0)
        return Dropped()
    if fault is not None and fault.kind == "delay":
        await sandbox.pause(fault.seconds)
    spoilt = None if fault is None else _spoil(vendor, fault)
    if isinstance(spoilt, Response):
        _record(request, vendor, body, spoilt.status_code)
        return spoilt
    reply = refused or spoilt or handle(sandbox, vendor, body)
    dropped = fault is not None and fault.kind == "drop_after"
    _record(request, vendor, body, 0 if dropped else reply.status)
    if isinstance(reply, Reply) and reply.then is not None:
        if reply.before:
            await reply.then()
        else:
            sandbox.later(_run(reply.then))
    if dropped:
        return Dropped()
    return JSONResponse(reply.body, status_code=reply.status, headers=dict(reply.headers))


async def _run(then: Callable[[], Awaitable[None]]) -> None:
    await then()


def _record(request: Request, vendor: str, body: Given, status: int) -> None:
    sandbox = sandbox_of(request)
    called = Called(
        vendor=vendor, method=request.method, path=request.url.path, body=body, status=status, at=sandbox.clock()
    )
    sandbox.world.calls.append(called)


def _spoil(vendor: Channel, fault: Fault) -> Refusal | Response | None:
    """What is answered instead, in the vendor's own words."""
    match fault.kind:
        case "html":
            return HTMLResponse("<html><body><h1>502 Bad Gateway</h1></body></html>", status_code=502)
        case "limit":
            limited = _limit(vendor)
            headers = {"Retry-After": str(round(fault.seconds))}
            return Refusal(status=429, body=limited.body, headers=headers)
        case "expired":
            return _expire(vendor)
        case "error" if vendor in {"messenger", "instagram", "whatsapp"}:
            return refusal.graph(2, message="Service temporarily unavailable", status=fault.status, transient=True)
        case "error":
            return Refusal(status=fault.status, body={"error": "Internal error"})
        case "code" if vendor in {"messenger", "instagram", "whatsapp"}:
            return refusal.graph(fault.code, fault.subcode, message="As asked for")
        case "code" if vendor == "google_play":
            return refusal.google(400, "As asked for", "INVALID_ARGUMENT")
        case "code":
            return refusal.apple(409, "ENTITY_ERROR", "As asked for")
        case _:
            return None


def _limit(vendor: Channel) -> Refusal:
    match vendor:
        case "google_play":
            return refusal.google(429, "Quota exceeded", "RESOURCE_EXHAUSTED", "rateLimitExceeded")
        case "app_store":
            return refusal.apple(429, "RATE_LIMIT_EXCEEDED", "The request rate limit has been reached.")
        case "whatsapp":
            return refusal.graph(130429, message="Rate limit hit", details="too many messages")
        case _:
            return refusal.graph(613, message="Calls to this api have exceeded the rate limit.")


def _expire(vendor: Channel) -> Refusal:
    match vendor:
        case "google_play":
            return refusal.google(401, "Request had invalid authentication credentials", "UNAUTHENTICATED", "authError")
        case "app_store":
            return refusal.apple(401, "NOT_AUTHORIZED", "Authentication credentials are missing or invalid.")
        case _:
            return graph.expired()


# Meta ---------------------------------------------------------------------------------------------------------------

_OWN: Final[Mapping[Channel, tuple[str, ...]]] = {
    "messenger": ("page_id",),
    "instagram": ("account_id",),
    "whatsapp": ("phone_number_id", "waba_id"),
}


async def _graph(request: Request) -> Response:
    """Any call to the Graph API: whose it is, the path says, or for `me` the token."""
    sandbox = sandbox_of(request)
    body, (own, _, rest) = await _read(request), request.path_params["path"].partition("/")
    authorization = request.headers.get("authorization", "")
    vendor = _find_vendor(sandbox, own, authorization.removeprefix("Bearer "))
    if vendor is None:
        nobody = refusal.graph(100, 33, message="Unsupported request: there is no such object")
        refused = graph.check_token(authorization, "") if own == "me" else nobody
        assert refused is not None
        _record(request, "graph", body, refused.status)
        return JSONResponse(refused.body, status_code=refused.status)
    token = sandbox.world.doors[vendor].given["token"]
    refused = graph.check_version(request.path_params["version"]) or graph.check_token(authorization, token)
    asked = dict(request.query_params)
    posted = request.method == "POST"
    if rest == "messages" and posted:
        sends = "sender_action" not in body and "status" not in body
        handle = _send_whatsapp if vendor == "whatsapp" else _send
        return await _answer(request, vendor, body, handle, sends=sends, refused=refused)
    if rest.endswith("_thread_control") and posted:
        return await _answer(request, vendor, body, _control(rest), sends=False, refused=refused)
    return await _answer(request, vendor, body, _about(own, rest, asked, posted=posted), sends=False, refused=refused)


def _find_vendor(sandbox: Sandbox, own: str, token: str) -> Channel | None:
    world = sandbox.world
    for vendor, names in _OWN.items():
        door = world.doors.get(vendor)
        known = () if door is None else (*(door.given[name] for name in names), world.customer.id(vendor))
        if own in known or (own == "me" and door is not None and door.given["token"] == token):
            return vendor
        if own in world.files and vendor == "whatsapp" and door is not None:
            return vendor
    return None


def _send(sandbox: Sandbox, vendor: Channel, body: Given) -> Reply | Refusal:
    """A message of Messenger's or Instagram's, or a sign that somebody reads or writes."""
    if vendor not in {"messenger", "instagram"}:
        return refusal.graph(100)
    name = "messenger" if vendor == "messenger" else "instagram"
    talk, user = sandbox.world.talks[vendor], sandbox.world.customer.id(vendor)
    sending = graph.read_send(
        name, body, user=user, acted_at=talk.acted_at, ours=talk.owner == "us", now=sandbox.clock()
    )
    if isinstance(sending, Refusal):
        return sending
    if sending.action is not None:
        sandbox.sign(vendor, sending.action)
        return Reply(body={"recipient_id": user})
    line = Line(
        id=sandbox.world.mint("m_"),
        ours=True,
        text=sending.text or f"[{sending.attachment}]",
        at=sandbox.clock(),
        options=sending.options,
        state="sent",
        answers=sending.answers,
    )
    sandbox.hear(vendor, line)
    app = sandbox.world.doors[vendor].given.get("app_id", APP)

    async def tell() -> None:
        if sandbox.world.echo != "never":
            metadata = sending.metadata if vendor == "messenger" else None
            await sandbox.tell_echo(vendor, line, metadata, app=app)

    answer = {"recipient_id": user, "message_id": line.id}
    return Reply(body=answer, then=tell, before=sandbox.world.echo == "before")


def _send_whatsapp(sandbox: Sandbox, vendor: Channel, body: Given) -> Reply | Refusal:
    """A message of WhatsApp's, or that one was read."""
    talk, user = sandbox.world.talks[vendor], sandbox.world.customer.id(vendor)
    sending = whatsapp.read_send(body, user=user, acted_at=talk.acted_at, now=sandbox.clock())
    if isinstance(sending, Refusal):
        return sending
    if sending.seen is not None:
        if talk.find(sending.seen) is None:
            return refusal.graph(131009, message="Parameter value is not valid", details="no such message")
        sandbox.sign(vendor, "typing_on" if "typing_indicator" in body else "mark_seen")
        return Reply(body={"success": True})
    line = Line(
        id=sandbox.world.mint("wamid."),
        ours=True,
        text=sending.text or f"[{sending.attachment}]",
        at=sandbox.clock(),
        options=sending.options,
        answers=sending.answers,
    )
    if sending.reaction is None:
        sandbox.hear(vendor, line)
    else:
        about = talk.find(sending.reaction[0])
        if about is None:
            return refusal.graph(131009, message="Parameter value is not valid", details="no such message")
        about.reaction = sending.reaction[1]

    async def tell() -> None:
        await sandbox.tell_statuses(line, sending.data)

    answer = {
        "messaging_product": "whatsapp",
        "contacts": [{"input": user, "wa_id": user}],
        "messages": [{"id": line.id}],
    }
    return Reply(body=answer, then=tell, before=sandbox.world.echo == "before")


def _control(what: str) -> Handle:
    def handle(sandbox: Sandbox, vendor: Channel, _: Given) -> Reply | Refusal:
        talk = sandbox.world.talks[vendor]
        match what:
            case "pass_thread_control" | "release_thread_control":
                talk.owner = "inbox"
            case "take_thread_control":
                talk.owner = "us"
            case _:
                pass
        return Reply(body={"success": True})

    return handle


def _about(own: str, rest: str, asked: Mapping[str, str], *, posted: bool) -> Handle:
    """What is asked about an account, a customer or a file."""

    def handle(sandbox: Sandbox, vendor: Channel, _: Given) -> Reply | Refusal:
        world, given = sandbox.world, sandbox.world.doors[vendor].given
        fields = asked.get("subscribed_fields", "").split(",") if posted else []
        match rest:
            case "subscribed_apps" if posted:
                if vendor in sandbox.subscribed:
                    if not fields or set(fields) - graph.FIELDS[vendor]:
                        return refusal.graph(100, message="Param subscribed_fields is not one of its values")
                    sandbox.subscribed[vendor] = frozenset(fields)
                return Reply(body={"success": True})
            case "subscribed_apps":
                app = {"id": given.get("app_id", APP), "name": "okienko"}
                listed: Mapping[str, object] = {**app, "subscribed_fields": sorted(sandbox.subscribed.get(vendor, ()))}
                shown: Mapping[str, object] = {"whatsapp_business_api_data": app}
                return Reply(body={"data": [shown if vendor == "whatsapp" else listed]})
            case "message_templates":
                text = {"type": "BODY", "text": "Możemy wrócić do rozmowy. Odpisz, a odpowiemy."}
                named: Mapping[str, object] = {"name": given["template"], "language": "pl", "components": [text]}
                return Reply(body={"data": [{**named, "status": "APPROVED", "category": "UTILITY"}]})
            case "thread_owner":
                owner = given.get("app_id", APP) if world.talks[vendor].owner == "us" else "263902037430900"
                return Reply(body={"data": [{"thread_owner": {"app_id": owner}}]})
            case "" if own == world.customer.id(vendor):
                first, last = world.customer.name.split(" ", 1)
                return Reply(body={"first_name": first, "last_name": last, "name": world.customer.name, "id": own})
            case "" if own in world.files:
                return Reply(body=_describe_file(sandbox, own))
            case "" if not posted:
                return Reply(body=_describe_account(vendor, given))
            case _:
                return refusal.graph(100, 33, message="Unsupported request")

    return handle


def _describe_account(vendor: Channel, given: Mapping[str, str]) -> Mapping[str, object]:
    id_ = given[_OWN[vendor][0]]
    if vendor == "whatsapp":
        number = {"display_phone_number": "+48 22 000 00 00", "verified_name": "Sandbox", "quality_rating": "GREEN"}
        return {"id": id_, **number, "status": "CONNECTED", "code_verification_status": "VERIFIED"}
    about: dict[str, object] = {"id": id_, "user_id": id_, "name": "Sandbox", "username": "sandbox"}
    return {**about, "instagram_business_account": {"id": id_}} if vendor == "instagram" else about


def _describe_file(sandbox: Sandbox, id_: str) -> Mapping[str, object]:
    file = sandbox.world.files[id_]
    return {
        "id": id_,
        "messaging_product": "whatsapp",
        "url": f"{sandbox.site}/graph/_media/{id_}",
        "mime_type": file.mime,
        "sha256": sandbox.digest(id_),
        "file_size": len(file.content),
    }


async def _media(request: Request) -> Response:
    """A file of WhatsApp's: to whoever bears the token."""
    sandbox = sandbox_of(request)
    token = sandbox.world.doors["whatsapp"].given["token"]
    if request.headers.get("authorization") != f"Bearer {token}":
        raise HTTPException(401)
    return await _file(request)


async def _file(request: Request) -> Response:
    """A file that a customer attached; its address is what lets one read it."""
    file = sandbox_of(request).world.files.get(request.path_params["id"])
    if file is None:
        raise HTTPException(404)
    headers = {"Content-Disposition": "attachment", "Content-Security-Policy": "sandbox"}
    return Response(file.content, media_type=file.mime, headers=headers)


# reviews ------------------------------------------------------------------------------------------------------------


async def _google_token(request: Request) -> Response:
    sandbox = sandbox_of(request)
    given = sandbox.world.doors["google_play"].given
    body = await _read(request)
    fields = {name: str(value) for name, value in body.items()}
    account = read_objects(given["service_account"].encode())[0]

    def handle(sandbox: Sandbox, _: Channel, __: Given) -> Reply | Refusal:
        if request.method != "POST":
            return Refusal(status=405, body={"error": "method"})
        refused = reviews.check_assertion(fields, account, sandbox.clock())
        token = {"access_token": sandbox.google_token, "expires_in": 3600, "token_type": "Bearer"}
        return refused or Reply(body=token)

    named = {name: "…" if name == "assertion" else value for name, value in fields.items()}
    return await _answer(request, "google_play", named, handle, sends=False)


async def _play(request: Request) -> Response:
    """`/androidpublisher/v3/applications/{package}/reviews…`."""
    sandbox = sandbox_of(request)
    given = sandbox.world.doors["google_play"].given
    refused = None
    if request.headers.get("authorization") != f"Bearer {sandbox.google_token}":
        refused = _expire("google_play")
    start = f"androidpublisher/v3/applications/{given['package']}/reviews"
    path, asked, posted = request.path_params["path"], set(request.query_params), request.method == "POST"
    review = f"{start}/{sandbox.world.customer.id('google_play')}"

    def handle(sandbox: Sandbox, vendor: Channel, body: Given) -> Reply | Refusal:
        talk, customer = sandbox.world.talks[vendor], sandbox.world.customer
        unknown = refusal.find_unknown(asked, {"maxResults", "token", "translationLanguage", "startIndex"})
        if unknown is not None:
            return refusal.google(400, f'Unknown name "{unknown}"', "INVALID_ARGUMENT")
        if path == start and not posted:
            return Reply(body=reviews.list_google(talk, customer, sandbox.clock()))
        found = reviews.read_google(talk, customer)
        if found is not None and path == review and not posted:
            return Reply(body=found)
        if found is None or path != f"{review}:reply" or not posted:
            return refusal.google(404, "The review is not there", "NOT_FOUND", "notFound")
        text = reviews.read_google_reply(body)
        if isinstance(text, Refusal):
            return text
        now = sandbox.clock()
        sandbox.answer_review(vendor, text)
        edited = {"seconds": str(int(now.timestamp())), "nanos": now.microsecond * 1000}
        return Reply(body={"result": {"replyText": text, "lastEdited": edited}})

    return await _answer(request, "google_play", await _read(request), handle, sends=posted, refused=refused)


async def _apple(request: Request) -> Response:
    """`/v1/apps/{id}/customerReviews`, `/v1/customerReviews/{id}/response`, `/v1/customerReviewResponses…`."""
    sandbox = sandbox_of(request)
    given = sandbox.world.doors["app_store"].given
    refused = reviews.check_apple(request.headers.get("authorization", ""), given, sandbox.clock())
    path, method, address = request.path_params["path"], request.method, str(request.url)
    answers = "v1/customerReviewResponses"
    allowed = {"sort", "limit", "include", "filter[rating]", "filter[territory]", "exists[publishedResponse]", "cursor"}
    unknown = refusal.find_unknown({name.partition("[fields")[0] for name in request.query_params}, allowed)

    def handle(sandbox: Sandbox, vendor: Channel, body: Given) -> Reply | Refusal:
        talk, customer = sandbox.world.talks[vendor], sandbox.world.customer
        ours = talk.last(ours=True)
        sandbox.publish()
        if unknown is not None:
            return refusal.apple(400, "PARAMETER_ERROR.ILLEGAL", f"{unknown} is not a parameter")
        match method, path:
            case "GET", _ if path == f"v1/apps/{given['app_id']}/customerReviews":
                return Reply(body=reviews.list_apple(talk, customer, address))
            case "GET", _ if path == f"v1/customerReviews/{customer.id(vendor)}/response" and ours is not None:
                return Reply(body={"data": reviews.show_response(ours, customer)})
            case "POST", "v1/customerReviewResponses":
                text = reviews.read_apple_response(body, customer)
                if isinstance(text, Refusal):
                    return text
                line = sandbox.answer_review(vendor, text, note="PENDING_PUBLISH")
                return Reply(body={"data": reviews.show_response(line, customer)}, status=201)
            case "DELETE", _ if ours is not None and path == f"{answers}/{ours.id}":
                talk.lines.remove(ours)
                return Reply(body=None, status=204)
            case _:
                return refusal.apple(404, "NOT_FOUND", "The resource is not there")

    return await _answer(request, "app_store", await _read(request), handle, sends=method == "POST", refused=refused)


# the telephone ------------------------------------------------------------------------------------------------------


async def _twilio(request: Request) -> Response:
    """What is asked about the account and its number."""
    sandbox = sandbox_of(request)
    door = sandbox.world.doors["voice"]
    sid, path = door.given["account_sid"], request.path_params["path"]
    signed = base64.b64encode(f"{sid}:{door.given['auth_token']}".encode()).decode()
    refused = None
    if request.headers.get("authorization") != f"Basic {signed}":
        refused = refusal.twilio(401, 20003, "Authenticate")

    def handle(sandbox: Sandbox, vendor: Channel, _: Given) -> Reply | Refusal:
        if path == f"Accounts/{sid}.json":
            return Reply(body={"sid": sid, "status": "active", "friendly_name": "Sandbox"})
        if path == f"Accounts/{sid}/IncomingPhoneNumbers.json":
            voice, number = sandbox.whom(vendor).url, door.given["number"]
            ours: Mapping[str, object] = {
                "phone_number": number,
                "voice_url": voice,
                "voice_method": "POST",
                "status_callback": f"{voice}/status",
                "status_callback_method": "POST",
            }
            return Reply(body={"incoming_phone_numbers": [ours]})
        return refusal.twilio(404, 20404, "The requested resource was not found")

    return await _answer(request, "voice", {}, handle, sends=False, refused=refused)


# for tests and for whoever tries things -----------------------------------------------------------------------------


def _show(value: object) -> object:
    return orjson.loads(orjson.dumps(value))


async def _calls(request: Request) -> Response:
    """What okienko called, the oldest first; DELETE forgets it."""
    calls = sandbox_of(request).world.calls
    if request.method == "DELETE":
        require_own_page(request.headers)
        calls.clear()
    return JSONResponse(_show(list(calls)))


async def _posts(request: Request) -> Response:
    """What was reported to okienko, the oldest first."""
    return JSONResponse(_show(list(sandbox_of(request).world.posts)))


async def _script(request: Request) -> Response:
    """A fault (`faults.read_fault`); DELETE: all is well again."""
    require_own_page(request.headers)
    sandbox = sandbox_of(request)
    if request.method == "DELETE":
        sandbox.faults.clear()
    else:
        try:
            sandbox.faults.ask(read_fault(await read_json(request), sandbox.clock()))
        except Malformed as malformed:
            raise HTTPException(400, str(malformed)) from None
    return JSONResponse(_show(sandbox.faults.list(sandbox.clock())))


async def _emit(request: Request) -> Response:
    """The customer writes `texts` on `channel`, reported in this manner: `how` (`hooks.How`). What each report got."""
    require_own_page(request.headers)
    sandbox, given = sandbox_of(request), await read_json(request)
    channel = CHANNEL_OF.get(str(given.get("channel")))
    how = HOW_OF.get(str(given.get("how", "once")))
    texts = words(given, "texts")
    if channel is None or how is None or not texts:
        raise HTTPException(400, f"expected a channel, texts, and how: {', '.join(HOWS)}")
    before = len(sandbox.world.posts)
    await sandbox.say(channel, *texts, how=how)
    return JSONResponse(_show([post.status for post in list(sandbox.world.posts)[before:]]))


async def _clock(request: Request) -> Response:
    """Moves the sandbox's clock: `{"move": seconds}`, or `{"to": moment}` in ISO 8601. Now."""
    require_own_page(request.headers)
    clock, given = sandbox_of(request).clock, await read_json(request)
    move, to = given.get("move"), read_time(given.get("to"))
    if isinstance(move, int | float) and not isinstance(move, bool):
        clock.ahead += timedelta(seconds=move)
    elif to is not None:
        clock.ahead += to - clock()
    else:
        raise HTTPException(400, "expected move, in seconds, or to, a moment")
    return JSONResponse({"now": clock().isoformat()})


async def _set(request: Request) -> Response:
    """How the vendors behave: `echo` (`after`, `before`, `never`), `publish_after` seconds."""
    require_own_page(request.headers)
    world, given = sandbox_of(request).world, await read_json(request)
    echo, seconds = word(given, "echo"), given.get("publish_after")
    if echo in {"after", "before", "never"}:
        world.echo = "after" if echo == "after" else "before" if echo == "before" else "never"
    if isinstance(seconds, int | float):
        world.publish_after = timedelta(seconds=seconds)
    return JSONResponse({"echo": world.echo, "publish_after": world.publish_after.total_seconds()})
