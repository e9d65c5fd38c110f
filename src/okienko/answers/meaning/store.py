"""SQL of meaning: who has switched an encoder on, and the vectors of what a brand has published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from okienko.database.pool import Connection

SET_SWITCH: Final = """
insert into brand_encoder (brand_id, enabled, changed_at)
values (current_brand(), %(enabled)s::boolean, %(now)s::timestamptz)
on conflict (brand_id) do update set enabled = excluded.enabled, changed_at = excluded.changed_at
"""
# Every process makes its index anew when the articles have another version, and looks at the switch as it does.
COUNT_UP: Final = "update brand set articles_version = articles_version + 1 where id = current_brand()"
READ_SWITCH: Final = "select enabled from brand_encoder where brand_id = current_brand()"


async def switch(connection: Connection, *, enabled: bool, now: datetime) -> None:
    """Lets the current brand's articles be found by meaning, too, or by words alone; every process follows at once."""
    await connection.execute(SET_SWITCH, {"enabled": enabled, "now": now})
    await connection.execute(COUNT_UP)


async def is_on(connection: Connection) -> bool:
    """Whether the current brand wants an encoder."""
    row = await (await connection.execute(READ_SWITCH)).fetchone()
    return row is not None and bool(row[0])


READ_VECTORS: Final = """
select digest, vector from passage_vector
where brand_id = current_brand() and encoder = %(encoder)s::text and digest = any(%(digests)s::bytea[])
"""
KEEP_VECTORS: Final = """
insert into passage_vector (brand_id, encoder, digest, vector)
select current_brand(), %(encoder)s::text, v.digest, v.vector
from unnest(%(digests)s::bytea[], %(vectors)s::bytea[]) as v (digest, vector)
order by v.digest
on conflict (brand_id, encoder, digest) do update set vector = excluded.vector
"""
FORGET_VECTORS: Final = """
delete from passage_vector p
where p.brand_id = current_brand() and (p.encoder <> %(encoder)s::text
  or not exists (select from unnest(%(digests)s::bytea[]) as d (digest) where d.digest = p.digest))
"""


async def read_vectors(connection: Connection, encoder: str, digests: Sequence[bytes]) -> dict[bytes, bytes]:
    """What the encoder has made of these texts of the current brand, as far as it is kept."""
    cursor = await connection.execute(READ_VECTORS, {"encoder": encoder, "digests": list(digests)})
    return {bytes(digest): bytes(vector) for digest, vector in await cursor.fetchall()}


async def keep_vectors(connection: Connection, encoder: str, packed: Mapping[bytes, bytes]) -> None:
    """Keeps them for every process and the next start."""
    values = {"encoder": encoder, "digests": list(packed), "vectors": list(packed.values())}
    await connection.execute(KEEP_VECTORS, values)


async def forget_vectors(connection: Connection, encoder: str, digests: Sequence[bytes]) -> None:
    """Drops what the current brand keeps of other texts, and of other encoders."""
    await connection.execute(FORGET_VECTORS, {"encoder": encoder, "digests": list(digests)})


COUNT_VECTORS: Final = """
select encoder, count(*) from passage_vector where brand_id = current_brand() group by encoder order by encoder
"""


async def count_vectors(connection: Connection) -> dict[str, int]:
    """How many vectors of each encoder the current brand keeps."""
    return dict(await (await connection.execute(COUNT_VECTORS)).fetchall())
