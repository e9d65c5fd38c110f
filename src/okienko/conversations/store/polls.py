"""SQL of asking vendors: whose turn it is, and what their lists have shown so far."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from okienko.database.arrays import blobs
from okienko.database.pool import Connection
from okienko.values import ConnectionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """That this process asks, until its lease ends."""

    until: datetime
    polled_at: datetime | None  # when everything was read last; None: never
    cursor: str | None  # what the last one that read everything has left; None: it did not get to the end


LIST_RESTING: Final = """
select connection_id from connection_state
where connection_id = any(%(connections)s::text[])
  and (poll_at > %(now)s::timestamptz or paused_until > %(now)s::timestamptz)
"""


async def list_resting(
    connection: Connection, connections: Collection[ConnectionId], now: datetime
) -> set[ConnectionId]:
    """Those of these connections, of all brands, that are not to be asked now."""
    rows = await connection.execute(LIST_RESTING, {"connections": list(connections), "now": now})
    return {ConnectionId(row[0]) for row in await rows.fetchall()}


CLAIM: Final = """
insert into connection_state as c (connection_id, brand_id, poll_at)
values (%(connection)s::text, current_brand(), %(until)s::timestamptz)
on conflict (connection_id) do update set poll_at = excluded.poll_at
  where coalesce(c.poll_at <= %(now)s::timestamptz, true) and coalesce(c.paused_until <= %(now)s::timestamptz, true)
returning polled_at, cursor
"""


async def claim(connection: Connection, door: ConnectionId, *, until: datetime, now: datetime) -> Turn | None:
    """Takes the turn to ask a connection's vendor; None when it is not due, or somebody else's."""
    values = {"connection": door, "until": until, "now": now}
    row = await (await connection.execute(CLAIM, values)).fetchone()
    return None if row is None else Turn(until=until, polled_at=row[0], cursor=row[1])


GO_ON: Final = """
update connection_state set poll_at = %(until)s::timestamptz, cursor = null
where brand_id = current_brand() and connection_id = %(connection)s::text and poll_at = %(lease)s::timestamptz
"""


async def go_on(connection: Connection, door: ConnectionId, turn: Turn, *, until: datetime) -> bool:
    """Keeps the turn for another page. Until the end is reached it is written that it was not. False: it was lost."""
    values = {"connection": door, "lease": turn.until, "until": until}
    return (await connection.execute(GO_ON, values)).rowcount == 1


FINISH: Final = """
update connection_state set poll_at = %(due)s::timestamptz, polled_at = coalesce(%(polled)s::timestamptz, polled_at),
  cursor = case when %(polled)s::timestamptz is null then cursor else %(cursor)s::text end
where brand_id = current_brand() and connection_id = %(connection)s::text and poll_at = %(lease)s::timestamptz
"""


async def finish(
    connection: Connection,
    door: ConnectionId,
    turn: Turn,
    *,
    due: datetime,
    polled: datetime | None = None,
    cursor: str | None = None,
) -> None:
    """Gives the turn back. `polled`: everything was read and is stored, as of then; None: it was not."""
    values = {"connection": door, "lease": turn.until, "due": due, "polled": polled, "cursor": cursor}
    await connection.execute(FINISH, values)


READ_LISTED: Final = """
select item, version from listed where connection_id = %(connection)s::text and item = any(%(items)s::bytea[])
"""


async def read_listed(connection: Connection, door: ConnectionId, items: Collection[bytes]) -> dict[bytes, bytes]:
    """The versions of these items that were taken."""
    rows = await connection.execute(READ_LISTED, {"connection": door, "items": list(items)})
    return {bytes(item): bytes(version) for item, version in await rows.fetchall()}


NOTE_LISTED: Final = """
insert into listed (brand_id, connection_id, item, version, met_at)
select current_brand(), %(connection)s::text, l.item, l.version, %(now)s::timestamptz
from unnest(%(items)s::bytea[], %(versions)s::bytea[]) as l (item, version)
on conflict (connection_id, item) do update set version = excluded.version, met_at = excluded.met_at
"""


async def note_listed(
    connection: Connection, door: ConnectionId, versions: Mapping[bytes, bytes], now: datetime
) -> None:
    """Writes down which versions are taken now, by item."""
    values = {
        "connection": door,
        "items": blobs(list(versions)),
        "versions": blobs(list(versions.values())),
        "now": now,
    }
    await connection.execute(NOTE_LISTED, values)


FORGET_LISTED: Final = """
delete from listed where connection_id = %(connection)s::text and met_at < %(before)s::timestamptz
"""


async def forget_listed(connection: Connection, door: ConnectionId, before: datetime) -> None:
    """Forgets what a list has not shown since."""
    await connection.execute(FORGET_LISTED, {"connection": door, "before": before})
