"""SQL of brands, categories and connections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import orjson

from okienko.database.pool import Connection
from okienko.keys import Keys
from okienko.values import Brand, BrandId, ConnectionId, Language, StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedDoor:
    """A connection as it is kept: its secret sealed with the operator's key."""

    id: ConnectionId
    brand_id: BrandId
    channel: str
    secret: bytes = field(repr=False)
    reply_url: str | None = None
    given: bytes | None = field(default=None, repr=False)  # see `seal_given`


READ_BRANDS: Final = """
select id, slug, name, language, languages, accent, timezone, hours, allowed, denied_as, denied, origins, keep_months,
  articles_version, jurisdiction, choices
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
            denied=tuple(zip(denied_as, denied, strict=True)),
            origins=tuple(origins),
            keep_months=keep_months,
            articles_version=articles_version,
            jurisdiction=jurisdiction,
            choices=choices,
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
            denied_as,
            denied,
            origins,
            keep_months,
            articles_version,
            jurisdiction,
            choices,
        ) in await (await connection.execute(READ_BRANDS)).fetchall()
    ]


READ_DOORS: Final = "select id, brand_id, channel, secret, reply_url, given from connection where active"


async def read_doors(connection: Connection) -> list[SealedDoor]:
    """All open doors. Read outside any brand."""
    return [
        SealedDoor(
            id=ConnectionId(id_),
            brand_id=BrandId(brand),
            channel=channel,
            secret=bytes(secret),
            reply_url=reply_url,
            given=None if given is None else bytes(given),
        )
        for id_, brand, channel, secret, reply_url, given in await (await connection.execute(READ_DOORS)).fetchall()
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
  (id, slug, name, language, languages, accent, timezone, hours, allowed, denied_as, denied, origins, keep_months,
  created_at, jurisdiction)
values (%(id)s::uuid, %(slug)s::text, %(name)s::text, %(language)s::text, %(languages)s::text[], %(accent)s::text,
  %(timezone)s::text, %(hours)s::text, %(allowed)s::text[], %(denied_as)s::text[], %(denied)s::text[],
  %(origins)s::text[], %(keep_months)s::integer, %(now)s::timestamptz,
  %(jurisdiction)s::text)
"""


async def add_brand(connection: Connection, brand: Brand, now: datetime) -> None:
    """A new brand. Its slug must be free. Its choices are set by `policy.store.set_policy`, which checks them."""
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
            "denied_as": [label for label, _ in brand.denied],
            "denied": [phrase for _, phrase in brand.denied],
            "origins": list(brand.origins),
            "keep_months": brand.keep_months,
            "now": now,
            "jurisdiction": brand.jurisdiction,
        },
    )


SET_WORDS: Final = """
update brand set allowed = %(allowed)s::text[], denied_as = %(denied_as)s::text[], denied = %(denied)s::text[]
where id = current_brand()
"""
# Somebody else may have changed the lists since: what is written down is what this change does.
NOTE_WORDS: Final = """
with before as (
  select allowed, denied_as, denied from brand where id = current_brand() for update
), list (name, was, now) as (
  select 'allowed', allowed, %(allowed)s::text[] from before
  union all
  select 'denied',
    (select coalesce(array_agg(w.label || ' ' || w.phrase), '{}') from unnest(denied_as, denied) as w (label, phrase)),
    (select coalesce(array_agg(w.label || ' ' || w.phrase), '{}')
      from unnest(%(denied_as)s::text[], %(denied)s::text[]) as w (label, phrase))
  from before
), change as (
  select name, array(select unnest(now) except select unnest(was) order by 1) as added,
    array(select unnest(was) except select unnest(now) order by 1) as removed
  from list
)
insert into brand_words (brand_id, id, staff_id, list, added, removed, at)
select current_brand(), case name when 'allowed' then %(first)s::uuid else %(second)s::uuid end, %(staff)s::uuid, name,
  added, removed, %(now)s::timestamptz
from change where cardinality(added) + cardinality(removed) > 0
"""


async def set_words(
    connection: Connection,
    *,
    allowed: Sequence[str],
    denied: Sequence[tuple[str, str]],
    staff_id: StaffId,
    ids: tuple[UUID, UUID],
    now: datetime,
) -> bool:
    """What the current brand never masks, and what always; who changed it and how is written down. Whether it did."""
    values = {
        "allowed": list(allowed),
        "denied_as": [label for label, _ in denied],
        "denied": [phrase for _, phrase in denied],
        "staff": staff_id,
        "first": ids[0],
        "second": ids[1],
        "now": now,
    }
    changed = (await connection.execute(NOTE_WORDS, values)).rowcount > 0
    await connection.execute(SET_WORDS, values)
    return changed


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsChange:
    """Somebody changed a list."""

    list: Literal["allowed", "denied"]
    added: tuple[str, ...]  # of denied phrases: label, space, phrase
    removed: tuple[str, ...]
    by: str | None  # the name
    at: datetime


LIST_WORDS_CHANGES: Final = """
select w.list, w.added, w.removed, s.name, w.at from brand_words w left join staff s on s.id = w.staff_id
where w.brand_id = current_brand() order by w.id desc limit %(limit)s::integer
"""


async def list_words_changes(connection: Connection, *, limit: int = 20) -> tuple[WordsChange, ...]:
    """The latest changes, newest first."""
    rows = await (await connection.execute(LIST_WORDS_CHANGES, {"limit": limit})).fetchall()
    return tuple(
        WordsChange(list=row[0], added=tuple(row[1]), removed=tuple(row[2]), by=row[3], at=row[4]) for row in rows
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
insert into connection (id, brand_id, channel, secret, reply_url, given, created_at)
values (%(id)s::text, current_brand(), %(channel)s::text, %(secret)s::bytea, %(reply_url)s::text, %(given)s::bytea,
  %(now)s::timestamptz)
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
            "given": door.given,
            "now": now,
        },
    )


READ_SECRETS: Final = """
select id, secret, given from connection where brand_id = current_brand() order by id for update
"""
WRAP_DOOR_ANEW: Final = """
update connection set secret = %(secret)s::bytea, given = %(given)s::bytea
where brand_id = current_brand() and id = %(id)s::text
"""


async def read_secrets(connection: Connection) -> dict[str, tuple[bytes, bytes | None]]:
    """What is sealed of all doors of the current brand, closed ones too, locked: the secret, and what was given."""
    rows = await (await connection.execute(READ_SECRETS)).fetchall()
    return {door: (bytes(secret), None if given is None else bytes(given)) for door, secret, given in rows}


async def wrap_door_anew(connection: Connection, door: str, secret: bytes, given: bytes | None) -> None:
    """The same under another key."""
    await connection.execute(WRAP_DOOR_ANEW, {"id": door, "secret": secret, "given": given})


SET_GIVEN: Final = """
update connection set given = %(given)s::bytea where brand_id = current_brand() and id = %(id)s::text
"""


async def set_given(connection: Connection, door: str, given: bytes) -> None:
    """What a vendor gave, sealed by `seal_given`; what was there before is gone."""
    await connection.execute(SET_GIVEN, {"id": door, "given": given})


def seal_bound(door: str) -> bytes:
    """What a door's sealed secret is bound to, so that it opens at this door only."""
    return b"connection|" + door.encode()


def given_bound(door: str) -> bytes:
    """The same of what a vendor gave."""
    return b"connection|given|" + door.encode()


def seal_given(keys: Keys, door: str, given: Mapping[str, str]) -> bytes:
    """What a vendor gave, for the table."""
    return keys.wrap_any(orjson.dumps(dict(given)), given_bound(door))


async def open_given(keys: Keys, door: str, sealed: bytes | None) -> Mapping[str, str]:
    """The same, opened. Raises `WrongKey`."""
    return {} if sealed is None else orjson.loads(await keys.unwrap_async(sealed, given_bound(door)))
