"""The one HTTP client. Nothing else in the package imports it, so that everything that leaves goes through here."""

from __future__ import annotations

from collections.abc import Mapping
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
