"""Routing at the desk: examples typed and imported, masked; the state of the last training; a message that is tried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from okienko.brands.store import add_categories
from okienko.database.urls import Urls
from okienko.identity import store as identity
from okienko.identity.levels import Level
from okienko.routing import pages, process, store
from okienko.routing.shelf import Routers
from okienko.staff.store import Role
from okienko.values import MaskedText
from tests.desk_world import World, csrf, open_world
from tests.road.test_routing import EXAMPLES

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]
PAGE = "/desk/routing"


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        world.app.router.routes.extend(pages.routes(Routers()))
        async with world.services.database.brand(world.brand.id) as connection:
            await add_categories(connection, [("dostawa", "pl", "Dostawa"), ("zwroty", "pl", "Zwroty")])
        yield world


async def enter(world: World, role: Role = "lead", name: str = "Lena"):
    return await world.enter(await world.hire(name, {world.brand.id: role}))


async def written(world: World) -> list[tuple[str, str]]:
    async with world.services.database.brand(world.brand.id) as connection:
        return [(one.category, one.text) for one in await store.list_examples(connection, world.brand.id)]


async def test_examples_are_typed_imported_masked_and_removed(world: World) -> None:
    async with await enter(world) as lena:
        page = (await lena.get(PAGE)).text
        assert "za mało przykładów" in page or "wkrótce się nauczy" in page
        form = {"csrf": csrf(page), "brand": "seans", "language": "pl", "category": "dostawa"}
        done = await lena.post(
            PAGE,
            data=form | {"lines": "gdzie paczka\r\n\r\n gdzie  paczka \nnapisz na jan@poczta.example"},
            files={"file": ("wiadomosci.txt", "kurier nie dojechał\ngdzie paczka\n".encode("utf-8-sig"))},
        )
        page = (await lena.get(done.headers["location"])).text
        assert "Dodano 3 przykłady." in page
        assert "jan@poczta.example" not in page
        assert await written(world) == [
            ("dostawa", "gdzie paczka"),
            ("dostawa", "kurier nie dojechał"),
            ("dostawa", "napisz na [e-mail]"),
        ]
        again = await lena.post(PAGE, data=form | {"lines": "gdzie paczka"}, files={"file": ("", b"")})
        assert "1 już tu jest" in (await lena.get(again.headers["location"])).text
        async with world.services.database.brand(world.brand.id) as connection:
            (first, *_) = await store.list_examples(connection, world.brand.id)
        await lena.post(f"{PAGE}/remove", data=form | {"example": str(first.id)})
        assert ("dostawa", "gdzie paczka") not in await written(world)
        for lines, file, said in [
            ("", b"", "none"),
            ("", b"\xff\xfe\x00a", "file"),
            ("\n".join(f"wiersz {n}" for n in range(pages.MOST_AT_ONCE + 1)), b"", "many"),
        ]:
            done = await lena.post(PAGE, data=form | {"lines": lines}, files={"file": ("a.txt", file)})
            assert done.headers["location"].endswith(f"said={said}")
        unknown = await lena.post(PAGE, data=form | {"category": "?", "lines": "a"}, files={"file": ("", b"")})
        assert unknown.status_code == 400
        assert (await lena.post(PAGE, data=form | {"lines": "a"})).status_code == 415


async def test_the_state_of_the_training_and_a_message_that_is_tried(world: World) -> None:
    async with world.services.database.brand(world.brand.id) as connection:
        for category, texts in EXAMPLES.items():
            await store.add_examples(connection, texts, category=category, language="pl", staff=None, now=world.at)
    async with await enter(world) as lena:
        page = (await lena.get(PAGE)).text
        assert "wkrótce się nauczy" in page
        form = {"csrf": csrf(page), "brand": "seans", "language": "pl", "message": "kurier nie przywiózł lampa"}
        assert "Bot nie rozpoznaje jeszcze kategorii" in (await lena.post(f"{PAGE}/try", data=form)).text
        assert await process.teach(world.services.database, world.brand.id, world.clock)
        page = (await lena.get(PAGE)).text
        assert "działa</span>" in page
        assert "60 przykładów" in page
        assert "Trafna kategoria przykładów odłożonych na próbę" in page
        page = (await lena.post(f"{PAGE}/try", data=form | {"message": "kurier nie przywiózł a@b.example"})).text
        assert "<li>Dostawa" in page
        assert "Wersja 1;" in page
        assert "a@b.example" not in page
        assert len(await written(world)) == 60  # what is tried is stored nowhere
        world.later(minutes=1)
        async with world.services.database.brand(world.brand.id) as connection:
            await store.add_examples(
                connection, [MaskedText("nowy")], category="zwroty", language="pl", staff=None, now=world.at
            )
        assert "wkrótce się nauczy" in (await lena.get(PAGE)).text


async def test_agents_and_other_brands_stay_out(world: World) -> None:
    async with await enter(world, "agent", "Iga") as iga:
        page = (await iga.get("/desk")).text
        assert PAGE not in page
        assert (await iga.get(PAGE)).status_code == 403
        form = {"csrf": csrf(page), "brand": "seans", "language": "pl", "category": "dostawa", "lines": "a"}
        assert (await iga.post(PAGE, data=form, files={"file": ("", b"")})).status_code == 403
        assert (await iga.post(f"{PAGE}/try", data=form | {"message": "a"})).status_code == 403
    async with await world.enter(await world.hire("Ola", {world.other.id: "admin"})) as ola:
        page = (await ola.get(f"{PAGE}?brand=seans")).text
        assert 'name="brand" value="seans"' not in page
        sent = form | {"csrf": csrf(page)}
        assert (await ola.post(PAGE, data=sent, files={"file": ("", b"")})).status_code == 404
    assert await written(world) == []


async def test_words_that_the_law_forbids_to_learn_from_are_left_out(world: World) -> None:
    begun = await world.begin("jak sparować odbiornik bez pilota")
    await begun.change(
        "insert into unanswered (brand_id, conversation_id, message_id, at)"
        " select brand_id, conversation_id, id, at + %(later)s from message where conversation_id = %(id)s",
        later=timedelta(0),
    )
    await begun.change("update message set answers = arrival where conversation_id = %(id)s")
    async with await enter(world) as lena:
        page = (await lena.get(PAGE)).text
        form = {"csrf": csrf(page), "brand": "seans", "language": "pl", "category": "dostawa"}
        lines = "jak sparować odbiornik bez pilota\nmoje własne słowa"
        done = await lena.post(PAGE, data=form | {"lines": lines}, files={"file": ("", b"")})
        assert "1 pominięto" in (await lena.get(done.headers["location"])).text
    assert await written(world) == [("dostawa", "moje własne słowa")]


async def test_a_category_asks_for_a_code_or_does_not(world: World) -> None:
    async def level() -> dict[str, Level]:
        async with world.services.database.brand(world.brand.id) as connection:
            return await identity.read_levels(connection)

    async with await enter(world) as lena:
        page = (await lena.get(PAGE)).text
        assert "Nie ma serwera poczty" in page
        form = {"csrf": csrf(page), "brand": "seans", "category": "dostawa"}
        done = await lena.post(f"{PAGE}/level", data=form | {"level": "code"})
        assert "klient będzie proszony o kod" in (await lena.get(done.headers["location"])).text
        assert await level() == {"dostawa": Level.CODE}
        assert (await lena.post(f"{PAGE}/level", data=form | {"category": "inna", "level": "code"})).status_code == 400
        world.later(minutes=11)
        away = await lena.post(f"{PAGE}/level", data=form | {"level": "none"})
        assert away.headers["location"].startswith("/desk/confirm?next=")
        assert await level() == {"dostawa": Level.CODE}
