"""The one HTTP client. Nothing else in the package imports it, so that everything that leaves goes through here."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final, Protocol, Self, final

import httpx2

from okienko.values import Failed, HttpCall, Unsure


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the other side said."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Http(Protocol):
    """How messages leave. A test hands in a value that remembers calls."""

    async def post(self, call: HttpCall) -> Answered | Failed | Unsure:
        """Makes a call. Failed: it certainly did not arrive. Unsure: it may have."""
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
    """The real one: five seconds to connect, twenty to answer, no redirects."""

    def __init__(self) -> None:
        self._client = httpx2.AsyncClient(timeout=httpx2.Timeout(20, connect=5), follow_redirects=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def post(self, call: HttpCall) -> Answered | Failed | Unsure:
        """Makes a call. Only what fails before the request is on its way is known not to have arrived."""
        try:
            answer = await self._client.post(call.url, headers=dict(call.headers), content=call.body)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
            return Failed(reason="no connection", permanent=False)
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
            return Failed(reason="the reply address is wrong", permanent=True)
        except httpx2.HTTPError:
            return Unsure(reason="the connection was lost before the answer")
        return Answered(status=answer.status_code, headers=dict(answer.headers), body=answer.content)

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


_EMBEDDING: Final = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is on the internet, and not in somebody's house: ours above all.

    Addresses that carry another one inside (mapped, NAT64, 6to4, Teredo) count as private: nothing public needs them.
    """
    if isinstance(address, IPv6Address) and (
        address.ipv4_mapped is not None or any(address in network for network in _EMBEDDING)
    ):
        return False
    return address.is_global and not address.is_multicast


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

    async def get(self, address: str, *, most_bytes: int) -> Answered | Failed:
        """A page of at most `most_bytes`, undecoded: a small body may unpack to a huge one."""
        try:
            url = httpx2.URL(address)
            port = url.port or (443 if url.scheme == "https" else 80)
            if url.scheme not in {"http", "https"} or not url.host:
                return Failed(reason="the address is not http or https", permanent=True)
            found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        except (httpx2.InvalidURL, ValueError, UnicodeError):
            return Failed(reason="the address is wrong", permanent=True)
        except OSError:
            return Failed(reason="there is no such host", permanent=False)
        hosts = [ip_address(where[0]) for *_, where in found]
        if not hosts or not all(map(self._may_reach, hosts)):
            return Failed(reason="the address leads into a private network", permanent=True)
        headers = {"host": url.netloc.decode("ascii"), "user-agent": "okienko", "accept-encoding": "identity"}
        try:
            async with self._client.stream(
                "GET", url.copy_with(host=str(hosts[0])), headers=headers, extensions={"sni_hostname": url.host}
            ) as answer:
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
