"""The measurement itself, on a few messages, through the fresh process."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from okienko.cli import okienko
from okienko.evaluation.engines import EngineFailed
from okienko.evaluation.masking import evaluate
from okienko.evaluation.messages import Message, Span
from okienko.evaluation.report import write_report

TEXT = "Proszę o telefon: 601 156 759"
MARKED = Span(start=18, end=29, label="PHONE_NUMBER", lane="PHONE_NUMBER/spaced")
MESSAGES = [
    Message(id="a", text=TEXT, spans=(MARKED,), lane="PHONE_NUMBER/spaced", language="pl"),
    Message(id="b", text="Gdzie jest moja paczka?", spans=(), lane="neg/plain", language="pl"),
]


@pytest.mark.timeout(120)
def test_figures_of_two_messages() -> None:
    done = evaluate({"two": {"all": MESSAGES}}, engines=["okienko"], say=lambda _: None)
    ours = done.figures["okienko"]
    part = ours["sets"]["two"]["parts"]["all"]
    assert part["kinds"]["PHONE_NUMBER"] == {"n": 1, "recall": 1.0, "reported": 1, "precision": 1.0, "masked": 1.0}
    assert part["lanes"] == {"PHONE_NUMBER/spaced": {"n": 1, "masked": 1.0}}
    assert part["negatives"]["n"] == 1
    assert part["negatives"]["with_a_false_mask"] == 0
    assert part["false_masks_per_1000_words"] == 0
    assert ours["engine"]["network_attempts"] == 0
    assert ours["engine"]["hostile_texts"] >= 40
    assert 0 < ours["sets"]["two"]["time"]["warm_us_median"] < ours["engine"]["start_s"] * 1e6
    assert done.missed == []
    assert any("| PHONE_NUMBER | 1 | 100.0 % |" in line for line in write_report(done.figures))


@pytest.mark.timeout(120)
def test_a_file_is_measured_and_its_misses_shown(tmp_path: Path) -> None:
    record = {"id": "c", "text": "xyzzy " + TEXT, "spans": [{"start": 0, "end": 5, "type": "PERSON"}]}
    mine = tmp_path / "mine.jsonl"
    mine.write_text(json.dumps(record), "utf-8")
    shown = CliRunner().invoke(okienko, ["eval", "masking", str(mine), "--misses", "1"])
    assert shown.exit_code == 0, shown.output
    assert "| PERSON | 1 | 0.0 % |" in shown.stdout
    assert "xyzzy" in shown.stdout


@pytest.mark.parametrize("half", ["unseen", "both"])
def test_the_unseen_half_is_not_shown(half: str) -> None:
    refused = CliRunner().invoke(okienko, ["eval", "masking", "--half", half, "--misses", "3"])
    assert refused.exit_code == 1
    assert refused.stdout == ""


def test_an_engine_that_is_not_installed_is_named() -> None:
    if find_spec("presidio_analyzer") is None:  # it never is where the project's own locks were installed
        with pytest.raises(EngineFailed, match=r"okienko\[benchmark\]"):
            evaluate({"two": {"all": MESSAGES}}, engines=["presidio"], say=lambda _: None)
