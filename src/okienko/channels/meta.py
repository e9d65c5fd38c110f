"""What Messenger, Instagram and WhatsApp have in common on the way out, and at the door. Pure.

Every call names the Graph API's version, and bears the token in a header, so that no log of addresses has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from okienko.channels.choices import PERSON
from okienko.channels.cited import number, write
from okienko.channels.event import Event, Trouble
from okienko.channels.given import part, parts, read_objects, word
from okienko.channels.graph import answer_handshake, is_signed
from okienko.channels.meta_errors import explain, read_failure
from okienko.channels.meta_inbound import COMMENT, find_comment, read_inbound
from okienko.channels.split import split
from okienko.channels.vendor import Window
from okienko.values import (
    Author,
    Choice,
    Connection,
    Failed,
    Hook,
    HttpCall,
    Inbound,
    Outgoing,
    Sent,
    Unreadable,
    Unsure,
)
from okienko.web.i18n import words

FACEBOOK: Final = "https://graph.facebook.com"
VERSION: Final = "v26.0"
FREE: Final = timedelta(hours=24)
WINDOW: Final = Window(free=FREE, human=timedelta(days=7))  # Messenger's and Instagram's
PACE: Final = timedelta(seconds=1)  # theirs, too
MOST_QUICK_REPLIES: Final = 13
LONGEST_TITLE: Final = 20


class Meta:
    """What the adapters of the three say in the same words."""

    opens = True
    limited = False
    idempotent = False
    most_bytes = 4 * 1024 * 1024
    quiet = timedelta(seconds=4)
    patience = timedelta(hours=24)
    secrets: tuple[str, ...] = ("app_secret", "old_app_secret")  # names of what Meta may sign with
    hosts = ("*.fbcdn.net", "lookaside.fbsbx.com", "*.cdninstagram.com")  # where customers' files lie

    def verify(self, hook: Hook, connection: Connection, now: datetime) -> bool:
        """Whether Meta has signed this for our application, by its secret or the one before it. Without one: never."""
        secrets = (connection.given.get(name, "") for name in self.secrets)
        return is_signed(hook.body, hook.headers, [secret.encode() for secret in secrets if secret])

    def greet(self, hook: Hook, connection: Connection) -> str | None:
        """What to answer to Meta's handshake; None: it is refused."""
        return answer_handshake(hook.query, connection.given.get("verify_token", ""))

    def inbound(self, event: Event, connection: Connection) -> Inbound | None:
        """The message that a customer's event is; None when it is none."""
        return read_inbound(event)

    def outcome(self, status: int, headers: Mapping[str, str], body: bytes) -> Sent | Failed | Unsure:
        """What Meta's answer to a message means. WhatsApp takes it first, and reports later whether it arrived."""
        if not 200 <= status < 300:
            return read_failure(status, headers, body)
        try:
            given = read_objects(body)[0]
        except Unreadable:
            return Unsure(reason="the vendor's answer has no id")
        receipt = word(given, "message_id") or next((word(one, "id") for one in parts(given, "messages")), None)
        if receipt is not None:
            return Sent(receipt=receipt)
        if part(given, "error"):
            return read_failure(status, headers, body)
        return Unsure(reason="the vendor's answer has no id")

    def explain(self, trouble: Trouble) -> Failed | Unsure:
        """What an error means that is reported later."""
        return explain(trouble)

    def file_call(self, place: str, connection: Connection) -> HttpCall:
        """The call that reads a customer's file: its address is signed, so nothing else goes along."""
        return HttpCall(url=place, headers={}, method="GET")

    def file_place(self, place: str, body: bytes) -> str | None:
        """What lies at an address is the file itself."""
        return None


def address(connection: Connection, path: str, *, base: str = FACEBOOK) -> str:
    """Where a call goes."""
    given = connection.given
    return f"{(given.get('base') or base).rstrip('/')}/{given.get('graph_version') or VERSION}/{path}"


def post(connection: Connection, path: str, body: Mapping[str, Any], *, base: str = FACEBOOK) -> HttpCall:
    """A call with a JSON body."""
    headers = {"content-type": "application/json", **bearer(connection)}
    return HttpCall(url=address(connection, path, base=base), headers=headers, body=orjson.dumps(body))


def bearer(connection: Connection) -> dict[str, str]:
    """The header that says who calls."""
    return {"authorization": f"Bearer {connection.given.get('token', '')}"}


def write_messages(outgoing: Outgoing, most: int, measure: Callable[[str], int] = len) -> list[dict[str, Any]]:
    """A message of Messenger or Instagram, in as many as its length asks for; the last one has the quick replies.

    A title too long for a button stands in the text by its number, which the button bears; so many that there are no
    buttons for them stand in the text alone.
    """
    choices = name_shortly(outgoing)
    fit = len(choices) <= MOST_QUICK_REPLIES and all(len(choice.label) <= LONGEST_TITLE for choice in choices)
    text = write(outgoing) if fit else number(write(outgoing), choices)
    messages: list[dict[str, Any]] = [{"text": piece} for piece in split(text, most, measure)]
    if messages and 0 < len(choices) <= MOST_QUICK_REPLIES:
        titles = [choice.label if fit else str(place) for place, choice in enumerate(choices, start=1)]
        messages[-1]["quick_replies"] = [
            {"content_type": "text", "title": title, "payload": choice.value}
            for title, choice in zip(titles, choices, strict=True)
        ]
    return messages


def name_shortly(outgoing: Outgoing) -> list[Choice]:
    """The choices that have names. What is always there, a person, gets one that every button has room for."""
    short = words(outgoing.language).gettext("Get a person")
    named = (choice for choice in outgoing.choices if choice.label)
    return [
        replace(choice, label=short) if choice.value == PERSON and len(choice.label) > LONGEST_TITLE else choice
        for choice in named
    ]


def address_messages(
    outgoing: Outgoing, messages: Iterable[dict[str, Any]], *, typed: bool = True
) -> list[dict[str, Any]]:
    """Bodies of calls that send these. `typed`: each says that it is an answer, where it says nothing else.

    A comment is answered in private, and Meta takes one message for it. After the free window a person's words go with
    the tag for that; nobody else's do.
    """
    comment = find_comment(outgoing.thread, outgoing.envelope)
    recipient = {"id": outgoing.thread} if comment is None else {"comment_id": comment}
    if outgoing.late and outgoing.author is Author.AGENT and comment is None:
        kind = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    else:
        kind = {"messaging_type": "RESPONSE"} if typed else {}
    return [{"recipient": recipient, **kind, "message": message} for message in messages]


def list_signals(outgoing: Outgoing) -> list[dict[str, Any]]:
    """Bodies of calls that show that a message was seen and that an answer is being written."""
    if outgoing.thread.startswith(COMMENT):
        return []
    recipient = {"id": outgoing.thread}
    return [{"recipient": recipient, "sender_action": action} for action in ("mark_seen", "typing_on")]


def settle_comment(event: Event) -> Event:
    """A comment that was changed or taken away is told as every other message that is."""
    if event.kind != "comment" or event.message is None:
        return event
    if event.removed:
        return replace(event, kind="message_deleted", about=(event.message,))
    if event.standing.get("verb", "add") != "add":
        return replace(event, kind="message_edited", about=(event.message,))
    return event
