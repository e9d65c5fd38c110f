"""The evening's customers: each writes when it is their time, and once they have their answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid4

import orjson
import psycopg

from okienko.bench.load import Customer, Line
from okienko.rehearsal.evening import Cue
from okienko.web.live import CHANNEL

PATIENCE: Final = 30.0  # seconds that a customer waits for an answer


@dataclass(slots=True, kw_only=True)
class Played:
    """What the customers saw."""

    waits: list[float] = field(default_factory=list[float])  # seconds from sending to the answer
    sent: int = 0
    refused: int = 0  # 503: to be sent again, and was
    unanswered: int = 0
    began: dict[UUID, float] = field(default_factory=dict[UUID, float])  # when each conversation first wrote


class Play:
    """One play of an evening."""

    def __init__(self, *, port: int, path: str, database: str, customers: Mapping[str, Customer]) -> None:
        self._port, self._path, self._database = port, path, database
        self._customers = customers
        self._by_id = {customer.conversation: customer for customer in customers.values()}
        self.played = Played()

    async def run(self, cues: Sequence[Cue]) -> Played:
        """Plays it to its end, and until everybody has their answer or has lost patience."""
        listening = asyncio.create_task(self._listen())
        by_conversation: dict[str, list[Cue]] = {}
        for cue in cues:
            by_conversation.setdefault(cue.conversation, []).append(cue)
        began = time.monotonic()
        await asyncio.gather(*(self._converse(name, own, began) for name, own in by_conversation.items()))
        listening.cancel()
        return self.played

    async def _converse(self, name: str, cues: Sequence[Cue], began: float) -> None:
        customer = self._customers[name]
        for cue in cues:
            await asyncio.sleep(max(0.0, began + cue.due - time.monotonic()))
            self.played.began.setdefault(UUID(customer.conversation), time.time())
            await self._write(customer, cue.text or "")

    async def _write(self, customer: Customer, text: str) -> None:
        body = orjson.dumps({"id": str(uuid4()), "kind": "text", "text": text, "choice": None})
        customer.answered.clear()
        sent = time.monotonic()
        while True:
            status = await self._post(body, customer.token)
            if status != 503:
                break
            self.played.refused += 1
            await asyncio.sleep(0.2)
        if status != 200:
            raise RuntimeError(f"the server answered {status}")
        self.played.sent += 1
        try:
            async with asyncio.timeout(PATIENCE):
                await customer.answered.wait()
        except TimeoutError:
            self.played.unanswered += 1
        else:
            self.played.waits.append(time.monotonic() - sent)

    async def _post(self, body: bytes, token: str) -> int:
        """On a connection of its own: between two messages of an evening, a server closes one that was kept."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            status, _ = await Line(reader, writer).post(self._path, body, token)
        finally:
            writer.close()
        return status

    async def _listen(self) -> None:
        while True:
            with suppress(psycopg.OperationalError):
                connection = await psycopg.AsyncConnection.connect(self._database, autocommit=True)
                async with connection:
                    await connection.execute(f"listen {CHANNEL}")
                    async for notification in connection.notifies():
                        for conversation in notification.payload.split()[2:]:
                            if (customer := self._by_id.get(conversation)) is not None:
                                customer.answered.set()
            await asyncio.sleep(0.2)
