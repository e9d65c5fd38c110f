"""SQL of sources: where articles are read from, which articles came from there, and what is in conflict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from okienko.articles.drafts import Defaults, Draft, Refusal
from okienko.articles.sources.step import Key, Origin, Published, compare, digest
from okienko.articles.store import HOLD_ARTICLES, import_articles, set_withdrawn
from okienko.database.pool import Connection
from okienko.values import BrandId, Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a run did: counts of articles."""

    created: int
    changed: int
    unchanged: int
    conflicts: int
    withdrawn: int
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A place that articles are read from."""

    id: UUID
    location: str  # an address of a sitemap, or a path
    category: str
    language: Language
    every_hours: int
    due: datetime
    read: datetime | None  # the last run that could change something
    trouble: str | None  # why the last run changed nothing
    why: Refusal | Literal["broken"] | None  # the same in a word
    began: datetime | None
    ended: datetime | None
    kept: Kept  # what the last run did that could read it
    articles: int
    conflicts: int

    @property
    def defaults(self) -> Defaults:
        """For articles that do not say it themselves."""
        return Defaults(category=self.category, language=self.language)


ADD_SOURCE: Final = """
insert into article_source (brand_id, id, location, category, language, every_hours, due_at, created_at)
values (%(brand)s::uuid, %(id)s::uuid, %(location)s::text, %(category)s::text, %(language)s::text,
  %(every)s::integer, %(now)s::timestamptz, %(now)s::timestamptz)
on conflict (brand_id, location) do update set category = excluded.category, language = excluded.language,
  every_hours = excluded.every_hours, due_at = excluded.due_at
"""


async def add_source(
    connection: Connection,
    brand_id: BrandId,
    *,
    source_id: UUID,
    location: str,
    defaults: Defaults,
    every_hours: int,
    now: datetime,
) -> None:
    """A new source, due at once. One that is there already gets the new settings."""
    await connection.execute(
        ADD_SOURCE,
        {
            "brand": brand_id,
            "id": source_id,
            "location": location,
            "category": defaults.category,
            "language": defaults.language,
            "every": every_hours,
            "now": now,
        },
    )


REMOVE_SOURCE: Final = """
delete from article_source where brand_id = %(brand)s::uuid and location = %(location)s::text
"""


async def remove_source(connection: Connection, brand_id: BrandId, location: str) -> bool:
    """Its articles stay as they are. False when there is no such source."""
    return (await connection.execute(REMOVE_SOURCE, {"brand": brand_id, "location": location})).rowcount > 0


LIST_SOURCES: Final = """
select s.id, s.location, s.category, s.language, s.every_hours, s.due_at, s.read_at, s.trouble, s.trouble_kind,
  s.began_at, s.ended_at, s.created, s.changed, s.unchanged, s.conflicting, s.withdrawn, s.taken,
  count(o.article_id), count(o.title)
from article_source s
left join article_origin o on o.brand_id = s.brand_id and o.source_id = s.id
where s.brand_id = %(brand)s::uuid
group by s.brand_id, s.id order by s.location
"""


async def list_sources(connection: Connection, brand_id: BrandId) -> list[Source]:
    """A brand's sources by location."""
    rows = await (await connection.execute(LIST_SOURCES, {"brand": brand_id})).fetchall()
    return [
        Source(
            id=row[0],
            location=row[1],
            category=row[2],
            language=row[3],
            every_hours=row[4],
            due=row[5],
            read=row[6],
            trouble=row[7],
            why=row[8],
            began=row[9],
            ended=row[10],
            kept=Kept(
                created=row[11],
                changed=row[12],
                unchanged=row[13],
                conflicts=row[14],
                withdrawn=row[15],
                taken=row[16],
            ),
            articles=row[17],
            conflicts=row[18],
        )
        for row in rows
    ]


CHANGE_SOURCE: Final = """
update article_source s set location = %(location)s::text, category = %(category)s::text, language = %(language)s::text,
  every_hours = %(every)s::integer, due_at = least(due_at, %(next)s::timestamptz)
where s.brand_id = %(brand)s::uuid and s.id = %(id)s::uuid and not exists (
  select from article_source o
  where o.brand_id = s.brand_id and o.location = %(location)s::text and o.id <> s.id
)
"""


async def change_source(
    connection: Connection,
    brand_id: BrandId,
    source_id: UUID,
    *,
    location: str,
    defaults: Defaults,
    every_hours: int,
    now: datetime,
) -> bool:
    """Other settings for a source. False when another source has this location, or this one has been removed."""
    values = {
        "brand": brand_id,
        "id": source_id,
        "location": location,
        "category": defaults.category,
        "language": defaults.language,
        "every": every_hours,
        "next": now + timedelta(hours=every_hours),
    }
    return (await connection.execute(CHANGE_SOURCE, values)).rowcount > 0


RUN_SOON: Final = """
update article_source set due_at = %(now)s::timestamptz where brand_id = %(brand)s::uuid and id = %(id)s::uuid
"""


async def run_soon(connection: Connection, brand_id: BrandId, source_id: UUID, now: datetime) -> bool:
    """A worker reads it within seconds. False when it has been removed."""
    values = {"brand": brand_id, "id": source_id, "now": now}
    return (await connection.execute(RUN_SOON, values)).rowcount > 0


IS_ANY_DUE: Final = """
select exists (select from article_source where brand_id = %(brand)s::uuid and due_at <= %(now)s::timestamptz)
"""


async def is_any_due(connection: Connection, brand_id: BrandId, now: datetime) -> bool:
    """Whether there is something to read; asked every few seconds."""
    row = await (await connection.execute(IS_ANY_DUE, {"brand": brand_id, "now": now})).fetchone()
    return row is not None and bool(row[0])


# Whoever moves the day on has the run; another worker finds nothing due.
CLAIM_SOURCE: Final = """
update article_source set due_at = %(next)s::timestamptz, began_at = %(now)s::timestamptz
where brand_id = %(brand)s::uuid and id = %(id)s::uuid and due_at = %(due)s::timestamptz
"""


async def claim_source(connection: Connection, brand_id: BrandId, source: Source, now: datetime) -> bool:
    """Whether this process may run it now; the next run is due in its hours."""
    values = {
        "brand": brand_id,
        "id": source.id,
        "due": source.due,
        "next": now + timedelta(hours=source.every_hours),
        "now": now,
    }
    return (await connection.execute(CLAIM_SOURCE, values)).rowcount > 0


NOTE_RUN: Final = """
update article_source set read_at = %(now)s::timestamptz, ended_at = %(now)s::timestamptz, trouble = null,
  trouble_kind = null, created = %(created)s::integer, changed = %(changed)s::integer,
  unchanged = %(unchanged)s::integer, conflicting = %(conflicts)s::integer, withdrawn = %(withdrawn)s::integer,
  taken = %(taken)s::integer
where brand_id = %(brand)s::uuid and id = %(id)s::uuid
"""


async def note_run(connection: Connection, brand_id: BrandId, source_id: UUID, kept: Kept, *, now: datetime) -> None:
    """A run has ended, and what it did."""
    await connection.execute(NOTE_RUN, {"brand": brand_id, "id": source_id, "now": now, **asdict(kept)})


NOTE_TROUBLE: Final = """
update article_source set ended_at = %(now)s::timestamptz, trouble = %(trouble)s::text, trouble_kind = %(why)s::text
where brand_id = %(brand)s::uuid and id = %(id)s::uuid
"""


async def note_trouble(
    connection: Connection,
    brand_id: BrandId,
    source_id: UUID,
    trouble: str,
    why: Refusal | Literal["broken"],
    *,
    now: datetime,
) -> None:
    """A run has ended and changed nothing, and why."""
    values = {"brand": brand_id, "id": source_id, "trouble": trouble, "why": why, "now": now}
    await connection.execute(NOTE_TROUBLE, values)


READ_KNOWN: Final = """
select a.id, a.language, a.version, a.state = 'withdrawn', a.staff_id is null, o.source_id, o.version, o.digest,
  o.missed
from article a
left join article_origin o on o.brand_id = a.brand_id and o.article_id = a.id and o.language = a.language
where a.brand_id = %(brand)s::uuid
"""

SAVE_ORIGINS: Final = """
insert into article_origin (brand_id, article_id, language, source_id, version, digest, title, description, body)
select %(brand)s::uuid, d.id, d.language, %(source)s::uuid,
  case when %(conflict)s::boolean then coalesce(o.version, 0) else a.version end, d.digest,
  case when %(conflict)s::boolean then d.title end, case when %(conflict)s::boolean then d.description end,
  case when %(conflict)s::boolean then d.body end
from unnest(%(ids)s::text[], %(languages)s::text[], %(digests)s::bytea[], %(titles)s::text[],
  %(descriptions)s::text[], %(bodies)s::text[]) as d (id, language, digest, title, description, body)
join article a on a.brand_id = %(brand)s::uuid and a.id = d.id and a.language = d.language
left join article_origin o on o.brand_id = a.brand_id and o.article_id = a.id and o.language = a.language
on conflict (brand_id, article_id, language) do update set version = excluded.version, digest = excluded.digest,
  missed = 0, title = excluded.title, description = excluded.description, body = excluded.body
"""

COUNT_MISSED: Final = """
update article_origin o set missed = m.times
from unnest(%(ids)s::text[], %(languages)s::text[], %(times)s::integer[]) as m (id, language, times)
where o.brand_id = %(brand)s::uuid and o.article_id = m.id and o.language = m.language and o.missed <> m.times
"""


async def keep_in_step(
    connection: Connection, brand_id: BrandId, source_id: UUID, drafts: Sequence[Draft], *, now: datetime
) -> Kept:
    """Publish what a source says, all of it or nothing; see `compare` for what is left alone."""
    await connection.execute(HOLD_ARTICLES, {"brand": brand_id})
    published: dict[Key, Published] = {}
    origins: dict[Key, Origin] = {}
    others: set[Key] = set()
    rows = await (await connection.execute(READ_KNOWN, {"brand": brand_id})).fetchall()
    for id_, language, version, withdrawn, by_import, of_source, made, said, missed in rows:
        published[id_, language] = Published(version=version, withdrawn=withdrawn, by_import=by_import)
        if of_source == source_id:
            origins[id_, language] = Origin(version=made, digest=bytes(said), missed=missed)
        elif of_source is not None:
            others.add((id_, language))
    step = compare(drafts, published, origins, others=frozenset(others))
    imported = await import_articles(connection, brand_id, step.imports, now=now)
    for group, conflict in ((step.imports, False), (step.conflicts, True)):
        await connection.execute(
            SAVE_ORIGINS,
            {
                "brand": brand_id,
                "source": source_id,
                "conflict": conflict,
                "ids": [draft.id for draft in group],
                "languages": [draft.language for draft in group],
                "digests": [digest(draft) for draft in group],
                "titles": [draft.title for draft in group],
                "descriptions": [draft.description for draft in group],
                "bodies": [draft.body for draft in group],
            },
        )
    missed_now = {**dict.fromkeys(step.seen, 0), **step.missed}
    await connection.execute(
        COUNT_MISSED,
        {
            "brand": brand_id,
            "ids": [id_ for id_, _ in missed_now],
            "languages": [language for _, language in missed_now],
            "times": list(missed_now.values()),
        },
    )
    for id_, language in step.withdraw:
        await set_withdrawn(connection, brand_id, id_, language, withdrawn=True, staff_id=None, now=now)
    return Kept(
        created=imported.created,
        changed=imported.changed,
        unchanged=imported.unchanged + len(step.seen),
        conflicts=len(step.conflicts),
        withdrawn=len(step.withdraw),
        taken=len(step.taken),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """What a source says of an article that the desk has written otherwise."""

    location: str
    title: str
    description: str
    body: str


READ_CONFLICT: Final = """
select s.location, o.title, o.description, o.body
from article_origin o join article_source s on s.brand_id = o.brand_id and s.id = o.source_id
where o.brand_id = %(brand)s::uuid and o.article_id = %(id)s::text and o.language = %(language)s::text
  and o.title is not null
"""


async def read_conflict(
    connection: Connection, brand_id: BrandId, article_id: str, language: Language
) -> Conflict | None:
    """What a source says otherwise; None when nothing waits for a decision."""
    values = {"brand": brand_id, "id": article_id, "language": language}
    row = await (await connection.execute(READ_CONFLICT, values)).fetchone()
    return None if row is None else Conflict(location=row[0], title=row[1], description=row[2], body=row[3])


SETTLE_CONFLICT: Final = """
update article_origin o set title = null, description = null, body = null,
  version = case when %(taken)s::boolean then a.version else o.version end
from article a
where o.brand_id = %(brand)s::uuid and o.article_id = %(id)s::text and o.language = %(language)s::text
  and a.brand_id = o.brand_id and a.id = o.article_id and a.language = o.language
"""


async def settle_conflict(
    connection: Connection, brand_id: BrandId, article_id: str, language: Language, *, taken: bool
) -> None:
    """Somebody has decided. `taken`: the source's words are published now, so the source may change them again."""
    values = {"brand": brand_id, "id": article_id, "language": language, "taken": taken}
    await connection.execute(SETTLE_CONFLICT, values)
