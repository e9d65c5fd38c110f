"""all-MiniLM-L6-v2 in numpy: an English sentence encoder of 22 million parameters, without torch. Pure.

The network is BERT (Devlin et al., 2018) with 6 layers, 384 dimensions and 12 heads; a text's vector is the mean over
its pieces, of length 1 (Reimers and Gurevych, "Sentence-BERT", 2019; Wang et al., "MiniLM", 2020). Polish goes badly
through it, worse than letters alone, hence `languages`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, final

import numpy as np
from numpy.typing import NDArray

from okienko.encoders import Vectors
from okienko.encoders.wordpiece import WordPiece
from okienko.values import Language

NAME: Final = "all-MiniLM-L6-v2"
DIMENSIONS: Final = 384
MOST_PIECES: Final = 256  # the model was made for; what a text says further on is not read
_LAYERS: Final = 6
_HEADS: Final = 12
_EPSILON: Final = 1e-12
_BATCH_PIECES: Final = 4096  # padded; bounds the memory of a pass

_Array = NDArray[np.float32]


@final
class MiniLM:
    """The encoder, with its weights as they are named in the published file."""

    name: str = NAME
    languages: frozenset[Language] = frozenset({"en"})

    def __init__(self, weights: Mapping[str, _Array], pieces: WordPiece) -> None:
        self._weights = weights
        self._pieces = pieces

    def encode(self, texts: Sequence[str]) -> Vectors:
        """`float32[len(texts), 384]`. Texts of like length go through together; one core does some dozens a second."""
        read = [self._pieces.read(text, most=MOST_PIECES) for text in texts]
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        order = sorted(range(len(read)), key=lambda nth: len(read[nth]))
        while order:
            longest = len(read[order[-1]])
            batch = order[-max(1, _BATCH_PIECES // longest) :]
            del order[-len(batch) :]
            vectors[batch] = self._pass([read[nth] for nth in batch])
        return vectors

    def _pass(self, batch: Sequence[Sequence[int]]) -> Vectors:
        length = max(map(len, batch))
        numbers = np.zeros((len(batch), length), np.int64)
        mask = np.zeros((len(batch), length), np.float32)
        for nth, row in enumerate(batch):
            numbers[nth, : len(row)] = row
            mask[nth, : len(row)] = 1
        w = self._weights
        state = (
            w["embeddings.word_embeddings.weight"][numbers]
            + w["embeddings.position_embeddings.weight"][:length]
            + w["embeddings.token_type_embeddings.weight"][0]
        )
        state = self._norm(state, "embeddings.LayerNorm")
        hidden = ((1 - mask) * np.float32(-1e9))[:, None, None, :]
        for layer in range(_LAYERS):
            at = f"encoder.layer.{layer}"
            state = self._norm(
                state + self._attend(state, hidden, f"{at}.attention"), f"{at}.attention.output.LayerNorm"
            )
            inner = _gelu(self._linear(state, f"{at}.intermediate.dense"))
            state = self._norm(state + self._linear(inner, f"{at}.output.dense"), f"{at}.output.LayerNorm")
        mean = (state * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), np.float32(1e-12))

    def _attend(self, state: _Array, hidden: _Array, at: str) -> _Array:
        rows, length, _ = state.shape
        query, key, value = (
            self._linear(state, f"{at}.self.{part}").reshape(rows, length, _HEADS, -1).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(DIMENSIONS // _HEADS)) + hidden
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed = (scores @ value).transpose(0, 2, 1, 3).reshape(rows, length, DIMENSIONS)
        return self._linear(mixed, f"{at}.output.dense")

    def _linear(self, state: _Array, at: str) -> _Array:
        flat = state.reshape(-1, state.shape[-1]) @ self._weights[f"{at}.weight"].T + self._weights[f"{at}.bias"]
        return flat.reshape(*state.shape[:-1], -1)

    def _norm(self, state: _Array, at: str) -> _Array:
        centred = state - state.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(_EPSILON))
        return centred / spread * self._weights[f"{at}.weight"] + self._weights[f"{at}.bias"]


def _gelu(x: _Array) -> _Array:
    """x Φ(x); the error function after Abramowitz and Stegun 7.1.26, to 1.5e-7."""
    z = np.abs(x) * np.float32(np.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * z)
    series = np.float32(1.061405429) * t
    for term in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series = (series + np.float32(term)) * t
    erf = 1 - series * np.exp(-z * z)
    return np.float32(0.5) * x * (1 + np.copysign(erf, x))
