"""How a telephone number at Twilio is connected. Pure."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlsplit

from okienko.channels.connect import AWAY, CALLBACK, Check, Connect, Field, Finding, Step, read_answer
from okienko.channels.given import parts, word
from okienko.values import Connection, HttpCall
from okienko.web.i18n import mark

BASE: Final = "https://api.twilio.com"
NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164
_SID: Final = re.compile(r"AC[0-9a-fA-F]{32}")
_VOICE: Final = re.compile(r"[A-Za-z0-9._-]{0,60}")


def _call(connection: Connection, path: str) -> HttpCall | None:
    given = connection.given
    account, token = given.get("account_sid", ""), given.get("auth_token", "")
    if not account or not token:
        return None
    signed = base64.b64encode(f"{account}:{token}".encode()).decode()
    return HttpCall(
        url=f"{given.get('base') or BASE}/2010-04-01/Accounts/{account}{path}",
        headers={"authorization": f"Basic {signed}"},
        method="GET",
    )


def _ask_account(connection: Connection, _: datetime) -> HttpCall | None:
    return _call(connection, ".json")


def _read_trouble(status: int) -> Finding | None:
    if status == 200:
        return None
    if status == 429 or status >= 500:
        return AWAY
    return Finding(state="bad", text=mark("Twilio refuses the account's SID and token: copy both anew."))


def _read_account(status: int, body: bytes, connection: Connection) -> Finding:
    del connection
    trouble = _read_trouble(status)
    if trouble is not None:
        return trouble
    if word(read_answer(body), "status") != "active":
        return Finding(state="bad", text=mark("Twilio has suspended or closed the account."))
    return Finding(state="good", text=mark("The account's SID and token work."))


def _ask_number(connection: Connection, _: datetime) -> HttpCall | None:
    number = connection.given.get("number", "")
    return _call(connection, f"/IncomingPhoneNumbers.json?PhoneNumber={quote(number, safe='')}") if number else None


def _read_number(status: int, body: bytes, connection: Connection) -> Finding:
    trouble = _read_trouble(status)
    if trouble is not None:
        return trouble
    number = connection.given.get("number")
    ours = [one for one in parts(read_answer(body), "incoming_phone_numbers") if word(one, "phone_number") == number]
    if not ours:
        return Finding(state="bad", text=mark("The account has no such number."))
    place = f"/hooks/voice/{connection.id}"
    if urlsplit(word(ours[0], "voice_url") or "").path != place:
        return Finding(state="bad", text=mark("The number's calls do not come here: set its address as above."))
    if word(ours[0], "voice_method") == "GET":
        return Finding(state="bad", text=mark("The number's calls come by GET: choose HTTP POST."))
    if urlsplit(word(ours[0], "status_callback") or "").path != f"{place}/status":
        return Finding(
            state="doubtful", text=mark("The end of calls is not told: set the address for call status changes.")
        )
    return Finding(state="good", text=mark("The number's calls come here."))


def _find_problems(given: Mapping[str, str]) -> Mapping[str, str]:
    wrong: dict[str, str] = {}
    if not _SID.fullmatch(given.get("account_sid", "")):
        wrong["account_sid"] = mark("It begins with AC and has 34 characters.")
    for name in ("number", "forward"):
        if (name == "number" or given.get(name)) and not NUMBER.fullmatch(given.get(name, "")):
            wrong[name] = mark("Write it with its country, without spaces: +48221234567.")
    if given.get("forward") and given.get("forward") == given.get("number"):
        wrong["forward"] = mark("Calls cannot be passed on to the number that they come in at.")
    if not _VOICE.fullmatch(given.get("voice", "")):
        wrong["voice"] = mark("It looks like Google.pl-PL-Wavenet-A or Polly.Ola-Neural.")
    return wrong


CONNECT: Final = Connect(
    channel="voice",
    name="Twilio",
    about=mark("Calls to a number at Twilio: the bot answers in words, and a person takes over or calls back."),
    account="number",
    fields=(
        Field(
            name="account_sid",
            label=mark("The account's SID"),
            help=mark("In Twilio's console below Account Info: it begins with AC."),
        ),
        Field(
            name="auth_token",
            label=mark("The account's auth token"),
            help=mark("Beside it. Twilio signs with the primary one what it sends."),
            secret=True,
        ),
        Field(
            name="old_auth_token",
            label=mark("The token before that"),
            help=mark("Only while the token is being changed: both are good until this one is removed."),
            secret=True,
            required=False,
        ),
        Field(name="number", label=mark("The number"), help=mark("With its country, without spaces: +48221234567.")),
        Field(
            name="forward",
            label=mark("Where calls are passed on to"),
            help=mark(
                "A number at which people answer during opening hours. Without one, callers who want a person leave a "
                "message."
            ),
            required=False,
        ),
        Field(
            name="bot",
            label=mark("Who answers first"),
            options=(("on", mark("the bot")), ("off", mark("nobody: callers are passed on, or leave a message"))),
            default="on",
            required=False,
        ),
        Field(
            name="voice",
            label=mark("The voice"),
            help=mark("As Twilio calls it, such as Google.pl-PL-Wavenet-A; empty: the one that it has by itself."),
            required=False,
        ),
        Field(name="base", label=mark("Address of the API"), default=BASE, required=False),
    ),
    steps=(
        Step(
            title=mark("Get a number"),
            text=(
                mark(
                    "In Twilio's console buy a number that takes calls. For a Polish one, Twilio asks for papers of "
                    "the company first; that may take days. Leave recording and transcription of calls switched off: "
                    "callers are told that nothing is recorded."
                ),
            ),
            fields=("account_sid", "auth_token", "number"),
        ),
        Step(
            title=mark("Say who takes calls"),
            text=(mark("The bot says first that it is a program; 0 always leads to a person."),),
            fields=("forward", "bot", "voice"),
        ),
        Step(
            title=mark("Have the number's calls come here"),
            text=(
                mark(
                    "In the number's settings, under Voice, choose Webhook and HTTP POST for “A call comes in”, and "
                    "paste this address. Below, for “Call status changes”, paste it with /status added at its end."
                ),
                mark(
                    "For “Primary handler fails” choose a TwiML Bin that passes the call on to a person: it is what "
                    "callers get while okienko does not answer."
                ),
            ),
            copy=(CALLBACK,),
        ),
        Step(title=mark("Check and call"), text=(mark("The checks below say what is missing. Then call the number."),)),
    ),
    checks=(
        Check(name="account", label=mark("The account"), call=_ask_account, read=_read_account),
        Check(name="number", label=mark("The number"), call=_ask_number, read=_read_number),
    ),
    find_problems=_find_problems,
)
