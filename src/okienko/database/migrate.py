"""Plain SQL migrations, forward only, each in a transaction of its own; and the message partitions of coming months."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final, LiteralString, cast

import psycopg
from psycopg import sql

from okienko.database.ids import lowest_id
from okienko.values import OperatorError

LOCK: Final = "select pg_advisory_lock(hashtextextended('okienko migrations', 0))"
APPLIED: Final = "select name, checksum from okienko.migration"
RECORD: Final = "insert into okienko.migration (name, checksum, applied_at) values (%s, %s, %s)"
PREPARE: Final = """
do $$
declare role_name text;
begin
  foreach role_name in array array['okienko_app', 'okienko_claimer'] loop
    if not exists (select from pg_roles where rolname = role_name) then
      execute format('create role %I nologin', role_name);
    end if;
    if not pg_has_role(current_user, role_name, 'member') then
      execute format('grant %I to %I', role_name, current_user);
    end if;
  end loop;
end $$;
create schema if not exists okienko;
create table if not exists okienko.migration (
  name text primary key, checksum bytea not null, applied_at timestamptz not null);
grant select on okienko.migration to okienko_app;
"""
PARTITIONS: Final = """
select c.relname from pg_class c join pg_inherits i on i.inhrelid = c.oid
where i.inhparent = 'okienko.message'::regclass
"""


class MigrationRefused(OperatorError):
    """A migration cannot be run; what was there keeps running."""


def read_migrations() -> list[tuple[str, str]]:
    """The migrations of this version: (name, SQL), in order."""
    folder = files("okienko.database") / "migrations"
    return [
        (f.name, f.read_text("utf-8"))
        for f in sorted(folder.iterdir(), key=lambda f: f.name)
        if f.name.endswith(".sql")
    ]


def migrate(owner_url: str, *, now: datetime) -> list[str]:
    """Brings the schema up to this version and returns the names of what was run.

    Several processes may call it at once: one works, the others wait and find nothing to do. Raises `MigrationRefused`
    when a migration that ran before has been edited since, or when the database is newer than this program.
    """
    with psycopg.connect(owner_url, autocommit=True) as connection:
        _check_version(connection)
        connection.execute(LOCK)
        connection.execute("set client_min_messages = warning")
        connection.execute(PREPARE)
        known: dict[str, bytes] = dict(connection.execute(APPLIED).fetchall())
        migrations = read_migrations()
        for name in sorted(set(known) - {name for name, _ in migrations}):
            raise MigrationRefused(
                f"the database has migration {name}, which this version does not know: install the newer version"
            )
        done: list[str] = []
        for name, text in migrations:
            checksum = hashlib.sha256(text.encode()).digest()
            if name in known:
                if bytes(known[name]) != checksum:
                    raise MigrationRefused(f"{name} was changed after it had run: restore it and write a new migration")
                continue
            with connection.transaction():
                connection.execute("set local lock_timeout = '4s'")
                connection.execute("set local statement_timeout = '60s'")
                connection.execute("set local search_path = okienko")
                connection.execute(sql.SQL(cast("LiteralString", text)))
                connection.execute(RECORD, (name, checksum, now))
            done.append(name)
        ensure_partitions(connection, first=now, months=3)
        return done


def ensure_partitions(connection: psycopg.Connection, *, first: datetime, months: int) -> None:
    """Makes the monthly partitions of `message` from the month of `first` on, where they are missing."""
    there = {name for (name,) in connection.execute(PARTITIONS)}
    year, month = first.year, first.month
    for _ in range(months):
        following = (year + 1, 1) if month == 12 else (year, month + 1)
        name = f"message_{year}_{month:02}"
        if name not in there:
            lower, upper = (lowest_id(datetime(y, m, 1, tzinfo=UTC)) for y, m in ((year, month), following))
            connection.execute(
                sql.SQL("create table okienko.{} partition of okienko.message for values from ({}) to ({})").format(
                    sql.Identifier(name), sql.Literal(str(lower)), sql.Literal(str(upper))
                )
            )
        year, month = following


def _check_version(connection: psycopg.Connection) -> None:
    if connection.info.server_version < 15_00_00:
        raise MigrationRefused(
            f"PostgreSQL 15 or newer is needed; this one is {connection.info.server_version // 10000}"
        )
