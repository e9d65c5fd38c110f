"""Account and card numbers."""

from __future__ import annotations

from typing import Final

from okienko.evaluation.corpus import identifiers
from okienko.evaluation.corpus.identifiers import broken, digits
from okienko.evaluation.corpus.values.variant import (
    BOTH,
    PL,
    Make,
    Pieces,
    Slot,
    World,
    full_width,
    grouped,
    ways,
    zero_width,
)

_NRB: Final = (2, 4, 4, 4, 4, 4, 4)


def _account(prefix: str, mark: str) -> Make:
    return lambda world, _: prefix + grouped(identifiers.account(world.random), _NRB, mark)


def _wrong_account(world: World, _: Slot) -> str:
    return grouped(broken(identifiers.account(world.random)), _NRB, world.random.choice([" ", "-"]))


def _foreign(world: World, _: Slot) -> str:
    iban = identifiers.foreign_iban(world.random)
    return iban if world.random.random() < 0.5 else grouped(iban, (4,) * ((len(iban) - 1) // 4), " ")


def _card(mark: str) -> Make:
    def make(world: World, _: Slot) -> str:
        number = identifiers.card(world.random, long=not mark)
        return grouped(number, (4, 6, 5) if len(number) == 15 else (4, 4, 4, 4), mark) if mark else number

    return make


def _card_with_expiry(world: World, _: Slot) -> Pieces:
    random = world.random
    expiry = f"{random.randrange(1, 13):02}/{random.choice(['', '20'])}{random.randrange(27, 33)}"
    return (
        (grouped(identifiers.card(random, long=False), (4, 4, 4), " "), "CREDIT_CARD"),
        (random.choice([" ważna do ", " exp ", " ", ", "] if world.language == "pl" else [" exp ", " "]), None),
        (expiry, "CREDIT_CARD"),
        (random.choice([" cvv ", " CVC: ", " CVV2 "]), None),
        (digits(random, 3), "SECRET"),
    )


VARIANTS: Final = (
    *ways("IBAN_CODE", "iban", PL, {"nrb_spaced": _account("", " ")}, weight=2),
    *ways("IBAN_CODE", "iban", PL, {"nrb_bare": _account("", ""), "nrb_dashed": _account("", "-")}),
    *ways("IBAN_CODE", "iban", PL, {"wrong_check": _wrong_account}, needs_label=True),
    *ways(
        "IBAN_CODE",
        "iban",
        BOTH,
        {
            "pl_bare": _account("PL", ""),
            "pl_spaced": _account("PL", " "),
            "foreign": _foreign,
            "lower": lambda world, slot: _foreign(world, slot).lower(),
            "full_width": lambda world, _: full_width("PL" + identifiers.account(world.random)),
        },
    ),
    *ways(
        "CREDIT_CARD",
        "card",
        BOTH,
        {
            "bare": _card(""),
            "spaced": _card(" "),
            "dashed": _card("-"),
            "dots": _card("."),
            "full_width": lambda world, _: full_width(identifiers.card(world.random)),
            "zero_width": lambda world, _: zero_width(
                world.random, grouped(identifiers.card(world.random), (4, 4, 4), " ")
            ),
            "with_expiry_and_cvv": _card_with_expiry,
        },
    ),
    *ways(
        "CREDIT_CARD",
        "card",
        BOTH,
        {"wrong_check": lambda world, _: grouped(broken(identifiers.card(world.random)), (4, 4, 4), " ")},
        needs_label=True,
    ),
)
