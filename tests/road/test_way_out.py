"""What leaves, and what no longer does: takeover, fencing, retries, and a database that goes away."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

import orjson
import psycopg
import pytest

from okienko.brands.store import SealedDoor, add_brand, add_door, seal_bound
from okienko.conversations.sealing import Sealing, seal_forms, seal_values
from okienko.conversations.store import actions, outbox, turns
from okienko.conversations.store.vault import open_vault
from okienko.database.ids import new_id
from okienko.database.pool import SET_BRAND, DatabaseAway
from okienko.http import Answered
from okienko.masking.egress import Gate
from okienko.masking.forms import find_forms
from okienko.masking.mask import find, render
from okienko.masking.vault import open_person_key
from okienko.turn import Found, decide
from okienko.values import (
    Brand,
    BrandId,
    ConnectionId,
    ConversationId,
    Failed,
    HttpCall,
    Language,
    MaskedText,
    PersonId,
    Plan,
    RawText,
    StaffId,
    Unsure,
)
from tests.conftest import Cluster
from tests.road.conftest import SECRET, World
from tests.road.test_way_in import TOKEN, signed

pytestmark = pytest.mark.anyio


async def claim(world: World) -> list[Plan]:
    """A worker's first half: lanes claimed, situations read, plans made."""
    async with world.database.shared() as connection:
        leases = await turns.claim_lanes(connection, limit=10, now=world.clock(), lease=timedelta(seconds=10))
    async with world.database.brand(world.brand.id) as connection:
        situations = await turns.read_situations(connection, leases, world.clock())
    house = await world.worker.house(world.brand.id)
    return [decide(situation, house) for situation in situations]


async def write(world: World, plans: list[Plan]) -> int:
    """A worker's second half; how many plans were held to."""
    async with world.database.pipeline() as connection:
        await connection.execute(SET_BRAND, {"brand": str(world.brand.id)})
        says = [[new_id(world.clock()) for _ in plan.says] for plan in plans]
        cursor = await connection.execute(turns.WRITE_PLANS, turns.pack_plans(plans, says, world.clock()))
    return len(await cursor.fetchall())


async def touch(world: World, conversation: ConversationId) -> None:
    """What every action at the desk does to a conversation."""
    async with world.database.brand(world.brand.id) as connection:
        await connection.execute("update conversation set version = version + 1 where id = %s", (conversation,))


async def test_words_planned_before_a_change_are_dropped_and_decided_anew(world: World) -> None:
    conversation = await world.begin(TOKEN)
    await world.say(TOKEN, "ile mam czasu na zwrot towaru?")
    plans = await claim(world)
    await touch(world, conversation)
    assert await write(world, plans) == 0
    assert [author for author, _, _ in await world.transcript(conversation)] == ["customer"]
    await world.settle()
    assert [author for author, _, _ in await world.transcript(conversation)] == ["customer", "bot"]


async def test_a_worker_that_lost_its_lease_writes_nothing(world: World) -> None:
    conversation = await world.begin(TOKEN)
    await world.say(TOKEN, "zwrot towaru")
    slow = await claim(world)
    assert await claim(world) == []  # nobody else may have it while the lease holds
    world.clock.move(11)
    quick = await claim(world)
    assert await write(world, quick) == 1
    assert await write(world, slow) == 0
    assert [author for author, _, _ in await world.transcript(conversation)] == ["customer", "bot"]


async def test_a_message_that_arrives_during_a_turn_is_answered_by_the_next(world: World) -> None:
    conversation = await world.begin(TOKEN)
    await world.say(TOKEN, "zwrot towaru")
    plans = await claim(world)
    await world.say(TOKEN, "zmiana hasła")
    await write(world, plans)
    await world.settle()
    assert [a for a, _, _ in await world.transcript(conversation)] == ["customer", "customer", "bot", "bot"]


async def test_a_turn_that_breaks_goes_to_a_person_and_its_neighbours_do_not_notice(world: World) -> None:
    healthy, broken = await world.begin(TOKEN), await world.begin("b" * 43)
    house = await world.worker.house(world.brand.id)
    look_up = house.look_up

    def breaks(question: MaskedText, language: Language, category: str | None) -> Found:
        if "popsuj" in question.text:
            raise ZeroDivisionError
        return look_up(question, language, category)

    world.worker.houses[world.brand.id] = (world.clock(), replace(house, look_up=breaks))
    await world.say("b" * 43, "popsuj")
    await world.say(TOKEN, "zwrot towaru")
    await world.settle()
    assert [kind for _, kind, _ in await world.transcript(broken)] == ["text", "handoff"]
    assert [kind for _, kind, _ in await world.transcript(healthy)] == ["text", "answer"]
    async with world.database.brand(world.brand.id) as connection:
        row = await (
            await connection.execute("select holder, reason from conversation where id = %s", (broken,))
        ).fetchone()
    assert row == ("queue", "broken")


async def from_app(world: World, event: str = "e1") -> None:
    """A message of a brand's own application."""
    body = orjson.dumps({"conversation": "room-1", "sender": "anna", "text": "ile mam czasu na zwrot towaru?"})
    await world.post("/hooks/webhook/hook", body, signed(world, body, event))


async def states(world: World) -> list[tuple[str, int]]:
    """The outbox: (state, attempts), in order."""
    async with world.database.brand(world.brand.id) as connection:
        rows = await connection.execute("select state, attempts from outbox order by message_id")
        return await rows.fetchall()


async def test_a_failure_that_may_pass_is_tried_again_with_the_same_key_and_in_order(world: World) -> None:
    await from_app(world)
    world.http.answers = [
        Answered(status=503, headers={"retry-after": "7"}, body=b""),
        Failed(reason="no connection", permanent=False),
        Unsure(reason="lost"),
    ]
    await world.settle()
    assert await states(world) == [("waiting", 1), ("waiting", 0)]  # the answer waits for the notice before it
    for _ in range(4):
        world.clock.move(10)
        await world.settle()
    assert await states(world) == [("sent", 4), ("sent", 1)]
    keys = [call.headers["idempotency-key"] for call in world.http.calls]
    assert keys[:4] == [keys[0]] * 4
    assert keys[4] != keys[0]


async def test_a_permanent_failure_ends_and_lets_the_next_message_go(world: World) -> None:
    await from_app(world)
    world.http.answers = [Answered(status=400, headers={}, body=b"")]
    await world.settle()
    assert await states(world) == [("failed", 1), ("sent", 1)]


async def test_a_sender_that_was_killed_is_repeated_because_the_channel_honours_our_key(world: World) -> None:
    await from_app(world)
    await world.worker.take_turns()
    async with world.database.shared() as connection:
        (dead,) = await outbox.claim_outbox(connection, limit=10, now=world.clock(), lease=timedelta(seconds=60))
    await world.settle()
    assert world.http.calls == []
    world.clock.move(61)
    await world.settle()
    assert await states(world) == [("sent", 2), ("sent", 1)]
    async with world.database.brand(world.brand.id) as connection:  # the dead one comes back and settles too late
        late = outbox.Settled(claimed=dead, state="failed", error="late")
        await outbox.settle(connection, [late], world.clock())
    assert await states(world) == [("sent", 2), ("sent", 1)]


async def test_rel_06_a_connection_lost_is_answered_503_and_nothing_accepted_is_lost(
    world: World, cluster: Cluster
) -> None:
    conversation = await world.begin(TOKEN)
    assert (await world.say(TOKEN, "zwrot towaru 1")).status == 200
    with psycopg.connect(world.urls.owner) as owner, psycopg.connect(cluster.server.superuser) as superuser:
        superuser.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'okienko_app' and datname = %s",
            (owner.info.dbname,),
        )
    event = uuid4()
    statuses: list[int] = []
    async with asyncio.timeout(20):
        while 200 not in statuses:
            statuses.append((await world.say(TOKEN, "zwrot towaru 2", event=event)).status)
    assert set(statuses) <= {200, 503}
    try:
        await world.settle()
    except DatabaseAway:
        await world.settle()
    texts = [text for author, _, text in await world.transcript(conversation) if author == "customer"]
    assert texts == ["zwrot towaru 1", "zwrot towaru 2"]


async def test_an_agents_words_leave_in_clear_through_a_called_channel_alone(world: World) -> None:
    await from_app(world)
    await world.settle()
    now, agent, written = world.clock(), StaffId(uuid4()), "Kurier: 501-234-567, proszę czekać"
    async with world.database.brand(world.brand.id) as connection:
        row = await (await connection.execute("select id, person_id from conversation")).fetchone()
        assert row is not None
        conversation, person = ConversationId(row[0]), PersonId(row[1])
        await connection.execute(
            "update conversation set holder = 'agent', agent_id = %s, version = version + 1", (agent,)
        )
        vault = await open_vault(connection, conversation)
        assert vault is not None
        assert vault.wrapped_key is not None
        findings = find(RawText(written))
        masked = render(RawText(written), findings, vault.numbers, world.keys, "pl")
        key = await open_person_key(world.keys, vault.wrapped_key, brand=world.brand.id, person=person)
        sealing = Sealing(key=key, brand=world.brand, person=person, now=now)
        outcome = await actions.reply(
            connection,
            conversation_id=conversation,
            staff_id=agent,
            message_id=new_id(now),
            once=b"once",
            text=masked.text,
            items=seal_values(masked.vaulted, sealing, conversation=conversation),
            forms=seal_forms(find_forms(RawText(written), findings, masked.text), sealing),
            now=now,
        )
    assert outcome == "done"
    await world.settle()
    assert orjson.loads(world.http.calls[-1].body)["text"] == written
    assert (await world.transcript(conversation))[-1][2] == "Kurier: [telefon], proszę czekać"


class Stumbling(Gate):
    """A look before sending that stumbles over one word."""

    def stop(
        self, text: MaskedText, hidden: Collection[bytes], *, quoted: Sequence[str] = (), language: Language
    ) -> MaskedText:
        if "potknięcie" in text.text:
            raise ZeroDivisionError
        return super().stop(text, hidden, quoted=quoted, language=language)


async def add_other_brand(world: World) -> Brand:
    """A second brand, whose application is reached elsewhere."""
    other = replace(world.brand, id=BrandId(UUID(int=6)), slug="drugi", name="Drugi")
    async with world.database.shared() as connection:
        await add_brand(connection, other, world.clock())
    async with world.database.brand(other.id) as connection:
        sealed = SealedDoor(
            id=ConnectionId("hook2"),
            brand_id=other.id,
            channel="webhook",
            secret=world.keys.wrap(SECRET, seal_bound("hook2")),
            reply_url="https://app.drugi.example/in",
        )
        await add_door(connection, sealed, world.clock())
    return other


async def test_a_brand_whose_messages_cannot_be_read_delays_no_other(world: World) -> None:
    other = await add_other_brand(world)
    for door in ("hook2", "hook"):
        body = orjson.dumps({"conversation": f"room of {door}", "sender": "anna", "text": "ile mam czasu na zwrot?"})
        assert (await world.post(f"/hooks/webhook/{door}", body, signed(world, body, door))).status == 200
    while await world.worker.take_turns():
        pass
    async with world.database.brand(other.id) as connection:  # its claims come first
        await connection.execute("update message set text = text || ' potknięcie' where author = 'bot'")
        await connection.execute("update outbox set due_at = due_at - interval '1 minute'")
    await replace(world.worker.sender, gate=Stumbling(world.keys)).send()
    assert {orjson.loads(call.body)["conversation"] for call in world.http.calls} == {"room of hook"}
    states = "select state, attempts, error, due_at > %s from outbox order by message_id limit 1"
    async with world.database.brand(other.id) as connection:
        row = await (await connection.execute(states, (world.clock(),))).fetchone()
    assert row == ("waiting", 1, "the message could not be read", True)
    world.clock.move(3)
    await world.worker.sender.send()
    assert "room of hook2" in {orjson.loads(call.body)["conversation"] for call in world.http.calls}


@dataclass
class Breaking:
    """The other side, reached through a tool that breaks."""

    calls: int = 0

    async def post(self, call: HttpCall) -> Answered | Failed | Unsure:
        self.calls += 1
        if self.calls == 1:
            raise ZeroDivisionError
        return Answered(status=200, headers={}, body=b"")


async def test_a_send_that_breaks_is_unsure_and_its_neighbours_are_sent(world: World) -> None:
    for room in ("one", "two"):
        body = orjson.dumps({"conversation": room, "sender": "anna", "text": "ile mam czasu na zwrot?"})
        await world.post("/hooks/webhook/hook", body, signed(world, body, room))
    while await world.worker.take_turns():
        pass
    await replace(world.worker.sender, http=Breaking()).send()
    async with world.database.brand(world.brand.id) as connection:
        rows = await (await connection.execute("select state, error from outbox where attempts > 0")).fetchall()
    assert sorted(rows, key=str) == [("sent", None), ("unsure", "the send broke")]
