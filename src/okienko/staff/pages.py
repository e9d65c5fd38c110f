"""Signing in and out, invitations, and the list of colleagues."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeVar, cast
from urllib.parse import urlsplit
from uuid import UUID

import anyio
import psycopg.errors
from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from okienko.audit import store as audit
from okienko.audit.chain import Action
from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.staff import store
from okienko.staff.passwords import (
    NOBODY,
    find_weakness,
    hash_password,
    hash_token,
    is_outdated,
    is_password,
    make_link,
    name_cookie,
)
from okienko.staff.store import Account, Role
from okienko.values import BrandId, Language, SignedIn, StaffId
from okienko.web.csrf import require_own_page, require_token
from okienko.web.forms import read_form
from okienko.web.i18n import LANGUAGES
from okienko.web.services import services
from okienko.web.signed_in import signed_in
from okienko.web.templates import browser_language, render

ROLES: Final[tuple[Role, ...]] = ("agent", "lead", "admin", "privacy", "auditor")
_TRIES: Final = 20  # sign-ins of one address in a minute: an office behind one address, but not a machine
_FAILURE_TAKES: Final = 0.5  # seconds at least, whatever the reason: the time says nothing about accounts
_NAME: Final = 80  # characters

T = TypeVar("T")


def routes() -> list[Route]:
    """Everything under /desk/ that is about accounts."""
    allowed = _limit(_TRIES, timedelta(minutes=1))

    async def try_sign_in(request: Request) -> Response:
        require_own_page(request.headers)
        if not allowed(request.client.host if request.client else "", services(request).clock()):
            raise HTTPException(429)
        return await _sign_in(request)

    return [
        Route("/desk/sign-in", _show_sign_in, methods=["GET"]),
        Route("/desk/sign-in", try_sign_in, methods=["POST"]),
        Route("/desk/sign-out", _sign_out, methods=["POST"]),
        Route("/desk/language", _choose_language, methods=["POST"]),
        Route("/desk/welcome/{token}", _show_welcome, methods=["GET"]),
        Route("/desk/welcome/{token}", _welcome, methods=["POST"]),
        Route("/desk/colleagues", _show_colleagues, methods=["GET"]),
        Route("/desk/colleagues", _add_colleague, methods=["POST"]),
        Route("/desk/colleagues/{staff_id:uuid}/{action:str}", _change_colleague, methods=["POST"]),
    ]


# for the rest of the application -----------------------------------------------------------------------------------


class KnowStaff:
    """ASGI middleware: puts `staff` (or None) and, for who has signed in, `language` on the state of desk requests."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Asks the database once a request; static files and customers' pages are not asked for."""
        if scope["type"] == "http" and (scope["path"] == "/desk" or scope["path"].startswith("/desk/")):
            request = Request(scope)
            request.state.staff = None
            token = request.cookies.get(name_cookie(services(request).settings.public_url or ""))
            if token:
                given = services(request)
                async with given.database.shared() as connection:
                    found = await store.find_signed_in(connection, hash_token(token), given.clock())
                if found is not None:
                    request.state.staff, request.state.language = found
        await self._app(scope, receive, send)


async def touch(request: Request) -> bool:
    """A sign of life of the session behind the request. False when it is over."""
    given = services(request)
    token = request.cookies.get(name_cookie(given.settings.public_url or ""), "")
    async with given.database.shared() as connection:
        return await store.touch_session(connection, hash_token(token), given.clock())


async def confirm_password(request: Request, password: str) -> bool:
    """Asks somebody who is signed in for the password once more. Failures count as they do at sign-in."""
    given = services(request)
    async with given.database.shared() as connection:
        account = await store.read_account_of(connection, signed_in(request).id)
    return await _check(request, account, password)


async def _check(request: Request, account: Account | None, password: str) -> bool:
    """Whether this is the account's password and it may be used now; takes as long without an account."""
    given = services(request)
    encoded = account.password if account and account.password else NOBODY
    right = await _hashing(request, lambda: is_password(encoded, password))
    if account is None or account.password is None:
        return False
    if account.disabled or (account.locked_until is not None and account.locked_until > given.clock()):
        return False  # even with the right password: otherwise the lock would tell which one that is
    if not right:
        async with given.database.shared() as connection:
            await store.count_failure(connection, account.id, given.clock())
        return False
    if is_outdated(account.password):
        encoded = await _hashing(request, lambda: hash_password(password, secrets.token_bytes(16)))
        async with given.database.shared() as connection:
            await store.rehash(connection, account.id, encoded)
    return True


async def _hashing(request: Request, work: Callable[[], T]) -> T:
    limiter: CapacityLimiter | None = getattr(request.app.state, "hashing", None)
    if limiter is None:
        limiter = request.app.state.hashing = CapacityLimiter(2)
    return await to_thread.run_sync(work, limiter=limiter)


def _limit(most: int, within: timedelta) -> Callable[[str, datetime], bool]:
    """A counter of tries by address, in this process's memory. Addresses that fall silent are forgotten."""
    seen: dict[str, deque[datetime]] = {}

    def allowed(address: str, now: datetime) -> bool:
        if len(seen) > 10_000:
            for other in [other for other, tries in seen.items() if tries[-1] < now - within]:
                del seen[other]
        tries = seen.setdefault(address, deque())
        while tries and tries[0] < now - within:
            tries.popleft()
        tries.append(now)
        return len(tries) <= most

    return allowed


# signing in ----------------------------------------------------------------------------------------------------------


async def _show_sign_in(request: Request) -> Response:
    if getattr(request.state, "staff", None) is not None:
        return RedirectResponse("/desk", 303)
    return render(
        request, "staff/sign-in.html", next=_clean_next(request.query_params.get("next", "")), login="", wrong=False
    )


async def _sign_in(request: Request) -> Response:
    given = services(request)
    begun = anyio.current_time()
    form = await read_form(request)
    login = form.get("login", "")[:_NAME]
    after = _clean_next(form.get("next", ""))
    async with given.database.shared() as connection:
        account = await store.read_account(connection, login)
    if not await _check(request, account, form.get("password", "")[:1000]) or account is None:
        await anyio.sleep(max(0.0, begun + _FAILURE_TAKES - anyio.current_time()))
        return render(request, "staff/sign-in.html", status=401, next=after, login=login, wrong=True)
    return await _enter(request, account.id, after)


async def _enter(request: Request, staff_id: StaffId, after: str) -> Response:
    """A fresh session; one that the browser brought along ends, so that a token planted before is worth nothing."""
    given = services(request)
    name = name_cookie(given.settings.public_url or "")
    token = secrets.token_urlsafe(32)
    async with given.database.shared() as connection:
        await store.close_session(connection, hash_token(request.cookies.get(name, "")))
        await store.open_session(connection, staff_id, hash_token(token), given.clock())
    response = RedirectResponse(after or "/desk", 303)
    response.set_cookie(name, token, path="/", secure=name.startswith("__Host-"), httponly=True, samesite="lax")
    return response


async def _sign_out(request: Request) -> Response:
    given = services(request)
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    name = name_cookie(given.settings.public_url or "")
    async with given.database.shared() as connection:
        await store.close_session(connection, hash_token(request.cookies.get(name, "")))
    response = RedirectResponse("/desk/sign-in", 303)
    response.delete_cookie(name, path="/", secure=name.startswith("__Host-"), httponly=True, samesite="lax")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


async def _choose_language(request: Request) -> Response:
    staff = signed_in(request)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    async with services(request).database.shared() as connection:
        await store.set_language(connection, staff.id, _read_language(form))
    return RedirectResponse(_clean_next(form.get("next", "")) or "/desk", 303)


def _clean_next(address: str) -> str:
    """A path of the desk to go to, or nothing: nobody is sent elsewhere by a link to our sign-in page."""
    parts = urlsplit(address)
    inside = not parts.scheme and not parts.netloc and address.startswith(("/desk/", "/desk?")) and "\\" not in address
    return address if inside and not address.startswith("/desk/sign-in") else ""


def _read_language(form: dict[str, str]) -> Language:
    chosen = form.get("language", "")
    if chosen not in LANGUAGES:
        raise HTTPException(400)
    return chosen


# invitations ---------------------------------------------------------------------------------------------------------


async def _show_welcome(request: Request) -> Response:
    invitation = await _read_invitation(request)
    if invitation is None:
        return render(request, "staff/welcome-over.html", status=404)
    values = {"login": invitation.login, "name": invitation.name, "language": browser_language(request)}
    return render(request, "staff/welcome.html", invitation=invitation, values=values, wrong={})


async def _welcome(request: Request) -> Response:
    require_own_page(request.headers)
    given = services(request)
    invitation = await _read_invitation(request)
    if invitation is None:
        return render(request, "staff/welcome-over.html", status=404)
    form = await read_form(request)
    login = store.clean_login(form.get("login", "")) if invitation.first else invitation.login
    name = " ".join(form.get("name", "").split())
    password = form.get("password", "")
    language = _read_language(form)
    wrong = {
        "login": None if 0 < len(login) <= _NAME and not login.startswith("first-") else "missing",
        "name": None if 0 < len(name) <= _NAME else "missing",
        "password": find_weakness(password, login=login, name=name),
        "again": None if form.get("again", "") == password else "different",
    }
    values = {"login": login, "name": name, "language": language}
    if not any(wrong.values()):
        encoded = await _hashing(request, lambda: hash_password(password, secrets.token_bytes(16)))
        try:
            async with given.database.shared() as connection:
                accepted = await store.accept_invitation(
                    connection,
                    invitation,
                    token_hash=hash_token(request.path_params["token"]),
                    login=login,
                    name=name,
                    language=language,
                    password=encoded,
                    now=given.clock(),
                )
        except psycopg.errors.UniqueViolation:
            wrong["login"] = "taken"
        else:
            if accepted:
                return await _enter(request, invitation.staff_id, "")
            return render(request, "staff/welcome-over.html", status=404)
    found = {field: reason for field, reason in wrong.items() if reason}
    return render(
        request, "staff/welcome.html", status=422, language=language, invitation=invitation, values=values, wrong=found
    )


async def _read_invitation(request: Request) -> store.Invitation | None:
    given = services(request)
    async with given.database.shared() as connection:
        return await store.read_invitation(connection, hash_token(request.path_params["token"]), given.clock())


# colleagues ----------------------------------------------------------------------------------------------------------


def _administered(staff: SignedIn) -> list[BrandId]:
    brands = [brand for brand, role in staff.roles.items() if role == "admin"]
    if not brands:
        raise HTTPException(403)
    return brands


async def _show_colleagues(
    request: Request, *, status: int = 200, added: str | None = None, link: str | None = None, wrong: str | None = None
) -> Response:
    given = services(request)
    staff = signed_in(request)
    mine = _administered(staff)
    known = await given.directory.read()
    async with given.database.shared() as connection:
        colleagues = await store.list_colleagues(connection, mine)
    return render(
        request,
        "staff/colleagues.html",
        status=status,
        brands=sorted((known.brands[brand] for brand in mine if brand in known.brands), key=lambda b: b.name),
        brand_names={brand.id: brand.name for brand in known.brands.values()},
        colleagues=colleagues,
        may_close={c.id for c in colleagues if c.id != staff.id and set(c.roles) <= set(mine)},
        roles=ROLES,
        now=given.clock(),
        added=added,
        link=link,
        wrong=wrong,
    )


async def _add_colleague(request: Request) -> Response:
    given = services(request)
    staff = signed_in(request)
    mine = _administered(staff)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    login, name = store.clean_login(form.get("login", "")), " ".join(form.get("name", "").split())
    role = form.get("role", "")
    brand = next((brand for brand in mine if str(brand) == form.get("brand", "")), None)
    if brand is None or role not in ROLES:
        raise HTTPException(400)
    if not 0 < len(login) <= _NAME or not 0 < len(name) <= _NAME or login.startswith("first-"):
        return await _show_colleagues(request, status=422, wrong="missing")
    token = secrets.token_urlsafe(32)
    async with given.database.brand(brand) as connection:
        own = await store.read_account_of(connection, staff.id)
        found = await store.read_account(connection, login)
        if own is not None and found is not None and own.id == found.id:
            raise HTTPException(403)  # nobody changes their own role
        invited = await store.add_staff(
            connection,
            login=login,
            name=name,
            brand_id=brand,
            role=role,
            language="pl",
            staff_id=new_id(given.clock()),
            token_hash=hash_token(token),
            now=given.clock(),
            by=audit.staff(staff, brand),
        )
    return await _show_colleagues(request, added=name, link=_link(request, token) if invited else None)


async def _change_colleague(request: Request) -> Response:
    given = services(request)
    staff = signed_in(request)
    mine = _administered(staff)
    form = await read_form(request)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    async with given.database.shared() as connection:
        colleagues = await store.list_colleagues(connection, mine)
    colleague = next((c for c in colleagues if c.id == cast("UUID", request.path_params["staff_id"])), None)
    if colleague is None:
        raise HTTPException(404)
    if colleague.id == staff.id:
        raise HTTPException(403)  # own roles and own account are for other administrators
    action = request.path_params["action"]
    if action == "role":
        brand = next((brand for brand in mine if str(brand) == form.get("brand", "")), None)
        role = form.get("role", "")
        if brand is None or role not in ROLES:
            raise HTTPException(400)
        async with given.database.brand(brand) as connection:
            await store.change_role(connection, brand, colleague.id, role)
            await audit.record(
                connection,
                "role-changed",
                by=audit.staff(staff, brand),
                brand=brand,
                kind="account",
                object=colleague.id,
                detail={"role": role},
                now=given.clock(),
            )
        return RedirectResponse("/desk/colleagues", 303)
    if not set(colleague.roles) <= set(mine):
        raise HTTPException(403)  # somebody else's colleague as well
    if action == "link":
        token = secrets.token_urlsafe(32)
        async with given.database.shared() as connection:
            await store.invite_again(connection, colleague.id, hash_token(token), given.clock())
            await _record(connection, "link-made", staff, colleague.id, given.clock())
        return await _show_colleagues(request, added=colleague.name, link=_link(request, token))
    if action not in {"disable", "enable"}:
        raise HTTPException(404)
    async with given.database.shared() as connection:
        await store.set_disabled(connection, colleague.id, action == "disable", given.clock())
    return RedirectResponse("/desk/colleagues", 303)


async def _record(connection: Connection, act: Action, staff: SignedIn, account: StaffId, now: datetime) -> None:
    """What is done to an account is done in all brands."""
    by = audit.staff(staff, None)
    await audit.record(connection, act, by=by, brand=None, kind="account", object=account, now=now)


def _link(request: Request, token: str) -> str:
    settings = services(request).settings
    return make_link(settings.public_url or f"http://localhost:{settings.port}", token)
