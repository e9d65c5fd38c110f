"""Vectors from a server: honest ones in their order, and from a hostile one none, in time."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import numpy as np
import pytest

from okienko.embed import Remote, Server
from okienko.encoders.embeddings import MOST_TEXTS
from okienko.evaluation.adversarial.hostile import BREACHES, REPLIES
from okienko.http import Client

pytestmark = pytest.mark.anyio


@pytest.fixture
async def http() -> AsyncIterator[Client]:
    """The real client."""
    async with Client() as client:
        yield client


async def test_vectors_come_back_in_order_however_many_calls_it_takes(hostile: str, http: Client) -> None:
    texts = ["a" * (nth % 7) + "b" * (nth % 5) for nth in range(2 * MOST_TEXTS + 3)]
    found = await Remote(Server(url=f"{hostile}/vectors/v1", name="m"), http).encode(texts, seconds=20)
    assert not isinstance(found, str)
    expected = np.array([[1, max(1, len(text)), text.count("a")] for text in texts], np.float64)
    assert found == pytest.approx(expected / np.linalg.norm(expected, axis=1, keepdims=True), abs=1e-6)


@pytest.mark.parametrize("behaviour", sorted(BREACHES.keys() | set(list(REPLIES)[:3])))
async def test_a_hostile_server_has_no_vectors(hostile: str, http: Client, behaviour: str) -> None:
    began = time.monotonic()
    server = Server(url=f"{hostile}/{behaviour}/v1", name="m", key="sk-secret")
    assert await Remote(server, http).encode(["kot", "pies"], seconds=1.0) in {"slow", "down", "garbled", "huge"}
    assert time.monotonic() - began < 15
    assert "sk-secret" not in repr(server)


async def test_a_server_that_is_not_there_is_down(http: Client) -> None:
    assert await Remote(Server(url="http://127.0.0.1:9/v1", name="m"), http).encode(["kot"], seconds=1) == "down"
