"""Imports, versions, lists and feedback against a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from okienko.answers.store import read_published
from okienko.articles.drafts import Draft
from okienko.articles.store import (
    Category,
    Imported,
    Policy,
    add_article_feedback,
    import_articles,
    list_articles,
    list_categories,
    list_complaints,
    list_tended,
    mark_overdue,
    publish_edit,
    read_article,
    read_policy,
    read_versions,
    set_policy,
    set_withdrawn,
)
from okienko.database.pool import Connection, Database
from okienko.database.urls import Urls
from okienko.values import BrandId, MaskedText, StaffId

pytestmark = pytest.mark.anyio

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
ADD_BRAND = """
insert into brand (id, slug, name, language, languages, accent, timezone, hours, created_at)
values (%(id)s, %(slug)s, 'Rowery', 'pl', '{pl,en}', '#336699', 'Europe/Warsaw', '', %(now)s)
"""

DRAFT = Draft(
    id="kaucja",
    language="pl",
    category="platnosci",
    category_name="Płatności",
    title="Kiedy wraca kaucja?",
    description="",
    body="Kaucja wraca po trzech dniach.",
    owner="Kasa",
    review_on=date(2027, 2, 1),
)
RETURN = replace(DRAFT, id="zwrot", category="zwroty", category_name="Zwroty", title="Jak oddać rower?", review_on=None)
ENGLISH = replace(DRAFT, language="en", category_name="Payments", title="When does the deposit come back?")


@dataclass(frozen=True)
class Place:
    """A database with two brands; ours is `brand`."""

    database: Database
    brand: BrandId
    other: BrandId

    async def articles_version(self) -> int:
        async with self.database.shared() as connection:
            cursor = await connection.execute("select articles_version from brand where id = %s", (self.brand,))
            row = await cursor.fetchone()
            assert row is not None
            return row[0]


@pytest.fixture
async def place(database_urls: Urls) -> AsyncIterator[Place]:
    database = await Database.open(database_urls.app, size=2)
    place = Place(database, BrandId(uuid4()), BrandId(uuid4()))
    async with database.shared() as connection:
        for slug, brand in (("rowery", place.brand), ("inna", place.other)):
            await connection.execute(ADD_BRAND, {"id": brand, "slug": slug, "now": NOW})
    yield place
    await database.close()


async def save(connection: Connection, place: Place, *drafts: Draft, days: int = 0) -> Imported:
    return await import_articles(connection, place.brand, drafts, now=NOW + timedelta(days=days))


async def test_what_did_not_change_gets_no_new_version(place: Place) -> None:
    async with place.database.brand(place.brand) as connection:
        assert await save(connection, place, DRAFT, RETURN) == Imported(created=2, changed=0, unchanged=0)
        assert await save(connection, place, DRAFT, RETURN, days=1) == Imported(created=0, changed=0, unchanged=2)
        assert await place.articles_version() == 0  # not committed yet
    assert await place.articles_version() == 1
    edited = replace(DRAFT, body="Kaucja wraca po dwóch dniach.")
    moved = replace(RETURN, category="rowery", category_name="Rowery")
    async with place.database.brand(place.brand) as connection:
        assert await save(connection, place, edited, moved, days=2) == Imported(created=0, changed=2, unchanged=0)
        versions = await read_versions(connection, place.brand, "kaucja", "pl")
        assert [(version.version, version.body) for version in versions] == [(2, edited.body), (1, DRAFT.body)]
        assert versions[0].published == NOW + timedelta(days=2)
        assert len(await read_versions(connection, place.brand, "zwrot", "pl")) == 1
        article = await read_article(connection, place.brand, "zwrot", "pl")
        assert article is not None
        assert (article.category_name, article.version, article.languages) == ("Rowery", 1, ("pl",))
    assert await place.articles_version() == 2


async def questions(connection: Connection, place: Place) -> list[tuple[str, str]]:
    article = await read_article(connection, place.brand, "kaucja", "pl")
    assert article is not None
    return [(question.source, question.text) for question in article.questions]


async def test_example_questions_make_no_version_and_reach_the_index(place: Place) -> None:
    asked = replace(DRAFT, questions=(MaskedText("gdzie moja kaucja"), MaskedText("kiedy zwrot kaucji")))
    async with place.database.brand(place.brand) as connection:
        await save(connection, place, DRAFT)
        assert await save(connection, place, asked) == Imported(created=0, changed=1, unchanged=0)
        assert await save(connection, place, asked) == Imported(created=0, changed=0, unchanged=1)
        assert len(await read_versions(connection, place.brand, "kaucja", "pl")) == 1
        (published,) = await read_published(connection, place.brand)
        assert published.questions == ("gdzie moja kaucja", "kiedy zwrot kaucji")
    assert await place.articles_version() == 2  # the article, then its questions
    async with place.database.brand(place.other) as connection:
        row = await (await connection.execute("select count(*) from article_question")).fetchone()
        assert row == (0,)


async def test_an_import_leaves_the_desks_example_questions_alone(place: Place) -> None:
    lena = StaffId(uuid4())

    async def edit(*lines: str) -> None:
        draft = replace(DRAFT, questions=tuple(map(MaskedText, lines)))
        assert await publish_edit(connection, place.brand, draft, base=1, staff_id=lena, now=NOW) == 1

    async with place.database.brand(place.brand) as connection:
        await save(connection, place, replace(DRAFT, questions=(MaskedText("raz"), MaskedText("dwa"))))
        await edit("trzy", "raz", "dwa")
        assert await questions(connection, place) == [("desk", "trzy"), ("import", "raz"), ("import", "dwa")]
        await save(connection, place, replace(DRAFT, questions=(MaskedText("dwa"),)))
        assert sorted(await questions(connection, place)) == [("desk", "trzy"), ("import", "dwa")]
        await save(connection, place, DRAFT)
        assert await questions(connection, place) == [("desk", "trzy")]
        await edit()
        assert await questions(connection, place) == []


async def test_an_article_past_its_review_date_is_quoted_as_the_brand_has_decided(place: Place) -> None:
    async def quoted(day: datetime) -> list[str]:
        async with place.database.brand(place.brand) as connection:
            await mark_overdue(connection, place.brand, day)
            return [article.id for article in await read_published(connection, place.brand)]

    async with place.database.brand(place.brand) as connection:
        await save(connection, place, replace(DRAFT, review_on=date(2027, 3, 31)), RETURN)
        assert await read_policy(connection) == Policy(propose_questions=False, when_overdue="quote")
    last, after = datetime(2027, 3, 31, 21, 59, tzinfo=UTC), datetime(2027, 3, 31, 22, 1, tzinfo=UTC)  # in Warsaw
    assert await quoted(after) == ["kaucja", "zwrot"]
    async with place.database.brand(place.brand) as connection:
        await set_policy(connection, place.brand, Policy(propose_questions=False, when_overdue="withhold"))
    assert await quoted(last) == ["kaucja", "zwrot"]
    before = await place.articles_version()
    assert await quoted(after) == ["zwrot"]
    assert await place.articles_version() == before + 1  # so that the index follows
    assert await quoted(after) == ["zwrot"]
    assert await place.articles_version() == before + 1
    async with place.database.brand(place.brand) as connection:
        await import_articles(connection, place.brand, [replace(DRAFT, review_on=date(2027, 6, 1))], now=after)
        assert [article.id for article in await read_published(connection, place.brand)] == ["kaucja", "zwrot"]


async def test_a_failed_import_leaves_nothing(place: Place) -> None:
    broken = replace(RETURN, id="NOT A SLUG")
    with pytest.raises(psycopg.errors.CheckViolation):
        async with place.database.brand(place.brand) as connection:
            await save(connection, place, DRAFT, broken)
    async with place.database.brand(place.brand) as connection:
        assert await list_articles(connection, place.brand, "pl") == []
        assert await list_categories(connection, place.brand, "pl") == []
    assert await place.articles_version() == 0


async def test_long_imports_tell_how_far_they_are(place: Place) -> None:
    heard: list[tuple[int, int]] = []
    drafts = [replace(DRAFT, id=f"artykul-{number}") for number in range(450)]
    async with place.database.brand(place.brand) as connection:
        done = await import_articles(
            connection, place.brand, drafts, now=NOW, on_progress=lambda done, total: heard.append((done, total))
        )
    assert done == Imported(created=450, changed=0, unchanged=0)
    assert heard == [(200, 450), (400, 450), (450, 450)]


async def test_categories_are_made_in_each_language_and_counted(place: Place) -> None:
    async with place.database.brand(place.brand) as connection:
        await save(connection, place, DRAFT, RETURN, ENGLISH)
        assert await list_categories(connection, place.brand, "pl") == [
            Category(slug="platnosci", name="Płatności", articles=1),
            Category(slug="zwroty", name="Zwroty", articles=1),
        ]
        assert await list_categories(connection, place.brand, "en") == [
            Category(slug="platnosci", name="Payments", articles=1)
        ]
        listed = await list_articles(connection, place.brand, "pl", "zwroty")
        assert [(article.id, article.title) for article in listed] == [("zwrot", "Jak oddać rower?")]
        article = await read_article(connection, place.brand, "kaucja", "en")
        assert article is not None
        assert article.languages == ("en", "pl")


async def test_an_edit_is_a_version_unless_somebody_was_faster(place: Place) -> None:
    editor = StaffId(uuid4())
    async with place.database.brand(place.brand) as connection:
        await save(connection, place, DRAFT)

    async def edit(base: int, **words: str) -> int | None:
        async with place.database.brand(place.brand) as connection:
            return await publish_edit(
                connection, place.brand, replace(DRAFT, **words), base=base, staff_id=editor, now=NOW
            )

    assert await edit(1, body="Wraca jutro.") == 2
    assert await edit(1, body="Wraca wczoraj.") is None
    assert await place.articles_version() == 2
    assert await edit(2, body="Wraca jutro.", owner="Biuro") == 2  # the same words: no new version
    assert await edit(0, title="Inny o tym samym adresie") is None
    assert await edit(0, id="nowy") == 1
    async with place.database.brand(place.brand) as connection:
        newest = (await read_versions(connection, place.brand, "kaucja", "pl"))[0]
        shown = await read_article(connection, place.brand, "kaucja", "pl")
    assert (newest.body, newest.staff_id) == ("Wraca jutro.", editor)
    assert shown is not None
    assert shown.owner == "Biuro"


async def test_a_withdrawn_article_is_for_the_desk_alone(place: Place) -> None:
    editor = StaffId(uuid4())
    async with place.database.brand(place.brand) as connection:
        await save(connection, place, DRAFT, RETURN)

        async def withdraw(withdrawn: bool) -> None:
            await set_withdrawn(
                connection, place.brand, "kaucja", "pl", withdrawn=withdrawn, staff_id=editor, now=NOW + timedelta(1)
            )

        await withdraw(True)
        assert await read_article(connection, place.brand, "kaucja", "pl") is None
        assert [article.id for article in await list_articles(connection, place.brand, "pl")] == ["zwrot"]
        kept = await read_article(connection, place.brand, "kaucja", "pl", withdrawn=True)
        assert kept is not None
        assert (kept.withdrawn, kept.version, kept.changed, kept.languages) == (True, 1, NOW + timedelta(1), ("pl",))
        await withdraw(False)
        assert await read_article(connection, place.brand, "kaucja", "pl") is not None
        await withdraw(False)
    assert await place.articles_version() == 3  # twice the same is one change


async def test_the_list_at_the_desk_counts_ratings(place: Place) -> None:
    async with place.database.brand(place.brand) as connection:
        await save(connection, place, DRAFT, ENGLISH)
        for days, helped in ((-400, False), (0, False), (1, True), (2, True)):
            await add_article_feedback(
                connection,
                place.brand,
                "kaucja",
                "pl",
                feedback_id=uuid4(),
                helped=helped,
                reason=None if helped else "outdated",
                comment=MaskedText("" if helped else "dzwonić pod [telefon]"),
                now=NOW + timedelta(days),
            )
        year = NOW - timedelta(365)
        found = {(row.id, row.language): row for row in await list_tended(connection, place.brand, since=year)}
        assert {key: (row.helped, row.failed) for key, row in found.items()} == {
            ("kaucja", "pl"): (2, 1),
            ("kaucja", "en"): (0, 0),
        }
        assert found["kaucja", "pl"].category == "platnosci"
        (complaint,) = await list_complaints(connection, place.brand, "kaucja", "pl", since=year)
        assert (complaint.version, complaint.reason, complaint.comment) == (1, "outdated", "dzwonić pod [telefon]")
    async with place.database.brand(place.other) as connection:
        assert await list_tended(connection, place.brand, since=year) == []


async def test_feedback_belongs_to_the_version_that_was_read(place: Place) -> None:
    async with place.database.brand(place.brand) as connection:
        await save(connection, place, DRAFT)

        async def say(article: str) -> bool:
            return await add_article_feedback(
                connection,
                place.brand,
                article,
                "pl",
                feedback_id=uuid4(),
                helped=False,
                reason="unclear",
                comment=MaskedText("nie wiem, o co chodzi"),
                now=NOW,
            )

        assert await say("kaucja")
        assert not await say("nie-ma")
        cursor = await connection.execute("select version, helped, reason from article_feedback")
        assert await cursor.fetchall() == [(1, False, "unclear")]


async def test_another_brand_sees_nothing(place: Place) -> None:
    async with place.database.brand(place.brand) as connection:
        await save(connection, place, DRAFT)
    async with place.database.brand(place.other) as connection:
        assert await list_articles(connection, place.brand, "pl") == []
        assert await read_article(connection, place.brand, "kaucja", "pl") is None
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await save(connection, place, RETURN)
