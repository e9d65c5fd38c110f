"""What is kept for how long: a day before its end everything is there, a day after it nothing is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.database.space import index_sensitive, rewrite
from okienko.database.urls import Urls
from okienko.policy.clocks import end_of_period
from okienko.policy.periods import Period
from okienko.rights.retention import nightly, store
from okienko.rights.retention.schedule import CLASSES, HARD_CAP, TooLong, is_due, over_before, plan
from okienko.rights.store import holds, people
from okienko.values import MaskedText
from tests.rights.world import BEGIN, World, open_world

WARSAW = ZoneInfo("Europe/Warsaw")
FAR = datetime(2200, 1, 1, tzinfo=UTC)


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    """One person, of whom nothing is due before long."""
    async with open_world(database_urls, tmp_path) as world:
        await world.settle_in()
        for table, column in (
            ("conversation", "updated_at"),
            ("vault_item", "expires_at"),
            ("attachment", "expires_at"),
            ("unanswered", "at"),
        ):
            await world.run(f"update {table} set {column} = %(far)s", far=FAR)
        yield world


# One row a class: (class, how it gets its age, where to look, its end).
AGES = [
    ("transcript", "update conversation set closed_at = %(at)s", "conversation", datetime(2027, 11, 2, 9, tzinfo=UTC)),
    ("transcript", "update conversation set updated_at = %(at)s", "conversation", datetime(2027, 11, 2, 9, tzinfo=UTC)),
    (
        "sensitive_message",
        "update message set sensitive_until = %(at)s::timestamptz + interval '31 days' where author = 'customer'",
        "message where author = 'customer'",
        BEGIN + timedelta(days=31),
    ),
    (
        "value",
        "update vault_item set expires_at = %(at)s::timestamptz + interval '92 days'",
        "vault_item",
        BEGIN + timedelta(days=92),
    ),
    (
        "attachment",
        "update attachment set expires_at = %(at)s::timestamptz + interval '372 days'",
        "attachment_part",
        BEGIN + timedelta(days=372),
    ),
    (
        "attachment",
        "update attachment set message_id = null, expires_at = %(at)s::timestamptz + interval '1 hour'",
        "attachment",
        BEGIN + timedelta(hours=1),
    ),
    ("model_call", "select", "model_call", datetime(2027, 11, 2, 9, tzinfo=UTC)),
    ("gap", "update unanswered set at = %(at)s", "unanswered", datetime(2027, 11, 2, 9, tzinfo=UTC)),
    (
        "article_comment",
        """insert into article_feedback (brand_id, id, article_id, language, version, helped, comment, at)
        values (current_brand(), gen_random_uuid(), 'zwroty', 'pl', 1, false, 'Niejasne', %(at)s)""",
        "article_feedback",
        datetime(2027, 11, 2, 9, tzinfo=UTC),
    ),
    (
        "unparsed",
        """insert into unparsed (brand_id, id, connection_id, shape, at)
        values (current_brand(), gen_random_uuid(), 'chat', '{}', %(at)s)""",
        "unparsed",
        BEGIN + timedelta(days=30),
    ),
    (
        "example",
        """insert into routing_example (brand_id, id, language, category, text, at)
        values (current_brand(), gen_random_uuid(), 'pl', 'zwroty', 'Chcę zwrócić', %(at)s)""",
        "routing_example",
        datetime(2029, 11, 2, 9, tzinfo=UTC),
    ),
    (
        "dsar_record",
        "update rights_request set state = 'withdrawn', closed_at = %(at)s",
        "rights_event",
        datetime(2029, 11, 2, 9, tzinfo=UTC),
    ),
    (
        "erasure",
        """insert into erasure_ledger (brand_id, id, person_id, row_count, replayed, at)
        values (current_brand(), gen_random_uuid(), gen_random_uuid(), 0, true, %(at)s)""",
        "erasure_ledger",
        datetime(2032, 11, 2, 9, tzinfo=UTC),
    ),
    (
        "report",
        "insert into retention_run (brand_id, day, began_at) values (current_brand(), '2026-11-02', %(at)s)",
        "retention_run where day = '2026-11-02'",
        datetime(2028, 11, 2, 9, tzinfo=UTC),
    ),
    (
        "asker",
        """with p as (
          insert into person (brand_id, id, created_at) values (current_brand(), gen_random_uuid(), %(at)s) returning id
        ), r as (
          insert into rights_request (brand_id, id, reference, kind, language, came_by, rule, received_at, due_on)
          values (current_brand(), gen_random_uuid(), 'AAA-AAAA', 'access', 'pl', 'form', 'pl clock.dsar_answer',
            %(at)s, '2026-12-02') returning id
        )
        insert into rights_asker
        select current_brand(), r.id, p.id, %(at)s::timestamptz + interval '7 days' from p, r""",
        "person p where not exists (select from conversation c where c.person_id = p.id)",
        BEGIN + timedelta(days=7),
    ),
    (
        "person",
        "insert into person (brand_id, id, created_at) values (current_brand(), gen_random_uuid(), %(at)s)",
        "person p where not exists (select from conversation c where c.person_id = p.id)",
        datetime(2026, 12, 2, 9, tzinfo=UTC),
    ),
]


async def count(world: World, what: str) -> int:
    return (await world.run(f"select count(*) from {what}"))[0][0]


async def run_at(world: World, at: datetime) -> dict[str, int]:
    world.clock.at = at
    done = await nightly.run_now(world.database, world.brand, world.clock)
    return {outcome.name: outcome.deleted for outcome in done}


@pytest.mark.anyio
@pytest.mark.parametrize(("name", "age", "what", "end"), AGES)
async def test_prv_11_a_day_before_its_end_it_is_there_and_a_day_after_it_is_gone(
    world: World, name: str, age: str, what: str, end: datetime
) -> None:
    await world.run(age, at=BEGIN)
    there = await count(world, what)
    assert there >= 1
    before = await run_at(world, end - timedelta(days=1))
    assert (before[name], await count(world, what)) == (0, there)
    preview = await nightly.preview(world.database, world.brand, end + timedelta(days=1))
    after = await run_at(world, end + timedelta(days=1))
    assert await count(world, what) == 0
    assert after[name] >= 1
    assert {outcome.name: outcome.deleted for outcome in preview}[name] == after[name]


def test_every_class_has_a_row_above() -> None:
    assert {name for name, *_ in AGES} == {one.name for one in CLASSES}


@pytest.mark.anyio
async def test_prv_11_with_a_conversation_goes_all_that_hangs_on_it(world: World) -> None:
    await world.run("update rights_request set state = 'withdrawn', closed_at = %(at)s", at=BEGIN)
    await world.run("update conversation set closed_at = %(at)s", at=BEGIN)
    await run_at(world, datetime(2027, 11, 3, 9, tzinfo=UTC))
    for table in ("message", "citation", "answer_feedback", "outbox", "thread", "lane", "vault_reveal", "unanswered",
                  "article_question", "attachment_view", "model_call"):  # fmt: skip
        assert await count(world, table) == 0, table
    assert await count(world, "person") == 0  # and their key
    assert await count(world, "person_key") == 0
    (row,) = await world.run("select articles_version from brand where id = current_brand()")
    assert row[0] == 1  # the index in memory is made anew without their words


@pytest.mark.anyio
async def test_dsr_07_what_is_held_or_restricted_stays_and_goes_when_that_ends(world: World) -> None:
    someone, now = world.people[0], world.clock()

    await world.run("update conversation set closed_at = %(at)s", at=BEGIN)
    await world.run("update vault_item set expires_at = %(at)s", at=BEGIN)
    later = datetime(2028, 3, 1, 9, tzinfo=UTC)
    async with world.database.brand(world.brand.id) as connection:
        await people.restrict(connection, someone.id, now)
    assert (await run_at(world, later))["transcript"] == 0
    async with world.database.brand(world.brand.id) as connection:
        await people.restrict(connection, someone.id, None)
        await holds.set_hold(
            connection,
            id=someone.id,
            person=someone.id,
            reason=MaskedText("Pozew w sprawie zamówienia"),
            staff=world.agents[0],
            review_on=now.date(),
            now=now,
        )
        assert await holds.approve_hold(connection, someone.id, staff=world.agents[1], now=now)
    kept = await nightly.run_now(world.database, world.brand, world.clock)
    assert {one.name: (one.deleted, one.kept) for one in kept}["transcript"] == (0, 1)
    assert {one.name: (one.deleted, one.kept) for one in kept}["value"] == (0, 1)
    async with world.database.brand(world.brand.id) as connection:
        await holds.release_hold(connection, someone.id, staff=world.agents[0], now=now)
    assert (await run_at(world, later))["transcript"] == 1


@pytest.mark.anyio
async def test_prv_11_a_night_is_done_once_with_a_report_also_when_nothing_is_due(world: World) -> None:
    world.clock.at = datetime(2026, 11, 3, 1, 30, tzinfo=UTC)  # half past two in Warsaw
    assert await nightly.run_if_due(world.database, world.brand, world.clock) is None
    world.clock.move(hours=1)
    done = await nightly.run_if_due(world.database, world.brand, world.clock)
    assert done is not None
    assert sum(outcome.deleted for outcome in done) == 0
    world.clock.move(hours=5)
    assert await nightly.run_if_due(world.database, world.brand, world.clock) is None
    async with world.database.brand(world.brand.id) as connection:
        lines = await store.list_reports(connection, date(2026, 11, 1))
        assert {line.name for line in lines} == {one.name for one in CLASSES}
        assert await store.read_last_ended(connection) is not None
    world.clock.at = datetime(2026, 11, 7, 9, 0, tzinfo=UTC)  # nothing ran for days: it is made up for at once
    assert await nightly.run_if_due(world.database, world.brand, world.clock) is not None


@pytest.mark.anyio
async def test_a_run_that_broke_off_is_done_again(world: World) -> None:
    world.clock.at = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
    async with world.database.brand(world.brand.id) as connection:
        assert await store.begin_run(connection, date(2026, 11, 3), world.clock())
    assert await nightly.run_if_due(world.database, world.brand, world.clock) is None
    world.clock.move(hours=2)
    assert await nightly.run_if_due(world.database, world.brand, world.clock) is not None


def test_prv_12_nothing_is_kept_for_more_than_six_years() -> None:
    with pytest.raises(TooLong, match="six years"):
        plan({"transcript": Period(count=84, unit="M")}, now=BEGIN, zone=WARSAW)
    assert plan({"transcript": HARD_CAP}, now=BEGIN, zone=WARSAW)
    with pytest.raises(ValueError, match="no class"):
        plan({"transcripts": HARD_CAP}, now=BEGIN, zone=WARSAW)


@pytest.mark.anyio
async def test_prv_12_the_database_refuses_seven_years(world: World) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        await world.run("update brand set keep_months = 84 where id = current_brand()")


@given(
    since=st.datetimes(datetime(2026, 1, 1), datetime(2046, 12, 31)),  # noqa: DTZ001 - made aware below
    months=st.integers(1, 72),
    days=st.integers(0, 800),
)
def test_prv_11_a_period_is_over_when_the_policy_says_so(since: datetime, months: int, days: int) -> None:
    began = since.replace(tzinfo=UTC)
    period = Period(count=months, unit="M")
    now = end_of_period(began, period, WARSAW) + timedelta(days=days - 400, hours=5)
    assert (began < over_before(period, now, WARSAW)) == (end_of_period(began, period, WARSAW) <= now)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 3, 1, 59, tzinfo=UTC), None),
        (datetime(2026, 11, 3, 2, 0, tzinfo=UTC), date(2026, 11, 3)),
        (datetime(2026, 11, 3, 22, 59, tzinfo=UTC), date(2026, 11, 3)),
        (datetime(2026, 11, 3, 23, 0, tzinfo=UTC), None),
    ],
)
def test_a_night_is_that_of_the_brand(now: datetime, day: date | None) -> None:
    assert is_due(now, WARSAW) == day


@pytest.mark.anyio
async def test_messages_with_a_term_of_their_own_are_found_by_an_index(world: World) -> None:
    with psycopg.connect(world.urls.owner, autocommit=True) as owner:
        index_sensitive(owner)
        index_sensitive(owner)
        rows = owner.execute("select indexname from pg_indexes where indexname like 'message%sensitive'").fetchall()
        partitions = owner.execute(
            "select count(*) from pg_inherits where inhparent = 'okienko.message'::regclass"
        ).fetchone()
        assert partitions == (len(rows),)


@pytest.mark.anyio
async def test_a_table_that_is_in_use_is_left_alone(world: World) -> None:
    with psycopg.connect(world.urls.owner) as other, psycopg.connect(world.urls.owner, autocommit=True) as owner:
        other.execute("lock table okienko.identity in access share mode")
        done = rewrite(owner, everything=True)
        assert done.busy == ("identity",)
        assert "message_2026_11" in done.whole
        assert rewrite(owner, everything=True, small=0).whole == ()
