"""A brand's own application: signed JSON in, signed JSON out.

Signatures are those of Standard Webhooks 1.0 (HMAC-SHA256 over `id.timestamp.body`, five minutes of tolerance), so that
existing libraries can be used on the other side. See README.md in this folder for the two bodies.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, final

import orjson

from okienko.channels.event import describe
from okienko.values import (
    Call,
    Connection,
    Failed,
    Hook,
    HttpCall,
    Inbound,
    Kind,
    Outgoing,
    RawText,
    Sent,
    Unreadable,
)

TOLERANCE: Final = 5 * 60  # seconds, both ways
MOST_CHARACTERS: Final = 20_000
FIELDS: Final = frozenset({"type", "conversation", "sender", "text", "kind", "language", "id", "messages"})
KINDS: Final = {"text": Kind.TEXT, "person": Kind.PERSON}


def sign(secret: bytes, event: str, timestamp: str, body: bytes) -> str:
    """The value of a `webhook-signature` header."""
    digest = hmac.digest(secret, f"{event}.{timestamp}.".encode() + body, "sha256")
    return "v1," + base64.b64encode(digest).decode()


@final
class Webhook:
    """The channel of a brand's own application."""

    name = "webhook"
    opens = True
    limited = False
    idempotent = True
    most_bytes = 1024 * 1024

    def verify(self, hook: Hook, connection: Connection, now: datetime) -> bool:
        """Whether one of the signatures is ours and fresh; compared in constant time."""
        headers = hook.headers
        event, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not timestamp.isascii() or not timestamp.isdigit() or abs(now.timestamp() - int(timestamp)) > TOLERANCE:
            return False
        expected = sign(connection.secret, event, timestamp, hook.body).encode()
        given = headers.get("webhook-signature", "").split()[:10]
        return any(hmac.compare_digest(expected, signature.encode("utf-8", "replace")) for signature in given)

    def parse(self, body: bytes, headers: Mapping[str, str]) -> Sequence[Inbound]:
        """One message. Raises `Unreadable` with the body's shape."""
        try:
            given = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise Unreadable("not JSON") from None
        match given:
            case {"conversation": str(thread), "sender": str(sender), "text": str(text), **rest} if thread and sender:
                kind = KINDS.get(str(rest.get("kind", "text")))
                language = rest.get("language")
                if kind is None or not text.strip() or len(text) > MOST_CHARACTERS:
                    raise Unreadable(describe(given, FIELDS))
                return (
                    Inbound(
                        event=headers["webhook-id"],
                        thread=thread,
                        text=RawText(text),
                        kind=kind,
                        language=language if language in ("pl", "en") else None,
                    ),
                )
            case _:
                raise Unreadable(describe(given, FIELDS))

    def calls(self, outgoing: Outgoing, connection: Connection, now: datetime) -> Sequence[Call]:
        """One message to the brand's application, if it takes any. Our message's id is the idempotency key."""
        if connection.reply_url is None:
            return ()
        body = orjson.dumps(
            {
                "type": "message",
                "conversation": outgoing.thread,
                "author": outgoing.author.value,
                "kind": outgoing.kind.value,
                "ai_generated": outgoing.ai_generated,
                "text": outgoing.text,
                "citations": [
                    {"article": c.article, "version": c.version, "title": c.title, "quote": c.quote}
                    for c in outgoing.citations
                ],
            }
        )
        event, timestamp = str(outgoing.message), str(int(now.timestamp()))
        call = HttpCall(
            url=connection.reply_url,
            headers={
                "content-type": "application/json",
                "idempotency-key": event,
                "x-ai-generated": "yes" if outgoing.ai_generated else "no",
                "webhook-id": event,
                "webhook-timestamp": timestamp,
                "webhook-signature": sign(connection.secret, event, timestamp, body),
            },
            body=body,
        )
        return (call,)

    def outcome(self, status: int, headers: Mapping[str, str], body: bytes) -> Sent | Failed:
        """2xx is sent; too many requests, time-outs and 5xx are worth another try; anything else is not.

        What `Retry-After` asks for, the road reads itself.
        """
        if 200 <= status < 300:
            return Sent(receipt=headers.get("webhook-receipt", ""))
        return Failed(reason=f"answered {status}", permanent=status not in (408, 425, 429) and status < 500)


ADAPTER: Final = Webhook()
