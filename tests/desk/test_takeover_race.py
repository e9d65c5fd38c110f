"""The bot's turn against a person who takes over, a thousand times.

The promise: from the takeover's commit on, no send of the bot starts; what was under way is never repeated. It is kept
by the database alone (a conditional write, a cancellation in the takeover's transaction, locks), so the test plays both
sides on two connections and lets them meet everywhere: between two steps of the bot, at the same moment as one, and
during one that may have to wait for the takeover's commit.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

import pytest

from okienko.answers.answer import Answer
from okienko.conversations.store import actions, outbox, turns
from okienko.conversations.store.outbox import Claimed
from okienko.database.ids import new_id
from okienko.masking.mask import published
from okienko.turn import House, decide
from okienko.values import Plan, Situation, StaffId
from tests.desk_world import Begun, World

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

ROUNDS: Final = 1000
LEASE: Final = timedelta(seconds=10)
CLAIM: Final = timedelta(seconds=60)
HOUSE: Final = House(
    name="Seans",
    hours={"pl": "zawsze"},
    open=True,
    people=1,
    categories={"pl": {}},
    look_up=lambda _question, _language, _category: Answer(
        text="Na zwrot jest 14 dni.", citations=(), category="zwroty", confidence=0.9
    ),
)


@dataclass
class Bot:
    """The bot's side of one round: its steps, each a transaction as the worker and the sender make them."""

    world: World
    begun: Begun
    leases: list[turns.Lease] = field(default_factory=list[turns.Lease])
    plans: list[Plan] = field(default_factory=list[Plan])
    claimed: list[Claimed] = field(default_factory=list[Claimed])

    async def claim_lane(self) -> None:
        async with self.world.services.database.shared() as connection:
            self.leases = await turns.claim_lanes(connection, limit=64, now=self.world.at, lease=LEASE)

    async def think(self) -> None:
        situations: list[Situation] = []
        if self.leases:
            async with self.world.services.database.brand(self.begun.brand.id) as connection:
                situations = await turns.read_situations(connection, self.leases, self.world.at)
        self.plans = [decide(situation, HOUSE) for situation in situations]

    async def write(self) -> None:
        if self.plans:
            now = self.world.at
            says = [[new_id(now) for _ in plan.says] for plan in self.plans]
            async with self.world.services.database.brand(self.begun.brand.id) as connection:
                await connection.execute(turns.WRITE_PLANS, turns.pack_plans(self.plans, says, now))

    async def send(self) -> None:
        """The way out of a channel that is called. Web chat's messages were sent by the commit that stored them."""
        async with self.world.services.database.shared() as connection:
            self.claimed += await outbox.claim_outbox(connection, limit=64, now=self.world.at, lease=CLAIM)

    async def fail(self) -> None:
        """The sends under way do not succeed and would be tried again."""
        settled = [outbox.Settled(claimed=c, state="waiting", error="away", due=self.world.at) for c in self.claimed]
        self.claimed = []
        if settled:
            async with self.world.services.database.brand(self.begun.brand.id) as connection:
                await outbox.settle(connection, settled, self.world.at)

    async def die(self) -> None:
        """The sender is killed during its sends and settles nothing."""
        self.claimed = []

    def steps(self, *, dies: bool) -> list[Callable[[], Awaitable[None]]]:
        return [self.claim_lane, self.think, self.write, self.send, self.die if dies else self.fail]


@dataclass
class Person:
    """Somebody who takes over; the commit may be held back until `may_commit`."""

    world: World
    begun: Begun
    staff_id: StaffId
    written: asyncio.Event = field(default_factory=asyncio.Event)
    may_commit: asyncio.Event = field(default_factory=asyncio.Event)

    async def take_over(self) -> None:
        async with self.world.services.database.brand(self.begun.brand.id) as connection:
            outcome = await actions.take_over(
                connection,
                conversation_id=self.begun.id,
                staff_id=self.staff_id,
                holder=None,
                message_id=new_id(self.world.at),
                said=published("Do rozmowy dołącza Ola."),
                now=self.world.at,
            )
            assert outcome == "done"
            self.written.set()
            await self.may_commit.wait()


async def race(steps: list[Callable[[], Awaitable[None]]], person: Person, at: int, way: str) -> None:
    """Plays the bot's steps; the takeover meets step `at`."""
    for number, step in enumerate(steps):
        if number != at:
            await step()
        elif way == "between":
            person.may_commit.set()
            await person.take_over()
            await step()
        elif way == "together":
            person.may_commit.set()
            await asyncio.gather(person.take_over(), step())
        else:
            taking = asyncio.create_task(person.take_over())
            await person.written.wait()
            doing = asyncio.ensure_future(step())
            for _ in range(20):  # let the step run into the takeover's locks, or past them
                await asyncio.sleep(0)
            person.may_commit.set()
            await asyncio.gather(taking, doing)


async def test_no_send_of_the_bot_starts_after_a_takeover(world: World) -> None:
    ola = await world.hire("Ola", {world.brand.id: "agent"})
    dice = random.Random(20260921)
    seen: Counter[str] = Counter()
    for _ in range(ROUNDS):
        world.later(seconds=1)
        begun = await world.begin("ile mam dni na zwrot")
        channel = dice.choice(["webchat", "webhook"])
        await begun.change("update conversation set channel = %(channel)s where id = %(id)s", channel=channel)
        bot, person = Bot(world, begun), Person(world, begun, ola)
        steps = bot.steps(dies=dice.random() < 0.5)
        await race(steps, person, at=dice.randrange(len(steps)), way=dice.choice(["between", "together", "during"]))
        after = await read_bot(begun)
        # What the bot had said was shown before the commit, is cancelled, or was under way and is not tried again.
        for state, last_try in after.values():
            assert (state, last_try) in {("sent", False), ("cancelled", True), ("sending", True)}, channel
        seen.update([state for state, _ in after.values()] or ["silent"])
        await begun.write("halo, jest tam kto")
        await try_everything(bot, after)
        end = await read_bot(begun)
        assert end.keys() == after.keys(), "the bot has said something after the takeover"
        for message, (state, _) in after.items():
            assert end[message][0] == ("unsure" if state == "sending" else state)
    # The dice must have found every outcome, or the test has lost its subject.
    assert {"silent", "sent", "cancelled", "sending"} == set(seen), seen
    assert min(seen.values()) > ROUNDS // 100, seen


async def try_everything(bot: Bot, after: dict[UUID, tuple[str, bool]]) -> None:
    """All that could send is tried, when leases and claims have ended too. A lost send is settled as `deliver` does."""
    for wait, turning in ((LEASE, True), (CLAIM, False)):
        bot.world.later(seconds=wait.total_seconds() + 1)
        late = Bot(bot.world, bot.begun)
        for step in (late.claim_lane, late.think, late.write, late.send) if turning else (late.send,):
            await step()
        settled: list[outbox.Settled] = []
        for claim in late.claimed:
            if claim.message in after:
                assert claim.last_try, "a message of the bot is sent as if nobody had taken over"
                assert claim.unsettled
            settled.append(outbox.Settled(claimed=claim, state="unsure" if claim.message in after else "sent"))
        if settled:
            async with bot.world.services.database.brand(bot.begun.brand.id) as connection:
                await outbox.settle(connection, settled, bot.world.at)


async def read_bot(begun: Begun) -> dict[UUID, tuple[str, bool]]:
    """The bot's messages on their way out: state, and whether a person has taken over meanwhile."""
    rows = await begun.read(
        "select message_id, state, last_try from outbox where conversation_id = %(id)s and author = 'bot'"
    )
    return {message: (state, last_try) for message, state, last_try in rows}
