"""Vectors kept as whole numbers: what is stored comes back, and search looks at every one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okienko.encoders import Vectors
from okienko.encoders.vectors import MOST, Table, TooMany, name_text, pack, tabulate

RIGHT = 0.005  # what whole numbers cost a dot product at most


def rows(*some: Sequence[float]) -> Vectors:
    """Vectors of length 1."""
    found = np.array(some, np.float32)
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def make(texts: Sequence[Sequence[str]], known: dict[str, Sequence[float]], previous: Table | None = None) -> Table:
    """The table of owners with these texts, of which some are known."""
    packed = dict(zip(map(name_text, known), pack(rows(*known.values())) if known else [], strict=True))
    return tabulate([[name_text(text) for text in some] for some in texts], packed, previous)


def test_an_owner_is_as_alike_as_its_best_text() -> None:
    table = make([["east", "north"], ["both"], []], {"east": (1, 0), "north": (0, 1), "both": (1, 1)})
    (score,) = table.score(rows((0, 1)))
    assert score[:2] == pytest.approx([1, 0.7071], abs=RIGHT)
    assert np.isnan(score[2])
    assert table.complete


def test_a_text_of_two_owners_is_kept_once() -> None:
    table = make([["same", "same"], ["same", "other"]], {"same": (1, 0), "other": (0, 1)})
    assert len(table.rows) == 2
    assert table.score(rows((1, 0)))[0] == pytest.approx([1, 1], abs=RIGHT)


def test_what_was_known_is_known_again() -> None:
    before = make([["a"], ["b"]], {"a": (1, 0), "b": (0, 1)})
    after = make([["c"], ["a"], ["d"]], {"c": (1, 1)}, before)
    (score,) = after.score(rows((1, 0)))
    assert score[:2] == pytest.approx([0.7071, 1], abs=RIGHT)
    assert np.isnan(score[2])
    assert (after.missing, after.complete) == (1, False)
    assert name_text("b") not in after.places


def test_vectors_of_another_size_are_not_compared() -> None:
    before = make([["a"], ["b"]], {"a": (1, 0), "b": (0, 1)})
    assert np.isnan(before.score(rows((1, 0, 0)))).all()
    after = make([["a"], ["b"]], {"a": (1, 0, 0)}, before)
    assert after.rows.shape == (1, 3)
    assert after.missing == 1


def test_nothing_is_like_nothing() -> None:
    table = make([], {})
    assert table.score(rows((1, 0))).shape == (1, 0)
    assert table.complete
    assert np.isnan(make([["a"]], {}).score(rows((1, 0)))).all()


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 150), st.integers(1, 4))
def test_search_is_exact(seed: int, owners: int, questions: int) -> None:
    draw = np.random.default_rng(seed)
    known = {f"{nth}": draw.normal(size=8).tolist() for nth in range(owners * 3)}
    table = make([[f"{3 * nth + part}" for part in range(3)] for nth in range(owners)], known)
    asked = rows(*draw.normal(size=(questions, 8)).tolist())
    exact = (asked @ rows(*known.values()).T).reshape(questions, owners, 3).max(axis=2)
    assert table.score(asked) == pytest.approx(exact, abs=2 * RIGHT)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 600))
def test_the_mean_likeness_is_that_of_all_pairs(seed: int, count: int) -> None:
    draw = np.random.default_rng(seed)
    known = {f"{nth}": (draw.normal(size=6) + 1).tolist() for nth in range(count)}
    vectors = rows(*known.values())
    pairs = (vectors @ vectors.T)[~np.eye(count, dtype=bool)]
    assert make([list(known)], known).usual == pytest.approx(pairs.mean(), abs=2 * RIGHT)


def test_more_than_is_searched_exactly_is_refused() -> None:
    with pytest.raises(TooMany):
        tabulate([[nth.to_bytes(16) for nth in range(MOST + 1)]], {})
