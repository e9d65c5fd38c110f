"""Brands and doors as this process knows them: a copy in memory, at most two seconds old."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from okienko.brands import store
from okienko.database.pool import Database
from okienko.keys import Keys
from okienko.values import Brand, BrandId, Clock, Connection, ConnectionId

FRESH: Final = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One reading of the tables."""

    at: datetime
    brands: Mapping[BrandId, Brand]
    doors: Mapping[ConnectionId, Connection]


class Directory:
    """Looks brands and doors up without asking the database each time."""

    def __init__(self, database: Database, keys: Keys, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._known: Known | None = None
        self._reading = asyncio.Lock()

    async def read(self) -> Known:
        """All brands and doors, at most two seconds old. Raises `DatabaseAway`."""
        now = self._clock()
        if self._known is not None and now - self._known.at <= FRESH:
            return self._known
        async with self._reading:  # one reads for all that ask meanwhile
            if self._known is not None and now - self._known.at <= FRESH:
                return self._known
            async with self._database.shared() as connection:
                brands = await store.read_brands(connection)
                doors = await store.read_doors(connection)
            self._known = Known(
                at=now,
                brands={brand.id: brand for brand in brands},
                doors={
                    door.id: Connection(
                        id=door.id,
                        brand_id=door.brand_id,
                        channel=door.channel,
                        secret=await self._keys.unwrap_async(door.secret, store.seal_bound(door.id)),
                        reply_url=door.reply_url,
                        given=await store.open_given(self._keys, door.id, door.given),
                    )
                    for door in doors
                },
            )
        return self._known

    async def door(self, door: str) -> tuple[Connection, Brand] | None:
        """The open door of this id with its brand."""
        known = await self.read()
        connection = known.doors.get(ConnectionId(door))
        return None if connection is None else (connection, known.brands[connection.brand_id])

    async def brand(self, brand: BrandId) -> Brand:
        """The brand of this id. Raises `KeyError` when there is none."""
        return (await self.read()).brands[brand]

    async def brand_called(self, slug: str) -> Brand | None:
        """The brand with this slug."""
        return next((brand for brand in (await self.read()).brands.values() if brand.slug == slug), None)
