"""SQL of how connections fare: trouble, pauses, what an administrator is told once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.values import ConnectionId

Trouble = Literal["sign_in", "paused", "down"]
"""Somebody has to sign in again; the vendor has paused it; it does not answer."""

MOST_FAILURES: Final = 10  # in a row, after which a connection rests
REST: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a connection fares, as far as that is not simply well."""

    trouble: Trouble
    since: datetime
    resting: bool  # nothing may be sent; else the pause is over, and one message may try


# `infinity` has no counterpart in Python and never gets there.
READ_STANDINGS: Final = """
select connection_id, trouble, trouble_at, coalesce(paused_until > %(now)s::timestamptz, false) from connection_state
where brand_id = current_brand() and trouble is not null and connection_id = any(%(connections)s::text[])
"""


async def read_standings(
    connection: Connection, connections: Collection[ConnectionId], now: datetime
) -> dict[ConnectionId, Standing]:
    """Those of these connections that are in trouble."""
    values = {"connections": list(connections), "now": now}
    rows = await (await connection.execute(READ_STANDINGS, values)).fetchall()
    return {ConnectionId(id_): Standing(trouble=what, since=at, resting=resting) for id_, what, at, resting in rows}


# Whoever gets the row tries it for everybody: the others see that it rests. Should they be killed, it rests no longer
# than after a failure.
TRY_OUT: Final = """
update connection_state set paused_until = %(until)s::timestamptz
where brand_id = current_brand() and connection_id = %(connection)s::text and trouble is not null
  and paused_until <= %(now)s::timestamptz
"""


async def try_out(connection: Connection, connection_id: ConnectionId, now: datetime) -> bool:
    """After a pause: whether we are the one that may send a message to see whether it works again."""
    values = {"connection": connection_id, "now": now, "until": now + REST}
    return (await connection.execute(TRY_OUT, values)).rowcount == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fared:
    """What sends have shown about a connection."""

    connection: ConnectionId
    sent: bool = False
    well: bool = False  # the vendor answered as it should, whatever it said
    failures: int = 0  # attempts that the vendor did not answer, or with an error of its own
    trouble: Literal["sign_in", "paused"] | None = None
    until: datetime | None = None  # of a pause
    word: str = ""  # of ours, for the notice


def judge(trouble: Trouble | None, failures: int, fared: Fared) -> tuple[Trouble | None, int]:
    """The trouble that a connection is in after what sends have shown, and its failures in a row. Pure."""
    if fared.trouble is not None:
        return fared.trouble, failures
    if fared.well:
        return None, 0
    failures += fared.failures
    if trouble is None and failures >= MOST_FAILURES:
        return "down", failures
    return trouble, failures


# The row is ours from here on: of two senders, the second one sees what the first has found.
NOTE_SENT: Final = """
insert into connection_state as c (connection_id, brand_id, out_at)
values (%(connection)s::text, current_brand(), %(out)s::timestamptz)
on conflict (connection_id) do update set out_at = coalesce(excluded.out_at, c.out_at)
returning trouble, failures, coalesce(paused_until = 'infinity', false)
"""
SET_TROUBLE: Final = """
update connection_state set failures = %(failures)s::integer,
  trouble_at = case when trouble = %(trouble)s::text then trouble_at when %(trouble)s::text is not null
    then %(now)s::timestamptz end,
  trouble = %(trouble)s::text,
  paused_until = case %(trouble)s::text when 'sign_in' then 'infinity'::timestamptz else %(until)s::timestamptz end
where brand_id = current_brand() and connection_id = %(connection)s::text
"""


async def note_fared(connection: Connection, fared: Fared, now: datetime) -> Trouble | None:
    """Writes down what sends have shown; the trouble that has begun with it, which nobody was told about before.

    A notice for administrators is written with it. Where somebody has to do something first, sends that were under way
    change nothing.
    """
    values = {"connection": fared.connection, "out": now if fared.sent else None}
    row = await (await connection.execute(NOTE_SENT, values)).fetchone()
    assert row is not None
    before: Trouble | None = row[0]
    trouble, failures = judge(before, row[1], fared)
    if row[2] or (trouble is None and (before, failures) == (None, row[1])):
        return None
    until = None if trouble is None else fared.until or now + REST
    change = {"trouble": trouble, "failures": failures, "until": until, "now": now, "connection": fared.connection}
    await connection.execute(SET_TROUBLE, change)
    if trouble is None or trouble == before:
        return None
    await add_notice(connection, fared.connection, kind=trouble, word=fared.word, now=now)
    return trouble


ADD_NOTICE: Final = """
insert into connection_notice (brand_id, id, connection_id, kind, word, at)
values (current_brand(), %(id)s::uuid, %(connection)s::text, %(kind)s::text, %(word)s::text, %(now)s::timestamptz)
"""


async def add_notice(
    connection: Connection, connection_id: ConnectionId, *, kind: str, word: str, now: datetime
) -> None:
    """Something that an administrator should know about a connection, in words of ours or of the vendor's protocol."""
    values = {"id": new_id(now), "connection": connection_id, "kind": kind, "word": word, "now": now}
    await connection.execute(ADD_NOTICE, values)


CLEAR_TROUBLE: Final = """
update connection_state set trouble = null, trouble_at = null, paused_until = null, failures = 0
where brand_id = current_brand() and connection_id = %(connection)s::text and trouble is not null
"""


async def clear_trouble(connection: Connection, connection_id: ConnectionId) -> bool:
    """Somebody has given new credentials, or says that it works again: what waits goes on. Whether anything waited."""
    return (await connection.execute(CLEAR_TROUBLE, {"connection": connection_id})).rowcount == 1
