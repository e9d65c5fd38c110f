"""The customer's page by itself: what its forms tell, with and without scripts, by keys, on a telephone, for axe."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, Page, expect

from okienko.channels.messenger.events import read_events as read_messenger
from okienko.channels.whatsapp.events import read_events as read_whatsapp
from okienko.http import Answered
from okienko.sandbox.world import CHANNELS, Channel, Line, Option
from tests.attachments.files import exif, jpeg, segment
from tests.sandbox.conftest import NOW, Played

pytestmark = pytest.mark.anyio
PHOTOGRAPH = jpeg(segment(0xE1, b"Exif\0\0" + exif(6)))


@pytest.fixture
async def site(played: Played) -> AsyncIterator[str]:
    """The sandbox's address on a port of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            played.app, lifespan="off", access_log=False, log_config=None, timeout_graceful_shutdown=0
        )
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await running


def answer(played: Played, channel: Channel, *options: str) -> Line:
    """The brand says something."""
    line = Line(
        id=played.sandbox.world.mint("m_"),
        ours=True,
        text="Czy to pomogło?",
        at=NOW,
        state="sent",
        options=tuple(Option(payload=f"option:{one}", title=one) for one in options),
    )
    played.sandbox.hear(channel, line)
    return line


async def open_page(browser: Browser, *, script: bool = True, **how: Any) -> Page:
    context = await browser.new_context(java_script_enabled=script, locale="pl-PL", **how)
    context.set_default_timeout(10_000)
    return await context.new_page()


@pytest.mark.parametrize("script", [True, False])
async def test_what_a_customer_does_is_told_by_keys_alone(
    played: Played, site: str, browser: Browser, script: bool
) -> None:
    page = await open_page(browser, script=script)
    await page.goto(f"{site}/talk/whatsapp")
    await page.get_by_label("Wiadomość", exact=True).fill("gdzie jest paczka?")
    await page.get_by_role("button", name="Wyślij wiadomość").press("Enter")
    log = page.get_by_role("log")
    await expect(log).to_contain_text("gdzie jest paczka?")
    answer(played, "whatsapp", "Tak", "Nie")
    if not script:
        await page.reload()
    await log.get_by_role("button", name="Nie").press("Enter")
    await expect(log.get_by_role("article")).to_have_count(3)
    await log.get_by_role("link", name="Zmień wiadomość").first.press("Enter")
    await page.get_by_label("Wiadomość po zmianie").fill("gdzie są paczki?")
    await page.get_by_role("button", name="Zapisz zmianę").press("Enter")
    await expect(log).to_contain_text("zmieniona")
    await log.get_by_role("button", name="Zareaguj: ❤").press("Enter")
    await expect(log.get_by_role("button", name="Zareaguj: ❤")).to_have_attribute("aria-pressed", "true")
    await log.get_by_role("button", name="Cofnij").first.press("Enter")
    await expect(log).to_contain_text("wycofana")
    await played.sandbox.settle()
    events = [event for call in played.okienko.calls for event in read_whatsapp(call.body).events]
    told = [event for event in events if event.kind != "read"]
    assert [event.kind for event in told] == ["message", "quick_reply", "message_edited", "reaction", "message_deleted"]
    assert told[1].choice == "option:Nie"


async def test_a_picture_is_attached_and_lies_where_the_report_says(
    played: Played, site: str, browser: Browser
) -> None:
    played.sandbox.site = site
    page = await open_page(browser)
    await page.goto(f"{site}/talk/messenger")
    picture = {"name": "ekran.jpg", "mimeType": "image/jpeg", "buffer": PHOTOGRAPH}
    await page.set_input_files("#file", files=[picture])  # pyright: ignore[reportArgumentType]
    await page.get_by_role("button", name="Wyślij wiadomość").press("Enter")
    await expect(page.get_by_role("log").get_by_role("link", name="zdjecie.jpg")).to_be_visible()
    (event,) = read_messenger(played.okienko.calls[0].body).events
    (attached,) = event.attachments
    assert attached.kind == "image"
    assert attached.url is not None
    fetched = await page.request.get(attached.url)
    assert await fetched.body() == PHOTOGRAPH


async def test_faults_are_asked_for_at_a_press_and_are_over_at_another(
    played: Played, site: str, browser: Browser
) -> None:
    page = await open_page(browser)
    await page.goto(f"{site}/talk/messenger")
    await page.get_by_role("button", name="Odpowiadaj 429 przez minutę").press("Enter")
    await expect(page.get_by_role("complementary")).to_contain_text("za dużo zapytań do 13:01")
    assert played.sandbox.faults.take("messenger", NOW, counted=False) is not None
    await page.get_by_role("button", name="Przywróć zwykłe działanie").press("Enter")
    await expect(page.get_by_role("complementary")).not_to_contain_text("za dużo zapytań")
    await page.get_by_label("Ktoś odpowiada w skrzynce dostawcy").fill("Już sprawdzam.")
    await page.get_by_role("button", name="Odpowiedz tam").press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("Już sprawdzam.")
    (event, *_) = read_messenger(played.okienko.calls[0].body).events
    assert (event.kind, event.metadata) == ("echo", None)
    before = await page.get_by_text(re.compile("Jesteś:")).inner_text()
    await page.get_by_role("button", name="Pisze ktoś inny").press("Enter")
    await expect(page.get_by_text(re.compile("Jesteś:"))).not_to_have_text(before)
    await expect(page.get_by_role("log")).not_to_contain_text("Już sprawdzam.")


async def test_what_is_typed_stays_while_the_brand_answers(played: Played, site: str, browser: Browser) -> None:
    page = await open_page(browser)
    await page.goto(f"{site}/talk/instagram")
    field = page.get_by_label("Wiadomość", exact=True)
    await field.press_sequentially("jeszcze jedno")
    answer(played, "instagram", "Tak")
    await expect(page.get_by_role("log")).to_contain_text("Czy to pomogło?")
    await expect(field).to_have_value("jeszcze jedno")
    await expect(field).to_be_focused()


async def test_a_call_can_be_answered_until_it_is_over(played: Played, site: str, browser: Browser) -> None:
    gather = b'<Response><Gather input="speech" timeout="5" action="/turn"><Say>W czym pomoc?</Say></Gather></Response>'
    played.okienko.answers = [
        Answered(status=200, headers={}, body=gather),
        Answered(status=200, headers={}, body=b"<Response><Say>Do uslyszenia</Say><Hangup/></Response>"),
    ]
    played.waits = True
    page = await open_page(browser)
    await page.goto(f"{site}/talk/voice")
    await page.get_by_role("button", name="Zadzwoń do marki").press("Enter")
    field = page.get_by_label("Co mówisz")
    await field.press_sequentially("gdzie jest")
    await expect(page.get_by_role("log")).to_contain_text("Linia czeka na twoje słowa.")
    async with page.expect_response(re.compile("/lines$")):  # another look at what is new, and what was typed is there
        pass
    await expect(field).to_have_value("gdzie jest")
    await expect(field).to_be_focused()
    await field.press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("Połączenie zakończone.")
    await expect(page.get_by_role("button", name="Zadzwoń do marki")).to_be_visible()
    await expect(field).to_have_count(0)


@pytest.mark.parametrize("look", [("light", 1280, "pl-PL"), ("dark", 390, "en-GB")])
async def test_a11_01_the_sandbox_is_accessible(
    played: Played, site: str, browser: Browser, axe: str, look: Any
) -> None:
    theme, width, locale = look
    for channel in CHANNELS:
        if channel != "voice":
            await played.sandbox.say(channel, "Dzień dobry", subject="Paczka", stars=2)
            answer(played, channel, *(["Tak", "Nie"] if channel in {"messenger", "whatsapp"} else []))
    played.sandbox.ask_fault("messenger", "limit", 60)
    context = await browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 900}, bypass_csp=True, locale=locale
    )
    page = await context.new_page()
    for channel in CHANNELS:
        await page.goto(f"{site}/talk/{channel}")
        await page.evaluate(axe)
        found: dict[str, Any] = await page.evaluate("axe.run()")
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == [], channel
        assert await page.evaluate("document.documentElement.scrollWidth") == width, channel
