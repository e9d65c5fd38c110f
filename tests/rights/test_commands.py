"""The commands, as an operator runs them."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from okienko.database.ids import new_id
from okienko.database.urls import Urls
from tests.rights.world import World, open_world

ADDRESS = "jan.nowak@poczta.example"


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    """Two people; the first can be reached at `ADDRESS`."""
    async with open_world(database_urls, tmp_path) as world:
        for _ in range(2):
            await world.settle_in()
        await world.run(
            """insert into identity (brand_id, person_id, id, kind, lookup, sealed, created_at)
            select brand_id, person_id, %(id)s, kind, %(lookup)s, sealed, created_at from identity
            where person_id = %(p)s""",
            id=new_id(world.clock()),
            lookup=world.keys.lookup("EMAIL_ADDRESS", ADDRESS),
            p=world.people[0].id,
        )
        yield world


async def okienko(world: World, folder: Path, *words: str, typed: str = "") -> subprocess.CompletedProcess[bytes]:
    """One command in a process of its own."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("OKIENKO_")}
    environ |= {
        "OKIENKO_DATABASE_URL": world.urls.app,
        "OKIENKO_DATABASE_OWNER_URL": world.urls.owner,
        "OKIENKO_KEYS": str(folder / "keys"),
    }
    return await anyio.run_process(
        [sys.executable, "-m", "okienko", *words], input=typed.encode(), env=environ, check=False
    )


@pytest.mark.anyio
async def test_somebody_is_found_handed_their_copy_and_erased(world: World, tmp_path: Path) -> None:
    someone, other = world.people
    found = await okienko(world, tmp_path, "person", "find", typed=ADDRESS + "\n")
    assert found.stdout.decode().startswith(f"{someone.id} "), found.stderr
    by_reference = await okienko(world, tmp_path, "person", "find", typed=other.reference.lower() + "\n")
    assert str(other.id) in by_reference.stdout.decode()
    nobody = await okienko(world, tmp_path, "person", "find", typed="ktos.inny@poczta.example\n")
    assert (nobody.returncode, nobody.stdout) == (1, b"")
    assert b"ktos.inny" not in nobody.stderr

    package = tmp_path / "copy.zip"
    why = ("--reason", "Wniosek listowny z 2 listopada")
    short = await okienko(world, tmp_path, "person", "export", str(someone.id), "--to", str(package), "--reason", "x")
    assert b"ten characters" in short.stderr
    done = await okienko(world, tmp_path, "person", "export", str(someone.id), "--to", str(package), *why)
    assert done.returncode == 0, done.stderr
    assert package.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(package) as copy:
        assert someone.handed["customer"] in copy.read("data.json").decode()

    erased = await okienko(world, tmp_path, "person", "erase", str(someone.id), "--yes", *why)
    assert erased.returncode == 0, erased.stderr
    assert erased.stdout.startswith(b"Receipt ")
    assert world.ledger.read_text().count("\n") == 1
    again = await okienko(world, tmp_path, "person", "erase", str(someone.id), "--yes", *why)
    assert again.returncode == 1
    assert b"nobody in" in again.stderr
    acts = await world.run("select action, actor_kind from audit_payload where action <> 'colleague-added' order by id")
    assert acts == [
        *[("person-found", "operator")] * 3,
        ("data-exported", "operator"),
        ("data-erased", "operator"),
    ]


@pytest.mark.anyio
async def test_retention_is_previewed_before_it_deletes(world: World, tmp_path: Path) -> None:
    await world.run("update conversation set closed_at = '2020-01-01'")
    preview = (await okienko(world, tmp_path, "retention", "preview")).stdout.decode()
    assert "2  transcript before" in preview
    assert await world.run("select count(*) from conversation") == [(2,)]
    done = await okienko(world, tmp_path, "retention", "run")
    assert "2  transcript before" in done.stdout.decode(), done.stderr
    assert await world.run("select count(*) from conversation") == [(0,)]
    assert await world.run("select action, actor_kind from audit_payload where action like 'retention%%'") == [
        ("retention-run", "operator")
    ]


@pytest.mark.anyio
async def test_a_database_of_ones_own_is_not_restored_here(world: World, tmp_path: Path) -> None:
    (tmp_path / "some.dump").touch()
    refused = await okienko(world, tmp_path, "restore", str(tmp_path / "some.dump"))
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert b"every start replays the ledger" in refused.stderr
