"""Articles' vectors are made in the background, kept for everybody, and never waited for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

import pytest

from okienko.answers.index import Index, search
from okienko.answers.meaning import store
from okienko.answers.model.store import Outcome
from okienko.answers.shelf import Shelf
from okienko.answers.store import read_articles_version
from okienko.articles.store import import_articles
from okienko.database.urls import Urls
from okienko.embed import BATCH, REST, Local, Meaning, WaitingEncoder
from okienko.encoders import Vectors
from okienko.values import Language
from tests.meaning.conftest import Concepts, encode_concepts
from tests.road.conftest import ARTICLES, World, open_world

pytestmark = pytest.mark.anyio


@dataclass(slots=True, kw_only=True)
class Gated:
    """An encoder that waits until it is let go, and has nothing so many times before."""

    name: str = "concepts"
    languages: frozenset[Language] = frozenset({"pl"})
    leaves: bool = False
    open: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    failures: int = 0
    seen: list[str] = field(default_factory=list[str])

    async def encode(self, texts: Sequence[str], *, seconds: float) -> Vectors | Outcome:
        self.asked.set()
        await self.open.wait()
        if self.failures:
            self.failures -= 1
            return "down"
        self.seen.extend(texts)
        return encode_concepts(texts)


@pytest.fixture
async def world(database_urls: Urls) -> AsyncIterator[World]:
    """The road's world, whose brand has an encoder switched on."""
    async with open_world(database_urls) as world:
        async with world.database.brand(world.brand.id) as connection:
            await store.switch(connection, enabled=True, now=world.clock())
        yield world


def learn_from(world: World, encoder: WaitingEncoder, pauses: list[float] | None = None) -> Shelf:
    """A process's shelf."""

    async def pause(seconds: float) -> None:
        (pauses if pauses is not None else []).append(seconds)

    return Shelf(Meaning(encoder, world.database, world.keys, world.clock, seconds=1, pause=pause))


async def look(world: World, shelf: Shelf) -> Index:
    async with world.database.brand(world.brand.id) as connection:
        version = await read_articles_version(connection, world.brand.id)
    return await shelf.get(world.database, replace(world.brand, articles_version=version))


async def change(world: World, body: str) -> None:
    """Publishes the first article with other words."""
    async with world.database.brand(world.brand.id) as connection:
        await import_articles(connection, world.brand.id, [replace(ARTICLES[0], body=body)], now=world.clock())


async def test_words_answer_while_meaning_is_learnt(world: World) -> None:
    encoder = Gated()
    shelf = learn_from(world, encoder)
    index = await look(world, shelf)
    await encoder.asked.wait()
    assert not index.tables["pl"].complete
    assert [hit.article.id for hit in search(index, "zmiana hasła", language="pl")][:1] == ["zmiana-hasla"]
    encoder.open.set()
    await shelf.learnt()
    learnt = await look(world, shelf)
    assert learnt.tables["pl"].complete
    assert learnt.rankings is index.rankings


async def test_the_next_process_finds_what_is_kept(world: World) -> None:
    first = learn_from(world, Local(Concepts()))
    await look(world, first)
    await first.learnt()
    encoder = Concepts()
    index = await look(world, learn_from(world, Local(encoder)))
    assert index.tables["pl"].complete
    assert encoder.seen == []


async def test_only_what_has_changed_is_read_again_and_what_is_gone_is_dropped(world: World) -> None:
    encoder = Concepts()
    shelf = learn_from(world, Local(encoder))
    await look(world, shelf)
    await shelf.learnt()
    before = len(encoder.seen)
    assert before == 4
    await change(world, "Na zwrot towaru są dwa tygodnie.")
    await look(world, shelf)
    await shelf.learnt()
    assert encoder.seen[before:] == ["Zwrot towaru. Na zwrot towaru są dwa tygodnie."]
    async with world.database.brand(world.brand.id) as connection:
        assert await store.count_vectors(connection) == {"concepts": before}


async def test_a_newer_index_is_never_replaced_by_what_was_learnt_from_an_older_one(world: World) -> None:
    encoder = Gated()
    shelf = learn_from(world, encoder)
    await look(world, shelf)
    await encoder.asked.wait()
    await change(world, "Na zwrot towaru są dwa tygodnie.")
    newer = await look(world, shelf)
    encoder.open.set()
    await shelf.learnt()
    assert (await look(world, shelf)).rankings is newer.rankings
    assert "Zwrot towaru. Na zwrot towaru są dwa tygodnie." in encoder.seen


async def test_an_encoder_that_is_away_is_tried_again(world: World) -> None:
    encoder = Gated(failures=3)
    encoder.open.set()
    pauses: list[float] = []
    shelf = learn_from(world, encoder, pauses)
    await look(world, shelf)
    await shelf.learnt()
    assert pauses[:3] == [REST] * 3
    assert (await look(world, shelf)).tables["pl"].complete


async def test_two_processes_share_the_work(world: World) -> None:
    many = [replace(ARTICLES[0], id=f"a{nth}", title=f"Zwrot {nth}") for nth in range(2 * BATCH)]
    async with world.database.brand(world.brand.id) as connection:
        await import_articles(connection, world.brand.id, many, now=world.clock())
    encoders = [Gated(), Gated()]
    shelves = [learn_from(world, encoder) for encoder in encoders]
    for shelf, encoder in zip(shelves, encoders, strict=True):
        await look(world, shelf)
        encoder.open.set()
    for shelf in shelves:
        await shelf.learnt()
        assert (await look(world, shelf)).tables["pl"].complete


async def test_switched_off_there_is_nothing_but_words_at_once(world: World) -> None:
    encoder = Concepts()
    shelf = learn_from(world, Local(encoder))
    await look(world, shelf)
    await shelf.learnt()
    async with world.database.brand(world.brand.id) as connection:
        await store.switch(connection, enabled=False, now=world.clock())
    assert (await look(world, shelf)).tables == {}
    async with world.database.brand(world.brand.id) as connection:
        await store.switch(connection, enabled=True, now=world.clock())
    seen = len(encoder.seen)
    assert (await look(world, shelf)).tables["pl"].complete
    assert len(encoder.seen) == seen


async def test_another_encoder_begins_anew(world: World) -> None:
    for name in ("one", "two"):
        encoder = Concepts(name=name)
        shelf = learn_from(world, Local(encoder))
        await look(world, shelf)
        await shelf.learnt()
        assert len(encoder.seen) == 4
    async with world.database.brand(world.brand.id) as connection:
        assert await store.count_vectors(connection) == {"two": 4}


async def test_an_encoder_of_another_language_learns_nothing(world: World) -> None:
    encoder = Concepts(languages=frozenset({"en"}))
    shelf = learn_from(world, Local(encoder))
    assert (await look(world, shelf)).tables == {}
    await shelf.learnt()
    assert encoder.seen == []
