"""A worker that dies at any moment of any turn of any ready scenario: no answer is lost, nothing is asked twice."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final
from uuid import uuid4

import pytest

from okienko.brands.store import add_categories
from okienko.database.ids import new_id
from okienko.database.pool import LONGEST, LONGEST_WORK, Connection, Database
from okienko.scenarios import store
from okienko.scenarios.files import read_library, read_texts
from okienko.scenarios.publish import publish
from okienko.scenarios.scenario import Dialogue, Scenario
from okienko.scenarios.shelf import Scenarios
from okienko.values import ConversationId, Language
from okienko.work import LEASE, Worker
from tests.road.conftest import World

LANGUAGES: Final[tuple[Language, ...]] = ("pl", "en")

# A turn is four transactions: lanes are claimed, conversations read, versions of scenarios read where they are not
# known, the plan written. Each is left before its commit and after it.
MOMENTS: Final = tuple((transaction, committed) for transaction in (1, 2, 3, 4) for committed in (False, True))


class Killed(Exception):
    """The process has ended here."""


class Dying(Database):
    """A database whose user dies in its `last` transaction: before the commit, or right after it."""

    def __init__(self, alive: Database, last: int, *, committed: bool) -> None:
        self.alive = alive
        self.left = last
        self.committed = committed
        self.died = False

    @asynccontextmanager
    async def shared(self, *, longest: float = LONGEST) -> AsyncGenerator[Connection]:
        async with self.alive.shared(longest=longest) as connection:
            yield connection
            self._pass()
        self._end()

    @asynccontextmanager
    async def pipeline(self) -> AsyncGenerator[Connection]:
        async with self.alive.pipeline() as connection:
            yield connection
            self._pass()
        self._end()

    def _pass(self) -> None:
        self.left -= 1
        if self.left == 0 and not self.committed:
            self.died = True
            raise Killed

    def _end(self) -> None:
        if self.left == 0:
            self.died = True
            raise Killed


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One example dialogue of a ready scenario, held in a conversation."""

    scenario: str
    name: str
    dialogue: Dialogue
    token: str
    conversation: ConversationId


async def publish_body(world: World, name: str, body: str) -> None:
    """Lets this text of a scenario run."""
    now = world.clock()
    async with world.database.brand(world.brand.id, longest=LONGEST_WORK) as connection:
        versions = await store.read_versions(connection, world.brand.id, name)
        base = (versions[0].version, versions[0].edits) if versions else None
        assert await store.save(connection, world.brand.id, name, body, base=base, staff_id=None, now=now)
        version, *_ = await store.read_versions(connection, world.brand.id, name)
        assert await publish(connection, world.brand, version, publication=new_id(now), staff_id=None, now=now)
    world.clock.move(1)


async def add_library_categories(world: World) -> None:
    """Has the brand have what ready scenarios belong to."""
    categories = sorted({scenario.category for scenario in read_library() if scenario.category is not None})
    async with world.database.brand(world.brand.id) as connection:
        await add_categories(
            connection, [(category, language, category) for category in categories for language in LANGUAGES]
        )


async def publish_library(world: World) -> None:
    """Lets every ready scenario run."""
    await add_library_categories(world)
    for name, body in read_texts().items():
        await publish_body(world, name, body)


async def open_talk(world: World, scenario: Scenario, dialogue: Dialogue) -> Talk:
    """A conversation in which nothing has been said yet."""
    token = uuid4().hex * 2
    return Talk(
        scenario=scenario.id,
        name=scenario.name[dialogue.language],
        dialogue=dialogue,
        token=token,
        conversation=await world.begin(token, dialogue.language),
    )


async def begin(world: World) -> list[Talk]:
    """A conversation for each dialogue of each ready scenario."""
    return [
        await open_talk(world, scenario, dialogue) for scenario in read_library() for dialogue in scenario.dialogues
    ]


async def say_next(world: World, talks: Sequence[Talk], turn: int) -> int:
    """The customers' words of one turn (0: the scenario is picked); how many spoke."""
    spoke = 0
    for talk in talks:
        if turn > len(talk.dialogue.turns):
            continue
        said = (
            await world.say(talk.token, talk.name, kind="choice", choice=f"scenario:{talk.scenario}")
            if turn == 0
            else await world.say(talk.token, talk.dialogue.turns[turn - 1].says)
        )
        assert said.status == 200, said
        spoke += 1
    return spoke


async def settle(worker: Worker) -> None:
    while await worker.take_turns() + await worker.send():
        pass


async def take_turn(world: World, talks: Sequence[Talk], turn: int) -> int:
    """The customers' words of one turn, and what comes of them; how many spoke."""
    spoke = await say_next(world, talks, turn)
    await settle(world.worker)
    world.clock.move(1)
    return spoke


async def hold(world: World, talks: Sequence[Talk], moment: tuple[int, bool] | None = None) -> int:
    """Holds all dialogues side by side. How many turns it took, or, where a worker dies at `moment` of each turn and
    another one goes on, how many died.
    """
    turn = deaths = 0
    while await say_next(world, talks, turn):
        if moment is not None:
            last, committed = moment
            dying = Dying(world.database, last, committed=committed)
            try:
                await settle(replace(world.worker, database=dying, scenarios=Scenarios()))
            except Killed:
                deaths += 1
            world.clock.move(LEASE.total_seconds() + 1)
        await settle(world.worker)
        world.clock.move(1)
        turn += 1
    return turn if moment is None else deaths


async def read(world: World, talks: Sequence[Talk]) -> list[list[tuple[str, str, str]]]:
    """What was said in each, with the conversation's own reference left out."""
    async with world.database.brand(world.brand.id) as connection:
        rows = await (await connection.execute("select id, reference from conversation")).fetchall()
    references = dict(rows)
    return [
        [
            (author, kind, text.replace(references[talk.conversation], "…"))
            for author, kind, text in await world.transcript(talk.conversation)
        ]
        for talk in talks
    ]


@pytest.mark.anyio
async def test_a_worker_killed_at_every_step_of_every_ready_scenario_loses_nothing_and_asks_nothing_twice(
    world: World,
) -> None:
    await publish_library(world)
    undisturbed = await begin(world)
    turns = await hold(world, undisturbed)
    wanted = await read(world, undisturbed)
    for moment in MOMENTS:
        disturbed = await begin(world)
        assert await hold(world, disturbed, moment) == turns, "a turn in which nobody died"
        assert await read(world, disturbed) == wanted, moment


@pytest.mark.anyio
async def test_an_edit_while_five_hundred_are_in_it_changes_none_of_them_half_way(world: World) -> None:
    body = read_texts()["delivery-problem"]
    await add_library_categories(world)
    await publish_body(world, "delivery-problem", body)
    (scenario,) = (scenario for scenario in read_library() if scenario.id == "delivery-problem")
    dialogues = [dialogue for dialogue in scenario.dialogues if dialogue.language == "pl"]
    groups: list[list[Talk]] = []
    for edit in range(5):  # a hundred begin, everybody takes a step, the scenario is edited, a hundred begin …
        if edit:
            await publish_body(world, "delivery-problem", body.replace("?", f"? ({edit})"))
        talks = [await open_talk(world, scenario, dialogues[place % len(dialogues)]) for place in range(100)]
        groups.append(talks)
        for begun, group in enumerate(groups):
            await take_turn(world, group, edit - begun)
    for later in range(5, 12):
        for begun, group in enumerate(groups):
            await take_turn(world, group, later - begun)
    first, *others = [await read(world, group) for group in groups]
    for edit, group in enumerate(others, 1):
        for conversation, wanted in zip(group, first, strict=True):
            asked = [text for author, _, text in conversation if author == "bot" and "?" in text]
            assert asked, "nothing was asked"
            assert all(f"? ({edit})" in text for text in asked)
            assert [text.replace(f" ({edit})", "") for *_, text in conversation] == [text for *_, text in wanted]
