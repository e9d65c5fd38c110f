"""How an Instagram account is connected. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from okienko.channels import meta_connect
from okienko.channels.connect import Check, Connect, Field, Finding, Mend, Step, read_answer
from okienko.channels.given import part, word
from okienko.channels.instagram.adapter import find_base, is_of_page
from okienko.values import Connection, HttpCall
from okienko.web.i18n import mark

# What an account has to report when it is connected by itself. Through its page, the application says what it wants,
# and the page has only to take the application in.
SUBSCRIBED: Final = (
    "messages",
    "message_edit",
    "message_reactions",
    "messaging_seen",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_optins",
    "standby",
    "messaging_handover",
    "comments",
    "live_comments",
)
_OF_PAGE: Final = ("messages",)


def _ask_account(connection: Connection, _: datetime) -> HttpCall | None:
    if not connection.given.get("token"):
        return None
    fields = "instagram_business_account" if is_of_page(connection) else "id,user_id"
    return meta_connect.ask(connection, f"me?fields={fields}", base=find_base(connection))


def _read_account(status: int, body: bytes, connection: Connection) -> Finding:
    trouble = meta_connect.tell_trouble(status, body)
    if trouble is not None:
        return trouble
    answer = read_answer(body)
    ids = {word(answer, "user_id"), word(answer, "id")}
    if is_of_page(connection):
        ids = {word(part(answer, "instagram_business_account"), "id")}
    if connection.given.get("account_id") not in ids:
        return Finding(state="bad", text=mark("The token works, but it is not the one of this account."))
    return Finding(state="good", text=mark("The token works and is the one of this account."))


def _path(connection: Connection) -> str:
    return "me" if is_of_page(connection) else connection.given.get("account_id", "")


def _ask_subscribed(connection: Connection, _: datetime) -> HttpCall | None:
    if not {"token", "account_id"} <= connection.given.keys():
        return None
    return meta_connect.ask(connection, f"{_path(connection)}/subscribed_apps", base=find_base(connection))


def _read_subscribed(status: int, body: bytes, connection: Connection) -> Finding:
    fields = _OF_PAGE if is_of_page(connection) else SUBSCRIBED
    return meta_connect.read_subscribed(status, body, connection, fields)


def _subscribe(connection: Connection, _: datetime) -> HttpCall:
    fields = _OF_PAGE if is_of_page(connection) else SUBSCRIBED
    return meta_connect.subscribe(connection, _path(connection), fields, base=find_base(connection))


def _find_problems(given: Mapping[str, str]) -> Mapping[str, str]:
    fine = meta_connect.is_number(given.get("account_id", ""))
    return {} if fine else {"account_id": mark("The account's id is a number.")}


CONNECT: Final = Connect(
    channel="instagram",
    name="Instagram",
    about=mark("Direct messages to a professional account, and comments below its posts."),
    account="account_id",
    fields=(
        Field(
            name="flavour",
            label=mark("How the account is connected"),
            default="instagram",
            options=(
                ("instagram", mark("By itself (Instagram Login)")),
                ("page", mark("Through its page on Facebook")),
            ),
        ),
        Field(
            name="account_id",
            label=mark("The account's id"),
            help=mark("The professional account's, a long number; not the name with the @."),
        ),
        Field(
            name="token",
            label=mark("The access token"),
            help=mark("By itself: the account's, good for 60 days and renewed in time. Through its page: the page's."),
            secret=True,
        ),
        *meta_connect.APPLICATION,
        Field(
            name="instagram_secret",
            label=mark("The secret of the product Instagram"),
            help=mark("What Meta sends may be signed with it instead of the application's. Both are good."),
            secret=True,
            required=False,
            when=("flavour", frozenset({"instagram"})),
        ),
        meta_connect.BASE,
    ),
    steps=(
        Step(
            title=mark("Make an application at Meta"),
            text=(
                mark(
                    "At developers.facebook.com make an application of the type Business and add the product "
                    "Instagram. To answer later than after 24 hours it needs the feature Human Agent, too. The "
                    "application has to be live."
                ),
                mark(
                    "By itself an account needs the permissions instagram_business_basic, "
                    "instagram_business_manage_messages and instagram_business_manage_comments; through its page "
                    "instagram_basic, instagram_manage_messages and pages_manage_metadata."
                ),
            ),
            fields=("app_id", "app_secret", "instagram_secret"),
        ),
        Step(
            title=mark("Name the account"),
            text=(
                mark(
                    "The account has to be a professional one, and in its settings, under Messages, it has to allow "
                    "connected tools to see messages."
                ),
            ),
            fields=("flavour", "account_id", "token"),
        ),
        meta_connect.VERIFY,
        Step(title=mark("Check, and have the account tell us"), text=(meta_connect.CHECK,)),
    ),
    checks=(
        Check(name="token", label=mark("The token"), call=_ask_account, read=_read_account),
        Check(
            name="subscribed",
            label=mark("What the account tells us"),
            call=_ask_subscribed,
            read=_read_subscribed,
            mend=Mend(label=mark("Have the account tell us"), call=_subscribe),
        ),
    ),
    find_problems=_find_problems,
    greeted=True,
)
