"""Tokens that end after a while and are renewed with themselves, in time: the new one takes the place of the old.

Nobody has to do anything, unless the vendor gives none: then administrators are told before it ends. Two processes that
renew the same token at once do no harm: what each got is good.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog

from okienko.audit import store as audit
from okienko.brands.store import open_given, seal_given
from okienko.channels import adapters
from okienko.channels.connections import store
from okienko.channels.connections.store import Kept
from okienko.channels.vendor import Renews
from okienko.conversations.store.connections import add_notice
from okienko.database.pool import Database
from okienko.http import Answered, Http
from okienko.keys import Keys
from okienko.values import Brand, BrandId, Clock, Connection, ConnectionId

log = structlog.get_logger()

TOKEN: Final = "token"  # its name among what a vendor gave  # noqa: S105 - a name
ENDS: Final = "token_ends"  # a notice's kind
WARN: Final = timedelta(days=5)  # so long before its end somebody is told


async def renew_tokens(database: Database, brand: Brand, keys: Keys, http: Http, clock: Clock) -> int:
    """Renews a brand's tokens that are old enough; how many."""
    async with database.brand(brand.id) as connection:
        kept = await store.list_connections(connection)
    return sum([await _renew(database, brand.id, one, keys, http, clock()) for one in kept if one.active])


async def _renew(  # noqa: PLR0917 - the road's tools, in their usual order
    database: Database, brand: BrandId, kept: Kept, keys: Keys, http: Http, now: datetime
) -> bool:
    adapter, since = adapters().get(kept.channel), kept.given_at.get(TOKEN)
    if not isinstance(adapter, Renews) or since is None or now - since < adapter.renewed_after:
        return False
    given = await open_given(keys, kept.id, kept.given)
    door = Connection(id=ConnectionId(kept.id), brand_id=brand, channel=kept.channel, secret=b"", given=given)
    call = adapter.renewal(door)
    if call is None:
        return False
    answer = await http.post(call)
    token = adapter.read_renewed(answer.status, answer.body) if isinstance(answer, Answered) else None
    async with database.brand(brand) as connection:
        sealed = await store.lock_given(connection, kept.id)
        if sealed != kept.given:  # somebody has changed it meanwhile
            return False
        if token is None:
            log.warning("token_not_renewed", brand=str(brand), channel=kept.channel)
            told = any(one.kind == ENDS and one.at > since for one in await store.list_notices(connection, kept.id))
            if now - since >= adapter.lasts - WARN and not told:
                await add_notice(connection, door.id, kind=ENDS, word="", now=now)
            return False
        await store.save_given(
            connection,
            kept.id,
            given=seal_given(keys, kept.id, {**given, TOKEN: token}),
            changed=(TOKEN,),
            gone=(),
            reply_url=kept.reply_url,
            now=now,
        )
        await audit.record(
            connection,
            "channel-changed",
            by=audit.WORKER,
            brand=brand,
            kind="connection",
            object=kept.id,
            detail={"channel": kept.channel, "fields": TOKEN},
            now=now,
        )
    return True
