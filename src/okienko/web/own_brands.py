"""Which of somebody's brands a page is about, where a page is about one at a time."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from okienko.values import Brand, Language, SignedIn
from okienko.web.services import services

ANY: Final[Collection[str] | None] = None
LEADS: Final = frozenset({"lead", "admin"})
ADMINS: Final = frozenset({"admin"})


async def choose_brand(
    request: Request, staff: SignedIn, roles: Collection[str] | None = ANY
) -> tuple[list[Brand], Brand]:
    """The brands in which somebody has one of the roles, by name; and the one that the address names, else the first.

    Raises 403 for who has none.
    """
    known = (await services(request).directory.read()).brands
    own = [known[brand] for brand, role in staff.roles.items() if brand in known and (roles is None or role in roles)]
    if not own:
        raise HTTPException(403)
    brands = sorted(own, key=lambda brand: brand.name)
    asked = request.query_params.get("brand")
    return brands, next((brand for brand in brands if brand.slug == asked), brands[0])


async def find_own(request: Request, staff: SignedIn, slug: str, roles: Collection[str]) -> Brand:
    """The brand that a form names. Raises 404 when it is none of theirs, and 403 when they have none of the roles."""
    brand = await services(request).directory.brand_called(slug)
    if brand is None or brand.id not in staff.roles:
        raise HTTPException(404)  # for whom it is none of their business, it does not exist
    if staff.roles[brand.id] not in roles:
        raise HTTPException(403)
    return brand


def read_language(brand: Brand, text: str) -> Language:
    """A language of the brand out of a form. Raises 400."""
    for language in brand.languages:
        if language == text:
            return language
    raise HTTPException(400)
