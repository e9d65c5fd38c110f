from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from okienko.audit.store import list_log
from okienko.cli import okienko
from okienko.cli.scenario import import_scenarios, read_scenarios, withdraw_scenario
from okienko.database.urls import Urls
from okienko.scenarios.files import read_texts
from tests.road.conftest import open_world
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


@pytest.mark.anyio
async def test_scenarios_are_imported_exported_and_withdrawn_all_or_nothing(database_urls: Urls, ready: Path) -> None:
    good = read_texts()["delivery-problem"].replace("category: delivery", "category: zwroty")
    complaint = Path("complaint.yaml"), read_texts()["complaint"]
    async with open_world(database_urls) as world:
        refused = await import_scenarios(
            database_urls, {ready: good, complaint[0]: complaint[1]}, None, publishing=True
        )
        assert isinstance(refused, list)
        assert "complaint.yaml:" in refused[0]
        assert "no category called “complaints”" in refused[0]
        assert await read_scenarios(database_urls, None, None) == ([], [])
        assert await import_scenarios(database_urls, {ready: good}, None, publishing=False) == {"delivery-problem": 1}
        (listed,), versions = await read_scenarios(database_urls, None, "delivery-problem")
        assert (listed.published, listed.draft, [version.body for version in versions]) == (None, True, [good])
        assert await import_scenarios(database_urls, {ready: good}, None, publishing=True) == {"delivery-problem": 1}
        changed = good.replace("Co się stało z przesyłką?", "Co się stało?")
        assert await import_scenarios(database_urls, {ready: changed}, None, publishing=True) == {"delivery-problem": 2}
        (listed,), versions = await read_scenarios(database_urls, None, "delivery-problem")
        assert (listed.published, [version.version for version in versions]) == (2, [2, 1])
        assert await withdraw_scenario(database_urls, None, "delivery-problem")
        assert not await withdraw_scenario(database_urls, None, "delivery-problem")
        async with world.database.brand(world.brand.id) as connection:
            said = [line.payload.action for line in await list_log(connection, limit=10)]
        assert said[0] == "scenario-withdrawn"
        assert said.count("scenario-published") == 2
