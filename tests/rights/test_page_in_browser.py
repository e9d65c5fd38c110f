"""The page of rights in a browser: each right in Polish, from the chat and without an account."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import anyio
import pytest
from playwright.async_api import Browser, Page, Request, expect

from okienko.consent import store as consent
from okienko.consent.gate import find_rules
from okienko.consent.texts import CONSENT
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.values import PersonId
from tests.web_world import NOW, Site, World, open_world, serve

pytestmark = pytest.mark.anyio

ADDRESS: Final = "halina.sroka@poczta.example"
LOOKS: Final = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]


@pytest.fixture
async def world(database_urls: Urls) -> AsyncIterator[World]:
    async with open_world(database_urls) as world:
        yield world


@pytest.fixture
async def site(world: World, tmp_path: Path) -> AsyncIterator[Site]:
    async with serve(world, folder=tmp_path) as site:
        yield site


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(locale="pl-PL", viewport={"width": 900, "height": 1000})
    page = await context.new_page()
    page.set_default_timeout(10_000)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield page
    await context.close()
    assert errors == []


async def write_in_chat(page: Page, site: Site) -> str:
    """A conversation in the widget of a shop on another origin, with an address in it; its token."""
    await page.goto(site.shop)
    await page.get_by_role("button", name="Pomoc").click()
    chat = page.frame_locator("iframe")
    await chat.locator("#text").fill(f"Zamówienie nie doszło, mój mail to {ADDRESS}")
    await chat.locator("#text").press("Enter")
    async with page.expect_response(lambda one: one.url.endswith("/start") and one.ok) as started:
        await chat.locator("#before-send").click()
    await expect(chat.locator("#log .bubble.own .said")).to_contain_text("Zamówienie nie doszło")
    return str((await (await started.value).json())["token"])


async def open_rights(page: Page) -> Page:
    """With the keyboard: to the dialog, and from there into a tab of its own."""
    chat = page.frame_locator("iframe")
    await chat.get_by_role("button", name="Twoje dane").focus()
    await page.keyboard.press("Enter")
    await chat.get_by_role("button", name="Zobacz, popraw lub usuń moje dane").focus()
    async with page.expect_popup() as popup:
        await page.keyboard.press("Enter")
    rights = await popup.value
    rights.set_default_timeout(10_000)
    await expect(rights.get_by_role("heading", level=1)).to_have_text("Twoje dane i Twoje prawa")
    return rights


async def give_consent(world: World) -> None:
    """Consent, as the window takes it where the law asks for it."""
    ((person,),) = await world.rows("select id from person")
    rules = find_rules(world.brand)
    async with world.database.brand(world.brand.id) as connection:
        texts = await consent.read_texts(connection)  # the window has published them
        await consent.add_event(
            connection,
            brand=world.brand.id,
            person=PersonId(person),  # pyright: ignore[reportArgumentType]
            id=new_id(NOW),
            purpose=consent.CHAT,
            channel="webchat",
            action="given",
            how="button",
            text=texts[CONSENT, "pl"],
            in_force=rules,
            now=NOW,
        )


async def find_serious(page: Page, axe: str) -> list[str]:
    await page.evaluate(axe)
    found: dict[str, Any] = await page.evaluate("axe.run()")
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found["violations"]]


async def press(page: Page, name: str) -> None:
    """Reached and pressed with the keyboard."""
    button = page.get_by_role("button", name=name, exact=True)
    await button.focus()
    await page.keyboard.press("Enter")


async def test_dsr_09_and_prv_09_each_right_in_polish_from_the_chat_without_an_account(  # noqa: PLR0915 - one visit
    page: Page, site: Site, world: World, axe: str
) -> None:
    token = await write_in_chat(page, site)
    await give_consent(world)
    addresses: list[str] = []

    def note(request: Request) -> None:
        addresses.append(request.url + " " + request.headers.get("referer", ""))

    page.context.on("request", note)
    rights = await open_rights(page)
    assert await find_serious(rights, axe) == []
    ((reference,),) = await world.rows("select reference from conversation")
    await expect(rights.locator(".help-lead")).to_contain_text(str(reference))

    # see
    await rights.get_by_role("link", name="Zobacz moje dane").press("Enter")
    await expect(rights.get_by_role("heading", level=1)).to_have_text("Co o Tobie przechowujemy")
    await expect(rights.locator("main")).to_contain_text("Zamówienie nie doszło, mój mail to [e-mail]")
    await expect(rights.get_by_role("cell", name=ADDRESS)).to_be_visible()
    assert await find_serious(rights, axe) == []
    await rights.get_by_role("link", name="Wróć do strony z prawami").first.click()

    # take along
    async with rights.expect_download() as download:
        await press(rights, "Pobierz moje dane")
    async with await anyio.open_file(await (await download.value).path(), "rb") as file:
        content = await file.read()
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert ADDRESS in package.read("index.html").decode()
        assert json.loads(package.read("data.json"))["schema"] == "okienko-export-1"
        assert "export.schema.json" in package.namelist()

    # correct
    await rights.get_by_role("link", name="Popraw moje dane").press("Enter")
    assert await find_serious(rights, axe) == []
    field = rights.get_by_label("E-mail")
    await expect(field).to_have_value(ADDRESS)
    await field.fill("to nie jest adres")
    await rights.get_by_role("button", name="Zapisz poprawkę").press("Enter")
    await expect(rights.get_by_role("alert")).to_contain_text("innego rodzaju")
    await field.fill("halina.nowa@poczta.example")
    await field.press("Enter")
    await expect(rights.get_by_role("status")).to_have_text("Poprawione.")
    await expect(field).to_have_value("halina.nowa@poczta.example")
    await rights.get_by_role("link", name="Wróć do strony z prawami").click()

    # restrict, and end it; object, and take it back
    await press(rights, "Ogranicz używanie moich danych")
    await expect(rights.get_by_role("status")).to_contain_text("przechowywane, ale nieużywane")
    assert await world.rows("select restricted_at is not null from person") == [(True,)]
    await press(rights, "Zakończ ograniczenie")
    await expect(rights.get_by_role("status")).to_contain_text("znów mogą służyć")
    assert await world.rows("select restricted_at is not null from person") == [(False,)]
    await press(rights, "Sprzeciw wobec ulepszania i profilowania")
    await expect(rights.get_by_role("status")).to_contain_text("służy tylko do odpowiadania")
    assert await world.rows("select objected_at is not null from person") == [(True,)]

    # withdraw: one press, as giving it was
    await press(rights, "Wycofaj zgodę")
    await expect(rights.get_by_role("status")).to_have_text("Zgoda wycofana.")
    assert await world.rows("select action from consent_event order by id") == [("given",), ("withdrawn",)]
    assert await world.rows("select muted from thread") == [(True,)]

    # complain, with the clock
    await rights.get_by_role("link", name="Złóż skargę do nas").press("Enter")
    assert await find_serious(rights, axe) == []
    await expect(rights.locator("main")).to_contain_text("Prezes Urzędu Ochrony Danych Osobowych")
    await rights.get_by_label("Reklamacja towaru albo usługi").check()
    await rights.get_by_label("Co się stało i czego oczekujesz?").fill(
        "Paczka przyszła pusta, proszę o zwrot pieniędzy."
    )
    await press(rights, "Wyślij")
    await expect(rights.get_by_role("heading", level=1)).to_have_text("Wniosek przyjęty")
    await expect(rights.locator("main")).to_contain_text("ustawa o prawach konsumenta, art. 7a")
    await expect(rights.locator("main")).to_contain_text("oznacza uznanie reklamacji")
    assert await find_serious(rights, axe) == []
    words = await rights.locator(".rights-receipt b.numbers").all_text_contents()

    # delete: explained, asked once more, then a receipt
    await rights.get_by_role("link", name="Wróć do strony z prawami").click()
    await rights.get_by_role("link", name="Usuń moje dane").press("Enter")
    await expect(rights.locator("main")).to_contain_text("1 rozmowa")
    await expect(rights.locator("main")).to_contain_text("najwyżej 35 dni")
    assert await find_serious(rights, axe) == []
    await press(rights, "Przejdź do usunięcia")
    await expect(rights.get_by_role("heading", level=1)).to_have_text("Usunąć wszystko?")
    await press(rights, "Tak, usuń moje dane")
    await expect(rights.get_by_role("heading", level=1)).to_have_text("Twoje dane są usunięte")
    assert await find_serious(rights, axe) == []
    ((number,),) = await world.rows("select id from erasure_ledger")
    await expect(rights.locator("main")).to_contain_text(str(number))
    assert await world.rows("select count(*) from person") == [(0,)]
    assert await world.rows("select count(*) from message") == [(0,)]

    # the complaint is still there, and its state is shown to whoever has its number and its word
    await press(rights, "Wyjdź i usuń ciasteczko")
    await rights.get_by_role("link", name="Sprawdź stan wniosku").click()
    assert await rights.context.cookies() == []
    await rights.get_by_label("Numer").fill(words[0].lower())
    await rights.get_by_label("Hasło do wniosku").fill("ABCDE-FGHJK")
    await press(rights, "Pokaż stan")
    await expect(rights.get_by_role("alert")).to_contain_text("Nie ma wniosku")
    await rights.get_by_label("Numer").fill(words[0].lower())
    await rights.get_by_label("Hasło do wniosku").fill(words[1].replace("-", ""))
    await press(rights, "Pokaż stan")
    await expect(rights.locator("main")).to_contain_text("w toku")

    # no address and no token has been in an address, nor where one came from
    for line in addresses:
        assert ADDRESS not in line
        assert token not in line
        assert str(reference) not in line
