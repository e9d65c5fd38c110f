"""An incident as people live it, in a real browser: declared with the keyboard, heard of in the widget, solved."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.test_demo import context, demo, open_chat, sign_in, write
from tests.running import Demo

__all__ = ["context", "demo"]

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]

NOTICE = "Na telewizorach filmy chwilowo się nie włączają. Na telefonie i komputerze działają."


async def tab_to(page: Page, name: str) -> None:
    """Moves on with the Tab key until a field or button of this name has the focus."""
    for _ in range(120):
        await page.keyboard.press("Tab")
        found = await page.evaluate(
            """() => {
              const at = document.activeElement;
              return (at.labels?.[0]?.textContent ?? at.getAttribute("aria-label") ?? at.textContent).trim();
            }"""
        )
        if found == name:
            return
    raise AssertionError(f"the keyboard does not reach “{name}”")


async def test_declared_by_keyboard_heard_of_first_and_told_when_it_is_solved(
    context: BrowserContext, demo: Demo
) -> None:
    desk, customer = await context.new_page(), await context.new_page()
    await desk.bring_to_front()
    await sign_in(desk, demo)
    await desk.goto(f"{demo.address}/desk/incidents/new?brand=seans")
    await expect(desk.get_by_label("Co nie działa")).to_be_focused()
    await desk.keyboard.type("Filmy nie odtwarzają się na telewizorach")
    await tab_to(desk, "Co powiedzieć (Polski)")
    await desk.keyboard.type(NOTICE)
    await tab_to(desk, "Co powiedzieć (English)")
    await desk.keyboard.type("Films do not start on TVs for now. Phones and computers work.")
    await tab_to(desk, "Jak pytają o to klienci")
    for sentence in (
        "na telewizorze czarny ekran zamiast filmu",
        "film nie włącza się na tv",
        "aplikacja na telewizorze nie odtwarza filmów",
        "wybieram film na telewizorze i nic",
    ):
        await desk.keyboard.type(sentence)
        await desk.keyboard.press("Enter")
    await expect(desk.locator("#preview-count")).to_contain_text("Z ostatnich wiadomości")  # followed what was typed
    await tab_to(desk, "Ogłoś")
    await desk.keyboard.press("Enter")
    await expect(desk.get_by_text("Ogłoszona: kto o nią zapyta")).to_be_visible()

    await customer.bring_to_front()
    chat = await open_chat(customer, demo, "seans")
    await expect(chat.locator("#incident")).to_contain_text("Na telewizorach filmy chwilowo")
    await write(chat, "od rana w salonie tv nie odtwarza mi zadnego filmu, tylko czarny ekran")
    log = chat.get_by_role("log")
    await expect(log.get_by_text(NOTICE)).to_be_visible()
    first = log.locator(".bubble").nth(1)
    await expect(first).to_contain_text("Seans informuje o awarii")

    await desk.bring_to_front()
    await desk.reload()
    await expect(desk.get_by_text("komunikat o awarii; gdy będzie usunięta")).to_be_visible()
    await tab_to(desk, "Usunięta: powiadom tych, którzy pytali")
    await desk.keyboard.press("Enter")
    await expect(desk.get_by_text(re.compile("właśnie dostają wiadomość"))).to_be_visible()
    await customer.bring_to_front()
    await expect(log.get_by_text("jest usunięta")).to_be_visible(timeout=15_000)
    await expect(chat.locator("#incident")).to_have_text("", timeout=40_000)
    await expect(log.get_by_text("jest usunięta")).to_have_count(1)
