"""Kinds of cases, their clocks in the policies, and when one is due. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from okienko.policy.book import STRICTEST, Book
from okienko.policy.brand import InForce, put_in_force
from okienko.policy.clocks import NoSuchClock, Running, find_due
from okienko.values import Brand
from okienko.web.i18n import mark

Outcome = Literal["granted", "partly", "refused", "withdrawn", "mistake"]

# A kind's clock is that of the policy: fourteen days for a consumer's complaint in Poland. None: no law that okienko
# knows sets one.
CLOCKS: Final[Mapping[str, str | None]] = {
    "complaint": "reklamacja",
    "claim": None,
    "appeal": None,
    "return": None,
    "refund": None,
    "account": None,
}
NAMES: Final[Mapping[str, str]] = {
    "complaint": mark("Complaint"),
    "claim": mark("Buyer’s claim"),
    "appeal": mark("Appeal"),
    "return": mark("Return"),
    "refund": mark("Refund"),
    "account": mark("Account"),
}
OUTCOMES: Final[Mapping[Outcome, str]] = {
    "granted": mark("granted"),
    "partly": mark("granted in part"),
    "refused": mark("not granted"),
    "withdrawn": mark("withdrawn by the customer"),
    "mistake": mark("opened by mistake"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Until when a case is to be answered, and by which rule."""

    due_on: date | None = None  # None: no law sets a day
    rule: str = ""  # the place and its clock


def find_term(
    book: Book, brand: Brand, kind: str, received: datetime, *, declared: str | None = None, account: str | None = None
) -> Term:
    """The term of a case. `declared` and `account` say where its person is, if that is known.

    A place whose law sets none has that of the strictest, as requests have: somebody who complains is answered.
    """
    clock = CLOCKS.get(kind)
    if clock is None:
        return Term()
    zone = ZoneInfo(brand.timezone)
    in_force = put_in_force(book, declared=declared, account=account, brand=brand.jurisdiction, choices=brand.choices)
    try:
        return _term(in_force, clock, received, zone)
    except NoSuchClock:
        pass
    try:
        return _term(put_in_force(book, declared=STRICTEST, brand=None), clock, received, zone)
    except NoSuchClock:
        return Term()


def _term(in_force: InForce, clock: str, received: datetime, zone: ZoneInfo) -> Term:
    due = find_due(in_force.policy, clock, Running(started=received), zone)
    return Term(due_on=None if due is None else due.day, rule=f"{in_force.place.id} clock.{clock}")
