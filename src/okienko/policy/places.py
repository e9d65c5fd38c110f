"""Whose rules hold for a person: declared by them, else their account's country, else the brand's place, else all.

Where somebody seems to be by their network address is neither stored nor asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from okienko.policy.book import STRICTEST, Book

Basis = Literal["declared", "account", "brand", "strictest"]

# ISO 3166-1 codes: the member states of the Union with those of their parts that have codes of their own and where its
# law holds, and Iceland, Liechtenstein and Norway.
_EEA: Final = re.compile(
    "AT|BE|BG|HR|CY|CZ|DK|EE|FI|FR|DE|GR|HU|IE|IT|LV|LT|LU|MT|NL|PL|PT|RO|SK|SI|ES|SE|AX|GF|GP|MF|MQ|RE|YT|IS|LI|NO"
)
# Those with a file of their own; ISO 3166-2 where a part of a country has one.
_OWN: Final = {"PL": "pl", "GB": "uk", "US": "us", "US-CA": "us-ca", "CA": "ca", "CA-QC": "ca-qc"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose rules hold, and why."""

    id: str  # of a policy: `pl`, …, or `strictest`
    basis: Basis


def find_place(code: str) -> str:
    """The policy of a country or a part of one, as ISO 3166 writes them: `PL`, `US-CA`, `US-TX`.

    A country for which there is no policy has the strictest.
    """
    code = code.strip().upper()
    country = code.split("-", 1)[0]
    return _OWN.get(code) or _OWN.get(country) or ("eu" if _EEA.fullmatch(country) else STRICTEST)


def choose_place(book: Book, *, declared: str | None, account: str | None, brand: str | None) -> Place:
    """The first that is known. All three are ids of policies; an id that the book does not know is the strictest."""
    given: tuple[tuple[str | None, Basis], ...] = ((declared, "declared"), (account, "account"), (brand, "brand"))
    for id_, basis in given:
        if id_ is not None:
            return Place(id=id_, basis=basis) if id_ in book.places else Place(id=STRICTEST, basis="strictest")
    return Place(id=STRICTEST, basis="strictest")
