"""SEC-07: nothing of ours, and nothing of anybody's house, is called for somebody who only gave us its address."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest

from okienko.http import Answered, Client, Reader, place_of
from okienko.settings import Settings, WrongSetting, read
from okienko.start import find_neighbours
from okienko.values import Failed, HttpCall

pytestmark = pytest.mark.anyio

PRIVATE = [
    *("127.0.0.1", "127.0.0.1:5432", "127.1", "127.255.255.254", "0.0.0.0", "0", "localhost", "localhost:8700"),
    *("2130706433", "017700000001", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.0.1", "LOCALHOST", "127.0.0.1."),
    *("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.1.254", "0xa000001"),
    *("169.254.169.254", "169.254.169.254:80", "2852039166", "0xa9fea9fe", "169.254.1.1", "100.64.0.1"),
    *("100.127.255.254", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1"),
    *("239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]"),
    *("[::ffff:169.254.169.254]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::a00:1]", "[64:ff9b:1::a00:1]"),
    *("[2002:7f00:1::]", "[2002:a9fe:a9fe::]", "[2001:0:7f00:1::]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]"),
    *("[ff02::1]", "[2001:db8::1]", "[::ffff:0:127.0.0.1]"),
    *("user:secret@127.0.0.1", "public.example@127.0.0.1", "127.0.0.1\\@public.example"),
]
ODD = [
    *("file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "dict://127.0.0.1:11211/", "http:///x"),
    *("http://[bad", "unix:///run/x.sock", "javascript:1", "//127.0.0.1/", "127.0.0.1", "", "http://\n127.0.0.1/"),
]
ADDRESSES = [*(f"http://{host}/" for host in PRIVATE), *(f"https://{host}/x?y#z" for host in PRIVATE[::7]), *ODD]


def call(address: str) -> HttpCall:
    return HttpCall(url=address, headers={"content-type": "text/plain"}, body=b"secret")


def test_sec_07_there_are_sixty_addresses() -> None:
    assert len(set(ADDRESSES)) >= 60


@pytest.mark.parametrize("address", ADDRESSES)
async def test_sec_07_no_address_of_a_private_network_is_called(address: str) -> None:
    async with Client() as client, Reader() as reader:
        posted, got = await client.post(call(address)), await reader.get(address, most_bytes=10)
    for answer in (posted, got):
        assert isinstance(answer, Failed)
        assert answer.reason in {
            "the address leads into a private network",
            "the address is not http or https",
            "the address is wrong",
            "there is no such host",
        }


@dataclass
class House:
    """Two hosts of the same port; who is called remembers it."""

    port: int
    asked: dict[str, list[bytes]] = field(default_factory=lambda: {"127.0.0.1": list[bytes](), "127.0.0.2": []})
    answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
async def two() -> AsyncIterator[House]:
    first = socket.create_server(("127.0.0.1", 0))
    house = House(port=first.getsockname()[1])
    second = socket.create_server(("127.0.0.2", house.port))

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        house.asked[writer.get_extra_info("sockname")[0]].append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(house.answer)
        await writer.drain()
        writer.close()

    servers = [await asyncio.start_server(take, sock=sock) for sock in (first, second)]
    yield house
    for server in servers:
        server.close()


def is_first(address: IPv4Address | IPv6Address) -> bool:
    """Stands for the internet."""
    return str(address) == "127.0.0.1"


async def test_sec_07_what_a_name_means_a_moment_later_does_not_matter(
    two: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name server says something harmless first, and our own machine from then on."""
    loop = asyncio.get_running_loop()
    real, looked_up = loop.getaddrinfo, list[str]()

    async def rebind(host: str, port: int, **more: int) -> Sequence[object]:
        if host != "rebinding.example":
            return await real(host, port, **more)
        looked_up.append(host)
        return await real("127.0.0.1" if len(looked_up) % 2 else "127.0.0.2", port, **more)

    monkeypatch.setattr(loop, "getaddrinfo", rebind)
    address = f"http://rebinding.example:{two.port}/in"
    async with Client(may_reach=is_first) as client:
        posted = await client.post(call(address))
    looked_up.clear()
    async with Reader(may_reach=is_first) as reader:
        got = await reader.get(address, most_bytes=10)
    assert isinstance(posted, Answered)
    assert isinstance(got, Answered)
    assert looked_up == ["rebinding.example"]
    assert two.asked["127.0.0.2"] == []
    assert all(f"rebinding.example:{two.port}".encode() in request for request in two.asked["127.0.0.1"])
    assert len(two.asked["127.0.0.1"]) == 2


async def test_sec_07_of_a_name_with_two_addresses_neither_may_be_private(
    two: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    real = loop.getaddrinfo

    async def both(host: str, port: int, **more: int) -> Sequence[object]:
        return [*await real("127.0.0.1", port, **more), *await real("127.0.0.2", port, **more)]

    monkeypatch.setattr(loop, "getaddrinfo", both)
    async with Client(may_reach=is_first) as client, Reader(may_reach=is_first) as reader:
        assert isinstance(await client.post(call(f"http://both.example:{two.port}/")), Failed)
        assert isinstance(await reader.get(f"http://both.example:{two.port}/", most_bytes=10), Failed)
    assert two.asked == {"127.0.0.1": [], "127.0.0.2": []}


@pytest.mark.parametrize("status", [b"301", b"302", b"303", b"307", b"308"])
async def test_sec_07_nobody_is_led_on(two: House, status: bytes) -> None:
    to = f"http://127.0.0.2:{two.port}/".encode()
    two.answer = b"HTTP/1.1 " + status + b" Elsewhere\r\nLocation: " + to + b"\r\nContent-Length: 0\r\n\r\n"
    async with Client(may_reach=is_first) as client, Reader(may_reach=is_first) as reader:
        answers = [
            await client.post(call(f"http://127.0.0.1:{two.port}/")),
            await reader.get(f"http://127.0.0.1:{two.port}/", most_bytes=10),
        ]
    assert [isinstance(one, Answered) and str(one.status).encode() == status for one in answers] == [True, True]
    assert two.asked["127.0.0.2"] == []


async def test_sec_07_neighbours_are_those_that_the_operator_names(two: House) -> None:
    async with Client(neighbours=[f"127.0.0.2:{two.port}"]) as client:
        assert isinstance(await client.post(call(f"http://127.0.0.2:{two.port}/in")), Answered)
        assert isinstance(await client.post(call(f"http://127.0.0.1:{two.port}/in")), Failed)
        assert isinstance(await client.post(call("http://127.0.0.2:5432/in")), Failed)
    assert len(two.asked["127.0.0.2"]) == 1
    assert two.asked["127.0.0.1"] == []


def test_sec_07_the_setting() -> None:
    given = read({"OKIENKO_NEIGHBOURS": "shop.internal:8080 [fd00::5]:443"}, Path())
    assert given.neighbours == ("shop.internal:8080", "[fd00::5]:443")
    assert read({}, Path()).neighbours == ()
    for wrong in ("shop.internal", "http://shop.internal:80", ":80", "shop:http"):
        with pytest.raises(WrongSetting, match="OKIENKO_NEIGHBOURS"):
            read({"OKIENKO_NEIGHBOURS": wrong}, Path())
    plain = Settings(data=Path(), keys=Path(), audit_url="https://audit.internal/heads")
    assert find_neighbours(plain, demo=False) == ["audit.internal:443"]
    sandbox = ["127.0.0.1:8790", "127.0.0.1:8791"]
    assert find_neighbours(plain, demo=True) == [*sandbox, "audit.internal:443", "localhost:8700"]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("https://a.example/x", "a.example:443"),
        ("http://a.example", "a.example:80"),
        ("http://[fd00::5]:81/", "[fd00::5]:81"),
        ("nonsense", ""),
    ],
)
def test_sec_07_places(address: str, place: str) -> None:
    assert place_of(address) == place
