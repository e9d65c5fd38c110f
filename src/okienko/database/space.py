"""What the owner does at night: indexes of new partitions, and rewriting what was deleted out of the files.

PostgreSQL marks a deleted row as gone and leaves its bytes in the page until something else needs the place; the
planner's statistics keep common values besides. Rewriting a table takes both away. It stops everybody who wants the
table for as long as it takes, so large tables are vacuumed only: their pages are used again sooner or later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import sql

SMALL: Final = 64 * 1024 * 1024  # bytes, indexes included: rewritten in about a second
_WAIT: Final = "set lock_timeout = '2s'"

UNINDEXED: Final = """
select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
where i.inhparent = 'okienko.message'::regclass and not exists (
  select from pg_index x join pg_class n on n.oid = x.indexrelid
  where x.indrelid = c.oid and x.indisvalid and n.relname = c.relname || '_sensitive')
"""
TOUCHED: Final = """
select s.relname, pg_total_relation_size(s.relid) from pg_stat_user_tables s
where s.schemaname = 'okienko' and s.n_dead_tup > 0 and exists (
  select from pg_stat_user_tables d where d.schemaname = 'okienko' and d.n_dead_tup > 0 and d.n_tup_del > 0
) order by s.relname
"""
TABLES: Final = """
select c.relname, pg_total_relation_size(c.oid) from pg_class c
where c.relnamespace = 'okienko'::regnamespace and c.relkind = 'r' order by c.relname
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """Tables without a trace of what was deleted; those that were too large for that; those that were busy."""

    whole: tuple[str, ...]
    vacuumed: tuple[str, ...]
    busy: tuple[str, ...]


def index_sensitive(connection: psycopg.Connection) -> None:
    """An index for finding the few messages with a term of their own, partition by partition, while all is written.

    The connection is the owner's, in autocommit. One that broke off is made again.
    """
    connection.execute(_WAIT)
    for (partition,) in connection.execute(UNINDEXED).fetchall():
        name = sql.Identifier(f"{partition}_sensitive")
        connection.execute(sql.SQL("drop index concurrently if exists okienko.{}").format(name))
        connection.execute(
            sql.SQL(
                "create index concurrently {} on okienko.{} (brand_id, sensitive_until) "
                "where sensitive_until is not null"
            ).format(name, sql.Identifier(partition))
        )


def rewrite(connection: psycopg.Connection, *, everything: bool = False, small: int = SMALL) -> Rewritten:
    """Rewrites tables with rows that were deleted or changed, once anything was deleted (`everything`: all of them),
    and the planner's statistics.

    The connection is the owner's, in autocommit. A table that somebody uses for longer than two seconds is left alone.
    """
    connection.execute(_WAIT)
    whole: list[str] = []
    vacuumed: list[str] = []
    busy: list[str] = []
    tables = connection.execute(TABLES if everything else TOUCHED).fetchall()
    for table, size in tables:
        how, done = ("(full, analyze)", whole) if size <= small else ("(analyze)", vacuumed)
        try:
            connection.execute(sql.SQL(f"vacuum {how} okienko.{{}}").format(sql.Identifier(table)))
        except psycopg.errors.LockNotAvailable:
            busy.append(table)
        else:
            done.append(table)
    if tables:
        try:
            connection.execute("vacuum (full) pg_catalog.pg_statistic")
        except psycopg.errors.LockNotAvailable:
            busy.append("pg_statistic")
    return Rewritten(whole=tuple(whole), vacuumed=tuple(vacuumed), busy=tuple(busy))
