"""Letters by services' hooks, on the whole road: whose signature holds, how often, and what is asked of Amazon."""

from __future__ import annotations

import asyncio
import base64
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any, Final, LiteralString, cast
from urllib.parse import urlencode

import orjson
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from okienko.brands.store import SealedDoor, add_door, seal_bound, seal_given
from okienko.channels.email.hooks import write_signed
from okienko.http import Answered
from okienko.receive import Reception
from okienko.values import ConnectionId, Letter, Sent
from tests.channels.test_email_adapter import NAMES, PLACE, TOPIC, make_signer
from tests.road.conftest import SECRET, FakeHttp, Response, World

pytestmark = pytest.mark.anyio

DOOR: Final = ConnectionId("poczta")
HOOK: Final = f"/hooks/email/{DOOR}"
QUESTION: Final = "ile mam czasu na zwrot towaru?"


@dataclass(slots=True, kw_only=True)
class Post:
    """Remembers letters."""

    letters: list[Letter] = field(default_factory=list[Letter])

    async def carry(self, letter: Letter) -> Sent:
        self.letters.append(letter)
        return Sent(receipt=letter.message_id)


@pytest.fixture
async def hooked(world: World) -> AsyncIterator[World]:
    """The world with a reception that can fetch."""
    http = FakeHttp()
    reception = Reception(world.database, world.directory, world.keys, world.clock, world.worker.awake.set, http=http)
    running = asyncio.create_task(reception.run())
    world.worker.sender.letters = Post()
    yield replace(world, reception=reception, http=http)
    running.cancel()


async def connect(world: World, **given: str) -> None:
    async with world.database.brand(world.brand.id) as connection:
        sealed = SealedDoor(
            id=DOOR,
            brand_id=world.brand.id,
            channel="email",
            secret=world.keys.wrap(SECRET, seal_bound(DOOR)),
            given=seal_given(world.keys, DOOR, {"address": "bok@sklep.example", **given}),
        )
        await add_door(connection, sealed, world.clock())
    world.clock.move(3)


async def count(world: World, query: str) -> int:
    async with world.database.brand(world.brand.id) as connection:
        cursor = await connection.execute(cast("LiteralString", query))
        (row,) = await cursor.fetchall()
    return cast("int", row[0])


def letter(text: str = QUESTION, id_: str = "1@poczta.example") -> bytes:
    made = EmailMessage()
    made["From"] = "Anna <anna@poczta.example>"
    made["To"] = "bok@sklep.example"
    made["Subject"] = "Zwrot"
    made["Message-ID"] = f"<{id_}>"
    made.set_content(text)
    return made.as_bytes()


async def mailgun(world: World, body: bytes, token: str = "t" * 50) -> Response:
    at = str(int(world.clock().timestamp()))
    signature = hmac.digest(b"mg-key", f"{at}{token}".encode(), "sha256").hex()
    form = urlencode({"timestamp": at, "token": token, "signature": signature, "body-mime": body}).encode()
    return await world.post(f"{HOOK}/mime", form, {"content-type": "application/x-www-form-urlencoded"})


async def test_a_token_of_mailgun_that_somebody_has_overheard_brings_nothing_else_in(hooked: World) -> None:
    await connect(hooked, way="mailgun", signing_key="mg-key")
    assert (await mailgun(hooked, letter())).status == 200
    assert (await mailgun(hooked, letter())).status == 200, "Mailgun itself tries again with the same"
    assert (await mailgun(hooked, letter("coś innego", "2@zly.example"))).status == 401
    assert await count(hooked, "select count(*) from message where author = 'customer'") == 1
    assert (await mailgun(hooked, letter("drugi list", "2@poczta.example"), token="u" * 50)).status == 200
    assert await count(hooked, "select count(*) from message where author = 'customer'") == 2


def sns(signer: tuple[rsa.RSAPrivateKey, bytes], **more: str) -> bytes:
    said = {
        "MessageId": "n1",
        "TopicArn": TOPIC,
        "Message": "{}",
        "SigningCertURL": PLACE,
        "SignatureVersion": "2",
        "Type": "Notification",
        **more,
    }
    signature = signer[0].sign(write_signed(said, NAMES[said["Type"]]), PKCS1v15(), hashes.SHA256())
    return orjson.dumps({**said, "Signature": base64.b64encode(signature).decode()})


async def test_amazon_is_asked_for_its_certificate_once_and_told_yes_once(hooked: World) -> None:
    await connect(hooked, way="ses", topic=TOPIC)
    now = hooked.clock()
    signer = make_signer(now)
    hooked.http.answers = [Answered(status=200, headers={}, body=signer[1])]
    confirm = f"{PLACE.removesuffix('.pem')}?Action=ConfirmSubscription&Token=t"
    asks = sns(signer, Type="SubscriptionConfirmation", Timestamp=now.isoformat(), SubscribeURL=confirm, Token="t")
    assert (await hooked.post(HOOK, asks, {})).status == 200
    assert [(call.method, call.url) for call in hooked.http.calls] == [("GET", PLACE), ("GET", confirm)]
    received: dict[str, Any] = {
        "notificationType": "Received",
        "content": base64.b64encode(letter()).decode(),
        "receipt": {},
    }
    tells = sns(signer, MessageId="n2", Timestamp=now.isoformat(), Message=orjson.dumps(received).decode())
    for _ in range(2):
        assert (await hooked.post(HOOK, tells, {})).status == 200
    assert len(hooked.http.calls) == 2, "the certificate is known"
    assert await count(hooked, "select count(*) from message where author = 'customer'") == 1
    forged = tells.replace(b"n2", b"n3")
    assert (await hooked.post(HOOK, forged, {})).status == 401
    hooked.clock.move(3601)
    assert (await hooked.post(HOOK, tells, {})).status == 401, "an hour later it may be anybody's"


async def test_a_certificate_that_lies_elsewhere_is_not_asked_for(hooked: World) -> None:
    await connect(hooked, way="ses", topic=TOPIC)
    signer = make_signer(hooked.clock())
    body = sns(signer, Timestamp=hooked.clock().isoformat(), SigningCertURL="https://zly.example/x.pem")
    assert (await hooked.post(HOOK, body, {})).status == 401
    assert hooked.http.calls == []


async def test_a_sender_that_was_killed_after_a_letter_had_gone_sends_the_same_one_again(hooked: World) -> None:
    await connect(hooked, way="postmark", hook_user="pm", hook_password="hak", smtp_host="smtp.sklep.example")
    body = orjson.dumps({"FromFull": {}, "MessageID": "0", "RawEmail": letter().decode()})
    basic = {"authorization": "Basic " + base64.b64encode(b"pm:hak").decode()}
    assert (await hooked.post(HOOK, body, basic)).status == 200
    hooked.clock.move(5)
    killed = Killed()
    hooked.worker.sender.letters = killed
    while await hooked.worker.take_turns():
        pass
    sending = asyncio.create_task(hooked.worker.send())
    await killed.gone.wait()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    assert await count(hooked, "select count(*) from outbox where state = 'sending'") == 1
    hooked.clock.move(timedelta(minutes=2).total_seconds())
    post = Post()
    hooked.worker.sender.letters = post
    await hooked.settle()
    assert post.letters == killed.letters
    assert await count(hooked, "select count(*) from outbox where state = 'sent'") == 1


@dataclass(slots=True, kw_only=True)
class Killed:
    """Takes a letter away, and whoever has sent it never hears of it."""

    letters: list[Letter] = field(default_factory=list[Letter])
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def carry(self, letter: Letter) -> Any:
        self.letters.append(letter)
        self.gone.set()
        await asyncio.Event().wait()
