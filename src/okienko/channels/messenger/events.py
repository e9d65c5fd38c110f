"""What Messenger reports. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from okienko.channels.event import Event, Reading, join, read_time
from okienko.channels.given import Given, part, raw, word
from okienko.channels.graph import read_conversations, read_deliveries

OBJECT: Final = "page"


def read_events(body: bytes) -> Reading:
    """The events of a delivery. Raises `Unreadable` with its shape."""
    return read_conversations(read_deliveries(body, OBJECT), _read_change)


def _read_change(field: str, value: Given, account: str, at: datetime | None) -> Event | None:
    """What happens on the page itself: a comment; anything else of its feed is set aside by its name."""
    if not field or not value:
        return None
    item, verb = word(value, "item") or "", word(value, "verb") or "add"
    comment, post = word(value, "comment_id"), word(value, "post_id")
    if field != "feed" or item != "comment" or comment is None:
        named = word(value, "id") or comment or post
        return Event(kind="unknown", account=account, at=at, notice=field, dedupe=join(field, item, verb, named, at))
    author = part(value, "from")
    user = word(author, "id")
    parent = word(value, "parent_id")
    moment = read_time(value.get("created_time")) or at
    standing = {"verb": verb, "post": post}
    return Event(
        kind="comment",
        direction="out" if user == account else "in",
        account=account,
        thread=comment if parent in {None, post} else parent or comment,
        user=user,
        message=comment,
        dedupe=comment if verb == "add" else join(comment, verb, value.get("created_time"), at),
        at=moment,
        text=raw(value, "message"),
        reply_to=parent,
        removed=verb == "remove",
        name=raw(author, "name"),
        standing={name: known for name, known in standing.items() if known is not None},
    )
