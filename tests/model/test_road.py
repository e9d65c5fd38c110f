"""Answers on the real road with a real, hostile model server: whatever it does, no promise is broken."""

from __future__ import annotations

import asyncio
import socket
import time
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import psycopg
import pytest

from okienko.answers.model import store
from okienko.evaluation.adversarial.hostile import BREACHES, REPLIES
from okienko.phrase import Phraser
from okienko.values import ConversationId, Failed, HttpCall, Unsure
from okienko.work import LEASE, MARGIN
from tests.model.conftest import BUDGET, KEY, Behave
from tests.road.conftest import ARTICLES, World
from tests.road.test_way_in import TOKEN

pytestmark = pytest.mark.anyio

ASKED = "zwrot towaru, piszę z jan.kowalski@poczta.example, tel. 501 234 567, wejdź na https://zlodziej.example/x"
NEEDLES = ("jan.kowalski", "501 234 567", "501234567", "kowalski")
QUOTE = ARTICLES[0].body
TOLD = "Tę odpowiedź ułożył model językowy na podstawie wskazanych tu artykułów."
HONEST = "Na zwrot towaru jest 14 dni od odbioru paczki."


async def answer(world: World, text: str = ASKED, token: str = TOKEN) -> tuple[ConversationId, str]:
    """The bot's answer to a question, when all is done."""
    conversation = await world.begin(token)
    await world.say(token, text)
    await world.settle()
    await world.worker.phrased()
    await world.settle()
    said = await world.transcript(conversation)
    assert [row[:2] for row in said] == [("customer", "text"), ("bot", "answer")]
    return conversation, said[-1][2]


async def calls(world: World) -> list[tuple[Any, ...]]:
    """The record: outcome, reason, tokens, cost."""
    async with world.database.brand(world.brand.id) as connection:
        rows = await connection.execute(
            "select outcome, reason, read_tokens, written_tokens, cost from model_call order by id"
        )
        return await rows.fetchall()


async def spent(world: World) -> int:
    """What the brand has spent on this day."""
    async with world.database.brand(world.brand.id) as connection:
        switch = await store.read_switch(connection, world.clock().date())
    assert switch is not None
    return switch.spent


def seen(hostile: str) -> list[bytes]:
    """The bodies that the server was sent since somebody last asked."""
    with urllib.request.urlopen(f"{hostile}/seen") as answer:
        return [line for line in answer.read().split(b"\n") if line]


async def test_an_honest_model_words_the_answer(world: World, behave: Behave, hostile: str) -> None:
    seen(hostile)
    behave("honest")
    conversation, said = await answer(world)
    assert said == f"{HONEST}\n\n{TOLD}"
    assert await calls(world) == [("used", None, 300, 12, 312)]
    assert await spent(world) == 312
    async with world.database.brand(world.brand.id) as connection:
        rows = await (
            await connection.execute("select quote from citation where conversation_id = %s", (conversation,))
        ).fetchall()
    assert rows == [(QUOTE,)], "the article's own words are still shown"
    (body,) = seen(hostile)
    assert not any(needle.encode() in body for needle in NEEDLES)
    assert KEY.encode() not in body
    assert "[e-mail]" in orjson.loads(orjson.loads(body)["messages"][1]["content"])["message"]


# What may be said by a server that does not lie about the passage.
TRUE = {"honest", "lying-usage", "negative-usage"}


@pytest.mark.parametrize("behaviour", sorted((REPLIES.keys() | BREACHES.keys()) - TRUE))
async def test_whatever_the_model_does_the_customer_gets_the_article_in_time(
    world: World, behave: Behave, behaviour: str
) -> None:
    behave(behaviour, seconds=0.8)
    _, said = await answer(world)
    assert said == QUOTE
    ((outcome, reason, *_, cost),) = await calls(world)
    assert outcome in ("rejected", "none", "slow", "down", "garbled", "huge")
    assert (outcome == "rejected") == (behaviour in REPLIES and behaviour != "none")
    assert outcome != "rejected" or reason
    assert 0 <= await spent(world) == cost <= 3000


@pytest.mark.parametrize("behaviour", ["lying-usage", "negative-usage"])
async def test_a_server_that_lies_about_its_costs_is_taken_at_the_most_they_can_be(
    world: World, behave: Behave, behaviour: str
) -> None:
    behave(behaviour)
    _, said = await answer(world)
    assert said.startswith(HONEST)
    assert 1000 < await spent(world) < 4000


async def test_nobody_listens_there(world: World, behave: Behave) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    behave("honest", address=address)
    _, said = await answer(world)
    assert said == QUOTE
    assert [row[0] for row in await calls(world)] == ["down"]
    assert await spent(world) == 0


async def test_without_a_row_the_model_is_not_asked(world: World, behave: Behave, hostile: str) -> None:
    seen(hostile)
    behave("honest")
    async with world.database.brand(world.brand.id) as connection:
        await store.switch_off(connection, world.clock())
    _, said = await answer(world)
    assert (said, seen(hostile), await calls(world)) == (QUOTE, [], [])


async def test_ai_12_switched_off_in_the_middle_of_the_work_no_call_begins_and_everybody_is_answered(
    world: World, behave: Behave, hostile: str
) -> None:
    """Twenty people ask, the brand switches its model off while their turns are taken, twenty more ask: no minute
    passes, no call begins after the switch, and all of them have the article's own words or the model's."""
    behave("honest")
    before, after = ([f"{first}{nth:042}" for nth in range(20)] for first in "bc")
    conversations = [await world.begin(token) for token in before]
    for token in before:
        await world.say(token, "zwrot towaru")
    taking = asyncio.create_task(world.worker.take_turns())
    switched = world.clock()
    async with world.database.brand(world.brand.id) as connection:
        await store.switch_off(connection, switched)
    await taking
    await world.worker.phrased()  # what was under way ends
    await world.settle()
    seen(hostile)
    for token in after:
        conversations.append(await world.begin(token))
        await world.say(token, "zwrot towaru")
    await world.settle()
    await world.worker.phrased()
    await world.settle()
    assert seen(hostile) == [], "no call begins once it is switched off"
    assert world.clock() - switched < timedelta(minutes=1)
    for conversation in conversations:
        said = await world.transcript(conversation)
        assert [row[:2] for row in said] == [("customer", "text"), ("bot", "answer")]
        assert said[-1][2] == QUOTE or said[-1][2].startswith(HONEST)
    assert {(await world.transcript(conversation))[-1][2] for conversation in conversations[20:]} == {QUOTE}


async def test_switching_off_holds_for_the_next_call_though_the_switch_was_just_read(
    world: World, behave: Behave, hostile: str
) -> None:
    behave("honest")
    assert (await answer(world))[1].startswith(HONEST)
    async with world.database.brand(world.brand.id) as connection:
        await store.switch_off(connection, world.clock())
    seen(hostile)
    assert (await answer(world, token="k" * 43))[1] == QUOTE
    assert seen(hostile) == []


async def test_a_spent_budget_lasts_until_midnight_in_the_brands_time_zone(world: World, behave: Behave) -> None:
    behave("honest")
    async with world.database.brand(world.brand.id) as connection:
        await store.switch_on(connection, budget=3000, now=world.clock())
        await connection.execute(
            "insert into model_day (brand_id, day, spent) values (current_brand(), '2026-11-21', 2999)"
        )
    assert (await answer(world))[1] == QUOTE
    assert await calls(world) == []
    world.clock.move(timedelta(hours=11, minutes=1).total_seconds())  # 23:01 UTC is past midnight in Warsaw
    assert (await answer(world, token="k" * 43))[1].startswith(HONEST)


async def test_two_workers_cannot_spend_the_same_rest(world: World) -> None:
    day = world.clock().date()

    async def reserve() -> bool:
        async with world.database.brand(world.brand.id) as connection:
            return await store.reserve(connection, day=day, cost=BUDGET // 2 - 1)

    assert sum(await asyncio.gather(*(reserve() for _ in range(4)))) == 2


async def test_a_person_who_takes_over_meanwhile_keeps_the_bot_silent(world: World, behave: Behave) -> None:
    behave("stall", seconds=1.0)
    conversation = await world.begin(TOKEN)
    await world.say(TOKEN, ASKED)
    await world.worker.take_turns()
    assert len(world.worker.phrasing) == 1
    async with world.database.brand(world.brand.id) as connection:
        await connection.execute(
            "update conversation set holder = 'queue', version = version + 1, queued_at = now() where id = %s",
            (conversation,),
        )
    await world.worker.phrased()
    await world.settle()
    assert [row[0] for row in await world.transcript(conversation)] == ["customer"]


async def test_others_do_not_wait_and_the_lane_is_not_taken_twice(world: World, behave: Behave) -> None:
    behave("slow", seconds=1.0)
    first = await world.begin(TOKEN)
    await world.say(TOKEN, ASKED)
    await world.worker.take_turns()
    other = await world.begin("k" * 43)
    await world.say("k" * 43, "czy to bot?")
    assert await world.worker.take_turns() == 1, "the lane that waits for the model is not claimed again"
    assert [row[0] for row in await world.transcript(other)] == ["customer", "bot"]
    assert [row[0] for row in await world.transcript(first)] == ["customer"]
    await world.worker.phrased()
    assert [row[0] for row in await world.transcript(first)] == ["customer", "bot"]


async def test_what_is_written_meanwhile_is_answered_afterwards(world: World, behave: Behave) -> None:
    behave("slow", seconds=0.6)
    conversation = await world.begin(TOKEN)
    await world.say(TOKEN, "zwrot towaru")
    await world.worker.take_turns()
    await world.say(TOKEN, "czy to bot?")
    await world.worker.phrased()
    await world.settle()
    await world.worker.phrased()
    said = [row[:2] for row in await world.transcript(conversation)]
    assert said == [("customer", "text"), ("customer", "text"), ("bot", "answer"), ("bot", "text")]


class Stuck:
    """A model that is asked and never answers; counts who waits."""

    def __init__(self) -> None:
        self.waiting = 0

    async def stream(self, call: HttpCall, take: Callable[[bytes], bool]) -> int | Failed | Unsure:
        """Waits until it is cancelled."""
        self.waiting += 1
        await asyncio.Event().wait()
        return 200


@pytest.fixture
async def stuck(world: World, behave: Behave) -> Stuck:
    """A model that never answers, for 0.6 seconds."""
    stuck = Stuck()
    behave("honest", seconds=0.6)
    assert world.worker.phraser is not None
    world.worker.phraser = Phraser(world.worker.phraser.model, world.database, stuck, world.keys, world.clock)
    return stuck


async def test_many_questions_at_once_wait_for_eight_calls_only(world: World, stuck: Stuck) -> None:
    tokens = [f"{nth:043}" for nth in range(20)]
    conversations = [await world.begin(token) for token in tokens]
    for token in tokens:
        await world.say(token, "zwrot towaru")
    await world.worker.take_turns()
    at_once = [len(await world.transcript(conversation)) == 2 for conversation in conversations]
    assert sum(at_once) == 12
    await world.worker.phrased()
    assert stuck.waiting == 8
    assert {(await world.transcript(conversation))[-1][2] for conversation in conversations} == {QUOTE}


async def test_a_model_that_keeps_failing_is_left_alone_for_a_while(world: World, stuck: Stuck) -> None:
    for nth in range(5):
        await answer(world, "zwrot towaru", token=f"{nth:043}")
    assert stuck.waiting == 3


async def test_words_about_health_do_not_leave(world: World, behave: Behave, hostile: str) -> None:
    seen(hostile)
    behave("honest")
    conversation = await world.begin(TOKEN)
    await world.say(TOKEN, "jestem w ciąży, ile mam czasu na zwrot towaru?")
    await world.settle()
    assert (await world.transcript(conversation))[-1][2] == QUOTE
    assert seen(hostile) == []


async def test_the_lease_outlives_the_longest_call(world: World, behave: Behave) -> None:
    began = time.monotonic()
    behave("drip-comments", seconds=0.7)
    _, said = await answer(world)
    assert said == QUOTE
    assert time.monotonic() - began < (LEASE - MARGIN).total_seconds()


async def test_neither_record_nor_database_holds_words_or_the_key(world: World, behave: Behave) -> None:
    behave("echo-all")
    await answer(world)
    rows: list[str] = []
    async with world.database.brand(world.brand.id) as connection:
        for statement in (
            "select to_jsonb(c)::text from model_call c",
            "select to_jsonb(c)::text from model_day c",
            "select to_jsonb(c)::text from brand_model c",
        ):
            rows += [row for (row,) in await (await connection.execute(statement)).fetchall()]
    assert len(rows) == 3
    assert not any(word in row for row in rows for word in (*NEEDLES, KEY, "zwrot", "zlodziej", "[e-mail]"))


async def test_erasing_a_conversation_takes_its_calls_along(world: World, behave: Behave) -> None:
    behave("honest")
    conversation, _ = await answer(world)
    with psycopg.connect(world.urls.owner) as owner:
        owner.execute("alter table okienko.conversation no force row level security")
        owner.execute("alter table okienko.model_call no force row level security")
        assert owner.execute("select count(*) from okienko.model_call").fetchone() == (1,)
        owner.execute("delete from okienko.conversation where id = %s", (conversation,))
        assert owner.execute("select count(*) from okienko.model_call").fetchone() == (0,)
        owner.rollback()


async def test_another_brand_sees_no_calls(world: World, behave: Behave) -> None:
    behave("honest")
    await answer(world)
    async with world.database.shared() as connection:
        assert await (await connection.execute("select count(*) from model_call")).fetchone() == (0,)
