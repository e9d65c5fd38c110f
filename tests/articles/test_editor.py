"""Articles at the desk: reading, writing, publishing, and what two people do to one article at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from markupsafe import escape
from playwright.async_api import Browser, BrowserContext, Page, expect

from okienko.answers.shelf import Shelf
from okienko.answers.store import read_published
from okienko.articles import pages as articles
from okienko.articles.asked import pages as asked
from okienko.articles.drafts import Defaults, Draft
from okienko.articles.editor import pages as editor
from okienko.articles.editor.form import Written, check, propose_id, read_written
from okienko.articles.sources.store import add_source, keep_in_step
from okienko.articles.store import add_article_feedback, import_articles, read_article, read_versions
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.quoting import Quoting
from okienko.staff.store import Role
from okienko.values import Brand, MaskedText, StaffId
from okienko.web.differences import compare
from tests.desk_world import World, csrf, open_world
from tests.web_world import find_article

pytestmark = pytest.mark.anyio

CODE = Draft(
    id="kod",
    language="pl",
    category="konto",
    category_name="Konto",
    title="Kod z telewizora",
    description="Ile działa kod.",
    body="Kod działa 10 minut.\n\n## Nowy kod\n\nWybierz „Nowy kod”.",
    owner="Zespół aplikacji",
    review_on=date(2026, 9, 1),
)
ENGLISH = replace(CODE, language="en", category_name="Account", title="The code on the television")
PAGE = "/desk/articles/seans/pl/kod"
NEW = "/desk/articles/seans/pl"


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    """Two brands; in one of them an article in two languages; both were due for review three weeks ago."""
    async with open_world(database_urls, tmp_path) as world:
        bot = Quoting(database=world.services.database, shelf=Shelf())
        world.app.router.routes.extend([*articles.routes(find_article), *asked.routes(bot), *editor.routes(bot)])
        await publish(world, world.brand, CODE, ENGLISH)
        yield world


async def publish(world: World, brand: Brand, *drafts: Draft) -> None:
    async with world.services.database.brand(brand.id) as connection:
        await import_articles(connection, brand.id, drafts, now=world.at)


async def enter(world: World, name: str = "Lena", role: Role = "lead") -> httpx2.AsyncClient:
    return await world.enter(await world.hire(name, {world.brand.id: role}))


async def send(browser: httpx2.AsyncClient, address: str, do: str = "publish", **fields: str) -> httpx2.Response:
    """Sends the editor as its page has it, with some fields changed."""
    page = await browser.get(address)
    assert page.status_code == 200
    written = {
        "title": CODE.title,
        "description": CODE.description,
        "category": CODE.category,
        "owner": CODE.owner,
        "review_on": str(CODE.review_on),
        "body": CODE.body.replace("\n", "\r\n"),
        "base": "1",
    }
    return await browser.post(address, data={**written, "csrf": csrf(page.text), "do": do, **fields})


async def rate(world: World, *, helped: bool, comment: str = "", days: int = 0) -> None:
    async with world.services.database.brand(world.brand.id) as connection:
        assert await add_article_feedback(
            connection,
            world.brand.id,
            "kod",
            "pl",
            feedback_id=new_id(world.at),
            helped=helped,
            reason=None if helped else "outdated",
            comment=MaskedText(comment),
            now=world.at - timedelta(days=days),
        )


async def versions(world: World, article: str = "kod") -> list[tuple[int, str, str | None]]:
    async with world.services.database.brand(world.brand.id) as connection:
        found = await read_versions(connection, world.brand.id, article, "pl")
    return [(version.version, version.body, version.staff) for version in found]


async def articles_version(world: World) -> int:
    world.later(seconds=3)  # what is known of brands may be two seconds old
    return (await world.services.directory.brand(world.brand.id)).articles_version


# the list ------------------------------------------------------------------------------------------------------------


async def test_the_list_shows_what_needs_work(world: World) -> None:
    for helped in (True, True, False):
        await rate(world, helped=helped)
    await rate(world, helped=False, days=400)
    async with await enter(world) as browser:
        page = (await browser.get("/desk/articles")).text
        assert 'href="/desk/articles/seans/pl/kod" ' not in page  # the reader's own language is not marked
        assert 'lang="en">The code on the television' in page
        assert page.count("po terminie</span>") == 2
        assert "2 artykuły" in page
        assert "2 po terminie przeglądu" in page
        assert '<td role="cell" class="number" data-label="Pomógł">2</td>' in page
        assert '<a href="/desk/articles/seans/pl/kod#feedback">1</a>' in page
        assert 'aria-current="page">Artykuły' in page
        for query, titles in [
            ("language=en", [ENGLISH.title]),
            ("language=pl&category=konto&overdue=1", [CODE.title]),
            ("category=zwroty", []),
            ("brand=kramik&language=xx&page=zero&sort=nothing", [CODE.title, ENGLISH.title]),  # not theirs: left out
            ("sort=failed", [CODE.title, ENGLISH.title]),
            ("sort=review&page=7", [CODE.title, ENGLISH.title]),
        ]:
            page = (await browser.get(f"/desk/articles?{query}")).text
            found = [title for title in (CODE.title, ENGLISH.title) if f">{title}</a>" in page]
            assert found == titles, query
        assert "Żaden artykuł nie pasuje do tego filtra." in (await browser.get("/desk/articles?category=nic")).text


async def test_titles_are_found_by_their_beginnings_without_diacritics(world: World) -> None:
    await publish(world, world.brand, replace(CODE, id="zwrot", title="Zwrot środków", review_on=None))
    async with await enter(world) as browser:
        token = csrf((await browser.get("/desk/articles")).text)
        page = await browser.post("/desk/articles", data={"csrf": token, "words": "SRODK zwr"})
        assert "Zwrot środków" in page.text
        assert CODE.title not in page.text
        assert "SRODK" not in str(page.url)
        page = await browser.post("/desk/articles", data={"csrf": token, "words": "wrot"})
        assert "Żaden artykuł nie ma tych słów w tytule." in page.text
        assert (await browser.post("/desk/articles", data={"csrf": "x", "words": "zwrot"})).status_code == 403


async def test_a_long_list_has_pages(world: World) -> None:
    await publish(world, world.brand, *(replace(CODE, id=f"a{n:03}", title=f"Tytuł {n:03}") for n in range(120)))
    async with await enter(world) as browser:
        first = (await browser.get("/desk/articles?language=pl&sort=title")).text
        assert "Strona 1 z 2" in first
        assert 'href="/desk/articles?language=pl&amp;sort=title&amp;page=2" rel="next"' in first
        second = (await browser.get("/desk/articles?language=pl&sort=title&page=2")).text
        assert "Tytuł 119" in second
        assert "Tytuł 000" not in second


async def test_an_empty_list_says_what_to_do(world: World) -> None:
    ola = await world.hire("Ola", {world.other.id: "admin"})
    async with await world.enter(ola) as browser:
        page = (await browser.get("/desk/articles")).text
        assert "Nie ma tu jeszcze artykułów." in page
        assert 'href="/desk/articles/kramik/pl"' in page


async def test_another_brands_articles_do_not_exist(world: World) -> None:
    ola = await world.hire("Ola", {world.other.id: "admin"})
    async with await world.enter(ola) as browser:
        token = csrf((await browser.get("/desk/articles")).text)
        for address in (PAGE, NEW):
            assert (await browser.get(address)).status_code == 404
            assert (await browser.post(address, data={"csrf": token})).status_code == 404
    async with world.browser() as nobody:
        assert (await nobody.get(PAGE)).headers["location"].startswith("/desk/sign-in?next=")


# writing -------------------------------------------------------------------------------------------------------------


async def test_an_edit_is_a_version_that_the_next_answer_quotes(world: World) -> None:
    before = await articles_version(world)
    async with await enter(world) as browser:
        done = await send(browser, PAGE, body="Kod działa 15 minut.\r\n")
        assert (done.status_code, done.headers["location"]) == (303, f"{PAGE}?said=published")
        page = (await browser.get(done.headers["location"])).text
        assert "Wersja 2 jest opublikowana. Następna odpowiedź bota ją zacytuje." in page
        assert await versions(world) == [(2, "Kod działa 15 minut.", "Lena"), (1, CODE.body, None)]
        assert await articles_version(world) == before + 1
        async with world.services.database.brand(world.brand.id) as connection:
            quoted = [a.body for a in await read_published(connection, world.brand.id) if a.language == "pl"]
        assert quoted == ["Kod działa 15 minut."]
        assert "15 minut" in (await browser.get("/help/seans/pl/articles/kod")).text


async def test_what_is_not_in_the_text_makes_no_version(world: World) -> None:
    async with await enter(world) as browser:
        done = await send(browser, PAGE, owner="Biuro", review_on="2027-09-01")
        page = (await browser.get(done.headers["location"])).text
        assert "Zmiany są zapisane. Treść jest ta sama, więc nadal obowiązuje wersja 1." in page
        assert 'value="Biuro"' in page
        assert 'value="2027-09-01"' in page
        assert len(await versions(world)) == 1


async def test_example_questions_are_edited_a_line_each_and_masked(world: World) -> None:
    before = await articles_version(world)
    typed = "gdzie  jest kod\r\n\r\nkod na ewa.k@poczta.example\r\ngdzie jest kod\r\npomoc@seans.example nie odpisuje"
    async with await enter(world) as browser:
        page = await send(browser, PAGE, do="preview", questions=typed)
        assert "<h3>Przykładowe pytania</h3>" in page.text
        done = await send(browser, PAGE, questions=typed)
        page = (await browser.get(done.headers["location"])).text
        assert "gdzie jest kod\nkod na [e-mail]\npomoc@seans.example nie odpisuje</textarea>" in page
        assert len(await versions(world)) == 1
        assert await articles_version(world) == before + 1
        await send(browser, PAGE, questions="")
        async with world.services.database.brand(world.brand.id) as connection:
            assert [a.questions for a in await read_published(connection, world.brand.id)] == [(), ()]


async def test_a_preview_stores_nothing_and_looks_like_the_public_page(world: World) -> None:
    async with await enter(world) as browser:
        page = await send(
            browser, PAGE, do="preview", body="Kod działa **15** minut. <script>alert(1)</script>", owner="Biuro"
        )
        assert page.status_code == 200
        assert "<p>Kod działa <strong>15</strong> minut. &lt;script&gt;" in page.text
        assert "</span>Biuro<span" in page.text  # what differs
        assert "</span>Zespół aplikacji<span" in page.text
        assert str(escape("Kod działa **15** minut. <script>")) in page.text  # and the text is still in its field
        assert len(await versions(world)) == 1


async def test_whoever_was_faster_is_shown_beside_what_was_typed(world: World) -> None:
    async with await enter(world) as lena, await enter(world, "Marek", "admin") as marek:
        await send(marek, PAGE, body="Kod działa 20 minut.")
        before = await articles_version(world)
        for do in ("publish", "preview"):
            page = await send(lena, PAGE, do=do, title="Moje słowa o kodzie", body="Kod działa 15 minut.")
            assert page.status_code == 409
            assert "w międzyczasie opublikowano wersję 2" in page.text
            assert "Publikacja: Marek" in page.text
            assert page.text.count("Kod działa 20 minut.") == 1  # theirs, whole
            assert "Kod działa 15 minut.</textarea>" in page.text
            assert 'value="Moje słowa o kodzie"' in page.text
            assert 'name="base" value="2"' in page.text
        assert await articles_version(world) == before
        done = await send(lena, PAGE, body="Kod działa 15 minut.", base="2")  # now knowing of it
        assert done.status_code == 303
        assert [body for _, body, _ in await versions(world)][:2] == ["Kod działa 15 minut.", "Kod działa 20 minut."]


async def test_of_two_at_once_one_is_published(world: World) -> None:
    async with await enter(world) as lena, await enter(world, "Marek") as marek:
        sent = await asyncio.gather(
            send(lena, PAGE, body="Kod działa 15 minut."), send(marek, PAGE, body="Kod działa 20 minut.")
        )
    assert sorted(response.status_code for response in sent) == [303, 409]
    assert len(await versions(world)) == 2


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("title", "  ", "Wpisz tytuł, najwyżej 300 znaków."),
        ("title", "x" * 301, "Wpisz tytuł, najwyżej 300 znaków."),
        ("description", "x" * 1001, "Wpisz najwyżej 1000 znaków."),
        ("body", "\r\n--\r\n", "Wpisz treść artykułu, najwyżej 200 000 znaków."),
        ("body", "znak \0", "Wpisz treść artykułu, najwyżej 200 000 znaków."),
        ("category", "", "Wybierz kategorię albo nazwij nową, najwyżej 63 znaki."),
        ("category", "nie-ma-takiej", "Wybierz kategorię albo nazwij nową, najwyżej 63 znaki."),
        ("owner", "x" * 201, "Wpisz najwyżej 200 znaków."),
        ("review_on", "1 marca", "Zapisz datę jako rok-miesiąc-dzień, na przykład 2027-03-31."),
        ("questions", "x" * 301, "Wpisz jedno pytanie w wierszu: najwyżej 50, każde do 300 znaków."),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(world: World, field: str, value: str, says: str) -> None:
    async with await enter(world) as browser:
        fields = {"body": "Tekst, który zostaje.", field: value}
        page = await send(browser, PAGE, **fields)
        assert page.status_code == 422
        assert f'<span class="wrong" id="wrong-{field}">{says}</span>' in page.text
        assert f'<a href="#edit-{field}">{says}</a>' in page.text
        assert 'aria-invalid="true"' in page.text
        assert fields["body"].strip().replace("\r\n", "\n") in page.text
        assert len(await versions(world)) == 1


async def test_a_new_article_gets_its_address_from_its_title(world: World) -> None:
    async with await enter(world) as browser:
        page = await send(browser, NEW, do="preview", title="Żółty ekran: co robić?", body="Wyłącz go.", base="0")
        assert 'value="zolty-ekran-co-robic"' in page.text
        done = await send(
            browser,
            NEW,
            title="Żółty ekran: co robić?",
            category="",
            new_category="Obraz i dźwięk",
            body="Wyłącz go.",
            review_on="",
        )
        assert done.headers["location"] == f"{NEW}/zolty-ekran-co-robic?said=published"
        page = (await browser.get(done.headers["location"])).text
        assert '<option value="obraz-i-dzwiek" selected>Obraz i dźwięk</option>' in page
        assert [row[0] for row in await versions(world, "zolty-ekran-co-robic")] == [1]
        assert "Wyłącz go." in (await browser.get("/help/seans/pl/articles/zolty-ekran-co-robic")).text


async def test_an_address_that_is_taken_is_refused_with_the_text_kept(world: World) -> None:
    async with await enter(world) as browser:
        for do in ("publish", "preview"):
            page = await send(browser, NEW, do=do, id="kod", title="Inny kod", body="Zupełnie inny tekst.", base="1")
            assert page.status_code == 422
            assert "Ten adres ma już inny artykuł." in page.text
            assert "Zupełnie inny tekst.</textarea>" in page.text
            assert f'href="{PAGE}"' in page.text
        assert len(await versions(world)) == 1


async def test_withdrawing_and_publishing_again(world: World) -> None:
    async with await enter(world) as browser:
        before = await articles_version(world)
        token = csrf((await browser.get(PAGE)).text)
        done = await browser.post(f"{PAGE}/state", data={"csrf": token, "state": "withdrawn"})
        page = (await browser.get(done.headers["location"])).text
        assert "Artykuł jest wycofany" in page
        assert "Otwórz publiczną stronę" not in page
        assert (await browser.get("/help/seans/pl/articles/kod")).status_code == 404
        assert await articles_version(world) == before + 1
        async with world.services.database.brand(world.brand.id) as connection:
            kept = await read_article(connection, world.brand.id, "kod", "pl", withdrawn=True)
        assert kept is not None
        assert kept.changed_by == "Lena"
        assert "1 po terminie przeglądu" in (await browser.get("/desk/articles")).text  # the English one
        await browser.post(f"{PAGE}/state", data={"csrf": token, "state": "published"})
        assert (await browser.get("/help/seans/pl/articles/kod")).status_code == 200
        assert (await browser.post(f"{PAGE}/state", data={"csrf": token, "state": "x"})).status_code == 400


async def test_agents_read_and_nobody_publishes_without_the_token(world: World) -> None:
    async with await enter(world, "Iga", "agent") as iga:
        page = (await iga.get(PAGE)).text
        assert "Ten artykuł jest tylko do odczytu." in page
        assert "<textarea" not in page
        assert "Wycofaj artykuł" not in page
        assert "Nowy artykuł" not in (await iga.get("/desk/articles")).text
        assert (await iga.get(NEW)).status_code == 403
        for address in (PAGE, NEW, f"{PAGE}/state"):
            sent = await iga.post(address, data={"csrf": csrf(page), "do": "publish", "state": "withdrawn"})
            assert sent.status_code == 403
    async with await enter(world) as lena:
        for address in (PAGE, NEW, f"{PAGE}/state"):
            assert (await lena.post(address, data={"csrf": "x", "do": "publish"})).status_code == 403
    assert len(await versions(world)) == 1


async def test_what_a_source_says_otherwise_is_shown_and_decided(world: World) -> None:
    source = new_id(world.at)

    async def step(body: str) -> None:
        async with world.services.database.brand(world.brand.id) as connection:
            draft = replace(CODE, body=body)
            await keep_in_step(connection, world.brand.id, source, [draft], now=world.at)

    async with world.services.database.brand(world.brand.id) as connection:
        await add_source(
            connection,
            world.brand.id,
            source_id=source,
            location="/srv/artykuly",
            defaults=Defaults(category="konto", language="pl"),
            every_hours=24,
            now=world.at,
        )
    await step(CODE.body)
    async with await enter(world) as browser:
        await send(browser, PAGE, body="Kod działa 15 minut.")
        await step("Kod działa 20 minut.")
        assert "inny tekst w źródle" in (await browser.get("/desk/articles")).text
        page = (await browser.get(PAGE)).text
        assert "nowszy tekst z /srv/artykuly nie został opublikowany" in page
        assert "</span>20<span" in page
        token = csrf(page)
        done = await browser.post(f"{PAGE}/source", data={"csrf": token, "do": "keep"})
        assert "Pozostaje tekst z panelu." in (await browser.get(done.headers["location"])).text
        await step("Kod działa 20 minut.")
        assert "nie został opublikowany" not in (await browser.get(PAGE)).text
        await step("Kod działa 25 minut.")
        done = await browser.post(f"{PAGE}/source", data={"csrf": token, "do": "take"})
        assert "opublikowany jako wersja 3" in (await browser.get(done.headers["location"])).text
        assert (await versions(world))[0][1] == "Kod działa 25 minut."
        await step("Kod działa 30 minut.")
        assert (await versions(world))[0][1] == "Kod działa 30 minut."
    async with await enter(world, "Iga", "agent") as iga:
        token = csrf((await iga.get(PAGE)).text)
        assert (await iga.post(f"{PAGE}/source", data={"csrf": token, "do": "keep"})).status_code == 403


async def test_feedback_is_open_until_the_next_version(world: World) -> None:
    await rate(world, helped=False, comment="Pisać na [e-mail]?")
    async with await enter(world) as browser:
        page = (await browser.get(PAGE)).text
        assert "<q>Pisać na [e-mail]?</q>" in page
        assert "Jest nieaktualna" in page
        assert "o wcześniejszych wersjach" not in page
        await send(browser, PAGE, body="Kod działa 15 minut.")
        page = (await browser.get(PAGE)).text
        assert "O wersji 2 nikt tak nie napisał." in page
        assert "1 o wcześniejszych wersjach" in page


async def test_versions_are_compared_and_an_older_text_comes_back(world: World) -> None:
    async with await enter(world) as browser:
        await send(browser, PAGE, body=CODE.body.replace("10", "15"))
        page = (await browser.get(f"{PAGE}?from=2&to=1")).text
        assert "Od wersji 1 do wersji 2" in page
        assert '<del><span class="unseen">[usunięto: </span>10<span class="unseen">]</span></del>' in page
        assert '<ins><span class="unseen">[dodano: </span>15<span class="unseen">]</span></ins>' in page
        for query in ("from=1&to=1", "from=1&to=9", "from=x"):
            assert "Od wersji" not in (await browser.get(f"{PAGE}?{query}")).text
        page = (await browser.get(f"{PAGE}?text=1")).text
        assert "Kod działa 10 minut." in page
        assert 'name="base" value="2"' in page
        assert (await browser.get(f"{PAGE}?text=9")).status_code == 404


async def test_the_other_language_is_one_link_away(world: World) -> None:
    await publish(world, world.brand, replace(CODE, id="tylko-po-polsku"))
    async with await enter(world) as browser:
        assert 'href="/desk/articles/seans/en/kod"' in (await browser.get(PAGE)).text
        page = (await browser.get("/desk/articles/seans/pl/tylko-po-polsku")).text
        assert 'href="/desk/articles/seans/en?id=tylko-po-polsku"' in page
        assert 'value="tylko-po-polsku"' in (await browser.get("/desk/articles/seans/en?id=tylko-po-polsku")).text


# pure ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", "nowy"),
        ("jeden\ndwa\ntrzy", "jeden\ntrzy"),
        ("Kod działa 10 minut.", "Kod działa 15 minut."),
        ("a\n\nb", "a\nb\n"),
        ("\n".join(map(str, range(40))), "\n".join(map(str, range(1, 41)))),
        ("słowo " * 3000, "inne słowo " * 2000),
        ("zupełnie inny tekst", "nic wspólnego nie ma"),
    ],
)
def test_the_pieces_make_up_both_texts(old: str, new: str) -> None:
    for one, other in ((old, new), (new, old)):
        pieces = compare(one, other)
        assert "".join(piece.text for piece in pieces if piece.kind != "added") == one + "\n"
        assert "".join(piece.text for piece in pieces if piece.kind != "removed") == other + "\n"


def test_single_words_are_marked_and_the_rest_is_left_out() -> None:
    lines = [f"Wiersz {n} bez zmian." for n in range(30)]
    changed = [*lines[:15], "Kod działa 10 minut.", *lines[15:]]
    pieces = compare("\n".join(changed), "\n".join(changed).replace("10 minut", "15 minut"))
    assert [(piece.kind, piece.text) for piece in pieces if piece.kind in {"removed", "added"}] == [
        ("removed", "10"),
        ("added", "15"),
    ]
    assert [piece.lines for piece in pieces if piece.kind == "skipped"] == [13, 13]
    assert compare("tak samo", "tak samo") == ()


def test_typed_text_becomes_a_draft_by_the_rules_of_the_import() -> None:
    typed = read_written({"title": " Zwrot  środków ", "new_category": "KONTO", "body": "a\r\nb", "base": "x"})
    draft, wrong = check(propose_id(typed), "en", {"konto": "Account"})
    assert draft == Draft(
        id="zwrot-srodkow",
        language="en",
        category="konto",
        category_name="Account",
        title="Zwrot środków",
        description="",
        body="a\nb",
        owner="",
        review_on=None,
    )
    assert wrong == frozenset()
    assert check(Written(), "pl", {})[1] == {"title", "body", "category"}
    assert check(Written(title="?", body="a", category="konto"), "pl", {"konto": "Konto"})[1] == {"id"}


# in a browser --------------------------------------------------------------------------------------------------------


async def seat(world: World, context: BrowserContext, site: str, who: StaffId) -> Page:
    """A tab of somebody who has signed in."""
    async with await world.enter(who) as browser:
        token = browser.cookies["okienko-desk"]
    await context.add_cookies([{"name": "okienko-desk", "value": token, "url": site}])
    return await context.new_page()


async def measure_width(page: Page) -> int:
    """How wide the page is, also what is out of sight."""
    return await page.evaluate("document.documentElement.scrollWidth")


async def test_an_article_is_edited_with_the_keyboard_and_without_scripts(
    world: World, site: str, browser: Browser
) -> None:
    lena = await world.hire("Lena", {world.brand.id: "lead"})
    context = await browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = await seat(world, context, site, lena)
    await page.goto(f"{site}/desk/articles")
    assert await measure_width(page) == 390
    await page.get_by_role("link", name=CODE.title).press("Enter")
    await page.get_by_label("Tytuł").fill("Kod na ekranie")
    await page.get_by_label("Tytuł").press("Enter")  # shows, and does not publish
    await expect(page.get_by_role("heading", name="Podgląd")).to_be_visible()
    assert [row[0] for row in await versions(world)] == [1]
    await page.get_by_role("button", name="Opublikuj zmiany").press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Wersja 2 jest opublikowana.")
    await page.get_by_role("link", name="Co się zmieniło").press("Enter")
    await expect(page.get_by_role("heading", name="Od wersji 1 do wersji 2")).to_be_visible()
    assert await measure_width(page) == 390
    await context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a11_01_the_editor_s_pages_are_accessible(
    world: World, site: str, browser: Browser, axe: str, theme: Any
) -> None:
    await rate(world, helped=False, comment="Kod działa krócej.")
    lena = await world.hire("Lena", {world.brand.id: "lead"})
    context = await browser.new_context(color_scheme=theme, viewport={"width": 1280, "height": 900}, bypass_csp=True)
    page = await seat(world, context, site, lena)

    async def look() -> None:
        await page.evaluate(axe)
        found: dict[str, Any] = await page.evaluate("axe.run()")
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == [], page.url

    await page.goto(f"{site}/desk/articles")
    await look()
    await page.goto(f"{site}{PAGE}")
    await look()
    await page.goto(f"{site}/desk/articles/gaps")
    await look()
    await page.goto(f"{site}{PAGE}/questions")
    await page.get_by_label("Pytanie tak, jak zada je klient").fill("gdzie są cyferki")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Dodaj pytanie")).to_be_visible()
    await look()
    await page.goto(f"{site}{PAGE}")
    async with await enter(world, "Marek") as marek:
        await send(marek, PAGE, body="Kod działa 20 minut.")
    await page.get_by_label("Treść artykułu").fill("Kod działa 15 minut.")
    await page.get_by_role("button", name="Opublikuj zmiany").click()
    await expect(page.get_by_role("alert")).to_contain_text("w międzyczasie opublikowano wersję 2")
    await look()
    await page.get_by_role("button", name="Pokaż podgląd").click()
    await expect(page.get_by_role("heading", name="Podgląd")).to_be_visible()
    await look()
    await page.goto(f"{site}{NEW}")
    await page.get_by_role("button", name="Opublikuj artykuł").click()
    await expect(page.get_by_role("alert")).to_contain_text("Wpisz tytuł")
    await look()
    await context.close()
