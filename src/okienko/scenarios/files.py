"""The scenarios that come with okienko, to be taken over and changed."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from okienko.scenarios.read import read_scenario
from okienko.scenarios.scenario import Scenario


def read_texts() -> dict[str, str]:
    """Each ready scenario's file, by its id."""
    return {
        file.name.removesuffix(".yaml"): file.read_text(encoding="utf-8")
        for file in sorted((files("okienko.scenarios") / "library").iterdir(), key=lambda file: file.name)
        if file.name.endswith(".yaml")
    }


@cache
def read_library() -> tuple[Scenario, ...]:
    """The ready scenarios, read."""
    return tuple(map(read_scenario, read_texts().values()))
