"""What leaves by vendors' channels: in parts, within windows and rates, through outages, refusals and deaths."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any, Final, Literal

import orjson
import pytest

from okienko.brands.store import SealedDoor, add_door, seal_bound, seal_given
from okienko.channels.messenger.adapter import ADAPTER as MESSENGER
from okienko.conversations.store import connections, dead, threads
from okienko.conversations.store.connections import Fared, judge
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.deliver import Sender
from okienko.http import Answered
from okienko.masking.vault import person_bound, seal
from okienko.values import (
    Author,
    ConnectionId,
    ConversationId,
    Failed,
    HttpCall,
    Kind,
    MessageId,
    PersonId,
    RawText,
    Unsure,
)
from tests.road.conftest import SECRET, SetClock, World, open_world
from tests.road.vendors import MESSENGER as MESSENGER_GIVEN
from tests.road.vendors import Messenger

pytestmark = pytest.mark.anyio

PAGE: Final = ConnectionId("page")
GIVEN: Final = {"token": "first", "app_secret": "a", "verify_token": "v", "page_id": "100"}
KEY: Final = bytes(range(32))
HOUR: Final = 3600.0

# What happens to a call: refused before it is taken, lost after, lost before, or its sender dies when it was taken.
Fault = Answered | Failed | Literal["lost after", "lost before", "dies"]


@dataclass(slots=True)
class Page:
    """Messenger, as far as it is called: what arrived, by whom, when."""

    clock: SetClock
    token: str = "first"
    down: bool = False
    busy_until: datetime | None = None
    faults: list[Fault] = field(default_factory=list[Fault])
    calls: list[datetime] = field(default_factory=list[datetime])  # all that were made
    arrived: list[tuple[str, dict[str, Any], datetime]] = field(
        default_factory=list[tuple[str, dict[str, Any], datetime]]
    )
    taken: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, call: HttpCall) -> Answered | Failed | Unsure:
        self.calls.append(self.clock())
        if self.down:
            return Failed(reason="no connection", permanent=False)
        if self.busy_until is not None and self.clock() < self.busy_until:
            left = int((self.busy_until - self.clock()).total_seconds())
            return Answered(status=429, headers={"Retry-After": str(left)}, body=b"")
        if call.headers.get("authorization") != f"Bearer {self.token}":
            return error(401, 190, 463)
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, (Answered, Failed)):
            return fault
        if fault == "lost before":
            return Unsure(reason="lost")
        body = orjson.loads(call.body)
        self.arrived.append((body["recipient"]["id"], body, self.clock()))
        if fault == "lost after":
            return Unsure(reason="lost")
        if fault == "dies":
            self.taken.set()
            await asyncio.Event().wait()
        return Answered(status=200, headers={}, body=orjson.dumps({"message_id": f"m_{len(self.arrived)}"}))

    def texts(self, thread: str | None = None) -> list[str]:
        return [body["message"]["text"] for to, body, _ in self.arrived if thread in {None, to}]


def error(status: int, code: int, subcode: int | None = None, **headers: str) -> Answered:
    said = {"error": {"message": "…", "code": code, **({"error_subcode": subcode} if subcode else {})}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answered(status=status, headers=named, body=orjson.dumps(said))


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A page that was connected, and its vendor."""

    world: World
    page: Page

    @property
    def clock(self) -> SetClock:
        return self.world.clock

    def sender(self, chance: float = 0.5) -> Sender:
        """One more process that sends."""
        tools = self.world.worker.sender
        return Sender(
            database=tools.database,
            directory=tools.directory,
            keys=tools.keys,
            gate=tools.gate,
            http=self.page,
            clock=tools.clock,
            address="https://pomoc.probny.example",
            chance=lambda: chance,
        )

    async def begin(self, thread: str, *, acted_at: datetime | None = None) -> ConversationId:
        """A conversation in which the customer has just written."""
        world, now = self.world, self.clock()
        person, conversation = PersonId(new_id(now)), ConversationId(new_id(now))
        async with world.database.brand(world.brand.id) as connection:
            await threads.start(
                connection,
                person=person,
                conversation=conversation,
                door=PAGE,
                channel="messenger",
                language="pl",
                lookup=world.keys.lookup("messenger:page", thread),
                sealed=seal(
                    KEY,
                    RawText(thread),
                    brand=world.brand.id,
                    person=person,
                    table="thread",
                    column="sealed",
                    row=conversation,
                ),
                wrapped_key=world.keys.wrap(KEY, person_bound(brand=world.brand.id, person=person)),
                key_id=world.keys.key_id,
                noticed=True,
                now=now,
            )
        await self.act(conversation, acted_at or now)
        return conversation

    async def act(self, conversation: ConversationId, at: datetime) -> None:
        """The customer does something that opens the window."""
        await self.run("update thread set acted_at = %s where conversation_id = %s", at, conversation)

    async def say(
        self,
        conversation: ConversationId,
        text: str,
        *,
        author: Author = Author.BOT,
        kind: Kind = Kind.TEXT,
        choices: Sequence[str] = (),
    ) -> MessageId:
        """A message on its way out, as turns and agents write them."""
        message, now = MessageId(new_id(self.clock())), self.clock()
        agent = new_id(now) if author is Author.AGENT else None
        async with self.world.database.brand(self.world.brand.id) as connection:
            await connection.execute(
                """
                with said as (
                  insert into message (brand_id, conversation_id, id, author, kind, agent_id, text, choices, at,
                    generator)
                  values (current_brand(), %(conversation)s, %(message)s, %(author)s, %(kind)s, %(agent)s, %(text)s,
                    %(choices)s, %(now)s, case when %(author)s = 'bot' then 'okienko' end)
                )
                insert into outbox (brand_id, conversation_id, message_id, connection_id, channel, author, due_at)
                values (current_brand(), %(conversation)s, %(message)s, 'page', 'messenger', %(author)s, %(now)s)
                """,
                {
                    "conversation": conversation,
                    "message": message,
                    "author": author.value,
                    "kind": kind.value,
                    "agent": agent,
                    "text": text,
                    "choices": list(choices),
                    "now": now,
                },
            )
        return message

    async def run(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """One statement in the brand."""
        async with self.world.database.brand(self.world.brand.id) as connection:
            cursor = await connection.execute(statement, values)  # pyright: ignore[reportArgumentType] - a test's own
            return await cursor.fetchall() if cursor.description else []

    async def states(self) -> list[tuple[Any, ...]]:
        """The outbox: (state, attempts, part, error), in order."""
        return await self.run("select state, attempts, part, error from outbox order by message_id")

    async def trouble(self) -> tuple[Any, ...] | None:
        rows = await self.run("select trouble, paused_until = 'infinity', failures from connection_state")
        return rows[0] if rows else None

    async def notices(self) -> list[str]:
        return [row[0] for row in await self.run("select kind from connection_notice order by id")]

    async def settle(self, sender: Sender, *, seconds: float = 0, step: float = 1) -> None:
        """Sends all that is due, for so long, in steps."""
        end = self.clock() + timedelta(seconds=seconds)
        while True:
            while await sender.send():
                pass
            if self.clock() >= end:
                return
            self.clock.move(step)

    async def die(self, sender: Sender) -> None:
        """A process that is killed when the vendor has taken a message and has not answered yet."""
        sending = asyncio.create_task(sender.send())
        await self.page.taken.wait()
        self.page.taken.clear()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending


@pytest.fixture
async def channel(database_urls: Urls) -> AsyncIterator[Channel]:
    async with open_world(database_urls) as world:
        async with world.database.brand(world.brand.id) as connection:
            sealed = SealedDoor(
                id=PAGE,
                brand_id=world.brand.id,
                channel="messenger",
                secret=world.keys.wrap(SECRET, seal_bound(PAGE)),
                given=seal_given(world.keys, PAGE, GIVEN),
            )
            await add_door(connection, sealed, world.clock())
        yield Channel(world=world, page=Page(world.clock))


# parts ----------------------------------------------------------------------------------------------------------------

LONG: Final = " ".join(f"Zdanie numer {number}." for number in range(250))  # three calls


async def test_a_long_message_goes_in_parts_in_order_and_each_is_known_by_its_vendors_id(channel: Channel) -> None:
    conversation = await channel.begin("psid-1")
    message = await channel.say(conversation, LONG)
    after = await channel.say(conversation, "Następna.")
    await channel.settle(channel.sender(), seconds=5)
    assert " ".join(channel.page.texts()) == f"{LONG} Następna."
    assert len(channel.page.arrived) > 3
    assert [state[:2] for state in await channel.states()] == [("sent", 1), ("sent", 1)]
    times = [at for *_, at in channel.page.arrived]
    assert all(later - earlier >= MESSENGER.pace for earlier, later in pairwise(times))
    keys = [channel.world.keys.lookup("event:page", f"m_{n}") for n in range(1, len(times) + 1)]
    named = await channel.run("select message_id from seen where connection_id = 'page' and key = any(%s)", keys)
    assert sorted(row[0] for row in named) == sorted([message] * (len(times) - 1) + [after])


async def test_a_sender_killed_between_two_parts_leaves_only_the_one_under_way_unsure(channel: Channel) -> None:
    conversation = await channel.begin("psid-1")
    await channel.say(conversation, LONG)
    sender = channel.sender()
    await channel.settle(sender)
    assert len(channel.page.arrived) == 1
    channel.page.faults = ["dies"]
    channel.clock.move(2)
    await channel.die(sender)
    assert len(channel.page.arrived) == 2
    channel.clock.move(61)
    await channel.settle(channel.sender(), seconds=5)
    assert await channel.states() == [("unsure", 2, 1, "the sender was stopped during the send")]
    assert len(channel.page.arrived) == 2, "nobody knows whether to go on"


async def test_what_is_sent_again_goes_on_with_the_part_that_nobody_knows_of(channel: Channel) -> None:
    conversation = await channel.begin("psid-1")
    message = await channel.say(conversation, LONG)
    channel.page.faults = [error(500, 2), "lost before"]
    begun = channel.clock()
    await channel.settle(channel.sender(), seconds=5)
    assert [row[0] for row in await channel.states()] == ["unsure"]
    channel.page.faults = []
    async with channel.world.database.brand(channel.world.brand.id) as connection:
        (one,) = await dead.list_dead(connection, PAGE, since=begun)
        assert (one.message, one.state, one.part, one.parts, one.again) == (message, "unsure", 0, 3, True)
        assert await dead.send_dead(connection, PAGE, since=begun, message=message, now=channel.clock()) == 1
    await channel.settle(channel.sender(), seconds=5)
    assert " ".join(channel.page.texts()) == LONG


# deaths and losses ----------------------------------------------------------------------------------------------------


async def test_a_sender_killed_before_its_receipt_doubles_nothing(channel: Channel) -> None:
    """No vendor of ours but the brand's own application honours a key: people decide."""
    conversation = await channel.begin("psid-1")
    await channel.say(conversation, "Pierwsza.")
    await channel.say(conversation, "Druga.")
    channel.page.faults = ["dies"]
    await channel.die(channel.sender())
    await channel.settle(channel.sender())
    assert channel.page.texts() == ["Pierwsza."], "the claim still holds, and order within a conversation, too"
    channel.clock.move(61)
    await channel.settle(channel.sender())
    assert [row[0] for row in await channel.states()] == ["unsure", "sent"]
    assert channel.page.texts() == ["Pierwsza.", "Druga."]


async def test_a_call_whose_answer_is_lost_is_not_repeated(channel: Channel) -> None:
    conversation = await channel.begin("psid-1")
    await channel.say(conversation, "Pierwsza.")
    channel.page.faults = ["lost after"]
    await channel.settle(channel.sender(), seconds=600, step=60)
    assert [row[0] for row in await channel.states()] == ["unsure"]
    assert channel.page.texts() == ["Pierwsza."]


async def test_a_sender_that_stood_still_leaves_its_message_to_the_one_that_has_it_now(channel: Channel) -> None:
    """Stopped between reading and sending for longer than its claim."""
    conversation = await channel.begin("psid-1")
    await channel.say(conversation, "Pierwsza.")
    slow, waiting = channel.sender(), asyncio.Event()
    slow.signals[conversation] = asyncio.create_task(_wait(waiting))
    sending = asyncio.create_task(slow.send())
    while not await channel.run("select 1 from outbox where state = 'sending'"):  # noqa: ASYNC110 - the database knows
        await asyncio.sleep(0)
    channel.clock.move(61)
    await channel.settle(channel.sender())
    waiting.set()
    await sending
    assert [row[0] for row in await channel.states()] == ["unsure"]
    assert channel.page.arrived == []


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


async def test_two_senders_at_once_send_everything_once_and_in_order(channel: Channel) -> None:
    talks = [await channel.begin(f"psid-{n}") for n in range(12)]
    for number in range(3):
        for talk in talks:
            await channel.say(talk, f"{number}")
    senders = [channel.sender(), channel.sender()]
    for _ in range(20):
        while any(await asyncio.gather(*(sender.send() for sender in senders))):
            pass
        channel.clock.move(1)
    assert {row[0] for row in await channel.states()} == {"sent"}
    assert [channel.page.texts(f"psid-{n}") for n in range(12)] == [["0", "1", "2"]] * 12


# windows --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("author", "hours", "state", "tag"),
    [
        (Author.BOT, 24, "sent", None),
        (Author.BOT, 24 + 1 / HOUR, "failed", None),
        (Author.SYSTEM, 24 + 1 / HOUR, "cancelled", None),
        (Author.AGENT, 24, "sent", None),
        (Author.AGENT, 24 + 1 / HOUR, "sent", "HUMAN_AGENT"),
        (Author.AGENT, 7 * 24, "sent", "HUMAN_AGENT"),
        (Author.AGENT, 7 * 24 + 1 / HOUR, "failed", None),
    ],
)
async def test_a_window_is_looked_at_when_a_message_leaves(
    channel: Channel, author: Author, hours: float, state: str, tag: str | None
) -> None:
    conversation = await channel.begin("psid-1", acted_at=channel.clock() - timedelta(hours=hours))
    await channel.say(conversation, "Dzień dobry.", author=author)
    await channel.settle(channel.sender())
    ((got, _, _, word),) = await channel.states()
    assert (got, word) == (state, None if state == "sent" else "window")
    assert [body.get("tag") for _, body, _ in channel.page.arrived] == ([tag] if state == "sent" else [])


async def test_where_no_action_is_known_the_customers_latest_message_opens_the_window(channel: Channel) -> None:
    conversation = await channel.begin("psid-1")
    await channel.run("update thread set acted_at = null")
    await channel.say(conversation, "Nikt nic nie napisał.")
    await channel.settle(channel.sender())
    await channel.run(
        "insert into message (brand_id, conversation_id, id, author, kind, text, arrival, at) "
        "values (current_brand(), %s, %s, 'customer', 'text', 'x', 1, %s)",
        *(conversation, new_id(channel.clock()), channel.clock() - timedelta(hours=23)),
    )
    await channel.say(conversation, "Napisał.")
    await channel.settle(channel.sender())
    assert channel.page.texts() == ["Napisał."]


async def test_a_vendor_that_says_that_the_window_is_over_is_believed(channel: Channel) -> None:
    conversation = await channel.begin("psid-1")
    await channel.say(conversation, "Dzień dobry.")
    channel.page.faults = [error(400, 10, 2018278)]
    await channel.settle(channel.sender(), seconds=600, step=60)
    assert await channel.states() == [("failed", 1, 0, "window")]
    assert len(channel.page.calls) == 1


async def test_where_another_program_has_the_thread_the_bot_is_silent(channel: Channel) -> None:
    conversation = await channel.begin("psid-1")
    await channel.say(conversation, "Pierwsza.")
    channel.page.faults = [error(400, 10, 2018300)]
    await channel.settle(channel.sender())
    await channel.say(conversation, "Druga.")
    await channel.say(conversation, "Od człowieka.", author=Author.AGENT)
    await channel.settle(channel.sender(), seconds=3)
    assert [row[0] for row in await channel.states()] == ["cancelled", "cancelled", "sent"]
    assert channel.page.texts() == ["Od człowieka."]
    await channel.run("update conversation set elsewhere_until = %s", channel.clock())
    await channel.say(conversation, "Trzecia.")
    await channel.settle(channel.sender(), seconds=3)
    assert channel.page.texts() == ["Od człowieka.", "Trzecia."]


# a connection in trouble ----------------------------------------------------------------------------------------------


async def test_rel_01_an_outage_of_a_day_loses_nothing_and_doubles_nothing(channel: Channel) -> None:
    """What waits costs no attempt; what waited past its window is said to have; a minute after the vendor is back, the
    rest has gone.
    """
    early = [await channel.begin(f"early-{n}") for n in range(8)]
    for talk in early:
        await channel.say(talk, "Od bota.")
    person = await channel.begin("person")
    await channel.say(person, "Od człowieka.", author=Author.AGENT)
    channel.page.down = True
    sender = channel.sender()
    await channel.settle(sender, seconds=HOUR / 3, step=20)
    assert len(channel.page.calls) < 20 + 30, "one a minute sees whether it is back"
    await channel.settle(sender, seconds=19 * HOUR, step=1200)
    late = [await channel.begin(f"late-{n}") for n in range(8)]
    for talk in late:
        await channel.say(talk, "Od bota.")
    await channel.settle(sender, seconds=3 * HOUR, step=1200)
    assert {row[0] for row in await channel.states()} == {"waiting"}
    assert (await channel.trouble() or (None,))[0] == "down"
    await channel.settle(sender, seconds=2 * HOUR, step=1200)
    channel.page.down = False
    await channel.settle(sender, seconds=120, step=1)
    assert sorted(to for to, *_ in channel.page.arrived) == sorted(["person", *(f"late-{n}" for n in range(8))])
    assert [row[0] for row in await channel.states()] == [*["failed"] * 8, "sent", *["sent"] * 8]
    assert {row[3] for row in await channel.states()} == {"window", None}
    assert await channel.trouble() == (None, None, 0)
    assert await channel.notices() == ["down"]


async def test_while_a_connection_rests_one_message_tries_and_another_is_next(channel: Channel) -> None:
    for number in range(12):
        await channel.say(await channel.begin(f"psid-{number}"), "x")
    channel.page.down = True
    sender = channel.sender()
    await channel.settle(sender)
    assert (await channel.trouble() or (None,))[0] == "down"
    before = len(channel.page.calls)
    await channel.settle(sender, seconds=59)
    assert len(channel.page.calls) == before
    await channel.settle(sender, seconds=2)
    assert len(channel.page.calls) == before + 1
    channel.page.faults = [error(400, 100, 2018001)]  # for whoever comes next there is no such person
    channel.page.down = False
    await channel.settle(sender, seconds=70)
    assert sorted(row[0] for row in await channel.states()) == ["failed", *["sent"] * 11]


async def test_a_message_that_the_vendor_never_takes_is_given_up(channel: Channel) -> None:
    """Others are sent meanwhile, so that the fault is its own: its patience is a day of waiting."""
    poison, other = await channel.begin("poison"), await channel.begin("other")
    await channel.say(poison, "x")
    sender = channel.sender(chance=1.0)

    async def fail_once() -> tuple[Any, ...]:
        channel.page.faults = [error(500, 2)]
        assert len(await sender.send()) == 1
        await channel.say(other, "y")
        assert len(await sender.send()) == 1
        channel.clock.move(300)
        query = "select state, attempts, waited from outbox where conversation_id = %s"
        return (await channel.run(query, poison))[0]

    assert await fail_once() == ("waiting", 1, 1)
    assert await fail_once() == ("waiting", 2, 3)
    assert await fail_once() == ("waiting", 3, 7)
    await channel.run("update outbox set waited = %s, attempts = 20 where state = 'waiting'", 24 * HOUR - 500)
    assert await fail_once() == ("waiting", 21, 24 * HOUR - 200)
    assert await fail_once() == ("failed", 22, 24 * HOUR - 200)
    assert await channel.notices() == []


async def test_many_messages_that_meet_a_revoked_token_raise_one_alert_and_go_with_the_next(channel: Channel) -> None:
    for number in range(64):
        await channel.say(await channel.begin(f"psid-{number}"), "x")
    channel.page.token = "second"
    senders = [channel.sender(), channel.sender()]
    for _ in range(30):
        await asyncio.gather(*(sender.send() for sender in senders))
        channel.clock.move(60)
    assert len(channel.page.calls) <= 32, "what two had claimed"
    assert await channel.notices() == ["sign_in"]
    assert (await channel.trouble() or ())[:2] == ("sign_in", True)
    assert {row[:2] for row in await channel.states()} == {("waiting", 0)}
    given = seal_given(channel.world.keys, PAGE, {**GIVEN, "token": "second"})
    await channel.run("update connection set given = %s where id = 'page'", given)
    async with channel.world.database.brand(channel.world.brand.id) as connection:
        assert await connections.clear_trouble(connection, PAGE)
    await channel.settle(senders[0], seconds=10, step=0.5)
    assert {row[0] for row in await channel.states()} == {"sent"}
    assert sorted(to for to, *_ in channel.page.arrived) == sorted(f"psid-{n}" for n in range(64))


async def test_a_connection_that_its_vendor_pauses_waits_for_an_hour(channel: Channel) -> None:
    for number in range(3):
        await channel.say(await channel.begin(f"psid-{number}"), "x")
    channel.page.faults = [error(400, 368)]
    sender = channel.sender()
    await channel.settle(sender, seconds=HOUR - 60, step=60)
    calls = len(channel.page.calls)
    assert calls <= 3
    assert await channel.notices() == ["paused"]
    await channel.settle(sender, seconds=120, step=30)
    assert {row[0] for row in await channel.states()} == {"sent"}
    assert len(channel.page.arrived) == 3


JUDGED: Final[list[tuple[tuple[Any, int], Fared, tuple[Any, int]]]] = [
    ((None, 0), Fared(connection=PAGE, failures=9), (None, 9)),
    ((None, 9), Fared(connection=PAGE, failures=1), ("down", 10)),
    ((None, 9), Fared(connection=PAGE, failures=3, well=True), (None, 0)),
    ((None, 9), Fared(connection=PAGE), (None, 9)),
    (("down", 12), Fared(connection=PAGE, failures=1), ("down", 13)),
    (("down", 12), Fared(connection=PAGE, well=True), (None, 0)),
    (("down", 12), Fared(connection=PAGE, trouble="sign_in"), ("sign_in", 12)),
    (("paused", 0), Fared(connection=PAGE, failures=1), ("paused", 1)),
    (("paused", 0), Fared(connection=PAGE, well=True), (None, 0)),
    ((None, 3), Fared(connection=PAGE, trouble="paused", well=True), ("paused", 3)),
]


@pytest.mark.parametrize(("before", "fared", "after"), JUDGED)
def test_what_sends_show_about_a_connection(before: tuple[Any, int], fared: Fared, after: tuple[Any, int]) -> None:
    assert judge(*before, fared) == after


# rates ----------------------------------------------------------------------------------------------------------------


async def test_a_storm_of_429_is_answered_with_the_patience_that_it_asks_for(channel: Channel) -> None:
    for number in range(40):
        await channel.say(await channel.begin(f"psid-{number}"), "x")
    channel.page.busy_until = channel.clock() + timedelta(seconds=30)
    sender = channel.sender()
    await channel.settle(sender, seconds=29, step=1)
    assert 1 <= len(channel.page.calls) <= 16, "what was under way when the first was refused"
    await channel.settle(sender, seconds=8, step=0.5)
    assert min(at for *_, at in channel.page.arrived) >= channel.page.busy_until
    assert max(channel.page.calls.count(at) for at in channel.page.calls) <= MESSENGER.rate
    assert sorted(to for to, *_ in channel.page.arrived) == sorted(f"psid-{n}" for n in range(40))
    assert await channel.trouble() == (None, None, 0)
    assert await channel.notices() == []


async def test_a_date_in_retry_after_is_waited_for(channel: Channel) -> None:
    await channel.say(await channel.begin("psid-1"), "x")
    date = format_datetime(channel.clock() + timedelta(seconds=90), usegmt=True)
    channel.page.faults = [Answered(status=503, headers={"Retry-After": date}, body=b"")]
    sender = channel.sender()
    await channel.settle(sender, seconds=89)
    assert len(channel.page.calls) == 1
    await channel.settle(sender, seconds=1)
    assert channel.page.texts() == ["x"]


async def test_a_connection_sends_no_faster_than_its_vendor_wants(channel: Channel) -> None:
    for number in range(60):
        await channel.say(await channel.begin(f"psid-{number}"), "x")
    await channel.settle(channel.sender(), seconds=4, step=0.1)
    times = [at for *_, at in channel.page.arrived]
    assert len(times) == 60
    assert max(sum(at <= one < at + timedelta(seconds=1) for one in times) for at in times) <= 2 * MESSENGER.rate
    assert times[-1] - times[0] >= timedelta(seconds=(60 - MESSENGER.rate) / MESSENGER.rate - 0.5)
    assert {row[:2] for row in await channel.states()} == {("sent", 1)}, "waiting for one's turn is no attempt"


# what a message is made of --------------------------------------------------------------------------------------------


async def test_choices_bear_the_names_that_the_window_shows(channel: Channel) -> None:
    conversation = await channel.begin("psid-1")
    choices = ["zwroty", "konto", "contact", "person"]
    await channel.say(conversation, "O co chodzi?", kind=Kind.CLARIFY, choices=choices)
    await channel.settle(channel.sender())
    ((_, body, _),) = channel.page.arrived
    assert [(one["payload"], one["title"]) for one in body["message"]["quick_replies"]] == [
        ("zwroty", "Zwroty"),
        ("konto", "Konto"),
        ("person", "Połącz z człowiekiem"),  # the window's own words are too long for this button
    ]


async def test_what_was_given_up_is_sent_again_all_at_once_but_not_over_a_persons_head(channel: Channel) -> None:
    bots, persons = await channel.begin("bots"), await channel.begin("persons")
    begun = channel.clock()
    await channel.say(bots, "Od bota.")
    await channel.say(persons, "Od bota.")
    await channel.say(persons, "Od człowieka.", author=Author.AGENT)
    channel.page.faults = [error(400, 100)] * 3
    await channel.settle(channel.sender(), seconds=3)
    assert {row[0] for row in await channel.states()} == {"failed"}
    await channel.run("update conversation set holder = 'agent', agent_id = %s where id = %s", bots, persons)
    async with channel.world.database.brand(channel.world.brand.id) as connection:
        listed = await dead.list_dead(connection, PAGE, since=begun)
        assert [(one.author, one.again) for one in listed] == [
            (Author.AGENT, True),
            (Author.BOT, False),
            (Author.BOT, True),
        ]
        since = channel.clock() + timedelta(seconds=1)
        assert await dead.send_dead(connection, PAGE, since=since, now=channel.clock()) == 0
        assert await dead.send_dead(connection, PAGE, since=begun, now=channel.clock()) == 2
    await channel.settle(channel.sender(), seconds=3)
    assert sorted(channel.page.texts()) == ["Od bota.", "Od człowieka."]


async def test_a_customer_sees_that_they_were_read_before_the_answer_comes(channel: Channel) -> None:
    """By the whole road: what the vendor delivers, the pause after it, the turn, and what goes to the vendor."""
    world = channel.world
    worker, sender = world.worker, channel.sender()
    worker.sender = sender
    page = Messenger(world=world, door="other", page="555", user="psid-9")
    await page.open()
    channel.page.token = MESSENGER_GIVEN["token"]
    assert (await page.deliver(page.words("mid-1", "ile mam czasu na zwrot towaru?"))).status == 200
    world.clock.move(5)
    await world.settle()
    for _ in range(3):
        world.clock.move(1)
        await world.settle()
    acts = [body.get("sender_action") for _, body, _ in channel.page.arrived]
    assert acts[:2] == ["mark_seen", "typing_on"]
    assert set(acts[2:]) == {None}
    assert len(acts) > 3, "the notice and the answer"
    assert sender.signals == {}


async def test_a_signal_that_is_lost_is_not_repeated_and_costs_no_answer(channel: Channel) -> None:
    conversation = await channel.begin("psid-1")
    sender = channel.sender()
    channel.page.faults = [error(500, 2), error(500, 2)]
    sender.signal(channel.world.brand.id, [conversation])
    await channel.say(conversation, "Odpowiedź.")
    await channel.settle(sender, seconds=60, step=10)
    assert channel.page.texts() == ["Odpowiedź."]
    assert len(channel.page.calls) == 3
