"""A small world for the road: one brand, two doors, a help centre of two articles, and a clock that is set by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import orjson
import pytest
from starlette.types import Message

from okienko.answers.shelf import Shelf
from okienko.articles.drafts import Draft
from okienko.articles.store import import_articles
from okienko.brands.directory import Directory
from okienko.brands.store import SealedDoor, add_brand, add_categories, add_door, seal_bound
from okienko.conversations.store import threads
from okienko.database.ids import new_id
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.http import Answered
from okienko.keys import Keys
from okienko.masking.vault import person_bound
from okienko.receive import Reception
from okienko.values import Brand, BrandId, ConnectionId, ConversationId, Failed, HttpCall, PersonId, Unsure
from okienko.web.live import Live
from okienko.work import Worker

SECRET = bytes(range(32))


@dataclass(slots=True)
class SetClock:
    """A clock that stands still until it is moved."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass(slots=True)
class FakeHttp:
    """The other side: remembers calls, answers what it is told to."""

    calls: list[HttpCall] = field(default_factory=list[HttpCall])
    answers: list[Answered | Failed | Unsure] = field(default_factory=list[Answered | Failed | Unsure])
    signals: list[HttpCall] = field(default_factory=list[HttpCall])  # that something was read, that somebody writes

    async def post(self, call: HttpCall) -> Answered | Failed | Unsure:
        if b'"sender_action"' in call.body or b'"typing_indicator"' in call.body:
            self.signals.append(call)
            return Answered(status=200, headers={}, body=b"{}")
        self.calls.append(call)
        return self.answers.pop(0) if self.answers else Answered(status=200, headers={}, body=b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a hook answered."""

    status: int
    headers: Mapping[str, str]
    body: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything a road test needs."""

    urls: Urls
    database: Database
    directory: Directory
    keys: Keys
    clock: SetClock
    reception: Reception
    worker: Worker
    http: FakeHttp
    brand: Brand

    async def begin(self, token: str, language: str = "pl") -> ConversationId:
        """A web-chat conversation of a new visitor."""
        now = self.clock()
        person, conversation = PersonId(new_id(now)), ConversationId(new_id(now))
        async with self.database.brand(self.brand.id) as connection:
            await threads.start(
                connection,
                person=person,
                conversation=conversation,
                door=ConnectionId("chat"),
                channel="webchat",
                language="pl" if language == "pl" else "en",
                lookup=self.keys.lookup("webchat:chat", token),
                wrapped_key=self.keys.wrap(bytes(32), person_bound(brand=self.brand.id, person=person)),
                key_id=self.keys.key_id,
                noticed=True,
                now=now,
            )
        return conversation

    async def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> Response:
        """One request to a hook, as the server would hand it over."""
        sent: list[Message] = []
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "headers": [(name.encode(), value.encode()) for name, value in (headers or {}).items()],
        }

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.reception.hook(scope, receive, send)
        return Response(
            status=sent[0]["status"],
            headers={name.decode(): value.decode() for name, value in sent[0]["headers"]},
            body=orjson.loads(sent[1]["body"]),
        )

    async def say(
        self, token: str, text: str, *, event: UUID | None = None, kind: str = "text", choice: str | None = None
    ) -> Response:
        """A web visitor's message."""
        body = {"id": str(event or uuid4()), "kind": kind, "text": text, "choice": choice}
        return await self.post("/hooks/webchat/chat", orjson.dumps(body), {"authorization": f"Bearer {token}"})

    async def settle(self) -> None:
        """Works until nothing is left to do."""
        while await self.worker.take_turns() + await self.worker.send():
            pass

    async def transcript(self, conversation: ConversationId) -> list[tuple[str, str, str]]:
        """What is stored: (author, kind, text), in order."""
        async with self.database.brand(self.brand.id) as connection:
            rows = await connection.execute(
                "select author, kind, text from message where conversation_id = %s order by id", (conversation,)
            )
            return await rows.fetchall()


@pytest.fixture
async def world(database_urls: Urls) -> AsyncIterator[World]:
    """The world on a database of this test alone."""
    async with open_world(database_urls) as world:
        yield world


@asynccontextmanager
async def open_world(database_urls: Urls) -> AsyncGenerator[World]:
    """One brand in an empty database."""
    clock = SetClock(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))  # a Saturday, inside the brand's hours
    keys = Keys(operator=bytes(32), index=bytes(reversed(range(32))))
    database = await Database.open(database_urls.app, size=4)
    brand = Brand(
        id=BrandId(UUID(int=7)),
        slug="probny",
        name="Próbny",
        language="pl",
        languages=("pl", "en"),
        accent="#1a6b5a",
        timezone="Europe/Warsaw",
        hours="mon-sun 08:00-20:00",
        allowed=("pomoc@probny.example",),
        origins=(),
        keep_months=12,
        articles_version=0,
        jurisdiction="pl",
    )
    async with database.shared() as connection:
        await add_brand(connection, brand, clock())
    async with database.brand(brand.id) as connection:
        await add_categories(connection, [("zwroty", "pl", "Zwroty"), ("konto", "pl", "Konto")])
        for door, channel, reply in (("chat", "webchat", None), ("hook", "webhook", "https://app.probny.example/in")):
            sealed = SealedDoor(
                id=ConnectionId(door),
                brand_id=brand.id,
                channel=channel,
                secret=keys.wrap(SECRET, seal_bound(door)),
                reply_url=reply,
            )
            await add_door(connection, sealed, clock())
        await import_articles(connection, brand.id, ARTICLES, now=clock())
    directory = Directory(database, keys, clock)
    http = FakeHttp()
    worker = Worker(
        database=database,
        owner_url=database_urls.owner,
        directory=directory,
        keys=keys,
        clock=clock,
        live=Live(database, database_urls.app),
        shelf=Shelf(),
        http=http,
    )
    reception = Reception(database, directory, keys, clock, worker.awake.set)
    running = asyncio.create_task(reception.run())
    yield World(
        urls=database_urls,
        database=database,
        directory=directory,
        keys=keys,
        clock=clock,
        reception=reception,
        worker=worker,
        http=http,
        brand=brand,
    )
    running.cancel()
    await database.close()


def _article(article: str, category: str, title: str, body: str) -> Draft:
    return Draft(
        id=article,
        language="pl",
        category=category,
        category_name=category.capitalize(),
        title=title,
        description="",
        body=body,
        owner="",
        review_on=None,
    )


ARTICLES = [
    _article(
        "zwrot-towaru",
        "zwroty",
        "Zwrot towaru",
        "Na zwrot towaru jest 14 dni od odbioru paczki. Pieniądze wracają w ciągu 5 dni roboczych od przyjęcia zwrotu. "
        "Paczkę ze zwrotem nadaj w punkcie albo w automacie.",
    ),
    _article(
        "zmiana-hasla",
        "konto",
        "Zmiana hasła",
        "Hasło do konta zmienisz w ustawieniach, w zakładce Bezpieczeństwo. Zmiana hasła wylogowuje inne urządzenia.",
    ),
]
