"""Opening what is sealed for the person it is about, and sealing what they have corrected."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from okienko.conversations.store.attachments import read_part
from okienko.database.pool import Connection
from okienko.keys import Keys
from okienko.masking.egress import find_places
from okienko.masking.vault import SealBroken, open_part, open_person_key, open_sealed, seal
from okienko.rights.store import corrections
from okienko.values import BrandId, ConversationId, PersonId, RawText

_LABELS: Final = {"email": "EMAIL_ADDRESS", "phone": "PHONE_NUMBER"}  # of an identity's kind


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
