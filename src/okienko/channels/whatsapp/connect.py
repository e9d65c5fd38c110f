"""How a WhatsApp number is connected. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from okienko.channels import meta_connect
from okienko.channels.connect import Check, Connect, Field, Finding, Mend, Step, read_answer
from okienko.channels.given import part, parts, word
from okienko.values import Connection, HttpCall
from okienko.web.i18n import mark


def _ask_number(connection: Connection, _: datetime) -> HttpCall | None:
    given = connection.given
    if not {"token", "phone_number_id"} <= given.keys():
        return None
    return meta_connect.ask(connection, f"{given['phone_number_id']}?fields=id,display_phone_number")


def _read_number(status: int, body: bytes, connection: Connection) -> Finding:
    trouble = meta_connect.tell_trouble(status, body)
    if trouble is not None:
        return trouble
    number = word(read_answer(body), "display_phone_number")
    if number is None:
        return Finding(state="bad", text=mark("This is no id of a number: it is not the number itself."))
    return Finding(state="good", text=mark("The token works for %(number)s."), values={"number": number})


def _ask_subscribed(connection: Connection, _: datetime) -> HttpCall | None:
    given = connection.given
    if not {"token", "waba_id"} <= given.keys():
        return None
    return meta_connect.ask(connection, f"{given['waba_id']}/subscribed_apps")


def _read_subscribed(status: int, body: bytes, connection: Connection) -> Finding:
    trouble = meta_connect.tell_trouble(status, body)
    if trouble is not None:
        return trouble
    app = connection.given.get("app_id")
    found = [word(part(one, "whatsapp_business_api_data"), "id") for one in parts(read_answer(body), "data")]
    if (app not in found) if app else not found:
        return Finding(state="bad", text=mark("The account does not tell the application about messages."))
    return Finding(state="good", text=mark("The account tells the application about messages."))


def _subscribe(connection: Connection, _: datetime) -> HttpCall:
    return meta_connect.subscribe(connection, connection.given.get("waba_id", ""), ())


def _ask_template(connection: Connection, _: datetime) -> HttpCall | None:
    given = connection.given
    if not {"token", "waba_id", "template"} <= given.keys():
        return None
    asked = urlencode({"name": given["template"], "fields": "name,language,status,components"})
    return meta_connect.ask(connection, f"{given['waba_id']}/message_templates?{asked}")


def _read_template(status: int, body: bytes, connection: Connection) -> Finding:
    trouble = meta_connect.tell_trouble(status, body)
    if trouble is not None:
        return trouble
    given = connection.given
    wanted = (given.get("template"), given.get("template_language") or "pl")
    found = [one for one in parts(read_answer(body), "data") if (word(one, "name"), word(one, "language")) == wanted]
    if not found:
        return Finding(state="bad", text=mark("The account has no template of this name in this language."))
    if word(found[0], "status") != "APPROVED":
        return Finding(state="bad", text=mark("Meta has not approved the template, or has taken that back."))
    if any("{{" in str(one.get("text", "")) for one in parts(found[0], "components")):
        return Finding(state="bad", text=mark("The template has gaps to be filled in: it has to be one without."))
    return Finding(state="good", text=mark("The template can be sent."))


def _find_problems(given: Mapping[str, str]) -> Mapping[str, str]:
    return {
        name: mark("This id is a number.")
        for name in ("phone_number_id", "waba_id")
        if not meta_connect.is_number(given.get(name, ""))
    }


CONNECT: Final = Connect(
    channel="whatsapp",
    name="WhatsApp",
    about=mark("Messages to a number, by WhatsApp's Cloud API."),
    account="phone_number_id",
    fields=(
        Field(
            name="phone_number_id",
            label=mark("The number's id"),
            help=mark("In the WhatsApp Manager, next to the number; not the number itself."),
        ),
        Field(name="waba_id", label=mark("The WhatsApp Business account's id")),
        Field(
            name="token",
            label=mark("The access token"),
            help=mark("Of a system user, so that it does not end when somebody changes their password."),
            secret=True,
        ),
        *meta_connect.APPLICATION,
        Field(
            name="template",
            label=mark("The template that reopens a conversation"),
            help=mark("Approved by Meta and without gaps. It may be sent when the 24 hours for answering are over."),
            required=False,
        ),
        Field(name="template_language", label=mark("The template's language"), default="pl", required=False),
        meta_connect.BASE,
    ),
    steps=(
        Step(
            title=mark("Make an application at Meta"),
            text=(
                mark(
                    "At developers.facebook.com make an application of the type Business and add the product WhatsApp. "
                    "It needs the permissions whatsapp_business_messaging and whatsapp_business_management."
                ),
            ),
            fields=("app_id", "app_secret"),
        ),
        Step(
            title=mark("Name the number"),
            text=(
                mark("The number has to be registered for the Cloud API."),
                mark("Give a system user of your company the account and the application, and make a token for them."),
            ),
            fields=("phone_number_id", "waba_id", "token", "template", "template_language"),
        ),
        meta_connect.VERIFY,
        Step(
            title=mark("Check, and have the account tell us"),
            text=(
                mark(
                    "In Meta's list of webhooks subscribe to the field messages. The checks below say what else "
                    "is missing."
                ),
            ),
        ),
    ),
    checks=(
        Check(name="token", label=mark("The token and the number"), call=_ask_number, read=_read_number),
        Check(
            name="subscribed",
            label=mark("What the account tells us"),
            call=_ask_subscribed,
            read=_read_subscribed,
            mend=Mend(label=mark("Have the account tell us"), call=_subscribe),
        ),
        Check(name="template", label=mark("The template"), call=_ask_template, read=_read_template),
    ),
    find_problems=_find_problems,
    greeted=True,
)
