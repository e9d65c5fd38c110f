"""Heads are signed in time, carried outside, and again when they did not arrive; the commands say what is wrong."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from okienko import cli
from okienko.audit.heads import is_genuine, read_head
from okienko.audit.store import read_anchored, read_heads
from okienko.auditing import Outside, carry, find_trusted, open_signing_key, sign_due
from okienko.http import Answered
from okienko.keys import Keys, WrongKey, open_audit_key, read_command
from okienko.settings import Settings, WrongSetting, read
from okienko.values import Failed, HttpCall, Unsure
from tests.audit.conftest import NOW, SECRET, TRUSTED, Log


@dataclass
class Notary:
    """Somebody outside who keeps what is posted, when they are there."""

    status: int = 200
    kept: list[str] = field(default_factory=list[str])

    async def post(self, call: HttpCall) -> Answered | Failed | Unsure:
        """Takes heads."""
        if self.status == 0:
            return Failed(reason="no connection", permanent=False)
        if self.status == 200:
            self.kept += call.body.decode().splitlines()
        return Answered(status=self.status, headers={}, body=b"")


@pytest.mark.anyio
async def test_a_head_is_signed_after_ten_minutes_or_so_many_entries(log: Log) -> None:
    assert await sign_due(log.database, SECRET, NOW) is None, "there is nothing to sign"
    await log.act()
    first = await sign_due(log.database, SECRET, NOW)
    assert first is not None
    assert first.head.number == 1
    assert is_genuine(first, TRUSTED)
    assert await sign_due(log.database, SECRET, NOW + timedelta(hours=1)) is None, "nothing is new"
    await log.act(3)
    assert await sign_due(log.database, SECRET, NOW + timedelta(minutes=9)) is None
    second = await sign_due(log.database, SECRET, NOW + timedelta(minutes=10))
    assert second is not None
    assert second.head.number == 4
    await log.act(2)
    assert await sign_due(log.database, SECRET, NOW + timedelta(minutes=11), most=3) is None
    await log.act()
    third = await sign_due(log.database, SECRET, NOW + timedelta(minutes=11), most=3)
    assert third is not None
    assert third.head.number == 7


@pytest.mark.anyio
async def test_heads_are_carried_once_and_those_that_did_not_arrive_again(log: Log, tmp_path: Path) -> None:
    file = tmp_path / "away" / "heads.jsonl"
    outside, notary = Outside(file=file, url="https://notary.example/heads"), Notary(status=0)
    await log.act()
    await sign_due(log.database, SECRET, NOW)
    assert await carry(log.database, outside, notary, NOW) == 0, "no folder, no connection"
    file.parent.mkdir()
    notary.status = 503
    assert await carry(log.database, outside, notary, NOW) == 1
    await log.act()
    await sign_due(log.database, SECRET, NOW + timedelta(hours=1))
    notary.status = 200
    assert await carry(log.database, outside, notary, NOW) == 3
    assert await carry(log.database, outside, notary, NOW) == 0
    lines = file.read_text("utf-8").splitlines()
    assert [read_head(line).head.number for line in lines] == [1, 2]
    assert notary.kept == lines
    async with log.database.shared() as connection:
        assert [(place, number) for place, number, _ in await read_anchored(connection)] == [("file", 2), ("http", 2)]
        heads = await read_heads(connection)
    assert (await log.verify(*heads)).problems == ()


def test_the_signing_key_is_made_once_and_lies_beside_the_others(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, keys=tmp_path / "keys")
    assert find_trusted(settings) == set()
    Keys.open(settings.keys)
    secret = open_signing_key(settings)
    assert secret == open_audit_key(settings.keys)
    assert ((tmp_path / "keys" / "audit.key").stat().st_mode & 0o777) == 0o600
    assert len(find_trusted(settings)) == 1


@pytest.mark.parametrize(("audit", "known"), [("ab" * 32, b"\xab" * 32), (None, None)])
def test_a_command_may_print_the_signing_key(tmp_path: Path, audit: str | None, known: bytes | None) -> None:
    printed = {"operator": "00" * 32, "index": "11" * 32, **({"audit": audit} if audit else {})}
    (tmp_path / "keys.json").write_text(json.dumps(printed), "utf-8")
    assert read_command(("cat", str(tmp_path / "keys.json"))).audit == known


def test_a_signing_key_of_another_size_is_refused(tmp_path: Path) -> None:
    printed = {"operator": "00" * 32, "index": "11" * 32, "audit": "22"}
    (tmp_path / "keys.json").write_text(json.dumps(printed), "utf-8")
    with pytest.raises(WrongKey):
        read_command(("cat", str(tmp_path / "keys.json")))


@pytest.mark.parametrize("url", ["ftp://notary.example", "http://notary.example/heads", "heads"])
def test_heads_do_not_cross_the_open_net_in_clear(url: str) -> None:
    with pytest.raises(WrongSetting, match="OKIENKO_AUDIT_URL"):
        read({"OKIENKO_AUDIT_URL": url}, Path("home"))


# the commands ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shell:
    """A terminal at a database."""

    environ: dict[str, str]

    async def okienko(self, *words: str) -> tuple[int, str]:
        """A command, as it is typed: how it ended, and what it printed. It runs an event loop of its own."""
        done = await asyncio.to_thread(CliRunner(env=self.environ).invoke, cli.okienko, words)
        return done.exit_code, done.output


@pytest.fixture
def shell(log: Log, tmp_path: Path) -> Shell:
    """A terminal whose settings lead to this test's database, keys and heads."""
    return Shell(
        environ={
            "OKIENKO_DATABASE_URL": log.urls.app,
            "OKIENKO_DATABASE_OWNER_URL": log.urls.owner,
            "OKIENKO_KEYS": str(tmp_path / "keys"),
            "OKIENKO_AUDIT_FILE": str(tmp_path / "heads.jsonl"),
        }
    )


@pytest.mark.anyio
async def test_sec_16_the_command_finds_a_cut_log_by_the_file_of_heads(log: Log, shell: Shell, tmp_path: Path) -> None:
    await log.act(5)
    code, said = await shell.okienko("audit", "heads")
    assert code == 0
    (tmp_path / "heads.jsonl").write_text(said, "utf-8")
    assert await shell.okienko("audit", "verify") == (
        0,
        "5 entries, compared with 2 signed heads. Up to entry 5 all is as it was signed.\n",
    )
    _, status = await shell.okienko("audit", "status")
    public = status.splitlines()[0].removeprefix("Public key: ")
    dumped = tmp_path / "log.jsonl"
    assert (await shell.okienko("audit", "dump", "--out", str(dumped)))[0] == 0
    offline = ("audit", "verify", "--chain", str(dumped), "--heads", str(tmp_path / "heads.jsonl"))
    assert (await shell.okienko(*offline, "--public-key", public))[0] == 0
    log.tamper("delete from audit_entry where number > 3", "delete from audit_head")
    code, said = await shell.okienko("audit", "verify")
    assert code == 1
    assert said.startswith("Entries 4–5: cut off from the end")
    lines = dumped.read_text("utf-8").splitlines(keepends=True)
    dumped.write_text("".join([*lines[:1], *lines[2:]]), "utf-8")
    code, said = await shell.okienko(*offline, "--public-key", public)
    assert (code, said.splitlines()[0]) == (1, "Entries 2: missing")
    code, said = await shell.okienko(*offline, "--public-key", "00" * 32)
    assert code == 1
    assert "1 heads are signed with a key that is not trusted here" in said
