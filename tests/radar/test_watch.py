"""The radar at work: what is noted when the bot leaves something open, what a look makes of it, and what it keeps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from okienko.answers.answer import Refuse
from okienko.conversations.store import turns
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.incidents import store as incidents
from okienko.incidents.incident import Incident
from okienko.radar import store
from okienko.radar.watch import Radar
from okienko.saying import read_terms
from okienko.turn import Found, House, decide
from okienko.values import Language, MaskedText
from tests.desk_world import Begun, World, open_world
from tests.radar.test_rising import EVERY_DAY, FAULT

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        yield world


def open_radar(world: World) -> Radar:
    """A worker's; it remembers nothing yet."""
    return Radar(database=world.services.database, clock=world.clock, read_terms=read_terms)


async def ask(world: World, *texts: str) -> Begun:
    """Somebody new writes, and the bot has no answer."""
    begun = await world.begin()
    for text in texts:
        await begun.write(text)
        await refuse(world)
    return begun


def _find_nothing(question: MaskedText, language: Language, category: str | None) -> Found:
    return Refuse(reason="nothing")


async def refuse(world: World) -> None:
    """The bot's turn, without an article."""
    house = House(name="Seans", hours={}, open=True, people=1, categories={}, look_up=_find_nothing)
    async with world.services.database.brand(world.brand.id) as connection:
        leases = await turns.claim_lanes(connection, limit=9, now=world.at, lease=timedelta(seconds=10))
        situations = await turns.read_situations(connection, leases, world.at)
        plans = [decide(situation, house) for situation in situations]
        ids = [[new_id(world.at) for _ in plan.says] for plan in plans]
        await connection.execute(turns.WRITE_PLANS, turns.pack_plans(plans, ids, world.at))


async def fault(world: World, texts: Sequence[str] = FAULT) -> list[Begun]:
    """Each asks half a minute after the one before."""
    asked: list[Begun] = []
    for text in texts:
        world.later(seconds=30)
        asked.append(await ask(world, text))
    return asked


async def list_groups(world: World) -> list[store.Group]:
    async with world.services.database.brand(world.brand.id) as connection:
        return await store.list_groups(connection, world.at - timedelta(days=9))


async def list_texts(world: World, group: UUID) -> list[str]:
    async with world.services.database.brand(world.brand.id) as connection:
        members = await store.list_members(connection, group, limit=99)
        words = await store.read_words(connection, [member.left for member in members])
        return sorted(text.all.text for text in words.values())


async def test_what_the_bot_leaves_open_is_noted_in_its_own_commit(world: World) -> None:
    begun = await ask(world, "czy wysyłacie na Marsa")
    await begun.write("a na Wenus?")
    await refuse(world)

    rows = await begun.read("select reason from unresolved where conversation_id = %(id)s order by at, reason")

    assert rows == [("refused",), ("refused",)]


async def test_a_fault_becomes_one_group_once(world: World) -> None:
    for text in EVERY_DAY:
        world.later(minutes=40)
        await ask(world, text)
    radar = open_radar(world)
    assert await radar.look(world.brand) == []
    asked = await fault(world)

    (group,) = await radar.look(world.brand)
    world.later(seconds=5)

    assert await radar.look(world.brand) == []
    (known,) = await list_groups(world)
    assert known.id == group
    assert known.people >= 7
    assert world.at - known.began_at < timedelta(minutes=6)
    assert set(await list_texts(world, group)) <= set(FAULT)
    assert len(asked) == len(FAULT)


async def test_another_worker_goes_on_where_the_first_was(world: World) -> None:
    await fault(world)
    (group,) = await open_radar(world).look(world.brand)
    world.later(seconds=30)
    await ask(world, "blik znowu odrzuca płatność")

    assert await open_radar(world).look(world.brand) == []
    (known,) = await list_groups(world)
    assert known.id == group
    assert "blik znowu odrzuca płatność" in await list_texts(world, group)


async def test_two_people_are_no_alarm_at_a_quiet_brand(world: World) -> None:
    for day in range(14):
        world.later(hours=8 if day else 0)
        await ask(world, EVERY_DAY[day % len(EVERY_DAY)])
    world.later(minutes=3)
    await ask(world, FAULT[0])
    world.later(minutes=3)
    await ask(world, FAULT[1])

    assert await open_radar(world).look(world.brand) == []


async def test_a_dismissed_group_stays_dismissed_until_it_doubles(world: World) -> None:
    radar = open_radar(world)
    await fault(world)
    (group,) = await radar.look(world.brand)
    lena = await world.hire("Lena", {world.brand.id: "lead"})
    async with world.services.database.brand(world.brand.id) as connection:
        assert await store.dismiss(connection, group, staff_id=lena, now=world.at)

    world.later(seconds=10)
    await ask(world, "blik dalej odrzuca płatność")
    assert await radar.look(world.brand) == []
    await fault(world, [*FAULT, "nie zapłacę blikiem"])
    assert await radar.look(world.brand) == [group]
    (known,) = await list_groups(world)
    assert known.dismissed_at is None


async def test_what_was_dismissed_is_known_on_another_day(world: World) -> None:
    radar = open_radar(world)
    await fault(world)
    (group,) = await radar.look(world.brand)
    lena = await world.hire("Lena", {world.brand.id: "lead"})
    async with world.services.database.brand(world.brand.id) as connection:
        await store.dismiss(connection, group, staff_id=lena, now=world.at)
    world.later(days=2)
    await fault(world)

    assert await radar.look(world.brand) == []
    assert [known.id for known in await list_groups(world)] == [group]


async def test_whoever_objects_is_in_no_group(world: World) -> None:
    asked = await fault(world)
    for begun in asked[:5]:
        await begun.change(
            "update person set objected_at = now() where id = (select person_id from conversation where id = %(id)s)"
        )

    assert await open_radar(world).look(world.brand) == []


async def test_nothing_of_it_outlives_the_conversation(world: World) -> None:
    asked = await fault(world)
    (group,) = await open_radar(world).look(world.brand)
    for begun in asked:
        await begun.change("delete from conversation where id = %(id)s")

    assert await list_texts(world, group) == []
    rows = await asked[0].read("select 1 from unresolved")
    assert rows == []


async def test_what_is_old_is_forgotten(world: World) -> None:
    radar = open_radar(world)
    await fault(world)
    await radar.look(world.brand)
    world.later(days=29)
    begun = await ask(world, EVERY_DAY[0])
    await radar.look(world.brand)

    assert await list_groups(world) == []
    assert await begun.read("select count(*) from unresolved") == [(1,)]


async def test_whoever_hears_of_an_incident_is_no_alarm_any_more(world: World) -> None:
    asked = await fault(world)
    incident = new_id(world.at)
    async with world.services.database.brand(world.brand.id) as connection:
        await incidents.declare(
            connection,
            world.brand.id,
            Incident(broke="BLIK", since=world.at, until=world.at + timedelta(hours=6), notice={"pl": "Wiemy."}),
            id_=incident,
            staff_id=None,
            now=world.at,
        )
    for begun in asked:
        await begun.change(
            "insert into incident_report (brand_id, conversation_id, incident_id, told, first_at, last_at) "
            "select brand_id, id, %(incident)s, 1, created_at, %(now)s from conversation where id = %(id)s",
            incident=incident,
            now=world.at,
        )

    assert await open_radar(world).look(world.brand) == []
