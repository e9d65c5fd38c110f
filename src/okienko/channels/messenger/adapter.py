"""Facebook Messenger: a page's conversations, and comments below its posts. See README.md in this folder. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, final

from okienko.channels import meta
from okienko.channels.event import Event, Reading, Trouble
from okienko.channels.messenger.events import read_events
from okienko.channels.meta_errors import explain
from okienko.channels.meta_inbound import read_inbound
from okienko.values import Call, Connection, Failed, Hook, HttpCall, Inbound, Outgoing, Sent, Unsure

MOST_CHARACTERS: Final = 2000


@final
class Messenger:
    """The channel of a Facebook page."""

    name = "messenger"
    opens = True
    limited = False
    idempotent = False
    most_bytes = meta.MOST_BYTES
    account = "page_id"
    quiet = meta.QUIET
    window = meta.WINDOW
    rate = 20.0
    pace = meta.PACE
    patience = meta.PATIENCE

    def verify(self, hook: Hook, connection: Connection, now: datetime) -> bool:
        """Whether Meta has signed it for our application."""
        return meta.verify(hook, connection)

    def greet(self, hook: Hook, connection: Connection) -> str | None:
        """What to answer to Meta's handshake; None: it is refused."""
        return meta.greet(hook, connection)

    def read(self, hook: Hook, connection: Connection) -> Reading:
        """The events of a delivery. Raises `Unreadable` with its shape."""
        reading = read_events(hook.body)
        return replace(reading, events=tuple(map(meta.settle_comment, reading.events)))

    def inbound(self, event: Event, connection: Connection) -> Inbound | None:
        """The message that a customer's event is; None when it is none."""
        return read_inbound(event)

    def calls(self, outgoing: Outgoing, connection: Connection, now: datetime) -> Sequence[Call]:
        """One call for every 2000 characters. Our id goes along and comes back in the echo."""
        messages = meta.write_messages(outgoing, MOST_CHARACTERS)
        noted = [{**message, "metadata": str(outgoing.message)} for message in messages]
        return [meta.post(connection, _path(connection), body) for body in meta.address_messages(outgoing, noted)]

    def outcome(self, status: int, headers: Mapping[str, str], body: bytes) -> Sent | Failed | Unsure:
        """What Meta's answer means."""
        return meta.read_outcome(status, headers, body)

    def explain(self, trouble: Trouble) -> Failed | Unsure:
        """What an error means that is reported later."""
        return explain(trouble)

    def signals(self, outgoing: Outgoing, connection: Connection) -> Sequence[HttpCall]:
        """That the message was seen, and that somebody writes."""
        return [meta.post(connection, _path(connection), body) for body in meta.list_signals(outgoing)]


def _path(connection: Connection) -> str:
    return f"{connection.given.get('page_id') or 'me'}/messages"


ADAPTER: Final = Messenger()
