"""UUIDv7 (RFC 9562): ids that sort by time, so that keys, partitions and conversations are in order by themselves."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATER: Final = 44  # bits of an id that say how long after another clock's moment it was received, in 2**-12 ms
_AHEAD: Final = 120_000 << 12  # a clock may be ahead of ours: two minutes, in the same unit
_last = 0  # the greatest time prefix given out by this process; ids of one process never go backwards
_received = 0  # the same of when things of other clocks were received


def _assemble(prefix: int) -> UUID:
    """`prefix`: 60 bits, milliseconds followed by 12 bits of their fraction."""
    return UUID(
        int=(prefix >> 12 & 0xFFFFFFFFFFFF) << 80
        | 0x7 << 76
        | (prefix & 0xFFF) << 64
        | 0b10 << 62
        | secrets.randbits(62)
    )


def _prefix(when: datetime) -> int:
    microseconds = int((when - _EPOCH).total_seconds() * 1_000_000)
    return (microseconds // 1000) << 12 | (microseconds % 1000) * 4096 // 1000


def new_id(now: datetime) -> UUID:
    """An id for something that happens now; later calls in this process give greater ids."""
    global _last  # noqa: PLW0603 - the order of ids within a process is the process's own state
    _last = max(_prefix(now), _last + 1)
    return _assemble(_last)


def id_at(when: datetime) -> UUID:
    """An id for a moment of the past, as when an old conversation is brought in."""
    return _assemble(_prefix(when))


def id_of(when: datetime, received: datetime) -> UUID:
    """An id for something that another clock has dated: in that clock's order, and within one of its milliseconds in
    the order in which it was received here. `when` is at most a minute after `received` and some weeks before it.
    """
    global _received  # noqa: PLW0603 - as above
    now = _prefix(received)
    # What comes at the same moment is counted on; not from where a clock stood that has been set back since, for that
    # may be further away than there are bits to say so.
    _received = _received + 1 if now <= _received < now + _AHEAD else now
    moment = _prefix(when) >> 12 << 12
    later = min(max(_received - moment + _AHEAD, 0), (1 << _LATER) - 1)
    drawn = _assemble(moment).int & ~(0xFFF << 64) & ~(((1 << _LATER - 12) - 1) << 74 - _LATER)
    return UUID(int=drawn | later >> _LATER - 12 << 64 | (later & (1 << _LATER - 12) - 1) << 74 - _LATER)


def lowest_id(when: datetime) -> UUID:
    """The smallest id of a moment: the bound of a partition."""
    return UUID(int=(_prefix(when) >> 12 & 0xFFFFFFFFFFFF) << 80)
