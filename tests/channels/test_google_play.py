"""Google Play: how reviews are asked for and answered, signing in, and what errors mean. Written from its rules."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from okienko.channels import adapters, caller, connects
from okienko.channels.connect import Check, find_problems
from okienko.channels.google_play.adapter import ADAPTER
from okienko.channels.vendor import Bounded, Limits, Polled, Reads, SignsIn
from okienko.values import (
    Author,
    BrandId,
    Connection,
    ConnectionId,
    ConversationId,
    Failed,
    Hook,
    HttpCall,
    Kind,
    MessageId,
    Outgoing,
    Sent,
    Unreadable,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def account(key: RSAPrivateKey) -> str:
    """A service account's file, as Google gives it."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    file = {
        "type": "service_account",
        "client_email": "okienko@sklep.example",
        "private_key": pem,
        "private_key_id": "klucz-1",
    }
    return orjson.dumps(file).decode()


def connection(**given: str) -> Connection:
    known = {"package": "com.sklep.aplikacja", "access_token": "ya29.t", **given}
    return Connection(
        id=ConnectionId("gp"), brand_id=BrandId(UUID(int=1)), channel="google_play", secret=b"s", given=known
    )


def outgoing(text: str = "Dziękujemy, poprawka jest w wersji 2.2.", thread: str = "gp:AOqp/1") -> Outgoing:
    return Outgoing(
        conversation=ConversationId(UUID(int=2)),
        message=MessageId(UUID(int=3)),
        connection=ConnectionId("gp"),
        thread=thread,
        author=Author.AGENT,
        kind=Kind.TEXT,
        text=text,
        citations=(),
    )


def page(*reviews: dict[str, Any], following: str | None = None) -> bytes:
    listed: dict[str, Any] = {"reviews": list(reviews)} if reviews else {"pageInfo": {"totalResults": 0}}
    return orjson.dumps(listed | ({"tokenPagination": {"nextPageToken": following}} if following else {}))


def review(id_: str = "r1", text: str = "Wiesza się\tpo aktualizacji", **more: Any) -> dict[str, Any]:
    comment = {
        "text": text,
        "starRating": 2,
        "reviewerLanguage": "pl",
        "device": "coral",
        "androidOsVersion": 33,
        "appVersionName": "2.1.0",
        "lastModified": {"seconds": "1763800000", "nanos": 5},
        **more,
    }
    return {"reviewId": id_, "authorName": "Anna Zmyślona", "comments": [{"userComment": comment}]}


def test_it_says_what_a_channel_of_reviews_has() -> None:
    assert adapters()["google_play"] is ADAPTER
    assert caller("google_play") is ADAPTER
    assert all(isinstance(ADAPTER, one) for one in (Reads, Polled, SignsIn, Limits, Bounded))
    assert (ADAPTER.idempotent, ADAPTER.window.free, ADAPTER.every) == (True, None, timedelta(minutes=10))
    assert not ADAPTER.verify(Hook(url="", headers={}, body=page(review())), connection(), NOW), "nobody calls"


def test_a_service_account_asks_for_a_token_with_what_it_signs(key: RSAPrivateKey) -> None:
    call = ADAPTER.token_call(connection(service_account=account(key)), NOW)
    assert (call.method, call.url) == ("POST", "https://oauth2.googleapis.com/token")
    form = parse_qs(call.body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    head, claims, signature = (urlsafe_b64decode(part + "==") for part in form["assertion"][0].split("."))
    assert orjson.loads(head) == {"alg": "RS256", "typ": "JWT", "kid": "klucz-1"}
    assert orjson.loads(claims) == {
        "iss": "okienko@sklep.example",
        "scope": "https://www.googleapis.com/auth/androidpublisher",
        "aud": call.url,
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 3600,
    }
    signed = form["assertion"][0].rpartition(".")[0].encode()
    key.public_key().verify(signature, signed, PKCS1v15(), SHA256())  # raises when it is not


@pytest.mark.parametrize("file", ["", "{}", "nie json", '{"private_key": "x", "client_email": "a"}', "[]"])
def test_a_file_that_is_none_signs_nothing_and_is_told_before_it_is_used(file: str) -> None:
    call = ADAPTER.token_call(connection(service_account=file), NOW)
    assert parse_qs(call.body.decode(), keep_blank_values=True)["assertion"] == [""]
    assert "service_account" in find_problems(connects()["google_play"], {"service_account": file, "package": "a.b"})


def test_a_good_file_and_a_package_have_no_problems(key: RSAPrivateKey) -> None:
    given = {"service_account": account(key), "package": "com.sklep.aplikacja"}
    assert find_problems(connects()["google_play"], given) == {}
    assert set(find_problems(connects()["google_play"], given | {"package": "sklep"})) == {"package"}


@pytest.mark.parametrize(
    ("status", "body", "token"),
    [
        (200, b'{"access_token": "ya29.x", "expires_in": 3599}', ("ya29.x", 3599.0)),
        (200, b'{"access_token": ""}', None),
        (200, b"<html>", None),
        (400, b'{"error": "invalid_grant"}', None),
        (401, b'{"access_token": "ya29.x"}', None),
    ],
)
def test_a_token_is_read_or_refused(status: int, body: bytes, token: tuple[str, float] | None) -> None:
    assert ADAPTER.read_token(status, body) == token


def test_pages_are_asked_for_to_the_end() -> None:
    first = ADAPTER.poll(connection(), None, NOW)
    address = urlsplit(first.url)
    assert (first.method, first.body, first.headers["authorization"]) == ("GET", b"", "Bearer ya29.t")
    assert address.path == "/androidpublisher/v3/applications/com.sklep.aplikacja/reviews"
    assert (address.hostname, parse_qs(address.query)) == ("androidpublisher.googleapis.com", {"maxResults": ["100"]})
    found = ADAPTER.read_page(200, page(review(), following="dalej=&/1"), connection())
    assert found.following == "dalej=&/1"
    second = ADAPTER.poll(connection(), found.following, NOW)
    assert parse_qs(urlsplit(second.url).query) == {"maxResults": ["100"], "token": ["dalej=&/1"]}
    last = ADAPTER.read_page(200, page(review("r2")), connection())
    assert last.following is None
    empty = ADAPTER.read_page(200, page(following="x"), connection())
    assert (empty.reading.events, empty.following) == ((), "x")
    with pytest.raises(Unreadable):
        ADAPTER.read_page(200, b"<html>", connection())


def test_a_review_is_a_message_with_stars_that_everybody_reads_and_nobody_is_named() -> None:
    (event,) = ADAPTER.read_page(200, page(review()), connection()).reading.events
    assert (event.account, event.kind) == ("com.sklep.aplikacja", "review")
    inbound = ADAPTER.inbound(event, connection())
    assert inbound is not None
    assert inbound.more is not None
    assert inbound.text.reveal() == "★★☆☆☆ Wiesza się\n\npo aktualizacji"
    assert inbound.more.reveal() == "app 2.1.0 · Android API 33 · coral"
    assert (inbound.thread, inbound.language, inbound.public, inbound.name) == ("r1", "pl", True, None)
    assert (inbound.event, inbound.at) == (event.dedupe, datetime.fromtimestamp(1763800000, UTC))


@pytest.mark.parametrize(
    ("stars", "text", "language", "shown", "known"),
    [
        (5, "Super", "en_GB", "★★★★★\n\nSuper", "en"),
        (1, "", "", "★☆☆☆☆", None),
        (0, "Zero", "pl-PL", "☆☆☆☆☆\n\nZero", "pl"),
        (9, "Dużo", "de", "★★★★★\n\nDużo", "de"),
    ],
)
def test_stars_and_languages_however_they_come(
    stars: int, text: str, language: str, shown: str, known: str | None
) -> None:
    bare = review(text=text, starRating=stars, reviewerLanguage=language)
    (event,) = ADAPTER.read_page(200, page(bare), connection()).reading.events
    inbound = ADAPTER.inbound(event, connection())
    assert inbound is not None
    assert (inbound.text.reveal(), inbound.language) == (shown, known)


def test_a_review_says_the_same_until_its_stars_or_words_change() -> None:
    def says(**more: Any) -> str:
        (event,) = ADAPTER.read_page(200, page(review(**more)), connection()).reading.events
        return event.says

    assert says() == says(lastModified={"seconds": "1763899999"}) == says(thumbsUpCount=4)
    assert len({says(), says(starRating=5), says(text="inaczej")}) == 3


def test_an_answer_is_put_and_a_second_one_takes_its_place() -> None:
    (call,) = ADAPTER.calls(outgoing(), connection(), NOW)
    assert isinstance(call, HttpCall)
    assert call.method == "POST"
    assert urlsplit(call.url).path == (
        "/androidpublisher/v3/applications/com.sklep.aplikacja/reviews/gp%3AAOqp%2F1:reply"
    )
    assert orjson.loads(call.body) == {"replyText": "Dziękujemy, poprawka jest w wersji 2.2."}
    assert ADAPTER.calls(outgoing(), connection(), NOW) == (call,), "the same message, the same call"
    sandbox = connection(base="http://127.0.0.1:9000/google")
    (there,) = ADAPTER.calls(outgoing(), sandbox, NOW)
    assert isinstance(there, HttpCall)
    assert there.url.startswith("http://127.0.0.1:9000/google/androidpublisher/")


def test_what_we_have_answered_is_known_again_in_the_list() -> None:
    answer = {"result": {"replyText": "Dziękujemy", "lastEdited": {"seconds": "1763800100", "nanos": 0}}}
    sent = ADAPTER.outcome(200, {}, orjson.dumps(answer))
    ours = {"developerComment": {"text": "Dziękujemy", "lastModified": {"seconds": "1763800101"}}}
    listed = review()
    listed["comments"].append(ours)
    _, echo = ADAPTER.read_page(200, page(listed), connection()).reading.events
    assert isinstance(sent, Sent)
    assert (echo.kind, echo.message) == ("echo", sent.receipt)
    assert ADAPTER.inbound(echo, connection()) is None


LIMITED = {"error": {"code": 403, "errors": [{"reason": "rateLimitExceeded", "domain": "global"}]}}


@pytest.mark.parametrize(
    ("status", "body", "permanent", "trouble"),
    [
        (401, {"error": {"code": 401, "status": "UNAUTHENTICATED"}}, False, "sign_in"),
        (403, {"error": {"code": 403, "status": "PERMISSION_DENIED"}}, False, "sign_in"),
        (403, LIMITED, False, None),
        (429, {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}, False, None),
        (404, {"error": {"code": 404, "message": "Dziękujemy"}}, True, None),
        (400, {"error": {"code": 400, "message": "Dziękujemy"}}, True, None),
        (500, {}, False, None),
        (503, b"<html>", False, None),
        (302, b"", True, None),
    ],
)
def test_what_its_errors_mean(status: int, body: object, permanent: bool, trouble: str | None) -> None:
    outcome = ADAPTER.outcome(status, {}, body if isinstance(body, bytes) else orjson.dumps(body))
    assert isinstance(outcome, Failed)
    assert (outcome.permanent, outcome.trouble) == (permanent, trouble)
    assert "Dziękujemy" not in outcome.reason


def test_checks_of_a_connection_speak_of_what_is_wrong() -> None:
    sign_in, reviews = connects()["google_play"].checks
    for check, good in ((sign_in, b'{"access_token": "x", "expires_in": 1}'), (reviews, page())):
        assert isinstance(check, Check)
        states = [check.read(status, good, connection()).state for status in (200, 403, 503)]
        assert states == ["good", "bad", "doubtful"]
