"""The scenarios of all brands, in memory, as fresh as the database says they should be."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from okienko.database.pool import Database, DatabaseAway
from okienko.log import describe
from okienko.scenarios.document import ScenarioRefused
from okienko.scenarios.read import read_scenario
from okienko.scenarios.scenario import Scenario
from okienko.scenarios.store import read_files, read_running
from okienko.values import BrandId

_PATIENCE: Final = 1.0  # seconds; a scenario is read in some thirty milliseconds

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """What may be played: every version that somebody is in, and which of them begin."""

    version: int = 0  # of the brand's publications
    scenarios: Mapping[tuple[str, int], Scenario] = field(default_factory=dict[tuple[str, int], Scenario])
    begins: Mapping[str, int] = field(default_factory=dict[str, int])


class Scenarios:
    """Of the event loop that uses it; other processes have shelves of their own."""

    def __init__(self) -> None:
        self._kept: dict[BrandId, Shelved] = {}
        self._reading: dict[BrandId, asyncio.Task[None]] = {}

    async def get(self, database: Database, brand_id: BrandId, version: int) -> Shelved:
        """The scenarios of a brand. Whoever asks first after a publication waits until it is read, for a moment.

        Where that takes longer, they get those before, except for the first time.
        """
        kept = self._kept.get(brand_id)
        if kept is not None and kept.version >= version:
            return kept
        if version == 0:
            return Shelved()
        reading = self._reading.get(brand_id)
        if reading is None:
            reading = self._reading[brand_id] = asyncio.create_task(self._read(database, brand_id))
        await (asyncio.shield(reading) if kept is None else asyncio.wait({reading}, timeout=_PATIENCE))
        return self._kept.get(brand_id, Shelved())

    async def fetch(self, database: Database, brand_id: BrandId, wanted: Iterable[tuple[str, int]]) -> Shelved:
        """The same with these versions, which somebody is in that began with them elsewhere a moment ago."""
        async with database.brand(brand_id) as connection:
            files = await read_files(connection, list(wanted))
        kept = self._kept.get(brand_id, Shelved())
        read = await asyncio.to_thread(_read_all, [(*key, body) for key, body in files.items()])
        self._kept[brand_id] = replace(kept, scenarios={**kept.scenarios, **read})
        return self._kept[brand_id]

    async def settle(self) -> None:
        """Waits for what is being read now."""
        if self._reading:
            await asyncio.wait(self._reading.values())

    async def _read(self, database: Database, brand_id: BrandId) -> None:
        try:
            async with database.brand(brand_id) as connection:
                version, files = await read_running(connection, brand_id)
            before = self._kept.get(brand_id, Shelved()).scenarios
            new = [(id_, number, body) for id_, number, body, _ in files if (id_, number) not in before]
            read = {**before, **await asyncio.to_thread(_read_all, new)}
            begins = {id_: number for id_, number, _, starts in files if starts and (id_, number) in read}
            # A version that somebody may just have begun with elsewhere stays, though nobody is in it by this reading.
            self._kept[brand_id] = Shelved(version=version, scenarios=read, begins=begins)
        except DatabaseAway as error:
            log.warning("database_away", **describe(error))
        finally:
            del self._reading[brand_id]


def _read_all(files: Iterable[tuple[str, int, str]]) -> dict[tuple[str, int], Scenario]:
    """Those that this okienko can read: one that was published by another version of it may be written otherwise."""
    read: dict[tuple[str, int], Scenario] = {}
    for id_, version, body in files:
        try:
            read[id_, version] = read_scenario(body)
        except ScenarioRefused:
            log.error("scenario_unreadable", count=1)
    return read
