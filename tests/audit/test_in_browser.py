"""The log's pages in a browser: axe finds nothing serious, in Polish and with what there is to see."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser

from okienko import missed
from okienko.answers.shelf import Shelf
from okienko.app import build
from okienko.database.urls import Urls
from okienko.receive import Reception
from tests.desk_world import World, open_world

pytestmark = pytest.mark.anyio

PAGES = ("", "/check", "/packs", "/samples")


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        yield world


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    """The whole application on a port of its own."""
    given = world.services
    reception = Reception(given.database, given.directory, given.keys, given.clock, lambda: None)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(
                build(given, reception, Shelf()),
                lifespan="off",
                access_log=False,
                log_config=None,
                timeout_graceful_shutdown=0,
            )
        )
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving


async def test_a11_01_the_pages_of_the_log_can_be_read_by_everybody(
    world: World, address: str, browser: Browser, axe: str
) -> None:
    ela = await world.hire("Ela Sowa", {world.brand.id: "privacy", world.other.id: "auditor"})
    begun = await world.begin("Gdzie jest moja paczka?")
    await begun.change("update message set text = 'Adres: ola.nowak@poczta.example' where conversation_id = %(id)s")
    await missed.look(world.services.database, world.services.keys, world.brand, world.at)
    async with await world.enter(ela) as signed_in:
        token = signed_in.cookies["okienko-desk"]
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    await context.add_cookies([{"name": "okienko-desk", "value": token, "url": address}])
    page = await context.new_page()
    await page.goto(address + begun.address)
    await page.goto(address + "/desk/audit/packs#seans")
    await page.get_by_role("button", name="Sporządź pakiet").last.click()
    await page.get_by_role("link", name="JSON").wait_for()
    await page.goto(address + "/desk/audit/check")
    await page.get_by_role("button", name="Sprawdź cały dziennik").click()
    await page.get_by_text("Wszystko się zgadza.").wait_for()
    for path in PAGES:
        await page.goto(address + "/desk/audit" + path)
        found = await page.evaluate(axe + "; axe.run().then(result => result.violations)")
        grave = [one["id"] for one in found if one["impact"] in {"serious", "critical"}]
        assert grave == [], path
        wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, path
        if pictures := os.environ.get("OKIENKO_PICTURES"):
            await page.screenshot(path=Path(pictures) / f"audit{path.replace('/', '-')}.png", full_page=True)
