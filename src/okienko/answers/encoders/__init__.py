"""Optional encoders: texts as vectors, so that a question finds an article with other words. Nothing needs one.

They are not part of answering yet. What is here can be measured and plugged in: `Encoder` and `Reranker` are what a
search would ask for, `minilm` and `embeddings` are encoders, `vectors` searches exactly and adds to lexical scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from okienko.values import Language

Vectors = NDArray[np.float32]
"""One row a text, each of length 1."""


class Encoder(Protocol):
    """Texts to vectors whose dot product says how alike they are."""

    name: str  # vectors of different names do not compare
    languages: frozenset[Language]  # what it was made for; texts in others are not given to it

    def encode(self, texts: Sequence[str]) -> Vectors:
        """`float32[len(texts), dimensions]`, rows of length 1. The same text has the same vector in any company."""
        ...


class Reranker(Protocol):
    """Says of a few passages how well each answers a question."""

    languages: frozenset[Language]

    def score(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """`float32[len(passages)]`; more is better, and only the order counts."""
        ...
