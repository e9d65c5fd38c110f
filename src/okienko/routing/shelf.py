"""The routers of all brands, in memory, as fresh as the database says they should be."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog

from okienko.database.pool import Database, DatabaseAway
from okienko.log import describe
from okienko.routing.model import NotAModel, Router, from_bytes
from okienko.routing.store import read_router
from okienko.values import BrandId

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Shelved:
    """A router and its version; None where a brand has too few examples for one."""

    version: int
    router: Router | None


NOTHING = Shelved(0, None)


class Routers:
    """One router a brand. Of the event loop that uses it; other processes have shelves of their own."""

    def __init__(self) -> None:
        self._kept: dict[BrandId, Shelved] = {}
        self._reading: dict[BrandId, asyncio.Task[None]] = {}

    def get(self, database: Database, brand_id: BrandId, version: int) -> Shelved:
        """The router of a brand, or the one before while version `version` is being read: nobody waits for it."""
        kept = self._kept.get(brand_id, NOTHING)
        if kept.version < version and brand_id not in self._reading:
            self._reading[brand_id] = asyncio.create_task(self._read(database, brand_id))
        return kept

    async def settle(self) -> None:
        """Waits for what is being read now."""
        if self._reading:
            await asyncio.wait(self._reading.values())

    async def _read(self, database: Database, brand_id: BrandId) -> None:
        try:
            async with database.brand(brand_id) as connection:
                version, model = await read_router(connection, brand_id)
            self._kept[brand_id] = Shelved(version, None if model is None else await asyncio.to_thread(_open, model))
        except DatabaseAway as error:
            log.warning("database_away", **describe(error))
        finally:
            del self._reading[brand_id]


def _open(model: bytes) -> Router | None:
    try:
        return from_bytes(model)
    except NotAModel as error:  # of another version of okienko: it is trained again soon
        log.warning("router_unread", **describe(error))
        return None
