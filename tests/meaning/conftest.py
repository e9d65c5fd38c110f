"""An encoder that knows a dozen words, and a server of vectors that does what its address says."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import numpy as np
import orjson
import pytest

from okienko.encoders import Vectors
from okienko.folding import fold
from okienko.values import Language

CONCEPTS = (
    r"\bzwro|\bodda|\bodesl|\brozmyslil",
    r"\bhas[le]|\bwejsc|\bdostac|\bzalogow|\bkont",
    r"\bpaczk|\bprzesylk",
    r"\bpieniadz|\bkasa\b|\bkasy\b",
    r"\breturn|\bsend .* back",
)


def encode_concepts(texts: Sequence[str]) -> Vectors:
    """How often a text has each concept, and a little that is a text's own."""
    counts = np.array([[len(re.findall(c, fold(text))) for c in CONCEPTS] for text in texts], np.float32)
    own = np.array([np.random.default_rng(crc32(text.encode())).normal(0, 0.1, 48) for text in texts], np.float32)
    rows = np.concatenate([counts, own], axis=1)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concepts:
    """An encoder; it remembers what it was given."""

    name: str = "concepts"
    languages: frozenset[Language] = frozenset({"pl"})
    seen: list[str] = field(default_factory=list[str])

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.seen.extend(texts)
        return encode_concepts(texts)


@dataclass(slots=True, kw_only=True)
class VectorServer:
    """`/<behaviour>/v1/embeddings`: honest, slow, garbage, error, or wide (other dimensions); and what it was sent."""

    address: str = ""
    bodies: list[Any] = field(default_factory=list[Any])
    heads: list[str] = field(default_factory=list[str])

    @property
    def texts(self) -> list[str]:
        """All that was to be encoded."""
        return [text for body in self.bodies for text in body["input"]]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one call."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            size = re.search(r"(?i)content-length: (\d+)", head)
            assert size
            body = orjson.loads(await reader.readexactly(int(size[1])))
            self.heads.append(head)
            self.bodies.append(body)
            writer.write(await self._reply(head.split("/")[1], body["input"]))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _reply(self, behaviour: str, texts: list[str]) -> bytes:
        if behaviour == "slow":
            await asyncio.Event().wait()  # for ever
        if behaviour == "error":
            return b"HTTP/1.1 500 Oh\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        rows = encode_concepts(texts)
        if behaviour == "wide":
            rows = np.concatenate([rows, rows], axis=1)
        data = [{"index": nth, "embedding": row.tolist()} for nth, row in enumerate(rows)]
        said = b"<html>" if behaviour == "garbage" else orjson.dumps({"data": data})
        return b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%b" % (len(said), said)


@pytest.fixture
async def vectors() -> AsyncIterator[VectorServer]:
    """The server, on this machine."""
    server = VectorServer()
    calls: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = asyncio.create_task(server.answer(reader, writer))
        calls.add(call)
        call.add_done_callback(calls.discard)

    listening = await asyncio.start_server(begin, "127.0.0.1", 0)
    server.address = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield server
    listening.close()
    for call in calls:
        call.cancel()
