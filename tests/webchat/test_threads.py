"""What a customer's conversation is made of, and what of it the customer sees."""

from __future__ import annotations

import asyncio
import re

import pytest

from okienko.conversations.store import threads
from okienko.database.ids import new_id
from okienko.values import ConversationId, Holder, MaskedText, MessageId, PersonId
from tests.web_world import CITATION, DOOR, NOW, World

pytestmark = pytest.mark.anyio


async def visible(world: World, conversation: ConversationId) -> threads.Visible:
    async with world.database.brand(world.brand.id) as connection:
        seen = await threads.read_visible(connection, conversation)
    assert seen is not None
    return seen


async def test_a_start_makes_everything_a_message_needs(world: World) -> None:
    thread = await world.start()
    seen = await visible(world, thread.conversation)
    assert re.fullmatch(r"[A-HJ-NP-Z2-9]{3}-[A-HJ-NP-Z2-9]{4}", seen.reference)
    assert (seen.holder, seen.closed, seen.searching, seen.messages) == (Holder.BOT, False, False, ())
    async with world.database.brand(world.brand.id) as connection:
        assert await threads.find_thread(connection, DOOR, b"token") == thread
        assert await threads.find_thread(connection, DOOR, b"other") is None


async def test_two_starts_of_one_thread_make_one_conversation(world: World) -> None:
    first, second = await asyncio.gather(world.start(), world.start())
    assert first == second
    assert await world.rows("select count(*) from conversation") == [(1,)]
    assert await world.rows("select count(*) from person") == [(1,)]


async def test_a_taken_reference_is_drawn_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["AAA-AAAA", "AAA-AAAA", "BBB-BBBB"])
    monkeypatch.setattr(threads, "new_reference", lambda: next(drawn))
    for lookup in (b"one", b"two"):
        await world.start(lookup)
    assert await world.rows("select reference from conversation order by 1") == [("AAA-AAAA",), ("BBB-BBBB",)]
    assert await world.rows("select count(*) from person") == [(2,)]


async def test_only_what_was_sent_is_seen_and_never_a_note(world: World) -> None:
    conversation = (await world.start()).conversation
    await world.ask(conversation, "nie działa")
    await world.say(conversation, "odpowiedź", kind="answer", citations=(CITATION, CITATION))
    await world.say(conversation, "jeszcze nie wysłane", state="waiting")
    await world.say(conversation, "odwołane", state="cancelled")
    await world.say(conversation, "uwaga dla zespołu", author="note")
    await world.say(conversation, "dzień dobry", author="agent")
    seen = await visible(world, conversation)
    assert [m.text.text for m in seen.messages] == ["nie działa", "odpowiedź", "dzień dobry"]
    assert seen.messages[1].citations == (CITATION, CITATION)
    assert seen.messages[2].name == "Anna"
    assert seen.searching


async def test_another_brand_sees_nothing(world: World) -> None:
    thread = await world.start()
    async with world.database.shared() as connection:
        assert await threads.read_visible(connection, thread.conversation) is None
        assert await threads.find_thread(connection, DOOR, b"token") is None


async def test_the_last_word_on_an_answer_counts(world: World) -> None:
    conversation = (await world.start()).conversation
    answer = await world.say(conversation, "odpowiedź", kind="answer")
    notice = await world.say(conversation, "zwykłe słowa")

    async def rate(message: MessageId, *, helped: bool, reason: threads.Reason | None = None) -> bool:
        async with world.database.brand(world.brand.id) as connection:
            return await threads.give_feedback(
                connection,
                conversation=conversation,
                message=message,
                helped=helped,
                reason=reason,
                comment=MaskedText(""),
                now=NOW,
            )

    assert await rate(answer, helped=True)
    assert await rate(answer, helped=False, reason="outdated")
    assert not await rate(notice, helped=True)
    assert not await rate(MessageId(new_id(NOW)), helped=True)
    assert await world.rows("select helped, reason from answer_feedback") == [(False, "outdated")]
    assert (await visible(world, conversation)).messages[0].helped is False


async def test_a_contact_is_kept_once_and_said_once(world: World) -> None:
    thread = await world.start()

    async def leave(person: PersonId) -> None:
        async with world.database.brand(world.brand.id) as connection:
            await threads.leave_contact(
                connection,
                conversation=thread.conversation,
                person=person,
                id=new_id(NOW),
                kind="email",
                lookup=b"hash",
                sealed=b"sealed",
                message=MessageId(new_id(NOW)),
                text=MaskedText("Zostawiono kontakt: [e-mail]."),
                now=NOW,
            )

    await leave(thread.person)
    await leave(thread.person)
    assert await world.rows("select author, kind, text from message") == [
        ("system", "event", "Zostawiono kontakt: [e-mail].")
    ]
    assert await world.rows("select state, channel from outbox") == [("sent", "webchat")]
    assert (await visible(world, thread.conversation)).contact


async def test_a_destroyed_key_cannot_be_read(world: World) -> None:
    thread = await world.start()
    async with world.database.brand(world.brand.id) as connection:
        assert await threads.read_person_key(connection, thread.person) is not None
    await world.run("update person_key set wrapped = null, destroyed_at = now()")
    async with world.database.brand(world.brand.id) as connection:
        assert await threads.read_person_key(connection, thread.person) is None


async def test_the_language_is_the_customers(world: World) -> None:
    conversation = (await world.start()).conversation
    async with world.database.brand(world.brand.id) as connection:
        await threads.set_language(connection, conversation, "en")
    assert (await visible(world, conversation)).language == "en"
