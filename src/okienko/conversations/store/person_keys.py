"""People's wrapped keys, for changing the operator's key that wraps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from okienko.database.pool import Connection
from okienko.values import PersonId

MOST: Final = 500  # keys at once
COUNT_KEYS: Final = """
select key_id, count(*) from person_key where brand_id = current_brand() and wrapped is not null group by key_id
"""


async def count_keys(connection: Connection) -> dict[str, int]:
    """How many people's keys of the current brand are wrapped with which operator's key."""
    return dict(await (await connection.execute(COUNT_KEYS)).fetchall())


READ_OTHERS: Final = """
select person_id, wrapped from person_key
where brand_id = current_brand() and wrapped is not null and key_id <> %(key_id)s::text
  and person_id > %(after)s::uuid
order by person_id limit %(most)s::integer for update
"""


async def read_others(connection: Connection, *, key_id: str, after: UUID) -> dict[PersonId, bytes]:
    """Up to `MOST` keys that another operator's key has wrapped, by person from `after` on, locked."""
    values = {"key_id": key_id, "after": after, "most": MOST}
    rows = await (await connection.execute(READ_OTHERS, values)).fetchall()
    return {PersonId(person): bytes(wrapped) for person, wrapped in rows}


WRAP_ANEW: Final = """
update person_key k set wrapped = n.wrapped, key_id = %(key_id)s::text
from unnest(%(people)s::uuid[], %(wrapped)s::bytea[]) as n (person_id, wrapped)
where k.brand_id = current_brand() and k.person_id = n.person_id and k.wrapped is not null
"""


async def wrap_anew(connection: Connection, wrapped: Mapping[PersonId, bytes], *, key_id: str) -> None:
    """The same keys under another operator's key. One that was destroyed meanwhile stays destroyed."""
    await connection.execute(WRAP_ANEW, {"people": list(wrapped), "wrapped": list(wrapped.values()), "key_id": key_id})
