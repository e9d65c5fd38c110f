"""People who are known by an address, and the post that their letters go out by."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any, Literal
from uuid import UUID

from okienko import post
from okienko.brands.directory import Directory
from okienko.conversations.store import threads
from okienko.conversations.store.threads import Thread
from okienko.database.ids import new_id
from okienko.database.urls import Urls
from okienko.identity import store as identity
from okienko.identity.codes import Entered, Purpose
from okienko.keys import Keys
from okienko.masking.mask import published
from okienko.masking.vault import new_person_key, person_bound, seal
from okienko.policy.files import read_own_book
from okienko.rights.clocks import find_term
from okienko.rights.store import requests
from okienko.rights.store.requests import NewRequest
from okienko.values import ConversationId, Failed, Language, MessageId, PersonId, RawText, Sent, Unsure
from tests import web_world
from tests.web_world import DOOR

BEGIN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ADDRESS = "halina.sroka@poczta.example"
OTHER = "kto.inny@poczta.example"


@dataclass
class Clock:
    """Time that a test moves."""

    at: datetime = BEGIN

    def __call__(self) -> datetime:
        """Now."""
        return self.at

    def move(self, **length: float) -> None:
        """Later."""
        self.at += timedelta(**length)


@dataclass
class FakePost:
    """A mail server that does what it is told, in turn, and takes everything after that."""

    sender: str = "okienko@firma.example"
    answers: list[Sent | Failed | Unsure | BaseException] = field(
        default_factory=list[Sent | Failed | Unsure | BaseException]
    )
    taken: list[EmailMessage] = field(default_factory=list[EmailMessage])

    async def send(self, message: EmailMessage) -> Sent | Failed | Unsure:
        """One message; kept if it was taken, or may have been."""
        answer = self.answers.pop(0) if self.answers else Sent(receipt="")
        if not isinstance(answer, Failed):
            self.taken.append(message)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def code(self, number: int = -1) -> str:
        """The code in a letter."""
        text = str(self.taken[number].get_content())
        return text.split("Kod: ")[1].split("\n", maxsplit=1)[0]


@dataclass(kw_only=True)
class People:
    """A brand with people, and a post."""

    world: web_world.World
    clock: Clock
    directory: Directory
    post: FakePost = field(default_factory=FakePost)

    @property
    def keys(self) -> Keys:
        """The installation's."""
        return self.world.keys

    async def begin(self, token: str = "t") -> Thread:
        """A visitor who begins a chat now."""
        now = self.clock()
        person = PersonId(new_id(now))
        brand = self.world.brand.id
        async with self.world.database.brand(brand) as connection:
            return await threads.start(
                connection,
                person=person,
                conversation=ConversationId(new_id(now)),
                door=DOOR,
                channel="webchat",
                language="pl",
                lookup=self.keys.lookup(f"webchat:{DOOR}", token),
                wrapped_key=self.keys.wrap(new_person_key(b"k" * 32), person_bound(brand=brand, person=person)),
                key_id=self.keys.key_id,
                noticed=True,
                now=now,
            )

    async def leave(
        self, thread: Thread, address: str = ADDRESS, *, verified: Literal["code", "import"] | None = None
    ) -> UUID:
        """An address that somebody leaves; `verified`: and that counts from now on."""
        now, row = self.clock(), new_id(self.clock())
        sealed = seal(
            new_person_key(b"k" * 32),
            RawText(address),
            brand=self.world.brand.id,
            person=thread.person,
            table="identity",
            column="sealed",
            row=row,
        )
        async with self.world.database.brand(self.world.brand.id) as connection:
            await threads.leave_contact(
                connection,
                conversation=thread.conversation,
                person=thread.person,
                id=row,
                kind="email",
                lookup=self.keys.lookup("EMAIL_ADDRESS", address),
                sealed=sealed,
                message=MessageId(new_id(now)),
                text=published("Zostawiono kontakt: [e-mail]."),
                now=now,
            )
        if verified:
            await self.world.run(
                "update identity set verified_at = %(now)s, verified_by = %(by)s where id = %(id)s",
                now=now,
                by=verified,
                id=row,
            )
        return row

    async def known(self, address: str = ADDRESS, *, verified: Literal["code", "import"] = "code") -> Thread:
        """Somebody who was here before and is known by an address; a minute passes."""
        thread = await self.begin(f"before {address}")
        await self.leave(thread, address, verified=verified)
        self.clock.move(minutes=1)
        return thread

    async def request(self) -> UUID:
        """A request of somebody nobody knows yet."""
        now = self.clock()
        async with self.world.database.brand(self.world.brand.id) as connection:
            return await requests.open_request(
                connection,
                NewRequest(
                    kind="access",
                    language="pl",
                    came_by="form",
                    term=find_term(read_own_book(), self.world.brand, now),
                ),
                now=now,
            )

    async def ask(
        self, within: UUID, address: str = ADDRESS, purpose: Purpose = "rights", language: Language = "pl"
    ) -> UUID:
        """Asks for a code."""
        async with self.world.database.brand(self.world.brand.id) as connection:
            return await identity.ask(
                connection,
                self.keys,
                typed=RawText(address),
                purpose=purpose,
                within=within,
                language=language,
                now=self.clock(),
            )

    async def enter(self, challenge: UUID, within: UUID, code: str, purpose: Purpose = "rights") -> Entered:
        """Enters a code."""
        async with self.world.database.brand(self.world.brand.id) as connection:
            return await identity.enter(
                connection,
                self.keys,
                challenge=challenge,
                purpose=purpose,
                within=within,
                typed=RawText(code),
                now=self.clock(),
            )

    async def send(self) -> int:
        """One round of letters."""
        return await post.send(self.world.database, self.directory, self.keys, self.post, self.clock)

    async def letters(self) -> list[tuple[Any, ...]]:
        """(template, state, attempts, error) of all, oldest first."""
        return await self.world.rows("select template, state, attempts, error from letter order by id")


@asynccontextmanager
async def open_people(urls: Urls) -> AsyncGenerator[People]:
    """A brand without people."""
    clock = Clock()
    async with web_world.open_world(urls) as world:
        yield People(world=world, clock=clock, directory=Directory(world.database, world.keys, clock))
