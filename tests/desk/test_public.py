"""A review at the desk: that everybody reads the reply is said, its length and what may not be in it are looked at."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Browser, expect

from okienko import channels
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from tests.desk_world import Begun, World, csrf, once, open_world

pytestmark = pytest.mark.anyio

PROPOSAL = "Na zwrot jest 14 dni od odbioru."


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        world.services = replace(world.services, reach=channels.reach)
        world.app.state.services = world.services
        yield world


async def begin(world: World, channel: str = "google_play") -> Begun:
    """A review that waits in the queue, with what the bot proposes."""
    begun = await world.begin("★★☆☆☆ Zwrot\n\nile mam czasu na zwrot?")
    await begun.change(
        "update conversation set channel = %(channel)s, public = true, holder = 'queue', queued_at = %(now)s, "
        "reason = 'public' where id = %(id)s",
        channel=channel,
        now=world.at,
    )
    await begun.change(
        "update message set more = 'app 2.1.0 · Android API 33' where conversation_id = %(id)s and author = 'customer'"
    )
    await begun.change(
        "insert into message (brand_id, conversation_id, id, author, kind, text, at, generator) "
        "values (current_brand(), %(id)s, %(message)s, 'note', 'answer', %(text)s, %(now)s, 'okienko')",
        message=new_id(world.at),
        text=PROPOSAL,
        now=world.at,
    )
    return begun


async def say(browser: httpx2.AsyncClient, begun: Begun, text: str, mode: str = "reply") -> httpx2.Response:
    page = (await browser.get(begun.address)).text
    form = {"csrf": csrf(page), "once": once(page), "as": mode, "text": text}
    return await browser.post(f"{begun.address}/say", data=form)


@pytest.fixture
async def taken(world: World) -> tuple[httpx2.AsyncClient, Begun]:
    """Somebody at the desk who has taken a review over, and the review."""
    begun = await begin(world)
    browser = await world.enter(await world.hire("Anna", {world.brand.id: "agent"}))
    page = (await browser.get(begun.address)).text
    assert "Tę odpowiedź przeczyta każdy." not in page, "who may not reply is not told how"
    assert "Wstaw do odpowiedzi" not in page
    await browser.post(f"{begun.address}/take-over", data={"csrf": csrf(page)})
    return browser, begun


async def test_the_page_says_that_everybody_reads_it_and_shows_the_proposal(
    taken: tuple[httpx2.AsyncClient, Begun],
) -> None:
    browser, begun = taken
    page = unescape((await browser.get(begun.address)).text)
    assert "Tę odpowiedź przeczyta każdy." in page
    assert 'data-longest="350"' in page
    assert "Najwyżej 350 znaków." in page
    assert "★★☆☆☆ Zwrot" in page
    assert "app 2.1.0 · Android API 33" in page
    assert "propozycja, niewysłana" in page
    assert "Do bota" not in page, "there is nothing that the bot could say here"
    (link,) = [part.split('"')[0] for part in page.split('href="') if "?insert=" in part.split('"')[0]]
    assert f">{PROPOSAL}</textarea>" in (await browser.get(link)).text
    assert await begun.read("select count(*) from outbox where conversation_id = %(id)s") == [(0,)], "not who joined"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Proszę pisać na anna@wp.example", "e-mail"),
        ("Zadzwonimy pod 501 234 567", "telefon"),
        ("PESEL 44051401359, e-mail anna@wp.example", "PESEL, e-mail"),
    ],
)
async def test_personal_data_are_refused_with_their_kinds_and_nothing_is_stored(
    taken: tuple[httpx2.AsyncClient, Begun], text: str, kinds: str
) -> None:
    browser, begun = taken
    answer = await say(browser, begun, text)
    assert answer.status_code == 422
    assert f"Usuń: {kinds}." in unescape(answer.text)
    stored = "select count(*) from message where conversation_id = %(id)s and author = 'agent'"
    assert await begun.read(stored) == [(0,)]
    assert await begun.read("select count(*) from vault_item where conversation_id = %(id)s") == [(0,)]
    assert (await say(browser, begun, text, mode="note")).status_code == 303, "colleagues may be told"


@pytest.mark.parametrize(
    ("channel", "longest"), [("google_play", 350), ("app_store", 5970)], ids=["google_play", "app_store"]
)
async def test_a_reply_is_as_long_as_the_shop_takes(
    taken: tuple[httpx2.AsyncClient, Begun], channel: str, longest: int
) -> None:
    browser, begun = taken
    await begun.change("update conversation set channel = %(channel)s where id = %(id)s", channel=channel)
    refused = await say(browser, begun, "ż" * (longest + 1))
    assert refused.status_code == 422
    assert f"Tekst ma {longest + 1} znaków, a ten kanał przyjmuje najwyżej {longest}" in unescape(refused.text)
    assert (await say(browser, begun, "ż" * longest)).status_code == 303
    assert await begun.read("select author, state from outbox where conversation_id = %(id)s") == [("agent", "waiting")]


async def test_the_brands_own_address_and_the_writers_name_are_no_personal_data(
    taken: tuple[httpx2.AsyncClient, Begun],
) -> None:
    browser, begun = taken
    assert (await say(browser, begun, "Prosimy o list na pomoc@seans.example. Anna")).status_code == 303
    said = await begun.read("select text from message where conversation_id = %(id)s and author = 'agent'")
    assert said == [("Prosimy o list na pomoc@seans.example. Anna",)]


async def test_the_proposal_is_put_in_and_counted_while_one_writes(
    taken: tuple[httpx2.AsyncClient, Begun], address: str, browser: Browser
) -> None:
    signed_in, begun = taken
    context = await browser.new_context(locale="pl", viewport={"width": 390, "height": 844})
    await context.add_cookies([{"name": "okienko-desk", "value": signed_in.cookies["okienko-desk"], "url": address}])
    page = await context.new_page()
    await page.goto(address + begun.address)
    await page.get_by_role("link", name="Wstaw do odpowiedzi").click()
    text, count = page.get_by_label("Treść"), page.locator("#longest")
    await expect(text).to_have_value(PROPOSAL)
    await expect(count).to_have_text(f"{len(PROPOSAL)} / 350")
    await text.fill("ż" * 349 + "😀")
    await expect(count).to_have_text("350 / 350")
    await expect(count).not_to_have_class(re.compile("harm"))
    await text.fill("ż" * 351)
    await expect(count).to_have_class(re.compile("harm"))
    await page.get_by_role("button", name="Wyślij odpowiedź").click()
    await expect(page.get_by_role("alert")).to_contain_text("Tekst ma 351 znaków")
    await expect(text).to_have_value("ż" * 351)
    await context.close()


async def test_no_words_but_a_persons_enter_the_outbox_of_what_everybody_reads(
    taken: tuple[httpx2.AsyncClient, Begun],
) -> None:
    """Whatever program tries: the database keeps them inside."""
    browser, begun = taken
    assert (await say(browser, begun, "Dziękujemy")).status_code == 303
    for author in ("bot", "system"):
        await begun.change(
            "insert into outbox (brand_id, conversation_id, message_id, connection_id, channel, author, due_at) "
            "select current_brand(), id, gen_random_uuid(), connection_id, channel, %(author)s, now() "
            "from conversation where id = %(id)s",
            author=author,
        )
    page = (await browser.get(begun.address)).text
    await browser.post(f"{begun.address}/close", data={"csrf": csrf(page)})
    assert await begun.read("select author from outbox where conversation_id = %(id)s") == [("agent",)]
