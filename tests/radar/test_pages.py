"""The radar's page: what rises, a draft of an incident in one click, and what was dismissed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest

from okienko.database.urls import Urls
from okienko.radar import pages
from okienko.radar.growth import draw
from tests.desk_world import World, csrf, open_world
from tests.radar.test_rising import FAULT
from tests.radar.test_watch import fault, open_radar

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        world.app.router.routes.extend(pages.routes())
        yield world


async def test_a_quiet_desk_says_what_will_appear(world: World) -> None:
    async with await world.enter(await world.hire("Lena", {world.brand.id: "lead"})) as lena:
        page = (await lena.get("/desk/radar")).text
        assert "Teraz nic nie narasta." in page
        assert (await lena.get("/desk/radar/mark")).text.strip() == ""


async def test_what_rises_is_shown_with_a_draft_in_one_click(world: World) -> None:
    await fault(world)
    (group,) = await open_radar(world).look(world.brand)

    async with await world.enter(await world.hire("Lena", {world.brand.id: "lead"})) as lena:
        page = unescape((await lena.get("/desk/radar")).text)
        assert ">1</span>" in (await lena.get("/desk/radar/mark")).text

    assert "Narasta teraz" in page
    assert str(group) in page
    assert page.count("<rect") >= 5
    draft = page[page.index('action="/desk/incidents/draft"') :]
    draft = draft[: draft.index("</form>")]
    examples = re.findall(r'name="example" value="([^"]*)"', draft)
    assert len(examples) >= 7
    assert set(examples) <= set(FAULT)
    (since,) = re.findall(r'name="since" value="([^"]*)"', draft)
    assert timedelta(0) < world.at - datetime.fromisoformat(since) < timedelta(minutes=10)
    assert 'name="language" value="pl"' in draft
    assert 'name="broke" value=""' in draft


async def test_a_lead_dismisses_and_an_agent_looks(world: World) -> None:
    await fault(world)
    (group,) = await open_radar(world).look(world.brand)
    async with (
        await world.enter(await world.hire("Lena", {world.brand.id: "lead"})) as lena,
        await world.enter(await world.hire("Agata", {world.brand.id: "agent"})) as agata,
    ):
        page = (await agata.get("/desk/radar")).text
        assert str(group) in page
        assert "/desk/incidents/draft" not in page
        form = {"csrf": csrf(page), "brand": world.brand.slug, "group": str(group)}
        assert (await agata.post("/desk/radar", data=form)).status_code == 403
        form["csrf"] = csrf((await lena.get("/desk/radar")).text)
        assert (await lena.post("/desk/radar", data={**form, "group": "x"})).status_code == 400
        done = await lena.post("/desk/radar", data=form)
        assert done.status_code == 303
        page = (await lena.get(done.headers["location"])).text
        assert "Odrzucone." in page
        assert "Teraz nic nie narasta." in page
        assert "Wcześniej w tym tygodniu" in page
        assert (await lena.get("/desk/radar/mark")).text.strip() == ""


async def test_another_brand_s_groups_are_nobody_s_business(world: World) -> None:
    await fault(world)
    (group,) = await open_radar(world).look(world.brand)
    async with await world.enter(await world.hire("Ola", {world.other.id: "admin"})) as ola:
        page = (await ola.get(f"/desk/radar?brand={world.brand.slug}")).text
        assert str(group) not in page
        form = {"csrf": csrf(page), "brand": world.brand.slug, "group": str(group)}
        assert (await ola.post("/desk/radar", data=form)).status_code == 404


def test_every_message_is_in_one_bar() -> None:
    until = datetime(2026, 9, 21, 18, 0, tzinfo=UTC)
    times = [until - timedelta(minutes=n) for n in range(0, 300, 7)]
    for began in (until, times[3], times[-1], until - timedelta(days=3)):
        step, bars = draw(times, began=began, until=until)
        assert sum(bar.count for bar in bars) == len(times)
        assert bars[-1].since + step == until
        assert max(bar.height for bar in bars) == 100
        assert len(bars) <= 30
