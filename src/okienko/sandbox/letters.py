"""Letters of the sandbox: the customer's as bytes, and the brand's as the customer reads them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr

from okienko.sandbox.world import Customer, File, Line

_AGAIN = re.compile(r"^(?:(?:re|odp|fwd?|pd|aw)\s*:\s*)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """The brand's letter."""

    id: str
    subject: str
    text: str
    sender: str  # where an answer goes
    references: str
    answers: str
    automatic: bool
    files: tuple[File, ...] = field(repr=False)


def write(
    customer: Customer, line: Line, *, to: str, answers: Line | None, files: Sequence[File], now: datetime
) -> bytes:
    """The customer's letter, RFC 5322; with what is answered quoted below, as Gmail does it in Polish."""
    letter = EmailMessage(policy=policy.SMTP)
    letter["From"] = formataddr((customer.name, customer.id("email")))
    letter["To"] = to
    letter["Subject"] = line.subject
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = line.id
    text = line.text
    if answers is not None:
        letter["In-Reply-To"] = answers.id
        letter["References"] = " ".join(filter(None, [answers.references, answers.id]))
        quoted = "\n".join(f"> {part}" for part in answers.text.splitlines())
        text += f"\n\n{now:%d.%m.%Y} o {now:%H:%M} <{parseaddr(to)[1]}> napisał(a):\n\n{quoted}\n"
    letter.set_content(text, cte="quoted-printable")
    for file in files:
        family, _, kind = file.mime.partition("/")
        letter.add_attachment(file.content, maintype=family, subtype=kind or "octet-stream", filename=file.name)
    return letter.as_bytes()


def subject_of_answer(subject: str) -> str:
    """`Re: ` once."""
    return f"Re: {_AGAIN.sub('', subject)}"


def read(raw: bytes) -> Received:
    """A letter as the customer's program shows it."""
    letter = message_from_bytes(raw, policy=policy.default)
    body = letter.get_body(("plain", "html"))
    files: list[File] = []
    for one in letter.iter_attachments():
        content = one.get_payload(decode=True)
        if isinstance(content, bytes):
            files.append(File(name=one.get_filename() or "?", mime=one.get_content_type(), content=content))
    return Received(
        id=str(letter["Message-ID"] or "").strip(),
        subject=str(letter["Subject"] or ""),
        text=("" if body is None else str(body.get_content())).strip(),
        sender=str(letter["Reply-To"] or letter["From"] or ""),
        references=str(letter["References"] or ""),
        answers=str(letter["In-Reply-To"] or ""),
        automatic=str(letter["Auto-Submitted"] or "no") != "no",
        files=tuple(files),
    )
