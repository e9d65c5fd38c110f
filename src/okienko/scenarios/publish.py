"""Lets a scenario run: only one that has nothing to mend, and whose example dialogues go as they say."""

from __future__ import annotations

import asyncio
from datetime import datetime
from uuid import UUID

from okienko.database.pool import Connection
from okienko.scenarios import store
from okienko.scenarios.check import Known, Offer, find_problems
from okienko.scenarios.document import ScenarioRefused
from okienko.scenarios.play import play_all
from okienko.scenarios.read import read_scenario
from okienko.scenarios.scenario import CASES, EVERYWHERE, Ask, Scenario, Tell
from okienko.scenarios.store import Trigger, Version
from okienko.values import Brand, Language, StaffId


async def read_known(connection: Connection, brand: Brand) -> Known:
    """What this brand has that a scenario may name."""
    row = await (await connection.execute(store.READ_KNOWN, {"brand": brand.id})).fetchone()
    assert row is not None
    sources = await (await connection.execute(store.READ_SOURCES, {"brand": brand.id})).fetchall()
    return Known(
        languages=brand.languages,
        categories=row[0],
        articles=row[1],
        sources={name: Offer(needs=needs, gives=gives) for name, needs, gives in sources},
        cases=CASES,
    )


def read_runnable(body: str, known: Known) -> Scenario:
    """A scenario from its file. Raises `ScenarioRefused` with all that keeps it from running."""
    scenario = read_scenario(body)
    problems = find_problems(scenario, known)
    if not problems:
        problems = tuple(problem for played in play_all(scenario) for problem in played.problems)
    if problems:
        raise ScenarioRefused(problems)
    return scenario


async def publish(
    connection: Connection,
    brand: Brand,
    version: Version,
    *,
    publication: UUID,
    staff_id: StaffId | None,
    now: datetime,
) -> bool:
    """Lets this version run from now on; False when it is another one by now. Raises `ScenarioRefused`."""
    scenario = await asyncio.to_thread(read_runnable, version.body, await read_known(connection, brand))
    return await store.publish(
        connection,
        brand.id,
        version.scenario,
        (version.version, version.edits),
        triggers=list_triggers(scenario),
        publication=publication,
        staff_id=staff_id,
        now=now,
    )


async def find_linked(connection: Connection, brand: Brand, scenario: str, language: Language) -> str | None:
    """What a scenario is called that a link begins; None where none of this name may be begun so."""
    body = await store.read_published(connection, brand.id, scenario)
    if body is None:
        return None
    try:
        read = await asyncio.to_thread(read_scenario, body)
    except ScenarioRefused:  # published by another okienko
        return None
    return read.name.get(language) if read.link else None


def list_triggers(scenario: Scenario) -> tuple[Trigger, ...]:
    """What it is found by in each language that it has example sentences in."""
    says = (step.say for step in scenario.steps if isinstance(step, Tell | Ask))
    opening = next((say for say in says if not any(list(message.names()) for _, message in say.messages())), None)
    return tuple(
        Trigger(
            language=language,
            name=scenario.name.get(language, scenario.id),
            category=scenario.category,
            opening=scenario.name.get(language, "") if opening is None else opening.write({}, language, EVERYWHERE),
            examples=examples,
        )
        for language, examples in scenario.examples.items()
    )
