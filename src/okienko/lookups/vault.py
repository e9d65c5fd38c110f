"""The secret that goes with an address: sealed with a key of its own, which the operator's key wraps.

What is kept is that key, wrapped, and behind it the nonce and the ciphertext: a rotation wraps the key anew and leaves
the rest as it is.
"""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from okienko.keys import KEY_SIZE, NONCE_SIZE, Keys, WrongKey
from okienko.values import BrandId

_WRAPPED: Final = NONCE_SIZE + KEY_SIZE + 16  # bytes


def seal_secret(keys: Keys, secret: str, *, brand: BrandId, source: str) -> bytes:
    """Opens for this source of this brand only."""
    key, nonce, bound = os.urandom(KEY_SIZE), os.urandom(NONCE_SIZE), _bound(brand, source)
    return keys.wrap(key, bound) + nonce + AESGCM(key).encrypt(nonce, secret.encode(), bound)


def open_secret(keys: Keys, sealed: bytes, *, brand: BrandId, source: str) -> str:
    """Raises `WrongKey` for another key, another source, or damage."""
    bound = _bound(brand, source)
    key, rest = keys.unwrap(sealed[:_WRAPPED], bound), sealed[_WRAPPED:]
    try:
        return AESGCM(key).decrypt(rest[:NONCE_SIZE], rest[NONCE_SIZE:], bound).decode()
    except (InvalidTag, ValueError):
        raise WrongKey("the secret of a source does not open") from None


def wrap_anew(keys: Keys, sealed: bytes, *, brand: BrandId, source: str) -> bytes:
    """The same secret under the first of the operator's keys. Raises `WrongKey`."""
    bound = _bound(brand, source)
    return keys.wrap(keys.unwrap(sealed[:_WRAPPED], bound), bound) + sealed[_WRAPPED:]


def _bound(brand: BrandId, source: str) -> bytes:
    return b"lookup\x1f" + brand.bytes + source.encode()
