"""Reviews in Google Play: asked for every ten minutes, answered in public. See README.md in this folder. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, final
from urllib.parse import quote, urlencode

import orjson

from okienko.channels.connect import read_answer
from okienko.channels.event import Event, Reading
from okienko.channels.given import Given, part, parts, real, word, word_of_url
from okienko.channels.google_play.events import read_events
from okienko.channels.jwt import read_key, write_token
from okienko.channels.reviews import fail, name_answer, write_inbound
from okienko.channels.vendor import Page, Window
from okienko.values import Call, Connection, Failed, Hook, HttpCall, Inbound, Outgoing, Sent

BASE: Final = "https://androidpublisher.googleapis.com"
SIGN_IN: Final = "https://oauth2.googleapis.com"
SCOPE: Final = "https://www.googleapis.com/auth/androidpublisher"
GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LASTS: Final = timedelta(hours=1)  # a signed request for a token, at most
A_PAGE: Final = 100  # reviews: the most that one asks for


@final
class GooglePlay:
    """The channel of an application's reviews."""

    name = "google_play"
    opens = True
    limited = False
    idempotent = True  # there is one answer to a review, and the same one again changes nothing
    most_bytes = 0  # nobody calls us
    account = "package"
    quiet = timedelta(0)
    window = Window()
    rate = 1.0  # of 2,000 answers a day
    pace = timedelta(0)
    patience = timedelta(days=7)
    longest = 350  # characters; Google says "about"
    every = timedelta(minutes=10)  # of 200 questions an hour
    newest_first = False

    def verify(self, hook: Hook, connection: Connection, now: datetime) -> bool:
        """Google reports nothing by itself."""
        return False

    def read(self, hook: Hook, connection: Connection) -> Reading:
        """As a page."""
        return self.read_page(200, hook.body, connection).reading

    def inbound(self, event: Event, connection: Connection) -> Inbound | None:
        """The message that a review is."""
        named = {"version": "app {}", "android": "Android API {}", "device": "{}"}
        facts = [form.format(event.standing[name]) for name, form in named.items() if name in event.standing]
        inbound = write_inbound(event, facts=facts)
        language = (event.language or "").replace("_", "-").partition("-")[0].lower()
        return None if inbound is None else replace(inbound, language=language or None)

    def token_call(self, connection: Connection, now: datetime) -> HttpCall:
        """What the service account signs, for a token (RFC 7523). Without a good key it is signed by nobody."""
        address = f"{connection.given.get('token_base') or SIGN_IN}/token"
        account = read_account(connection.given.get("service_account", ""))
        key = read_key(_text(account, "private_key"))
        issued = int(now.timestamp())
        claims: dict[str, str | int] = {
            "iss": _text(account, "client_email"),
            "scope": SCOPE,
            "aud": word_of_url(account, "token_uri") or address,
            "iat": issued,
            "exp": issued + int(LASTS.total_seconds()),
        }
        assertion = "" if key is None else write_token(key, claims, key_id=word(account, "private_key_id"))
        body = urlencode({"grant_type": GRANT, "assertion": assertion}).encode()
        return HttpCall(url=address, headers={"content-type": "application/x-www-form-urlencoded"}, body=body)

    def read_token(self, status: int, body: bytes) -> tuple[str, float] | None:
        """The token and its seconds; None: refused."""
        given = read_answer(body)
        token = given.get("access_token")
        if status != 200 or not isinstance(token, str) or not token:
            return None
        return token, real(given, "expires_in") or 0.0

    def poll(self, connection: Connection, following: str | None, now: datetime) -> HttpCall:
        """The call that reads a page of the last week's reviews."""
        asked = {"maxResults": str(A_PAGE)} | ({} if following is None else {"token": following})
        return self._call(connection, f"reviews?{urlencode(asked)}", method="GET")

    def read_page(self, status: int, body: bytes, connection: Connection) -> Page:
        """The reviews of a page, and where the next one begins. Raises `Unreadable`."""
        reading = read_events(body)
        account = connection.given.get("package", "")
        events = tuple(replace(event, account=account) for event in reading.events)
        following = _text(part(read_answer(body), "tokenPagination"), "nextPageToken")
        return Page(reading=replace(reading, events=events), following=following or None)

    def calls(self, outgoing: Outgoing, connection: Connection, now: datetime) -> Sequence[Call]:
        """The answer to a review; a second one takes the place of the first."""
        path = f"reviews/{quote(outgoing.thread, safe='')}:reply"
        return (self._call(connection, path, body=orjson.dumps({"replyText": outgoing.text})),)

    def outcome(self, status: int, headers: Mapping[str, str], body: bytes) -> Sent | Failed:
        """What Google's answer means. Its words are not kept: they may quote what was sent."""
        given = read_answer(body)
        if 200 <= status < 300:
            return Sent(receipt=name_answer(part(given, "result").get("replyText")) or "")
        error = part(given, "error")
        reasons = {word(one, "reason") for one in parts(error, "errors")} | {word(error, "status")}
        limited = bool(reasons & {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RESOURCE_EXHAUSTED"})
        return fail(status, limited=limited)

    def _call(self, connection: Connection, path: str, *, method: str = "POST", body: bytes = b"") -> HttpCall:
        given = connection.given
        headers = {"authorization": f"Bearer {given.get('access_token', '')}"}
        package = quote(given.get("package", ""), safe="")
        return HttpCall(
            url=f"{given.get('base') or BASE}/androidpublisher/v3/applications/{package}/{path}",
            headers=headers | ({"content-type": "application/json"} if body else {}),
            body=body,
            method="GET" if method == "GET" else "POST",
        )


def read_account(file: str) -> Given:
    """A service account's file; an empty object when it is none."""
    return read_answer(file.encode())


def _text(given: Given, key: str) -> str:
    """Text of any length; empty where there is none."""
    value = given.get(key)
    return value if isinstance(value, str) else ""


ADAPTER: Final = GooglePlay()
