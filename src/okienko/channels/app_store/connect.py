"""How an application's reviews in the App Store are connected. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from okienko.channels.app_store.adapter import ADAPTER, BASE
from okienko.channels.connect import AWAY, Check, Connect, Field, Finding, Step
from okienko.channels.jwt import read_key
from okienko.values import Connection, HttpCall
from okienko.web.i18n import mark


def _find_problems(given: Mapping[str, str]) -> Mapping[str, str]:
    wrong: dict[str, str] = {}
    app = given.get("app_id", "")
    if not (app.isascii() and app.isdigit()):
        wrong["app_id"] = mark("The application's id is a number.")
    if not isinstance(read_key(given.get("private_key", "")), EllipticCurvePrivateKey):
        wrong["private_key"] = mark("Paste the whole .p8 file, with its first and its last line.")
    return wrong


def _ask_reviews(connection: Connection, now: datetime) -> HttpCall | None:
    return ADAPTER.poll(connection, None, now) if connection.given.get("private_key") else None


def _read_reviews(status: int, body: bytes, connection: Connection) -> Finding:
    if status == 200:
        return Finding(state="good", text=mark("The key is good, and the reviews can be read."))
    if status == 401:
        return Finding(
            state="bad",
            text=mark(
                "Apple refuses the key. Look at the key's id and the issuer, and whether this machine's clock is right."
            ),
        )
    if status == 403:
        return Finding(state="bad", text=mark("The key may not read reviews: it needs the role Customer Support."))
    if status == 404:
        return Finding(state="bad", text=mark("The App Store knows no application with this id."))
    return AWAY


CONNECT: Final = Connect(
    channel="app_store",
    name="App Store",
    about=mark("Reviews of an application; what is answered can be read by everybody."),
    account="app_id",
    fields=(
        Field(
            name="app_id",
            label=mark("The application's id"),
            help=mark("In App Store Connect under App Information: Apple ID, a number."),
        ),
        Field(name="key_id", label=mark("The key's id"), help=mark("Ten characters beside the key.")),
        Field(
            name="issuer",
            label=mark("The issuer"),
            help=mark("Above the list of keys. A key of one person alone has none."),
            required=False,
        ),
        Field(
            name="private_key",
            label=mark("The key"),
            help=mark("The .p8 file; Apple gives it once."),
            secret=True,
            lines=6,
        ),
        Field(name="base", label=mark("Address of the API"), default=BASE, required=False),
    ),
    steps=(
        Step(
            title=mark("Make a key"),
            text=(
                mark(
                    "In App Store Connect, under Users and Access, Integrations, make a key for the App Store Connect "
                    "API with the role Customer Support, and download it."
                ),
            ),
            fields=("key_id", "issuer", "private_key"),
        ),
        Step(title=mark("Name the application"), text=(), fields=("app_id",)),
        Step(
            title=mark("Check"),
            text=(
                mark(
                    "Reviews are asked for every 15 minutes, and once a night all of them are gone over for changes. "
                    "An answer is public and has at most 5970 characters; the bot only proposes one, and a person "
                    "sends it. Until Apple shows it, up to a day may pass."
                ),
            ),
        ),
    ),
    checks=(Check(name="reviews", label=mark("The reviews"), call=_ask_reviews, read=_read_reviews),),
    find_problems=_find_problems,
    called=False,
)
