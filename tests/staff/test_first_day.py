"""The first day of an installation: an administrator who comes before there is any brand."""

from __future__ import annotations

import secrets

import pytest

from okienko import commands
from okienko.articles.drafts import Draft
from okienko.database.ids import new_id
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.staff import store
from okienko.staff.passwords import hash_token
from okienko.values import BrandId
from tests.desk_world import BEGIN

pytestmark = pytest.mark.anyio
DRAFT = Draft(
    id="kaucja",
    language="pl",
    category="platnosci",
    category_name="Płatności",
    title="Kiedy wraca kaucja?",
    description="",
    body="Kaucja wraca po trzech dniach.",
    owner="Kasa",
    review_on=None,
)


async def test_who_came_before_the_first_brand_administers_it_and_no_later_one(database_urls: Urls) -> None:
    async with await Database.open(database_urls.app, size=1) as database:
        token = hash_token(secrets.token_urlsafe(32))
        async with database.shared() as connection:
            assert await store.invite_first(connection, staff_id=new_id(BEGIN), token_hash=token, now=BEGIN)
        async with database.shared() as connection:
            invitation = await store.read_invitation(connection, token, BEGIN)
            assert invitation is not None
            assert await store.accept_invitation(
                connection,
                invitation,
                token_hash=token,
                login="ewa@firma.example",
                name="Ewa",
                language="pl",
                password="$argon2id$made-up",
                now=BEGIN,
            )

        async def colleagues(slug: str) -> list[tuple[str, str]]:
            brand, new, _ = await commands.import_articles(database_urls, [DRAFT], slug, "pl", lambda _done, _all: None)
            assert new
            async with database.shared() as connection:
                found = await store.list_colleagues(connection, [BrandId(brand.id)])
            return [(colleague.name, colleague.roles[brand.id]) for colleague in found if brand.id in colleague.roles]

        assert await colleagues("kasa") == [("Ewa", "admin")]
        assert await colleagues("druga") == [], "a later brand's people are named by its operator"
