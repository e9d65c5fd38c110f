"""The indexes of all brands, in memory, as fresh as the database says they should be."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final, Protocol

from okienko.answers.index import Index, build_index
from okienko.answers.store import read_articles_version, read_published, read_synonyms
from okienko.database.pool import LONGEST_WORK, Database, DatabaseAway
from okienko.values import Brand, BrandId

_PATIENCE: Final = 1.0  # seconds: so long an answer waits for an edited article; then it quotes the version before


class Meaning(Protocol):
    """What knows an index's articles by their meaning; `okienko.embed` has the real one."""

    async def attach(self, brand_id: BrandId, index: Index, previous: Index | None) -> Index:
        """The index with what is known already. Raises `DatabaseAway`."""
        ...

    async def learn(self, brand_id: BrandId, index: Index) -> Index | None:
        """The same index with everything, however long that takes; None when nothing was missing."""
        ...


@dataclass(frozen=True, slots=True)
class _Kept:
    index: Index
    version: int  # of the brand's articles; those in the index are at least as new


class Shelf:
    """One index a brand. Of the event loop that uses it; other processes have shelves of their own."""

    def __init__(self, meaning: Meaning | None = None) -> None:
        """`meaning`: where articles are to be found by it, too. What it learns is put in place of the index that it
        learnt from, unless that has been replaced by then.
        """
        self._meaning = meaning
        self._learning: dict[BrandId, asyncio.Task[None]] = {}
        self._kept: dict[BrandId, _Kept] = {}
        self._building: dict[BrandId, tuple[asyncio.Task[_Kept], float]] = {}

    async def get(self, database: Database, brand: Brand) -> Index:
        """The index of a brand, rebuilt when `brand.articles_version` says so.

        The first one is waited for. A later one too, but not for long: whoever asks meanwhile gets the one before.
        Raises `DatabaseAway` when there is none yet and none can be made.
        """
        kept = self._kept.get(brand.id)
        if kept is not None and kept.version >= brand.articles_version:
            return kept.index
        building, since = self._building.get(brand.id) or self._begin(database, brand.id)
        if kept is None:
            return (await asyncio.shield(building)).index
        patience = max(0.0, since + _PATIENCE - asyncio.get_running_loop().time())
        done, _ = await asyncio.wait({building}, timeout=patience)
        if not done or isinstance(building.exception(), DatabaseAway):
            return kept.index
        return building.result().index

    def _begin(self, database: Database, brand_id: BrandId) -> tuple[asyncio.Task[_Kept], float]:
        building = asyncio.create_task(self._build(database, brand_id))
        building.add_done_callback(_hear)
        self._building[brand_id] = building, asyncio.get_running_loop().time()
        return self._building[brand_id]

    async def _build(self, database: Database, brand_id: BrandId) -> _Kept:
        before = self._kept.get(brand_id)
        try:
            async with database.brand(brand_id, longest=LONGEST_WORK) as connection:
                version = await read_articles_version(connection, brand_id)
                articles = await read_published(connection, brand_id)
                synonyms = await read_synonyms(connection, brand_id)
            index = await asyncio.to_thread(build_index, articles, before.index if before else None, synonyms=synonyms)
            if self._meaning is not None:
                index = await self._meaning.attach(brand_id, index, before.index if before else None)
            kept = _Kept(index, version)
            self._kept[brand_id] = kept
            if self._meaning is not None:
                self._begin_to_learn(self._meaning, brand_id, kept)
            return kept
        finally:
            del self._building[brand_id]

    def _begin_to_learn(self, meaning: Meaning, brand_id: BrandId, kept: _Kept) -> None:
        former = self._learning.get(brand_id)
        if former is not None:
            former.cancel()
        self._learning[brand_id] = asyncio.create_task(self._learn(meaning, brand_id, kept))

    async def _learn(self, meaning: Meaning, brand_id: BrandId, kept: _Kept) -> None:
        index = await meaning.learn(brand_id, kept.index)
        if index is not None and self._kept.get(brand_id) is kept:
            self._kept[brand_id] = _Kept(index, kept.version)

    async def learnt(self) -> None:
        """Waits for what is being learnt now."""
        if self._learning:
            await asyncio.wait(self._learning.values())

    def close(self) -> None:
        """Learns no more."""
        for learning in self._learning.values():
            learning.cancel()


def _hear(building: asyncio.Task[_Kept]) -> None:
    """Whoever waited may have gone by the time a build fails; the next one who asks begins another."""
    if not building.cancelled():
        building.exception()
