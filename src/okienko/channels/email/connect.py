"""How a mailbox is connected. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final, Literal

from okienko.channels.connect import CALLBACK, Connect, Field, Probe, Step
from okienko.values import Connection, Letter
from okienko.web.i18n import mark

_PORTS: Final = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}
_IMAP: Final = ("way", frozenset({"imap"}))


def _find_problems(given: Mapping[str, str]) -> Mapping[str, str]:
    wrong: dict[str, str] = {}
    local, at, domain = given.get("address", "").rpartition("@")
    if not (local and at and "." in domain) or any(sign.isspace() for sign in given.get("address", "")):
        wrong["address"] = mark("Write an address such as help@shop.example.")
    for name in ("imap_port", "smtp_port"):
        port = given.get(name, "")
        if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            wrong[name] = mark("A port is a number up to 65535.")
    if given.get("way") == "imap" and not given.get("imap_password") and not given.get("imap_token"):
        wrong["imap_password"] = mark("The mailbox wants a password, or a token.")
    return wrong


def _try(connection: Connection, now: datetime) -> Letter:
    """A letter from the mailbox to itself. It is our own, so it opens no conversation."""
    given = connection.given
    own = given.get("address", "")
    encryptions: dict[str, Literal["smtps", "smtp+starttls", "smtp"]] = {
        "smtps": "smtps", "smtp+starttls": "smtp+starttls", "smtp": "smtp",
    }  # fmt: skip
    encryption = encryptions.get(given.get("smtp_encryption", ""), "smtp+starttls")
    port = given.get("smtp_port", "")
    id_ = f"test.{int(now.timestamp())}@{own.rpartition('@')[2]}"
    letter = EmailMessage()
    letter["From"] = letter["To"] = Address(given.get("name", ""), addr_spec=own)
    letter["Subject"] = "okienko: test"
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = f"<{id_}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content("okienko can send letters from this mailbox.\nokienko może wysyłać listy z tej skrzynki.\n")
    return Letter(
        host=given.get("smtp_host", ""),
        port=int(port) if port.isascii() and port.isdigit() else _PORTS[encryption],
        encryption=encryption,
        user=given.get("smtp_user") or None,
        password=given.get("smtp_password") or None,
        sender=own,
        to=own,
        content=letter.as_bytes(),
        message_id=id_,
    )


CONNECT: Final = Connect(
    channel="email",
    name="E-mail",
    about=mark("Letters to an address of yours, and answers from it."),
    account="address",
    fields=(
        Field(name="address", label=mark("The address"), help=mark("Customers write to it, and answers come from it.")),
        Field(name="name", label=mark("The sender's name"), help=mark("Left empty: the brand's."), required=False),
        Field(
            name="way",
            label=mark("How letters arrive"),
            options=(
                ("imap", mark("They are taken out of a mailbox (IMAP)")),
                ("postmark", mark("Postmark calls")),
                ("mailgun", mark("Mailgun calls")),
                ("ses", mark("Amazon SES calls")),
            ),
            default="imap",
        ),
        Field(name="imap_host", label=mark("Mail server for reading (IMAP)"), when=_IMAP),
        Field(
            name="imap_port", label=mark("Port"), help=mark("Left empty: the usual one."), required=False, when=_IMAP
        ),
        Field(
            name="imap_encryption",
            label=mark("Encryption of reading"),
            options=(
                ("imaps", mark("TLS from the beginning")),
                ("imap+starttls", mark("STARTTLS")),
                ("imap", mark("none: for a server on the same machine")),
            ),
            default="imaps",
            when=_IMAP,
        ),
        Field(
            name="imap_user",
            label=mark("User of the mailbox"),
            help=mark("Left empty: the address."),
            required=False,
            when=_IMAP,
        ),
        Field(name="imap_password", label=mark("Password of the mailbox"), secret=True, required=False, when=_IMAP),
        Field(
            name="imap_token",
            label=mark("Token of the mailbox (OAuth 2)"),
            help=mark("Instead of a password, where the server wants one. It is not renewed by itself."),
            secret=True,
            required=False,
            when=_IMAP,
        ),
        Field(name="hook_user", label=mark("User of the calls"), when=("way", frozenset({"postmark"}))),
        Field(
            name="hook_password",
            label=mark("Password of the calls"),
            secret=True,
            when=("way", frozenset({"postmark"})),
        ),
        Field(
            name="signing_key",
            label=mark("Mailgun's signing key for webhooks"),
            secret=True,
            when=("way", frozenset({"mailgun"})),
        ),
        Field(
            name="topic",
            label=mark("ARN of the SNS topic"),
            help=mark("Calls of other topics are refused."),
            when=("way", frozenset({"ses"})),
        ),
        Field(
            name="receiving_host",
            label=mark("Host that checks senders"),
            help=mark(
                "The name with which your mail server signs its Authentication-Results. Without it no sender is "
                "taken for verified or for false."
            ),
            required=False,
        ),
        Field(name="smtp_host", label=mark("Mail server for sending (SMTP)")),
        Field(name="smtp_port", label=mark("Port"), help=mark("Left empty: the usual one."), required=False),
        Field(
            name="smtp_encryption",
            label=mark("Encryption of sending"),
            options=(
                ("smtp+starttls", mark("STARTTLS")),
                ("smtps", mark("TLS from the beginning")),
                ("smtp", mark("none: for a server on the same machine")),
            ),
            default="smtp+starttls",
        ),
        Field(name="smtp_user", label=mark("User for sending"), required=False),
        Field(name="smtp_password", label=mark("Password for sending"), secret=True, required=False),
        Field(
            name="plus",
            label=mark("Addresses with a plus"),
            help=mark("Answers come back to an address such as help+c.word@shop.example, if your server takes it."),
            options=(("yes", mark("the server takes them")), ("no", mark("the server does not take them"))),
            default="yes",
            required=False,
        ),
    ),
    steps=(
        Step(
            title=mark("Name the address"),
            text=(mark("A mailbox of its own for okienko is best: what lies in it already is left alone."),),
            fields=("address", "name", "way"),
        ),
        Step(
            title=mark("How letters arrive"),
            text=(
                mark(
                    "A mailbox is read and never changed. A service that calls is told the address below; for Postmark "
                    "put the user and the password into it: https://user:password@…"
                ),
            ),
            copy=(CALLBACK,),
            fields=(
                "imap_host",
                "imap_port",
                "imap_encryption",
                "imap_user",
                "imap_password",
                "imap_token",
                "hook_user",
                "hook_password",
                "signing_key",
                "topic",
            ),
        ),
        Step(
            title=mark("How answers go out"),
            text=(
                mark(
                    "By your own mail server, or by the one of the service. That letters arrive and are not taken for "
                    "unwanted is a matter of SPF, DKIM and DMARC of your domain: whoever keeps your DNS sets them."
                ),
            ),
            fields=("smtp_host", "smtp_port", "smtp_encryption", "smtp_user", "smtp_password"),
        ),
        Step(
            title=mark("Check, and write to yourself"),
            text=(mark("The checks sign in to both servers. The test message goes from the address to itself."),),
        ),
    ),
    checks=(
        Probe(name="imap", label=mark("The mailbox"), when=lambda connection: connection.given.get("way") == "imap"),
        Probe(name="smtp", label=mark("The mail server for sending")),
    ),
    find_problems=_find_problems,
    called=False,  # a mailbox is asked; whoever calls is told the address in a step
    trial=_try,
)
