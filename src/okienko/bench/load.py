"""The load: customers in a process of their own, over plain sockets so that they take little processor time.

A customer writes, waits until the answer may be read (the live feed says so), and writes again. Reads its orders as
JSON from standard input and prints what it saw as JSON.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg
import uvloop

from okienko.bench.questions import make_questions
from okienko.web.live import CHANNEL

REPEATED: Final = 0.01  # the share of messages that are sent twice, as over a bad line


@dataclass(slots=True)
class Customer:
    """One conversation from the outside."""

    token: str
    conversation: str
    sent_at: float = 0.0
    answered: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Seen:
    """What the customers saw."""

    acks: list[float] = field(default_factory=list[float])  # seconds from sending to 200
    turns: list[float] = field(default_factory=list[float])  # seconds from sending to the answer
    refused: int = 0  # 503: to be sent again, and was
    unanswered: int = 0


class Line:
    """One kept connection to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def post(self, path: str, body: bytes, token: str = "") -> tuple[int, bytes]:
        """One request: (status, body)."""
        self._writer.write(
            f"POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
            f"authorization: Bearer {token}\r\ncontent-length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return int(head[9:12]), await self._reader.readexactly(length)


class Load:
    """The customers and their lines."""

    def __init__(self, orders: dict[str, Any]) -> None:
        self.orders = orders
        self.chance = Random(orders["seed"])  # noqa: S311 - a load has to be the same every time
        self.questions = make_questions(orders["titles"], 5000, self.chance)
        self.lines: asyncio.Queue[Line] = asyncio.Queue()
        self.customers: dict[str, Customer] = {}
        self.seen = Seen()

    async def run(self) -> dict[str, Any]:
        """Opens the conversations, then keeps the steady or the full load up for the time ordered."""
        for _ in range(self.orders["lines"]):
            self.lines.put_nowait(await self._open())
        listening = asyncio.create_task(self._listen())
        customers = [
            Customer(token=token, conversation=conversation) for token, conversation in self.orders["customers"]
        ]
        self.customers = {customer.conversation: customer for customer in customers}
        began = time.monotonic()
        if self.orders["rate"]:
            await self._steady(customers)
        else:
            await self._full(customers)
        took = time.monotonic() - began
        listening.cancel()
        return {
            "took": took,
            "acks": self.seen.acks,
            "turns": self.seen.turns,
            "refused": self.seen.refused,
            "unanswered": self.seen.unanswered,
        }

    async def _open(self) -> Line:
        return Line(*await asyncio.open_connection("127.0.0.1", self.orders["port"]))

    async def _steady(self, customers: Sequence[Customer]) -> None:
        """Messages at a fixed rate, whatever the server does; a customer who waits for an answer writes nothing."""
        free = deque(customers)
        turns: set[asyncio.Task[None]] = set()
        began = time.monotonic()
        for n in range(self.orders["rate"] * self.orders["seconds"]):
            wait = began + n / self.orders["rate"] - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            while not free:  # everybody waits: the server, or its database, is away for long
                await asyncio.wait(turns, return_when=asyncio.FIRST_COMPLETED)
            customer = free.popleft()
            turn = asyncio.create_task(self._turn(customer))
            turns.add(turn)
            turn.add_done_callback(turns.discard)
            turn.add_done_callback(lambda _, customer=customer: free.append(customer))
        await asyncio.gather(*turns)

    async def _full(self, customers: Sequence[Customer]) -> None:
        """As many customers at once as ordered, each writing again as soon as it has its answer."""
        until = time.monotonic() + self.orders["seconds"]
        free = deque(customers)

        async def write() -> None:
            while time.monotonic() < until:
                customer = free.popleft()
                await self._turn(customer)
                free.append(customer)

        await asyncio.gather(*(write() for _ in range(self.orders["at_once"])))

    async def _turn(self, customer: Customer) -> None:
        body = orjson.dumps(
            {
                "id": str(UUID(int=self.chance.getrandbits(128), version=4)),
                "kind": "text",
                "text": self.chance.choice(self.questions),
                "choice": None,
            }
        )
        customer.answered.clear()
        began = time.monotonic()
        while True:
            line = await self.lines.get()
            try:
                status, _ = await line.post(self.orders["path"], body, customer.token)
                if self.chance.random() < REPEATED:
                    await line.post(self.orders["path"], body, customer.token)
            except (ConnectionError, asyncio.IncompleteReadError):
                # Nobody used it for so long that the server has closed it. The message goes again under its own id.
                self.lines.put_nowait(await self._open())
                continue
            self.lines.put_nowait(line)
            if status != 503:
                break
            self.seen.refused += 1
            await asyncio.sleep(0.2)
        if status != 200:
            raise RuntimeError(f"the server answered {status}")
        self.seen.acks.append(time.monotonic() - began)
        try:
            async with asyncio.timeout(self.orders["patience"]):
                await customer.answered.wait()
        except TimeoutError:
            self.seen.unanswered += 1
        else:
            self.seen.turns.append(time.monotonic() - began)

    async def _listen(self) -> None:
        while True:
            with suppress(psycopg.OperationalError):  # the database may be killed while it is under load
                await self._hear()
            await asyncio.sleep(0.2)

    async def _hear(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self.orders["database"], autocommit=True)
        async with connection:
            await connection.execute(f"listen {CHANNEL}")
            async for notification in connection.notifies():
                for conversation in notification.payload.split()[2:]:
                    customer = self.customers.get(conversation)
                    if customer is not None:
                        customer.answered.set()


def main() -> None:
    """Orders in, sights out."""
    load = Load(orjson.loads(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(orjson.dumps(uvloop.run(load.run())))


if __name__ == "__main__":
    main()
