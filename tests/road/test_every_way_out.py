"""Every channel that is called, through the same five troubles: a sender's death, a storm of 429, a day's outage, a
window that is over, a token that was revoked. Nothing is lost; nothing is doubled where the vendor can tell, and where
it cannot, what nobody knows is shown as *unsure*.

What belongs to one channel alone is tried in its own files; the telephone, which answers within a call, in test_voice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, cast

import orjson
import pytest

from okienko.brands.store import SealedDoor, add_door, seal_bound, seal_given
from okienko.channels import adapters
from okienko.channels.email.envelope import Envelope
from okienko.channels.vendor import Limits
from okienko.conversations.store import connections, threads
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.deliver import Sender
from okienko.http import Answered
from okienko.masking.vault import person_bound, seal
from okienko.values import (
    Caller,
    ConnectionId,
    ConversationId,
    Failed,
    HttpCall,
    Letter,
    MessageId,
    PersonId,
    RawText,
    Sent,
    Unsure,
)
from tests.channels.test_app_store import pem
from tests.road.conftest import SECRET, SetClock, World, open_world
from tests.road.test_reviews import service_account

pytestmark = pytest.mark.anyio

DOOR: Final = ConnectionId("way-out")
KEY: Final = bytes(range(32))
HOUR: Final = 3600.0
META: Final = {"token": "first", "app_secret": "a", "verify_token": "v"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One channel: what it was connected with, what it says, and what a new credential is."""

    channel: str
    given: Mapping[str, str] = field(default_factory=dict[str, str])
    renewed: Mapping[str, str] = field(default_factory=dict[str, str])
    good: str = "{}"  # the body of a yes; %d is the number of the message
    status: int = 200
    revoked: Answered | Failed | None = None  # what a credential that has ended is answered; None: it has none
    envelope: RawText | None = None
    public: bool = False

    def __str__(self) -> str:
        return self.channel

    @property
    def caller(self) -> Caller:
        return cast("Caller", adapters()[self.channel])

    @property
    def limits(self) -> Limits | None:
        adapter = adapters()[self.channel]
        return adapter if isinstance(adapter, Limits) else None


def said(status: int, **body: Any) -> Answered:
    return Answered(status=status, headers={}, body=orjson.dumps(body))


ENDED: Final = said(401, error={"message": "…", "code": 190, "error_subcode": 463})
WAYS: Final = (
    Way(
        channel="messenger",
        given={**META, "page_id": "1"},
        renewed={"token": "second"},
        good='{"message_id": "m_%d"}',
        revoked=ENDED,
    ),
    Way(
        channel="instagram",
        given={**META, "account_id": "1", "flavour": "page"},
        renewed={"token": "second"},
        good='{"message_id": "m_%d"}',
        revoked=ENDED,
    ),
    Way(
        channel="whatsapp",
        given={**META, "phone_number_id": "1"},
        renewed={"token": "second"},
        good='{"messages": [{"id": "wamid.%d"}]}',
        revoked=ENDED,
    ),
    Way(
        channel="email",
        given={"address": "bok@sklep.example", "smtp_host": "poczta.example", "smtp_port": "465"},
        renewed={"smtp_password": "nowe"},
        revoked=Failed(reason="the mail server refuses our password", permanent=False, trouble="sign_in"),
        envelope=Envelope(to="anna@poczta.example", subject="Zwrot", id="1@poczta.example").write(),
    ),
    Way(
        channel="google_play",
        given={"package": "com.sklep.app", "service_account": service_account()},
        good='{"result": {"replyText": "…"}}',
        revoked=said(401, error={"code": 401}),
        public=True,
    ),
    Way(
        channel="app_store",
        given={"app_id": "1", "issuer": "i", "key_id": "k", "private_key": pem()},
        good='{"data": {"id": "p%d", "type": "customerReviewResponses", "attributes": {}}}',
        status=201,
        revoked=said(401, errors=[{"status": "401", "code": "NOT_AUTHORIZED"}]),
        public=True,
    ),
    Way(channel="webhook"),
)


@dataclass(slots=True)
class Vendor:
    """The other side, by HTTP or as a mail server: what it was told to do, and what has arrived."""

    way: Way
    clock: SetClock
    down: bool = False
    busy_until: datetime | None = None
    revoked: bool = False
    dies: bool = False
    calls: int = 0
    arrived: list[datetime] = field(default_factory=list[datetime])
    taken: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, call: HttpCall) -> Answered | Failed | Unsure:
        if call.url.endswith("/token"):
            return said(200, access_token=f"t{self.calls}", expires_in=3600)
        refused = await self._meet()
        if isinstance(refused, (Answered, Failed)):
            return refused
        number = len(self.arrived)
        body = self.way.good % number if "%d" in self.way.good else self.way.good
        return Answered(status=self.way.status, headers={}, body=body.encode())

    async def carry(self, letter: Letter) -> Sent | Failed | Unsure:
        refused = await self._meet()
        if isinstance(refused, Answered):  # too much for a mail server: 451, and it says no time
            return Failed(reason="the mail server answered 451", permanent=False)
        return refused or Sent(receipt=letter.message_id)

    async def _meet(self) -> Answered | Failed | None:
        self.calls += 1
        if self.down:
            return Failed(reason="no connection", permanent=False)
        if self.busy_until is not None and self.clock() < self.busy_until:
            left = int((self.busy_until - self.clock()).total_seconds())
            return Answered(status=429, headers={"Retry-After": str(left)}, body=b"")
        if self.revoked:
            return self.way.revoked
        self.arrived.append(self.clock())
        if self.dies:
            self.taken.set()
            await asyncio.Event().wait()
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Out:
    """A channel that was connected, and its vendor."""

    way: Way
    world: World
    vendor: Vendor

    def sender(self) -> Sender:
        """One more process that sends."""
        tools = self.world.worker.sender
        return Sender(
            database=tools.database,
            directory=tools.directory,
            keys=tools.keys,
            gate=tools.gate,
            http=self.vendor,
            letters=self.vendor,
            clock=tools.clock,
            chance=lambda: 0.5,
        )

    async def begin(self, thread: str) -> ConversationId:
        """A conversation in which the customer has just written."""
        world, now = self.world, self.world.clock()
        person, conversation = PersonId(new_id(now)), ConversationId(new_id(now))

        def sealed(column: str, text: RawText) -> bytes:
            place = {"brand": world.brand.id, "person": person, "table": "thread", "column": column}
            return seal(KEY, text, **place, row=conversation)  # pyright: ignore[reportArgumentType] - as it is kept

        async with world.database.brand(world.brand.id) as connection:
            await threads.start(
                connection,
                person=person,
                conversation=conversation,
                door=DOOR,
                channel=self.way.channel,
                language="pl",
                lookup=world.keys.lookup("thread", thread),
                sealed=sealed("sealed", RawText(thread)),
                wrapped_key=world.keys.wrap(KEY, person_bound(brand=world.brand.id, person=person)),
                key_id=world.keys.key_id,
                noticed=True,
                now=now,
            )
        await self.run("update thread set acted_at = %s where conversation_id = %s", now, conversation)
        await self.run("update conversation set public = %s where id = %s", self.way.public, conversation)
        if self.way.envelope is not None:
            kept = sealed("envelope", self.way.envelope)
            await self.run("update thread set envelope = %s where conversation_id = %s", kept, conversation)
        return conversation

    async def say(self, conversation: ConversationId, text: str = "Zwrot trwa 14 dni.") -> None:
        """An agent's message on its way out."""
        now = self.world.clock()
        message = MessageId(new_id(now))
        await self.run(
            "insert into message (brand_id, conversation_id, id, author, kind, agent_id, text, at) "
            "values (current_brand(), %s, %s, 'agent', 'text', %s, %s, %s)",
            *(conversation, message, new_id(now), text, now),
        )
        await self.run(
            "insert into outbox (brand_id, conversation_id, message_id, connection_id, channel, author, due_at) "
            "values (current_brand(), %s, %s, %s, %s, 'agent', %s)",
            *(conversation, message, DOOR, self.way.channel, now),
        )

    async def run(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """One statement in the brand."""
        async with self.world.database.brand(self.world.brand.id) as connection:
            cursor = await connection.execute(statement, values)  # pyright: ignore[reportArgumentType] - a test's own
            return await cursor.fetchall() if cursor.description else []

    async def states(self) -> list[tuple[str, str | None]]:
        return [tuple(row) for row in await self.run("select state, error from outbox order by message_id")]

    async def settle(self, sender: Sender, *, seconds: float = 0, step: float = 1) -> None:
        """Sends all that is due, for so long, in steps."""
        end = self.world.clock() + timedelta(seconds=seconds)
        while True:
            while await sender.send():
                pass
            if self.world.clock() >= end:
                return
            self.world.clock.move(step)


@pytest.fixture(params=WAYS, ids=str)
async def out(request: pytest.FixtureRequest, database_urls: Urls) -> AsyncIterator[Out]:
    way: Way = request.param
    async with open_world(database_urls) as world:
        async with world.database.brand(world.brand.id) as connection:
            sealed = SealedDoor(
                id=DOOR,
                brand_id=world.brand.id,
                channel=way.channel,
                secret=world.keys.wrap(SECRET, seal_bound(DOOR)),
                reply_url="https://sklep.example/hook" if way.channel == "webhook" else None,
                given=seal_given(world.keys, DOOR, way.given),
            )
            await add_door(connection, sealed, world.clock())
        world.clock.move(3)  # the directory is read anew
        yield Out(way=way, world=world, vendor=Vendor(way, world.clock))


def test_no_channel_that_is_called_is_left_out() -> None:
    called = {name for name, adapter in adapters().items() if isinstance(adapter, Caller)}
    assert called - {"voice"} == {way.channel for way in WAYS}


async def test_a_sender_killed_between_send_and_receipt(out: Out) -> None:
    await out.say(await out.begin("1"))
    out.vendor.dies = True
    sending = asyncio.create_task(out.sender().send())
    await out.vendor.taken.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    out.vendor.dies = False
    await out.settle(out.sender(), seconds=120, step=10)
    ((state, _),) = await out.states()
    if out.way.caller.idempotent:  # the vendor knows the second for the first
        assert (state, len(out.vendor.arrived)) == ("sent", 2)
    else:
        assert (state, len(out.vendor.arrived)) == ("unsure", 1)


async def test_a_storm_of_429(out: Out) -> None:
    for number in range(20):
        await out.say(await out.begin(str(number)))
    out.vendor.busy_until = out.world.clock() + timedelta(seconds=90)
    sender = out.sender()
    await out.settle(sender, seconds=85, step=5)
    assert out.vendor.arrived == []
    assert {state for state, _ in await out.states()} == {"waiting"}
    await out.settle(sender, seconds=900, step=5)
    assert {state for state, _ in await out.states()} == {"sent"}
    assert len(out.vendor.arrived) == 20


async def test_a_day_without_the_vendor(out: Out) -> None:
    for number in range(3):
        await out.say(await out.begin(f"early-{number}"))
    out.vendor.down = True
    sender = out.sender()
    await out.settle(sender, seconds=23 * HOUR, step=1200)
    await out.say(await out.begin("late"))
    await out.settle(sender, seconds=HOUR, step=1200)
    assert {state for state, _ in await out.states()} == {"waiting"}
    out.vendor.down = False
    await out.settle(sender, seconds=600, step=5)
    *early, late = await out.states()
    assert late == ("sent", None)
    # WhatsApp lets nobody write after 24 hours; elsewhere a person still may, or there is no window.
    gone = out.way.channel == "whatsapp"
    assert early == [("failed", "window") if gone else ("sent", None)] * 3
    assert len(out.vendor.arrived) == (1 if gone else 4)


async def test_a_window_that_is_over(out: Out) -> None:
    await out.say(await out.begin("1"))
    await out.run("update thread set acted_at = %s", out.world.clock() - timedelta(days=8))
    await out.settle(out.sender(), seconds=5)
    limits = out.way.limits
    if limits is not None and limits.window.free is not None:
        assert await out.states() == [("failed", "window")]
        assert out.vendor.calls == 0
    else:
        assert await out.states() == [("sent", None)]


async def test_a_revoked_token(out: Out) -> None:
    if out.way.revoked is None:
        assert out.way.channel == "webhook", "signed with a secret of ours, which nobody revokes"
        return
    for number in range(10):
        await out.say(await out.begin(str(number)))
    out.vendor.revoked = True
    sender = out.sender()
    await out.settle(sender, seconds=HOUR, step=120)
    assert {state for state, _ in await out.states()} == {"waiting"}
    assert await out.run("select trouble, paused_until = 'infinity' from connection_state") == [("sign_in", True)]
    assert await out.run("select kind from connection_notice") == [("sign_in",)], "one alert, not one a message"
    assert out.vendor.calls <= 40
    out.vendor.revoked = False
    given = seal_given(out.world.keys, DOOR, {**out.way.given, **out.way.renewed})
    await out.run("update connection set given = %s where id = %s", given, DOOR)
    async with out.world.database.brand(out.world.brand.id) as connection:
        assert await connections.clear_trouble(connection, DOOR)
    await out.settle(sender, seconds=60, step=1)
    assert {state for state, _ in await out.states()} == {"sent"}
    assert len(out.vendor.arrived) == 10
