"""The public help centre: categories, articles, search, and whether an article helped. Works without JavaScript."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from okienko.articles import store
from okienko.articles.body import render_body
from okienko.articles.store import Reason
from okienko.database.ids import new_id
from okienko.masking.mask import MaskingFailed, mask
from okienko.values import Brand, Language, MaskedText, RawText
from okienko.web.csrf import require_own_page
from okienko.web.forms import read_form
from okienko.web.headers import content_policy
from okienko.web.i18n import choose_language
from okienko.web.services import read_notices, services
from okienko.web.templates import render

FEW: Final = 60  # so many articles are listed on the first page by title
MOST_QUESTION: Final = 300  # characters
MOST_COMMENT: Final = 1000
_REASONS: Final[Mapping[str, Reason]] = {
    "wrong": "wrong",
    "unclear": "unclear",
    "outdated": "outdated",
    "other": "other",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article that fits a search."""

    article: str
    title: str
    excerpt: str


Search = Callable[[Brand, Language, str, str | None], Awaitable[Sequence[Hit]]]
"""(brand, language, the words, a category or None) → the best articles, best first. Given by `app.py`: the index is
another room's."""


def routes(search: Search) -> list[Route]:
    """Everything under /help/."""

    async def found(request: Request) -> Response:
        return await _search(request, search)

    return [
        Route("/help/{brand}", _choose_language),
        Route("/help/{brand}/{language}/", _home),
        Route("/help/{brand}/{language}/search", found, methods=["POST"]),
        Route("/help/{brand}/{language}/categories/{category}", _category),
        Route("/help/{brand}/{language}/articles/{article}", _article),
        Route("/help/{brand}/{language}/articles/{article}/feedback", _feedback, methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Whose help centre, in which language, and the door of its chat."""

    brand: Brand
    language: Language
    chat: str | None

    @property
    def address(self) -> str:
        return f"/help/{self.brand.slug}/{self.language}/"


async def _place(request: Request) -> _Place:
    known = await services(request).directory.read()
    for brand in known.brands.values():
        for language in brand.languages:
            if (brand.slug, language) == (request.path_params["brand"], request.path_params["language"]):
                doors = sorted(d.id for d in known.doors.values() if (d.brand_id, d.channel) == (brand.id, "webchat"))
                return _Place(brand=brand, language=language, chat=doors[0] if doors else None)
    raise HTTPException(404)


async def _page(request: Request, template: str, place: _Place, **values: Any) -> Response:
    return render(
        request,
        template,
        language=place.language,
        headers={"Content-Security-Policy": content_policy(frames=True)},
        place=place,
        brand=place.brand,
        incidents=await read_notices(request, place.brand, place.language, None),
        **values,
    )


async def _choose_language(request: Request) -> Response:
    brand = await services(request).directory.brand_called(request.path_params["brand"])
    if brand is None:
        raise HTTPException(404)
    language = choose_language(request.headers.get("accept-language", ""), brand.languages, default=brand.language)
    return RedirectResponse(f"/help/{brand.slug}/{language}/", headers={"Vary": "Accept-Language"})


async def _home(request: Request) -> Response:
    place = await _place(request)
    async with services(request).database.brand(place.brand.id) as connection:
        categories = await store.list_categories(connection, place.brand.id, place.language)
        total = sum(category.articles for category in categories)
        articles = await store.list_articles(connection, place.brand.id, place.language) if total <= FEW else []
    return await _page(
        request,
        "articles/home.html",
        place,
        categories=[category for category in categories if category.articles],
        articles=articles,
    )


async def _category(request: Request) -> Response:
    place = await _place(request)
    slug = request.path_params["category"]
    async with services(request).database.brand(place.brand.id) as connection:
        categories = await store.list_categories(connection, place.brand.id, place.language)
        articles = await store.list_articles(connection, place.brand.id, place.language, slug)
    category = next((category for category in categories if category.slug == slug), None)
    if category is None:
        raise HTTPException(404)
    return await _page(
        request, "articles/category.html", place, category=category, categories=categories, articles=articles
    )


async def _article(request: Request) -> Response:
    place = await _place(request)
    given = services(request)
    async with given.database.brand(place.brand.id) as connection:
        article = await store.read_article(connection, place.brand.id, request.path_params["article"], place.language)
    if article is None:
        raise HTTPException(404)
    today = given.clock().astimezone(ZoneInfo(place.brand.timezone)).date()
    return await _page(
        request,
        "articles/article.html",
        place,
        article=article,
        body=render_body(article.body),
        overdue=article.review_on is not None and article.review_on < today,
        rated="rated" in request.query_params,
    )


async def _search(request: Request, search: Search) -> Response:
    """The words travel in the body: an address would be kept by browsers and logs."""
    place = await _place(request)
    require_own_page(request.headers)
    form = await read_form(request)
    question = form.get("question", "").strip()[:MOST_QUESTION]
    category = form.get("category") or None
    async with services(request).database.brand(place.brand.id) as connection:
        categories = await store.list_categories(connection, place.brand.id, place.language)
    if category not in {known.slug for known in categories}:
        category = None
    hits = await search(place.brand, place.language, question, category) if question else ()
    return await _page(
        request,
        "articles/search.html",
        place,
        question=question,
        category=category,
        categories=[known for known in categories if known.articles],
        hits=hits,
    )


async def _feedback(request: Request) -> Response:
    place = await _place(request)
    require_own_page(request.headers)
    given = services(request)
    form = await read_form(request)
    helped = form.get("helped")
    reason = _REASONS.get(form.get("reason", ""))
    comment = form.get("comment", "").strip()[:MOST_COMMENT]
    if helped not in {"yes", "no"}:
        raise HTTPException(400)
    masked = MaskedText("")
    if comment and helped == "no":
        try:
            masked = mask(
                RawText(comment),
                keys=given.keys,
                language=place.language,
                allowed=place.brand.allowed,
                denied=place.brand.denied,
            ).text
        except MaskingFailed:
            raise HTTPException(400) from None
    article = request.path_params["article"]
    async with given.database.brand(place.brand.id) as connection:
        kept = await store.add_article_feedback(
            connection,
            place.brand.id,
            article,
            place.language,
            feedback_id=new_id(given.clock()),
            helped=helped == "yes",
            reason=reason if helped == "no" else None,
            comment=masked,
            now=given.clock(),
        )
    if not kept:
        raise HTTPException(404)
    return RedirectResponse(f"{place.address}articles/{article}?rated#rated", status_code=303)
