"""What letters say, and the message that carries one. Pure.

No customer's or agent's words are ever in one: nobody can have us send their text to somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from uuid import UUID

from okienko.mail.kinds import Template
from okienko.values import Language, RawText
from okienko.web.i18n import Words, words

GROUP: Final = 3  # digits of a code that are read together


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a letter is about. Which of them it says, its template knows."""

    brand: str
    code: str = field(default="", repr=False)
    reference: str = ""
    due_on: date | None = None
    asked_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Subject and text."""

    subject: str
    text: str = field(repr=False)


def write(template: Template, facts: Facts, language: Language) -> Letter:
    """The words of a letter. The code is not in the subject: that is what a locked telephone shows."""
    speak = words(language)
    match template:
        case "code":
            return Letter(
                subject=speak.gettext("%(brand)s: your code", brand=facts.brand),
                text=_join(
                    speak.gettext("Code: %(code)s", code=_spaced(facts.code)),
                    speak.gettext("It is valid for 10 minutes. Type it where you were asked for it."),
                    speak.gettext(
                        "Somebody who writes to %(brand)s gave this address to show who they are. If that was not you, "
                        "do nothing: nobody gets anything without the code.",
                        brand=facts.brand,
                    ),
                    _warning(speak),
                ),
            )
        case "contact":
            return Letter(
                subject=speak.gettext("%(brand)s: confirm your address", brand=facts.brand),
                text=_join(
                    speak.gettext("Code: %(code)s", code=_spaced(facts.code)),
                    speak.gettext("It is valid for 10 minutes. Type it where you were asked for it."),
                    speak.gettext(
                        "Somebody left this address in a chat with %(brand)s so that an answer can reach them. If that "
                        "was not you, do nothing.",
                        brand=facts.brand,
                    ),
                    _warning(speak),
                ),
            )
        case "rights_received":
            assert facts.due_on is not None
            return Letter(
                subject=speak.gettext("%(brand)s: request %(reference)s", brand=facts.brand, reference=facts.reference),
                text=speak.gettext(
                    "We received request %(reference)s. We will answer by %(date)s.",
                    reference=facts.reference,
                    date=speak.date(facts.due_on),
                )
                + "\n",
            )
        case "rights_answered":
            return Letter(
                subject=speak.gettext("%(brand)s: request %(reference)s", brand=facts.brand, reference=facts.reference),
                text=speak.gettext("Request %(reference)s has been answered.", reference=facts.reference) + "\n",
            )
        case "all_clear":
            assert facts.asked_on is not None
            return Letter(
                subject=speak.gettext("%(brand)s: the problem is solved", brand=facts.brand),
                text=_join(
                    speak.gettext(
                        "The problem that you wrote to %(brand)s about on %(date)s is solved.",
                        brand=facts.brand,
                        date=speak.date(facts.asked_on),
                    ),
                    speak.gettext("If it is still there, write in the chat again. This letter cannot be answered."),
                ),
            )


def _warning(speak: Words) -> str:
    return speak.gettext("Tell the code to nobody. Nobody who works for us will ask you for it.")


def _join(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs) + "\n"


def _spaced(code: str) -> str:
    """`123 456`: easier to read, and entered with or without the space."""
    return f"{code[:GROUP]} {code[GROUP:]}"


def compose(
    letter: Letter,
    *,
    letter_id: UUID,
    brand: str,
    language: Language,
    sender: str,
    to: RawText,
    now: datetime,
) -> EmailMessage:
    """The message that carries a letter. Sent again, it has the same id, by which mail programs know it.

    Answered by no machine (RFC 3834). Raises `ValueError` for an address that cannot stand in a header.
    """
    message = EmailMessage()
    message["From"] = Address(display_name=_plain(brand), addr_spec=sender)
    message["To"] = _address(to)
    message["Subject"] = _plain(letter.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{letter_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Content-Language"] = language
    message.set_content(letter.text)
    return message


def _plain(text: str) -> str:
    """Without line breaks, which would end a header."""
    return " ".join(text.split())


def _address(to: RawText) -> Address:
    try:
        return Address(addr_spec=to.reveal())
    except (ValueError, IndexError, LookupError):
        raise ValueError("the address cannot be written to") from None  # its words would hold the address
