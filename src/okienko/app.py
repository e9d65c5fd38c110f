"""The web application: every room's pages, composed. What has to join two rooms is joined here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final
from uuid import UUID

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from okienko import channels
from okienko.alike import read_features
from okienko.answers.index import search
from okienko.answers.model import pages as model
from okienko.answers.shelf import Shelf
from okienko.answers.store import read_articles_version
from okienko.api import pages as tokens
from okienko.api.scenarios import pages as scenarios_api
from okienko.articles import pages as articles
from okienko.articles.asked import pages as asked
from okienko.articles.editor import pages as editor
from okienko.articles.pages import Hit
from okienko.articles.sources import pages as article_sources
from okienko.articles.synonyms import pages as synonyms
from okienko.audit.store import Actor
from okienko.auditing import Verdict, verify_here
from okienko.cases import pages as cases
from okienko.channels.connections import pages as connections
from okienko.channels.webchat import pages as webchat
from okienko.consent import pages as consent
from okienko.database.pool import DatabaseAway
from okienko.demo import pages as demo_pages
from okienko.desk import pages as desk
from okienko.desk.audit import pages as audit
from okienko.desk.privacy import pages as privacy
from okienko.desk.replies import pages as replies
from okienko.desk.words import pages as brand_words
from okienko.facts import Facts
from okienko.incidents import pages as incidents
from okienko.incidents.live import Notices
from okienko.log import describe
from okienko.lookups import pages as lookups
from okienko.mail.mailbox import Mailbox
from okienko.pack import store as pack_store
from okienko.pack.make import make_pack, write_page
from okienko.quoting import Quoting
from okienko.radar import pages as radar
from okienko.receive import Reception
from okienko.rights.page import pages as rights
from okienko.routing import pages as routing
from okienko.routing.shelf import Routers
from okienko.scenarios import pages as scenarios
from okienko.scenarios.publish import find_linked
from okienko.speak import PATH as CALLS
from okienko.speak import Telephone
from okienko.staff import pages as staff
from okienko.staff.view import KnowStaff, touch
from okienko.values import SCENARIO, Brand, Language
from okienko.web import assets
from okienko.web.headers import SecurityHeaders
from okienko.web.services import Services, services
from okienko.web.templates import problem

log = structlog.get_logger()

HOOKS: Final = "/hooks/"


def build(
    given: Services, reception: Reception, shelf: Shelf, *, demo: bool = False, mailbox: Mailbox | None = None
) -> ASGIApp:
    """The whole application. Messages go straight to `reception`; everything else is pages.

    The headers are put on here, around all of it: also on what a hook answers and on the page for a fault of ours.
    """
    pages = build_pages(given, shelf, demo=demo, mailbox=mailbox)
    telephone = Telephone(
        given.database,
        given.directory,
        given.keys,
        given.clock,
        live=given.live,
        reception=reception,
        public_url=given.settings.address,
        notices=Notices(given.database, given.clock).read,
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["type"] == "http" and scope["path"].startswith(CALLS):
                await telephone.hook(scope, receive, send)
            elif scope["type"] == "http" and scope["path"].startswith(HOOKS):
                await reception.hook(scope, receive, send)
            else:
                await pages(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - the server would print its words
            log.error("request_broke", **describe(error))

    return SecurityHeaders(app)


def build_pages(given: Services, shelf: Shelf, *, demo: bool = False, mailbox: Mailbox | None = None) -> Starlette:
    """The pages of all rooms. A test goes through their routes."""

    async def find(brand: Brand, language: Language, words: str, category: str | None) -> Sequence[Hit]:
        async with given.database.brand(brand.id) as connection:
            version = await read_articles_version(connection, brand.id)
        index = await shelf.get(given.database, replace(brand, articles_version=version))
        return [
            Hit(article=hit.article.id, title=hit.article.title, excerpt=hit.passages[0].text)
            for hit in search(index, words, language=language, category=category)
            if not hit.article.id.startswith(SCENARIO)
        ]

    async def find_start(brand: Brand, scenario: str, language: Language) -> str | None:
        async with given.database.brand(brand.id) as connection:
            return await find_linked(connection, brand, scenario, language)

    async def verify() -> Verdict:
        brands = (await given.directory.read()).brands
        return await verify_here(given.database, brands, given.settings, now=given.clock())

    bot = Quoting(database=given.database, shelf=shelf)
    pages = Starlette(
        routes=[
            Route("/healthz", _health),
            *assets.routes(),
            *webchat.routes(find_start),
            *consent.routes(),
            *rights.routes(),
            *articles.routes(find),
            *asked.routes(bot),
            *synonyms.routes(bot),
            *article_sources.routes(),
            *editor.routes(bot),
            *model.routes(),
            *routing.routes(Routers()),
            *scenarios.routes(),
            *incidents.routes(read_features, bot.list_quoted),
            *cases.routes(),
            *lookups.routes(_open_facts(given)),
            *radar.routes(),
            *connections.routes(),
            *staff.routes(),
            *brand_words.routes(),
            *replies.routes(),
            *tokens.routes(),
            *scenarios_api.routes(),
            *audit.routes(verify=verify, packs=_open_packs(given, verify)),
            *privacy.routes(),
            *desk.routes(touch=touch),
            *(demo_pages.routes(mailbox) if demo else [Route("/", _to_desk)]),
        ],
        middleware=[Middleware(KnowStaff, insist=not demo)],
        exception_handlers={HTTPException: problem, DatabaseAway: problem, Exception: _broken},
    )
    notices = Notices(given.database, given.clock).read
    pages.state.services = replace(given, notices=notices, reach=channels.reach)
    return pages


def _open_facts(given: Services) -> lookups.Facts:
    """What the desk does with sources of facts, besides writing down what they are."""
    facts = Facts(
        database=given.database,
        keys=given.keys,
        clock=given.clock,
        sources=given.sources,
        hosts=given.settings.lookup_hosts,
    )
    return lookups.Facts(try_out=facts.try_out, load=facts.load)


def _open_packs(given: Services, verify: Callable[[], Awaitable[Verdict]]) -> audit.Packs:
    """What the desk does with audit packs, which are about every room."""

    async def make(brand: Brand, since: date, until: date, by: Actor) -> UUID:
        verdict = await verify()
        made = await make_pack(
            given.database, brand, since=since, until=until, verdict=verdict, by=by, now=given.clock()
        )
        return made.id

    async def list_(brand: Brand) -> Sequence[pack_store.Made]:
        async with given.database.brand(brand.id) as connection:
            return await pack_store.list_packs(connection)

    async def read(brand: Brand, pack: UUID) -> str | None:
        async with given.database.brand(brand.id) as connection:
            return await pack_store.read_pack(connection, pack)

    return audit.Packs(make=make, list=list_, read=read, show=write_page)


async def _health(request: Request) -> Response:
    """For a supervisor: 200 when the database answers."""
    async with services(request).database.shared() as connection:
        await connection.execute("select 1")
    return JSONResponse({"state": "well"})


async def _to_desk(_: Request) -> Response:
    return RedirectResponse("/desk")


async def _broken(request: Request, error: Exception) -> Response:
    """The page for a fault of ours; Starlette raises it again afterwards, and `app` logs it by class and place."""
    return await problem(request, error)
