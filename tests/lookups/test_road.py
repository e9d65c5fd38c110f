"""A scenario looks something up: in a table and at an address, with proof and without, and when a source is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, LiteralString
from uuid import UUID

import pytest

from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.facts import Facts, import_table
from okienko.http import Answered
from okienko.identity.store import note_code
from okienko.lookups import store as lookups
from okienko.lookups.source import FAILURES, Proof, Source
from okienko.lookups.table import read_table
from okienko.lookups.vault import seal_secret
from okienko.scenarios import store
from okienko.scenarios.publish import publish
from okienko.values import ConversationId, Failed, PersonId
from tests.road.conftest import World, open_world

pytestmark = pytest.mark.anyio

ANN: Final = "ann-" + "a" * 40
BOB: Final = "bob-" + "b" * 40
FILE: Final = """
scenario: order
name: {pl: Zamówienie}
triggers: {examples: {pl: [gdzie jest moje zamówienie]}}
steps:
  - step: number
    ask: order_number
    save: order
    like: KR-####-###
    say: {pl: "Numer?"}
  - step: look
    look_up: orders
    with: {number: order}
    save: {state: state, day: day}
    missing: unknown
    away: away
  - {step: told, say: {pl: "Stan: {state}, {day}."}}
  - {step: done, end: solved}
  - {step: unknown, say: {pl: "Nie ma {order}."}, go: number}
  - {step: away, hand_off: {}, say: {pl: Nie da się sprawdzić.}}
"""
SECOND: Final = FILE.replace(
    "  - step: look\n",
    "  - {step: digits, ask: order_number, like: '####', save: digits, say: {pl: 'Końcówka?'}}\n  - step: look\n",
).replace("{number: order}", "{number: order, phone: digits}")
ORDERS: Final = "number,phone,mail,state,day\nKR-2026-118,2041,ann@poczta.example,wysłane,piątek\n"


@dataclass(slots=True)
class Shop:
    """The brand's own system: answers what it is told to, or not at all."""

    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list[tuple[str, Mapping[str, str]]])
    answer: Answered | Failed | None = None  # None: it never answers

    async def get(self, address: str, *, most_bytes: int, headers: Mapping[str, str]) -> Answered | Failed:
        assert most_bytes <= 100_000
        self.asked.append((address, headers))
        if self.answer is None:
            await asyncio.Event().wait()
        assert self.answer is not None
        return self.answer


@pytest.fixture
async def world(database_urls: Urls) -> AsyncIterator[World]:
    async with open_world(database_urls) as world:
        yield world


async def _publish(world: World, body: str = FILE) -> None:
    now = world.clock()
    async with world.database.brand(world.brand.id) as connection:
        await store.save(connection, world.brand.id, "order", body, base=None, staff_id=None, now=now)
        (version,) = await store.read_versions(connection, world.brand.id, "order")
        assert await publish(connection, world.brand, version, publication=new_id(now), staff_id=None, now=now)
    world.clock.move(1)


async def _load(world: World, text: str, *needs: str, proof: Proof = "none", owner: str | None = None) -> None:
    table = read_table(text, needs, owner=owner)
    source = Source(id="orders", kind="table", proof=proof, needs=table.needs, gives=table.gives)
    async with world.database.brand(world.brand.id) as connection:
        await import_table(connection, world.keys, world.brand, source, table, now=world.clock())


def _open(world: World, shop: Shop | None = None) -> None:
    world.worker.facts = Facts(
        database=world.database,
        keys=world.keys,
        clock=world.clock,
        sources=shop,
        hosts=("api.shop.example:443",),
    )


async def _ask(world: World, *texts: str, token: str = ANN) -> None:
    for text in texts:
        said = await world.say(token, text)
        assert said.status == 200
        await world.settle()
        await world.worker.phrased()
        await world.settle()
        world.clock.move(1)


async def _last(world: World, conversation: ConversationId) -> str:
    *_, (_, _, text) = await world.transcript(conversation)
    return text


async def _rows(world: World, sql: LiteralString) -> list[tuple[Any, ...]]:
    async with world.database.brand(world.brand.id) as connection:
        return await (await connection.execute(sql)).fetchall()


async def test_a_table_answers_and_what_was_asked_is_on_record_without_its_value(world: World) -> None:
    await _load(world, "number,state,day\nKR-2026-118,wysłane,piątek\n", "number")
    await _publish(world)
    _open(world)
    conversation = await world.begin(ANN)
    await _ask(world, "gdzie jest moje zamówienie", "kr-2026-118")
    assert await _last(world, conversation) == "Stan: wysłane, piątek."
    assert await _rows(world, "select source_id, names, outcome from lookup_use") == [("orders", ["number"], "found")]
    assert "118" not in str(await _rows(world, "select * from lookup_row"))
    await _ask(world, "gdzie jest moje zamówienie", "KR-2026-777")
    assert [text for _, _, text in (await world.transcript(conversation))[-2:]] == ["Nie ma KR-2026-777.", "Numer?"]


async def test_no_source_or_one_that_is_old_is_away(world: World) -> None:
    await _publish(world)
    conversation = await world.begin(ANN)
    await _ask(world, "gdzie jest moje zamówienie", "KR-2026-118")
    assert "Nie da się sprawdzić." in str(await world.transcript(conversation))
    await _load(world, "number,state,day\nKR-2026-118,wysłane,piątek\n", "number")
    _open(world)
    world.clock.move(31 * 86_400)
    bob = await world.begin(BOB)
    await _ask(world, "gdzie jest moje zamówienie", "KR-2026-118", token=BOB)
    assert "Nie da się sprawdzić." in str(await world.transcript(bob))
    assert await _rows(world, "select why from lookup_source") == [("old",)]
    await world.worker.keep_house()
    assert await _rows(world, "select * from lookup_row") == []


async def test_an_import_replaces_all_or_nothing(world: World) -> None:
    await _load(world, "number,state\nA-1,x\nA-2,y\n", "number")
    await _load(world, "number,state\nA-3,z\n", "number")
    assert await _rows(world, "select answers from lookup_row") == [(["z"],)]
    with pytest.raises(Exception, match="line 3: this is not one e-mail address"):
        await _load(world, "number,mail,state\nA-1,a@b.example,x\nA-2,b,x\n", "number", owner="mail")
    assert await _rows(world, "select answers from lookup_row") == [(["z"],)]


async def test_what_a_table_says_is_masked(world: World) -> None:
    await _load(world, "number,state,day\nKR-2026-118,dla jan.wilk@poczta.example,600 100 200\n", "number")
    await _publish(world)
    _open(world)
    conversation = await world.begin(ANN)
    await _ask(world, "gdzie jest moje zamówienie", "kr-2026-118")
    assert "wilk" not in str(await _rows(world, "select answers from lookup_row"))
    assert "[e-mail]" in await _last(world, conversation)
    assert "600" not in await _last(world, conversation)


async def _name(world: World, shop: Shop, **changes: Any) -> None:
    source = Source(
        id="orders",
        kind="https",
        proof="none",
        needs=("number",),
        gives=("state", "day"),
        url="https://api.shop.example/orders/{number}",
        paths=("state", "parcel.day"),
        header="Authorization",
        secret=seal_secret(world.keys, "Bearer s3cr3t", brand=world.brand.id, source="orders"),
    )
    async with world.database.brand(world.brand.id) as connection:
        await lookups.save_source(connection, replace(source, **changes), world.clock())
    _open(world, shop)


def _says(body: str, status: int = 200) -> Answered:
    return Answered(status=status, headers={}, body=body.encode())


async def test_an_address_is_asked_with_the_number_and_the_secret_alone(world: World) -> None:
    shop = Shop(answer=_says('{"state": "wysłane", "parcel": {"day": "piątek"}}'))
    await _name(world, shop)
    await _publish(world)
    conversation = await world.begin(ANN)
    await _ask(world, "gdzie jest moje zamówienie", "to KR-2026-118, jestem Anna Wilga, anna@poczta.example")
    assert await _last(world, conversation) == "Stan: wysłane, piątek."
    ((address, headers),) = shop.asked
    assert address == "https://api.shop.example/orders/KR-2026-118"
    assert headers["Authorization"] == "Bearer s3cr3t"
    assert "s3cr3t" not in str(await _rows(world, "select * from lookup_source"))


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Failed(reason="no", permanent=False), "no_answer"),
        (_says("{}", 500), "status"),
        (_says("", 301), "status"),
        (_says("<html>"), "no_json"),
        (None, "slow"),
    ],
)
async def test_a_source_that_fails_is_away_and_rests_after_some_times(
    world: World, answer: Answered | Failed | None, why: str
) -> None:
    shop = Shop(answer=answer)
    await _name(world, shop, seconds=0.5)
    await _publish(world)
    conversation = await world.begin(ANN)
    await _ask(world, "gdzie jest moje zamówienie", "KR-2026-118")
    assert "Nie da się sprawdzić." in str(await world.transcript(conversation))
    assert await _rows(world, "select failures, why from lookup_source") == [(1, why)]
    async with world.database.brand(world.brand.id) as connection:
        source = await lookups.read_source(connection, "orders")
        assert source is not None
        await lookups.note_health(connection, replace(source, failures=FAILURES - 1))
    for token in (BOB, "eve-" + "e" * 40):
        await world.begin(token)
        await _ask(world, "gdzie jest moje zamówienie", "KR-2026-118", token=token)
    assert len(shop.asked) == 2
    assert sorted(await _rows(world, "select outcome from lookup_use")) == [("away",), ("away",), ("refused",)]


async def test_sec_07_a_host_that_the_operator_has_not_named_is_not_asked(world: World) -> None:
    shop = Shop(answer=_says("{}"))
    await _name(world, shop, url="https://10.0.0.1/orders/{number}")
    await _publish(world)
    await world.begin(ANN)
    await _ask(world, "gdzie jest moje zamówienie", "KR-2026-118")
    assert shop.asked == []
    assert await _rows(world, "select why from lookup_source") == [("not_allowed",)]


async def test_nothing_there_is_said_to_be_missing(world: World) -> None:
    await _name(world, Shop(answer=_says("", 404)))
    await _publish(world)
    conversation = await world.begin(ANN)
    await _ask(world, "gdzie jest moje zamówienie", "KR-2026-118")
    assert "Nie ma KR-2026-118." in str(await world.transcript(conversation))


async def test_two_facts_about_an_order_prove_that_one_knows_it_and_guessing_ends(world: World) -> None:
    await _load(world, ORDERS, "number", "phone", proof="order", owner="mail")
    await _publish(world, SECOND)
    _open(world)
    conversation = await world.begin(ANN)
    await _ask(world, "gdzie jest moje zamówienie", "KR-2026-118", "2041")
    assert await _last(world, conversation) == "Stan: wysłane, piątek."
    assert await _rows(world, "select level, staff_id from verification") == [("order", None)]
    for place in range(5):
        token = f"guess{place}-" + "g" * 40
        await world.begin(token)
        await _ask(world, "gdzie jest moje zamówienie", "KR-2026-118", "1111", token=token)
    last = await world.begin(BOB)
    await _ask(world, "gdzie jest moje zamówienie", "KR-2026-118", "2041", token=BOB)
    assert "Nie da się sprawdzić." in str(await world.transcript(last))
    outcomes = [outcome for (outcome,) in await _rows(world, "select outcome from lookup_use order by id")]
    assert outcomes == ["found", *["missing"] * 5, "refused"]


async def test_one_conversation_asks_so_often_and_no_more(world: World) -> None:
    await _load(world, "number,state,day\nKR-2026-118,wysłane,piątek\n", "number")
    await _publish(world)
    _open(world)
    await world.begin(ANN)
    await _ask(world, "gdzie jest moje zamówienie", *(f"KR-2026-{number}" for number in range(200, 221)))
    outcomes = [outcome for (outcome,) in await _rows(world, "select outcome from lookup_use order by id")]
    assert outcomes == ["missing"] * 20 + ["refused"]


async def _prove(world: World, conversation: ConversationId, address: str) -> None:
    """As if the code to this address had been entered in the window."""
    now = world.clock()
    person = PersonId(UUID(int=77))
    async with world.database.brand(world.brand.id) as connection:
        await connection.execute(
            "insert into person (brand_id, id, created_at) values (current_brand(), %s, %s)", (person, now)
        )
        await connection.execute(
            """insert into identity
              (brand_id, person_id, id, kind, lookup, sealed, created_at, verified_at, verified_by)
            values (current_brand(), %s, %s, 'email', %s, 'x', %s, %s, 'import')""",
            (person, new_id(now), world.keys.lookup("EMAIL_ADDRESS", address), now, now),
        )
        await note_code(connection, conversation, person, now=now)


@pytest.mark.parametrize(
    ("address", "says"),
    [("ann@poczta.example", "Stan: wysłane, piątek."), ("eve@poczta.example", "Nie ma KR-2026-118.")],
)
async def test_what_is_personal_is_told_only_to_whom_it_is_about(world: World, address: str, says: str) -> None:
    world.worker.post = object()  # pyright: ignore[reportAttributeAccessIssue] - there is a mail server; nothing is sent
    await _load(world, ORDERS.replace("phone,", "").replace("2041,", ""), "number", proof="code", owner="mail")
    await _publish(world)
    _open(world)
    conversation = await world.begin(ANN)
    await _ask(world, "gdzie jest moje zamówienie", "KR-2026-118")
    assert "Zanim to sprawdzimy" in await _last(world, conversation)
    assert await _rows(world, "select holder, reason from conversation") == [("bot", "code_asked")]
    assert await _rows(world, "select step from scenario_run") == [("look",)]
    await _prove(world, conversation, address)
    await _ask(world, "już")
    assert says in str(await world.transcript(conversation))
    assert await _rows(world, "select holder from conversation") == [("bot",)]


async def test_whoever_skips_the_code_gets_a_person_and_no_fact(world: World) -> None:
    world.worker.post = object()  # pyright: ignore[reportAttributeAccessIssue]
    await _load(world, ORDERS.replace("phone,", "").replace("2041,", ""), "number", proof="code", owner="mail")
    await _publish(world)
    _open(world)
    conversation = await world.begin(ANN)
    await _ask(world, "gdzie jest moje zamówienie", "KR-2026-118", "nie mam do niego dostępu")
    assert "wysłane" not in str(await world.transcript(conversation))
    assert await _rows(world, "select holder, reason from conversation") == [("queue", "code_skipped")]
    assert await _rows(world, "select * from scenario_run") == []


async def test_other_conversations_do_not_wait_for_a_slow_source(world: World) -> None:
    shop = Shop()
    await _name(world, shop, seconds=5)
    await _publish(world)
    ann, bob = await world.begin(ANN), await world.begin(BOB)
    await _ask(world, "gdzie jest moje zamówienie")
    await world.say(ANN, "KR-2026-118")
    await world.settle()
    await world.say(BOB, "jak zmienić hasło")
    await world.settle()
    assert "Hasło do konta" in await _last(world, bob)
    assert await _last(world, ann) == "KR-2026-118"
    shop.answer = _says("{}", 404)
    for task in tuple(world.worker.asking):
        task.cancel()
    await asyncio.gather(*world.worker.asking, return_exceptions=True)
    world.clock.move(11)  # the lease is over: another worker takes the turn
    await world.settle()
    await world.worker.phrased()
    assert "Nie ma KR-2026-118." in str(await world.transcript(ann))
