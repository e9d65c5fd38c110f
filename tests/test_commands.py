"""The `okienko` command as a whole: what it loads, what its help says, how troubles end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from okienko import cli
from okienko.cli import COMMANDS, load, okienko

ROOT = Path(__file__).parents[1]
LOADED = """
import sys
from okienko.cli import okienko
okienko({words}, standalone_mode=False)
print(*sorted(name for name in sys.modules if name.startswith("okienko.")))
"""


def find_loaded(*words: str) -> set[str]:
    """Which of our modules a command loads."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(words=list(words))],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        input="Anna",
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


def test_help_loads_no_command() -> None:
    assert find_loaded("--help") == {"okienko.cli", "okienko.cli.terminal", "okienko.settings", "okienko.values"}


def test_a_command_loads_its_own_file_alone() -> None:
    loaded = find_loaded("mask")
    assert {name for name in loaded if name.startswith("okienko.cli.")} == {"okienko.cli.mask", "okienko.cli.terminal"}
    assert not any(name.startswith(("okienko.database", "okienko.web", "okienko.desk")) for name in loaded)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_names_what_is_there(name: str) -> None:
    assert load(name).name == name


def test_help_lists_every_command_on_one_line() -> None:
    said = CliRunner().invoke(okienko, ["--help"], terminal_width=80).output
    for name, (_, line) in COMMANDS.items():
        assert any(words.split(maxsplit=1) == [name, line] for words in said.splitlines()), name


def test_a_command_that_is_not_there_is_guessed_at() -> None:
    done = CliRunner().invoke(okienko, ["artciles"])
    assert done.exit_code == 2
    assert "No such command 'artciles'" in done.output


def test_what_the_operator_can_mend_ends_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["okienko", "retention", "preview", "--data", str(tmp_path)])
    monkeypatch.setenv("OKIENKO_PORT", "eighty")
    monkeypatch.setattr(cli, "configure_logs", lambda: None)  # for this process only
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith("✗ OKIENKO_PORT")
