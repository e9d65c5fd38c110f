"""E-mail: letters in from a mailbox or by a service's hook, letters out by SMTP. See README.md in this folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, final
from uuid import UUID

from okienko.channels.email.compose import compose
from okienko.channels.email.envelope import NoAddress, read_envelope
from okienko.channels.email.events import Reception, read_postmark, read_raw, read_sns
from okienko.channels.email.hooks import (
    certificate_at,
    confirm_at,
    is_mailgun,
    is_sns,
    is_user,
    name_once,
    read_form,
)
from okienko.channels.email.tokens import find_conversation
from okienko.channels.event import Event, Reading
from okienko.channels.given import read_objects
from okienko.channels.vendor import Undelivered, Window
from okienko.values import (
    Connection,
    Failed,
    Hook,
    Inbound,
    Letter,
    Outgoing,
    Part,
    RawText,
    Unreadable,
)

MOST_BYTES: Final = 30 * 1024 * 1024  # of a letter


@final
class Email:
    """The channel of letters."""

    name = "email"
    opens = True
    limited = False
    idempotent = True  # a letter that comes twice has the same id, by which servers and programs know it
    most_bytes = MOST_BYTES * 3 // 2  # of a hook: in base 64, and with what the service adds
    account = "address"
    quiet = timedelta(seconds=4)
    window = Window()
    rate = 1.0
    pace = timedelta(0)
    patience = timedelta(hours=48)

    def verify(self, hook: Hook, connection: Connection, now: datetime) -> bool:
        """By what the service that this connection gets its letters from signs with; a mailbox has no hook."""
        given = connection.given
        match given.get("way"):
            case "postmark":
                return is_user(hook, given.get("hook_user", ""), given.get("hook_password", ""))
            case "mailgun":
                return is_mailgun(read_form(hook), given.get("signing_key", ""), now)
            case "ses":
                return is_sns(hook, given.get("topic", ""), now)
            case _:
                return False

    def certificate_at(self, hook: Hook, connection: Connection) -> str | None:
        """Where the certificate of Amazon SNS lies."""
        return certificate_at(hook) if connection.given.get("way") == "ses" else None

    def confirm_at(self, hook: Hook, connection: Connection) -> str | None:
        """What Amazon SNS wants called to confirm a subscription."""
        return confirm_at(hook) if connection.given.get("way") == "ses" else None

    def once(self, hook: Hook, connection: Connection) -> tuple[str, str] | None:
        """Mailgun's token, alone and with the letter that it came with."""
        return name_once(read_form(hook)) if connection.given.get("way") == "mailgun" else None

    def read(self, hook: Hook, connection: Connection) -> Reading:
        """The letter in a hook, or what is reported of ours. Raises `Unreadable`."""
        match connection.given.get("way"):
            case "mailgun":
                fields = read_form(hook)
                letter = fields.get("body-mime")
                if letter is None:
                    raise Unreadable("no body-mime: the route's address has to end in /mime")
                return self.read_letter(letter, connection, fields.get("recipient", b"").decode("utf-8", "replace"))
            case "postmark":
                reading = read_postmark(read_objects(hook.body)[0], _receive(connection))
            case "ses":
                reading = read_sns(read_objects(hook.body)[0], _receive(connection))
            case _:
                raise Unreadable("a mailbox has no hook")
        return _own(reading, connection)

    def read_letter(self, letter: bytes, connection: Connection, recipient: str = "") -> Reading:
        """A letter as it was taken from the mailbox. Raises `Unreadable`."""
        recipients = (recipient.strip().lower(),) if recipient else ()
        return _own(read_raw(letter, replace(_receive(connection), recipients=recipients)), connection)

    def inbound(self, event: Event, connection: Connection) -> Inbound | None:
        """A letter that somebody has written, and one that a program has: that is shown and not answered."""
        if event.kind != "message" or event.direction != "in":
            return None
        refers = tuple(dict.fromkeys((*((event.reply_to,) if event.reply_to else ()), *reversed(event.about))))
        named = find_conversation(connection, event.standing.get("token"), refers)
        text = event.opening if not refers and named is None else event.text
        to = event.standing.get("answer_to") or event.user or ""
        return Inbound(
            event=event.dedupe,
            thread=event.dedupe,
            text=RawText("") if text is None else text,
            at=event.at,
            refers=refers,
            conversation=named,
            envelope=None
            if event.automatic and (refers or named)
            else event.envelope,  # nobody is answered by a program
            name=event.name,
            more=event.quoted,
            parts=tuple(
                Part(name=file.name, mime=file.mime or "application/octet-stream", content=file.content)
                for file in event.attachments
                if file.content is not None
            ),
            automatic=event.automatic,
            sender=RawText(to) if to else None,
            reference=event.standing.get("reference"),
            unverified=event.standing.get("dmarc") == "fail",
        )

    def undelivered(self, event: Event, connection: Connection) -> Undelivered | None:
        """What a report says about an address. Only one that shows a letter of ours, or comes from Amazon, is sure."""
        action, status = event.standing.get("action"), event.standing.get("status") or ""
        shown = self.continues(event, connection) is not None or connection.given.get("way") == "ses"
        if event.user is None or event.standing.get("sure") == "no" or not shown:
            return None
        if action == "complaint":
            return Undelivered(address=event.user, lasting=True, why="complaint")
        if action != "failed":
            return None
        if status == "5.2.2" or event.standing.get("type") == "Transient":
            return Undelivered(address=event.user, lasting=False, why="full")
        if status.startswith("5.7."):
            return Undelivered(address=event.user, lasting=False, why="policy")
        return Undelivered(address=event.user, lasting=True, why="bounce")

    def continues(self, event: Event, connection: Connection) -> UUID | None:
        """The conversation of our letter that came back, by its id or by the address that it came back to."""
        return find_conversation(connection, event.standing.get("token"), event.about)

    def address(self, outgoing: Outgoing) -> str:
        """Whom an answer goes to; empty where the envelope does not say."""
        try:
            return read_envelope(outgoing.envelope).to
        except NoAddress:
            return ""

    def calls(self, outgoing: Outgoing, connection: Connection, now: datetime) -> Sequence[Letter]:
        """One letter; none where nobody can be written to."""
        try:
            return (compose(outgoing, connection, now),)
        except NoAddress:
            return ()

    def outcome(self, status: int, headers: Mapping[str, str], body: bytes) -> Failed:
        """No letter leaves by HTTP."""
        return Failed(reason="letters go by SMTP", permanent=True)


def _receive(connection: Connection) -> Reception:
    given = connection.given
    return Reception(own=frozenset({given.get("address", "").lower()}), host=given.get("receiving_host", ""))


def _own(reading: Reading, connection: Connection) -> Reading:
    """The events as this mailbox's: whom a letter is addressed to, its writer says as they like."""
    account = connection.given.get("address", "")
    return replace(reading, events=tuple(replace(event, account=account) for event in reading.events))


ADAPTER: Final = Email()
