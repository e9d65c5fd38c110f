"""Heads of the audit chain, signed with Ed25519 (RFC 8032), and lines of text that carry heads and entries. Pure.

A head that lies outside says what the log was when it was signed. Whoever owns the database has not got the key.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from okienko.audit.chain import ActorKind, Entry, Head, Payload, microseconds
from okienko.values import OperatorError

KIND: Final = "okienko audit head 1"


class Unreadable(OperatorError):
    """A line is not what it should be; says what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """A head with its signature (64 bytes) and the public key (32 bytes) it is said to be signed with."""

    head: Head
    key: bytes
    signature: bytes


def public_key(secret: bytes) -> bytes:
    """The public key, 32 bytes, of a secret one, 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def sign(secret: bytes, head: Head) -> SignedHead:
    """Signs a head."""
    return SignedHead(
        head=head, key=public_key(secret), signature=Ed25519PrivateKey.from_private_bytes(secret).sign(_signed(head))
    )


def is_genuine(signed: SignedHead, trusted: Collection[bytes]) -> bool:
    """Whether a head was signed by one of the keys that are trusted."""
    if signed.key not in trusted:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(signed.key).verify(signed.signature, _signed(signed.head))
    except (InvalidSignature, ValueError):
        return False
    return True


def _signed(head: Head) -> bytes:
    numbers = head.number.to_bytes(8, "big") + microseconds(head.at).to_bytes(8, "big", signed=True)
    return KIND.encode() + b"\x1f" + numbers + head.head


# lines ------------------------------------------------------------------------------------------------------------


def write_head(signed: SignedHead) -> str:
    """One line of JSON."""
    return json.dumps(
        {
            "is": KIND,
            "number": signed.head.number,
            "head": signed.head.head.hex(),
            "at": signed.head.at.isoformat(),
            "key": signed.key.hex(),
            "signature": signed.signature.hex(),
        }
    )


def read_head(line: str) -> SignedHead:
    """A line that `write_head` wrote. Raises `Unreadable`."""
    try:
        given: Any = json.loads(line)
        head = Head(number=int(given["number"]), head=bytes.fromhex(given["head"]), at=_moment(given["at"]))
        signed = SignedHead(head=head, key=bytes.fromhex(given["key"]), signature=bytes.fromhex(given["signature"]))
        known = given["is"] == KIND and 0 < head.number < 2**63 and len(head.head) == 32
    except (ValueError, KeyError, TypeError):
        known = False
        signed = None
    if not known or signed is None:
        raise Unreadable(f'expected {{"is": "{KIND}", "number": …, "head": …, "at": …, "key": …, "signature": …}}')
    return signed


def write_entry(entry: Entry, payload: Payload | None) -> str:
    """One line of JSON: an entry with what it commits to, when that is at hand."""
    row: dict[str, object] = {
        "number": entry.number,
        "id": str(entry.id),
        "at": entry.at.isoformat(),
        "commitment": entry.commitment.hex(),
        "leaf": entry.leaf.hex(),
        "head": entry.head.hex(),
    }
    if payload is not None:
        row["payload"] = {
            "brand": None if payload.brand is None else str(payload.brand),
            "actor_kind": payload.actor_kind,
            "actor": None if payload.actor is None else str(payload.actor),
            "role": payload.role,
            "action": payload.action,
            "object_kind": payload.object_kind,
            "object": payload.object,
            "conversation": None if payload.conversation is None else str(payload.conversation),
            "detail": payload.detail,
            "salt": payload.salt.hex(),
        }
    return json.dumps(row)


def read_entry(line: str) -> tuple[Entry, Payload | None]:
    """A line that `write_entry` wrote. Raises `Unreadable`."""
    try:
        given: Any = json.loads(line)
        entry = Entry(
            number=min(max(0, int(given["number"])), 2**63 - 1),
            id=UUID(given["id"]),
            at=_moment(given["at"]),
            commitment=bytes.fromhex(given["commitment"]),
            leaf=bytes.fromhex(given["leaf"]),
            head=bytes.fromhex(given["head"]),
        )
        return entry, _payload(entry, given["payload"]) if "payload" in given else None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        pass
    raise Unreadable("expected a line of `okienko audit dump`: number, id, at, commitment, leaf, head")


def _payload(entry: Entry, given: dict[str, Any]) -> Payload:
    kind: ActorKind = given["actor_kind"]
    return Payload(
        id=entry.id,
        brand=_id(given["brand"]),
        at=entry.at,
        actor_kind=kind,
        actor=_id(given["actor"]),
        role=given["role"],
        action=given["action"],
        object_kind=given["object_kind"],
        object=given["object"],
        conversation=_id(given["conversation"]),
        detail=given["detail"],
        salt=bytes.fromhex(given["salt"]),
    )


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError
    return at
