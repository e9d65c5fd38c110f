"""Cases: named before they are written, due by the law of the place, opened once, shown and closed at the desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import pytest

from okienko.audit.store import list_log
from okienko.cases import pages, store
from okienko.cases.kinds import CLOCKS, NAMES, find_term
from okienko.cases.store import Opening
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.policy.files import read_own_book
from okienko.scenarios import store as scenarios
from okienko.scenarios.files import read_texts
from okienko.scenarios.publish import publish
from okienko.scenarios.scenario import CASES
from tests.desk_world import World as Desk
from tests.desk_world import csrf, open_world
from tests.rights.world import BRAND
from tests.road.conftest import World
from tests.road.conftest import open_world as open_road

ANN: Final = "ann-" + "a" * 40
FILE: Final = read_texts()["complaint"].replace("category: complaints", "category: zwroty")


def test_the_kinds_that_scenarios_may_name_are_those_that_have_a_name_and_a_clock() -> None:
    assert CASES == CLOCKS.keys() == NAMES.keys()


@pytest.mark.parametrize(
    ("declared", "received", "due"),
    [
        # 23.30 in Warsaw still belongs to the day; fourteen days, the day of the event not counted: art. 7a
        ("pl", datetime(2026, 11, 21, 22, 30, tzinfo=UTC), date(2026, 12, 5)),
        ("pl", datetime(2026, 11, 21, 23, 30, tzinfo=UTC), date(2026, 12, 6)),
        ("uk", datetime(2026, 11, 21, 22, 30, tzinfo=UTC), date(2026, 12, 5)),  # no law of its own: the strictest
    ],
)
def test_a_complaint_is_due_fourteen_days_after_it_came(declared: str, received: datetime, due: date) -> None:
    term = find_term(read_own_book(), BRAND, "complaint", received, declared=declared)
    assert term.due_on == due
    assert term.rule.endswith("clock.reklamacja")


def test_a_kind_without_a_law_has_no_day() -> None:
    assert find_term(read_own_book(), BRAND, "appeal", datetime(2026, 11, 21, tzinfo=UTC)).due_on is None


@pytest.fixture
async def world(database_urls: Urls) -> AsyncIterator[World]:
    async with open_road(database_urls) as world:
        now = world.clock()
        async with world.database.brand(world.brand.id) as connection:
            await scenarios.save(connection, world.brand.id, "complaint", FILE, base=None, staff_id=None, now=now)
            (version,) = await scenarios.read_versions(connection, world.brand.id, "complaint")
            assert await publish(connection, world.brand, version, publication=new_id(now), staff_id=None, now=now)
        world.clock.move(1)
        yield world


async def _ask(world: World, *texts: str) -> None:
    for text in texts:
        assert (await world.say(ANN, text)).status == 200
        await world.settle()
        world.clock.move(1)


@pytest.mark.anyio
async def test_a_scenario_opens_a_case_tells_its_reference_and_hands_over_to_the_team(world: World) -> None:
    conversation = await world.begin(ANN)
    await _ask(world, "chcę złożyć reklamację", "nowa", "Podeszwa się odkleiła", "wymiana", "KR-2026-118")
    async with world.database.brand(world.brand.id) as connection:
        (case,) = await store.list_cases(connection, is_open=True)
        row = await (await connection.execute("select holder, team, priority from conversation")).fetchone()
    assert (case.kind, case.due_on, case.team) == ("complaint", date(2026, 12, 5), "complaints")
    assert case.reference == f"KR-{case.conversation}"
    assert f"Reklamacja {case.reference}" in str(await world.transcript(conversation))
    assert row == ("queue", "complaints", "high")


@pytest.mark.anyio
async def test_a_case_is_opened_with_the_words_of_its_turn_or_not_at_all(world: World) -> None:
    conversation = await world.begin(ANN)
    now = world.clock()
    opening = Opening(
        conversation=conversation,
        message=new_id(now),  # of a turn that was not written: a person came first
        id=new_id(now),
        reference="KR-1",
        kind="complaint",
        team=None,
        due_on=None,
        rule="",
    )
    async with world.database.brand(world.brand.id) as connection:
        await connection.execute(store.OPEN, store.pack_openings([opening], now))
        assert await store.list_cases(connection, is_open=True) == []


@pytest.mark.anyio
async def test_the_same_complaint_again_is_no_second_case(world: World) -> None:
    await world.begin(ANN)
    steps = ("chcę złożyć reklamację", "nowa", "Podeszwa się odkleiła", "wymiana", "KR-2026-118")
    await _ask(world, *steps)
    async with world.database.brand(world.brand.id) as connection:
        await connection.execute("update conversation set holder = 'bot', version = version + 1")
    await _ask(world, *steps)
    async with world.database.brand(world.brand.id) as connection:
        (case,) = await store.list_cases(connection, is_open=True)
        await connection.execute(
            "update support_case set closed_at = now(), outcome = 'mistake' where reference = %s", (case.reference,)
        )
        await connection.execute("update conversation set holder = 'bot', version = version + 1")
    await _ask(world, *steps)
    async with world.database.brand(world.brand.id) as connection:
        (second,) = await store.list_cases(connection, is_open=True)
    assert second.reference == f"{case.reference}-2"


@pytest.fixture
async def desk(database_urls: Urls, tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_world(database_urls, tmp_path) as world:
        world.app.router.routes.extend(pages.routes())
        yield world


@pytest.mark.anyio
async def test_at_the_desk_what_is_overdue_is_marked_taken_and_closed(desk: Desk) -> None:
    begun = await desk.begin("reklamuję buty")
    async with desk.services.database.brand(desk.brand.id) as connection:
        await connection.execute(
            """insert into support_case (brand_id, conversation_id, id, reference, kind, team, opened_at, due_on)
            select brand_id, id, gen_random_uuid(), 'KR-' || reference, 'complaint', 'complaints', %s, '2026-01-02'
            from conversation where reference = %s""",
            (desk.at, begun.reference),
        )
    reference = f"KR-{begun.reference}"
    async with await desk.enter(await desk.hire("Iga", {desk.brand.id: "agent"})) as iga:
        page = (await iga.get("/desk/cases?kind=complaint&team=complaints")).text
        assert reference in page
        assert "po terminie od" in page
        assert reference not in (await iga.get("/desk/cases?kind=appeal")).text
        assert reference in (await iga.get(f"/desk/conversations/seans/{begun.reference}")).text
        form = {"csrf": csrf(page), "brand": "seans", "case": reference}
        taken = await iga.post("/desk/cases", data={**form, "do": "take"})
        assert "Sprawa jest Twoja." in (await iga.get(taken.headers["location"])).text
        assert (await iga.post("/desk/cases", data={**form, "do": "close", "outcome": "x"})).status_code == 400
        closed = await iga.post("/desk/cases", data={**form, "do": "close", "outcome": "granted"})
        assert reference not in (await iga.get(closed.headers["location"])).text
        assert "uznana" in (await iga.get("/desk/cases?state=closed")).text
        late = await iga.post("/desk/cases", data={**form, "do": "close", "outcome": "refused"})
        assert "ktoś był szybszy" in (await iga.get(late.headers["location"])).text
        await iga.post("/desk/cases", data={**form, "do": "reopen"})
        assert "po terminie od" in (await iga.get("/desk/cases")).text
    async with desk.services.database.brand(desk.brand.id) as connection:
        acts = [line.payload.action for line in await list_log(connection, limit=20)]
    assert [act for act in acts if act.startswith("case")] == ["case-reopened", "case-closed", "case-assigned"]
    async with await desk.enter(await desk.hire("Ola", {desk.brand.id: "privacy"})) as ola:
        assert (await ola.get("/desk/cases")).status_code == 403


@pytest.mark.anyio
async def test_the_list_of_conversations_is_filtered_by_team_and_says_what_is_urgent(desk: Desk) -> None:
    plain, urgent = await desk.begin("zwykła sprawa"), await desk.begin("pilna sprawa")
    async with desk.services.database.brand(desk.brand.id) as connection:
        await connection.execute("update conversation set holder = 'queue', queued_at = %s", (desk.at,))
        await connection.execute(
            "update conversation set team = 'dostawy', priority = 'urgent' where reference = %s", (urgent.reference,)
        )
    async with await desk.enter(await desk.hire("Iga", {desk.brand.id: "agent"})) as iga:
        page = (await iga.get("/desk?view=waiting")).text
        assert page.index(urgent.reference) < page.index(plain.reference)
        assert "pilne" in page
        filtered = (await iga.get("/desk?view=waiting&team=dostawy")).text
        assert urgent.reference in filtered
        assert f"{plain.reference}?" not in filtered
        assert f"{urgent.reference}?view=waiting&amp;team=dostawy" in filtered
