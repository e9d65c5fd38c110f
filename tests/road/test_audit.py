"""The audit log beside the road: messages do not wait for it, and the worker keeps it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from okienko.audit.heads import read_head
from okienko.audit.store import OPERATOR, list_log, list_samples, record
from okienko.auditing import Outside
from okienko.pack.store import list_packs
from okienko.settings import Settings
from okienko.values import BrandId
from tests.road.conftest import World

pytestmark = pytest.mark.anyio

TOKEN = "t" * 43


async def acts(world: World, brand: BrandId) -> list[str]:
    """What the log says, the first thing first."""
    async with world.database.brand(brand) as connection:
        return [line.payload.action for line in reversed(await list_log(connection, limit=100))]


async def test_a_customer_s_message_and_its_answer_do_not_wait_for_the_log(world: World) -> None:
    conversation = await world.begin(TOKEN)
    await world.worker.publish()
    async with world.database.shared() as connection:
        # As a commit that hangs in the middle of its link.
        await connection.execute("select pg_advisory_xact_lock(hashtextextended('okienko audit', 0))")
        assert (await world.say(TOKEN, "Ile mam czasu na zwrot?")).status == 200
        await world.settle()
        said = await world.transcript(conversation)
    assert [author for author, _, _ in said][-1] in {"bot", "system"}
    assert set(await acts(world, world.brand.id)) == {"text-published"}, "what customers write is no entry"


async def test_the_worker_signs_carries_samples_and_packs(world: World, tmp_path: Path) -> None:
    worker, brand = world.worker, world.brand.id
    worker.audit_key = bytes(range(32))
    worker.outside = Outside(file=tmp_path / "heads.jsonl", url="https://notary.probny.example/heads")
    await worker.sign_log()
    assert world.http.calls == [], "there is nothing yet"
    async with world.database.brand(brand) as connection:
        await record(connection, "words-changed", by=OPERATOR, brand=brand, kind="brand", now=world.clock())
    await worker.sign_log()
    assert read_head((tmp_path / "heads.jsonl").read_text("utf-8")).head.number == 1
    assert [call.url for call in world.http.calls] == ["https://notary.probny.example/heads"]
    await worker.look_back()
    assert await acts(world, brand) == ["words-changed"], "without settings it leaves packs and samples alone"
    worker.settings = Settings(data=tmp_path, keys=tmp_path / "keys", audit_file=tmp_path / "heads.jsonl")
    for _ in range(2):
        await worker.look_back()
    assert await acts(world, brand) == ["words-changed", "text-sampled", "pack-made"]
    world.clock.move(timedelta(days=20).total_seconds())
    await worker.look_back()
    assert await acts(world, brand) == ["words-changed", "text-sampled", "pack-made", "text-sampled", "pack-made"]
    async with world.database.brand(brand) as connection:
        assert [pack.since.isoformat() for pack in await list_packs(connection)] == ["2026-11-01", "2026-10-01"]
        assert len(await list_samples(connection)) == 2
