"""UUIDv7 (RFC 9562): ids that sort by time, so that keys, partitions and conversations are in order by themselves."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_last = 0  # the greatest time prefix given out by this process; ids of one process never go backwards


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


def lowest_id(when: datetime) -> UUID:
    """The smallest id of a moment: the bound of a partition."""
    return UUID(int=(_prefix(when) >> 12 & 0xFFFFFFFFFFFF) << 80)
