"""Sources, synonyms, categories and the model at the desk, in a browser: with the keyboard, on a phone, for axe."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from okienko.answers.model import pages as model
from okienko.answers.model import store as model_store
from okienko.answers.shelf import Shelf
from okienko.articles.drafts import Defaults
from okienko.articles.sources import pages as sources
from okienko.articles.sources.store import add_source, claim_source, list_sources, note_trouble
from okienko.articles.store import import_articles
from okienko.articles.synonyms import pages as synonyms
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.quoting import Quoting
from okienko.routing import pages as routing
from okienko.routing import store as routing_store
from okienko.routing.shelf import Routers
from okienko.values import MaskedText
from tests.articles.test_editor import CODE, measure_width, seat
from tests.desk_world import World, open_world

pytestmark = pytest.mark.anyio
PAGES = ("/desk/articles/sources", "/desk/articles/synonyms", "/desk/routing", "/desk/model")


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    """Two sources, one in trouble and one that is being read; an example; a model that is on."""
    async with open_world(database_urls, tmp_path) as world:
        settings = replace(world.services.settings, model_url="https://models.company.example/v1", model_name="maly")
        given = world.services = world.app.state.services = replace(world.services, settings=settings)
        bot = Quoting(database=given.database, shelf=Shelf())
        pages = [*synonyms.routes(bot), *sources.routes(), *routing.routes(Routers()), *model.routes()]
        world.app.router.routes.extend(pages)
        brand, now = world.brand.id, world.at
        async with given.database.brand(brand) as connection:
            await import_articles(connection, brand, [CODE], now=now)
            for location in ("https://pomoc.example/sitemap.xml#/pomoc/", "/srv/pomoc"):
                await add_source(
                    connection,
                    brand,
                    source_id=new_id(now),
                    location=location,
                    defaults=Defaults(category="konto", language="pl"),
                    every_hours=24,
                    now=now,
                )
            reading, failed = await list_sources(connection, brand)
            await claim_source(connection, brand, reading, now)
            await claim_source(connection, brand, failed, now)
            await note_trouble(connection, brand, failed.id, "there is no such host", "away", now=now)
            await routing_store.add_examples(
                connection, [MaskedText("gdzie kod")], category="konto", language="pl", staff=None, now=now
            )
            await model_store.switch_on(connection, budget=2_000_000, now=now)
        yield world


@pytest.mark.parametrize("look", [("light", 1280), ("dark", 390)])
async def test_a11_01_the_pages_of_knowledge_are_accessible(
    world: World, site: str, browser: Browser, axe: str, look: Any
) -> None:
    theme, width = look
    ewa = await world.hire("Ewa", {world.brand.id: "admin", world.other.id: "admin"})
    context = await browser.new_context(color_scheme=theme, viewport={"width": width, "height": 900}, bypass_csp=True)
    page = await seat(world, context, site, ewa)
    for address in PAGES:
        await page.goto(f"{site}{address}?brand=seans")
        for fold in await page.locator("main details").all():
            await fold.evaluate("fold => fold.open = true")
        await page.evaluate(axe)
        found: dict[str, Any] = await page.evaluate("axe.run()")
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == [], address
        assert await measure_width(page) == width, address
    await context.close()


async def test_they_are_used_with_the_keyboard_and_without_scripts(world: World, site: str, browser: Browser) -> None:
    ewa = await world.hire("Ewa", {world.brand.id: "admin"})
    context = await browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = await seat(world, context, site, ewa)
    await page.goto(f"{site}/desk/articles/sources")
    await page.get_by_label("Adres mapy witryny").last.fill("https://sklep.example/sitemap.xml")
    await page.get_by_label("Adres mapy witryny").last.press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text("Źródło jest dodane.")
    await page.goto(f"{site}/desk/articles/synonyms")
    await page.get_by_label("Słowa o tym samym znaczeniu").first.fill("kod, cyferki")
    await page.get_by_role("button", name="Zapisz synonimy").first.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Synonimy są zapisane.")
    await page.goto(f"{site}/desk/routing")
    await page.get_by_label("Wiadomości, jedna w wierszu").fill("jak wpisać kod")
    await page.get_by_role("button", name="Dodaj przykłady do kategorii").press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Dodano 1 przykład.")
    await page.goto(f"{site}/desk/model")
    await page.get_by_role("button", name="Wyłącz model").press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Model jest wyłączony.")
    await context.close()
