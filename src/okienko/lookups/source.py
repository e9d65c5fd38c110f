"""What a source of facts is: what it needs to find something, what it gives, and what is asked of who asks. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal

SourceKind = Literal["table", "https"]
# Nothing; a second fact about the order, which is among what is asked by; a code to the address of whom it is about.
Proof = Literal["none", "order", "code"]
Outcome = Literal["found", "missing", "away", "locked", "refused"]
Trouble = Literal["no_answer", "slow", "status", "no_json", "old", "not_allowed", "mismatch", "sealed"]

IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9-]{0,59}")
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_NEEDS: Final = 4
MOST_GIVES: Final = 30
LONGEST_ANSWER: Final = 200  # characters of one fact
FRESH: Final = timedelta(days=30)  # after which a table that was not imported again answers nothing, and is deleted
FAILURES: Final = 5  # in a row, after which a source rests
REST: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source of a brand."""

    id: str
    kind: SourceKind
    proof: Proof
    needs: tuple[str, ...]  # what has to be said, in this order
    gives: tuple[str, ...]
    url: str | None = None  # a template: `{number}` in its path or query
    paths: tuple[str, ...] = ()  # where each of what it gives stands in the answer
    owner_path: str | None = None  # where the address of whom it is about stands
    header: str | None = None  # that carries the secret
    secret: bytes | None = field(default=None, repr=False)  # sealed
    seconds: float = 3.0
    loaded_at: datetime | None = None
    rows: int = 0
    failures: int = 0  # in a row
    rests_until: datetime | None = None
    answered_at: datetime | None = None
    failed_at: datetime | None = None
    why: Trouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a source said: its facts, none where there was nothing; or why it said nothing."""

    facts: tuple[str, ...] | None = field(default=None, repr=False)
    owner: bytes | None = None  # the keyed hash of the address of whom it is about
    trouble: Trouble | None = None


def fold_value(value: str) -> str:
    """How values are compared: in any case, with or without spaces and hyphens."""
    return re.sub(r"[\s‐‑–-]", "", value).casefold()


def fit(fact: str) -> str:
    """A fact as it is kept and said: one line, not too long."""
    return " ".join(fact.replace("\0", " ").split())[:LONGEST_ANSWER]


# how it goes ---------------------------------------------------------------------------------------------------------


def note(source: Source, trouble: Trouble | None, now: datetime) -> Source:
    """A source after it was asked: what failed too often in a row rests for a while."""
    if trouble is None:
        return replace(source, failures=0, rests_until=None, answered_at=now)
    failures = source.failures + 1
    rests = now + REST if failures >= FAILURES else None
    return replace(source, failures=failures, rests_until=rests, failed_at=now, why=trouble)


def rests(source: Source, now: datetime) -> bool:
    """Whether it is left alone now. When its rest is over it is asked again, and rests at once if that fails."""
    return source.rests_until is not None and now < source.rests_until


def is_old(source: Source, now: datetime) -> bool:
    """Whether a table was imported too long ago to be believed."""
    return source.kind == "table" and (source.loaded_at is None or source.loaded_at < now - FRESH)


def order_values(source: Source, arguments: Sequence[tuple[str, str]]) -> tuple[str, ...] | None:
    """What was said, in the order in which the source needs it; None where that is something else."""
    given = dict(arguments)
    if given.keys() != set(source.needs):
        return None
    return tuple(given[name] for name in source.needs)
