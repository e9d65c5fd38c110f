"""Turns with an encoder: what is meant is answered; whatever becomes of the encoder, words answer, nothing leaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from okienko.answers.meaning import store
from okienko.answers.model.store import count_outcomes
from okienko.answers.shelf import Shelf
from okienko.database.urls import Urls
from okienko.embed import FAILURES, Local, Meaning, Remote, Server, WaitingEncoder
from okienko.http import Client
from okienko.values import ConversationId
from tests.meaning.conftest import Concepts, VectorServer
from tests.road.conftest import ARTICLES, World, open_world
from tests.road.test_way_in import TOKEN

pytestmark = pytest.mark.anyio

MEANT = "rozmyśliłem się"  # no word of any article
WORDS = "zwrot towaru"
KEY = "sk-secret-of-the-operator"
QUOTE = ("bot", "answer", ARTICLES[0].body)
Listen = Callable[..., Meaning]


@pytest.fixture
async def world(database_urls: Urls) -> AsyncIterator[World]:
    async with open_world(database_urls) as world:
        async with world.database.brand(world.brand.id) as connection:
            await store.switch(connection, enabled=True, now=world.clock())
        yield world
        world.worker.shelf.close()


async def give(world: World, encoder: WaitingEncoder, *, seconds: float = 5.0) -> None:
    """Has the worker use an encoder, which has read all articles."""

    async def at_once(_: float) -> None:
        await asyncio.sleep(0)

    meaning = Meaning(encoder, world.database, world.keys, world.clock, seconds=seconds, pause=at_once)
    world.worker.meaning = meaning
    world.worker.shelf = Shelf(meaning)
    world.worker.houses.clear()
    await world.worker.house(world.brand.id)
    await world.worker.shelf.learnt()
    world.worker.houses.clear()


def remote(vectors: VectorServer, http: Client, behaviour: str = "honest") -> Remote:
    return Remote(Server(url=f"{vectors.address}/{behaviour}/v1", name="concepts", key=KEY), http)


@pytest.fixture
async def http() -> AsyncIterator[Client]:
    async with Client() as http:
        yield http


async def ask(world: World, text: str, token: str = TOKEN, language: str = "pl") -> list[tuple[str, str, str]]:
    """What the bot says to it."""
    conversation = await world.begin(token, language)
    await world.say(token, text)
    await world.settle()
    return [row for row in await world.transcript(ConversationId(conversation)) if row[0] == "bot"]


async def calls(world: World) -> dict[str, int]:
    async with world.database.brand(world.brand.id) as connection:
        return await count_outcomes(connection, purpose="meaning", since=world.clock())


async def test_what_is_meant_is_answered(world: World) -> None:
    assert QUOTE not in await ask(world, MEANT, token="before" * 8)
    await give(world, Local(Concepts()))
    assert await ask(world, MEANT) == [QUOTE]
    assert await calls(world) == {}, "what stays in the process is no call"


async def test_a_server_is_asked_with_masked_words_and_recorded_without_them(
    world: World, vectors: VectorServer, http: Client
) -> None:
    await give(world, remote(vectors, http))
    learnt = len(vectors.texts)
    assert set(vectors.texts) == {"Zwrot towaru", "Zmiana hasła"} | {f"{one.title}. {one.body}" for one in ARTICLES}
    said = await ask(world, f"{MEANT}. jan.kowalski@poczta.example, tel. 501 234 567, mam na imię Bożydar")
    assert said == [QUOTE]
    sent = " ".join(vectors.texts[learnt:])
    assert "rozmyśliłem" in sent
    for needle in ("kowalski", "501", "Bożydar", "[", "poczta"):
        assert needle not in sent
    assert all(f"Bearer {KEY}" in head for head in vectors.heads)
    assert await calls(world) == {"used": 1}
    async with world.database.brand(world.brand.id) as connection:
        rows: list[Any] = await (await connection.execute("select * from model_call")).fetchall()
    assert "rozmyśliłem" not in str(rows)


async def test_what_the_vault_hides_does_not_leave_by_another_door(
    world: World, vectors: VectorServer, http: Client
) -> None:
    await give(world, remote(vectors, http))
    await world.begin(TOKEN)
    await world.say(TOKEN, "nazywam się Bożydar Kowalczyk, mój login to kwiatuszek77")
    await world.settle()
    learnt = len(vectors.texts)
    for text in ("kwiatuszek77 nie działa, gdzie jest zwrot i jak zmienić hasło", "bozydar kowalczyk: rozmyśliłem się"):
        await world.say(TOKEN, text)
        await world.settle()
    sent = " ".join(vectors.texts[learnt:]).lower()
    assert "rozmyśliłem" in sent
    assert "zwrot" in sent
    for needle in ("kwiatuszek", "bozydar", "kowalczyk"):
        assert needle not in sent


@pytest.mark.parametrize(
    ("behaviour", "outcome"), [("slow", "slow"), ("error", "down"), ("garbage", "garbled"), ("wide", "used")]
)
async def test_whatever_the_server_does_words_answer(
    world: World, vectors: VectorServer, http: Client, behaviour: str, outcome: str
) -> None:
    await give(world, Local(Concepts()))
    encoder = remote(vectors, http, behaviour)
    world.worker.meaning = Meaning(encoder, world.database, world.keys, world.clock, seconds=0.1)
    assert await ask(world, WORDS) == [QUOTE]
    assert QUOTE not in await ask(world, MEANT, token="other" * 8)
    assert await calls(world) == {outcome: 2}


async def test_a_server_that_is_not_there_is_left_alone_for_a_while(
    world: World, vectors: VectorServer, http: Client
) -> None:
    await give(world, Local(Concepts()))
    world.worker.meaning = Meaning(remote(vectors, http, "error"), world.database, world.keys, world.clock, seconds=1)
    for nth in range(FAILURES + 2):
        assert await ask(world, WORDS, token=f"visitor-{nth}" * 5) == [QUOTE]
    assert len(vectors.bodies) == FAILURES


async def test_an_encoder_that_breaks_harms_nobody(world: World) -> None:
    await give(world, Local(Concepts()))

    class Broken(Concepts):
        def encode(self, texts: object) -> Any:
            raise ZeroDivisionError

    world.worker.meaning = Meaning(Local(Broken()), world.database, world.keys, world.clock, seconds=1)
    assert await ask(world, WORDS) == [QUOTE]


async def test_words_about_health_do_not_leave(world: World, vectors: VectorServer, http: Client) -> None:
    await give(world, remote(vectors, http))
    learnt = len(vectors.bodies)
    await ask(world, "mam raka i chemioterapię, chcę oddać paczkę")
    assert len(vectors.bodies) == learnt
    assert await calls(world) == {}


async def test_another_language_is_not_the_encoders(world: World) -> None:
    encoder = Concepts()
    await give(world, Local(encoder))
    learnt = len(encoder.seen)
    await ask(world, "I would like to send this back please", language="en")
    await ask(world, "what is the way to return it", token="other" * 8)
    assert len(encoder.seen) == learnt


async def test_nobody_is_asked_where_no_brand_wants_it(world: World) -> None:
    async with world.database.brand(world.brand.id) as connection:
        await store.switch(connection, enabled=False, now=world.clock())
    encoder = Concepts()
    await give(world, Local(encoder))
    assert await ask(world, WORDS) == [QUOTE]
    assert encoder.seen == []


async def test_what_waits_for_a_person_is_not_read(world: World) -> None:
    encoder = Concepts()
    await give(world, Local(encoder))
    learnt = len(encoder.seen)
    await ask(world, "chcę rozmawiać z człowiekiem")
    asked = len(encoder.seen)
    await world.say(TOKEN, MEANT)
    await world.settle()
    assert len(encoder.seen) == asked >= learnt


async def test_articles_are_read_before_anybody_asks(world: World) -> None:
    encoder = Concepts()
    meaning = Meaning(Local(encoder), world.database, world.keys, world.clock, seconds=5)
    world.worker.meaning, world.worker.shelf = meaning, Shelf(meaning)
    await world.worker.read_articles()
    await world.worker.shelf.learnt()
    assert len(encoder.seen) == 4
