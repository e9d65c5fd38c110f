"""The widget where the law asks first, and where it does not: in a browser, with every request looked into."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, Request, expect

from okienko.database.urls import Urls
from tests.web_world import DOOR, Site, World, open_world, serve

pytestmark = pytest.mark.anyio

CANARY = "kanarek-w-klatce"


@pytest.fixture
async def world(database_urls: Urls) -> AsyncIterator[World]:
    async with open_world(database_urls, jurisdiction="us-ca") as world:
        yield world


@pytest.fixture
async def site(world: World) -> AsyncIterator[Site]:
    async with serve(world) as site:
        yield site


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(locale="pl-PL", viewport={"width": 420, "height": 760})
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    await context.close()
    assert errors == []


def watch(page: Page) -> list[str]:
    """Everything that leaves the page: addresses and bodies."""
    sent: list[str] = []

    def note(request: Request) -> None:
        sent.append(f"{request.method} {request.url} {(request.post_data_buffer or b'').decode('utf-8', 'replace')}")

    page.on("request", note)
    return sent


async def test_prv_01_a_page_with_the_widget_stores_nothing_and_asks_for_the_script_alone(
    page: Page, site: Site
) -> None:
    """A minute on the page's own clock, with all its timers run."""
    await page.clock.install()
    sent = watch(page)
    await page.goto(site.shop)
    await expect(page.get_by_role("button", name="Pomoc")).to_be_visible()
    await page.clock.run_for(60_000)
    await page.wait_for_load_state("networkidle")
    assert [line.split()[1] for line in sent] == [site.shop, f"{site.address}/chat/{DOOR}.js"]
    assert await page.context.cookies() == []
    assert await page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


async def test_prv_02_nothing_typed_leaves_before_it_is_agreed_to_and_then_it_is_sent(page: Page, site: Site) -> None:
    sent = watch(page)
    await page.goto(f"{site.address}/chat/{DOOR}")
    gate = page.get_by_role("region", name="Twoja zgoda")
    await expect(gate).to_contain_text("Nic z tego, co tu wpisano, nie zostało jeszcze wysłane.")
    await page.locator("#text").press_sequentially(CANARY)
    await page.press("#text", "Enter")
    await expect(gate).to_be_focused()
    await expect(page.locator("#text")).to_have_value(CANARY)
    await page.get_by_role("button", name="Konto i logowanie").click()
    await page.wait_for_load_state("networkidle")
    assert not any(CANARY in line or line.startswith("POST") for line in sent)
    assert await site.world.rows("select count(*) from conversation") == [(0,)]
    await page.press("#text", "Enter")
    await gate.get_by_role("button", name="Zgadzam się").click()
    await expect(page.locator("#log .bubble.own .said")).to_have_text([CANARY])
    await expect(gate).to_be_hidden()
    assert await site.world.rows("select purpose, channel, action, how, text_kind from consent_event") == [
        ("chat", "webchat", "given", "button", "chat.consent.us")
    ]


async def test_prv_02_and_prv_10_after_no_nothing_typed_leaves_and_a_person_is_still_reached(
    page: Page, site: Site
) -> None:
    sent = watch(page)
    await page.goto(f"{site.address}/chat/{DOOR}")
    await page.fill("#text", CANARY)
    await page.get_by_role("button", name="Nie, wolę inny kontakt").click()
    await expect(page.get_by_label("Adres e-mail albo numer telefonu")).to_be_focused()
    await expect(page.locator("#composer")).to_be_hidden()
    await page.get_by_role("button", name="Porozmawiaj z człowiekiem").click()
    await expect(page.get_by_label("Adres e-mail albo numer telefonu")).to_be_focused()
    await page.wait_for_load_state("networkidle")
    assert not any(line.startswith("POST") for line in sent)
    await page.get_by_label("Adres e-mail albo numer telefonu").fill("anna@poczta.example")
    await page.get_by_label("Czego to dotyczy?").fill("nie działa logowanie")
    await page.get_by_role("button", name="Wyślij formularz").click()
    await expect(page.get_by_text("Wysłano. Człowiek odpowie")).to_be_visible()
    assert not any(CANARY in line for line in sent)
    assert await site.world.rows("select action from consent_event") == [("refused",)]
    assert await site.world.rows("select people_only_at is not null from person") == [(True,)]
    assert await site.world.rows("select kind, text from message where author = 'customer'") == [
        ("person", "nie działa logowanie")
    ]
    assert await site.world.rows("select kind from identity") == [("email",)]


async def test_prv_09_withdrawing_takes_as_many_presses_as_giving_from_the_same_chat(page: Page, site: Site) -> None:
    await page.goto(f"{site.address}/chat/{DOOR}")
    await page.fill("#text", "dzień dobry")
    await page.press("#text", "Enter")
    await page.get_by_role("button", name="Zgadzam się", exact=True).click()  # one
    await expect(page.locator("#log .bubble.own .said")).to_have_text(["dzień dobry"])
    sent = watch(page)
    await page.get_by_role("button", name="Wycofaj zgodę").click()  # one
    gate = page.get_by_role("region", name="Twoja zgoda")
    await expect(gate).to_be_visible()
    await page.fill("#text", CANARY)
    await page.press("#text", "Enter")
    await expect(gate).to_be_focused()
    assert not any(CANARY in line for line in sent)
    assert await site.world.rows("select action from consent_event order by id") == [("given",), ("withdrawn",)]
    assert await site.world.rows("select muted from thread") == [(True,)]
    await gate.get_by_role("button", name="Zgadzam się").click()
    await expect(page.locator("#log .bubble.own .said")).to_have_text(["dzień dobry", CANARY])


async def test_the_server_takes_nothing_from_whoever_was_not_asked(page: Page, site: Site) -> None:
    await page.goto(f"{site.address}/chat/{DOOR}")
    start = """async (consent) => (await fetch(location.pathname + "/start", {method: "POST",
      headers: {"Content-Type": "application/json"}, body: JSON.stringify({language: "pl", consent})})).status"""
    assert await page.evaluate(start, None) == 403
    assert await page.evaluate(start, {"action": "given", "version": 99}) == 412
    assert await page.evaluate(start, {"action": "given", "version": 1}) == 200


async def test_where_somebody_is_decides_whether_they_are_asked(page: Page, site: Site) -> None:
    await site.world.run("update brand set serves = '{pl,us}'")
    await page.goto(f"{site.address}/chat/{DOOR}")
    gate = page.get_by_role("region", name="Twoja zgoda")
    await expect(gate).to_be_visible()
    await page.get_by_label("Twój kraj lub stan").select_option("pl")
    await expect(gate).to_be_hidden()
    await page.fill("#text", "dzień dobry")
    await page.press("#text", "Enter")
    await expect(page.locator("#log .bubble.own")).to_have_count(1)
    assert await site.world.rows("select declared from person") == [("pl",)]
    assert await site.world.rows("select count(*) from consent_event") == [(0,)]


async def test_ai_01_and_ai_02_the_bots_words_are_labelled_marked_and_announced(page: Page, site: Site) -> None:
    await page.goto(f"{site.address}/chat/{DOOR}")
    await expect(page.locator("#notice")).to_have_text(
        "To jest program (bot), nie człowiek. Może się mylić. W każdej chwili możesz poprosić o człowieka."
    )
    await expect(page.locator("#notice")).to_have_role("status")
    await page.get_by_role("button", name="Zgadzam się", exact=True).click()
    await page.fill("#text", "pytanie")
    await page.press("#text", "Enter")
    await expect(page.locator("#log .bubble.own")).to_have_count(1)
    await site.say(await site.conversation(), "Odpowiedź.")
    await site.say(await site.conversation(), "Cześć.", author="agent")
    bot = page.get_by_role("log").locator("[data-ai-generated='true']")
    await expect(bot.locator(".said")).to_have_text(["Odpowiedź."])
    await expect(bot.locator(".who b")).to_have_text("Bot")


async def test_people_only_is_one_press_each_way(page: Page, site: Site) -> None:
    await page.goto(f"{site.address}/chat/{DOOR}")
    await page.get_by_role("button", name="Zgadzam się", exact=True).click()
    choice = page.get_by_role("button", name="Bez AI, tylko ludzie")
    await choice.click()
    await expect(choice).to_have_attribute("aria-pressed", "true")
    await page.fill("#text", "pytanie")
    await page.press("#text", "Enter")
    await expect(page.locator("#log .bubble.own")).to_have_count(1)
    assert await site.world.rows("select people_only_at is not null from person") == [(True,)]
    await choice.click()
    await expect(page.locator("#log .event")).to_have_text(["Bot znów może odpowiadać."])
    assert await site.world.rows("select people_only_at is not null from person") == [(False,)]


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a11_01_the_gate_is_accessible(page: Page, site: Site, axe: str, theme: str) -> None:
    await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    for address, press in ((f"/chat/{DOOR}", False), (f"/chat/{DOOR}", True), ("/privacy/seans/pl/", False)):
        await page.goto(site.address + address)
        if press:
            await page.get_by_role("button", name="Nie, wolę inny kontakt").click()
        await page.evaluate(axe)
        found = await page.evaluate("axe.run()")
        assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]] == []
