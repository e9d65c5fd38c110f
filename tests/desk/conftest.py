"""The desk's world for every test of this folder, and a browser to look at it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn

from okienko.database.urls import Urls
from tests.desk_world import World, open_world


@pytest.fixture
async def world(database_urls: Urls, tmp_path: Path) -> AsyncIterator[World]:
    """Two brands on a database of this test's own."""
    async with open_world(database_urls, tmp_path) as world:
        yield world


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    """The desk on a port of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(world.app, lifespan="off", access_log=False, log_config=None, timeout_graceful_shutdown=0)
        )
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving
