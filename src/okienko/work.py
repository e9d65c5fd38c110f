"""The worker: takes turns, sends, and keeps house. Any number of processes may run it against one database."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import psycopg
import structlog

from okienko import auditing, deliver, heard, missed, post, sources, speak, turn
from okienko.alike import read_features
from okienko.answers.answer import answer
from okienko.answers.index import Index
from okienko.answers.meaning.rule import Heard
from okienko.answers.shelf import Shelf
from okienko.answers.store import read_articles_version
from okienko.articles.store import mark_overdue
from okienko.audit import store as audit
from okienko.auditing import Outside
from okienko.brands.directory import Directory
from okienko.brands.store import read_brands, read_categories
from okienko.cases import store as cases
from okienko.casing import date_cases, list_openings
from okienko.channels import adapters
from okienko.channels.vendor import Signals
from okienko.consent.store import publish_texts, read_texts
from okienko.consent.texts import NOTICE, write_texts
from okienko.conversations.store import attachments, choices, letters, upkeep
from okienko.conversations.store import turns as store
from okienko.conversations.store.choices import SET_PEOPLE_ONLY, pack_people_only
from okienko.conversations.store.turns import Lease
from okienko.database.ids import new_id
from okienko.database.migrate import ensure_partitions
from okienko.database.pool import LONGEST_WORK, SET_BRAND, Database, DatabaseAway
from okienko.database.space import index_sensitive, rewrite
from okienko.desk.hours import describe_hours, is_open
from okienko.embed import Meaning
from okienko.encoders import Encoder
from okienko.facts import Facts
from okienko.fetching import Fetching
from okienko.http import Files, Http, Pages
from okienko.identity import store as identity
from okienko.incidents import store as incidents
from okienko.incidents.publish import end_due, tell_all_clear
from okienko.incidents.shelf import Incidents, list_ongoing
from okienko.keys import Keys
from okienko.links import check_links
from okienko.log import describe
from okienko.lookups.store import forget_old
from okienko.mail import store as mail
from okienko.mail.server import Carries, Post
from okienko.masking.egress import Gate
from okienko.masking.mask import published
from okienko.pack import make as packs
from okienko.phrase import Phraser
from okienko.playing import Stage
from okienko.radar.watch import Radar
from okienko.renewal import renew_tokens
from okienko.reporting import Reports
from okienko.rights.retention import nightly
from okienko.routing.process import Reading, TrainingFailed, teach
from okienko.routing.shelf import Routers
from okienko.routing.store import read_router_version
from okienko.saying import read_terms
from okienko.scenarios.machine import Fact
from okienko.scenarios.shelf import Scenarios
from okienko.scenarios.store import read_rules as read_scenario_rules
from okienko.settings import Settings
from okienko.staff.store import agents_present, forget_expired
from okienko.turn import AiNotice, House, LearntRouter
from okienko.values import Brand, BrandId, Clock, ConversationId, Language, MaskedText, MessageId, Plan, Situation
from okienko.web.i18n import words
from okienko.web.live import Live

log = structlog.get_logger()

MOST_TURNS: Final = 64  # in one batch
LEASE: Final = timedelta(seconds=10)  # a batch takes a fraction of a second; after this another worker may have it
MARGIN: Final = timedelta(seconds=2)  # of a lease, left for writing what a model was waited for
MOST_LOOKED_UP: Final = 16  # conversations for which something is looked up at once; the others wait for their turn
MOST_PHRASED: Final = 8  # answers that are with the model at once; one more is given in the article's own words
QUICK: Final = 0.005  # seconds between looks for work while there is some
SLOW: Final = 0.04  # and while there is none
HOUSE_FRESH: Final = timedelta(milliseconds=250)
RETRY: Final = timedelta(seconds=2)
REMEMBER: Final = timedelta(days=30)  # how long a repeat of a message is recognised
LETTERS: Final = timedelta(days=7)  # how long it is known what became of a letter
PATIENCE: Final = timedelta(minutes=15)  # after which a person gets a conversation without the code that was asked for
IDLE: Final = timedelta(days=1)  # a conversation with the bot in which nothing was said for so long is over
HOUR: Final = 3600.0
SECOND: Final = 1.0
MINUTE: Final = 60.0
TEACH: Final = 10.0  # seconds between looks for routers that have something to learn
LOOK: Final = 5.0  # seconds between looks for sources of articles that are due
WATCH: Final = 5.0  # seconds between looks at what was left open
CALM: Final = 5.0  # seconds at the start in which nothing is done that customers do not wait for


@dataclass(slots=True, kw_only=True)
class Worker:
    """What a worker works with."""

    database: Database
    owner_url: str = field(repr=False)  # makes next month's partitions
    directory: Directory
    keys: Keys
    clock: Clock
    live: Live
    shelf: Shelf
    http: Http
    files: Files | None = None  # reads what vendors keep for us; None: it waits
    pages: Pages | None = None  # reads what is public; None: nothing is read again by itself
    letters: Carries | None = None  # takes letters of channels, by the servers that those name
    post: Post | None = None  # takes letters; None: there is no mail server, and letters wait until their time is over
    follow_links: bool = False  # in articles, where the operator wants it
    settings: Settings | None = None  # with which the audit log is gone over for the monthly pack; None: there is none
    audit_key: bytes | None = field(default=None, repr=False)  # signs the audit log's heads
    outside: Outside = field(default_factory=Outside)  # where they are carried
    meaning: Meaning | None = None  # knows what questions mean, where the operator has an encoder
    reading: Reading | None = None  # the same for routers, where it is one of this machine and quick
    encoder: Encoder | None = None  # which is this
    phraser: Phraser | None = None  # words answers, where the operator has a model
    facts: Facts | None = None  # what scenarios look things up in; None: all of it is away
    phrasing: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    asking: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])  # a source of facts
    _desk: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_LOOKED_UP), init=False)
    routers: Routers = field(default_factory=Routers)
    scenarios: Scenarios = field(default_factory=Scenarios)
    incidents: Incidents = field(default_factory=lambda: Incidents(read_features))
    awake: asyncio.Event = field(default_factory=asyncio.Event)  # set by a receiver in the same process
    gate: Gate = field(init=False)
    radar: Radar = field(init=False)
    sender: deliver.Sender = field(init=False)
    houses: dict[BrandId, tuple[datetime, House]] = field(default_factory=dict[BrandId, tuple[datetime, House]])
    indexes: dict[BrandId, Index] = field(default_factory=dict[BrandId, Index])  # those that the houses look into

    def __post_init__(self) -> None:
        self.gate = Gate(self.keys)
        self.radar = Radar(database=self.database, clock=self.clock, read_terms=read_terms)
        self.sender = deliver.Sender(
            database=self.database,
            directory=self.directory,
            keys=self.keys,
            gate=self.gate,
            http=self.http,
            clock=self.clock,
            letters=self.letters,
            address=(self.settings.public_url or "").rstrip("/") if self.settings else "",
        )

    async def run(self) -> None:
        """Works until cancelled; waits when the database is away, and goes on by itself when it is back."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._repeat(self.take_turns, self.awake))
                tasks.create_task(self._repeat(self.send, asyncio.Event()))
                tasks.create_task(self._prepare())
                if self.post is not None:
                    tasks.create_task(self._every(SECOND, self.send_letters))
                tasks.create_task(self._every(HOUR, self.keep_house, after=CALM))
                tasks.create_task(self._every(MINUTE, self.hand_over))
                tasks.create_task(self._every(HOUR, self.retain, after=CALM))
                tasks.create_task(self._every(TEACH, self.teach, after=CALM))
                tasks.create_task(self._every(TEACH if self.meaning else HOUR, self.read_articles))
                tasks.create_task(self._every(HOUR, self.tend_articles, after=CALM))
                tasks.create_task(self._every(LOOK, self.read_sources))
                tasks.create_task(self._every(HOUR, self.renew_tokens, after=CALM))
                tasks.create_task(self._every(LOOK, self.sweep_reports))
                tasks.create_task(self._every(SECOND, self.fetch_files))
                tasks.create_task(self._every(LOOK, self.publish))
                tasks.create_task(self._every(LOOK, self.tend_incidents))
                tasks.create_task(self._every(MINUTE, self.tend_calls))
                tasks.create_task(self._every(SECOND, self.learn_incidents))
                tasks.create_task(self._every(WATCH, self.watch, after=CALM))
                tasks.create_task(self._every(MINUTE, self.sign_log))
                tasks.create_task(self._every(HOUR, self.look_back, after=CALM))
        finally:
            for task in (*self.phrasing, *self.asking):  # their lanes are taken again when their leases end
                task.cancel()
            self.shelf.close()

    async def take_turns(self) -> int:
        """One batch of turns: claim, read, think, write. How many lanes were claimed.

        An answer that a model is to word, and one for which something is looked up, keeps its lane and is written when
        that is done or the time for it is over, before the lease is; the others do not wait for it.
        """
        until = asyncio.get_running_loop().time() + (LEASE - MARGIN).total_seconds()
        async with self.database.shared() as connection:
            leases = await store.claim_lanes(connection, limit=MOST_TURNS, now=self.clock(), lease=LEASE)
        by_brand: defaultdict[BrandId, list[Lease]] = defaultdict(list)
        for lease in leases:
            by_brand[lease.brand].append(lease)
        plans: dict[BrandId, list[Plan]] = {}
        for brand in sorted(by_brand):
            async with self.database.brand(brand) as connection:
                situations = await store.read_situations(connection, by_brand[brand], self.clock())
            house = await self._with_versions(brand, await self.house(brand), situations)
            if self.meaning is not None:
                house = await self._listen(self.meaning, brand, house, situations)
            decided = [self._think(one, house) for one in situations]
            self.sender.signal(brand, [plan.situation.conversation for plan in decided if _signals(plan)])
            thought = self._set_wanting_apart(brand, house, decided, until)
            plans[brand] = thought if self.phraser is None else await self._set_apart(brand, thought, until)
        if any(plans.values()):
            await self._write(plans)
        return len(leases)

    async def phrased(self) -> None:
        """Waits for the answers that are with the model now, and for those that need something looked up."""
        while self.asking or self.phrasing:
            await asyncio.wait(self.asking or self.phrasing)

    async def send(self) -> int:
        """One round of sends to channels that are called. How many."""
        sent = await self.sender.send()
        await self._announce(sent)
        return len(sent)

    async def send_letters(self) -> None:
        """Sends the letters that are due."""
        if self.post is not None:
            while await post.send(self.database, self.directory, self.keys, self.post, self.clock) == post.AT_ONCE:
                pass

    async def keep_house(self) -> None:
        """What is due once an hour: coming months' partitions; old keys, values, sessions and conversations end."""
        now = self.clock()
        await asyncio.to_thread(_make_partitions, self.owner_url, now)
        async with self.database.shared(longest=LONGEST_WORK) as connection:
            while await upkeep.forget_seen(connection, now - REMEMBER) == upkeep.MOST:
                pass
            await forget_expired(connection, now)
        for brand in (await self.directory.read()).brands:
            async with self.database.brand(brand, longest=LONGEST_WORK) as connection:
                while await upkeep.expire_vault(connection, now) == upkeep.MOST:
                    pass
                await forget_old(connection, now)
                await identity.forget_challenges(connection, now - timedelta(hours=1))
                await mail.forget_letters(connection, now - LETTERS)
                await letters.forget(connection, now)
                while await attachments.expire_attachments(connection, now) == attachments.MOST:
                    pass
                while await upkeep.close_idle(connection, before=now - IDLE, now=now) == upkeep.MOST:
                    pass

    async def hand_over(self) -> None:
        """Gives people the conversations whose customers were asked for a code and have gone away."""
        now = self.clock()
        for brand in (await self.directory.read()).brands:
            async with self.database.brand(brand) as connection:
                waiting = await upkeep.hand_over_unverified(connection, before=now - PATIENCE, now=now)
                for conversation, language in waiting:
                    text = words(language).gettext("No code was entered. A person will answer here all the same.")
                    message = MessageId(new_id(now))
                    await choices.tell(connection, conversation, message=message, text=published(text), now=now)
            if waiting:
                await self.live.announce(brand, [conversation for conversation, _ in waiting])

    async def retain(self) -> None:
        """The night's retention of each brand, where nobody has done it yet; then what was deleted leaves the files."""
        done = False
        async with self.database.shared() as connection:
            brands = await read_brands(connection)
        for brand in brands:
            outcomes = await nightly.run_if_due(self.database, brand, self.clock)
            if outcomes is not None:
                deleted = sum(outcome.deleted for outcome in outcomes)
                if deleted:
                    log.info("retention_done", brand=str(brand.id), count=deleted)
                done = True
        await asyncio.to_thread(_tidy_files, self.owner_url, rewriting=done)

    async def tend_articles(self) -> None:
        """What is due once an hour: review dates pass, and links are followed if that is wanted."""
        for brand in (await self.directory.read()).brands:
            async with self.database.brand(brand) as connection:
                await mark_overdue(connection, brand, self.clock())
            if self.pages is not None and self.follow_links:
                await check_links(self.database, brand, self.pages, self.clock)

    async def read_sources(self) -> None:
        """Reads the sources that are due: by their schedule, or because somebody at the desk wants it now."""
        if self.pages is not None:
            for brand in (await self.directory.read()).brands:
                await sources.run_due(self.database, brand, self.pages, self.clock)

    async def renew_tokens(self) -> None:
        """Renews what was given to connections and would end."""
        for brand in (await self.directory.read()).brands.values():
            await renew_tokens(self.database, brand, self.keys, self.http, self.clock)

    async def sweep_reports(self) -> None:
        """Tries again what vendors reported about messages that were not here then."""
        reports = Reports(database=self.database, keys=self.keys, clock=self.clock)
        for brand in (await self.directory.read()).brands.values():
            changed = await reports.sweep(brand)
            if changed:
                await self.live.announce(brand.id, changed)

    async def fetch_files(self) -> None:
        """Fetches the files of customers that their vendors keep for us."""
        if self.files is None:
            return
        fetching = Fetching(
            database=self.database,
            directory=self.directory,
            keys=self.keys,
            clock=self.clock,
            http=self.files,
            scan=self.settings.scan_command if self.settings is not None else (),
        )
        for brand in (await self.directory.read()).brands.values():
            changed = await fetching.run(brand)
            if changed:
                await self.live.announce(brand.id, changed)

    async def watch(self) -> None:
        """Looks at what was left open, brand by brand, for something that many ask about all at once."""
        for brand in (await self.directory.read()).brands.values():
            noticed = await self.radar.look(brand)
            if noticed:
                log.info("radar_noticed", brand=str(brand.id), count=len(noticed))

    async def publish(self) -> None:
        """Publishes notices and consent texts that are worded otherwise now: by a setting, or by another okienko."""
        for brand in (await self.directory.read()).brands.values():
            async with self.database.brand(brand.id) as connection:
                await publish_texts(connection, brand, write_texts, self.clock())

    async def learn_incidents(self) -> None:
        """Has what was declared learnt before anybody asks about it: no turn waits for that."""
        async with self.database.shared() as connection:
            versions = await incidents.read_all_versions(connection)
        for brand, version in versions.items():
            await self.incidents.get(self.database, brand, version)

    async def tend_incidents(self) -> None:
        """Ends incidents whose time is over, and tells those who asked about one that it is solved."""
        for brand in (await self.directory.read()).brands.values():
            await end_due(self.database, brand, self.clock())
            told = True
            while told:
                told = await tell_all_clear(self.database, brand, self.clock(), can_mail=self.post is not None)
                if told:
                    await self.live.announce(brand.id, told)

    async def tend_calls(self) -> None:
        """Ends calls by telephone of whose end nothing was heard, and what was written for a call that is over."""
        for brand in (await self.directory.read()).brands:
            ended = await speak.tend(self.database, brand, self.clock())
            if ended:
                await self.live.announce(brand, ended)

    async def sign_log(self) -> None:
        """Signs how far the audit log has got, when that is due, and carries what is signed outside."""
        now = self.clock()
        if self.audit_key is not None:
            await auditing.sign_due(self.database, self.audit_key, now)
        await auditing.carry(self.database, self.outside, self.http, now)

    async def look_back(self) -> None:
        """What is due once a month: a look for data that masking has missed, and the audit pack of the month before."""
        if self.settings is None:
            return
        async with self.database.shared(longest=LONGEST_WORK) as connection:
            if await audit.claim_review(connection):
                await self._look_back(self.settings, self.clock())

    async def _look_back(self, settings: Settings, now: datetime) -> None:
        brands = (await self.directory.read()).brands
        for brand in brands.values():
            await missed.look_when_due(self.database, self.keys, brand, now)
        due = [brand for brand in brands.values() if await packs.is_due(self.database, brand, now)]
        if due:
            verdict = await auditing.verify_here(self.database, brands, settings, now=now)
            for brand in due:
                since, until = packs.last_month(now.astimezone(ZoneInfo(brand.timezone)).date())
                await packs.make_pack(
                    self.database, brand, since=since, until=until, verdict=verdict, by=audit.WORKER, now=now
                )

    async def read_articles(self) -> None:
        """Has what was published put into indexes, and read by the encoder, before anybody asks for it."""
        for brand in (await self.directory.read()).brands:
            await self.house(brand)

    async def teach(self) -> None:
        """Trains the routers of brands whose examples have changed, one at a time, each in a process of its own."""
        for brand in (await self.directory.read()).brands:
            try:
                await teach(self.database, brand, self.clock, self.reading)
            except TrainingFailed as error:
                log.error("training_failed", brand=str(brand), **describe(error))

    async def house(self, brand_id: BrandId) -> House:
        """The brand as turns see it, at most a quarter of a second old."""
        now = self.clock()
        known = self.houses.get(brand_id)
        if known is not None and now - known[0] < HOUSE_FRESH:
            return known[1]
        brand = await self.directory.brand(brand_id)
        async with self.database.brand(brand_id) as connection:
            categories = await read_categories(connection)
            people = await agents_present(connection, brand_id, now)
            version = await read_articles_version(connection, brand_id)
            router_version = await read_router_version(connection, brand_id)
            # What is worded otherwise now is published by `publish`: that waits for the audit log, and turns do not.
            texts = await read_texts(connection) or await publish_texts(connection, brand, write_texts, now)
            levels = await identity.read_levels(connection)
            scenarios_version, _ = await read_scenario_rules(connection, brand_id)
            incidents_version = await incidents.read_version(connection, brand_id)
        index = await self.shelf.get(self.database, replace(brand, articles_version=version))
        shelved = await self.scenarios.get(self.database, brand_id, scenarios_version)
        live = await self.incidents.get(self.database, brand_id, incidents_version)
        is_open_now = is_open(brand.hours, brand.timezone, now)
        house = House(
            name=brand.name,
            hours={language: describe_hours(brand.hours, language) for language in brand.languages},
            open=is_open_now,
            people=people,
            categories=categories,
            look_up=_look_into(index, {}),
            router=self._router(brand_id, router_version),
            notices={
                text.language: AiNotice(version=text.version, text=text.body)
                for (kind, _), text in texts.items()
                if kind == NOTICE
            },
            verifying=frozenset(levels),
            can_mail=self.post is not None,
            stage=Stage(
                brand=brand.name,
                open=is_open_now and people > 0,
                today=now.astimezone(ZoneInfo(brand.timezone)).date(),
                scenarios=shelved.scenarios,
                begins=shelved.begins,
            ),
            incidents=list_ongoing(live, brand, now),
        )
        self.houses[brand_id] = (now, house)
        self.indexes[brand_id] = index
        return house

    async def _with_versions(self, brand_id: BrandId, house: House, situations: Sequence[Situation]) -> House:
        """The house with every version of a scenario that one of these conversations is in."""
        assert house.stage is not None
        runs = {(run.scenario, run.version) for situation in situations if (run := situation.run) is not None}
        missing = runs - house.stage.scenarios.keys()
        if not missing:
            return house
        shelved = await self.scenarios.fetch(self.database, brand_id, missing)
        return replace(house, stage=replace(house.stage, scenarios=shelved.scenarios))

    async def _listen(
        self, meaning: Meaning, brand_id: BrandId, house: House, situations: Sequence[Situation]
    ) -> House:
        """The house, looking things up by what these customers mean, too, as far as that is known in time."""
        index = self.indexes[brand_id]
        heard = await meaning.hear(await self.directory.brand(brand_id), index, situations)
        return replace(house, look_up=_look_into(index, heard)) if heard else house

    def _router(self, brand_id: BrandId, version: int) -> LearntRouter | None:
        kept = self.routers.get(self.database, brand_id, version)
        router = kept.router
        if router is None or not router.reads_with(self.encoder):
            return None
        encoder = self.encoder
        return LearntRouter(version=kept.version, route=lambda question: router.route([question.text], encoder)[0])

    def _think(self, situation: Situation, house: House) -> Plan:
        """Decides one turn. One that breaks goes to a person, and its neighbours do not notice."""
        if situation.failures < turn.MOST_FAILURES:
            try:
                return self._look_over(turn.decide(situation, house))
            except Exception as error:  # noqa: BLE001 - whatever broke, the customer gets a person
                log.error("turn_broke", conversation=str(situation.conversation), **describe(error))
        return turn.give_up(situation, house)

    def _set_wanting_apart(self, brand: BrandId, house: House, plans: Sequence[Plan], until: float) -> list[Plan]:
        """Has looked up what plans want to know first; the plans that can be written now."""
        for plan in plans:
            if plan.wants is not None:
                task = asyncio.create_task(self._look_up(brand, house, plan, until))
                self.asking.add(task)
                task.add_done_callback(self.asking.discard)
        return [plan for plan in plans if plan.wants is None]

    async def _look_up(self, brand_id: BrandId, house: House, plan: Plan, until: float) -> None:
        """Decides a turn with what it wanted to know, and writes that; what is not known in time is away."""
        situation = plan.situation
        try:
            try:
                async with self._desk:
                    brand = await self.directory.brand(brand_id)
                    while plan.wants is not None:
                        plan, house = await self._know_more(brand, house, plan, until)
            except (DatabaseAway, psycopg.Error):
                raise
            except Exception as error:  # noqa: BLE001 - whatever broke, the customer gets a person
                log.error("turn_broke", conversation=str(situation.conversation), **describe(error))
                plan = turn.give_up(situation, house)
            await self._write({brand_id: [plan]})
        except (DatabaseAway, psycopg.Error) as error:  # the lane is taken again when its lease ends
            log.warning("database_away", conversation=str(situation.conversation), **describe(error))

    async def _know_more(self, brand: Brand, house: House, plan: Plan, until: float) -> tuple[Plan, House]:
        """The plan of the same situation with one more fact."""
        assert plan.wants is not None
        assert house.stage is not None
        situation, fact = plan.situation, Fact()
        if self.facts is not None and asyncio.get_running_loop().time() < until:
            try:
                async with asyncio.timeout_at(until):
                    fact = await self.facts.look_up(brand, situation, plan.wants, until=until)
            except TimeoutError:
                log.warning("source_away", conversation=str(situation.conversation), error="slow")
        if fact.proves:
            situation = replace(situation, knows_order=True)
        house = replace(house, stage=replace(house.stage, facts={**house.stage.facts, plan.wants: fact}))
        return self._think(situation, house), house

    async def _set_apart(self, brand_id: BrandId, plans: Sequence[Plan], until: float) -> list[Plan]:
        """Gives the model what it is to word; the plans that can be written now."""
        assert self.phraser is not None
        brand = await self.directory.brand(brand_id)
        rest: list[Plan] = []
        for plan in plans:
            if len(self.phrasing) < MOST_PHRASED and await self.phraser.takes(brand, plan):
                task = asyncio.create_task(self._phrase(self.phraser, brand, plan, until))
                self.phrasing.add(task)
                task.add_done_callback(self.phrasing.discard)
            else:
                rest.append(plan)
        return rest

    async def _phrase(self, phraser: Phraser, brand: Brand, plan: Plan, until: float) -> None:
        try:
            phrased = self._look_over(await phraser.phrase(brand, plan, until=until))
        except Exception as error:  # noqa: BLE001 - whatever broke, the customer gets the article's words
            log.error("phrasing_broke", conversation=str(plan.situation.conversation), **describe(error))
            phrased = plan
        try:
            await self._write({brand.id: [phrased]})
        except (DatabaseAway, psycopg.Error) as error:  # the lane is taken again when its lease ends
            log.warning("database_away", **describe(error))

    def _look_over(self, plan: Plan) -> Plan:
        """The second look at the bot's words, before they are stored and with that sent. What the conversation's vault
        hides becomes a placeholder. Nearly always nothing: the bot reads masked words and quotes articles.
        """
        situation = plan.situation
        if not situation.hidden or not plan.says:
            return plan
        stopped = [
            self.gate.stop(
                say.text,
                situation.hidden,
                quoted=(situation.reference, *(citation.quote for citation in say.citations)),
                language=plan.language,
            )
            for say in plan.says
        ]
        if all(text is say.text for text, say in zip(stopped, plan.says, strict=True)):
            return plan
        log.error("echo_stopped", conversation=str(situation.conversation))
        says = (replace(say, text=text) for text, say in zip(stopped, plan.says, strict=True))
        return replace(plan, says=tuple(says))

    async def _write(self, plans: dict[BrandId, list[Plan]]) -> None:
        """Writes a batch in one transaction; when that is refused, one by one, so that one bad plan harms no other."""
        plans = {
            brand: await self._with_terms(brand, [turn.as_letter(plan) for plan in group])
            for brand, group in plans.items()
        }
        try:
            await self._write_together(plans)
        except psycopg.Error as error:
            log.error("batch_refused", count=sum(map(len, plans.values())), **describe(error))
            for brand, group in plans.items():
                for plan in group:
                    await self._write_alone(brand, plan)

    async def _with_terms(self, brand_id: BrandId, plans: list[Plan]) -> list[Plan]:
        """The plans, each case that they open with the day on which it is due, by the law of where its person is."""
        people = {plan.situation.person for plan in plans if plan.cases}
        if not people:
            return plans
        brand = await self.directory.brand(brand_id)
        async with self.database.brand(brand_id) as connection:
            places = await cases.read_places(connection, people)
        return [
            date_cases(plan, brand, places.get(plan.situation.person, (None, None)), self.clock()) for plan in plans
        ]

    async def _write_together(self, plans: dict[BrandId, list[Plan]]) -> None:
        now = self.clock()
        async with self.database.pipeline() as connection:
            for brand, group in plans.items():
                says = [[new_id(now) for _ in plan.says] for plan in group]
                await connection.execute(SET_BRAND, {"brand": str(brand)})
                await connection.execute(store.WRITE_PLANS, store.pack_plans(group, says, now))
                openings = list_openings(group, says, now)
                if openings:
                    await connection.execute(cases.OPEN, cases.pack_openings(openings, now))
                wishes = {plan.situation.person: plan.people_only for plan in group if plan.people_only is not None}
                if wishes:
                    await connection.execute(SET_PEOPLE_ONLY, pack_people_only(wishes, now))
        await self._announce([(brand, plan.situation.conversation) for brand, group in plans.items() for plan in group])

    async def _write_alone(self, brand: BrandId, plan: Plan) -> None:
        try:
            await self._write_together({brand: [plan]})
        except psycopg.Error as error:
            situation = plan.situation
            log.error("turn_refused", conversation=str(situation.conversation), **describe(error))
            lease = Lease(brand=brand, conversation=situation.conversation, token=situation.token)
            async with self.database.brand(brand) as connection:
                await store.retry_later(connection, [lease], self.clock() + RETRY)

    async def _announce(self, changed: Sequence[tuple[BrandId, ConversationId]]) -> None:
        by_brand: defaultdict[BrandId, dict[ConversationId, None]] = defaultdict(dict)
        for brand, conversation in changed:
            by_brand[brand][conversation] = None
        for brand, conversations in by_brand.items():
            await self.live.announce(brand, list(conversations))

    async def _repeat(self, work: Callable[[], Awaitable[int]], wake: asyncio.Event) -> None:
        """Works while there is work, then looks again at short intervals or when woken."""
        pause = QUICK
        while True:
            wake.clear()
            try:
                done = await work()
            except (DatabaseAway, psycopg.Error) as error:
                log.warning("database_away", **describe(error))
                await asyncio.sleep(0.5)
                continue
            if done:
                pause = QUICK
                continue
            try:
                async with asyncio.timeout(pause):
                    await wake.wait()
            except TimeoutError:
                pause = min(SLOW, pause * 1.5)

    async def _prepare(self) -> None:
        """Puts what is heard in words together, a little at a time: the first message that needs it does not wait."""
        await asyncio.sleep(CALM)
        for _ in heard.prepare():
            await asyncio.sleep(QUICK)

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]], *, after: float = 0) -> None:
        await asyncio.sleep(after)
        while True:
            try:
                await work()
            except (DatabaseAway, psycopg.Error) as error:
                log.warning("upkeep_failed", **describe(error))
            await asyncio.sleep(seconds)


def _signals(plan: Plan) -> bool:
    """Whether an answer is coming to a customer whose vendor shows that."""
    coming = plan.wants is not None or any(not say.proposed for say in plan.says)
    return coming and isinstance(adapters().get(plan.situation.channel), Signals)


def _look_into(index: Index, heard: Heard) -> turn.LookUp:
    def look_up(question: MaskedText, language: Language, category: str | None) -> turn.Found:
        return answer(index, question, language=language, category=category, heard=heard)

    return look_up


def _make_partitions(owner_url: str, now: datetime) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        ensure_partitions(connection, first=now, months=3)


def _tidy_files(owner_url: str, *, rewriting: bool) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        index_sensitive(connection)
        if rewriting:
            rewrite(connection)
