"""The desk with its pages of incidents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from okienko.alike import read_features
from okienko.answers.shelf import Shelf
from okienko.database.urls import Urls
from okienko.incidents import pages
from okienko.quoting import Quoting
from tests.articles.conftest import site
from tests.desk_world import World, open_world

__all__ = ["site"]


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        bot = Quoting(database=world.services.database, shelf=Shelf())
        world.app.router.routes.extend(pages.routes(read_features, bot.list_quoted))
        yield world
