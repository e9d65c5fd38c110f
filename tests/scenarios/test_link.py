"""A link to the window offers a scenario first: one that says that a link may begin it, and runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from okienko.answers.shelf import Shelf
from okienko.app import build_pages
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.scenarios import store
from okienko.scenarios.files import read_texts
from okienko.scenarios.publish import publish
from tests.desk_world import ACCOUNT, World, open_world

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        await world.publish(ACCOUNT)
        yield world


async def _publish(world: World, name: str, category: str) -> None:
    body = read_texts()[name].replace(f"category: {category}", "category: konto")
    async with world.services.database.brand(world.brand.id) as connection:
        await store.save(connection, world.brand.id, name, body, base=None, staff_id=None, now=world.at)
        (version,) = await store.read_versions(connection, world.brand.id, name)
        await publish(connection, world.brand, version, publication=new_id(world.at), staff_id=None, now=world.at)


async def test_a_link_offers_what_it_may_begin_and_nothing_else(world: World) -> None:
    await _publish(world, "order-status", "orders")  # has `link: true`
    await _publish(world, "delivery-problem", "delivery")  # has not
    pages = build_pages(world.services, Shelf())
    transport = httpx2.ASGITransport(app=pages)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as browser:
        window = f"/chat/{world.doors[world.brand.id]}"
        offered = (await browser.get(f"{window}?start=order-status&lang=pl")).text
        assert "scenario:order-status" in offered
        assert "Stan zamówienia" in offered
        for other in ("", "?start=delivery-problem", "?start=nothing", "?start=%27%3Cb%3E", "?start=" + "x" * 5000):
            page = await browser.get(window + other)
            assert (page.status_code, "scenario:" in page.text) == (200, False)
        async with world.services.database.brand(world.brand.id) as connection:
            await store.withdraw(
                connection,
                world.brand.id,
                "order-status",
                publication=new_id(world.at),
                staff_id=None,
                now=world.at,
            )
        assert "scenario:" not in (await browser.get(f"{window}?start=order-status")).text
