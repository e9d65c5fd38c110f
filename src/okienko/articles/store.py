"""SQL of articles, their versions, categories and feedback. Every function works inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from psycopg.rows import TupleRow

from okienko.articles.drafts import Draft
from okienko.articles.questions import write_questions
from okienko.audit.store import WORKER, member, record
from okienko.database.pool import Connection
from okienko.policy.files import list_improvable
from okienko.values import BrandId, ConversationId, Language, MaskedText, StaffId

_CHUNK: Final = 200  # drafts a statement
_AWAY: Final = 2  # times in a row a link had no answer, before anybody is told

Reason = Literal["wrong", "unclear", "outdated", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did: counts of articles."""

    created: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A category in one language, with how many articles are published in it."""

    slug: str
    name: str
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An article in a list."""

    id: str
    language: Language
    category: str
    title: str
    description: str
    owner: str
    review_on: date | None
    version: int
    published: datetime  # of this version


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleQuestion:
    """How customers ask for an article."""

    text: str  # masked
    source: Literal["import", "desk", "customer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An article in its current version, as its pages show it."""

    id: str
    language: Language
    category: str
    category_name: str
    title: str
    description: str
    body: str  # Markdown
    owner: str
    review_on: date | None
    version: int
    published: datetime  # of this version
    withdrawn: bool
    changed: datetime  # also by what makes no new version
    changed_by: str | None  # a colleague's name; None: an import
    languages: tuple[Language, ...]  # in which it is there
    questions: tuple[ExampleQuestion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of an article, kept for ever."""

    version: int
    title: str
    description: str
    body: str
    staff_id: StaffId | None
    staff: str | None  # the colleague's name; None: an import
    published: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tended:
    """An article in the desk's list, published or withdrawn."""

    id: str
    language: Language
    category: str
    title: str
    owner: str
    review_on: date | None
    version: int
    withdrawn: bool
    helped: int  # ratings since the day that was asked for
    failed: int
    dead: int = 0  # links
    conflict: bool = False  # its source says something else than the desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """Somebody whom an article did not help."""

    version: int
    reason: Reason | None
    comment: str  # masked
    at: datetime


# Two imports, or an import and an edit, come after one another; who only refers to the brand is not held up.
HOLD_ARTICLES: Final = "select articles_version from brand where id = %(brand)s::uuid for no key update"

BUMP_ARTICLES: Final = """
update brand set articles_version = articles_version + 1 where id = %(brand)s::uuid returning articles_version
"""

ADD_CATEGORIES: Final = """
insert into category (brand_id, slug, language, name, position)
select %(brand)s::uuid, c.slug, c.language, c.name, coalesce(
  (select min(o.position) from category o where o.brand_id = %(brand)s::uuid and o.slug = c.slug),
  (select coalesce(max(o.position), 0) from category o where o.brand_id = %(brand)s::uuid)
    + dense_rank() over (order by c.slug)
)
from unnest(%(slugs)s::text[], %(languages)s::text[], %(names)s::text[]) as c (slug, language, name)
on conflict (brand_id, slug, language) do nothing
"""

# What is the same stays as it is; new words make a new version; a new category, owner or example question does not. Of
# the example questions the desk has all in its hands; an import, only those that came by one.
SAVE_DRAFTS: Final = """
with draft as (
  select d.*, a.version as old_version, a.id is null as is_new,
    a.id is null or (v.title, v.description, v.body) is distinct from (d.title, d.description, d.body) as has_words,
    a.id is null or (a.category, a.owner, a.review_on, a.state)
      is distinct from (d.category, d.owner, d.review_on, 'published')
      or d.questions is distinct from coalesce((
        select string_agg(q.text, e'\n' order by q.position, q.text) from article_question q
        where q.brand_id = a.brand_id and q.article_id = a.id and q.language = a.language
          and (%(staff)s::uuid is not null or q.source = 'import')
      ), '') as has_marks
  from unnest(
    %(ids)s::text[], %(languages)s::text[], %(categories)s::text[], %(owners)s::text[], %(review_ons)s::date[],
    %(titles)s::text[], %(descriptions)s::text[], %(bodies)s::text[], %(questions)s::text[]
  ) as d (id, language, category, owner, review_on, title, description, body, questions)
  left join article a on a.brand_id = %(brand)s::uuid and a.id = d.id and a.language = d.language
  left join article_version v
    on v.brand_id = a.brand_id and v.article_id = a.id and v.language = a.language and v.version = a.version
), saved as (
  insert into article (brand_id, id, language, category, owner, review_on, version, state, staff_id, updated_at)
  select %(brand)s::uuid, id, language, category, owner, review_on,
    coalesce(old_version, 0) + has_words::integer, 'published', %(staff)s::uuid, %(now)s::timestamptz
  from draft where has_words or has_marks
  on conflict (brand_id, id, language) do update
    set category = excluded.category, owner = excluded.owner, review_on = excluded.review_on,
      version = excluded.version, state = excluded.state, staff_id = excluded.staff_id, updated_at = excluded.updated_at
), published as (
  insert into article_version
    (brand_id, article_id, language, version, title, description, body, staff_id, published_at)
  select %(brand)s::uuid, id, language, coalesce(old_version, 0) + 1, title, description, body,
    %(staff)s::uuid, %(now)s::timestamptz
  from draft where has_words
), dropped as (
  delete from article_question q using draft d
  where q.brand_id = %(brand)s::uuid and q.article_id = d.id and q.language = d.language and d.has_marks
    and (%(staff)s::uuid is not null or q.source = 'import')
    and q.text <> all (string_to_array(d.questions, e'\n'))
), asked as (
  insert into article_question (brand_id, article_id, language, text, position, source, staff_id, at)
  select %(brand)s::uuid, d.id, d.language, q.text, q.position,
    case when %(staff)s::uuid is null then 'import' else 'desk' end, %(staff)s::uuid, %(now)s::timestamptz
  from draft d cross join unnest(string_to_array(d.questions, e'\n')) with ordinality as q (text, position)
  where d.has_marks
  on conflict (brand_id, article_id, language, text) do update set position = excluded.position,
    source = case when excluded.source = 'import' then 'import' else article_question.source end,
    conversation_id = case when excluded.source <> 'import' then article_question.conversation_id end
)
select
  count(*) filter (where is_new), count(*) filter (where not is_new and (has_words or has_marks)),
  count(*) filter (where not (has_words or has_marks))
from draft
"""


async def import_articles(
    connection: Connection,
    brand_id: BrandId,
    drafts: Sequence[Draft],
    *,
    now: datetime,
    staff_id: StaffId | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Imported:
    """Publish drafts, no two of one id and language. Categories that do not exist yet are made.

    Articles that are not among the drafts stay as they are. `on_progress` hears how many of how many are done.
    """
    await connection.execute(HOLD_ARTICLES, {"brand": brand_id})
    names = {(draft.category, draft.language): draft.category_name for draft in reversed(drafts)}
    ordered = dict(sorted(names.items()))
    await connection.execute(
        ADD_CATEGORIES,
        {
            "brand": brand_id,
            "slugs": [slug for slug, _ in ordered],
            "languages": [language for _, language in ordered],
            "names": list(ordered.values()),
        },
    )
    created = changed = unchanged = 0
    for start in range(0, len(drafts), _CHUNK):
        chunk = drafts[start : start + _CHUNK]
        cursor = await connection.execute(
            SAVE_DRAFTS,
            {
                "brand": brand_id,
                "ids": [draft.id for draft in chunk],
                "languages": [draft.language for draft in chunk],
                "categories": [draft.category for draft in chunk],
                "owners": [draft.owner for draft in chunk],
                "review_ons": [draft.review_on for draft in chunk],
                "titles": [draft.title for draft in chunk],
                "descriptions": [draft.description for draft in chunk],
                "bodies": [draft.body for draft in chunk],
                "questions": [write_questions(draft.questions) for draft in chunk],
                "staff": staff_id,
                "now": now,
            },
        )
        for new, other, same in await cursor.fetchall():
            created, changed, unchanged = created + new, changed + other, unchanged + same
        on_progress(start + len(chunk), len(drafts))
    if created or changed:
        await connection.execute(BUMP_ARTICLES, {"brand": brand_id})
        await mark_overdue(connection, brand_id, now)
    return Imported(created=created, changed=changed, unchanged=unchanged)


MARK_OVERDUE: Final = """
update article a
set overdue = a.review_on is not null and a.review_on < (%(now)s::timestamptz at time zone b.timezone)::date
from brand b
where b.id = %(brand)s::uuid and a.brand_id = b.id
  and a.overdue <> (a.review_on is not null and a.review_on < (%(now)s::timestamptz at time zone b.timezone)::date)
returning b.when_overdue = 'withhold'
"""


async def mark_overdue(connection: Connection, brand_id: BrandId, now: datetime) -> None:
    """Notes which articles are past their review date where the brand is; answers follow where it withholds them."""
    rows = await (await connection.execute(MARK_OVERDUE, {"brand": brand_id, "now": now})).fetchall()
    if any(withheld for (withheld,) in rows):
        await connection.execute(BUMP_ARTICLES, {"brand": brand_id})


LIST_BODIES: Final = """
select a.id, a.language, v.body
from article a
join article_version v
  on v.brand_id = a.brand_id and v.article_id = a.id and v.language = a.language and v.version = a.version
where a.brand_id = %(brand)s::uuid and a.state = 'published' and position('](http' in v.body) > 0
"""
LIST_LINKS: Final = """
select article_id, language, address, trouble, failures, checked_at from article_link where brand_id = %(brand)s::uuid
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link in an article, as it was when it was followed last."""

    article: str
    language: Language
    address: str
    trouble: str | None = None
    failures: int = 0  # in a row
    checked: datetime | None = None


def is_dead(link: Link) -> bool:
    """Whether somebody should look at it."""
    return link.trouble is not None and (link.trouble.isdecimal() or link.failures >= _AWAY)


async def list_bodies(connection: Connection, brand_id: BrandId) -> list[tuple[str, Language, str]]:
    """(id, language, Markdown) of published articles with a link."""
    return [(a, b, c) for a, b, c in await (await connection.execute(LIST_BODIES, {"brand": brand_id})).fetchall()]


async def list_links(connection: Connection, brand_id: BrandId) -> list[Link]:
    """Every link that was followed."""
    rows = await (await connection.execute(LIST_LINKS, {"brand": brand_id})).fetchall()
    return [
        Link(article=article, language=language, address=address, trouble=trouble, failures=failures, checked=checked)
        for article, language, address, trouble, failures, checked in rows
    ]


SAVE_LINKS: Final = """
insert into article_link (brand_id, article_id, language, address, trouble, failures, checked_at)
select %(brand)s::uuid, l.* from unnest(%(articles)s::text[], %(languages)s::text[], %(addresses)s::text[],
  %(troubles)s::text[], %(failures)s::integer[], %(checked)s::timestamptz[])
  as l (article_id, language, address, trouble, failures, checked_at)
join article a on a.brand_id = %(brand)s::uuid and a.id = l.article_id and a.language = l.language
on conflict (brand_id, article_id, language, address) do update set trouble = excluded.trouble,
  failures = excluded.failures, checked_at = excluded.checked_at
"""
FORGET_LINKS: Final = """
delete from article_link l
using unnest(%(articles)s::text[], %(languages)s::text[], %(addresses)s::text[]) as g (article_id, language, address)
where l.brand_id = %(brand)s::uuid and l.article_id = g.article_id and l.language = g.language
  and l.address = g.address
"""


async def save_links(connection: Connection, brand_id: BrandId, checked: Sequence[Link], gone: Sequence[Link]) -> None:
    """`gone`: links that no article has any more."""
    values = {
        "brand": brand_id,
        "articles": [link.article for link in checked],
        "languages": [link.language for link in checked],
        "addresses": [link.address for link in checked],
        "troubles": [link.trouble for link in checked],
        "failures": [link.failures for link in checked],
        "checked": [link.checked for link in checked],
    }
    await connection.execute(SAVE_LINKS, values)
    values = {
        "brand": brand_id,
        "articles": [link.article for link in gone],
        "languages": [link.language for link in gone],
        "addresses": [link.address for link in gone],
    }
    await connection.execute(FORGET_LINKS, values)


READ_VERSION: Final = """
select version from article
where brand_id = %(brand)s::uuid and id = %(id)s::text and language = %(language)s::text
"""


async def publish_edit(
    connection: Connection, brand_id: BrandId, draft: Draft, *, base: int, staff_id: StaffId, now: datetime
) -> int | None:
    """Publish an edit of version `base`, 0 for a new article; the version that holds now.

    That is `base` itself when the words are the same, and None when somebody else has published a version (or taken the
    id) meanwhile: then nothing was done. The next answer quotes the new one.
    """
    await connection.execute(HOLD_ARTICLES, {"brand": brand_id})
    article = {"brand": brand_id, "id": draft.id, "language": draft.language}
    row = await (await connection.execute(READ_VERSION, article)).fetchone()
    if (row[0] if row else 0) != base:
        return None
    await import_articles(connection, brand_id, [draft], now=now, staff_id=staff_id)
    row = await (await connection.execute(READ_VERSION, article)).fetchone()
    version = row[0] if row else None
    await record(
        connection,
        "article-published",
        by=member(staff_id),
        brand=brand_id,
        kind="article",
        object=f"{draft.language}/{draft.id}",
        detail={"version": version},
        now=now,
    )
    return version


SET_STATE: Final = """
update article
set state = %(state)s::text, staff_id = %(staff)s::uuid, updated_at = %(now)s::timestamptz
where brand_id = %(brand)s::uuid and id = %(id)s::text and language = %(language)s::text
  and state <> %(state)s::text
"""


async def set_withdrawn(
    connection: Connection,
    brand_id: BrandId,
    article_id: str,
    language: Language,
    *,
    withdrawn: bool,
    staff_id: StaffId | None,
    now: datetime,
) -> None:
    """Take an article off the help pages and out of the bot's answers, or put it back as it was.

    `staff_id` is None when it has vanished from where it came from.
    """
    await connection.execute(HOLD_ARTICLES, {"brand": brand_id})
    cursor = await connection.execute(
        SET_STATE,
        {
            "brand": brand_id,
            "id": article_id,
            "language": language,
            "state": "withdrawn" if withdrawn else "published",
            "staff": staff_id,
            "now": now,
        },
    )
    if cursor.rowcount:
        await connection.execute(BUMP_ARTICLES, {"brand": brand_id})
        await record(
            connection,
            "article-withdrawn" if withdrawn else "article-restored",
            by=WORKER if staff_id is None else member(staff_id),
            brand=brand_id,
            kind="article",
            object=f"{language}/{article_id}",
            now=now,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a brand has decided about its articles."""

    propose_questions: bool  # whether customers' masked words may become example questions
    when_overdue: Literal["quote", "withhold"]  # an article past its review date


READ_POLICY: Final = "select propose_questions, when_overdue from brand where id = current_brand()"
SET_POLICY: Final = """
update brand set propose_questions = %(propose)s::boolean, when_overdue = %(overdue)s::text
where id = %(brand)s::uuid
  and (propose_questions, when_overdue) is distinct from (%(propose)s::boolean, %(overdue)s::text)
"""


async def read_policy(connection: Connection) -> Policy:
    """Of the current brand."""
    row = await (await connection.execute(READ_POLICY)).fetchone()
    return Policy(propose_questions=bool(row and row[0]), when_overdue=row[1] if row else "quote")


async def set_policy(connection: Connection, brand_id: BrandId, policy: Policy) -> None:
    """Holds from the next answer on."""
    values = {"brand": brand_id, "propose": policy.propose_questions, "overdue": policy.when_overdue}
    if (await connection.execute(SET_POLICY, values)).rowcount:
        await connection.execute(BUMP_ARTICLES, {"brand": brand_id})


LIST_QUESTIONS: Final = """
select q.text from article_question q
join article a on a.brand_id = q.brand_id and a.id = q.article_id and a.language = q.language and a.state = 'published'
where q.brand_id = %(brand)s::uuid and q.language = %(language)s::text
  and (q.conversation_id is null or may_improve(q.brand_id, q.conversation_id, %(improvable)s::text[]))
order by q.position, q.article_id, q.text limit %(limit)s::integer
"""


async def list_questions(
    connection: Connection, brand_id: BrandId, language: Language, *, limit: int = 200
) -> list[str]:
    """Example questions of published articles, each article's first ones first; of customers', those that may serve."""
    values = {"brand": brand_id, "language": language, "limit": limit, "improvable": [*list_improvable()]}
    return [text for (text,) in await (await connection.execute(LIST_QUESTIONS, values)).fetchall()]


TRACE_QUESTIONS: Final = """
update article_question q set source = 'customer', conversation_id = said.conversation_id
from unnest(%(texts)s::text[], %(conversations)s::uuid[]) as said (text, conversation_id)
where q.brand_id = %(brand)s::uuid and q.article_id = %(id)s::text and q.language = %(language)s::text
  and q.source = 'desk' and q.text = said.text
"""


async def trace_questions(
    connection: Connection, brand_id: BrandId, article_id: str, language: Language, said: Mapping[str, ConversationId]
) -> None:
    """Binds example questions that are a customer's words to the conversation in which they were said."""
    await connection.execute(
        TRACE_QUESTIONS,
        {
            "brand": brand_id,
            "id": article_id,
            "language": language,
            "texts": list(said),
            "conversations": list(said.values()),
        },
    )


READ_ARTICLE: Final = """
select a.id, a.language, a.category, coalesce(c.name, a.category), v.title, v.description, v.body, a.owner, a.review_on,
  a.version, v.published_at, a.state = 'withdrawn', a.updated_at, s.name,
  (select array_agg(o.language order by o.language) from article o
   where o.brand_id = a.brand_id and o.id = a.id and (o.state = 'published' or %(withdrawn)s::boolean)),
  array(select q.text from article_question q
   where q.brand_id = a.brand_id and q.article_id = a.id and q.language = a.language order by q.position, q.text),
  array(select q.source from article_question q
   where q.brand_id = a.brand_id and q.article_id = a.id and q.language = a.language order by q.position, q.text)
from article a
join article_version v
  on v.brand_id = a.brand_id and v.article_id = a.id and v.language = a.language and v.version = a.version
left join category c on c.brand_id = a.brand_id and c.slug = a.category and c.language = a.language
left join staff s on s.id = a.staff_id
where a.brand_id = %(brand)s::uuid and a.id = %(id)s::text and a.language = %(language)s::text
  and (a.state = 'published' or %(withdrawn)s::boolean)
"""


async def read_article(
    connection: Connection, brand_id: BrandId, article_id: str, language: Language, *, withdrawn: bool = False
) -> Shown | None:
    """A published article in its current version; with `withdrawn`, also one that is not published any more."""
    cursor = await connection.execute(
        READ_ARTICLE, {"brand": brand_id, "id": article_id, "language": language, "withdrawn": withdrawn}
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    id_, spoken, category, name, title, description, body, owner, review_on, version, published, *rest = row
    is_withdrawn, changed, changed_by, languages, questions, sources = rest
    return Shown(
        id=id_,
        language=spoken,
        category=category,
        category_name=name,
        title=title,
        description=description,
        body=body,
        owner=owner,
        review_on=review_on,
        version=version,
        published=published,
        withdrawn=is_withdrawn,
        changed=changed,
        changed_by=changed_by,
        languages=tuple(languages),
        questions=tuple(
            ExampleQuestion(text=text, source=source) for text, source in zip(questions, sources, strict=True)
        ),
    )


LIST_ARTICLES: Final = """
select a.id, a.language, a.category, v.title, v.description, a.owner, a.review_on, a.version, v.published_at
from article a
join article_version v
  on v.brand_id = a.brand_id and v.article_id = a.id and v.language = a.language and v.version = a.version
where a.brand_id = %(brand)s::uuid and a.state = 'published' and a.language = %(language)s::text
  and (%(category)s::text is null or a.category = %(category)s::text)
order by a.category, v.title, a.id
limit %(limit)s::integer
"""


async def list_articles(
    connection: Connection, brand_id: BrandId, language: Language, category: str | None = None, *, limit: int = 1_000
) -> list[Listed]:
    """Published articles by category and title."""
    cursor = await connection.execute(
        LIST_ARTICLES, {"brand": brand_id, "language": language, "category": category, "limit": limit}
    )
    return [_listed(row) for row in await cursor.fetchall()]


LIST_TENDED: Final = """
select a.id, a.language, a.category, v.title, a.owner, a.review_on, a.version, a.state = 'withdrawn',
  coalesce(f.helped, 0), coalesce(f.failed, 0), coalesce(l.dead, 0), coalesce(o.title is not null, false)
from article a
join article_version v
  on v.brand_id = a.brand_id and v.article_id = a.id and v.language = a.language and v.version = a.version
left join (
  select article_id, language, count(*) filter (where helped) as helped, count(*) filter (where not helped) as failed
  from article_feedback
  where brand_id = %(brand)s::uuid and at > %(since)s::timestamptz
  group by article_id, language
) f on f.article_id = a.id and f.language = a.language
left join (
  select article_id, language, count(*) as dead from article_link
  where brand_id = %(brand)s::uuid and trouble is not null and (trouble ~ '^[0-9]+$' or failures >= 2)
  group by article_id, language
) l on l.article_id = a.id and l.language = a.language
left join article_origin o on o.brand_id = a.brand_id and o.article_id = a.id and o.language = a.language
where a.brand_id = %(brand)s::uuid
"""


async def list_tended(connection: Connection, brand_id: BrandId, *, since: datetime) -> list[Tended]:
    """Every article of a brand, in no order, with its ratings after `since`. Without descriptions and bodies."""
    cursor = await connection.execute(LIST_TENDED, {"brand": brand_id, "since": since})
    return [
        Tended(
            id=id_,
            language=language,
            category=category,
            title=title,
            owner=owner,
            review_on=review_on,
            version=version,
            withdrawn=withdrawn,
            helped=helped,
            failed=failed,
            dead=dead,
            conflict=conflict,
        )
        for (
            id_,
            language,
            category,
            title,
            owner,
            review_on,
            version,
            withdrawn,
            helped,
            failed,
            dead,
            conflict,
        ) in await cursor.fetchall()
    ]


def _listed(row: TupleRow) -> Listed:
    id_, language, category, title, description, owner, review_on, version, published = row
    return Listed(
        id=id_,
        language=language,
        category=category,
        title=title,
        description=description,
        owner=owner,
        review_on=review_on,
        version=version,
        published=published,
    )


LIST_CATEGORIES: Final = """
select c.slug, c.name, count(a.id)
from category c
left join article a
  on a.brand_id = c.brand_id and a.category = c.slug and a.language = c.language and a.state = 'published'
where c.brand_id = %(brand)s::uuid and c.language = %(language)s::text
group by c.slug, c.name, c.position
order by c.position, c.slug
"""


async def list_categories(connection: Connection, brand_id: BrandId, language: Language) -> list[Category]:
    """The categories of a language in the brand's order, also those without articles."""
    cursor = await connection.execute(LIST_CATEGORIES, {"brand": brand_id, "language": language})
    return [Category(slug=slug, name=name, articles=count) for slug, name, count in await cursor.fetchall()]


READ_VERSIONS: Final = """
select v.version, v.title, v.description, v.body, v.staff_id, s.name, v.published_at
from article_version v
left join staff s on s.id = v.staff_id
where v.brand_id = %(brand)s::uuid and v.article_id = %(id)s::text and v.language = %(language)s::text
order by v.version desc
"""


async def read_versions(
    connection: Connection, brand_id: BrandId, article_id: str, language: Language
) -> list[Version]:
    """Every version of an article, newest first."""
    cursor = await connection.execute(READ_VERSIONS, {"brand": brand_id, "id": article_id, "language": language})
    return [
        Version(
            version=version,
            title=title,
            description=description,
            body=body,
            staff_id=StaffId(staff_id) if staff_id else None,
            staff=staff,
            published=published,
        )
        for version, title, description, body, staff_id, staff, published in await cursor.fetchall()
    ]


ADD_FEEDBACK: Final = """
insert into article_feedback (brand_id, id, article_id, language, version, helped, reason, comment, at)
select a.brand_id, %(feedback)s::uuid, a.id, a.language, a.version, %(helped)s::boolean, %(reason)s::text,
  %(comment)s::text, %(now)s::timestamptz
from article a
where a.brand_id = %(brand)s::uuid and a.id = %(id)s::text and a.language = %(language)s::text and a.state = 'published'
returning version
"""


async def add_article_feedback(
    connection: Connection,
    brand_id: BrandId,
    article_id: str,
    language: Language,
    *,
    feedback_id: UUID,
    helped: bool,
    reason: Reason | None,
    comment: MaskedText,
    now: datetime,
) -> bool:
    """Keep what a reader thought of the current version. False when there is no such article."""
    cursor = await connection.execute(
        ADD_FEEDBACK,
        {
            "brand": brand_id,
            "feedback": feedback_id,
            "id": article_id,
            "language": language,
            "helped": helped,
            "reason": reason,
            "comment": comment.text,
            "now": now,
        },
    )
    return await cursor.fetchone() is not None


LIST_COMPLAINTS: Final = """
select version, reason, comment, at from article_feedback
where brand_id = %(brand)s::uuid and article_id = %(id)s::text and language = %(language)s::text
  and not helped and at > %(since)s::timestamptz
order by at desc
limit %(limit)s::integer
"""


async def list_complaints(
    connection: Connection, brand_id: BrandId, article_id: str, language: Language, *, since: datetime, limit: int = 200
) -> list[Complaint]:
    """What readers whom the article did not help said after `since`, newest first."""
    cursor = await connection.execute(
        LIST_COMPLAINTS,
        {"brand": brand_id, "id": article_id, "language": language, "since": since, "limit": limit},
    )
    return [
        Complaint(version=version, reason=reason, comment=comment, at=at)
        for version, reason, comment, at in await cursor.fetchall()
    ]
