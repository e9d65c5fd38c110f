"""What comes by e-mail: letters, and what mail servers and providers report of ours. Pure.

A body is a letter (RFC 5322), a notification of Amazon SNS about mail of SES, or what Postmark makes of a letter.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email import policy
from email.message import EmailMessage
from typing import Final

from okienko.channels.email.automatic import find_reason
from okienko.channels.email.envelope import Envelope, clean_subject
from okienko.channels.email.letter import Letter, first, read_ids, read_letter
from okienko.channels.email.quotes import part_from_quotes
from okienko.channels.email.reports import Report, read_reports
from okienko.channels.event import Event, EventKind, Reading, describe, join, read_time
from okienko.channels.given import Given, part, parts, read_objects, word, words
from okienko.values import RawText, Unreadable

_ACTIONS: Final[Mapping[str, EventKind]] = {"failed": "failed", "delivered": "delivered", "relayed": "delivered"}
_KNOWN: Final = frozenset(
    {"Type", "MessageId", "TopicArn", "Message", "notificationType", "eventType", "mail", "bounce", "complaint", "From"}
)
_SUBSCRIPTIONS: Final = frozenset({"SubscriptionConfirmation", "UnsubscribeConfirmation"})
_SES: Final[Mapping[str, EventKind]] = {"Delivery": "delivered", "Send": "sent"}
_VERDICTS: Final = {"PASS": "pass", "FAIL": "fail"}
_COMMENT: Final = re.compile(r"\([^()]{0,200}\)")
_DMARC: Final = re.compile(r"(?:^|[;\s])dmarc\s*=\s*(\w{1,20})", re.IGNORECASE)
_REFERENCE: Final = re.compile(r"\[#([A-HJ-NP-Z2-9]{3}-[A-HJ-NP-Z2-9]{4})\]", re.IGNORECASE)
_TOKEN: Final = re.compile(r"\+c\.[a-z2-7]{26}\.[a-z2-7]{13}@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What is known about a letter besides its bytes."""

    own: frozenset[str] = frozenset()  # addresses of ours
    host: str = ""  # whose Authentication-Results count
    dmarc: str | None = None  # what a provider says that it has found out
    recipients: tuple[str, ...] = field(default=(), repr=False)  # of the envelope, in small letters


STRANGERS: Final = Reception()


def read_events(body: bytes) -> Reading:
    """The events of a body. Raises `Unreadable` with its shape."""
    if body[:64].lstrip().startswith((b"{", b"[")):
        return _read_hook(read_objects(body)[0])
    return read_raw(body)


def read_raw(body: bytes, reception: Reception = STRANGERS) -> Reading:
    """The events of a letter. Raises `Unreadable` where it is none."""
    letter, message = read_letter(body)
    if not letter.headers:
        raise Unreadable("no letter: it has no headers")
    reports = read_reports(letter, message)
    if reports:
        return Reading(events=tuple(_tell_report(report, letter, reception) for report in reports))
    return Reading(events=(_tell_letter(letter, reception),))


def _tell_letter(letter: Letter, reception: Reception) -> Event:
    said = part_from_quotes(letter.text)
    own = reception.own
    why = find_reason(letter.headers, sender=letter.sender, subject=letter.subject, kind=letter.kind, own=own)
    standing = {} if why is None else {"automatic": why}
    if len(letter.to) > 1:
        standing["recipients"] = str(len(letter.to))
    standing["answer_to"] = letter.answer_to
    subject = clean_subject(letter.subject)
    reference = _REFERENCE.search(letter.subject)
    if reference is not None:
        standing["reference"] = reference[1].upper()
    references = (*letter.references, *letter.answers)
    envelope = Envelope(to=letter.answer_to, subject=subject, id=letter.id or "", references=references)
    opens = subject and not said.own.casefold().startswith(subject.casefold())
    opening = f"{subject}\n\n{said.own}".strip() if opens else said.own
    trust = reception.dmarc or _read_dmarc(letter, reception.host)
    if trust is not None:
        standing["dmarc"] = trust
    token = _find_token(letter, reception)
    if token is not None:
        standing["token"] = token
    return Event(
        kind="message",
        account=letter.to[0] if letter.to else "",
        thread=next(iter((*letter.references, *letter.answers)), letter.dedupe),
        user=letter.sender or None,
        message=letter.id,
        dedupe=letter.dedupe,
        at=letter.at,
        subject=RawText(letter.subject) if letter.subject else None,
        text=RawText(said.own) if said.own else None,
        opening=RawText(opening),
        envelope=envelope.write(),
        quoted=RawText(said.rest) if said.rest else None,
        attachments=letter.files,
        reply_to=letter.answers[0] if letter.answers else None,
        about=(*letter.references, *reversed(letter.answers[1:])),
        name=letter.name,
        automatic=why is not None,
        standing=standing,
    )


def _read_dmarc(letter: Letter, host: str) -> str | None:
    """What the host that received a letter found out about its sender's domain (RFC 8601): `pass`, `fail`, `none` …

    Only its own header counts, which it puts above all others: whoever writes can put in more of them.
    """
    said = _COMMENT.sub(" ", first(letter.headers, "authentication-results"))
    server, _, results = said.partition(";")
    if not host or not server.split() or server.split()[0].lower() != host.lower():
        return None
    found = _DMARC.search(results)
    return None if found is None else found[1].lower()


def _find_token(letter: Letter, reception: Reception) -> str | None:
    """The first address that a letter was sent to which has the form of those that we give out for answers."""
    return next((to for to in (*reception.recipients, *letter.to) if _TOKEN.search(to)), None)


def _tell_report(report: Report, letter: Letter, reception: Reception) -> Event:
    kind: EventKind = _ACTIONS.get(report.action, "account_notice")
    standing = {
        "action": report.action,
        "status": report.status,
        "sure": None if report.sure else "no",
        "token": _find_token(letter, reception),
    }
    return Event(
        kind=kind,
        direction="system",
        account=letter.to[0] if letter.to else "",
        thread=report.letter or "",
        user=report.recipient,
        message=letter.id,
        dedupe=join(letter.dedupe, report.recipient, report.action),
        at=letter.at,
        about=() if report.letter is None else (report.letter,),
        notice=None if kind != "account_notice" else report.action,
        automatic=True,
        standing={name: value for name, value in standing.items() if value is not None},
    )


def _read_hook(given: Given) -> Reading:
    if word(given, "TopicArn") is not None and word(given, "Type") is not None:
        return read_sns(given)
    if "FromFull" in given or ("From" in given and "MessageID" in given):
        return read_postmark(given)
    raise Unreadable(describe(given, _KNOWN))


def read_postmark(given: Given, reception: Reception = STRANGERS) -> Reading:
    """A letter as Postmark takes it apart; whole, where the raw letter was switched on. Raises `Unreadable`."""
    recipient = word(given, "OriginalRecipient")
    reception = reception if recipient is None else replace(reception, recipients=(recipient.lower(),))
    raw = given.get("RawEmail")
    if isinstance(raw, str) and raw:
        return read_raw(raw.encode("utf-8", "surrogateescape"), reception)
    letter = EmailMessage(policy=policy.compat32)
    sender = part(given, "FromFull")
    headers = {
        "From": f"{word(sender, 'Name') or ''} <{word(sender, 'Email') or word(given, 'From') or ''}>",
        "To": word(given, "OriginalRecipient") or word(given, "To"),
        "Subject": given.get("Subject"),
        "Date": word(given, "Date"),
    }
    listed = {word(header, "Name") or "": header.get("Value") for header in parts(given, "Headers")}
    names = {name.lower() for name in listed}
    if "message-id" not in names:
        listed["Message-ID"] = f"<{word(given, 'MessageID')}@postmark>"
    for name, value in {**listed, **headers}.items():
        if name and isinstance(value, str) and value.strip():
            letter[name] = " ".join(value.split())
    text, html = given.get("TextBody"), given.get("HtmlBody")
    if isinstance(text, str) and text.strip():
        letter.set_payload(text, "utf-8")
    elif isinstance(html, str):
        letter.set_type("text/html")
        letter.set_payload(html, "utf-8")
    return read_raw(letter.as_bytes(policy=policy.compat32.clone(max_line_length=0)), reception)


def read_sns(given: Given, reception: Reception = STRANGERS) -> Reading:
    """What Amazon SNS tells about mail of SES. Raises `Unreadable`."""
    kind, topic = word(given, "Type") or "", word(given, "TopicArn") or ""
    at, id_ = read_time(given.get("Timestamp")), word(given, "MessageId") or ""
    if kind in _SUBSCRIPTIONS:
        event = Event(
            kind="account_notice", direction="system", account=topic, dedupe=id_, at=at, notice=kind, message=id_
        )
        return Reading(events=(event,))
    message = given.get("Message")
    try:
        about = read_objects(message.encode())[0] if isinstance(message, str) else None
    except Unreadable:
        about = None
    if about is None:
        raise Unreadable(describe(given, _KNOWN))
    return _read_ses(about, topic=topic, notification=id_, reception=reception)


def _read_ses(given: Given, *, topic: str, notification: str, reception: Reception) -> Reading:
    kind = word(given, "notificationType") or word(given, "eventType")
    mail = part(given, "mail")
    content = given.get("content")
    if kind == "Received" and isinstance(content, str):
        received = part(given, "receipt")
        verdict = word(part(received, "dmarcVerdict"), "status") or ""
        recipients = tuple(recipient.lower() for recipient in words(received, "recipients"))
        return read_raw(
            _decode(content), replace(reception, dmarc=_VERDICTS.get(verdict, "none"), recipients=recipients)
        )
    if kind is None:
        raise Unreadable(describe(given, _KNOWN))
    ours = read_ids(word(part(mail, "commonHeaders"), "messageId") or "")
    about = tuple(id_ for id_ in (*ours, word(mail, "messageId")) if id_ is not None)
    detail = part(given, kind[:1].lower() + kind[1:])
    at = read_time(detail.get("timestamp")) or read_time(mail.get("timestamp"))

    def tell(what: EventKind, recipient: str | None, **standing: str | None) -> Event:
        return Event(
            kind=what,
            direction="system",
            account=topic,
            thread=about[0] if about else "",
            user=None if recipient is None else recipient.lower(),
            message=notification or None,
            dedupe=join(notification, recipient),
            at=at,
            about=about,
            notice=kind.lower() if what == "account_notice" else None,
            automatic=True,
            standing={name: value for name, value in standing.items() if value is not None},
        )

    match kind:
        case "Bounce":
            lasting = word(detail, "bounceType") == "Permanent"
            events = [
                tell(
                    "failed",
                    word(recipient, "emailAddress"),
                    action=word(recipient, "action") or ("failed" if lasting else "delayed"),
                    status=word(recipient, "status"),
                    type=word(detail, "bounceType"),
                    subtype=word(detail, "bounceSubType"),
                )
                for recipient in parts(detail, "bouncedRecipients")
            ]
        case "Complaint":
            events = [
                tell("account_notice", word(recipient, "emailAddress"), action="complaint")
                for recipient in parts(detail, "complainedRecipients")
            ]
        case "Delivery" | "Send":
            recipients = words(detail, "recipients") or words(mail, "destination")
            events = [tell(_SES[kind], recipient) for recipient in recipients]
        case "Open" | "Click":
            return Reading(ignored="whether somebody has opened a letter is not asked for")
        case _:
            events = [tell("account_notice", None)]
    return Reading(events=tuple(events), unparsed=() if events else (describe(given, _KNOWN),))


def _decode(content: str) -> bytes:
    """A letter as it is, or in base64."""
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return content.encode("utf-8", "surrogateescape")
