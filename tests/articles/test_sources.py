"""Articles from other places: fetched politely, compared with the desk's, never overwriting it, never gone at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from uuid import uuid4

import pytest

from okienko.articles.body import find_links
from okienko.articles.drafts import Defaults, Draft, ImportRefused
from okienko.articles.sources.step import Key, Origin, Published, Step, compare, digest
from okienko.articles.sources.store import (
    Kept,
    Source,
    add_source,
    claim_source,
    keep_in_step,
    list_sources,
    read_conflict,
    remove_source,
    settle_conflict,
)
from okienko.articles.store import (
    import_articles,
    is_dead,
    list_links,
    list_tended,
    publish_edit,
    read_article,
    set_withdrawn,
)
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.http import Answered, Reader, is_public
from okienko.links import check_links
from okienko.sources import crawl, run_due, run_source
from okienko.values import BrandId, Failed, MaskedText, StaffId
from tests.articles.test_store import ADD_BRAND, DRAFT

pytestmark = pytest.mark.anyio

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
DEFAULTS = Defaults(category="pomoc", language="pl")
SITE = "https://sklep.example"
KEY: Key = ("kaucja", "pl")
LENA = StaffId(uuid4())


# what to do ----------------------------------------------------------------------------------------------------------


def origin(draft: Draft = DRAFT, *, version: int = 1, missed: int = 0) -> Origin:
    return Origin(version=version, digest=digest(draft), missed=missed)


THERE = Published(version=1, withdrawn=False, by_import=True)
EDITED = replace(THERE, version=2, by_import=False)
WITHDRAWN = replace(THERE, withdrawn=True, by_import=False)
NEWER = replace(DRAFT, body="Kaucja wraca po dwóch dniach.")


@pytest.mark.parametrize(
    ("draft", "article", "known", "outcome"),
    [
        (DRAFT, None, None, "imports"),
        (DRAFT, THERE, None, "imports"),  # an import was there before the source was
        (DRAFT, EDITED, None, "conflicts"),
        (DRAFT, THERE, origin(), "seen"),
        (DRAFT, EDITED, origin(), "seen"),  # the source says nothing new
        (NEWER, THERE, origin(), "imports"),
        (NEWER, EDITED, origin(), "conflicts"),
        (NEWER, WITHDRAWN, origin(), "conflicts"),
        (DRAFT, replace(WITHDRAWN, by_import=True), origin(missed=2), "imports"),  # it has come back
        (NEWER, EDITED, origin(missed=2), "conflicts"),
        (replace(DRAFT, questions=(MaskedText("gdzie kaucja"),)), THERE, origin(), "imports"),
    ],
)
def test_what_becomes_of_an_article(
    draft: Draft, article: Published | None, known: Origin | None, outcome: str
) -> None:
    step = compare([draft], {KEY: article} if article else {}, {KEY: known} if known else {})
    done = {name: bool(getattr(step, name)) for name in ("imports", "conflicts", "seen", "taken", "withdraw")}
    assert [name for name, any_ in done.items() if any_] == [outcome]


@pytest.mark.parametrize(
    ("article", "known", "missed", "withdraw"),
    [
        (THERE, origin(), 1, ()),
        (THERE, origin(missed=1), 2, (KEY,)),
        (THERE, origin(missed=2), 3, ()),  # once is enough
        (EDITED, origin(missed=1), 2, ()),
    ],
)
def test_an_article_that_vanished_is_unpublished_after_two_runs(
    article: Published, known: Origin, missed: int, withdraw: tuple[Key, ...]
) -> None:
    step = compare([], {KEY: article}, {KEY: known})
    assert (step.missed, step.withdraw) == ({KEY: missed}, withdraw)


def test_an_article_of_another_source_is_left_alone() -> None:
    assert compare([DRAFT], {KEY: THERE}, {}, others=frozenset({KEY})) == Step(
        imports=(), conflicts=(), seen=(), missed={}, withdraw=(), taken=(DRAFT,)
    )


# in the database -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    database: Database
    brand: BrandId

    async def add(self, location: str) -> Source:
        async with self.database.brand(self.brand) as connection:
            await add_source(
                connection,
                self.brand,
                source_id=uuid4(),
                location=location,
                defaults=DEFAULTS,
                every_hours=6,
                now=NOW,
            )
        return await self.source(location)

    async def source(self, location: str) -> Source:
        async with self.database.brand(self.brand) as connection:
            return next(one for one in await list_sources(connection, self.brand) if one.location == location)

    async def step(self, source: Source, *drafts: Draft) -> tuple[int, ...]:
        async with self.database.brand(self.brand) as connection:
            kept = await keep_in_step(connection, self.brand, source.id, drafts, now=NOW)
        return (kept.created, kept.changed, kept.unchanged, kept.conflicts, kept.withdrawn, kept.taken)


@pytest.fixture
async def place(database_urls: Urls) -> AsyncIterator[Place]:
    database = await Database.open(database_urls.app, size=2)
    place = Place(database, BrandId(uuid4()))
    async with database.shared() as connection:
        await connection.execute(ADD_BRAND, {"id": place.brand, "slug": "rowery", "now": NOW})
    yield place
    await database.close()


async def test_a_source_is_kept_in_step_and_the_desk_is_never_overwritten(place: Place) -> None:
    source = await place.add("/srv/articles")
    other = replace(DRAFT, id="rower")
    assert await place.step(source, DRAFT, other) == (2, 0, 0, 0, 0, 0)
    assert await place.step(source, DRAFT, other) == (0, 0, 2, 0, 0, 0)
    assert await place.step(source, NEWER, other) == (0, 1, 1, 0, 0, 0)
    async with place.database.brand(place.brand) as connection:
        mine = replace(DRAFT, body="Nasze słowa.")
        assert await publish_edit(connection, place.brand, mine, base=2, staff_id=LENA, now=NOW) == 3
    assert await place.step(source, NEWER, other) == (0, 0, 2, 0, 0, 0)
    theirs = replace(DRAFT, body="Kaucja wraca po tygodniu.")
    for _ in range(2):
        assert (await place.step(source, theirs, other))[3] in {0, 1}
        async with place.database.brand(place.brand) as connection:
            conflict = await read_conflict(connection, place.brand, "kaucja", "pl")
            article = await read_article(connection, place.brand, "kaucja", "pl")
            tended = await list_tended(connection, place.brand, since=NOW)
        assert conflict is not None
        assert article is not None
        assert (conflict.body, article.body) == (theirs.body, "Nasze słowa.")
        assert {one.id: one.conflict for one in tended} == {"kaucja": True, "rower": False}
    assert (await place.source("/srv/articles")).conflicts == 1
    async with place.database.brand(place.brand) as connection:
        await publish_edit(connection, place.brand, theirs, base=3, staff_id=LENA, now=NOW)
        await settle_conflict(connection, place.brand, "kaucja", "pl", taken=True)
    assert await place.step(source, NEWER, other) == (0, 1, 1, 0, 0, 0)  # taken over, it follows its source again


async def test_what_vanished_comes_back_and_what_the_desk_withdrew_does_not(place: Place) -> None:
    source, other = await place.add("/srv/articles"), replace(DRAFT, id="rower")
    await place.step(source, DRAFT, other)

    async def published() -> list[str]:
        async with place.database.brand(place.brand) as connection:
            return sorted(one.id for one in await list_tended(connection, place.brand, since=NOW) if not one.withdrawn)

    for withdrawn, there in ((0, ["kaucja", "rower"]), (1, ["rower"]), (0, ["rower"])):
        assert (await place.step(source, other))[4] == withdrawn
        assert await published() == there
    await place.step(source, DRAFT, other)
    assert await published() == ["kaucja", "rower"]
    async with place.database.brand(place.brand) as connection:
        await set_withdrawn(connection, place.brand, "kaucja", "pl", withdrawn=True, staff_id=LENA, now=NOW)
    assert (await place.step(source, NEWER, other))[3] == 1
    assert await published() == ["rower"]


async def test_two_sources_do_not_fight_and_one_that_is_removed_leaves_its_articles(place: Place) -> None:
    one, two = await place.add("/srv/one"), await place.add("/srv/two")
    await place.step(one, DRAFT)
    assert await place.step(two, NEWER) == (0, 0, 0, 0, 0, 1)
    async with place.database.brand(place.brand) as connection:
        assert await remove_source(connection, place.brand, "/srv/one")
        assert not await remove_source(connection, place.brand, "/srv/one")
        assert await read_article(connection, place.brand, "kaucja", "pl") is not None
    assert await place.step(two, NEWER) == (0, 1, 0, 0, 0, 0)


async def test_a_folder_is_read_when_it_is_due_and_trouble_changes_nothing(place: Place, tmp_path: Path) -> None:
    (tmp_path / "kaucja.md").write_text("# Kaucja\n\nWraca.")
    source = await place.add(str(tmp_path))
    clock = [NOW]
    assert await run_due(place.database, place.brand, Site({}), lambda: clock[0]) == 1
    assert await run_due(place.database, place.brand, Site({}), lambda: clock[0]) == 0
    (tmp_path / "zla.md").write_text("bez tytułu")
    clock[0] = NOW + timedelta(hours=6)
    async with place.database.brand(place.brand) as connection:
        assert not await claim_source(connection, place.brand, source, clock[0])  # another worker has had it
    assert await run_due(place.database, place.brand, Site({}), lambda: clock[0]) == 1
    after = await place.source(str(tmp_path))
    assert (after.trouble or "").startswith("zla.md:1: the title is missing.")
    assert (after.articles, after.read) == (1, NOW)


# fetching ------------------------------------------------------------------------------------------------------------


@dataclass
class Site:
    """Pages that a test has made up; what it does not have is 404."""

    pages: Mapping[str, Answered | Failed | str]
    asked: list[str] = field(default_factory=list[str])

    async def get(self, address: str, *, most_bytes: int) -> Answered | Failed:
        self.asked.append(address.removeprefix(SITE))
        page = self.pages.get(address.removeprefix(SITE), Answered(status=404, headers={}, body=b""))
        if isinstance(page, str):
            page = Answered(status=200, headers={"content-type": "text/html; charset=utf-8"}, body=page.encode())
        if isinstance(page, Answered) and len(page.body) > most_bytes:
            return Failed(reason="it is larger than that", permanent=True)
        return page


def sitemap(*paths: str) -> str:
    return "<urlset>" + "".join(f"<url><loc>{SITE}{path}</loc></url>" for path in paths) + "</urlset>"


def page(title: str) -> str:
    return f"<h1>{title}</h1><p>Treść: {title}.</p>"


def moved(to: str) -> Answered:
    return Answered(status=301, headers={"location": to}, body=b"")


INDEX = f"<sitemapindex><sitemap><loc>{SITE}/pomoc.xml</loc></sitemap><sitemap><loc>https://x.example/y.xml</loc></sitemap></sitemapindex>"


async def no_pause(_: float) -> None:
    return


async def test_a_sitemap_is_followed_within_its_host_and_its_robots(place: Place) -> None:
    site = Site(
        {
            "/robots.txt": "User-agent: *\nDisallow: /pomoc/tajne",
            "/sitemap.xml": INDEX,
            "/pomoc.xml": sitemap(
                "/pomoc/kaucja", "/pomoc/tajne", "/pomoc/gone", "/pomoc/x.pdf", "/pomoc/stara", "/sklep"
            ),
            "/pomoc/kaucja": page("Kaucja"),
            "/pomoc/tajne": page("Tajne"),
            "/pomoc/x.pdf": Answered(status=200, headers={"content-type": "application/pdf"}, body=b"%PDF"),
            "/pomoc/stara": moved("/pomoc/nowa"),
            "/pomoc/nowa": page("Nowa"),
            "/sklep": page("Sklep"),
        }
    )
    source = await place.add(f"{SITE}/sitemap.xml#/pomoc/")
    kept = await run_source(place.database, place.brand, source, site, lambda: NOW, pause=no_pause)
    assert isinstance(kept, Kept)
    assert kept.created == 2
    assert "/pomoc/tajne" not in site.asked
    assert "/sklep" not in site.asked
    assert not any("x.example" in address for address in site.asked)
    async with place.database.brand(place.brand) as connection:
        article = await read_article(connection, place.brand, "pomoc-kaucja", "pl")
    assert article is not None
    assert (article.title, article.body) == ("Kaucja", "Treść: Kaucja.")


@pytest.mark.parametrize(
    ("pages", "what"),
    [
        ({}, "there is no sitemap (the site answers 404)"),
        ({"/sitemap.xml": "<html>"}, "there is no sitemap"),
        ({"/sitemap.xml": Failed(reason="there is no such host", permanent=False)}, "there is no such host"),
        ({"/sitemap.xml": moved("http://169.254.169.254/")}, "another place"),
        ({"/sitemap.xml": moved("/sitemap.xml")}, "without end"),
        ({"/sitemap.xml": sitemap()}, "no page fits"),
        ({"/sitemap.xml": sitemap("/a"), "/robots.txt": Answered(status=500, headers={}, body=b"")}, "robots.txt"),
        ({"/sitemap.xml": sitemap("/a"), "/a": Answered(status=503, headers={}, body=b"")}, "answers 503"),
        ({"/sitemap.xml": sitemap("/a"), "/a": moved("https://other.example/a")}, "another place"),
        ({"/sitemap.xml": sitemap("/a"), "/a": "x" * 3_000_001}, "larger"),
        ({"/sitemap.xml": sitemap(*(f"/{n}" for n in range(3001)))}, "lists 3001 pages"),
    ],
)
async def test_what_is_wrong_with_a_site_refuses_all_of_it(
    pages: Mapping[str, Answered | Failed | str], what: str
) -> None:
    with pytest.raises(ImportRefused) as refusal:
        await crawl(f"{SITE}/sitemap.xml", Site(pages), pause=no_pause)
    assert what in refusal.value.problems[0].what


async def test_a_site_that_asks_for_time_gets_it() -> None:
    paused: list[float] = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    pages = {"/robots.txt": "User-agent: *\nCrawl-delay: 3", "/sitemap.xml": sitemap("/a", "/b", "/c")}
    site = Site({**pages, "/a": page("A"), "/b": page("B"), "/c": page("C")})
    assert len(await crawl(f"{SITE}/sitemap.xml", site, pause=pause)) == 3
    assert paused == [3, 3]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("192.168.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_sec_07_only_the_internet_is_public(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://localhost:8700/",
        "http://[::1]/",
        "http://0/",
        "http://2130706433/",
        "http://0x7f.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http:///x",
        "http://[bad",
    ],
)
async def test_sec_07_nothing_private_is_called(address: str) -> None:
    async with Reader() as reader:
        answer = await reader.get(address, most_bytes=1000)
    assert isinstance(answer, Failed)


async def test_a_page_is_read_up_to_a_size_and_without_following() -> None:
    """Over a real connection to a server that answers by path; only here may the own machine be called."""
    asked: list[bytes] = []
    answers = {
        "/ok": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/html\r\n\r\nok",
        "/far": b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n",
        "/big": b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000,
        "/zip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
        "/cut": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx",
    }

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        asked.append(request)
        writer.write(answers[request.split()[1].decode()])
        writer.close()

    def may_reach(address: IPv4Address | IPv6Address) -> bool:
        return address.is_loopback

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, Reader(may_reach=may_reach) as reader:
        got = {path: await reader.get(base + path, most_bytes=1000) for path in answers}
    assert isinstance(got["/ok"], Answered)
    assert got["/ok"].body == b"ok"
    assert isinstance(got["/far"], Answered)
    assert got["/far"].status == 302
    assert [isinstance(got[path], Failed) for path in ("/big", "/zip", "/cut")] == [True] * 3
    assert b"user-agent: okienko" in asked[0].lower()
    assert b"cookie" not in asked[0].lower()


# links ---------------------------------------------------------------------------------------------------------------


def test_links_of_an_article() -> None:
    text = "[a](https://a.example/x#y) <https://b.example> [a](https://a.example/x) [m](mailto:x@a.example) [r](/z)"
    assert find_links(text) == ("https://a.example/x", "https://b.example")


async def test_dead_links_are_found_and_forgotten(place: Place) -> None:
    def linking(*paths: str) -> Draft:
        return replace(DRAFT, body=" ".join(f"[x]({SITE}{path})" for path in paths))

    async def check(site: Site, days: int) -> Sequence[str]:
        await check_links(place.database, place.brand, site, lambda: NOW + timedelta(days=days))
        async with place.database.brand(place.brand) as connection:
            return sorted(
                link.address.removeprefix(SITE) for link in await list_links(connection, place.brand) if is_dead(link)
            )

    async with place.database.brand(place.brand) as connection:
        await import_articles(connection, place.brand, [linking("/gone", "/away", "/ok", "/no")], now=NOW)
    away = Failed(reason="the host does not answer as it should", permanent=False)
    site = Site({"/away": away, "/ok": page("A"), "/no": Answered(status=403, headers={}, body=b"")})
    assert await check(site, 0) == ["/gone"]
    asked = len(site.asked)
    assert await check(site, 6) == ["/gone"]
    assert len(site.asked) == asked  # seen this week
    assert await check(site, 8) == ["/away", "/gone"]
    async with place.database.brand(place.brand) as connection:
        assert [one.dead for one in await list_tended(connection, place.brand, since=NOW)] == [2]
        await import_articles(connection, place.brand, [linking("/away")], now=NOW)
    assert await check(Site({"/away": page("A")}), 20) == []
