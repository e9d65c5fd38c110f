"""Our letters: an answer to the customer's, in plain text and in plain HTML. Pure.

Nothing of what the customer wrote goes back but, in answers, the subject: a letter that comes by itself says nothing
that a stranger could have put into it. Sent again, a letter is the same to the byte.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final, Literal
from uuid import UUID

from okienko.channels import cited
from okienko.channels.email.automatic import LOOP
from okienko.channels.email.envelope import Envelope, NoAddress, clean_subject, on_one_line, read_envelope
from okienko.channels.email.tokens import write_address, write_id
from okienko.channels.event import read_time
from okienko.values import Author, Connection, Kind, Letter, Outgoing
from okienko.web.i18n import words

Encryption = Literal["smtps", "smtp+starttls", "smtp"]

MOST_REFERENCES: Final = 20
_ID: Final = re.compile(r"[!-;=?-~]{1,500}")  # printable, without brackets and spaces
_LINK: Final = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]}'”’]")
_PORTS: Final[Mapping[Encryption, int]] = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}
_ENCRYPTIONS: Final[Mapping[str, Encryption]] = {name: name for name in _PORTS}
_ACKNOWLEDGES: Final = frozenset({Kind.NOTICE, Kind.HANDOFF, Kind.EVENT})


def acknowledges(outgoing: Outgoing) -> bool:
    """Whether a message only says that ours has arrived, or what happens next: nobody has asked for it."""
    return outgoing.author in {Author.BOT, Author.SYSTEM} and outgoing.kind in _ACKNOWLEDGES


def compose(outgoing: Outgoing, connection: Connection, now: datetime) -> Letter:
    """One message as a letter, and the server that takes it. Raises `NoAddress`."""
    envelope = read_envelope(outgoing.envelope)
    to, own = _address(envelope.to), _address(connection.given.get("address", ""))
    automatic = outgoing.author in {Author.BOT, Author.SYSTEM}
    answers_to = write_address(connection, outgoing.conversation)
    id_ = write_id(connection, outgoing.conversation, outgoing.message)
    letter = EmailMessage(policy=policy.SMTP)
    letter["From"] = Address(on_one_line(connection.given.get("name") or outgoing.brand), addr_spec=own)
    letter["To"] = Address(addr_spec=to)
    letter["Subject"] = _write_subject(outgoing, envelope)
    letter["Date"] = format_datetime(_read_moment(outgoing.message) or now)
    letter["Content-Language"] = outgoing.language
    letter[LOOP] = str(connection.id)
    letter["X-AI-Generated"] = "yes" if outgoing.ai_generated else "no"
    if automatic:
        letter["Auto-Submitted"] = "auto-replied"
        letter["X-Auto-Response-Suppress"] = "All"
    text, page = _write_text(outgoing), _write_page(outgoing)
    letter.set_content(text, cte="quoted-printable")
    letter.add_alternative(page, subtype="html", cte="quoted-printable")
    letter.set_boundary(f"okienko-{outgoing.message.hex}")
    given = connection.given
    encryption = _ENCRYPTIONS.get(given.get("smtp_encryption", ""), "smtp+starttls")
    port = given.get("smtp_port", "")
    return Letter(
        host=given.get("smtp_host", ""),
        port=int(port) if port.isascii() and port.isdigit() else _PORTS[encryption],
        encryption=encryption,
        user=given.get("smtp_user") or None,
        password=given.get("smtp_password") or None,
        sender="" if acknowledges(outgoing) else answers_to,
        to=to,
        content=_write_ids(envelope, id_, answers_to) + letter.as_bytes(),
        message_id=id_,
    )


def _write_ids(envelope: Envelope, id_: str, answers_to: str) -> bytes:
    """The headers that hold long words: Python would encode them, and no program would know them any more."""
    known = [one for one in (*envelope.references, envelope.id) if _ID.fullmatch(one)]
    known = list(dict.fromkeys(known))
    if len(known) > MOST_REFERENCES:
        known = [known[0], *known[1 - MOST_REFERENCES :]]
    lines = [f"Message-ID: <{id_}>", f"Reply-To: {answers_to}"]
    if _ID.fullmatch(envelope.id):
        lines.append(f"In-Reply-To: <{envelope.id}>")
    if known:
        lines.append("References: " + "\r\n ".join(f"<{one}>" for one in known))
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _write_subject(outgoing: Outgoing, envelope: Envelope) -> str:
    subject = clean_subject(envelope.subject)
    if subject and not acknowledges(outgoing):
        return f"Re: {subject}"
    speak = words(outgoing.language)
    return on_one_line(
        speak.gettext("%(brand)s: case %(reference)s", brand=outgoing.brand, reference=outgoing.reference)
    )


def _write_text(outgoing: Outgoing) -> str:
    said = cited.number(cited.write(outgoing), outgoing.choices) if outgoing.choices else cited.write(outgoing)
    return f"{said}\n\n-- \n" + "\n".join(_write_foot(outgoing)) + "\n"


def _write_page(outgoing: Outgoing) -> str:
    """The same in HTML, as simple as it can be: it is read in the dark, by voice and without pictures."""
    parts = [f"<p>{_write_lines(part)}</p>" for part in re.split(r"\n\s*\n", cited.write(outgoing)) if part.strip()]
    if outgoing.choices:
        parts.append("<ol>" + "".join(f"<li>{html.escape(choice.label)}</li>" for choice in outgoing.choices) + "</ol>")
    foot = "<br>".join(map(html.escape, _write_foot(outgoing)))
    mark = ' data-ai-generated="true"' if outgoing.ai_generated else ""
    return (
        f'<!doctype html>\n<html lang="{outgoing.language}"><head><meta charset="utf-8"></head><body{mark}>\n'
        + "\n".join(parts)
        + f"\n<p><small>{foot}</small></p>\n</body></html>\n"
    )


def _write_lines(text: str) -> str:
    """Words in HTML; addresses of pages can be followed."""
    written: list[str] = []
    end = 0
    for found in _LINK.finditer(text):
        address = html.escape(found[0])
        written += [html.escape(text[end : found.start()]), f'<a href="{address}">{address}</a>']
        end = found.end()
    written.append(html.escape(text[end:]))
    return "".join(written).strip().replace("\n", "<br>\n")


def _write_foot(outgoing: Outgoing) -> Sequence[str]:
    if not outgoing.ai_generated:
        return [_write_case(outgoing)]
    mark = words(outgoing.language).gettext("A program has written this letter. To write to us, answer it.")
    return [_write_case(outgoing), mark]


def _write_case(outgoing: Outgoing) -> str:
    speak = words(outgoing.language)
    return speak.gettext("%(brand)s: case %(reference)s", brand=outgoing.brand, reference=outgoing.reference)


def _address(written: str) -> str:
    """An address that can stand in a header and on an envelope. Raises `NoAddress`."""
    if any(letter.isspace() or not letter.isprintable() for letter in written):
        raise NoAddress
    local, _, domain = written.rpartition("@")
    try:
        address = Address(addr_spec=f"{local}@{domain.encode('idna').decode('ascii')}").addr_spec
        address.encode("ascii")
    except (ValueError, IndexError, LookupError, MessageError):
        raise NoAddress from None
    return address


def _read_moment(message: UUID) -> datetime | None:
    """When a message was written, to the second: its id begins with the milliseconds (RFC 9562)."""
    moment = read_time(message.int >> 80)
    return None if moment is None else moment.replace(microsecond=0)
