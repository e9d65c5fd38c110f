"""Correcting sealed values in whichever table keeps them: with a keyed hash beside, and a word for what it is."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from psycopg import sql

from okienko.database.pool import Connection
from okienko.values import PersonId

KINDS: Final = {"identity": "kind", "vault_item": "label"}
"""Tables whose values can be corrected, with the column that says what kind a value is of. A test compares this with
the catalogue: every table with a sealed value and its lookup is here."""


async def read_labelled(connection: Connection, table: str, row: UUID, person: PersonId) -> str | None:
    """What kind of value a row of this person holds, locked; None without such a row or table."""
    if table not in KINDS:
        return None
    statement = sql.SQL(
        "select {} from {} where brand_id = current_brand() and person_id = %(person)s::uuid and id = %(row)s::uuid "
        "for update"
    ).format(sql.Identifier(KINDS[table]), sql.Identifier(table))
    found = await (await connection.execute(statement, {"person": person, "row": row})).fetchone()
    return found[0] if found else None


async def replace(
    connection: Connection, table: str, row: UUID, person: PersonId, *, sealed: bytes, lookup: bytes
) -> None:
    """The new value with its keyed hash; whoever looks for the old one finds nobody any more."""
    statement = sql.SQL(
        "update {} set sealed = %(sealed)s::bytea, lookup = %(lookup)s::bytea "
        "where brand_id = current_brand() and person_id = %(person)s::uuid and id = %(row)s::uuid"
    ).format(sql.Identifier(table))
    await connection.execute(statement, {"sealed": sealed, "lookup": lookup, "person": person, "row": row})


LIST_VALUES: Final = """
select 'identity', id, kind from identity where brand_id = current_brand() and person_id = %(person)s::uuid
  and kind <> 'external'
union all
select 'vault_item', id, label from vault_item where brand_id = current_brand() and person_id = %(person)s::uuid
order by 1, 2
"""


async def list_values(connection: Connection, person: PersonId) -> list[tuple[str, UUID, str]]:
    """A person's sealed values, without what they are: (table, row, kind)."""
    rows = await (await connection.execute(LIST_VALUES, {"person": person})).fetchall()
    return [(table, row, kind) for table, row, kind in rows]
