"""Instagram: direct messages to a professional account, and comments. See README.md in this folder. Pure.

An account is connected in one of two ways, which differ in little: by itself (Instagram Login), or through its page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, final

from okienko.channels import meta
from okienko.channels.event import Reading
from okienko.channels.given import read_objects, word_of_url
from okienko.channels.instagram.events import read_events
from okienko.channels.split import count_bytes
from okienko.values import Call, Connection, Hook, HttpCall, Outgoing, Unreadable

INSTAGRAM: Final = "https://graph.instagram.com"
MOST_BYTES: Final = 1000  # of a text, in UTF-8


@final
class Instagram(meta.Meta):
    """The channel of a professional account."""

    name = "instagram"
    account = "account_id"
    secrets = (*meta.Meta.secrets, "instagram_secret")  # nobody says which of them signs what comes by Instagram Login
    window = meta.WINDOW
    rate = 10.0
    pace = meta.PACE
    renewed_after = timedelta(days=45)
    lasts = timedelta(days=60)

    def read(self, hook: Hook, connection: Connection) -> Reading:
        """The events of a delivery. Raises `Unreadable` with its shape."""
        reading = read_events(hook.body)
        return replace(reading, events=tuple(map(meta.settle_comment, reading.events)))

    def calls(self, outgoing: Outgoing, connection: Connection, now: datetime) -> Sequence[Call]:
        """One call for every 1000 bytes. Nothing of ours goes along: Instagram does not promise to give it back."""
        messages = meta.write_messages(outgoing, MOST_BYTES, count_bytes)
        bodies = meta.address_messages(outgoing, messages, typed=is_of_page(connection))
        return [_post(connection, body) for body in bodies]

    def signals(self, outgoing: Outgoing, connection: Connection) -> Sequence[HttpCall]:
        """That the message was seen, and that somebody writes."""
        return [_post(connection, body) for body in meta.list_signals(outgoing)]

    def renewal(self, connection: Connection) -> HttpCall | None:
        """The call that asks for a new token; None for a page's, which does not end."""
        if is_of_page(connection):
            return None
        base = (connection.given.get("base") or INSTAGRAM).rstrip("/")
        url = f"{base}/refresh_access_token?grant_type=ig_refresh_token"
        return HttpCall(url=url, headers=meta.bearer(connection), method="GET")

    def read_renewed(self, status: int, body: bytes) -> str | None:
        """The new token, good for another 60 days."""
        try:
            return word_of_url(read_objects(body)[0], "access_token") if status == 200 else None
        except Unreadable:
            return None


def is_of_page(connection: Connection) -> bool:
    """Whether the account was connected through its page: other hosts, other ids, the rest is the same."""
    return connection.given.get("flavour") == "page"


def find_base(connection: Connection) -> str:
    """The host of its calls, where nobody has named another."""
    return meta.FACEBOOK if is_of_page(connection) else INSTAGRAM


def _post(connection: Connection, body: Mapping[str, Any]) -> HttpCall:
    whose = "me" if is_of_page(connection) else connection.given.get("account_id") or "me"
    return meta.post(connection, f"{whose}/messages", body, base=find_base(connection))


ADAPTER: Final = Instagram()
