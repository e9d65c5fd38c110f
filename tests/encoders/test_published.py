"""The encoder gives the vectors that its publisher shows."""

from __future__ import annotations

import numpy as np
import pytest

from okienko.encoders.files import open_minilm


def test_vectors_are_those_that_were_published() -> None:
    found = open_minilm().encode(["This is an example sentence", "Each sentence is converted"])
    assert found[:, :3] == pytest.approx(
        np.array([[0.0676569, 0.0634959, 0.0487131], [0.0864386, 0.1027626, 0.0053946]]), abs=2e-6
    )
