"""Whose rules hold for somebody, and whether they are asked before a word of theirs leaves the browser. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from okienko.policy.brand import InForce, put_in_force
from okienko.policy.files import read_own_book
from okienko.policy.rules import is_required
from okienko.values import Brand


@lru_cache(maxsize=256)
def _rules(declared: str | None, account: str | None, brand: str | None, choices: str) -> InForce:
    return put_in_force(read_own_book(), declared=declared, account=account, brand=brand, choices=choices)


def find_rules(brand: Brand, *, declared: str | None = None, account: str | None = None) -> InForce:
    """The rules for one of a brand's people; `declared` and `account` are ids of policies."""
    return _rules(declared, account, brand.jurisdiction, brand.choices)


def asks_first(rules: InForce, day: date) -> bool:
    """Whether nothing that is typed may leave before its writer agrees."""
    return is_required(rules.policy, "consent_before_first_keystroke", day)


def find_gates(brand: Brand, places: tuple[str, ...], day: date) -> Mapping[str, bool]:
    """For each place that a customer may choose, and for none (""), whether they are asked first."""
    chosen = {place: asks_first(find_rules(brand, declared=place), day) for place in places}
    return {"": asks_first(find_rules(brand), day), **chosen}
