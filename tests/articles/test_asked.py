"""The gap list and example questions at the desk, from what the bot really said."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from okienko.answers.answer import answer
from okienko.answers.index import build_index
from okienko.answers.shelf import Shelf
from okienko.answers.store import read_published
from okienko.articles.asked import pages as asked
from okienko.articles.asked.bot import Quoted
from okienko.articles.drafts import Draft
from okienko.articles.editor import pages as editor
from okienko.articles.store import import_articles, list_questions, read_article
from okienko.brands.store import read_categories
from okienko.conversations.store import places, threads, turns
from okienko.conversations.store.unanswered import count_answers_helped, list_recent_questions, list_unanswered
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.quoting import Quoting
from okienko.routing.store import read_examples
from okienko.staff.store import Role
from okienko.turn import Found, House, decide
from okienko.values import Brand, Language, MaskedText, MessageId, PersonId
from tests.desk_world import Begun, World, csrf, open_world

pytestmark = pytest.mark.anyio

CODE = Draft(
    id="kod",
    language="pl",
    category="konto",
    category_name="Konto",
    title="Kod z telewizora",
    description="Jak zalogować telewizor kodem.",
    body="Na ekranie telewizora widać kod. Wpisz go na stronie konta. Kod działa 10 minut.",
    owner="Zespół aplikacji",
    review_on=None,
)
PRICE = replace(
    CODE, id="cennik", title="Cennik planów", description="Ile kosztują plany.", body="Plan Solo: 25 złotych."
)
GAPS = "/desk/articles/gaps"
QUESTIONS = "/desk/articles/seans/pl/kod/questions"
OPEN = "jak sparować odbiornik bez pilota"


class Generous(Quoting):
    """Takes every article for one that is near, the code first."""

    async def quote(self, brand: Brand, language: Language, questions: Sequence[str]) -> Mapping[str, Quoted]:
        found = await super().quote(brand, language, questions)
        return {question: replace(said, near=("kod", "cennik")) for question, said in found.items()}


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        bot = Generous(database=world.services.database, shelf=Shelf())
        world.app.router.routes.extend([*asked.routes(bot), *editor.routes(bot)])
        async with world.services.database.brand(world.brand.id) as connection:
            await import_articles(connection, world.brand.id, [CODE, PRICE], now=world.at)
        await world.move("us")
        yield world


async def ask(world: World, *texts: str, brand: Brand | None = None, days: int = 0) -> Begun:
    """A new customer writes, and the bot answers each message, so many days ago."""
    now = world.at
    world.clock.at -= timedelta(days=days)
    brand = brand or world.brand
    begun = await world.begin(brand=brand)
    for text in texts:
        await begun.write(text)
        async with world.services.database.brand(brand.id) as connection:
            leases = await turns.claim_lanes(connection, limit=9, now=world.at, lease=timedelta(seconds=10))
            index = build_index(await read_published(connection, brand.id))
            categories = await read_categories(connection)
            own = [one for one in leases if one.brand == brand.id]
            situations = await turns.read_situations(connection, own, world.at)

            def look_up(question: MaskedText, language: Language, category: str | None) -> Found:
                return answer(index, question, language=language, category=category)  # noqa: B023 - used at once

            house = House(name="Seans", hours={}, open=True, people=1, categories=categories, look_up=look_up)
            plans = [decide(situation, house) for situation in situations]
            ids = [[new_id(world.at) for _ in plan.says] for plan in plans]
            await connection.execute(turns.WRITE_PLANS, turns.pack_plans(plans, ids, world.at))
    world.clock.at = now
    return begun


async def rate(begun: Begun, *, helped: bool = False) -> None:
    """The customer says of the last answer whether it helped."""
    ((message,),) = await begun.read("select id from message where conversation_id = %(id)s and kind = 'answer'")
    async with begun.world.services.database.brand(begun.brand.id) as connection:
        assert await threads.give_feedback(
            connection,
            conversation=begun.id,
            message=MessageId(message),
            helped=helped,
            reason=None if helped else "unclear",
            comment=MaskedText(""),
            now=begun.world.at,
        )


async def enter(world: World, role: Role = "lead", name: str = "Lena"):
    return await world.enter(await world.hire(name, {world.brand.id: role}))


async def allow(world: World) -> None:
    async with await enter(world, "admin", "Adam") as adam:
        page = (await adam.get(GAPS)).text
        done = await adam.post(GAPS, data={"csrf": csrf(page), "brand": "seans", "propose": "1", "overdue": "quote"})
        assert done.status_code == 303
        assert "Ustalenia są zapisane." in (await adam.get(done.headers["location"])).text


async def test_what_had_no_answer_is_counted_with_its_trend(world: World) -> None:
    for days in (1, 2, 9, 30):
        await ask(world, OPEN, days=days)
    begun = await ask(world, "kod z telewizora nie działa, mój mail to ewa.k@poczta.example")
    await rate(begun)
    await ask(world, "ile kosztują plany")
    async with await enter(world, "agent") as browser:
        page = (await browser.get(GAPS)).text
    assert page.count('class="asked-gap"') == 2
    assert f">{OPEN}</h2>" in page
    assert "3 bez odpowiedzi" in page
    assert "częściej" in page
    assert "1 raz odpowiedź nie pomogła</span>" in page or "1 raz odpowiedź nie pomogła: jest niejasna" in page
    assert "[e-mail]" in page
    assert "ewa.k" not in page
    assert f"/desk/conversations/seans/{begun.reference}" in page
    assert "ile kosztują plany" not in page
    assert "Napisz artykuł" not in page  # agents look


async def test_words_about_health_never_become_a_gap(world: World) -> None:
    await ask(world, "jestem w ciąży i mam cukrzycę, jak sparować odbiornik")
    async with await enter(world) as browser:
        assert "Przez ostatnie cztery tygodnie nie zabrakło odpowiedzi" in (await browser.get(GAPS)).text


async def test_another_article_is_proposed_only_where_the_matter_was_another(world: World) -> None:
    await rate(await ask(world, "ile kosztują plany"))  # "unclear": the right article, badly written
    await allow(world)
    async with await enter(world) as lena:
        assert "nie było pytania bez odpowiedzi" in (await lena.get(QUESTIONS)).text


async def test_another_brand_sees_nothing_of_it(world: World) -> None:
    await ask(world, OPEN)
    ola = await world.hire("Ola", {world.other.id: "admin"})
    async with await world.enter(ola) as browser:
        page = (await browser.get(f"{GAPS}?brand=seans")).text
        assert OPEN not in page
        assert (await browser.get(QUESTIONS)).status_code == 404
        sent = {"csrf": csrf(page), "brand": "seans", "propose": "1"}
        assert (await browser.post(GAPS, data=sent)).status_code == 404


async def test_customers_words_are_proposed_only_where_an_administrator_has_decided_so(world: World) -> None:
    await ask(world, OPEN)
    async with await enter(world) as lena:
        page = (await lena.get(GAPS)).text
        assert 'name="questions" value=""' in page
        draft = {"csrf": csrf(page), "do": "begin", "questions": OPEN}
        assert OPEN not in (await lena.post("/desk/articles/seans/pl", data=draft)).text
        assert "Dla marki Seans pytania klientów nie są proponowane." in (await lena.get(QUESTIONS)).text
        assert (await lena.post(GAPS, data={"csrf": csrf(page), "brand": "seans"})).status_code == 403
        await allow(world)
        page = (await lena.get(GAPS)).text
        assert f'name="questions" value="{OPEN}"' in page
        page = (await lena.post("/desk/articles/seans/pl", data=draft)).text
        assert f"{OPEN}</textarea>" in page


async def test_a_draft_from_the_gap_list_carries_the_questions_and_they_go_with_the_conversation(world: World) -> None:
    begun = await ask(world, OPEN)
    await allow(world)
    async with await enter(world) as lena:
        token = csrf((await lena.get(GAPS)).text)
        done = await lena.post(
            "/desk/articles/seans/pl",
            data={
                "csrf": token,
                "do": "publish",
                "title": "Parowanie",
                "category": "konto",
                "body": "Przytrzymaj przycisk.",
                "questions": f"{OPEN}\r\nmoje własne słowa",
            },
        )
        assert done.status_code == 303
    async with world.services.database.brand(world.brand.id) as connection:
        article = await read_article(connection, world.brand.id, "parowanie", "pl")
        assert article is not None
        assert [(q.source, q.text) for q in article.questions] == [("customer", OPEN), ("desk", "moje własne słowa")]
        await connection.execute("delete from conversation where id = %(id)s", {"id": begun.id})
        article = await read_article(connection, world.brand.id, "parowanie", "pl")
        assert article is not None
        assert [q.text for q in article.questions] == ["moje własne słowa"]


async def test_the_gain_is_shown_before_one_click_adds_the_question(world: World) -> None:
    await ask(world, OPEN)
    await allow(world)
    async with await enter(world) as lena:
        page = (await lena.get(QUESTIONS)).text
        assert f'lang="pl">{OPEN}</h3>' in page
        assert "Zmieni się odpowiedź na 1 z 1 sprawdzonych pytań:" in page
        assert "bez odpowiedzi wprost" in page
        assert "<strong>Kod z telewizora</strong>" in page
        async with world.services.database.brand(world.brand.id) as connection:
            assert [article.questions for article in await read_published(connection, world.brand.id)] == [(), ()]
        done = await lena.post(QUESTIONS, data={"csrf": csrf(page), "do": "add", "question": OPEN})
        page = (await lena.get(done.headers["location"])).text
        assert "Pytanie zostało dodane." in page
        assert "słowa klienta" in page
        assert f"<h3>{OPEN}" not in page
        gaps = (await lena.get(GAPS)).text
        assert "Teraz bot odpowie na to z artykułu:" in gaps
    later = await ask(world, OPEN)
    assert await later.read("select kind from message where conversation_id = %(id)s and kind = 'answer'")


async def test_a_gap_that_resembles_no_article_is_given_to_one_by_its_title(world: World) -> None:
    await ask(world, OPEN)
    await allow(world)
    async with await enter(world) as lena:
        sent = {"csrf": csrf((await lena.get(GAPS)).text), "brand": "seans", "language": "pl", "question": OPEN}
        page = (await lena.post(f"{GAPS}/article", data={**sent, "title": CODE.title})).text
        assert f'lang="pl">{OPEN}</h3>' in page
        assert "Zmieni się odpowiedź na 1 z 1 sprawdzonych pytań:" in page
        done = await lena.post(f"{GAPS}/article", data={**sent, "title": "Nie ma takiego"})
        assert "Nie ma opublikowanego artykułu o takim tytule." in (await lena.get(done.headers["location"])).text
    async with await enter(world, "agent", "Iga") as iga:
        token = csrf((await iga.get(GAPS)).text)
        done = await iga.post(f"{GAPS}/article", data={**sent, "csrf": token, "title": CODE.title})
        assert done.status_code == 403


async def test_a_question_of_ones_own_is_tried_and_masked(world: World) -> None:
    async with await enter(world) as lena:
        page = (await lena.get(QUESTIONS)).text
        typed = {"csrf": csrf(page), "question": "kod od jan.kowalski@poczta.example nie przychodzi"}
        page = (await lena.post(QUESTIONS, data={**typed, "do": "try"})).text
        assert "kod od [e-mail] nie przychodzi" in page
        assert "jan.kowalski" not in page
        for _ in range(2):
            done = await lena.post(QUESTIONS, data={**typed, "do": "add"})
            assert done.headers["location"].endswith("added")
        done = await lena.post(QUESTIONS, data={**typed, "question": "  ", "do": "add"})
        assert "Najpierw wpisz pytanie." in (await lena.get(done.headers["location"])).text
        async with world.services.database.brand(world.brand.id) as connection:
            article = await read_article(connection, world.brand.id, "kod", "pl")
        assert article is not None
        assert [(q.source, q.text) for q in article.questions] == [("desk", "kod od [e-mail] nie przychodzi")]
    async with await enter(world, "agent", "Iga") as iga:
        page = (await iga.get(QUESTIONS)).text
        assert "Dodaj pytanie" not in page
        assert (await iga.post(QUESTIONS, data={**typed, "csrf": csrf(page), "do": "add"})).status_code == 403


async def test_the_preview_of_an_edit_shows_what_its_questions_would_change(world: World) -> None:
    await ask(world, OPEN)
    async with await enter(world) as lena:
        token = csrf((await lena.get("/desk/articles/seans/pl/kod")).text)
        fields = {"title": CODE.title, "category": "konto", "body": CODE.body, "questions": OPEN, "base": "1"}
        page = (await lena.post("/desk/articles/seans/pl/kod", data={**fields, "csrf": token, "do": "preview"})).text
        assert "Co zmienią przykładowe pytania" in page
        assert f"<q>{OPEN}</q>" in page


async def test_ratings_of_answers_are_counted_by_the_article_that_they_quote(world: World) -> None:
    for helped in (True, False, False):
        await rate(await ask(world, "kod z telewizora nie działa"), helped=helped)
    async with world.services.database.brand(world.brand.id) as connection:
        counted = await count_answers_helped(connection, world.brand.id, since=world.at - timedelta(days=1))
    assert {key: (one.helped, one.reasons) for key, one in counted.items()} == {("kod", "pl"): (1, {"unclear": 2})}


async def declare(begun: Begun, place: str | None, *, account: bool = False) -> None:
    """The customer, or the brand's own system, says where they are."""
    ((person,),) = await begun.read("select person_id from conversation where id = %(id)s")
    async with begun.world.services.database.brand(begun.brand.id) as connection:
        say = places.set_account_place if account else places.declare_place
        await say(connection, PersonId(person), place)
        assert place in (None, *await places.read_places(connection, PersonId(person)))


async def learnt(world: World, texts: Sequence[str]) -> dict[str, list[bool]]:
    """By each query that builds learning data: which of these words it gives out."""
    since = world.at - timedelta(days=3)
    async with world.services.database.brand(world.brand.id) as connection:
        brand = world.brand.id
        gaps = await list_unanswered(connection, brand, since=since)
        found = {
            "proposed": {one.text.text for one in gaps if one.may_improve},
            "measured": {
                one.text for one in await list_recent_questions(connection, world.brand.id, "pl", since=since)
            },
            "tried": set(await list_questions(connection, world.brand.id, "pl")),
            "router": {example.text for example in await read_examples(connection, world.brand.id)},
            "index": {text for one in await read_published(connection, world.brand.id) for text in one.questions},
        }
        assert {one.text.text for one in gaps} >= set(texts)  # people at the desk see what was not answered
    return {name: [text in there for text in texts] for name, there in found.items()}


async def test_prv_13_nothing_is_learnt_from_people_in_the_eea_and_the_uk_or_of_unknown_place(world: World) -> None:
    said = {
        "us": "jak sparować odbiornik bez pilota",
        "us-ca": "dioda miga i odbiornik buczy",
        "pl": "odbiornik mruga diodą podczas parowania",
        "eu": "pilot paruje sąsiedni odbiornik",
        "uk": "parowanie odbiornika trwa godzinę",
        "ca-qc": "odbiornik szumi podczas parowania",
        "strictest": "dioda odbiornika świeci na pomarańczowo",
    }
    begun = {place: await ask(world, text) for place, text in said.items()}
    for place in said:
        await declare(begun[place], place)
    async with world.services.database.brand(world.brand.id) as connection:
        await import_articles(
            connection,
            world.brand.id,
            [replace(CODE, questions=tuple(MaskedText(text) for text in said.values()))],
            now=world.at,
        )
        await connection.execute(
            b"update article_question q set source = 'customer', conversation_id = s.conversation "
            b"from unnest(%(texts)s::text[], %(conversations)s::uuid[]) s (text, conversation) where s.text = q.text",
            {"texts": [*said.values()], "conversations": [one.id for one in begun.values()]},
        )
    allowed = [True, True, False, False, False, False, False]
    ways = ("proposed", "measured", "tried", "router", "index")
    assert await learnt(world, [*said.values()]) == dict.fromkeys(ways, allowed)
    # Somebody of whom nobody knows where they are: where the brand is, or nowhere.
    await declare(begun["pl"], None)
    assert (await learnt(world, [said["pl"]]))["index"] == [True]
    await declare(begun["pl"], "eu", account=True)
    assert (await learnt(world, [said["pl"]]))["index"] == [False]
    await declare(begun["us"], None)
    await world.move(None)
    assert await learnt(world, [said["us"]]) == {way: [False] for way in ways}
    # A brand may forbid it to itself.
    await world.move("us", "[ban.improvement]\nvalue = true\n")
    assert (await learnt(world, [said["us-ca"]]))["router"] == [False]


async def test_prv_13_a_customer_s_words_are_not_copied_where_that_is_forbidden(world: World) -> None:
    await ask(world, OPEN)
    await allow(world)
    await world.move("pl")
    async with await enter(world) as lena:
        page = (await lena.get(GAPS)).text
        assert f">{OPEN}</h2>" in page
        assert 'name="questions" value=""' in page
        done = await lena.post(QUESTIONS, data={"csrf": csrf(page), "do": "add", "question": f"  {OPEN} "})
        assert "to słowa klienta" in (await lena.get(done.headers["location"])).text
        fields = {"title": CODE.title, "category": "konto", "body": CODE.body, "questions": OPEN, "base": "1"}
        done = await lena.post("/desk/articles/seans/pl/kod", data={**fields, "csrf": csrf(page), "do": "publish"})
        assert done.status_code == 422
        assert "Wśród pytań są słowa klienta" in done.text
        own = {**fields, "questions": "sparowanie odbiornika", "csrf": csrf(page), "do": "publish"}
        assert (await lena.post("/desk/articles/seans/pl/kod", data=own)).status_code == 303
    async with world.services.database.brand(world.brand.id) as connection:
        assert await list_questions(connection, world.brand.id, "pl") == ["sparowanie odbiornika"]


async def test_prv_13_words_that_somebody_else_may_give_are_not_refused(world: World) -> None:
    await declare(await ask(world, OPEN), "eu")
    allowed = await ask(world, OPEN)
    await allow(world)
    async with await enter(world) as lena:
        page = (await lena.get(GAPS)).text
        done = await lena.post(QUESTIONS, data={"csrf": csrf(page), "do": "add", "question": OPEN})
        assert done.headers["location"].endswith("added")
    assert await allowed.read("select text from article_question where conversation_id = %(id)s") == [(OPEN,)]
