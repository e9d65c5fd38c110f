"""Sources of articles at the desk: added, read by a worker, in trouble in plain words, changed, removed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from okienko.articles.drafts import Defaults
from okienko.articles.sources import pages
from okienko.articles.sources.form import MOST_HOURS, Wanted, check
from okienko.articles.sources.pages import LOST, find_state
from okienko.articles.sources.store import Kept, Source, add_source, claim_source, list_sources
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.http import Answered
from okienko.sources import run_due
from okienko.staff.store import Role
from okienko.values import Failed
from tests.desk_world import BEGIN, World, csrf, make_brand, open_world

PAGE = "/desk/articles/sources"
SITE = "https://pomoc.example"
SITEMAP = f"{SITE}/sitemap.xml"
BRAND = make_brand("seans", "Seans", BEGIN)
GOOD = {"location": SITEMAP, "category": "konto", "language": "pl", "every": "24"}


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        (GOOD | {"location": ""}, {"location"}),
        (GOOD | {"location": "/etc"}, {"location"}),
        (GOOD | {"location": "file:///etc/hosts.html"}, {"location"}),
        (GOOD | {"location": "https://"}, {"location"}),
        (GOOD | {"location": "https://me:secret@pomoc.example/sitemap.xml"}, {"location"}),
        (GOOD | {"location": "https://pomoc.example/a b"}, {"location"}),
        (GOOD | {"location": "https://[::1"}, {"location"}),
        (GOOD | {"category": "?"}, {"category"}),
        (GOOD | {"category": "a" * 64}, {"category"}),
        (GOOD | {"every": "0"}, {"every"}),
        (GOOD | {"every": str(MOST_HOURS + 1)}, {"every"}),
        (GOOD | {"every": "²"}, {"every"}),
        ({}, {"location", "category", "every"}),
    ],
)
def test_what_cannot_be_a_source(form: Mapping[str, str], wrong: set[str]) -> None:
    assert check(form, BRAND) == wrong


def test_what_can() -> None:
    wanted = Wanted(location=SITEMAP, defaults=Defaults(category="konto", language="en"), every_hours=24)
    assert check(GOOD | {"language": "en", "location": f" {SITEMAP} "}, BRAND) == wanted
    # The desk names no path, and cannot move one that the operator has named.
    moved = check(GOOD | {"location": "/etc"}, BRAND, path="/srv/pomoc")
    assert isinstance(moved, Wanted)
    assert moved.location == "/srv/pomoc"


SOURCE = Source(
    id=UUID(int=1),
    location=SITEMAP,
    category="konto",
    language="pl",
    every_hours=24,
    due=BEGIN + timedelta(hours=1),
    read=None,
    trouble=None,
    why=None,
    began=None,
    ended=None,
    kept=Kept(created=0, changed=0, unchanged=0, conflicts=0, withdrawn=0, taken=0),
    articles=0,
    conflicts=0,
)
EARLIER = BEGIN - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("source", "state"),
    [
        (SOURCE, "never"),
        (replace(SOURCE, due=BEGIN), "waits"),
        (replace(SOURCE, began=EARLIER), "reading"),
        (replace(SOURCE, began=EARLIER, ended=EARLIER - timedelta(days=1), trouble="x"), "reading"),
        (replace(SOURCE, began=BEGIN - LOST, due=BEGIN), "waits"),
        (replace(SOURCE, began=EARLIER, ended=BEGIN, read=BEGIN), "read"),
        (replace(SOURCE, began=EARLIER, ended=BEGIN, read=EARLIER, trouble="x"), "trouble"),
    ],
)
def test_what_a_source_is_doing(source: Source, state: str) -> None:
    assert find_state(source, BEGIN) == state


@dataclass
class Site:
    """Pages by their addresses; what is not there is gone."""

    pages: dict[str, Answered | Failed]

    async def get(self, address: str, *, most_bytes: int) -> Answered | Failed:
        return self.pages.get(address, Answered(status=404, headers={}, body=b""))


def page(body: str, kind: str = "text/html") -> Answered:
    return Answered(status=200, headers={"content-type": kind}, body=body.encode())


def site() -> Site:
    sitemap = f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{SITE}/kod</loc></url></urlset>"
    return Site({SITEMAP: page(sitemap, "text/xml"), f"{SITE}/kod": page("<main><h1>Kod</h1><p>Działa.</p></main>")})


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        world.app.router.routes.extend(pages.routes())
        yield world


async def enter(world: World, role: Role = "lead", name: str = "Lena"):
    return await world.enter(await world.hire(name, {world.brand.id: role}))


async def read_now(world: World, pages: Site) -> int:
    return await run_due(world.services.database, world.brand.id, pages, world.clock)


async def listed(world: World) -> list[Source]:
    async with world.services.database.brand(world.brand.id) as connection:
        return await list_sources(connection, world.brand.id)


@pytest.mark.anyio
async def test_a_source_is_added_read_changed_and_removed(world: World) -> None:
    there = site()
    async with await enter(world) as lena:
        form = {"csrf": csrf((await lena.get(PAGE)).text), "brand": "seans"}
        done = await lena.post(PAGE, data=form | GOOD | {"do": "add"})
        shown = (await lena.get(done.headers["location"])).text
        assert "Źródło jest dodane." in shown
        assert "wczytanie w ciągu minuty" in shown
        again = await lena.post(PAGE, data=form | GOOD | {"do": "add"})
        assert again.status_code == 422
        assert "Ten adres jest już źródłem tej marki." in again.text
        assert await read_now(world, there) == 1
        shown = (await lena.get(PAGE)).text
        assert re.search(r"Ostatnie udane wczytanie:\s+1 nowy artykuł,\s+0 zmienionych,\s+0 bez zmian\.", shown)
        assert "aktualne</span>" in shown
        assert "raz na dobę" in shown
        (source,) = await listed(world)
        assert (source.articles, source.due) == (1, world.at + timedelta(hours=24))

        form |= {"source": str(source.id)}
        assert (await lena.post(PAGE, data=form | GOOD | {"do": "change", "every": "6"})).status_code == 303
        (source,) = await listed(world)
        assert (source.every_hours, source.due) == (6, world.at + timedelta(hours=6))

        there.pages[SITEMAP] = Failed(reason="there is no such host", permanent=False)
        world.later(minutes=5)
        assert await read_now(world, there) == 0  # not due yet
        assert (await lena.post(PAGE, data=form | {"do": "run"})).status_code == 303
        assert await read_now(world, there) == 1
        shown = (await lena.get(PAGE)).text
        assert "Nie można się połączyć z tym adresem." in shown
        assert "Nic się nie zmieniło" in shown
        assert "there is no such host" in shown
        assert re.search(r"Ostatnie udane wczytanie:\s+1 nowy artykuł", shown)  # what the run before did is still said

        assert (await lena.post(PAGE, data=form | {"do": "remove"})).status_code == 303
        assert await listed(world) == []
        for do in ("run", "remove", "change"):
            done = await lena.post(PAGE, data=form | GOOD | {"do": do})
            assert done.headers["location"].endswith("said=gone")
        assert (await lena.post(PAGE, data=form | {"do": "?"})).status_code == 400


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("pages_", "says"),
    [
        ({SITEMAP: page("nothing")}, "Pod tym adresem nie ma mapy witryny."),
        ({f"{SITE}/robots.txt": page("User-agent: *\nDisallow: /", "text/plain")}, "Plik robots.txt"),
        ({f"{SITE}/kod": Answered(status=500, headers={}, body=b"")}, "Co najmniej jedna strona nie odpowiada"),
        ({f"{SITE}/kod": page("<main><h1></h1></main>")}, "Czegoś w tym źródle nie można przejąć"),
    ],
)
async def test_trouble_is_said_in_plain_words(world: World, pages_: dict[str, Answered], says: str) -> None:
    there = site()
    there.pages |= pages_
    async with await enter(world) as lena:
        form = {"csrf": csrf((await lena.get(PAGE)).text), "brand": "seans"}
        await lena.post(PAGE, data=form | GOOD | {"do": "add"})
        await read_now(world, there)
        assert says in (await lena.get(PAGE)).text


@pytest.mark.anyio
async def test_a_run_that_breaks_is_no_run_that_goes_on(world: World) -> None:
    class Broken(Site):
        async def get(self, address: str, *, most_bytes: int) -> Answered | Failed:
            raise RuntimeError

    async with await enter(world) as lena:
        form = {"csrf": csrf((await lena.get(PAGE)).text), "brand": "seans"}
        await lena.post(PAGE, data=form | GOOD | {"do": "add"})
        await read_now(world, Broken({}))
        shown = (await lena.get(PAGE)).text
        assert "Wczytywanie się przerwało." in shown
        assert "trwa wczytywanie" not in shown


@pytest.mark.anyio
async def test_while_it_is_read_the_page_follows(world: World) -> None:
    async with world.services.database.brand(world.brand.id) as connection:
        await add_source(
            connection,
            world.brand.id,
            source_id=new_id(world.at),
            location="/srv/pomoc",
            defaults=Defaults(category="konto", language="pl"),
            every_hours=24,
            now=world.at,
        )
        (source,) = await list_sources(connection, world.brand.id)
        assert await claim_source(connection, world.brand.id, source, world.at)
    async with await enter(world) as lena:
        shown = (await lena.get(PAGE)).text
        assert "trwa wczytywanie" in shown
        assert 'hx-trigger="every 4s"' in shown
        assert "Ścieżka na serwerze." in shown
        form = {"csrf": csrf(shown), "brand": "seans", "source": str(source.id), "do": "change"}
        await lena.post(PAGE, data=form | GOOD | {"every": "168"})
    (kept,) = await listed(world)
    assert (kept.location, kept.every_hours) == ("/srv/pomoc", 168)


@pytest.mark.anyio
async def test_agents_look_and_other_brands_see_nothing(world: World) -> None:
    async with await enter(world) as lena:
        form = {"csrf": csrf((await lena.get(PAGE)).text), "brand": "seans"}
        await lena.post(PAGE, data=form | GOOD | {"do": "add"})
    async with await enter(world, "agent", "Iga") as iga:
        shown = (await iga.get(PAGE)).text
        assert SITEMAP in shown
        assert "Dodaj źródło" not in shown
        assert "Usuń źródło" not in shown
        refused = await iga.post(PAGE, data=form | GOOD | {"csrf": csrf(shown), "do": "add"})
        assert refused.status_code == 403
    async with await world.enter(await world.hire("Ola", {world.other.id: "admin"})) as ola:
        shown = (await ola.get(f"{PAGE}?brand=seans")).text
        assert SITEMAP not in shown
        assert (await ola.post(PAGE, data=form | {"csrf": csrf(shown), "do": "add"})).status_code == 404
    async with world.browser() as nobody:
        assert (await nobody.get(PAGE)).status_code == 303
    assert len(await listed(world)) == 1
