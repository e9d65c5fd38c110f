"""Fills an empty database with the demo world, in one transaction a brand."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from okienko.articles.drafts import Defaults
from okienko.articles.importers.files import read_path
from okienko.articles.store import import_articles
from okienko.brands.store import SealedDoor, add_brand, add_categories, add_door, seal_bound
from okienko.conversations.store.arrivals import SealedItem, store_vault_items
from okienko.database.ids import id_at, new_id
from okienko.database.pool import LONGEST_WORK, Connection, Database
from okienko.demo import store
from okienko.demo.past import Conversation, Voice, play, read_script
from okienko.demo.world import HOST, SLUGS, Colleague, Plan, date_drafts, find_voice, read_plan, read_staff
from okienko.keys import Keys
from okienko.masking.keeping import KEEPING, expiry
from okienko.masking.kinds import ENTITIES, Fate
from okienko.masking.vault import new_person_key, person_bound, seal
from okienko.scenarios import store as scenario_store
from okienko.scenarios.files import read_texts
from okienko.scenarios.publish import publish
from okienko.scenarios.studio.rewrite import read_data, rewrite
from okienko.staff import store as staff_store
from okienko.staff.passwords import hash_token, make_link
from okienko.values import (
    Author,
    Brand,
    BrandId,
    ConnectionId,
    ConversationId,
    Language,
    OperatorError,
    PersonId,
    RawText,
    StaffId,
)

FOLDER: Final = Path(__file__).parent

_LABELS: Final = {word: entity.label for entity in ENTITIES.values() for word in (entity.pl, entity.en)}
_PLACEHOLDER: Final = re.compile(r"\[([^\[\]\d]+?)(?: (\d+))?\]")


class OtherBrands(OperatorError):
    """The database holds brands that are not the demo's. Nothing was changed."""

    def __init__(self, slugs: Sequence[str]) -> None:
        super().__init__(
            f"this database holds other brands ({', '.join(slugs)}): give the demo a folder of its own with --data"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What there is now. `fresh` is false when everything was there before."""

    fresh: bool
    brands: Mapping[str, BrandId]
    articles: int
    stale: int
    conversations: int
    messages: int


async def load(database: Database, keys: Keys, *, now: datetime, site: str, reset: bool = False) -> Loaded:
    """Makes the demo's brands where they are missing; with `reset`, removes them first with everything in them.

    `site` is where this process can be reached (`http://127.0.0.1:8700`): the demo's own webhook replies go there.
    Raises `OtherBrands` rather than touch a database that is somebody's.
    """
    plans = [read_plan((FOLDER / slug / "brand.yaml").read_text("utf-8")) for slug in SLUGS]
    colleagues = read_staff((FOLDER / "staff.yaml").read_text("utf-8"))
    async with database.shared() as connection:
        found = await store.find_brands(connection)
    others = sorted(found.keys() - set(SLUGS))
    if others and not found.keys() & set(SLUGS):
        raise OtherBrands(others)
    fresh = False
    for plan in plans:
        fresh |= await _load_brand(database, keys, plan, colleagues, now=now, site=site, reset=reset)
    return await _count(database, fresh=fresh, now=now)


async def _load_brand(
    database: Database,
    keys: Keys,
    plan: Plan,
    colleagues: Sequence[Colleague],
    *,
    now: datetime,
    site: str,
    reset: bool,
) -> bool:
    """One brand in one transaction, so that an interrupted start leaves a whole one or none."""
    brand_id = BrandId(new_id(now))
    async with database.shared(longest=LONGEST_WORK) as connection:
        known = (await store.find_brands(connection)).get(plan.slug)
        if known is not None:
            await store.enter_brand(connection, known)
            if not reset:
                await store.move_replies(connection, _reply_url(site))
                return False
            await store.forget_brand(connection)
            await store.forget_staff(connection, [colleague.login for colleague in colleagues])
        await store.enter_brand(connection, brand_id)
        await add_brand(connection, plan.found(brand_id), now)
        await add_categories(connection, plan.categories)
        for channel in ("webchat", "webhook"):
            await _open_door(connection, keys, plan, brand_id, channel, now=now, site=site)
        for colleague in colleagues:
            if colleague.login in plan.roles:
                await _hire(connection, brand_id, colleague, plan, now=now)
        drafts = read_path(FOLDER / plan.slug / "articles", Defaults(category="inne", language=plan.language))
        for published, group in date_drafts(drafts, now, plan.timezone):
            await import_articles(connection, brand_id, group, now=published)
        accounts = await store.find_staff(connection, [colleague.login for colleague in colleagues])
        for ready, category in plan.scenarios.items():
            await _publish(connection, plan.found(brand_id), ready, category, accounts[HOST], now=now)
        agents = {colleague.name: accounts[colleague.login] for colleague in colleagues if colleague.login in accounts}
        await _play(connection, keys, plan, brand_id, agents, now=now)
    return True


async def _count(database: Database, *, fresh: bool, now: datetime) -> Loaded:
    async with database.shared() as connection:
        brands = await store.find_brands(connection)
    total = [0, 0, 0, 0]
    for brand_id in brands.values():
        async with database.brand(brand_id) as connection:
            counted = await store.count(connection, now.astimezone(ZoneInfo("Europe/Warsaw")).date())
        total = [one + other for one, other in zip(total, counted, strict=True)]
    articles, stale, conversations, messages = total
    return Loaded(
        fresh=fresh,
        brands=brands,
        articles=articles,
        stale=stale,
        conversations=conversations,
        messages=messages,
    )


async def _open_door(
    connection: Connection, keys: Keys, plan: Plan, brand_id: BrandId, channel: str, *, now: datetime, site: str
) -> None:
    door = find_door(plan.slug, channel)
    await add_door(
        connection,
        SealedDoor(
            id=door,
            brand_id=brand_id,
            channel=channel,
            secret=keys.wrap(os.urandom(32), seal_bound(door)),
            reply_url=_reply_url(site) if channel == "webhook" else None,
        ),
        now,
    )


def find_door(slug: str, channel: str) -> ConnectionId:
    """The demo's doors have ids that can be read and typed: `demo-kramik`, `demo-kramik-webhook`."""
    return ConnectionId(f"demo-{slug}" if channel == "webchat" else f"demo-{slug}-{channel}")


def _reply_url(site: str) -> str:
    return f"{site.rstrip('/')}/demo/replies"


async def _hire(connection: Connection, brand_id: BrandId, colleague: Colleague, plan: Plan, *, now: datetime) -> None:
    await staff_store.add_staff(
        connection,
        login=colleague.login,
        name=colleague.name,
        brand_id=brand_id,
        role=plan.roles[colleague.login],
        language=colleague.language,
        staff_id=new_id(now),
        token_hash=hash_token(secrets.token_urlsafe(32)),  # nobody knows it: `invite` makes the one that is shown
        now=now,
    )


async def _publish(
    connection: Connection, brand: Brand, ready: str, category: str, staff_id: StaffId, *, now: datetime
) -> None:
    """Lets a ready scenario run, in a category of the brand."""
    text = read_texts()[ready]
    body = rewrite(text, {**read_data(text), "category": category})
    await scenario_store.save(connection, brand.id, ready, body, base=None, staff_id=staff_id, now=now)
    version, *_ = await scenario_store.read_versions(connection, brand.id, ready)
    await publish(connection, brand, version, publication=new_id(now), staff_id=staff_id, now=now)


async def invite(database: Database, *, now: datetime, site: str) -> str | None:
    """A link with which a visitor of the demo sets a password and becomes Ola, who administers both brands.

    None when that has been done. An earlier link stops working.
    """
    async with database.shared() as connection:
        account = await staff_store.read_account(connection, HOST)
        if account is None or account.password is not None:
            return None
        token = secrets.token_urlsafe(32)
        await staff_store.invite_again(connection, account.id, hash_token(token), now)
    return make_link(site, token)


# the past --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """What all conversations of a brand have in common."""

    keys: Keys
    plan: Plan
    brand_id: BrandId
    agents: Mapping[str, StaffId]  # by name
    published: Mapping[tuple[str, Language], store.Published]


@dataclass(slots=True)
class _Rows:
    """What is about to be written."""

    conversations: list[store.ConversationRow] = field(default_factory=list[store.ConversationRow])
    messages: list[store.MessageRow] = field(default_factory=list[store.MessageRow])
    citations: list[store.CitationRow] = field(default_factory=list[store.CitationRow])
    vault: list[SealedItem] = field(default_factory=list[SealedItem])
    identities: list[store.IdentityRow] = field(default_factory=list[store.IdentityRow])
    unanswered: list[store.OpenRow] = field(default_factory=list[store.OpenRow])


async def _play(
    connection: Connection,
    keys: Keys,
    plan: Plan,
    brand_id: BrandId,
    agents: Mapping[str, StaffId],
    *,
    now: datetime,
) -> None:
    script = read_script((FOLDER / plan.slug / "dialogues.yaml").read_text("utf-8"))
    voices: dict[Language, Voice] = {language: find_voice(plan, language) for language in plan.languages}
    stage = _Stage(
        keys=keys, plan=plan, brand_id=brand_id, agents=agents, published=await store.read_published(connection)
    )
    rows = _Rows()
    for nth, conversation in enumerate(play(script, voices, seed=plan.slug, now=now, timezone=plan.timezone)):
        _add(rows, stage, conversation, nth)
    await store.play_conversations(connection, rows.conversations, key_id=keys.key_id)
    await store.play_messages(connection, rows.messages)
    await store.play_citations(connection, rows.citations)
    await store_vault_items(connection, rows.vault, now)
    await store.play_identities(connection, rows.identities)
    await store.play_unanswered(connection, rows.unanswered)


def _add(rows: _Rows, stage: _Stage, conversation: Conversation, nth: int) -> None:
    keys, plan, brand_id, agents = stage.keys, stage.plan, stage.brand_id, stage.agents
    began = conversation.created_at
    door = find_door(plan.slug, conversation.channel)
    row, person = id_at(began), id_at(began)
    person_key = new_person_key(os.urandom(32))
    webhook = conversation.channel == "webhook"
    # A web visitor's token is thrown away: nobody comes back into an invented conversation.
    thread = f"rozmowa-{conversation.reference}" if webhook else secrets.token_urlsafe(32)

    def hide(label: str, value: str, table: str, column_row: UUID) -> tuple[bytes, bytes]:
        sealed = seal(
            person_key, RawText(value), brand=brand_id, person=person, table=table, column="sealed", row=column_row
        )
        return keys.lookup(label, value), sealed

    rows.conversations.append(
        store.ConversationRow(
            id=row,
            person=person,
            wrapped_key=keys.wrap(person_key, person_bound(brand=brand_id, person=person)),
            connection=door,
            channel=conversation.channel,
            reference=conversation.reference,
            language=conversation.language,
            category=conversation.category,
            holder=conversation.holder.value,
            agent=agents[conversation.agent] if conversation.agent is not None else None,
            version=len(conversation.messages),
            misses=conversation.misses,
            reason=conversation.reason,
            arrived=sum(message.arrival is not None for message in conversation.messages),
            lookup=keys.lookup(f"{conversation.channel}:{door}", thread),
            sealed=hide("thread", thread, "thread", row)[1] if webhook else None,
            queued_at=conversation.queued_at,
            updated_at=conversation.updated_at,
            closed_at=conversation.closed_at,
            created_at=began,
        )
    )
    for message in conversation.messages:
        said = id_at(message.at)
        word = message.word
        rows.messages.append(
            store.MessageRow(
                conversation=row,
                id=said,
                author=message.author.value,
                kind=message.kind.value,
                agent=agents[message.agent] if message.agent is not None else None,
                text=message.text,
                arrival=message.arrival,
                answers=message.answers,
                choice=message.choice,
                choices=message.choices,
                confidence=message.confidence,
                connection=door,
                channel=conversation.channel,
                at=message.at,
                helped=word.helped if word else None,
                reason=word.reason if word else None,
                comment=word.comment if word else "",
                word_at=word.at if word else None,
            )
        )
        if message.unanswered:
            rows.unanswered.append(store.OpenRow(conversation=row, message=said, at=message.at))
        for position, quoted in enumerate(message.quoted, start=1):
            article = stage.published[quoted.article, conversation.language]
            rows.citations.append(
                store.CitationRow(
                    conversation=row,
                    message=said,
                    position=position,
                    article=quoted.article,
                    language=conversation.language,
                    version=article.version,
                    title=article.title,
                    quote=quoted.quote,
                    published=article.at,
                )
            )
    for label, number in sorted(find_placeholders(conversation)):
        item = id_at(began)
        lookup, sealed = hide(label, invent(label, 10 * nth + number), "vault_item", item)
        rows.vault.append(
            SealedItem(
                id=item,
                conversation=ConversationId(row),
                person=PersonId(person),
                label=label,
                number=number,
                lookup=lookup,
                sealed=sealed,
                purpose=KEEPING[label].purpose,
                expires_at=expiry(label, now=began, keep_months=plan.keep_months),
            )
        )
    if conversation.contact:
        item = id_at(began)
        lookup, sealed = hide("EMAIL_ADDRESS", invent("EMAIL_ADDRESS", 10 * nth + 1), "identity", item)
        rows.identities.append(
            store.IdentityRow(person=person, id=item, kind="email", lookup=lookup, sealed=sealed, at=began)
        )


def find_placeholders(conversation: Conversation) -> set[tuple[str, int]]:
    """The values of a conversation that the vault would hold: label and number."""
    return {
        (label, int(found[2] or 1))
        for message in conversation.messages
        if message.author is Author.CUSTOMER
        for found in _PLACEHOLDER.finditer(message.text)
        if (label := _LABELS.get(found[1])) is not None and ENTITIES[label].fate is Fate.VAULT
    }


def invent(label: str, nth: int) -> str:
    """A value that is nobody's: a reserved domain, numbers kept free for films, an account whose check digits fail."""
    match label:
        case "EMAIL_ADDRESS":
            return f"klient{nth}@poczta.example"
        case "PHONE_NUMBER":
            return f"+447700900{nth % 1000:03d}"
        case _:
            return f"PL00{nth:024d}"
