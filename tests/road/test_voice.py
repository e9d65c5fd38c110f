"""Calls by telephone from end to end: Twilio's requests, the real worker, and what the desk sees."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from starlette.types import Message

from okienko.brands.store import SealedDoor, add_door, seal_bound, seal_given
from okienko.channels.voice.adapter import sign
from okienko.conversations.store.desk import read_conversation, read_transcript
from okienko.database.urls import Urls
from okienko.speak import Telephone
from okienko.values import ConnectionId, ConversationId
from tests.road.conftest import SECRET, World, open_world
from tests.road.test_way_in import dump

pytestmark = pytest.mark.anyio

PUBLIC = "https://okienko.probny.example"
TOKEN = "0123456789abcdef0123456789abcdef"
NUMBER = "+48221234567"
CALLER = "+48501234567"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a request was answered with."""

    status: int
    body: bytes
    twiml: ET.Element = field(default_factory=lambda: ET.Element("Response"))

    @property
    def says(self) -> str:
        """Everything that is read aloud."""
        return " ".join(say.text or "" for say in self.twiml.iter("Say"))

    @property
    def verbs(self) -> list[str]:
        return [verb.tag for verb in self.twiml]

    @property
    def to(self) -> str:
        """The address of the next request."""
        for verb in self.twiml:
            if verb.tag == "Redirect":
                return verb.text or ""
            if "action" in verb.attrib:
                return verb.attrib["action"]
        raise AssertionError(self.body)


@dataclass(slots=True, kw_only=True)
class Line:
    """Twilio's side of one call."""

    world: World
    telephone: Telephone
    call: str = "CA" + "1" * 32
    caller: str = CALLER
    token: str = TOKEN

    async def ask(self, address: str, **fields: str) -> Heard:
        """One signed request."""
        return await self.post(address, urlencode(self.fields(**fields)).encode(), self.fields(**fields))

    def fields(self, **fields: str) -> dict[str, str]:
        return {
            "CallSid": self.call,
            "AccountSid": "AC" + "2" * 32,
            "From": self.caller,
            "To": NUMBER,
            "CallStatus": "in-progress",
            **fields,
        }

    async def post(
        self, address: str, body: bytes, signed: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Heard:
        path, _, query = address.partition("?")
        given = {
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "x-twilio-signature": sign(self.token, PUBLIC + address, {name: [v] for name, v in signed.items()}),
            **(headers or {}),
        }
        sent: list[Message] = []
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        }

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.telephone.hook(scope, receive, send)
        status, answer = sent[0]["status"], sent[1].get("body", b"")
        if status != 200:
            return Heard(status=status, body=answer)
        return Heard(status=status, body=answer, twiml=ET.fromstring(answer))

    async def begin(self) -> Heard:
        return await self.ask("/hooks/voice/phone", CallStatus="ringing")

    async def report(self, state: str, *, sequence: int, seconds: int | None = None) -> Heard:
        """How the call fares, as Twilio tells the address for that."""
        lasted = {} if seconds is None else {"CallDuration": str(seconds)}
        return await self.ask("/hooks/voice/phone/status", CallStatus=state, SequenceNumber=str(sequence), **lasted)

    async def conversation(self) -> ConversationId:
        async with self.world.database.brand(self.world.brand.id) as connection:
            query = "select id from conversation where channel = 'voice' order by id desc limit 1"
            row = await (await connection.execute(query)).fetchone()
        assert row is not None
        return ConversationId(row[0])

    async def standing(self) -> tuple[str, bool]:
        """Who holds the conversation, and whether it is closed."""
        async with self.world.database.brand(self.world.brand.id) as connection:
            query = "select holder, closed_at is not null from conversation where id = %s"
            row = await (await connection.execute(query, (await self.conversation(),))).fetchone()
        assert row is not None
        return row[0], row[1]


@asynccontextmanager
async def open_line(urls: Urls, **given: str) -> AsyncGenerator[Line]:
    """The road's world with a telephone, whose worker runs until it is told otherwise."""
    async with open_world(urls) as world:
        sealed = SealedDoor(
            id=ConnectionId("phone"),
            brand_id=world.brand.id,
            channel="voice",
            secret=world.keys.wrap(SECRET, seal_bound("phone")),
            given=seal_given(world.keys, "phone", {"auth_token": TOKEN, "number": NUMBER, **given}),
        )
        async with world.database.brand(world.brand.id) as connection:
            await add_door(connection, sealed, world.clock())
        telephone = Telephone(
            world.database,
            world.directory,
            world.keys,
            world.clock,
            live=world.worker.live,
            reception=world.reception,
            public_url=PUBLIC,
            patience=0.05,
        )
        yield Line(world=world, telephone=telephone)


@asynccontextmanager
async def working(line: Line) -> AsyncGenerator[Line]:
    """With the worker at work: whoever calls gets their answer within the request."""
    line.telephone = Telephone(
        line.world.database,
        line.world.directory,
        line.world.keys,
        line.world.clock,
        live=line.world.worker.live,
        reception=line.world.reception,
        public_url=PUBLIC,
        patience=60,
    )

    async def work() -> None:
        while True:
            await line.world.worker.take_turns()
            await line.world.worker.send()
            await asyncio.sleep(0.01)

    task = asyncio.create_task(work())
    try:
        yield line
    finally:
        task.cancel()


@pytest.fixture
async def line(database_urls: Urls) -> AsyncIterator[Line]:
    async with open_line(database_urls) as line:
        yield line


async def test_a_whole_call_in_polish(line: Line) -> None:
    """Greeting, question, cited answer, 0, a message with its reference; the desk sees all of it, masked."""
    async with working(line):
        hello = await line.begin()
        assert hello.verbs == ["Gather"]
        assert "To jest program (bot), nie człowiek." in hello.says
        assert "przez 12 miesięcy" in hello.says
        assert "naciśnij zero" in hello.says
        gather = hello.twiml[0].attrib
        assert (gather["language"], gather["input"], gather["bargeIn"]) == ("pl-PL", "speech dtmf", "true")
        assert gather["hints"] == "Zwroty,Konto,człowiek,konsultant"
        answer = await line.ask(hello.to, SpeechResult="ile mam czasu na zwrot towaru", Confidence="0.91")
        assert "Z artykułu „Zwrot towaru”." in answer.says
        assert "Na zwrot towaru jest 14 dni" in answer.says
        assert "naciśnij 1" in answer.says
        thanks = await line.ask(answer.to, Digits="1")
        assert "Cieszymy się." in thanks.says
        person = await line.ask(thanks.to, Digits="0")
        assert "Zajmie się tym człowiek." in person.says
        assert "Zostaw wiadomość" in person.says
        saved = await line.ask(
            person.to,
            SpeechResult="Dzwonię w sprawie paczki, mój mail to anna.kowal@poczta.example, karta 4111 1111 1111 1111",
        )
        over = await line.ask(saved.to)
        assert over.verbs == ["Say", "Hangup"]
        status = await line.ask(
            "/hooks/voice/phone/status", CallStatus="completed", SequenceNumber="3", CallDuration="125"
        )
        assert status.status == 204
    conversation = await line.conversation()
    async with line.world.database.brand(line.world.brand.id) as connection:
        lines = await read_transcript(connection, conversation)
        query = "select reference from conversation where id = %s"
        row = await (await connection.execute(query, (conversation,))).fetchone()
        assert row is not None
        seen = await read_conversation(connection, row[0])
    assert seen is not None
    assert (seen.holder, seen.closed_at) == ("queue", None)
    assert ", ".join(seen.reference.replace("-", "")) in saved.says
    told = [(one.author.value, one.kind.value, one.state, one.text) for one in lines]
    assert [(author, kind, state) for author, kind, state, _ in told] == [
        ("customer", "text", None),
        ("bot", "answer", "sent"),
        ("customer", "person", None),
        ("bot", "handoff", "sent"),
        ("customer", "text", None),
        ("system", "event", None),
    ]
    assert lines[1].helped is True
    assert "[e-mail" in told[4][3]
    assert "4111" not in told[4][3]
    assert told[5][3] == "Rozmowa zakończona po 2:05 min. Zostawiono wiadomość."
    kept = dump(line.world.urls.owner)
    for secret in (CALLER, "501234567", "4111", "anna.kowal", line.call):
        assert secret not in kept, secret
