"""The way of a file: from the window through the check to the seal, with a message, and to whoever may open it."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import orjson
import psycopg
import pytest
from starlette.types import Message

from okienko.attachments.kinds import MOST_BYTES
from okienko.channels.webchat import pages as webchat
from okienko.channels.webchat.adapter import MOST_ATTACHMENTS
from okienko.channels.webchat.uploads.pages import MOST_AT_ONCE, OF_CONVERSATION
from okienko.conversations.store import attachments
from okienko.conversations.store.attachments import PART, VIEWS_AN_HOUR
from okienko.database.urls import Urls
from okienko.receive import Reception
from okienko.values import StaffId
from tests.attachments.files import END, PIXELS, SECRET, chunk, exif, header, jpeg, pdf, png, segment
from tests.conftest import Cluster
from tests.desk_world import World, csrf, open_world
from tests.road.test_way_in import dump

pytestmark = pytest.mark.anyio
PHOTOGRAPH = jpeg(segment(0xE1, b"Exif\0\0" + exif()), segment(0xFE, SECRET))
LINES = "select text from message where kind = 'attachment'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A customer's window: the token of a conversation and how to reach the server."""

    way: Way
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    async def upload(self, body: bytes, **headers: str) -> httpx2.Response:
        address = f"/chat/{self.way.door}/attachments"
        return await self.way.client.post(address, content=body, headers=self.headers | headers)

    async def attach(self, body: bytes) -> str:
        answer = await self.upload(body)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    async def drop(self, id_: str) -> int:
        return (
            await self.way.client.delete(f"/chat/{self.way.door}/attachments/{id_}", headers=self.headers)
        ).status_code

    async def say(self, text: str, *files: str, event: UUID | None = None, kind: str = "text") -> tuple[int, str]:
        body = {"id": str(event or uuid4()), "kind": kind, "text": text, "choice": None, "attachments": files}
        return await self.way.post(orjson.dumps(body), self.headers)

    async def reference(self) -> str:
        """Of the conversation; there is one."""
        return str((await self.way.rows("select reference from conversation"))[0][0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A desk and a window on one database."""

    world: World
    client: httpx2.AsyncClient
    reception: Reception

    @property
    def door(self) -> str:
        return self.world.doors[self.world.brand.id]

    async def begin(self) -> Chat:
        answer = await self.client.post(f"/chat/{self.door}/start", json={"language": "pl"})
        return Chat(way=self, token=answer.json()["token"])

    async def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        sent: list[Message] = []
        named = [(name.encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": "POST", "path": f"/hooks/webchat/{self.door}", "headers": named}

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.reception.hook(scope, receive, send)
        answer = orjson.loads(sent[1]["body"])
        return sent[0]["status"], answer.get("state") or answer["error"]

    async def rows(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        async with self.world.services.database.brand(self.world.brand.id) as connection:
            cursor = await connection.execute(statement.encode(), values)
            return await cursor.fetchall() if cursor.description else []

    async def agent(self, reference: str, *, holds: bool = True, role: str = "agent") -> Agent:
        name = secrets.token_hex(4)
        staff = await self.world.hire(name, {self.world.brand.id: "lead" if role == "lead" else "agent"})
        if holds:
            await self.rows("update conversation set holder = 'agent', agent_id = %(staff)s", staff=staff)
        address = f"/desk/conversations/{self.world.brand.slug}/{reference}"
        return Agent(browser=await self.world.enter(staff), address=address, id=staff, name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Somebody at the desk with the conversation before them."""

    browser: httpx2.AsyncClient
    address: str
    id: StaffId
    name: str

    async def page(self, told: str = "") -> str:
        return (await self.browser.get(self.address + told)).text

    async def open(self, id_: str) -> httpx2.Response:
        form = {"csrf": csrf(await self.page()), "attachment": id_}
        return await self.browser.post(self.address + "/attachment", data=form)


@asynccontextmanager
async def open_way(urls: Urls, folder: Path) -> AsyncGenerator[Way]:
    """A desk and a window on the database at `urls`."""
    async with open_world(urls, folder) as world:
        world.app.router.routes.extend(webchat.routes())
        await world.move("pl")
        given = world.services
        reception = Reception(given.database, given.directory, given.keys, given.clock, lambda: None)
        running = asyncio.create_task(reception.run())
        async with world.browser() as client:
            yield Way(world=world, client=client, reception=reception)
        running.cancel()


@pytest.fixture
async def way(database_urls: Urls, tmp_path: Path) -> AsyncIterator[Way]:
    async with open_way(database_urls, tmp_path) as way:
        yield way


# from the window to the desk -----------------------------------------------------------------------------------------


async def test_a_photograph_goes_with_a_message_and_is_opened_by_who_has_the_conversation(way: Way) -> None:
    chat = await way.begin()
    answer = await chat.upload(PHOTOGRAPH)
    assert (answer.status_code, set(answer.json())) == (201, {"id", "name", "size"})
    assert (answer.json()["name"], answer.json()["size"]) == ("Zdjęcie", "1 kB")
    id_ = answer.json()["id"]
    assert await chat.say("paczka przyszła tak", id_) == (200, "stored")
    assert await way.rows(LINES) == [("paczka przyszła tak\n[załącznik: zdjęcie]",)]
    agent = await way.agent(await chat.reference())
    page = await agent.page()
    assert "Zdjęcie" in page
    assert "JPEG, 1 kB" in page
    assert "paczka przyszła tak" in page
    assert "[załącznik: zdjęcie]</div>" not in page  # the card is there instead
    assert "Ostatnie otwarcie" not in page
    opened = await agent.open(id_)
    assert opened.status_code == 200
    assert SECRET not in opened.content
    assert opened.content.startswith(b"\xff\xd8\xff\xe0")
    assert opened.headers["content-type"] == "image/jpeg"
    assert opened.headers["content-length"] == str(len(opened.content))
    assert opened.headers["content-disposition"] == f'inline; filename="{await chat.reference()}-1.jpeg"'
    assert opened.headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert opened.headers["x-content-type-options"] == "nosniff"
    assert opened.headers["cache-control"] == "no-store"
    assert await way.rows("select attachment_id, staff_id from attachment_view") == [(UUID(id_), agent.id)]
    assert f"Ostatnie otwarcie: {agent.name}" in await agent.page()


async def test_a_file_alone_is_a_message_and_several_keep_their_order(way: Way) -> None:
    chat = await way.begin()
    files = [await chat.attach(body) for body in (png(), pdf(), "dziennik błędów".encode())]
    assert await chat.say("", *files) == (200, "stored")
    assert await way.rows(LINES) == [("[załącznik: zdjęcie]\n[załącznik: PDF]\n[załącznik: plik tekstowy]",)]
    agent = await way.agent(await chat.reference())
    text = await agent.open(files[2])
    assert text.content.decode() == "dziennik błędów"
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert text.headers["content-disposition"] == f'attachment; filename="{await chat.reference()}-3.txt"'
    assert "Bez kontroli antywirusowej" in await agent.page()


async def test_a_large_file_comes_back_whole_from_its_parts(way: Way) -> None:
    chat = await way.begin()
    body = b"".join(b"%08d\n" % n for n in range(PART * 5 // 2 // 9))
    id_ = await chat.attach(body)
    await chat.say("", id_)
    parts = await way.rows("select number, length(sealed) from attachment_part order by number")
    assert parts == [(0, PART + 28), (1, PART + 28), (2, len(body) - 2 * PART + 28)]
    assert (await (await way.agent(await chat.reference())).open(id_)).content == body


def find_files(folder: Path, words: Sequence[bytes]) -> list[str]:
    """The files under a folder in which one of these words stands."""
    planted = re.compile(b"|".join(map(re.escape, words)))
    found: list[str] = []
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # a socket, or a file of another test that ends in this moment
                if planted.search((Path(parent) / name).read_bytes()):
                    found.append(name)
    return found


async def test_prv_03_nothing_of_a_file_is_found_in_clear_anywhere(
    way: Way, cluster: Cluster, database_urls: Urls, run_folder: Path
) -> None:
    planted = {name: f"{name} {uuid4().hex}".encode() for name in ("gps", "comment", "text", "name", "pixels")}
    picture = jpeg(segment(0xE1, b"Exif\0\0" + exif() + planted["gps"]), segment(0xFE, planted["comment"]))
    chat = await way.begin()
    files = [
        await chat.attach(picture),
        await chat.attach(b"tajemnica: " + planted["text"] + bytes(range(97, 123)) * 50_000),
        await chat.attach(png(chunk(b"tEXt", b"Author\0" + planted["name"]))),
        await chat.attach(b"\x89PNG\r\n\x1a\n" + header() + chunk(b"PLTE", planted["pixels"][:42]) + PIXELS + END),
    ]
    await chat.say("w załączeniu", *files)
    agent = await way.agent(await chat.reference())
    for id_ in files:
        assert (await agent.open(id_)).status_code == 200
    with psycopg.connect(cluster.server.superuser, autocommit=True) as superuser:
        superuser.execute("checkpoint")  # from memory to the files
    stored = dump(database_urls.owner)
    assert "w załączeniu" in stored  # the probe sees what is there
    words = [*planted.values(), planted["pixels"][:42]]
    for word in words:
        assert word.decode() not in stored
        assert word.hex() not in stored
    assert find_files(run_folder, ["w załączeniu".encode()]) != []  # so does this one
    assert find_files(run_folder, words) == []


# what is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        (b"<svg/>", 415, "unknown"),
        (b"PK\x03\x04rest", 415, "office"),
        (b"\0\0\0\x24ftypheic", 415, "heic"),
        (PHOTOGRAPH[:-2], 422, "damaged"),
        (pdf()[:500], 422, "damaged"),
        (b"", 422, "empty"),
        (b"\x89PNG\r\n\x1a\n" + header(9000, 9000) + PIXELS + END, 413, "too_many_pixels"),
        (b"a" * (MOST_BYTES + 1), 413, "too_large"),
    ],
)
async def test_sec_12_what_is_refused_leaves_nothing(way: Way, body: bytes, status: int, why: str) -> None:
    chat = await way.begin()
    answer = await chat.upload(body)
    assert (answer.status_code, answer.json()) == (status, {"refused": why})
    assert await way.rows("select count(*) from attachment") == [(0,)]


async def test_a_body_that_lies_about_its_length_is_cut_off(way: Way) -> None:
    chat = await way.begin()

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(MOST_BYTES // 100_000 + 2):
            yield b"a" * 100_000

    answer = await way.client.post(f"/chat/{way.door}/attachments", content=endless(), headers=chat.headers)
    assert answer.status_code == 413
    assert await way.rows("select count(*) from attachment") == [(0,)]


async def test_only_a_conversation_takes_files_and_not_too_many(way: Way) -> None:
    chat = await way.begin()
    stranger = Chat(way=way, token="x" * 43)
    assert (await stranger.upload(png())).status_code == 401
    for _ in range(OF_CONVERSATION):
        await chat.attach(png())
    refused = await chat.upload(png())
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    way.world.later(hours=1)
    assert (await chat.upload(png())).status_code == 201
    assert (await (await way.begin()).upload(png())).status_code == 201  # somebody else's limit is their own


async def test_a_process_holds_so_many_uploads_and_no_more(way: Way) -> None:
    go, reading = asyncio.Event(), asyncio.Semaphore(0)

    async def slowly() -> AsyncIterator[bytes]:
        yield b"a"
        reading.release()
        await go.wait()
        yield b"b"

    chats = [await way.begin() for _ in range(MOST_AT_ONCE)]
    address = f"/chat/{way.door}/attachments"
    uploads = [asyncio.create_task(way.client.post(address, content=slowly(), headers=chat.headers)) for chat in chats]
    for _ in uploads:
        await reading.acquire()
    refused = await chats[0].upload(png())
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    go.set()
    assert {answer.status_code for answer in await asyncio.gather(*uploads)} == {201}
    assert (await chats[0].upload(png())).status_code == 201


async def test_a_message_names_at_most_five_files_by_their_ids(way: Way) -> None:
    chat = await way.begin()
    files = [await chat.attach(png()) for _ in range(MOST_ATTACHMENTS + 1)]
    assert (await chat.say("", *files))[0] == 400
    assert (await chat.say("", "not an id"))[0] == 400
    assert (await chat.say("x", files[0], kind="person"))[0] == 400
    assert (await chat.say(""))[0] == 400
    assert await way.rows("select count(*) from message") == [(0,)]


# pending -------------------------------------------------------------------------------------------------------------


async def test_sec_12_a_pending_file_is_seen_by_nobody_and_can_be_taken_out(way: Way) -> None:
    chat = await way.begin()
    id_ = await chat.attach(png())
    agent = await way.agent(await chat.reference())
    assert (await agent.open(id_)).headers["location"].endswith("?but=gone")
    assert await way.rows("select count(*) from attachment_view") == [(0,)]
    other = await way.begin()
    assert await other.drop(id_) == 204  # somebody else's: nothing happens
    assert await way.rows("select count(*) from attachment") == [(1,)]
    assert await chat.drop(id_) == 204
    assert await way.rows("select count(*) from attachment_part") == [(0,)]
    assert await chat.say("proszę", id_) == (410, "not stored: an attachment is gone; attach it again")
    assert await way.rows("select count(*) from message") == [(0,)]


async def test_what_was_sent_is_not_taken_back_nor_sent_twice(way: Way) -> None:
    chat, event = await way.begin(), uuid4()
    id_ = await chat.attach(png())
    assert await chat.say("proszę", id_, event=event) == (200, "stored")
    assert await chat.say("proszę", id_, event=event) == (200, "duplicate")
    assert (await chat.say("jeszcze raz", id_))[0] == 410
    await chat.drop(id_)
    assert await way.rows("select count(*) from attachment where message_id is not null") == [(1,)]
    assert await way.rows("select count(*) from message") == [(1,)]


async def test_many_repeats_at_once_are_one_message(way: Way) -> None:
    chat, event = await way.begin(), uuid4()
    id_ = await chat.attach(png())
    states = [state for _, state in await asyncio.gather(*(chat.say("x", id_, event=event) for _ in range(16)))]
    assert sorted(set(states)) == ["duplicate", "stored"]
    assert states.count("stored") == 1


async def test_repeats_of_a_message_whose_file_is_gone_are_all_refused(way: Way) -> None:
    chat, event = await way.begin(), uuid4()
    id_ = await chat.attach(png())
    await chat.drop(id_)
    answers = await asyncio.gather(*(chat.say("x", id_, event=event) for _ in range(8)))
    assert {status for status, _ in answers} == {410}


async def test_a_file_of_another_conversation_cannot_be_sent(way: Way) -> None:
    mine, theirs = await way.begin(), await way.begin()
    id_ = await theirs.attach(png())
    assert (await mine.say("to moje", id_))[0] == 410
    assert await way.rows("select count(*) from message") == [(0,)]


async def test_a_message_that_is_masked_takes_its_files_along(way: Way) -> None:
    chat = await way.begin()
    assert (await chat.say("mój adres to jan@poczta.example", await chat.attach(png())))[0] == 200
    assert await way.rows(LINES) == [("mój adres to [e-mail]\n[załącznik: zdjęcie]",)]
    assert await way.rows("select label from vault_item") == [("EMAIL_ADDRESS",)]


# who may open --------------------------------------------------------------------------------------------------------


async def test_only_who_has_the_conversation_or_leads_opens_and_with_the_token_of_the_session(way: Way) -> None:
    chat = await way.begin()
    id_ = await chat.attach(png())
    await chat.say("", id_)
    reference = await chat.reference()
    other = await way.agent(reference, holds=False)
    assert (await other.open(id_)).headers["location"].endswith("?but=not-yours")
    assert "Najpierw ją przejmij." in await other.page("?but=not-yours")
    assert "Pokaż" not in await other.page()
    assert await way.rows("select count(*) from attachment_view") == [(0,)]
    lead = await way.agent(reference, holds=False, role="lead")
    assert (await lead.open(id_)).status_code == 200
    form = {"csrf": "", "attachment": id_}
    assert (await lead.browser.post(lead.address + "/attachment", data=form)).status_code == 403
    assert (await lead.browser.get(lead.address + "/attachment")).status_code == 405
    stranger = await way.world.hire("obca", {way.world.other.id: "lead"})
    async with await way.world.enter(stranger) as browser:
        form = {"csrf": csrf((await browser.get("/desk")).text), "attachment": id_}
        assert (await browser.post(lead.address + "/attachment", data=form)).status_code == 404


async def test_an_hour_has_its_limit(way: Way) -> None:
    chat = await way.begin()
    id_ = await chat.attach(png())
    await chat.say("", id_)
    agent = await way.agent(await chat.reference())
    now = way.world.at
    await way.rows(
        """insert into attachment_view select current_brand(), c.id, gen_random_uuid(), %(id)s, %(staff)s, %(now)s
        from conversation c, generate_series(2, %(most)s)""",
        id=id_,
        staff=agent.id,
        now=now,
        most=VIEWS_AN_HOUR,
    )
    assert (await agent.open(id_)).status_code == 200
    assert (await agent.open(id_)).headers["location"].endswith("?but=enough")
    way.world.later(minutes=61)
    assert (await (await way.agent(await chat.reference())).open(id_)).status_code == 200


@pytest.mark.parametrize(
    "harm",
    [
        ("update attachment_part set number = number + 10", "update attachment_part set number = 11 - number"),
        ("update attachment set parts = 1",),
        ("delete from attachment_part where number = 0",),
        (
            "update attachment_part p set sealed = o.sealed "
            "from attachment_part o where o.attachment_id <> p.attachment_id",
        ),
    ],
    ids=["swapped", "cut off", "missing", "of another file"],
)
async def test_a_file_that_was_tampered_with_is_not_shown(way: Way, database_urls: Urls, harm: tuple[str, ...]) -> None:
    chat = await way.begin()
    files = [await chat.attach(letter * (PART + 10)) for letter in (b"a", b"b")]
    await chat.say("", *files)
    agent = await way.agent(await chat.reference())
    with psycopg.connect(database_urls.owner) as owner:
        owner.execute("set search_path = okienko")
        owner.execute("select set_config('okienko.brand', %s, true)", (str(way.world.brand.id),))
        for statement in harm:
            owner.execute(statement.encode())
    id_ = files[0]
    assert (await agent.open(id_)).headers["location"].endswith("?but=sealed")


# forgetting ----------------------------------------------------------------------------------------------------------


async def test_a_file_that_is_not_sent_goes_within_the_hour_and_a_sent_one_when_its_time_is_over(way: Way) -> None:
    chat = await way.begin()
    sent, pending = await chat.attach(png()), await chat.attach(png())
    await chat.say("", sent)
    brand, database = way.world.brand, way.world.services.database

    async def expire() -> int:
        async with database.brand(brand.id) as connection:
            return await attachments.expire_attachments(connection, way.world.at)

    assert await expire() == 0
    way.world.later(hours=1, seconds=1)
    assert (await chat.say("za późno", pending))[0] == 410
    assert await expire() == 1
    assert await way.rows("select id from attachment") == [(UUID(sent),)]
    way.world.clock.at += timedelta(days=31 * brand.keep_months)
    agent = await way.agent(await chat.reference())
    assert (await agent.open(sent)).headers["location"].endswith("?but=gone")
    assert await expire() == 1
    assert await way.rows("select count(*) from attachment_part") == [(0,)]
    assert "[załącznik: zdjęcie]" in await agent.page()  # what is said of it stays


@pytest.mark.parametrize("statement", ["delete from conversation", "delete from person"])
async def test_files_go_with_their_conversation_and_their_person(way: Way, statement: str) -> None:
    chat = await way.begin()
    sent = await chat.attach(png())
    await chat.attach(png())
    await chat.say("", sent)
    await (await way.agent(await chat.reference())).open(sent)
    await way.rows(statement)
    for table in ("attachment", "attachment_part", "attachment_view"):
        assert await way.rows(f"select count(*) from {table}") == [(0,)]


async def test_a_destroyed_key_opens_nothing(way: Way) -> None:
    chat = await way.begin()
    sent = await chat.attach(png())
    await chat.say("", sent)
    agent = await way.agent(await chat.reference())
    await way.rows("update person_key set wrapped = null, destroyed_at = now()")
    assert (await agent.open(sent)).headers["location"].endswith("?but=gone")
    assert (await chat.upload(png())).status_code == 401


async def test_another_brand_sees_no_file(way: Way) -> None:
    chat = await way.begin()
    await chat.say("", await chat.attach(png()))
    async with way.world.services.database.brand(way.world.other.id) as connection:
        for table in ("attachment", "attachment_part", "attachment_view"):
            assert await (await connection.execute(f"select * from {table}".encode())).fetchall() == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await way.rows("update attachment_view set at = at")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await way.rows("delete from attachment_view")
