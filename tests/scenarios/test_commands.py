from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from okienko.cli import okienko
from okienko.scenarios.files import read_texts
from tests.scenarios.world import file

DONE = "- {step: done, end: solved}"


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    path = tmp_path / "delivery.yaml"
    path.write_text(read_texts()["delivery-problem"], encoding="utf-8")
    return path


def test_a_ready_scenario_is_printed_checked_and_played(ready: Path) -> None:
    run = CliRunner()
    assert "delivery-problem" in run.invoke(okienko, ["scenario", "ready"]).output
    assert run.invoke(okienko, ["scenario", "ready", "delivery-problem"]).output == ready.read_text("utf-8")
    assert "nothing to mend" in run.invoke(okienko, ["scenario", "check", str(ready)]).output
    played = run.invoke(okienko, ["scenario", "test", "--show", str(ready)])
    assert played.exit_code == 0
    assert "> wczoraj" in played.output
    assert "3 dialogues played" in played.output


def test_what_is_wrong_is_said_with_file_and_line(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(file(f"- {{step: a, say: {{pl: x}}}}\n{DONE}"), encoding="utf-8")
    refused = CliRunner().invoke(okienko, ["scenario", "check", str(wrong)])
    assert refused.exit_code == 1
    assert f"{wrong}:5: This is not said in en." in refused.output


def test_a_dialogue_that_goes_otherwise_is_refused_and_says_where(ready: Path) -> None:
    ready.write_text(
        ready.read_text("utf-8").replace("{customer: wczoraj, at: waits", "{customer: wczoraj, at: number")
    )
    refused = CliRunner().invoke(okienko, ["scenario", "test", str(ready)])
    assert refused.exit_code == 1
    assert "After this it should be at “number”, and is at “waits”." in refused.output


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_bytes("żółć".encode("cp1250"))
    refused = CliRunner().invoke(okienko, ["scenario", "check", str(wrong)])
    assert refused.exit_code == 1
    assert "is not UTF-8" in refused.output
