"""The way out: claim from the outbox, send through the channel's adapter, write down what became of it.

Web chat is not called: its messages may be read as soon as they are stored. For the other channels a takeover cancels
what waits; what a sender has claimed is the one message that may still arrive. A send that may or may not have arrived
is repeated only where the channel honours our key; elsewhere people see *sent, unsure*.

What an agent wrote is put into clear here, for the call alone.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from okienko.brands.directory import Directory
from okienko.channels import caller
from okienko.conversations.clear import resolve_all
from okienko.conversations.store import outbox as store
from okienko.conversations.store.outbox import Claimed, Draft, Settled
from okienko.conversations.store.vault import read_forms
from okienko.database.pool import Database
from okienko.http import Answered, Http
from okienko.keys import Keys, WrongKey
from okienko.log import describe
from okienko.masking.egress import Gate
from okienko.masking.mask import MaskingFailed
from okienko.masking.vault import SealBroken, open_person_key, open_sealed
from okienko.values import Author, BrandId, Clock, ConversationId, Failed, HttpCall, MessageId, Outgoing, Sent, Unsure

log = structlog.get_logger()

AT_ONCE: Final = 16  # sends under way; as many may be repeated after a sender was killed
CLAIM: Final = timedelta(seconds=60)  # longer than any call takes
MOST_ATTEMPTS: Final = 48
LONGEST: Final = timedelta(hours=4)  # between the first attempt and giving up, about
FIRST_PAUSE: Final = 2.0  # seconds; doubles up to five minutes
LONGEST_PAUSE: Final = 300.0


async def send(  # noqa: PLR0917 - the road's tools, in their usual order
    database: Database, directory: Directory, keys: Keys, gate: Gate, http: Http, clock: Clock
) -> list[tuple[BrandId, ConversationId]]:
    """Sends one round of what is due to channels that are called; whose conversations changed.

    Brands do not wait for each other: neither for a slow vendor, nor for one whose messages cannot be read.
    """
    async with database.shared() as connection:
        claimed = await store.claim_outbox(connection, limit=AT_ONCE, now=clock(), lease=CLAIM)
    by_brand: defaultdict[BrandId, list[Claimed]] = defaultdict(list)
    for claim in claimed:
        by_brand[claim.brand].append(claim)
    shares = [_send_share(b, group, database, directory, keys, gate, http, clock) for b, group in by_brand.items()]
    for brand, broken in zip(by_brand, await asyncio.gather(*shares, return_exceptions=True), strict=True):
        if broken is not None:  # what was sent and not settled is known as unsettled when its claim ends
            log.error("sends_broke", brand=str(brand), **describe(broken))
    return [(claim.brand, claim.conversation) for claim in claimed]


async def _send_share(  # noqa: PLR0917 - the road's tools, in their usual order
    brand: BrandId,
    group: Sequence[Claimed],
    database: Database,
    directory: Directory,
    keys: Keys,
    gate: Gate,
    http: Http,
    clock: Clock,
) -> None:
    """One brand's part of a round, settled."""
    try:
        drafts, texts = await _read(brand, group, database, keys, gate, clock())
    except Exception as error:  # noqa: BLE001 - whatever it was, nothing has been sent yet
        log.error("drafts_broke", brand=str(brand), **describe(error))
        settled = [_try_later(claimed, clock()) for claimed in group if not claimed.unsettled]
    else:
        sends = [_send_one(d, texts[d.claimed.message], directory, keys, http, clock) for d in drafts]
        sent = await asyncio.gather(*sends, return_exceptions=True)
        tried = [s if isinstance(s, Settled) else _broke(d.claimed, s) for d, s in zip(drafts, sent, strict=True)]
        settled = [*tried, *_lost(group, drafts)]
    async with database.brand(brand) as connection:
        await store.settle(connection, settled, clock())


async def _read(  # noqa: PLR0917 - the road's tools, in their usual order
    brand: BrandId, group: Sequence[Claimed], database: Database, keys: Keys, gate: Gate, now: datetime
) -> tuple[list[Draft], dict[MessageId, str | None]]:
    """What one brand's claimed messages say, and each text as it leaves."""
    async with database.brand(brand) as connection:
        drafts = await store.read_drafts(connection, group)
        written = {d.claimed.message: d.claimed.conversation for d in drafts if d.author is Author.AGENT}
        forms = await read_forms(connection, written, now)
    texts = {draft.claimed.message: _look_over(draft, gate) for draft in drafts}
    texts |= await resolve_all({d.claimed.message: d.text for d in drafts}, forms, keys=keys, brand=brand)
    return drafts, texts


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


async def _send_one(  # noqa: PLR0917 - the road's tools, in their usual order
    draft: Draft, text: str | None, directory: Directory, keys: Keys, http: Http, clock: Clock
) -> Settled:
    claimed = draft.claimed
    found = await directory.door(draft.connection)
    channel = None if found is None else caller(found[0].channel)
    if found is None or channel is None or found[0].reply_url is None:
        return Settled(claimed=claimed, state="failed", error="the connection has no way out")
    if text is None:
        return Settled(claimed=claimed, state="failed", error="the text could not be checked")
    if claimed.unsettled and (claimed.last_try or not channel.idempotent):
        return Settled(claimed=claimed, state="unsure", error="the sender was stopped during the send")
    try:
        thread = await _open_thread(draft, keys)
    except (SealBroken, WrongKey):
        return Settled(claimed=claimed, state="failed", error="the conversation's address does not open")
    outgoing = Outgoing(
        conversation=claimed.conversation,
        message=claimed.message,
        connection=draft.connection,
        thread=thread,
        author=draft.author,
        kind=draft.kind,
        text=text,
        citations=draft.citations,
    )
    (call,) = channel.calls(outgoing, found[0], clock())
    assert isinstance(call, HttpCall)
    answer = await http.post(call)
    outcome = channel.outcome(answer.status, answer.headers, answer.body) if isinstance(answer, Answered) else answer
    match outcome:
        case Sent(receipt=receipt):
            return Settled(claimed=claimed, state="sent", receipt=keys.lookup("receipt", receipt) if receipt else None)
        case Failed() as failed:
            again = None if failed.permanent else _next_try(claimed, failed.retry_after, clock())
            return Settled(claimed=claimed, state="failed", error=failed.reason, again=again)
        case Unsure(reason=reason):
            if channel.idempotent:
                again = _next_try(claimed, None, clock())
                return Settled(claimed=claimed, state="failed", error=reason, again=again)
            return Settled(claimed=claimed, state="unsure", error=reason)


async def _open_thread(draft: Draft, keys: Keys) -> str:
    brand, person = draft.claimed.brand, draft.person
    key = await open_person_key(keys, draft.wrapped_key, brand=brand, person=person)
    raw = open_sealed(
        key,
        draft.thread,
        brand=brand,
        person=person,
        table="thread",
        column="sealed",
        row=draft.claimed.conversation,
    )
    return raw.reveal()


def _next_try(claimed: Claimed, asked: float | None, now: datetime) -> datetime | None:
    """When to try again: doubling pauses, or what the vendor asks for; None when it is time to give up."""
    if claimed.attempt >= MOST_ATTEMPTS:
        return None
    pause = asked if asked is not None else min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (claimed.attempt - 1))
    return now + timedelta(seconds=min(pause, LONGEST.total_seconds()))


def _broke(claimed: Claimed, error: BaseException) -> Settled:
    """A send that broke where nobody expects it: the vendor may have the message."""
    log.error("send_broke", conversation=str(claimed.conversation), **describe(error))
    return Settled(claimed=claimed, state="unsure", error="the send broke")


def _try_later(claimed: Claimed, now: datetime) -> Settled:
    again = _next_try(claimed, None, now)
    return Settled(claimed=claimed, state="failed", error="the message could not be read", again=again)


def _lost(claimed: Sequence[Claimed], drafts: Sequence[Draft]) -> list[Settled]:
    """Claims whose message or thread is gone: its person was erased between the claim and the reading."""
    read = {draft.claimed.message for draft in drafts}
    return [
        Settled(claimed=claim, state="failed", error="the conversation has no address")
        for claim in claimed
        if claim.message not in read
    ]
