"""The scratch copy: a brand in a database of its own that is thrown away, with a past that tells what is usual.

Of a real brand, only what it has published and set is copied, and the masked words from which it is learnt what its
customers usually ask. The source is read in a transaction that can write nothing. Neither people nor keys nor staff are
copied, nor anything that calls other systems: no source, look-up, model or way out.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from okienko.bench.bench import DOOR
from okienko.bench.load import Customer
from okienko.brands.store import SealedDoor, add_door, seal_bound
from okienko.database.ids import new_id
from okienko.database.pool import LONGEST_WORK, Connection, Database
from okienko.database.urls import Urls
from okienko.demo.store import ConversationRow, MessageRow, play_conversations, play_messages
from okienko.keys import Keys
from okienko.masking.vault import person_bound
from okienko.opening import now
from okienko.radar import store as radar
from okienko.radar.watch import EVERY_HOUR, REFERENCE
from okienko.rehearsal import store
from okienko.values import BrandId, ConnectionId, Language, PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Something that was left open, and when."""

    at: datetime
    language: Language
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A brand's rows by table, and its past."""

    brand: BrandId
    rows: Mapping[str, Sequence[Mapping[str, object]]] = field(repr=False)
    past: Sequence[Past] = field(repr=False)


async def read_brand(connection: Connection, brand: BrandId, *, until: datetime) -> Copy:
    """What is copied of the brand that is set. Nothing can be written in this transaction from here on."""
    rows = await store.read_rows(connection)
    left = await radar.sample_left(connection, since=until - REFERENCE, until=until, most=EVERY_HOUR)
    words = await radar.read_words(connection, left)
    past = [
        Past(at=one.at, language=one.language, text=words[one.message].all.text) for one in left if one.message in words
    ]
    return Copy(brand=brand, rows=rows, past=past)


def write_brand(superuser: str, copy: Copy) -> None:
    """Puts the copy into an empty scratch database; ids of staff stay behind as ids of nobody."""
    store.write_rows(superuser, copy.rows)


async def open_door(urls: Urls, keys: Keys, brand: BrandId) -> None:
    """A way in for the evening's customers."""
    async with await Database.open(urls.app, size=1) as database, database.brand(brand) as connection:
        secret = keys.wrap(secrets.token_bytes(32), seal_bound(DOOR))
        sealed = SealedDoor(id=ConnectionId(DOOR), brand_id=brand, channel="webchat", secret=secret, reply_url=None)
        await add_door(connection, sealed, now())


async def begin(urls: Urls, keys: Keys, brand: BrandId, conversations: Mapping[str, Language]) -> dict[str, Customer]:
    """Opens the evening's conversations."""
    customers: dict[str, Customer] = {}
    rows: list[ConversationRow] = []
    for name, language in conversations.items():
        token, id_ = secrets.token_urlsafe(32), new_id(now())
        rows.append(_conversation(keys, brand, id_, language, lookup=keys.lookup(f"webchat:{DOOR}", token), at=now()))
        customers[name] = Customer(token=token, conversation=str(id_))
    async with (
        await Database.open(urls.app, size=1) as database,
        database.brand(brand, longest=LONGEST_WORK) as connection,
    ):
        await play_conversations(connection, rows, key_id=keys.key_id)
    return customers


async def live_through(urls: Urls, keys: Keys, brand: BrandId, past: Sequence[Past]) -> None:
    """What was left open before, each by somebody else: the radar compares with it, and incidents learn from it."""
    rows: list[ConversationRow] = []
    said: list[MessageRow] = []
    for one in past:
        id_ = new_id(one.at)
        lookup = secrets.token_bytes(32)
        rows.append(_conversation(keys, brand, id_, one.language, lookup=lookup, at=one.at, closed=True))
        said.append(_message(id_, "customer", one.text, at=one.at))
        said.append(_message(id_, "bot", "–", at=one.at + timedelta(seconds=1)))
    async with (
        await Database.open(urls.app, size=1) as database,
        database.brand(brand, longest=LONGEST_WORK) as connection,
    ):
        await play_conversations(connection, rows, key_id=keys.key_id)
        await play_messages(connection, said)


def _conversation(
    keys: Keys, brand: BrandId, id_: UUID, language: Language, *, lookup: bytes, at: datetime, closed: bool = False
) -> ConversationRow:
    person = PersonId(new_id(at))
    return ConversationRow(
        id=id_,
        person=person,
        wrapped_key=keys.wrap(secrets.token_bytes(32), person_bound(brand=brand, person=person)),
        connection=DOOR,
        channel="webchat",
        reference=id_.hex[-12:],
        language=language,
        category=None,
        holder="bot",
        agent=None,
        version=0,
        misses=0,
        reason="no_answer",
        arrived=1 if closed else 0,
        lookup=lookup,
        sealed=None,
        queued_at=None,
        updated_at=at,
        closed_at=at if closed else None,
        created_at=at,
    )


def _message(conversation: UUID, author: str, text: str, *, at: datetime) -> MessageRow:
    return MessageRow(
        conversation=conversation,
        id=new_id(at),
        author=author,
        kind="text" if author == "customer" else "handoff",
        agent=None,
        text=text,
        arrival=1 if author == "customer" else None,
        answers=1 if author == "bot" else None,
        choice=None,
        choices=(),
        confidence=None,
        connection=DOOR,
        channel="webchat",
        at=at,
        helped=None,
        reason=None,
        comment="",
        word_at=None,
    )


def draw_past(texts: Sequence[str], *, until: datetime, hourly: int, seed: int) -> list[Past]:
    """An invented past of two weeks."""
    chance = Random(seed)  # noqa: S311 - the same every time
    latest, count = until - timedelta(hours=7), hourly * int(REFERENCE / timedelta(hours=1))
    return [
        Past(at=latest - REFERENCE * chance.random(), language="pl", text=chance.choice(texts)) for _ in range(count)
    ]
