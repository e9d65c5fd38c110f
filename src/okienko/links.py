"""Follows the links in articles, a few at a time: a link is dead when its page is gone, or twice in a row away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from okienko.articles.body import find_links
from okienko.articles.store import Link, is_dead, list_bodies, list_links, save_links
from okienko.database.pool import LONGEST_WORK, Database
from okienko.http import Answered, Pages
from okienko.values import BrandId, Clock, Failed

FRESH: Final = timedelta(days=7)  # so long a link is not followed again
MOST: Final = 200  # links in one go
MOST_BYTES: Final = 1_000_000  # what is larger is there
GONE: Final = frozenset({404, 410})


async def check_links(database: Database, brand_id: BrandId, pages: Pages, clock: Clock) -> tuple[int, int]:
    """(links followed, of these dead). Those longest unseen first; links that left their article are forgotten."""
    async with database.brand(brand_id, longest=LONGEST_WORK) as connection:
        bodies = await list_bodies(connection, brand_id)
        known = {(one.article, one.language, one.address): one for one in await list_links(connection, brand_id)}
    there = [
        known.get((article, language, address)) or Link(article=article, language=language, address=address)
        for article, language, body in bodies
        for address in find_links(body)
    ]
    now = clock()
    due = [link for link in there if link.checked is None or link.checked < now - FRESH]
    due.sort(key=lambda link: (link.checked is not None, link.checked or now, link.address))
    said: dict[str, str | None] = {}
    for address in dict.fromkeys(link.address for link in due[:MOST]):
        said[address] = _judge(await pages.get(address, most_bytes=MOST_BYTES))
    checked = [_note(link, said[link.address], now) for link in due[:MOST]]
    kept = {(link.article, link.language, link.address) for link in there}
    async with database.brand(brand_id) as connection:
        await save_links(connection, brand_id, checked, [link for key, link in known.items() if key not in kept])
    return len(checked), sum(is_dead(link) for link in checked)


def _note(link: Link, trouble: str | None, now: datetime) -> Link:
    return replace(link, trouble=trouble, failures=link.failures + 1 if trouble else 0, checked=now)


def _judge(answer: Answered | Failed) -> str | None:
    """What is wrong: the status of a page that is gone, or why there was no answer.

    Sites that refuse programs (403, 429) are taken to be there, and so is what we may not call.
    """
    if isinstance(answer, Answered):
        return str(answer.status) if answer.status in GONE else None
    return None if answer.permanent else answer.reason
