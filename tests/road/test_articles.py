"""What the worker does for articles by itself: review dates pass, sources are read, links only where wanted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from okienko.answers.store import read_published
from okienko.articles.drafts import Defaults
from okienko.articles.sources.store import add_source
from okienko.articles.store import Policy, import_articles, set_policy
from okienko.database.ids import new_id
from okienko.http import Answered, Failed
from tests.road.conftest import ARTICLES, World

pytestmark = pytest.mark.anyio


@dataclass
class Site:
    """Every page is there; remembers which were asked for."""

    asked: list[str] = field(default_factory=list[str])

    async def get(self, address: str, *, most_bytes: int) -> Answered | Failed:
        self.asked.append(address)
        return Answered(status=200, headers={}, body=b"x"[:most_bytes])


async def published(world: World) -> list[str]:
    async with world.database.brand(world.brand.id) as connection:
        return [article.id for article in await read_published(connection, world.brand.id)]


async def test_a_worker_reads_what_is_due_and_follows_links_only_where_it_is_wanted(
    world: World, tmp_path: Path
) -> None:
    today = world.clock().date()
    (tmp_path / "nowy.md").write_text("# Nowy\n\n[Sklep](https://sklep.example/)")
    async with world.database.brand(world.brand.id) as connection:
        await set_policy(connection, world.brand.id, Policy(propose_questions=False, when_overdue="withhold"))
        await import_articles(connection, world.brand.id, [replace(ARTICLES[0], review_on=today)], now=world.clock())
        await add_source(
            connection,
            world.brand.id,
            source_id=new_id(world.clock()),
            location=str(tmp_path),
            defaults=Defaults(category="pomoc", language="pl"),
            every_hours=24,
            now=world.clock(),
        )
    before = await published(world)
    await world.worker.read_sources()
    assert await published(world) == before  # nobody has given it anything to read with

    site = Site()
    world.worker.pages = site
    await world.worker.read_sources()
    await world.worker.tend_articles()
    assert await published(world) == sorted([*before, "nowy"])
    assert site.asked == []
    world.worker.follow_links = True
    world.clock.move(timedelta(days=2).total_seconds())
    await world.worker.tend_articles()
    assert await published(world) == sorted({*before, "nowy"} - {ARTICLES[0].id})  # past its review date
    assert site.asked == ["https://sklep.example/"]
