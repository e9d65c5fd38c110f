"""A brand's router: trained beside the desk when its examples change, swapped in, and named by what it decided."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from okienko.answers.meaning import store as meaning
from okienko.brands.store import add_categories
from okienko.database.pool import Database
from okienko.encoders.files import open_encoder
from okienko.routing import process, store
from okienko.routing.model import from_bytes
from okienko.routing.process import Reading
from okienko.routing.shelf import Routers
from okienko.routing.train import Example
from okienko.values import BrandId, ConversationId, MaskedText
from tests.encoders.test_own import make_weights, write_weights
from tests.road.conftest import World
from tests.road.test_way_in import TOKEN

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]

SAID = {
    "zwroty": ["chcę oddać {}", "zwrot za {}", "jak odesłać {}", "{} nie pasuje, oddaję", "odstąpienie od umowy: {}"],
    "dostawa": [
        "gdzie jest {}",
        "kiedy przyjdzie {}",
        "kurier nie przywiózł {}",
        "{} utknęło w drodze",
        "śledzenie {}",
    ],
}
THINGS = ("buty", "lampa", "krzesło", "kurtka", "rower", "książka")
EXAMPLES = {
    category: [MaskedText(said.format(thing)) for said in lines for thing in THINGS] for category, lines in SAID.items()
}


async def add(world: World, **categories: list[MaskedText]) -> int:
    """Adds examples; how many were new."""
    async with world.database.brand(world.brand.id) as connection:
        return sum(
            [
                await store.add_examples(
                    connection, texts, category=category, language="pl", staff=None, now=world.clock()
                )
                for category, texts in categories.items()
            ]
        )


async def read(database: Database, brand: BrandId) -> tuple[int, bytes | None]:
    async with database.brand(brand) as connection:
        return await store.read_router(connection, brand)


async def test_a_router_is_trained_once_for_what_there_is(world: World) -> None:
    assert await add(world, **EXAMPLES) == 60
    assert await process.teach(world.database, world.brand.id, world.clock)
    version, model = await read(world.database, world.brand.id)
    assert version == 1
    assert model is not None
    (guess,) = from_bytes(model).route(["kiedy przyjdzie moja szafa"])
    assert guess.intents[0] == "dostawa"
    world.clock.move(600)
    assert not await process.teach(world.database, world.brand.id, world.clock)


async def test_examples_count_once_and_new_ones_are_learnt_after_a_while(world: World) -> None:
    await add(world, **EXAMPLES)
    await process.teach(world.database, world.brand.id, world.clock)
    assert await add(world, zwroty=EXAMPLES["zwroty"]) == 0
    world.clock.move(600)
    assert not await process.teach(world.database, world.brand.id, world.clock)
    assert await add(world, dostawa=[MaskedText("paczkomat pełny")]) == 1
    assert await process.teach(world.database, world.brand.id, world.clock)
    assert await add(world, dostawa=[MaskedText("paczkomat zepsuty")]) == 1
    assert not await process.teach(world.database, world.brand.id, world.clock)  # so soon after
    world.clock.move(process.AGAIN.total_seconds())
    assert await process.teach(world.database, world.brand.id, world.clock)
    assert (await read(world.database, world.brand.id))[0] == 3


async def test_one_process_trains_and_the_others_leave_it_to_it(world: World) -> None:
    await add(world, **EXAMPLES)
    now = world.clock()
    async with world.database.brand(world.brand.id) as connection:
        claims = [
            await store.claim_training(connection, world.brand.id, now=now, until=now + timedelta(minutes=5))
            for _ in range(3)
        ]
    assert [claim is not None for claim in claims] == [True, False, False]
    world.clock.move(301)  # whoever took it on has died
    assert await process.teach(world.database, world.brand.id, world.clock)


async def test_what_changes_during_a_training_is_learnt_next(world: World) -> None:
    await add(world, **EXAMPLES)
    now = world.clock()
    async with world.database.brand(world.brand.id) as connection:
        task = await store.claim_training(connection, world.brand.id, now=now, until=now)
    assert task is not None
    await add(world, dostawa=[MaskedText("paczkomat pełny")])
    async with world.database.brand(world.brand.id) as connection:
        await store.save_router(
            connection, world.brand.id, None, task=task, examples=60, now=now, again=timedelta(minutes=1)
        )
    world.clock.move(61)
    assert await process.teach(world.database, world.brand.id, world.clock)


async def test_with_few_examples_there_is_no_router(world: World) -> None:
    await add(world, zwroty=EXAMPLES["zwroty"][:3], dostawa=EXAMPLES["dostawa"][:3])
    assert await process.teach(world.database, world.brand.id, world.clock)
    assert await read(world.database, world.brand.id) == (1, None)


async def test_an_older_format_is_trained_again(world: World) -> None:
    await add(world, **EXAMPLES)
    await process.teach(world.database, world.brand.id, world.clock)
    async with world.database.brand(world.brand.id) as connection:
        await connection.execute("update router set format = 0, model = 'older'")
    routers = Routers()
    routers.get(world.database, world.brand.id, 1)
    await routers.settle()
    assert routers.get(world.database, world.brand.id, 1).router is None
    world.clock.move(600)
    assert await process.teach(world.database, world.brand.id, world.clock)


async def test_a_new_router_is_swapped_in_and_nobody_waits(world: World) -> None:
    await add(world, **EXAMPLES)
    await process.teach(world.database, world.brand.id, world.clock)
    routers = Routers()
    assert routers.get(world.database, world.brand.id, 1).router is None
    await routers.settle()
    first = routers.get(world.database, world.brand.id, 1)
    assert first.version == 1
    assert first.router is not None
    await add(world, faktury=[MaskedText(f"proszę o fakturę na {thing}") for thing in THINGS * 2])
    world.clock.move(600)
    await process.teach(world.database, world.brand.id, world.clock)
    assert routers.get(world.database, world.brand.id, 2) is first
    await routers.settle()
    second = routers.get(world.database, world.brand.id, 2)
    assert second.version == 2
    assert second.router is not None
    assert "faktury" in second.router.intents


async def test_another_brand_sees_nothing_of_it(world: World) -> None:
    await add(world, **EXAMPLES)
    await process.teach(world.database, world.brand.id, world.clock)
    other = BrandId(uuid4())
    async with world.database.brand(other) as connection:
        assert await store.read_router(connection, world.brand.id) == (0, None)
        assert await store.read_examples(connection, world.brand.id) == []
        with pytest.raises(psycopg.Error):
            await store.add_examples(
                connection, [MaskedText("a")], category="a", language="pl", staff=None, now=world.clock()
            )


async def test_what_the_router_chose_is_kept_with_its_version(world: World) -> None:
    async with world.database.brand(world.brand.id) as connection:
        await add_categories(connection, [("dostawa", "pl", "Dostawa")])
    await add(world, **EXAMPLES)
    await world.worker.teach()
    conversation = await world.begin(TOKEN)
    await world.worker.house(world.brand.id)  # asks for the router, which is read meanwhile
    await world.worker.routers.settle()
    world.clock.move(1)
    await world.say(TOKEN, "kurier nie przywiózł lampa kurtka rower")
    await world.settle()
    assert await decided(world, conversation) == ("dostawa", 1, "no_answer")
    await world.say(TOKEN, "zwykłe słowa o niczym w ogóle")
    await world.settle()
    category, routed, _ = await decided(world, conversation)
    assert (category, routed) == ("dostawa", 1)


async def decided(world: World, conversation: ConversationId) -> tuple[str, int, str]:
    async with world.database.brand(world.brand.id) as connection:
        row = await (
            await connection.execute("select category, routed, reason from conversation where id = %s", (conversation,))
        ).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


async def test_an_empty_process_says_that_it_cannot() -> None:
    assert await process.train_apart([]) is None
    assert await process.train_apart([Example(text="a", intent="a")]) is None


async def test_a_brand_that_switches_its_encoder_on_or_off_is_taught_anew(world: World, tmp_path: Path) -> None:
    write_weights(tmp_path / "encoders" / "own", make_weights())
    encoder = open_encoder("own", tmp_path)
    reading = Reading(name=encoder.name, kind="own", data=tmp_path)
    await add(world, **EXAMPLES)
    assert await process.teach(world.database, world.brand.id, world.clock, reading)
    for enabled in (True, False):
        async with world.database.brand(world.brand.id) as connection:
            await meaning.switch(connection, enabled=enabled, now=world.clock())
        world.clock.move(600)
        assert await process.teach(world.database, world.brand.id, world.clock, reading)
        _, model = await read(world.database, world.brand.id)
        assert model is not None
        router = from_bytes(model)
        assert router.reads_with(None) is not enabled
        assert router.route(["kiedy przyjdzie moja szafa"], encoder)[0].intents[0] == "dostawa"
        world.clock.move(600)
        assert not await process.teach(world.database, world.brand.id, world.clock, reading)
