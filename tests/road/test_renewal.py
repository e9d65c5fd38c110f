"""Tokens that end are renewed in time, and where that fails somebody is told before, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest

from okienko.audit.store import list_log
from okienko.brands.store import SealedDoor, add_door, open_given, seal_given
from okienko.channels.connections import store
from okienko.database.urls import Urls
from okienko.http import Answered
from okienko.renewal import renew_tokens
from okienko.values import ConnectionId, Failed, HttpCall, Unsure
from tests.desk_world import World, open_world

pytestmark = pytest.mark.anyio

GIVEN = {"account_id": "100", "flavour": "instagram", "token": "IGA-old", "app_secret": "s"}
DAY = timedelta(days=1)


@dataclass
class Vendor:
    answer: Answered | Failed | Unsure = field(
        default_factory=lambda: Answered(
            status=200, headers={}, body=orjson.dumps({"access_token": "IGA-new", "expires_in": 5184000})
        )
    )
    calls: list[HttpCall] = field(default_factory=list[HttpCall])

    async def post(self, call: HttpCall) -> Answered | Failed | Unsure:
        self.calls.append(call)
        return self.answer


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(database_urls, tmp_path) as world:
        yield world


async def connect(world: World, since: datetime, channel: str = "instagram", **given: str) -> str:
    """A connection whose token was given then."""
    services, door = world.services, f"{channel}-1"
    sealed = seal_given(services.keys, door, {**GIVEN, **given})
    new = SealedDoor(id=ConnectionId(door), brand_id=world.brand.id, channel=channel, secret=b"", given=sealed)
    async with services.database.brand(world.brand.id) as connection:
        await add_door(connection, new, since)
        await store.save_given(connection, door, given=sealed, changed=("token",), gone=(), reply_url=None, now=since)
    return door


async def read(world: World, door: str) -> tuple[str, datetime, list[str]]:
    """The token, since when, and the kinds of notices."""
    async with world.services.database.brand(world.brand.id) as connection:
        kept = await store.read_connection(connection, door)
        notices = await store.list_notices(connection, door)
    assert kept is not None
    given = await open_given(world.services.keys, door, kept.given)
    assert {name: value for name, value in given.items() if name not in {"token", "flavour"}} == {
        "account_id": "100",
        "app_secret": "s",
    }
    return given["token"], kept.given_at["token"], [notice.kind for notice in notices]


async def run(world: World, vendor: Vendor) -> int:
    services = world.services
    return await renew_tokens(services.database, world.brand, services.keys, vendor, services.clock)


async def test_a_token_is_renewed_when_it_is_old_enough(world: World) -> None:
    vendor, now = Vendor(), world.at
    door = await connect(world, now - 44 * DAY)
    assert (await run(world, vendor), vendor.calls) == (0, [])
    world.later(days=1)
    assert await run(world, vendor) == 1
    (call,) = vendor.calls
    assert (call.method, call.headers) == ("GET", {"authorization": "Bearer IGA-old"})
    assert call.url == "https://graph.instagram.com/refresh_access_token?grant_type=ig_refresh_token"
    assert await read(world, door) == ("IGA-new", now + DAY, [])
    assert await run(world, vendor) == 0, "it is new now"
    async with world.services.database.brand(world.brand.id) as connection:
        (line,) = await list_log(connection, actions=("channel-changed",), limit=9)
    assert "IGA" not in repr(line)


@pytest.mark.parametrize(
    "answer",
    [
        Answered(status=400, headers={}, body=b'{"error":{"code":190}}'),
        Answered(status=200, headers={}, body=b"<html>"),
        Failed(reason="no connection", permanent=False),
        Unsure(reason="the connection was lost"),
    ],
)
async def test_where_there_is_no_new_one_somebody_is_told_in_time_and_once(
    world: World, answer: Answered | Failed | Unsure
) -> None:
    vendor, since = Vendor(answer), world.at - 54 * DAY
    door = await connect(world, since)
    assert await run(world, vendor) == 0
    assert await read(world, door) == ("IGA-old", since, [])
    world.later(days=1)
    assert (await run(world, vendor), await run(world, vendor)) == (0, 0)
    assert await read(world, door) == ("IGA-old", since, ["token_ends"])


async def test_what_does_not_end_is_left_alone(world: World) -> None:
    vendor = Vendor()
    await connect(world, world.at - 100 * DAY, flavour="page")
    await connect(world, world.at - 100 * DAY, channel="whatsapp")
    assert (await run(world, vendor), vendor.calls) == (0, [])
