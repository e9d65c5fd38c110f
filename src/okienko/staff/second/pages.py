"""The second step at sign-in, the fresh proof before what is sensitive, and the page of one's own sign-in."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

import anyio
import segno
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from okienko.database.ids import new_id
from okienko.keys import WrongKey
from okienko.staff import store as accounts
from okienko.staff.passwords import IDLE, NOBODY_CODE, hash_code, is_code
from okienko.staff.second import store
from okienko.staff.second.passkeys import (
    CHALLENGE,
    PasskeyRefused,
    ask_assertion,
    ask_creation,
    check_assertion,
    find_site,
    read_answer,
    read_challenge,
    read_registration,
)
from okienko.staff.second.recovery import RANDOM, make_codes
from okienko.staff.second.recovery import read_code as split_code
from okienko.staff.second.totp import SEED, app_bound, find_step, spell, write_uri
from okienko.staff.store import Account
from okienko.staff.view import (
    ACCOUNT,
    SECOND,
    address_of,
    check_password,
    clean_next,
    enter,
    hashing,
    is_closed,
    limit,
    needs_second,
    owes_second,
    session_of,
    wait_after_failure,
)
from okienko.values import SignedIn, StaffId
from okienko.web.csrf import require_own_page, require_token
from okienko.web.forms import read_form
from okienko.web.services import services
from okienko.web.signed_in import CONFIRM, is_proved, require_proof, signed_in
from okienko.web.templates import render

_TRIES: Final = 30  # of each kind, of one network, in a minute
_NAME: Final = 40  # characters of a passkey's name

Page = Callable[[Request], Awaitable[Response]]


def routes() -> list[Route]:
    """Everything about second steps."""
    patience = [limit(_TRIES, timedelta(minutes=1)) for _ in range(3)]

    def patient(work: Page, nth: int) -> Page:
        async def page(request: Request) -> Response:
            require_own_page(request.headers)
            patience[nth](request)
            return await work(request)

        return page

    return [
        Route(SECOND, _show_second, methods=["GET"]),
        Route(SECOND, patient(_second, 0), methods=["POST"]),
        Route("/desk/sign-in/passkey", patient(_sign_in_with_passkey, 0), methods=["POST"]),
        Route(CONFIRM, _show_confirm, methods=["GET"]),
        Route(CONFIRM, patient(_confirm, 1), methods=["POST"]),
        Route("/desk/passkey/{purpose:str}", patient(_ask, 2), methods=["POST"]),
        Route(ACCOUNT, _show_account, methods=["GET"]),
        Route(ACCOUNT + "/passkeys", _add_passkey, methods=["POST"]),
        Route(ACCOUNT + "/passkeys/{id:uuid}/remove", _remove_passkey, methods=["POST"]),
        Route(ACCOUNT + "/app", _show_app, methods=["GET"]),
        Route(ACCOUNT + "/app", _set_app, methods=["POST"]),
        Route(ACCOUNT + "/app/remove", _remove_app, methods=["POST"]),
        Route(ACCOUNT + "/codes", _make_codes, methods=["POST"]),
        Route(ACCOUNT + "/sessions", _close_sessions, methods=["POST"]),
    ]


# passkeys: question and answer ---------------------------------------------------------------------------------------


async def _ask(request: Request) -> Response:
    """A challenge for the browser, kept until it is answered; what it is good for is part of what is kept."""
    given = services(request)
    purpose = request.path_params["purpose"]
    challenge = secrets.token_bytes(CHALLENGE)
    site = find_site(address_of(given.settings))
    async with given.database.shared() as connection:
        match purpose:
            case "enter":
                options = ask_assertion(site, challenge, known=())
            case "second":
                half = await store.read_half(connection, session_of(request), given.clock())
                if half is None:
                    raise HTTPException(401)
                options = ask_assertion(site, challenge, known=await store.list_credentials(connection, half))
            case "confirm" | "enrol":
                staff = signed_in(request)
                require_token(request.headers, sent=request.headers.get("x-csrf-token", ""), expected=staff.csrf)
                known = await store.list_credentials(connection, staff.id)
                if purpose == "confirm":
                    options = ask_assertion(site, challenge, known=known)
                else:
                    require_proof(request, back=ACCOUNT)
                    account = await accounts.read_account_of(connection, staff.id)
                    login = account.login if account else ""
                    options = ask_creation(
                        site, challenge, staff=staff.id.bytes, login=login, name=staff.name, known=known
                    )
            case _:
                raise HTTPException(404)
        await store.keep_challenge(connection, challenge, _bound(request, purpose), given.clock())
    return JSONResponse(options)


def _bound(request: Request, purpose: str) -> bytes:
    """What a challenge is good for: one purpose, in one session. Before there is a session, any browser may answer."""
    return services(request).keys.token(
        "passkey challenge", purpose.encode() + (b"" if purpose == "enter" else session_of(request))
    )


async def _take_answer(request: Request, form: dict[str, str], purpose: str) -> tuple[dict[str, bytes], bytes]:
    """What the browser has answered, and the challenge of ours, which is used up now. Raises `PasskeyRefused`."""
    given = services(request)
    answer = read_answer(form.get("passkey", ""))
    challenge = read_challenge(answer)
    async with given.database.shared() as connection:
        if not await store.use_challenge(connection, challenge, _bound(request, purpose), given.clock()):
            raise PasskeyRefused("the challenge is not ours, or over")
    return answer, challenge


async def _check_passkey(request: Request, form: dict[str, str], purpose: str) -> StaffId | None:
    """Whose passkey has answered a challenge of ours; None when none has."""
    given = services(request)
    try:
        answer, challenge = await _take_answer(request, form, purpose)
        async with given.database.shared() as connection:
            known = await store.find_passkey(connection, answer.get("credential", b""))
            if known is None:
                return None
            counter = check_assertion(find_site(address_of(given.settings)), challenge, answer, known.passkey)
            await store.use_passkey(connection, known.id, counter, given.clock())
    except PasskeyRefused:
        return None
    return known.staff


# codes ---------------------------------------------------------------------------------------------------------------


async def _check_app(request: Request, account: Account, typed: str) -> bool:
    """Whether this is the app's code of now, not used before. A wrong one counts as a wrong password does."""
    given = services(request)
    now = given.clock()
    if is_closed(account, now):
        return False
    async with given.database.shared() as connection:
        app = await store.read_app(connection, account.id)
    if app is None:
        return False
    seed = await given.keys.unwrap_async(app.sealed, app_bound(account.id))
    step = find_step(seed, typed, now, after=app.last_step)
    async with given.database.shared() as connection:
        if step is not None and await store.use_step(connection, account.id, step, now):
            return True
        await accounts.count_failure(connection, account.id, now)
    return False


async def _check_recovery(request: Request, account: Account, typed: str) -> bool:
    """Whether this is one of the recovery codes, not used before; it is used up."""
    given = services(request)
    now = given.clock()
    selector, secret = split_code(typed)
    async with given.database.shared() as connection:
        encoded = await store.read_code(connection, account.id, selector)
    right = await hashing(request, lambda: is_code(encoded or NOBODY_CODE, secret))
    if is_closed(account, now):
        return False
    async with given.database.shared() as connection:
        if right and encoded and await store.use_code(connection, account.id, selector, encoded, now):
            await store.record(connection, account.id, "code_used", by=account.id, event_id=new_id(now), now=now)
            return True
        await accounts.count_failure(connection, account.id, now)
    return False


# the second step at sign-in ------------------------------------------------------------------------------------------


async def _sign_in_with_passkey(request: Request) -> Response:
    """A passkey instead of the password. An account that is closed for a while after wrong passwords opens, too."""
    begun = anyio.current_time()
    form = await read_form(request)
    after = clean_next(form.get("next", ""))
    staff_id = await _check_passkey(request, form, "enter")
    if staff_id is None:
        await wait_after_failure(begun)
        return RedirectResponse("/desk/sign-in?refused", 303)
    return await enter(request, staff_id, after)


async def _read_half(request: Request) -> Account | None:
    given = services(request)
    async with given.database.shared() as connection:
        staff_id = await store.read_half(connection, session_of(request), given.clock())
        return None if staff_id is None else await accounts.read_account_of(connection, staff_id)


async def _show_second(request: Request) -> Response:
    account = await _read_half(request)
    if account is None:
        return RedirectResponse("/desk/sign-in?late", 303)
    return await _render_second(request, account, clean_next(request.query_params.get("next", "")))


async def _render_second(
    request: Request, account: Account, after: str, *, wrong: bool = False, recovery: bool = False
) -> Response:
    given = services(request)
    async with given.database.shared() as connection:
        ways = await store.read_ways(connection, account.id)
    return render(
        request,
        "staff/second.html",
        status=401 if wrong else 200,
        ways=ways,
        next=after,
        wrong=wrong,
        recovery=recovery,
        host=_host(request),
    )


async def _second(request: Request) -> Response:
    begun = anyio.current_time()
    account = await _read_half(request)
    if account is None:
        return RedirectResponse("/desk/sign-in?late", 303)
    form = await read_form(request)
    after = clean_next(form.get("next", ""))
    recovery = "recovery" in form
    if "passkey" in form:
        right = await _check_passkey(request, form, "second") == account.id
    elif recovery:
        right = await _check_recovery(request, account, form["recovery"])
    else:
        right = await _check_app(request, account, form.get("code", "")[:20])
    if not right:
        await wait_after_failure(begun)
        return await _render_second(request, account, after, wrong=True, recovery=recovery)
    # Whoever needed a recovery code has lost something: first of all they see what is left.
    return await enter(request, account.id, ACCOUNT if recovery else after)


# a fresh proof -------------------------------------------------------------------------------------------------------


async def _show_confirm(request: Request) -> Response:
    staff = signed_in(request)
    after = clean_next(request.query_params.get("next", ""))
    if is_proved(staff, services(request).clock()):
        return RedirectResponse(after or "/desk", 303)
    return await _render_confirm(request, staff, after)


async def _render_confirm(request: Request, staff: SignedIn, after: str, *, wrong: bool = False) -> Response:
    async with services(request).database.shared() as connection:
        ways = await store.read_ways(connection, staff.id)
    return render(
        request,
        "staff/confirm.html",
        status=422 if wrong else 200,
        ways=ways,
        next=after,
        wrong=wrong,
        host=_host(request),
    )


async def _confirm(request: Request) -> Response:
    """A passkey; or the password, with the app's code where there is an app.

    Somebody with passkeys and no app has to use a passkey: the password alone would be less than they signed in with.
    """
    given, begun = services(request), anyio.current_time()
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    after = clean_next(form.get("next", ""))
    async with given.database.shared() as connection:
        ways = await store.read_ways(connection, staff.id)
        account = await accounts.read_account_of(connection, staff.id)
    if "passkey" in form:
        right = await _check_passkey(request, form, "confirm") == staff.id
    elif ways.any and not ways.app:
        right = False
    else:
        right = await check_password(request, account, form.get("password", "")[:1000])
        if right and ways.app and account is not None:
            right = await _check_app(request, account, form.get("code", "")[:20])
    if not right:
        await wait_after_failure(begun)
        return await _render_confirm(request, staff, after, wrong=True)
    async with given.database.shared() as connection:
        await store.prove_session(connection, staff.id, session_of(request), given.clock())
    return RedirectResponse(after or "/desk", 303)


# one's own sign-in ---------------------------------------------------------------------------------------------------


async def _show_account(request: Request) -> Response:
    return await _render_account(request, signed_in(request))


async def _render_account(
    request: Request, staff: SignedIn, *, wrong: str | None = None, status: int = 200
) -> Response:
    given = services(request)
    now = given.clock()
    async with given.database.shared() as connection:
        ways = await store.read_ways(connection, staff.id)
        passkeys = await store.list_passkeys(connection, staff.id)
        app = await store.read_app(connection, staff.id)
        sessions = await store.list_sessions(connection, staff.id, session_of(request), now=now, idle=IDLE)
        events = await store.list_events(connection, staff.id)
    return render(
        request,
        "staff/account.html",
        status=status,
        owes=owes_second(request, staff),
        ways=ways,
        passkeys=passkeys,
        app=app,
        sessions=sessions,
        events=events,
        wrong=wrong,
        now=now,
        host=_host(request),
        name_length=_NAME,
    )


async def _read_change(request: Request) -> tuple[SignedIn, dict[str, str]]:
    """Who changes their own sign-in, proved anew, with which form."""
    form = await read_form(request)
    staff = signed_in(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    require_proof(request, back=ACCOUNT)
    return staff, form


async def _add_passkey(request: Request) -> Response:
    given = services(request)
    staff, form = await _read_change(request)
    now = given.clock()
    name = " ".join(form.get("name", "").split())[:_NAME]
    try:
        answer, challenge = await _take_answer(request, form, "enrol")
        passkey = read_registration(find_site(address_of(given.settings)), challenge, answer)
    except PasskeyRefused:
        return await _render_account(request, staff, wrong="passkey", status=422)
    async with given.database.shared() as connection:
        if not await store.add_passkey(connection, staff.id, passkey, id_=new_id(now), name=name, now=now):
            return await _render_account(request, staff, wrong="passkey", status=422)
        await store.record(connection, staff.id, "passkey_added", by=staff.id, event_id=new_id(now), now=now)
    return await _after_adding(request, staff)


async def _after_adding(request: Request, staff: SignedIn) -> Response:
    """The first second step brings recovery codes along, and ends sessions that were begun without it."""
    if staff.enrolled:
        return RedirectResponse(ACCOUNT, 303)
    async with services(request).database.shared() as connection:
        await store.close_others(connection, staff.id, session_of(request))
    return await _show_new_codes(request, staff)


async def _may_lose(request: Request, staff: SignedIn, *, passkeys: int, app: bool) -> bool:
    """Whether somebody may do without so many passkeys or the app: those who need a second step keep one."""
    async with services(request).database.shared() as connection:
        ways = await store.read_ways(connection, staff.id)
    left = store.Ways(app=ways.app and not app, passkeys=ways.passkeys - passkeys, codes=ways.codes)
    return left.any or not needs_second(request, staff)


async def _remove_passkey(request: Request) -> Response:
    given = services(request)
    staff, _ = await _read_change(request)
    id_, now = request.path_params["id"], given.clock()
    async with given.database.shared() as connection:
        if id_ not in {passkey.id for passkey in await store.list_passkeys(connection, staff.id)}:
            raise HTTPException(404)
    if not await _may_lose(request, staff, passkeys=1, app=False):
        return await _render_account(request, staff, wrong="last", status=422)
    async with given.database.shared() as connection:
        if await store.remove_passkey(connection, staff.id, id_):
            await store.record(connection, staff.id, "passkey_removed", by=staff.id, event_id=new_id(now), now=now)
    return RedirectResponse(ACCOUNT, 303)


async def _show_app(request: Request) -> Response:
    staff = require_proof(request)
    return await _render_app(request, staff, secrets.token_bytes(SEED))


async def _render_app(request: Request, staff: SignedIn, seed: bytes, *, wrong: bool = False) -> Response:
    """The secret, for the only time. The page carries it along sealed, so that nothing is kept before it is used."""
    given = services(request)
    async with given.database.shared() as connection:
        account = await accounts.read_account_of(connection, staff.id)
    uri = write_uri(seed, login=account.login if account else "", issuer=f"okienko ({_host(request)})")
    return render(
        request,
        "staff/app.html",
        status=422 if wrong else 200,
        owes=owes_second(request, staff),
        picture=segno.make(uri, error="m", micro=False).svg_inline(scale=5, light="#ffffff", border=4),
        secret=spell(seed),
        sealed=b64encode(given.keys.wrap(seed, app_bound(staff.id))).decode(),
        wrong=wrong,
    )


async def _set_app(request: Request) -> Response:
    given = services(request)
    staff, form = await _read_change(request)
    now = given.clock()
    try:
        sealed = b64decode(form.get("sealed", ""), validate=True)
        seed = await given.keys.unwrap_async(sealed, app_bound(staff.id))
    except (Error, ValueError, WrongKey):
        raise HTTPException(400) from None
    step = find_step(seed, form.get("code", "")[:20], now, after=0)
    if step is None:
        return await _render_app(request, staff, seed, wrong=True)
    async with given.database.shared() as connection:
        await store.set_app(connection, staff.id, sealed=given.keys.wrap(seed, app_bound(staff.id)), step=step, now=now)
        await store.record(connection, staff.id, "app_added", by=staff.id, event_id=new_id(now), now=now)
    return await _after_adding(request, staff)


async def _remove_app(request: Request) -> Response:
    given = services(request)
    staff, _ = await _read_change(request)
    if not await _may_lose(request, staff, passkeys=0, app=True):
        return await _render_account(request, staff, wrong="last", status=422)
    now = given.clock()
    async with given.database.shared() as connection:
        if not await store.remove_app(connection, staff.id):
            raise HTTPException(404)
        await store.record(connection, staff.id, "app_removed", by=staff.id, event_id=new_id(now), now=now)
    return RedirectResponse(ACCOUNT, 303)


async def _make_codes(request: Request) -> Response:
    staff, _ = await _read_change(request)
    if not staff.enrolled:
        raise HTTPException(403)  # codes replace a second step that is lost; where there is none they are none
    return await _show_new_codes(request, staff)


async def _show_new_codes(request: Request, staff: SignedIn) -> Response:
    """Ten new recovery codes, for the only time; earlier ones stop working."""
    given = services(request)
    now = given.clock()
    codes = make_codes(secrets.token_bytes(RANDOM))
    parts = [split_code(code) for code in codes]

    def hash_all() -> list[tuple[str, str]]:
        return [(selector, hash_code(secret, secrets.token_bytes(16))) for selector, secret in parts]

    hashed = await hashing(request, hash_all)
    async with given.database.shared() as connection:
        await store.keep_codes(connection, staff.id, hashed)
        await store.record(connection, staff.id, "codes_made", by=staff.id, event_id=new_id(now), now=now)
    return render(request, "staff/codes.html", codes=codes)


async def _close_sessions(request: Request) -> Response:
    """Signs out elsewhere: everywhere, or where the form says. No proof is asked: to leave must be easy."""
    given = services(request)
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    try:
        one = UUID(form["session"]) if form.get("session") else None
    except ValueError:
        raise HTTPException(400) from None
    now = given.clock()
    async with given.database.shared() as connection:
        if await store.close_others(connection, staff.id, session_of(request), one):
            await store.record(connection, staff.id, "signed_out", by=staff.id, event_id=new_id(now), now=now)
    return RedirectResponse(ACCOUNT + "#sessions", 303)


def _host(request: Request) -> str:
    """The name that passkeys are bound to; a page at another address, such as 127.0.0.1, cannot use them."""
    return find_site(address_of(services(request).settings)).host
