"""Messenger: the door, messages of customers, what is sent, and what the answers to that mean.

The payloads are written from the contract, not recorded.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson
import pytest

from okienko.channels import caller
from okienko.channels.messenger.adapter import ADAPTER
from okienko.channels.vendor import Explains, Greets, Limits, Reads, Signals
from okienko.values import (
    Author,
    BrandId,
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
    Sent,
    Unsure,
)

NOW: Final = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AT: Final = 1700000000123
PAGE: Final = "100"
ANN: Final = "200"
ID: Final = UUID(int=7)

SIGNED: Final = (
    b'{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},'
    b'"timestamp":1,"message":{"mid":"m_1","text":"za\\u017c\\u00f3\\u0142\\u0107"}}]}]}'
)
SIGNATURE: Final = "sha256=facc24f3cf47279ea59147e499f2007e63470c35d488ca802704dfefda5b61cf"
GIVEN: Final = {"token": "T", "app_secret": "app-secret-1", "verify_token": "v+1", "page_id": PAGE}


def door(**given: str) -> Connection:
    return Connection(
        id=ConnectionId("c"), brand_id=BrandId(UUID(int=1)), channel="messenger", secret=b"s", given={**GIVEN, **given}
    )


def hook(body: bytes = SIGNED, **headers: str) -> Hook:
    return Hook(url="https://here.example/hooks/messenger/c", headers=headers, body=body)


def going(text: str = "Dzień dobry", **what: Any) -> Outgoing:
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


def sent(outgoing: Outgoing, **given: str) -> list[dict[str, Any]]:
    calls = ADAPTER.calls(outgoing, door(**given), NOW)
    assert list(calls) == list(ADAPTER.calls(outgoing, door(**given), NOW)), "the same message gives the same calls"
    found: list[dict[str, Any]] = []
    for call in calls:
        assert isinstance(call, HttpCall)
        assert call.headers["authorization"] == "Bearer T"
        assert "T" not in call.url.removeprefix("https://graph.facebook.com/v26.0/")
        found.append(orjson.loads(call.body))
    return found


def inbounds(*items: Any, key: str = "messaging") -> list[Inbound]:
    body = orjson.dumps({"object": "page", "entry": [{"id": PAGE, "time": AT, key: list(items)}]})
    reading = ADAPTER.read(hook(body), door())
    found = [ADAPTER.inbound(event, door()) for event in reading.events]
    return [one for one in found if one is not None]


def item(**what: Any) -> dict[str, Any]:
    return {"sender": {"id": ANN}, "recipient": {"id": PAGE}, "timestamp": AT, **what}


def clear(text: RawText | None) -> str | None:
    """A text that a test has made up itself."""
    return None if text is None else text.reveal()


def test_it_is_a_vendors_channel() -> None:
    for has in (Reads, Greets, Limits, Signals, Explains):
        assert isinstance(ADAPTER, has)
    assert caller("messenger") is ADAPTER


@pytest.mark.parametrize(
    ("given", "header", "fine"),
    [
        ({}, SIGNATURE, True),
        ({"app_secret": "a newer one", "old_app_secret": "app-secret-1"}, SIGNATURE, True),
        ({"app_secret": "another"}, SIGNATURE, False),
        ({"app_secret": ""}, SIGNATURE, False),
        ({}, SIGNATURE.removeprefix("sha256="), False),
        ({}, SIGNATURE[:-1], False),
        ({}, "sha256=" + "z" * 64, False),
        ({}, "sha256=lQ2V2WSYzzeq0zmvWIzQf6G+DsMNVl/FOgv8O6ggXVQ=", False),
        ({}, "", False),
    ],
)
def test_only_the_application_signs(given: dict[str, str], header: str, fine: bool) -> None:
    signed = Hook(url="", headers={"x-hub-signature-256": header}, body=SIGNED)
    assert ADAPTER.verify(signed, door(**given), NOW) is fine
    spelled = orjson.dumps(orjson.loads(SIGNED))
    assert not ADAPTER.verify(replace(signed, body=spelled), door(**given), NOW), "its very bytes are signed"


def test_the_handshake() -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "v+1", "hub.challenge": "1158201444"}
    greeting = Hook(url="", headers={}, body=b"", query=asked, method="GET")
    assert ADAPTER.greet(greeting, door()) == "1158201444"
    assert ADAPTER.greet(greeting, door(verify_token="")) is None
    assert ADAPTER.greet(replace(greeting, query={**asked, "hub.verify_token": "v"}), door()) is None


def test_a_customers_message() -> None:
    (found,) = inbounds(item(message={"mid": "m_1", "text": "hej", "reply_to": {"mid": "m_0"}}))
    assert (found.event, found.thread, found.kind, clear(found.text)) == ("m_1", ANN, Kind.TEXT, "hej")
    assert (found.refers, found.at) == (("m_0",), datetime(2023, 11, 14, 22, 13, 20, 123000, tzinfo=UTC))
    assert (found.automatic, found.elsewhere, found.public) == (False, False, False)


def test_plain_text_is_sent() -> None:
    (body,) = sent(going())
    assert body == {
        "recipient": {"id": ANN},
        "messaging_type": "RESPONSE",
        "message": {"text": "Dzień dobry", "metadata": str(ID)},
    }
    (call,) = ADAPTER.calls(going(), door(base="http://127.0.0.1:9/meta/", graph_version="v25.0"), NOW)
    assert isinstance(call, HttpCall)
    assert call.url == f"http://127.0.0.1:9/meta/v25.0/{PAGE}/messages"


def test_the_receipt_is_the_vendors_id() -> None:
    assert ADAPTER.outcome(200, {}, b'{"recipient_id":"200","message_id":"m_9"}') == Sent(receipt="m_9")
    assert isinstance(ADAPTER.outcome(200, {}, b"<html>"), Unsure)
    assert isinstance(ADAPTER.outcome(200, {}, b"{}"), Unsure)


_ = (Choice, Citation)
