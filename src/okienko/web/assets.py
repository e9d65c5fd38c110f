"""Static files: named by their content, so that a browser may keep them for ever."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from okienko.web.accent import accent_stylesheet

STATIC: Final = Path(__file__).parent / "static"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_TEXT: Final = frozenset({"text/css", "text/javascript", "image/svg+xml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file, as it is served."""

    body: bytes = field(repr=False)
    media_type: str
    digest: str  # the first 16 hex digits of the content's SHA-256


@cache
def assets() -> dict[str, Asset]:
    """Every static file by its path; a few hundred kilobytes, read once."""
    found: dict[str, Asset] = {}
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            body = path.read_bytes()
            media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            digest = hashlib.sha256(body).hexdigest()[:16]
            found[path.relative_to(STATIC).as_posix()] = Asset(body=body, media_type=media_type, digest=digest)
    return found


def static(path: str) -> str:
    """The address of a static file. Raises `KeyError` for one that does not exist."""
    return f"/static/{path}?v={assets()[path].digest}"


def accent_address(hex_colour: str) -> str:
    """The address of a brand's colour as a stylesheet."""
    return f"/static/accent/{hex_colour.removeprefix('#')}.css"


async def _serve(request: Request) -> Response:
    asset = assets().get(request.path_params["path"])
    if asset is None:
        raise HTTPException(404)
    etag = f'"{asset.digest}"'
    headers = {
        "ETag": etag,
        "Cache-Control": _FOR_EVER if request.query_params.get("v") == asset.digest else "no-cache",
    }
    if request.headers.get("If-None-Match") == etag:
        return Response(status_code=304, headers=headers)
    media_type = f"{asset.media_type}; charset=utf-8" if asset.media_type in _TEXT else asset.media_type
    return Response(asset.body, headers=headers, media_type=media_type)


async def _accent(request: Request) -> Response:
    try:
        stylesheet = accent_stylesheet(f"#{request.path_params['colour']}")
    except ValueError:
        raise HTTPException(404) from None
    return Response(stylesheet, media_type="text/css; charset=utf-8", headers={"Cache-Control": _FOR_EVER})


def routes() -> list[Route]:
    """Everything under /static/."""
    return [Route("/static/accent/{colour}.css", _accent), Route("/static/{path:path}", _serve)]
