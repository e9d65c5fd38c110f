"""How a brand's own application is connected. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import orjson

from okienko.channels.connect import CALLBACK, Connect, Field, Step
from okienko.channels.webhook.adapter import sign
from okienko.values import Connection, HttpCall
from okienko.web.i18n import mark


def _find_problems(given: Mapping[str, str]) -> Mapping[str, str]:
    address = urlsplit(given.get("reply_url", ""))
    fine = address.scheme in {"http", "https"} and address.hostname
    return {} if fine else {"reply_url": mark("Write an address such as https://shop.example/okienko.")}


def _try(connection: Connection, now: datetime) -> HttpCall:
    """A body of the type `test`, which an application may leave unread; it is signed like any other."""
    body = orjson.dumps({"type": "test"})
    event, timestamp = f"test-{int(now.timestamp())}", str(int(now.timestamp()))
    return HttpCall(
        url=connection.reply_url or "",
        headers={
            "content-type": "application/json",
            "webhook-id": event,
            "webhook-timestamp": timestamp,
            "webhook-signature": sign(connection.secret, event, timestamp, body),
        },
        body=body,
    )


CONNECT: Final = Connect(
    channel="webhook",
    name="Webhook",
    about=mark("An application of your own: signed JSON in, signed JSON out."),
    account="reply_url",
    fields=(
        Field(
            name="reply_url",
            label=mark("Address of your application"),
            help=mark("What okienko answers is posted there, signed with the same secret."),
        ),
        Field(name="secret", label=mark("Shared secret"), secret=True, made=True),
    ),
    steps=(
        Step(
            title=mark("Say where answers go"),
            text=(
                mark(
                    "Your application takes bodies of JSON there and answers with 2xx. One in your own network has to "
                    "be named by the operator in OKIENKO_NEIGHBOURS."
                ),
            ),
            fields=("reply_url",),
        ),
        Step(
            title=mark("Tell your application where messages go"),
            text=(
                mark(
                    "It posts customers' messages to this address and signs them with this secret, as Standard "
                    "Webhooks says; there are libraries for that in most languages."
                ),
            ),
            copy=(CALLBACK, "secret"),
        ),
        Step(
            title=mark("Try it"), text=(mark("The test message is a body of the type “test”, signed like any other."),)
        ),
    ),
    find_problems=_find_problems,
    called=False,  # by an application that may stand beside us
    trial=_try,
)
