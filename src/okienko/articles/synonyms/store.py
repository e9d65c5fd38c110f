"""SQL of a brand's own synonyms; `answers/store.py` reads them for the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from okienko.articles.store import BUMP_ARTICLES, HOLD_ARTICLES
from okienko.database.pool import Connection
from okienko.values import BrandId, Language, StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The synonyms of a brand in one language."""

    lines: tuple[str, ...]  # of words with a space between
    version: int  # 0: nobody has written any
    by: str | None  # who changed them last
    at: datetime | None


NOTHING: Final = Kept(lines=(), version=0, by=None, at=None)

READ_KEPT: Final = """
select k.language, k.lines, k.version, s.name, k.changed_at
from synonyms k left join staff s on s.id = k.staff_id where k.brand_id = %(brand)s::uuid
"""


async def read_kept(connection: Connection, brand_id: BrandId) -> dict[Language, Kept]:
    """What there is, by language."""
    rows = await (await connection.execute(READ_KEPT, {"brand": brand_id})).fetchall()
    return {
        language: Kept(lines=tuple(lines), version=version, by=by, at=at) for language, lines, version, by, at in rows
    }


SAVE_KEPT: Final = """
insert into synonyms as k (brand_id, language, lines, version, staff_id, changed_at)
select %(brand)s::uuid, %(language)s::text, %(lines)s::text[], 1, %(staff)s::uuid, %(now)s::timestamptz
where %(base)s::bigint = 0 or exists (
  select from synonyms o where o.brand_id = %(brand)s::uuid and o.language = %(language)s::text
)
on conflict (brand_id, language) do update
set lines = excluded.lines, version = k.version + 1, staff_id = excluded.staff_id, changed_at = excluded.changed_at
where k.version = %(base)s::bigint
"""


async def save_lines(
    connection: Connection,
    brand_id: BrandId,
    language: Language,
    lines: Sequence[str],
    *,
    base: int,
    staff_id: StaffId,
    now: datetime,
) -> bool:
    """Replaces a language's lines, and has every index made anew; False when somebody changed them since `base`."""
    await connection.execute(HOLD_ARTICLES, {"brand": brand_id})
    values = {
        "brand": brand_id,
        "language": language,
        "lines": list(lines),
        "base": base,
        "staff": staff_id,
        "now": now,
    }
    saved = (await connection.execute(SAVE_KEPT, values)).rowcount > 0
    if saved:
        await connection.execute(BUMP_ARTICLES, {"brand": brand_id})
    return saved
