"""What our letters carry to be known by when somebody answers: ids and addresses, signed with the connection's secret.

A letter's id names the conversation and the message, the address for answers names the conversation:
`<c.{conversation}.{message}.{signature}@domain>` and `bok+c.{conversation}.{signature}@domain`. Ids are in base 32,
which survives programs that change the case of letters. Whoever guesses one is not believed. Pure.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from okienko.values import Connection

_SIGNATURE: Final = 8  # bytes: of 2**64, and each guess is a letter
_LONGEST: Final = 64  # characters before the @ (RFC 5321)
_ID: Final = re.compile(r"c\.([a-z2-7]{26})\.([a-z2-7]{26})\.([a-z2-7]{13})@[^@<>\s]{1,255}", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"([^@]{1,64})\+c\.([a-z2-7]{26})\.([a-z2-7]{13})@([^@]{1,255})", re.IGNORECASE)


def write_id(connection: Connection, conversation: UUID, message: UUID) -> str:
    """The id of a letter, without its brackets: always the same for the same message."""
    signature = _sign(connection, conversation, message)
    return f"c.{_encode(conversation.bytes)}.{_encode(message.bytes)}.{signature}@{_domain(connection)}"


def write_address(connection: Connection, conversation: UUID) -> str:
    """Where answers go. The plain address if the server does not take such ones, or it would be too long."""
    address = connection.given.get("address", "")
    local, _, domain = address.rpartition("@")
    written = f"{local}+c.{_encode(conversation.bytes)}.{_sign(connection, conversation)}"
    if connection.given.get("plus") == "no" or len(written) > _LONGEST:
        return address
    return f"{written}@{domain}"


def read_id(connection: Connection, written: str) -> tuple[UUID, UUID] | None:
    """The conversation and the message that an id names; None where we have not signed it."""
    found = _ID.fullmatch(written)
    if found is None:
        return None
    conversation, message = _decode(found[1]), _decode(found[2])
    if conversation is None or message is None or not _is(_sign(connection, conversation, message), found[3]):
        return None
    return conversation, message


def read_address(connection: Connection, written: str) -> UUID | None:
    """The conversation that an address names; None where it is not ours or we have not signed it."""
    found = _ADDRESS.fullmatch(written)
    if found is None or f"{found[1]}@{found[4]}".lower() != connection.given.get("address", "").lower():
        return None
    conversation = _decode(found[2])
    return conversation if conversation is not None and _is(_sign(connection, conversation), found[3]) else None


def find_conversation(connection: Connection, address: str | None, ids: Iterable[str]) -> UUID | None:
    """The conversation that a letter goes on with, by the first of its signs that is signed by us."""
    named = None if address is None else read_address(connection, address)
    if named is not None:
        return named
    return next((found[0] for one in ids if (found := read_id(connection, one)) is not None), None)


def _sign(connection: Connection, *ids: UUID) -> str:
    signed = b"e-mail\x1f" + b"".join(one.bytes for one in ids)
    return _encode(hmac.digest(connection.secret, signed, "sha256")[:_SIGNATURE])


def _is(ours: str, given: str) -> bool:
    return hmac.compare_digest(ours.encode(), given.lower().encode())


def _encode(value: bytes) -> str:
    return base64.b32encode(value).decode().rstrip("=").lower()


def _decode(written: str) -> UUID | None:
    try:
        return UUID(bytes=base64.b32decode(written.upper() + "=" * (-len(written) % 8)))
    except (binascii.Error, ValueError):
        return None


def _domain(connection: Connection) -> str:
    return connection.given.get("address", "").rpartition("@")[2]
