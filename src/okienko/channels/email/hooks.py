"""Hooks of services that take letters in for us: who really sent one, and the letter within. Pure.

Postmark sends a user and a password. Mailgun signs a time and a token, but not what comes with them: a token is good
for one letter. Amazon SNS signs with a certificate that it names; only its own places are believed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509 import load_pem_x509_certificate

from okienko.channels.event import read_time
from okienko.channels.given import EMPTY, Given, read_objects, word, word_of_url
from okienko.values import Hook, Unreadable

MAILGUN_TOLERANCE: Final = timedelta(minutes=5)
SNS_TOLERANCE: Final = timedelta(hours=1)
_SNS_HOST: Final = re.compile(r"sns\.[a-z0-9-]{3,}\.amazonaws\.com(?:\.cn)?")
_NOTIFICATION: Final = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION: Final = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_SIGNED: Final[Mapping[str, tuple[str, ...]]] = {
    "Notification": _NOTIFICATION,
    "SubscriptionConfirmation": _CONFIRMATION,
    "UnsubscribeConfirmation": _CONFIRMATION,
}
_BOUNDARY: Final = re.compile(r';\s*boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;]{1,200}))', re.IGNORECASE)
_FIELD: Final = re.compile(rb';\s*name\s*=\s*(?:"([^"\r\n]{1,200})"|([^\s;]{1,200}))', re.IGNORECASE)
_MOST_FIELDS: Final = 200


def is_user(hook: Hook, user: str, password: str) -> bool:
    """Whether a request bears this user and this password (RFC 7617). Where one is missing, nobody is."""
    kind, _, written = hook.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(written.strip(), validate=True)
    except (binascii.Error, ValueError):
        given = b""
    right = hmac.compare_digest(given, f"{user}:{password}".encode())
    return right and kind.lower() == "basic" and bool(user) and bool(password)


def is_mailgun(fields: Mapping[str, bytes], key: str, now: datetime) -> bool:
    """Whether Mailgun has signed a form in the last five minutes."""
    timestamp, token, signature = (fields.get(name, b"") for name in ("timestamp", "token", "signature"))
    if not key or not token or not timestamp.isdigit() or len(timestamp) > 12:
        return False
    if abs(now.timestamp() - int(timestamp)) > MAILGUN_TOLERANCE.total_seconds():
        return False
    return hmac.compare_digest(hmac.digest(key.encode(), timestamp + token, "sha256").hex().encode(), signature)


def name_once(fields: Mapping[str, bytes]) -> tuple[str, str]:
    """Mailgun's token, and the token with the letter that it came with."""
    token = fields.get("token", b"").decode("ascii", "replace")
    return f"mailgun:{token}", f"mailgun:{token}:{hashlib.sha256(fields.get('body-mime', b'')).hexdigest()}"


def read_form(hook: Hook) -> Mapping[str, bytes]:
    """The fields of a form, in whichever of the two ways it is written; nothing where it is none.

    A field is bytes: a letter may be in any encoding.
    """
    kind = hook.headers.get("content-type", "")
    if kind.lower().startswith("application/x-www-form-urlencoded"):
        pairs = (pair.partition(b"=") for pair in hook.body.replace(b"+", b" ").split(b"&", _MOST_FIELDS))
        return {unquote_to_bytes(name).decode("utf-8", "replace"): unquote_to_bytes(value) for name, _, value in pairs}
    found = _BOUNDARY.search(kind)
    if not kind.lower().startswith("multipart/form-data") or found is None:
        return {}
    fields: dict[str, bytes] = {}
    for part in (b"\r\n" + hook.body).split(b"\r\n--" + (found[1] or found[2]).encode(), _MOST_FIELDS)[1:]:
        head, blank, content = part.partition(b"\r\n\r\n")
        named = _FIELD.search(head)
        if blank and named is not None:
            fields[(named[1] or named[2]).decode("utf-8", "replace")] = content
    return fields


def certificate_at(hook: Hook) -> str | None:
    """Where the certificate lies with which SNS has signed; None unless that is a place of SNS's own."""
    given = _read(hook)
    address = word_of_url(given, "SigningCertURL") or word_of_url(given, "SigningCertUrl")
    return address if address is not None and _is_of_sns(address) and urlsplit(address).path.endswith(".pem") else None


def confirm_at(hook: Hook) -> str | None:
    """What SNS wants called to confirm a subscription; None for everything else."""
    given = _read(hook)
    address = word_of_url(given, "SubscribeURL")
    if word(given, "Type") != "SubscriptionConfirmation" or address is None or not _is_of_sns(address):
        return None
    return address


def is_sns(hook: Hook, topic: str, now: datetime) -> bool:
    """Whether SNS has signed a message of this topic within the last hour, with the certificate in the hook."""
    given = _read(hook)
    signed, sent = _SIGNED.get(word(given, "Type") or ""), read_time(given.get("Timestamp"))
    if signed is None or sent is None or not topic or word(given, "TopicArn") != topic or hook.certificate is None:
        return False
    if abs(now - sent) > SNS_TOLERANCE:
        return False
    try:
        certificate = load_pem_x509_certificate(hook.certificate)
        signature = base64.b64decode(word_of_url(given, "Signature") or "", validate=True)
    except (ValueError, binascii.Error):
        return False
    key = certificate.public_key()
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        return False
    hashed = {"1": SHA1(), "2": SHA256()}.get(word(given, "SignatureVersion") or "")  # noqa: S303 - SNS's version 1
    if hashed is None or not isinstance(key, RSAPublicKey):
        return False
    try:
        key.verify(signature, write_signed(given, signed), PKCS1v15(), hashed)
    except InvalidSignature:
        return False
    return True


def write_signed(given: Given, names: tuple[str, ...]) -> bytes:
    """What SNS signs: each of these that is there, its name and its value, a line each."""
    values = ((name, given.get(name)) for name in names)
    written = "".join(f"{name}\n{value}\n" for name, value in values if isinstance(value, str))
    return written.encode("utf-8", "surrogatepass")


def _read(hook: Hook) -> Given:
    try:
        return read_objects(hook.body)[0]
    except Unreadable:
        return EMPTY


def _is_of_sns(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    whole = parts.hostname is not None and _SNS_HOST.fullmatch(parts.hostname) is not None
    return whole and parts.scheme == "https" and port in {None, 443} and parts.username is None
