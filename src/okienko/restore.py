"""Bringing a backup back: aside first, then the ledger of erasures replayed, what has had its time deleted, all of it
looked over, and only then opened.

A database of one's own is backed up and restored with its own tools; every start replays the ledger before it opens.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from okienko.audit.store import OPERATOR, record
from okienko.brands.store import read_brands
from okienko.database.backup import drop_aside, open_restored, restore_aside
from okienko.database.embedded import EmbeddedPostgres
from okienko.database.migrate import migrate
from okienko.database.pool import Database
from okienko.rights import fulfil
from okienko.rights.fulfil import Replayed
from okienko.rights.retention import nightly
from okienko.values import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was brought back, and what was not."""

    brands: int
    replayed: Replayed
    expired: int  # rows whose time was over


async def replay(database: Database, ledger: Path, clock: Clock) -> Replayed:
    """Before a database is opened: whoever was erased and is there again was brought back by a backup, and goes."""
    async with database.shared() as connection:
        brands = [brand.id for brand in await read_brands(connection)]
    replayed = await fulfil.replay(database, ledger, brands, clock())
    if replayed.erasures:
        async with database.shared() as connection:
            detail = {"erasures": replayed.erasures, "people": replayed.people}
            await record(
                connection, "ledger-replayed", by=OPERATOR, brand=None, kind="database", detail=detail, now=clock()
            )
    return replayed


async def restore(server: EmbeddedPostgres, path: Path, ledger: Path, *, replace: bool, clock: Clock) -> Restored:
    """The whole way. Whatever goes wrong before the last step leaves what was there as it was.

    Raises `BackupFailed`, `BadLedger`, `NotReady` when somebody who was erased is still there.
    """
    urls = restore_aside(server, path, replace=replace)
    try:
        migrate(urls.owner, now=clock())
        async with await Database.open(urls.app, size=2) as database:
            replayed = await replay(database, ledger, clock)
            async with database.shared() as connection:
                brands = await read_brands(connection)
            expired = 0
            for brand in brands:
                outcomes = await nightly.run_now(database, brand, clock)
                expired += sum(outcome.deleted for outcome in outcomes)
        open_restored(server)
    except BaseException:
        drop_aside(server)
        raise
    return Restored(brands=len(brands), replayed=replayed, expired=expired)
