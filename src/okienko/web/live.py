"""Live updates: PostgreSQL's NOTIFY carries ids, every process has one listener, streams read the rest themselves.

Nothing depends on a notification arriving: a stream re-reads at every beat, so a lost one costs seconds, not data.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

import psycopg

from okienko.database.pool import Database
from okienko.values import BrandId, ConversationId

CHANNEL: Final = "okienko"
NOTIFY: Final = "select pg_notify('okienko', %(payload)s::text)"
BEAT: Final = 15.0  # seconds of silence after which a stream re-reads
MOST_PENDING: Final = 500  # events kept for a slow stream; beyond, it is told to re-read everything
MOST_IDS: Final = 200  # a notification holds less than 8,000 bytes

Sort = Literal["changed", "typing", "beat"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened to a conversation; a beat (without one) means: read again."""

    kind: Sort
    conversation: ConversationId | None = None


class Subscription:
    """The events of some topics, coalesced while the reader is busy."""

    def __init__(self) -> None:
        self._pending: dict[Event, None] = {}
        self._ready = asyncio.Event()

    def put(self, event: Event) -> None:
        """Adds an event unless the same one is pending already."""
        if len(self._pending) >= MOST_PENDING:
            self._pending.clear()
            event = Event("beat")
        self._pending[event] = None
        self._ready.set()

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            try:
                async with asyncio.timeout(BEAT):
                    await self._ready.wait()
            except TimeoutError:
                yield Event("beat")
                continue
            events, self._pending = self._pending, {}
            self._ready.clear()
            for event in events:
                yield event


class Live:
    """Who listens to what in this process."""

    def __init__(self, database: Database, url: str) -> None:
        self._database = database
        self._url = url
        self._subscriptions: dict[str, set[Subscription]] = {}

    @contextmanager
    def subscribe(self, *topics: str) -> Generator[Subscription]:
        """Topics: a conversation's id, or `brand:<id>` for all of a brand's conversations."""
        subscription = Subscription()
        for topic in topics:
            self._subscriptions.setdefault(topic, set()).add(subscription)
        try:
            yield subscription
        finally:
            for topic in topics:
                self._subscriptions[topic].discard(subscription)
                if not self._subscriptions[topic]:
                    del self._subscriptions[topic]

    async def announce(self, brand: BrandId, conversations: Sequence[ConversationId]) -> None:
        """Says after a commit that these conversations changed."""
        await self._notify("changed", brand, conversations)

    async def announce_typing(self, brand: BrandId, conversation: ConversationId) -> None:
        """Says that an agent is typing. Nothing is stored."""
        await self._notify("typing", brand, [conversation])

    async def _notify(self, kind: Sort, brand: BrandId, conversations: Sequence[ConversationId]) -> None:
        for start in range(0, len(conversations), MOST_IDS):
            ids = " ".join(str(c) for c in conversations[start : start + MOST_IDS])
            await self._database.execute(NOTIFY, {"payload": f"{kind} {brand} {ids}"})

    def receive(self, payload: str) -> None:
        """Hands a notification to the streams that asked for it."""
        kind, brand, *ids = payload.split()
        for conversation in ids:
            event = Event("typing" if kind == "typing" else "changed", ConversationId(UUID(conversation)))
            for topic in (conversation, f"brand:{brand}"):
                for subscription in self._subscriptions.get(topic, ()):
                    subscription.put(event)

    async def run(self) -> None:
        """Listens until cancelled; comes back by itself after the database was away."""
        while True:
            try:
                async for payload in self._listen():
                    self.receive(payload)
            except psycopg.OperationalError:
                await asyncio.sleep(0.5)
            # What was said while nobody listened is not repeated: have every stream look for itself.
            for subscriptions in list(self._subscriptions.values()):
                for subscription in subscriptions:
                    subscription.put(Event("beat"))

    async def _listen(self) -> AsyncGenerator[str]:
        connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True)
        async with connection:
            await connection.execute(f"listen {CHANNEL}")
            async for notification in connection.notifies():
                yield notification.payload
