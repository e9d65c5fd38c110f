"""Passkeys: W3C Web Authentication, Level 3, as far as a site needs that takes no attestation.

`read_registration` follows section 7.1 and `check_assertion` section 7.2 of https://www.w3.org/TR/webauthn-3/. User
verification is always required, so that a passkey is two factors in one. Which maker an authenticator is of is not
asked (attestation `none`): nothing vouches then for what a browser says at registration but the session it says it in,
so the key is taken as the browser gives it (`getPublicKey()`), and no CBOR has to be read. Pure; challenges come from
the caller, who sees to it that each is used once.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast
from urllib.parse import urlsplit

import orjson
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

CHALLENGE: Final = 32  # bytes
_ALGORITHMS: Final = (-8, -7, -257)  # EdDSA, ES256, RS256 (COSE): what `_verify` knows, in the order of preference
_PRESENT: Final = 0x01
_VERIFIED: Final = 0x04
_ATTESTED: Final = 0x40
_LEAST_RSA: Final = 2048  # bits
_LONGEST: Final = 8192  # bytes of any field
_TIMEOUT: Final = 300_000  # ms


class PasskeyRefused(Exception):
    """What a browser sent proves nothing. Says which check failed; nothing of what was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Whom passkeys are for: the origin of the desk and its host's name."""

    origin: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasskey:
    """What is kept of one."""

    credential: bytes = field(repr=False)
    public_key: bytes = field(repr=False)  # SubjectPublicKeyInfo, DER
    counter: int


def find_site(public_url: str) -> Site:
    """The site at an address such as https://desk.company.example."""
    parts = urlsplit(public_url)
    return Site(origin=f"{parts.scheme}://{parts.netloc}", host=parts.hostname or "")


def ask_creation(
    site: Site, challenge: bytes, *, staff: bytes, login: str, name: str, known: Sequence[bytes]
) -> dict[str, Any]:
    """Options for `navigator.credentials.create`, bytes in base64url. `known`: credentials there are already."""
    return {
        "rp": {"id": site.host, "name": "okienko"},
        "user": {"id": encode(staff), "name": login, "displayName": name},
        "challenge": encode(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": algorithm} for algorithm in _ALGORITHMS],
        "timeout": _TIMEOUT,
        "excludeCredentials": _describe(known),
        "authenticatorSelection": {"residentKey": "required", "userVerification": "required"},
        "attestation": "none",
    }


def ask_assertion(site: Site, challenge: bytes, *, known: Sequence[bytes]) -> dict[str, Any]:
    """Options for `navigator.credentials.get`. `known`: those that may answer; none: whichever the browser has."""
    return {
        "rpId": site.host,
        "challenge": encode(challenge),
        "timeout": _TIMEOUT,
        "allowCredentials": _describe(known),
        "userVerification": "required",
    }


def read_answer(text: str) -> dict[str, bytes]:
    """What the page's script sent: a JSON object of base64url texts. Raises `PasskeyRefused`."""
    try:
        given: Any = orjson.loads(text)
        fields = cast("dict[str, str]", given) if isinstance(given, dict) else {}
        return {name: decode(value) for name, value in fields.items()}
    except (orjson.JSONDecodeError, Error, TypeError, AttributeError, ValueError):
        raise PasskeyRefused("the answer cannot be read") from None


def read_challenge(answer: Mapping[str, bytes]) -> bytes:
    """The challenge that an answer is for. Raises `PasskeyRefused`."""
    try:
        return decode(_client(answer).get("challenge", ""))
    except (Error, TypeError, AttributeError, ValueError):
        raise PasskeyRefused("the answer names no challenge") from None


def read_registration(site: Site, challenge: bytes, answer: Mapping[str, bytes]) -> NewPasskey:
    """A new passkey. `answer`: clientData, authenticatorData, publicKey, credential. Raises `PasskeyRefused`."""
    _check_client(site, challenge, answer, "webauthn.create")
    data = _field(answer, "authenticatorData")
    flags, counter = _check_authenticator(site, data)
    credential, public_key = _field(answer, "credential"), _field(answer, "publicKey")
    # Attested data: 16 bytes of AAGUID, 2 of the id's length, the id (6.5.1).
    size = int.from_bytes(data[53:55], "big")
    if not flags & _ATTESTED or not 16 <= size <= 1023 or data[55 : 55 + size] != credential:
        raise PasskeyRefused("the credential is not the authenticator's")
    _load(public_key)
    return NewPasskey(credential=credential, public_key=public_key, counter=counter)


def check_assertion(site: Site, challenge: bytes, answer: Mapping[str, bytes], passkey: NewPasskey) -> int:
    """Whether `passkey` has signed this challenge for this site, its owner verified; its counter now.

    `answer`: clientData, authenticatorData, signature. Raises `PasskeyRefused`, also where the counter has not grown:
    then there may be a copy of the authenticator. Most passkeys do not count and say 0.
    """
    _check_client(site, challenge, answer, "webauthn.get")
    data = _field(answer, "authenticatorData")
    _, counter = _check_authenticator(site, data)
    signed = data + hashlib.sha256(_field(answer, "clientData")).digest()
    if not _verify(passkey.public_key, _field(answer, "signature"), signed):
        raise PasskeyRefused("the signature is not this passkey's")
    if (counter or passkey.counter) and counter <= passkey.counter:
        raise PasskeyRefused("the counter has not grown")
    return counter


def encode(data: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def decode(text: str) -> bytes:
    """The bytes of base64url. Raises `binascii.Error`, `ValueError`."""
    if len(text) > _LONGEST:
        raise ValueError("too long")
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


def _describe(known: Sequence[bytes]) -> list[dict[str, str]]:
    return [{"type": "public-key", "id": encode(credential)} for credential in known]


def _field(answer: Mapping[str, bytes], name: str) -> bytes:
    value = answer.get(name)
    if not value:
        raise PasskeyRefused(f"{name} is missing")
    return value


def _client(answer: Mapping[str, bytes]) -> dict[str, Any]:
    try:
        given: Any = orjson.loads(_field(answer, "clientData"))
    except orjson.JSONDecodeError:
        raise PasskeyRefused("the client's data cannot be read") from None
    if not isinstance(given, dict):
        raise PasskeyRefused("the client's data cannot be read")
    return cast("dict[str, Any]", given)


def _check_client(site: Site, challenge: bytes, answer: Mapping[str, bytes], kind: str) -> None:
    client = _client(answer)
    if client.get("type") != kind:
        raise PasskeyRefused("this answers another question")
    if not hmac.compare_digest(read_challenge(answer), challenge):
        raise PasskeyRefused("this answers another challenge")
    if client.get("origin") != site.origin or client.get("crossOrigin", False) is not False:
        raise PasskeyRefused("this was answered on another site")


def _check_authenticator(site: Site, data: bytes) -> tuple[int, int]:
    """(flags, counter)."""
    if len(data) < 37 or not hmac.compare_digest(data[:32], hashlib.sha256(site.host.encode()).digest()):
        raise PasskeyRefused("the passkey is for another site")
    flags = data[32]
    if not flags & _PRESENT or not flags & _VERIFIED:
        raise PasskeyRefused("the passkey's owner was not verified")
    return flags, int.from_bytes(data[33:37], "big")


def _load(public_key: bytes) -> EllipticCurvePublicKey | Ed25519PublicKey | RSAPublicKey:
    try:
        key = load_der_public_key(public_key)
    except (ValueError, UnsupportedAlgorithm):
        raise PasskeyRefused("the key cannot be read") from None
    match key:
        case EllipticCurvePublicKey(curve=SECP256R1()) | Ed25519PublicKey():
            return key
        case RSAPublicKey(key_size=size) if size >= _LEAST_RSA:
            return key
        case _:
            raise PasskeyRefused("the key is of a kind that is not taken")


def _verify(public_key: bytes, signature: bytes, signed: bytes) -> bool:
    key = _load(public_key)
    try:
        match key:
            case EllipticCurvePublicKey():
                key.verify(signature, signed, ECDSA(SHA256()))
            case Ed25519PublicKey():
                key.verify(signature, signed)
            case RSAPublicKey():
                key.verify(signature, signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
