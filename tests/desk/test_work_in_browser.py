"""Work at the desk by keys alone, and on a telephone."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from tests.desk_world import World

pytestmark = pytest.mark.anyio


async def sign_in(world: World, address: str, browser: Browser, *, width: int) -> BrowserContext:
    lead = await world.hire("Ola", {world.brand.id: "lead"})
    async with await world.enter(lead) as signed_in:
        token = signed_in.cookies["okienko-desk"]
    context = await browser.new_context(viewport={"width": width, "height": 844})
    await context.add_cookies([{"name": "okienko-desk", "value": token, "url": address}])
    return context


async def test_a_closed_conversation_leads_to_the_next_one_by_keys(
    world: World, address: str, browser: Browser
) -> None:
    for text in ("Pierwsza sprawa", "Druga sprawa", "Trzecia sprawa"):
        world.later(minutes=1)
        await world.begin(text)
    context = await sign_in(world, address, browser, width=1440)
    page = await context.new_page()
    await page.goto(f"{address}/desk?view=bot")
    await page.keyboard.press("j")
    title = page.locator("#lines")
    await expect(title).to_contain_text("Trzecia sprawa")
    await page.keyboard.press("t")
    await expect(page.get_by_label("Treść")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.keyboard.press("e")
    following = page.get_by_role("link", name="Następna rozmowa")
    await expect(following).to_be_focused()
    await expect(page.locator("#rows > .gone")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(title).to_contain_text("Druga sprawa")
    await page.keyboard.press("k")  # the closed one above is passed over
    await expect(title).to_contain_text("Druga sprawa")
    await page.keyboard.press("j")
    await expect(title).to_contain_text("Pierwsza sprawa")
    await context.close()


@pytest.mark.parametrize("script", [True, False])
async def test_on_a_telephone_the_rest_of_the_desk_is_behind_one_button(
    world: World, address: str, browser: Browser, script: bool
) -> None:
    await world.begin("Nie działa")
    signed_in = await sign_in(world, address, browser, width=320)
    context = signed_in
    if not script:
        context = await browser.new_context(
            java_script_enabled=False,
            viewport={"width": 320, "height": 844},
            storage_state=await signed_in.storage_state(),
        )
    page = await context.new_page()
    await page.goto(f"{address}/desk?view=bot")
    articles = page.get_by_role("link", name="Artykuły")
    await expect(page.get_by_role("link", name=re.compile("Nie działa"))).to_be_visible()
    await expect(articles).to_be_hidden()
    await page.get_by_role("button", name="Menu").click()
    await expect(articles).to_be_visible()
    if script:
        assert await page.evaluate("document.documentElement.scrollWidth") == 320
        await page.keyboard.press("Escape")
        await expect(articles).to_be_hidden()
    await signed_in.close()


async def test_a_saved_reply_is_found_and_put_in_by_keys(world: World, address: str, browser: Browser) -> None:
    begun = await world.begin("gdzie jest paczka")
    context = await sign_in(world, address, browser, width=1440)
    page = await context.new_page()
    for name, body in (("Powitanie", "Dzień dobry, tu {agent}."), ("Źródło opóźnienia", "Sprawa {reference} czeka.")):
        await page.goto(f"{address}/desk/replies")
        group = page.locator(f"#{world.brand.slug}")
        await group.get_by_label("Nazwa").fill(name)
        await group.get_by_role("textbox", name="Odpowiedź").fill(body)
        await group.get_by_role("button", name="Zapisz odpowiedź").click()
        await expect(page.get_by_role("status")).to_contain_text("Zapisano")
    await page.goto(f"{address}/desk/conversations/{world.brand.slug}/{begun.reference}")
    await page.keyboard.press("t")
    text = page.get_by_label("Treść")
    await expect(text).to_be_focused()
    await page.keyboard.type("Witam.")
    await page.keyboard.press("Escape")
    await page.keyboard.press("s")
    await expect(page.get_by_label("Szukaj gotowej odpowiedzi")).to_be_focused()
    await page.keyboard.type("zrodlo")
    await expect(page.locator("#replies li:visible")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(text).to_be_focused()
    await expect(text).to_have_value(f"Witam. Sprawa {begun.reference} czeka.")
    await context.close()
