"""One genuine delivery for every way in, as its vendor would send it: what forgeries are made of.

A new channel puts its own here, and is attacked with the others; a test says when one is missing.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import orjson

from okienko.channels.voice.adapter import sign as sign_call
from okienko.channels.webhook.adapter import sign as sign_webhook

SECRET: Final = bytes(range(32))  # of every connection here
APP_SECRET: Final = "tajemnica-aplikacji"
LETTER: Final = (
    b"From: Anna <anna@poczta.example>\r\nTo: bok@sklep.example\r\nSubject: zwrot\r\nMessage-ID: <1@poczta.example>\r\n"
    b"Date: Sat, 21 Nov 2026 12:00:00 +0000\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nile dni na zwrot?\r\n"
)

Write = Callable[[str, datetime], tuple[dict[str, str], bytes]]
"""Headers and body of a delivery to an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A way in and what comes through it."""

    channel: str
    way: str = ""
    given: Mapping[str, str]
    write: Write
    covers: bool = True  # what is signed is the whole body
    stored: bool = True  # through `/hooks/<channel>/<connection>`

    def __str__(self) -> str:
        return f"{self.channel} {self.way}".strip()


def _meta(body: Callable[[int], Mapping[str, Any]]) -> Write:
    def write(url: str, now: datetime) -> tuple[dict[str, str], bytes]:
        written = orjson.dumps(body(int(now.timestamp())))
        return {"x-hub-signature-256": f"sha256={hmac.digest(APP_SECRET.encode(), written, 'sha256').hex()}"}, written

    return write


def _conversation(what: str) -> Callable[[int], Mapping[str, Any]]:
    def body(seconds: int) -> Mapping[str, Any]:
        message = {"mid": "m_1", "text": "ile mam czasu na zwrot towaru?"}
        ids = {"sender": {"id": "2"}, "recipient": {"id": "1"}}
        event = {**ids, "timestamp": seconds * 1000, "message": message}
        return {"object": what, "entry": [{"id": "1", "time": 1, "messaging": [event]}]}

    return body


def _whatsapp(seconds: int) -> Mapping[str, Any]:
    text = {"type": "text", "text": {"body": "ile mam czasu na zwrot towaru?"}}
    message = {"from": "48600100200", "id": "wamid.1", "timestamp": str(seconds), **text}
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "1"}, "messages": [message]}
    change = {"field": "messages", "value": value}
    return {"object": "whatsapp_business_account", "entry": [{"id": "9", "changes": [change]}]}


def _webhook(url: str, now: datetime) -> tuple[dict[str, str], bytes]:
    body = orjson.dumps({"conversation": "pokój-7", "sender": "anna", "text": "ile mam czasu na zwrot towaru?"})
    at = str(int(now.timestamp()))
    signature = sign_webhook(SECRET, "e1", at, body)
    return {"webhook-id": "e1", "webhook-timestamp": at, "webhook-signature": signature}, body


def _postmark(url: str, now: datetime) -> tuple[dict[str, str], bytes]:
    told: dict[str, object] = {"FromFull": {}, "MessageID": "0", "RawEmail": LETTER.decode()}
    told["OriginalRecipient"] = "bok@sklep.example"
    return {"authorization": "Basic " + base64.b64encode("pm:długie hasło".encode()).decode()}, orjson.dumps(told)


def write_mailgun(letter: bytes, token: str, now: datetime) -> tuple[dict[str, str], bytes]:
    """A letter as Mailgun posts it."""
    at = str(int(now.timestamp()))
    signature = hmac.digest(b"mg-key", f"{at}{token}".encode(), "sha256").hex()
    fields = {"timestamp": at, "token": token, "signature": signature, "recipient": "bok@sklep.example"}
    body = urlencode({**fields, "body-mime": letter}).encode()
    return {"content-type": "application/x-www-form-urlencoded"}, body


def _mailgun(url: str, now: datetime) -> tuple[dict[str, str], bytes]:
    return write_mailgun(LETTER, "a" * 50, now)


def _voice(url: str, now: datetime) -> tuple[dict[str, str], bytes]:
    fields = {"CallSid": "CA" + "1" * 32, "From": "+48501234567", "To": "+48221112233", "CallStatus": "ringing"}
    signature = sign_call("żeton", url, {name: [value] for name, value in fields.items()})
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    return headers, urlencode(fields).encode()


_SECRETS: Final = {"app_secret": APP_SECRET, "verify_token": "słowo", "token": "żeton"}
_MAIL: Final = {"address": "bok@sklep.example", "name": "Sklep"}
SAMPLES: Final = (
    Sample(channel="messenger", given={**_SECRETS, "page_id": "1"}, write=_meta(_conversation("page"))),
    Sample(channel="instagram", given={**_SECRETS, "account_id": "1"}, write=_meta(_conversation("instagram"))),
    Sample(channel="whatsapp", given={**_SECRETS, "phone_number_id": "1"}, write=_meta(_whatsapp)),
    Sample(channel="webhook", given={}, write=_webhook),
    Sample(
        channel="email",
        way="postmark",
        given={**_MAIL, "way": "postmark", "hook_user": "pm", "hook_password": "długie hasło"},
        write=_postmark,
        covers=False,
    ),
    Sample(
        channel="email",
        way="mailgun",
        given={**_MAIL, "way": "mailgun", "signing_key": "mg-key"},
        write=_mailgun,
        covers=False,
    ),
    Sample(channel="voice", given={"auth_token": "żeton"}, write=_voice, stored=False),
)
ASKED: Final = frozenset({"google_play", "app_store"})  # they report nothing by themselves
TOKENS: Final = frozenset({"webchat"})  # our own window: whoever has a conversation's token
