"""A sandbox without a network: what it reports is remembered, and its clock is set by hand."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx2
import pytest
from starlette.applications import Starlette

from okienko.http import Answered
from okienko.sandbox.app import build
from okienko.sandbox.process import Sandbox
from okienko.sandbox.store import make_given
from okienko.sandbox.world import CHANNELS, Channel, Door
from okienko.values import ConnectionId, Failed, HttpCall, Unsure

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SITE = "http://127.0.0.1:8790"
DOORS: dict[Channel, Door] = {
    channel: Door(id=ConnectionId(f"door-{channel}"), given=make_given(channel, site=SITE, mail_port=8791))
    for channel in CHANNELS
}


@dataclass(slots=True)
class Okienko:
    """The other side: remembers what it is told, and says what it is made to."""

    calls: list[HttpCall] = field(default_factory=list[HttpCall])
    answers: list[Answered | Failed | Unsure] = field(default_factory=list[Answered | Failed | Unsure])

    async def post(self, call: HttpCall) -> Answered | Failed | Unsure:
        self.calls.append(call)
        return self.answers.pop(0) if self.answers else Answered(status=200, headers={}, body=b"")


@dataclass(slots=True)
class Played:
    """A sandbox, what it is in, and whom it tells."""

    sandbox: Sandbox
    okienko: Okienko
    app: Starlette
    pauses: list[float]
    waits: bool = False  # pauses last for ever

    def browser(self) -> httpx2.AsyncClient:
        """Somebody who calls it."""
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=self.app), base_url=SITE)


@pytest.fixture
async def played() -> AsyncIterator[Played]:
    okienko, pauses = Okienko(), list[float]()

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if made.waits:
            await asyncio.Event().wait()

    sandbox = Sandbox(
        DOORS,
        seed="123456789",
        http=okienko,
        clock=lambda: NOW,
        okienko="http://localhost:8700",
        site=SITE,
        pause=pause,
    )
    made = Played(sandbox=sandbox, okienko=okienko, app=build(sandbox), pauses=pauses)
    yield made
    await sandbox.aclose()


def is_signed(call: HttpCall, secret: str) -> bool:
    """As Meta's documentation says it: HMAC-SHA256 over the bytes."""
    expected = "sha256=" + hmac.digest(secret.encode(), call.body, "sha256").hex()
    return hmac.compare_digest(call.headers.get("x-hub-signature-256", ""), expected)
