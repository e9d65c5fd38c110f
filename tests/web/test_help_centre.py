"""The public help centre, without JavaScript."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from okienko.web.live import Live
from tests.web_world import ARTICLE, DOOR, World, build_app

pytestmark = pytest.mark.anyio

HOME = "/help/seans/pl/"
ARTICLE_PAGE = f"{HOME}articles/{ARTICLE.id}"


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(build_app(world, Live(world.database, world.url)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://desk.example") as client:
        yield client


async def test_the_first_page_lists_what_there_is(client: httpx2.AsyncClient) -> None:
    page = await client.get(HOME)
    assert "Konto i logowanie" in page.text
    assert f'href="{ARTICLE_PAGE}"' in page.text
    assert "Płatności" not in page.text  # a category without articles
    assert f'src="/chat/{DOOR}.js"' in page.text
    assert "set-cookie" not in page.headers
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    assert "Nie ma tu jeszcze" not in page.text
    assert "There are no articles yet." in (await client.get("/help/seans/en/")).text


async def test_an_address_without_a_language_finds_the_readers(client: httpx2.AsyncClient) -> None:
    for accept, home in (("en-GB", "/help/seans/en/"), ("de", HOME), ("", HOME)):
        answer = await client.get("/help/seans", headers={"Accept-Language": accept})
        assert answer.headers["location"] == home


async def test_an_article_says_how_fresh_it_is(client: httpx2.AsyncClient, world: World) -> None:
    page = (await client.get(ARTICLE_PAGE)).text
    assert "Aktualne na 3 września 2026 · wersja 1" in page
    assert "Ten artykuł czeka na sprawdzenie od 1 sierpnia 2026." in page
    assert "<strong>Ustawienia</strong>" in page
    assert '<h2 id="kod">Kod</h2>' in page
    await world.run("update article set review_on = '2026-09-03'")
    assert "czeka na sprawdzenie" not in (await client.get(ARTICLE_PAGE)).text


@pytest.mark.parametrize(
    "address",
    [
        "/help/nobody/pl/",
        "/help/nobody",
        "/help/seans/de/",
        f"{HOME}categories/nothing",
        f"{HOME}articles/nothing",
        f"/help/seans/en/articles/{ARTICLE.id}",
    ],
)
async def test_what_is_not_there_is_404(client: httpx2.AsyncClient, address: str) -> None:
    assert (await client.get(address)).status_code == 404


async def test_a_category_lists_its_articles(client: httpx2.AsyncClient) -> None:
    page = (await client.get(f"{HOME}categories/konto")).text
    assert ARTICLE.title in page
    assert ARTICLE.description in page


async def test_a_search_finds_or_says_what_to_do(client: httpx2.AsyncClient) -> None:
    found = await client.post(f"{HOME}search", data={"question": "kod <b>"})
    assert ARTICLE.title in found.text
    assert "1 artykuł<" in found.text
    assert 'value="kod &lt;b&gt;"' in found.text
    assert "kod" not in str(found.url)
    elsewhere = await client.post(f"{HOME}search", data={"question": "kod", "category": "platnosci"})
    assert "Żaden artykuł nie pasuje" in elsewhere.text
    unknown = await client.post(f"{HOME}search", data={"question": "kod", "category": "'; --"})
    assert ARTICLE.title in unknown.text
    assert "Żaden artykuł nie pasuje" in (await client.post(f"{HOME}search", data={"question": " "})).text


async def test_a_rating_is_kept_masked(client: httpx2.AsyncClient, world: World) -> None:
    for form in (
        {"helped": "yes", "reason": "wrong", "comment": "nie zapisuj"},
        {"helped": "no", "reason": "outdated", "comment": "piszcie: anna@poczta.example"},
        {"helped": "no", "reason": "made up"},
    ):
        answer = await client.post(f"{ARTICLE_PAGE}/feedback", data=form)
        assert answer.status_code == 303
        assert "Ocena zapisana." in (await client.get(answer.headers["location"])).text
    assert await world.rows("select helped, reason, comment, version from article_feedback order by id") == [
        (True, None, "", 1),
        (False, "outdated", "piszcie: [e-mail]", 1),
        (False, None, "", 1),
    ]


async def test_a_rating_that_is_none_is_refused(client: httpx2.AsyncClient, world: World) -> None:
    assert (await client.post(f"{ARTICLE_PAGE}/feedback", data={"helped": "maybe"})).status_code == 400
    assert (await client.post(f"{HOME}articles/nothing/feedback", data={"helped": "yes"})).status_code == 404
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert (await client.post(f"{ARTICLE_PAGE}/feedback", data={"helped": "yes"}, headers=foreign)).status_code == 403
    assert await world.rows("select count(*) from article_feedback") == [(0,)]
