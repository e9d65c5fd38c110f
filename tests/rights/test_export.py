"""A person's copy of their data: everything of theirs, nothing of anybody else's, in a form that is published."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from okienko.audit.store import OPERATOR
from okienko.database.urls import Urls
from okienko.rights import fulfil
from okienko.rights.catalogue import find_ways
from okienko.rights.store.catalogue import count_rows, read_catalogue
from tests.rights.world import AGENTS, Someone, World, open_world

SCHEMA = json.loads((files("okienko.rights") / "export.schema.json").read_text("utf-8"))


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    """Four people, each of whom has left a value in the next one's talk."""
    async with open_world(database_urls, tmp_path) as world:
        for _ in range(4):
            await world.settle_in(others=world.people[-1:])
        yield world


async def copy_of(world: World, someone: Someone) -> dict[str, bytes]:
    """The package, by name."""
    into = io.BytesIO()
    async with world.database.brand(world.brand.id) as connection:
        await fulfil.write_package(connection, world.keys, world.brand, someone.id, into=into, now=world.clock())
    with zipfile.ZipFile(into) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.anyio
async def test_everybody_has_a_row_in_every_table_that_belongs_to_people(world: World) -> None:
    async with world.database.brand(world.brand.id) as connection:
        catalogue = await read_catalogue(connection)
        ways = find_ways(catalogue)
        empty = [
            table for table, way in ways.items() if await count_rows(connection, table, way, world.people[1].id) == 0
        ]
    assert len(ways) > 20
    assert empty == []  # a new table wants a row in tests/rights/world.py


@pytest.mark.anyio
async def test_dsr_04_a_copy_has_all_of_its_person_and_nothing_of_others(world: World) -> None:
    for someone in world.people:
        package = b"\n".join((await copy_of(world, someone)).values()).decode()
        assert [place for place, value in someone.handed.items() if value not in package] == []
        others = [other for other in world.people if other is not someone]
        theirs = {value for other in others for value in (*other.handed.values(), *other.kept_back.values())}
        assert [value for value in theirs if value in package] == []


@pytest.mark.anyio
async def test_colleagues_appear_by_their_role(world: World) -> None:
    package = b"\n".join((await copy_of(world, world.people[0])).values()).decode()
    assert [name for whole in AGENTS for name in whole.split() if name in package] == []
    assert "Do rozmowy dołącza [agent]." in package
    assert not any(str(agent) in package for agent in world.agents)


@pytest.mark.anyio
async def test_data_are_as_the_published_schema_says(world: World) -> None:
    package = await copy_of(world, world.people[0])
    said = json.loads(package["data.json"])
    Draft202012Validator(SCHEMA).validate(said)
    assert said["person"] == str(world.people[0].id)
    (file,) = said["files"]
    assert package[file["name"]].decode() == world.people[0].handed["attachment"]
    assert json.loads(package["export.schema.json"]) == SCHEMA


@pytest.mark.anyio
async def test_a_page_without_a_server_shows_the_talk(world: World) -> None:
    page = (await copy_of(world, world.people[0]))["index.html"].decode()
    assert '<html lang="pl">' in page
    assert "Dane usunięte z wiadomości" in page
    assert 'data-ai-generated="true"' in page
    assert "http" not in page


@pytest.mark.anyio
async def test_a_request_for_a_copy_is_fulfilled_once(world: World) -> None:
    someone = world.people[0]
    request = await world.ask(someone.id, "access")
    package = await fulfil.hand_over(world.database, world.keys, world.brand, request, by=OPERATOR, clock=world.clock)
    assert zipfile.ZipFile(io.BytesIO(package)).testzip() is None
    with pytest.raises(fulfil.NotReady, match="closed"):
        await fulfil.hand_over(world.database, world.keys, world.brand, request, by=OPERATOR, clock=world.clock)
    (row,) = await world.run("select state, length(digest) from rights_request where id = %(id)s", id=request)
    assert row == ("fulfilled", 32)
