"""Changing the operator's key: everything that the old one wraps is wrapped anew, while everything runs.

The order makes it safe. Connections' secrets come first: every process reads them at most two seconds before it wraps
something, meets the new key there, and wraps with it from then on. Then people's keys, in batches. Then a pause, in
which whatever was under way ends, and one more look. A rotation that was stopped goes on where it was.

The index key is not changed: what it made cannot be made again. A web visitor's token is known by its hash alone, so
that with another index key nobody would find their conversation again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from okienko.brands.store import given_bound, read_brands, read_secrets, seal_bound, wrap_door_anew
from okienko.conversations.store.person_keys import count_keys, read_others, wrap_anew
from okienko.database.pool import LONGEST_WORK, Database
from okienko.keys import Keys, WrongKey
from okienko.lookups import store as lookups
from okienko.lookups import vault
from okienko.masking.vault import person_bound
from okienko.staff.second.store import read_sealed, wrap_app_anew
from okienko.staff.second.totp import app_bound
from okienko.values import BrandId, PersonId

PAUSE: Final = 10.0  # seconds: five times as long as a process goes by what it knows of connections
ROUNDS: Final = 6
_FIRST: Final = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """What operator's keys wrap."""

    people: dict[str, int] = field(default_factory=dict[str, int])  # key id → people's keys
    lost: int = 0  # secrets of connections, sources of facts and authenticator apps that no key opens


async def count_wrapped(database: Database, keys: Keys) -> Wrapped:
    """Counts everything, brand by brand."""
    people: dict[str, int] = {}
    lost = 0
    for brand in await _brands(database):
        async with database.brand(brand, longest=LONGEST_WORK) as connection:
            for key_id, count in (await count_keys(connection)).items():
                people[key_id] = people.get(key_id, 0) + count
            for door, (secret, given) in (await read_secrets(connection)).items():
                lost += not _opens(keys, secret, seal_bound(door))
                lost += given is not None and not _opens(keys, given, given_bound(door))
            for source, secret in (await lookups.read_sealed(connection)).items():
                lost += _wrap_source(keys, secret, brand, source) is None
    async with database.shared() as connection:
        for staff, sealed in (await read_sealed(connection)).items():
            lost += not _opens(keys, sealed, app_bound(staff))
    return Wrapped(people=people, lost=lost)


async def wrap_all_anew(
    database: Database, keys: Keys, *, on_progress: Callable[[int, int], None], pause: Callable[[], Awaitable[None]]
) -> Wrapped:
    """Wraps everything with the first of `keys`; what is left afterwards names keys that are not among them.

    `on_progress` is told how many people's keys are done, of how many. `pause` waits `PAUSE` seconds.
    """
    brands = await _brands(database)
    wrapped, done, total = Wrapped(), 0, 0
    for _ in range(ROUNDS):
        for brand in brands:
            await _secrets(database, keys, brand)
        await _apps(database, keys)
        left = _former(await count_wrapped(database, keys), keys)
        total += left
        on_progress(done, total)
        for brand in brands if left else ():
            after = _FIRST
            while (batch := await _people(database, keys, brand, after)) is not None:
                after = batch[0]
                done += batch[1]
                on_progress(done, max(done, total))
        await pause()
        wrapped = await count_wrapped(database, keys)
        if _former(wrapped, keys) == 0:
            return wrapped
    return wrapped


def _former(wrapped: Wrapped, keys: Keys) -> int:
    return sum(wrapped.people.get(key_id, 0) for key_id in keys.key_ids[1:])


async def _brands(database: Database) -> list[BrandId]:
    async with database.shared() as connection:
        return [brand.id for brand in await read_brands(connection)]


async def _secrets(database: Database, keys: Keys, brand: BrandId) -> None:
    async with database.brand(brand, longest=LONGEST_WORK) as connection:
        for door, (secret, given) in (await read_secrets(connection)).items():
            anew = _wrap(keys, secret, seal_bound(door))
            given_anew = None if given is None else _wrap(keys, given, given_bound(door))
            await wrap_door_anew(connection, door, anew, given_anew)
        for source, secret in (await lookups.read_sealed(connection)).items():
            anew = _wrap_source(keys, secret, brand, source)
            if anew is not None:
                await lookups.wrap_anew(connection, source, anew)


async def _apps(database: Database, keys: Keys) -> None:
    """The seeds of authenticator apps: as few as there are people at the desk."""
    async with database.shared() as connection:
        for staff, sealed in (await read_sealed(connection)).items():
            if _opens(keys, sealed, app_bound(staff)):
                await wrap_app_anew(
                    connection, staff, keys.wrap(keys.unwrap(sealed, app_bound(staff)), app_bound(staff))
                )


async def _people(database: Database, keys: Keys, brand: BrandId, after: UUID) -> tuple[UUID, int] | None:
    """One batch: (the last person of it, how many keys were wrapped anew); None when there was nobody left."""
    async with database.brand(brand, longest=LONGEST_WORK) as connection:
        batch = await read_others(connection, key_id=keys.key_id, after=after)
        anew: dict[PersonId, bytes] = {}
        for person, wrapped in batch.items():
            bound = person_bound(brand=brand, person=person)
            if _opens(keys, wrapped, bound):
                anew[person] = keys.wrap(keys.unwrap(wrapped, bound), bound)
        await wrap_anew(connection, anew, key_id=keys.key_id)
    return (max(batch), len(anew)) if batch else None


def _wrap_source(keys: Keys, sealed: bytes, brand: BrandId, source: str) -> bytes | None:
    """A source's secret under the key that wraps now; None when no key opens it."""
    try:
        return vault.wrap_anew(keys, sealed, brand=brand, source=source)
    except WrongKey:
        return None


def _wrap(keys: Keys, sealed: bytes, bound: bytes) -> bytes:
    """The same under the key that wraps now; left as it is when no key opens it."""
    return keys.wrap_any(keys.unwrap(sealed, bound), bound) if _opens(keys, sealed, bound) else sealed


def _opens(keys: Keys, wrapped: bytes, bound: bytes) -> bool:
    try:
        keys.unwrap(wrapped, bound)
    except WrongKey:
        return False
    return True
