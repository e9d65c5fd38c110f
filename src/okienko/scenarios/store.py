"""SQL of scenarios: their versions, and what runs. Where conversations stand in them: `conversations/store/runs.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from okienko.database.arrays import numbers, texts
from okienko.database.pool import Connection
from okienko.values import BrandId, Language, StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A scenario as the list shows it."""

    id: str
    published: int | None
    latest: int
    draft: bool  # the latest version has never run
    proposed: bool  # and waits for a second pair of eyes
    saved_at: datetime
    saved_by: str | None
    body: str  # of the latest version
    running: int  # conversations in it now


LIST: Final = """
select s.id, s.published, v.version, v.published_at is null, v.proposed_at is not null, v.saved_at, f.name, v.body,
  (select count(*) from scenario_run r where r.brand_id = s.brand_id and r.scenario_id = s.id)
from scenario s
cross join lateral (
  select * from scenario_version o where o.brand_id = s.brand_id and o.scenario_id = s.id
  order by o.version desc limit 1
) v
left join staff f on f.id = v.saved_by
where s.brand_id = %(brand)s::uuid
order by s.id
"""


async def list_scenarios(connection: Connection, brand_id: BrandId) -> list[Listed]:
    """All scenarios of a brand, each with its latest version."""
    rows = await (await connection.execute(LIST, {"brand": brand_id})).fetchall()
    return [
        Listed(
            id=id_,
            published=published,
            latest=latest,
            draft=draft,
            proposed=proposed,
            saved_at=saved_at,
            saved_by=saved_by,
            body=body,
            running=running,
        )
        for id_, published, latest, draft, proposed, saved_at, saved_by, body, running in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a scenario."""

    scenario: str
    version: int
    body: str
    edits: int
    saved_by: StaffId | None
    saved_name: str | None
    saved_at: datetime
    proposed_at: datetime | None
    published_at: datetime | None


READ_VERSIONS: Final = """
select v.scenario_id, v.version, v.body, v.edits, v.saved_by, f.name, v.saved_at, v.proposed_at, v.published_at
from scenario_version v left join staff f on f.id = v.saved_by
where v.brand_id = %(brand)s::uuid and v.scenario_id = %(scenario)s::text
order by v.version desc
"""


async def read_versions(connection: Connection, brand_id: BrandId, scenario: str) -> list[Version]:
    """Every version of a scenario, the latest first; none where there is no such scenario."""
    rows = await (await connection.execute(READ_VERSIONS, {"brand": brand_id, "scenario": scenario})).fetchall()
    return [
        Version(
            scenario=scenario_id,
            version=version,
            body=body,
            edits=edits,
            saved_by=None if saved_by is None else StaffId(saved_by),
            saved_name=name,
            saved_at=saved_at,
            proposed_at=proposed_at,
            published_at=published_at,
        )
        for scenario_id, version, body, edits, saved_by, name, saved_at, proposed_at, published_at in rows
    ]


ADD: Final = """
insert into scenario (brand_id, id, created_at) values (%(brand)s::uuid, %(scenario)s::text, %(now)s::timestamptz)
on conflict do nothing
"""
LATEST: Final = """
select version, edits, published_at is null from scenario_version
where brand_id = %(brand)s::uuid and scenario_id = %(scenario)s::text order by version desc limit 1 for update
"""
SAVE_NEW: Final = """
insert into scenario_version (brand_id, scenario_id, version, body, saved_by, saved_at)
values (%(brand)s::uuid, %(scenario)s::text, %(version)s::integer, %(body)s::text, %(staff)s::uuid,
  %(now)s::timestamptz)
"""
SAVE_OVER: Final = """
update scenario_version set body = %(body)s::text, edits = edits + 1, saved_by = %(staff)s::uuid,
  saved_at = %(now)s::timestamptz, proposed_at = null
where brand_id = %(brand)s::uuid and scenario_id = %(scenario)s::text and version = %(version)s::integer
"""
LOCK: Final = "select published from scenario where brand_id = %(brand)s::uuid and id = %(scenario)s::text for update"


async def save(
    connection: Connection,
    brand_id: BrandId,
    scenario: str,
    body: str,
    *,
    base: tuple[int, int] | None,
    staff_id: StaffId | None,
    now: datetime,
) -> int | None:
    """Saves a draft. Its version; None when somebody else has saved since `base`, the version and edit that were read.

    `base` None: there is no scenario of that name yet. What was proposed has to be proposed again.
    """
    values = {"brand": brand_id, "scenario": scenario, "body": body, "staff": staff_id, "now": now}
    added = (await connection.execute(ADD, values)).rowcount > 0
    await connection.execute(LOCK, values)
    if added:
        await connection.execute(SAVE_NEW, {**values, "version": 1})
        return 1 if base is None else None
    row = await (await connection.execute(LATEST, values)).fetchone()
    assert row is not None
    version, edits, draft = row
    if base != (version, edits):
        return None
    if draft:
        await connection.execute(SAVE_OVER, {**values, "version": version})
        return version
    await connection.execute(SAVE_NEW, {**values, "version": version + 1})
    return version + 1


PROPOSE: Final = """
update scenario_version set proposed_at = %(now)s::timestamptz
where brand_id = %(brand)s::uuid and scenario_id = %(scenario)s::text and published_at is null
  and (version, edits) = (%(version)s::integer, %(edits)s::integer)
"""


async def propose(
    connection: Connection, brand_id: BrandId, scenario: str, base: tuple[int, int], now: datetime
) -> bool:
    """Asks for a second pair of eyes; False when the draft is another one by now."""
    values = {"brand": brand_id, "scenario": scenario, "version": base[0], "edits": base[1], "now": now}
    return (await connection.execute(PROPOSE, values)).rowcount > 0


PUBLISH: Final = """
update scenario_version set published_at = coalesce(published_at, %(now)s::timestamptz)
where brand_id = %(brand)s::uuid and scenario_id = %(scenario)s::text
  and (version, edits) = (%(version)s::integer, %(edits)s::integer)
"""
SET_PUBLISHED: Final = """
update scenario set published = %(version)s::integer where brand_id = %(brand)s::uuid and id = %(scenario)s::text
"""
RECORD: Final = """
insert into scenario_publication (brand_id, scenario_id, id, version, staff_id, at)
values (%(brand)s::uuid, %(scenario)s::text, %(id)s::uuid, %(version)s::integer, %(staff)s::uuid, %(now)s::timestamptz)
"""
# The index of answers is made of articles and of these, so it counts as changed, too.
BUMP: Final = """
update brand set scenarios_version = scenarios_version + 1, articles_version = articles_version + 1
where id = %(brand)s::uuid
"""
FORGET_TRIGGERS: Final = """
delete from scenario_trigger where brand_id = %(brand)s::uuid and scenario_id = %(scenario)s::text
"""
STORE_TRIGGER: Final = """
insert into scenario_trigger (brand_id, scenario_id, language, version, name, category, opening, examples, at)
values (%(brand)s::uuid, %(scenario)s::text, %(language)s::text, %(version)s::integer, %(name)s::text,
  %(category)s::text, %(opening)s::text, %(examples)s::text[], %(now)s::timestamptz)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What a scenario is found by in one language."""

    language: Language
    name: str
    category: str | None
    opening: str  # the first thing that is said
    examples: tuple[str, ...]


async def publish(
    connection: Connection,
    brand_id: BrandId,
    scenario: str,
    base: tuple[int, int],
    *,
    triggers: Sequence[Trigger],
    publication: UUID,
    staff_id: StaffId | None,
    now: datetime,
) -> bool:
    """Lets a version run from now on, a draft or one that ran before; False when it is another one by now."""
    values = {
        "brand": brand_id,
        "scenario": scenario,
        "version": base[0],
        "edits": base[1],
        "id": publication,
        "staff": staff_id,
        "now": now,
    }
    await connection.execute(LOCK, values)
    if (await connection.execute(PUBLISH, values)).rowcount == 0:
        return False
    for statement in (SET_PUBLISHED, RECORD, FORGET_TRIGGERS, BUMP):
        await connection.execute(statement, values)
    for trigger in triggers:
        found_by = {
            "language": trigger.language,
            "name": trigger.name,
            "category": trigger.category,
            "opening": trigger.opening,
            "examples": list(trigger.examples),
        }
        await connection.execute(STORE_TRIGGER, {**values, **found_by})
    return True


async def withdraw(
    connection: Connection,
    brand_id: BrandId,
    scenario: str,
    *,
    publication: UUID,
    staff_id: StaffId | None,
    now: datetime,
) -> None:
    """Lets a scenario begin no more; conversations in it go on."""
    values = {
        "brand": brand_id,
        "scenario": scenario,
        "version": None,
        "id": publication,
        "staff": staff_id,
        "now": now,
    }
    for statement in (LOCK, SET_PUBLISHED, RECORD, FORGET_TRIGGERS, BUMP):
        await connection.execute(statement, values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What has run since when; `version` None: nothing any more."""

    version: int | None
    by: str | None
    at: datetime


LIST_PUBLICATIONS: Final = """
select p.version, f.name, p.at from scenario_publication p left join staff f on f.id = p.staff_id
where p.brand_id = %(brand)s::uuid and p.scenario_id = %(scenario)s::text order by p.id desc limit 100
"""


async def list_publications(connection: Connection, brand_id: BrandId, scenario: str) -> list[Publication]:
    """The latest first."""
    rows = await (await connection.execute(LIST_PUBLICATIONS, {"brand": brand_id, "scenario": scenario})).fetchall()
    return [Publication(version=version, by=by, at=at) for version, by, at in rows]


READ_KNOWN: Final = """
select
  coalesce((select array_agg(distinct slug) from category where brand_id = %(brand)s::uuid), '{}'),
  coalesce((select array_agg(distinct id) from article where brand_id = %(brand)s::uuid and state = 'published'), '{}')
"""
READ_SOURCES: Final = "select id, needs, gives from lookup_source where brand_id = %(brand)s::uuid"

READ_PUBLISHED: Final = """
select v.body from scenario s
join scenario_version v on v.brand_id = s.brand_id and v.scenario_id = s.id and v.version = s.published
where s.brand_id = %(brand)s::uuid and s.id = %(scenario)s::text
"""


async def read_published(connection: Connection, brand_id: BrandId, scenario: str) -> str | None:
    """The file of a scenario that begins now."""
    row = await (await connection.execute(READ_PUBLISHED, {"brand": brand_id, "scenario": scenario})).fetchone()
    return None if row is None else row[0]


READ_RULES: Final = "select scenarios_version, scenario_review from brand where id = %(brand)s::uuid"


async def read_rules(connection: Connection, brand_id: BrandId) -> tuple[int, bool]:
    """How often publications have changed; whether somebody else publishes than who wrote."""
    row = await (await connection.execute(READ_RULES, {"brand": brand_id})).fetchone()
    return (0, True) if row is None else (row[0], row[1])


SET_REVIEW: Final = "update brand set scenario_review = %(review)s::boolean where id = %(brand)s::uuid"


async def set_review(connection: Connection, brand_id: BrandId, *, review: bool) -> None:
    """Switches the second pair of eyes on or off."""
    await connection.execute(SET_REVIEW, {"brand": brand_id, "review": review})


READ_RUNNING: Final = """
select b.scenarios_version, v.scenario_id, v.version, v.body, s.published = v.version
from brand b
left join scenario s on s.brand_id = b.id
left join scenario_version v on v.brand_id = b.id and v.scenario_id = s.id and (
  v.version = s.published
  or exists (
    select from scenario_run r
    where r.brand_id = b.id and r.scenario_id = v.scenario_id and r.version = v.version
  )
)
where b.id = %(brand)s::uuid
"""


async def read_running(connection: Connection, brand_id: BrandId) -> tuple[int, list[tuple[str, int, str, bool]]]:
    """How often publications have changed; scenario, version and file of all that runs, and whether it also begins."""
    rows = await (await connection.execute(READ_RUNNING, {"brand": brand_id})).fetchall()
    files = [(scenario, version, body, begins) for _, scenario, version, body, begins in rows if version is not None]
    return (rows[0][0] if rows else 0), files


READ_FILES: Final = """
select v.scenario_id, v.version, v.body
from unnest(%(scenarios)s::text[], %(versions)s::integer[]) as w (scenario_id, version)
join scenario_version v
  on v.brand_id = current_brand() and v.scenario_id = w.scenario_id and v.version = w.version
"""


async def read_files(connection: Connection, wanted: Sequence[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The files of these versions, of the transaction's brand."""
    values = {"scenarios": texts([scenario for scenario, _ in wanted]), "versions": numbers([v for _, v in wanted])}
    rows = await (await connection.execute(READ_FILES, values)).fetchall()
    return {(scenario, version): body for scenario, version, body in rows}
