"""A browser, and the pages of a module's own `world` on a port."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn

from tests.desk_world import World


@pytest.fixture
async def site(world: World) -> AsyncIterator[str]:
    """The desk's address on a port of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(world.app, lifespan="off", access_log=False, log_config=None, timeout_graceful_shutdown=0)
        )
        running = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await running
