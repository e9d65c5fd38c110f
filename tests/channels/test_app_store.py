"""The App Store: how reviews are asked for, signed and answered, and what its errors mean. Written from its rules."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    SECP384R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from okienko.channels import adapters, caller, connects
from okienko.channels.app_store.adapter import ADAPTER
from okienko.channels.connect import Check, find_problems
from okienko.channels.vendor import Bounded, Limits, Polled, Reads
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
KEY = generate_private_key(SECP256R1())


def pem(key: EllipticCurvePrivateKey = KEY) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def connection(**given: str) -> Connection:
    known = {"app_id": "1234567", "issuer": "57246542-96fe", "key_id": "2X9R4HXF34", "private_key": pem(), **given}
    return Connection(
        id=ConnectionId("as"), brand_id=BrandId(UUID(int=1)), channel="app_store", secret=b"s", given=known
    )


def outgoing(text: str = "Dziękujemy.") -> Outgoing:
    return Outgoing(
        conversation=ConversationId(UUID(int=2)),
        message=MessageId(UUID(int=3)),
        connection=ConnectionId("as"),
        thread="a1",
        author=Author.AGENT,
        kind=Kind.TEXT,
        text=text,
        citations=(),
    )


def review(id_: str = "a1", **more: Any) -> dict[str, Any]:
    facts = {
        "rating": 1,
        "title": "Nie działa",
        "body": "Po aktualizacji nic",
        "reviewerNickname": "anna77",
        "createdDate": "2026-11-22T10:00:00-08:00",
        "territory": "POL",
        **more,
    }
    return {"type": "customerReviews", "id": id_, "attributes": facts}


def page(*reviews: dict[str, Any], following: str | None = None) -> bytes:
    links = {"self": "https://api.appstoreconnect.apple.com/v1/x"} | ({"next": following} if following else {})
    return orjson.dumps({"data": list(reviews), "links": links})


def read_token(call: HttpCall) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a call whose signature is good."""
    token = call.headers["authorization"].removeprefix("Bearer ")
    head, claims, signature = (urlsafe_b64decode(part + "==") for part in token.split("."))
    assert len(signature) == 64, "r and s, and no DER"
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    KEY.public_key().verify(der, token.rpartition(".")[0].encode(), ECDSA(SHA256()))  # raises when it is not
    return orjson.loads(head), orjson.loads(claims)


def test_it_says_what_a_channel_of_reviews_has() -> None:
    assert adapters()["app_store"] is ADAPTER
    assert caller("app_store") is ADAPTER
    assert all(isinstance(ADAPTER, one) for one in (Reads, Polled, Limits, Bounded))
    assert (ADAPTER.idempotent, ADAPTER.longest, ADAPTER.every) == (True, 5970, timedelta(minutes=15))
    assert not ADAPTER.verify(Hook(url="", headers={}, body=page(review())), connection(), NOW), "nobody calls"


def test_every_call_is_signed_for_a_quarter_of_an_hour() -> None:
    head, claims = read_token(ADAPTER.poll(connection(), None, NOW))
    assert head == {"alg": "ES256", "typ": "JWT", "kid": "2X9R4HXF34"}
    issued = int(NOW.timestamp())
    assert claims == {"iss": "57246542-96fe", "iat": issued, "exp": issued + 900, "aud": "appstoreconnect-v1"}
    _, own = read_token(ADAPTER.poll(connection(issuer=""), None, NOW))
    assert (own.get("iss"), own["sub"]) == (None, "user"), "a key of one person alone has no issuer"


@pytest.mark.parametrize("key", ["", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"])
def test_a_key_that_is_none_signs_nothing_and_is_told_before_it_is_used(key: str) -> None:
    assert ADAPTER.poll(connection(private_key=key), None, NOW).headers["authorization"] == "Bearer "
    assert "private_key" in find_problems(connects()["app_store"], {**connection().given, "private_key": key})


def test_only_a_key_on_its_own_curve_is_taken() -> None:
    connect = connects()["app_store"]
    assert find_problems(connect, connection().given) == {}
    other = {**connection().given, "private_key": pem(generate_private_key(SECP384R1()))}
    assert set(find_problems(connect, other)) == {"private_key"}
    assert set(find_problems(connect, {**connection().given, "app_id": "com.sklep"})) == {"app_id"}


def test_the_next_page_is_followed_as_it_is_named_and_nowhere_else() -> None:
    first = ADAPTER.poll(connection(), None, NOW)
    address = urlsplit(first.url)
    assert (first.method, address.hostname) == ("GET", "api.appstoreconnect.apple.com")
    assert address.path == "/v1/apps/1234567/customerReviews"
    assert parse_qs(address.query) == {"sort": ["-createdDate"], "limit": ["200"], "include": ["response"]}
    following = "https://api.appstoreconnect.apple.com/v1/apps/1234567/customerReviews?cursor=AQ.%5B1%5D&limit=200"
    found = ADAPTER.read_page(200, page(review(), following=following), connection())
    assert ADAPTER.poll(connection(), found.following, NOW).url == following
    assert ADAPTER.read_page(200, page(review()), connection()).following is None
    for elsewhere in (
        "https://zly.example/v1/apps",
        "http://api.appstoreconnect.apple.com/v1/apps",
        "https://api.appstoreconnect.apple.com:8443/v1/apps",
        "https://api.appstoreconnect.apple.com@zly.example/",
        "//zly.example/",
        "/v1/apps",
    ):
        with pytest.raises(Unreadable) as refused:
            ADAPTER.read_page(200, page(review(), following=elsewhere), connection())
        assert "zly" not in refused.value.shape


def test_a_review_is_a_message_with_stars_that_everybody_reads_and_nobody_is_named() -> None:
    (event,) = ADAPTER.read_page(200, page(review()), connection()).reading.events
    inbound = ADAPTER.inbound(event, connection())
    assert inbound is not None
    assert inbound.more is not None
    assert event.account == "1234567"
    assert inbound.text.reveal() == "★☆☆☆☆ Nie działa\n\nPo aktualizacji nic"
    assert (inbound.more.reveal(), inbound.language, inbound.public, inbound.name) == ("POL", "pl", True, None)
    assert inbound.at == datetime(2026, 11, 22, 18, tzinfo=UTC)
    (other,) = ADAPTER.read_page(200, page(review(territory="FRA")), connection()).reading.events
    french = ADAPTER.inbound(other, connection())
    assert french is not None
    assert french.language is None, "the brand's own"


def test_an_answer_is_put_and_known_again_in_the_list() -> None:
    (call,) = ADAPTER.calls(outgoing(), connection(), NOW)
    assert isinstance(call, HttpCall)
    assert (call.method, call.url) == ("POST", "https://api.appstoreconnect.apple.com/v1/customerReviewResponses")
    assert orjson.loads(call.body) == {
        "data": {
            "type": "customerReviewResponses",
            "attributes": {"responseBody": "Dziękujemy."},
            "relationships": {"review": {"data": {"type": "customerReviews", "id": "a1"}}},
        }
    }
    facts = {"responseBody": "Dziękujemy.", "state": "PENDING_PUBLISH", "lastModifiedDate": "2026-11-22T12:00:00Z"}
    answer = {"type": "customerReviewResponses", "id": "p1", "attributes": facts}
    sent = ADAPTER.outcome(201, {}, orjson.dumps({"data": answer}))
    assert isinstance(sent, Sent)
    for state in ("PENDING_PUBLISH", "PUBLISHED"):
        listed = review()
        listed["relationships"] = {"response": {"data": {"type": "customerReviewResponses", "id": "p1"}}}
        shown = {**answer, "attributes": {**facts, "state": state}}
        body = orjson.dumps({"data": [listed], "included": [shown], "links": {}})
        _, echo = ADAPTER.read_page(200, body, connection()).reading.events
        assert (echo.kind, echo.thread, echo.message) == ("echo", "a1", sent.receipt)


def errors(code: str) -> bytes:
    return orjson.dumps({"errors": [{"code": code, "detail": "Dziękujemy."}]})


@pytest.mark.parametrize(
    ("status", "body", "permanent", "trouble"),
    [
        (401, errors("NOT_AUTHORIZED"), False, "sign_in"),
        (403, errors("FORBIDDEN_ERROR"), False, "sign_in"),
        (404, errors("NOT_FOUND"), True, None),
        (409, errors("ENTITY_ERROR.ATTRIBUTE.INVALID"), True, None),
        (429, errors("RATE_LIMIT_EXCEEDED"), False, None),
        (500, b"", False, None),
        (503, b"<html>", False, None),
    ],
)
def test_what_its_errors_mean(status: int, body: bytes, permanent: bool, trouble: str | None) -> None:
    outcome = ADAPTER.outcome(status, {}, body)
    assert isinstance(outcome, Failed)
    assert (outcome.permanent, outcome.trouble) == (permanent, trouble)
    assert "Dziękujemy" not in outcome.reason


def test_the_check_of_a_connection_speaks_of_what_is_wrong() -> None:
    (check,) = connects()["app_store"].checks
    assert isinstance(check, Check)
    found = [check.read(status, b"{}", connection()) for status in (200, 401, 403, 404, 429, 500)]
    assert [one.state for one in found] == ["good", "bad", "bad", "bad", "doubtful", "doubtful"]
    assert len({one.text for one in found}) == 5
