"""Seans and its help centre, in a database of one's own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from okienko.database.urls import Urls
from tests.web_world import World, open_world


@pytest.fixture
async def world(database_urls: Urls) -> AsyncIterator[World]:
    async with open_world(database_urls) as world:
        yield world
