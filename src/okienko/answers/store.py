"""SQL of what answers are made from: the published articles of a brand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from okienko.answers.passages import Article
from okienko.answers.synonyms import SYNONYMS, Synonyms, join
from okienko.database.pool import Connection
from okienko.policy.files import list_improvable
from okienko.values import BrandId, Language

READ_ARTICLES_VERSION: Final = "select articles_version from brand where id = %(brand)s::uuid"


async def read_articles_version(connection: Connection, brand_id: BrandId) -> int:
    """Counts up with every published change of the brand's articles; 0 for a brand without any."""
    cursor = await connection.execute(READ_ARTICLES_VERSION, {"brand": brand_id})
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


READ_PUBLISHED: Final = """
select a.id, a.language, a.category, a.version, v.title, v.description, v.body, v.published_at,
  array(select q.text from article_question q
   where q.brand_id = a.brand_id and q.article_id = a.id and q.language = a.language
     and (q.conversation_id is null or may_improve(q.brand_id, q.conversation_id, %(improvable)s::text[]))
   order by q.position, q.text)
from article a
join article_version v
  on v.brand_id = a.brand_id and v.article_id = a.id and v.language = a.language and v.version = a.version
join brand b on b.id = a.brand_id
where a.brand_id = %(brand)s::uuid and a.state = 'published' and not (a.overdue and b.when_overdue = 'withhold')
order by a.id, a.language
"""
# Scenarios are found like articles, by the sentences that start them.
READ_TRIGGERS: Final = """
select 'scenario:' || scenario_id, language, coalesce(category, ''), version, name, '', opening, at, examples
from scenario_trigger where brand_id = %(brand)s::uuid order by scenario_id, language
"""


async def read_published(connection: Connection, brand_id: BrandId) -> list[Article]:
    """The published articles of a brand, each in its current version; past its review date as the brand says.

    Customers' words among their example questions are of those alone whose place allows it. After them what its
    scenarios are found by, as articles whose ids begin with `SCENARIO`.
    """
    cursor = await connection.execute(READ_PUBLISHED, {"brand": brand_id, "improvable": [*list_improvable()]})
    triggers = await connection.execute(READ_TRIGGERS, {"brand": brand_id})
    return [
        Article(
            id=id_,
            language=language,
            category=category,
            version=version,
            title=title,
            description=description,
            body=body,
            published=published,
            questions=tuple(questions),
        )
        for (
            id_,
            language,
            category,
            version,
            title,
            description,
            body,
            published,
            questions,
        ) in (*await cursor.fetchall(), *await triggers.fetchall())
    ]


READ_SYNONYMS: Final = "select language, lines from synonyms where brand_id = %(brand)s::uuid"


async def read_synonyms(connection: Connection, brand_id: BrandId) -> Synonyms:
    """The words that mean the same in this brand: its own, with those that okienko brings.

    Whoever changes them counts the version of the brand's articles up, because the index is made from both.
    """
    rows = await (await connection.execute(READ_SYNONYMS, {"brand": brand_id})).fetchall()
    return join_own(dict(rows))


def join_own(lines: Mapping[Language, Sequence[str]]) -> Synonyms:
    """A brand's own lines with the synonyms that okienko brings."""
    own: Synonyms = {language: [line.split() for line in some] for language, some in lines.items()}
    return join(SYNONYMS, own)
