"""Reviews on the road: two shops that are asked, written from their rules, with what goes wrong there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

import orjson
import pytest

from okienko.brands.store import SealedDoor, add_door, seal_bound, seal_given
from okienko.channels import adapters
from okienko.channels.event import Reading
from okienko.conversations.store import actions, connections
from okienko.database.ids import new_id
from okienko.database.pool import DatabaseAway
from okienko.http import Answered
from okienko.poll import Poller
from okienko.receive import Reception
from okienko.tokens import Tokens
from okienko.values import (
    Brand,
    Connection,
    ConnectionId,
    ConversationId,
    Failed,
    HttpCall,
    MaskedText,
    StaffId,
    Unsure,
)
from tests.channels.test_app_store import pem
from tests.road.conftest import SECRET, World

pytestmark = pytest.mark.anyio

Store = Literal["google_play", "app_store"]
BOTH: tuple[Store, ...] = ("google_play", "app_store")
MINUTES = {"google_play": 10, "app_store": 15}


@dataclass(slots=True, kw_only=True)
class Review:
    """One review as its shop keeps it."""

    id: str
    text: str
    stars: int
    written: datetime
    changed: datetime
    answer: str | None = None


@dataclass(slots=True, kw_only=True)
class Shop:
    """Both vendors: lists reviews page by page, takes answers, and does badly what it is told to."""

    reviews: list[Review] = field(default_factory=list[Review])
    size: int = 100  # reviews on a page
    token: str = "t1"
    gives: bool = True  # tokens
    troubles: list[Answered | Failed | Unsure] = field(default_factory=list[Answered | Failed | Unsure])  # come first
    away: bool = False
    breaks_at: int | None = None  # the page that is answered with an error
    calls: list[HttpCall] = field(default_factory=list[HttpCall])

    async def post(self, call: HttpCall) -> Answered | Failed | Unsure:
        """One call."""
        self.calls.append(call)
        if self.away:
            return Failed(reason="no connection", permanent=False)
        url = urlsplit(call.url)
        if url.path.endswith("/token"):
            body = {"access_token": self.token, "expires_in": 3600} if self.gives else {"error": "invalid_grant"}
            return Answered(status=200 if self.gives else 400, headers={}, body=orjson.dumps(body))
        if self.troubles:
            return self.troubles.pop(0)
        google = url.hostname == "androidpublisher.googleapis.com"
        if google and call.headers["authorization"] != f"Bearer {self.token}":
            return Answered(status=401, headers={}, body=b'{"error": {"code": 401}}')
        if call.method == "POST":
            return self._take_answer(google, unquote(url.path), orjson.loads(call.body))
        asked = parse_qs(url.query)
        start = int(asked.get("token" if google else "cursor", ["0"])[0])
        if self.breaks_at is not None and start == self.breaks_at * self.size:
            return Answered(status=502, headers={}, body=b"<html>")
        body = self.write_google(start) if google else self.write_apple(start)
        return Answered(status=200, headers={}, body=orjson.dumps(body))

    def find(self, id_: str) -> Review:
        """The review of this id."""
        return next(review for review in self.reviews if review.id == id_)

    def _take_answer(self, google: bool, path: str, given: Mapping[str, Any]) -> Answered:
        if google:
            text = given["replyText"]
            self.find(path.rpartition("/")[2].removesuffix(":reply")).answer = text
            return Answered(status=200, headers={}, body=orjson.dumps({"result": {"replyText": text}}))
        data = given["data"]
        text = data["attributes"]["responseBody"]
        self.find(data["relationships"]["review"]["data"]["id"]).answer = text
        answer = {"id": "p", "type": "customerReviewResponses", "attributes": {"responseBody": text}}
        return Answered(status=201, headers={}, body=orjson.dumps({"data": answer}))

    def _page(self, start: int) -> tuple[list[Review], int | None]:
        newest = sorted(self.reviews, key=lambda review: review.written, reverse=True)
        following = start + self.size
        return newest[start:following], following if following < len(newest) else None

    def write_google(self, start: int) -> dict[str, Any]:
        """A page as Google lists it."""
        page, following = self._page(start)
        listed: list[dict[str, Any]] = []
        for one in page:
            moment = {"seconds": str(int(one.changed.timestamp())), "nanos": 0}
            comment = {"text": one.text, "starRating": one.stars, "lastModified": moment, "reviewerLanguage": "pl"}
            comments: list[dict[str, Any]] = [{"userComment": comment}]
            if one.answer is not None:
                comments.append({"developerComment": {"text": one.answer, "lastModified": moment}})
            listed.append({"reviewId": one.id, "comments": comments})
        return {"reviews": listed} | ({"tokenPagination": {"nextPageToken": str(following)}} if following else {})

    def write_apple(self, start: int) -> dict[str, Any]:
        """A page as Apple lists it."""
        page, following = self._page(start)
        listed: list[dict[str, Any]] = []
        included: list[dict[str, Any]] = []
        for one in page:
            facts = {"rating": one.stars, "body": one.text, "createdDate": one.written.isoformat(), "territory": "POL"}
            review: dict[str, Any] = {"type": "customerReviews", "id": one.id, "attributes": facts}
            if one.answer is not None:
                review["relationships"] = {"response": {"data": {"id": f"p{one.id}"}}}
                facts = {"responseBody": one.answer, "state": "PUBLISHED", "lastModifiedDate": one.changed.isoformat()}
                included.append({"type": "customerReviewResponses", "id": f"p{one.id}", "attributes": facts})
            listed.append(review)
        address = f"https://api.appstoreconnect.apple.com/v1/apps/1/customerReviews?cursor={following}"
        return {"data": listed, "included": included, "links": {"next": address} if following else {}}


@dataclass(slots=True, kw_only=True)
class Shops:
    """The world of these tests."""

    world: World
    shop: Shop
    poller: Poller
    channel: Store

    @property
    def door(self) -> ConnectionId:
        """The connection that is tried."""
        return ConnectionId(self.channel)

    def write(self, id_: str, text: str = "Ile mam czasu na zwrot towaru?", *, stars: int = 2, ago: float = 0) -> None:
        """A customer writes a review, or changes theirs."""
        at = self.world.clock() - timedelta(seconds=ago)
        for review in self.shop.reviews:
            if review.id == id_:
                review.text, review.stars, review.changed = text, stars, at
                return
        self.shop.reviews.append(Review(id=id_, text=text, stars=stars, written=at, changed=at))

    async def poll(self, *, after: float | None = None) -> int:
        """Asks when it is due the next time, or after so many seconds; how many connections were asked."""
        self.world.clock.move(MINUTES[self.channel] * 60 if after is None else after)
        asked = await self.poller.poll()
        await self.world.settle()
        return asked

    async def read(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the brand."""
        async with self.world.database.brand(self.world.brand.id) as connection:
            return await (await connection.execute(query.encode())).fetchall()

    async def texts(self) -> list[str]:
        """What customers wrote, as it is stored, in order."""
        return [text for (text,) in await self.read("select text from message where author = 'customer' order by id")]

    async def conversations(self) -> list[ConversationId]:
        """All of them, the oldest first."""
        return [ConversationId(id_) for (id_,) in await self.read("select id from conversation order by id")]

    async def standing(self) -> tuple[str | None, list[str]]:
        """The connection's trouble, and what administrators were told."""
        ((trouble,),) = await self.read(
            f"select max(trouble) from connection_state where connection_id = '{self.door}'"
        )
        notices = await self.read(f"select kind from connection_notice where connection_id = '{self.door}' order by at")
        return trouble, [kind for (kind,) in notices]

    async def take_over(self, conversation: ConversationId) -> StaffId:
        """Somebody at the desk takes it."""
        agent = StaffId(new_id(self.world.clock()))
        async with self.world.database.brand(self.world.brand.id) as connection:
            outcome = await actions.take_over(
                connection,
                conversation_id=conversation,
                staff_id=agent,
                holder=None,
                message_id=new_id(self.world.clock()),
                said=MaskedText("Anna dołącza do rozmowy."),
                now=self.world.clock(),
            )
        assert outcome == "done"
        return agent

    async def answer(self, conversation: ConversationId, agent: StaffId, text: str) -> None:
        """Whoever has it answers."""
        now = self.world.clock()
        async with self.world.database.brand(self.world.brand.id) as connection:
            outcome = await actions.reply(
                connection,
                conversation_id=conversation,
                staff_id=agent,
                message_id=new_id(now),
                once=new_id(now).bytes,
                text=MaskedText(text),
                now=now,
            )
        assert outcome == "done"
        await self.world.settle()


SERVICE: dict[str, str] = {}


def service_account() -> str:
    """A service account's file; its key is of the same kind as Apple's, which no vendor minds here."""
    return SERVICE.setdefault("file", orjson.dumps({"client_email": "o@sklep.example", "private_key": pem()}).decode())


@pytest.fixture(params=BOTH)
async def shops(world: World, request: pytest.FixtureRequest) -> Shops:
    """One of the shops, connected and asked for the first time, without any reviews."""
    opened = await open_shops(world, request.param)
    assert await opened.poll(after=0) == 1
    return opened


async def open_shops(world: World, channel: Store) -> Shops:
    """One of the shops, connected and never asked."""
    given = {"package": "com.sklep.app", "service_account": service_account()}
    if channel == "app_store":
        given = {"app_id": "1", "issuer": "i", "key_id": "k", "private_key": pem()}
    sealed = SealedDoor(
        id=ConnectionId(channel),
        brand_id=world.brand.id,
        channel=channel,
        secret=world.keys.wrap(SECRET, seal_bound(channel)),
        given=seal_given(world.keys, channel, given),
    )
    async with world.database.brand(world.brand.id) as connection:
        await add_door(connection, sealed, world.clock())
    world.clock.move(3)  # the directory is read anew
    shop = Shop()
    world.worker.sender.http = shop
    world.worker.sender.tokens = Tokens(shop, world.clock)
    poller = Poller(
        database=world.database,
        directory=world.directory,
        keys=world.keys,
        clock=world.clock,
        http=shop,
        tokens=world.worker.sender.tokens,
        reception=world.reception,
    )
    return Shops(world=world, shop=shop, poller=poller, channel=channel)


# what comes in -------------------------------------------------------------------------------------------------------


async def test_a_review_waits_for_a_person_with_the_bots_proposal_and_nothing_goes_out(shops: Shops) -> None:
    shops.write("r1", "Ile mam czasu na zwrot towaru? tel. 501 234 567")
    await shops.poll()
    (conversation,) = await shops.conversations()
    said = await shops.world.transcript(conversation)
    assert said == [
        ("customer", "text", "★★☆☆☆\n\nIle mam czasu na zwrot towaru? tel. [telefon]"),
        ("note", "answer", said[1][2]),
    ]
    assert "14 dni" in said[1][2]
    assert await shops.read("select holder, public, reason, noticed from conversation") == [
        ("queue", True, "public", False)
    ]
    assert await shops.read("select count(*) from outbox") == [(0,)]
    assert await shops.read("select count(*) from identity") == [(0,)]


async def test_what_is_listed_again_and_again_comes_once(shops: Shops) -> None:
    shops.write("r1")
    for _ in range(4):
        assert await shops.poll() == 1
    assert len(await shops.texts()) == 1
    assert await shops.poll(after=60) == 0, "not due"


async def test_a_changed_review_is_another_message_of_its_conversation_and_opens_it_again(shops: Shops) -> None:
    shops.write("r1", "źle", stars=1)
    await shops.poll()
    (conversation,) = await shops.conversations()
    agent = await shops.take_over(conversation)
    await shops.answer(conversation, agent, "Przepraszamy, poprawka jest w drodze.")
    async with shops.world.database.brand(shops.world.brand.id) as connection:
        await actions.change_holder(
            connection,
            "close",
            conversation_id=conversation,
            staff_id=agent,
            message_id=new_id(shops.world.clock()),
            said=MaskedText("Zamknięte."),
            now=shops.world.clock(),
        )
    closed = "select closed_at is not null, holder from conversation"
    shops.world.clock.move(5)
    shops.write("r1", "źle", stars=1)  # touched, and not changed
    await shops.poll(after=86_400)  # and over a night, so that each of the shops is read to its end
    assert (await shops.read(closed))[0][0]
    for stars, text in ((5, "źle"), (5, "już dobrze"), (1, "źle")):
        shops.world.clock.move(5)
        shops.write("r1", text, stars=stars)
        await shops.poll(after=86_400)
        assert await shops.read(closed) == [(False, "queue")]
    assert await shops.conversations() == [conversation]
    assert await shops.texts() == ["★☆☆☆☆\n\nźle", "★★★★★\n\nźle", "★★★★★\n\njuż dobrze", "★☆☆☆☆\n\nźle"]


@pytest.mark.parametrize("channel", BOTH)
async def test_what_was_over_before_the_connection_was_made_stays_in_the_shop(world: World, channel: Store) -> None:
    shops = await open_shops(world, channel)
    shops.write("old", "stara", ago=30 * 86_400)
    shops.write("answered", "z odpowiedzią", ago=3600)
    shops.shop.find("answered").answer = "Dziękujemy"
    shops.write("new", "nowa", ago=3600)
    await shops.poll(after=0)
    assert await shops.texts() == ["★★☆☆☆\n\nnowa"]
    shops.write("old", "stara, ale gorzej")
    await shops.poll(after=86_400)
    assert await shops.texts() == ["★★☆☆☆\n\nnowa", "★★☆☆☆\n\nstara, ale gorzej"]
    shops.shop.find("answered").answer = "Dziękujemy raz jeszcze"
    await shops.poll(after=86_400)
    assert len(await shops.conversations()) == 2, "an answer to what is not here opens nothing"


async def test_what_is_not_understood_is_noted_once_and_leaves_the_others(shops: Shops) -> None:
    shops.write("r1")
    write = {"google_play": shops.shop.write_google, "app_store": shops.shop.write_apple}[shops.channel]
    body = write(0)
    body["reviews" if shops.channel == "google_play" else "data"].append({"what": "is this"})
    page = Answered(status=200, headers={}, body=orjson.dumps(body))
    for _ in range(3):
        shops.shop.troubles = [page]
        await shops.poll()
    assert len(await shops.texts()) == 1
    assert len(await shops.read("select shape from unparsed")) == 1
    assert await shops.standing() == (None, [])


# what goes out -------------------------------------------------------------------------------------------------------


async def test_an_answer_goes_out_and_its_edit_takes_its_place_and_neither_comes_back(shops: Shops) -> None:
    shops.write("r1")
    await shops.poll()
    (conversation,) = await shops.conversations()
    agent = await shops.take_over(conversation)
    await shops.answer(conversation, agent, "Zwrot: 14 dni.")
    assert shops.shop.find("r1").answer == "Zwrot: 14 dni."
    await shops.poll(after=86_400)
    await shops.answer(conversation, agent, "Zwrot: 14 dni od odbioru.")
    assert shops.shop.find("r1").answer == "Zwrot: 14 dni od odbioru."
    for _ in range(2):
        await shops.poll(after=86_400)
    said = [(author, text) for author, _, text in await shops.world.transcript(conversation) if author != "note"]
    assert [one for one in said if one[0] == "agent"] == [
        ("agent", "Zwrot: 14 dni."),
        ("agent", "Zwrot: 14 dni od odbioru."),
    ]
    assert [author for author, _ in said].count("system") == 1, "who took it over, and nothing from the shop"
    assert await shops.read("select author, state from outbox") == [("agent", "sent"), ("agent", "sent")]


async def test_an_answer_that_was_written_in_the_shop_is_shown_once(shops: Shops) -> None:
    shops.write("r1")
    await shops.poll()
    (conversation,) = await shops.conversations()
    shops.shop.find("r1").answer = "Dziękujemy, zespół sklepu"
    for _ in range(3):
        shops.world.clock.move(61)
        await shops.poll(after=86_400)
    said = [text for _, kind, text in await shops.world.transcript(conversation) if kind == "echo"]
    assert said == ["Dziękujemy, zespół sklepu"]
    assert await shops.read("select count(*) from outbox") == [(0,)]
    async with shops.world.database.brand(shops.world.brand.id) as connection:
        await connection.execute("update conversation set closed_at = updated_at, holder = 'bot'")
    shops.write("r1", "dalej źle")
    await shops.poll()
    assert await shops.read("select closed_at is null, holder from conversation") == [(True, "queue")], (
        "whoever answered in the shop has answered what was written then"
    )


async def test_an_answer_that_may_have_arrived_is_put_again_for_that_changes_nothing(shops: Shops) -> None:
    shops.write("r1")
    await shops.poll()
    (conversation,) = await shops.conversations()
    agent = await shops.take_over(conversation)
    shops.shop.troubles = [Unsure(reason="lost"), Answered(status=503, headers={}, body=b"")]
    await shops.answer(conversation, agent, "Dziękujemy")
    for _ in range(4):
        shops.world.clock.move(400)
        await shops.world.settle()
    assert await shops.read("select state from outbox") == [("sent",)]
    assert shops.shop.find("r1").answer == "Dziękujemy"


@pytest.mark.parametrize(("status", "state"), [(404, "failed"), (400, "failed"), (409, "failed")])
async def test_an_answer_that_is_refused_is_not_tried_again(shops: Shops, status: int, state: str) -> None:
    shops.write("r1")
    await shops.poll()
    (conversation,) = await shops.conversations()
    agent = await shops.take_over(conversation)
    shops.shop.troubles = [Answered(status=status, headers={}, body=b"{}")]
    await shops.answer(conversation, agent, "Dziękujemy")
    assert await shops.read("select state, attempts from outbox") == [(state, 1)]


# troubles ------------------------------------------------------------------------------------------------------------


async def test_a_page_that_breaks_in_the_middle_loses_nothing(shops: Shops) -> None:
    shops.shop.size = 2
    for number in range(7):
        shops.write(f"r{number}", f"opinia {number}", ago=60 - number)
    shops.shop.breaks_at = 1
    await shops.poll()
    assert len(await shops.texts()) == 2
    shops.write("r9", "jeszcze jedna")
    shops.shop.breaks_at = None
    await shops.poll()
    assert len(await shops.texts()) == 8, "also what lies behind a page on which nothing is new"
    await shops.poll()
    assert len(await shops.texts()) == 8
    assert await shops.standing() == (None, [])


async def test_a_day_without_the_shop_loses_nothing_and_is_told_once(shops: Shops) -> None:
    shops.write("before")
    await shops.poll()
    shops.shop.away = True
    every = MINUTES[shops.channel] * 60
    for number in range(86_400 // every):
        if number % 12 == 0:
            shops.write(f"r{number}", f"opinia {number}")
        await shops.poll()
    shops.shop.away = False
    assert await shops.standing() == ("down", ["down"])
    await shops.poll()
    assert len(await shops.texts()) == 1 + len(range(0, 86_400 // every, 12))
    assert await shops.standing() == (None, ["down"])
    moments = [at for (at,) in await shops.read("select at from message where author = 'customer' order by id")]
    assert moments == sorted(moments)
    assert moments[-1] - moments[0] > timedelta(hours=20), "each has the time at which it was written"


async def test_how_long_to_wait_is_obeyed(shops: Shops) -> None:
    shops.write("r1")
    shops.shop.troubles = [Answered(status=429, headers={"Retry-After": "7200"}, body=b"{}")]
    await shops.poll()
    for _ in range(3):
        assert await shops.poll(after=1800) == 0
    assert await shops.poll(after=1800) == 1
    assert len(await shops.texts()) == 1
    assert await shops.standing() == (None, [])


@pytest.mark.parametrize(
    "body",
    [
        b"<html>sign in to this network</html>",
        b"[]",
        b'{"reviews": {}, "data": "x"}',
        b'{"data": [], "links": {"next": "https://zly.example/v1/apps"}, "x": 1}',
    ],
)
async def test_what_is_no_list_is_a_failure_that_is_noted_once(shops: Shops, body: bytes) -> None:
    shops.write("r1")
    for _ in range(12):
        shops.shop.troubles = [Answered(status=200, headers={}, body=body)]
        await shops.poll()
    assert await shops.standing() == ("down", ["down"])
    assert len(await shops.read("select shape from unparsed")) == 1
    assert not any("zly" in call.url for call in shops.shop.calls)
    await shops.poll(after=3600)
    assert (len(await shops.texts()), (await shops.standing())[0]) == (1, None)


async def test_a_list_that_goes_in_circles_ends(shops: Shops) -> None:
    shops.shop.size = 1
    shops.write("r1", ago=5)
    shops.write("r2")
    asked = len(shops.shop.calls)
    write = {"google_play": shops.shop.write_google, "app_store": shops.shop.write_apple}[shops.channel]
    page = Answered(status=200, headers={}, body=orjson.dumps(write(0)))
    shops.shop.troubles = [page] * 9
    await shops.poll(after=86_400)
    assert len([call for call in shops.shop.calls[asked:] if call.method == "GET"]) == 2
    shops.shop.troubles = []
    await shops.poll()
    assert len(await shops.texts()) == 2


async def test_a_token_that_ended_is_asked_for_anew_once(world: World) -> None:
    shops = await open_shops(world, "google_play")
    await shops.poll(after=0)
    shops.write("r1")
    shops.shop.token = "t2"  # the old one is not taken any more
    asked = len(shops.shop.calls)
    await shops.poll()
    assert [urlsplit(call.url).path.rpartition("/")[2] for call in shops.shop.calls[asked:]] == [
        "reviews",
        "token",
        "reviews",
    ]
    assert len(await shops.texts()) == 1
    assert await shops.standing() == (None, [])


async def test_access_that_has_ended_pauses_the_connection_and_is_told_once(shops: Shops) -> None:
    shops.write("r1")
    await shops.poll()
    (conversation,) = await shops.conversations()
    agent = await shops.take_over(conversation)
    shops.shop.gives = False
    denied = Answered(status=401, headers={}, body=b"{}")
    shops.shop.troubles = [denied, denied]
    await shops.poll()
    assert await shops.standing() == ("sign_in", ["sign_in"])
    asked = len(shops.shop.calls)
    await shops.answer(conversation, agent, "Dziękujemy")
    for _ in range(5):
        assert await shops.poll(after=3600) == 0
    assert len(shops.shop.calls) == asked, "nothing is asked and nothing sent until somebody has signed in"
    assert await shops.read("select state, attempts from outbox") == [("waiting", 0)]
    shops.shop.gives, shops.shop.troubles = True, []
    async with shops.world.database.brand(shops.world.brand.id) as connection:
        assert await connections.clear_trouble(connection, shops.door)
    shops.write("r2", "druga")
    await shops.poll()
    assert len(await shops.texts()) == 2
    assert shops.shop.find("r1").answer == "Dziękujemy"
    assert await shops.standing() == (None, ["sign_in"])


async def test_two_processes_ask_once(shops: Shops) -> None:
    shops.write("r1")
    shops.world.clock.move(MINUTES[shops.channel] * 60)
    asked = len(shops.shop.calls)
    await asyncio.gather(*(shops.poller.poll() for _ in range(4)))
    assert len(shops.shop.calls) == asked + 1
    assert len(await shops.texts()) == 1


@dataclass(slots=True)
class Dying:
    """A reception whose database goes away just after it has stored what it was given."""

    reception: Reception

    async def take_reading(self, door: Connection, brand: Brand, reading: Reading) -> None:
        await self.reception.take_reading(door, brand, reading)
        raise DatabaseAway("gone")


async def test_who_dies_between_storing_and_noting_it_leaves_no_repeats(shops: Shops) -> None:
    shops.write("r1")
    dying = replace(shops.poller, reception=Dying(shops.world.reception))  # pyright: ignore[reportArgumentType]
    shops.world.clock.move(MINUTES[shops.channel] * 60)
    await dying.poll()
    assert len(await shops.texts()) == 1
    assert await shops.poll(after=60) == 0, "its turn is not over yet"
    assert await shops.poll(after=180) == 1
    assert len(await shops.texts()) == 1


async def test_the_app_store_is_read_until_nothing_is_new_and_once_a_night_to_its_end(world: World) -> None:
    shops = await open_shops(world, "app_store")
    shops.shop.size = 2
    for number in range(9):
        shops.write(f"r{number}", f"opinia {number}", ago=100 - number)
    await shops.poll(after=0)
    assert len(shops.shop.calls) == 5
    await shops.poll()
    assert len(shops.shop.calls) == 6, "one page, on which nothing is new"
    shops.write("r9", "nowa")
    await shops.poll()
    assert len(shops.shop.calls) == 8, "a page with something new, and the one behind it"
    shops.write("r0", "zmieniona")  # the oldest, and the list does not say that it was changed
    await shops.poll()
    assert len(await shops.texts()) == 10
    await shops.poll(after=86_400)
    assert (await shops.texts())[-1].endswith("zmieniona"), "its place is where it was noticed"
    assert len(shops.shop.calls) == 9 + 5


def test_what_is_asked_and_never_calls_is_told_by_its_shape() -> None:
    for channel in BOTH:
        assert adapters()[channel].most_bytes == 0
