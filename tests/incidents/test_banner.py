"""What is said about incidents on pages that anybody may read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from okienko.articles import pages as articles
from okienko.articles.pages import Hit
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.incidents import store
from okienko.incidents.incident import Incident
from okienko.incidents.live import Notices
from okienko.values import Brand, Language
from tests.desk_world import World, open_world

pytestmark = pytest.mark.anyio

NOTICE = "Na telewizorach filmy się nie włączają."


async def _find(_brand: Brand, _language: Language, _words: str, _category: str | None) -> Sequence[Hit]:
    return ()


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        world.app.router.routes.extend(articles.routes(_find))
        notices = Notices(world.services.database, world.services.clock)
        world.app.state.services = replace(world.services, notices=notices.read)
        yield world


async def declare(world: World, **conditions: Sequence[str]) -> None:
    now = world.at
    incident = Incident(
        broke="TV",
        since=now - timedelta(minutes=1),
        until=now + timedelta(hours=1),
        notice={"pl": NOTICE, "en": "Films do not start on TVs."},
        languages=["pl"] if conditions.get("languages") else [],
        channels=conditions.get("channels", ()),
    )
    async with world.services.database.brand(world.brand.id) as connection:
        await store.declare(connection, world.brand.id, incident, id_=new_id(now), staff_id=None, now=now)


async def _read(world: World) -> dict[str, bool]:
    """Where the notice stands."""
    door = world.doors[world.brand.id]
    async with world.browser() as browser:
        pages = {
            "window": (await browser.get(f"/chat/{door}?lang=pl")).text,
            "asked again": (await browser.get(f"/chat/{door}/incidents?lang=pl")).text,
            "help": (await browser.get("/help/seans/pl/")).text,
            "english help": (await browser.get("/help/seans/en/")).text,
            "another brand": (await browser.get("/help/kramik/pl/")).text,
        }
    assert 'role="status"' in pages["help"]
    return {name: NOTICE in page or "Films do not start" in page for name, page in pages.items()}


async def test_it_stands_on_public_pages_while_it_runs_and_a_few_seconds_longer_at_most(world: World) -> None:
    await declare(world)
    everywhere = {"window": True, "asked again": True, "help": True, "english help": True, "another brand": False}
    assert await _read(world) == everywhere
    world.clock.at += timedelta(hours=1)
    assert not any((await _read(world)).values())


async def test_whom_it_does_not_concern_does_not_see_it(world: World) -> None:
    await declare(world, languages=["pl"], channels=["webhook"])
    shown = await _read(world)
    assert shown["help"], "on a page no channel is known, and what is not known excludes nobody"
    assert not any(shown[name] for name in ("window", "asked again", "english help", "another brand"))
