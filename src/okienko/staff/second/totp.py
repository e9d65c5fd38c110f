"""One-time codes of authenticator apps: RFC 6238 (TOTP) over RFC 4226 (HOTP).

SHA-1, six digits, 30 seconds: what every app understands. SHA-1's collisions do not matter inside HMAC. Time and
randomness come from the caller.
"""

from __future__ import annotations

import hmac
from base64 import b32encode
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode
from uuid import UUID

SEED: Final = 32  # bytes, as the operator's key wraps them
_SECRET: Final = 20  # bytes of them that the app gets: the length that RFC 4226 recommends
PERIOD: Final = 30  # seconds
DIGITS: Final = 6
_WINDOW: Final = 1  # steps before and after: clocks differ, and people type slowly


def step_at(moment: datetime) -> int:
    """Which 30 seconds since 1970 these are."""
    return int(moment.timestamp()) // PERIOD


def code_of(seed: bytes, step: int) -> str:
    """The six digits of one step (RFC 4226, 5.3)."""
    digest = hmac.digest(seed[:_SECRET], step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def find_step(seed: bytes, typed: str, now: datetime, *, after: int) -> int | None:
    """The step that a code belongs to, at most one away from now's and later than `after`, the last that was used.

    None: a wrong code, or one that was used. All steps are compared, so that the time does not tell which was near.
    """
    digits = "".join(c for c in typed if c in "0123456789")
    found: int | None = None
    for step in range(step_at(now) - _WINDOW, step_at(now) + _WINDOW + 1):
        if hmac.compare_digest(code_of(seed, step), digits) and step > after:
            found = step
    return found


def spell(seed: bytes) -> str:
    """The secret for typing: Base32 in groups of four."""
    text = b32encode(seed[:_SECRET]).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def write_uri(seed: bytes, *, login: str, issuer: str) -> str:
    """What the QR code says: the `otpauth` address that apps read."""
    label = quote(f"{issuer}:{login}", safe="")
    query = urlencode({"secret": b32encode(seed[:_SECRET]).decode(), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{label}?{query}"


def app_bound(staff_id: UUID) -> bytes:
    """What a seed under the operator's key is bound to."""
    return b"staff app\x1f" + staff_id.bytes
