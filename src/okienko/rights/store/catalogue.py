"""Reading the catalogue, and following one person's rows through it.

Statements here are composed from names that come out of the database's own catalogue, never from anything typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from psycopg import sql

from okienko.database.pool import Connection
from okienko.rights.catalogue import ROOT, Catalogue, Column, Link, Way, read_declaration
from okienko.values import PersonId

_ACTIONS: Final[dict[str, Literal["cascade", "set null"]]] = {"c": "cascade", "n": "set null"}

READ_COLUMNS: Final = """
select c.relname, a.attname, col_description(c.oid, a.attnum)
from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relnamespace = 'okienko'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  and a.attnum > 0 and not a.attisdropped and c.relname <> 'migration'
order by c.relname, a.attnum
"""
READ_LINKS: Final = """
select c.relname, t.relname, k.confdeltype::text,
  (select array_agg(a.attname::text order by u.n) from unnest(k.conkey) with ordinality u (number, n)
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.number),
  (select array_agg(a.attname::text order by u.n) from unnest(k.confkey) with ordinality u (number, n)
    join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.number)
from pg_constraint k
join pg_class c on c.oid = k.conrelid and not c.relispartition
join pg_class t on t.oid = k.confrelid and not t.relispartition
where k.contype = 'f' and k.connamespace = 'okienko'::regnamespace
order by c.relname, k.conname
"""


async def read_catalogue(connection: Connection) -> Catalogue:
    """All tables as they are declared. Raises `Undeclared`."""
    tables: dict[str, list[Column]] = {}
    for table, column, comment in await (await connection.execute(READ_COLUMNS)).fetchall():
        tables.setdefault(table, []).append(read_declaration(table, column, comment))
    links = [
        Link(
            table=table,
            columns=tuple(columns),
            target=target,
            targets=tuple(targets),
            on_delete=_ACTIONS.get(action, "refuse"),
        )
        for table, target, action, columns, targets in await (await connection.execute(READ_LINKS)).fetchall()
    ]
    return Catalogue(tables=tables, links=links)


async def read_rows(
    connection: Connection, table: str, columns: Sequence[Column], way: Way, person: PersonId
) -> list[dict[str, Any]]:
    """A person's rows of one table, with these columns."""
    wanted = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    statement = sql.SQL("select {} from {} where {} order by 1").format(wanted, sql.Identifier(table), _whose(way))
    rows = await (await connection.execute(statement, {"person": person})).fetchall()
    names = [column.name for column in columns]
    return [dict(zip(names, row, strict=True)) for row in rows]


async def count_rows(connection: Connection, table: str, way: Way, person: PersonId) -> int:
    """How many rows of a table are a person's."""
    statement = sql.SQL("select count(*) from {} where {}").format(sql.Identifier(table), _whose(way))
    row = await (await connection.execute(statement, {"person": person})).fetchone()
    return int(row[0]) if row else 0


def _whose(way: Way) -> sql.Composable:
    """The condition that a row is this person's, along the foreign keys."""
    if not way:
        return sql.SQL("brand_id = current_brand() and id = %(person)s::uuid")
    link, *rest = way
    if link.target == ROOT:
        own = link.columns[link.targets.index("id")]
        return sql.SQL("brand_id = current_brand() and {} = %(person)s::uuid").format(sql.Identifier(own))
    return sql.SQL("({}) in (select {} from {} where {})").format(
        sql.SQL(", ").join(map(sql.Identifier, link.columns)),
        sql.SQL(", ").join(map(sql.Identifier, link.targets)),
        sql.Identifier(link.target),
        _whose(tuple(rest)),
    )
