"""A brand's retention, class by class in batches, each batch in a transaction of its own; with a preview before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from okienko.audit.store import OPERATOR, WORKER, Actor, record
from okienko.database.pool import LONGEST_WORK, Connection, Database
from okienko.policy.brand import InForce, put_in_force
from okienko.policy.files import read_own_book
from okienko.policy.periods import Period
from okienko.policy.store import record_policy
from okienko.rights.retention import store
from okienko.rights.retention.schedule import find_periods, is_due, plan
from okienko.values import Brand, Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became, or would become, of one class. `before`: what began earlier has had its time."""

    name: str
    before: datetime
    deleted: int
    kept: int  # by a hold or a restriction


def rules_of(brand: Brand) -> InForce:
    """The policy of a brand's place, with its own choices."""
    return put_in_force(read_own_book(), brand=brand.jurisdiction, choices=brand.choices)


def periods_of(brand: Brand, day: date) -> Mapping[str, Period]:
    """How long a brand keeps things."""
    return find_periods(rules_of(brand).policy, keep_months=brand.keep_months, day=day)


async def preview(database: Database, brand: Brand, now: datetime) -> list[Outcome]:
    """What a run would delete now. People whose last conversation would go are counted when it has gone."""
    async with database.brand(brand.id, longest=LONGEST_WORK) as connection:
        return await count(connection, brand, now)


async def count(connection: Connection, brand: Brand, now: datetime) -> list[Outcome]:
    """The same inside the caller's transaction."""
    outcomes: list[Outcome] = []
    zone = ZoneInfo(brand.timezone)
    for due in plan(periods_of(brand, now.astimezone(zone).date()), now=now, zone=zone):
        counted = await store.count_due(connection, due.name, due.before)
        outcomes.append(Outcome(name=due.name, before=due.before, deleted=counted.due, kept=counted.kept))
    return outcomes


async def run_if_due(database: Database, brand: Brand, clock: Clock) -> list[Outcome] | None:
    """The night's run of a brand; None when it is not due, or another worker has it. Any number of workers may ask."""
    now = clock()
    day = is_due(now, ZoneInfo(brand.timezone))
    if day is None:
        return None
    async with database.brand(brand.id) as connection:
        if not await store.begin_run(connection, day, now):
            return None
    return await _run(database, brand, day, by=WORKER, clock=clock)


async def run_now(database: Database, brand: Brand, clock: Clock, *, by: Actor = OPERATOR) -> list[Outcome]:
    """A run that somebody asks for; its report is added to that of the day."""
    now = clock()
    day = now.astimezone(ZoneInfo(brand.timezone)).date()
    async with database.brand(brand.id) as connection:
        await store.begin_again(connection, day, now)
    return await _run(database, brand, day, by=by, clock=clock)


async def _run(database: Database, brand: Brand, day: date, *, by: Actor, clock: Clock) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for due in plan(periods_of(brand, day), now=clock(), zone=ZoneInfo(brand.timezone)):
        deleted = 0
        while True:
            async with database.brand(brand.id, longest=LONGEST_WORK) as connection:
                some = await store.delete_some(connection, due.name, due.before)
            deleted += some
            if some == 0:
                break
        async with database.brand(brand.id, longest=LONGEST_WORK) as connection:
            kept = (await store.count_due(connection, due.name, due.before)).kept
            await store.report(connection, day, due.name, due.before, deleted=deleted, kept=kept)
        outcomes.append(Outcome(name=due.name, before=due.before, deleted=deleted, kept=kept))
    async with database.brand(brand.id) as connection:
        hash_ = await record_policy(connection, rules_of(brand), clock())
        await store.end_run(connection, day, clock(), policy=hash_)
        await record(
            connection,
            "retention-run",
            by=by,
            brand=brand.id,
            kind="brand",
            object=brand.id,
            detail={"deleted": sum(outcome.deleted for outcome in outcomes)},
            now=clock(),
        )
    return outcomes
