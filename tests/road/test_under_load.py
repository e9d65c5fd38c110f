"""When the lanes lag: answers slow down, then 503 says when to come back; and nothing is said about anybody in logs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import uuid4

import orjson
import psycopg
import pytest
import structlog

from okienko import log
from okienko.channels.webchat.limit import MessageLimit
from okienko.receive import Admission, Reception, admit
from tests.road.conftest import World
from tests.road.test_way_in import PLANTED, TOKEN, signed

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("waiting", "seconds", "expected"),
    [
        (0, 0.0, Admission()),
        (10_000, 1.9, Admission()),
        (1, 86_400.0, Admission()),  # one forgotten lane, no load
        (200, 4.0, Admission(pause=0.5)),
        (10_000, 7.0, Admission(pause=1.0)),
        (1000, 9.0, Admission(come_back=4)),
        (10_000, 600.0, Admission(come_back=30)),
    ],
)
def test_admission(waiting: int, seconds: float, expected: Admission) -> None:
    assert admit(waiting, seconds) == expected


async def test_a_desk_that_cannot_keep_up_says_when_to_come_back_and_keeps_what_it_took(world: World) -> None:
    conversation = await world.begin(TOKEN)
    assert (await world.say(TOKEN, "zwrot towaru")).status == 200
    with psycopg.connect(world.urls.owner) as owner:
        owner.execute("select set_config('okienko.brand', %s, false)", (str(world.brand.id),))
        owner.execute(
            """
            with people as (
              insert into okienko.person (brand_id, id, created_at)
              select %(brand)s, gen_random_uuid(), %(now)s from generate_series(1, 1000) returning id
            ), talks as (
              insert into okienko.conversation
                (brand_id, id, person_id, connection_id, channel, reference, language, updated_at, created_at)
              select %(brand)s, id, id, 'chat', 'webchat', id::text, 'pl', %(now)s, %(now)s from people returning id
            )
            insert into okienko.lane (brand_id, conversation_id, arrived, waiting_since, lease_until)
            select %(brand)s, id, 1, %(now)s, 'infinity' from talks
            """,
            {"brand": world.brand.id, "now": world.clock()},
        )
    world.clock.move(10)
    await world.reception.look()
    refused = await world.say(TOKEN, "halo")
    assert (refused.status, refused.headers["retry-after"]) == (503, "5")
    await world.settle()
    assert [kind for _, kind, _ in await world.transcript(conversation)] == ["text", "answer"]
    with psycopg.connect(world.urls.owner) as owner:
        owner.execute("select set_config('okienko.brand', %s, false)", (str(world.brand.id),))
        owner.execute("update okienko.lane set answered = arrived")
    await world.reception.look()
    assert (await world.say(TOKEN, "halo")).status == 200


async def test_a_visitor_who_writes_too_much_is_told_when_to_try_again(world: World) -> None:
    limit = MessageLimit(per_minute=2, per_day=3)
    reception = Reception(world.database, world.directory, world.keys, world.clock, lambda: None, limit=limit)
    running = asyncio.create_task(reception.run())
    limited = replace(world, reception=reception)
    conversation = await limited.begin(TOKEN)
    shown = orjson.dumps({"id": str(uuid4()), "kind": "text", "text": "jan@poczta.example", "seen": []})
    headers = {"authorization": f"Bearer {TOKEN}"}
    assert (await limited.post("/hooks/webchat/chat", shown, headers)).status == 409  # looking counts
    assert (await limited.say(TOKEN, "raz")).status == 200
    refused = await limited.say(TOKEN, "dwa")
    assert (refused.status, refused.headers["retry-after"]) == (429, "60")
    await limited.begin("o" * 43)
    assert (await limited.say("o" * 43, "ktoś inny")).status == 200
    world.clock.move(60)
    assert (await limited.say(TOKEN, "trzy")).status == 200
    refused = await limited.say(TOKEN, "cztery")
    assert (refused.status, refused.headers["retry-after"]) == (429, str(24 * 3600 - 60))
    assert [text for _, _, text in await limited.transcript(conversation)] == ["raz", "trzy"]
    for number in range(4):  # a brand's own application speaks for many
        body = orjson.dumps({"conversation": "room", "sender": "anna", "text": "zwrot"})
        answer = await limited.post("/hooks/webhook/hook", body, signed(world, body, f"e{number}"))
        assert answer.status == 200
    running.cancel()


async def test_prv_17_nothing_planted_is_found_in_logs_or_outgoing_requests(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure()
    try:
        for number, value in enumerate(PLANTED):
            text = f"zwrot towaru, moje dane to {value} proszę o pomoc"
            body = orjson.dumps({"conversation": f"pokój {value}", "sender": value, "text": text})
            await world.post("/hooks/webhook/hook", body, signed(world, body, f"{value}:{number}"))
            await world.post("/hooks/webhook/hook", body + b"!", signed(world, body, "forged"))
            broken = orjson.dumps({"conversation": value, "sender": 7, "text": text})
            await world.post("/hooks/webhook/hook", broken, signed(world, broken, f"broken:{number}"))
        structlog.get_logger().error("planted", error="kept", text=PLANTED[0], person=PLANTED[1])
        await world.settle()
    finally:
        structlog.reset_defaults()
    logged = capsys.readouterr().err
    assert '"error": "kept"' in logged  # the probe sees what is there
    sent = b"".join(call.body + repr((call.url, dict(call.headers))).encode() for call in world.http.calls).decode()
    assert "zwrot-towaru" in sent
    told = orjson.loads(world.http.calls[0].body)["conversation"]  # the vendor's own id goes back to the vendor alone
    assert told == f"pokój {PLANTED[0]}"
    for value in PLANTED:
        assert value not in logged
        assert value not in sent.replace(f"pokój {value}", "")
