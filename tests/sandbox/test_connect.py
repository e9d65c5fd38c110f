"""What the desk asks vendors about a connection, it may ask the sandbox."""

from __future__ import annotations

from importlib import import_module
from typing import Final
from uuid import UUID

import pytest

from okienko.channels.connect import Check, Connect
from okienko.sandbox.world import CHANNELS, Channel
from okienko.values import BrandId, Connection, HttpCall
from tests.sandbox.conftest import DOORS, NOW, SITE, Played

pytestmark = pytest.mark.anyio
_BRAND: Final = UUID(int=1)


def list_checks() -> list[tuple[Channel, Check]]:
    """All checks by HTTP of all channels."""
    found: list[tuple[Channel, Check]] = []
    for channel in CHANNELS:
        connect: Connect = import_module(f"okienko.channels.{channel}.connect").CONNECT
        checks = (check for check in connect.checks if isinstance(check, Check))
        found.extend((channel, check) for check in checks)
    return found


@pytest.mark.parametrize(("channel", "check"), list_checks(), ids=lambda one: getattr(one, "name", one))
async def test_a_check_of_the_sandboxs_connection_is_good(played: Played, channel: Channel, check: Check) -> None:
    given = DOORS[channel].given
    if channel == "google_play":
        given = {**given, "access_token": played.sandbox.google_token}
    door = Connection(id=DOORS[channel].id, brand_id=BrandId(_BRAND), channel=channel, secret=b"", given=given)
    call = check.call(door, NOW)
    assert isinstance(call, HttpCall)
    assert call.url.startswith(SITE)
    async with played.browser() as browser:
        answered = await browser.request(call.method, call.url, headers=dict(call.headers), content=call.body)
    found = check.read(answered.status_code, answered.content, door)
    assert found.state == "good", (found.text, answered.text)
