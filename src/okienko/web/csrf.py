"""Whether a change was asked for by our own page.

Two independent signs: what the browser says about the request's origin, and a token that only our page could read.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException


def from_own_page(headers: Mapping[str, str]) -> bool:
    """Pure. `Sec-Fetch-Site` decides where the browser sends it, else `Origin` against `Host`; no sign at all passes.

    Names in `headers` are matched as Starlette's `Headers` does: in any case.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")


def require_own_page(headers: Mapping[str, str]) -> None:
    """For forms that need no session (search, article feedback). Raises 403."""
    if not from_own_page(headers):
        raise HTTPException(403)


def require_token(headers: Mapping[str, str], *, sent: str, expected: str) -> None:
    """For everything a session may change: `sent` comes from the form or `X-CSRF-Token`, `expected` from the session.

    Raises 403. An empty `expected` never passes.
    """
    require_own_page(headers)
    if not expected or not hmac.compare_digest(sent.encode(), expected.encode()):
        raise HTTPException(403)
