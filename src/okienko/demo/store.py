"""SQL of the demo world.

Elsewhere `conversations.store` alone writes these tables, one event at a time and never in the past. The demo plays two
weeks in one go: it writes whole conversations with their ends, so it has statements of its own, used on brands that it
has made itself. Every function works inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from okienko.database.pool import SET_BRAND, Connection
from okienko.values import BrandId, Language, StaffId

# Two programs that begin the demo at once: the second waits and then finds everything there.
LOCK_DEMO: Final = "select pg_advisory_xact_lock(hashtextextended('okienko demo', 0))"
FIND_BRANDS: Final = "select slug, id from brand"


async def find_brands(connection: Connection) -> dict[str, BrandId]:
    """All brands of the database by slug. From here to the end of the transaction nobody else loads the demo."""
    await connection.execute(LOCK_DEMO)
    return {slug: BrandId(id_) for slug, id_ in await (await connection.execute(FIND_BRANDS)).fetchall()}


async def enter_brand(connection: Connection, brand_id: BrandId) -> None:
    """From here to the end of the transaction everything is this brand's."""
    await connection.execute(SET_BRAND, {"brand": str(brand_id)})


# The demo is its own receiver of webhook replies, and its port may be another one today.
MOVE_REPLIES: Final = """
update connection set reply_url = %(reply_url)s::text
where brand_id = current_brand() and channel = 'webhook' and reply_url is distinct from %(reply_url)s::text
"""


async def move_replies(connection: Connection, reply_url: str) -> None:
    """Where the demo's webhooks send replies."""
    await connection.execute(MOVE_REPLIES, {"reply_url": reply_url})


# `conversation` and `person` take with them what belongs to them, `article` its versions and feedback.
FORGET_SEEN: Final = """
delete from seen where connection_id in (select id from connection where brand_id = current_brand())
"""
FORGET_CONVERSATIONS: Final = "delete from conversation where brand_id = current_brand()"
FORGET_PEOPLE: Final = "delete from person where brand_id = current_brand()"
FORGET_UNPARSED: Final = "delete from unparsed where brand_id = current_brand()"
FORGET_ARTICLES: Final = "delete from article where brand_id = current_brand()"
FORGET_CATEGORIES: Final = "delete from category where brand_id = current_brand()"
FORGET_ROLES: Final = "delete from staff_role where brand_id = current_brand()"
FORGET_DOORS: Final = "delete from connection where brand_id = current_brand()"
FORGET_BRAND: Final = "delete from brand where id = current_brand()"


async def forget_brand(connection: Connection) -> None:
    """Deletes the current brand and everything that is its own."""
    for statement in (
        FORGET_SEEN,
        FORGET_CONVERSATIONS,
        FORGET_PEOPLE,
        FORGET_UNPARSED,
        FORGET_ARTICLES,
        FORGET_CATEGORIES,
        FORGET_ROLES,
        FORGET_DOORS,
        FORGET_BRAND,
    ):
        await connection.execute(statement)


FORGET_STAFF: Final = """
delete from staff s where s.login = any(%(logins)s::text[])
  and not exists (select from staff_role r where r.staff_id = s.id)
"""


async def forget_staff(connection: Connection, logins: Sequence[str]) -> None:
    """Deletes the demo's staff, with sessions and invitations, unless somebody gave them work elsewhere."""
    await connection.execute(FORGET_STAFF, {"logins": logins})


FIND_STAFF: Final = "select login, id from staff where login = any(%(logins)s::text[])"


async def find_staff(connection: Connection, logins: Sequence[str]) -> dict[str, StaffId]:
    """The accounts behind logins."""
    rows = await (await connection.execute(FIND_STAFF, {"logins": logins})).fetchall()
    return {login: StaffId(id_) for login, id_ in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a citation has to know about an article."""

    version: int
    title: str
    at: datetime


READ_PUBLISHED: Final = """
select v.article_id, v.language, v.version, v.title, v.published_at
from article a
join article_version v
  on v.brand_id = a.brand_id and v.article_id = a.id and v.language = a.language and v.version = a.version
where a.brand_id = current_brand()
"""


async def read_published(connection: Connection) -> dict[tuple[str, Language], Published]:
    """The current version of every article of the brand."""
    rows = await (await connection.execute(READ_PUBLISHED)).fetchall()
    return {
        (article, language): Published(version=version, title=title, at=at)
        for article, language, version, title, at in rows
    }


COUNT: Final = """
select
  (select count(*) from article where brand_id = current_brand()),
  (select count(*) from article where brand_id = current_brand() and review_on < %(today)s::date),
  (select count(*) from conversation where brand_id = current_brand()),
  (select count(*) from message where brand_id = current_brand())
"""


async def count(connection: Connection, today: date) -> tuple[int, int, int, int]:
    """Articles of the current brand, those past their review date, conversations, messages."""
    row = await (await connection.execute(COUNT, {"today": today})).fetchone()
    assert row is not None
    return row[0], row[1], row[2], row[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRow:
    """A conversation with its person, lane and thread."""

    id: UUID
    person: UUID
    wrapped_key: bytes
    connection: str
    channel: str
    reference: str
    language: Language
    category: str | None
    holder: str
    agent: UUID | None
    version: int
    misses: int
    reason: str
    arrived: int
    lookup: bytes
    sealed: bytes | None
    queued_at: datetime | None
    updated_at: datetime
    closed_at: datetime | None
    created_at: datetime


PLAY_CONVERSATIONS: Final = """
with c as (
  select * from unnest(
    %(ids)s::uuid[], %(people)s::uuid[], %(wrapped)s::bytea[], %(connections)s::text[], %(channels)s::text[],
    %(references)s::text[], %(languages)s::text[], %(categories)s::text[], %(holders)s::text[], %(agents)s::uuid[],
    %(versions)s::bigint[], %(misses)s::integer[], %(reasons)s::text[], %(arrived)s::bigint[], %(lookups)s::bytea[],
    %(sealed)s::bytea[], %(queued)s::timestamptz[], %(updated)s::timestamptz[], %(closed)s::timestamptz[],
    %(created)s::timestamptz[]
  ) as c (id, person_id, wrapped, connection_id, channel, reference, language, category, holder, agent_id, version,
    misses, reason, arrived, lookup, sealed, queued_at, updated_at, closed_at, created_at)
), people as (
  insert into person (brand_id, id, created_at) select current_brand(), person_id, created_at from c
), keys as (
  insert into person_key (brand_id, person_id, wrapped, key_id)
  select current_brand(), person_id, wrapped, %(key_id)s::text from c
), conversations as (
  insert into conversation (brand_id, id, person_id, connection_id, channel, reference, language, category, holder,
    agent_id, version, noticed, misses, reason, queued_at, updated_at, closed_at, created_at)
  select current_brand(), id, person_id, connection_id, channel, reference, language, category, holder, agent_id,
    version, true, misses, reason, queued_at, updated_at, closed_at, created_at
  from c
), lanes as (
  insert into lane (brand_id, conversation_id, arrived, answered, waiting_since)
  select current_brand(), id, arrived, arrived, updated_at from c
)
insert into thread (brand_id, conversation_id, connection_id, lookup, sealed)
select current_brand(), id, connection_id, lookup, sealed from c
"""


async def play_conversations(connection: Connection, rows: Sequence[ConversationRow], *, key_id: str) -> None:
    """Conversations of the past, all of them answered as far as the bot is concerned."""
    await connection.execute(
        PLAY_CONVERSATIONS,
        {
            "ids": [r.id for r in rows],
            "people": [r.person for r in rows],
            "wrapped": [r.wrapped_key for r in rows],
            "connections": [r.connection for r in rows],
            "channels": [r.channel for r in rows],
            "references": [r.reference for r in rows],
            "languages": [r.language for r in rows],
            "categories": [r.category for r in rows],
            "holders": [r.holder for r in rows],
            "agents": [r.agent for r in rows],
            "versions": [r.version for r in rows],
            "misses": [r.misses for r in rows],
            "reasons": [r.reason for r in rows],
            "arrived": [r.arrived for r in rows],
            "lookups": [r.lookup for r in rows],
            "sealed": [r.sealed for r in rows],
            "queued": [r.queued_at for r in rows],
            "updated": [r.updated_at for r in rows],
            "closed": [r.closed_at for r in rows],
            "created": [r.created_at for r in rows],
            "key_id": key_id,
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """A message that was sent, with the customer's word on it."""

    conversation: UUID
    id: UUID
    author: str
    kind: str
    agent: UUID | None
    text: str
    arrival: int | None
    answers: int | None
    choice: str | None
    choices: Sequence[str]
    confidence: float | None
    connection: str
    channel: str
    at: datetime
    helped: bool | None
    reason: str | None
    comment: str
    word_at: datetime | None


PLAY_MESSAGES: Final = """
with m as (
  select * from unnest(
    %(conversations)s::uuid[], %(ids)s::uuid[], %(authors)s::text[], %(kinds)s::text[], %(agents)s::uuid[],
    %(texts)s::text[], %(arrivals)s::bigint[], %(answers)s::bigint[], %(choices)s::text[], %(offers)s::text[],
    %(confidences)s::real[], %(connections)s::text[], %(channels)s::text[], %(ats)s::timestamptz[],
    %(helped)s::boolean[], %(reasons)s::text[], %(comments)s::text[], %(word_ats)s::timestamptz[]
  ) as m (conversation_id, id, author, kind, agent_id, text, arrival, answers, choice, offers, confidence,
    connection_id, channel, at, helped, reason, comment, word_at)
), messages as (
  insert into message (brand_id, conversation_id, id, author, kind, agent_id, text, arrival, answers, choice, choices,
    confidence, generator, at)
  select current_brand(), conversation_id, id, author, kind, agent_id, text, arrival, answers, choice,
    string_to_array(offers, ' '), confidence, case when author = 'bot' then 'okienko' end, at
  from m
), sent as (
  insert into outbox (brand_id, conversation_id, message_id, connection_id, channel, author, state, attempts, due_at,
    sent_at)
  select current_brand(), conversation_id, id, connection_id, channel, author, 'sent', 1, at, at
  from m where author in ('bot', 'agent', 'system')
)
insert into answer_feedback (brand_id, conversation_id, message_id, helped, reason, comment, at)
select current_brand(), conversation_id, id, helped, reason, comment, word_at from m where helped is not null
"""


async def play_messages(connection: Connection, rows: Sequence[MessageRow]) -> None:
    """Messages of the past, all of them sent."""
    await connection.execute(
        PLAY_MESSAGES,
        {
            "conversations": [r.conversation for r in rows],
            "ids": [r.id for r in rows],
            "authors": [r.author for r in rows],
            "kinds": [r.kind for r in rows],
            "agents": [r.agent for r in rows],
            "texts": [r.text for r in rows],
            "arrivals": [r.arrival for r in rows],
            "answers": [r.answers for r in rows],
            "choices": [r.choice for r in rows],
            "offers": [" ".join(r.choices) for r in rows],
            "confidences": [r.confidence for r in rows],
            "connections": [r.connection for r in rows],
            "channels": [r.channel for r in rows],
            "ats": [r.at for r in rows],
            "helped": [r.helped for r in rows],
            "reasons": [r.reason for r in rows],
            "comments": [r.comment for r in rows],
            "word_ats": [r.word_at for r in rows],
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationRow:
    """The words of an article in an answer of the past."""

    conversation: UUID
    message: UUID
    position: int
    article: str
    language: Language
    version: int
    title: str
    quote: str
    published: datetime


PLAY_CITATIONS: Final = """
insert into citation (brand_id, conversation_id, message_id, position, article_id, article_language, article_version,
  title, quote, published)
select current_brand(), * from unnest(
  %(conversations)s::uuid[], %(messages)s::uuid[], %(positions)s::integer[], %(articles)s::text[],
  %(languages)s::text[], %(versions)s::integer[], %(titles)s::text[], %(quotes)s::text[], %(dates)s::timestamptz[])
"""


async def play_citations(connection: Connection, rows: Sequence[CitationRow]) -> None:
    """What the answers of the past quote."""
    await connection.execute(
        PLAY_CITATIONS,
        {
            "conversations": [r.conversation for r in rows],
            "messages": [r.message for r in rows],
            "positions": [r.position for r in rows],
            "articles": [r.article for r in rows],
            "languages": [r.language for r in rows],
            "versions": [r.version for r in rows],
            "titles": [r.title for r in rows],
            "quotes": [r.quote for r in rows],
            "dates": [r.published for r in rows],
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRow:
    """An address that a customer left."""

    person: UUID
    id: UUID
    kind: str
    lookup: bytes
    sealed: bytes = field(repr=False)
    at: datetime


PLAY_IDENTITIES: Final = """
insert into identity (brand_id, person_id, id, kind, lookup, sealed, created_at)
select current_brand(), * from unnest(
  %(people)s::uuid[], %(ids)s::uuid[], %(kinds)s::text[], %(lookups)s::bytea[], %(sealed)s::bytea[],
  %(ats)s::timestamptz[])
"""


async def play_identities(connection: Connection, rows: Sequence[IdentityRow]) -> None:
    """Addresses that customers left so that an answer can reach them."""
    await connection.execute(
        PLAY_IDENTITIES,
        {
            "people": [r.person for r in rows],
            "ids": [r.id for r in rows],
            "kinds": [r.kind for r in rows],
            "lookups": [r.lookup for r in rows],
            "sealed": [r.sealed for r in rows],
            "ats": [r.at for r in rows],
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRow:
    """A turn that ended without an answer."""

    conversation: UUID
    message: UUID
    at: datetime


PLAY_UNANSWERED: Final = """
insert into unanswered (brand_id, conversation_id, message_id, at)
select current_brand(), * from unnest(%(conversations)s::uuid[], %(messages)s::uuid[], %(ats)s::timestamptz[])
"""


async def play_unanswered(connection: Connection, rows: Sequence[OpenRow]) -> None:
    """What the bot of the past had no answer to."""
    await connection.execute(
        PLAY_UNANSWERED,
        {
            "conversations": [r.conversation for r in rows],
            "messages": [r.message for r in rows],
            "ats": [r.at for r in rows],
        },
    )
