"""Numbers of persons, firms, documents and vehicles; valid ones, and labelled ones whose check digits do not fit."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from okienko.evaluation.corpus import identifiers
from okienko.evaluation.corpus.identifiers import broken, digits, letters
from okienko.evaluation.corpus.values.variant import BOTH, EN, PL, Make, Slot, World, full_width, grouped, ways


def _number(kind: Callable[[Random], str], *forms: Callable[[str], str]) -> Make:
    """The kind's number in one of the forms."""
    return lambda world, _: world.random.choice(forms or (str,))(kind(world.random))


def _in(sizes: tuple[int, ...], mark: str) -> Callable[[str], str]:
    return lambda number: grouped(number, sizes, mark)


def _long(world: World, _: Slot) -> str:
    return digits(world.random, world.random.randint(10, 16))


def _licence(world: World, _: Slot) -> str:
    return f"{digits(world.random, 5)}/{world.random.randrange(10, 25)}/{digits(world.random, 4)}"


def _licence_uk(world: World, _: Slot) -> str:
    return identifiers.licence_uk(world.random, world.pick("surnames"))


def _series(alphabet: str, count: int, length: int) -> Callable[[Random], str]:
    return lambda random: letters(random, count, alphabet) + digits(random, length)


VARIANTS: Final = (
    *ways("PL_PESEL", "pesel", PL, {"bare": _number(identifiers.pesel)}, weight=2),
    *ways(
        "PL_PESEL",
        "pesel",
        PL,
        {
            "young": lambda world, _: identifiers.pesel(world.random, young=True),
            "spaced": _number(identifiers.pesel, _in((6,), " "), _in((2, 2, 2), " ")),
            "dashed": _number(identifiers.pesel, _in((6,), "-")),
            "full_width": _number(identifiers.pesel, full_width),
        },
    ),
    *ways("PL_PESEL", "pesel", BOTH, {"wrong_check": _number(identifiers.pesel, broken)}, needs_label=True),
    *ways("PL_PESEL", "pesel", PL, {"digit_missing": _number(identifiers.pesel, lambda n: n[:-1])}, needs_label=True),
    *ways(
        "PL_NIP",
        "nip",
        PL,
        {
            "dashed": _number(identifiers.nip, _in((3, 3, 2), "-"), _in((3, 2, 2), "-")),
            "spaced": _number(identifiers.nip, _in((3, 3, 2), " ")),
        },
    ),
    *ways(
        "PL_NIP",
        "nip",
        BOTH,
        {
            "bare": _number(identifiers.nip),
            "country_prefix": _number(identifiers.nip, lambda n: f"PL{n}", lambda n: f"PL {n}"),
        },
    ),
    *ways("PL_NIP", "nip", BOTH, {"wrong_check": _number(identifiers.nip, broken)}, needs_label=True),
    *ways("PL_NIP", "nip", EN, {"german_vat": _number(lambda random: f"DE{digits(random, 9)}")}, needs_label=True),
    *ways(
        "PL_REGON",
        "regon",
        PL,
        {
            "nine": _number(identifiers.regon),
            "fourteen": lambda world, _: identifiers.regon(world.random, 14),
            "wrong_check": _number(identifiers.regon, broken),
        },
        needs_label=True,
    ),
    *ways(
        "PL_ID_CARD",
        "idcard",
        PL,
        {
            "bare": _number(identifiers.id_card),
            "spaced": _number(identifiers.id_card, _in((3,), " "), _in((3,), "-")),
        },
    ),
    *ways(
        "PL_ID_CARD",
        "idcard",
        PL,
        {
            "lower": _number(identifiers.id_card, str.lower),
            "wrong_check": _number(identifiers.id_card, broken),
            "letters_missing": _number(identifiers.id_card, lambda n: n[3:]),
        },
        needs_label=True,
    ),
    *ways(
        "PASSPORT",
        "passport",
        PL,
        {"pl_bare": _number(identifiers.passport_pl), "pl_spaced": _number(identifiers.passport_pl, _in((2,), " "))},
    ),
    *ways("PASSPORT", "passport", PL, {"wrong_check": _number(identifiers.passport_pl, broken)}, needs_label=True),
    *ways("PASSPORT", "passport", BOTH, {"ukrainian": _number(_series("EFGH", 2, 6))}, needs_label=True),
    *ways(
        "PASSPORT",
        "passport",
        EN,
        {"british": _number(_series("", 0, 9)), "american": _number(_series("ABCDEFGH", 1, 8))},
        needs_label=True,
    ),
    *ways("DRIVING_LICENCE", "licence", PL, {"polish": _licence}, needs_label=True),
    *ways("DRIVING_LICENCE", "licence", EN, {"british": _licence_uk}),
    *ways("DRIVING_LICENCE", "licence", EN, {"american": _number(_series("ABCDEFGH", 1, 7))}, needs_label=True),
    *ways("VIN", "vin", BOTH, {"bare": _number(identifiers.vin)}),
    *ways(
        "VIN",
        "vin",
        BOTH,
        {
            "lower": _number(identifiers.vin, str.lower),
            "european": lambda world, _: identifiers.vin(world.random, checked=False),
        },
        needs_label=True,
    ),
    *ways(
        "VEHICLE_PLATE",
        "plate",
        PL,
        {
            "polish": _number(identifiers.plate_pl),
            "polish_glued": _number(identifiers.plate_pl, lambda n: n.replace(" ", "")),
            "polish_lower": _number(identifiers.plate_pl, str.lower),
        },
        needs_label=True,
    ),
    *ways("VEHICLE_PLATE", "plate", EN, {"british": _number(identifiers.plate_uk)}, needs_label=True),
    *ways("US_SSN", "ssn", EN, {"dashed": lambda world, _: "-".join(identifiers.ssn(world.random))}),
    *ways(
        "US_SSN",
        "ssn",
        EN,
        {
            "spaced": lambda world, _: " ".join(identifiers.ssn(world.random)),
            "bare": lambda world, _: "".join(identifiers.ssn(world.random)),
        },
        needs_label=True,
    ),
    *ways(
        "UK_NINO",
        "nino",
        EN,
        {"bare": _number(identifiers.nino), "spaced": _number(identifiers.nino, _in((2, 2, 2, 2), " "))},
    ),
    *ways("UK_NINO", "nino", EN, {"lower": _number(identifiers.nino, str.lower)}, needs_label=True),
    *ways("NUMBER", "number", BOTH, {"long": _long}),
    *ways("NUMBER", "number", PL, {"rnokpp": _number(identifiers.rnokpp)}),
)
