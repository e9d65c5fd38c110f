"""Signing in and out, invitations, and the list of colleagues."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

import anyio
import psycopg.errors
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.audit import store as audit
from okienko.audit.chain import Action
from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.staff import store
from okienko.staff.passwords import find_weakness, hash_password, hash_token, make_link, name_cookie
from okienko.staff.second import pages as second
from okienko.staff.second import store as second_store
from okienko.staff.second.passkeys import find_site
from okienko.staff.store import Role
from okienko.staff.view import (
    address_of,
    check_password,
    clean_next,
    enter_after_password,
    hashing,
    limit,
    wait_after_failure,
)
from okienko.values import BrandId, Language, SignedIn, StaffId
from okienko.web.csrf import require_own_page, require_token
from okienko.web.forms import read_form
from okienko.web.i18n import LANGUAGES
from okienko.web.services import services
from okienko.web.signed_in import require_proof, signed_in
from okienko.web.templates import browser_language, render

ROLES: Final[tuple[Role, ...]] = ("agent", "lead", "admin", "privacy", "auditor")
_TRIES: Final = 20  # sign-ins of one address in a minute: an office behind one address, but not a machine
COLLEAGUES: Final = "/desk/colleagues"
_NAME: Final = 80  # characters


def routes() -> list[Route]:
    """Everything under /desk/ that is about accounts."""
    require_patience = limit(_TRIES, timedelta(minutes=1))

    async def try_sign_in(request: Request) -> Response:
        require_own_page(request.headers)
        require_patience(request)
        return await _sign_in(request)

    return [
        Route("/desk/sign-in", _show_sign_in, methods=["GET"]),
        Route("/desk/sign-in", try_sign_in, methods=["POST"]),
        Route("/desk/sign-out", _sign_out, methods=["POST"]),
        Route("/desk/language", _choose_language, methods=["POST"]),
        Route("/desk/welcome/{token}", _show_welcome, methods=["GET"]),
        Route("/desk/welcome/{token}", _welcome, methods=["POST"]),
        Route(COLLEAGUES, _show_colleagues, methods=["GET"]),
        Route(COLLEAGUES, _add_colleague, methods=["POST"]),
        Route(COLLEAGUES + "/{staff_id:uuid}/{action:str}", _change_colleague, methods=["POST"]),
        *second.routes(),
    ]


# signing in ----------------------------------------------------------------------------------------------------------


async def _show_sign_in(request: Request) -> Response:
    if getattr(request.state, "staff", None) is not None:
        return RedirectResponse("/desk", 303)
    return _render_sign_in(
        request,
        after=clean_next(request.query_params.get("next", "")),
        late="late" in request.query_params,
        refused="refused" in request.query_params,
    )


def _render_sign_in(
    request: Request,
    *,
    status: int = 200,
    after: str = "",
    login: str = "",
    wrong: bool = False,
    late: bool = False,
    refused: bool = False,
) -> Response:
    return render(
        request,
        "staff/sign-in.html",
        status=status,
        next=after,
        login=login,
        wrong=wrong,
        late=late,
        refused=refused,
        host=find_site(address_of(services(request).settings)).host,
    )


async def _sign_in(request: Request) -> Response:
    given = services(request)
    begun = anyio.current_time()
    form = await read_form(request)
    login = form.get("login", "")[:_NAME]
    after = clean_next(form.get("next", ""))
    async with given.database.shared() as connection:
        account = await store.read_account(connection, login)
    if not await check_password(request, account, form.get("password", "")[:1000]) or account is None:
        await wait_after_failure(begun)
        return _render_sign_in(request, status=401, after=after, login=login, wrong=True)
    return await enter_after_password(request, account.id, after)


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
    return RedirectResponse(clean_next(form.get("next", "")) or "/desk", 303)


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
        encoded = await hashing(request, lambda: hash_password(password, secrets.token_bytes(16)))
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
                return await enter_after_password(request, invitation.staff_id, "")
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
    require_proof(request, back=COLLEAGUES)
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
    require_proof(request, back=COLLEAGUES)
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
        return RedirectResponse(COLLEAGUES, 303)
    if not set(colleague.roles) <= set(mine):
        raise HTTPException(403)  # somebody else's colleague as well
    if action == "link":
        token = secrets.token_urlsafe(32)
        async with given.database.shared() as connection:
            await store.invite_again(connection, colleague.id, hash_token(token), given.clock())
            await _record(connection, "link-made", staff, colleague.id, given.clock())
        return await _show_colleagues(request, added=colleague.name, link=_link(request, token))
    if action not in {"disable", "enable", "reset"}:
        raise HTTPException(404)
    async with given.database.shared() as connection:
        if action == "reset":
            now = given.clock()
            await second_store.reset(connection, colleague.id, by=staff.id, event_id=new_id(now), now=now)
        else:
            await store.set_disabled(connection, colleague.id, action == "disable", given.clock())
            act: Action = "account-closed" if action == "disable" else "account-opened"
            await _record(connection, act, staff, colleague.id, given.clock())
    return RedirectResponse(COLLEAGUES, 303)


async def _record(connection: Connection, act: Action, staff: SignedIn, account: StaffId, now: datetime) -> None:
    """What is done to an account is done in all brands."""
    by = audit.staff(staff, None)
    await audit.record(connection, act, by=by, brand=None, kind="account", object=account, now=now)


def _link(request: Request, token: str) -> str:
    return make_link(address_of(services(request).settings), token)
