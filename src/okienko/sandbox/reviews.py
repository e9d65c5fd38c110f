"""What Google Play and the App Store take and list: tokens, reviews, answers to them. Pure."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from okienko.channels.given import Given, part, read_objects, word
from okienko.sandbox.refusal import Refusal, apple, find_unknown, google
from okienko.sandbox.world import Customer, Line, Talk
from okienko.values import Unreadable

SCOPE: Final = "https://www.googleapis.com/auth/androidpublisher"
GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCE: Final = "appstoreconnect-v1"
HORIZON: Final = timedelta(days=7)  # of Google's list
LONGEST_GOOGLE: Final = 350
LONGEST_APPLE: Final = 5970
LONGEST_TOKEN: Final = timedelta(minutes=20)  # of Apple's
SKEW: Final = timedelta(minutes=1)


def _decode(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def read_token(token: str, key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> tuple[Given, Given] | None:
    """Header and claims of a JWT (RFC 7519) that this key has signed, RS256 or ES256 as it is; else None."""
    try:
        head, claims, signature = token.split(".")
        signed, given = f"{head}.{claims}".encode(), _decode(signature)
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(given, signed, padding.PKCS1v15(), hashes.SHA256())
        else:
            if len(given) != 64:  # r and s as they are, not in DER
                return None
            r, s = int.from_bytes(given[:32], "big"), int.from_bytes(given[32:], "big")
            key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
        (header, *_), (said, *_) = read_objects(_decode(head)), read_objects(_decode(claims))
    except (ValueError, Unreadable, InvalidSignature):
        return None
    algorithm = "RS256" if isinstance(key, rsa.RSAPublicKey) else "ES256"
    return (header, said) if header.get("alg") == algorithm else None


def public_of(private: str) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
    """The public key that belongs to one in PEM."""
    found = serialization.load_pem_private_key(private.encode(), None).public_key()
    assert isinstance(found, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
    return found


def _when(claims: Given, key: str) -> datetime | None:
    value = claims.get(key)
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else None


def check_assertion(fields: Mapping[str, str], account: Given, now: datetime) -> Refusal | None:
    """Whether a request for a token is one of this service account (RFC 7523)."""
    bad = Refusal(status=400, body={"error": "invalid_grant", "error_description": "Invalid JWT"})
    private = word_of_key(account)
    found = read_token(fields.get("assertion", ""), public_of(private)) if private else None
    if fields.get("grant_type") != GRANT or found is None:
        return bad
    _, claims = found
    issued, ends = _when(claims, "iat"), _when(claims, "exp")
    scopes = claims.get("scope")
    if claims.get("iss") != account.get("client_email") or not isinstance(scopes, str) or SCOPE not in scopes.split():
        return bad
    if claims.get("aud") not in {account.get("token_uri"), "https://oauth2.googleapis.com/token"}:
        return bad
    if issued is None or ends is None or not issued - SKEW <= now < ends or ends - issued > timedelta(hours=1):
        return bad
    return None


def word_of_key(account: Given) -> str:
    """The private key of a service account."""
    value = account.get("private_key")
    return value if isinstance(value, str) else ""


def check_apple(authorization: str, given: Mapping[str, str], now: datetime) -> Refusal | None:
    """Whether a call to the App Store bears a token of this key."""
    found = read_token(authorization.removeprefix("Bearer "), public_of(given["private_key"]))
    bad = apple(401, "NOT_AUTHORIZED", "Authentication credentials are missing or invalid.")
    if found is None:
        return bad
    header, claims = found
    issued, ends = _when(claims, "iat"), _when(claims, "exp")
    if header.get("kid") != given["key_id"] or header.get("typ") != "JWT" or claims.get("aud") != AUDIENCE:
        return bad
    if claims.get("iss") != given["issuer"] or ends is None or not now < ends <= now + LONGEST_TOKEN + SKEW:
        return bad
    return bad if issued is not None and issued > now + SKEW else None


def list_google(talk: Talk, customer: Customer, now: datetime) -> Mapping[str, object]:
    """A page of Google's list: what was written or changed within a week; without any there is no list at all."""
    review = read_google(talk, customer)
    line = talk.last(ours=False)
    if review is None or line is None or now - line.at > HORIZON:
        return {"pageInfo": {"totalResults": 0, "resultPerPage": 100, "startIndex": 0}}
    return {"reviews": [review], "pageInfo": {"totalResults": 1, "resultPerPage": 100, "startIndex": 0}}


def read_google(talk: Talk, customer: Customer) -> Mapping[str, object] | None:
    """The customer's review as Google has it, with the brand's answer."""
    theirs, ours = talk.last(ours=False), talk.last(ours=True)
    if theirs is None:
        return None
    comment: dict[str, object] = {
        "text": f"{theirs.subject}\t{theirs.text}" if theirs.subject else f"\t{theirs.text}",
        "lastModified": _moment(theirs.at),
        "starRating": theirs.stars,
        "reviewerLanguage": "pl",
        "device": "sandbox",
        "androidOsVersion": 36,
        "appVersionCode": 412,
        "appVersionName": "4.12.0",
        "thumbsUpCount": 0,
        "thumbsDownCount": 0,
    }
    comments: list[object] = [{"userComment": comment}]
    if ours is not None:
        comments.append({"developerComment": {"text": ours.text, "lastModified": _moment(ours.at)}})
    return {"reviewId": customer.id("google_play"), "authorName": customer.name, "comments": comments}


def _moment(at: datetime) -> Mapping[str, object]:
    return {"seconds": str(int(at.timestamp())), "nanos": at.microsecond * 1000}


def read_google_reply(body: Given) -> str | Refusal:
    """The answer in a call to `…:reply`."""
    text = body.get("replyText")
    unknown = find_unknown(body, {"replyText"})
    if unknown is not None:
        return google(400, f'Invalid JSON payload received. Unknown name "{unknown}"', "INVALID_ARGUMENT")
    if not isinstance(text, str) or not text.strip():
        return google(400, "replyText is required", "INVALID_ARGUMENT")
    if len(text) > LONGEST_GOOGLE:
        return google(400, "The reply is too long", "INVALID_ARGUMENT", "replyTextTooLong")
    return text


def list_apple(talk: Talk, customer: Customer, address: str) -> Mapping[str, object]:
    """A page of Apple's list (JSON:API), with answers."""
    theirs, ours = talk.last(ours=False), talk.last(ours=True)
    data: list[object] = []
    included: list[object] = []
    if theirs is not None:
        review: dict[str, object] = {
            "type": "customerReviews",
            "id": customer.id("app_store"),
            "attributes": {
                "rating": theirs.stars,
                "title": theirs.subject,
                "body": theirs.text,
                "reviewerNickname": customer.name,
                "createdDate": theirs.at.isoformat(),
                "territory": "POL",
            },
            "relationships": {"response": {"data": None}},
        }
        if ours is not None:
            review["relationships"] = {"response": {"data": {"type": "customerReviewResponses", "id": ours.id}}}
            included.append(show_response(ours, customer))
        data.append(review)
    paging = {"total": len(data), "limit": 200}
    return {"data": data, "included": included, "links": {"self": address}, "meta": {"paging": paging}}


def show_response(line: Line, customer: Customer) -> Mapping[str, object]:
    """An answer as Apple has it."""
    review = {"type": "customerReviews", "id": customer.id("app_store")}
    return {
        "type": "customerReviewResponses",
        "id": line.id,
        "attributes": {"responseBody": line.text, "lastModifiedDate": line.at.isoformat(), "state": line.note},
        "relationships": {"review": {"data": review}},
    }


def read_apple_response(body: Given, customer: Customer) -> str | Refusal:
    """The answer in a call to `/v1/customerReviewResponses`."""
    data = part(body, "data")
    about = part(part(part(data, "relationships"), "review"), "data")
    facts = part(data, "attributes")
    text = facts.get("responseBody")
    unknown = find_unknown(body, {"data"}) or find_unknown(data, {"type", "attributes", "relationships"})
    unknown = unknown or find_unknown(facts, {"responseBody"})
    if unknown is not None:
        return apple(409, "ENTITY_ERROR.ATTRIBUTE.UNKNOWN", f"{unknown} is not known", pointer=f"/data/{unknown}")
    if word(data, "type") != "customerReviewResponses" or word(about, "type") != "customerReviews":
        return apple(409, "ENTITY_ERROR.TYPE.INVALID", "The type is not the one of this address")
    if word(about, "id") != customer.id("app_store"):
        return apple(404, "NOT_FOUND", "There is no such review")
    if not isinstance(text, str) or not text.strip():
        return apple(409, "ENTITY_ERROR.ATTRIBUTE.REQUIRED", "responseBody is required")
    if len(text) > LONGEST_APPLE:
        return apple(409, "ENTITY_ERROR.ATTRIBUTE.INVALID", "responseBody is too long")
    return text
