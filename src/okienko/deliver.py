"""The way out: claim from the outbox, send through the channel's adapter, write down what became of it.

Web chat is not called: its messages may be read as soon as they are stored. For the other channels a takeover cancels
what waits; what a sender has claimed is the one message that may still arrive. A message that a vendor takes in parts
is claimed part by part. A send that may or may not have arrived is repeated only where the channel honours our key;
elsewhere people see *sent, unsure*.

A vendor's rules come before a send: its window, its rates, and the pause of a connection that is in trouble. What has
to wait for them goes back and costs no attempt.

What an agent wrote is put into clear here, for the call alone.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from secrets import SystemRandom
from typing import Final, Literal

import psycopg
import structlog

from okienko import mailing
from okienko.brands.directory import Directory
from okienko.brands.store import read_categories
from okienko.channels import caller
from okienko.channels.choices import name_choices
from okienko.channels.pace import Bucket, Pace
from okienko.channels.retry import pause_before, read_retry_after
from okienko.channels.vendor import Bounded, Bursts, Limits, Signals, SignsIn, Suppresses, Verdict, may_send
from okienko.conversations.clear import resolve_all
from okienko.conversations.store import connections
from okienko.conversations.store import outbox as store
from okienko.conversations.store.connections import Fared, Standing
from okienko.conversations.store.outbox import Awaited, Claimed, Draft, Settled
from okienko.conversations.store.vault import read_forms
from okienko.database.ids import new_id
from okienko.database.pool import Database, DatabaseAway
from okienko.http import Answered, Http
from okienko.keys import Keys, WrongKey
from okienko.log import describe
from okienko.mail.server import UNREACHED, Carries
from okienko.masking.egress import Gate
from okienko.masking.mask import MaskingFailed
from okienko.masking.vault import SealBroken, open_person_key, open_sealed
from okienko.tokens import TOKEN, Tokens
from okienko.values import (
    Author,
    Brand,
    BrandId,
    Call,
    Caller,
    Choice,
    Clock,
    Connection,
    ConnectionId,
    ConversationId,
    Failed,
    Kind,
    Language,
    Letter,
    MessageId,
    Outgoing,
    PersonId,
    Sent,
    Unsure,
)
from okienko.web.i18n import words

log = structlog.get_logger()

AT_ONCE: Final = 16  # sends under way; as many may be repeated after a sender was killed
CLAIM: Final = timedelta(seconds=60)  # longer than any call takes
PATIENCE: Final = timedelta(hours=4)  # that a message waits between attempts, where its channel does not say
OLDEST: Final = timedelta(days=7)  # a message that fails after so long is given up, whatever it has waited for
PAUSE: Final = timedelta(hours=1)  # of a connection that its vendor has paused
ELSEWHERE: Final = timedelta(hours=24)  # that the bot is silent where another program has the thread
SIGNALS: Final = 16  # conversations for which they are under way at once
SIGNAL: Final = 2.0  # seconds that a message waits for the signal before it: dots after an answer would be wrong
SETTLES: Final = 4  # times that is tried to write down what became of a send

Categories = Mapping[Language, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """What became of one draft, and what that shows about its connection."""

    settled: Settled
    fared: Fared | None = None
    elsewhere: bool = False  # the vendor says that another program has the thread


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """What the other side said to one call, and how it said it."""

    outcome: Sent | Failed | Unsure
    fast: bool = False  # we are too fast for the whole connection
    well: bool = False  # it works, whatever it thinks of this message


@dataclass(slots=True, kw_only=True)
class Sender:
    """Sends, and remembers from one round to the next how fast it may."""

    database: Database
    directory: Directory
    keys: Keys
    gate: Gate
    http: Http
    clock: Clock
    letters: Carries | None = None  # None: there is no way out for letters of channels
    address: str = ""  # of our own pages, for links to articles
    chance: Callable[[], float] = SystemRandom().random
    # Signals that are under way: the message that they announce waits for them.
    signals: dict[ConversationId, asyncio.Task[None]] = field(default_factory=dict[ConversationId, asyncio.Task[None]])
    tokens: Tokens = field(init=False)
    _buckets: dict[ConnectionId, Bucket] = field(default_factory=dict[ConnectionId, Bucket], init=False)
    _pace: Pace = field(default_factory=Pace, init=False)

    def __post_init__(self) -> None:
        self.tokens = Tokens(self.http, self.clock)

    async def send(self) -> list[tuple[BrandId, ConversationId]]:
        """Sends one round of what is due to channels that are called; the conversations of what was claimed.

        Brands do not wait for each other: neither for a slow vendor, nor for one whose messages cannot be read.
        """
        started = self.clock()
        async with self.database.shared() as connection:
            claimed = await store.claim_outbox(connection, limit=AT_ONCE, now=started, lease=CLAIM)
        by_brand: defaultdict[BrandId, list[Claimed]] = defaultdict(list)
        for claim in claimed:
            by_brand[claim.brand].append(claim)
        shares = [self._send_share(brand, group, started + CLAIM) for brand, group in by_brand.items()]
        for brand, broken in zip(by_brand, await asyncio.gather(*shares, return_exceptions=True), strict=True):
            if broken is not None:  # what was sent and not settled is known as unsettled when its claim ends
                log.error("sends_broke", brand=str(brand), **describe(broken))
        return [(claim.brand, claim.conversation) for claim in claimed]

    async def _send_share(self, brand_id: BrandId, group: Sequence[Claimed], until: datetime) -> None:
        """One brand's part of a round, settled."""
        now = self.clock()
        try:
            brand = await self.directory.brand(brand_id)
            share = await self._read(brand, group, now)
        except Exception as error:  # noqa: BLE001 - whatever it was, nothing has been sent yet
            log.error("drafts_broke", brand=str(brand_id), **describe(error))
            tried = [_Tried(settled=self._try_later(claim)) for claim in group if not claim.unsettled]
        else:
            sends = [self._send_one(draft, share, until) for draft in share.drafts]
            sent = await asyncio.gather(*sends, return_exceptions=True)
            tried = [
                s if isinstance(s, _Tried) else _Tried(settled=_broke(d, s))
                for d, s in zip(share.drafts, sent, strict=True)
                if not isinstance(s, _ClaimOver)
            ]
            tried += [_Tried(settled=lost) for lost in _lost(group, share.drafts)]
        await self._settle(brand_id, tried)

    async def _read(self, brand: Brand, group: Sequence[Claimed], now: datetime) -> _Share:
        """What one brand's claimed messages say, each text as it leaves, and how their connections are."""
        async with self.database.brand(brand.id) as connection:
            drafts = await store.read_drafts(connection, group)
            written = {d.claimed.message: d.claimed.conversation for d in drafts if d.author is Author.AGENT}
            forms = await read_forms(connection, written, now)
            categories: Categories = {}
            if any(draft.choices for draft in drafts):
                categories = await read_categories(connection)
            doors = {draft.connection for draft in drafts}
            standings = await connections.read_standings(connection, doors, now)
            probing = {
                door
                for door, standing in sorted(standings.items())
                if not standing.resting and await connections.try_out(connection, door, now)
            }
        texts = {draft.claimed.message: _look_over(draft, self.gate) for draft in drafts}
        texts |= await resolve_all({d.claimed.message: d.text for d in drafts}, forms, keys=self.keys, brand=brand.id)
        return _Share(
            brand=brand, drafts=drafts, texts=texts, categories=categories, standings=standings, probing=probing
        )

    async def _send_one(self, draft: Draft, share: _Share, until: datetime) -> _Tried:
        claimed, text = draft.claimed, share.texts[draft.claimed.message]
        found = await self.directory.door(draft.connection)
        channel = None if found is None else caller(found[0].channel)
        if found is None or channel is None:
            return _end(draft, "failed", "the connection has no way out")
        if text is None:
            return _end(draft, "failed", "the text could not be checked")
        door, now = found[0], self.clock()
        try:
            outgoing = await self._open(draft, share, text)
        except (SealBroken, WrongKey):
            return _end(draft, "failed", "the conversation's address does not open")
        verdict: Verdict = "free"
        if isinstance(channel, Limits):
            verdict = may_send(channel.window, author=draft.author, acted_at=draft.acted_at, now=now)
        outgoing = replace(outgoing, late=verdict == "late")
        unsigned = replace(door, given={**door.given, TOKEN: ""}) if isinstance(channel, SignsIn) else door
        calls = channel.calls(outgoing, unsigned, now)
        parts = len(calls)
        stopped = _stop(draft, verdict, parts, now, again=channel.idempotent)
        if stopped is not None:
            return stopped
        if parts > 1 and draft.parts is None:  # an echo of the first must not be taken for that of the whole
            return _back(draft, now, parts=parts)
        due = self._find_moment(draft, share, channel, now)
        if due is not None:
            return _back(draft, due, parts=parts)
        signal = self.signals.get(claimed.conversation)
        if signal is not None:
            await asyncio.wait({signal}, timeout=SIGNAL)
        if self.clock() >= until:
            raise _ClaimOver
        refused = await self._refuse(draft, share, channel, outgoing, parts)
        if refused is not None:
            return refused
        if isinstance(channel, Limits):
            self._pace.went(claimed.conversation, channel.pace, now)
        heard = await self._call(calls[draft.part], outgoing, draft, channel, door)
        return self._judge(draft, heard, share, channel, parts)

    async def _refuse(
        self, draft: Draft, share: _Share, channel: Caller, outgoing: Outgoing, parts: int
    ) -> _Tried | None:
        """Why nothing is sent: it is too long, or to an address that takes nothing. None: it may go."""
        if isinstance(channel, Bounded) and len(outgoing.text) > channel.longest:
            error = f"longer than the {channel.longest} characters that the vendor takes"
            return _end(draft, "failed", error, parts=parts)
        if not isinstance(channel, Suppresses):
            return None
        now = self.clock()
        try:
            async with self.database.brand(share.brand.id) as connection:
                refusal = await mailing.refuse(connection, self.keys, channel, outgoing, share.brand.language, now)
        except (DatabaseAway, psycopg.Error):  # nothing has been sent yet
            return _back(draft, now + timedelta(seconds=1), parts=parts)
        return None if refusal is None else _end(draft, "failed", refusal, parts=parts)

    def _find_moment(self, draft: Draft, share: _Share, channel: Caller, now: datetime) -> datetime | None:
        """When a message may go that may not go now: its connection rests, or it would be too fast. None: now."""
        standing = share.standings.get(draft.connection)
        if standing is not None:
            if draft.connection not in share.probing:
                return now
            share.probing.discard(draft.connection)  # one of them sees whether it works again
        if not isinstance(channel, Limits):
            return None
        conversation = draft.claimed.conversation
        burst = channel.burst if isinstance(channel, Bursts) else 1
        apart = self._pace.earliest(conversation, channel.pace, now, burst=burst)
        if apart > now:
            return apart
        moment = self._bucket(draft.connection, channel.rate).take(draft.claimed.message, now)
        return moment if moment > now else None

    def _bucket(self, door: ConnectionId, rate: float) -> Bucket:
        bucket = self._buckets.get(door)
        if bucket is None or bucket.rate != rate:
            bucket = self._buckets[door] = Bucket(rate=rate)
        return bucket

    async def _open(self, draft: Draft, share: _Share, text: str) -> Outgoing:
        """The message as its adapter gets it. Raises `SealBroken` and `WrongKey`."""
        claimed, brand = draft.claimed, share.brand
        key = await open_person_key(self.keys, draft.wrapped_key, brand=brand.id, person=draft.person)
        reveal = _Opener(key=key, brand=brand.id, person=draft.person, conversation=claimed.conversation)
        named = name_choices(
            draft.choices,
            labels=draft.labels,
            citations=draft.citations,
            categories=share.categories.get(draft.language, {}),
            words=words(draft.language),
        )
        return Outgoing(
            conversation=claimed.conversation,
            message=claimed.message,
            connection=draft.connection,
            thread=reveal("sealed", draft.thread),
            author=draft.author,
            kind=draft.kind,
            text=text,
            citations=draft.citations,
            choices=tuple(Choice(value=value, label=label) for value, label in named if label is not None),
            language=draft.language,
            reference=draft.reference,
            brand=brand.name,
            envelope="" if draft.envelope is None else reveal("envelope", draft.envelope),
            help=f"{self.address}/help/{brand.slug}" if self.address else "",
        )

    async def _call(self, call: Call, outgoing: Outgoing, draft: Draft, channel: Caller, door: Connection) -> _Heard:
        """Makes one call. A token that the vendor does not take any more is asked for anew, once."""
        if isinstance(call, Letter):
            return await self._carry(call)
        if not isinstance(channel, SignsIn):
            return await self._post(call, channel)
        refused: str | None = None
        while True:
            signed = await self.tokens.sign_in(channel, door, refused=refused)
            if isinstance(signed, Failed):
                return _Heard(outcome=signed)
            heard = await self._post(channel.calls(outgoing, signed, self.clock())[draft.part], channel)
            if refused is not None or not isinstance(heard.outcome, Failed) or heard.outcome.trouble != "sign_in":
                return heard
            refused = signed.given[TOKEN]

    async def _post(self, call: Call, channel: Caller) -> _Heard:
        assert not isinstance(call, Letter)
        answer = await self.http.post(call)
        if not isinstance(answer, Answered):
            return _Heard(outcome=answer)
        outcome = channel.outcome(answer.status, answer.headers, answer.body)
        if isinstance(outcome, Failed) and outcome.retry_after is None:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            asked = read_retry_after(headers.get("retry-after"), self.clock())
            outcome = replace(outcome, retry_after=asked)
        fast = answer.status == 429
        return _Heard(outcome=outcome, fast=fast, well=not fast and answer.status < 500)

    async def _carry(self, letter: Letter) -> _Heard:
        if self.letters is None:
            return _Heard(outcome=Failed(reason="there is no way out for letters", permanent=True))
        outcome = await self.letters.carry(letter)
        reached = not isinstance(outcome, Unsure) and not (
            isinstance(outcome, Failed) and (outcome.reason == UNREACHED or outcome.trouble is not None)
        )
        return _Heard(outcome=outcome, well=reached)

    # that an answer is on its way ------------------------------------------------------------------------------------

    def signal(self, brand: BrandId, conversations: Sequence[ConversationId]) -> None:
        """Shows customers that they were read and that an answer comes, where their vendor can; it is not waited for.

        What is lost is lost: nothing is repeated, and when many are under way the next ones go without.
        """
        wanted = [one for one in conversations if one not in self.signals][: max(0, SIGNALS - len(self.signals))]
        if not wanted:
            return
        task = asyncio.create_task(self._signal(brand, wanted))
        self.signals.update(dict.fromkeys(wanted, task))
        task.add_done_callback(lambda _: [self.signals.pop(one, None) for one in wanted])

    async def _signal(self, brand_id: BrandId, conversations: Sequence[ConversationId]) -> None:
        try:
            async with self.database.brand(brand_id) as connection:
                awaited = await store.read_awaited(connection, conversations)
            async with asyncio.timeout(SIGNAL):
                await asyncio.gather(*(self._show(brand_id, one) for one in awaited))
        except Exception as error:  # noqa: BLE001 - the answer itself does not depend on it
            log.warning("signal_broke", brand=str(brand_id), **describe(error))

    async def _show(self, brand: BrandId, awaited: Awaited) -> None:
        found = await self.directory.door(awaited.connection)
        channel = None if found is None else caller(found[0].channel)
        if found is None or not isinstance(channel, Signals):
            return
        key = await open_person_key(self.keys, awaited.wrapped_key, brand=brand, person=awaited.person)
        reveal = _Opener(key=key, brand=brand, person=awaited.person, conversation=awaited.conversation)
        now = self.clock()
        outgoing = Outgoing(
            conversation=awaited.conversation,
            message=MessageId(new_id(now)),
            connection=awaited.connection,
            thread=reveal("sealed", awaited.thread),
            author=Author.BOT,
            kind=Kind.TEXT,
            text="",
            citations=(),
            language=awaited.language,
            envelope="" if awaited.envelope is None else reveal("envelope", awaited.envelope),
        )
        for call in channel.signals(outgoing, found[0]):
            await self.http.post(call)

    # what becomes of it ----------------------------------------------------------------------------------------------

    def _judge(self, draft: Draft, heard: _Heard, share: _Share, channel: Caller, parts: int) -> _Tried:
        door, now = draft.connection, self.clock()
        fared = Fared(connection=door, well=heard.well, failures=0 if heard.well or heard.fast else 1)
        match heard.outcome:
            case Sent(receipt=receipt):
                following = draft.part + 1 < parts
                due = None
                if following and isinstance(channel, Limits):
                    burst = channel.burst if isinstance(channel, Bursts) else 1
                    due = self._pace.earliest(draft.claimed.conversation, channel.pace, now, burst=burst)
                settled = Settled(
                    claimed=draft.claimed,
                    state="waiting" if following else "sent",
                    part=draft.part,
                    following=following,
                    parts=parts,
                    connection=door,
                    receipt=self.keys.lookup(f"event:{door}", receipt) if receipt else None,
                    due=due,
                )
                return _Tried(settled=settled, fared=replace(fared, sent=True, well=True, failures=0))
            case Unsure(reason=reason) if not channel.idempotent:
                return replace(_end(draft, "unsure", reason, parts=parts), fared=fared)
            case Unsure(reason=reason):
                failed = Failed(reason=reason, permanent=False)
            case Failed() as failed:
                pass
        match failed.trouble:
            case "sign_in" | "paused" as trouble:
                pause = max(PAUSE, timedelta(seconds=failed.retry_after or 0))
                fared = Fared(connection=door, trouble=trouble, until=now + pause, word=failed.reason)
                return replace(_back(draft, now, parts=parts), fared=fared)
            case "window":
                return replace(_end(draft, "failed", "window", parts=parts), fared=fared)
            case "elsewhere":
                state = "failed" if draft.author is Author.AGENT else "cancelled"
                return replace(_end(draft, state, "elsewhere", parts=parts), fared=fared, elsewhere=True)
            case None if failed.permanent:
                return replace(_end(draft, "failed", failed.reason, parts=parts), fared=fared)
            case None:
                return _Tried(settled=self._wait(draft, heard, failed, share, channel, parts), fared=fared)

    def _wait(  # noqa: PLR0917 - what a wait depends on
        self, draft: Draft, heard: _Heard, failed: Failed, share: _Share, channel: Caller, parts: int
    ) -> Settled:
        """A failure that may pass: when it is tried again, or that it was the last one.

        While the whole connection is down, that is not the message's fault: it costs no attempt.
        """
        now, claimed = self.clock(), draft.claimed
        patience = (channel.patience if isinstance(channel, Limits) else PATIENCE).total_seconds()
        free = draft.connection in share.standings and not heard.well and not heard.fast
        pause = pause_before(claimed.attempt, self.chance())
        if failed.retry_after is not None:
            pause = min(failed.retry_after, patience)
        if heard.fast and isinstance(channel, Limits):
            self._bucket(draft.connection, channel.rate).hold(now + timedelta(seconds=pause))
        if now - draft.at > OLDEST or (not free and draft.waited + pause > patience):
            return _end(draft, "failed", failed.reason, parts=parts).settled
        if free:  # another one is next to see whether it works again
            pause = max(pause, self.chance() * connections.REST.total_seconds())
        return Settled(
            claimed=claimed,
            state="waiting",
            part=draft.part,
            parts=parts,
            error=failed.reason,
            due=now + timedelta(seconds=pause),
            counted=not free,
            waits=0.0 if free else pause,
        )

    def _try_later(self, claimed: Claimed) -> Settled:
        """For a message that could not even be read."""
        pause = pause_before(claimed.attempt, self.chance())
        due = self.clock() + timedelta(seconds=pause)
        return Settled(claimed=claimed, state="waiting", error="the message could not be read", due=due, waits=pause)

    async def _settle(self, brand: BrandId, tried: Sequence[_Tried]) -> None:
        """Writes all of it down. What is not written would be unsure later, so it is tried more than once."""
        for attempt in range(SETTLES):
            try:
                begun = await self._write(brand, tried)
            except (DatabaseAway, psycopg.errors.DeadlockDetected):
                if attempt + 1 == SETTLES:
                    raise
                await asyncio.sleep(0.2 * attempt)
            else:
                for trouble in begun:  # once, however many messages wait
                    log.error("connection_in_trouble", brand=str(brand), error=trouble)
                break
        elsewhere = [one.settled.claimed.conversation for one in tried if one.elsewhere]
        if elsewhere:
            async with self.database.brand(brand) as connection:
                await store.note_elsewhere(connection, elsewhere, self.clock() + ELSEWHERE)

    async def _write(self, brand: BrandId, tried: Sequence[_Tried]) -> list[connections.Trouble]:
        """One commit; the troubles that have begun."""
        async with self.database.brand(brand) as connection:
            now = self.clock()
            await store.settle(connection, [one.settled for one in tried], now)
            begun: list[connections.Trouble] = []
            for fared in _sum(tried):
                trouble = await connections.note_fared(connection, fared, now)
                if trouble is not None:
                    begun.append(trouble)
        return begun


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opener:
    """Opens what is sealed of a thread, for one call."""

    key: bytes = field(repr=False)
    brand: BrandId
    person: PersonId
    conversation: ConversationId

    def __call__(self, column: Literal["sealed", "envelope"], sealed: bytes) -> str:
        """Raises `SealBroken`."""
        return open_sealed(
            self.key,
            sealed,
            brand=self.brand,
            person=self.person,
            table="thread",
            column=column,
            row=self.conversation,
        ).reveal()


class _ClaimOver(Exception):
    """A sender was stopped for so long that its message is another one's by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """One brand's part of a round."""

    brand: Brand
    drafts: Sequence[Draft]
    texts: Mapping[MessageId, str | None] = field(repr=False)
    categories: Categories
    standings: Mapping[ConnectionId, Standing]
    probing: set[ConnectionId]  # where one message may see whether it works again


def _look_over(draft: Draft, gate: Gate) -> str | None:
    """The text as it may leave: in the bot's words, a placeholder for whatever the conversation's vault hides.

    None when it could not be looked at.
    """
    quoted = [draft.reference, *(citation.quote for citation in draft.citations)]
    try:
        text = gate.stop(draft.text, draft.hidden, quoted=quoted, language=draft.language)
    except MaskingFailed:
        return None
    if text != draft.text:
        log.error("echo_stopped", conversation=str(draft.claimed.conversation))
    return text.text


def _stop(draft: Draft, verdict: Verdict, parts: int, now: datetime, *, again: bool) -> _Tried | None:
    """Why a message is not sent, for good; None: it may go. `again`: what may have arrived may be sent once more."""
    claimed, by_agent = draft.claimed, draft.author is Author.AGENT
    if not parts:
        return _end(draft, "failed", "the connection has no way out")
    if claimed.unsettled and (claimed.last_try or not again):
        return _end(draft, "unsure", "the sender was stopped during the send", parts=parts)
    if draft.part >= parts:  # it has become shorter since, and all of it has gone
        return _end(draft, "sent", None, parts=parts)
    if verdict == "over":  # what the system says about who answers is nothing that anybody would miss
        return _end(draft, "cancelled" if draft.author is Author.SYSTEM else "failed", "window", parts=parts)
    if not by_agent and draft.elsewhere_until is not None and draft.elsewhere_until > now:
        return _end(draft, "cancelled", "elsewhere", parts=parts)
    return None


def _end(
    draft: Draft,
    state: Literal["sent", "failed", "unsure", "cancelled"],
    error: str | None,
    *,
    parts: int | None = None,
) -> _Tried:
    settled = Settled(claimed=draft.claimed, state=state, part=draft.part, parts=parts, error=error)
    return _Tried(settled=settled)


def _back(draft: Draft, due: datetime, *, parts: int) -> _Tried:
    """Not now, and it costs nothing."""
    settled = Settled(claimed=draft.claimed, state="waiting", part=draft.part, parts=parts, due=due, counted=False)
    return _Tried(settled=settled)


def _broke(draft: Draft, error: BaseException) -> Settled:
    """A send that broke where nobody expects it: the vendor may have the message."""
    log.error("send_broke", conversation=str(draft.claimed.conversation), **describe(error))
    return Settled(claimed=draft.claimed, state="unsure", part=draft.part, error="the send broke")


def _lost(claimed: Sequence[Claimed], drafts: Sequence[Draft]) -> list[Settled]:
    """Claims whose message or thread is gone: its person was erased between the claim and the reading."""
    read = {draft.claimed.message for draft in drafts}
    return [
        Settled(claimed=claim, state="failed", error="the conversation has no address")
        for claim in claimed
        if claim.message not in read
    ]


def _sum(tried: Sequence[_Tried]) -> list[Fared]:
    """What a round has shown, a connection each, in the order in which all senders take them."""
    shown: dict[ConnectionId, Fared] = {}
    for fared in (one.fared for one in tried if one.fared is not None):
        before = shown.get(fared.connection)
        if before is None:
            shown[fared.connection] = fared
            continue
        troubled = fared if fared.trouble == "sign_in" or before.trouble is None else before
        shown[fared.connection] = replace(
            troubled,
            sent=before.sent or fared.sent,
            well=before.well or fared.well,
            failures=before.failures + fared.failures,
        )
    return [shown[door] for door in sorted(shown)]
