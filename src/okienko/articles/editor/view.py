"""Whose articles a page is about, who looks at it, and what they sent. Shared by the pages of the editor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request

from okienko.articles import store
from okienko.articles.store import Shown
from okienko.values import Brand, Language, SignedIn
from okienko.web.csrf import require_token
from okienko.web.forms import read_form
from okienko.web.i18n import LANGUAGES
from okienko.web.services import services
from okienko.web.signed_in import signed_in
from okienko.web.templates import browser_language

_FORM_LIMIT: Final = 2_500_000  # bytes: the longest body with every letter escaped


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose articles, in which language, and whether the reader may publish there."""

    brand: Brand
    language: Language
    may_publish: bool

    @property
    def address(self) -> str:
        """Where a new article is written."""
        return f"/desk/articles/{self.brand.slug}/{self.language}"


def may_publish(staff: SignedIn, brand: Brand) -> bool:
    """Leads and administrators of the brand."""
    return staff.roles.get(brand.id) in {"lead", "admin"}


def require_publisher(place: Place) -> None:
    """Raises 403."""
    if not place.may_publish:
        raise HTTPException(403)


async def find_place(request: Request, staff: SignedIn) -> Place:
    """The brand and the language that the address names. Raises 404."""
    brand = await services(request).directory.brand_called(request.path_params["brand"])
    if brand is None or brand.id not in staff.roles:
        raise HTTPException(404)  # for whom it is none of their business, it does not exist
    language: str = request.path_params["language"]
    if language not in LANGUAGES:
        raise HTTPException(404)
    return Place(brand=brand, language=language, may_publish=may_publish(staff, brand))


async def read_change(request: Request) -> tuple[Place, dict[str, str]]:
    """The place and the form of a change. Raises 403 for who may not publish there."""
    staff = signed_in(request)
    place = await find_place(request, staff)
    form = await read_form(request, _FORM_LIMIT)
    require_token(request.headers, sent=form.get("csrf", ""), expected=staff.csrf)
    require_publisher(place)
    return place, form


async def read_shown(request: Request, place: Place) -> Shown:
    """The article that the address names, withdrawn or not. Raises 404."""
    async with services(request).database.brand(place.brand.id) as connection:
        article = await store.read_article(
            connection, place.brand.id, request.path_params["article"], place.language, withdrawn=True
        )
    if article is None:
        raise HTTPException(404)
    return article


def name_categories(names: Mapping[Language, Mapping[str, str]], language: Language) -> Mapping[str, str]:
    """A brand's categories: slug → name in this language, else in another one."""
    own = names.get(language, {})
    return {slug: own.get(slug, name) for known in names.values() for slug, name in known.items()}


def today_of(brand: Brand, now: datetime) -> date:
    """The day that it is where the brand is."""
    return now.astimezone(ZoneInfo(brand.timezone)).date()


def reader_language(request: Request) -> Language:
    """The language in which the page is read."""
    return cast("Language | None", getattr(request.state, "language", None)) or browser_language(request)
