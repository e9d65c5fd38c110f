"""Opening what is sealed for the person it is about, and sealing what they have corrected."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from okienko.conversations.store.attachments import read_part
from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.keys import Keys
from okienko.masking.egress import find_places
from okienko.masking.vault import (
    SealBroken,
    new_person_key,
    open_part,
    open_person_key,
    open_sealed,
    person_bound,
    seal,
)
from okienko.rights.store import corrections
from okienko.rights.store.askers import Asker
from okienko.values import BrandId, ConversationId, PersonId, RawText

_LABELS: Final = {"email": "EMAIL_ADDRESS", "phone": "PHONE_NUMBER"}  # of an identity's kind
_KINDS: Final[dict[str, Literal["email", "phone"]]] = {"EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone"}


class OtherKind(Exception):
    """What was typed is not what it should replace: no e-mail address where there was one. Says the kind alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A person's key with what it opens."""

    brand: BrandId
    person: PersonId
    key: bytes = field(repr=False)

    def value(self, table: str, column: str, row: UUID, sealed: bytes) -> str | None:
        """What lies in this place; None when it does not open."""
        try:
            opened = open_sealed(
                self.key, sealed, brand=self.brand, person=self.person, table=table, column=column, row=row
            )
        except SealBroken:
            return None
        return opened.reveal()

    def part(self, attachment: UUID, sealed: bytes, part: int, parts: int) -> bytes:
        """One part of a file. Raises `SealBroken`."""
        return open_part(
            self.key,
            sealed,
            brand=self.brand,
            person=self.person,
            table="attachment_part",
            column="sealed",
            row=attachment,
            part=part,
            parts=parts,
        )


async def open_key(keys: Keys, wrapped: bytes, *, brand: BrandId, person: PersonId) -> Opened:
    """Raises `WrongKey` when the operator's key does not open it."""
    key = await open_person_key(keys, wrapped, brand=brand, person=person)
    return Opened(brand=brand, person=person, key=key)


async def read_file(
    connection: Connection, opened: Opened, conversation: ConversationId, attachment: UUID, parts: int
) -> AsyncIterator[bytes]:
    """A file in pieces of a mebibyte. Raises `SealBroken` when it is damaged or a part is missing."""
    for number in range(parts):
        sealed = await read_part(connection, conversation, attachment, number)
        if sealed is None:
            raise SealBroken("a part of a file is missing")
        yield opened.part(attachment, sealed, number, parts)


async def correct(connection: Connection, keys: Keys, opened: Opened, *, table: str, row: UUID, value: RawText) -> bool:
    """Puts the right value where a wrong one was; False when the person has no such row.

    `table` is any that keeps a sealed value with its keyed hash. Raises `OtherKind`, and
    `psycopg.errors.UniqueViolation` when the right one is there already.
    """
    there = await corrections.read_labelled(connection, table, row, opened.person)
    if there is None:
        return False
    label = _LABELS.get(there, there)
    text = value.reveal().strip()
    places = [place for place in find_places(text, keys) if place[:3] == (0, len(text), label)]
    if not places:
        raise OtherKind(f"this is not a value of the kind {label}")
    sealed = seal(
        opened.key,
        RawText(text),
        brand=opened.brand,
        person=opened.person,
        table=table,
        column="sealed",
        row=row,
    )
    await corrections.replace(connection, table, row, opened.person, sealed=sealed, lookup=places[0][3])
    return True


def open_row(opened: Opened | None, table: str, row: dict[str, Any], column: str) -> str | None:
    """A sealed value of a row that is exported; None when the key is destroyed or the value does not open."""
    sealed = row[column]
    if opened is None or sealed is None:
        return None
    return opened.value(table, column, row["id"], bytes(sealed))


def seal_asker(keys: Keys, brand: BrandId, typed: RawText, *, now: datetime) -> Asker | None:
    """The one address or number that was typed, sealed for a person who has nothing else. None: it is neither."""
    text = typed.reveal().strip()
    places = [place for place in find_places(text, keys) if place[:2] == (0, len(text)) and place[2] in _KINDS]
    if not places:
        return None
    _, _, label, lookup = places[0]
    return _seal_asker(keys, brand, RawText(text), _KINDS[label], lookup=lookup, now=now)


def seal_receipt(
    keys: Keys, opened: Opened, identity: UUID, sealed: bytes, *, request: UUID, now: datetime
) -> Asker | None:
    """Somebody's address, sealed anew for a person who has nothing else: their receipt goes there when they are erased.

    It cannot be found by the address. None: it does not open.
    """
    address = opened.value("identity", "sealed", identity, sealed)
    if address is None:
        return None
    return _seal_asker(
        keys, opened.brand, RawText(address), "email", lookup=keys.lookup("receipt", str(request)), now=now
    )


def _seal_asker(
    keys: Keys, brand: BrandId, value: RawText, kind: Literal["email", "phone"], *, lookup: bytes, now: datetime
) -> Asker:
    person, identity = PersonId(new_id(now)), new_id(now)
    key = new_person_key(os.urandom(32))
    return Asker(
        person=person,
        wrapped_key=keys.wrap(key, person_bound(brand=brand, person=person)),
        key_id=keys.key_id,
        identity=identity,
        kind=kind,
        lookup=lookup,
        sealed=seal(key, value, brand=brand, person=person, table="identity", column="sealed", row=identity),
    )
