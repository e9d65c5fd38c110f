"""What the API's routes share: who asks with which token, and what went wrong as JSON (RFC 9457)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Final
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from okienko.api.store import Holder, use_token
from okienko.api.token import Scope, read_token
from okienko.database.pool import DatabaseAway
from okienko.staff.passwords import hash_token
from okienko.values import Brand
from okienko.web.hourly import HourLimit
from okienko.web.services import services

AN_HOUR: Final = 600  # requests with one token


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A program of a brand."""

    brand: Brand
    token: Holder


class Refused(Exception):
    """Something that is not done, with what to say about it. Whatever was begun is rolled back."""

    def __init__(
        self, status: int, title: str, *, headers: Mapping[str, str] | None = None, problems: list[object] | None = None
    ) -> None:
        super().__init__()
        self.status = status
        self.title = title
        self.headers = headers
        self.problems = problems


Work = Callable[[Request, Caller], Awaitable[Response]]


def serve(work: Work, scope: Scope, limit: HourLimit) -> Callable[[Request], Awaitable[Response]]:
    """A route: done for who has a token with this scope, and whatever is wrong is said as JSON."""

    async def answer(request: Request) -> Response:
        try:
            return await work(request, await _find_caller(request, scope, limit))
        except Refused as refused:
            return _tell(refused)
        except HTTPException as error:  # a body that is too large
            return _tell(Refused(error.status_code, HTTPStatus(error.status_code).phrase + "."))
        except DatabaseAway:
            title = "The database does not answer. Nothing was changed; try again."
            return _tell(Refused(503, title, headers={"Retry-After": "2"}))

    return answer


def find_today(brand: Brand, now: datetime) -> date:
    """The day it is for the brand."""
    return now.astimezone(ZoneInfo(brand.timezone)).date()


async def _find_caller(request: Request, scope: Scope, limit: HourLimit) -> Caller:
    """Whose token it is. Raises `Refused`: 401, 403, 429."""
    given = services(request)
    now = given.clock()
    nobody = Refused(
        401,
        "Send a token that works: Authorization: Bearer okd_… An administrator makes one at /desk/api.",
        headers={"WWW-Authenticate": "Bearer"},
    )
    read = read_token(request.headers.get("authorization", ""))
    brand = None if read is None else await given.directory.brand_called(read[1])
    if read is None or brand is None:
        raise nobody
    hash_ = hash_token(read[0])
    async with given.database.brand(brand.id) as connection:
        holder = await use_token(connection, hash_, find_today(brand, now))
    if holder is None:
        raise nobody
    seconds = limit.seconds_to_wait(holder.id.bytes, now, AN_HOUR)
    if seconds:
        title = f"{AN_HOUR} requests an hour are the most with one token. Try again in {seconds} seconds."
        raise Refused(429, title, headers={"Retry-After": str(seconds)})
    if scope not in holder.scopes:
        raise Refused(403, f"This token may not do this: it lacks {scope}. An administrator makes another one.")
    return Caller(brand=brand, token=holder)


def _tell(refused: Refused) -> Response:
    body: dict[str, object] = {"status": refused.status, "title": refused.title}
    if refused.problems is not None:
        body["problems"] = refused.problems
    return JSONResponse(body, refused.status, refused.headers, "application/problem+json")
