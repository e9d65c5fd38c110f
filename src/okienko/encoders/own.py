"""okienko's own encoder for Polish and English: a table of letters' and words' vectors, read in numpy. Pure.

A word's vector is the sum of two rows of a table that it is hashed to, and the mean of the rows of its character 3- to
5-grams (Bojanowski et al., "Enriching Word Vectors with Subword Information", 2017; two rows a word as in Svenstrup et
al., "Hash Embeddings", 2017). A text's vector is a weighted mean over its words, each part of the dimensions with
weights of its own, and a small network on top. It was taught by all-MiniLM-L6-v2 on English texts and their Polish
translations (Reimers and Gurevych, "Making Monolingual Sentence Embeddings Multilingual using Knowledge Distillation",
2020): `training/`, docs/encoder-own.md. Everything is read in folded letters, so missing diacritics change nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from okienko.encoders import Vectors
from okienko.folding import fold
from okienko.values import Language

FOLDER: Final = Path(__file__).with_name("weights")
TABLE: Final = "own.table.npy"
REST: Final = "own.npz"

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LONG_NUMBER: Final = re.compile(r"\d{3,}")
_LONGEST_WORD: Final = 30
_MOST_WORDS: Final = 256
_MOST_LETTERS: Final = 12 * _MOST_WORDS
_GRAMS: Final = (3, 4, 5)
_SHIFT: Final = 15  # the second row of a word is read from the upper bits of its hash, which has 32
_KEPT_WORDS: Final = 20_000  # whose vectors are remembered: 13 MB

_Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weights:
    """What was learnt. `rows` is a power of two, `width` a multiple of `heads`."""

    name: str
    table: NDArray[np.int8]  # [rows, width]
    scales: _Array  # [rows]
    attention: _Array  # [width, heads]: how much a word counts in each part of the dimensions
    straight: _Array  # [width, dimensions]
    inner: _Array  # [width, hidden]
    inner_bias: _Array  # [hidden]
    outer: _Array  # [hidden, dimensions]
    bias: _Array  # [dimensions]


@final
class Own:
    """The encoder, with its weights."""

    languages: frozenset[Language] = frozenset({"pl", "en"})

    def __init__(self, weights: Weights) -> None:
        self.name = weights.name
        self.weights = weights
        self._heads = weights.attention.shape[1]
        self._known: dict[str, _Array] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """`float32[len(texts), dimensions]`; a text without a word is a text of one empty word."""
        read = [cut_words(text) or [""] for text in texts]
        self._learn({word for words in read for word in words})
        w = self.weights
        pooled = np.empty((len(read), w.table.shape[1]), np.float32)
        for nth, words in enumerate(read):
            rows = np.stack([self._known[word] for word in words])
            counts = np.exp(np.clip(rows @ w.attention, -MOST_ATTENTION, MOST_ATTENTION))
            parts = rows.reshape(len(words), self._heads, -1)
            mean = (parts * counts[:, :, None]).sum(axis=0) / counts.sum(axis=0)[:, None]
            pooled[nth] = mean.reshape(-1)
        hidden = np.maximum(pooled @ w.inner + w.inner_bias, 0)
        vectors = pooled @ w.straight + hidden @ w.outer + w.bias
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))

    def _learn(self, words: set[str]) -> None:
        """Has all of them among the known words."""
        if len(self._known) > _KEPT_WORDS:
            self._known = {word: self._known[word] for word in words if word in self._known}
        new = [word for word in words if word not in self._known]
        if not new:
            return
        w = self.weights
        found = [find_rows(word, len(w.table)) for word in new]
        rows = np.array([row for one in found for row in one], np.int64)
        counts = np.array([len(one) for one in found])
        weights = np.repeat(1 / np.maximum(counts - OF_A_WORD, 1), counts).astype(np.float32)
        starts = np.cumsum(counts) - counts
        weights[starts] = weights[starts + 1] = 1
        vectors = np.add.reduceat(w.table[rows] * (w.scales[rows] * weights)[:, None], starts, axis=0)
        self._known |= zip(new, vectors, strict=True)


MOST_ATTENTION: Final = 10.0
OF_A_WORD: Final = 2  # rows that stand for the whole; the others are its grams'


def cut_words(text: str) -> list[str]:
    """The folded words of a text, of a long one the first. Long numbers are all alike."""
    words = _WORD.findall(fold(text[:_MOST_LETTERS]).replace("’", "'"))[:_MOST_WORDS]
    return [_LONG_NUMBER.sub("000", word)[:_LONGEST_WORD] for word in words]


def find_rows(word: str, rows: int) -> list[int]:
    """The rows of a word: two for the whole, then one for each gram. `rows`: how many there are, a power of two."""
    most = rows - 1
    edged = f"<{word}>".encode()
    whole = crc32(edged[1:])
    grams = [edged[at : at + size] for size in _GRAMS for at in range(len(edged) - size + 1)]
    return [whole & most, whole >> _SHIFT & most, *(crc32(gram) & most for gram in grams)]


def open_own(folder: Path) -> Own:
    """The encoder from its files. The table is mapped, not read: what is never asked for takes no memory."""
    with np.load(folder / REST, allow_pickle=False) as rest:
        floats = {name: rest[name].astype(np.float32) for name in rest.files if name != "name"}
        name = str(rest["name"])
    return Own(Weights(name=name, table=np.load(folder / TABLE, mmap_mode="r", allow_pickle=False), **floats))
