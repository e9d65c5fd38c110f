"""A brand with a web chat door, articles and agents, and what the road would write about it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from okienko.articles import pages as articles
from okienko.articles.drafts import Draft
from okienko.articles.pages import Hit
from okienko.articles.store import import_articles
from okienko.brands import store as brands
from okienko.brands.directory import Directory
from okienko.brands.store import SealedDoor, seal_bound
from okienko.channels.webchat import pages as webchat
from okienko.consent import pages as consent
from okienko.conversations.store import threads
from okienko.database.ids import new_id
from okienko.database.pool import Database, DatabaseAway
from okienko.database.urls import Urls
from okienko.keys import Keys
from okienko.masking.vault import new_person_key, person_bound
from okienko.receive import Reception
from okienko.rights.page import pages as rights
from okienko.settings import Settings
from okienko.values import (
    Brand,
    BrandId,
    Citation,
    Clock,
    ConnectionId,
    ConversationId,
    Language,
    MessageId,
    PersonId,
)
from okienko.web import assets
from okienko.web.headers import SecurityHeaders
from okienko.web.live import Live
from okienko.web.services import Services
from okienko.web.templates import problem

NOW = datetime(2026, 9, 3, 9, 41, tzinfo=UTC)
DOOR = ConnectionId("seans-web")

SAY = """
with said as (
  insert into message (brand_id, conversation_id, id, author, kind, agent_id, text, choices, generator, at)
  values (current_brand(), %(conversation)s, %(id)s, %(author)s, %(kind)s, %(agent)s, %(text)s, %(choices)s,
    case when %(author)s = 'bot' then 'okienko' end, %(at)s)
)
insert into outbox (brand_id, conversation_id, message_id, connection_id, channel, author, state, due_at)
select current_brand(), %(conversation)s, %(id)s, %(door)s, 'webchat', %(author)s, %(state)s, %(at)s
where %(author)s <> 'note'
"""
CITE = """
insert into citation values (current_brand(), %(conversation)s, %(message)s, %(position)s, %(article)s, %(language)s,
  %(version)s, %(title)s, %(quote)s, %(published)s, %(start)s::integer, %(end)s::integer)
"""
ASK = """
with counted as (
  update lane set arrived = arrived + 1, waiting_since = %(at)s where conversation_id = %(conversation)s
  returning arrived
)
insert into message (brand_id, conversation_id, id, author, kind, text, arrival, at)
select current_brand(), %(conversation)s, %(id)s, 'customer', 'text', %(text)s, arrived, %(at)s from counted
"""


CATEGORIES: list[tuple[str, Language, str]] = [
    ("odtwarzanie", "pl", "Odtwarzanie"),
    ("platnosci", "pl", "Płatności"),
    ("konto", "pl", "Konto i logowanie"),
    ("odtwarzanie", "en", "Playback"),
    ("platnosci", "en", "Payments"),
    ("konto", "en", "Account"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Seans, its door, and what the road would write."""

    database: Database
    keys: Keys
    brand: Brand
    agent: UUID
    url: str

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
                        "start": citation.marked and citation.marked[0],
                        "end": citation.marked and citation.marked[1],
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
    marked=(56, 76),
)


ARTICLE = Draft(
    id="logowanie-na-telewizorze",
    language="pl",
    title="Logowanie na telewizorze",
    description="Kod z telewizora i co robić, gdy nie działa.",
    category="konto",
    category_name="Konto i logowanie",
    owner="Zespół aplikacji",
    review_on=date(2026, 8, 1),
    body="Na ekranie wybierz **Ustawienia**.\n\n## Kod\n\nKod działa 10 minut.\n",
)


SHOP = "<!doctype html><html lang=pl><title>Sklep</title><h1>Sklep</h1><button>Kup</button><script src={}></script>"


@asynccontextmanager
async def open_world(urls: Urls, **of_brand: Any) -> AsyncGenerator[World]:
    """A fresh world in an empty database; `of_brand` changes the brand."""
    keys = Keys(operator=b"o" * 32, index=b"i" * 32)
    brand = replace(
        Brand(
            id=BrandId(uuid4()),
            slug="seans",
            name="Seans",
            language="pl",
            languages=("pl", "en"),
            accent="#7a1f3d",
            timezone="Europe/Warsaw",
            hours="mon-fri 09:00-17:00",
            allowed=(),
            origins=(),
            keep_months=12,
            articles_version=0,
            jurisdiction="pl",
        ),
        **of_brand,
    )
    agent = uuid4()
    database = await Database.open(urls.app, size=4)
    try:
        async with database.brand(brand.id) as connection:
            await brands.add_brand(connection, brand, NOW)
            await brands.add_categories(connection, CATEGORIES)
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
            await import_articles(connection, brand.id, [ARTICLE], now=NOW)
            await connection.execute(
                "insert into staff (id, login, name, created_at) values (%s, 'anna', 'Anna', %s)", (agent, NOW)
            )
        yield World(database=database, keys=keys, brand=brand, agent=agent, url=urls.app)
    finally:
        await database.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The world on a port of its own: pages, the live feed, the way in. No worker: tests speak for the bot."""

    world: World
    address: str
    live: Live
    reception: Reception

    @property
    def shop(self) -> str:
        """The address of a page that has the widget, on another origin."""
        return self.address.replace("127.0.0.1", "localhost") + "/shop"

    async def say(self, conversation: ConversationId, text: str, **how: Any) -> MessageId:
        """Something that the customer gets to see."""
        message = await self.world.say(conversation, text, **how)
        await self.live.announce(self.world.brand.id, [conversation])
        return message

    async def conversation(self) -> ConversationId:
        """The only one there is."""
        ((id_,),) = await self.world.rows("select id from conversation")
        assert isinstance(id_, UUID)
        return ConversationId(id_)


async def find_article(brand: Brand, language: Language, words: str, category: str | None) -> Sequence[Hit]:
    """A search that knows one word."""
    found = language == "pl" and "kod" in words and category in {None, "konto"}
    return [Hit(article=ARTICLE.id, title=ARTICLE.title, excerpt="Kod działa 10 minut.")] if found else []


async def _shop(request: Request) -> Response:
    """Somebody's page with the script tag. Under `localhost` it is of another origin than the widget on 127.0.0.1."""
    script = f"http://127.0.0.1:{request.url.port}/chat/{DOOR}.js"
    return HTMLResponse(SHOP.format(script), headers={"Content-Security-Policy": ""})


def build_app(
    world: World,
    live: Live,
    *,
    clock: Clock = lambda: NOW,
    chats_per_hour: int = 5,
    folder: Path = Path(),
    can_mail: bool = False,
) -> Starlette:
    """The pages of the rooms that are tried here."""
    app = Starlette(
        routes=[
            Route("/shop", _shop),
            *assets.routes(),
            *webchat.routes(),
            *consent.routes(),
            *rights.routes(),
            *articles.routes(find_article),
        ],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={HTTPException: problem, DatabaseAway: problem},
    )
    app.state.services = Services(
        settings=Settings(data=folder, keys=folder, chats_per_hour=chats_per_hour),
        database=world.database,
        directory=Directory(world.database, world.keys, clock),
        keys=world.keys,
        clock=clock,
        live=live,
        can_mail=can_mail,
    )
    return app


@asynccontextmanager
async def serve(world: World, **of_app: Any) -> AsyncGenerator[Site]:
    """Runs the world until the block ends."""
    live = Live(world.database, world.url)
    pages = build_app(world, live, **of_app)
    arrived = asyncio.Event()
    reception = Reception(world.database, pages.state.services.directory, world.keys, lambda: NOW, arrived.set)

    async def announce_arrivals() -> None:
        """A worker does so after every turn, also when it has nothing to say."""
        while await arrived.wait():
            arrived.clear()
            rows = await world.rows("select id from conversation")
            await live.announce(world.brand.id, [ConversationId(UUID(str(id_))) for (id_,) in rows])

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (reception.hook if scope["path"].startswith("/hooks/") else pages)(scope, receive, send)

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(app, lifespan="off", access_log=False, log_config=None, timeout_graceful_shutdown=0)
        )
        background = [
            asyncio.create_task(server.serve(sockets=[listening])),
            asyncio.create_task(reception.run()),
            asyncio.create_task(live.run()),
            asyncio.create_task(announce_arrivals()),
        ]
        try:
            yield Site(
                world=world,
                address=f"http://127.0.0.1:{listening.getsockname()[1]}",
                live=live,
                reception=reception,
            )
        finally:
            server.should_exit = True
            await background[0]
            for task in background[1:]:
                task.cancel()
            await asyncio.gather(*background[1:], return_exceptions=True)
