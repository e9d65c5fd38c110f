"""What several commands do, and the bench and the proof with them; what one command does stands beside its arguments,
in `cli/`.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager

from okienko.articles.drafts import Draft
from okienko.articles.store import Imported
from okienko.articles.store import import_articles as store_articles
from okienko.audit import store as audit
from okienko.audit.chain import Action
from okienko.brands.store import add_brand, read_brands
from okienko.database.ids import new_id
from okienko.database.pool import LONGEST, LONGEST_WORK, Connection, Database
from okienko.database.urls import Urls
from okienko.opening import now
from okienko.policy.brand import InForce
from okienko.policy.files import read_own_book
from okienko.policy.store import set_policy as store_policy
from okienko.settings import Settings
from okienko.staff import passwords
from okienko.staff import store as staff_store
from okienko.staff.store import Role
from okienko.values import Brand, BrandId, Language, OperatorError


class NoSuchBrand(OperatorError):
    """The brand that a command was to work on is not there; says which are."""


async def choose_brand(database: Database, slug: str | None) -> Brand:
    """The brand with this slug, or the only one. Raises `NoSuchBrand`."""
    async with database.shared() as connection:
        brands = await read_brands(connection)
    if slug is None and len(brands) == 1:
        return brands[0]
    for brand in brands:
        if brand.slug == slug:
            return brand
    there = ", ".join(brand.slug for brand in brands) or "none yet: `okienko articles import` makes one"
    what = "Say which brand with --brand" if slug is None else f"There is no brand “{slug}”"
    raise NoSuchBrand(f"{what}. Brands: {there}.")


@asynccontextmanager
async def open_brand(
    urls: Urls, slug: str | None, *, longest: float = LONGEST
) -> AsyncGenerator[tuple[Brand, Connection]]:
    """The brand with this slug, or the only one, and one transaction of it. Raises `NoSuchBrand`."""
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        async with database.brand(brand.id, longest=longest) as connection:
            yield brand, connection


async def each_brand(urls: Urls) -> AsyncGenerator[tuple[Brand, Connection]]:
    """All brands, each with a transaction of it."""
    async with await Database.open(urls.app, size=2) as database:
        async with database.shared() as connection:
            brands = await read_brands(connection)
        for brand in brands:
            async with database.brand(brand.id, longest=LONGEST_WORK) as connection:
                yield brand, connection


async def record(connection: Connection, action: Action, brand: BrandId, **detail: object) -> None:
    """Writes down what somebody at a terminal does to a brand."""
    await audit.record(
        connection, action, by=audit.OPERATOR, brand=brand, kind="brand", object=brand, detail=detail, now=now()
    )


async def import_articles(
    urls: Urls, drafts: Sequence[Draft], slug: str | None, language: Language, on_progress: Callable[[int, int], None]
) -> tuple[Brand, bool, Imported]:
    """Imports into a brand, which is made when the slug is new; (brand, whether it is new, what happened)."""
    async with await Database.open(urls.app, size=2) as database:
        new = False
        try:
            brand = await choose_brand(database, slug)
        except NoSuchBrand:
            if slug is None:
                raise
            brand, new = plain_brand(slug, language), True
            async with database.shared() as connection:
                await add_brand(connection, brand, now())
        async with database.brand(brand.id, longest=LONGEST_WORK) as connection:
            if new:
                await staff_store.grant_waiting(connection, brand.id, now())
            imported = await store_articles(connection, brand.id, drafts, now=now(), on_progress=on_progress)
            detail = {"created": imported.created, "changed": imported.changed}
            await record(connection, "articles-imported", brand.id, **detail)
    return brand, new, imported


def plain_brand(slug: str, language: Language) -> Brand:
    """A brand about which nothing but its slug is known."""
    return Brand(
        id=BrandId(new_id(now())),
        slug=slug,
        name=slug.replace("-", " ").capitalize(),
        language=language,
        languages=("pl", "en"),
        accent="#1f5fa8",
        timezone="Europe/Warsaw",
        hours="mon-fri 08:00-20:00",
        allowed=(),
        origins=(),
        keep_months=12,
        articles_version=0,
    )


async def add_staff(
    settings: Settings, urls: Urls, *, login: str, name: str, slug: str | None, role: Role
) -> str | None:
    """Adds a person with a role; the one-time link where they choose a password, or None when the account exists."""
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        token = secrets.token_urlsafe(32)
        async with database.brand(brand.id) as connection:
            invited = await staff_store.add_staff(
                connection,
                login=login,
                name=name,
                brand_id=brand.id,
                role=role,
                language=brand.language,
                staff_id=new_id(now()),
                token_hash=passwords.hash_token(token),
                now=now(),
            )
    return passwords.make_link(public_address(settings), token) if invited else None


async def set_policy(urls: Urls, *, slug: str | None, place: str | None, choices: str | None) -> tuple[Brand, InForce]:
    """Says where a brand is, what it chooses beyond that, or both; None leaves the one as it was. The rules now.

    Raises `PolicyRefused`. Running processes follow within a second or two.
    """
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        async with database.brand(brand.id) as connection:
            in_force = await store_policy(
                connection,
                brand.id,
                read_own_book(),
                jurisdiction=brand.jurisdiction if place is None else place,
                choices=brand.choices if choices is None else choices,
                by=audit.OPERATOR,
                now=now(),
            )
    return brand, in_force


def public_address(settings: Settings) -> str:
    """Where browsers find the desk."""
    return settings.address
