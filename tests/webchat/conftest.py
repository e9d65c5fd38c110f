"""A brand with a web chat door in a database of one's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from okienko.brands import store as brands
from okienko.brands.store import SealedDoor, seal_bound
from okienko.conversations.store import threads
from okienko.database.ids import new_id
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.keys import Keys
from okienko.masking.vault import new_person_key, person_bound
from okienko.values import Brand, BrandId, Citation, ConnectionId, ConversationId, MessageId, PersonId

NOW = datetime(2026, 9, 3, 9, 41, tzinfo=UTC)
DOOR = ConnectionId("seans-web")

SAY = """
with said as (
  insert into message (brand_id, conversation_id, id, author, kind, agent_id, text, choices, at)
  values (current_brand(), %(conversation)s, %(id)s, %(author)s, %(kind)s, %(agent)s, %(text)s, %(choices)s, %(at)s)
)
insert into outbox (brand_id, conversation_id, message_id, connection_id, channel, author, state, due_at)
select current_brand(), %(conversation)s, %(id)s, %(door)s, 'webchat', %(author)s, %(state)s, %(at)s
where %(author)s <> 'note'
"""
CITE = """
insert into citation values (current_brand(), %(conversation)s, %(message)s, %(position)s, %(article)s, %(language)s,
  %(version)s, %(title)s, %(quote)s, %(published)s)
"""
ASK = """
with counted as (
  update lane set arrived = arrived + 1, waiting_since = %(at)s where conversation_id = %(conversation)s
  returning arrived
)
insert into message (brand_id, conversation_id, id, author, kind, text, arrival, at)
select current_brand(), %(conversation)s, %(id)s, 'customer', 'text', %(text)s, arrived, %(at)s from counted
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Seans, its door, and what the road would write."""

    database: Database
    keys: Keys
    brand: Brand
    agent: UUID

    async def start(self, lookup: bytes = b"token") -> threads.Thread:
        person, conversation = PersonId(new_id(NOW)), ConversationId(new_id(NOW))
        async with self.database.brand(self.brand.id) as connection:
            return await threads.start(
                connection,
                person=person,
                conversation=conversation,
                door=DOOR,
                channel="webchat",
                language="pl",
                lookup=lookup,
                wrapped_key=self.keys.wrap(new_person_key(b"k" * 32), person_bound(brand=self.brand.id, person=person)),
                key_id=self.keys.key_id,
                noticed=True,
                now=NOW,
            )

    async def ask(self, conversation: ConversationId, text: str) -> None:
        async with self.database.brand(self.brand.id) as connection:
            await connection.execute(ASK, {"conversation": conversation, "id": new_id(NOW), "text": text, "at": NOW})

    async def say(
        self,
        conversation: ConversationId,
        text: str,
        *,
        author: str = "bot",
        kind: str = "text",
        state: str = "sent",
        choices: tuple[str, ...] = (),
        citations: tuple[Citation, ...] = (),
    ) -> MessageId:
        message = MessageId(new_id(NOW))
        async with self.database.brand(self.brand.id) as connection:
            await connection.execute(
                SAY,
                {
                    "conversation": conversation,
                    "id": message,
                    "author": author,
                    "kind": kind,
                    "agent": self.agent if author in ("agent", "note") else None,
                    "text": text,
                    "choices": list(choices),
                    "at": NOW,
                    "door": DOOR,
                    "state": state,
                },
            )
            for position, citation in enumerate(citations, start=1):
                await connection.execute(
                    CITE,
                    {
                        "conversation": conversation,
                        "message": message,
                        "position": position,
                        "article": citation.article,
                        "language": citation.language,
                        "version": citation.version,
                        "title": citation.title,
                        "quote": citation.quote,
                        "published": citation.published,
                    },
                )
        return message

    async def run(self, statement: str, **values: object) -> None:
        async with self.database.brand(self.brand.id) as connection:
            await connection.execute(statement.encode(), values)

    async def rows(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        async with self.database.brand(self.brand.id) as connection:
            return await (await connection.execute(statement.encode(), values)).fetchall()


CITATION = Citation(
    article="logowanie-na-telewizorze",
    language="pl",
    version=3,
    title="Logowanie na telewizorze",
    quote="Na ekranie telewizora wybierz Ustawienia → Konto → Kod. Kod działa 10 minut.",
    published=NOW,
)


@pytest.fixture
async def world(database_urls: Urls) -> AsyncIterator[World]:
    keys = Keys(operator=b"o" * 32, index=b"i" * 32)
    brand = Brand(
        id=BrandId(uuid4()),
        slug="seans",
        name="Seans",
        language="pl",
        languages=("pl", "en"),
        accent="#7a1f3d",
        timezone="Europe/Warsaw",
        hours="pn-pt 9-17",
        allowed=(),
        origins=(),
        keep_months=12,
        articles_version=0,
    )
    agent = uuid4()
    database = await Database.open(database_urls.app, size=4)
    try:
        async with database.brand(brand.id) as connection:
            await brands.add_brand(connection, brand, NOW)
            await brands.add_categories(
                connection,
                [
                    ("odtwarzanie", "pl", "Odtwarzanie"),
                    ("platnosci", "pl", "Płatności"),
                    ("konto", "pl", "Konto i logowanie"),
                    ("odtwarzanie", "en", "Playback"),
                    ("platnosci", "en", "Payments"),
                    ("konto", "en", "Account"),
                ],
            )
            await brands.add_door(
                connection,
                SealedDoor(
                    id=DOOR,
                    brand_id=brand.id,
                    channel="webchat",
                    secret=keys.wrap(b"s" * 32, seal_bound(DOOR)),
                    reply_url=None,
                ),
                NOW,
            )
            await connection.execute(
                "insert into staff (id, login, name, created_at) values (%s, 'anna', 'Anna', %s)", (agent, NOW)
            )
        yield World(database=database, keys=keys, brand=brand, agent=agent)
    finally:
        await database.close()
