"""What each vaulted kind is kept for, and how long: one table, which every write to the vault reads.

And how long a message is kept whose words need more care than others.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """The purpose of a kind's values, and their term."""

    purpose: str
    days: int | None  # None: as long as the conversation; else so long, if that is shorter
    asked: bool = False  # only while somebody asks for it


# A refund is paid within weeks and complained about within months. A date of birth is compared once. What a document
# says is needed until somebody has decided: three days.
KEEPING: Final = {
    label: Keeping(purpose=purpose, days=days, asked=asked)
    for label, purpose, days, asked in (
        ("PERSON", "contact", None, False),
        ("EMAIL_ADDRESS", "contact", None, False),
        ("PHONE_NUMBER", "contact", None, False),
        ("ADDRESS", "delivery", None, False),
        ("POSTAL_CODE", "delivery", None, False),
        ("IBAN_CODE", "refund", 92, False),
        ("DATE_OF_BIRTH", "identification", 31, False),
        ("USERNAME", "account", None, False),
        ("VEHICLE_PLATE", "case", None, False),
        ("VIN", "case", None, False),
        # These are dropped: no scenario or case can ask for them yet.
        ("PL_PESEL", "identification", 3, True),
        ("PL_NIP", "invoice", 3, True),
        ("PL_ID_CARD", "identification", 3, True),
        ("PASSPORT", "identification", 3, True),
        ("DRIVING_LICENCE", "identification", 3, True),
        ("US_SSN", "identification", 3, True),
        ("UK_NINO", "identification", 3, True),
    )
}


def expiry(label: str, *, now: datetime, keep_months: int) -> datetime:
    """When a value said now has had its time. `keep_months`: how long the brand keeps a conversation."""
    days = KEEPING[label].days
    conversation = 31 * keep_months
    return now + timedelta(days=conversation if days is None else min(days, conversation))


# Special categories of personal data (GDPR, article 9), of which one detector finds many. The words stay readable, for
# they may be the matter itself; most matters are settled within weeks.
SENSITIVE: Final = frozenset({"HEALTH"})
SENSITIVE_DAYS: Final = 31


def sensitive_until(labels: Collection[str], *, now: datetime) -> datetime | None:
    """When a message in which these kinds were found has had its time, if that is sooner than its conversation.

    None: there is nothing sensitive among them. A brand keeps its conversations for a month at least.
    """
    return None if SENSITIVE.isdisjoint(labels) else now + timedelta(days=SENSITIVE_DAYS)
