"""Reviews in the App Store: asked for every 15 minutes, answered in public. See README.md in this folder. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, final
from urllib.parse import quote, urlencode, urlsplit

import orjson

from okienko.channels.app_store.events import read_events
from okienko.channels.connect import read_answer
from okienko.channels.event import Event, Reading, describe
from okienko.channels.given import part, parts, word, word_of_url
from okienko.channels.jwt import read_key, write_token
from okienko.channels.reviews import fail, name_answer, write_inbound
from okienko.channels.vendor import Page, Window
from okienko.values import Call, Connection, Failed, Hook, HttpCall, Inbound, Outgoing, Sent, Unreadable

BASE: Final = "https://api.appstoreconnect.apple.com"
AUDIENCE: Final = "appstoreconnect-v1"
LASTS: Final = timedelta(minutes=15)  # a signed call; Apple takes up to twenty
A_PAGE: Final = 200  # reviews: the most that one asks for
# A shop's country, where nearly everybody writes one language that we answer in.
LANGUAGES: Final = {"POL": "pl"} | dict.fromkeys(("AUS", "CAN", "GBR", "IRL", "NZL", "USA"), "en")


@final
class AppStore:
    """The channel of an application's reviews."""

    name = "app_store"
    opens = True
    limited = False
    idempotent = True  # there is one answer to a review, and another one takes its place
    most_bytes = 0  # nobody calls us
    account = "app_id"
    quiet = timedelta(0)
    window = Window()
    rate = 1.0  # of 3,500 calls an hour
    pace = timedelta(0)
    patience = timedelta(days=7)
    longest = 5970  # characters
    every = timedelta(minutes=15)
    newest_first = True

    def verify(self, hook: Hook, connection: Connection, now: datetime) -> bool:
        """Apple reports no reviews by itself."""
        return False

    def read(self, hook: Hook, connection: Connection) -> Reading:
        """As a page."""
        return self.read_page(200, hook.body, connection).reading

    def inbound(self, event: Event, connection: Connection) -> Inbound | None:
        """The message that a review is."""
        territory = event.standing.get("territory", "")
        inbound = write_inbound(event, facts=[territory] if territory else [])
        return None if inbound is None else replace(inbound, language=LANGUAGES.get(territory))

    def poll(self, connection: Connection, following: str | None, now: datetime) -> HttpCall:
        """The call that reads a page of all reviews, the newest first, with what was answered."""
        if following is not None:
            return _call(connection, following, now, method="GET")
        asked = urlencode({"sort": "-createdDate", "limit": A_PAGE, "include": "response"})
        app = quote(connection.given.get("app_id", ""), safe="")
        return _call(connection, f"{_base(connection)}/v1/apps/{app}/customerReviews?{asked}", now, method="GET")

    def read_page(self, status: int, body: bytes, connection: Connection) -> Page:
        """The reviews of a page, and the address of the next one. Raises `Unreadable`, also when that is not Apple's:
        a signed call goes nowhere else.
        """
        reading = read_events(body)
        account = connection.given.get("app_id", "")
        events = tuple(replace(event, account=account) for event in reading.events)
        links = part(read_answer(body), "links")
        following = word_of_url(links, "next")
        if following is not None and urlsplit(following)[:2] != urlsplit(_base(connection))[:2]:
            raise Unreadable(f"another place: {describe(links, {'next', 'self'})}")
        return Page(reading=replace(reading, events=events), following=following)

    def calls(self, outgoing: Outgoing, connection: Connection, now: datetime) -> Sequence[Call]:
        """The answer to a review; a second one takes the place of the first."""
        review = {"data": {"type": "customerReviews", "id": outgoing.thread}}
        answer = {
            "type": "customerReviewResponses",
            "attributes": {"responseBody": outgoing.text},
            "relationships": {"review": review},
        }
        body = orjson.dumps({"data": answer})
        return (_call(connection, f"{_base(connection)}/v1/customerReviewResponses", now, body=body),)

    def outcome(self, status: int, headers: Mapping[str, str], body: bytes) -> Sent | Failed:
        """What Apple's answer means. Its words are not kept: they may quote what was sent."""
        given = read_answer(body)
        if 200 <= status < 300:
            return Sent(receipt=name_answer(part(part(given, "data"), "attributes").get("responseBody")) or "")
        limited = any(word(error, "code") == "RATE_LIMIT_EXCEEDED" for error in parts(given, "errors"))
        return fail(status, limited=limited)


def sign(connection: Connection, now: datetime) -> str:
    """The token of a call, good for a quarter of an hour; without a good key, an empty one, which Apple refuses.

    A key of one person alone has no issuer.
    """
    given = connection.given
    key = read_key(given.get("private_key", ""))
    issued = int(now.timestamp())
    issuer = given.get("issuer")
    whose = {"iss": issuer} if issuer else {"sub": "user"}
    claims: dict[str, str | int] = {"iat": issued, "exp": issued + int(LASTS.total_seconds()), "aud": AUDIENCE}
    return "" if key is None else write_token(key, whose | claims, key_id=given.get("key_id", ""))


def _base(connection: Connection) -> str:
    return connection.given.get("base") or BASE


def _call(connection: Connection, url: str, now: datetime, *, method: str = "POST", body: bytes = b"") -> HttpCall:
    headers = {"authorization": f"Bearer {sign(connection, now)}"}
    return HttpCall(
        url=url,
        headers=headers | ({"content-type": "application/json"} if body else {}),
        body=body,
        method="GET" if method == "GET" else "POST",
    )


ADAPTER: Final = AppStore()
