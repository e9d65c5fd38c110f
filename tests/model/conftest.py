"""A model server that means harm, and a world whose worker asks it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from okienko.answers.model import store
from okienko.database.urls import Urls
from okienko.evaluation.adversarial.process import run_hostile
from okienko.http import Client
from okienko.phrase import Model, Phraser
from tests.road.conftest import World, open_world

KEY = "sk-secret-of-the-operator"
BUDGET = 1_000_000


@pytest.fixture(scope="session")
def hostile() -> Iterator[str]:
    """Where it listens; the behaviour is the next part of the address."""
    with run_hostile() as address:
        yield address


@pytest.fixture
async def world(database_urls: Urls) -> AsyncIterator[World]:
    """The road's world, with the model switched on for its brand."""
    async with open_world(database_urls) as world:
        async with world.database.brand(world.brand.id) as connection:
            await store.switch_on(connection, budget=BUDGET, now=world.clock())
        yield world


Behave = Callable[..., Phraser]


@pytest.fixture
async def behave(world: World, hostile: str) -> AsyncIterator[Behave]:
    """Has the worker ask a model of this behaviour from now on."""
    async with Client() as http:

        def choose(behaviour: str, *, seconds: float = 1.0, address: str = hostile) -> Phraser:
            model = Model(url=f"{address}/{behaviour}/v1", name="invented-1", key=KEY, seconds=seconds)
            world.worker.phraser = Phraser(model, world.database, http, world.keys, world.clock)
            return world.worker.phraser

        yield choose
