"""SEC-17: one account that reads very much is slowed down, and somebody gets to know."""

from __future__ import annotations

import io
from contextlib import redirect_stderr

import pytest
import structlog

from okienko import log
from okienko.audit.store import LOOKS_AN_HOUR, Actor, list_log, record_look
from okienko.database.ids import new_id
from okienko.values import ConversationId, StaffId
from tests.desk_world import Begun, World, csrf

pytestmark = pytest.mark.anyio


async def read_many(world: World, who: StaffId, many: int) -> None:
    """Somebody goes through so many conversations, ten seconds each."""
    by = Actor(kind="staff", id=who, role="agent")
    for _ in range(many):
        async with world.services.database.brand(world.brand.id) as connection:
            conversation = ConversationId(new_id(world.at))
            assert await record_look(connection, by=by, brand=world.brand.id, conversation=conversation, now=world.at)
        world.later(seconds=10)


async def test_sec_17_whoever_reads_very_much_is_stopped_and_it_is_noticed(world: World) -> None:
    ola = await world.hire("Ola", {world.brand.id: "agent"})
    lena = await world.hire("Lena", {world.brand.id: "lead"})
    first, last, beyond = [await world.begin(f"pytanie {n}") for n in range(3)]
    said = io.StringIO()
    async with await world.enter(ola) as browser, await world.enter(lena) as lead:
        assert (await browser.get(first.address)).status_code == 200
        await read_many(world, ola, LOOKS_AN_HOUR - 2)
        assert (await browser.get(last.address)).status_code == 200
        with redirect_stderr(said):
            log.configure()
            refused = [await browser.get(beyond.address) for _ in range(3)]
            structlog.reset_defaults()
        assert [answer.status_code for answer in refused] == [429] * 3
        assert all("pytanie" not in answer.text for answer in refused)
        assert refused[0].headers["retry-after"] == "900"
        assert (await browser.get(last.address)).status_code == 200, "what is open stays open"
        assert (await lead.get(beyond.address)).status_code == 200, "others work on"
        assert "Ola" in (await lead.get("/desk/check")).text
        async with world.services.database.brand(world.brand.id) as connection:
            acts = [line.payload.action for line in await list_log(connection, limit=500)]
        assert acts.count("reading-slowed") == 1, "once an hour"
        assert said.getvalue().count("reading_slowed") == 1
        assert "Ola" not in said.getvalue()
        world.later(minutes=45)
        async with await world.enter(ola) as later:
            assert (await later.get(beyond.address)).status_code == 200


async def test_sec_17_a_reply_is_no_way_around_it(world: World) -> None:
    ola = await world.hire("Ola", {world.brand.id: "agent"})
    begun: Begun = await world.begin("to moje pytanie")
    async with await world.enter(ola) as browser:
        token = csrf((await browser.get("/desk")).text)
        await read_many(world, ola, LOOKS_AN_HOUR)
        answer = await browser.post(f"{begun.address}/say", data={"csrf": token, "as": "reply", "text": ""})
        assert answer.status_code == 429
        assert "to moje pytanie" not in answer.text
