"""A whole house: every room's pages, the way in and a worker, two brands, people in every role, and a customer.

Rooms are not listed here. What there is to see is found by following the links and the routes of the application, and
what there is to fill in by reading its forms, so that a new page is looked at without anybody thinking of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final
from urllib.parse import urldefrag, urljoin, urlsplit
from uuid import uuid4

import httpx2
import orjson
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message

from okienko.answers.shelf import Shelf
from okienko.app import build, build_pages
from okienko.articles.drafts import Draft
from okienko.articles.store import import_articles
from okienko.brands.store import SealedDoor, add_door, seal_bound
from okienko.channels.webhook.adapter import sign
from okienko.database.urls import Urls
from okienko.receive import Reception
from okienko.staff.store import Role
from okienko.values import ConnectionId, StaffId
from okienko.work import Worker
from tests.desk_world import World, open_world
from tests.road.conftest import FakeHttp

SECRET: Final = bytes(range(32))
HOOK: Final = ConnectionId("house-hook")
ARTICLE: Final = Draft(
    id="kod",
    language="pl",
    category="konto",
    category_name="Konto",
    title="Kod z telewizora",
    description="Jak zalogować telewizor kodem.",
    body="Na ekranie telewizora widać kod. Wpisz go na stronie konta. Kod działa 10 minut.",
    owner="Zespół aplikacji",
    review_on=None,
)
QUESTION: Final = "gdzie jest kod z telewizora"
ROLES: Final[Sequence[Role]] = ("agent", "lead", "admin", "privacy", "auditor")
_OWN: Final = {"sec-fetch-site": "same-origin"}


@dataclass(slots=True, kw_only=True)
class Chat:
    """A customer's window."""

    browser: httpx2.AsyncClient
    door: str
    token: Mapping[str, str]

    async def write(self, text: str, *, kind: str = "text", **more: object) -> httpx2.Response:
        """A message; its writer is not asked before."""
        body = {"id": str(uuid4()), "kind": kind, "text": text, **more}
        return await self.browser.post(f"/hooks/webchat/{self.door}", json=body, headers=self.token)

    async def post(self, what: str, **body: object) -> httpx2.Response:
        """Something else that the window sends."""
        return await self.browser.post(f"/chat/{self.door}/{what}", json=body, headers=self.token)

    async def get(self, what: str) -> httpx2.Response:
        """Something that it asks for."""
        return await self.browser.get(f"/chat/{self.door}/{what}", headers=self.token)


@dataclass(slots=True, kw_only=True)
class House:
    """Everything, running."""

    urls: Urls
    world: World
    app: ASGIApp
    routes: Sequence[Route]
    reception: Reception
    worker: Worker
    http: FakeHttp
    staff: Mapping[Role, StaffId] = field(default_factory=dict[Role, StaffId])

    def browser(self) -> httpx2.AsyncClient:
        """A browser of nobody."""
        transport = httpx2.ASGITransport(app=self.app, client=("127.0.0.1", 1), raise_app_exceptions=False)
        return httpx2.AsyncClient(transport=transport, base_url="http://desk.example", headers=_OWN)

    async def enter(self, who: Role | StaffId) -> httpx2.AsyncClient:
        """A browser of somebody who has signed in and proved it just now."""
        staff = self.staff[who] if isinstance(who, str) else who
        browser = self.browser()
        async with await self.world.enter(staff) as entered:
            browser.cookies.update(entered.cookies)
        return browser

    async def chat(self, browser: httpx2.AsyncClient, language: str = "pl") -> Chat:
        """A new customer at the first brand's window."""
        door = self.world.doors[self.world.brand.id]
        began = await browser.post(f"/chat/{door}/start", json={"language": language})
        assert began.status_code == 200, began.text
        token = orjson.loads(began.content)["token"]
        return Chat(browser=browser, door=door, token={"authorization": f"Bearer {token}"})

    async def deliver(self, browser: httpx2.AsyncClient, body: object, *, event: str = "") -> httpx2.Response:
        """A signed message of the brand's own application."""
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        id_, stamp = event or str(uuid4()), str(int(self.world.at.timestamp()))
        headers = {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": sign(SECRET, id_, stamp, raw)}
        return await browser.post(f"/hooks/webhook/{HOOK}", content=raw, headers=headers)

    async def listen(self, address: str, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """The status of a stream, and its first event that has something to say if the status is 200.

        (httpx's transport waits for a stream's end.)
        """
        status: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        event: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        gone = asyncio.Event()

        async def receive() -> Message:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                status.set_result(message["status"])
            for line in bytes(message.get("body", b"")).splitlines():
                if line.startswith(b"data: ") and not event.done():
                    event.set_result(line.removeprefix(b"data: "))

        path, _, query = address.partition("?")
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("desk.example", 80),
            "scheme": "http",
            "http_version": "1.1",
        }

        async def follow() -> None:
            await self.app(scope, receive, send)

        stream = asyncio.create_task(follow())
        try:
            async with asyncio.timeout(10):
                if await status != 200:
                    return status.result(), {}
                said = await event
                return 200, orjson.loads(said) if said.startswith(b"{") else {}
        finally:
            gone.set()
            stream.cancel()
            await asyncio.gather(stream, return_exceptions=True)

    async def settle(self) -> None:
        """Works until nothing is left to do."""
        while await self.worker.take_turns() + await self.worker.send():
            pass


@asynccontextmanager
async def open_house(urls: Urls, folder: Path) -> AsyncGenerator[House]:
    """A house in an empty database: brand `seans` with an article, a window and a webhook; brand `kramik`; five roles
    at `seans`.
    """
    async with open_world(urls, folder) as world:
        given = world.services
        await world.move("pl")  # where nobody has to agree before writing
        async with given.database.brand(world.brand.id) as connection:
            await import_articles(connection, world.brand.id, [ARTICLE], now=world.at)
            door = SealedDoor(
                id=HOOK,
                brand_id=world.brand.id,
                channel="webhook",
                secret=given.keys.wrap(SECRET, seal_bound(HOOK)),
                reply_url="https://app.seans.example/in",
            )
            await add_door(connection, door, world.at)
        staff: dict[Role, StaffId] = {
            role: await world.hire(role.capitalize(), {world.brand.id: role}) for role in ROLES
        }
        http, shelf = FakeHttp(), Shelf()
        worker = Worker(
            database=given.database,
            owner_url=urls.owner,
            directory=given.directory,
            keys=given.keys,
            clock=given.clock,
            live=given.live,
            shelf=shelf,
            http=http,
        )
        reception = Reception(given.database, given.directory, given.keys, given.clock, worker.awake.set)
        running = asyncio.create_task(reception.run())
        try:
            yield House(
                urls=urls,
                world=world,
                app=build(given, reception, shelf),
                routes=find_routes(build_pages(given, shelf).routes),
                reception=reception,
                worker=worker,
                http=http,
                staff=staff,
            )
        finally:
            running.cancel()


def find_routes(routes: Iterable[BaseRoute]) -> list[Route]:
    """All routes with a page of their own."""
    found: list[Route] = []
    for route in routes:
        if isinstance(route, Mount):
            found += find_routes(route.routes)
        elif isinstance(route, Route):
            found.append(route)
    return found


# pages ---------------------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Form:
    """A form as its page has it: every field with the value that it would send."""

    action: str
    method: str
    parts: bool = False  # it is sent as multipart/form-data
    fields: dict[str, str] = field(default_factory=dict[str, str])
    typed: set[str] = field(default_factory=set[str])  # where somebody writes


class Page(HTMLParser):
    """What a browser would make of a page: its elements, links and forms."""

    def __init__(self, address: str, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []  # element, attribute, value
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select: str | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called for each element."""
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in given.items()]
        if tag == "a" and "href" in given:
            self.links.append(self._resolve(given["href"]))
        if "hx-get" in given:
            self.links.append(self._resolve(given["hx-get"]))
        if tag == "form":
            self._form = Form(
                action=self._resolve(given.get("action", "")),
                method=given.get("method", "get").lower(),
                parts=given.get("enctype") == "multipart/form-data",
            )
            self.forms.append(self._form)
        if self._form is not None:
            self._take_field(self._form, tag, given)

    def handle_endtag(self, tag: str) -> None:
        """Called for each end."""
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None

    def _take_field(self, form: Form, tag: str, given: Mapping[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "text").lower()
        if tag == "option" and self._select is not None:
            if self._select not in form.fields or "selected" in given:
                form.fields[self._select] = given.get("value", "")
        elif not name:
            return
        elif tag == "select":
            self._select = name
        elif tag == "textarea" or (tag == "input" and kind in {"text", "search", "email", "url", "tel"}):
            form.fields[name] = given.get("value", "")
            form.typed.add(name)
        elif tag == "button" or (tag == "input" and kind in {"radio", "checkbox"} and "checked" not in given):
            form.fields.setdefault(name, given.get("value", ""))
        elif tag == "input" and kind != "file":
            form.fields[name] = given.get("value", "on" if kind == "checkbox" else "")

    def _resolve(self, address: str) -> str:
        return urldefrag(urljoin(self.address, address)).url


def is_page(answer: httpx2.Response) -> bool:
    """Whether a browser would show it as a page."""
    return answer.headers.get("content-type", "").startswith("text/html")


def is_ours(address: str) -> bool:
    """Whether an address is of this house."""
    return urlsplit(address).netloc == "desk.example"


@dataclass(slots=True, kw_only=True)
class Seen:
    """An answer to somebody who went through the house."""

    who: str
    address: str
    answer: httpx2.Response
    page: Page | None


_NOT_FOLLOWED: Final = ("/desk/live", "/stream", "/desk/sign-out")  # without an end, or the end


async def crawl(browser: httpx2.AsyncClient, who: str, begin: Iterable[str]) -> list[Seen]:
    """Everything that can be reached by links, redirects and what htmx asks for."""
    waiting = [urljoin("http://desk.example", address) for address in begin]
    known = set(waiting)
    found: list[Seen] = []
    while waiting:
        address = waiting.pop()
        answer = await browser.get(address)
        page = Page(address, answer.text) if is_page(answer) else None
        found.append(Seen(who=who, address=address, answer=answer, page=page))
        on = page.links if page else []
        if "location" in answer.headers:
            on = [*on, urljoin(address, answer.headers["location"])]
        for link in on:
            if is_ours(link) and link not in known and not urlsplit(link).path.endswith(_NOT_FOLLOWED):
                known.add(link)
                waiting.append(link)
    return found


def starts(house: House) -> list[str]:
    """Where one may begin without a link: addresses of pages that need no value but those that everybody knows."""
    seans = house.world.brand.slug
    door = house.world.doors[house.world.brand.id]
    known = {"brand": seans, "language": "pl", "connection": door, "article": ARTICLE.id, "category": "konto"}
    found = ["/", f"/chat/{door}.js", "/nowhere", f"/help/{seans}"]
    for route in house.routes:
        if "GET" not in (route.methods or ()):
            continue
        address = route.path
        for name, value in known.items():
            for kind in ("", ":str"):
                address = address.replace(f"{{{name}{kind}}}", value)
        if "{" not in address and not address.endswith(_NOT_FOLLOWED):
            found.append(address)
    return found


async def fill_in(browser: httpx2.AsyncClient, seen: Sequence[Seen], text: str) -> list[httpx2.Response]:
    """Writes `text` into every field of every form that has been seen, and sends it. What the answers were."""
    answers: list[httpx2.Response] = []
    sent: set[tuple[str, frozenset[str]]] = set()
    for one in seen:
        for form in one.page.forms if one.page else ():
            path = urlsplit(form.action).path
            if form.method != "post" or not form.typed or not is_ours(form.action) or path.endswith(_NOT_FOLLOWED):
                continue
            if (path, frozenset(form.fields)) in sent:
                continue
            sent.add((path, frozenset(form.fields)))
            fields = {**form.fields, **dict.fromkeys(form.typed, text)}
            if form.parts:
                files = {name: (None, value) for name, value in fields.items()}
                answers.append(await browser.post(form.action, files=files))
            else:
                answers.append(await browser.post(form.action, data=fields))
    return answers
