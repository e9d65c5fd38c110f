"""A brand with people who have left something in every table that can hold it.

Everything planted is made up, and unlike everything else: so that finding it says whose it is.
"""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from okienko.attachments.kinds import FileType
from okienko.audit.store import OPERATOR
from okienko.brands.store import SealedDoor, add_brand, add_door, seal_bound
from okienko.conversations.store import attachments, threads
from okienko.conversations.store.attachments import NewAttachment
from okienko.database.ids import new_id
from okienko.database.pool import Connection, Database
from okienko.database.urls import Urls
from okienko.keys import Keys
from okienko.masking.vault import new_person_key, person_bound, seal, seal_part
from okienko.policy.files import read_own_book
from okienko.rights import fulfil
from okienko.rights.clocks import find_term
from okienko.rights.fulfil import Receipt
from okienko.rights.store import requests
from okienko.rights.store.requests import Kind, NewRequest
from okienko.staff import store as staff_store
from okienko.values import Brand, BrandId, ConnectionId, ConversationId, MaskedText, PersonId, RawText, StaffId

BEGIN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BRAND = Brand(
    id=BrandId(UUID(int=1, version=4)),
    slug="kramik",
    name="Kramik",
    language="pl",
    languages=("pl", "en"),
    accent="#1f5f7a",
    timezone="Europe/Warsaw",
    hours="always",
    allowed=(),
    origins=(),
    keep_months=12,
    articles_version=0,
)
AGENTS = ("Felicja Zawilec", "Oktawian Bluszcz")


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


@dataclass(frozen=True, kw_only=True)
class Someone:
    """A person with what was planted for them."""

    id: PersonId
    conversation: ConversationId
    reference: str
    handed: dict[str, str] = field(repr=False)  # what their copy has to hold, by the place it was planted in
    kept_back: dict[str, str] = field(repr=False)  # what is theirs and is not handed over: it has to go with them


@dataclass(kw_only=True)
class World:
    """A database with people."""

    urls: Urls
    database: Database
    keys: Keys
    brand: Brand
    clock: Clock
    ledger: Path
    agents: list[StaffId]
    chance: random.Random
    people: list[Someone] = field(default_factory=list[Someone])

    async def run(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        """One statement in a transaction of the brand."""
        async with self.database.brand(self.brand.id) as connection:
            return await run(connection, statement, **values)

    async def settle_in(self, *, others: Sequence[Someone] = ()) -> Someone:
        """Somebody new, with a row in every table that leads to people; `others` have left values in their talk."""
        async with self.database.brand(self.brand.id) as connection:
            someone = await _plant(self, connection, others)
        self.people.append(someone)
        return someone

    async def ask(self, person: PersonId, kind: Kind, *, verified: bool = True, words: str = "") -> UUID:
        """A request of somebody's."""
        now = self.clock()
        async with self.database.brand(self.brand.id) as connection:
            request = await requests.open_request(
                connection,
                NewRequest(
                    kind=kind,
                    language="pl",
                    came_by="form",
                    term=replace(find_term(read_own_book(), self.brand, now), due_on=(now + timedelta(days=30)).date()),
                    person=person,
                    words=MaskedText(words),
                ),
                now=now,
            )
            if verified:
                assert await requests.verify(connection, request, person, by="code", now=now)
        return request

    async def erase(self, person: PersonId) -> Receipt:
        """Erases somebody, who asked for it."""
        return await fulfil.erase(
            self.database,
            self.brand.id,
            await self.ask(person, "erase"),
            ledger=self.ledger,
            by=OPERATOR,
            clock=self.clock,
            pause=never,
        )


async def never(_: float) -> None:
    """Nobody waits here."""
    raise AssertionError("something was under way")


async def run(connection: Connection, statement: str, **values: object) -> list[tuple[Any, ...]]:
    """Rows, if there are any."""
    cursor = await connection.execute(statement.encode(), values)
    return await cursor.fetchall() if cursor.description else []


@asynccontextmanager
async def open_world(urls: Urls, folder: Path, *, seed: int = 1) -> AsyncGenerator[World]:
    """A brand without people."""
    clock = Clock()
    keys = Keys.open(folder / "keys")
    brand = replace(BRAND, id=BrandId(UUID(int=seed, version=4)))
    async with await Database.open(urls.app, size=4) as database:
        async with database.shared() as connection:
            await add_brand(connection, brand, clock())
        agents = [StaffId(new_id(clock())) for _ in AGENTS]
        async with database.brand(brand.id) as connection:
            door = ConnectionId("chat")
            secret = keys.wrap(bytes(32), seal_bound(door))
            sealed = SealedDoor(id=door, brand_id=brand.id, channel="webchat", secret=secret, reply_url=None)
            await add_door(connection, sealed, clock())
            for number, (agent, name) in enumerate(zip(agents, AGENTS, strict=True)):
                await staff_store.add_staff(
                    connection,
                    login=f"agent{number}",
                    name=name,
                    brand_id=brand.id,
                    role="agent",
                    language="pl",
                    staff_id=agent,
                    token_hash=bytes([number]) * 32,
                    now=clock(),
                )
            await run(
                connection,
                """insert into article (brand_id, id, language, category, updated_at)
                values (current_brand(), 'zwroty', 'pl', 'zwroty', %(now)s)""",
                now=clock(),
            )
        yield World(
            urls=urls,
            database=database,
            keys=keys,
            brand=brand,
            clock=clock,
            ledger=folder / "keys" / "erasures.jsonl",
            agents=agents,
            chance=random.Random(seed),
        )


async def _plant(world: World, connection: Connection, others: Sequence[Someone]) -> Someone:
    brand, now = world.brand, world.clock()
    letters = "".join(world.chance.choices("bcdfghjklmnprstwz", k=12))

    def canary(place: str) -> str:
        return f"{letters}{place.replace('_', '')}{world.chance.randrange(10**6, 10**7)}"

    person, conversation = PersonId(new_id(now)), ConversationId(new_id(now))
    key = new_person_key(world.chance.randbytes(32))
    agent = world.agents[0]

    def close(value: str, table: str, row: UUID, *, owner: PersonId = person, by: bytes = key) -> bytes:
        return seal(by, RawText(value), brand=brand.id, person=owner, table=table, column="sealed", row=row)

    handed = {
        place: canary(place)
        for place in (
            *("customer", "agent", "note", "value", "form", "identity", "comment", "attachment", "request"),
            *("event", "label", "checked", "run"),
        )
    }
    kept_back = {place: canary(place) for place in ("thread", "reveal", "hold", "question", "outbox")}
    await threads.start(
        connection,
        person=person,
        conversation=conversation,
        door=ConnectionId("chat"),
        channel="webchat",
        language="pl",
        lookup=world.keys.lookup("webchat:chat", kept_back["thread"]),
        sealed=close(kept_back["thread"], "thread", conversation),
        wrapped_key=world.keys.wrap(key, person_bound(brand=brand.id, person=person)),
        key_id=world.keys.key_id,
        noticed=True,
        now=now,
    )
    rows = await run(connection, "select reference from conversation where id = %(id)s", id=conversation)
    asked, answered, spoken, noted, joined, item, form, file, identity, hold, sample = (new_id(now) for _ in range(11))
    later = now + timedelta(days=300)
    handed["bot"] = f"W artykule: {canary('bot')}"
    values = {
        "c": conversation,
        "p": person,
        "now": now,
        "agent": agent,
        "asked": asked,
        "answered": answered,
        "spoken": spoken,
        "noted": noted,
        "joined": joined,
        "item": item,
        "form": form,
        "identity": identity,
        "hold": hold,
        "sample": sample,
        "second": world.agents[1],
        **{f"h_{place}": value for place, value in (handed | kept_back).items()},
        "bot": handed["bot"],
        "lookup": world.keys.lookup("EMAIL_ADDRESS", handed["value"]),
        "lookup2": world.keys.lookup("EMAIL_ADDRESS", handed["identity"]),
        "sealed": close(handed["value"], "vault_item", item),
        "sealed_form": close(handed["form"], "vault_form", form),
        "sealed_identity": close(handed["identity"], "identity", identity),
        "later": later,
    }
    for statement in _ROWS:
        await run(connection, statement, **values)
    content = handed["attachment"].encode()
    part = seal_part(
        key,
        content,
        brand=brand.id,
        person=person,
        table="attachment_part",
        column="sealed",
        row=file,
        part=0,
        parts=1,
    )
    new = NewAttachment(
        id=file, conversation=conversation, person=person, type=FileType("txt"), size=len(content), parts=1
    )
    await attachments.keep_pending(connection, new, [part], now)
    await attachments.send_attachments(connection, [(conversation, file, asked)], later)
    await run(
        connection,
        "insert into attachment_view values (current_brand(), %(c)s, %(id)s, %(file)s, %(agent)s, %(now)s)",
        c=conversation,
        id=new_id(now),
        file=file,
        agent=agent,
        now=now,
    )
    complaint = await requests.open_request(
        connection,
        NewRequest(
            kind="complaint",
            language="pl",
            came_by="form",
            term=replace(find_term(read_own_book(), brand, now), due_on=now.date()),
            person=person,
            words=MaskedText(handed["request"]),
        ),
        now=now,
    )
    await run(
        connection,
        "insert into rights_asker values (current_brand(), %(request)s, %(p)s, %(later)s)",
        request=complaint,
        p=person,
        later=later,
    )
    for number, other in enumerate(others):
        # Somebody else's value in this talk, under somebody else's key.
        row = new_id(now)
        wrapped = await run(connection, "select wrapped from person_key where person_id = %(p)s", p=other.id)
        their = world.keys.unwrap(bytes(wrapped[0][0]), person_bound(brand=brand.id, person=other.id))
        value = canary(f"guest{number}")
        other.handed[f"guest {letters}"] = value
        await run(
            connection,
            """insert into vault_item (brand_id, conversation_id, id, person_id, label, number, lookup, sealed, purpose,
              expires_at, created_at)
            values (current_brand(), %(c)s, %(id)s, %(p)s, 'PHONE_NUMBER', %(n)s, %(lookup)s, %(sealed)s, 'contact',
              %(later)s, %(now)s)""",
            c=conversation,
            id=row,
            p=other.id,
            n=number + 10,
            lookup=world.keys.lookup("PHONE_NUMBER", value),
            sealed=close(value, "vault_item", row, owner=other.id, by=their),
            later=later,
            now=now,
        )
    return Someone(
        id=person,
        conversation=conversation,
        reference=cast("str", rows[0][0]),
        handed=handed,
        kept_back=kept_back,
    )


_MESSAGE = """
insert into message (brand_id, conversation_id, id, author, kind, agent_id, text, arrival, answers, generator, at)
values (current_brand(), %(c)s, {id}, {author}, {kind}, {agent}, {text}, {arrival}, {answers}, 'okienko', %(now)s)
"""


def _message(id: str, author: str, kind: str, text: str, **more: str) -> str:  # noqa: A002 - the column's name
    values = {"agent": "null", "arrival": "null", "answers": "null", **more}
    return _MESSAGE.format(id=id, author=f"'{author}'", kind=f"'{kind}'", text=text, **values)


_ROWS = (
    "update lane set arrived = 1, answered = 1 where conversation_id = %(c)s",
    "update conversation set holder = 'agent', agent_id = %(agent)s where id = %(c)s",
    _message("%(asked)s", "customer", "text", "'Zamówienie ' || %(h_customer)s", arrival="1"),
    _message("%(answered)s", "bot", "answer", "%(bot)s", answers="1"),
    _message("%(joined)s", "system", "event", f"'Do rozmowy dołącza {AGENTS[0]}. ' || %(h_event)s"),
    _message("%(spoken)s", "agent", "text", "%(h_agent)s || ' Pozdrawiam, Felicja'", agent="%(agent)s"),
    _message("%(noted)s", "note", "text", "%(h_note)s || ' dla: Oktawian Bluszcz'", agent="%(agent)s"),
    "update conversation set category = %(h_label)s where id = %(c)s",
    """insert into citation (brand_id, conversation_id, message_id, position, article_id, article_language,
      article_version, title, quote, published)
    values (current_brand(), %(c)s, %(answered)s, 1, 'zwroty', 'pl', 1, 'Zwroty', 'Zwrot trwa 14 dni.', %(now)s)""",
    """insert into answer_feedback values
      (current_brand(), %(c)s, %(answered)s, false, 'unclear', %(h_comment)s, %(now)s)""",
    "insert into reaction values (current_brand(), %(c)s, %(answered)s, '👍', %(now)s)",
    "insert into thread_alias values (current_brand(), %(c)s, 'chat', %(lookup)s)",
    """insert into remote_file (brand_id, conversation_id, id, message_id, person_id, connection_id, sealed, due_at)
    values (current_brand(), %(c)s, gen_random_uuid(), %(asked)s, %(p)s, 'chat', %(sealed)s, %(now)s)""",
    """insert into phone_call (brand_id, conversation_id, began_at, seconds)
    values (current_brand(), %(c)s, %(now)s, 90)""",
    "insert into phone_answer values (current_brand(), %(c)s, %(lookup)s, '<Response/>', %(now)s)",
    """insert into outbox (brand_id, conversation_id, message_id, connection_id, channel, author, state, error, due_at)
    values (current_brand(), %(c)s, %(answered)s, 'chat', 'webchat', 'bot', 'sent', %(h_outbox)s, %(now)s)""",
    """insert into vault_item (brand_id, conversation_id, id, person_id, label, number, lookup, sealed, purpose,
      expires_at, created_at)
    values (current_brand(), %(c)s, %(item)s, %(p)s, 'EMAIL_ADDRESS', 1, %(lookup)s, %(sealed)s, 'contact', %(later)s,
      %(now)s)""",
    "insert into vault_form values (current_brand(), %(c)s, %(form)s, %(spoken)s, 0, %(item)s, %(sealed_form)s)",
    "insert into vault_spent values (current_brand(), %(c)s, 'PERSON', 3)",
    """insert into vault_reveal (brand_id, id, conversation_id, item_id, staff_id, reason, at)
    values (current_brand(), gen_random_uuid(), %(c)s, %(item)s, %(agent)s, %(h_reveal)s, %(now)s)""",
    """insert into identity values
      (current_brand(), %(p)s, %(identity)s, 'email', %(lookup2)s, %(sealed_identity)s, %(now)s)""",
    """insert into challenge (brand_id, id, purpose, conversation_id, lookup, person_id, created_at, expires_at)
    values (current_brand(), gen_random_uuid(), 'conversation', %(c)s, %(lookup2)s, %(p)s, %(now)s, %(later)s)""",
    """insert into scenario_run (brand_id, conversation_id, scenario_id, version, step, names, answers, changed_at)
    values (current_brand(), %(c)s, 'return', 1, 'why', array['why'], array[%(h_run)s], %(now)s)""",
    "insert into incident (brand_id, id, created_at) values (current_brand(), %(c)s, %(now)s)",
    """insert into incident_mark (brand_id, incident_id, conversation_id, message_id, about, at)
    values (current_brand(), %(c)s, %(c)s, %(answered)s, true, %(now)s)""",
    """insert into incident_report (brand_id, conversation_id, incident_id, told, first_at, last_at)
    values (current_brand(), %(c)s, %(c)s, 1, %(now)s, %(now)s)""",
    """insert into support_case (brand_id, conversation_id, id, reference, kind, opened_at)
    values (current_brand(), %(c)s, gen_random_uuid(), %(c)s::text, 'complaint', %(now)s)""",
    """insert into lookup_use (brand_id, conversation_id, id, source_id, names, outcome, at)
    values (current_brand(), %(c)s, gen_random_uuid(), 'orders', array['number'], 'found', %(now)s)""",
    """insert into verification (brand_id, conversation_id, id, person_id, proved_id, level, staff_id, reason, at)
    values (current_brand(), %(c)s, gen_random_uuid(), %(p)s, null, 'person', %(agent)s, %(h_checked)s, %(now)s)""",
    """insert into letter (brand_id, id, template, language, person_id, identity_id, state, due_at, until, settled_at,
      created_at)
    values (current_brand(), gen_random_uuid(), 'code', 'pl', %(p)s, %(identity)s, 'sent', %(now)s, %(later)s, %(now)s,
      %(now)s)""",
    "insert into unanswered values (current_brand(), %(c)s, %(answered)s, %(now)s)",
    """insert into article_question
    values (current_brand(), 'zwroty', 'pl', %(h_question)s, 1, 'customer', %(c)s, null, %(now)s)""",
    """insert into model_call (brand_id, conversation_id, id, answers, model, read_tokens, written_tokens, cost, ms,
      outcome, at)
    values (current_brand(), %(c)s, gen_random_uuid(), 1, 'model', 1, 1, 1, 1, 'used', %(now)s)""",
    """insert into policy_text (brand_id, hash, text, at)
    values (current_brand(), sha256('zasady'), 'zasady', %(now)s) on conflict do nothing""",
    """insert into consent_event (brand_id, person_id, id, purpose, channel, action, how, text_kind, text_language,
      text_version, text_sha256, policy_hash, at)
    select current_brand(), %(p)s, gen_random_uuid(), 'ai_processing', 'webchat', 'given', 'button', kind, language,
      version, sha256, sha256('zasady'), %(now)s
    from published_text where kind = 'ai.notice' and language = 'pl'""",
    """insert into audit_sample values (current_brand(), %(sample)s, %(now)s, 1)""",
    """insert into audit_missed values (current_brand(), %(c)s, %(asked)s, %(sample)s, 'PERSON', 'first', 1)""",
    """insert into legal_hold (brand_id, id, person_id, reason, created_by, created_at, reviewed_at, review_on,
      approved_by, approved_at, released_by, released_at)
    values (current_brand(), %(hold)s, %(p)s, %(h_hold)s, %(agent)s, %(now)s, %(now)s, %(now)s::date + 30,
      %(second)s, %(now)s, %(agent)s, %(now)s)""",
)
