"""docs/trust.md names every promise once, and tests that exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
COUNTS = {"PRV": 18, "DSR": 10, "AI": 13, "APL": 12, "SEC": 18, "REL": 7, "A11": 2}
IDS = [f"{group}-{number:02}" for group, count in COUNTS.items() for number in range(1, count + 1)]
ROW = re.compile(r"^\| ([A-Z0-9]+-\d\d) \| (.+) \| (.+) \|$", re.MULTILINE)
ROWS = {match[1]: match[3] for match in ROW.finditer((ROOT / "docs" / "trust.md").read_text("utf-8"))}
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@cache
def read_tests(path: str) -> frozenset[str]:
    """The names of a file's tests."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def find_named() -> Iterator[tuple[str, str, str]]:
    """(id, file, test) of every test that the page names."""
    for id_, cell in ROWS.items():
        for path, name in TEST.findall(cell):
            yield id_, path, name


def test_every_promise_stands_there_once() -> None:
    assert len(IDS) == 80
    assert [match[1] for match in ROW.finditer((ROOT / "docs" / "trust.md").read_text("utf-8"))] == IDS


@pytest.mark.parametrize("id_", IDS)
def test_a_promise_has_tests_or_says_that_it_has_none(id_: str) -> None:
    named = TEST.findall(ROWS[id_])
    assert ROWS[id_] == (", ".join(f"`{path}::{name}`" for path, name in named) or "not yet")


@pytest.mark.parametrize(("id_", "path", "name"), list(find_named()))
def test_a_named_test_exists_and_bears_the_promise_s_name(id_: str, path: str, name: str) -> None:
    assert name in read_tests(path)
    assert id_.lower().replace("-", "_") in name
