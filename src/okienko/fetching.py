"""Files that vendors keep for us: fetched within their time, checked like every other, sealed, put to their message.

No part of one meets the disk in clear. Where it lies is unsealed for the call alone, and the call goes only to hosts
that its channel names, or to where the connection itself was set up to.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final, Literal
from urllib.parse import urljoin, urlsplit

import structlog

from okienko.attachments.kinds import MOST_BYTES, Checked, Refused
from okienko.attachments.process import ScanFailed, examine, scan
from okienko.brands.directory import Directory
from okienko.channels import adapters
from okienko.channels.vendor import Fetches
from okienko.conversations.sealing import make_attachment, seal_file
from okienko.conversations.store import attachments, files
from okienko.conversations.store.files import RemoteFile, State
from okienko.database.pool import Database
from okienko.http import Answered, Files
from okienko.keys import Keys, WrongKey
from okienko.log import describe
from okienko.masking.vault import SealBroken, open_person_key, open_sealed
from okienko.values import Brand, Clock, Connection, ConversationId, Failed, RawText, Remote

log = structlog.get_logger()

MOST_ATTEMPTS: Final = 8
FIRST_PAUSE: Final = timedelta(seconds=5)  # doubles
MOST_HOPS: Final = 4  # a place that says where it is, and what leads on from there
_BETWEEN: Final = "\n"
_GONE: Final = frozenset({401, 403, 404, 410})
_ELSEWHERE: Final = frozenset({301, 302, 303, 307, 308})


def write_place(remote: Remote) -> RawText:
    """Where a file lies and what its vendor says about it, to be sealed as one."""
    return RawText.joined(_BETWEEN, (RawText(remote.sha256 or ""), remote.place))


def is_allowed(host: str, hosts: Sequence[str]) -> bool:
    """Whether a host is one of these; `*.company.example` stands for whatever is below that. Pure."""
    named = host.lower().rstrip(".")
    return any(named == one or (one.startswith("*.") and named.endswith(one[1:])) for one in hosts)


def is_same(body: bytes, sha256: str) -> bool:
    """Whether a file is the one that its vendor means; the sum in hexadecimal or base64, as vendors have it. Pure."""
    if not sha256:
        return True
    digest = hashlib.sha256(body).digest()
    try:
        return digest.hex() == sha256.lower() or digest == base64.b64decode(sha256, validate=True)
    except (binascii.Error, ValueError):
        return False


async def examine_file(content: bytes, command: Sequence[str]) -> Checked | None:
    """A file without its metadata; None when it may not be kept. `command` looks for malware, if there is one."""
    try:
        checked = await examine(content)
        if command:
            await scan(command, content, checked.body)
    except Refused:
        return None
    except ScanFailed as failed:
        log.error("scan_failed", **describe(failed))
        return None
    return checked


@dataclass(frozen=True, slots=True, kw_only=True)
class _Got:
    """What became of an attempt to fetch a file."""

    state: State | Literal["again"]
    checked: Checked | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching:
    """Fetches what is due."""

    database: Database
    directory: Directory
    keys: Keys
    clock: Clock
    http: Files
    scan: Sequence[str] = ()

    async def run(self, brand: Brand) -> list[ConversationId]:
        """Fetches one brand's files that are due, some at once; the conversations that have changed."""
        async with self.database.brand(brand.id) as connection:
            due = await files.claim_files(connection, self.clock())
        done = await asyncio.gather(*(self._fetch_one(brand, file) for file in due), return_exceptions=True)
        changed: list[ConversationId] = []
        for file, outcome in zip(due, done, strict=True):
            if isinstance(outcome, BaseException):  # its claim ends, and it is tried again
                log.error("fetch_broke", brand=str(brand.id), **describe(outcome))
            elif outcome:
                changed.append(file.conversation)
        return changed

    async def _fetch_one(self, brand: Brand, file: RemoteFile) -> bool:
        """Whether anything has changed for whoever looks at the conversation."""
        now = self.clock()
        try:
            key = await open_person_key(self.keys, file.wrapped, brand=brand.id, person=file.person)
            sealed = open_sealed(
                key,
                file.sealed,
                brand=brand.id,
                person=file.person,
                table="remote_file",
                column="sealed",
                row=file.id,
            )
        except (SealBroken, WrongKey):
            return await self._settle(brand, file, "failed")
        sha256, _, place = sealed.reveal().partition(_BETWEEN)
        got = (
            _Got(state="expired")
            if file.until is not None and file.until < now
            else await self._get(file, place, sha256)
        )
        if got.state == "again":
            if file.attempt >= MOST_ATTEMPTS:
                return await self._settle(brand, file, "failed")
            again = now + FIRST_PAUSE * 2 ** (file.attempt - 1)
            async with self.database.brand(brand.id) as connection:
                await files.settle_file(connection, file, "waiting", again=again)
            return False
        if got.checked is None:
            return await self._settle(brand, file, got.state)
        new = make_attachment(
            got.checked, conversation=file.conversation, person=file.person, scanned=bool(self.scan), now=now
        )
        async with self.database.brand(brand.id) as connection:
            if not await files.settle_file(connection, file, "fetched"):
                return False
            otherwise = now + timedelta(days=31 * brand.keep_months)
            expires = await files.read_kept_until(connection, file, otherwise)
            await attachments.keep_pending(connection, new, seal_file(key, brand.id, new, got.checked.body), now)
            await attachments.send_attachments(connection, [(file.conversation, new.id, file.message)], expires)
        return True

    async def _settle(self, brand: Brand, file: RemoteFile, state: State) -> bool:
        async with self.database.brand(brand.id) as connection:
            return await files.settle_file(connection, file, state)

    async def _get(self, file: RemoteFile, place: str, sha256: str) -> _Got:
        """Follows a place to its file, hop by hop, each to a host that the channel names."""
        found = await self.directory.door(file.connection)
        adapter = None if found is None else adapters().get(found[0].channel)
        if found is None or not isinstance(adapter, Fetches):
            return _Got(state="failed")
        door, _ = found
        for _ in range(MOST_HOPS):
            call = adapter.file_call(place, door)
            if not _may_call(call.url, adapter, door):
                return _Got(state="refused")
            answer = await self.http.fetch(replace(call, method="GET"), most_bytes=MOST_BYTES)
            if isinstance(answer, Failed):
                return _Got(state="refused" if answer.permanent else "again")
            if answer.status in _ELSEWHERE and "location" in answer.headers:
                place = urljoin(call.url, answer.headers["location"])
                continue
            if answer.status != 200:
                return _Got(state="expired" if answer.status in _GONE else "again")
            further = adapter.file_place(place, answer.body)
            if further is None:
                return await self._check(answer, sha256)
            place = further
        return _Got(state="failed")

    async def _check(self, answer: Answered, sha256: str) -> _Got:
        if not is_same(answer.body, sha256):
            return _Got(state="again")
        checked = await examine_file(answer.body, self.scan)
        return _Got(state="refused" if checked is None else "fetched", checked=checked)


def _may_call(url: str, adapter: Fetches, door: Connection) -> bool:
    """Whether a file may lie there: with the vendor, by https, or where the connection was set up to."""
    place, base = urlsplit(url), urlsplit(door.given.get("base", ""))
    own = bool(base.hostname) and (place.scheme, place.netloc) == (base.scheme, base.netloc)
    return own or (place.scheme == "https" and is_allowed(place.hostname or "", adapter.hosts))
