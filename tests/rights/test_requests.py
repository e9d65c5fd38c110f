"""The register of requests keeps its own rules; what is restricted is not used; what is wrong is put right."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.audit.store import OPERATOR, Actor
from okienko.conversations.store import desk, unanswered
from okienko.database.urls import Urls
from okienko.masking.vault import SealBroken
from okienko.policy.clocks import NotAllowed, Pause
from okienko.policy.files import read_own_book
from okienko.rights import fulfil
from okienko.rights.clocks import find_moved, find_term
from okienko.rights.store import people, requests
from okienko.rights.store.catalogue import read_catalogue
from okienko.rights.store.corrections import KINDS
from okienko.rights.vault import OtherKind, open_key
from okienko.values import MaskedText, RawText
from tests.rights.world import BEGIN, BRAND, World, open_world

QUESTION = MaskedText("O którą rozmowę chodzi?")
REASON = MaskedText("Wniosek jest oczywiście bezzasadny")


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    """Two people."""
    async with open_world(database_urls, tmp_path) as world:
        for _ in range(2):
            await world.settle_in()
        yield world


async def read(world: World, request: UUID) -> requests.Request:
    async with world.database.brand(world.brand.id) as connection:
        found = await requests.read_request(connection, request)
    assert found is not None
    return found


# the register -----------------------------------------------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["access", "portability", "rectify", "erase", "restrict", "object"])
async def test_dsr_02_nothing_is_fulfilled_before_we_know_who_asks(world: World, kind: requests.Kind) -> None:
    request = await world.ask(world.people[0].id, kind, verified=False)
    for statement in (
        "update rights_request set state = 'fulfilled', closed_at = %(now)s where id = %(id)s",
        """insert into rights_request
          (brand_id, id, reference, kind, language, came_by, rule, received_at, due_on, state, closed_at)
        select brand_id, gen_random_uuid(), 'AAA-AAAA', kind, language, came_by, rule, received_at, due_on, 'fulfilled',
          %(now)s from rights_request where id = %(id)s""",
    ):
        with pytest.raises(psycopg.errors.CheckViolation):
            await world.run(statement, id=request, now=world.clock())
    if kind != "erase":  # that is tried in test_erasure.py
        with pytest.raises(fulfil.NotReady, match="found out"):
            await attempt(world, kind, request)
    assert (await read(world, request)).state == "open"


async def attempt(world: World, kind: requests.Kind, request: UUID) -> None:
    database, keys, brand, clock = world.database, world.keys, world.brand, world.clock
    match kind:
        case "access" | "portability":
            await fulfil.hand_over(database, keys, brand, request, by=OPERATOR, clock=clock)
        case "restrict":
            await fulfil.restrict(database, brand.id, request, by=OPERATOR, clock=clock)
        case "object":
            await fulfil.take_objection(database, brand.id, request, by=OPERATOR, clock=clock)
        case _:
            value = RawText("x")
            await fulfil.rectify(
                database, keys, brand.id, request, table="identity", row=request, value=value, by=OPERATOR, clock=clock
            )


@pytest.mark.anyio
async def test_dsr_02_asked_twice_is_one_request_with_the_first_clock(world: World) -> None:
    someone = world.people[0]
    first = await world.ask(someone.id, "access", verified=False)
    world.clock.move(days=3)
    assert await world.ask(someone.id, "access", verified=False) == first
    assert (await read(world, first)).due_on == (BEGIN + timedelta(days=30)).date()
    async with world.database.brand(world.brand.id) as connection:
        now = world.clock()
        assert not await requests.verify(connection, first, world.people[1].id, by="code", now=now)  # somebody else
        assert await requests.verify(connection, first, someone.id, by="code", now=now)
        assert not await requests.verify(connection, first, someone.id, by="code", now=now)
        assert await requests.close(connection, first, "withdrawn", now=now)
        assert not await requests.close(connection, first, "fulfilled", now=now)
        assert [event.what for event in await requests.read_events(connection, first)] == [
            "received",
            "verified",
            "withdrawn",
        ]
    assert await world.ask(someone.id, "access", verified=False) != first


@pytest.mark.anyio
async def test_a_refusal_says_why_and_an_extension_comes_once_and_in_time(world: World) -> None:
    request = await world.ask(world.people[0].id, "access")
    now, later = world.clock(), (BEGIN + timedelta(days=90)).date()
    late = now + timedelta(days=31)
    async with world.database.brand(world.brand.id) as connection:
        for refusal in (None, MaskedText("nie")):
            with pytest.raises(psycopg.errors.CheckViolation):
                async with connection.transaction():
                    await requests.close(
                        connection, request, "refused", refusal=refusal, staff=world.agents[0], now=now
                    )
        with pytest.raises(psycopg.errors.CheckViolation):  # no program refuses
            async with connection.transaction():
                await requests.close(connection, request, "refused", refusal=REASON, now=now)
        with pytest.raises(psycopg.errors.CheckViolation):  # too late
            async with connection.transaction():
                await requests.extend(connection, request, to=later, reason=REASON, staff=None, now=late)
        with pytest.raises(psycopg.errors.CheckViolation):  # without a reason
            async with connection.transaction():
                await requests.extend(connection, request, to=later, reason=MaskedText(""), staff=None, now=now)
        assert await requests.extend(connection, request, to=later, reason=REASON, staff=None, now=now)
        assert not await requests.extend(connection, request, to=later, reason=REASON, staff=None, now=now)
        (listed,) = [one for one in await requests.list_open(connection) if one.id == request]
        assert listed.last_day == later
        assert await requests.close(connection, request, "refused", refusal=REASON, staff=world.agents[0], now=now)
    assert (await read(world, request)).refusal == REASON.text


@pytest.mark.anyio
@pytest.mark.parametrize(
    "change",
    [
        "due_on = due_on + 1",
        "received_at = received_at + interval '1 day'",
        "kind = 'complaint'",
        "verified_at = verified_at + interval '1 day'",
        "person_id = (select id from person where id <> rights_request.person_id limit 1)",
        "state = 'open', closed_at = null, digest = null",
    ],
)
async def test_what_is_written_down_stays(world: World, change: str) -> None:
    request = await world.ask(world.people[0].id, "access")
    await fulfil.hand_over(world.database, world.keys, world.brand, request, by=OPERATOR, clock=world.clock)
    with pytest.raises(psycopg.DatabaseError, match="closed once"):
        await world.run(f"update rights_request set {change} where id = %(id)s", id=request)
    with pytest.raises(psycopg.DatabaseError, match=r"only ever added|permission denied"):
        await world.run("update rights_event set what = 'refused'")


@given(received=st.datetimes(datetime(2026, 1, 1), datetime(2046, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_dsr_01_a_request_has_the_term_of_its_place(received: datetime) -> None:
    book = read_own_book()
    brand = replace(BRAND, jurisdiction="pl")
    ours, california = find_term(book, brand, received), find_term(book, brand, received, declared="us-ca")
    unknown = find_term(book, replace(brand, jurisdiction=None), received)
    day = received.date()
    assert timedelta(days=27) < ours.due_on - day < timedelta(days=42)
    assert unknown.due_on <= min(ours.due_on, california.due_on)
    assert ours.extended_to is not None
    assert ours.tell_by == ours.due_on
    assert ours.rule == "pl clock.dsar_answer"
    assert ours.in_force.place.id == "pl"


@pytest.mark.anyio
async def test_a_request_keeps_the_rules_that_set_its_clock(world: World) -> None:
    request = await world.ask(world.people[0].id, "access")
    term = find_term(read_own_book(), world.brand, world.clock())
    rows = await world.run(
        """select t.text from rights_request r join policy_text t on t.brand_id = r.brand_id and t.hash = r.policy_hash
        where r.id = %(id)s""",
        id=request,
    )
    assert rows == [(term.in_force.text,)]
    with pytest.raises(psycopg.DatabaseError, match="not changed afterwards"):
        await world.run("update rights_request set policy_hash = null where id = %(id)s", id=request)


@pytest.mark.anyio
async def test_dsr_08_a_question_stops_the_clock_in_the_united_kingdom_and_nowhere_else(world: World) -> None:
    book, brand, asked = read_own_book(), world.brand, world.clock()
    found: dict[str, UUID] = {}
    async with world.database.brand(brand.id) as connection:
        for place, someone in zip(("uk", "pl"), world.people, strict=True):
            term = find_term(book, brand, asked, declared=place)
            new = requests.NewRequest(kind="access", language="en", came_by="form", term=term, person=someone.id)
            found[place] = await requests.open_request(connection, new, now=asked)
        with pytest.raises(psycopg.DatabaseError) as refused:
            async with connection.transaction():
                await requests.ask(connection, found["pl"], QUESTION, staff=world.agents[0], now=asked)
        assert refused.value.sqlstate == "OK010"
        world.clock.move(days=3)
        stood = world.clock()
        assert await requests.ask(connection, found["uk"], QUESTION, staff=world.agents[0], now=stood)
        assert not await requests.ask(connection, found["uk"], QUESTION, staff=world.agents[0], now=stood)
        counted = await requests.count_open(connection, asked.date() + timedelta(days=365))
        assert (counted.open, counted.late) == (4, 3)  # all but the one whose clock stands still
        world.clock.move(days=10)
        pause = Pause(asked=stood, answered=world.clock())
        moved = find_moved(book, brand, asked, place="uk", extended=False, pauses=[pause])
        assert await requests.answer(connection, found["uk"], due_on=moved, now=world.clock())
        assert not await requests.answer(connection, found["uk"], due_on=moved, now=world.clock())
        there = await requests.read_request(connection, found["uk"])
    assert there is not None
    assert there.last_day == moved == there.due_on + timedelta(days=10 + 2)  # 12 December is a Saturday
    with pytest.raises(NotAllowed):
        find_moved(book, brand, asked, place="pl", extended=False, pauses=[pause])


@pytest.mark.anyio
async def test_whoever_vouches_for_somebody_does_not_hand_over_or_erase(world: World) -> None:
    first, second = (Actor(kind="staff", id=agent, role="privacy") for agent in world.agents)
    request = await world.ask(world.people[0].id, "access", verified=False)
    async with world.database.brand(world.brand.id) as connection:
        person, now = world.people[0].id, world.clock()
        assert await requests.verify(connection, request, person, by="desk", staff=first.id, now=now)
    with pytest.raises(fulfil.SamePerson):
        await fulfil.hand_over(world.database, world.keys, world.brand, request, by=first, clock=world.clock)
    assert await fulfil.hand_over(world.database, world.keys, world.brand, request, by=second, clock=world.clock)


# what is restricted, and who objects ------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_restricted_data_are_kept_and_not_used(world: World) -> None:
    someone, other = world.people
    request = await world.ask(someone.id, "restrict")
    lookup = world.keys.lookup("EMAIL_ADDRESS", someone.handed["value"])
    words = [someone.handed["customer"]]
    async with world.database.brand(world.brand.id) as connection:
        assert await desk.search_words(connection, words, limit=9)
        assert await desk.search_people(connection, [lookup], limit=9)
        before = await unanswered.list_unanswered(connection, world.brand.id, since=BEGIN - timedelta(days=1))
    assert {one.conversation for one in before} == {someone.conversation, other.conversation}
    await fulfil.restrict(world.database, world.brand.id, request, by=OPERATOR, clock=world.clock)
    async with world.database.brand(world.brand.id) as connection:
        assert not await desk.search_words(connection, words, limit=9)
        assert not await desk.search_people(connection, [lookup], limit=9)
        assert await desk.search_reference(connection, someone.reference)  # who says it themselves is found
        after = await unanswered.list_unanswered(connection, world.brand.id, since=BEGIN - timedelta(days=1))
        assert {one.conversation for one in after} == {other.conversation}
    assert (await world.run("select count(*) from message where conversation_id = %(c)s", c=someone.conversation)) == [
        (5,)
    ]
    await fulfil.resume(world.database, world.brand.id, someone.id, by=OPERATOR, clock=world.clock)
    async with world.database.brand(world.brand.id) as connection:
        assert await desk.search_words(connection, words, limit=9)
    acts = await world.run("select action from audit_payload where action like 'processing%%' order by id")
    assert [action for (action,) in acts] == ["processing-restricted", "processing-resumed"]


@pytest.mark.anyio
async def test_who_objects_is_answered_and_nothing_else_is_made_of_their_words(world: World) -> None:
    someone, other = world.people
    request = await world.ask(someone.id, "object")
    await fulfil.take_objection(world.database, world.brand.id, request, by=OPERATOR, clock=world.clock)
    async with world.database.brand(world.brand.id) as connection:
        listed = await unanswered.list_unanswered(connection, world.brand.id, since=BEGIN - timedelta(days=1))
        rated = await unanswered.count_answers_helped(connection, world.brand.id, since=BEGIN - timedelta(days=1))
        assert await desk.search_words(connection, [someone.handed["customer"]], limit=9)
    assert {one.conversation for one in listed} == {other.conversation}
    assert rated["zwroty", "pl"].failed == 1


# what is wrong ----------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_a_wrong_value_is_put_right_and_found_by_the_right_one(world: World) -> None:
    someone, other = world.people
    request = await world.ask(someone.id, "rectify")
    (row,) = await world.run("select id from identity where person_id = %(p)s", p=someone.id)
    value = "nowa.skrzynka@poczta.example"

    async def rectify(of: UUID, typed: str) -> bool:
        return await fulfil.rectify(
            world.database,
            world.keys,
            world.brand.id,
            of,
            table="identity",
            row=row[0],
            value=RawText(typed),
            by=OPERATOR,
            clock=world.clock,
        )

    assert await rectify(request, value)
    lookup = world.keys.lookup("EMAIL_ADDRESS", value)
    async with world.database.brand(world.brand.id) as connection:
        (found,) = await people.find_people(connection, lookups=[lookup])
        old = world.keys.lookup("EMAIL_ADDRESS", someone.handed["identity"])
        assert await people.find_people(connection, lookups=[old]) == []
        wrapped = await people.read_wrapped(connection, someone.id)
        assert wrapped is not None
        opened = await open_key(world.keys, wrapped, brand=world.brand.id, person=someone.id)
        (sealed,) = await world.run("select sealed from identity where id = %(id)s", id=row[0])
    assert found.id == someone.id
    assert opened.value("identity", "sealed", row[0], sealed[0]) == value
    with pytest.raises(OtherKind):
        await rectify(request, "501 502 503")
    assert not await rectify(await world.ask(other.id, "rectify"), value)  # of somebody else


@pytest.mark.anyio
async def test_every_sealed_value_with_a_hash_can_be_put_right(world: World) -> None:
    async with world.database.brand(world.brand.id) as connection:
        catalogue = await read_catalogue(connection)
    sealed = {
        table
        for table, columns in catalogue.tables.items()
        if any(c.holds == "sealed" and c.export for c in columns) and any(c.name == "lookup" for c in columns)
    }
    assert sealed == set(KINDS)


@pytest.mark.anyio
async def test_a_file_with_a_missing_part_is_not_handed_over_as_whole(world: World) -> None:
    someone = world.people[0]
    await world.run("delete from attachment_part where conversation_id = %(c)s", c=someone.conversation)
    request = await world.ask(someone.id, "access")
    with pytest.raises(SealBroken):
        await fulfil.hand_over(world.database, world.keys, world.brand, request, by=OPERATOR, clock=world.clock)
    assert (await read(world, request)).state == "open"
