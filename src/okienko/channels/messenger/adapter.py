"""Facebook Messenger: a page's conversations, and comments below its posts. See README.md in this folder. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, final

from okienko.channels import meta
from okienko.channels.event import Reading
from okienko.channels.messenger.events import read_events
from okienko.values import Call, Connection, Hook, HttpCall, Outgoing

MOST_CHARACTERS: Final = 2000


@final
class Messenger(meta.Meta):
    """The channel of a Facebook page."""

    name = "messenger"
    account = "page_id"
    window = meta.WINDOW
    rate = 20.0
    pace = meta.PACE

    def read(self, hook: Hook, connection: Connection) -> Reading:
        """The events of a delivery. Raises `Unreadable` with its shape."""
        reading = read_events(hook.body)
        return replace(reading, events=tuple(map(meta.settle_comment, reading.events)))

    def calls(self, outgoing: Outgoing, connection: Connection, now: datetime) -> Sequence[Call]:
        """One call for every 2000 characters. Our id goes along and comes back in the echo."""
        messages = meta.write_messages(outgoing, MOST_CHARACTERS)
        noted = [{**message, "metadata": str(outgoing.message)} for message in messages]
        return [meta.post(connection, _path(connection), body) for body in meta.address_messages(outgoing, noted)]

    def signals(self, outgoing: Outgoing, connection: Connection) -> Sequence[HttpCall]:
        """That the message was seen, and that somebody writes."""
        return [meta.post(connection, _path(connection), body) for body in meta.list_signals(outgoing)]


def _path(connection: Connection) -> str:
    return f"{connection.given.get('page_id') or 'me'}/messages"


ADAPTER: Final = Messenger()
