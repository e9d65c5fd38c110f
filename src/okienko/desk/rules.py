"""Who may do what at the desk, and in which order people wait. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from okienko.values import BrandId, Priority, SignedIn, StaffId

SHORTEST_REASON: Final = 10  # characters: the least that says what a value is needed for
SHOWN: Final = timedelta(minutes=10)  # how long a hidden value stays on a screen

# The letters of references: no I, O, 0 and 1, which are misheard on the telephone.
_REFERENCE: Final = re.compile(r"[A-HJ-NP-Z2-9]{3}-?[A-HJ-NP-Z2-9]{4}")


class Waiting(Protocol):
    """A conversation in a list."""

    @property
    def priority(self) -> Priority:
        """How soon somebody is to take it, as a scenario says."""
        ...

    @property
    def waiting_since(self) -> datetime | None:
        """Since when the customer waits for a person, if they do."""
        ...

    @property
    def updated_at(self) -> datetime:
        """The latest change."""
        ...


def is_senior(staff: SignedIn, brand: BrandId) -> bool:
    """Leads and administrators take a conversation from a colleague without asking."""
    return staff.roles.get(brand) in {"lead", "admin"}


def may_reveal(staff: SignedIn, brand: BrandId, agent: StaffId | None) -> bool:
    """Whether somebody may look at one hidden value: leads, administrators, the privacy officer, and who holds the
    conversation."""
    return (
        is_senior(staff, brand) or staff.roles.get(brand) == "privacy" or (brand in staff.roles and agent == staff.id)
    )


def may_audit(staff: SignedIn, brand: BrandId) -> bool:
    """Whether somebody may read the log of who did what: the auditor, the privacy officer, administrators."""
    return brand in staff.audits or staff.roles.get(brand) in {"privacy", "admin"}


def may_keep(staff: SignedIn, brand: BrandId) -> bool:
    """Whether somebody may act at the privacy officer's pages: the officer and administrators. An auditor looks."""
    return staff.roles.get(brand) in {"privacy", "admin"}


def may_open(staff: SignedIn, brand: BrandId, agent: StaffId | None) -> bool:
    """Whether somebody may open an attachment: the same people.

    It was sent to be looked at, so neither a reason nor the password is asked; every time is written down.
    """
    return may_reveal(staff, brand, agent)


_PRIORITIES: Final[Sequence[Priority]] = ("urgent", "high", "normal", "low")


def wait_order(row: Waiting) -> tuple[bool, int, float, float]:
    """A sort key where people wait: the most urgent first, of these the longest wait; then those who do not wait, the
    latest change first.
    """
    since = row.waiting_since
    urgency = _PRIORITIES.index(row.priority) if since else 0
    return since is None, urgency, since.timestamp() if since else 0.0, -row.updated_at.timestamp()


def make_code(person: UUID) -> str:
    """What a person is called at the desk: three hex digits of the id's random part, for telling people apart."""
    return person.hex[-3:].upper()


def read_reference(words: str) -> str | None:
    """`K7F-2QDA` when that is what was typed into the search, with or without its dash."""
    typed = words.strip().upper()
    if _REFERENCE.fullmatch(typed) is None:
        return None
    plain = typed.replace("-", "")
    return f"{plain[:3]}-{plain[3:]}"
