"""Changing the operator's key while processes run, on a real database."""

from __future__ import annotations

import secrets
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from okienko import doctor, rotate
from okienko.cli.keys import KeyState, read_keys, rotate_keys
from okienko.conversations.store import person_keys
from okienko.database.ids import new_id
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.keys import Keys, WrongKey, begin_rotation, end_rotation, read_folder
from okienko.masking.vault import person_bound
from okienko.settings import Settings
from okienko.staff.second.store import read_sealed, set_app
from okienko.staff.second.totp import app_bound
from okienko.values import PersonId
from tests.desk_world import World, open_world

pytestmark = pytest.mark.anyio

NAMED = "select key_id, count(*) from person_key where wrapped is not null group by key_id"
WRAPPED = "select person_id, wrapped, key_id from person_key"


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        yield world


def folder(world: World) -> Path:
    return world.services.settings.keys


async def nothing() -> None:
    """A pause without anything under way."""


def silence(done: int, total: int) -> None:
    """Nobody looks."""


async def wrap(world: World, keys: Keys) -> rotate.Wrapped:
    return await rotate.wrap_all_anew(world.services.database, keys, on_progress=silence, pause=nothing)


async def test_everything_is_wrapped_anew_and_opens_as_before(world: World) -> None:
    begun = [await world.begin("halo"), await world.begin("halo", brand=world.other)]
    old = Keys.open(folder(world))
    before = [await one.read(WRAPPED) for one in begun]
    ola, seed = await world.hire("Ola", {world.brand.id: "agent"}), bytes(range(32))
    async with world.services.database.shared() as connection:
        await set_app(connection, ola, sealed=old.wrap(seed, app_bound(ola)), step=1, now=world.at)
    assert begin_rotation(folder(world)) != old.key_id
    keys = Keys.open(folder(world))
    assert keys.key_ids[1] == old.key_id
    await wrap(world, keys)
    (retired,) = end_rotation(folder(world))
    assert retired.name == f"operator-{old.key_id}.retired.key"
    alone = Keys.open(folder(world))
    assert alone.key_ids == (keys.key_id,)
    for one, ((person, was, _),) in zip(begun, before, strict=True):
        ((_, now, key_id),) = await one.read(WRAPPED)
        assert key_id == alone.key_id
        bound = person_bound(brand=one.brand.id, person=PersonId(person))
        assert alone.unwrap(now, bound) == old.unwrap(was, bound)
        with pytest.raises(WrongKey):
            Keys(operator=old.operator, index=old.index).unwrap(now, bound)
    async with world.services.database.shared() as connection:
        assert alone.unwrap((await read_sealed(connection))[ola], app_bound(ola)) == seed


async def test_a_process_that_runs_meets_the_new_key_and_wraps_with_it(world: World) -> None:
    """Its connections are read anew every two seconds, and before it wraps anything."""
    running = world.services.keys
    old = running.key_id
    await world.services.directory.read()
    begin_rotation(folder(world))
    assert running.key_id == old, "nothing told it"
    keys = Keys.open(folder(world))

    async def pause() -> None:
        world.later(seconds=3)
        await world.services.directory.read()
        assert running.key_ids == keys.key_ids
        await world.begin("w trakcie")

    wrapped = await rotate.wrap_all_anew(world.services.database, keys, on_progress=silence, pause=pause)
    assert wrapped == rotate.Wrapped(people={keys.key_id: 1})
    end_rotation(folder(world))
    begun = await world.begin("potem")
    assert {key for key, _ in await begun.read(NAMED)} == {keys.key_id}


async def test_what_a_slow_process_wraps_with_the_old_key_is_found_after_the_pause(world: World) -> None:
    begun = await world.begin("halo")
    old = Keys.open(folder(world))
    slow = [True]
    begin_rotation(folder(world))
    keys = Keys.open(folder(world))

    async def pause() -> None:
        if slow:
            slow.clear()
            await begun.change(
                """with new as (insert into person values (current_brand(), %(person)s, now()) returning id)
                insert into person_key (brand_id, person_id, wrapped, key_id)
                select current_brand(), id, %(wrapped)s, %(old)s from new""",
                person=(person := new_id(world.at)),
                wrapped=old.wrap(secrets.token_bytes(32), person_bound(brand=world.brand.id, person=person)),
                old=old.key_id,
            )

    wrapped = await rotate.wrap_all_anew(world.services.database, keys, on_progress=silence, pause=pause)
    assert wrapped.people == {keys.key_id: 2}


async def test_a_rotation_that_was_stopped_goes_on(world: World) -> None:
    begun = await world.begin("halo")
    keys = Keys.open(folder(world))
    many = [new_id(world.at) for _ in range(person_keys.MOST + 20)]
    await begun.change(
        """with new as (insert into person select current_brand(), p, now() from unnest(%(people)s::uuid[]) p)
        insert into person_key (brand_id, person_id, wrapped, key_id)
        select current_brand(), person_id, wrapped, %(key_id)s
        from unnest(%(people)s::uuid[], %(wrapped)s::bytea[]) as n (person_id, wrapped)""",
        people=many,
        wrapped=[keys.wrap(secrets.token_bytes(32), person_bound(brand=world.brand.id, person=p)) for p in many],
        key_id=keys.key_id,
    )
    begin_rotation(folder(world))
    new = Keys.open(folder(world))
    seen: list[tuple[int, int]] = []

    class Stopped(Exception):
        """Somebody pressed Ctrl+C."""

    def stop(done: int, total: int) -> None:
        seen.append((done, total))
        if done:
            raise Stopped

    with pytest.raises(Stopped):
        await rotate.wrap_all_anew(world.services.database, new, on_progress=stop, pause=nothing)
    assert seen == [(0, person_keys.MOST + 21), (person_keys.MOST, person_keys.MOST + 21)]
    assert dict(await begun.read(NAMED)) == {keys.key_id: 21, new.key_id: person_keys.MOST}
    assert begin_rotation(folder(world)) == new.key_id, "the same new key"
    assert (await wrap(world, Keys.open(folder(world)))).people == {new.key_id: person_keys.MOST + 21}


async def test_a_destroyed_key_stays_destroyed(world: World) -> None:
    begun = await world.begin("halo")
    await begun.change("update person_key set wrapped = null, destroyed_at = now()")
    begin_rotation(folder(world))
    await wrap(world, Keys.open(folder(world)))
    assert [wrapped for _, wrapped, _ in await begun.read(WRAPPED)] == [None]


async def test_the_commands_say_what_there_is(world: World, database_urls: Urls) -> None:
    await world.begin("halo")
    settings, old = world.services.settings, Keys.open(folder(world)).key_id
    states, lost = await read_keys(settings, database_urls)
    assert states == [KeyState(id=old, role="wraps", people=1)]
    new, former = await rotate_keys(settings, database_urls, on_progress=silence, pause=nothing)
    assert list(former) == [old]
    states, lost = await read_keys(settings, database_urls)
    assert lost == 0
    assert states == [
        KeyState(id=new, role="wraps", people=1),
        KeyState(id=old, role="retired", people=0),
    ]


async def test_a_command_gives_the_keys_and_a_rotation_waits_for_its_new_one(
    world: World, database_urls: Urls, tmp_path: Path
) -> None:
    begun = await world.begin("halo")
    kept, file = read_folder(folder(world)), tmp_path / "kept.json"

    def keep(*operators: bytes) -> None:
        operator = [key.hex() for key in operators]
        file.write_bytes(
            orjson.dumps({"operator": operator if operator[1:] else operator[0], "index": kept.index.hex()})
        )

    command = (sys.executable, "-c", "import sys; print(open(sys.argv[1]).read())", str(file))
    settings = Settings(data=tmp_path, keys=tmp_path / "unused", keys_command=command)
    keep(kept.operator)
    with pytest.raises(WrongKey, match="prints one operator's key"):
        await rotate_keys(settings, database_urls, on_progress=silence, pause=nothing)
    keep(bytes(range(32)), kept.operator)
    new, former = await rotate_keys(settings, database_urls, on_progress=silence, pause=nothing)
    assert new == Keys.ask(command).key_id
    assert await begun.read(NAMED) == [(new, 1)]
    keep(bytes(range(32)))
    states, _ = await read_keys(settings, database_urls)
    assert [state.role for state in states] == ["wraps"]
    assert not (tmp_path / "unused").exists()
    assert former


async def test_the_doctor_sees_keys_that_are_not_those_of_the_database(world: World, database_urls: Urls) -> None:
    begun = await world.begin("halo")
    settings = Settings(data=folder(world).parent, keys=folder(world), database_url=database_urls.app)
    well = [finding.what for finding in doctor.look_at_database(settings) if finding.well]
    assert "the keys are those of the database" in well
    await begun.change("update person_key set key_id = 'somebody-elses'")
    (wrong,) = [finding for finding in doctor.look_at_database(settings) if not finding.well]
    assert "another key (somebody-elses)" in wrong.what
    assert "bring that key back" in wrong.fix


async def test_an_empty_database_has_no_wrong_keys(database_urls: Urls, tmp_path: Path) -> None:
    async with await Database.open(database_urls.app, size=1) as database:
        assert await rotate.count_wrapped(database, Keys.open(tmp_path)) == rotate.Wrapped()
