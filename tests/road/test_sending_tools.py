"""What sending works with: tokens that are asked for, letters to servers that a brand names, calls by their method."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest

from okienko.http import MOST_BYTES, Answered, Client
from okienko.mail.server import Carrier
from okienko.tokens import TOKEN, Tokens
from okienko.values import BrandId, Connection, ConnectionId, Failed, HttpCall, Letter, Sent, Unsure
from tests.mail.smtp_server import run_server
from tests.road.conftest import FakeHttp, SetClock

pytestmark = pytest.mark.anyio

DOOR = Connection(
    id=ConnectionId("play"), brand_id=BrandId(UUID(int=7)), channel="x", secret=b"s", given={"account": "a"}
)


class Vendor:
    """Gives a token to whoever asks."""

    def token_call(self, connection: Connection, now: datetime) -> HttpCall:
        return HttpCall(url="https://vendor.example/token", headers={}, body=connection.given["account"].encode())

    def read_token(self, status: int, body: bytes) -> tuple[str, float] | None:
        return (orjson.loads(body)["token"], 3600.0) if status == 200 else None


@dataclass(slots=True)
class Desk:
    """Tokens, their vendor and a clock."""

    clock: SetClock = field(default_factory=lambda: SetClock(datetime(2026, 11, 22, 12, tzinfo=UTC)))
    http: FakeHttp = field(default_factory=FakeHttp)
    tokens: Tokens = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = Tokens(self.http, self.clock)
        self.http.answers = [
            Answered(status=200, headers={}, body=orjson.dumps({"token": f"t{number}"})) for number in range(9)
        ]

    async def ask(self, door: Connection = DOOR, *, refused: str | None = None) -> str | Failed:
        signed = await self.tokens.sign_in(Vendor(), door, refused=refused)
        return signed if isinstance(signed, Failed) else signed.given[TOKEN]


async def test_a_token_is_asked_for_once_and_again_shortly_before_its_end() -> None:
    desk = Desk()
    assert await asyncio.gather(*(desk.ask() for _ in range(5))) == ["t0"] * 5
    desk.clock.move(3600 - 61)
    assert await desk.ask() == "t0"
    desk.clock.move(2)
    assert await desk.ask() == "t1"
    assert len(desk.http.calls) == 2


async def test_a_token_that_is_refused_is_asked_for_anew_by_the_first_who_says_so() -> None:
    desk = Desk()
    assert await desk.ask() == "t0"
    assert await asyncio.gather(*(desk.ask(refused="t0") for _ in range(4))) == ["t1"] * 4
    assert await desk.ask() == "t1"


async def test_with_other_credentials_the_old_token_is_not_used() -> None:
    desk = Desk()
    assert await desk.ask() == "t0"
    assert await desk.ask(replace(DOOR, given={"account": "b"})) == "t1"


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (Answered(status=400, headers={}, body=b""), "sign_in"),
        (Answered(status=401, headers={}, body=b""), "sign_in"),
        (Answered(status=503, headers={}, body=b""), None),
        (Answered(status=429, headers={}, body=b""), None),
        (Unsure(reason="lost"), None),
        (Failed(reason="no connection", permanent=False), None),
    ],
)
async def test_who_gets_no_token_knows_whether_somebody_has_to_sign_in(
    answer: Answered | Failed | Unsure, trouble: str | None
) -> None:
    desk = Desk()
    desk.http.answers = [answer]
    got = await desk.ask()
    assert isinstance(got, Failed)
    assert (got.permanent, got.trouble) == (False, trouble)


def letter(port: int, **more: str) -> Letter:
    written = Letter(
        host="127.0.0.1",
        port=port,
        encryption="smtp",
        sender="sklep@firma.example",
        to="anna@poczta.example",
        content="Subject: zażółć\r\nMessage-ID: <7@firma.example>\r\n\r\nDzień dobry.\r\n.\r\nKoniec.\r\n".encode(),
        message_id="<7@firma.example>",
    )
    return replace(written, **more)


async def test_a_channels_letter_goes_byte_by_byte_and_its_id_is_its_receipt() -> None:
    async with run_server() as server:
        carrier = Carrier(neighbours=[f"127.0.0.1:{server.port}"])
        assert await carrier.carry(letter(server.port)) == Sent(receipt="<7@firma.example>")
        assert await carrier.carry(letter(server.port, sender="")) == Sent(receipt="<7@firma.example>")
        anywhere = Carrier(may_reach=lambda _: True)
        assert await anywhere.carry(letter(server.port)) == Sent(receipt="<7@firma.example>")
    assert server.hello == ["EHLO firma.example"] * 3
    assert len(server.received) == 3
    assert "Koniec." in server.received[0].get_payload()


async def test_a_letter_goes_to_no_server_in_our_own_network() -> None:
    async with run_server() as server:
        outcome = await Carrier().carry(letter(server.port))
    assert outcome == Failed(reason="the address leads into a private network", permanent=True)
    assert server.received == []


async def test_a_mail_server_that_refuses_the_password_needs_somebody_to_sign_in() -> None:
    async with run_server(auth="535 5.7.8 no") as server:
        carrier = Carrier(neighbours=[f"127.0.0.1:{server.port}"])
        outcome = await carrier.carry(letter(server.port, user="u", password="p"))
    assert isinstance(outcome, Failed)
    assert (outcome.permanent, outcome.trouble) == (False, "sign_in")


@asynccontextmanager
async def serve(answer: bytes) -> AsyncGenerator[tuple[str, list[bytes]]]:
    """A server that says the same to everybody."""
    asked: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


async def test_a_call_is_made_by_its_method_and_follows_no_redirect() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    async with serve(moved) as (place, asked), Client(neighbours=[place]) as http:
        for method in ("GET", "DELETE"):
            call = HttpCall(url=f"http://{place}/x", headers={"authorization": "Bearer t"}, method=method)
            answer = await http.post(call)
            assert isinstance(answer, Answered)
            assert answer.status == 302
    assert [head.split(b" ", 1)[0] for head in asked] == [b"GET", b"DELETE"]
    assert all(b"authorization: Bearer t" in head or b"Authorization: Bearer t" in head for head in asked)


async def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    length = MOST_BYTES + 1
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n".encode()
    async with serve(head + bytes(length)) as (place, _), Client(neighbours=[place]) as http:
        outcome = await http.post(HttpCall(url=f"http://{place}/x", headers={}))
    assert outcome == Unsure(reason="the answer is too large")
