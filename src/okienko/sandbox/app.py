"""The sandbox as an application, with its mail server, for the command and for tests."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from okienko.sandbox import api, pages
from okienko.sandbox.process import Sandbox
from okienko.sandbox.smtp import Listener, listen
from okienko.web import assets
from okienko.web.headers import SecurityHeaders
from okienko.web.templates import problem

HOSTS: Final = ["127.0.0.1", "localhost"]  # by other names it is not called: a page elsewhere cannot pretend one


def build(sandbox: Sandbox) -> Starlette:
    """The vendors and the customer's page."""
    app = Starlette(
        routes=[*assets.routes(), *pages.routes(), *api.routes()],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS), Middleware(SecurityHeaders)],
        exception_handlers={HTTPException: problem},
    )
    app.state.sandbox = sandbox
    return app


@asynccontextmanager
async def run_mail(sandbox: Sandbox, port: int) -> AsyncGenerator[int]:
    """The mail server that takes the brand's letters, until the block ends; its port."""
    given = sandbox.world.doors["email"].given
    listener = Listener(
        given["smtp_user"],
        given["smtp_password"],
        sandbox.take_letter,
        lambda: sandbox.faults.take("email", sandbox.clock(), counted=True),
    )
    async with listen(listener, port) as listening:
        yield listening
