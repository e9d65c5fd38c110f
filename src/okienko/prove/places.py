"""Everything that a desk has written: its database from inside and from outside, logs, files, requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from okienko.database.embedded import EmbeddedPostgres
from okienko.prove.desk import Desk, Overheard, database_of

TABLES: Final = """
select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm', 'S')
  or (c.relkind = 'v' and c.relname in ('pg_stats', 'pg_stats_ext', 'pg_stat_activity'))
order by 1, 2
"""
DATABASES: Final = "select datname from pg_database where datallowconn order by 1"
OF_CLUSTER: Final = {"base": "tables and indexes", "global": "tables and indexes", "pg_wal": "write-ahead log"}


def read_database(server: EmbeddedPostgres) -> Iterator[tuple[str, bytes]]:
    """Every row of every table of every database, as text, with what the planner knows about values."""
    with psycopg.connect(server.superuser, autocommit=True) as connection:
        names = [str(name) for (name,) in connection.execute(DATABASES)]
    for name in names:
        with psycopg.connect(database_of(server, name), autocommit=True) as connection:
            if name == "okienko":
                connection.execute("analyze")  # so that common values are where the planner keeps them
                connection.execute("checkpoint")  # so that all pages are in their files
            for schema, table in connection.execute(TABLES).fetchall():
                statement = sql.SQL("copy (select t::text from {} t) to stdout").format(sql.Identifier(schema, table))
                with connection.cursor().copy(statement) as copy:
                    rows = b"".join(copy)
                if rows:
                    place = "statistics" if table.startswith("pg_stat") else "rows"
                    yield place, rows


def read_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file under the folder of the run, wherever it lies."""
    for path in sorted(folder.rglob("*")):
        if not path.is_symlink() and path.is_file():
            try:
                yield name_file(path.relative_to(folder).parts), path.read_bytes()
            except FileNotFoundError:
                continue  # the database removes files of its own


def name_file(parts: Sequence[str]) -> str:
    """What a file of the run's folder is to somebody who reads the report."""
    match parts:
        case ("data", "cluster", *inside) if "pgsql_tmp" in inside:
            return "temporary files"
        case ("data", "cluster", folder, *_):
            return OF_CLUSTER.get(folder, "database's other files")
        case ("data", name) if name.startswith("server.log"):
            return "database's log"
        case ("logs", name):
            crashed = name.rpartition(".")[0] in {"work", "serve"}
            return "crash reports" if crashed else "processes' output"
        case ("tmp", *_):
            return "temporary files"
        case _:
            return "other files"


def read_all(desk: Desk, overheard: Overheard, errors: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """(place, bytes) of everything there is to search."""
    overheard.collect()
    yield "outgoing requests", b"\n".join(desk.sink.taken)
    yield "live feed", b"\n".join(overheard.said)
    yield "refusals", b"\n".join(errors)
    yield from read_database(desk.server)
    yield from read_files(desk.folder)
