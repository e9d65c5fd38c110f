"""Calls of any OpenAI-compatible `/v1/embeddings`, and what their answers must be. Pure.

https://platform.openai.com/docs/api-reference/embeddings. The answer is believed in nothing but its numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import orjson

from okienko.encoders import Vectors

MOST_TEXTS: Final = 64  # of one call
MOST_LETTERS: Final = 4000  # of one text
MOST_BYTES: Final = 16 << 20  # of an answer
_MOST_DIMENSIONS: Final = 8192


class NotVectors(Exception):
    """The answer is not what was asked for."""


def write_body(model: str, texts: Sequence[str]) -> bytes:
    """The body of a call for up to `MOST_TEXTS` texts."""
    assert 0 < len(texts) <= MOST_TEXTS
    cut = [text[:MOST_LETTERS] or " " for text in texts]
    return orjson.dumps({"model": model, "input": cut, "encoding_format": "float"})


def read_vectors(body: bytes, count: int) -> Vectors:
    """`count` vectors in the order of the texts, each of length 1. Raises `NotVectors`."""
    try:
        answer: Any = orjson.loads(body)
        rows: list[Any] = sorted(answer["data"], key=lambda row: int(row["index"]))
        if [row["index"] for row in rows] != list(range(count)):
            raise NotVectors
        vectors = np.array([row["embedding"] for row in rows], np.float64)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, OverflowError):
        raise NotVectors from None
    if vectors.ndim != 2 or not 0 < vectors.shape[1] <= _MOST_DIMENSIONS or not np.isfinite(vectors).all():
        raise NotVectors
    largest = np.abs(vectors).max(axis=1, keepdims=True)  # first, so that no square overflows
    if not (largest > 0).all():
        raise NotVectors
    vectors /= largest
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
