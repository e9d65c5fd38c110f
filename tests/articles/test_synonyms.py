"""A brand's own synonyms: what may be written, what it would change, and that the next answer knows it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from okienko.answers.shelf import Shelf
from okienko.articles.drafts import Draft
from okienko.articles.store import import_articles
from okienko.articles.synonyms import pages
from okienko.articles.synonyms.form import LONGEST, MOST, MOST_WORDS, read_lines, write_lines
from okienko.articles.synonyms.store import read_kept
from okienko.database.urls import Urls
from okienko.quoting import Quoting
from okienko.staff.store import Role
from tests.desk_world import BEGIN, World, csrf, make_brand, open_world

BRAND = make_brand("seans", "Seans", BEGIN)
PAGE = "/desk/articles/synonyms"
ARTICLE = Draft(
    id="dekoder",
    language="pl",
    category="konto",
    category_name="Konto",
    title="Dekoder nie działa",
    description="Co zrobić, gdy dekoder się nie włącza.",
    body="Wyłącz dekoder z prądu na minutę i włącz go ponownie.",
    owner="",
    review_on=None,
)
OTHER = replace(
    ARTICLE, id="cennik", title="Cennik planów", description="Ile kosztują plany.", body="Plan Solo: 25 zł."
)
ASKED = "cudaczek się zepsuł"


def test_commas_and_spaces_part_words_and_what_is_edited_is_what_was_read() -> None:
    lines, problems = read_lines(
        " dekoder,  tuner;pudełko \n\nduet = podwójny\ndekoder tuner pudełko\nwi-fi wifi", BRAND
    )
    assert (lines, problems) == (("dekoder tuner pudełko", "duet podwójny", "wi-fi wifi"), ())
    assert read_lines(write_lines(lines), BRAND) == (lines, ())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("dekoder", "alone"),
        ("dekoder dekoder", "alone"),
        (" ".join(f"słowo{n}" for n in range(MOST_WORDS + 1)), "words"),
        (f"dekoder {'a' * (LONGEST + 1)}", "long"),
        ("dekoder t*uner", "sign"),
        ("dekoder 44051401458", "personal"),
        ("\n".join(f"dekoder tuner{n}" for n in range(MOST + 1)), "many"),
    ],
)
def test_what_cannot_be_saved(text: str, why: str) -> None:
    assert [problem.why for problem in read_lines(text, BRAND)[1]] == [why]


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        bot = Quoting(database=world.services.database, shelf=Shelf())
        world.app.router.routes.extend(pages.routes(bot))
        await world.move("us")  # elsewhere, what customers asked is not asked again to see what a change does
        async with world.services.database.brand(world.brand.id) as connection:
            await import_articles(connection, world.brand.id, [ARTICLE, OTHER], now=world.at)
        yield world


async def enter(world: World, role: Role = "lead", name: str = "Lena"):
    return await world.enter(await world.hire(name, {world.brand.id: role}))


@pytest.mark.anyio
async def test_what_it_would_change_is_shown_and_the_next_answer_knows_it(world: World) -> None:
    bot = Quoting(database=world.services.database, shelf=Shelf())
    brand = await world.services.directory.brand(world.brand.id)
    assert (await bot.quote(brand, "pl", [ASKED]))[ASKED].article is None
    await world.begin(ASKED)
    async with await enter(world) as lena:
        page = (await lena.get(PAGE)).text
        sent = {"csrf": csrf(page), "brand": "seans", "language": "pl", "base": "0", "lines": "dekoder, cudaczek"}
        page = (await lena.post(PAGE, data={**sent, "do": "try"})).text
        assert "Zmieni się odpowiedź na 1 z 1 sprawdzonych pytań:" in page
        assert f"<q>{ASKED}</q>" in page
        assert "<strong>Dekoder nie działa</strong>" in page
        assert "dekoder cudaczek</textarea>" in page
        assert (await bot.quote(brand, "pl", [ASKED]))[ASKED].article is None  # nothing is stored yet
        done = await lena.post(PAGE, data={**sent, "do": "save"})
        assert "Synonimy są zapisane." in (await lena.get(done.headers["location"])).text
    assert (await bot.quote(brand, "pl", [ASKED]))[ASKED].article == "dekoder"


@pytest.mark.anyio
async def test_two_people_overwrite_nothing_unseen(world: World) -> None:
    async with await enter(world) as lena, await enter(world, "admin", "Adam") as adam:
        sent = {"csrf": csrf((await lena.get(PAGE)).text), "brand": "seans", "language": "pl", "do": "save"}
        theirs = {**sent, "csrf": csrf((await adam.get(PAGE)).text)}
        assert (await lena.post(PAGE, data={**sent, "base": "0", "lines": "duet podwójny"})).status_code == 303
        late = await adam.post(PAGE, data={**theirs, "base": "0", "lines": "solo pojedynczy"})
        assert late.status_code == 409
        assert "solo pojedynczy</textarea>" in late.text
        assert "<pre>duet podwójny</pre>" in late.text
        assert 'name="base" value="1"' in late.text
        assert (await adam.post(PAGE, data={**theirs, "base": "7", "lines": "solo pojedynczy"})).status_code == 409
        assert (await adam.post(PAGE, data={**theirs, "base": "1", "lines": "solo pojedynczy"})).status_code == 303
        refused = await adam.post(PAGE, data={**theirs, "base": "2", "lines": "jan@poczta.example poczta"})
        assert refused.status_code == 422
    async with world.services.database.brand(world.brand.id) as connection:
        (kept,) = (await read_kept(connection, world.brand.id)).values()
    assert (kept.lines, kept.version, kept.by) == (("solo pojedynczy",), 2, "Adam")


@pytest.mark.anyio
async def test_only_leads_and_administrators_of_the_brand(world: World) -> None:
    async with await enter(world, "agent", "Iga") as iga:
        page = (await iga.get("/desk")).text
        assert PAGE not in page
        assert (await iga.get(PAGE)).status_code == 403
        sent = {"csrf": csrf(page), "brand": "seans", "language": "pl", "base": "0", "lines": "a b", "do": "save"}
        assert (await iga.post(PAGE, data=sent)).status_code == 403
    other = await world.hire("Ola", {world.other.id: "admin"})
    async with await world.enter(other) as ola:
        page = (await ola.get(f"{PAGE}?brand=seans")).text
        assert 'name="brand" value="kramik"' in page
        assert 'name="brand" value="seans"' not in page
        assert (await ola.post(PAGE, data={**sent, "csrf": csrf(page)})).status_code == 404
    async with world.services.database.brand(world.brand.id) as connection:
        assert await read_kept(connection, world.brand.id) == {}
