"""Texts stay as they were published, consent is only ever added to, and nobody who trains is a processor."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import psycopg
import pytest

from okienko.audit.store import member
from okienko.cli.policy import write_register
from okienko.consent import store
from okienko.consent.register import find_unnamed, read_purposes
from okienko.consent.texts import CONSENT, find_missing, find_unknown, write_texts, write_wordings
from okienko.conversations.store.choices import set_people_only
from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.database.urls import Urls
from okienko.policy.brand import put_in_force
from okienko.policy.files import read_own_book
from okienko.values import Language, PersonId, StaffId
from tests.rights.world import BRAND
from tests.web_world import NOW, World, open_world

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(database_urls: Urls) -> AsyncIterator[World]:
    async with open_world(database_urls) as world:
        yield world


async def publish(world: World, connection: Connection) -> store.Text:
    return (await store.publish_texts(connection, world.brand, write_texts, NOW))[CONSENT, "en"]


async def add(connection: Connection, person: PersonId, text: store.Text, action: store.Action, n: int = 0) -> bool:
    at = NOW + timedelta(milliseconds=n)
    row = await (await connection.execute("select current_brand()")).fetchone()
    assert row is not None
    return await store.add_event(
        connection,
        brand=row[0],
        person=person,
        id=new_id(at),
        purpose=store.CHAT,
        channel="webchat",
        action=action,
        how="button",
        text=text,
        in_force=put_in_force(read_own_book(), brand="us"),
        now=at,
    )


@pytest.mark.parametrize("language", ["pl", "en"])
async def test_a_brand_says_from_its_first_moment_what_answers(world: World, language: Language) -> None:
    async with world.database.brand(world.brand.id) as connection:
        first = (await store.read_texts(connection))["ai.notice", language]
    assert (first.version, first.body) == (1, write_texts(world.brand, {})["ai.notice", language])


async def test_one_version_is_in_force_and_another_is_published_when_the_words_change(world: World) -> None:
    async with world.database.brand(world.brand.id) as connection:
        await publish(world, connection)
        again = await store.publish_texts(connection, world.brand, write_texts, NOW)
        assert {text.version for text in again.values()} == {1}
        renamed = replace(world.brand, name="Kino Seans")
        texts = await store.publish_texts(connection, renamed, write_texts, NOW + timedelta(days=1))
        assert (texts["chat.notice", "pl"].version, texts["ai.notice", "pl"].version) == (2, 1)
        history = await store.read_history(connection)
        assert [one.until for one in history if (one.text.kind, one.text.language) == ("chat.notice", "pl")] == [
            NOW + timedelta(days=1),
            None,
        ]
    with pytest.raises(psycopg.errors.UniqueViolation):
        await world.run(
            "insert into published_text (brand_id, kind, language, version, body, since)"
            " values (current_brand(), 'chat.notice', 'pl', 9, 'inna', now())"
        )


def test_okienkos_own_wordings_may_be_published_and_without_their_promises_they_may_not() -> None:
    for (kind, language), wording in write_wordings(BRAND).items():
        assert (find_missing(kind, language, wording), find_unknown(kind, wording)) == ([], [])
        for sentence in find_missing(kind, language, ""):
            assert find_missing(kind, language, wording.replace(sentence, "")) == [sentence]
        assert find_missing(kind, language, wording.upper().replace("{BRAND}", "{brand}").replace(" ", "\n")) == []
    assert find_unknown("chat.notice", "{brand} {period} {imię}") == ["{imię}"]
    assert find_unknown("ai.notice", "{brand}") == ["{brand}"]
    assert find_unknown("ai.notice", "{") == ["{"]


async def test_a_brand_s_own_wording_is_published_as_another_version_and_old_ones_stay(world: World) -> None:
    staff = StaffId(new_id(NOW))
    own = "Tu Seans. To jest program (bot), nie człowiek. W każdej chwili możesz poprosić o człowieka."
    async with world.database.brand(world.brand.id) as connection:
        await publish(world, connection)
        await store.save_draft(connection, "ai.notice", "pl", own, staff=staff, now=NOW)
        assert (await store.read_drafts(connection))["ai.notice", "pl"].text == own
        texts = await store.publish_texts(connection, world.brand, write_texts, NOW)
        assert texts["ai.notice", "pl"].version == 1  # a draft is nobody's business
        await store.set_wording(connection, "ai.notice", "pl", own, staff=staff, now=NOW)
        texts = await store.publish_texts(connection, world.brand, write_texts, NOW, by=member(staff))
        assert (texts["ai.notice", "pl"].version, texts["ai.notice", "pl"].body) == (2, own)
        assert await store.read_drafts(connection) == {}
        await store.set_wording(connection, "ai.notice", "pl", None, staff=staff, now=NOW)
        texts = await store.publish_texts(connection, world.brand, write_texts, NOW)
        assert texts["ai.notice", "pl"].version == 3
        history = [one.text.version for one in await store.read_history(connection) if one.text.kind == "ai.notice"]
    assert sorted(history) == [1, 1, 2, 3]
    acts = await world.rows(
        "select detail from audit_payload where action = 'text-published' and actor = %(id)s", id=staff
    )
    digest = hashlib.sha256(own.encode()).hexdigest()
    assert acts == [(f"language=pl sha256={digest} version=2",)]


async def test_what_somebody_says_to_a_text_stands_in_the_log_without_who_they_are(world: World) -> None:
    thread = await world.start()
    async with world.database.brand(world.brand.id) as connection:
        text = await publish(world, connection)
        for n, action in enumerate(("given", "withdrawn", "withdrawn", "refused")):
            await add(connection, thread.person, text, action, n)
    acts = await world.rows(
        "select action, object, detail from audit_payload where action like 'consent%%' order by id"
    )
    assert [action for action, _, _ in acts] == ["consent-given", "consent-withdrawn", "consent-refused"]
    assert {(id_, detail) for _, id_, detail in acts} == {
        (str(thread.person), "channel=webchat purpose=chat text=chat.consent.us version=1")
    }


@pytest.mark.parametrize(
    "statement",
    [
        "update consent_event set action = 'given'",
        "delete from consent_event",
        "truncate consent_event",
        "update published_text set body = 'inna'",
        "update published_text set until = null where until is not null",
        "delete from published_text",
    ],
)
async def test_prv_08_history_is_not_changed(world: World, database_urls: Urls, statement: str) -> None:
    """By the app, which may not, and by the owner of the tables, whom triggers stop."""
    thread = await world.start()
    async with world.database.brand(world.brand.id) as connection:
        await add(connection, thread.person, await publish(world, connection), "refused")
        renamed = replace(world.brand, name="Kino Seans")
        await store.publish_texts(connection, renamed, write_texts, NOW + timedelta(days=1))
    with pytest.raises(psycopg.DatabaseError) as forbidden:
        await world.run(statement)
    assert forbidden.value.sqlstate in {"42501", "OK006"}
    with psycopg.connect(database_urls.owner) as owner:
        owner.execute("set search_path = okienko")
        owner.execute("select set_config('okienko.brand', %s, false)", (str(world.brand.id),))
        with pytest.raises(psycopg.DatabaseError) as refused:
            owner.execute(statement.encode())
    assert refused.value.sqlstate in {"OK004", "OK006", "OK009"}


async def test_prv_08_consent_is_to_a_published_text_only(world: World) -> None:
    thread = await world.start()
    async with world.database.brand(world.brand.id) as connection:
        text = await publish(world, connection)
    for wrong in (replace(text, version=2), replace(text, sha256=b"x" * 32), replace(text, kind="chat.other")):
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            async with world.database.brand(world.brand.id) as connection:
                await add(connection, thread.person, wrong, "given")


async def test_prv_08_the_last_word_holds_and_all_stay(world: World) -> None:
    thread = await world.start()
    async with world.database.brand(world.brand.id) as connection:
        text = await publish(world, connection)
        assert not await add(connection, thread.person, text, "withdrawn")  # there is nothing to take back
        for n, action in enumerate(("refused", "given", "withdrawn", "given"), start=1):
            assert await add(connection, thread.person, text, action, n)
            (now,) = await store.read_now(connection, thread.person)
            assert now.action == action
        assert await store.read_text_given(connection, thread.person, store.CHAT, "webchat") == text
    assert await world.rows("select count(*) from consent_event") == [(4,)]
    assert await world.rows("select count(*) from consent_event e join policy_text p on p.hash = e.policy_hash") == [
        (4,)
    ]


async def test_prv_18_a_withdrawal_holds_at_once(world: World) -> None:
    """Of the ledger alone: nothing in okienko sends marketing."""
    thread = await world.start()
    async with world.database.brand(world.brand.id) as connection:
        text = await publish(world, connection)
        assert not await store.has_consent(connection, thread.person, store.CHAT, "webchat")
        await add(connection, thread.person, text, "given", 1)
        assert await store.has_consent(connection, thread.person, store.CHAT, "webchat")
        assert not await store.has_consent(connection, thread.person, store.CHAT, "email")
        assert not await store.has_consent(connection, thread.person, "marketing", "webchat")
        await add(connection, thread.person, text, "withdrawn", 2)
        assert not await store.has_consent(connection, thread.person, store.CHAT, "webchat")


async def test_the_ledger_goes_with_its_person_and_not_before(world: World, database_urls: Urls) -> None:
    thread = await world.start()
    async with world.database.brand(world.brand.id) as connection:
        await add(connection, thread.person, await publish(world, connection), "given")
    await world.run("delete from person where id = %(id)s", id=thread.person)
    assert await world.rows("select count(*) from consent_event") == [(0,)]


# notices and marks ----------------------------------------------------------------------------------------------------

BOT = """
insert into message (brand_id, conversation_id, id, author, kind, text, answers, generator, at)
values (current_brand(), %(c)s, %(id)s, 'bot', 'answer', 'Tak.', 1, %(generator)s, %(at)s)
"""


async def test_ai_01_no_message_of_the_bot_before_the_notice(world: World) -> None:
    thread = await world.start()
    assert await world.rows("select notice_version, notice_language, noticed_at from conversation") == [(1, "pl", NOW)]
    with pytest.raises(psycopg.DatabaseError) as kept:
        await world.run("update conversation set noticed = false")
    assert kept.value.sqlstate == "OK007"
    await world.run(BOT, c=thread.conversation, id=new_id(NOW), generator="okienko", at=NOW)
    other = await world.start(b"other")
    await world.run("delete from conversation where id = %(id)s", id=other.conversation)
    await world.run(
        "insert into conversation (brand_id, id, person_id, connection_id, channel, reference, language, updated_at,"
        " created_at) values (current_brand(), %(id)s, %(person)s, 'seans-web', 'webchat', 'X', 'pl', %(at)s, %(at)s)",
        id=other.conversation,
        person=other.person,
        at=NOW,
    )
    with pytest.raises(psycopg.DatabaseError) as refused:
        await world.run(BOT, c=other.conversation, id=new_id(NOW), generator="okienko", at=NOW)
    assert refused.value.sqlstate == "OK008"


@pytest.mark.parametrize("generator", [None, "", "A model", "model:"])
async def test_ai_02_a_message_of_the_bot_says_what_made_it(world: World, generator: str | None) -> None:
    thread = await world.start()
    with pytest.raises(psycopg.errors.CheckViolation):
        await world.run(BOT, c=thread.conversation, id=new_id(NOW), generator=generator, at=NOW)


async def test_people_only_is_the_persons_on_every_channel(world: World) -> None:
    thread = await world.start()
    async with world.database.brand(world.brand.id) as connection:
        await set_people_only(connection, thread.person, True, NOW)
        await set_people_only(connection, thread.person, True, NOW + timedelta(days=1))  # says when it began
    assert await world.rows("select people_only_at from person") == [(NOW,)]
    async with world.database.brand(world.brand.id) as connection:
        await set_people_only(connection, thread.person, False, NOW)
    assert await world.rows("select people_only_at from person") == [(None,)]


# the register and processors ------------------------------------------------------------------------------------------


def test_prv_07_the_register_is_the_committed_one() -> None:
    committed = (Path(__file__).parents[2] / "docs" / "register.md").read_text("utf-8")
    assert committed == write_register(), "run: okienko policy register > docs/register.md"


def test_prv_07_every_purpose_that_a_column_declares_is_in_the_register(urls: Urls) -> None:
    with psycopg.connect(urls.owner) as owner:
        rows = owner.execute(
            """
            select distinct trim(split_part(col_description(c.oid, a.attnum), ';', 2))
            from pg_class c join pg_attribute a on a.attrelid = c.oid
            where c.relnamespace = 'okienko'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
              and a.attnum > 0 and not a.attisdropped and c.relname <> 'migration'
            """
        ).fetchall()
    purposes = read_purposes((files("okienko.consent") / "purposes.toml").read_text("utf-8"))
    declared = [word for (word,) in rows]
    assert find_unnamed(purposes, declared) == set()
    assert {word for purpose in purposes for word in purpose.words} <= set(declared)


PROCESSOR = store.Processor(
    id=new_id(NOW), name="Chmura", does="hosts the database", region="EU", transfer="", contract_on=NOW.date()
)


async def test_prv_13_a_processor_that_trains_cannot_be_stored(world: World) -> None:
    with pytest.raises(store.MayTrain):
        async with world.database.brand(world.brand.id) as connection:
            await store.add_processor(connection, PROCESSOR, trains=True, now=NOW)
    for unsure in ("null", "true"):
        with pytest.raises(psycopg.errors.IntegrityError):
            await world.run(
                "insert into processor (brand_id, id, name, does, region, contract_on, training_allowed, since)"
                f" values (current_brand(), gen_random_uuid(), 'x', 'y', 'EU', now(), {unsure}, now())"
            )
    async with world.database.brand(world.brand.id) as connection:
        await store.add_processor(connection, PROCESSOR, trains=False, now=NOW)
        assert await store.read_processors(connection) == [PROCESSOR]
        assert await store.end_processor(connection, "chmura", NOW)
        assert await store.read_processors(connection) == []
