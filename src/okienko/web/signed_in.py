"""Pages for people who have signed in. The application's middleware has put them on the request, or None."""

from __future__ import annotations

from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request

from okienko.values import SignedIn


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


def is_partial(request: Request) -> bool:
    """Whether htmx asks for a piece of the page."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers
