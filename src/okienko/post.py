"""The way out for letters: claim, find out to whom, put the words together, send, write down what became of it.

Addresses and codes are put into clear here, for the call alone. A letter whose sender was killed is sent again, with
the same code and the same Message-ID: better twice than never. Whether an address is known is found out here and not
where it was typed, so that asking takes as long for everybody.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from okienko.brands.directory import Directory
from okienko.database.pool import Connection, Database
from okienko.identity import store as identity
from okienko.identity.codes import derive_code
from okienko.incidents.store import read_asked
from okienko.keys import Keys, WrongKey
from okienko.log import describe
from okienko.mail import store
from okienko.mail.letters import Facts, compose, write
from okienko.mail.server import Post
from okienko.mail.store import Claimed, Draft, Settled
from okienko.masking.vault import SealBroken, open_person_key, open_sealed
from okienko.rights.store.requests import read_request
from okienko.values import Brand, Clock, Failed, PersonId, RawText, Sent, Unsure

log = structlog.get_logger()

AT_ONCE: Final = 8
CLAIM: Final = timedelta(seconds=60)  # longer than a send takes
FIRST_PAUSE: Final = 5.0  # seconds; doubles up to five minutes
LONGEST_PAUSE: Final = 300.0


async def send(database: Database, directory: Directory, keys: Keys, post: Post, clock: Clock) -> int:
    """Sends one round of the letters that are due; how many were claimed. One that breaks harms no other."""
    async with database.shared() as connection:
        claimed = await store.claim_letters(connection, limit=AT_ONCE, now=clock(), lease=CLAIM)
    sends = (_send_one(one, database, directory, keys, post, clock) for one in claimed)
    for one, broken in zip(claimed, await asyncio.gather(*sends, return_exceptions=True), strict=True):
        if broken is not None:  # it is claimed again when its claim ends
            log.error("letter_broke", brand=str(one.brand), **describe(broken))
    return len(claimed)


async def _send_one(  # noqa: PLR0917 - the road's tools, in their usual order
    claimed: Claimed, database: Database, directory: Directory, keys: Keys, post: Post, clock: Clock
) -> None:
    brand = await directory.brand(claimed.brand)
    now = clock()
    async with database.brand(brand.id) as connection:
        draft = await store.read_letter(connection, claimed)
        if draft is None:
            return
        draft = await _find_address(connection, claimed, draft)
        facts = await _read_facts(connection, keys, brand, draft)
    settled = await _try(claimed, draft, facts, keys, brand, post, now)
    async with database.brand(brand.id) as connection:
        await store.settle_letter(connection, settled, clock())
    if settled.state == "failed" and settled.again is None:
        log.error("letter_failed", brand=str(brand.id))


async def _find_address(connection: Connection, claimed: Claimed, draft: Draft) -> Draft:
    """A code's letter goes to the address on record, as it is there: never to what was typed."""
    if draft.template not in {"code", "contact"} or draft.about is None:
        return draft
    known = await identity.find_known(connection, draft.about)
    if not known:
        return draft
    first = known[0]
    await identity.name_person(connection, draft.about, first.person)
    await store.address_letter(connection, claimed.id, first.person, first.identity)
    return replace(
        draft, person=first.person, identity=first.identity, sealed=first.sealed, wrapped_key=first.wrapped_key
    )


async def _read_facts(connection: Connection, keys: Keys, brand: Brand, draft: Draft) -> Facts | None:
    """What the letter says; None when what it is about is gone."""
    if draft.about is None:
        return None
    if draft.template in {"code", "contact"}:
        return Facts(brand=brand.name, code=derive_code(keys, draft.about))
    if draft.template == "all_clear":
        asked = None if draft.person is None else await read_asked(connection, draft.about, draft.person)
        if asked is None:
            return None
        return Facts(brand=brand.name, asked_on=asked.astimezone(ZoneInfo(brand.timezone)).date())
    request = await read_request(connection, draft.about)
    if request is None:
        return None
    return Facts(brand=brand.name, reference=request.reference, due_on=request.last_day)


async def _try(  # noqa: PLR0917 - the road's tools, in their usual order
    claimed: Claimed, draft: Draft, facts: Facts | None, keys: Keys, brand: Brand, post: Post, now: datetime
) -> Settled:
    if now >= draft.until:
        return Settled(claimed=claimed, state="failed", error="its time was over")
    if facts is None or draft.person is None or draft.sealed is None or draft.wrapped_key is None:
        return Settled(claimed=claimed, state="nobody")
    try:
        to = await _open_address(draft, draft.person, draft.sealed, draft.wrapped_key, keys, brand)
        message = compose(
            write(draft.template, facts, draft.language),
            letter_id=claimed.id,
            brand=brand.name,
            language=draft.language,
            sender=post.sender,
            to=to,
            now=now,
        )
    except (SealBroken, WrongKey):
        return Settled(claimed=claimed, state="failed", error="the address does not open")
    except ValueError:
        return Settled(claimed=claimed, state="failed", error="the address cannot be written to")
    match await post.send(message):
        case Sent():
            return Settled(claimed=claimed, state="sent")
        case Failed(reason=reason, permanent=True):
            return Settled(claimed=claimed, state="failed", error=reason)
        case Failed(reason=reason) | Unsure(reason=reason):
            again = now + timedelta(seconds=min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(claimed.attempt - 1, 10)))
            return Settled(claimed=claimed, state="failed", error=reason, again=again if again < draft.until else None)


async def _open_address(  # noqa: PLR0917 - what is opened, and with what
    draft: Draft, person: PersonId, sealed: bytes, wrapped: bytes, keys: Keys, brand: Brand
) -> RawText:
    assert draft.identity is not None
    key = await open_person_key(keys, wrapped, brand=brand.id, person=person)
    return open_sealed(
        key, sealed, brand=brand.id, person=person, table="identity", column="sealed", row=draft.identity
    )
