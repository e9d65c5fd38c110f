"""A desk with the pages of tokens and the API on it, and an administrator."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2
import pytest

from okienko.api import pages
from okienko.api.scenarios import pages as scenarios
from okienko.database.urls import Urls
from okienko.values import Brand, StaffId
from tests.desk_world import ACCOUNT, World, csrf, open_world

PAGE: Final = "/desk/api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The API under test."""

    world: World
    admin: StaffId  # of the first brand

    async def make(
        self,
        *scopes: str,
        brand: Brand | None = None,
        staff: StaffId | None = None,
        until: str = "2026-12-01",
    ) -> str:
        """A token, made on the page; with all scopes where none is named."""
        form = {"brand": (brand or self.world.brand).slug, "name": "Git", "until": until}
        form |= dict.fromkeys(scopes or ("scenarios:read", "scenarios:write"), "yes")
        async with await self.world.enter(staff or self.admin) as browser:
            page = await browser.post(PAGE, data={**form, "csrf": csrf((await browser.get(PAGE)).text)})
        found = re.search(r'id="made" value="([^"]+)"', page.text)
        assert found is not None, page.text
        return found[1]

    async def ask(self, method: str, path: str, token: str, body: str | bytes = "", **headers: str) -> httpx2.Response:
        """A request of a program; `if_match` is the header's name."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.world.browser() as browser:
            return await browser.request(
                method, path, content=body, headers={"authorization": f"Bearer {token}", **sent}
            )


@pytest.fixture
async def api(database_urls: Urls, tmp_path: Path) -> AsyncIterator[Api]:
    """Two brands on a database of this test's own; Adam administers the first."""
    async with open_world(database_urls, tmp_path) as world:
        world.app.router.routes.extend([*pages.routes(), *scenarios.routes()])
        await world.publish(ACCOUNT)
        yield Api(world=world, admin=await world.hire("Adam", {world.brand.id: "admin"}))
