"""The demo's own pages, over ASGI: they are there, carry the widget from the other name, and speak both languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from okienko.brands.directory import Directory
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.demo import pages
from okienko.demo.load import load
from okienko.keys import Keys
from okienko.settings import Settings
from okienko.web.headers import SecurityHeaders
from okienko.web.live import Live
from okienko.web.services import Services
from okienko.web.templates import problem

NOW = datetime(2026, 11, 25, 13, 30, tzinfo=UTC)
KEYS = Keys(operator=bytes(32), index=bytes(range(32)))


@pytest.fixture
async def browser(database_urls: Urls) -> AsyncIterator[httpx2.AsyncClient]:
    """A visitor of a loaded demo."""
    database = await Database.open(database_urls.app)
    await load(database, KEYS, now=NOW, site="http://127.0.0.1:8700")
    app = Starlette(
        routes=pages.routes(),
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={HTTPException: problem},
    )
    app.state.services = Services(
        settings=Settings(data=Path(), keys=Path()),
        database=database,
        directory=Directory(database, KEYS, lambda: NOW),
        keys=KEYS,
        clock=lambda: NOW,
        live=Live(database, database_urls.app),
    )
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8700") as client:
        yield client
    await database.close()


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:8700", "http://127.0.0.1:8700"),
        ("localhost", "http://127.0.0.1"),
        ("127.0.0.1:8700", "http://127.0.0.1:8700"),
        ("demo.example:8700", "http://demo.example:8700"),
    ],
)
def test_the_widget_comes_from_the_other_name_of_the_machine(host: str, origin: str) -> None:
    assert pages.find_widget_origin("http", host) == origin


@pytest.mark.anyio
async def test_the_first_page_leads_everywhere(browser: httpx2.AsyncClient) -> None:
    page = await browser.get("/", headers={"accept-language": "pl"})
    assert page.status_code == 200
    for address in ("/demo/kramik?lang=pl", "/demo/seans?lang=pl", "/help/kramik/pl/", "/help/seans/pl/", "/desk"):
        assert f'href="{address}"' in page.text
    english = await browser.get("/?lang=en", headers={"accept-language": "pl"})
    assert '<html lang="en">' in english.text
    assert "Three things to try" in english.text


@pytest.mark.anyio
async def test_a_shop_front_carries_the_widget_and_may(browser: httpx2.AsyncClient) -> None:
    page = await browser.get("/demo/kramik?lang=pl")
    assert '<script src="http://127.0.0.1:8700/chat/demo-kramik.js" data-language="pl" async></script>' in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src 'self' http://127.0.0.1:8700;" in policy
    assert policy.endswith("frame-src http://127.0.0.1:8700")
    assert "unsafe" not in policy


@pytest.mark.anyio
async def test_there_are_two_shop_fronts(browser: httpx2.AsyncClient) -> None:
    assert (await browser.get("/demo/seans")).status_code == 200
    assert (await browser.get("/demo/third")).status_code == 404


@pytest.mark.anyio
async def test_replies_of_webhooks_are_taken(browser: httpx2.AsyncClient) -> None:
    assert (await browser.post("/demo/replies", json={"type": "message"})).status_code == 204
