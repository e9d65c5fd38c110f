"""Exact search over vectors that are kept as whole numbers. Pure; numpy.

Every row is looked at: up to 100,000 rows that is one matrix product of some milliseconds, has no recall to lose, and
nothing to build. A row is one signed byte a dimension with a scale of its own, a quarter of what float32 takes; a dot
product of two rows of length 1 comes out right to 0.003.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from okienko.encoders import Vectors

MOST: Final = 100_000  # rows of a table; 39 MB of 384 dimensions
_BLOCK: Final = 256  # rows made floats at once: they stay in the processor's cache
_SCALE: Final = np.dtype("<f4")
_DIGEST: Final = 16  # bytes


class TooMany(Exception):
    """More vectors than are searched exactly."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """What is known of the texts of some owners, as vectors; an owner is a position."""

    places: Mapping[bytes, int]  # digest of a text → row
    rows: NDArray[np.int8]  # [rows, dimensions]
    scales: NDArray[np.float32]  # of each row
    pairs: NDArray[np.int32]  # [pairs, 2]: owner, row; ascending by owner. A text may have several owners
    owners: int
    missing: int  # texts without a vector
    usual: float  # how alike two of its rows are in the mean

    @property
    def complete(self) -> bool:
        """Whether every text has its vector."""
        return not self.missing

    def score(self, questions: Vectors) -> NDArray[np.float32]:
        """How alike each owner's best text is to each question, from -1 to 1; `float32[len(questions), owners]`.

        NaN for an owner of whom nothing is known yet, and for all of them when the questions have other dimensions.
        """
        found = np.full((self.owners, len(questions)), np.nan, np.float32)
        if not len(self.pairs) or questions.shape[1] != self.rows.shape[1]:
            return found.T
        alike = np.empty((len(self.rows), len(questions)), np.float32)
        block = np.empty((min(_BLOCK, len(self.rows)), self.rows.shape[1]), np.float32)
        for start in range(0, len(self.rows), _BLOCK):
            some = self.rows[start : start + _BLOCK]
            floats = block[: len(some)]
            np.copyto(floats, some)
            np.dot(floats, questions.T, out=alike[start : start + len(some)])
        alike *= self.scales[:, None]
        owners, starts = np.unique(self.pairs[:, 0], return_index=True)
        found[owners] = np.maximum.reduceat(alike[self.pairs[:, 1]], starts, axis=0)
        return found.T


def name_text(text: str) -> bytes:
    """The digest by which a text's vector is kept."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:_DIGEST]


def pack(vectors: Vectors) -> list[bytes]:
    """Rows as they are stored: a scale (float32, little-endian), then a signed byte a dimension."""
    scales = np.maximum(np.abs(vectors).max(axis=1), np.float32(1e-12)) / np.float32(127)
    rows = np.rint(vectors / scales[:, None]).astype(np.int8)
    return [scale.tobytes() + row.tobytes() for scale, row in zip(scales.astype(_SCALE), rows, strict=True)]


def tabulate(texts: Sequence[Sequence[bytes]], packed: Mapping[bytes, bytes], previous: Table | None = None) -> Table:
    """The table of owners with these texts (by digest), from what is packed and what `previous` holds already.

    All rows have as many dimensions as most of those that are packed, or else those of `previous`; others are left out.
    Raises `TooMany`.
    """
    wanted = dict.fromkeys(digest for some in texts for digest in some)
    if len(wanted) > MOST:
        raise TooMany(f"more than {MOST:,} texts are not searched by vectors")
    sizes = [len(row) - _SCALE.itemsize for digest, row in packed.items() if digest in wanted]
    size = max(set(sizes), key=sizes.count) if sizes else previous.rows.shape[1] if previous else 0
    places: dict[bytes, int] = {}
    kept: list[int] = []  # rows of the previous table
    if previous is not None and previous.rows.shape[1] == size:
        for digest in wanted:
            row = previous.places.get(digest)
            if row is not None and digest not in packed:
                places[digest] = len(kept)
                kept.append(row)
    fresh = [(digest, row) for digest in wanted if len(row := packed.get(digest, b"")) == size + _SCALE.itemsize > 4]
    places |= {digest: len(kept) + nth for nth, (digest, _) in enumerate(fresh)}
    rows = np.frombuffer(b"".join(row[_SCALE.itemsize :] for _, row in fresh), np.int8).reshape(len(fresh), size)
    scales = np.frombuffer(b"".join(row[: _SCALE.itemsize] for _, row in fresh), _SCALE).astype(np.float32)
    if kept and previous is not None:
        rows = np.concatenate([previous.rows[kept], rows])
        scales = np.concatenate([previous.scales[kept], scales])
    pairs = [
        (owner, places[digest])
        for owner, some in enumerate(texts)
        for digest in dict.fromkeys(some)
        if digest in places
    ]
    return Table(
        places=places,
        rows=rows,
        scales=scales,
        pairs=np.array(pairs, np.int32).reshape(-1, 2),
        owners=len(texts),
        missing=len(wanted) - len(places),
        usual=_compare_all(rows, scales),
    )


def _compare_all(rows: NDArray[np.int8], scales: NDArray[np.float32]) -> float:
    """The mean dot product of two different rows: that of their sum with itself holds all pairs, and each row's own."""
    if len(rows) < 2:
        return 0.0
    whole = np.zeros(rows.shape[1], np.float32)
    for start in range(0, len(rows), _BLOCK):
        whole += scales[start : start + _BLOCK] @ rows[start : start + _BLOCK].astype(np.float32)
    return float((whole @ whole - len(rows)) / (len(rows) * (len(rows) - 1)))
