"""Sources of facts at the desk: a table imported, an address named, tried, removed; by administrators alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from okienko.audit.store import list_log
from okienko.database.urls import Urls
from okienko.facts import Facts
from okienko.http import Answered
from okienko.lookups import pages, store
from okienko.staff.store import Role
from okienko.values import Failed
from tests.desk_world import World, csrf, open_world

pytestmark = pytest.mark.anyio

PAGE = "/desk/lookups"
TABLE = "number,mail,state\nKR-2026-118,jan@poczta.example,w drodze do jan@poczta.example\n"


class Shop:
    """The brand's own system."""

    async def get(self, address: str, *, most_bytes: int, headers: Mapping[str, str]) -> Answered | Failed:
        assert (most_bytes > 0, address) == (True, "https://api.shop.example/KR%2F1")
        assert headers["Authorization"] == "Bearer xyz"
        return Answered(status=200, headers={}, body=b'{"order": {"state": "paid"}}')


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        given = world.services
        settings = replace(given.settings, lookup_hosts=("api.shop.example:443",))
        world.app.state.services = replace(given, settings=settings)
        facts = Facts(
            database=given.database,
            keys=given.keys,
            clock=given.clock,
            sources=Shop(),
            hosts=settings.lookup_hosts,
        )
        world.app.router.routes.extend(pages.routes(pages.Facts(try_out=facts.try_out, load=facts.load)))
        yield world


async def _enter(world: World, role: Role = "admin") -> httpx2.AsyncClient:
    return await world.enter(await world.hire("Adam", {world.brand.id: role}))


async def _load(browser: httpx2.AsyncClient, text: str, **fields: str) -> httpx2.Response:
    form = {"csrf": csrf((await browser.get(PAGE)).text), "brand": "seans", "name": "orders", "keys": "number"}
    form |= {"owner": "mail", "proof": "none"} | fields
    return await browser.post(f"{PAGE}/table", data=form, files={"file": ("o.csv", text.encode())})


async def test_a_table_is_imported_tried_and_removed(world: World) -> None:
    async with await _enter(world) as adam:
        bad = await _load(adam, TABLE + "KR-2026-118,jan@poczta.example,x\n")
        assert (bad.status_code, "line 3: line 2 is found by the same" in bad.text) == (422, True)
        done = await _load(adam, TABLE)
        page = (await adam.get(done.headers["location"])).text
        assert "tabela: 1 wiersz" in page
        assert "poczta.example" not in page
        form = {"csrf": csrf(page), "brand": "seans", "source": "orders"}
        tried = (await adam.post(PAGE, data={**form, "do": "try", "value-number": "kr2026118"})).text
        assert "w drodze do [e-mail]" in tried
        tried = (await adam.post(PAGE, data={**form, "do": "try", "value-number": "KR-1"})).text
        assert "Niczego takiego nie ma." in tried
        gone = await adam.post(PAGE, data={**form, "do": "remove"})
        assert "usunięte" in (await adam.get(gone.headers["location"])).text
    async with world.services.database.brand(world.brand.id) as connection:
        assert await store.list_sources(connection) == []
        acts = [line.payload.action for line in await list_log(connection, limit=5)]
    assert [act for act in acts if act.startswith("lookup")] == ["lookup-removed", "lookup-saved"]


async def test_an_address_is_named_with_a_secret_that_is_never_shown(world: World) -> None:
    async with await _enter(world) as adam:
        page = (await adam.get(PAGE)).text
        form = {
            "csrf": csrf(page),
            "brand": "seans",
            "do": "address",
            "name": "orders",
            "url": "https://api.shop.example/{number}",
            "paths": "state: order.state",
            "proof": "none",
            "header": "Authorization",
            "secret": "Bearer xyz",
            "seconds": "2",
        }
        other = await adam.post(PAGE, data={**form, "url": "https://inne.example/{number}"})
        assert (other.status_code, "Tego serwera nie ma na liście operatora" in other.text) == (422, True)
        assert "xyz" not in other.text
        done = await adam.post(PAGE, data=form)
        page = (await adam.get(done.headers["location"])).text
        assert "api.shop.example/{number}" in page
        assert "xyz" not in page
        again = await adam.post(PAGE, data=form)
        assert "Marka ma już źródło o tej nazwie" in again.text
        tried = {"csrf": csrf(page), "brand": "seans", "do": "try", "source": "orders", "value-number": "KR/1"}
        assert "paid" in (await adam.post(PAGE, data=tried)).text


async def test_sec_06_administrators_alone_and_no_other_brand(world: World) -> None:
    async with await _enter(world, "lead") as lead:
        assert (await lead.get(PAGE)).status_code == 403
