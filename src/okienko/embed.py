"""Asking an OpenAI-compatible server for vectors. Masked words and published passages only; nothing calls it yet.

It is an `answers.encoders.Encoder` that has to be waited for, and that may have no answer: then a search goes on with
words alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from okienko.answers.encoders import Vectors
from okienko.answers.encoders.embeddings import MOST_BYTES, MOST_TEXTS, NotVectors, read_vectors, write_body
from okienko.http import Streaming
from okienko.values import HttpCall, Language

_BOTH: Final[frozenset[Language]] = frozenset({"pl", "en"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """An encoder that answers at `url`/embeddings."""

    url: str
    name: str
    key: str | None = field(default=None, repr=False)
    languages: frozenset[Language] = _BOTH  # what its operator says that it was made for


async def encode(server: Server, http: Streaming, texts: Sequence[str], *, seconds: float) -> Vectors | None:
    """`float32[len(texts), dimensions]`, rows of length 1; None when they are not there in `seconds`, all in all."""
    found: list[Vectors] = []
    try:
        async with asyncio.timeout(seconds):
            for start in range(0, len(texts), MOST_TEXTS):
                part = texts[start : start + MOST_TEXTS]
                found.append(read_vectors(await _ask(server, http, part), len(part)))
    except (TimeoutError, NotVectors):
        return None
    if len({rows.shape[1] for rows in found}) != 1:
        return None
    return np.concatenate(found)


async def _ask(server: Server, http: Streaming, texts: Sequence[str]) -> bytes:
    headers = {"content-type": "application/json"}
    if server.key is not None:
        headers["authorization"] = f"Bearer {server.key}"
    body = bytearray()

    def take(piece: bytes) -> bool:
        body.extend(piece)
        return len(body) <= MOST_BYTES

    call = HttpCall(url=f"{server.url}/embeddings", headers=headers, body=write_body(server.name, texts))
    if await http.stream(call, take) != 200 or len(body) > MOST_BYTES:
        raise NotVectors
    return bytes(body)
