"""SQL of routing: a brand's examples, who trains when, and the trained router."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.policy.files import list_improvable
from okienko.routing.model import FORMAT
from okienko.routing.train import Example
from okienko.values import BrandId, Language, MaskedText, StaffId

ADD_EXAMPLES: Final = """
with added as (
  insert into routing_example (brand_id, id, language, category, text, staff_id, at)
  select current_brand(), e.id, %(language)s::text, %(category)s::text, e.text, %(staff)s::uuid, %(now)s::timestamptz
  from unnest(%(ids)s::uuid[], %(texts)s::text[]) as e (id, text)
  on conflict do nothing returning id
), counted as (
  update brand set routing_version = routing_version + 1
  where id = current_brand() and exists (select from added)
)
select count(*) from added
"""


async def add_examples(
    connection: Connection,
    texts: Sequence[MaskedText],
    *,
    category: str,
    language: Language,
    staff: StaffId | None,
    now: datetime,
) -> int:
    """Adds what customers write when they mean a category; how many were new."""
    parameters = {
        "ids": [new_id(now) for _ in texts],
        "texts": [text.text for text in texts],
        "language": language,
        "category": category,
        "staff": staff,
        "now": now,
    }
    row = await (await connection.execute(ADD_EXAMPLES, parameters)).fetchone()
    return int(row[0]) if row else 0


READ_EXAMPLES: Final = """
select text, category from routing_example where brand_id = %(brand)s::uuid
union
select t.text, a.category
from article a
join article_version v
  on v.brand_id = a.brand_id and v.article_id = a.id and v.language = a.language and v.version = a.version
cross join lateral (
  select v.title as text union all select v.description union all
  select q.text from article_question q
  where q.brand_id = a.brand_id and q.article_id = a.id and q.language = a.language
    and (q.conversation_id is null or may_improve(q.brand_id, q.conversation_id, %(improvable)s::text[]))
) t
where a.brand_id = %(brand)s::uuid and a.state = 'published' and t.text <> ''
order by category, text
"""


async def read_examples(connection: Connection, brand_id: BrandId) -> list[Example]:
    """What a brand's router learns from: people's examples, and what published articles say they are about.

    Customers' words among these are of those alone whose place allows it.
    """
    cursor = await connection.execute(READ_EXAMPLES, {"brand": brand_id, "improvable": [*list_improvable()]})
    return [Example(text=text, intent=category) for text, category in await cursor.fetchall()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A training that this process has taken on: what it will have learnt."""

    learnt: int
    learnt_articles: int
    encoder: str = ""  # the name of the one it reads with; '' for words alone


CLAIM_TRAINING: Final = """
insert into router as r (brand_id, next_at)
select b.id, %(until)s::timestamptz from brand b where b.id = %(brand)s::uuid
on conflict (brand_id) do update set next_at = excluded.next_at
where r.next_at <= %(now)s::timestamptz and exists (
  select from brand b where b.id = r.brand_id
  and (b.routing_version <> r.learnt or b.articles_version <> r.learnt_articles or r.format <> %(format)s::integer
    or r.encoder <> (
      select case when exists (select from brand_encoder e where e.brand_id = r.brand_id and e.enabled)
        then %(encoder)s::text else '' end))
)
returning (select routing_version from brand where id = r.brand_id),
  (select articles_version from brand where id = r.brand_id),
  exists (select from brand_encoder e where e.brand_id = r.brand_id and e.enabled)
"""


async def claim_training(
    connection: Connection, brand_id: BrandId, *, now: datetime, until: datetime, encoder: str = ""
) -> Task | None:
    """Takes on the training of a brand's router when its examples have changed; nobody else does before `until`.

    `encoder`: the name of the one that there is, for brands that want it; another one is a change, too.
    """
    values = {"brand": brand_id, "now": now, "until": until, "format": FORMAT, "encoder": encoder}
    row = await (await connection.execute(CLAIM_TRAINING, values)).fetchone()
    return None if row is None else Task(learnt=row[0], learnt_articles=row[1], encoder=encoder if row[2] else "")


SAVE_ROUTER: Final = """
update router set version = version + 1, model = %(model)s::bytea, examples = %(examples)s::integer,
  learnt = %(learnt)s::bigint, learnt_articles = %(learnt_articles)s::bigint,
  trained_at = %(now)s::timestamptz, format = %(format)s::integer, encoder = %(encoder)s::text,
  next_at = %(next)s::timestamptz
where brand_id = %(brand)s::uuid
"""


async def save_router(
    connection: Connection,
    brand_id: BrandId,
    model: bytes | None,
    *,
    task: Task,
    examples: int,
    now: datetime,
    again: timedelta,
) -> None:
    """Keeps a trained router in the place of the one before; None: too little is known to route.

    Nobody trains it again for as long as `again`.
    """
    parameters = {
        "brand": brand_id,
        "model": model,
        "examples": examples,
        "learnt": task.learnt,
        "learnt_articles": task.learnt_articles,
        "now": now,
        "next": now + again,
        "format": FORMAT,
        "encoder": task.encoder,
    }
    await connection.execute(SAVE_ROUTER, parameters)


READ_ROUTER_VERSION: Final = "select version from router where brand_id = %(brand)s::uuid"


async def read_router_version(connection: Connection, brand_id: BrandId) -> int:
    """The version of the brand's router; 0 when none was ever trained."""
    row = await (await connection.execute(READ_ROUTER_VERSION, {"brand": brand_id})).fetchone()
    return int(row[0]) if row else 0


READ_ROUTER: Final = "select version, model from router where brand_id = %(brand)s::uuid"


async def read_router(connection: Connection, brand_id: BrandId) -> tuple[int, bytes | None]:
    """(version, the router as bytes); 0 and None when none was ever trained."""
    row = await (await connection.execute(READ_ROUTER, {"brand": brand_id})).fetchone()
    return (0, None) if row is None else (int(row[0]), None if row[1] is None else bytes(row[1]))


# for the desk ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An example that somebody at the desk has written or imported."""

    id: UUID
    category: str
    language: Language
    text: str  # masked


LIST_EXAMPLES: Final = """
select id, category, language, text from routing_example where brand_id = %(brand)s::uuid
order by category, language, text
"""


async def list_examples(connection: Connection, brand_id: BrandId) -> list[Written]:
    """A brand's own examples by category."""
    rows = await (await connection.execute(LIST_EXAMPLES, {"brand": brand_id})).fetchall()
    return [Written(id=row[0], category=row[1], language=row[2], text=row[3]) for row in rows]


REMOVE_EXAMPLE: Final = """
with removed as (
  delete from routing_example where brand_id = current_brand() and id = %(id)s::uuid returning id
), counted as (
  update brand set routing_version = routing_version + 1
  where id = current_brand() and exists (select from removed)
)
select count(*) from removed
"""


async def remove_example(connection: Connection, example: UUID) -> bool:
    """False when it was gone already."""
    row = await (await connection.execute(REMOVE_EXAMPLE, {"id": example})).fetchone()
    return row is not None and row[0] > 0


COUNT_FROM_ARTICLES: Final = """
select a.category, count(distinct t.text)
from article a
join article_version v
  on v.brand_id = a.brand_id and v.article_id = a.id and v.language = a.language and v.version = a.version
cross join lateral (
  select v.title as text union all select v.description union all
  select q.text from article_question q
  where q.brand_id = a.brand_id and q.article_id = a.id and q.language = a.language
    and (q.conversation_id is null or may_improve(q.brand_id, q.conversation_id, %(improvable)s::text[]))
) t
where a.brand_id = %(brand)s::uuid and a.state = 'published' and t.text <> ''
group by a.category
"""


async def count_from_articles(connection: Connection, brand_id: BrandId) -> dict[str, int]:
    """How many examples each category has from published articles: titles, descriptions, example questions."""
    values = {"brand": brand_id, "improvable": [*list_improvable()]}
    return dict(await (await connection.execute(COUNT_FROM_ARTICLES, values)).fetchall())


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How a brand's router is."""

    version: int  # 0: it was never trained
    trained: datetime | None
    examples: int  # that it has learnt from
    usable: bool  # else too little is known to route
    current: bool  # it knows all examples there are now


READ_STATE: Final = """
select r.version, r.trained_at, r.examples, r.model is not null,
  r.learnt = b.routing_version and r.learnt_articles = b.articles_version and r.format = %(format)s::integer
from router r join brand b on b.id = r.brand_id where r.brand_id = %(brand)s::uuid
"""


async def read_state(connection: Connection, brand_id: BrandId) -> State:
    """The last training, and whether another one is due."""
    row = await (await connection.execute(READ_STATE, {"brand": brand_id, "format": FORMAT})).fetchone()
    if row is None:
        return State(version=0, trained=None, examples=0, usable=False, current=False)
    return State(version=row[0], trained=row[1], examples=row[2], usable=row[3], current=row[4])
