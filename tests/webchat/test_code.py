"""The code step in the window, as a customer has it: with a worker, and with the demo's mailbox."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
import uvicorn
from playwright.async_api import Browser, Page, expect

from okienko.app import build
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.identity import store as identity
from okienko.identity.levels import Level
from okienko.mail.mailbox import Mailbox
from okienko.masking.vault import seal
from okienko.settings import Settings
from okienko.values import RawText
from okienko.web.services import Services
from tests.road.conftest import World, open_world

pytestmark = pytest.mark.anyio
ADDRESS = "halina.sroka@poczta.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The road's world on a port, with everything that works in the background."""

    world: World
    mailbox: Mailbox
    address: str

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        async with self.world.database.brand(self.world.brand.id) as connection:
            return await (await connection.execute(statement.encode())).fetchall()


@asynccontextmanager
async def open_site(urls: Urls) -> AsyncGenerator[Site]:
    """A brand that asks for codes where it is about the account, and somebody who is known by an address."""
    async with open_world(urls) as world:
        mailbox = Mailbox()
        world.worker.post = mailbox
        await _know(world)
        given = Services(
            settings=Settings(data=Path(), keys=Path(), chats_per_hour=0),
            database=world.database,
            directory=world.directory,
            keys=world.keys,
            clock=world.clock,
            live=world.worker.live,
            can_mail=True,
        )
        app = build(given, world.reception, world.worker.shelf, demo=True, mailbox=mailbox)
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            server = uvicorn.Server(
                uvicorn.Config(app, lifespan="off", access_log=False, log_config=None, timeout_graceful_shutdown=0)
            )
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            background = [asyncio.create_task(world.worker.run()), asyncio.create_task(world.worker.live.run())]
            try:
                port = listening.getsockname()[1]
                yield Site(world=world, mailbox=mailbox, address=f"http://127.0.0.1:{port}")
            finally:
                server.should_exit = True
                await serving
                for task in background:
                    task.cancel()
                await asyncio.gather(*background, return_exceptions=True)


async def _know(world: World) -> None:
    before = await world.begin("before" * 8)
    row = new_id(world.clock())
    async with world.database.brand(world.brand.id) as connection:
        ((person,),) = await (
            await connection.execute("select person_id from conversation where id = %s", (before,))
        ).fetchall()
        sealed = seal(
            bytes(32),
            RawText(ADDRESS),
            brand=world.brand.id,
            person=person,
            table="identity",
            column="sealed",
            row=row,
        )
        await connection.execute(
            """insert into identity
              (brand_id, person_id, id, kind, lookup, sealed, created_at, verified_at, verified_by)
            values (current_brand(), %s, %s, 'email', %s, %s, %s, %s, 'import')""",
            (person, row, world.keys.lookup("EMAIL_ADDRESS", ADDRESS), sealed, world.clock(), world.clock()),
        )
        await identity.set_level(connection, "konto", Level.CODE)
    world.clock.move(60)


@pytest.fixture
async def site(database_urls: Urls) -> AsyncIterator[Site]:
    async with open_site(database_urls) as site:
        yield site


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(locale="pl-PL", viewport={"width": 420, "height": 800})
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    await context.close()
    assert errors == []


async def ask_for_person(page: Page, site: Site, language: Literal["pl", "en"] = "pl") -> None:
    """A customer whose matter is their account wants a person."""
    await page.goto(f"{site.address}/chat/chat?lang={language}")
    await page.locator("#categories button").last.click()
    await expect(page.locator(".bubble.bot").last).to_be_visible()
    await page.locator("#person").click()
    await expect(page.locator("#code-conversation-address")).to_be_visible()


async def read_code(page: Page, site: Site) -> str:
    """The code, as somebody at the demo reads it."""
    mail = await page.context.new_page()
    while not site.mailbox.letters:
        await site.world.worker.send_letters()
    await mail.goto(f"{site.address}/demo/mail?lang=pl")
    await expect(mail.get_by_text(f"Do: {ADDRESS}")).to_be_visible()
    text = await mail.locator("pre").first.inner_text()
    await mail.close()
    return text.split("Kod: ")[1].split("\n")[0]


async def test_sec_01_a_code_from_the_mailbox_brings_a_person_who_knows_who_it_is(page: Page, site: Site) -> None:
    await ask_for_person(page, site)
    await expect(page.get_by_text("Zanim zajmie się tym człowiek")).to_be_visible()
    await page.get_by_label("Zapisany u nas adres e-mail").fill(ADDRESS)
    await page.get_by_role("button", name="Wyślij mi kod").click()
    digits = page.get_by_label("Kod z wiadomości (6 cyfr)")
    await expect(digits).to_be_focused()
    await expect(page.get_by_role("status").get_by_text("Jeśli mamy zapisany ten adres")).to_be_visible()
    code = await read_code(page, site)
    await digits.fill("000000" if code != "000 000" else "000001")
    await digits.press("Enter")
    await expect(page.get_by_text("To nie ten kod. Pozostało prób: 4.")).to_be_visible()
    await expect(digits).to_be_focused()
    await digits.fill(code)
    await page.get_by_role("button", name="Potwierdź", exact=True).click()
    await expect(page.get_by_text("Potwierdzono kodem wysłanym na zapisany adres.")).to_be_visible()
    await expect(page.get_by_text("Dziękujemy, kod się zgadza.")).to_be_visible()
    await expect(page.locator("#code-conversation-digits")).to_have_count(0)
    assert await site.rows("select level, staff_id from verification") == [("code", None)]
    assert ("queue", "code_entered") in await site.rows("select holder, reason from conversation")


async def test_sec_01_an_address_that_nobody_has_gets_the_same_answer(page: Page, site: Site) -> None:
    await ask_for_person(page, site)
    answers: list[tuple[int, int]] = []
    for address in (ADDRESS, "kto.inny@poczta.example"):
        async with page.expect_response("**/code") as asked:
            await page.get_by_label("Zapisany u nas adres e-mail").fill(address)
            await page.get_by_role("button", name="Wyślij mi kod").click()
        answer = await asked.value
        answers.append((answer.status, len(await answer.body())))
        await expect(page.get_by_text("Jeśli mamy zapisany ten adres")).to_be_visible()
        await page.get_by_role("button", name="Wyślij inny kod").click()
    assert answers[0] == answers[1]


async def test_it_can_be_skipped_and_done_later(page: Page, site: Site) -> None:
    await ask_for_person(page, site)
    await page.get_by_role("button", name="Dalej bez kodu").click()
    await expect(page.get_by_text("Nie sprawdziliśmy, czy to Ty")).to_be_visible()
    assert ("queue", "code_skipped") in await site.rows("select holder, reason from conversation")
    # While they wait, they may change their mind.
    await page.get_by_label("Zapisany u nas adres e-mail").fill(ADDRESS)
    await page.get_by_role("button", name="Wyślij mi kod").click()
    await page.get_by_label("Kod z wiadomości (6 cyfr)").fill(await read_code(page, site))
    await page.get_by_role("button", name="Potwierdź", exact=True).click()
    await expect(page.get_by_text("Potwierdzono kodem wysłanym na zapisany adres.")).to_be_visible()
    await expect(page.locator("#code-conversation-digits")).to_have_count(0)
    assert await site.rows("select count(*) from message where choice = 'code'") == [(0,)]


async def test_what_is_no_address_is_said_at_the_field(page: Page, site: Site) -> None:
    await ask_for_person(page, site)
    field = page.get_by_label("Zapisany u nas adres e-mail")
    await field.fill("600700800@1")
    await page.get_by_role("button", name="Wyślij mi kod").click()
    await expect(page.get_by_text("To nie wygląda na jeden adres e-mail.")).to_be_visible()
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_be_focused()


async def test_an_address_that_was_left_is_confirmed(page: Page, site: Site) -> None:
    await ask_for_person(page, site)
    await page.get_by_role("button", name="Dalej bez kodu").click()
    await page.locator("#contact").fill("moj.adres@poczta.example")
    await page.get_by_role("button", name="Zapisz kontakt").click()
    await page.get_by_text("Potwierdź swój adres e-mail").click()
    await page.get_by_role("button", name="Wyślij mi kod").last.click()
    await expect(page.get_by_text("Kod jest w drodze na zostawiony adres.")).to_be_visible()
    while not site.mailbox.letters:
        await site.world.worker.send_letters()
    (letter,) = site.mailbox.letters
    assert letter.to == "moj.adres@poczta.example"
    await page.locator("#code-contact-digits").fill(letter.text.split("Kod: ")[1].split("\n")[0])
    await page.locator("#code-contact-digits").press("Enter")
    await expect(page.get_by_text("Zostawiony tu adres e-mail jest potwierdzony.")).to_be_visible()
    assert await site.rows("select verified_by from identity order by verified_by") == [("code",), ("import",)]


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a11_01_the_code_step_is_accessible(page: Page, site: Site, axe: str, theme: Any) -> None:
    await page.emulate_media(color_scheme=theme)
    await ask_for_person(page, site)
    for step in ("address", "digits"):
        await expect(page.locator(f"#code-conversation-{step}")).to_be_visible()
        await page.evaluate(axe)
        found: dict[str, Any] = await page.evaluate("axe.run()")
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []
        if step == "address":
            await page.locator("#code-conversation-address").fill(ADDRESS)
            await page.locator("#code-conversation-address").press("Enter")
