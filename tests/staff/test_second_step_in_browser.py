"""Setting up passkeys and an app, signing in with them, and the fresh proof, in a real browser with Polish pages.

The authenticator is Chromium's own virtual one, driven through the DevTools protocol.
"""

from __future__ import annotations

import asyncio
import re
import socket
from base64 import b32decode
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import cast

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, expect

from okienko.staff.second import store
from okienko.staff.second.totp import PERIOD, code_of, step_at
from tests.desk_world import PASSWORD, World

pytestmark = pytest.mark.anyio

SECRET = "jan.kowalski@poczta.example"


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    """The desk on a port of its own, at a name that passkeys can belong to."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        settings = replace(world.services.settings, public_url=f"http://localhost:{port}")
        world.app.state.services = replace(world.services, settings=settings)
        server = uvicorn.Server(
            uvicorn.Config(world.app, lifespan="off", access_log=False, log_config=None, timeout_graceful_shutdown=0)
        )
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://localhost:{port}"
        server.should_exit = True
        await serving


@dataclass
class Device:
    """A browser of somebody, with a passkey of the device."""

    context: BrowserContext
    page: Page

    async def plug_in(self) -> None:
        """Gives the page an authenticator that knows its owner at once."""
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
        }
        protocol = await self.context.new_cdp_session(self.page)
        send = cast("Callable[[str, dict[str, object]], Awaitable[object]]", protocol.send)
        await send("WebAuthn.enable", {})
        await send("WebAuthn.addVirtualAuthenticator", {"options": options})

    async def find_serious(self, axe: str) -> list[str]:
        """What axe finds of the page that would keep somebody out."""
        if await self.page.evaluate("typeof axe === 'undefined'"):
            await self.page.evaluate(axe)
        found = await self.page.evaluate("axe.run()")
        return [one["id"] for one in found["violations"] if one["impact"] in {"serious", "critical"}]


@pytest.fixture
async def device(browser: Browser) -> AsyncIterator[Device]:
    context = await browser.new_context(locale="pl-PL", viewport={"width": 390, "height": 844}, bypass_csp=True)
    device = Device(context, await context.new_page())
    await device.plug_in()
    yield device
    await context.close()


async def hire_lead(world: World) -> None:
    """Somebody without a second step yet."""
    ola = await world.hire("Ola", {world.brand.id: "lead"})
    async with world.services.database.shared() as connection:
        for passkey in await store.list_passkeys(connection, ola):
            await store.remove_passkey(connection, ola, passkey.id)


async def sign_in(page: Page, address: str) -> None:
    await page.goto(address + "/desk")
    await page.get_by_label("Login").fill("ola")
    await page.get_by_label("Hasło").fill(PASSWORD)
    await page.get_by_label("Hasło").press("Enter")


async def test_a_passkey_from_the_first_day_to_a_revealed_value(
    world: World, address: str, device: Device, axe: str
) -> None:
    page = device.page
    await hire_lead(world)
    begun = await world.begin(f"to {SECRET}")
    await sign_in(page, address)
    await expect(page).to_have_url(address + "/desk/account")
    await expect(page.get_by_role("heading", name="Jeszcze jeden krok")).to_be_visible()
    assert await device.find_serious(axe) == []
    await page.get_by_label("Nazwa klucza dostępu").fill("telefon")
    await page.get_by_label("Nazwa klucza dostępu").press("Enter")  # with the keyboard alone
    await expect(page.get_by_role("heading", name="Kody zapasowe")).to_be_visible()
    assert await page.locator(".codes code").count() == 10
    assert await device.find_serious(axe) == []
    await page.get_by_role("link", name="Zapisane, otwórz panel").click()
    await expect(page).to_have_url(re.compile(r"/desk$"))

    await page.goto(address + "/desk/account")
    await expect(page.get_by_text("telefon", exact=True)).to_be_visible()
    assert await device.find_serious(axe) == []
    await page.get_by_role("button", name="Usuń: telefon").click()
    await expect(page.get_by_text("a ten jest jedyny")).to_be_visible()
    await device.context.clear_cookies()

    await page.goto(address + "/desk/sign-in")
    assert await device.find_serious(axe) == []
    await page.get_by_role("button", name="Zaloguj kluczem dostępu").click()
    await expect(page).to_have_url(re.compile(r"/desk$"))

    world.later(minutes=11)
    await page.goto(address + begun.address)
    item = page.locator(".hidden-data li")
    if not await item.locator("summary").is_visible():
        await page.locator(".person summary").first.click()
    await item.locator("summary").click()
    await item.get_by_role("link", name="Potwierdź").click()
    await expect(page.get_by_role("heading", name="Czy to Ty?")).to_be_visible()
    assert await device.find_serious(axe) == []
    await page.get_by_role("button", name="Użyj klucza dostępu").click()
    await expect(page).to_have_url(re.compile(r"\?asked="))
    if not await item.locator("summary").is_visible():
        await page.locator(".person summary").first.click()
    await item.locator("input[name=reason]").fill("wysyłka nowego linku do logowania")
    await item.get_by_role("button", name="Pokaż wartość").click()
    await expect(page.get_by_text(SECRET)).to_be_visible()


async def test_an_app_and_a_recovery_code(world: World, address: str, device: Device, axe: str) -> None:
    page = device.page
    await hire_lead(world)
    await sign_in(page, address)
    await page.get_by_role("link", name="Ustaw aplikację uwierzytelniającą").click()
    await expect(page.get_by_role("img", name="Kod QR")).to_be_visible()
    assert await device.find_serious(axe) == []
    await page.get_by_text("Wpisz ręcznie").click()
    seed = b32decode((await page.locator("code.link").inner_text()).replace(" ", ""))
    await page.get_by_label("Kod, który pokazuje aplikacja").fill("000000")
    await page.get_by_role("button", name="Włącz").click()
    await expect(page.get_by_text("To nie jest bieżący kod")).to_be_visible()
    await page.get_by_label("Kod, który pokazuje aplikacja").fill(code_of(seed, step_at(world.at)))
    await page.get_by_role("button", name="Włącz").click()
    codes = await page.locator(".codes code").all_inner_texts()
    await device.context.clear_cookies()

    world.later(seconds=PERIOD)
    await sign_in(page, address)
    assert await device.find_serious(axe) == []
    await page.get_by_label("Kod z aplikacji").fill(code_of(seed, step_at(world.at)))
    await page.get_by_label("Kod z aplikacji").press("Enter")
    await expect(page).to_have_url(re.compile(r"/desk$"))
    await device.context.clear_cookies()

    await sign_in(page, address)
    await page.get_by_text("Nie mam ich przy sobie").click()
    await page.get_by_label("Kod zapasowy").fill(codes[0])
    await page.get_by_label("Kod zapasowy").press("Enter")
    await expect(page.get_by_text("Zostało 9 kodów zapasowych.").first).to_be_visible()


async def test_where_there_are_no_passkeys_the_page_says_where(world: World, address: str, device: Device) -> None:
    """At 127.0.0.1 the desk is another site, which has no passkeys: the app is there all the same."""
    page = device.page
    await hire_lead(world)
    await sign_in(page, address.replace("localhost", "127.0.0.1"))
    await expect(page.get_by_text("otwórz panel pod adresem localhost")).to_be_visible()
    await expect(page.get_by_role("button", name="Dodaj klucz dostępu")).to_be_hidden()
    await expect(page.get_by_role("link", name="Ustaw aplikację uwierzytelniającą")).to_be_visible()
