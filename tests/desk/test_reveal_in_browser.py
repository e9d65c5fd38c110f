"""A revealed value on a screen that is left alone."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.desk_world import World

pytestmark = pytest.mark.anyio

SECRET = "jan.kowalski@poczta.example"


@pytest.mark.parametrize("script", [True, False])
async def test_prv_14_it_is_gone_after_ten_minutes(world: World, address: str, browser: Browser, script: bool) -> None:
    lead = await world.hire("Ola", {world.brand.id: "lead"})
    begun = await world.begin(f"to {SECRET}")
    async with await world.enter(lead) as signed_in:
        token = signed_in.cookies["okienko-desk"]
    context = await browser.new_context(java_script_enabled=script, viewport={"width": 1440, "height": 900})
    await context.add_cookies([{"name": "okienko-desk", "value": token, "url": address}])
    page = await context.new_page()
    if script:
        await page.clock.install()
    await page.goto(address + begun.address)
    item = page.locator(".hidden-data li")
    await item.locator("summary").click()
    await item.locator("input[name=reason]").fill("wysyłka nowego linku do logowania")
    async with page.expect_response("**/reveal") as answered:
        await item.get_by_role("button", name="Pokaż wartość").click()
    answer = await answered.value
    await expect(page.get_by_text(SECRET)).to_be_visible()
    if script:
        assert "refresh" not in answer.headers
        await page.clock.fast_forward(9 * 60 * 1000)
        await expect(page.get_by_text(SECRET)).to_be_visible()
        await page.clock.fast_forward(61 * 1000)
        await expect(page.get_by_text(SECRET)).to_have_count(0)
        await page.goto(address + "/desk")
        await page.go_back()
        await expect(page.get_by_text(SECRET)).to_have_count(0)
    else:
        assert answer.headers["refresh"] == f"600; url={begun.address}"
        assert answer.headers["cache-control"] == "no-store"
    await context.close()
