"""What Instagram reports. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from okienko.channels.event import Event, Reading, join
from okienko.channels.given import Given, part, raw, word
from okienko.channels.graph import read_conversations, read_deliveries

OBJECT: Final = "instagram"
COMMENTS: Final = frozenset({"comments", "live_comments"})


def read_events(body: bytes) -> Reading:
    """The events of a delivery. Raises `Unreadable` with its shape."""
    return read_conversations(read_deliveries(body, OBJECT), _read_change)


def _read_change(field: str, value: Given, account: str, at: datetime | None) -> Event | None:
    """A comment; any other field is set aside by its name."""
    if not field or not value:
        return None
    comment = word(value, "id")
    if field not in COMMENTS or comment is None:
        return Event(kind="unknown", account=account, at=at, notice=field, dedupe=join(field, comment, at))
    author, media, parent = part(value, "from"), part(value, "media"), word(value, "parent_id")
    user = word(author, "id")
    standing = {"media": word(media, "id"), "product": word(media, "media_product_type"), "field": field}
    return Event(
        kind="comment",
        direction="out" if user == account else "in",
        account=account,
        thread=parent or comment,
        user=user,
        message=comment,
        dedupe=comment,
        at=at,
        text=raw(value, "text"),
        reply_to=parent,
        name=raw(author, "username"),
        standing={name: known for name, known in standing.items() if known is not None},
    )
