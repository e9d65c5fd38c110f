"""Once a month, a look for personal data that masking has missed: in a sample of the words that were stored.

Today's detectors read them again, and the second detector looks for what the conversation's own vault hides. What comes
of it are ids and counts by kind: a report that repeated what it found would be the next place to look.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from okienko.audit import store as audit
from okienko.audit.store import Missed, Sampled
from okienko.database.ids import new_id
from okienko.database.pool import LONGEST_WORK, Database
from okienko.keys import Keys
from okienko.masking.egress import find_places
from okienko.masking.kinds import Fate
from okienko.masking.mask import MaskingFailed, find
from okienko.values import Brand, RawText

SAMPLE: Final = 1000  # messages
SPAN: Final = timedelta(days=31)


async def look_when_due(database: Database, keys: Keys, brand: Brand, now: datetime) -> int | None:
    """Reads this month's sample of a brand, unless it has been read; how many messages, None when it was not due."""
    zone = ZoneInfo(brand.timezone)
    async with database.brand(brand.id) as connection:
        latest = await audit.find_latest(connection, "text-sampled", audit.WORKER.kind)
    if latest is not None and latest.astimezone(zone).date() >= now.astimezone(zone).date().replace(day=1):
        return None
    return await look(database, keys, brand, now)


async def look(database: Database, keys: Keys, brand: Brand, now: datetime, *, by: audit.Actor = audit.WORKER) -> int:
    """Reads a sample of what people wrote in the last month and keeps what was found: ids, kinds and counts."""
    async with database.brand(brand.id, longest=LONGEST_WORK) as connection:
        sample = await audit.read_sample(connection, since=now - SPAN, limit=SAMPLE)
    missed = await asyncio.to_thread(find_all_missed, sample, brand, keys)
    sample_id = new_id(now)
    async with database.brand(brand.id, longest=LONGEST_WORK) as connection:
        await audit.store_sample(connection, sample_id, messages=len(sample), missed=missed, now=now)
        await audit.record(
            connection,
            "text-sampled",
            by=by,
            brand=brand.id,
            kind="sample",
            object=sample_id,
            detail={"messages": len(sample), "missed": sum(one.count for one in missed)},
            now=now,
        )
    return len(sample)


def find_all_missed(sample: Sequence[Sampled], brand: Brand, keys: Keys) -> list[Missed]:
    """What a sample still shows, message by message."""
    return [
        Missed(conversation=one.conversation, message=one.message, label=label, detector=detector, count=count)
        for one in sample
        for (label, detector), count in sorted(find_missed(one, brand, keys).items())
    ]


def find_missed(one: Sampled, brand: Brand, keys: Keys) -> Counter[tuple[str, Literal["first", "second"]]]:
    """How often a stored text shows what, by kind and by the detector that saw it.

    Somebody at the desk may sign with their own name.
    """
    own = () if one.name is None else (one.name, *one.name.split()[:1])
    seen: Counter[tuple[str, Literal["first", "second"]]] = Counter()
    try:
        for span in find(RawText(one.text), allowed=(*brand.allowed, *own), denied=brand.denied).spans:
            if span.fate is not Fate.KEEP:
                seen[span.label, "first"] += 1
        for label, _ in {
            (label, lookup) for _, _, label, lookup in find_places(one.text, keys) if lookup in one.hidden
        }:
            seen[label, "second"] += 1
    except MaskingFailed:
        seen["unreadable", "first"] += 1
    return seen
