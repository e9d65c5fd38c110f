"""A conversation of a vendor's channel at the desk: whether one may still write, what became of messages, the list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from okienko import channels
from okienko.channels.vendor import Window, find_reach
from okienko.database.urls import Urls
from tests.desk_world import BEGIN, Begun, World, csrf, once, open_world

pytestmark = pytest.mark.anyio

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        world.services = replace(world.services, reach=channels.reach)
        world.app.state.services = world.services
        yield world


async def enter(world: World) -> httpx2.AsyncClient:
    return await world.enter(await world.hire("Anna", {world.brand.id: "lead"}))


async def move(begun: Begun, channel: str, ago: timedelta | None = None) -> None:
    """The conversation came by that channel, and its customer did something last so long ago."""
    await begun.change("update conversation set channel = %(channel)s where id = %(id)s", channel=channel)
    at = None if ago is None else begun.world.at - ago
    await begun.change("update thread set acted_at = %(at)s where conversation_id = %(id)s", at=at)


async def take(browser: httpx2.AsyncClient, begun: Begun) -> None:
    page = (await browser.get(begun.address)).text
    await browser.post(f"{begun.address}/take-over", data={"csrf": csrf(page)})


async def say(
    browser: httpx2.AsyncClient, begun: Begun, text: str = "Dzień dobry.", mode: str = "reply"
) -> httpx2.Response:
    page = (await browser.get(begun.address)).text
    form = {"csrf": csrf(page), "once": once(page), "as": mode, "text": text}
    return await browser.post(f"{begun.address}/say", data=form)


META = Window(free=DAY, human=7 * DAY)


@pytest.mark.parametrize(
    ("window", "ago", "verdict", "ends"),
    [
        (Window(), None, "free", None),
        (META, None, "over", None),
        (META, DAY, "free", timedelta()),
        (META, DAY + timedelta(seconds=1), "late", 6 * DAY - timedelta(seconds=1)),
        (META, 7 * DAY, "late", timedelta()),
        (META, 8 * DAY, "over", -DAY),
        (Window(free=DAY), 25 * HOUR, "over", -HOUR),
    ],
)
def test_until_when_a_person_may_write(
    window: Window, ago: timedelta | None, verdict: str, ends: timedelta | None
) -> None:
    reach = find_reach(window, acted_at=None if ago is None else BEGIN - ago, now=BEGIN)
    assert (reach.verdict, reach.until) == (verdict, None if ends is None else BEGIN + ends)


@pytest.mark.parametrize(
    ("channel", "ago", "says", "status"),
    [
        ("messenger", HOUR, "Można pisać do: 22 września, 10:00.", 303),
        ("messenger", 25 * HOUR, "Teraz można tu wysłać tylko to, co napisał człowiek, do: 27 września, 10:00.", 303),
        ("messenger", 8 * DAY, "Czas na odpowiedź tutaj minął.", 409),
        ("whatsapp", 25 * HOUR, "WhatsApp nie pozwala pisać od: 10:00", 409),
        ("instagram", None, "Instagram nie pozwala tu pisać", 409),
        ("voice", None, "Do rozmowy telefonicznej nie da się nic napisać.", 409),
    ],
)
async def test_the_composer_says_whether_one_may_still_write(
    world: World, channel: str, ago: timedelta | None, says: str, status: int
) -> None:
    begun = await world.begin("gdzie jest moja paczka")
    await move(begun, channel, ago)
    async with await enter(world) as browser:
        await take(browser, begun)
        page = (await browser.get(begun.address)).text
        assert says in page
        assert ('id="as-reply" data-key="r" disabled' in page) == (status == 409)
        answered = await say(browser, begun)
        assert answered.status_code == status
        if status == 409:
            assert "Niczego nie wysłano: czas, w którym ten kanał pozwala odpowiadać, minął." in answered.text
            assert "Dzień dobry." in answered.text  # what was written is not lost
        assert (await say(browser, begun, "Klient zadzwoni.", "note")).status_code == 303
    written = await begun.read("select author from message where conversation_id = %(id)s and author = 'agent'")
    assert len(written) == (1 if status == 303 else 0)


@pytest.mark.parametrize("channel", ["webchat", "webhook", "email"])
async def test_where_nothing_ends_nothing_is_said(world: World, channel: str) -> None:
    begun = await world.begin("gdzie jest moja paczka")
    await move(begun, channel)
    async with await enter(world) as browser:
        await take(browser, begun)
        page = (await browser.get(begun.address)).text
        assert "Można pisać do" not in page
        assert (await say(browser, begun)).status_code == 303


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("state = 'sent'", "wysłano"),
        ("state = 'sent', delivered_at = now()", "doręczona"),
        ("state = 'sent', delivered_at = now(), read_at = now()", "przeczytana"),
        ("state = 'unsure', error = 'the connection was lost before the answer'", "połączenie zerwało się"),
        ("state = 'failed', error = 'window'", "czas na odpowiedź minął"),
        ("state = 'cancelled', error = 'elsewhere'", "ktoś odpowiada gdzie indziej"),
        ("state = 'cancelled'", "rozmowę przejęła osoba"),
    ],
)
async def test_what_became_of_a_message_and_why(world: World, change: str, says: str) -> None:
    begun = await world.begin("gdzie jest moja paczka")
    await move(begun, "messenger", HOUR)
    async with await enter(world) as browser:
        await take(browser, begun)
        await say(browser, begun)
        await begun.change(f"update outbox set {change} where conversation_id = %(id)s and author = 'agent'")
        assert says in (await browser.get(begun.address)).text


async def test_what_the_customer_did_with_a_message_is_shown(world: World) -> None:
    begun = await world.begin("pierwsze", "drugie", "trzecie")
    await move(begun, "email")
    ids = [row[0] for row in await begun.read("select id from message where conversation_id = %(id)s order by id")]
    changed = "update message set {} where conversation_id = %(id)s and id = %(message)s"
    await begun.change(changed.format("edited_at = '2026-09-21T07:05:00Z'"), message=ids[0])
    await begun.change(
        changed.format("taken_back_at = '2026-09-21T07:06:00Z', text = '', apart = 'automatic'"), message=ids[1]
    )
    await begun.change(changed.format("more = '> co pisali inni'"), message=ids[2])
    await begun.change(
        "insert into reaction (brand_id, conversation_id, message_id, sign, at)"
        " values (current_brand(), %(id)s, %(message)s, '❤', now())",
        message=ids[2],
    )
    await begun.change(
        "update conversation set elsewhere_until = %(until)s where id = %(id)s", until=world.at + 2 * HOUR
    )
    async with await enter(world) as browser:
        page = (await browser.get(begun.address)).text
    assert "zmieniona o 09:05" in page
    assert "cofnięta o 09:06" in page
    assert "napisał program" in page
    assert "<details" in page.split("Cytowana treść i podpis")[0].rpartition("<li")[2]
    assert "&gt; co pisali inni" in page
    assert "❤" in page
    assert "Bot milczy do: 13:00." in page


async def test_one_list_for_all_channels_and_each_of_them_alone(world: World) -> None:
    one, two = await world.begin("z czatu"), await world.begin("z telefonu")
    await move(two, "voice")
    async with await enter(world) as browser:
        both = (await browser.get("/desk?view=all")).text
        assert one.reference in both
        assert two.reference in both
        assert "telefon" in both
        alone = (await browser.get("/desk?view=all&channel=voice")).text
        assert two.reference in alone
        assert one.reference not in alone
        assert "channel=voice" in alone.partition('id="rows"')[2]  # a conversation keeps the list beside it


async def leave(begun: Begun, lookup: bytes, *, kind: str = "email", verified: bool = True) -> None:
    """The conversation's person has left an address or a number, and perhaps proved that it is theirs."""
    await begun.change(
        "insert into identity (brand_id, person_id, id, kind, lookup, sealed, created_at, verified_at, verified_by)"
        " select current_brand(), person_id, gen_random_uuid(), %(kind)s, %(lookup)s, '', %(at)s,"
        " case when %(verified)s then %(at)s::timestamptz end, case when %(verified)s then 'code' end"
        " from conversation where id = %(id)s",
        kind=kind,
        lookup=lookup,
        at=begun.world.at,
        verified=verified,
    )


@pytest.mark.parametrize(
    ("kind", "ours", "theirs", "same", "seen"),
    [
        ("email", True, True, True, True),
        ("email", True, False, True, False),
        ("email", False, True, True, False),
        ("email", True, True, False, False),
        ("phone", True, True, True, False),
    ],
)
async def test_two_people_are_named_together_by_a_verified_address_alone(
    world: World, *, kind: str, ours: bool, theirs: bool, same: bool, seen: bool
) -> None:
    one, two = await world.begin("z czatu"), await world.begin("z komunikatora")
    await leave(one, b"k" * 32, kind=kind, verified=ours)
    await leave(two, b"k" * 32 if same else b"o" * 32, kind=kind, verified=theirs)
    elsewhere = await world.begin("u innej marki", brand=world.other)
    await leave(elsewhere, b"k" * 32)
    async with await enter(world) as browser:
        page = (await browser.get(one.address)).text
        found = page.partition("Ten sam potwierdzony adres e-mail co w:")[2]
        assert (two.reference in found) == seen
        assert elsewhere.reference not in page
        await two.change(
            "update person set restricted_at = now() where id = (select person_id from conversation where id = %(id)s)"
        )
        assert two.reference not in (await browser.get(one.address)).text.partition('id="person"')[2]
