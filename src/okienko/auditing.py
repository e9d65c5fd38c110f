"""The audit log's keeping: its heads are signed and carried outside, and the whole chain is gone over again.

A head that lies where the database's owner cannot reach is what makes the log hard to rewrite: up to the last one that
lies there, every entry is fixed. So heads go to a file that is only ever added to, and to an address, and whatever has
not arrived is tried again.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from okienko.audit import store
from okienko.audit.chain import Entry, Head, Payload, Problem, Walk
from okienko.audit.heads import (
    SignedHead,
    Unreadable,
    is_genuine,
    public_key,
    read_entry,
    read_head,
    sign,
    write_entry,
    write_head,
)
from okienko.audit.store import Place
from okienko.database.pool import LONGEST_WORK, SET_BRAND, Connection, Database
from okienko.http import Answered, Http
from okienko.keys import AUDIT_FILE, open_audit_key, read_command
from okienko.log import describe
from okienko.settings import Settings
from okienko.values import BrandId, HttpCall

log = structlog.get_logger()

EVERY: Final = timedelta(minutes=10)  # so often a head is signed when there is something new
MOST: Final = 1000  # entries after which it is signed at once
AT_ONCE: Final = 100  # heads carried in one go
BATCH: Final = 2000  # entries read in one go
SNAPSHOT: Final = "set transaction isolation level repeatable read, read only"


# signing and carrying -------------------------------------------------------------------------------------------------


def open_signing_key(settings: Settings) -> bytes | None:
    """The key that signs heads, made on the first call; None when the operator's command prints none.

    Raises `WrongKey`.
    """
    return read_command(settings.keys_command).audit if settings.keys_command else open_audit_key(settings.keys)


def find_trusted(settings: Settings) -> set[bytes]:
    """The public key of heads that were signed here, if there is one yet. Raises `WrongKey`."""
    if not settings.keys_command and not (settings.keys / AUDIT_FILE).exists():
        return set()
    secret = open_signing_key(settings)
    return set() if secret is None else {public_key(secret)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Where heads are carried."""

    file: Path | None = None  # only ever added to
    url: str | None = None  # of whoever keeps what is posted there


async def sign_due(database: Database, secret: bytes, now: datetime, *, most: int = MOST) -> SignedHead | None:
    """Signs the chain's head when ten minutes or `most` entries have passed since the last one; None: not yet.

    Any number of workers may call it: one signs.
    """
    async with database.shared() as connection:
        last = await store.read_last_head(connection)
        end = await store.read_end(connection)
        if last is not None and (end is None or end.number < last[0]):
            log.error("audit_log_cut", count=last[0])  # it has been signed further than it is long now
            return None
        if end is None or (last is not None and end.number == last[0]):
            return None
        if last is not None and end.number - last[0] < most and now - last[1] < EVERY:
            return None
        signed = sign(secret, Head(number=end.number, head=end.head, at=now))
        await store.store_head(connection, signed)
        return signed


async def carry(database: Database, outside: Outside, http: Http, now: datetime) -> int:
    """Takes heads to where they have not arrived yet, the oldest first; how many arrived. What fails is tried again."""
    arrived = 0
    if outside.file is not None:
        arrived += await _to_file(database, outside.file, now)
    if outside.url is not None:
        arrived += await _to_address(database, outside.url, http, now)
    return arrived


async def _to_file(database: Database, path: Path, now: datetime) -> int:
    async with database.shared() as connection:
        heads = await store.read_unanchored(connection, "file", limit=AT_ONCE)
    if not heads:
        return 0
    try:
        await asyncio.to_thread(append_heads, path, heads)
    except OSError as error:
        log.error("audit_heads_not_kept", channel="file", **describe(error))
        return 0
    return await _note(database, "file", heads, now)


async def _to_address(database: Database, url: str, http: Http, now: datetime) -> int:
    async with database.shared() as connection:
        heads = await store.read_unanchored(connection, "http", limit=AT_ONCE)
    if not heads:
        return 0
    body = "".join(write_head(head) + "\n" for head in heads).encode()
    call = HttpCall(url=url, headers={"Content-Type": "application/x-ndjson"}, body=body)
    answer = await http.post(call)
    if not isinstance(answer, Answered) or not 200 <= answer.status < 300:
        log.error("audit_heads_not_kept", channel="http", status=answer.status if isinstance(answer, Answered) else 0)
        return 0
    return await _note(database, "http", heads, now)


async def _note(database: Database, place: Place, heads: Sequence[SignedHead], now: datetime) -> int:
    """Two workers may have carried the same heads: then a line stands there twice, which harms nothing."""
    async with database.shared() as connection:
        for head in heads:
            await store.store_anchor(connection, place, head.head.number, now)
    return len(heads)


def append_heads(path: Path, heads: Sequence[SignedHead]) -> None:
    """Adds lines to a file and has them on the disk. Raises `OSError`.

    The file is opened for adding alone, so that it may be one that can only be added to (`chattr +a`).
    """
    lines = "".join(write_head(head) + "\n" for head in heads).encode()
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(handle, lines)
        os.fsync(handle)
    finally:
        os.close(handle)


def read_heads_file(path: Path) -> list[SignedHead]:
    """The heads in a file; empty lines are passed over. Raises `Unreadable` with file and line, and `OSError`."""
    heads: list[SignedHead] = []
    for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
        if line.strip():
            try:
                heads.append(read_head(line))
            except Unreadable as error:
                raise Unreadable(f"{path.name}, line {number}: {error}") from None
    return heads


# going over it --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What going over the whole chain has found."""

    entries: int
    problems: tuple[Problem, ...]
    heads: int  # genuine ones that the chain was compared with
    foreign: int  # heads that no trusted key has signed
    agreed: int  # up to this entry, all is as it was signed


async def verify(
    database: Database,
    brands: Iterable[BrandId],
    *,
    heads: Sequence[SignedHead],
    trusted: Collection[bytes],
    now: datetime,
) -> Verdict:
    """Goes over the chain and what it commits to, in one snapshot of the database.

    `heads`: from outside. Those in the database are looked at as well. `trusted`: public keys.
    """
    async with database.shared(longest=LONGEST_WORK) as connection:
        await connection.execute(SNAPSHOT)
        known = [*heads, *await store.read_heads(connection)]
        genuine = [one.head for one in known if is_genuine(one, trusted)]
        walk = Walk(signed=genuine)
        async for batch in _read(connection, list(brands)):
            await asyncio.to_thread(_take, walk, batch)  # hashing would hold up everybody else's pages
    return _judge(walk, genuine, len(known), now)


async def verify_here(
    database: Database,
    brands: Iterable[BrandId],
    settings: Settings,
    *,
    files: Sequence[Path] = (),
    trusted: Collection[bytes] = (),
    now: datetime,
) -> Verdict:
    """The same with this installation's key, and with the file that its worker adds to, where that can be read.

    Raises `WrongKey`, `Unreadable`.
    """
    own = settings.audit_file
    known = [*files, *([own] if own is not None and own.exists() else [])]
    heads = [head for path in known for head in await asyncio.to_thread(read_heads_file, path)]
    return await verify(database, brands, heads=heads, trusted={*trusted, *find_trusted(settings)}, now=now)


def verify_dump(
    lines: Iterable[str], *, heads: Sequence[SignedHead], trusted: Collection[bytes], now: datetime
) -> Verdict:
    """The same for a dump, without a database. Payloads are compared where the dump has them. Raises `Unreadable`."""
    genuine = [one.head for one in heads if is_genuine(one, trusted)]
    walk = Walk(signed=genuine)
    for number, line in enumerate(lines, 1):
        try:
            entry, payload = read_entry(line)
        except Unreadable as error:
            raise Unreadable(f"line {number} of the dump: {error}") from None
        walk.take(entry, payload, with_payloads=False)
    return _judge(walk, genuine, len(heads), now)


async def dump(database: Database, brands: Iterable[BrandId], *, payloads: bool = True) -> AsyncGenerator[str]:
    """The whole chain as lines, with what it commits to or without, in one snapshot."""
    async with database.shared(longest=LONGEST_WORK) as connection:
        await connection.execute(SNAPSHOT)
        async for batch in _read(connection, list(brands) if payloads else None):
            for entry, payload in batch:
                yield write_entry(entry, payload)


async def _read(
    connection: Connection, brands: Sequence[BrandId] | None
) -> AsyncGenerator[list[tuple[Entry, Payload | None]]]:
    """The chain with its payloads, those of every brand and of none, in batches."""
    after = 0
    while entries := await store.read_entries(connection, after=after, limit=BATCH):
        payloads: dict[object, Payload] = {}
        for brand in () if brands is None else ("", *brands):
            await connection.execute(SET_BRAND, {"brand": str(brand)})
            payloads |= await store.read_payloads(connection, [entry.id for entry in entries])
        yield [(entry, payloads.get(entry.id)) for entry in entries]
        after = entries[-1].number


def _take(walk: Walk, batch: Sequence[tuple[Entry, Payload | None]]) -> None:
    for entry, payload in batch:
        walk.take(entry, payload)


def _judge(walk: Walk, genuine: Sequence[Head], known: int, now: datetime) -> Verdict:
    return Verdict(
        problems=tuple(walk.end(now)),
        entries=walk.number,
        heads=len(genuine),
        foreign=known - len(genuine),
        agreed=walk.agreed,
    )
