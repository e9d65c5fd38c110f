"""How a page's Messenger is connected. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from okienko.channels.connect import CALLBACK, Check, Connect, Field, Finding, Mend, Step, read_answer, read_trouble
from okienko.channels.given import parts, word, words
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


def _call(connection: Connection, path: str, *, method: str = "GET") -> HttpCall:
    given = connection.given
    base, version = given.get("base", "https://graph.facebook.com"), given.get("graph_version", "v26.0")
    return HttpCall(
        url=f"{base}/{version}/{path}",
        headers={"authorization": f"Bearer {given.get('token', '')}"},
        method="POST" if method == "POST" else "GET",
    )


def _ask_page(connection: Connection, _: datetime) -> HttpCall | None:
    return _call(connection, "me?fields=id") if connection.given.get("token") else None


def _read_page(status: int, body: bytes, connection: Connection) -> Finding:
    trouble = read_trouble(status, body)
    if trouble is not None:
        return trouble
    if word(read_answer(body), "id") != connection.given.get("page_id"):
        return Finding(state="bad", text=mark("The token works, but it is not the one of this page."))
    return Finding(state="good", text=mark("The token works and is the one of this page."))


def _ask_subscribed(connection: Connection, _: datetime) -> HttpCall | None:
    given = connection.given
    return _call(connection, f"{given['page_id']}/subscribed_apps") if {"token", "page_id"} <= given.keys() else None


def _read_subscribed(status: int, body: bytes, connection: Connection) -> Finding:
    trouble = read_trouble(status, body)
    if trouble is not None:
        return trouble
    app = connection.given.get("app_id")
    ours = [one for one in parts(read_answer(body), "data") if app is None or word(one, "id") == app]
    fields = {field for one in ours for field in words(one, "subscribed_fields")}
    if "messages" not in fields:
        return Finding(state="bad", text=mark("The page does not tell the application about messages."))
    missing = [field for field in SUBSCRIBED if field not in fields]
    if missing:
        values = {"fields": ", ".join(missing)}
        return Finding(state="doubtful", text=mark("The page keeps some things to itself: %(fields)s."), values=values)
    return Finding(state="good", text=mark("The page tells the application about everything that is used."))


def _subscribe(connection: Connection, _: datetime) -> HttpCall:
    asked = urlencode({"subscribed_fields": ",".join(SUBSCRIBED)})
    return _call(connection, f"{connection.given.get('page_id', '')}/subscribed_apps?{asked}", method="POST")


def _find_problems(given: Mapping[str, str]) -> Mapping[str, str]:
    page = given.get("page_id", "")
    return {} if page.isascii() and page.isdigit() else {"page_id": mark("The page's id is a number.")}


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
        Field(
            name="app_secret",
            label=mark("The application's secret"),
            help=mark("Under Settings, Basic. What Meta sends is signed with it."),
            secret=True,
        ),
        Field(
            name="old_app_secret",
            label=mark("The secret before that"),
            help=mark("Only while the secret is being changed: both are good until this one is removed."),
            secret=True,
            required=False,
        ),
        Field(name="app_id", label=mark("The application's id"), required=False),
        Field(name="verify_token", label=mark("Verify token"), made=True),
        Field(name="graph_version", label=mark("Version of the Graph API"), default="v26.0", required=False),
        Field(name="base", label=mark("Address of the API"), default="https://graph.facebook.com", required=False),
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
        Step(
            title=mark("Tell Meta where messages go"),
            text=(mark("In the application, under Messenger, Webhooks, paste this address and token, and verify."),),
            copy=(CALLBACK, "verify_token"),
        ),
        Step(
            title=mark("Check, and have the page tell us"),
            text=(mark("The checks below say what is missing. The last of them can be put right with a button."),),
        ),
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
