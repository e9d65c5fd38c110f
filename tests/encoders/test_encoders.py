"""Encoders: pieces of words, the network's arithmetic, what a server's answer must be."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from okienko.encoders.embeddings import MOST_LETTERS, NotVectors, read_vectors, write_body
from okienko.encoders.files import NoModel, open_minilm
from okienko.encoders.minilm import DIMENSIONS, MOST_PIECES, MiniLM
from okienko.encoders.wordpiece import WordPiece

PIECES = [
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "runn", "##ing", ",", ".", "!", "[", "]"),
    *("want", "##want", "##ed", "wa", "the", "lo", "##west", "er", "日", "本", "$", "e", "##5"),
]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("unaffable", ["un", "##aff", "##able"]),
        ("UNwantéd, running", ["un", "##want", "##ed", ",", "runn", "##ing"]),
        ("the lowest!", ["the", "lo", "##west", "!"]),
        ("lowestx", ["[UNK]"]),
        ("日本", ["日", "本"]),
        ("$e5.", ["$", "e", "##5", "."]),
        ("the\u200b\u0000 lo\u00adwest", ["the", "lo", "##west"]),
        ("[SEP]", ["[", "[UNK]", "]"]),
        ("w" * 101, ["[UNK]"]),
        ("", []),
    ],
)
def test_words_are_cut_into_the_longest_pieces(text: str, pieces: list[str]) -> None:
    numbers = WordPiece(PIECES).read(text, most=MOST_PIECES)
    assert [PIECES[number] for number in numbers] == ["[CLS]", *pieces, "[SEP]"]


@given(st.text(max_size=400))
def test_any_text_is_read_within_its_bounds(text: str) -> None:
    numbers = WordPiece(PIECES).read(text, most=16)
    assert 2 <= len(numbers) <= 16
    assert (numbers[0], numbers[-1]) == (2, 3)


def make_weights() -> dict[str, NDArray[np.float32]]:
    """A network of the right shape whose weights are drawn, the same every time."""
    draw = np.random.default_rng(7)

    def some(*shape: int) -> NDArray[np.float32]:
        return draw.normal(0, 0.05, shape).astype(np.float32)

    weights = {
        "embeddings.word_embeddings.weight": some(len(PIECES), DIMENSIONS),
        "embeddings.position_embeddings.weight": some(MOST_PIECES, DIMENSIONS),
        "embeddings.token_type_embeddings.weight": some(2, DIMENSIONS),
    }
    parts = {"intermediate.dense": (1536, 384), "output.dense": (384, 1536), "attention.output.dense": (384, 384)}
    parts |= {f"attention.self.{part}": (384, 384) for part in ("query", "key", "value")}
    norms = ["embeddings.LayerNorm"]
    for layer in range(6):
        for part, shape in parts.items():
            weights[f"encoder.layer.{layer}.{part}.weight"] = some(*shape)
            weights[f"encoder.layer.{layer}.{part}.bias"] = some(shape[0])
        norms += [f"encoder.layer.{layer}.{part}.LayerNorm" for part in ("attention.output", "output")]
    for norm in norms:
        weights[f"{norm}.weight"] = 1 + some(DIMENSIONS)
        weights[f"{norm}.bias"] = some(DIMENSIONS)
    return weights


@pytest.fixture(scope="module")
def encoder() -> MiniLM:
    """An encoder that has learnt nothing."""
    return MiniLM(make_weights(), WordPiece(PIECES))


def test_a_text_has_the_same_vector_in_any_company(encoder: MiniLM) -> None:
    texts = ["the lowest", "running " * 60, "", "unaffable, wanted!", "the"]
    together = encoder.encode(texts)
    assert together.shape == (5, DIMENSIONS)
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    for text, row in zip(texts, together, strict=True):
        assert encoder.encode([text])[0] == pytest.approx(row, abs=1e-5)


def test_words_and_their_order_count(encoder: MiniLM) -> None:
    one, other, third = encoder.encode(["the lowest", "lowest the", "running"])
    assert 0.5 < one @ other < 0.99999
    assert one @ third < one @ other


def test_nothing_is_encoded_to_nothing(encoder: MiniLM) -> None:
    assert encoder.encode([]).shape == (0, DIMENSIONS)


def test_files_that_are_not_the_published_ones_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NoModel, match=r"vocab.txt of the encoder cannot be read"):
        open_minilm(tmp_path)
    (tmp_path / "vocab.txt").write_text("\n".join(PIECES))
    with pytest.raises(NoModel, match=r"vocab.txt is not the published file"):
        open_minilm(tmp_path)


def test_a_call_for_vectors_names_its_texts() -> None:
    body = orjson.loads(write_body("m", ["one", "", "x" * 9000]))
    assert body["model"] == "m"
    assert body["input"] == ["one", " ", "x" * MOST_LETTERS]


def test_vectors_come_in_the_order_of_the_texts() -> None:
    data = [{"index": 1, "embedding": [0, 2]}, {"index": 0, "embedding": [3.0, 0]}]
    assert read_vectors(json.dumps({"data": data}).encode(), 2).tolist() == [[1, 0], [0, 1]]
    large = json.dumps({"data": [{"index": 0, "embedding": [1e300, 0]}]})
    assert read_vectors(large.encode(), 1).tolist() == [[1, 0]]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'{"data": []}',
        b'{"data": [{"index": 0}]}',
        b'{"data": [{"index": 0, "embedding": []}]}',
        b'{"data": [{"index": 0, "embedding": [0, 0]}]}',
        b'{"data": [{"index": 0, "embedding": ["x"]}]}',
        b'{"data": [{"index": 0, "embedding": [1e999]}]}',
        b'{"data": [{"index": 1, "embedding": [1]}]}',
        b'{"data": [{"index": "x", "embedding": [1]}]}',
        b'{"data": [{"index": 0, "embedding": [[1]]}]}',
        b'{"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [1]}]}',
        b'{"data": [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": [1, 2]}]}',
        b'{"data": {"index": 0}}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    for count in (1, 2):
        with pytest.raises(NotVectors):
            read_vectors(body, count)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_vectors(body: bytes) -> None:
    with pytest.raises(NotVectors):
        read_vectors(body, 1)
