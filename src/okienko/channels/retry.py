"""When something that failed is tried again. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

FIRST_PAUSE: Final = 1.0  # seconds; doubles …
LONGEST_PAUSE: Final = 300.0  # … up to five minutes


def pause_before(attempt: int, chance: float) -> float:
    """Seconds before the next attempt, when `attempt` (1 for the first) has failed: exponential, with full jitter.

    `chance` is a random number from 0 to 1. Full jitter: Marc Brooker, "Exponential Backoff And Jitter", AWS
    Architecture Blog, 2015.
    """
    return chance * min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempt - 1, 30))


def read_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that `Retry-After` asks for (RFC 9110, 10.2.3), as a number or a date; None when it says neither."""
    written = (value or "").strip()
    if written.isascii() and written.isdigit() and len(written) < 10:
        return float(written)
    try:
        moment = parsedate_to_datetime(written)
    except ValueError:
        return None
    if moment.tzinfo is None:  # "-0000": UTC, of a clock that says nothing about its place
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
