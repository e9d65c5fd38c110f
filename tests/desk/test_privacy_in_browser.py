"""The privacy officer's pages in a browser: in Polish, wide and on a phone, light and dark, by keyboard alone; axe."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, Page

from okienko.answers.shelf import Shelf
from okienko.app import build
from okienko.consent import store as consent
from okienko.consent.store import Processor
from okienko.database.ids import new_id
from okienko.receive import Reception
from okienko.rights.retention import nightly
from okienko.rights.store import holds, requests
from okienko.staff.store import set_language
from okienko.values import MaskedText
from tests.desk.test_privacy import ask, person_of
from tests.desk_world import World

pytestmark = pytest.mark.anyio

PAGES = ("", "/ledger", "/retention", "/holds", "/processors", "/policy", "/texts")


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    """The whole application on a port of its own, with something on every page."""
    await world.move("pl")
    await fill(world)
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


async def fill(world: World) -> None:
    brand, now, database = world.brand, world.at, world.services.database
    world.clock.at = now - timedelta(days=33)
    await ask(world, await world.begin("Dzień dobry"), "access")
    world.clock.at = now - timedelta(days=26)
    begun = await world.begin("Mój adres to ola.nowak@poczta.example")
    await ask(world, begun, "rectify")
    world.clock.at = now
    await ask(world, begun, "erase", place="uk")
    await ask(world, None, "complaint")
    await ask(world, None, "access", verified=False)
    adam = await world.hire("Adam Wrona", {brand.id: "admin"})
    async with database.brand(brand.id) as connection:
        processor = Processor(
            id=new_id(now), name="Chmura", does="trzyma bazę danych", region="UE", transfer="", contract_on=now.date()
        )
        await consent.add_processor(connection, processor, trains=False, now=now)
        await holds.set_hold(
            connection,
            id=new_id(now),
            person=await person_of(begun),
            reason=MaskedText("Sprawa sądowa, sygnatura w aktach"),
            staff=adam,
            review_on=(now + timedelta(days=30)).date(),
            now=now,
        )
    await nightly.run_now(database, brand, world.clock)


async def look(page: Page, axe: str, name: str) -> None:
    found = await page.evaluate(axe + "; axe.run().then(result => result.violations)")
    grave = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in {"serious", "critical"}]
    assert grave == [], name
    wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide, f"{name} is wider than its window"
    if pictures := os.environ.get("OKIENKO_PICTURES"):
        await page.screenshot(path=Path(pictures) / f"privacy{name}.png", full_page=True)


@pytest.mark.parametrize(
    ("width", "height", "scheme"), [(1280, 900, "light"), (390, 844, "dark"), (1280, 900, "dark"), (390, 844, "light")]
)
async def test_a11_01_the_privacy_officer_s_pages_can_be_used_by_everybody(
    world: World, address: str, browser: Browser, axe: str, *, width: int, height: int, scheme: str
) -> None:
    ela = await world.hire("Ela Sowa", {world.brand.id: "privacy", world.other.id: "auditor"})
    async with await world.enter(ela) as signed_in:
        token = signed_in.cookies["okienko-desk"]
    async with world.services.database.brand(world.brand.id) as connection:
        open_ = [one.reference for one in await requests.list_open(connection)]
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=True,
    )
    await context.add_cookies([{"name": "okienko-desk", "value": token, "url": address}])
    page = await context.new_page()
    pages = [*PAGES, *(f"/requests/seans/{reference}" for reference in open_)]
    for path in pages:
        await page.goto(f"{address}/desk/privacy{path}{'' if 'requests/' in path else '?brand=seans'}")
        name = path if "requests/" not in path else f"-request-{open_.index(path.rpartition('/')[2])}"
        await look(page, axe, f"{name.replace('/', '-')}-{width}-{scheme}-pl")
    if (width, scheme) in {(1280, "light"), (390, "dark")}:
        async with world.services.database.shared() as connection:
            await set_language(connection, ela, "en")
        for path in pages:
            await page.goto(f"{address}/desk/privacy{path}{'' if 'requests/' in path else '?brand=seans'}")
            name = path if "requests/" not in path else f"-request-{open_.index(path.rpartition('/')[2])}"
            await look(page, axe, f"{name.replace('/', '-')}-{width}-{scheme}-en")


async def test_a_request_is_written_down_and_refused_by_keyboard_alone(
    world: World, address: str, browser: Browser
) -> None:
    ela = await world.hire("Ela Sowa", {world.brand.id: "privacy"})
    async with await world.enter(ela) as signed_in:
        token = signed_in.cookies["okienko-desk"]
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=False)
    await context.add_cookies([{"name": "okienko-desk", "value": token, "url": address}])
    page = await context.new_page()
    await page.goto(address + "/desk/privacy")

    async def reach(text: str) -> None:
        """Tabs on until this has the focus."""
        wanted = page.locator(":focus").filter(has_text=text)
        for _ in range(120):
            await page.keyboard.press("Tab")
            if await wanted.count():
                return
        raise AssertionError(f"{text} cannot be reached with the keyboard")

    await reach("Zapisz wniosek, który przyszedł listem")
    await page.keyboard.press("Enter")
    for _ in range(3):  # kind, reference, words
        await page.keyboard.press("Tab")
    await page.keyboard.type("Proszę o kopię moich danych.")
    await reach("Zapisz wniosek")
    await page.keyboard.press("Enter")
    await page.get_by_text("Zapisano. Termin biegnie od teraz.").wait_for()
    await page.get_by_label("Powód").last.focus()
    await page.keyboard.type("Nie wiadomo, kto pyta, a osoba nie odpowiada.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.get_by_text("Odmówiono, z podaniem powodu.").wait_for()
