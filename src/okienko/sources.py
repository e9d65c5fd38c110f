"""Articles from other places, kept in step: fetched politely, read all or nothing, and compared with what is published.

Only public hosts are called, only the sitemap's own host, only what its robots.txt allows, and only so much.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final
from urllib.parse import urldefrag, urljoin, urlsplit

import structlog

from okienko.articles.drafts import Defaults, Draft, ImportRefused, Problem, Refusal
from okienko.articles.importers.files import read_path
from okienko.articles.importers.markup import read_pages
from okienko.articles.importers.sitemap import Robots, of_site, read_robots, read_sitemap
from okienko.articles.sources.form import is_address
from okienko.articles.sources.store import (
    Kept,
    Source,
    claim_source,
    is_any_due,
    keep_in_step,
    list_sources,
    note_run,
    note_trouble,
)
from okienko.audit.store import WORKER, record
from okienko.database.pool import LONGEST_WORK, Database
from okienko.http import Answered, Pages
from okienko.log import describe
from okienko.values import BrandId, Clock, Failed

MOST_PAGES: Final = 3_000
MOST_SITEMAPS: Final = 50
MOST_PAGE: Final = 3_000_000  # bytes
MOST_SITEMAP: Final = 20_000_000
MOST_BYTES: Final = 300_000_000  # of all pages together
REDIRECTS: Final = 3
GONE: Final = frozenset({404, 410})

Pause = Callable[[float], Awaitable[None]]

log = structlog.get_logger()


def find_location(typed: str) -> str:
    """A source as it is kept: an address as it is, a path from the root on."""
    return typed if is_address(typed) else str(Path(typed).absolute())


async def read_location(
    location: str, defaults: Defaults, pages: Pages, *, pause: Pause = asyncio.sleep
) -> tuple[Draft, ...]:
    """The articles at a path, or of the pages that a sitemap lists. Raises `ImportRefused`."""
    if not is_address(location):
        return await asyncio.to_thread(read_path, Path(location), defaults)
    files = await crawl(location, pages, pause=pause)
    return await asyncio.to_thread(read_pages, files, defaults)


async def crawl(location: str, pages: Pages, *, pause: Pause = asyncio.sleep) -> list[tuple[str, bytes]]:
    """The pages of a sitemap: (address, content). What stands behind a `#` chooses: only paths that begin with it.

    Pages that are gone (404, 410) or are no HTML are left out; whatever else is wrong refuses all. Raises
    `ImportRefused`.
    """
    sitemap, beginning = urldefrag(location)
    fetched = await pages.get(urljoin(sitemap, "/robots.txt"), most_bytes=MOST_PAGE)
    robots = read_robots(fetched.status if isinstance(fetched, Answered) else 503, _body(fetched))
    addresses = [
        address
        for address in await _read_sitemaps(sitemap, pages)
        if urlsplit(address).path.startswith(beginning or "/") and robots.allow(address)
    ]
    if not addresses:
        fix = "Allow the agent “okienko” there, and look at what stands behind “#”"
        if not robots.allow(sitemap):
            raise _refuse(location, "robots.txt allows none of the pages, or cannot be read", fix, "robots")
        raise _refuse(location, "no page fits", fix, "empty")
    if len(addresses) > MOST_PAGES:
        fix = f"Choose at most {MOST_PAGES} with a path behind “#”: {sitemap}#/help/"
        raise _refuse(location, f"the sitemap lists {len(addresses)} pages", fix, "too_much")
    found: list[tuple[str, bytes]] = []
    problems: list[Problem] = []
    size = 0
    for address in addresses:
        if robots.delay and found:
            await pause(robots.delay)
        answer = await _follow(address, pages, robots, MOST_PAGE)
        if isinstance(answer, Failed):
            problems.append(Problem(file=address, line=1, what=answer.reason, fix="Try again later"))
        elif answer.status in GONE or "html" not in answer.headers.get("content-type", "text/html"):
            continue
        elif answer.status != 200:
            what = f"the site answers {answer.status}"
            problems.append(Problem(file=address, line=1, what=what, fix="Look at the page in a browser"))
        else:
            size += len(answer.body)
            found.append((address, answer.body))
        if size > MOST_BYTES:
            what = f"the pages have more than {MOST_BYTES // 1_000_000} MB"
            raise _refuse(location, what, "Choose fewer behind “#”", "too_much")
    if problems:
        raise ImportRefused(problems, "page")
    return found


async def _read_sitemaps(sitemap: str, pages: Pages) -> list[str]:
    """The addresses of pages in a sitemap and in those that it lists, on its own host, each once."""
    waiting, read, found = [sitemap], set[str](), dict[str, None]()
    while waiting:
        address = waiting.pop(0)
        if address in read:
            continue
        if len(read) == MOST_SITEMAPS:
            what = f"it leads to more than {MOST_SITEMAPS} sitemaps"
            raise _refuse(sitemap, what, "Name the one of the help pages", "too_much")
        read.add(address)
        answer = await _follow(address, pages, None, MOST_SITEMAP)
        if isinstance(answer, Failed):
            raise _refuse(address, answer.reason, "Give the address of a public sitemap", "away")
        listed = read_sitemap(answer.body, most_bytes=MOST_SITEMAP) if answer.status == 200 else None
        if listed is None:
            what = f"there is no sitemap (the site answers {answer.status})"
            raise _refuse(address, what, "Give a sitemap's address", "no_sitemap")
        own = of_site(listed.addresses, sitemap)
        if listed.of_sitemaps:
            waiting += own
        else:
            found.update(dict.fromkeys(own))
    return list(found)


async def _follow(address: str, pages: Pages, robots: Robots | None, most_bytes: int) -> Answered | Failed:
    """A page, over redirects within its own host that robots.txt allows."""
    start = address
    for _ in range(REDIRECTS + 1):
        answer = await pages.get(address, most_bytes=most_bytes)
        if isinstance(answer, Failed) or answer.status not in {301, 302, 303, 307, 308}:
            return answer
        address = urljoin(address, answer.headers.get("location", ""))
        if not of_site([address], start) or (robots is not None and not robots.allow(address)):
            return Failed(reason="it leads to another place that we may not read", permanent=True)
    return Failed(reason="it leads from one place to the next without end", permanent=True)


def _body(answer: Answered | Failed) -> bytes:
    return answer.body if isinstance(answer, Answered) else b""


def _refuse(file: str, what: str, fix: str, why: Refusal) -> ImportRefused:
    return ImportRefused([Problem(file=file, line=1, what=what, fix=fix)], why)


async def run_source(
    database: Database, brand_id: BrandId, source: Source, pages: Pages, clock: Clock, *, pause: Pause = asyncio.sleep
) -> Kept | ImportRefused:
    """Reads a source and publishes what it says; when it cannot be read, nothing changes and the trouble is kept."""
    try:
        drafts = await read_location(source.location, source.defaults, pages, pause=pause)
    except ImportRefused as refused:
        first = str(refused.problems[0])[:500]
        more = f" (+{len(refused.problems) - 1})" if len(refused.problems) > 1 else ""
        async with database.brand(brand_id) as connection:
            await note_trouble(connection, brand_id, source.id, first + more, refused.why, now=clock())
        return refused
    async with database.brand(brand_id, longest=LONGEST_WORK) as connection:
        kept = await keep_in_step(connection, brand_id, source.id, drafts, now=clock())
        await note_run(connection, brand_id, source.id, kept, now=clock())
        if kept.created or kept.changed:
            await record(
                connection,
                "articles-imported",
                by=WORKER,
                brand=brand_id,
                kind="source",
                object=source.id,
                detail={"created": kept.created, "changed": kept.changed},
                now=clock(),
            )
    return kept


async def run_due(database: Database, brand_id: BrandId, pages: Pages, clock: Clock) -> int:
    """Runs a brand's sources that are due; how many. Several workers share them."""
    async with database.brand(brand_id) as connection:
        if not await is_any_due(connection, brand_id, clock()):
            return 0
        due = [source for source in await list_sources(connection, brand_id) if source.due <= clock()]
    done = 0
    for source in due:
        async with database.brand(brand_id) as connection:
            mine = await claim_source(connection, brand_id, source, clock())
        if not mine:
            continue
        done += 1
        try:
            await run_source(database, brand_id, source, pages, clock)
        except Exception as error:  # noqa: BLE001 - one source that breaks does not stop the others
            log.error("source_broke", brand=str(brand_id), **describe(error))
            async with database.brand(brand_id) as connection:
                await note_trouble(connection, brand_id, source.id, type(error).__name__, "broken", now=clock())
    return done
