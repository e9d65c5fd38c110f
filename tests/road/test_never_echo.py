"""The second look: a bot that says what the vault hides is stopped before the customer reads it, on every way out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import orjson
import pytest

from okienko.answers.answer import Answer
from okienko.database.ids import new_id
from okienko.turn import Found
from okienko.values import Citation, ConversationId, Language, MaskedText
from tests.road.conftest import World
from tests.road.test_way_in import TOKEN, signed

pytestmark = pytest.mark.anyio

SAID = "zwrot towaru, piszę z jan.kowalski@poczta.example, tel. 501 234 567"


def quote(text: str, at: datetime) -> Citation:
    """Words of an article."""
    return Citation(article="zwrot-towaru", language="pl", version=1, title="Zwrot towaru", quote=text, published=at)


async def answer_with(world: World, text: str, *citations: Citation) -> None:
    """From now on the bot answers so, whatever is asked."""
    house = await world.worker.house(world.brand.id)

    def look_up(question: MaskedText, language: Language, category: str | None) -> Found:
        return Answer(text=text, citations=citations, category="zwroty", confidence=0.9)

    world.worker.houses[world.brand.id] = (world.clock(), replace(house, look_up=look_up))


async def test_an_answer_that_says_a_hidden_value_is_stopped(world: World) -> None:
    conversation = await world.begin(TOKEN)
    await answer_with(world, "Odpisaliśmy na JAN.KOWALSKI%40poczta.example i pod 5 0 1 2 3 4 5 6 7.")
    await world.say(TOKEN, SAID)
    await world.settle()
    assert (await world.transcript(conversation))[-1] == (
        "bot", "answer", "Odpisaliśmy na [e-mail] i pod [telefon].",
    )  # fmt: skip


async def test_an_article_may_hold_what_the_customer_also_wrote(world: World) -> None:
    conversation = await world.begin(TOKEN)
    published = "Pisz na jan.kowalski@poczta.example."
    await answer_with(world, published, quote(published, world.clock()))
    await world.say(TOKEN, SAID)
    await world.settle()
    assert (await world.transcript(conversation))[-1] == ("bot", "answer", published)


async def test_nothing_is_stopped_where_nothing_is_hidden(world: World) -> None:
    conversation = await world.begin(TOKEN)
    await answer_with(world, "Pisz na jan.kowalski@poczta.example.")
    await world.say(TOKEN, "zwrot towaru")
    await world.settle()
    assert (await world.transcript(conversation))[-1][2] == "Pisz na jan.kowalski@poczta.example."
    assert world.worker.gate.said == {}, "nothing was looked at"


async def test_what_was_stored_by_whatever_mistake_does_not_leave_through_a_channel(world: World) -> None:
    body = orjson.dumps({"conversation": "room-1", "sender": "anna", "text": SAID})
    await world.post("/hooks/webhook/hook", body, signed(world, body, "e1"))
    await world.settle()
    now = world.clock()
    async with world.database.brand(world.brand.id) as connection:
        row = await (await connection.execute("select id, connection_id from conversation")).fetchone()
        assert row is not None
        conversation, message = ConversationId(row[0]), new_id(now)
        await connection.execute(
            """with said as (
              insert into message (brand_id, conversation_id, id, author, kind, text, answers, generator, at)
              values (current_brand(), %(id)s, %(message)s, 'bot', 'text', 'To 501234567?', 1, 'okienko', %(now)s))
            insert into outbox (brand_id, conversation_id, message_id, connection_id, channel, author, state, due_at)
            values (current_brand(), %(id)s, %(message)s, %(door)s, 'webhook', 'bot', 'waiting', %(now)s)""",
            {"id": conversation, "message": message, "door": row[1], "now": now},
        )
    await world.settle()
    assert orjson.loads(world.http.calls[-1].body)["text"] == "To [telefon]?"
    assert not any(b"501" in call.body or b"kowalski" in call.body for call in world.http.calls)
