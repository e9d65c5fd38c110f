"""Doing what a request asks: handing over a copy, erasing, standing still, putting right.

Requests themselves are opened, verified, extended and refused in `store/requests.py`. What is done here is written
down twice: in the request's own register, and in the audit log.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files as package_files
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

import psycopg

from okienko.audit.store import Actor, record
from okienko.conversations.store.attachments import PART
from okienko.database.ids import new_id
from okienko.database.pool import LONGEST_WORK, Connection, Database
from okienko.keys import Keys
from okienko.mail.store import write_letter
from okienko.rights import files as ledger_file
from okienko.rights.catalogue import FILES, exported, find_ways
from okienko.rights.package import Copy, File, Table, make_table, write_json
from okienko.rights.steps import ANYBODYS
from okienko.rights.store import people, requests
from okienko.rights.store.askers import (
    add_asker,
    drop_asker,
    end_asker,
    find_verified,
    read_asker,
    read_sealed_address,
)
from okienko.rights.store.catalogue import count_rows, read_catalogue, read_rows
from okienko.rights.store.notices import add_notices
from okienko.rights.store.people import Erasure
from okienko.rights.store.requests import Request
from okienko.rights.vault import Opened, correct, open_key, open_row, read_file, seal_receipt
from okienko.rights.view import render_html
from okienko.values import Brand, BrandId, Clock, ConversationId, OperatorError, PersonId, RawText, StaffId
from okienko.web.live import Live

BACKUPS: Final = timedelta(days=35)  # after which no backup holds them either
RECEIPT: Final = timedelta(days=3)  # so long the letter about an erasure may take, and its address is kept
LONGEST_SEND: Final = timedelta(seconds=90)  # a send that is under way ends or its claim does
PAUSE: Final = 0.5  # seconds between looks whether it has
_FOUR_EYES: Final = frozenset({"access", "portability", "erase"})  # where nobody vouches and acts alone
_OVERHEAD: Final = 4  # seconds a wait may be late


class NotReady(OperatorError):
    """The request cannot be fulfilled now: it is closed, not verified, or asks for something else."""


class SamePerson(NotReady):
    """Whoever has vouched at the desk for who asks does not hand over or erase as well: somebody else does."""


class Held(OperatorError):
    """A legal hold keeps this person's data: nothing was erased."""


class StillSending(OperatorError):
    """A message to this person is under way and does not end: nothing was erased; try again in a minute."""


# a copy -----------------------------------------------------------------------------------------------------------


async def write_package(
    connection: Connection, keys: Keys, brand: Brand, person: PersonId, *, into: IO[bytes], now: datetime
) -> Copy:
    """Writes a person's copy of their data as a ZIP: `index.html` to read, `data.json` with its schema, their files.

    Everything in it is in clear: keep it in memory, or hand it over at once. Raises `WrongKey` when the operator's key
    does not open theirs, and `SealBroken` for a damaged file.
    """
    copy, opened = await read_copy(connection, keys, brand, person, now)
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("index.html", render_html(copy))
        package.writestr("data.json", write_json(copy))
        package.writestr("export.schema.json", (package_files("okienko.rights") / "export.schema.json").read_bytes())
        for file in copy.files if opened is not None else ():
            assert opened is not None
            with package.open(file.name, "w") as entry:
                conversation = ConversationId(file.conversation)
                async for piece in read_file(connection, opened, conversation, file.attachment, file.parts):
                    entry.write(piece)
    return copy


async def read_copy(
    connection: Connection, keys: Keys, brand: Brand, person: PersonId, now: datetime
) -> tuple[Copy, Opened | None]:
    """Everything that is kept about a person, opened, but for the bytes of files; with the key that opens those."""
    catalogue = await read_catalogue(connection)
    wrapped = await people.read_wrapped(connection, person)
    opened = None if wrapped is None else await open_key(keys, wrapped, brand=brand.id, person=person)
    names = await people.read_colleagues(connection, person)
    tables: list[Table] = []
    for name, way in find_ways(catalogue).items():
        columns = exported(catalogue.tables[name])
        if not columns or name == FILES:
            continue
        rows = await read_rows(connection, name, columns, way, person)
        sealed = [column.name for column in columns if column.holds == "sealed"]
        clear = [{**row, **{column: open_row(opened, name, row, column) for column in sealed}} for row in rows]
        tables.append(make_table(name, columns, clear, names=names))
    language = await people.read_language(connection, person) or brand.language
    found = next((table.rows for table in tables if table.name == "attachment"), ())
    return (
        Copy(
            brand=brand.id,
            brand_name=brand.name,
            timezone=brand.timezone,
            person=person,
            language=language,
            made_at=now,
            tables=tuple(tables),
            files=tuple(_file(number, row) for number, row in enumerate(found, start=1)),
        ),
        opened,
    )


def _file(number: int, row: Mapping[str, Any]) -> File:
    extension = {"jpeg": "jpg"}.get(row["type"], row["type"])
    return File(
        name=f"files/{number}.{extension}",
        attachment=UUID(row["id"]),
        conversation=UUID(row["conversation_id"]),
        parts=-(-row["size"] // PART),
    )


async def hand_over(
    database: Database,
    keys: Keys,
    brand: Brand,
    request: UUID,
    *,
    by: Actor,
    clock: Clock,
) -> bytes:
    """Fulfils a request for a copy (access, portability): the ZIP. Its digest is kept, itself is not.

    Raises `NotReady`.
    """
    now = clock()
    into = io.BytesIO()
    async with database.brand(brand.id, longest=LONGEST_WORK) as connection:
        asked = await _ready(connection, request, {"access", "portability"}, by)
        assert asked.person is not None
        await write_package(connection, keys, brand, asked.person, into=into, now=now)
        package = into.getvalue()
        digest = hashlib.sha256(package).digest()
        await requests.close(connection, asked.id, "fulfilled", digest=digest, staff=by.id, now=now)
        await record(
            connection,
            "data-exported",
            by=by,
            brand=brand.id,
            kind="person",
            object=asked.person,
            detail={"bytes": len(package)},
            now=now,
        )
    return package


# erasing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What somebody who was erased may keep. Nothing in it says who they were."""

    number: UUID  # of the line in the ledger
    at: datetime
    rows: Mapping[str, int]  # deleted, by table
    backups_until: datetime  # after this no backup holds them either


async def erase(
    database: Database,
    brand: BrandId,
    request: UUID,
    *,
    ledger: Path,
    by: Actor,
    clock: Clock,
    pause: Callable[[float], Awaitable[None]],
    live: Live | None = None,
    letters: Keys | None = None,
) -> Receipt:
    """Fulfils a request to be erased: rows, files, sealed values, the key; a line in both ledgers; a receipt.

    Whatever waits to be sent to them is cancelled first, and what is under way is waited for: after the commit nothing
    is sent. Their other open requests end, but for complaints. Their open windows are told. With `letters`, a letter
    goes to an address of theirs that was verified: it is sealed anew for a person who has nothing else, and goes when
    the letter is sent, or after three days. Raises `NotReady`, `Held` or `StillSending`, and then nothing was erased.
    """
    async with database.brand(brand) as connection:
        asked = await _ready(connection, request, {"erase"}, by)
        assert asked.person is not None
        await people.silence(connection, asked.person)
    person, request = asked.person, asked.id
    until = clock() + LONGEST_SEND
    tries = int((LONGEST_SEND.total_seconds() + _OVERHEAD) / PAUSE)
    for _ in range(tries):
        try:
            done = await _erase(database, brand, request, person, ledger=ledger, by=by, now=clock(), letters=letters)
        except psycopg.errors.DeadlockDetected:
            done = None
        if done is not None:
            receipt, conversations = done
            if live is not None:
                await live.announce(brand, conversations)
            return receipt
        if clock() > until:
            break
        await pause(PAUSE)
    raise StillSending("a message to this person is being sent; nothing was erased yet: try again in a minute")


async def _erase(
    database: Database,
    brand: BrandId,
    request: UUID,
    person: PersonId,
    *,
    ledger: Path,
    by: Actor,
    now: datetime,
    letters: Keys | None,
) -> tuple[Receipt, Sequence[ConversationId]] | None:
    """None while a message to them is under way."""
    try:
        async with database.brand(brand, longest=LONGEST_WORK) as connection:
            conversations, sending = await people.lock_person(connection, person, now)
            if sending:
                await people.silence(connection, person)  # a turn may have spoken since
                return None
            await _ready(connection, request, {"erase"}, by)
            rows = await count_kept(connection, person)
            if letters is not None:
                await _send_receipt(connection, letters, brand, request, person, now=now)
            await add_notices(connection, request, now)
            erasure = Erasure(id=new_id(now), person=person, at=now)
            await people.add_erasure(connection, erasure, request=request, rows=sum(rows.values()))
            await _close_all(connection, person, request, by.id, now)
            await record(
                connection,
                "data-erased",
                by=by,
                brand=brand,
                kind="person",
                object=person,
                detail={"rows": sum(rows.values())},
                now=now,
            )
            await people.delete_person(connection, person, conversations, now)
            # The last thing before the commit: whoever is missing in the database is never missing in the file.
            ledger_file.append(ledger, brand, [erasure])
    except psycopg.DatabaseError as error:
        if error.sqlstate == "OK001":
            raise Held("a legal hold keeps this person's data: nothing was erased") from None
        raise
    return Receipt(number=erasure.id, at=now, rows=rows, backups_until=now + BACKUPS), conversations


async def _send_receipt(
    connection: Connection, keys: Keys, brand: BrandId, request: UUID, person: PersonId, *, now: datetime
) -> None:
    """A letter to an address of theirs that was verified, else to the one that the request came with, if there is one:
    it outlives its person until the letter is sent.
    """
    identity, until = await find_verified(connection, person), now + RECEIPT
    wrapped = await people.read_wrapped(connection, person)
    asked = await requests.read_request(connection, request)
    assert asked is not None
    if identity is not None and wrapped is not None:
        sealed = await read_sealed_address(connection, person, identity)
        opened = await open_key(keys, wrapped, brand=brand, person=person)
        asker = None if sealed is None else seal_receipt(keys, opened, identity, sealed, request=request, now=now)
        if asker is None:
            return
        await drop_asker(connection, request)
        await add_asker(connection, request, asker, expires_at=until, now=now)
    reached = await read_asker(connection, request)
    if reached is None or reached.kind != "email":
        return
    await end_asker(connection, request, until)
    await write_letter(
        connection,
        template="rights_answered",
        language=asked.language,
        person=reached.person,
        identity=reached.identity,
        about=request,
        until=until,
        now=now,
    )


async def count_kept(connection: Connection, person: PersonId) -> dict[str, int]:
    """How many rows are a person's, by table; tables without any are left out."""
    catalogue = await read_catalogue(connection)
    counted = {name: await count_rows(connection, name, way, person) for name, way in find_ways(catalogue).items()}
    return {name: count for name, count in counted.items() if count}


async def _close_all(
    connection: Connection, person: PersonId, request: UUID, staff: StaffId | None, now: datetime
) -> None:
    await requests.close(connection, request, "fulfilled", staff=staff, now=now)
    for other in await requests.list_of_person(connection, person):
        if other.state == "open" and other.kind not in ANYBODYS:
            await requests.close(connection, other.id, "withdrawn", staff=staff, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What replaying the ledger has done: erasures that the database did not know of, and people deleted again."""

    erasures: int
    people: int


async def replay(database: Database, ledger: Path, brands: Sequence[BrandId], now: datetime) -> Replayed:
    """Erases everybody again whom the file names and the database does not know as erased: it was restored.

    And writes into the file what only the database knows: an erasure on another machine. Then looks whether anybody of
    the whole ledger is there. Raises `BadLedger`, and `NotReady` when somebody still is.
    """
    erasures = deleted = 0
    written = ledger_file.read(ledger)
    for brand in brands:
        known = written.get(brand, [])
        async with database.brand(brand, longest=LONGEST_WORK) as connection:
            there = await people.list_erasures(connection)
            missing = [one for one in known if one.id not in {other.id for other in there}]
            for one in missing:
                await people.release_holds(connection, one.person, one.at)
                conversations, _ = await people.lock_person(connection, one.person, now)
                deleted += await people.delete_person(connection, one.person, conversations, now)
                await people.add_erasure(connection, one, request=None, rows=0, replayed=True)
            erasures += len(missing)
            if await people.count_there(connection, [one.person for one in (*known, *there)]):
                raise NotReady("somebody who was erased is still there: the database must not be opened")
        ledger_file.append(ledger, brand, [one for one in there if one.id not in {other.id for other in known}])
    return Replayed(erasures=erasures, people=deleted)


# standing still, and putting right --------------------------------------------------------------------------------


async def restrict(database: Database, brand: BrandId, request: UUID, *, by: Actor, clock: Clock) -> None:
    """Fulfils a request for restriction: from the commit on their data is kept and not used. Raises `NotReady`."""
    now = clock()
    async with database.brand(brand) as connection:
        asked = await _ready(connection, request, {"restrict"}, by)
        assert asked.person is not None
        await people.restrict(connection, asked.person, now)
        await requests.close(connection, asked.id, "fulfilled", staff=by.id, now=now)
        await add_notices(connection, asked.id, now)
        await record(
            connection, "processing-restricted", by=by, brand=brand, kind="person", object=asked.person, now=now
        )


async def resume(database: Database, brand: BrandId, person: PersonId, *, by: Actor, clock: Clock) -> None:
    """Ends a restriction. Tell the person before (GDPR, article 18(3))."""
    now = clock()
    async with database.brand(brand) as connection:
        await people.restrict(connection, person, None)
        await record(connection, "processing-resumed", by=by, brand=brand, kind="person", object=person, now=now)


async def take_objection(database: Database, brand: BrandId, request: UUID, *, by: Actor, clock: Clock) -> None:
    """Fulfils an objection: what they write serves nothing but answering them. Raises `NotReady`."""
    now = clock()
    async with database.brand(brand) as connection:
        asked = await _ready(connection, request, {"object"}, by)
        assert asked.person is not None
        await people.set_objection(connection, asked.person, now)
        await requests.close(connection, asked.id, "fulfilled", staff=by.id, now=now)
        await record(connection, "objection-taken", by=by, brand=brand, kind="person", object=asked.person, now=now)


async def drop_objection(database: Database, brand: BrandId, person: PersonId, *, by: Actor, clock: Clock) -> None:
    """They take their objection back."""
    now = clock()
    async with database.brand(brand) as connection:
        await people.set_objection(connection, person, None)
        await record(
            connection,
            "objection-taken",
            by=by,
            brand=brand,
            kind="person",
            object=person,
            detail={"taken": "back"},
            now=now,
        )


async def rectify(
    database: Database,
    keys: Keys,
    brand: BrandId,
    request: UUID,
    *,
    table: str,
    row: UUID,
    value: RawText,
    by: Actor,
    clock: Clock,
) -> bool:
    """Puts one value right, for a verified request that stays open: there may be more; close it when all is right.

    False when the person has no such row. Raises `NotReady`, and what `vault.correct` does.
    """
    now = clock()
    async with database.brand(brand) as connection:
        asked = await _ready(connection, request, {"rectify"}, by)
        assert asked.person is not None
        wrapped = await people.read_wrapped(connection, asked.person)
        if wrapped is None:
            return False
        opened = await open_key(keys, wrapped, brand=brand, person=asked.person)
        if not await correct(connection, keys, opened, table=table, row=row, value=value):
            return False
        await add_notices(connection, asked.id, now)
        await record(
            connection, "data-corrected", by=by, brand=brand, kind=table.replace("_", "-"), object=row, now=now
        )
    return True


async def _ready(connection: Connection, request: UUID, kinds: set[str], by: Actor) -> Request:
    """The request, if it may be fulfilled; of one that repeats another, that other."""
    asked = await requests.read_request(connection, request)
    if asked is not None and asked.same_as is not None:
        asked = await requests.read_request(connection, asked.same_as)
    if asked is None or asked.kind not in kinds:
        raise NotReady("there is no such request")
    if asked.state != "open":
        raise NotReady(f"the request {asked.reference} is closed")
    if asked.verified_at is None or asked.person is None:
        raise NotReady(f"nobody has found out yet who sent the request {asked.reference}")
    if asked.verified_by == "desk" and asked.kind in _FOUR_EYES and by.id is not None:
        events = await requests.read_events(connection, asked.id)
        if any(event.what == "verified" and event.staff == by.id for event in events):
            raise SamePerson("somebody else has to do this: you have said who sent the request")
    return asked
