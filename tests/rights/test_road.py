"""On the road: nobody's program reads what is restricted; whoever was erased is unknown, and starts are checked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from okienko.audit.store import OPERATOR
from okienko.database.urls import Urls
from okienko.policy.files import read_own_book
from okienko.restore import replay
from okienko.rights import fulfil
from okienko.rights.clocks import find_term
from okienko.rights.store import people, requests
from okienko.rights.store.requests import NewRequest
from okienko.values import ConversationId, PersonId
from tests.rights.world import never
from tests.road.conftest import World, open_world

TOKEN, OTHER = "t" * 43, "o" * 43


@pytest.fixture
async def world(database_urls: Urls) -> AsyncIterator[World]:
    """The road's world: one brand, two articles."""
    async with open_world(database_urls) as world:
        yield world


async def person_of(world: World, conversation: ConversationId) -> PersonId:
    async with world.database.brand(world.brand.id) as connection:
        rows = await connection.execute("select person_id from conversation where id = %s", (conversation,))
        row = await rows.fetchone()
    assert row is not None
    return PersonId(row[0])


@pytest.mark.anyio
async def test_the_bot_is_silent_about_what_is_restricted_and_a_person_gets_it(world: World) -> None:
    conversation = await world.begin(TOKEN)
    async with world.database.brand(world.brand.id) as connection:
        await people.restrict(connection, await person_of(world, conversation), world.clock())
    assert (await world.say(TOKEN, "Jak zwrócić zakup?")).status == 200
    await world.settle()
    said = await world.transcript(conversation)
    assert [(author, kind) for author, kind, _ in said] == [("customer", "text"), ("bot", "handoff")]
    assert "przeczyta to człowiek" in said[-1][2]


@pytest.mark.anyio
async def test_dsr_05_who_was_erased_is_unknown_and_hears_nothing_more(world: World, tmp_path: Path) -> None:
    conversation = await world.begin(TOKEN)
    other = await world.begin(OTHER)
    await world.say(TOKEN, "Jak zwrócić zakup?")
    person, ledger = await person_of(world, conversation), tmp_path / "erasures.jsonl"
    now = world.clock()
    async with world.database.brand(world.brand.id) as connection:
        new = NewRequest(
            kind="erase",
            language="pl",
            came_by="chat",
            term=find_term(read_own_book(), world.brand, now),
            person=person,
        )
        request = await requests.open_request(connection, new, now=now)
        assert await requests.verify(connection, request, person, by="code", now=now)
    receipt = await fulfil.erase(
        world.database, world.brand.id, request, ledger=ledger, by=OPERATOR, clock=world.clock, pause=never
    )
    assert receipt.rows["message"] == 1
    await world.settle()
    assert await world.transcript(conversation) == []
    assert (await world.say(TOKEN, "Halo")).status == 401
    await world.say(OTHER, "Jak zwrócić zakup?")
    await world.settle()
    assert len(await world.transcript(other)) >= 2  # life goes on
    assert (await replay(world.database, ledger, world.clock)).erasures == 0
