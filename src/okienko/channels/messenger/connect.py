"""How a page's Messenger is connected. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from okienko.channels import meta_connect
from okienko.channels.connect import Check, Connect, Field, Finding, Mend, Step, read_answer
from okienko.channels.given import word
from okienko.values import Connection, HttpCall
from okienko.web.i18n import mark

# What a page has to report. Without the first nothing arrives; without the others some things are not seen.
SUBSCRIBED: Final = (
    "messages",
    "message_echoes",
    "message_edits",
    "message_reactions",
    "message_reads",
    "message_deliveries",
    "messaging_postbacks",
    "messaging_referrals",
    "messaging_optins",
    "messaging_handovers",
    "standby",
    "messaging_policy_enforcement",
    "feed",
)


def _ask_page(connection: Connection, _: datetime) -> HttpCall | None:
    return meta_connect.ask(connection, "me?fields=id") if connection.given.get("token") else None


def _read_page(status: int, body: bytes, connection: Connection) -> Finding:
    trouble = meta_connect.tell_trouble(status, body)
    if trouble is not None:
        return trouble
    if word(read_answer(body), "id") != connection.given.get("page_id"):
        return Finding(state="bad", text=mark("The token works, but it is not the one of this page."))
    return Finding(state="good", text=mark("The token works and is the one of this page."))


def _ask_subscribed(connection: Connection, _: datetime) -> HttpCall | None:
    given = connection.given
    if not {"token", "page_id"} <= given.keys():
        return None
    return meta_connect.ask(connection, f"{given['page_id']}/subscribed_apps")


def _read_subscribed(status: int, body: bytes, connection: Connection) -> Finding:
    return meta_connect.read_subscribed(status, body, connection, SUBSCRIBED)


def _subscribe(connection: Connection, _: datetime) -> HttpCall:
    return meta_connect.subscribe(connection, connection.given.get("page_id", ""), SUBSCRIBED)


def _find_problems(given: Mapping[str, str]) -> Mapping[str, str]:
    fine = meta_connect.is_number(given.get("page_id", ""))
    return {} if fine else {"page_id": mark("The page's id is a number.")}


CONNECT: Final = Connect(
    channel="messenger",
    name="Messenger",
    about=mark("Messages to a page on Facebook, and comments below its posts."),
    account="page_id",
    fields=(
        Field(name="page_id", label=mark("The page's id"), help=mark("On the page, under About: a long number.")),
        Field(
            name="token",
            label=mark("The page's access token"),
            help=mark("Of a system user, so that it does not end when somebody changes their password."),
            secret=True,
        ),
        *meta_connect.APPLICATION,
        meta_connect.BASE,
    ),
    steps=(
        Step(
            title=mark("Make an application at Meta"),
            text=(
                mark(
                    "At developers.facebook.com make an application of the type Business and add the product "
                    "Messenger. It needs the permissions pages_messaging, pages_manage_metadata and "
                    "pages_read_engagement; to answer later than after 24 hours it needs the feature Human Agent, too."
                ),
            ),
            fields=("app_id", "app_secret"),
        ),
        Step(
            title=mark("Name the page"),
            text=(mark("Give a system user of your company the page and the application, and make a token for them."),),
            fields=("page_id", "token"),
        ),
        meta_connect.VERIFY,
        Step(title=mark("Check, and have the page tell us"), text=(meta_connect.CHECK,)),
    ),
    checks=(
        Check(name="token", label=mark("The token"), call=_ask_page, read=_read_page),
        Check(
            name="subscribed",
            label=mark("What the page tells us"),
            call=_ask_subscribed,
            read=_read_subscribed,
            mend=Mend(label=mark("Have the page tell us"), call=_subscribe),
        ),
    ),
    find_problems=_find_problems,
    greeted=True,
)
