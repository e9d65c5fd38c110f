"""Calls by telephone from end to end: Twilio's requests, the real worker, and what the desk sees."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as over
from hypothesis import strategies as st
from starlette.types import Message

from okienko.brands.store import SealedDoor, add_door, seal_bound, seal_given
from okienko.channels.voice.adapter import sign
from okienko.conversations.store.desk import read_conversation, read_transcript
from okienko.database.pool import DatabaseAway
from okienko.database.urls import Urls
from okienko.speak import Telephone
from okienko.values import Brand, Connection, ConnectionId, ConversationId, Inbound
from tests.road.conftest import SECRET, World, open_world
from tests.road.test_scenarios import publish_scenario
from tests.road.test_way_in import dump

pytestmark = pytest.mark.anyio

PUBLIC = "https://okienko.probny.example"
TOKEN = "0123456789abcdef0123456789abcdef"
NUMBER = "+48221234567"
CALLER = "+48501234567"
PLACES = ("", "turn", "wait", "message", "dialled", "status", "other")


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


async def test_a_call_begins_with_one_conversation_and_its_number_is_sealed(line: Line) -> None:
    await line.begin()
    async with line.world.database.brand(line.world.brand.id) as connection:
        query = "select lookup from identity where kind = 'phone'"
        rows = await (await connection.execute(query)).fetchall()
        noticed = await (await connection.execute("select noticed, notice_version from conversation")).fetchall()
    # As what somebody types into a message: the desk finds both.
    assert [bytes(row[0]) for row in rows] == [line.world.keys.lookup("PHONE_NUMBER", "+48501234567")]
    assert noticed == [(True, 1)]


@pytest.mark.parametrize("caller", ["anonymous", "+266696687", "client:anna", "sip:anna@probny.example"])
async def test_whoever_hides_their_number_is_asked_for_one(line: Line, caller: str) -> None:
    line.caller = caller
    hello = await line.begin()
    async with working(line):
        person = await line.ask(hello.to, Digits="0")
    assert "pod jaki numer można oddzwonić" in person.says
    async with line.world.database.brand(line.world.brand.id) as connection:
        assert await (await connection.execute("select from identity")).fetchall() == []


async def test_words_for_a_person_and_two_turns_that_nobody_understood_lead_to_one(line: Line) -> None:
    async with working(line):
        for number, words in enumerate((["chcę rozmawiać z konsultantem"], ["prom na Bornholm", "prom na Bornholm"])):
            line.call = f"CA{number}".ljust(34, "3")
            heard = await line.begin()
            for text in words:
                heard = await line.ask(heard.to, SpeechResult=text)
            assert "/message?" in heard.to
            assert await line.standing() == ("queue", False)


async def test_choices_are_keys_and_a_key_is_the_choice(line: Line) -> None:
    async with working(line):
        hello = await line.begin()
        menu = await line.ask(hello.to, SpeechResult="dzień dobry")
        assert "Zwroty: naciśnij 1. Konto: naciśnij 2." in menu.says
        assert "Wybierz kategorię albo powiedz, co się stało." in menu.says
        nothing = await line.ask(menu.to, Digits="7")
        assert "Pod tym klawiszem nic nie ma." in nothing.says
        picked = await line.ask(nothing.to, Digits="2")
        assert "Konto. Powiedz, co się stało." in picked.says
        assert picked.twiml[0].get("numDigits") is None, "what is asked for may be a number"
    async with line.world.database.brand(line.world.brand.id) as connection:
        query = "select kind, choice from message where author = 'customer' order by id"
        said = await (await connection.execute(query)).fetchall()
    assert said == [("text", None), ("choice", "konto")]


async def test_what_is_said_may_be_the_number_of_a_choice(line: Line) -> None:
    async with working(line):
        menu = await line.ask((await line.begin()).to, SpeechResult="dzień dobry")
        picked = await line.ask(menu.to, SpeechResult="Jeden.")
    assert "Zwroty. Powiedz, co się stało." in picked.says


async def test_many_keys_are_words_and_are_masked(line: Line) -> None:
    async with working(line):
        picked = await line.ask((await line.begin()).to, Digits="4111111111111111")
        assert picked.status == 200
    assert "4111" not in dump(line.world.urls.owner)
    told = await line.world.transcript(await line.conversation())
    assert told[0] == ("customer", "text", "[karta]")


async def test_silence_is_asked_once_and_ends_the_call_the_second_time(line: Line) -> None:
    hello = await line.begin()
    once = await line.ask(hello.to)
    assert "Nic nie słychać." in once.says
    assert (await line.ask(once.to)).verbs == ["Say", "Hangup"]
    assert await line.world.transcript(await line.conversation()) == []


async def test_when_the_worker_is_dead_the_line_waits_and_then_a_person_gets_it(line: Line) -> None:
    hello = await line.begin()
    heard = await line.ask(hello.to, SpeechResult="ile mam czasu na zwrot towaru")
    for _ in range(2):
        assert heard.verbs == ["Say", "Redirect"]
        assert heard.says == "Chwileczkę, sprawdzam."
        assert await line.standing() == ("bot", False)
        heard = await line.ask(heard.to)
    assert "Zostaw wiadomość" in heard.says
    assert await line.standing() == ("queue", False)
    saved = await line.ask(heard.to, SpeechResult="proszę o telefon")
    assert "Wiadomość jest zapisana." in saved.says
    await line.world.settle()  # the worker is back, and says nothing into a conversation that people have
    told = await line.world.transcript(await line.conversation())
    assert [(author, kind) for author, kind, _ in told] == [("customer", "text"), ("customer", "text")]


async def test_a_worker_that_comes_back_answers_who_waits(line: Line) -> None:
    heard = await line.ask((await line.begin()).to, SpeechResult="ile mam czasu na zwrot towaru")
    assert heard.verbs == ["Say", "Redirect"]
    await line.world.settle()
    assert "Na zwrot towaru jest 14 dni" in (await line.ask(heard.to)).says


async def test_a_repeat_gets_the_same_answer_and_nothing_is_stored_twice(line: Line) -> None:
    async with working(line):
        hello = await line.begin()
        assert (await line.begin()).body == hello.body
        answer = await line.ask(hello.to, SpeechResult="ile mam czasu na zwrot towaru")
        before = await line.world.transcript(await line.conversation())
        again = await asyncio.gather(
            *(line.ask(hello.to, SpeechResult="ile mam czasu na zwrot towaru") for _ in range(3))
        )
        assert {one.body for one in again} == {answer.body}
        assert await line.world.transcript(await line.conversation()) == before
        async with line.world.database.brand(line.world.brand.id) as connection:
            assert await (await connection.execute("select count(*) from phone_call")).fetchone() == (1,)


async def test_repeats_that_come_at_once_say_a_thing_once(line: Line) -> None:
    hello = await line.begin()
    async with working(line):
        heard = await asyncio.gather(*(line.ask(hello.to, SpeechResult="zwrot towaru") for _ in range(4)))
    assert len({one.body for one in heard}) == 1
    assert "Na zwrot towaru jest 14 dni" in heard[0].says


async def test_what_is_forged_is_refused_and_leaves_nothing(line: Line) -> None:
    await line.world.directory.read()
    before = dump(line.world.urls.owner)
    fields = line.fields(CallStatus="ringing")
    body = urlencode(fields).encode()
    address = "/hooks/voice/phone"
    forged = [
        await line.post(address, body + b"&Digits=0", fields),
        await line.post(address, body, {**fields, "From": "+48501234568"}),
        await line.post(address, body, fields, {"x-twilio-signature": ""}),
        await line.post(address, body, fields, {"x-twilio-signature": "AAAA"}),
        await line.post(f"{address}/turn?n=1", body, fields, {"x-twilio-signature": sign(TOKEN, PUBLIC + address, {})}),
        await line.post(address, body, fields, {"content-type": "application/json"}),
    ]
    line.token = "another"
    forged.append(await line.ask(address))
    assert {one.status for one in forged} == {401}
    assert {one.body for one in forged} == {b""}
    assert (await line.post("/hooks/voice/none", body, fields)).status == 404
    assert (await line.post("/hooks/voice/chat", body, fields)).status == 404
    assert (await line.post(address, b"a" * 70_000, {})).status == 413
    assert dump(line.world.urls.owner) == before


async def test_a_request_without_a_call_is_kept_as_its_shape_alone(line: Line) -> None:
    heard = await line.post("/hooks/voice/phone", b"Tajne=PESEL+44051401359", {"Tajne": "PESEL 44051401359"})
    assert heard.verbs == ["Hangup"]
    kept = dump(line.world.urls.owner)
    assert "a form of 1 fields without a call" in kept
    assert "44051401359" not in kept
    assert "Tajne" not in kept


async def test_during_opening_hours_a_person_is_called(database_urls: Urls) -> None:
    async with open_line(database_urls, forward="+48221234568") as line, working(line):
        person = await line.ask((await line.begin()).to, Digits="0")
        assert person.verbs == ["Say", "Say", "Dial"]
        assert person.twiml[2].findtext("Number") == "+48221234568"
        talked = await line.ask(person.to, DialCallStatus="completed", DialCallDuration="61")
        assert talked.verbs == ["Hangup"]
        assert await line.standing() == ("queue", True)
        await line.report("completed", sequence=2, seconds=70)
        told = await line.world.transcript(await line.conversation())
        assert told[-1] == ("system", "event", "Rozmowa zakończona po 1:10 min. Połączono ją z człowiekiem.")


@pytest.mark.parametrize("outcome", ["busy", "no-answer", "failed", "canceled"])
async def test_where_nobody_answers_a_message_can_be_left(database_urls: Urls, outcome: str) -> None:
    async with open_line(database_urls, forward="+48221234568") as line, working(line):
        person = await line.ask((await line.begin()).to, Digits="0")
        nobody = await line.ask(person.to, DialCallStatus=outcome)
        assert "Teraz nikt nie może odebrać." in nobody.says
        assert "/message?" in nobody.to
        assert await line.standing() == ("queue", False)


async def test_outside_opening_hours_nobody_is_called(database_urls: Urls) -> None:
    async with open_line(database_urls, forward="+48221234568") as line, working(line):
        line.world.clock.move(10 * 3600)  # 23:00 in Warsaw
        person = await line.ask((await line.begin()).to, Digits="0")
        assert person.verbs == ["Gather"]
        assert "Godziny otwarcia: od poniedziałku do niedzieli od 8:00 do 20:00." in person.says


async def test_a_hotline_without_the_bot(database_urls: Urls) -> None:
    """Greeting, then a person; what became of it stands in the conversation."""
    async with open_line(database_urls, forward="+48221234568", bot="off") as line:
        hello = await line.begin()
        assert hello.verbs == ["Say", "Say", "Say", "Dial"]
        assert "bot" not in hello.says
        await line.ask(hello.to, DialCallStatus="no-answer")
        await line.report("completed", sequence=1, seconds=30)
        assert await line.standing() == ("queue", False)
        assert await line.world.transcript(await line.conversation()) == [
            (
                "system",
                "event",
                "Rozmowa zakończona po 0:30 min. Dzwoniący chciał rozmawiać z człowiekiem i nie zostawił wiadomości.",
            )
        ]


async def test_reports_come_in_any_order_and_the_end_is_the_end(line: Line) -> None:
    await line.begin()
    for state, sequence, seconds in (
        ("in-progress", 2, None),
        ("ringing", 1, None),
        ("completed", 3, 12),
        ("completed", 3, 12),
        ("in-progress", 4, None),
        ("failed", 5, 99),
    ):
        assert (await line.report(state, sequence=sequence, seconds=seconds)).status == 204
    async with line.world.database.brand(line.world.brand.id) as connection:
        query = "select state, sequence, seconds from phone_call"
        assert await (await connection.execute(query)).fetchall() == [("completed", 3, 12)]
    assert await line.standing() == ("bot", True)
    told = await line.world.transcript(await line.conversation())
    assert told == [("system", "event", "Rozmowa zakończona po 0:12 min. Dzwoniący nie prosił o człowieka.")]
    line.call = "CA" + "9" * 32
    assert (await line.report("completed", sequence=0, seconds=0)).status == 204, "a call that never came here"


async def test_a_call_of_whose_end_nothing_is_heard_is_over_by_itself(line: Line) -> None:
    heard = await line.ask((await line.begin()).to, SpeechResult="zwrot towaru")
    assert heard.verbs == ["Say", "Redirect"]
    await line.world.worker.take_turns()
    line.world.clock.move(6 * 3600)
    await line.world.worker.tend_calls()
    await line.world.worker.tend_calls()
    told = await line.world.transcript(await line.conversation())
    assert [kind for _, kind, _ in told] == ["text", "answer", "event"]
    async with line.world.database.brand(line.world.brand.id) as connection:
        assert await (await connection.execute("select state, error from outbox")).fetchall() == [
            ("cancelled", "the call is over")
        ]
        assert await (await connection.execute("select from phone_answer")).fetchall() == []
    assert await line.standing() == ("bot", True)


async def test_a_long_answer_is_read_in_parts(line: Line) -> None:
    body = " ".join(f"Krok {number} reklamacji opisuje zgłoszenie wady." for number in "ABCDEFG")
    async with working(line):
        answer = await line.ask((await line.begin()).to, SpeechResult="ile mam czasu na zwrot towaru")
        conversation = await line.conversation()
        async with line.world.database.brand(line.world.brand.id) as connection:
            await connection.execute(
                "update message set text = %s where conversation_id = %s and author = 'bot'", (body, conversation)
            )
        assert "s=" not in answer.to
        message = answer.to.replace("?", "?s=0&")
        first = await line.ask(message, Digits="9")
        assert "Krok C" in first.says
        assert "Krok D" not in first.says
        assert "naciśnij 9" in first.says
        rest = await line.ask(first.to, SpeechResult="dalej")
        assert "Krok D" in rest.says
        assert "Krok G" in rest.says
        assert "naciśnij 9" not in rest.says


async def test_who_is_erased_during_a_call_leaves_nothing_to_say(line: Line) -> None:
    heard = await line.ask((await line.begin()).to, SpeechResult="zwrot towaru")
    with psycopg.connect(line.world.urls.owner, autocommit=True) as owner:
        owner.execute("delete from okienko.person")
    assert (await line.ask(heard.to)).status == 200


async def test_when_the_database_goes_away_the_caller_hears_it_and_gets_a_person(database_urls: Urls) -> None:
    async with open_line(database_urls, forward="+48221234568") as line:
        hello = await line.begin()

        class Away:
            async def take(self, door: Connection, brand: Brand, inbound: Inbound) -> object:
                raise DatabaseAway("gone")

        line.telephone = Telephone(
            line.world.database,
            line.world.directory,
            line.world.keys,
            line.world.clock,
            live=line.world.worker.live,
            reception=Away(),
            public_url=PUBLIC,
        )
        heard = await line.ask(hello.to, SpeechResult="zwrot towaru")
        assert heard.verbs == ["Say", "Dial"]
        assert "Przepraszamy" in heard.says


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@over(body=st.binary(max_size=200), query=st.text("nmsqwl=&0123456789-ax", max_size=30), place=st.sampled_from(PLACES))
async def test_no_request_breaks_the_line(line: Line, body: bytes, query: str, place: str) -> None:
    """Signed or not, whatever stands in it."""
    assert (await line.post(f"/hooks/voice/phone/{place}?{query}", body, {})).status in {200, 204, 401}


FORMS = st.dictionaries(
    st.sampled_from(
        ["SpeechResult", "Digits", "DialCallStatus", "CallStatus", "SequenceNumber", "CallDuration", "From"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(["0", "1", "9", "completed"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@over(fields=FORMS, query=st.text("nmsqwl=&0123456789-ax", max_size=30), place=st.sampled_from(PLACES))
async def test_no_signed_form_breaks_the_line(line: Line, fields: dict[str, str], query: str, place: str) -> None:
    assert (await line.ask(f"/hooks/voice/phone/{place}?n=1{query}", **fields)).status in {200, 204}


async def test_a_scenario_is_played_by_telephone_and_its_choices_are_keys(line: Line) -> None:
    await publish_scenario(line.world)
    async with working(line):
        asked = await line.ask((await line.begin()).to, SpeechResult="moja paczka nie dotarła")
        assert asked.says.startswith("Co się stało z przesyłką? Nie dotarła: naciśnij 1.")
        assert "Rozmowa z człowiekiem: naciśnij zero." in asked.says
        assert asked.twiml[0].get("numDigits") == "1"
        when = await line.ask(asked.to, Digits="1")
        assert when.says == "Kiedy było złożone zamówienie? Rozmowa z człowiekiem: naciśnij zero."
        assert when.twiml[0].get("numDigits") is None
        number = await line.ask(when.to, SpeechResult="01.01.2020")
        person = await line.ask(number.to, SpeechResult="ZAM-2041 anna@kowalska.example")
    assert "Zostaw wiadomość" in person.says
    assert await line.standing() == ("queue", False)
