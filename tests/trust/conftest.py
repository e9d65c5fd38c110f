"""A whole house for each test that goes through all of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from okienko.database.urls import Urls
from tests.trust.house import House, open_house


@pytest.fixture
async def house(database_urls: Urls, tmp_path: Path) -> AsyncIterator[House]:
    """Everything, in a database of this test's own."""
    async with open_house(database_urls, tmp_path) as house:
        yield house
