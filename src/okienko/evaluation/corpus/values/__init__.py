"""What fills the slots of a message: for each kind all ways to write it, which are the lanes of the report."""

from __future__ import annotations

from typing import Final

from okienko.evaluation.corpus.values import accounts, addresses, contact, documents, kept, people, secret
from okienko.evaluation.corpus.values.variant import Variant

VARIANTS: Final[tuple[Variant, ...]] = (
    *people.VARIANTS,
    *contact.VARIANTS,
    *accounts.VARIANTS,
    *documents.VARIANTS,
    *secret.VARIANTS,
    *addresses.VARIANTS,
    *kept.VARIANTS,
)
