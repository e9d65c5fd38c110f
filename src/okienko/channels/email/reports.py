"""What mail servers report of our letters: one did not arrive (RFC 3464), somebody complains (RFC 5965). Pure.

Many servers write in words of their own; there an address and a status are looked for, and nobody is sure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import Final

from okienko.channels.email.letter import Letter, decode, list_inner, read_ids

MOST: Final = 100_000  # characters of a text that are searched
_ADDRESS: Final = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_STATUS: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CODE: Final = re.compile(r"\b([45]\d\d)[ -](?=[\w#<])")
_FROM_A_SERVER: Final = re.compile(r"mailer-daemon|postmaster|mail delivery|mailerdaemon|mail-daemon", re.IGNORECASE)
_NOT_DELIVERED: Final = re.compile(
    r"undeliver|delivery (?:status|failure|failed|problem|notification)|delivery has failed|failure notice"
    r"|returned mail|mail delivery|mail failure|(?:not|n['’]t) be delivered|error delivering|mailbox is full"
    r"|message (?:delayed|blocked)|could not send|nie dostarczono|niedostarcz"
    r"|nie (?:może|mogła|mógł) zostać dostarczon",
    re.IGNORECASE,
)
_COMPLAINT: Final = re.compile(r"\s*complaint about message from\b", re.IGNORECASE)
_MOST_LOOKED: Final = 2_000  # characters of a text in which a server says what it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of one letter for one recipient."""

    action: str  # failed, delayed, delivered, relayed, expanded, or complaint
    recipient: str | None = field(repr=False)
    status: str | None  # such as 5.1.1
    letter: str | None = field(repr=False)  # the id of our letter
    sure: bool = True  # by the standard; else it was read out of words


def read_reports(letter: Letter, message: Message) -> list[Report]:
    """The reports in a letter; nothing where it is none."""
    kind = str(message.get_param("report-type") or "").lower()
    original = _find_original(message)
    if kind == "feedback-report" or _has(message, "message/feedback-report"):
        return [_read_complaint(message, original)]
    if kind == "delivery-status" or _has(message, "message/delivery-status"):
        reports = list(_read_statuses(message, original))
        if reports:
            return reports
    if _COMPLAINT.match(letter.subject) and _has(message, "message/rfc822"):
        return [_read_complaint(message, original)]
    if letter.kind == "multipart/report" or _looks_like_one(letter):
        found = _read_words(letter, original)
        return [] if found is None else [found]
    return []


def _parts(message: Message, kind: str) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number > 200:
            return
        if part.get_content_type() == kind:
            yield part


def _has(message: Message, kind: str) -> bool:
    return next(_parts(message, kind), None) is not None


def _fields(part: Message) -> Iterator[Message]:
    """The groups of fields of a status part: of the letter, then of each recipient."""
    yield from list_inner(part)


def _read_statuses(message: Message, original: str | None) -> Iterator[Report]:
    for part in _parts(message, "message/delivery-status"):
        for group in _fields(part):
            action = str(group.get("action") or "").strip().lower()
            status = _STATUS.search(str(group.get("status") or "")) or _STATUS.search(
                str(group.get("diagnostic-code") or "")[:MOST]
            )
            address = _read_address(group, "final-recipient") or _read_address(group, "original-recipient")
            if not action and status is None:
                continue
            if not action:
                action = "failed" if status is not None and status[1].startswith("5") else "delayed"
            yield Report(
                action=action.split()[0],
                recipient=address,
                status=None if status is None else status[1],
                letter=original,
            )


def _read_address(group: Message, name: str) -> str | None:
    found = _ADDRESS.search(str(group.get(name) or "")[:MOST])
    return None if found is None else found[0].lower()


def _read_complaint(message: Message, original: str | None) -> Report:
    recipient: str | None = None
    for part in _parts(message, "message/feedback-report"):
        for group in (*_fields(part), part):
            recipient = recipient or _read_address(group, "original-rcpt-to")
    for part in _parts(message, "message/rfc822"):
        for group in _fields(part):
            recipient = recipient or _read_address(group, "x-hmxmroriginalrecipient")
    return Report(action="complaint", recipient=recipient, status=None, letter=original)


def _find_original(message: Message) -> str | None:
    """The id of the letter that is reported about, from its copy."""
    for number, part in enumerate(message.walk()):
        if number > 200:
            break
        kind = part.get_content_type()
        text = ""
        if kind == "message/rfc822":
            text = " ".join(str(inner.get("message-id") or "") for inner in list_inner(part)[:1])
        elif kind == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            named = re.search(r"^message-id:\s*(\S+)", _text(content), re.IGNORECASE | re.MULTILINE)
            text = named[1] if named else ""
        ids = read_ids(text)
        if ids:
            return ids[0]
    return None


def _text(content: object) -> str:
    return decode(content, None)[:MOST] if isinstance(content, bytes) else ""


def _looks_like_one(letter: Letter) -> bool:
    """Whether a server seems to write, or nobody could be answered, and something was not delivered."""
    if "x-failed-recipients" in letter.headers:
        return True
    senders = " ".join((*letter.headers.get("from", ()), *letter.headers.get("x-mailer", ())))
    nobody = "<>" in (value.strip() for value in letter.headers.get("return-path", ()))
    said = f"{letter.subject}\n{letter.text[:_MOST_LOOKED]}"
    return (nobody or _FROM_A_SERVER.search(senders) is not None) and _NOT_DELIVERED.search(said) is not None


def _read_words(letter: Letter, original: str | None) -> Report | None:
    text = letter.text[:MOST]
    status, code = _STATUS.search(text), _CODE.search(text)
    known = {letter.sender, *letter.to}
    failed = next(iter(letter.headers.get("x-failed-recipients", ())), "")
    addresses = [found.lower() for found in (*_ADDRESS.findall(failed), *_ADDRESS.findall(text))]
    recipient = next((address for address in addresses if address not in known), None)
    named = re.search(r"^\s*message-id:\s*(<\S+>)", text, re.IGNORECASE | re.MULTILINE)
    ids = read_ids(named[1]) if named else ()
    if recipient is None and status is None and code is None:
        return None
    first = status[1] if status else code[1] if code else "5"
    delayed = first.startswith("4") or "delay" in letter.subject.lower() or "warning" in letter.subject.lower()
    return Report(
        action="delayed" if delayed else "failed",
        recipient=recipient,
        status=status[1] if status else None,
        letter=original or (ids[0] if ids else None),
        sure=False,
    )
