"""Forgeries at every door: whatever of a genuine delivery is changed, it is refused, and nothing of it is kept."""

from __future__ import annotations

import base64
import binascii
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okienko.brands.store import SealedDoor, add_door, seal_bound, seal_given
from okienko.channels import adapters
from okienko.channels.vendor import Greets
from okienko.values import BrandId, Connection, ConnectionId, Hook
from tests.channels.samples import ASKED, LETTER, SAMPLES, SECRET, TOKENS, Sample, write_mailgun
from tests.road.conftest import World
from tests.road.test_way_in import dump
from tests.road.vendors import call

pytestmark = pytest.mark.anyio
URL = "https://okienko.probny.example/hooks/{}/door"
HEADERS = ("x-hub-signature-256", "webhook-signature", "webhook-id", "authorization", "x-twilio-signature")


def door_of(sample: Sample, **more: str) -> Connection:
    return Connection(
        id=ConnectionId("door"),
        brand_id=BrandId(UUID(int=7)),
        channel=sample.channel,
        secret=SECRET,
        given={**sample.given, **more},
    )


def hook(sample: Sample, headers: Mapping[str, str], body: bytes) -> Hook:
    url = URL.format(sample.channel)
    return Hook(url=url, headers=headers, body=body, query=dict(parse_qsl("")))


def test_every_channel_is_attacked() -> None:
    assert {sample.channel for sample in SAMPLES} | ASKED | TOKENS == adapters().keys()


@settings(max_examples=60, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_sec_02_whatever_is_changed_is_not_genuine(chance: random.Random) -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    for sample in SAMPLES:
        adapter, door = adapters()[sample.channel], door_of(sample)
        headers, body = sample.write(URL.format(sample.channel), now)
        assert adapter.verify(hook(sample, headers, body), door, now), sample
        forged: list[tuple[dict[str, str], bytes]] = [({}, body), (dict.fromkeys(headers, ""), body)]
        signing = [name for name in HEADERS if name in headers]
        for name in signing:
            value = headers[name]
            place = chance.randrange(len(value))
            other = chance.choice([sign for sign in "0aZ=,+ ż" if sign != value[place]])
            forged.append(({**headers, name: value[:place] + other + value[place + 1 :]}, body))
            forged.append(({**headers, name: value[:place]}, body))
        if sample.covers:
            place = chance.randrange(len(body))
            changed = bytes([body[place] ^ (1 << chance.randrange(7))])
            forged += [(headers, body[:place] + changed + body[place + 1 :]), (headers, body[:place])]
            forged += [(headers, body + b"&x=1"), (headers, b"")]
        for these, written in forged:
            same = (these, written) == (headers, body) or _says_the_same(sample, these, headers, written, body)
            assert same or not adapter.verify(hook(sample, these, written), door, now), (sample, these.keys())
        for empty in ({}, dict.fromkeys(sample.given, "")):
            bare = Connection(id=door.id, brand_id=door.brand_id, channel=door.channel, secret=bytes(32), given=empty)
            assert not adapter.verify(hook(sample, headers, body), bare, now), (
                "without its own secret nothing is genuine"
            )


def _says_the_same(
    sample: Sample, these: Mapping[str, str], headers: Mapping[str, str], written: bytes, body: bytes
) -> bool:
    """A form may be written otherwise and have the same fields; base64 may have other signs that mean the same bits."""
    if written == body and "authorization" in these and sample.way == "postmark":
        word, _, secret = these["authorization"].partition(" ")
        try:
            return word.lower() == "basic" and base64.b64decode(secret) == base64.b64decode(
                headers["authorization"][6:]
            )
        except (binascii.Error, ValueError):
            return False
    if sample.channel == "webhook" and written == body:
        return (
            headers["webhook-signature"] in these.get("webhook-signature", "").split()
            and these.get("webhook-id") == headers["webhook-id"]
        )
    if sample.channel == "voice":
        forms = [sorted(parse_qsl(form.decode("utf-8", "replace"), keep_blank_values=True)) for form in (written, body)]
        return these == headers and forms[0] == forms[1]
    return False


@pytest.mark.parametrize("sample", [one for one in SAMPLES if one.stored], ids=str)
async def test_sec_02_forged_deliveries_leave_nothing(world: World, sample: Sample) -> None:
    async with world.database.brand(world.brand.id) as connection:
        await add_door(
            connection,
            SealedDoor(
                id=ConnectionId("door"),
                brand_id=world.brand.id,
                channel=sample.channel,
                secret=world.keys.wrap(SECRET, seal_bound("door")),
                given=seal_given(world.keys, "door", sample.given),
            ),
            world.clock(),
        )
    path = f"/hooks/{sample.channel}/door"
    headers, body = sample.write(URL.format(sample.channel), world.clock())
    before = dump(world.urls.owner)
    wrong = {name: value + "0" for name, value in headers.items()}
    forged: list[tuple[Mapping[str, str], bytes]] = [({}, body), ({}, b""), (wrong, body)]
    if sample.covers:
        forged += [(headers, body + b" "), (headers, body.replace(b"zwrot", b"zwrut")), (headers, body[1:])]
    if sample.way == "mailgun":
        forged = [({}, body), (headers, body.replace(b"signature=", b"signature=0")), (headers, b"")]
    for these, written in forged:
        assert (await call(world, path, written, these)).status in {401, 403}
    if isinstance(adapters()[sample.channel], Greets):
        assert (await call(world, f"{path}?hub.mode=subscribe&hub.challenge=1", b"", method="GET")).status == 403
    assert dump(world.urls.owner) == before
    for state in (200, 200):
        assert (await call(world, path, body, headers)).status == state, "the genuine one is taken, and may come again"
    async with world.database.brand(world.brand.id) as connection:
        rows = await (await connection.execute("select count(*) from message where author = 'customer'")).fetchone()
    assert rows == (1,)


@pytest.mark.parametrize("channel", sorted(ASKED))
async def test_sec_02_who_is_asked_reports_nothing(world: World, channel: str) -> None:
    sample = Sample(channel=channel, given={}, write=SAMPLES[0].write)
    now = world.clock()
    for one in SAMPLES:
        headers, body = one.write(URL.format(channel), now)
        assert not adapters()[channel].verify(hook(sample, headers, body), door_of(sample, **one.given), now)


async def test_sec_03_a_token_that_signs_no_content_is_good_for_one_letter(world: World) -> None:
    sample = next(one for one in SAMPLES if one.way == "mailgun")
    async with world.database.brand(world.brand.id) as connection:
        sealed = SealedDoor(
            id=ConnectionId("door"),
            brand_id=world.brand.id,
            channel="email",
            secret=world.keys.wrap(SECRET, seal_bound("door")),
            given=seal_given(world.keys, "door", sample.given),
        )
        await add_door(connection, sealed, world.clock())
    other = LETTER.replace(b"<1@", b"<2@")
    for letter, token, status in ((LETTER, "a", 200), (LETTER, "a", 200), (other, "a", 401), (other, "b", 200)):
        headers, body = write_mailgun(letter, token * 50, world.clock())
        assert (await call(world, "/hooks/email/door", body, headers)).status == status
    async with world.database.brand(world.brand.id) as connection:
        assert await (await connection.execute("select count(*) from message")).fetchone() == (2,)
