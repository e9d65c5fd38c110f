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
HAS_PEOPLE: Final = "select to_regclass('okienko.person_key') is not null"
HAS_PLACES: Final = """
select exists (
  select from pg_attribute where attrelid = to_regclass('okienko.brand') and attname = 'jurisdiction')
"""
READ_UNPLACED: Final = "select slug from okienko.brand where jurisdiction is null order by slug"
READ_BRAND_IDS: Final = "select id from okienko.brand"
READ_KEY_IDS: Final = """
select distinct key_id from okienko.person_key where brand_id = okienko.current_brand() and wrapped is not null
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The answers of one database."""

    major: int  # PostgreSQL's version
    missing: tuple[str, ...]  # migrations of this program that have not run
    unknown: tuple[str, ...]  # migrations that ran and that this program does not have
    powerful: bool  # the app's role could read every brand
    unguarded: tuple[str, ...]  # tables of a brand without forced row-level security
    key_ids: tuple[str, ...] = ()  # the operator's keys that people's keys are wrapped with
    unplaced: tuple[str, ...] = ()  # brands of which nobody has said where they are


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
            key_ids=_read_key_ids(connection) if _one(connection, HAS_PEOPLE) else (),
            unplaced=_read_unplaced(connection) if _one(connection, HAS_PLACES) else (),
        )


def _read_key_ids(connection: psycopg.Connection) -> tuple[str, ...]:
    """Row-level security is forced for everybody: brand by brand."""
    found: set[str] = set()
    for (brand,) in connection.execute(READ_BRAND_IDS).fetchall():
        connection.execute("select set_config('okienko.brand', %s, true)", (str(brand),))
        found |= {key_id for (key_id,) in connection.execute(READ_KEY_IDS)}
    return tuple(sorted(found))


def _read_unplaced(connection: psycopg.Connection) -> tuple[str, ...]:
    return tuple(slug for (slug,) in connection.execute(READ_UNPLACED))


def _one(connection: psycopg.Connection, statement: str) -> int:
    row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]
