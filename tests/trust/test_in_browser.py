"""The whole house in a browser, with something planted in it: who is asked for what, what runs, and what a screen
reader would stumble over.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, Request, expect

from okienko.values import ConversationId
from tests.trust.house import QUESTION, House, crawl, fill_in, starts

pytestmark = pytest.mark.anyio

RUNS = "<img src=x onerror=okienkoRan()><script>okienkoRan()</script>'\"><svg onload=okienkoRan()>"
REMOTE = (
    "![x](https://obcy.example/x.png) <img src=https://obcy.example/y.png> <link rel=stylesheet href=//obcy.example>"
)


@pytest.fixture
async def address(house: House) -> AsyncIterator[str]:
    """The house on a port of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(house.app, lifespan="off", access_log=False, log_config=None, timeout_graceful_shutdown=0)
        )
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        live = asyncio.create_task(house.world.services.live.run())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        live.cancel()
        await asyncio.gather(serving, live, return_exceptions=True)


async def open_context(browser: Browser, address: str, cookies: dict[str, str]) -> tuple[BrowserContext, list[str]]:
    """A browser that remembers what it asked anybody else for, and what ran that should not."""
    context = await browser.new_context(locale="pl-PL", viewport={"width": 1280, "height": 900})
    wrong: list[str] = []

    def note(request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(address).netloc and not request.url.startswith(("data:", "blob:")):
            wrong.append(f"asked {request.url}")

    context.on("request", note)

    def violated(what: str) -> None:
        wrong.append(f"would have: {what}")

    def ran() -> None:
        wrong.append("ran")

    await context.expose_function("okienkoRan", ran)  # pyright: ignore[reportUnknownMemberType]
    await context.expose_function("okienkoViolated", violated)  # pyright: ignore[reportUnknownMemberType]
    await context.add_init_script(
        "addEventListener('securitypolicyviolation', e => okienkoViolated(`${e.violatedDirective} ${e.blockedURI}`))"
    )
    await context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
    context.on("page", lambda page: page.on("pageerror", lambda error: wrong.append(str(error))))
    return context, wrong


def shape(path: str) -> str:
    """Pages of one kind are looked at once."""
    return re.sub(r"[A-Z2-9]{3}-[A-Z2-9]{4}|[0-9a-f-]{36}|[0-9a-f]{16}", "*", path)


@pytest.mark.timeout(240)
async def test_prv_16_sec_08_a11_01_every_page_asks_us_alone_runs_our_scripts_alone_and_is_accessible(
    house: House, address: str, browser: Browser, axe: str
) -> None:
    async with house.browser() as customer:
        chat = await house.chat(customer)
        for text in (QUESTION, RUNS, REMOTE):
            await chat.write(text)
        await chat.write("Porozmawiaj z człowiekiem", kind="person")
        await house.settle()
    async with await house.enter("admin") as admin:
        seen = await crawl(admin, "admin", starts(house))
        for text in (RUNS, REMOTE):
            await fill_in(admin, seen, text)
        seen = await crawl(admin, "admin", starts(house))
        cookies = dict(admin.cookies)
    whole = [one for one in seen if one.page and one.answer.status_code == 200 and "<html" in one.answer.text]
    pages = {shape(urlsplit(one.address).path): one for one in whole}  # without what a page puts into itself
    assert len(pages) > 20
    context, wrong = await open_context(browser, address, cookies)
    page = await context.new_page()
    for name, one in pages.items():
        parts = urlsplit(one.address)
        await page.goto(f"{address}{parts.path}?{parts.query}", wait_until="load")
        await page.evaluate(axe)
        found: dict[str, Any] = await page.evaluate("axe.run({resultTypes: ['violations']})")
        wrong += [f"{name}: {rule['id']} {[node['target'] for node in rule['nodes']]}" for rule in found["violations"]]
    await context.close()
    assert wrong == []


async def write(page: Page, text: str) -> None:
    await page.fill("#text", text)
    await page.press("#text", "Enter")


async def tell(house: House, messages: int) -> None:
    """What a worker does after a turn; there is none here. Waits until so many messages are stored."""
    given, brand = house.world.services, house.world.brand.id
    count = "select count(*), array_agg(distinct conversation_id) from message"
    async with asyncio.timeout(10):
        stored, conversations = 0, list[ConversationId]()
        while stored < messages:
            await asyncio.sleep(0.02)
            async with given.database.brand(brand) as connection:
                row = await (await connection.execute(count)).fetchone()
            assert row is not None
            stored, conversations = row
    await given.live.announce(brand, conversations)


@pytest.mark.timeout(120)
async def test_sec_08_a11_02_what_is_new_is_text_and_is_announced_once_and_politely(
    house: House, address: str, browser: Browser
) -> None:
    """The window of a customer who writes markup, and what a screen reader is told of it and of the answer."""
    context, wrong = await open_context(browser, address, {})
    page = await context.new_page()
    await page.goto(f"{address}/chat/{house.world.doors[house.world.brand.id]}")
    log = page.locator("#log")
    assert await log.get_attribute("role") == "log"
    assert await log.get_attribute("aria-live") in {None, "polite"}, "a log is polite by itself"
    assert await page.locator("[aria-live=assertive], [role=alert]:visible").count() == 0
    await page.evaluate(
        """() => {
          window.told = [];
          new MutationObserver((changes) => {
            for (const change of changes) for (const node of change.addedNodes) told.push(node.textContent);
          }).observe(document.querySelector("#log"), { childList: true, subtree: true });
        }"""
    )
    for number, text in enumerate((RUNS, QUESTION), start=1):
        await write(page, text)
        await tell(house, number)
        await expect(page.locator("#log .bubble.own")).to_have_count(number)
    await house.settle()
    await tell(house, 3)
    answer = page.locator("#log .bubble.bot", has_text="Kod działa 10 minut")
    await expect(answer).to_have_count(1)
    await expect(page.locator("#log .bubble.own .said").first).to_have_text(RUNS)
    told: list[str] = await page.evaluate("told")
    assert len([one for one in told if "Kod działa 10 minut" in one and "Bot" in one]) == 1, told
    assert await page.locator("#log img, #log script, #log svg[onload]").count() == 0
    await context.close()
    assert wrong == []
