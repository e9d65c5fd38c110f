"""The demo's own pages: what is here, and two pretended shop fronts that carry the widget."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from okienko.demo.load import find_door
from okienko.demo.world import SLUGS
from okienko.mail.mailbox import Mailbox
from okienko.values import Brand, Language
from okienko.web.headers import content_policy
from okienko.web.i18n import LANGUAGES, choose_language
from okienko.web.services import services
from okienko.web.templates import render

# A page on one origin and the widget on another, as at a real brand: here, two names of the same machine.
_OTHER_NAME: Final = {"localhost": "127.0.0.1"}


def routes(mailbox: Mailbox | None = None) -> list[Route]:
    """The demo's pages; with the letters that would have been sent, if they are kept for reading."""

    async def show_mail(request: Request) -> Response:
        return _mail(request, mailbox)

    return [
        Route("/", _home),
        Route("/demo/mail", show_mail),
        Route("/demo/replies", _replies, methods=["POST"]),
        Route("/demo/{brand}", _shop),
    ]


def find_widget_origin(scheme: str, host: str) -> str:
    """Where the widget comes from on a page of this host (`localhost:8700`): the same machine's other name."""
    name, _, port = host.partition(":")
    return f"{scheme}://{_OTHER_NAME.get(name, name)}{':' if port else ''}{port}"


def allow_widget(origin: str) -> str:
    """The policy of a page that carries the widget."""
    policy = content_policy().replace("script-src 'self'", f"script-src 'self' {origin}")
    return f"{policy}; frame-src {origin}"


async def _home(request: Request) -> HTMLResponse:
    brands = {slug: await _find_brand(request, slug) for slug in SLUGS}
    return render(request, "demo/home.html", language=_read_language(request), brands=brands)


async def _shop(request: Request) -> HTMLResponse:
    slug = request.path_params["brand"]
    brand = await _find_brand(request, slug)
    origin = find_widget_origin(request.url.scheme, request.url.netloc)
    return render(
        request,
        "demo/shop.html",
        language=_read_language(request),
        headers={"Content-Security-Policy": allow_widget(origin)},
        brand=brand,
        widget=f"{origin}/chat/{find_door(slug, 'webchat')}.js",
    )


def _mail(request: Request, mailbox: Mailbox | None) -> Response:
    """Letters with their codes: for whoever sits at this machine, and nobody else."""
    if mailbox is None or request.client is None or not ip_address(request.client.host).is_loopback:
        raise HTTPException(404)
    return render(request, "demo/mail.html", language=_read_language(request), letters=mailbox.letters)


async def _replies(_: Request) -> Response:
    """The other end of the demo's webhooks: takes every reply and keeps none."""
    return Response(status_code=204)


async def _find_brand(request: Request, slug: str) -> Brand:
    brand = await services(request).directory.brand_called(slug) if slug in SLUGS else None
    if brand is None:
        raise HTTPException(404)
    return brand


def _read_language(request: Request) -> Language:
    return choose_language(
        request.headers.get("accept-language", ""), LANGUAGES, default="pl", chosen=request.query_params.get("lang")
    )
