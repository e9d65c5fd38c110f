"""`okienko eval routing`: its files, its figures, and the fresh process."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from okienko.cli import okienko
from okienko.evaluation.routing import BadExample, find_auroc, find_macro_f1, read_examples
from okienko.routing.train import Example
from tests.routing.test_train import EXAMPLES

KEYS = [
    "accuracy",
    "macro_f1",
    "oos_auroc",
    "oos_recall_at_95",
    "selective_accuracy_at_90",
    "train_cpu_s",
    "ms_p50",
    "ms_p99",
    "rss_mb",
]


@pytest.mark.parametrize(
    ("inside", "foreign", "auroc"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1.0),
        ([0.1, 0.2], [0.9, 0.8], 0.0),
        ([0.5, 0.5], [0.5], 0.5),
        ([0.9, 0.4], [0.5, 0.1], 0.75),
    ],
)
def test_auroc(inside: list[float], foreign: list[float], auroc: float) -> None:
    assert find_auroc(np.array(inside), np.array(foreign)) == pytest.approx(auroc)


def test_macro_f1_counts_each_intent_alike() -> None:
    assert find_macro_f1(["a", "a", "a", "b"], ["a", "a", "a", "b"]) == 1
    # a: precision 3/4, recall 1; b: never guessed
    assert find_macro_f1(["a", "a", "a", "a"], ["a", "a", "a", "b"]) == pytest.approx((6 / 7 + 0) / 2)


def test_examples_are_read() -> None:
    lines = ['{"text": "Gdzie paczka?", "intent": "paczka", "category": "dostawa"}\n', "\n"]
    assert read_examples(lines, "a.jsonl") == [Example(text="Gdzie paczka?", intent="paczka")]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("tajne słowa", "a.jsonl:2: this is no JSON object"),
        ('["tajne"]', "a.jsonl:2: this is no JSON object"),
        ('{"text": "tajne"}', 'a.jsonl:2: "intent" is missing'),
        ('{"text": "tajne", "intent": 7}', 'a.jsonl:2: "intent" is missing, empty or no string'),
        ('{"text": "tajne", "intent": " "}', 'a.jsonl:2: "intent" is missing'),
        ('{"intent": "tajne"}', 'a.jsonl:2: "text" is missing'),
        ('{"text": "", "intent": "tajne"}', 'a.jsonl:2: "text" is missing'),
    ],
)
def test_a_bad_line_is_named_and_not_quoted(line: str, problem: str) -> None:
    with pytest.raises(BadExample) as refused:
        read_examples(['{"text": "a", "intent": "b"}', line], "a.jsonl")
    assert str(refused.value).startswith(problem)
    assert "tajne" not in str(refused.value)


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(BadExample, match=r"a\.jsonl: holds no example"):
        read_examples(["\n"], "a.jsonl")


def write(path: Path, examples: list[Example]) -> str:
    path.write_text("\n".join(json.dumps({"text": one.text, "intent": one.intent}) for one in examples), "utf-8")
    return str(path)


@pytest.mark.timeout(120)
def test_the_command_prints_its_figures(tmp_path: Path) -> None:
    learnt = write(tmp_path / "train.jsonl", EXAMPLES[::2] + EXAMPLES[1::4])
    asked = write(tmp_path / "test.jsonl", EXAMPLES[3::4])
    oos = write(tmp_path / "oos.jsonl", [Example(text=f"ile to {n} razy {n}", intent="oos") for n in range(9)])
    done = CliRunner().invoke(
        okienko, ["eval", "routing", "--train", learnt, "--test", asked, "--oos", oos, "--oos-train", oos, "--json"]
    )
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert list(figures) == KEYS
    assert figures["accuracy"] > 0.9
    assert figures["oos_auroc"] > 0.9
    assert 0 < figures["ms_p50"] <= figures["ms_p99"]
    assert 5 < figures["rss_mb"] < 400
    plain = CliRunner().invoke(okienko, ["eval", "routing", "--train", learnt, "--test", asked])
    assert plain.exit_code == 0, plain.output
    assert "oos_auroc  –" in plain.stdout


def test_a_bad_file_ends_the_command(tmp_path: Path) -> None:
    good = write(tmp_path / "train.jsonl", EXAMPLES)
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"text": "tajne"}', "utf-8")
    done = CliRunner().invoke(okienko, ["eval", "routing", "--train", good, "--test", str(bad)])
    assert isinstance(done.exception, BadExample)
    assert "bad.jsonl:1" in str(done.exception)
