"""The sandbox's doors: opened while it runs, closed when it stops, the same ones the next time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from okienko.sandbox import store
from okienko.sandbox.world import CHANNELS
from tests.road.conftest import World, world

pytestmark = pytest.mark.anyio
__all__ = ["world"]


async def read_open(world: World) -> dict[str, str]:
    """What the running okienko knows of the sandbox: channel → token or another word of the vendor's."""
    world.clock.move(5)  # its copy is two seconds old at most
    doors = (await world.directory.read()).doors.values()
    return {door.channel: door.given.get("token", "") for door in doors if door.id.startswith("sandbox-")}


async def test_doors_are_opened_closed_and_opened_again_with_what_holds_then(world: World) -> None:
    brand, database = world.brand, world.database
    first, second = (store.make_doors(brand, CHANNELS, site="http://127.0.0.1:8790", mail_port=8791) for _ in range(2))
    assert first["messenger"].given["token"] != second["messenger"].given["token"]
    for doors in (first, second):
        async with database.brand(brand.id) as connection:
            await store.open_doors(connection, world.keys, brand, doors, world.clock())
        opened = await read_open(world)
        assert opened.keys() == set(CHANNELS)
        assert opened["messenger"] == doors["messenger"].given["token"]
        async with database.brand(brand.id) as connection:
            ids = [door.id for door in doors.values()]
            await store.close_doors(connection, brand, ids, world.clock())
        assert await read_open(world) == {}
    async with database.brand(brand.id) as connection:
        rows = await connection.execute("select action from audit_payload where action like 'channel-%' order by id")
        acts = [row[0] for row in await rows.fetchall()]
    assert acts == ["channel-opened", "channel-closed"] * 2


async def test_shops_are_asked_at_once_when_a_review_is_written(world: World) -> None:
    brand, database = world.brand, world.database
    doors = store.make_doors(brand, ["google_play"], site="http://127.0.0.1:8790", mail_port=8791)
    door = doors["google_play"].id
    async with database.brand(brand.id) as connection:
        await store.open_doors(connection, world.keys, brand, doors, world.clock())
        later = world.clock() + timedelta(minutes=10)
        await connection.execute(
            "insert into connection_state (connection_id, brand_id, poll_at) values (%s, current_brand(), %s)",
            (door, later),
        )
        await store.ask_again(connection, [door])
        rows = await connection.execute("select poll_at from connection_state where connection_id = %s", (door,))
        assert await rows.fetchall() == [(None,)]
