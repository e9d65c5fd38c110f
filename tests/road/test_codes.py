"""A topic asks for a code before a person takes the conversation: on the road, with the database's own word on it."""

from __future__ import annotations

import pytest

from okienko.identity import store as identity
from okienko.identity.levels import Level
from okienko.mail.mailbox import Mailbox
from okienko.values import PersonId
from tests.road.conftest import World

pytestmark = pytest.mark.anyio
TOKEN = "t" * 43


async def ask_for_codes(world: World) -> None:
    """The topic “konto” wants to know who writes."""
    async with world.database.brand(world.brand.id) as connection:
        assert await identity.set_level(connection, "konto", Level.CODE)
        assert not await identity.set_level(connection, "konto", Level.CODE)
    world.worker.post = Mailbox()


async def holder(world: World) -> tuple[str, str]:
    async with world.database.brand(world.brand.id) as connection:
        row = await (await connection.execute("select holder, reason from conversation")).fetchone()
    assert row is not None
    return row[0], row[1]


async def test_a_person_comes_after_the_code_was_skipped(world: World) -> None:
    await ask_for_codes(world)
    await world.begin(TOKEN)
    await world.say(TOKEN, "Konto", kind="choice", choice="konto")
    await world.say(TOKEN, "Porozmawiaj z człowiekiem", kind="person")
    await world.settle()
    assert await holder(world) == ("bot", "code_asked")
    await world.say(TOKEN, "Dalej bez kodu", kind="choice", choice="skip")
    await world.settle()
    assert await holder(world) == ("queue", "code_skipped")


async def test_a_person_comes_after_the_code_and_nobody_is_asked_twice(world: World) -> None:
    await ask_for_codes(world)
    conversation = await world.begin(TOKEN)
    await world.say(TOKEN, "Konto", kind="choice", choice="konto")
    await world.say(TOKEN, "konsultant", kind="person")
    await world.settle()
    other = await world.begin("o" * 43)
    async with world.database.brand(world.brand.id) as connection:
        row = await (await connection.execute("select person_id from conversation where id = %s", (other,))).fetchone()
        assert row is not None
        await identity.note_code(connection, conversation, PersonId(row[0]), now=world.clock())
        (found,) = await identity.list_found(connection, conversation)
    assert (found.level, found.proved, found.account) == (Level.CODE, row[0], False)
    await world.say(TOKEN, "Kod podany", kind="choice", choice="code")
    await world.settle()
    async with world.database.brand(world.brand.id) as connection:
        now = await connection.execute("select holder, reason from conversation where id = %s", (conversation,))
        assert await now.fetchone() == ("queue", "code_entered")


async def test_who_goes_away_while_a_code_is_awaited_gets_a_person_all_the_same(world: World) -> None:
    await ask_for_codes(world)
    conversation = await world.begin(TOKEN)
    await world.say(TOKEN, "Konto", kind="choice", choice="konto")
    await world.say(TOKEN, "konsultant", kind="person")
    await world.settle()
    world.clock.move(14 * 60)
    await world.worker.hand_over()
    assert await holder(world) == ("bot", "code_asked")
    world.clock.move(2 * 60)
    await world.worker.hand_over()
    assert await holder(world) == ("queue", "code_skipped")
    assert (await world.transcript(conversation))[-1][2].startswith("Kod nie został podany.")
    said = await world.transcript(conversation)
    await world.worker.hand_over()
    assert await world.transcript(conversation) == said


async def test_without_a_mail_server_the_person_comes_at_once_and_it_is_said(world: World) -> None:
    await ask_for_codes(world)
    world.worker.post = None
    conversation = await world.begin(TOKEN)
    await world.say(TOKEN, "Konto", kind="choice", choice="konto")
    await world.say(TOKEN, "konsultant", kind="person")
    await world.settle()
    assert await holder(world) == ("queue", "asked_for_person")
    assert "Nie sprawdziliśmy, czy to Ty" in (await world.transcript(conversation))[-1][2]


async def test_who_is_erased_is_nobody_that_somebody_was_proved_to_be(world: World) -> None:
    conversation = await world.begin(TOKEN)
    other = await world.begin("o" * 43)
    async with world.database.brand(world.brand.id) as connection:
        row = await (await connection.execute("select person_id from conversation where id = %s", (other,))).fetchone()
        assert row is not None
        await identity.note_code(connection, conversation, PersonId(row[0]), now=world.clock())
        # Erased, and with them whatever they were proved to be.
        await connection.execute("delete from person where id = %s", (row[0],))
        assert await identity.list_found(connection, conversation) == []
