"""The whole measurement, step by step. Everything is started afresh in a temporary folder and removed afterwards."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any, Final, TypeVar
from urllib.error import URLError
from urllib.request import Request, urlopen
from uuid import uuid4

import orjson
import psycopg

from okienko import commands
from okienko.articles.drafts import Defaults, Draft
from okienko.articles.importers.files import read_path
from okienko.bench import processes, store
from okienko.brands.store import SealedDoor, add_door, seal_bound
from okienko.conversations.store import threads
from okienko.database import binaries
from okienko.database.embedded import EmbeddedPostgres
from okienko.database.ids import new_id
from okienko.database.migrate import migrate
from okienko.database.pool import LONGEST_WORK, Database
from okienko.database.urls import Urls
from okienko.keys import Keys
from okienko.masking.vault import person_bound
from okienko.opening import now
from okienko.values import BrandId, ConnectionId, ConversationId, PersonId

DOOR: Final = "bench"
CUSTOMERS: Final = 3000
AT_ONCE: Final = 192  # customers who write at the same time under full load
LINES: Final = 96
WARM_UP: Final = 10  # seconds; by then a worker has read its articles and done what waits for a calm after its start
SETTLE: Final = 3.0  # seconds of nothing before memory is read
SCRIPT: Final = "-- one row, one commit\ninsert into raw (line) values (repeat('x', 300));\n"
DEMO: Final = Path(__file__).parents[1] / "demo"
Found = TypeVar("Found")


def measure(*, seconds: int, articles: Path | None, rate: int, say: Callable[[str], None]) -> dict[str, Any]:
    """All figures, by name. Times are in milliseconds unless the name says otherwise."""
    with tempfile.TemporaryDirectory(prefix="okienko-bench-") as folder:
        say("Starting the demo in an empty folder …")
        figures = measure_start(Path(folder) / "demo")
        say("Counting plain commits …")
        with EmbeddedPostgres.start(Path(folder) / "data") as server:
            figures["raw_commits_s"] = count_raw_commits(server.superuser, Path(folder))
            migrate(server.urls.owner, now=now())
            drafts = read_drafts(articles)
            say(f"Importing {len(drafts)} articles …")
            world = asyncio.run(furnish(server.urls, Path(folder) / "keys", drafts))
            figures |= measure_road(Path(folder), server, world, seconds=seconds, rate=rate, say=say)
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()}


# starting ---------------------------------------------------------------------------------------------------------


def measure_start(folder: Path) -> dict[str, Any]:
    """From the start of the process in an empty folder to the first answer; then all processes' memory at rest."""
    port = find_port()
    began = time.monotonic()
    with run_okienko("demo", "--no-browser", "--port", str(port), "--data", str(folder)) as process:
        token = wait_for(lambda: _begin(port), 60)
        question = {"id": str(uuid4()), "kind": "text", "text": "ile trwa zwrot pieniędzy?"}
        _post(port, "/hooks/webchat/demo-kramik", question, token)
        wait_for(lambda: _has_answer(port, token), 30)
        cold = time.monotonic() - began
        time.sleep(SETTLE)
        return {"cold_start_s": cold, "idle_mb": processes.memory_mb(processes.find_tree([process.pid]))}


def _begin(port: int) -> str | None:
    try:
        return orjson.loads(_post(port, "/chat/demo-kramik/start", {"language": "pl"}))["token"]
    except (URLError, ConnectionError):
        return None


def _has_answer(port: int, token: str) -> bool | None:
    text = _call(port, "/chat/demo-kramik/transcript", token=token).decode()
    return True if "Bot" in text else None


def _post(port: int, path: str, body: dict[str, Any], token: str = "") -> bytes:
    return _call(port, path, body=orjson.dumps(body), token=token)


def _call(port: int, path: str, *, body: bytes | None = None, token: str) -> bytes:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    with urlopen(Request(f"http://127.0.0.1:{port}{path}", data=body, headers=headers), timeout=10) as answer:
        return answer.read()


# plain commits ----------------------------------------------------------------------------------------------------


def count_raw_commits(superuser: str, folder: Path) -> float:
    """Single-row durable inserts a second by PostgreSQL's own pgbench: 32 clients, prepared, 300 bytes a row."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("create table raw (id bigint generated always as identity primary key, line text not null)")
    script = folder / "raw.sql"
    script.write_text(SCRIPT)
    pgbench = binaries.wheel().program("pgbench")
    options = ["-n", "-M", "prepared", "-c", "32", "-j", "2", "-T", "5", "-f", str(script)]
    said = subprocess.run([pgbench, *options, superuser], check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own program
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("drop table raw")
    return float(said.partition("tps = ")[2].split()[0])


# the road ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the load needs to know."""

    brand: BrandId
    titles: Sequence[str]
    customers: Sequence[tuple[str, str]] = field(repr=False)  # (token, conversation)


def read_drafts(source: Path | None) -> Sequence[Draft]:
    """The articles given, or the demo's."""
    if source is not None:
        return read_path(source, Defaults(category="general", language="pl"))
    return read_path(DEMO / "kramik" / "articles", Defaults(category="general", language="pl"))


async def furnish(urls: Urls, keys_folder: Path, drafts: Sequence[Draft]) -> World:
    """A brand with its articles, a door, and conversations that have begun."""
    brand, _, _ = await commands.import_articles(urls, drafts, "bench", "pl", lambda _done, _total: None)
    keys = Keys.open(keys_folder)
    database = await Database.open(urls.app, size=2)
    customers: list[tuple[str, str]] = []
    async with database.brand(brand.id, longest=LONGEST_WORK) as connection:
        secret = keys.wrap(secrets.token_bytes(32), seal_bound(DOOR))
        door = ConnectionId(DOOR)
        sealed = SealedDoor(id=door, brand_id=brand.id, channel="webchat", secret=secret, reply_url=None)
        await add_door(connection, sealed, now())
        for _ in range(CUSTOMERS):
            token = secrets.token_urlsafe(32)
            person = PersonId(new_id(now()))
            thread = await threads.start(
                connection,
                person=person,
                conversation=ConversationId(new_id(now())),
                door=door,
                channel="webchat",
                language="pl",
                lookup=keys.lookup(f"webchat:{DOOR}", token),
                wrapped_key=keys.wrap(secrets.token_bytes(32), person_bound(brand=brand.id, person=person)),
                key_id=keys.key_id,
                noticed=True,
                now=now(),
            )
            customers.append((token, str(thread.conversation)))
    await database.close()
    return World(brand=brand.id, titles=[draft.title for draft in drafts], customers=customers)


def measure_road(
    folder: Path, server: EmbeddedPostgres, world: World, *, seconds: int, rate: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """The steady and the full load against `okienko serve` and `okienko work`."""
    port = find_port()
    place = {
        "OKIENKO_DATA": str(folder / "data"),
        "OKIENKO_KEYS": str(folder / "keys"),
        "OKIENKO_MESSAGES_PER_MINUTE": "0",  # nobody writes as fast as these customers
        "OKIENKO_MESSAGES_PER_DAY": "0",
    }
    with (
        run_okienko("serve", "--port", str(port), environ=place) as web,
        run_okienko("work", environ=place) as worker,
    ):
        wait_for(lambda: _is_well(port), 30)
        parts = {"web": web.pid, "work": worker.pid, "database": postmaster(server)}
        warm = put_on(port, server.urls, world, seconds=WARM_UP, rate=rate, seed=1)
        say(f"Steady: {rate} turns a second for {seconds} s …")
        steady = put_on(port, server.urls, world, seconds=seconds, rate=rate, seed=2)
        say(f"Full: {AT_ONCE} customers at once for {seconds} s …")
        before = spend(parts)
        full = put_on(port, server.urls, world, seconds=seconds, rate=0, seed=3)
        spent = {part: seconds - before[part] for part, seconds in spend(parts).items()}
        found = asyncio.run(count(server.urls, world.brand))
    turns = len(full["turns"])
    acknowledged = sum(len(load["acks"]) for load in (warm, steady, full))
    unanswered = sum(load["unanswered"] for load in (warm, steady, full))
    return {
        "turns_s": turns / full["took"],
        "ack_ms_p50": _percentile(steady["acks"], 50),
        "ack_ms_p99": _percentile(steady["acks"], 99),
        "turn_ms_p50": _percentile(steady["turns"], 50),
        "turn_ms_p99": _percentile(steady["turns"], 99),
        "full_turn_ms_p50": _percentile(full["turns"], 50),
        "full_turn_ms_p99": _percentile(full["turns"], 99),
        "cpu_ms_per_turn": sum(spent.values()) * 1000 / turns,
        **{f"cpu_ms_{part}": seconds * 1000 / turns for part, seconds in spent.items()},
        "lost": unanswered + found.unanswered + found.unsent + max(0, acknowledged - found.stored),
        "duplicates": found.answered_twice + max(0, found.stored - acknowledged),
        "order_violations": found.out_of_order,
        "refused": steady["refused"] + full["refused"],
        "answered_share": found.answers / max(1, found.says),
        "articles": len(world.titles),
    }


def spend(parts: Mapping[str, int]) -> dict[str, float]:
    """Processor seconds that each part and its children have taken so far."""
    return {part: processes.cpu_seconds(processes.find_tree([pid])) for part, pid in parts.items()}


def put_on(
    port: int, urls: Urls, world: World, *, seconds: int, rate: int, seed: int, patience: int = 30
) -> dict[str, Any]:
    """Runs the load in a process of its own; what the customers saw.

    `rate` 0 is the full load; `patience` is how many seconds a customer waits for an answer.
    """
    orders = {
        "port": port,
        "path": f"/hooks/webchat/{DOOR}",
        "database": urls.app,
        "titles": world.titles,
        "customers": world.customers,
        "lines": LINES,
        "at_once": AT_ONCE,
        "rate": rate,
        "seconds": seconds,
        "seed": seed,
        "patience": patience,
    }
    command = [sys.executable, "-m", "okienko.bench.load"]
    done = subprocess.run(command, input=orjson.dumps(orders), check=False, capture_output=True)  # noqa: S603 - ourselves
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace").strip().rpartition("\n")[2])
    return orjson.loads(done.stdout)


async def count(urls: Urls, brand: BrandId) -> store.Check:
    """What the database says after a load."""
    async with (
        await Database.open(urls.app, size=1) as database,
        database.brand(brand, longest=LONGEST_WORK) as connection,
    ):
        return await store.check(connection)


def _percentile(times: Sequence[float], percent: int) -> float:
    """In milliseconds; 0 when nothing was measured."""
    return quantiles(times, n=100, method="inclusive")[percent - 1] * 1000 if len(times) > 1 else 0.0


def postmaster(server: EmbeddedPostgres) -> int:
    """The server's process; its own are found from it."""
    with psycopg.connect(server.superuser) as connection:
        row = connection.execute("show data_directory").fetchone()
    assert row is not None
    return int((Path(row[0]) / "postmaster.pid").read_text().split()[0])


# processes --------------------------------------------------------------------------------------------------------


@contextmanager
def run_okienko(*arguments: str, environ: dict[str, str] | None = None) -> Generator[subprocess.Popen[bytes]]:
    """A command of ours in a process of its own, stopped afterwards."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OKIENKO_")}
    process = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", "okienko", *arguments],
        env={**kept, **(environ or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def find_port() -> int:
    """A port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def wait_for(look: Callable[[], Found | None], seconds: float) -> Found:
    """What `look` finds, as soon as it finds something. Raises `TimeoutError`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = look()
        if found is not None:
            return found
        time.sleep(0.02)
    raise TimeoutError("okienko did not answer in time")


def _is_well(port: int) -> bool | None:
    try:
        _call(port, "/healthz", token="")
    except (URLError, ConnectionError):
        return None
    return True
