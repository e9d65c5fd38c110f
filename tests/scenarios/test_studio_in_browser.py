"""The studio in a browser: for axe, on a phone, in the dark; without scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.articles.conftest import site
from tests.articles.test_editor import measure_width, seat
from tests.desk_world import World, csrf
from tests.scenarios.test_studio import BODY, ONE, PAGE, world

__all__ = ["site", "world"]  # fixtures

pytestmark = pytest.mark.anyio
VIEWS = (
    "view=steps",
    "step=what",
    "step=how-long",
    "view=picture",
    "view=text",
    "view=dialogues",
    "view=versions&from=1&to=2",
)


async def fill(world: World) -> Any:
    """Somebody who may publish alone, with a version that runs and a draft that has a problem."""
    ewa = await world.hire("Ewa", {world.brand.id: "admin"})
    async with await world.enter(ewa) as browser:
        token = {"csrf": csrf((await browser.get(PAGE)).text)}
        await browser.post(PAGE, data={**token, "brand": "seans", "ready": "delivery-problem"})
        await browser.post(f"{PAGE}/review", data={**token, "brand": "seans", "review": "no"})
        await browser.post(ONE, data={**token, "base": "1.1", "body": BODY, "do": "publish"})
        draft = BODY.replace("go: waited", "go: person", 1)
        await browser.post(ONE, data={**token, "base": "1.2", "body": draft, "do": "keep"})
    return ewa


@pytest.mark.parametrize("look", [("light", 1280), ("dark", 390)])
async def test_a11_01_the_studio_is_accessible(world: World, site: str, browser: Browser, axe: str, look: Any) -> None:
    theme, width = look
    ewa = await fill(world)
    context = await browser.new_context(color_scheme=theme, viewport={"width": width, "height": 900}, bypass_csp=True)
    page = await seat(world, context, site, ewa)
    broke: list[str] = []
    page.on("pageerror", lambda error: broke.append(str(error)))
    for address in (PAGE, *(f"{ONE}?{view}" for view in VIEWS)):
        await page.goto(f"{site}{address}")
        for fold in await page.locator("main details").all():
            await fold.evaluate("fold => fold.open = true")
        await page.evaluate(axe)
        found: dict[str, Any] = await page.evaluate("axe.run()")
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == [], address
        assert await measure_width(page) == width, address
    assert broke == []


async def test_without_scripts_a_step_is_changed_and_tried(world: World, site: str, browser: Browser) -> None:
    ewa = await fill(world)
    context = await browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = await seat(world, context, site, ewa)
    await page.goto(f"{site}{ONE}")
    await page.get_by_role("button", name=re.compile("^what")).first.press("Enter")
    question = page.get_by_label("Bot pyta (Polski)")
    await question.fill("Co się stało z paczką?")
    await page.get_by_role("button", name="Czegoś brakuje").press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("Co się stało z paczką?")
    await expect(page.get_by_role("log")).to_contain_text("Opakowania i zdjęć")
    await expect(question).to_have_value("Co się stało z paczką?")  # tried, not saved, not lost
    await page.get_by_role("button", name="Gotowe").press("Enter")
    await page.goto(f"{site}{ONE}?view=text")
    await expect(page.get_by_label("Scenariusz", exact=True)).to_have_value(re.compile("pl: Co się stało z paczką"))


async def test_what_is_typed_is_looked_through_at_once_and_a_box_leads_to_its_step(
    world: World, site: str, browser: Browser
) -> None:
    ewa = await fill(world)
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await seat(world, context, site, ewa)
    await page.goto(f"{site}{ONE}?view=picture")
    await page.locator(".studio-box").filter(has_text="waits").click()
    await page.get_by_label("Dalej po odpowiedzi 1").select_option("waited")
    await page.get_by_label("Bot pyta (Polski)").press("Tab")
    check = page.get_by_role("region", name="Sprawdzenie")
    await expect(check).to_contain_text("3 dialogi przebiegają tak, jak zapisano")
    await page.get_by_label("Wiadomość klienta").fill("nie przyszła")
    await page.get_by_label("Wiadomość klienta").press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("Kiedy było złożone zamówienie?")
    await expect(page.get_by_label("Wiadomość klienta")).to_be_focused()
    await expect(page.get_by_label("Dalej po odpowiedzi 1")).to_have_value("waited")
    await page.keyboard.press("Control+s")
    await expect(page.get_by_role("status")).to_contain_text("Szkic zapisany.")
    await page.get_by_role("button", name=re.compile("^Dialogi")).click()
    await expect(page.get_by_text("przechodzi", exact=True)).to_have_count(3)
