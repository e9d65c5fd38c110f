"""A desk of its own for a test: two brands, three people, and conversations to order."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from okienko.articles.drafts import Draft
from okienko.articles.store import import_articles
from okienko.audit.store import OPERATOR
from okienko.brands.directory import Directory
from okienko.brands.store import SealedDoor, add_brand, add_categories, add_door, seal_bound
from okienko.channels.webchat import pages as webchat
from okienko.conversations.sealing import Sealing, seal_values
from okienko.conversations.store import arrivals, threads
from okienko.database.ids import new_id
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.desk import pages as desk
from okienko.desk.replies import pages as replies
from okienko.desk.words import pages as brand_words
from okienko.keys import Keys
from okienko.masking.keeping import sensitive_until
from okienko.masking.mask import find, render
from okienko.masking.vault import new_person_key, person_bound
from okienko.policy.files import read_own_book
from okienko.policy.store import set_policy
from okienko.settings import Settings
from okienko.staff import pages as staff
from okienko.staff import store as staff_store
from okienko.staff.passwords import hash_password, hash_token
from okienko.staff.rules import must_enrol
from okienko.staff.second import store as second_store
from okienko.staff.second.passkeys import NewPasskey
from okienko.staff.store import Role
from okienko.staff.view import KnowStaff, touch
from okienko.values import Brand, BrandId, ConnectionId, ConversationId, Kind, PersonId, RawText, StaffId
from okienko.web import assets
from okienko.web.headers import SecurityHeaders
from okienko.web.live import Live
from okienko.web.services import Services
from okienko.web.templates import problem

ACCOUNT = Draft(
    id="konto",
    language="pl",
    category="konto",
    category_name="Konto",
    title="Konto",
    description="",
    body="Konto zakłada się raz.",
    owner="",
    review_on=None,
)
BEGIN = datetime(2026, 9, 21, 9, 0, tzinfo=UTC)
PASSWORD = "cztery dobre slowa razem"


@dataclass
class Clock:
    """Time that a test moves."""

    at: datetime

    def __call__(self) -> datetime:
        """Now."""
        return self.at


@dataclass
class World:
    """The outside world of the desk under test."""

    services: Services
    app: Starlette
    brand: Brand
    other: Brand
    encoded: str
    clock: Clock
    doors: dict[BrandId, ConnectionId] = field(default_factory=dict[BrandId, ConnectionId])

    async def publish(self, *articles: Draft) -> None:
        """Puts articles into the first brand's help centre."""
        async with self.services.database.brand(self.brand.id) as connection:
            await import_articles(connection, self.brand.id, list(articles), now=self.at)

    @property
    def at(self) -> datetime:
        """Now."""
        return self.clock.at

    def later(self, **length: float) -> None:
        """Moves the clock."""
        self.clock.at += timedelta(**length)

    def browser(self, *, address: str = "127.0.0.1") -> httpx2.AsyncClient:
        """A browser that does not follow redirects and keeps its cookies."""
        transport = httpx2.ASGITransport(app=self.app, client=(address, 1))
        return httpx2.AsyncClient(transport=transport, base_url="http://desk.example")

    async def move(self, place: str | None, choices: str = "") -> None:
        """The brand is there from now on. In the United States, what customers wrote may make the bot better."""
        async with self.services.database.brand(self.brand.id) as connection:
            await set_policy(
                connection,
                self.brand.id,
                read_own_book(),
                jurisdiction=place,
                choices=choices,
                by=OPERATOR,
                now=self.at,
            )

    async def hire(self, name: str, roles: dict[BrandId, Role], login: str | None = None) -> StaffId:
        """A colleague with `PASSWORD`, and with a passkey that nobody has where their role needs a second step."""
        staff_id = StaffId(new_id(self.at))
        for brand, role in roles.items():
            async with self.services.database.brand(brand) as connection:
                await staff_store.add_staff(
                    connection,
                    login=login or name.lower(),
                    name=name,
                    brand_id=brand,
                    role=role,
                    language="pl",
                    staff_id=staff_id,
                    token_hash=secrets.token_bytes(32),
                    now=self.at,
                )
        async with self.services.database.shared() as connection:
            await staff_store.rehash(connection, staff_id, self.encoded)
            if must_enrol(roles.values(), everybody=False):
                passkey = NewPasskey(credential=secrets.token_bytes(32), public_key=b"nobody's", counter=0)
                id_ = new_id(self.at)
                await second_store.add_passkey(connection, staff_id, passkey, id_=id_, name="", now=self.at)
        return staff_id

    async def enter(self, staff_id: StaffId) -> httpx2.AsyncClient:
        """A browser of somebody who has signed in just now, with all that it takes."""
        token = secrets.token_urlsafe(32)
        async with self.services.database.shared() as connection:
            await staff_store.open_session(connection, staff_id, hash_token(token), self.at)
        browser = self.browser()
        browser.cookies.set("okienko-desk", token)
        return browser

    async def begin(self, *texts: str, brand: Brand | None = None, token: str = "") -> Begun:
        """A conversation of a new person who wrote `texts`, stored as the road stores them; they hold `token`."""
        given, brand = self.services, brand or self.brand
        door = self.doors[brand.id]
        lookup = given.keys.lookup(f"webchat:{door}", token or secrets.token_urlsafe(32))
        person, person_key = PersonId(new_id(self.at)), new_person_key(secrets.token_bytes(32))
        async with given.database.brand(brand.id) as connection:
            await threads.start(
                connection,
                person=person,
                conversation=ConversationId(new_id(self.at)),
                door=door,
                channel="webchat",
                language="pl",
                lookup=lookup,
                wrapped_key=given.keys.wrap(person_key, person_bound(brand=brand.id, person=person)),
                key_id=given.keys.key_id,
                now=self.at,
            )
            thread = await threads.find_thread(connection, door, lookup)
            assert thread is not None
            row = await (
                await connection.execute(
                    "select reference from conversation where id = %(id)s", {"id": thread.conversation}
                )
            ).fetchone()
            assert row is not None
        begun = Begun(world=self, brand=brand, id=thread.conversation, reference=row[0], door=door, lookup=lookup)
        for text in texts:
            await begun.write(text, person=person, person_key=person_key)
        return begun


@dataclass
class Begun:
    """A conversation that exists."""

    world: World
    brand: Brand
    id: ConversationId
    reference: str
    door: ConnectionId
    lookup: bytes

    @property
    def address(self) -> str:
        """Its page."""
        return f"/desk/conversations/{self.brand.slug}/{self.reference}"

    async def write(self, text: str, *, person: PersonId | None = None, person_key: bytes = b"") -> None:
        """The customer writes; values that masking finds go to the vault when the person's key is given."""
        given, now = self.world.services, self.world.at
        findings = find(RawText(text), allowed=self.brand.allowed)
        masked = render(RawText(text), findings, {}, given.keys, "pl")
        arrival = arrivals.Arrival(
            connection=self.door,
            lookup=self.lookup,
            key=secrets.token_bytes(32),
            id=new_id(now),
            kind=Kind.TEXT,
            text=masked.text,
            choice=None,
            at=now,
            sensitive_until=sensitive_until({span.label for span in findings.spans}, now=now),
        )
        async with given.database.brand(self.brand.id) as connection:
            await connection.execute(arrivals.STORE_ARRIVALS, arrivals.pack_arrivals([arrival]))
            items: list[arrivals.SealedItem] = []
            if person is not None:
                sealing = Sealing(key=person_key, brand=self.brand, person=person, now=now)
                items = seal_values(masked.vaulted, sealing, conversation=self.id)
            await arrivals.store_vault_items(connection, items, now)

    async def read(self, sql: str, **values: object) -> list[tuple[Any, ...]]:
        """Rows about this conversation; `%(id)s` is its id."""
        async with self.world.services.database.brand(self.brand.id) as connection:
            return await (await connection.execute(sql.encode(), {"id": self.id, **values})).fetchall()

    async def change(self, sql: str, **values: object) -> None:
        """Changes rows of this conversation."""
        async with self.world.services.database.brand(self.brand.id) as connection:
            await connection.execute(sql.encode(), {"id": self.id, **values})


def csrf(page: str) -> str:
    """The anti-forgery token of a page."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def once(page: str) -> str:
    """The composer's own id."""
    found = re.search(r'name="once" id="once" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def make_brand(slug: str, name: str, now: datetime) -> Brand:
    """A brand in Warsaw."""
    return Brand(
        id=BrandId(new_id(now)),
        slug=slug,
        name=name,
        language="pl",
        languages=("pl", "en"),
        accent="#1f5f7a",
        timezone="Europe/Warsaw",
        hours="always",
        allowed=("pomoc@seans.example",),
        origins=(),
        keep_months=12,
        articles_version=0,
    )


@asynccontextmanager
async def open_world(urls: Urls, folder: Path) -> AsyncGenerator[World]:
    """A desk on the database at `urls`."""
    database = await Database.open(urls.app, size=4)
    keys = Keys.open(folder / "keys")
    at = Clock(BEGIN)
    try:
        settings = Settings(data=folder, keys=folder / "keys")
        given = Services(
            settings=settings,
            database=database,
            directory=Directory(database, keys, at),
            keys=keys,
            clock=at,
            live=Live(database, urls.app),
        )
        app = Starlette(
            routes=[
                *assets.routes(),
                *staff.routes(),
                *webchat.routes(),
                *brand_words.routes(),
                *replies.routes(),
                *desk.routes(touch=touch),
            ],
            middleware=[Middleware(SecurityHeaders), Middleware(KnowStaff)],
            exception_handlers={HTTPException: problem},
        )
        app.state.services = given
        brand, other = make_brand("seans", "Seans", BEGIN), make_brand("kramik", "Kramik", BEGIN)
        world = World(
            services=given,
            app=app,
            brand=brand,
            other=other,
            encoded=hash_password(PASSWORD, b"0123456789abcdef"),
            clock=at,
        )
        for made in (brand, other):
            door = ConnectionId(secrets.token_hex(8))
            world.doors[made.id] = door
            async with database.shared() as connection:
                await add_brand(connection, made, BEGIN)
            async with database.brand(made.id) as connection:
                await add_categories(connection, [("konto", "pl", "Konto"), ("konto", "en", "Account")])
                sealed = SealedDoor(
                    id=door,
                    brand_id=made.id,
                    channel="webchat",
                    secret=keys.wrap(secrets.token_bytes(32), seal_bound(door)),
                    reply_url=None,
                )
                await add_door(connection, sealed, BEGIN)
        yield world
    finally:
        await database.close()
