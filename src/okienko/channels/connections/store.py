"""SQL of connections at the desk: what is connected and how it fares. A brand is set on the connection."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from okienko.database.pool import Connection

Trouble = Literal["sign_in", "paused", "down"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A connection as it is kept, with how it fares."""

    id: str
    channel: str
    active: bool
    given: bytes | None = field(repr=False)  # sealed; see `brands.store.seal_given`
    secret: bytes = field(repr=False)  # sealed; see `brands.store.seal_bound`
    given_at: Mapping[str, datetime]  # when each value was set
    reply_url: str | None
    created_at: datetime
    trouble: Trouble | None = None
    trouble_at: datetime | None = None
    paused: bool = False  # until somebody resumes it, or signs in again
    paused_until: datetime | None = None  # a moment
    failures: int = 0  # in a row
    in_at: datetime | None = None
    out_at: datetime | None = None
    polled_at: datetime | None = None
    greeted_at: datetime | None = None
    waiting: int = 0  # messages on their way out
    unsure: int = 0
    failed: int = 0


# Our own channels note no arrivals: what counts there is when a conversation changed last.
_KEPT: Final = """
select d.id, d.channel, d.active, d.given, d.secret, d.given_at, d.reply_url, d.created_at, s.trouble, s.trouble_at,
  coalesce(s.paused_until = 'infinity', false), nullif(s.paused_until, 'infinity'), coalesce(s.failures, 0),
  coalesce(s.in_at, case when d.channel in ('webchat', 'webhook') then (
    select c.updated_at from conversation c where c.brand_id = current_brand() and c.connection_id = d.id
    order by c.updated_hour desc, c.updated_at desc limit 1
  ) end),
  s.out_at, s.polled_at, s.greeted_at, coalesce(o.waiting, 0), coalesce(o.unsure, 0), coalesce(o.failed, 0)
from connection d
left join connection_state s on s.connection_id = d.id
left join (
  select connection_id, count(*) filter (where state in ('waiting', 'sending')) as waiting,
    count(*) filter (where state = 'unsure') as unsure, count(*) filter (where state = 'failed') as failed
  from outbox
  where brand_id = current_brand() and state in ('waiting', 'sending', 'unsure', 'failed')
  group by connection_id
) o on o.connection_id = d.id
where d.brand_id = current_brand()
"""
LIST_CONNECTIONS: Final = _KEPT + "order by d.active desc, d.created_at, d.id"
READ_CONNECTION: Final = _KEPT + "and d.id = %(id)s::text"


def _read(row: TupleRow) -> Kept:
    return Kept(
        id=row[0],
        channel=row[1],
        active=row[2],
        given=None if row[3] is None else bytes(row[3]),
        secret=bytes(row[4]),
        given_at={name: datetime.fromisoformat(at) for name, at in row[5].items()},
        reply_url=row[6],
        created_at=row[7],
        trouble=row[8],
        trouble_at=row[9],
        paused=row[10],
        paused_until=row[11],
        failures=row[12],
        in_at=row[13],
        out_at=row[14],
        polled_at=row[15],
        greeted_at=row[16],
        waiting=row[17],
        unsure=row[18],
        failed=row[19],
    )


async def list_connections(connection: Connection) -> tuple[Kept, ...]:
    """All of the brand, those that are closed last."""
    return tuple(map(_read, await (await connection.execute(LIST_CONNECTIONS)).fetchall()))


async def read_connection(connection: Connection, door: str) -> Kept | None:
    """One of the brand's."""
    row = await (await connection.execute(READ_CONNECTION, {"id": door})).fetchone()
    return None if row is None else _read(row)


LOCK_CONNECTION: Final = """
select given from connection where brand_id = current_brand() and id = %(id)s::text for update
"""


async def lock_given(connection: Connection, door: str) -> bytes | None:
    """What was given, sealed, and nobody else changes it until the end of the transaction."""
    row = await (await connection.execute(LOCK_CONNECTION, {"id": door})).fetchone()
    return None if row is None or row[0] is None else bytes(row[0])


SAVE_GIVEN: Final = """
update connection
set given = %(given)s::bytea, given_at = (given_at || %(set)s::jsonb) - %(gone)s::text[],
  reply_url = %(reply_url)s::text
where brand_id = current_brand() and id = %(id)s::text
"""


async def save_given(
    connection: Connection,
    door: str,
    *,
    given: bytes,
    changed: Collection[str],
    gone: Collection[str],
    reply_url: str | None,
    now: datetime,
) -> None:
    """Keeps what was given, sealed, and that these values were set now."""
    await connection.execute(
        SAVE_GIVEN,
        {
            "id": door,
            "given": given,
            "set": Jsonb(dict.fromkeys(changed, now.isoformat())),
            "gone": list(gone),
            "reply_url": reply_url,
        },
    )


SEAL_ANEW: Final = """
update connection set secret = %(secret)s::bytea where brand_id = current_brand() and id = %(id)s::text
"""


async def set_secret(connection: Connection, door: str, sealed: bytes) -> None:
    """Another secret of ours; what was signed with the one before it is refused from now on."""
    await connection.execute(SEAL_ANEW, {"id": door, "secret": sealed})


SET_ACTIVE: Final = """
update connection set active = %(active)s::boolean
where brand_id = current_brand() and id = %(id)s::text and active <> %(active)s::boolean
"""


async def set_active(connection: Connection, door: str, *, active: bool) -> bool:
    """Closes a connection, or opens it again; whether that is a change. Nothing of it is deleted."""
    return (await connection.execute(SET_ACTIVE, {"id": door, "active": active})).rowcount == 1


PAUSE: Final = """
insert into connection_state (connection_id, brand_id, trouble, trouble_at, paused_until)
select id, brand_id, 'paused', %(now)s::timestamptz, 'infinity' from connection
where brand_id = current_brand() and id = %(id)s::text
on conflict (connection_id) do update
set trouble = 'paused', trouble_at = excluded.trouble_at, paused_until = 'infinity'
"""


async def pause(connection: Connection, door: str, now: datetime) -> None:
    """Nothing is sent from now on; what arrives is taken in, and what waits goes on waiting."""
    await connection.execute(PAUSE, {"id": door, "now": now})


NOTE_GREETED: Final = """
insert into connection_state (connection_id, brand_id, greeted_at)
select id, brand_id, %(now)s::timestamptz from connection where brand_id = current_brand() and id = %(id)s::text
on conflict (connection_id) do update set greeted_at = excluded.greeted_at
"""


async def note_greeted(connection: Connection, door: str, now: datetime) -> None:
    """The vendor has asked for the verify token and was answered."""
    await connection.execute(NOTE_GREETED, {"id": door, "now": now})


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What was said about an account or a connection: kinds and words of protocols."""

    kind: str
    word: str
    at: datetime


LIST_NOTICES: Final = """
select kind, word, at from connection_notice
where brand_id = current_brand() and connection_id = %(id)s::text order by id desc limit %(limit)s::integer
"""


async def list_notices(connection: Connection, door: str, *, limit: int = 20) -> tuple[Notice, ...]:
    """The latest, newest first."""
    rows = await (await connection.execute(LIST_NOTICES, {"id": door, "limit": limit})).fetchall()
    return tuple(Notice(kind=row[0], word=row[1], at=row[2]) for row in rows)


LIST_SHAPES: Final = """
select shape, count(*), max(at) from (
  select shape, at from unparsed
  where brand_id = current_brand() and connection_id = %(id)s::text order by id desc limit 500
) u
group by shape order by max(at) desc limit %(limit)s::integer
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Deliveries of one shape that were not understood, among the latest 500."""

    shape: str
    count: int
    at: datetime  # the latest


async def list_shapes(connection: Connection, door: str, *, limit: int = 20) -> tuple[Shape, ...]:
    """What arrived and was not understood, the latest first."""
    rows = await (await connection.execute(LIST_SHAPES, {"id": door, "limit": limit})).fetchall()
    return tuple(Shape(shape=row[0], count=row[1], at=row[2]) for row in rows)
