"""The one HTTP client. Nothing else in the package imports it, so that everything that leaves goes through here."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final, Protocol, Self, final

import httpx2

from okienko.values import Failed, HttpCall, Unsure

ALTOGETHER: Final = 40.0  # seconds that a call may take, however slowly its answer trickles; less than a claim holds
MOST_BYTES: Final = 16_000_000  # of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the other side said."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Http(Protocol):
    """How messages leave. A test hands in a value that remembers calls."""

    async def post(self, call: HttpCall) -> Answered | Failed | Unsure:
        """Makes a call, by its method. Failed: it certainly did not arrive. Unsure: it may have."""
        ...


class Streaming(Protocol):
    """How an answer is read while it is being given."""

    async def stream(self, call: HttpCall, take: Callable[[bytes], bool]) -> int | Failed | Unsure:
        """Makes a call and hands the body of a 200 over piece by piece, until `take` says that it is enough.

        Returns the status; the body of another one is not read. How long it may take is the caller's business: nothing
        is left behind when the call is cancelled.
        """
        ...


@final
class Client:
    """The real one: five seconds to connect, twenty to answer, no redirects: a bearer's token goes nowhere else.

    Where a message is posted to, a brand has said, so it goes to the internet and to nobody's house: as `Reader` does,
    but for the neighbours that the operator has named (`host:port`). What is streamed is the operator's own, wherever
    that is. `may_reach` is another one in tests alone.
    """

    def __init__(
        self,
        *,
        neighbours: Collection[str] = (),
        may_reach: Callable[[IPv4Address | IPv6Address], bool] | None = None,
    ) -> None:
        self._neighbours = frozenset(neighbours)
        self._may_reach = may_reach or is_public
        self._client = httpx2.AsyncClient(timeout=httpx2.Timeout(20, connect=5), follow_redirects=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def post(self, call: HttpCall) -> Answered | Failed | Unsure:
        """Makes a call, by its method. What fails before the request is on its way has certainly not arrived."""
        headers, url, extensions = dict(call.headers), call.url, dict[str, str]()
        if place_of(call.url) not in self._neighbours:
            found = await _find(call.url, self._may_reach)
            if isinstance(found, Failed):
                return found
            url, headers["host"], extensions = found.url, found.host, found.extensions
        body, content = bytearray(), call.body or None
        try:
            async with (
                asyncio.timeout(ALTOGETHER),
                self._client.stream(
                    call.method, url, headers=headers, content=content, extensions=extensions
                ) as answer,
            ):
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > MOST_BYTES:
                        return Unsure(reason="the answer is too large")
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
            return Failed(reason="no connection", permanent=False)
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
            return Failed(reason="the reply address is wrong", permanent=True)
        except httpx2.HTTPError:
            return Unsure(reason="the connection was lost before the answer")
        except TimeoutError:
            return Unsure(reason="the answer took too long")
        return Answered(status=answer.status_code, headers=dict(answer.headers), body=bytes(body))

    async def fetch(self, call: HttpCall, *, most_bytes: int) -> Answered | Failed:
        """Reads a file of at most `most_bytes`, undecoded: small bodies may unpack to huge ones."""
        headers, url, extensions = {**call.headers, "accept-encoding": "identity"}, call.url, dict[str, str]()
        if place_of(call.url) not in self._neighbours:
            found = await _find(call.url, self._may_reach)
            if isinstance(found, Failed):
                return found
            url, headers["host"], extensions = found.url, found.host, found.extensions
        try:
            async with self._client.stream(call.method, url, headers=headers, extensions=extensions) as answer:
                if answer.headers.get("content-encoding", "identity") != "identity":
                    return Failed(reason="an encoding that nobody asked for", permanent=True)
                body = bytearray()
                async for piece in answer.aiter_raw():
                    body += piece
                    if len(body) > most_bytes:
                        return Failed(reason=f"it is larger than {most_bytes // 1_000_000} MB", permanent=True)
                return Answered(status=answer.status_code, headers=dict(answer.headers), body=bytes(body))
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
            return Failed(reason="the address is wrong", permanent=True)
        except httpx2.HTTPError:
            return Failed(reason="the host does not answer as it should", permanent=False)

    async def stream(self, call: HttpCall, take: Callable[[bytes], bool]) -> int | Failed | Unsure:
        """Makes a call whose answer is read as it comes, undecoded: small bodies may unpack to huge ones."""
        headers = {**call.headers, "accept-encoding": "identity"}
        try:
            async with self._client.stream("POST", call.url, headers=headers, content=call.body) as answer:
                if answer.status_code != 200:
                    return answer.status_code
                if answer.headers.get("content-encoding", "identity") != "identity":
                    return Unsure(reason="an encoding that nobody asked for")
                async for piece in answer.aiter_raw():
                    if not take(piece):
                        break
                return answer.status_code
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
            return Failed(reason="no connection", permanent=False)
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
            return Failed(reason="the address is wrong", permanent=True)
        except httpx2.HTTPError:
            return Unsure(reason="the connection was lost")


class Pages(Protocol):
    """How public pages are read. A test hands in a value that has some."""

    async def get(self, address: str, *, most_bytes: int) -> Answered | Failed:
        """A page; Failed says in words what was wrong, `permanent` whether another try is worth it."""
        ...


class Sources(Protocol):
    """How a brand's own system is asked. A test hands in a value that answers."""

    async def get(self, address: str, *, most_bytes: int, headers: Mapping[str, str]) -> Answered | Failed:
        """As `Pages.get`, with these headers, too."""
        ...


class Files(Protocol):
    """How files that vendors keep are read. A test hands in a value that has some."""

    async def fetch(self, call: HttpCall, *, most_bytes: int) -> Answered | Failed:
        """Makes a call that changes nothing; of an answer, at most so many bytes are read. No redirect is followed."""
        ...


_EMBEDDING: Final = tuple(
    map(IPv6Network, ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is on the internet, and not in somebody's house: ours above all.

    Addresses that carry another one inside (mapped, compatible, translated, NAT64, 6to4, Teredo) count as private:
    nothing public needs them.
    """
    if isinstance(address, IPv6Address) and (
        address.ipv4_mapped is not None or any(address in network for network in _EMBEDDING)
    ):
        return False
    return address.is_global and not address.is_multicast


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """An address with its host looked up: what is called is what was looked at, whatever the name means a moment later
    (DNS rebinding).
    """

    url: str
    host: str
    extensions: dict[str, str]


def place_of(address: str) -> str:
    """`host:port` of an address; empty when it has none."""
    try:
        url = httpx2.URL(address)
    except (httpx2.InvalidURL, ValueError):
        return ""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{host}:{url.port or (443 if url.scheme == 'https' else 80)}" if host else ""


async def find_host(
    host: str, port: int, may_reach: Callable[[IPv4Address | IPv6Address], bool] = is_public
) -> IPv4Address | IPv6Address | Failed:
    """Looks a host up, once: what was found is what is to be called. Failed when any of it may not be reached."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (ValueError, UnicodeError):
        return Failed(reason="the address is wrong", permanent=True)
    except OSError:
        return Failed(reason="there is no such host", permanent=False)
    hosts = [ip_address(where[0]) for *_, where in found]
    if not hosts or not all(map(may_reach, hosts)):
        return Failed(reason="the address leads into a private network", permanent=True)
    return hosts[0]


async def _find(address: str, may_reach: Callable[[IPv4Address | IPv6Address], bool]) -> _Found | Failed:
    """Looks a host up, once. Failed when any of what is found may not be reached."""
    try:
        url = httpx2.URL(address)
        port = url.port or (443 if url.scheme == "https" else 80)
    except (httpx2.InvalidURL, ValueError):
        return Failed(reason="the address is wrong", permanent=True)
    if url.scheme not in {"http", "https"} or not url.host:
        return Failed(reason="the address is not http or https", permanent=True)
    host = await find_host(url.host, port, may_reach)
    if isinstance(host, Failed):
        return host
    return _Found(
        url=str(url.copy_with(host=str(host))),
        host=url.netloc.decode("ascii"),
        extensions={"sni_hostname": url.host},
    )


@final
class Reader:
    """Reads pages of the internet, and nothing else: the name is looked up once, and what was found is what is called.

    Ten seconds a page, no redirects, no proxy, no cookies. `may_reach` is another one in tests alone.
    """

    def __init__(self, *, may_reach: Callable[[IPv4Address | IPv6Address], bool] = is_public) -> None:
        self._may_reach = may_reach
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(10, connect=5), follow_redirects=False, trust_env=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def get(
        self, address: str, *, most_bytes: int, headers: Mapping[str, str] | None = None
    ) -> Answered | Failed:
        """A page of at most `most_bytes`, undecoded: a small body may unpack to a huge one."""
        found = await _find(address, self._may_reach)
        if isinstance(found, Failed):
            return found
        ours = {"host": found.host, "user-agent": "okienko", "accept-encoding": "identity"}
        sent = {**(headers or {}), **ours}
        try:
            async with self._client.stream("GET", found.url, headers=sent, extensions=found.extensions) as answer:
                if answer.headers.get("content-encoding", "identity") != "identity":
                    return Failed(reason="an encoding that nobody asked for", permanent=True)
                body = bytearray()
                async for piece in answer.aiter_raw():
                    body += piece
                    if len(body) > most_bytes:
                        return Failed(reason=f"it is larger than {most_bytes // 1_000_000} MB", permanent=True)
                return Answered(status=answer.status_code, headers=dict(answer.headers), body=bytes(body))
        except httpx2.HTTPError:
            return Failed(reason="the host does not answer as it should", permanent=False)
