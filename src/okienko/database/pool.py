"""Connections and transactions. One transaction belongs to one brand; row-level security sees no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final, LiteralString, Self

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from okienko.values import BrandId, OperatorError

Connection = psycopg.AsyncConnection[TupleRow]

# Seconds that a transaction may take, with the wait for a connection: one that broke in the middle may leave its reader
# waiting for ever. What customers and agents wait for takes a fraction of a second.
LONGEST: Final = 5.0
LONGEST_WORK: Final = 600.0  # of what nobody waits for at a window: an import, an index, upkeep

BY_KEY: Final = """
select set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
  set_config('enable_bitmapscan', 'off', true)
"""
SET_BRAND: Final = "select set_config('okienko.brand', %(brand)s, true)"


class DatabaseAway(OperatorError):
    """The database cannot be reached now. Nothing was stored; the caller may try again."""


async def _prepare(connection: psycopg.AsyncConnection[TupleRow]) -> None:
    """A database of one's own may give us one powerful account: we still work as the role that sees one brand."""
    await connection.set_autocommit(True)
    await connection.execute("set search_path = okienko")
    row = await (await connection.execute("select current_user = 'okienko_app'")).fetchone()
    if row is not None and not row[0]:
        await connection.execute("set role okienko_app")


class Database:
    """A pool of connections that work as `okienko_app`."""

    def __init__(self, pool: AsyncConnectionPool[Connection]) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, url: str, *, size: int = 8) -> Self:
        """Opens up to `size` connections. Raises `DatabaseAway` when none can be had within ten seconds."""
        pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=size,
            open=False,
            configure=_prepare,
            max_idle=60,
            reconnect_timeout=0,
            name="okienko",
        )
        try:
            await pool.open(wait=True, timeout=10)
        except psycopg.Error:
            await pool.close()
            raise DatabaseAway("the database did not answer within ten seconds") from None
        return cls(pool)

    async def close(self) -> None:
        """Gives all connections back."""
        await self._pool.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def brand(self, brand_id: BrandId, *, longest: float = LONGEST) -> AsyncGenerator[Connection]:
        """One transaction of one brand. Raises `DatabaseAway`, also when it takes longer than `longest` seconds."""
        async with self.shared(longest=longest) as connection:
            await connection.execute(SET_BRAND, {"brand": str(brand_id)})
            yield connection

    @asynccontextmanager
    async def shared(self, *, longest: float = LONGEST) -> AsyncGenerator[Connection]:
        """One transaction outside any brand: settings, staff, and tables that hold identifiers only."""
        async with self._connection(longest) as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def pipeline(self) -> AsyncGenerator[Connection]:
        """One transaction that travels to the database and back once. For the road's grouped commits.

        Only what is written travels so: a read that waits in the middle of a pipeline was seen to hang for good when
        the server was killed under it (`tests/faults`), beyond every time limit.

        Reading a result sends what has been gathered so far and waits; results that are not needed inside the block
        are best read after it. Its statements find their rows by key; a plan that reads a whole table is never right
        for them, however small the table was at the last count.
        """
        async with self._connection() as connection, connection.pipeline(), connection.transaction():
            await connection.execute(BY_KEY)
            yield connection

    async def execute(self, statement: LiteralString, parameters: Mapping[str, object]) -> None:
        """One statement by itself, outside any brand: a notification."""
        async with self._connection() as connection:
            await connection.execute(statement, parameters)

    @asynccontextmanager
    async def _connection(self, longest: float = LONGEST) -> AsyncGenerator[Connection]:
        broken = False
        limit = asyncio.timeout(longest)
        try:
            async with limit, self._pool.connection(timeout=LONGEST) as connection:
                try:
                    yield connection
                finally:
                    broken = connection.broken
        except PoolTimeout:
            raise DatabaseAway("the database does not answer") from None
        except TimeoutError:
            if not limit.expired():
                raise
            raise DatabaseAway(f"a transaction took longer than {longest:.0f} s") from None
        except psycopg.OperationalError:
            if not broken:
                raise  # a deadlock or a timeout: the caller's business
            with suppress(TimeoutError):
                async with asyncio.timeout(LONGEST):
                    await self._pool.check()  # the other idle connections broke with this one
            raise DatabaseAway("the database went away") from None
