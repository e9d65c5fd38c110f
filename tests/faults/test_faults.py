"""Real processes, killed in the middle of turns: nothing accepted is lost, nothing is answered twice."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from okienko.articles.drafts import Defaults
from okienko.articles.importers.files import read_path
from okienko.bench.bench import DEMO, World, count, find_port, furnish, postmaster, put_on, run_okienko, wait_for
from okienko.bench.store import Check
from okienko.database.embedded import EmbeddedPostgres
from okienko.database.migrate import migrate
from okienko.database.pool import DatabaseAway
from okienko.opening import now


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A durable database of its own: these tests are about what is on the disk."""
    with EmbeddedPostgres.start(tmp_path / "data") as server:
        migrate(server.urls.owner, now=now())
        yield server


def test_rel_01_rel_02_killing_a_worker_and_the_database_under_load_loses_and_repeats_nothing(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    drafts = read_path(DEMO / "seans" / "articles", Defaults(category="general", language="pl"))
    world = asyncio.run(furnish(server.urls, tmp_path / "keys", drafts))
    port = find_port()
    place = {"OKIENKO_DATA": str(tmp_path / "data"), "OKIENKO_KEYS": str(tmp_path / "keys")}
    seen: list[dict[str, Any]] = []
    with run_okienko("serve", "--port", str(port), environ=place), run_okienko("work", environ=place) as first:
        wait_for(lambda: is_listening(port), 120)
        load = threading.Thread(
            target=lambda: seen.append(put_on(port, server.urls, world, seconds=6, rate=60, seed=5, patience=4))
        )
        load.start()
        wait_for(lambda: has_stored(server, 60), 120)
        first.kill()
        given = count_answered(server)
        with run_okienko("work", environ=place):
            wait_for(lambda: has_stored(server, 160), 120)
            # The second one is at work, not just starting.
            wait_for(lambda: True if count_answered(server) > given else None, 120)
            os.kill(postmaster(server), signal.SIGKILL)
            load.join()
            found = wait_for(lambda: is_settled(server, world), 120)
    (saw,) = seen
    acknowledged = len(saw["acks"])
    assert acknowledged == 360
    # A message whose acknowledgement was lost with the database may be stored although it was sent again under its own
    # id: stored once, never twice.
    assert found.stored == acknowledged
    assert (found.unanswered, found.answered_twice, found.out_of_order, found.unsent) == (0, 0, 0, 0)


def is_listening(port: int) -> bool | None:
    """Whether the server takes connections."""
    with socket.socket() as probe:
        return True if probe.connect_ex(("127.0.0.1", port)) == 0 else None


def has_stored(server: EmbeddedPostgres, many: int) -> bool | None:
    """Whether so many messages are stored."""
    with psycopg.connect(server.superuser.replace("/postgres?", "/okienko?")) as connection:
        row = connection.execute("select coalesce(sum(arrived), 0) from okienko.lane").fetchone()
    return True if row is not None and row[0] >= many else None


def count_answered(server: EmbeddedPostgres) -> int:
    """How many messages have an answer."""
    with psycopg.connect(server.superuser.replace("/postgres?", "/okienko?")) as connection:
        row = connection.execute("select coalesce(sum(answered), 0) from okienko.lane").fetchone()
    assert row is not None
    return int(row[0])


def is_settled(server: EmbeddedPostgres, world: World) -> Check | None:
    """The count, once nothing is left to be answered or sent."""
    try:
        found = asyncio.run(count(server.urls, world.brand))
    except (psycopg.OperationalError, DatabaseAway):
        return None
    return found if found.unanswered == found.unsent == 0 else None
