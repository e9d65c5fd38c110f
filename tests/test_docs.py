"""The papers say what is there: every command, every setting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from okienko.cli import COMMANDS, load
from okienko.settings import NAMES, WrongSetting, read

ROOT = Path(__file__).parents[1]
REFERENCE = (ROOT / "docs" / "reference.md").read_text("utf-8")


def find_commands(group: click.Group, before: str) -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from find_commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}"


@pytest.mark.parametrize(
    "command", list(find_commands(click.Group(commands={name: load(name) for name in COMMANDS}), "okienko"))
)
def test_command_is_documented(command: str) -> None:
    assert f"`{command}`" in REFERENCE


@pytest.mark.parametrize("setting", list(NAMES))
def test_setting_is_documented(setting: str) -> None:
    assert f"`{setting}`" in REFERENCE


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"OKIENKO_PROT": "1"}, "OKIENKO_PROT is not a setting"),
        ({"OKIENKO_PORT": "eighty"}, "whole number from 1 to 65535"),
        ({"OKIENKO_FOLLOW_LINKS": "1"}, "must be yes or no"),
        ({"OKIENKO_PORT": "0"}, "from 1 to 65535"),
        ({"OKIENKO_DATABASE_URL": "mysql://x"}, "must begin with postgresql://"),
        ({"OKIENKO_PUBLIC_URL": "help.company.example"}, "such as https://"),
    ],
)
def test_a_wrong_setting_refuses_to_start_and_says_what_to_write(environ: dict[str, str], says: str) -> None:
    with pytest.raises(WrongSetting, match=says):
        read(environ, Path("home"))


def test_links_between_papers_lead_somewhere() -> None:
    for paper in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for part in paper.read_text("utf-8").split("](")[1:]:
            target = part.split(")")[0].split("#")[0]
            if target and "://" not in target:
                assert (paper.parent / target).exists(), f"{paper.name} links to {target}"
