"""SQL of brands, categories and connections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from okienko.database.pool import Connection
from okienko.values import Brand, BrandId, ConnectionId, Language


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedDoor:
    """A connection as it is kept: its secret sealed with the operator's key."""

    id: ConnectionId
    brand_id: BrandId
    channel: str
    secret: bytes = field(repr=False)
    reply_url: str | None


READ_BRANDS: Final = """
select id, slug, name, language, languages, accent, timezone, hours, allowed, origins, keep_months, articles_version
from brand order by slug
"""


async def read_brands(connection: Connection) -> list[Brand]:
    """All brands, by slug. Read outside any brand."""
    return [
        Brand(
            id=BrandId(id_),
            slug=slug,
            name=name,
            language=language,
            languages=tuple(languages),
            accent=accent,
            timezone=timezone,
            hours=hours,
            allowed=tuple(allowed),
            origins=tuple(origins),
            keep_months=keep_months,
            articles_version=articles_version,
        )
        for (
            id_,
            slug,
            name,
            language,
            languages,
            accent,
            timezone,
            hours,
            allowed,
            origins,
            keep_months,
            articles_version,
        ) in await (await connection.execute(READ_BRANDS)).fetchall()
    ]


READ_DOORS: Final = "select id, brand_id, channel, secret, reply_url from connection where active"


async def read_doors(connection: Connection) -> list[SealedDoor]:
    """All open doors. Read outside any brand."""
    return [
        SealedDoor(
            id=ConnectionId(id_), brand_id=BrandId(brand), channel=channel, secret=bytes(secret), reply_url=reply_url
        )
        for id_, brand, channel, secret, reply_url in await (await connection.execute(READ_DOORS)).fetchall()
    ]


READ_CATEGORIES: Final = """
select slug, language, name from category where brand_id = current_brand() order by position, slug
"""


async def read_categories(connection: Connection) -> Mapping[Language, Mapping[str, str]]:
    """The brand's categories: language → slug → name, in their order."""
    categories: dict[Language, dict[str, str]] = {}
    for slug, language, name in await (await connection.execute(READ_CATEGORIES)).fetchall():
        categories.setdefault(language, {})[slug] = name
    return categories


ADD_BRAND: Final = """
insert into brand
  (id, slug, name, language, languages, accent, timezone, hours, allowed, origins, keep_months, created_at)
values (%(id)s::uuid, %(slug)s::text, %(name)s::text, %(language)s::text, %(languages)s::text[], %(accent)s::text,
  %(timezone)s::text, %(hours)s::text, %(allowed)s::text[], %(origins)s::text[], %(keep_months)s::integer,
  %(now)s::timestamptz)
"""


async def add_brand(connection: Connection, brand: Brand, now: datetime) -> None:
    """A new brand. Its slug must be free."""
    await connection.execute(
        ADD_BRAND,
        {
            "id": brand.id,
            "slug": brand.slug,
            "name": brand.name,
            "language": brand.language,
            "languages": list(brand.languages),
            "accent": brand.accent,
            "timezone": brand.timezone,
            "hours": brand.hours,
            "allowed": list(brand.allowed),
            "origins": list(brand.origins),
            "keep_months": brand.keep_months,
            "now": now,
        },
    )


ADD_CATEGORY: Final = """
insert into category (brand_id, slug, language, name, position)
select current_brand(), c.slug, c.language, c.name, c.position
from unnest(%(slugs)s::text[], %(languages)s::text[], %(names)s::text[], %(positions)s::integer[])
  as c (slug, language, name, position)
on conflict (brand_id, slug, language) do update set name = excluded.name, position = excluded.position
"""


async def add_categories(connection: Connection, categories: Sequence[tuple[str, Language, str]]) -> None:
    """Adds or renames categories: (slug, language, name), in the order in which they are to be shown."""
    await connection.execute(
        ADD_CATEGORY,
        {
            "slugs": [slug for slug, _, _ in categories],
            "languages": [language for _, language, _ in categories],
            "names": [name for _, _, name in categories],
            "positions": list(range(len(categories))),
        },
    )


ADD_DOOR: Final = """
insert into connection (id, brand_id, channel, secret, reply_url, created_at)
values (%(id)s::text, current_brand(), %(channel)s::text, %(secret)s::bytea, %(reply_url)s::text, %(now)s::timestamptz)
"""


async def add_door(connection: Connection, door: SealedDoor, now: datetime) -> None:
    """Opens a door of the current brand."""
    await connection.execute(
        ADD_DOOR,
        {
            "id": door.id,
            "channel": door.channel,
            "secret": door.secret,
            "reply_url": door.reply_url,
            "now": now,
        },
    )


def seal_bound(door: str) -> bytes:
    """What a door's sealed secret is bound to, so that it opens at this door only."""
    return b"connection|" + door.encode()
