"""Looks up what a scenario wants to know: in a table of the brand, or at an address that it named.

It happens between reading a situation and writing its plan, outside any transaction of the turn, within the time that
its lease leaves. What comes back is masked like everything that the bot says; what was sent is on record by its names.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from okienko.database.ids import new_id
from okienko.database.pool import LONGEST_WORK, Connection, Database
from okienko.http import Answered, Sources, place_of
from okienko.identity.codes import NotAnAddress, hash_address
from okienko.identity.store import note_order
from okienko.keys import Keys, WrongKey
from okienko.lookups import store
from okienko.lookups.address import read_reply, write_address
from okienko.lookups.source import (
    LONGEST_ANSWER,
    Outcome,
    Source,
    Told,
    fit,
    fold_value,
    is_old,
    note,
    order_values,
    rests,
)
from okienko.lookups.table import BadTable, Table
from okienko.lookups.vault import open_secret
from okienko.masking.lines import mask_lines
from okienko.scenarios.machine import Fact
from okienko.values import Brand, Clock, Language, RawText, Situation, Wanted

log = structlog.get_logger()

MOST_BYTES = 64 * 1024  # of an answer

_GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Where facts come from in a running okienko."""

    database: Database
    keys: Keys
    clock: Clock
    sources: Sources | None = None  # reaches addresses; None: those are away
    hosts: Collection[str] = ()  # `host:port` that the operator allows

    async def look_up(self, brand: Brand, situation: Situation, wanted: Wanted, *, until: float) -> Fact:
        """What a source says to this conversation, by `until`, a moment of the loop's clock. Raises `DatabaseAway`."""
        now = self.clock()
        async with self.database.brand(brand.id) as connection:
            source = await store.read_source(connection, wanted.source)
            if source is None:
                return Fact()
            subject = self._subject(source, wanted)
            allowed = await store.may_ask(connection, situation.conversation, subject, now)
            proved = await store.read_proved(connection, situation.conversation) if source.proof == "code" else None
        told, outcome, fact = None, "refused", Fact()
        if allowed and proved is not None and not proved:
            outcome, fact = "locked", Fact(locked=True)
        elif allowed and not rests(source, now):
            told = await self.ask(brand, source, wanted.arguments, language=situation.language, until=until)
            outcome, fact = _settle(source, told, proved)
        async with self.database.brand(brand.id) as connection:
            await self._note(connection, source, told, situation, outcome=outcome, subject=subject)
        return fact

    async def ask(
        self,
        brand: Brand,
        source: Source,
        arguments: Sequence[tuple[str, str]],
        *,
        language: Language,
        until: float,
    ) -> Told:
        """What a source says, whoever asks: for `look_up`, and for an administrator who tries it."""
        values = order_values(source, arguments)
        if values is None:
            return Told(trouble="mismatch")
        if source.kind == "table":
            return await self._find(brand, source, values)
        told = await self._call(brand, source, dict(zip(source.needs, values, strict=True)), until)
        if told.facts is None:
            return told
        masked = [hide(fact, language, brand) for fact in told.facts]
        facts = tuple(fact for fact in masked if fact is not None)
        return replace(told, facts=facts) if len(facts) == len(masked) else Told(trouble="no_json")

    async def try_out(self, brand: Brand, source: Source, values: Sequence[str]) -> Told:
        """What a source says to an administrator who tries it; noted of the source, and of no conversation."""
        arguments = tuple(zip(source.needs, values, strict=True))
        until = asyncio.get_running_loop().time() + source.seconds
        told = await self.ask(brand, source, arguments, language=brand.language, until=until)
        async with self.database.brand(brand.id) as connection:
            await store.note_health(connection, note(source, told.trouble, self.clock()))
        return told

    async def load(self, brand: Brand, source: Source, table: Table) -> Source:
        """Puts a table in place of the one that was there. Raises `BadTable`."""
        async with self.database.brand(brand.id, longest=LONGEST_WORK) as connection:
            return await import_table(connection, self.keys, brand, source, table, now=self.clock())

    async def _find(self, brand: Brand, source: Source, values: Sequence[str]) -> Told:
        if is_old(source, self.clock()):
            return Told(trouble="old")
        async with self.database.brand(brand.id) as connection:
            row = await store.find_row(connection, source.id, make_key(self.keys, source.id, values))
        return Told(facts=()) if row is None else Told(facts=tuple(row[1]), owner=row[0])

    async def _call(self, brand: Brand, source: Source, values: Mapping[str, str], until: float) -> Told:
        assert source.url is not None
        address = write_address(source.url, values)
        if address is None:
            return Told(facts=())
        if self.sources is None or place_of(address) not in self.hosts:
            return Told(trouble="not_allowed")
        headers: dict[str, str] = {"accept": "application/json"}
        if source.header is not None and source.secret is not None:
            try:
                headers[source.header] = open_secret(self.keys, source.secret, brand=brand.id, source=source.id)
            except WrongKey:
                return Told(trouble="sealed")
        latest = min(until, asyncio.get_running_loop().time() + source.seconds)
        try:
            async with asyncio.timeout_at(latest):
                answer = await self.sources.get(address, most_bytes=MOST_BYTES, headers=headers)
        except TimeoutError:
            return Told(trouble="slow")
        if not isinstance(answer, Answered):
            return Told(trouble="no_answer")
        if answer.status in _GONE:
            return Told(facts=())
        if answer.status != 200:
            return Told(trouble="status")
        owner = (source.owner_path,) if source.owner_path is not None else ()
        read = read_reply(answer.body, (*source.paths, *owner))
        if read is None:
            return Told(trouble="no_json")
        found = read[: len(source.paths)]
        if any(fact is None for fact in found):
            return Told(facts=())
        whose = read[-1] if owner else None
        return Told(
            facts=tuple(fact or "" for fact in found),
            owner=None if whose is None else _hash_owner(self.keys, whose),
        )

    def _subject(self, source: Source, wanted: Wanted) -> bytes | None:
        """One order, for counting who tries second facts with it."""
        values = order_values(source, wanted.arguments)
        if source.proof != "order" or values is None:
            return None
        return self.keys.lookup("lookup subject", f"{source.id}\x1f{fold_value(values[0])}")

    async def _note(
        self,
        connection: Connection,
        source: Source,
        told: Told | None,
        situation: Situation,
        *,
        outcome: Outcome,
        subject: bytes | None,
    ) -> None:
        now = self.clock()
        if told is not None:
            await store.note_health(connection, note(source, told.trouble, now))
            if told.trouble is not None:
                log.warning("source_away", conversation=str(situation.conversation), error=told.trouble)
        if outcome == "found" and source.proof == "order":
            await note_order(connection, situation.conversation, now=now)
        await store.note_use(
            connection,
            situation.conversation,
            use=new_id(now),
            source=source.id,
            names=source.needs,
            outcome=outcome,
            subject=subject,
            now=now,
        )


def _settle(source: Source, told: Told, proved: frozenset[bytes] | None) -> tuple[Outcome, Fact]:
    """What a conversation is told. What is somebody else's is not there: no answer says that it exists."""
    if told.facts is None:
        return "away", Fact()
    if not told.facts or (proved is not None and told.owner not in proved):
        return "missing", Fact(values={})
    return "found", Fact(values=dict(zip(source.gives, told.facts, strict=True)), proves=source.proof == "order")


def make_key(keys: Keys, source: str, values: Sequence[str]) -> bytes:
    """By which a row is found."""
    return keys.lookup("lookup", "\x1f".join((source, *map(fold_value, values))))


# a table, imported ---------------------------------------------------------------------------------------------------


async def import_table(
    connection: Connection, keys: Keys, brand: Brand, source: Source, table: Table, *, now: datetime
) -> Source:
    """Puts a table in place of the one that was there, all of it or nothing; `source` says its name and its proof.

    What is kept of a row is the keyed hash of what it is found by and its facts, masked. Raises `BadTable`.
    """
    loaded = replace(source, needs=table.needs, gives=table.gives, loaded_at=now, rows=len(table.rows))
    await store.save_source(connection, loaded, now)
    await store.replace_rows(connection, source.id, _seal_rows(keys, brand, source, table))
    return loaded


async def _seal_rows(keys: Keys, brand: Brand, source: Source, table: Table) -> AsyncIterator[store.SealedRow]:
    masked: dict[str, str] = {}  # most facts stand in many rows
    for number, row in enumerate(table.rows):
        if number % 100 == 99:
            await asyncio.sleep(0)  # others have work to do
        owner = None if row.owner is None else _hash_owner(keys, row.owner)
        if row.owner is not None and owner is None:
            raise BadTable(f"line {row.line}: this is not one e-mail address")
        for fact in row.answers:
            if fact not in masked:
                hidden = hide(fact, brand.language, brand)
                if hidden is None:
                    raise BadTable(f"line {row.line}: a value cannot be read")
                masked[fact] = hidden
        yield make_key(keys, source.id, row.key), owner, [masked[fact] for fact in row.answers]


def _hash_owner(keys: Keys, address: str) -> bytes | None:
    """By which an address is compared with those that were verified; None where it is no address."""
    try:
        return hash_address(keys, RawText(address))
    except NotAnAddress:
        return None


def hide(fact: str, language: Language, brand: Brand) -> str | None:
    """A fact without personal data, on one line; None where it cannot be masked."""
    line = fit(fact)
    if not line:
        return ""
    masked = mask_lines([line], language, brand, longest=LONGEST_ANSWER)
    return masked[0].text if masked else None
