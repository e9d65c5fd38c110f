"""What the pages of accounts share: who is behind a request, what they have proved, and how a session begins."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeVar
from urllib.parse import quote, urlsplit

import anyio
from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from okienko.settings import Settings
from okienko.staff import store
from okienko.staff.passwords import NOBODY, hash_password, hash_token, is_outdated, is_password, name_cookie
from okienko.staff.rules import must_enrol, name_browser
from okienko.staff.second import store as second
from okienko.staff.store import Account
from okienko.values import SignedIn, StaffId
from okienko.web.network import network_of
from okienko.web.services import services
from okienko.web.signed_in import CONFIRM, is_partial

ACCOUNT: Final = "/desk/account"
SECOND: Final = "/desk/sign-in/second"
# Open to somebody who still has to set up a second step: setting it up, proving oneself, and leaving.
_UNENROLLED: Final = (
    ACCOUNT,
    CONFIRM,
    "/desk/passkey",
    "/desk/welcome",
    "/desk/sign-in",
    "/desk/sign-out",
    "/desk/language",
)
_FAILURE_TAKES: Final = 0.5  # seconds at least, whatever the reason: the time says nothing about accounts
MOST_NETWORKS: Final = 10_000

T = TypeVar("T")


class KnowStaff:
    """ASGI middleware: puts `staff` (or None) and, for who has signed in, `language` on the state of desk requests.

    Whoever has to have a second step and has none gets no further than to the page where it is set up. `insist`: no,
    for the demo alone, whose people and data are invented.
    """

    def __init__(self, app: ASGIApp, *, insist: bool = True) -> None:
        self._app = app
        self._insist = insist

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Asks the database once a request; static files and customers' pages are not asked for."""
        if scope["type"] == "http" and (scope["path"] == "/desk" or scope["path"].startswith("/desk/")):
            request = Request(scope)
            request.state.insist = self._insist
            request.state.staff = None
            token = request.cookies.get(name_cookie(services(request).settings.public_url or ""))
            if token:
                given = services(request)
                async with given.database.shared() as connection:
                    found = await store.find_signed_in(connection, hash_token(token), given.clock())
                if found is not None:
                    request.state.staff, request.state.language = found
                    if owes_second(request, found[0]) and not _is_open(scope["path"]):
                        await _lead(request)(scope, receive, send)
                        return
        await self._app(scope, receive, send)


def needs_second(request: Request, staff: SignedIn) -> bool:
    """Whether somebody has to have a second step."""
    everybody = services(request).settings.second_step == "everybody"
    roles = [*staff.roles.values(), *("auditor" for _ in staff.audits)]
    return bool(request.state.insist) and must_enrol(roles, everybody=everybody)


def owes_second(request: Request, staff: SignedIn) -> bool:
    """Whether somebody may do nothing before a second step is set up."""
    return not staff.enrolled and needs_second(request, staff)


def _is_open(path: str) -> bool:
    return any(path == prefix or path.startswith(prefix + "/") for prefix in _UNENROLLED)


def _lead(request: Request) -> Response:
    if is_partial(request):
        return Response(status_code=401, headers={"HX-Redirect": ACCOUNT})
    return RedirectResponse(ACCOUNT, 303)


async def touch(request: Request) -> bool:
    """A sign of life of the session behind the request. False when it is over."""
    given = services(request)
    async with given.database.shared() as connection:
        return await store.touch_session(connection, session_of(request), given.clock())


def session_of(request: Request) -> bytes:
    """The hash of the session's token that the browser has sent; of nobody's, when it has sent none."""
    return hash_token(request.cookies.get(name_cookie(services(request).settings.public_url or ""), ""))


# proofs --------------------------------------------------------------------------------------------------------------


async def check_password(request: Request, account: Account | None, password: str) -> bool:
    """Whether this is the account's password and it may be used now; takes as long without an account."""
    given = services(request)
    encoded = account.password if account and account.password else NOBODY
    right = await hashing(request, lambda: is_password(encoded, password))
    if account is None or account.password is None or is_closed(account, given.clock()):
        return False  # also with the right password: otherwise the lock would tell which one that is
    if not right:
        async with given.database.shared() as connection:
            await store.count_failure(connection, account.id, given.clock())
        return False
    if is_outdated(account.password):
        encoded = await hashing(request, lambda: hash_password(password, secrets.token_bytes(16)))
        async with given.database.shared() as connection:
            await store.rehash(connection, account.id, encoded)
    return True


def is_closed(account: Account, now: datetime) -> bool:
    """Whether an account takes no password and no code now: closed for good, or for a while after failures."""
    return account.disabled or (account.locked_until is not None and account.locked_until > now)


async def hashing(request: Request, work: Callable[[], T]) -> T:
    """Slow work on passwords, two at most at once."""
    limiter: CapacityLimiter | None = getattr(request.app.state, "hashing", None)
    if limiter is None:
        limiter = request.app.state.hashing = CapacityLimiter(2)
    return await to_thread.run_sync(work, limiter=limiter)


async def wait_after_failure(begun: float) -> None:
    """Every failure takes as long as any other. `begun`: by anyio's clock."""
    await anyio.sleep(max(0.0, begun + _FAILURE_TAKES - anyio.current_time()))


def limit(most: int, within: timedelta) -> Callable[[Request], None]:
    """A counter of tries by network (/24, /64), in this process's memory, where networks are keyed hashes.

    What it makes raises 429 when there were too many. Networks that fall silent are forgotten.
    """
    seen: dict[bytes, deque[datetime]] = {}

    def require(request: Request) -> None:
        given = services(request)
        now = given.clock()
        address = request.client.host if request.client else ""
        network = given.keys.lookup("network", network_of(address) or address)
        if len(seen) > MOST_NETWORKS:
            for other in [other for other, tries in seen.items() if tries[-1] < now - within]:
                del seen[other]
        tries = seen.setdefault(network, deque())
        while tries and tries[0] < now - within:
            tries.popleft()
        tries.append(now)
        if len(tries) > most:
            tries.popleft()
            raise HTTPException(429)

    return require


# the beginning of a session ------------------------------------------------------------------------------------------


async def enter(request: Request, staff_id: StaffId, after: str) -> Response:
    """A fresh session; one that the browser brought along ends, so that a token planted before is worth nothing."""
    given = services(request)
    token = secrets.token_urlsafe(32)
    async with given.database.shared() as connection:
        await store.close_session(connection, session_of(request))
        await second.close_half(connection, session_of(request))
        await store.open_session(
            connection,
            staff_id,
            hash_token(token),
            given.clock(),
            browser=name_browser(request.headers.get("user-agent", "")),
        )
    return _with_token(request, token, after or "/desk")


async def enter_after_password(request: Request, staff_id: StaffId, after: str) -> Response:
    """After the right password: in, or to the second step where there is one."""
    given = services(request)
    async with given.database.shared() as connection:
        ways = await second.read_ways(connection, staff_id)
    if not ways.any:
        return await enter(request, staff_id, after)
    token = secrets.token_urlsafe(32)
    async with given.database.shared() as connection:
        await store.close_session(connection, session_of(request))
        await second.open_half(connection, staff_id, hash_token(token), given.clock())
    return _with_token(request, token, with_next(SECOND, after))


def _with_token(request: Request, token: str, address: str) -> Response:
    name = name_cookie(services(request).settings.public_url or "")
    response = RedirectResponse(address, 303)
    response.set_cookie(name, token, path="/", secure=name.startswith("__Host-"), httponly=True, samesite="lax")
    return response


def clean_next(address: str) -> str:
    """A path of the desk to go to, or nothing: nobody is sent elsewhere by a link to our sign-in page."""
    parts = urlsplit(address)
    inside = not parts.scheme and not parts.netloc and address.startswith(("/desk/", "/desk?")) and "\\" not in address
    return address if inside and not address.startswith("/desk/sign-in") else ""


def with_next(address: str, after: str) -> str:
    """An address that leads on to `after`."""
    return f"{address}?next={quote(after, safe='')}" if after else address


def address_of(settings: Settings) -> str:
    """Where browsers find the desk."""
    return settings.public_url or f"http://localhost:{settings.port}"
