"""A brand's own accounts: addresses that are verified because the brand says whose they are.

What is kept of each is a person with a key, and the address sealed with it beside its keyed hash.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from okienko.conversations.store.places import set_account_place
from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.identity import store
from okienko.identity.codes import EMAIL, NotAnAddress, read_address
from okienko.identity.store import NewAccount
from okienko.keys import Keys
from okienko.masking.vault import new_person_key, person_bound, seal
from okienko.policy.places import find_place
from okienko.values import BrandId, OperatorError, PersonId, RawText


class BadFile(OperatorError):
    """A file of accounts that cannot be used. Names the line, never what stands in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One line: an address in canonical form, and a policy's id if the country is known."""

    address: str = field(repr=False)
    place: str | None


def read_accounts(text: str) -> list[Account]:
    """The accounts of a CSV file with the columns `email` and, if wanted, `country` (ISO 3166), each address once.

    Raises `BadFile`, and then nothing of it is used.
    """
    rows = csv.DictReader(io.StringIO(text, newline=""))
    columns = {name.strip().lower(): name for name in rows.fieldnames or ()}
    if "email" not in columns or columns.keys() - {"email", "country"}:
        raise BadFile("the first line has to name the columns: email, or email,country, and no others")
    found: dict[str, Account] = {}
    for row in rows:
        try:
            address = read_address(RawText(row[columns["email"]] or ""))
        except NotAnAddress:
            raise BadFile(f"line {rows.line_num}: this is not one e-mail address") from None
        country = (row.get(columns.get("country", "")) or "").strip()
        found[address] = Account(address=address, place=find_place(country) if country else None)
    return list(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import has done."""

    added: int
    known: int
    removed: int


async def import_accounts(
    connection: Connection, keys: Keys, brand: BrandId, accounts: Sequence[Account], *, whole: bool, now: datetime
) -> Imported:
    """Adds the accounts that are new. `whole`: an account that is not among them is not verified any more."""
    lookups = {keys.lookup(EMAIL, account.address): account for account in accounts}
    there = await store.list_imported(connection)
    new = [_make(keys, brand, lookup, account, now) for lookup, account in lookups.items() if lookup not in there]
    await store.add_accounts(connection, new, now)
    people = there | {one.lookup: one.person for one in new}
    for lookup, account in lookups.items():
        if account.place is not None:
            await set_account_place(connection, people[lookup], account.place)
    removed = await store.remove_imported(connection, list(there.keys() - lookups.keys())) if whole else 0
    return Imported(added=len(new), known=len(lookups) - len(new), removed=removed)


def _make(keys: Keys, brand: BrandId, lookup: bytes, account: Account, now: datetime) -> NewAccount:
    person, row, key = PersonId(new_id(now)), new_id(now), new_person_key(os.urandom(32))
    sealed = seal(key, RawText(account.address), brand=brand, person=person, table="identity", column="sealed", row=row)
    return NewAccount(
        person=person,
        identity=row,
        lookup=lookup,
        sealed=sealed,
        wrapped=keys.wrap(key, person_bound(brand=brand, person=person)),
        key_id=keys.key_id,
    )
