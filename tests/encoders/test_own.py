"""okienko's own encoder: words as rows, the arithmetic, and its files. With a small table that is drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.encoders.files import NoModel, open_encoder
from okienko.encoders.own import REST, TABLE, Own, Weights, cut_words, find_rows, open_own

ROWS, WIDTH, HEADS, HIDDEN, DIMENSIONS = 1 << 10, 16, 4, 8, 12


def make_weights() -> Weights:
    """A small encoder whose weights are drawn, the same every time."""
    draw = np.random.default_rng(7)

    def some(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return draw.normal(0, 0.5, shape).astype(np.float16).astype(np.float32)

    return Weights(
        name="drawn",
        table=draw.integers(-127, 128, (ROWS, WIDTH)).astype(np.int8),
        scales=(np.abs(some(ROWS)) / 100 + 0.001).astype(np.float32),
        attention=some(WIDTH, HEADS),
        straight=some(WIDTH, DIMENSIONS),
        inner=some(WIDTH, HIDDEN),
        inner_bias=some(HIDDEN),
        outer=some(HIDDEN, DIMENSIONS),
        bias=some(DIMENSIONS),
    )


def encode_slowly(weights: Weights, text: str) -> list[float]:
    """The same, number by number, as the paper has it."""
    words = cut_words(text) or [""]
    vectors: list[list[float]] = []
    for word in words:
        first, second, *grams = find_rows(word, ROWS)
        vectors.append(
            [
                sum(float(weights.table[row, d]) * float(weights.scales[row]) for row in (first, second))
                + sum(float(weights.table[row, d]) * float(weights.scales[row]) for row in grams) / max(1, len(grams))
                for d in range(WIDTH)
            ]
        )
    pooled: list[float] = []
    size = WIDTH // HEADS
    for head in range(HEADS):
        counts = [
            np.exp(np.clip(sum(vector[d] * float(weights.attention[d, head]) for d in range(WIDTH)), -10, 10))
            for vector in vectors
        ]
        pooled += (
            sum(count * vector[d] for count, vector in zip(counts, vectors, strict=True)) / float(sum(counts))
            for d in range(head * size, (head + 1) * size)
        )
    hidden = np.maximum(np.array(pooled) @ weights.inner + weights.inner_bias, 0)
    vector = np.array(pooled) @ weights.straight + hidden @ weights.outer + weights.bias
    return [float(number) for number in vector / np.linalg.norm(vector)]


@pytest.mark.parametrize("text", ["zgubiłam kartę", "a", "", "Gdzie paczka 123456789? Don't tell me!", "żżż日本"])
def test_a_text_is_read_as_its_arithmetic_says(text: str) -> None:
    weights = make_weights()
    assert Own(weights).encode([text])[0] == pytest.approx(encode_slowly(weights, text), abs=1e-4)


@given(st.lists(st.text(max_size=80), min_size=1, max_size=5))
def test_the_same_text_has_the_same_vector_in_any_company(texts: list[str]) -> None:
    encoder = Own(make_weights())
    together = encoder.encode(texts)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for text, vector in zip(texts, together, strict=True):
        assert np.allclose(Own(make_weights()).encode([text])[0], vector, atol=1e-5)


def test_missing_diacritics_and_capitals_change_nothing() -> None:
    encoder = Own(make_weights())
    one, other = encoder.encode(["Zgubiłem Kartę Płatniczą!", "zgubilem karte platnicza"])
    assert np.array_equal(one, other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Nie działa!!!", ["nie", "dziala"]),
        ("I don’t know, it's error 80070005", ["i", "don't", "know", "it's", "error", "000"]),
        ("nr 12", ["nr", "12"]),
        ("x" * 50, ["x" * 30]),
        ("…", []),
    ],
)
def test_words_are_cut(text: str, words: list[str]) -> None:
    assert cut_words(text) == words


def test_a_long_text_is_read_from_its_beginning() -> None:
    assert len(cut_words("słowo " * 5000)) == 256


def test_each_gram_of_a_word_has_a_row_and_the_whole_has_two() -> None:
    rows = find_rows("kot", 1 << 17)
    assert len(rows) == 2 + 3 + 2 + 1  # of "<kot>" three of 3 letters, two of 4, one of 5
    assert rows[0] != rows[1]
    assert all(0 <= row < 1 << 17 for row in rows)
    assert rows == find_rows("kot", 1 << 17)
    assert rows[:2] != find_rows("koc", 1 << 17)[:2]


def write_weights(folder: Path, weights: Weights) -> None:
    folder.mkdir(parents=True)
    names = ("scales", "attention", "straight", "inner", "inner_bias", "outer", "bias")
    np.save(folder / TABLE, weights.table)
    halves = {name: getattr(weights, name).astype(np.float16) for name in names}
    np.savez(folder / REST, name=np.array(weights.name), **halves)


def test_files_of_another_training_are_taken_from_the_data_folder(tmp_path: Path) -> None:
    weights = make_weights()
    write_weights(tmp_path / "encoders" / "own", weights)
    found = open_encoder("own", tmp_path)
    assert (found.name, found.languages) == ("drawn", {"pl", "en"})
    expected = Own(weights).encode(["gdzie paczka"])
    assert np.allclose(found.encode(["gdzie paczka"]), expected, atol=0.01)


def test_damaged_files_are_said_to_be_so(tmp_path: Path) -> None:
    folder = tmp_path / "encoders" / "own"
    write_weights(folder, make_weights())
    (folder / TABLE).write_bytes(b"\x93NUMPY")
    with pytest.raises(NoModel, match="missing or cannot be read"):
        open_encoder("own", tmp_path)
    (folder / TABLE).unlink()
    with pytest.raises(NoModel, match="missing or cannot be read"):
        open_encoder("own", tmp_path)


def test_only_what_is_asked_for_is_read_from_the_table(tmp_path: Path) -> None:
    write_weights(tmp_path / "own", make_weights())
    assert isinstance(open_own(tmp_path / "own").weights.table, np.memmap)
