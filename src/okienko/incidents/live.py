"""What is said about incidents on pages that anybody may read: the window's and the help centre's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from okienko.database.pool import Database
from okienko.incidents.incident import Incident
from okienko.incidents.notice import write_notice
from okienko.incidents.store import read_live
from okienko.values import Brand, BrandId, Clock, Language
from okienko.web.i18n import words

FRESH: Final = timedelta(seconds=5)  # how long what was read serves; how late a page may be


class Notices:
    """Of the event loop that uses it. The database is asked at most every five seconds a brand."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._kept: dict[BrandId, tuple[datetime, Sequence[Incident]]] = {}

    async def read(self, brand: Brand, language: Language, channel: str | None) -> Sequence[str]:
        """The notices that run now, for a reader of whom the language is known, and the channel in a window."""
        now = self._clock()
        at, live = self._kept.get(brand.id, (now - FRESH, ()))
        if now - at >= FRESH:
            async with self._database.brand(brand.id) as connection:
                live = [one.incident for one in await read_live(connection, brand.id)]
            self._kept[brand.id] = now, live
        return [
            write_notice(one, words(language), brand=brand.name, timezone=brand.timezone, now=now)
            for one in live
            if one.runs(now) and one.notice.get(language) and _concerns(one, language, channel)
        ]


def _concerns(incident: Incident, language: Language, channel: str | None) -> bool:
    """On a page of the help centre no channel is known, so none excludes its reader."""
    known = channel or next(iter(incident.channels), "")
    return incident.concerns(language=language, channel=known, picked=None)
