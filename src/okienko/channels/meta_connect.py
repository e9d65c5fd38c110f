"""What connecting Messenger, Instagram and WhatsApp has in common: an application at Meta that is told. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal
from urllib.parse import urlencode

from okienko.channels.connect import AWAY, CALLBACK, Field, Finding, Step, read_answer
from okienko.channels.given import part, parts, word, words
from okienko.channels.meta import FACEBOOK, VERSION, address, bearer
from okienko.values import Connection, HttpCall
from okienko.web.i18n import mark

APPLICATION: Final = (
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
    Field(name="graph_version", label=mark("Version of the Graph API"), default=VERSION, required=False),
)
BASE: Final = Field(
    name="base", label=mark("Address of the API"), help=mark("Left empty it is Meta's own."), required=False
)
VERIFY: Final = Step(
    title=mark("Tell Meta where messages go"),
    text=(mark("In the application, under the product's Webhooks, paste this address and token, and verify."),),
    copy=(CALLBACK, "verify_token"),
)
CHECK: Final = mark("The checks below say what is missing. The last of them can be put right with a button.")


def ask(connection: Connection, path: str, *, base: str = FACEBOOK, method: Literal["GET", "POST"] = "GET") -> HttpCall:
    """A call without a body."""
    return HttpCall(url=address(connection, path, base=base), headers=bearer(connection), method=method)


def subscribe(connection: Connection, path: str, fields: Sequence[str], *, base: str = FACEBOOK) -> HttpCall:
    """The call that has an account tell the application about these things."""
    asked = "?" + urlencode({"subscribed_fields": ",".join(fields)}) if fields else ""
    return ask(connection, f"{path}/subscribed_apps{asked}", base=base, method="POST")


def tell_trouble(status: int, body: bytes) -> Finding | None:
    """What the Graph API says is wrong; None: nothing. Its words are not kept: they may quote what was sent."""
    if 200 <= status < 300:
        return None
    error = part(read_answer(body), "error")
    code, subcode = word(error, "code") or "", word(error, "error_subcode") or ""
    values = {"code": f"{code}/{subcode}" if subcode else code or str(status)}
    if code in {"190", "102"}:
        return Finding(state="bad", text=mark("The token is refused: make a new one (%(code)s)."), values=values)
    if code in {"3", "10"} or (code.isdigit() and 200 <= int(code) <= 299):
        return Finding(state="bad", text=mark("The token lacks a permission (%(code)s)."), values=values)
    if code in {"4", "17", "32", "613"} or status == 429:
        return Finding(state="doubtful", text=mark("Too many questions for now: try again later."), values={})
    if code == "100":
        return Finding(
            state="bad", text=mark("There is no such account, or the token may not see it (%(code)s)."), values=values
        )
    if status >= 500:
        return AWAY
    return Finding(state="bad", text=mark("The vendor refuses (%(code)s)."), values=values)


def read_subscribed(status: int, body: bytes, connection: Connection, fields: Sequence[str]) -> Finding:
    """Whether the account tells the application about these things; without the first of them nothing arrives."""
    trouble = tell_trouble(status, body)
    if trouble is not None:
        return trouble
    app = connection.given.get("app_id")
    ours = [one for one in parts(read_answer(body), "data") if app is None or word(one, "id") in {app, None}]
    told = {field for one in ours for field in words(one, "subscribed_fields")}
    if fields[0] not in told:
        return Finding(state="bad", text=mark("The account does not tell the application about messages."))
    missing = [field for field in fields if field not in told]
    if missing:
        values = {"fields": ", ".join(missing)}
        return Finding(
            state="doubtful", text=mark("The account keeps some things to itself: %(fields)s."), values=values
        )
    return Finding(state="good", text=mark("The account tells the application about everything that is used."))


def is_number(written: str) -> bool:
    """Whether it can be an id of Meta's."""
    return written.isascii() and written.isdigit()
