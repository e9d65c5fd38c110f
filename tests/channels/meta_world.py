"""What the tests of Messenger, Instagram and WhatsApp share: connections, messages on their way, invented bodies."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson

from okienko.channels import adapters
from okienko.channels.vendor import Reads
from okienko.values import (
    Author,
    BrandId,
    Caller,
    Choice,
    Citation,
    Connection,
    ConnectionId,
    ConversationId,
    Hook,
    HttpCall,
    Inbound,
    Kind,
    MessageId,
    Outgoing,
    RawText,
)

NOW: Final = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AT: Final = 1700000000123
MOMENT: Final = datetime(2023, 11, 14, 22, 13, 20, 123000, tzinfo=UTC)
PAGE: Final = "100"
ANN: Final = "200"
ID: Final = UUID(int=7)
OBJECTS: Final = {"messenger": "page", "instagram": "instagram"}

# The contract's worked example of a signature.
SIGNED: Final = (
    b'{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},'
    b'"timestamp":1,"message":{"mid":"m_1","text":"za\\u017c\\u00f3\\u0142\\u0107"}}]}]}'
)
SIGNATURE: Final = "sha256=facc24f3cf47279ea59147e499f2007e63470c35d488ca802704dfefda5b61cf"

GIVEN: Final = {
    "token": "T",
    "app_secret": "app-secret-1",
    "verify_token": "v+1",
    "page_id": PAGE,
    "account_id": PAGE,
    "phone_number_id": PAGE,
}


def door(channel: str, **given: str) -> Connection:
    """A connection with what a vendor gave."""
    return Connection(
        id=ConnectionId("c"), brand_id=BrandId(UUID(int=1)), channel=channel, secret=b"s", given={**GIVEN, **given}
    )


def going(text: str = "Dzień dobry", **what: Any) -> Outgoing:
    """A message on its way out."""
    base = Outgoing(
        conversation=ConversationId(UUID(int=2)),
        message=MessageId(ID),
        connection=ConnectionId("c"),
        thread=ANN,
        author=Author.BOT,
        kind=Kind.TEXT,
        text=text,
        citations=(),
    )
    return replace(base, **what)


def quote(article: str = "zwroty", quote: str = "Masz 14 dni.") -> Citation:
    """An article's words."""
    return Citation(article=article, language="pl", version=1, title="Zwroty", quote=quote, published=NOW)


def offer(*labels: str) -> tuple[Choice, ...]:
    """Choices of these names."""
    return tuple(Choice(value=f"value-{place}", label=label) for place, label in enumerate(labels, start=1))


def calls(channel: str, outgoing: Outgoing, **given: str) -> list[HttpCall]:
    """The calls that send it; the same each time, with the token in a header and nowhere else."""
    adapter = adapters()[channel]
    assert isinstance(adapter, Caller)
    found = [call for call in adapter.calls(outgoing, door(channel, **given), NOW) if isinstance(call, HttpCall)]
    assert found == list(adapter.calls(outgoing, door(channel, **given), NOW))
    for call in found:
        assert call.headers == {"content-type": "application/json", "authorization": "Bearer T"}
        assert "T" not in call.url
    return found


def sent(channel: str, outgoing: Outgoing, **given: str) -> list[dict[str, Any]]:
    """The bodies of these calls."""
    return [orjson.loads(call.body) for call in calls(channel, outgoing, **given)]


def item(**what: Any) -> dict[str, Any]:
    """One event of a conversation with Ann."""
    return {"sender": {"id": ANN}, "recipient": {"id": PAGE}, "timestamp": AT, **what}


def take(channel: str, body: Any) -> list[Inbound]:
    """The messages of a delivery."""
    adapter = adapters()[channel]
    assert isinstance(adapter, Reads)
    reading = adapter.read(Hook(url="", headers={}, body=orjson.dumps(body)), door(channel))
    assert reading.unparsed == ()
    found = [adapter.inbound(event, door(channel)) for event in reading.events]
    return [one for one in found if one is not None]


def take_items(channel: str, *items: Any, key: str = "messaging") -> list[Inbound]:
    """The messages of a delivery of Messenger or Instagram."""
    return take(channel, {"object": OBJECTS[channel], "entry": [{"id": PAGE, "time": AT, key: list(items)}]})


def clear(text: RawText | None) -> str | None:
    """A text that a test has made up itself."""
    return None if text is None else text.reveal()
