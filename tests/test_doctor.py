"""The doctor names what is wrong, and the fix."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterable
from pathlib import Path

import psycopg
import pytest

from okienko import doctor
from okienko.database.health import Health, read_health
from okienko.database.urls import Urls
from okienko.doctor import Finding
from okienko.keys import Keys, begin_rotation, end_rotation
from okienko.settings import Settings

WELL = Health(major=15, missing=(), unknown=(), powerful=False, unguarded=())


def wrong(findings: Iterable[Finding]) -> list[str]:
    """What is wrong; every such finding has a fix, and no other has."""
    found = list(findings)
    assert found
    assert all(bool(finding.fix) != finding.well for finding in found)
    return [finding.what for finding in found if not finding.well]


def test_data_folder(tmp_path: Path) -> None:
    assert wrong(doctor.look_at_data(tmp_path / "not" / "yet")) == []
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    assert wrong(doctor.look_at_data(data)) == []
    data.chmod(0o755)
    assert wrong(doctor.look_at_data(data)) == [f"others may look into the data folder {data}"]


def test_keys(tmp_path: Path) -> None:
    assert wrong(doctor.look_at_keys(tmp_path / "keys")) == []
    keys = tmp_path / "keys"
    Keys.open(keys)
    assert wrong(doctor.look_at_keys(keys)) == []
    keys.chmod(0o750)
    assert wrong(doctor.look_at_keys(keys)) == [f"others may look into the keys' folder {keys}"]
    keys.chmod(0o700)
    begin_rotation(keys)
    assert wrong(doctor.look_at_keys(keys)) == ["the operator's key is being changed"]
    (retired,) = end_rotation(keys)
    assert wrong(doctor.look_at_keys(keys)) == []
    retired.chmod(0o640)
    assert wrong(doctor.look_at_keys(keys)) == [f"others may read {retired}"]
    retired.unlink()
    (keys / "index.key").chmod(0o644)
    (keys / "operator.key").write_bytes(b"short")
    assert len(wrong(doctor.look_at_keys(keys))) == 2
    (keys / "index.key").unlink()
    assert f"{keys / 'index.key'} is missing" in wrong(doctor.look_at_keys(keys))


def test_a_command_for_the_keys() -> None:
    def say(printed: str) -> tuple[str, ...]:
        return (sys.executable, "-c", f"print({printed!r})")

    key = '"' + "0a" * 32 + '"'
    assert wrong(doctor.look_at_command(say(f'{{"operator": {key}, "index": {key}}}'))) == []
    assert wrong(doctor.look_at_command(say("hunter2"))) == ["the keys' command gives no keys"]
    assert "hunter2" not in repr(list(doctor.look_at_command(say("hunter2"))))


@pytest.mark.anyio
async def test_a_scanner() -> None:
    def ending(status: int) -> tuple[str, ...]:
        return (sys.executable, "-c", f"raise SystemExit({status})")

    assert "not set" in (await doctor.look_at_scanner(())).what
    assert wrong([await doctor.look_at_scanner(())]) == []
    assert wrong([await doctor.look_at_scanner(ending(0))]) == []
    assert wrong([await doctor.look_at_scanner(ending(1))]) == ["the malware scanner takes a harmless text for malware"]
    silent = await doctor.look_at_scanner(ending(2))
    assert wrong([silent]) == ["the malware scanner does not answer; attachments are refused until it does"]
    assert silent.fix.endswith("ended with 2")


def test_keys_and_database() -> None:
    assert wrong(doctor.compare_keys(("a", "b"), ("b",))) == []
    assert list(doctor.compare_keys(None, ())) == []
    assert len(wrong(doctor.compare_keys(("a",), ("a", "c")))) == 1
    assert len(wrong(doctor.compare_keys(None, ("a",)))) == 1


def test_browser_code(tmp_path: Path) -> None:
    assert len(wrong(doctor.look_at_assets(tmp_path))) == 1
    (tmp_path / "vendor").mkdir()
    for name in doctor.BROWSER_CODE:
        (tmp_path / name).touch()
    assert wrong(doctor.look_at_assets(tmp_path)) == []


@pytest.mark.parametrize(
    ("health", "count"),
    [
        (WELL, 0),
        (Health(major=14, missing=(), unknown=(), powerful=False, unguarded=()), 1),
        (Health(major=18, missing=("0001_begin.sql",), unknown=(), powerful=False, unguarded=()), 1),
        (Health(major=18, missing=(), unknown=("9999_later.sql",), powerful=False, unguarded=()), 1),
        (Health(major=18, missing=(), unknown=(), powerful=True, unguarded=("person",)), 2),
    ],
)
def test_judges_a_database(health: Health, count: int) -> None:
    assert len(wrong(doctor.judge(health))) == count


def test_reads_a_database(database_urls: Urls) -> None:
    assert read_health(database_urls.app) == Health(major=18, missing=(), unknown=(), powerful=False, unguarded=())
    with psycopg.connect(database_urls.owner) as connection:
        connection.execute("alter table okienko.person no force row level security")
        connection.execute("update okienko.migration set name = '9999_later.sql' where name = '0001_begin.sql'")
    health = read_health(database_urls.owner)
    assert health.unguarded == ("person",)
    assert "0001_begin.sql" in health.missing
    assert health.unknown == ("9999_later.sql",)


def test_a_taken_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        server.close()
        assert wrong(doctor.look_at_port("127.0.0.1", port)) == []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert len(wrong(doctor.look_at_port("127.0.0.1", port))) == 1


@pytest.mark.anyio
async def test_an_installation_that_was_never_started(tmp_path: Path) -> None:
    findings = await doctor.examine(Settings(data=tmp_path / "data", keys=tmp_path / "keys"))
    assert not (tmp_path / "data").exists()
    assert not (tmp_path / "keys").exists()
    assert any("PostgreSQL 18 can run" in finding.what for finding in findings)


@pytest.mark.anyio
async def test_an_unreachable_database_keeps_its_password(tmp_path: Path) -> None:
    url = f"postgresql://somebody:hunter2@/none?host={tmp_path}"
    findings = await doctor.examine(Settings(data=tmp_path, keys=tmp_path / "keys", database_url=url))
    assert "PostgreSQL cannot be reached" in [finding.what for finding in findings if not finding.well]
    assert "hunter2" not in repr(findings)
