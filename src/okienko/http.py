"""The one HTTP client. Nothing else in the package imports it, so that everything that leaves goes through here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, Self, final

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
