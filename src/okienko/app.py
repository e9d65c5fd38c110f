"""The web application: every room's pages, composed. What has to join two rooms is joined here."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from okienko.answers.shelf import Shelf
from okienko.articles import pages as articles
from okienko.channels.webchat import pages as webchat
from okienko.database.pool import DatabaseAway
from okienko.demo import pages as demo_pages
from okienko.desk import pages as desk
from okienko.receive import Reception
from okienko.staff import pages as staff
from okienko.web import assets
from okienko.web.headers import SecurityHeaders
from okienko.web.services import Services, services
from okienko.web.templates import problem

HOOKS = "/hooks/"


def build(given: Services, reception: Reception, shelf: Shelf, *, demo: bool = False) -> ASGIApp:
    """The whole application. Messages go straight to `reception`; everything else is pages."""
    pages = Starlette(
        routes=[
            Route("/healthz", _health),
            *assets.routes(),
            *webchat.routes(),
            *articles.routes(),
            *staff.routes(),
            *desk.routes(),
            *(demo_pages.routes() if demo else [Route("/", _to_desk)]),
        ],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={HTTPException: problem, DatabaseAway: problem, Exception: problem},
    )
    pages.state.services = given

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(HOOKS):
            await reception.hook(scope, receive, send)
        else:
            await pages(scope, receive, send)

    return app


async def _health(request: Request) -> Response:
    """For a supervisor: 200 when the database answers."""
    async with services(request).database.shared() as connection:
        await connection.execute("select 1")
    return JSONResponse({"state": "well"})


async def _to_desk(_: Request) -> Response:
    return RedirectResponse("/desk/")
