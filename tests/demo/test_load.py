"""The demo in a database: filled once, refilled on demand, never beside somebody's own brands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

import pytest

from okienko.brands.store import add_brand, read_doors
from okienko.conversations.store.desk import list_conversations
from okienko.conversations.store.threads import read_visible
from okienko.database.ids import new_id
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.demo.load import FOLDER, OtherBrands, find_door, invite, load
from okienko.demo.world import SLUGS, read_plan
from okienko.keys import Keys
from okienko.values import BrandId, ConversationId, StaffId

pytestmark = pytest.mark.anyio

NOW: Final = datetime(2026, 11, 25, 13, 30, tzinfo=UTC)
SITE: Final = "http://127.0.0.1:8700"
KEYS: Final = Keys(operator=bytes(32), index=bytes(range(32)))

# Words that are cited must stand in the version that is cited.
MISQUOTED: Final = """
select c.article_id, c.quote from citation c
left join article_version v on v.brand_id = c.brand_id and v.article_id = c.article_id
  and v.language = c.article_language and v.version = c.article_version
where v.body is null or strpos(v.body, c.quote) = 0 or v.title <> c.title or v.published_at <> c.published
"""
UNCITED: Final = """
select m.id from message m where m.kind = 'answer' and not exists (
  select from citation c where c.conversation_id = m.conversation_id and c.message_id = m.id)
"""
UNFINISHED: Final = """
select conversation_id from lane where arrived <> answered
union all select conversation_id from outbox where state <> 'sent'
union all select m.conversation_id from message m join lane l using (conversation_id) where m.arrival > l.arrived
"""
DISORDER: Final = """
select conversation_id from (
  select conversation_id, arrival, row_number() over (partition by conversation_id order by id) as nth
  from message where author = 'customer') m
where arrival <> nth
"""
LATER: Final = "select id from message where at > %(now)s::timestamptz"
STALE: Final = "select id from article where review_on < %(today)s::date order by id"


@pytest.fixture
async def database(database_urls: Urls) -> AsyncIterator[Database]:
    """An empty database."""
    opened = await Database.open(database_urls.app)
    yield opened
    await opened.close()


async def ask(database: Database, brand: BrandId, query: LiteralString) -> list[tuple[object, ...]]:
    """The rows of a query inside a brand."""
    async with database.brand(brand) as connection:
        return await (await connection.execute(query, {"now": NOW, "today": NOW.date()})).fetchall()


async def test_a_second_load_changes_nothing(database: Database) -> None:
    first = await load(database, KEYS, now=NOW, site=SITE)
    assert first.fresh
    assert set(first.brands) == set(SLUGS)
    assert 40 <= first.articles <= 48
    assert first.stale == 3
    assert 200 <= first.conversations <= 240
    second = await load(database, KEYS, now=NOW + timedelta(hours=1), site=SITE)
    assert second == replace(first, fresh=False)


async def test_the_past_is_consistent(database: Database) -> None:
    loaded = await load(database, KEYS, now=NOW, site=SITE)
    stale: list[object] = []
    for brand in loaded.brands.values():
        for query in (MISQUOTED, UNCITED, UNFINISHED, DISORDER, LATER):
            assert await ask(database, brand, query) == []
        stale += [row[0] for row in await ask(database, brand, STALE)]
    assert stale == ["cennik-dla-sprzedajacych", "aktualizacja-aplikacji", "okres-probny"]


async def test_the_desk_has_something_in_every_view(database: Database) -> None:
    loaded = await load(database, KEYS, now=NOW, site=SITE)
    nobody = StaffId(UUID(int=0))
    later = NOW + timedelta(seconds=1)
    for brand in loaded.brands.values():
        async with database.brand(brand) as connection:
            for view in ("waiting", "bot", "closed"):
                rows = await list_conversations(connection, view, staff_id=nobody, before=later, limit=500)
                assert rows
            everything = await list_conversations(connection, "all", staff_id=nobody, before=later, limit=500)
            assert {row.agent for row in everything} >= {"Ola", None}
            shown = await read_visible(connection, ConversationId(everything[0].id))
            assert shown is not None
            assert shown.messages


async def test_doors_open_and_replies_follow_the_port(database: Database) -> None:
    await load(database, KEYS, now=NOW, site=SITE)
    await load(database, KEYS, now=NOW, site="http://127.0.0.1:9000")
    async with database.shared() as connection:
        doors = {door.id: door for door in await read_doors(connection)}
    assert set(doors) == {find_door(slug, channel) for slug in SLUGS for channel in ("webchat", "webhook")}
    assert doors[find_door("kramik", "webhook")].reply_url == "http://127.0.0.1:9000/demo/replies"
    assert doors[find_door("kramik", "webchat")].reply_url is None


async def test_reset_begins_anew(database: Database) -> None:
    first = await load(database, KEYS, now=NOW, site=SITE)
    again = await load(database, KEYS, now=NOW, site=SITE, reset=True)
    assert again == replace(first, brands=again.brands)
    assert set(first.brands.values()).isdisjoint(again.brands.values())
    for brand in first.brands.values():
        for table in ("article", "conversation", "person", "connection", "lane", "outbox", "staff_role"):
            async with database.brand(brand) as connection:
                query: LiteralString = f"select 1 from {table} where brand_id = current_brand()"
                assert await (await connection.execute(query)).fetchall() == []


async def test_somebodys_own_brands_are_left_alone(database: Database) -> None:
    own = BrandId(new_id(NOW))
    plan = read_plan((FOLDER / "kramik" / "brand.yaml").read_text("utf-8"))
    async with database.brand(own) as connection:
        await add_brand(connection, replace(plan, slug="wlasna").found(own), NOW)
    with pytest.raises(OtherBrands, match="wlasna"):
        await load(database, KEYS, now=NOW, site=SITE, reset=True)
    async with database.shared() as connection:
        assert await (await connection.execute("select slug from brand")).fetchall() == [("wlasna",)]


async def test_nobody_has_a_password_and_one_link_works(database: Database) -> None:
    await load(database, KEYS, now=NOW, site=SITE)
    async with database.shared() as connection:
        assert await (await connection.execute("select count(password) from staff")).fetchone() == (0,)
    link = await invite(database, now=NOW, site="http://localhost:8700")
    assert link is not None
    assert link.startswith("http://localhost:8700/desk/welcome/")
