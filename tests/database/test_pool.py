"""A transaction that takes too long is given up, and its connection serves the next one."""

from __future__ import annotations

import psycopg
import pytest

from okienko.database.pool import Database, DatabaseAway
from okienko.database.urls import Urls

pytestmark = pytest.mark.anyio

LOCK = "select pg_advisory_xact_lock(7)"


async def wait_for_lock(database: Database) -> None:
    async with database.shared(longest=0.2) as connection:
        await connection.execute("insert into seen (connection_id, key, at) values ('x', 'x', now())")
        await connection.execute(LOCK)


async def test_what_takes_too_long_is_given_up_and_leaves_nothing(database_urls: Urls) -> None:
    with psycopg.connect(database_urls.owner) as other:
        other.execute(LOCK)
        async with await Database.open(database_urls.app, size=1) as database:
            with pytest.raises(DatabaseAway, match="longer than"):
                await wait_for_lock(database)
            other.rollback()
            async with database.shared() as connection:
                await connection.execute(LOCK)
                assert await (await connection.execute("select count(*) from seen")).fetchone() == (0,)


async def test_a_time_limit_of_the_callers_own_is_the_callers(database_urls: Urls) -> None:
    async with await Database.open(database_urls.app, size=1) as database:
        with pytest.raises(TimeoutError, match="the caller's"):
            async with database.shared():
                raise TimeoutError("the caller's")
