"""Pages for people who have signed in. The application's middleware has put them on the request, or None."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request

from okienko.values import SignedIn
from okienko.web.services import services

PROOF: Final = timedelta(minutes=10)  # how long a proof that it is really they is good for more than reading
CONFIRM: Final = "/desk/confirm"  # where it is given, once more


def signed_in(request: Request) -> SignedIn:
    """Who asks. Raises 303 to the sign-in page, which leads back here; htmx is told to go there as a whole page."""
    staff: SignedIn | None = getattr(request.state, "staff", None)
    if staff is not None:
        return staff
    address = "/desk/sign-in"
    if request.method == "GET" and not is_partial(request):
        query = f"?{request.url.query}" if request.url.query else ""
        address += "?next=" + quote(request.url.path + query, safe="")
    if is_partial(request):
        raise HTTPException(401, headers={"HX-Redirect": address})
    raise HTTPException(303, headers={"Location": address})


def is_proved(staff: SignedIn, now: datetime) -> bool:
    """Whether somebody has proved that it is they, with all they have for it, within the last ten minutes."""
    return staff.proved_at is not None and timedelta() <= now - staff.proved_at < PROOF


def require_proof(request: Request, *, back: str | None = None) -> SignedIn:
    """Who asks, proved anew: for what somebody at another's open desk must not do.

    Call it at the top of every page and action that reveals, exports, or changes policy, keys, the model or accounts.
    Raises 303 to the page that asks for a passkey or a password; it leads to `back`, a path of the desk, afterwards.
    Without `back` to this very page, which must be a GET then. htmx is told to go there as a whole page.
    """
    staff = signed_in(request)
    if is_proved(staff, services(request).clock()):
        return staff
    query = f"?{request.url.query}" if request.url.query else ""
    address = f"{CONFIRM}?next=" + quote(back or request.url.path + query, safe="")
    if is_partial(request):
        raise HTTPException(401, headers={"HX-Redirect": address})
    raise HTTPException(303, headers={"Location": address})


def is_partial(request: Request) -> bool:
    """Whether htmx asks for a piece of the page."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers
