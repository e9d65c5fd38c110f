"""Seans, in a database and on a port of one's own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from okienko.database.urls import Urls
from tests.web_world import Site, World, open_world, serve


@pytest.fixture
async def world(database_urls: Urls) -> AsyncIterator[World]:
    async with open_world(database_urls) as world:
        yield world


@pytest.fixture
async def site(world: World) -> AsyncIterator[Site]:
    async with serve(world) as site:
        yield site
