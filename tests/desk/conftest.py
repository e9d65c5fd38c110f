"""The desk's world for every test of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from okienko.database.urls import Urls
from tests.desk_world import World, open_world


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    """Two brands on a database of this test's own."""
    async with open_world(database_urls, tmp_path) as world:
        yield world
