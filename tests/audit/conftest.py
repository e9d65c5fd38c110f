"""A log of its own for a test: a database, a brand, and the one who owns the server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from okienko.audit.chain import Head, Problem
from okienko.audit.heads import SignedHead, public_key, sign
from okienko.audit.store import Actor, read_end, record
from okienko.auditing import Verdict, verify
from okienko.brands.store import add_brand
from okienko.database.ids import new_id
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.values import Brand, BrandId, StaffId
from tests.conftest import Cluster

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SECRET = bytes(range(32))
TRUSTED = {public_key(SECRET)}


def make_brand(slug: str) -> Brand:
    """A brand in Warsaw."""
    return Brand(
        id=BrandId(new_id(NOW)),
        slug=slug,
        name=slug.capitalize(),
        language="pl",
        languages=("pl", "en"),
        accent="#1f5f7a",
        timezone="Europe/Warsaw",
        hours="always",
        allowed=("pomoc@seans.example",),
        origins=(),
        keep_months=12,
        articles_version=0,
    )


@dataclass(frozen=True, kw_only=True)
class Log:
    """The log under test."""

    database: Database
    brand: Brand
    urls: Urls
    superuser: str

    async def act(self, times: int = 1, *, begin: int = 0) -> None:
        """Somebody reveals values, one a transaction and a minute."""
        actor = Actor(kind="staff", id=StaffId(uuid4()), role="agent")
        for number in range(begin, begin + times):
            async with self.database.brand(self.brand.id) as connection:
                await record(
                    connection,
                    "value-revealed",
                    by=actor,
                    brand=self.brand.id,
                    kind="value",
                    object=uuid4(),
                    now=NOW + timedelta(minutes=number),
                )

    async def sign_end(self, at: datetime = NOW) -> SignedHead:
        """A head as it lies outside."""
        async with self.database.shared() as connection:
            end = await read_end(connection)
        assert end is not None
        return sign(SECRET, Head(number=end.number, head=end.head, at=at))

    async def verify(self, *heads: SignedHead, now: datetime = NOW) -> Verdict:
        """Goes over it."""
        return await verify(self.database, [self.brand.id], heads=heads, trusted=TRUSTED, now=now)

    def tamper(self, *statements: str) -> None:
        """As the one whom no trigger stops."""
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            connection.execute("set search_path = okienko")
            connection.execute("set session_replication_role = replica")
            for statement in statements:
                connection.execute(statement.encode())


def found(problems: Sequence[Problem]) -> list[tuple[str, int, int]]:
    """What is wrong, without when."""
    return [(problem.what, problem.first, problem.last) for problem in problems]


@pytest.fixture
async def log(database_urls: Urls, cluster: Cluster) -> AsyncIterator[Log]:
    """An empty log of one brand."""
    brand = make_brand("seans")
    path = urlsplit(database_urls.app).path
    async with await Database.open(database_urls.app, size=10) as database:
        async with database.shared() as connection:
            await add_brand(connection, brand, NOW)
        superuser = urlsplit(cluster.server.superuser)._replace(path=path).geturl()
        yield Log(database=database, brand=brand, urls=database_urls, superuser=superuser)
