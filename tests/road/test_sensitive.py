"""Words about health and the like: they stay, their message is flagged with its term, and a person is offered."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import orjson
import psycopg
import pytest

from okienko.attachments.kinds import FileType
from okienko.conversations.store.attachments import NewAttachment, keep_pending
from okienko.masking.keeping import SENSITIVE_DAYS
from okienko.values import ConversationId, PersonId
from tests.road.conftest import World
from tests.road.test_way_in import TOKEN, signed

pytestmark = pytest.mark.anyio

QUESTION = "ile mam czasu na zwrot towaru?"
ABOUT_HEALTH = "jestem w ciąży, " + QUESTION
CARE = "Wygląda na to, że chodzi o zdrowie"
OFFER = "Możesz też porozmawiać z człowiekiem."


async def terms(world: World, conversation: ConversationId) -> list[tuple[str, str, datetime | None]]:
    """(author, text, term) of a conversation's messages, in order."""
    async with world.database.brand(world.brand.id) as connection:
        rows = await connection.execute(
            "select author, text, sensitive_until from message where conversation_id = %s order by id", (conversation,)
        )
        return await rows.fetchall()


async def offers(world: World, conversation: ConversationId) -> list[tuple[str, list[str]]]:
    """What the bot said: (kind, quick replies), in order."""
    async with world.database.brand(world.brand.id) as connection:
        rows = await connection.execute(
            "select kind, choices from message where conversation_id = %s and author = 'bot' order by id",
            (conversation,),
        )
        return await rows.fetchall()


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (ABOUT_HEALTH, ABOUT_HEALTH),
        ("jestem w szpitalu, jan@poczta.example", "jestem w szpitalu, [e-mail]"),  # sealed: stored another way
    ],
)
async def test_a_message_about_health_keeps_its_words_and_gets_a_term_of_its_own(
    world: World, text: str, stored: str
) -> None:
    conversation = await world.begin(TOKEN)
    await world.say(TOKEN, text)
    await world.say(TOKEN, QUESTION)
    customer = [(said, term) for author, said, term in await terms(world, conversation) if author == "customer"]
    assert customer == [(stored, world.clock() + timedelta(days=SENSITIVE_DAYS)), (QUESTION, None)]


async def test_a_person_is_offered_beside_the_answer_and_the_rest_is_said_once(world: World) -> None:
    conversation = await world.begin(TOKEN)
    for _ in range(2):
        await world.say(TOKEN, ABOUT_HEALTH)
        await world.settle()
    await world.say(TOKEN, QUESTION)
    await world.settle()
    assert await offers(world, conversation) == [
        ("text", []),
        ("answer", ["person"]),
        ("answer", ["person"]),
        ("answer", []),
    ]
    (care,) = [said for _, said, _ in await terms(world, conversation) if said.startswith(CARE)]
    assert care.endswith(OFFER)


async def test_the_offer_stays_when_the_question_is_answered_after_a_category_was_picked(world: World) -> None:
    conversation = await world.begin(TOKEN)
    await world.say(TOKEN, "mam cukrzycę i")
    async with world.database.brand(world.brand.id) as connection:
        # What the bot asks back is planned elsewhere; here it has asked.
        await connection.execute(
            """
            with asked as (
              insert into message
                (brand_id, conversation_id, id, author, kind, text, answers, choices, generator, at)
              values (%(brand)s, %(conversation)s, %(id)s, 'bot', 'clarify', 'Czego to dotyczy?', 1, '{zwroty}',
                'okienko', now()))
            update lane set answered = arrived where conversation_id = %(conversation)s
            """,
            {"brand": world.brand.id, "conversation": conversation, "id": "ffffffff-ffff-7fff-8fff-ffffffffffff"},
        )
    await world.say(TOKEN, "Zwroty", kind="choice", choice="zwroty")
    await world.settle()
    said = await offers(world, conversation)
    assert "person" in [choice for kind, choices in said if kind != "clarify" for choice in choices]


async def test_whoever_takes_over_reads_it_and_the_bot_says_nothing_about_it(world: World) -> None:
    conversation = await world.begin(TOKEN)
    async with world.database.brand(world.brand.id) as connection:
        await connection.execute(
            "update conversation set holder = 'agent', agent_id = %s, version = version + 1", (uuid4(),)
        )
    await world.say(TOKEN, "mam cukrzycę")
    await world.settle()
    ((author, _, term),) = await terms(world, conversation)
    assert (author, term is not None) == ("customer", True)


async def test_a_file_that_comes_with_such_words_goes_with_them(world: World) -> None:
    conversation = await world.begin(TOKEN)
    files = [uuid4(), uuid4()]
    async with world.database.brand(world.brand.id) as connection:
        row = await (
            await connection.execute("select person_id from conversation where id = %s", (conversation,))
        ).fetchone()
        assert row is not None
        for file in files:
            new = NewAttachment(
                id=file, conversation=conversation, person=PersonId(row[0]), type=FileType.PNG, size=1, parts=1
            )
            await keep_pending(connection, new, [b"sealed"], world.clock())
    for file, text in zip(files, ("skierowanie od lekarza, jestem w ciąży", "a tu paragon"), strict=True):
        body = {"id": str(uuid4()), "kind": "text", "text": text, "attachments": [str(file)]}
        answer = await world.post("/hooks/webchat/chat", orjson.dumps(body), {"authorization": f"Bearer {TOKEN}"})
        assert answer.status == 200
    async with world.database.brand(world.brand.id) as connection:
        rows = await (await connection.execute("select id, expires_at from attachment")).fetchall()
    kept = {file: (expires - world.clock()).days for file, expires in rows}
    assert [kept[file] for file in files] == [SENSITIVE_DAYS, 31 * world.brand.keep_months]


async def test_where_there_are_no_quick_replies_the_words_offer_a_person(world: World) -> None:
    body = orjson.dumps({"conversation": "room", "sender": "anna", "text": ABOUT_HEALTH})
    assert (await world.post("/hooks/webhook/hook", body, signed(world, body, "e1"))).status == 200
    await world.settle()
    said = [orjson.loads(call.body)["text"] for call in world.http.calls]
    assert sum(CARE in text and OFFER in text for text in said) == 1


async def test_what_wrote_to_the_table_before_still_does(world: World) -> None:
    """The migration runs before the new program starts: a program that does not know the column goes on."""
    conversation = await world.begin(TOKEN)
    with psycopg.connect(world.urls.owner) as owner:
        owner.execute("select set_config('okienko.brand', %s, false)", (str(world.brand.id),))
        owner.execute(
            """
            insert into okienko.message (brand_id, conversation_id, id, author, kind, text, arrival, at)
            values (%s, %s, %s, 'customer', 'text', 'mam cukrzycę', 1, now())
            """,
            (world.brand.id, conversation, uuid4()),
        )
    assert await terms(world, conversation) == [("customer", "mam cukrzycę", None)]
