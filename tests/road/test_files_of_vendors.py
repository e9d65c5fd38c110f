"""Files that vendors keep for us: fetched from the vendor's own hosts, checked, sealed, put to their message, once."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from okienko.attachments.kinds import FileType
from okienko.conversations.store import attachments
from okienko.fetching import is_allowed, is_same
from okienko.http import Answered
from okienko.values import Failed, HttpCall
from tests.road.conftest import World
from tests.road.test_reports import rows, said, unsend
from tests.road.test_way_in import dump
from tests.road.vendors import PHONE, Messenger, WhatsApp

pytestmark = pytest.mark.anyio
# A GIF of one pixel, and words that no placeholder stands for.
PICTURE = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
CDN = "https://scontent.xx.fbcdn.net/v/t1.jpg?oh=podpis-dostawcy"


@dataclass(slots=True)
class FakeFiles:
    """What lies where; anything else is gone."""

    there: dict[str, Answered | Failed] = field(default_factory=dict[str, Answered | Failed])
    calls: list[HttpCall] = field(default_factory=list[HttpCall])

    async def fetch(self, call: HttpCall, *, most_bytes: int) -> Answered | Failed:
        self.calls.append(call)
        return self.there.get(call.url, Answered(status=404, headers={}, body=b""))


def found(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Answered:
    return Answered(status=status, headers=headers or {}, body=body)


@pytest.fixture
async def page(world: World) -> Messenger:
    """A page of Messenger."""
    page = Messenger(world=world)
    await page.open()
    return page


@pytest.fixture
async def number(world: World) -> WhatsApp:
    """A number of WhatsApp."""
    number = WhatsApp(world=world)
    await number.open()
    return number


@pytest.fixture
def lying(world: World) -> FakeFiles:
    """What the worker finds."""
    files = FakeFiles()
    world.worker.files = files
    return files


def picture(page: Messenger, url: str = CDN, **more: Any) -> dict[str, Any]:
    return page.event(message={"mid": "m_1", "attachments": [{"type": "image", "payload": {"url": url}}], **more})


STATES = "select state, sealed is null from remote_file"


async def test_a_picture_is_fetched_and_goes_with_its_message(page: Messenger, lying: FakeFiles) -> None:
    world = page.world
    lying.there[CDN] = found(PICTURE)
    await page.deliver(picture(page, text="mój paragon"))
    assert await said(world) == [("customer", "attachment", "mój paragon\n[załącznik: zdjęcie]")]
    assert "podpis-dostawcy" not in dump(world.urls.owner)
    await world.worker.fetch_files()
    await world.worker.fetch_files()
    async with world.database.brand(world.brand.id) as connection:
        ((conversation, message),) = await rows(world, "select conversation_id, id from message")
        attached = await attachments.read_attached(connection, conversation)
    assert [one.type for one in attached[message]] == [FileType.GIF]
    assert len(lying.calls) == 1
    assert await rows(world, STATES) == [("fetched", True)]
    assert PICTURE.hex() not in dump(world.urls.owner)


async def test_whatsapp_says_where_a_file_lies_and_what_its_sum_is(number: WhatsApp, lying: FakeFiles) -> None:
    world = number.world
    digest = base64.b64encode(hashlib.sha256(PICTURE).digest()).decode()
    file = {"id": "77", "mime_type": "image/gif", "sha256": digest}
    await number.deliver(number.message("w_1", type="image", image=file))
    await number.deliver(number.message("w_2", type="image", image={**file, "id": "78", "sha256": "0" * 64}))
    place = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=77"
    for id_ in (77, 78):
        asked = f"https://graf.vendor.example/v26.0/{id_}?phone_number_id={PHONE}"
        lying.there[asked] = found(orjson.dumps({"url": place, "mime_type": "image/gif"}))
    lying.there[place] = found(PICTURE)
    for _ in range(9):
        await world.worker.fetch_files()
        world.clock.move(1300)
    assert sorted(await rows(world, STATES)) == [("failed", True), ("fetched", True)]
    assert all("authorization" in call.headers for call in lying.calls)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (found(b"", 403), "expired"),
        (found(b"", 410), "expired"),
        (found(b"MZ\x90\x00\x03" * 99), "refused"),
        (found(b"PK\x03\x04"), "refused"),
        (Failed(reason="it is larger than 10 MB", permanent=True), "refused"),
        (found(b"", 302, {"location": "https://inne.example/x"}), "refused"),
        (found(b"", 302, {"location": CDN}), "failed"),
        (found(b"", 503), "waiting"),
        (Failed(reason="no answer", permanent=False), "waiting"),
    ],
)
async def test_what_cannot_be_had_is_marked(
    page: Messenger,
    lying: FakeFiles,
    answer: Answered | Failed,
    state: str,
) -> None:
    lying.there[CDN] = answer
    await page.deliver(picture(page))
    await page.world.worker.fetch_files()
    assert await rows(page.world, STATES) == [(state, state != "waiting")]
    assert await rows(page.world, "select from attachment") == []
    assert all("inne.example" not in call.url for call in lying.calls)


async def test_what_is_away_for_long_is_given_up_and_what_comes_back_is_not_lost(
    page: Messenger,
    lying: FakeFiles,
) -> None:
    world = page.world
    lying.there[CDN] = found(b"", 503)
    await page.deliver(picture(page))
    for _ in range(3):
        await world.worker.fetch_files()
        world.clock.move(30)
    assert len(lying.calls) == 3
    lying.there[CDN] = found(PICTURE)
    await world.worker.fetch_files()
    assert await rows(world, STATES) == [("fetched", True)]


@pytest.mark.parametrize(
    "url",
    ["https://poczta.example/x", "http://127.0.0.1/x", "https://fbcdn.net.example/x", CDN.replace("https", "http")],
)
async def test_no_other_host_is_called(page: Messenger, lying: FakeFiles, url: str) -> None:
    await page.deliver(picture(page, url))
    await page.world.worker.fetch_files()
    assert lying.calls == []
    assert await rows(page.world, STATES) == [("refused", True)]


async def test_a_message_that_is_taken_back_takes_its_files_along(page: Messenger, lying: FakeFiles) -> None:
    world = page.world
    lying.there[CDN] = found(PICTURE)
    await page.deliver(picture(page))
    await world.worker.fetch_files()
    another = {"type": "image", "payload": {"url": CDN}}
    await page.deliver(page.event(message={"mid": "m_2", "attachments": [another]}))
    await page.deliver(unsend(page, "m_1"), unsend(page, "m_2"))
    await world.worker.fetch_files()
    for table in ("attachment", "attachment_part", "remote_file"):
        assert await rows(world, f"select from {table}") == []


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("fbcdn.net", False), ("a.fbcdn.net", True), ("A.B.FBCDN.NET.", True), ("afbcdn.net", False),
        ("media.example", True), ("x.media.example", False), ("", False),
    ],
)  # fmt: skip
def test_hosts(host: str, allowed: bool) -> None:
    assert is_allowed(host, ["*.fbcdn.net", "media.example"]) is allowed


def test_sums() -> None:
    digest = hashlib.sha256(b"x").digest()
    assert is_same(b"x", "")
    assert is_same(b"x", digest.hex().upper())
    assert is_same(b"x", base64.b64encode(digest).decode())
    assert not is_same(b"x", "0" * 64)
    assert not is_same(b"x", "?")
