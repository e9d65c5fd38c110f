"""Letters through real servers: Dovecot and Postfix bring what customers write and take what is answered."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from okienko.brands.store import SealedDoor, add_door, seal_bound, seal_given
from okienko.channels.email.adapter import ADAPTER
from okienko.channels.email.tokens import write_address, write_id
from okienko.channels.event import Reading
from okienko.collect import TRIES, Collector, Opener, Taken, Thread, read_cursor
from okienko.conversations.store import letters as store
from okienko.database.pool import DatabaseAway
from okienko.mail.inbox import Inbox, InboxAway, Listed, Place, SignInRefused
from okienko.mail.server import Carrier, Carries
from okienko.values import Brand, Connection, ConnectionId, ConversationId, Failed, Letter, Sent, Unsure
from tests.mail.servers import PASSWORD, Dovecot, run_dovecot, run_postfix
from tests.road.conftest import SECRET, World

pytestmark = pytest.mark.anyio

DOOR = ConnectionId("poczta")
SHOP, ANNA = "bok@sklep.example", "anna@poczta.example"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the servers' own users get to, too."""
    made = Path(tempfile.mkdtemp(prefix="okienko-mail-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def dovecot(folder: Path) -> Iterator[Dovecot]:
    with run_dovecot(folder / "dovecot") as server:
        yield server


@pytest.fixture(scope="module")
def smtp(folder: Path, dovecot: Dovecot) -> Iterator[int]:
    with run_postfix(folder / "postfix", dovecot) as port:
        yield port


@dataclass(slots=True, kw_only=True)
class Losing:
    """Takes letters away; but what the server said to the first ones, nobody hears."""

    carrier: Carries
    lost: int
    letters: list[Letter] = field(default_factory=list[Letter])

    async def carry(self, letter: Letter) -> Sent | Failed | Unsure:
        self.letters.append(letter)
        outcome = await self.carrier.carry(letter)
        self.lost -= 1
        return outcome if self.lost < 0 else Unsure(reason="the mail server broke off")


@dataclass(slots=True, kw_only=True)
class Desk:
    """The road's world with a mailbox."""

    world: World
    dovecot: Dovecot
    address: str
    anna: str
    collector: Collector

    async def door(self) -> tuple[Connection, Brand]:
        found = await self.world.directory.door(DOOR)
        assert found is not None
        return found

    async def collect(self) -> None:
        """What is new in the mailbox, and what the bot says to it."""
        await self.collector.visit(*await self.door(), once=True)
        self.world.clock.move(5)
        await self.world.settle()
        self.world.clock.move(2)
        await self.world.settle()

    async def ask(self, query: str) -> list[Any]:
        async with self.world.database.brand(self.world.brand.id) as connection:
            return await (await connection.execute(query)).fetchall()  # type: ignore[arg-type]

    async def conversations(self) -> list[ConversationId]:
        return [row[0] for row in await self.ask("select id from conversation where channel = 'email' order by id")]

    async def said(self) -> list[list[tuple[str, str]]]:
        """By conversation: who said what kind of thing."""
        return [
            [(author, kind) for author, kind, _ in await self.world.transcript(one)]
            for one in await self.conversations()
        ]

    async def give(self, **given: str) -> None:
        """Another way in, as an administrator would set it."""
        door, brand = await self.door()
        sealed = seal_given(self.world.keys, DOOR, {**door.given, **given})
        async with self.world.database.brand(brand.id) as connection:
            await connection.execute("update connection set given = %s where id = %s", (sealed, DOOR))
        self.world.clock.move(3)

    def write(self, text: str, *, subject: str = "Zwrot", to: str | None = None, **headers: str) -> bytes:
        """A letter of Anna's arrives; as she has written it."""
        letter = EmailMessage(policy=policy.SMTP.clone(max_line_length=900))
        letter["From"] = headers.pop("sender", f"Anna Nowak <{self.anna}>")
        letter["To"] = to or self.address
        letter["Subject"] = subject
        letter["Message-ID"] = headers.pop("id", make_msgid(domain="poczta.example"))
        for name, value in headers.items():
            letter[name.replace("_", "-")] = value
        letter.set_content(text)
        body = letter.as_bytes()
        self.dovecot.deliver(to or self.address, body, sender=self.anna)
        return body

    def received(self, many: int = 1) -> list[EmailMessage]:
        """What has come to Anna."""
        return [_read(body) for body in self.dovecot.wait_for(self.anna, many)]


def _read(body: bytes) -> EmailMessage:
    read = message_from_bytes(body, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


@pytest.fixture
async def desk(world: World, dovecot: Dovecot, smtp: int) -> Desk:
    """A mailbox of its own for each test, connected before anything has come."""
    name = uuid4().hex[:6]
    address, anna = f"bok{name}@sklep.example", f"anna{name}@poczta.example"
    world.clock.at = datetime.now(UTC) - timedelta(hours=3)  # whatever comes is later than the connecting
    given = {
        "address": address,
        "name": "Sklep Próbny",
        "way": "imap",
        "imap_host": "127.0.0.1",
        "imap_port": str(dovecot.imap),
        "imap_encryption": "imap",
        "imap_user": address,
        "imap_password": PASSWORD,
        "smtp_host": "127.0.0.1",
        "smtp_port": str(smtp),
        "smtp_encryption": "smtp",
        "receiving_host": "mx.sklep.example",
        "hook_user": "pm",
        "hook_password": "hak",
    }
    async with world.database.brand(world.brand.id) as connection:
        sealed = SealedDoor(
            id=DOOR,
            brand_id=world.brand.id,
            channel="email",
            secret=world.keys.wrap(SECRET, seal_bound(DOOR)),
            given=seal_given(world.keys, DOOR, given),
        )
        await add_door(connection, sealed, world.clock())
    world.worker.sender.letters = Carrier(neighbours=[f"127.0.0.1:{smtp}"])
    collector = Collector(
        database=world.database,
        directory=world.directory,
        clock=world.clock,
        takes=world.reception,
        open=Opener(neighbours=[f"127.0.0.1:{dovecot.imap}"]),
    )
    made = Desk(world=world, dovecot=dovecot, address=address, anna=anna, collector=collector)
    world.clock.move(3)
    await made.collect()
    return made


# there and back -----------------------------------------------------------------------------------------------------


async def test_a_letter_is_answered_by_a_letter(desk: Desk) -> None:
    first = _read(desk.write("ile mam czasu na zwrot towaru?"))
    await desk.collect()
    (answer,) = desk.received()
    assert "14 dni" in answer.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert answer["In-Reply-To"] == first["Message-ID"]
    assert answer["Subject"] == "Re: Zwrot"
    assert answer["Auto-Submitted"] == "auto-replied"
    assert answer["X-AI-Generated"] == "yes"
    (conversation,) = await desk.conversations()
    door, _ = await desk.door()
    assert answer["Reply-To"] == write_address(door, conversation)
    assert answer["Return-Path"] == f"<{write_address(door, conversation)}>"
    (row,) = await desk.ask("select state, receipt is not null from outbox where channel = 'email'")
    assert row == ("sent", True)


async def test_answers_go_on_with_the_conversation_and_nothing_else_does(desk: Desk) -> None:
    first = _read(desk.write("ile mam czasu na zwrot towaru?"))
    await desk.collect()
    (answer,) = desk.received()
    desk.write("a jak zmienić hasło?", subject="Re: Zwrot", In_Reply_To=answer["Message-ID"])
    desk.write("jeszcze jedno", subject="inny temat", to=answer["Reply-To"])  # a program that drops all ids
    desk.write("i jeszcze", References=f"<nic@x.example> {first['Message-ID']} <nic2@x.example>")
    await desk.collect()
    (transcript,) = await desk.said()
    assert transcript.count(("customer", "text")) == 4
    conversation = (await desk.conversations())[0]
    door, _ = await desk.door()
    guessed = write_address(replace(door, secret=bytes(32)), conversation)
    other = write_id(replace(door, secret=bytes(32)), conversation, uuid4())
    desk.write("zgadłem adres", to=guessed)
    desk.write("zgadłem numer", In_Reply_To=f"<{other}>")
    desk.write("ten sam temat", subject="Re: Zwrot")
    await desk.collect()
    assert len(await desk.conversations()) == 4


async def test_a_reference_in_the_subject_counts_for_who_takes_part(desk: Desk) -> None:
    desk.write("ile mam czasu na zwrot towaru?")
    await desk.collect()
    ((reference,),) = await desk.ask("select reference from conversation where channel = 'email'")
    desk.write("znowu ja", subject=f"sprawa [#{reference}]")
    await desk.collect()
    assert len(await desk.conversations()) == 1
    desk.write("obca", subject=f"sprawa [#{reference}]", sender="obca@poczta.example")
    await desk.collect()
    assert len(await desk.conversations()) == 2


async def test_somebody_new_in_a_conversation_is_a_matter_for_people(desk: Desk) -> None:
    desk.write("ile mam czasu na zwrot towaru?")
    await desk.collect()
    (answer,) = desk.received()
    stranger = f"obca{uuid4().hex[:6]}@poczta.example"
    desk.write("jak zmienić hasło?", sender=stranger, In_Reply_To=answer["Message-ID"])
    await desk.collect()
    (transcript,) = await desk.said()
    assert sorted(transcript) == [("bot", "answer"), ("customer", "text"), ("customer", "text"), ("note", "text")]
    assert await desk.ask("select holder from conversation where channel = 'email'") == [("queue",)]
    assert len(desk.dovecot.read(stranger)) == 0


async def test_a_sender_whom_the_domain_disowns_is_a_matter_for_people(desk: Desk) -> None:
    said = "mx.sklep.example; dmarc=fail header.from=poczta.example"
    desk.write("ile mam czasu na zwrot towaru?", Authentication_Results=said)
    await desk.collect()
    (transcript,) = await desk.said()
    assert sorted(transcript) == [("customer", "text"), ("note", "text")]
    assert await desk.ask("select holder from conversation where channel = 'email'") == [("queue",)]
    assert desk.dovecot.read(desk.anna) == []


async def test_no_program_is_answered(desk: Desk) -> None:
    desk.write("nie ma mnie w biurze", Auto_Submitted="auto-replied")
    desk.write("promocja zwrotów", List_Unsubscribe="<mailto:x@lista.example>")
    desk.write("zwrot towaru", sender=desk.address)
    await desk.collect()
    assert await desk.said() == [[("customer", "text")]] * 3
    assert desk.dovecot.read(desk.anna) == []


async def test_two_programs_do_not_write_to_each_other_for_ever(desk: Desk) -> None:
    """One that hides what it is: it answers every letter with a question that the bot has an answer to."""
    questions = ["ile mam czasu na zwrot towaru?", "jak zmienić hasło?"] * 4
    for question in questions:
        desk.write(question)
        await desk.collect()
        desk.world.clock.move(60)
    assert len(desk.dovecot.wait_for(desk.anna, 3)) == 3, "an hour's letters to one address"
    assert len(await desk.ask("select from message where author = 'note'")) >= 1
    assert (await desk.ask("select count(*) from outbox where error = 'too many letters'")) >= [(1,)]


# what comes twice, late, or not at all ------------------------------------------------------------------------------


async def test_a_letter_that_comes_by_a_hook_too_is_one_message(desk: Desk) -> None:
    body = desk.write("ile mam czasu na zwrot towaru?")
    await desk.collect()
    await desk.give(way="postmark")
    hook = orjson.dumps({"FromFull": {}, "MessageID": "0", "RawEmail": body.decode()})
    answered = await desk.world.post(f"/hooks/email/{DOOR}", hook, {"authorization": "Basic cG06aGFr"})
    assert answered.status == 200
    assert (await desk.world.post(f"/hooks/email/{DOOR}", hook, {})).status == 401
    await desk.collect()
    (transcript,) = await desk.said()
    assert transcript.count(("customer", "text")) == 1


async def test_a_letter_of_which_nobody_knows_whether_it_arrived_goes_again_as_the_same(desk: Desk) -> None:
    carrier = desk.world.worker.sender.letters
    assert carrier is not None
    losing = Losing(carrier=carrier, lost=1)
    desk.world.worker.sender.letters = losing
    desk.write("ile mam czasu na zwrot towaru?")
    await desk.collect()
    desk.world.clock.move(600)
    await desk.world.settle()
    assert len(losing.letters) == 2
    assert losing.letters[0] == losing.letters[1]
    first, again = desk.received(2)
    assert first["Message-ID"] == again["Message-ID"]
    assert await desk.ask("select state from outbox where channel = 'email'") == [("sent",)]


async def test_what_had_come_before_the_mailbox_was_connected_stays_there(desk: Desk) -> None:
    desk.write("stary list")
    await desk.ask("update connection_state set cursor = null returning 1")
    await desk.collect()
    assert await desk.conversations() == []
    desk.write("nowy list")
    await desk.collect()
    assert len(await desk.conversations()) == 1


async def test_a_mailbox_whose_numbers_change_is_read_again_and_nothing_comes_twice(desk: Desk) -> None:
    desk.write("ile mam czasu na zwrot towaru?")
    await desk.collect()
    ((before,),) = await desk.ask("select cursor from connection_state where cursor is not null")
    for file in desk.dovecot.box(desk.address).glob("dovecot*"):
        file.unlink()
    (desk.dovecot.box(desk.address) / "dovecot-uidlist").write_text("3 V77 N1 G0123456789abcdef0123456789abcdef\n")
    shutil.chown(desk.dovecot.box(desk.address) / "dovecot-uidlist", desk.dovecot.box(desk.address).owner())
    desk.write("a jak zmienić hasło?")
    await desk.collect()
    ((after,),) = await desk.ask("select cursor from connection_state where cursor is not null")
    kept, new = read_cursor(before), read_cursor(after)
    assert kept is not None
    assert new is not None
    assert kept.validity != new.validity
    assert [transcript.count(("customer", "text")) for transcript in await desk.said()] == [1, 1]


async def test_a_mailbox_is_looked_at_and_not_changed(desk: Desk) -> None:
    desk.write("ile mam czasu na zwrot towaru?")
    await desk.collect()
    names = [path.name for part in ("new", "cur") for path in (desk.dovecot.box(desk.address) / part).iterdir()]
    assert len(names) == 1
    assert not names[0].partition(":2,")[2], "no flag: nobody has read it"


async def test_a_letter_that_comes_while_the_mailbox_is_waited_on_is_taken_at_once(desk: Desk) -> None:
    door, brand = await desk.door()
    visiting = asyncio.create_task(desk.collector.visit(door, brand))
    try:
        for _ in range(2):  # the second one comes while it waits, whenever the first one did
            desk.write("ile mam czasu na zwrot towaru?")
            many = len(await desk.conversations()) + 1
            for _ in range(300):  # another program brings it
                if len(await desk.conversations()) == many:
                    break
                await asyncio.sleep(0.05)
            assert len(await desk.conversations()) == many
    finally:
        visiting.cancel()
        await asyncio.gather(visiting, return_exceptions=True)
    assert await desk.ask("select collector from connection_state where cursor is not null") == [(None,)]


async def test_a_server_that_was_away_for_a_day_is_read_on(desk: Desk, folder: Path) -> None:
    folder /= "away"
    with run_dovecot(folder) as server:
        opener = Opener(neighbours=[f"127.0.0.1:{server.imap}"])
        desk.collector.open = opener
        await desk.give(imap_port=str(server.imap))
        await desk.ask("update connection_state set cursor = null returning 1")
        await desk.collect()
        replace_server(desk, server).write("ile mam czasu na zwrot towaru?")
    for _ in range(24):
        with pytest.raises(InboxAway):
            await desk.collector.visit(*await desk.door())
        desk.world.clock.move(3600)
    with run_dovecot(folder, imap=server.imap):
        await desk.collect()
    assert len(await desk.conversations()) == 1
    assert await desk.ask("select kind from connection_notice") == []


def replace_server(desk: Desk, server: Dovecot) -> Desk:
    return Desk(world=desk.world, dovecot=server, address=desk.address, anna=desk.anna, collector=desk.collector)


async def test_a_password_that_is_refused_is_told_once(desk: Desk) -> None:
    await desk.give(imap_password="stare")
    for _ in range(3):
        with pytest.raises(SignInRefused):
            await desk.collector.visit(*await desk.door())
    assert await desk.ask("select kind, word from connection_notice") == [("sign_in", "mailbox")]
    assert await desk.ask("select trouble, paused_until from connection_state where cursor is not null") == [
        ("sign_in", None)
    ]
    await desk.give(imap_password=PASSWORD)
    desk.write("ile mam czasu na zwrot towaru?")
    await desk.collect()
    assert len(await desk.conversations()) == 1
    assert await desk.ask("select trouble from connection_state where cursor is not null") == [(None,)]


async def test_a_mailbox_is_read_by_one_process_at_a_time(desk: Desk) -> None:
    other = replace_collector(desk)
    async with desk.world.database.brand(desk.world.brand.id) as connection:
        lease = timedelta(seconds=90)
        taken = await store.take_mailbox(connection, DOOR, other.name, now=desk.world.clock(), lease=lease)
    assert taken is not None
    with pytest.raises(Taken):
        await desk.collector.visit(*await desk.door(), once=True)
    desk.world.clock.move(91)
    await desk.collect()


def replace_collector(desk: Desk) -> Collector:
    return Collector(
        database=desk.world.database, directory=desk.world.directory, clock=desk.world.clock, takes=desk.world.reception
    )


# letters that cannot be read ----------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Box:
    """A mailbox that is a value."""

    letters: Mapping[int, bytes]
    sizes: Mapping[int, int] = field(default_factory=dict[int, int])
    at: datetime
    validity: int = 7
    following: int = 1
    waits: bool = False

    def list_since(self, uid: int, since: datetime) -> Sequence[Listed]:
        return [
            Listed(uid=one, size=self.sizes.get(one, len(self.letters[one])), at=self.at)
            for one in sorted(self.letters)
            if one > uid and self.at >= since
        ]

    def read(self, uid: int) -> bytes | None:
        return self.letters[uid] or None

    def wait(self, seconds: float) -> bool:
        return True

    def close(self) -> None:
        pass


async def test_a_letter_that_nobody_can_read_is_set_aside_and_the_next_one_taken(desk: Desk) -> None:
    good = b"From: a@b.example\r\nMessage-ID: <%d@b.example>\r\n\r\nile mam czasu na zwrot towaru?\r\n"
    box = Box(
        letters={1: b"\r\n\r\nno head", 2: good % 2, 3: b"x" * 10, 4: b"", 5: good % 5},
        sizes={3: 31 * 1024 * 1024},
        at=desk.world.clock() + timedelta(hours=1),
    )

    async def opens(_: Place, __: Thread) -> Inbox:
        return box

    desk.collector.open = opens
    await desk.ask("update connection_state set cursor = null returning 1")
    await desk.collect()
    assert len(await desk.conversations()) == 2
    assert len(await desk.ask("select from unparsed")) == 2
    assert (await desk.ask("select cursor from connection_state where cursor is not null"))[0][0].startswith("7:5:")


async def test_a_letter_that_cannot_be_stored_does_not_hold_up_the_others_for_ever(desk: Desk) -> None:
    good = b"From: a@b.example\r\nMessage-ID: <%d@b.example>\r\n\r\nile mam czasu na zwrot towaru?\r\n"
    box = Box(letters={1: good % 1, 2: good % 2}, at=desk.world.clock() + timedelta(hours=1))
    takes = Choosy(takes=desk.collector.takes, refuses="1@b.example")

    async def opens(_: Place, __: Thread) -> Inbox:
        return box

    desk.collector.open = opens
    desk.collector.takes = takes
    await desk.ask("update connection_state set cursor = null returning 1")
    for _ in range(TRIES - 1):
        with pytest.raises(DatabaseAway):
            await desk.collect()
    assert await desk.conversations() == []
    await desk.collect()
    assert len(await desk.conversations()) == 1
    assert len(await desk.ask("select from unparsed")) == 1


@dataclass(slots=True, kw_only=True)
class Choosy:
    """Stores, but for one letter."""

    takes: Any
    refuses: str

    async def take_reading(self, door: Connection, brand: Brand, reading: Reading) -> None:
        if any(event.message == self.refuses for event in reading.events):
            raise DatabaseAway("not stored")
        await self.takes.take_reading(door, brand, reading)


# what comes back ----------------------------------------------------------------------------------------------------


async def test_a_letter_that_comes_back_stops_others_and_is_told(desk: Desk) -> None:
    """Postfix knows nobody at that domain, and says so in a report of its own."""
    gone = f"{uuid4().hex[:6]}@daleko.example"
    desk.write("ile mam czasu na zwrot towaru?", sender=gone)
    await desk.collect()
    reports = desk.dovecot.wait_for(desk.address, 2)
    assert b"multipart/report" in reports[-1]
    await desk.collect()
    assert await desk.ask("select why from letter_stop") == [("bounce",)]
    assert await desk.ask("select state from outbox where channel = 'email' and author = 'bot'") == [("failed",)]
    (transcript,) = await desk.said()
    assert transcript[-1] == ("note", "text")
    assert await desk.ask("select holder from conversation where channel = 'email'") == [("queue",)]
    (conversation,) = await desk.conversations()
    await answer_as_agent(desk, conversation)
    assert await desk.ask("select state, error from outbox where author = 'agent'") == [("failed", "suppressed")]
    desk.write("już działa", sender=gone)
    await desk.collect()
    assert await desk.ask("select why from letter_stop") == [], "whoever writes can be written to"


async def answer_as_agent(desk: Desk, conversation: ConversationId) -> None:
    """A person's words, as the desk leaves them in the outbox."""
    async with desk.world.database.brand(desk.world.brand.id) as connection:
        message = UUID(int=(int(desk.world.clock().timestamp() * 1000) << 80) | 0x7000 << 64 | 1 << 63)
        await connection.execute(
            "insert into message (brand_id, conversation_id, id, author, kind, text, at)"
            " values (current_brand(), %s, %s, 'agent', 'text', 'Sprawdzam.', %s)",
            (conversation, message, desk.world.clock()),
        )
        await connection.execute(
            "insert into outbox (brand_id, conversation_id, message_id, connection_id, channel, author, state, due_at)"
            " values (current_brand(), %s, %s, %s, 'email', 'agent', 'waiting', %s)",
            (conversation, message, DOOR, desk.world.clock()),
        )
    await desk.world.settle()


async def test_a_report_about_a_letter_that_we_did_not_send_stops_nothing(desk: Desk) -> None:
    desk.write("ile mam czasu na zwrot towaru?")
    await desk.collect()
    forged = (
        f"From: mailer-daemon@zly.example\r\nTo: {desk.address}\r\nMessage-ID: <f@zly.example>\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; zly.example\r\n\r\n"
        f"Final-Recipient: rfc822; {desk.anna}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "--x\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <zgadniete@sklep.example>\r\n--x--\r\n"
    )
    desk.dovecot.deliver(desk.address, forged.encode())
    await desk.collect()
    assert await desk.ask("select why from letter_stop") == []
    assert await desk.ask("select kind from connection_notice") == [("possible_bounce",)]
    assert await desk.ask("select state from outbox where channel = 'email'") == [("sent",)]


def test_the_channel_is_found() -> None:
    assert ADAPTER.name == "email"
