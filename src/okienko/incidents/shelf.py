"""The incidents of all brands, in memory, as fresh as the database says they should be."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from okienko.database.ids import lowest_id
from okienko.database.pool import Connection, Database, DatabaseAway
from okienko.incidents.incident import Incident, Live, Ongoing
from okienko.incidents.match import Background, ReadFeatures, learn_background, make_recogniser
from okienko.incidents.notice import write_again, write_notice
from okienko.incidents.store import Marked, Version, read_background, read_live, read_marks, read_version
from okienko.log import describe
from okienko.values import Brand, BrandId, Language
from okienko.web.i18n import words

log = structlog.get_logger()

BEFORE: Final = timedelta(days=28)  # how far back it is learnt how customers write


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """What was declared and has not been ended."""

    version: int = 0  # of what runs in the brand
    live: Sequence[Live] = ()


class Incidents:
    """Of the event loop that uses it; other processes have shelves of their own."""

    def __init__(self, read: ReadFeatures) -> None:
        self._read_features = read
        self._kept: dict[BrandId, Shelved] = {}
        self._reading: dict[BrandId, asyncio.Task[None]] = {}

    async def get(self, database: Database, brand_id: BrandId, version: int) -> Sequence[Live]:
        """The incidents of a brand; while version `version` is being read, those before, except for the first time."""
        kept = self._kept.get(brand_id)
        if kept is not None and kept.version >= version:
            return kept.live
        if version == 0:
            self._kept[brand_id] = Shelved()  # so that no turn waits while the first incident is learnt
            return ()
        reading = self._reading.get(brand_id)
        if reading is None:
            reading = self._reading[brand_id] = asyncio.create_task(self._read(database, brand_id))
        if kept is None:
            await asyncio.shield(reading)
        return self._kept.get(brand_id, Shelved()).live

    async def settle(self) -> None:
        """Waits for what is being read now."""
        if self._reading:
            await asyncio.wait(self._reading.values())

    async def _read(self, database: Database, brand_id: BrandId) -> None:
        try:
            async with database.brand(brand_id) as connection:
                version = await read_version(connection, brand_id)  # first: what changes now is read once more
                versions = await read_live(connection, brand_id)
                marks = await read_marks(connection, brand_id)
                texts = [await read_texts_before(connection, brand_id, one.incident.since) for one in versions]
            live = await asyncio.to_thread(_make_live, versions, marks, texts, self._read_features)
            self._kept[brand_id] = Shelved(version=version, live=live)
        except DatabaseAway as error:
            log.warning("database_away", **describe(error))
        finally:
            del self._reading[brand_id]


async def read_texts_before(connection: Connection, brand_id: BrandId, since: datetime) -> list[str]:
    """How this brand's customers wrote before something broke."""
    after, before = lowest_id(since - BEFORE), lowest_id(since)
    return await read_background(connection, brand_id, after=after, before=before)


def _make_live(
    versions: Sequence[Version], marks: Sequence[Marked], before: Sequence[Sequence[str]], read: ReadFeatures
) -> list[Live]:
    marked: defaultdict[UUID, list[Marked]] = defaultdict(list)
    for mark in marks:
        marked[mark.incident].append(mark)
    return [
        make_live(one.id, one.version, one.incident, marked[one.id], learn_background(texts, read))
        for one, texts in zip(versions, before, strict=True)
    ]


def make_live(id_: UUID, version: int, incident: Incident, marks: Sequence[Marked], background: Background) -> Live:
    """An incident with what recognises messages about it. Takes some time: not on the loop."""
    about = [*incident.examples, *(mark.text for mark in marks if mark.about)]
    others = [*incident.others, *(mark.text for mark in marks if not mark.about)]
    recogniser = make_recogniser(incident.broke, about, others, background)
    return Live(id=id_, version=version, incident=incident, recogniser=recogniser)


def list_ongoing(live: Sequence[Live], brand: Brand, now: datetime) -> tuple[Ongoing, ...]:
    """Those that run at this moment, in the words of a turn."""
    return tuple(_ongoing(one, brand, now) for one in live if one.incident.runs(now))


def _ongoing(live: Live, brand: Brand, now: datetime) -> Ongoing:
    incident = live.incident
    spoken: list[Language] = [language for language in brand.languages if incident.notice.get(language)]
    return Ongoing(
        id=live.id,
        version=live.version,
        incident=incident,
        notice={
            language: write_notice(incident, words(language), brand=brand.name, timezone=brand.timezone, now=now)
            for language in spoken
        },
        again={
            language: write_again(incident, words(language), brand=brand.name, timezone=brand.timezone, now=now)
            for language in spoken
        },
        likeness=lambda text: live.recogniser.likeness(text.text),
    )
