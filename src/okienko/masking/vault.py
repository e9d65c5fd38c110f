"""Sealing what masking took out, with the key of the person it belongs to.

Pure but for two things. To open a person's key, the operator's may have to be read anew. And a nonce is drawn from the
operating system inside `seal`: a caller that passed nonces could pass one twice, and a repeated nonce under one key
gives AES-GCM away; no test needs it fixed.
"""

from __future__ import annotations

import os
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from okienko.keys import Keys
from okienko.values import RawText

KEY_SIZE: Final = 32  # bytes
NONCE_SIZE: Final = 12  # bytes


class SealBroken(Exception):
    """A sealed value does not open: another key, another place, or damage. Says nothing about the value."""


def new_person_key(random: bytes) -> bytes:
    """A person's key from 32 random bytes (`os.urandom(32)`): the key that erasure destroys."""
    if len(random) != KEY_SIZE:
        raise ValueError(f"a person's key needs {KEY_SIZE} random bytes")
    return bytes(random)


def person_bound(*, brand: UUID, person: UUID) -> bytes:
    """What a wrapped person's key is bound to; for `Keys.wrap` and `Keys.unwrap`."""
    return brand.bytes + person.bytes


async def open_person_key(keys: Keys, wrapped: bytes, *, brand: UUID, person: UUID) -> bytes:
    """A person's key, which the operator's has wrapped. Raises `WrongKey` when it does not open."""
    return await keys.unwrap_async(wrapped, person_bound(brand=brand, person=person))


def seal(person_key: bytes, value: RawText, *, brand: UUID, person: UUID, table: str, column: str, row: UUID) -> bytes:
    """A value under a person's key: 12 bytes of nonce, AES-256-GCM ciphertext, 16 bytes of tag.

    It is bound to its place (brand, person, table, column, row): copied into another row it does not open.
    """
    nonce = os.urandom(NONCE_SIZE)
    text = value.reveal().encode("utf-8", "surrogatepass")
    return nonce + AESGCM(person_key).encrypt(nonce, text, _place(brand, person, table, column, row))


def open_sealed(
    person_key: bytes, sealed: bytes, *, brand: UUID, person: UUID, table: str, column: str, row: UUID
) -> RawText:
    """What `seal` sealed in this very place. Raises `SealBroken` for another key, another place, or damage."""
    try:
        text = AESGCM(person_key).decrypt(
            sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], _place(brand, person, table, column, row)
        )
    except (InvalidTag, ValueError):
        raise SealBroken("a sealed value does not open with this key in this place") from None
    return RawText(text.decode("utf-8", "surrogatepass"))


def _place(brand: UUID, person: UUID, table: str, column: str, row: UUID) -> bytes:
    # Names of tables and columns hold no 0x1f, and the ids have a fixed length: two places never read the same.
    return b"okienko sealed 1\x1f" + brand.bytes + person.bytes + f"{table}\x1f{column}\x1f".encode() + row.bytes


def seal_part(
    person_key: bytes,
    data: bytes | memoryview,
    *,
    brand: UUID,
    person: UUID,
    table: str,
    column: str,
    row: UUID,
    part: int,
    parts: int,
) -> bytes:
    """As `seal`, for a file: one of its parts, bound to its place and to its number (from 0) among how many.

    So no part opens as another one, and none can be left out or added without notice.
    """
    nonce = os.urandom(NONCE_SIZE)
    place = _place(brand, person, table, column, row) + _numbered(part, parts)
    return nonce + AESGCM(person_key).encrypt(nonce, data, place)


def open_part(
    person_key: bytes,
    sealed: bytes,
    *,
    brand: UUID,
    person: UUID,
    table: str,
    column: str,
    row: UUID,
    part: int,
    parts: int,
) -> bytes:
    """What `seal_part` sealed as this very part. Raises `SealBroken` as `open_sealed` does."""
    place = _place(brand, person, table, column, row) + _numbered(part, parts)
    try:
        return AESGCM(person_key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], place)
    except (InvalidTag, ValueError):
        raise SealBroken("a sealed part does not open with this key in this place") from None


def _numbered(part: int, parts: int) -> bytes:
    # Behind the row's 16 bytes these 8 make a place longer than that of any whole value of the same column.
    return part.to_bytes(4, "big") + parts.to_bytes(4, "big")
