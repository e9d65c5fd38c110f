"""The model at the desk: who may switch it, what it shows of calls, and that off means off at once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from okienko.answers.model import pages, store
from okienko.answers.model.check import check
from okienko.answers.model.pages import OUTCOMES, REASONS, read_budget
from okienko.answers.model.store import Call
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.staff.store import Role
from tests.desk_world import World, csrf, open_world

pytestmark = pytest.mark.anyio
PAGE = "/desk/model"


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        settings = replace(
            world.services.settings, model_url="https://models.company.example/v1", model_name="polski-maly"
        )
        world.services = world.app.state.services = replace(world.services, settings=settings)
        world.app.router.routes.extend(pages.routes())
        yield world


async def enter(world: World, role: Role = "admin", name: str = "Ewa"):
    return await world.enter(await world.hire(name, {world.brand.id: role}))


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("2", 2_000_000),
        ("0,5", 500_000),
        (" 1.25 ", 1_250_000),
        ("0.0000001", 1),
        ("0", None),
        ("-1", None),
        ("", None),
        ("nan", None),
        ("1e9", None),
    ],
)
def test_a_budget_is_read(text: str, budget: int | None) -> None:
    assert read_budget(text) == budget


def test_every_reason_of_the_check_has_words() -> None:
    source = Path(check.__code__.co_filename).read_text("utf-8")
    assert set(re.findall(r'return "([a-z]+)"$', source, re.MULTILINE)) <= set(REASONS)
    assert set(OUTCOMES) == {"used", "none", "rejected", "slow", "down", "garbled", "huge"}


async def test_an_administrator_switches_it_on_and_off(world: World) -> None:
    async with await enter(world) as ewa:
        page = (await ewa.get(PAGE)).text
        assert "polski-maly" in page
        assert "models.company.example" in page
        assert "wyłączony</span>" in page
        form = {"csrf": csrf(page), "brand": "seans"}
        done = await ewa.post(PAGE, data=form | {"do": "on", "budget": "0,5"})
        page = (await ewa.get(done.headers["location"])).text
        assert "Model jest włączony." in page
        assert "0 z 0,5" in page
        today = world.at.date()
        async with world.services.database.brand(world.brand.id) as connection:
            assert await store.reserve(connection, day=today, cost=200_000)
            assert not await store.reserve(connection, day=today, cost=400_000)
        page = (await ewa.get(PAGE)).text
        assert "0,2 z 0,5" in page
        assert 'value="40"' in page
        assert re.search(r"11:00,\s+Ewa", page)
        done = await ewa.post(PAGE, data=form | {"do": "on", "budget": "nic"})
        assert "Podaj budżet większy od 0" in (await ewa.get(done.headers["location"])).text
        done = await ewa.post(PAGE, data=form | {"do": "off"})
        assert "Model jest wyłączony." in (await ewa.get(done.headers["location"])).text
        async with world.services.database.brand(world.brand.id) as connection:
            assert not await store.reserve(connection, day=today, cost=1)  # what every call asks first
        assert (await ewa.post(PAGE, data=form | {"do": "?"})).status_code == 400


async def test_the_record_says_what_came_of_calls_without_their_words(world: World) -> None:
    begun = await world.begin("kod z telewizora nie działa")
    async with world.services.database.brand(world.brand.id) as connection:
        for nth, (outcome, reason) in enumerate([("used", None), *[("rejected", "number")] * 60]):
            call = Call(
                id=new_id(world.at),
                conversation=begun.id,
                answers=1,
                model="polski-maly",
                read_tokens=1200,
                written_tokens=80,
                cost=2500,
                ms=1840,
                outcome="used" if outcome == "used" else "rejected",
                reason=reason,
                at=world.at - timedelta(minutes=nth),
            )
            await store.settle(connection, call, day=world.at.date(), reserved=0)
    async with await enter(world) as ewa:
        page = (await ewa.get(PAGE)).text
        assert f"/desk/conversations/seans/{begun.reference}" in page
        assert "do klienta poszły słowa modelu" in page
        assert re.search(r"60</span> słowa modelu nie przeszły kontroli \(liczby nie ma w cytacie\)", page)
        assert "0,0025" in page
        assert "1,8 s" in page
        assert "telewizora" not in page
        older = re.search(r'href="(/desk/model\?[^"]*before=[^"]*)"', page)
        assert older is not None
        page = (await ewa.get(older[1].replace("&amp;", "&"))).text
        assert page.count('class="numbers" href="/desk/conversations/') == 11
        assert (await ewa.get(f"{PAGE}?before=?")).status_code == 200


async def test_without_a_model_nothing_can_be_switched_on(world: World) -> None:
    world.app.state.services = replace(world.services, settings=replace(world.services.settings, model_url=None))
    async with await enter(world) as ewa:
        page = (await ewa.get(PAGE)).text
        assert "Ta instalacja nie ma modelu." in page
        assert "Włącz model" not in page
        form = {"csrf": csrf(page), "brand": "seans", "do": "on", "budget": "1"}
        assert (await ewa.post(PAGE, data=form)).status_code == 400


@pytest.mark.parametrize("role", ["agent", "lead"])
async def test_nobody_else_sees_it(world: World, role: Role) -> None:
    async with await enter(world, role, "Lena") as lena:
        page = (await lena.get("/desk")).text
        assert PAGE not in page
        assert (await lena.get(PAGE)).status_code == 403
        form = {"csrf": csrf(page), "brand": "seans", "do": "on", "budget": "1"}
        assert (await lena.post(PAGE, data=form)).status_code == 403
    async with await world.enter(await world.hire("Ola", {world.other.id: "admin"})) as ola:
        page = (await ola.get(f"{PAGE}?brand=seans")).text
        assert 'name="brand" value="seans"' not in page
        assert (await ola.post(PAGE, data=form | {"csrf": csrf(page)})).status_code == 404
    async with world.services.database.brand(world.brand.id) as connection:
        assert await store.read_switch(connection, world.at.date()) is None
