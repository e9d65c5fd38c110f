"""What can be wrong with a database, read without changing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import psycopg

from okienko.database.migrate import read_migrations

# A missing table is a database that was never migrated; so every question goes through the catalogue.
READ_VERSION: Final = "select current_setting('server_version_num')::integer"
IS_MIGRATED: Final = "select to_regclass('okienko.migration') is not null"
READ_APPLIED: Final = "select name from okienko.migration"
READ_POWERS: Final = (
    "select coalesce(bool_or(rolsuper or rolbypassrls), true) from pg_roles where rolname = 'okienko_app'"
)
READ_UNGUARDED: Final = """
select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relnamespace = to_regnamespace('okienko') and a.attname = 'brand_id' and c.relkind in ('r', 'p')
  and not c.relispartition and not (c.relrowsecurity and c.relforcerowsecurity)
order by c.relname
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The answers of one database."""

    major: int  # PostgreSQL's version
    missing: tuple[str, ...]  # migrations of this program that have not run
    unknown: tuple[str, ...]  # migrations that ran and that this program does not have
    powerful: bool  # the app's role could read every brand
    unguarded: tuple[str, ...]  # tables of a brand without forced row-level security


def read_health(url: str) -> Health:
    """Asks the database behind `url`. Raises psycopg.OperationalError when it cannot be reached within five seconds."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        version = _one(connection, READ_VERSION)
        applied: set[str] = set()
        if _one(connection, IS_MIGRATED):
            applied = {name for (name,) in connection.execute(READ_APPLIED)}
        known = {name for name, _ in read_migrations()}
        return Health(
            major=version // 10000,
            missing=tuple(sorted(known - applied)),
            unknown=tuple(sorted(applied - known)),
            powerful=bool(_one(connection, READ_POWERS)),
            unguarded=tuple(name for (name,) in connection.execute(READ_UNGUARDED)),
        )


def _one(connection: psycopg.Connection, statement: str) -> int:
    row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]
