"""SQL of sources of facts: what they are, the rows of tables, what was asked and what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from okienko.database.arrays import blobs, texts
from okienko.database.pool import Connection
from okienko.lookups.source import FRESH, Outcome, Source
from okienko.values import ConversationId

HOUR: Final = timedelta(hours=1)
MOST_AN_HOUR: Final = 20  # questions of one conversation
MOST_WRONG: Final = 5  # an hour, about one order, where a second fact is asked for

_COLUMNS: Final = """id, kind, proof, needs, gives, url, paths, owner_path, header, secret, seconds, loaded_at, rows,
  failures, rests_until, answered_at, failed_at, why"""
LIST: Final = f"select {_COLUMNS} from lookup_source where brand_id = current_brand() order by id"  # noqa: S608
READ: Final = f"select {_COLUMNS} from lookup_source where brand_id = current_brand() and id = %(source)s::text"  # noqa: S608


async def list_sources(connection: Connection) -> list[Source]:
    """The sources of the transaction's brand, by name."""
    return [_read(row) for row in await (await connection.execute(LIST)).fetchall()]


async def read_source(connection: Connection, name: str) -> Source | None:
    """One of them."""
    row = await (await connection.execute(READ, {"source": name})).fetchone()
    return None if row is None else _read(row)


def _read(row: Sequence[Any]) -> Source:
    return Source(
        id=row[0],
        kind=row[1],
        proof=row[2],
        needs=tuple(row[3]),
        gives=tuple(row[4]),
        url=row[5],
        paths=tuple(row[6] or ()),
        owner_path=row[7],
        header=row[8],
        secret=None if row[9] is None else bytes(row[9]),
        seconds=row[10],
        loaded_at=row[11],
        rows=row[12],
        failures=row[13],
        rests_until=row[14],
        answered_at=row[15],
        failed_at=row[16],
        why=row[17],
    )


SAVE: Final = """
insert into lookup_source (brand_id, id, kind, proof, needs, gives, url, paths, owner_path, header, secret, seconds,
  loaded_at, rows, made_at)
values (current_brand(), %(id)s::text, %(kind)s::text, %(proof)s::text, %(needs)s::text[], %(gives)s::text[],
  %(url)s::text, %(paths)s::text[], %(owner_path)s::text, %(header)s::text, %(secret)s::bytea, %(seconds)s::real,
  %(loaded)s::timestamptz, %(rows)s::integer, %(now)s::timestamptz)
on conflict (brand_id, id) do update set kind = excluded.kind, proof = excluded.proof, needs = excluded.needs,
  gives = excluded.gives, url = excluded.url, paths = excluded.paths, owner_path = excluded.owner_path,
  header = excluded.header, secret = excluded.secret, seconds = excluded.seconds, loaded_at = excluded.loaded_at,
  rows = excluded.rows, failures = 0, rests_until = null
"""


async def save_source(connection: Connection, source: Source, now: datetime) -> None:
    """A new source, or another one in its place."""
    values = {
        "id": source.id,
        "kind": source.kind,
        "proof": source.proof,
        "needs": list(source.needs),
        "gives": list(source.gives),
        "url": source.url,
        "paths": list(source.paths) if source.kind == "https" else None,
        "owner_path": source.owner_path,
        "header": source.header,
        "secret": source.secret,
        "seconds": source.seconds,
        "loaded": source.loaded_at,
        "rows": source.rows,
    }
    await connection.execute(SAVE, {**values, "now": now})


REMOVE: Final = "delete from lookup_source where brand_id = current_brand() and id = %(source)s::text"


async def remove_source(connection: Connection, name: str) -> bool:
    """With its rows; whether there was one."""
    return (await connection.execute(REMOVE, {"source": name})).rowcount > 0


FORGET_ROWS: Final = "delete from lookup_row where brand_id = current_brand() and source_id = %(source)s::text"
ADD_ROWS: Final = """
insert into lookup_row (brand_id, source_id, key, owner, answers)
select current_brand(), %(source)s::text, key, owner, string_to_array(answers, E'\x1f')
from unnest(%(keys)s::bytea[], %(owners)s::bytea[], %(answers)s::text[]) as r (key, owner, answers)
"""
BATCH: Final = 1_000
SealedRow = tuple[bytes, bytes | None, Sequence[str]]
"""By what it is found, whom it is about, what it answers."""


async def replace_rows(connection: Connection, source: str, rows: AsyncIterable[SealedRow]) -> None:
    """These rows in place of those that were there, within the caller's transaction."""
    await connection.execute(FORGET_ROWS, {"source": source})
    batch: list[SealedRow] = []
    async for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            await _add_rows(connection, source, batch)
            batch = []
    await _add_rows(connection, source, batch)


async def _add_rows(connection: Connection, source: str, rows: Sequence[SealedRow]) -> None:
    values = {
        "source": source,
        "keys": blobs([key for key, _, _ in rows]),
        "owners": blobs([owner for _, owner, _ in rows]),
        "answers": texts(["\x1f".join(answers) for _, _, answers in rows]),
    }
    await connection.execute(ADD_ROWS, values)


FIND: Final = """
select owner, answers from lookup_row
where brand_id = current_brand() and source_id = %(source)s::text and key = %(key)s::bytea
"""


async def find_row(connection: Connection, source: str, key: bytes) -> tuple[bytes | None, list[str]] | None:
    """The row that is found by this: whom it is about, and what it answers."""
    row = await (await connection.execute(FIND, {"source": source, "key": key})).fetchone()
    return None if row is None else (None if row[0] is None else bytes(row[0]), row[1])


FORGET_OLD: Final = """
with old as (
  update lookup_source set rows = 0, loaded_at = null
  where brand_id = current_brand() and kind = 'table' and loaded_at < %(before)s::timestamptz
  returning id
)
delete from lookup_row where brand_id = current_brand() and source_id in (select id from old)
"""


async def forget_old(connection: Connection, now: datetime) -> int:
    """Deletes the rows of tables that were not imported again in time; how many."""
    return (await connection.execute(FORGET_OLD, {"before": now - FRESH})).rowcount


# what was asked ------------------------------------------------------------------------------------------------------

COUNT: Final = """
select
  (select count(*) from lookup_use
    where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and at > %(since)s::timestamptz),
  (select count(*) from lookup_use
    where brand_id = current_brand() and subject = %(subject)s::bytea and at > %(since)s::timestamptz
      and outcome <> 'found')
"""


async def may_ask(connection: Connection, conversation: ConversationId, subject: bytes | None, now: datetime) -> bool:
    """Whether one more question is no guessing: in this conversation, and about this order from anywhere."""
    values = {"conversation": conversation, "subject": subject, "since": now - HOUR}
    row = await (await connection.execute(COUNT, values)).fetchone()
    assert row is not None
    return row[0] < MOST_AN_HOUR and row[1] < MOST_WRONG


NOTE_USE: Final = """
insert into lookup_use (brand_id, conversation_id, id, source_id, names, outcome, subject, at)
select c.brand_id, c.id, %(id)s::uuid, %(source)s::text, %(names)s::text[], %(outcome)s::text, %(subject)s::bytea,
  %(now)s::timestamptz
from conversation c where c.brand_id = current_brand() and c.id = %(conversation)s::uuid
"""


async def note_use(
    connection: Connection,
    conversation: ConversationId,
    *,
    use: UUID,
    source: str,
    names: Sequence[str],
    outcome: Outcome,
    subject: bytes | None,
    now: datetime,
) -> None:
    """What was asked, without its values. Nothing where the conversation is no more."""
    values = {"conversation": conversation, "id": use, "source": source, "names": list(names), "outcome": outcome}
    await connection.execute(NOTE_USE, {**values, "subject": subject, "now": now})


NOTE_HEALTH: Final = """
update lookup_source set failures = %(failures)s::integer, rests_until = %(rests)s::timestamptz,
  answered_at = %(answered)s::timestamptz, failed_at = %(failed)s::timestamptz, why = %(why)s::text
where brand_id = current_brand() and id = %(source)s::text
"""


async def note_health(connection: Connection, source: Source) -> None:
    """How a source is after it was asked."""
    await connection.execute(
        NOTE_HEALTH,
        {
            "source": source.id,
            "failures": source.failures,
            "rests": source.rests_until,
            "answered": source.answered_at,
            "failed": source.failed_at,
            "why": source.why,
        },
    )


# Whose address was proved by a code, if that is the last word about who writes here.
PROVED: Final = """
select i.lookup from (
  select person_id, proved_id, level from verification
  where brand_id = current_brand() and conversation_id = %(conversation)s::uuid and level <> 'order'
  order by id desc limit 1
) v
join identity i on i.brand_id = current_brand() and i.person_id = v.proved_id and i.kind = 'email'
  and i.verified_at is not null
where v.level = 'code'
"""


async def read_proved(connection: Connection, conversation: ConversationId) -> frozenset[bytes]:
    """Keyed hashes of the addresses of whoever entered a code in this conversation; empty where nobody did."""
    rows = await (await connection.execute(PROVED, {"conversation": conversation})).fetchall()
    return frozenset(bytes(row[0]) for row in rows)


# rotation ------------------------------------------------------------------------------------------------------------

READ_SEALED: Final = """
select id, secret from lookup_source where brand_id = current_brand() and secret is not null order by id for update
"""
WRAP_ANEW: Final = """
update lookup_source set secret = %(secret)s::bytea where brand_id = current_brand() and id = %(source)s::text
"""


async def read_sealed(connection: Connection) -> dict[str, bytes]:
    """The sealed secrets of the brand's sources, locked."""
    return {row[0]: bytes(row[1]) for row in await (await connection.execute(READ_SEALED)).fetchall()}


async def wrap_anew(connection: Connection, source: str, secret: bytes) -> None:
    """The same secret under another key."""
    await connection.execute(WRAP_ANEW, {"source": source, "secret": secret})
