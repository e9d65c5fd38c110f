"""Optional encoders: texts as vectors, so that a question finds an article with other words. Nothing needs one.

`minilm` and `embeddings` are encoders, `vectors` searches exactly, `answers.meaning` weighs what is found by them.
Another encoder of this process is a file beside them and a line in `files.KINDS`; nothing else knows which there are.
Nothing asks a `Reranker` yet.
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

    @property
    def name(self) -> str:
        """Vectors of different names do not compare."""
        ...

    @property
    def languages(self) -> frozenset[Language]:
        """What it was made for; texts in others are not given to it."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """`float32[len(texts), dimensions]`, rows of length 1. The same text has the same vector in any company."""
        ...


class Reranker(Protocol):
    """Says of a few passages how well each answers a question."""

    languages: frozenset[Language]

    def score(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """`float32[len(passages)]`; more is better, and only the order counts."""
        ...
