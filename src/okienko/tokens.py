"""Tokens of vendors that are asked for from time to time: kept in memory until shortly before they end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from okienko.channels.vendor import SignsIn
from okienko.http import Http
from okienko.values import Clock, Connection, ConnectionId, Failed, Unsure

EARLY: Final = timedelta(seconds=60)  # before its end a token is not used any more
TOKEN: Final = "access_token"  # its name among what a vendor gave  # noqa: S105 - a name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    token: str = field(repr=False)
    until: datetime
    given: Mapping[str, str] = field(repr=False)  # what it was asked for with; with something else it is asked for anew


class Tokens:
    """Those of all connections. Whoever needs one while it is being asked for waits for that answer."""

    def __init__(self, http: Http, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._kept: dict[ConnectionId, _Kept] = {}
        self._asking: dict[ConnectionId, asyncio.Lock] = {}

    async def sign_in(
        self, channel: SignsIn, connection: Connection, *, refused: str | None = None
    ) -> Connection | Failed:
        """The connection with a token among what was given. `refused`: the token that the vendor does not take.

        Failed, with `sign_in` as its trouble, when the vendor gives none.
        """
        async with self._asking.setdefault(connection.id, asyncio.Lock()):
            kept, now = self._kept.get(connection.id), self._clock()
            if kept is None or kept.given != connection.given or kept.token == refused or kept.until <= now + EARLY:
                self._kept.pop(connection.id, None)
                asked = await self._ask(channel, connection, now)
                if isinstance(asked, Failed):
                    return asked
                self._kept[connection.id] = kept = asked
        return replace(connection, given={**connection.given, TOKEN: kept.token})

    async def _ask(self, channel: SignsIn, connection: Connection, now: datetime) -> _Kept | Failed:
        answer = await self._http.post(channel.token_call(connection, now))
        if isinstance(answer, Unsure):  # nothing was sent to anybody: asking again does no harm
            return Failed(reason=answer.reason, permanent=False)
        if isinstance(answer, Failed):
            return replace(answer, permanent=False)
        read = channel.read_token(answer.status, answer.body)
        if read is not None:
            token, seconds = read
            return _Kept(token=token, until=now + timedelta(seconds=seconds), given=connection.given)
        if answer.status >= 500 or answer.status in {408, 425, 429}:
            return Failed(reason=f"the sign-in was answered {answer.status}", permanent=False)
        return Failed(reason="the vendor refuses our sign-in", permanent=False, trouble="sign_in")
