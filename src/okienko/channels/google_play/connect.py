"""How an application's reviews in Google Play are connected. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from okienko.channels.connect import AWAY, Check, Connect, Field, Finding, Step
from okienko.channels.given import word
from okienko.channels.google_play.adapter import ADAPTER, BASE, SIGN_IN, read_account
from okienko.channels.jwt import read_key
from okienko.values import Connection, HttpCall
from okienko.web.i18n import mark


def _find_problems(given: Mapping[str, str]) -> Mapping[str, str]:
    wrong: dict[str, str] = {}
    package = given.get("package", "")
    if "." not in package or not package.replace(".", "").replace("_", "").isalnum() or not package.isascii():
        wrong["package"] = mark("The application's id looks like com.company.shop.")
    account = read_account(given.get("service_account", ""))
    key = account.get("private_key")
    if word(account, "client_email") is None or not isinstance(key, str) or read_key(key) is None:
        wrong["service_account"] = mark(
            "Paste the whole file of the service account: it holds its address and its key."
        )
    return wrong


def _sign_in(connection: Connection, now: datetime) -> HttpCall | None:
    return ADAPTER.token_call(connection, now) if connection.given.get("service_account") else None


def _read_sign_in(status: int, body: bytes, connection: Connection) -> Finding:
    if ADAPTER.read_token(status, body) is not None:
        return Finding(state="good", text=mark("The service account signs in."))
    if status == 429 or status >= 500:
        return AWAY
    return Finding(state="bad", text=mark("Google refuses the service account: make a new key for it."))


def _ask_reviews(connection: Connection, now: datetime) -> HttpCall | None:
    return ADAPTER.poll(connection, None, now) if connection.given.get("access_token") else None


def _read_reviews(status: int, body: bytes, connection: Connection) -> Finding:
    if status == 200:
        return Finding(state="good", text=mark("The reviews can be read."))
    if status == 429 or status >= 500:
        return AWAY
    if status == 404:
        return Finding(state="bad", text=mark("Google Play knows no application with this id."))
    return Finding(
        state="bad",
        text=mark("The service account may not read this application's reviews: give it “Reply to reviews”."),
    )


CONNECT: Final = Connect(
    channel="google_play",
    name="Google Play",
    about=mark("Reviews of an application; what is answered can be read by everybody."),
    account="package",
    fields=(
        Field(
            name="package",
            label=mark("The application's id"),
            help=mark("In the Play Console below its name: com.company.shop."),
        ),
        Field(
            name="service_account",
            label=mark("The service account's file"),
            help=mark("The JSON file that Google gave when the key was made."),
            secret=True,
            lines=8,
        ),
        Field(name="base", label=mark("Address of the API"), default=BASE, required=False),
        Field(name="token_base", label=mark("Address of the sign-in"), default=SIGN_IN, required=False),
    ),
    steps=(
        Step(
            title=mark("Make a service account"),
            text=(
                mark(
                    "In the Google Cloud console make a project, switch on the Google Play Android Developer API, and "
                    "make a service account with a key in JSON."
                ),
            ),
            fields=("service_account",),
        ),
        Step(
            title=mark("Let it answer reviews"),
            text=(
                mark(
                    "In the Play Console, under Users and permissions, invite the service account's address and give "
                    "it “Reply to reviews” for this application. It may take a day until Google lets it in."
                ),
            ),
            fields=("package",),
        ),
        Step(
            title=mark("Check"),
            text=(
                mark(
                    "Reviews are asked for every ten minutes, and Google lists those of the last seven days. An answer "
                    "is public and has at most 350 characters; the bot only proposes one, and a person sends it."
                ),
            ),
        ),
    ),
    checks=(
        Check(name="sign_in", label=mark("The service account"), call=_sign_in, read=_read_sign_in),
        Check(name="reviews", label=mark("The reviews"), call=_ask_reviews, read=_read_reviews),
    ),
    find_problems=_find_problems,
    called=False,
)
