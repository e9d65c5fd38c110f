"""The scratch copy: what it holds, what it does not, and that its source is not touched; and what may be recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from okienko.answers.store import read_published
from okienko.articles.drafts import Draft
from okienko.audit.store import list_log
from okienko.cli.rehearse import record_evening
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.keys import Keys
from okienko.rehearsal import scratch, store
from tests.conftest import Cluster
from tests.desk_world import World, open_world
from tests.radar.test_watch import ask

pytestmark = pytest.mark.anyio

ARTICLE = Draft(
    id="kod",
    language="pl",
    category="konto",
    category_name="Konto",
    title="Kod z telewizora",
    description="Jak zalogować telewizor kodem.",
    body="Na ekranie telewizora widać kod. Kod działa 10 minut.",
    owner="Zespół",
    review_on=None,
)


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        await world.publish(ARTICLE)
        yield world


async def test_a_copy_holds_what_the_brand_published_and_nobody(world: World, cluster: Cluster, tmp_path: Path) -> None:
    await ask(world, "czy wysyłacie za granicę")
    async with world.services.database.brand(world.brand.id) as connection:
        copy = await scratch.read_brand(connection, world.brand.id, until=world.at + timedelta(hours=1))
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            await connection.execute("update brand set name = 'x'")
    with cluster.database(f"scratch_{uuid4().hex}") as urls:
        name = urls.owner.rpartition("/")[2].partition("?")[0]
        superuser = cluster.server.superuser.replace("/postgres?", f"/{name}?")
        scratch.write_brand(superuser, copy)
        keys = Keys.open(tmp_path / "scratch-keys")
        await scratch.open_door(urls, keys, copy.brand)
        await scratch.live_through(urls, keys, copy.brand, copy.past)
        customers = await scratch.begin(urls, keys, copy.brand, {"k1": "pl", "k2": "en"})
        async with await Database.open(urls.app, size=1) as database, database.brand(copy.brand) as connection:
            (article,) = await read_published(connection, copy.brand)
            said = await (
                await connection.execute("select author, text from message where author = 'customer'")
            ).fetchall()
            people = await (await connection.execute("select count(*) from identity")).fetchall()
            open_ = await (await connection.execute("select count(*) from unresolved")).fetchall()

    assert article.title == "Kod z telewizora"
    assert said == [("customer", "czy wysyłacie za granicę")]
    assert people == [(0,)]
    assert open_ == [(1,)]
    assert len({customer.conversation for customer in customers.values()}) == 2


async def test_words_are_recorded_only_where_the_law_lets_them_serve(world: World) -> None:
    await ask(world, "czy wysyłacie za granicę")
    async with world.services.database.brand(world.brand.id) as connection:
        since, until = world.at - timedelta(hours=1), world.at + timedelta(hours=1)
        (nowhere,) = await store.record(connection, since=since, until=until, limit=9)
    await world.move("us")
    async with world.services.database.brand(world.brand.id) as connection:
        (there,) = await store.record(connection, since=since, until=until, limit=9)
        later = await store.record(connection, since=until, until=until + timedelta(hours=1), limit=9)

    assert nowhere.text is None
    assert there.text == "czy wysyłacie za granicę"
    assert nowhere.at == there.at
    assert later == []


async def test_that_an_evening_was_recorded_is_on_record(world: World, database_urls: Urls) -> None:
    await ask(world, "czy wysyłacie za granicę")
    since, until = world.at - timedelta(hours=1), world.at + timedelta(hours=1)
    written = await record_evening(database_urls, world.brand.slug, since=since, until=until)
    async with world.services.database.brand(world.brand.id) as connection:
        said = [line.payload for line in await list_log(connection, limit=10)]

    assert len(written) == 1
    assert said[0].action == "evening-recorded"
    assert "messages=1" in said[0].detail
    assert "2026-09-21T08:00Z" in said[0].detail


async def test_what_became_of_a_conversation_is_read(world: World) -> None:
    begun = await ask(world, "czy wysyłacie za granicę", "no to na Wenus")
    async with world.services.database.brand(world.brand.id) as connection:
        (became,) = await store.read_outcomes(connection, [begun.id])

    assert became.handed_over
    assert not became.article
    assert not became.incident
