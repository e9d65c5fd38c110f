"""Vendors of the road's tests: doors of Messenger and WhatsApp, and deliveries that are signed as Meta signs them."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from starlette.types import Message

from okienko.brands.store import SealedDoor, add_door, seal_bound, seal_given
from okienko.values import ConnectionId
from tests.road.conftest import SECRET, World

APP_SECRET = "tajemnica-aplikacji"
APP = "900100"
PAGE = "17841"
PHONE = "106100"
PSID = "2468013579"
MESSENGER = {
    "token": "żeton",
    "app_secret": APP_SECRET,
    "verify_token": "słowo",
    "app_id": APP,
    "page_id": PAGE,
    "base": "https://graf.vendor.example",
}
WHATSAPP = {
    "token": "żeton",
    "app_secret": APP_SECRET,
    "verify_token": "słowo",
    "phone_number_id": PHONE,
    "waba_id": "55",
    "base": "https://graf.vendor.example",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """What a hook answered, byte by byte."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def connect(world: World, door: str, channel: str, given: Mapping[str, str]) -> None:
    """Opens a door of a vendor's channel."""
    async with world.database.brand(world.brand.id) as connection:
        sealed = SealedDoor(
            id=ConnectionId(door),
            brand_id=world.brand.id,
            channel=channel,
            secret=world.keys.wrap(SECRET, seal_bound(door)),
            given=seal_given(world.keys, door, given),
        )
        await add_door(connection, sealed, world.clock())


def sign(body: bytes, secret: str = APP_SECRET) -> str:
    """The value of Meta's header."""
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()


async def call(
    world: World, path: str, body: bytes, headers: Mapping[str, str] | None = None, *, method: str = "POST"
) -> Got:
    """One request to a hook; the path may have a query."""
    sent: list[Message] = []
    place, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": place,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in (headers or {}).items()],
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await world.reception.hook(scope, receive, send)
    return Got(
        status=sent[0]["status"],
        headers={name.decode(): value.decode() for name, value in sent[0]["headers"]},
        body=sent[1]["body"],
    )


def milliseconds(moment: datetime) -> int:
    """As Meta counts."""
    return int(moment.timestamp() * 1000)


@dataclass(slots=True, kw_only=True)
class Messenger:
    """A page's door and one customer."""

    world: World
    door: str = "page"
    page: str = PAGE
    user: str = PSID

    async def open(self) -> None:
        """Connects the page."""
        await connect(self.world, self.door, "messenger", {**MESSENGER, "page_id": self.page})

    def event(self, *, ago: float = 0.0, out: bool = False, **what: Any) -> dict[str, Any]:
        """One event of the customer, so many seconds ago; `out`: of the page."""
        user, page = {"id": self.user}, {"id": self.page}
        at = milliseconds(self.world.clock() - timedelta(seconds=ago))
        return {"sender": page if out else user, "recipient": user if out else page, "timestamp": at, **what}

    def words(self, mid: str, text: str, *, ago: float = 0.0, **more: Any) -> dict[str, Any]:
        """A message."""
        return self.event(ago=ago, message={"mid": mid, "text": text, **more})

    def echo(self, mid: str, text: str, *, ago: float = 0.0, **more: Any) -> dict[str, Any]:
        """What the page has sent."""
        return self.event(ago=ago, out=True, message={"mid": mid, "is_echo": True, "text": text, **more})

    async def deliver(self, *events: Mapping[str, Any], page: str | None = None, standby: bool = False) -> Got:
        """A signed delivery of these."""
        entry = {"id": page or self.page, "time": 1, ("standby" if standby else "messaging"): list(events)}
        body = orjson.dumps({"object": "page", "entry": [entry]})
        return await call(self.world, f"/hooks/messenger/{self.door}", body, {"x-hub-signature-256": sign(body)})


@dataclass(slots=True, kw_only=True)
class WhatsApp:
    """A number's door and one customer."""

    world: World
    door: str = "number"
    user: str = "48600100200"

    async def open(self) -> None:
        """Connects the number."""
        await connect(self.world, self.door, "whatsapp", WHATSAPP)

    def _value(self, **what: Any) -> dict[str, Any]:
        return {"messaging_product": "whatsapp", "metadata": {"phone_number_id": PHONE}, **what}

    def seconds(self, ago: float) -> str:
        """The vendor's clock."""
        return str(int((self.world.clock() - timedelta(seconds=ago)).timestamp()))

    def words(self, id: str, text: str, *, ago: float = 0.0, **more: Any) -> dict[str, Any]:  # noqa: A002 - the vendor's
        """A message."""
        return self.message(id, ago=ago, type="text", text={"body": text}, **more)

    def message(self, id: str, *, ago: float = 0.0, **what: Any) -> dict[str, Any]:  # noqa: A002 - the vendor's
        """A message of any type."""
        message = {"from": self.user, "id": id, "timestamp": self.seconds(ago), **what}
        contact = {"profile": {"name": "Anna Testowa"}, "wa_id": self.user}
        return self._value(messages=[message], contacts=[contact])

    def status(self, id: str, status: str, *, ago: float = 0.0, **more: Any) -> dict[str, Any]:  # noqa: A002 - as above
        """How a message of ours fares."""
        given = {"id": id, "status": status, "timestamp": self.seconds(ago), "recipient_id": self.user, **more}
        return self._value(statuses=[given])

    async def deliver(self, *values: Mapping[str, Any]) -> Got:
        """A signed delivery of these."""
        changes = [{"field": "messages", "value": value} for value in values]
        body = orjson.dumps({"object": "whatsapp_business_account", "entry": [{"id": "55", "changes": changes}]})
        return await call(self.world, f"/hooks/whatsapp/{self.door}", body, {"x-hub-signature-256": sign(body)})
