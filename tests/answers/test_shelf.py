"""The index of a brand follows its articles; when it cannot, the one before goes on answering."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest

from okienko.answers.index import Index, search
from okienko.answers.shelf import Shelf
from okienko.answers.store import read_articles_version, read_published
from okienko.database.pool import Database, DatabaseAway
from okienko.database.urls import Urls
from okienko.values import Brand, BrandId

pytestmark = pytest.mark.anyio

NOW = datetime(2027, 3, 1, tzinfo=UTC)
ADD_BRAND = """
insert into brand (id, slug, name, language, languages, accent, timezone, hours, created_at)
values (%(brand)s, 'rowery', 'Rowery', 'pl', '{pl}', '#336699', 'UTC', '', %(now)s)
"""
ADD_ARTICLE = """
insert into article (brand_id, id, language, category, state, updated_at)
values (%(brand)s, %(id)s, 'pl', 'rowery', %(state)s, %(now)s)
"""
ADD_VERSION = """
insert into article_version (brand_id, article_id, language, version, title, body, published_at)
values (%(brand)s, %(id)s, 'pl', 1, %(id)s, %(body)s, %(now)s)
"""
BUMP = "update brand set articles_version = articles_version + 1 where id = %(brand)s"


async def publish(database: Database, brand: Brand, id_: str, body: str, state: str = "published") -> Brand:
    """Adds an article behind the shelf's back; the brand as it is then."""
    async with database.brand(brand.id) as connection:
        values = {"brand": brand.id, "id": id_, "body": body, "state": state, "now": NOW}
        for statement in (ADD_ARTICLE, ADD_VERSION, BUMP):
            await connection.execute(statement, values)
        return replace(brand, articles_version=await read_articles_version(connection, brand.id))


def found(index: Index, question: str) -> list[str]:
    return [hit.article.id for hit in search(index, question, language="pl")]


@pytest.fixture
async def database(database_urls: Urls) -> AsyncIterator[Database]:
    database = await Database.open(database_urls.app, size=4)
    yield database
    await database.close()


@pytest.fixture
async def brand(database: Database) -> Brand:
    brand = Brand(
        id=BrandId(uuid4()),
        slug="rowery",
        name="Rowery",
        language="pl",
        languages=("pl",),
        accent="#336699",
        timezone="UTC",
        hours="",
        allowed=(),
        origins=(),
        keep_months=12,
        articles_version=0,
    )
    async with database.shared() as connection:
        await connection.execute(ADD_BRAND, {"brand": brand.id, "now": NOW})
    return await publish(database, brand, "kaucja", "Kaucja wraca po dniu.")


async def test_reads_what_is_published(database: Database, brand: Brand) -> None:
    await publish(database, brand, "dawne", "Tego już nie ma.", state="withdrawn")
    async with database.brand(brand.id) as connection:
        (article,) = await read_published(connection, brand.id)
    assert (article.id, article.version, article.body, article.published) == ("kaucja", 1, "Kaucja wraca po dniu.", NOW)


async def test_the_next_answer_knows_the_new_article(database: Database, brand: Brand) -> None:
    shelf = Shelf()
    first = await shelf.get(database, brand)
    assert await shelf.get(database, brand) is first
    assert found(first, "kask") == []
    brand = await publish(database, brand, "kask", "Kask jest obowiązkowy.")
    assert found(await shelf.get(database, brand), "kask") == ["kask"]


async def test_many_who_ask_at_once_wait_for_one_build(database: Database, brand: Brand) -> None:
    shelf = Shelf()
    indexes = await asyncio.gather(*(shelf.get(database, brand) for _ in range(20)))
    assert len({id(index) for index in indexes}) == 1


CUT = """
select pg_terminate_backend(pid) from pg_stat_activity
where pid <> pg_backend_pid() and usename = current_user and datname = current_database()
"""


async def test_when_the_database_goes_away_the_last_index_answers(
    database: Database, brand: Brand, database_urls: Urls
) -> None:
    shelf = Shelf()
    index = await shelf.get(database, brand)
    newer = replace(brand, articles_version=99)
    async with await psycopg.AsyncConnection.connect(database_urls.app, autocommit=True) as knife:
        await knife.execute(CUT)
        assert await shelf.get(database, newer) is index
        assert await shelf.get(database, newer) is not index
        await knife.execute(CUT)
        with pytest.raises(DatabaseAway):
            await Shelf().get(database, brand)


async def test_a_failure_that_is_nobodys_absence_is_heard(
    database: Database, brand: Brand, database_urls: Urls
) -> None:
    shelf = Shelf()
    await shelf.get(database, brand)
    newer = replace(brand, articles_version=99)
    async with await psycopg.AsyncConnection.connect(database_urls.owner, autocommit=True) as owner:
        await owner.execute("alter table okienko.article rename to hidden")
        with pytest.raises(psycopg.errors.UndefinedTable):
            await shelf.get(database, newer)
        await owner.execute("alter table okienko.hidden rename to article")
    assert found(await shelf.get(database, newer), "kaucja") == ["kaucja"]
