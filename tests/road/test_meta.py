"""A conversation on Messenger and WhatsApp from the delivery to the call: choices by button and by number, comments."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from okienko.http import Answered
from okienko.values import ConversationId
from tests.road.conftest import World
from tests.road.vendors import PAGE, PSID, Messenger, WhatsApp, call, sign

pytestmark = pytest.mark.anyio

PERSON = {"content_type": "text", "title": "Połącz z człowiekiem", "payload": "person"}


async def answers(world: World) -> list[dict[str, Any]]:
    """What is sent from now on, but for signs of being read, and of writing."""
    made = len(world.http.calls)
    world.http.answers[:] = [
        Answered(status=200, headers={}, body=orjson.dumps({"message_id": f"m_out_{made}_{n}"})) for n in range(20)
    ]
    for _ in range(6):
        world.clock.move(7)
        await world.settle()
    sent = [orjson.loads(call.body) for call in world.http.calls[made:]]
    return [body for body in sent if not {"sender_action", "status"} & body.keys()]


async def newest(world: World) -> tuple[ConversationId, str, str | None]:
    """The conversation that began last, who has it, and why."""
    async with world.database.brand(world.brand.id) as connection:
        row = await (
            await connection.execute("select id, holder, reason from conversation order by id desc limit 1")
        ).fetchone()
    assert row is not None
    return ConversationId(row[0]), row[1], row[2]


@pytest.mark.parametrize("how", ["button", "number"])
async def test_a_choice_is_picked_by_its_button_or_its_number(world: World, how: str) -> None:
    page = Messenger(world=world)
    await page.open()
    await page.deliver(page.words("m_1", "xyzzy"))
    *_, last = await answers(world)
    assert last["recipient"] == {"id": PSID}
    assert last["message"]["quick_replies"] == [PERSON]
    if how == "button":
        await page.deliver(page.words("m_2", PERSON["title"], quick_reply={"payload": PERSON["payload"]}))
    else:
        await page.deliver(page.words("m_2", "1"))
    (handed,) = await answers(world)
    assert "quick_replies" not in handed["message"]
    assert (await newest(world))[1:] == ("queue", "asked_for_person")


async def test_what_is_quoted_stands_below_with_its_title(world: World) -> None:
    number = WhatsApp(world=world)
    await number.open()
    await number.deliver(number.words("wamid.1", "ile mam dni na zwrot towaru?"))
    said = "\n".join(
        body["text"]["body"] if body["type"] == "text" else body["interactive"]["body"]["text"]
        for body in await answers(world)
    )
    assert said.endswith("nadaj w punkcie albo w automacie.\n\nŹródło: Zwrot towaru")
    assert said.count("14 dni od odbioru paczki") == 1, "the answer is the quote"


async def test_a_comment_waits_for_a_person_and_nothing_is_said_below_the_post(world: World) -> None:
    page = Messenger(world=world)
    await page.open()
    value = {
        "item": "comment", "verb": "add", "comment_id": "1_2_3", "post_id": "1_2", "parent_id": "1_2",
        "from": {"id": PSID, "name": "Anna Testowa"}, "message": "ile mam dni na zwrot towaru?", "created_time": 1,
    }  # fmt: skip
    entry = {"id": PAGE, "time": 1, "changes": [{"field": "feed", "value": value}]}
    body = orjson.dumps({"object": "page", "entry": [entry]})
    got = await call(world, f"/hooks/messenger/{page.door}", body, {"x-hub-signature-256": sign(body)})
    assert got.status == 200
    assert await answers(world) == []
    conversation, holder, reason = await newest(world)
    assert (holder, reason) == ("queue", "public")
    assert {author for author, _, _ in await world.transcript(conversation)} <= {"customer", "note"}
