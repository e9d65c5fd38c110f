"""What a brand tells its customers about their data: a public page, in each of its languages."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from okienko.consent import store
from okienko.consent.gate import find_rules
from okienko.consent.texts import write_texts
from okienko.values import Language
from okienko.web.services import services
from okienko.web.templates import render


def routes() -> list[Route]:
    """Everything under /privacy/."""
    return [Route("/privacy/{brand}/{language}/", _privacy)]


async def _privacy(request: Request) -> Response:
    given = services(request)
    brand = await given.directory.brand_called(request.path_params["brand"])
    if brand is None:
        raise HTTPException(404)
    language: Language | None = next((one for one in brand.languages if one == request.path_params["language"]), None)
    if language is None:
        raise HTTPException(404)
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        texts = await store.publish_texts(connection, brand, write_texts, now)
        processors = await store.read_processors(connection)
        officer = await store.read_officer(connection)
    return render(
        request,
        "consent/privacy.html",
        language=language,
        headers={"Cache-Control": "no-cache"},
        brand=brand,
        texts=[texts[kind, language] for kind in ("ai.notice", "chat.notice")],
        processors=processors,
        officer=officer,
        authorities=sorted(find_rules(brand).policy.authorities),
        now=now,
    )
