"""What is not personal: order numbers and health words, which are marked and kept; prices, dates, models, which are not
even marked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from okienko.evaluation.corpus import identifiers
from okienko.evaluation.corpus.identifiers import digits, letters
from okienko.evaluation.corpus.values.secret import MONTHS, MONTHS_EN
from okienko.evaluation.corpus.values.variant import BOTH, Slot, World, ways


def _order(world: World, _: Slot) -> str:
    """Such as nobody takes for anything else."""
    random = world.random
    year = random.randrange(2024, 2027)
    long = f"PL-{digits(random, 5)}-{digits(random, 3)}"
    return random.choice([f"ZAM/{year}/{digits(random, 5)}", f"#{digits(random, 6)}", f"ORD-{digits(random, 7)}", long])


def _order_digits(world: World, _: Slot) -> str:
    """Digits alone, which only their word explains."""
    random = world.random
    long = f"{digits(random, 3)}-{digits(random, 7)}-{digits(random, 7)}"
    return random.choice([digits(random, 8), digits(random, 9), digits(random, 10), long])


def _parcel(world: World, _: Slot) -> str:
    random = world.random
    ups = f"1Z{letters(random, 3)}{digits(random, 13)}"
    return random.choice([digits(random, 24), f"00{digits(random, 18)}", ups, digits(random, 13)])


def _invoice(world: World, _: Slot) -> str:
    random = world.random
    year = random.randrange(2024, 2027)
    long = f"FV/{digits(random, 4)}/{random.randrange(1, 13):02}/{year}"
    return random.choice([long, f"FS {digits(random, 3)}/{year}", f"F{year}-{digits(random, 6)}"])


VARIANTS: Final = (
    *ways("ORDER_NUMBER", "order", BOTH, {"with_letters": _order}),
    *ways("ORDER_NUMBER", "order", BOTH, {"digits": _order_digits}, needs_label=True),
    *ways("ORDER_NUMBER", "parcel", BOTH, {"parcel": _parcel}, needs_label=True),
    *ways("ORDER_NUMBER", "invoice", BOTH, {"invoice": _invoice}),
    *ways("HEALTH", "health", BOTH, {"word": lambda world, _: world.pick("health")}),
)


def _price(world: World) -> str:
    random = world.random
    whole, cents = random.choice([random.randrange(5, 200), random.randrange(200, 9000)]), f"{random.randrange(100):02}"
    if world.language == "en":
        return random.choice([f"£{whole}.{cents}", f"${whole}", f"{whole} pounds", f"{whole},{cents} EUR"])
    spaced = f"{whole:,}".replace(",", " ")
    return random.choice([f"{spaced},{cents} zł", f"{whole} zł", f"{whole},{cents}zł", f"{whole} PLN", f"{whole}zl"])


def _date(world: World) -> str:
    when: date = identifiers.day(world.random, 2024, 2026)
    month = (MONTHS if world.language == "pl" else MONTHS_EN)[when.month - 1]
    forms = [f"{when.day} {month}", f"{when:%Y-%m-%d}"]
    polish = [f"{when:%d.%m.%Y}", f"{when:%d.%m}", f"{when.day}.{when.month}.{when.year} r."]
    return world.random.choice(forms + (polish if world.language == "pl" else [f"{when:%d/%m/%Y}"]))


def _time(world: World) -> str:
    hour = str(world.random.randrange(6, 23))
    return world.random.choice([hour, f"{hour}:{world.random.choice(['00', '15', '30', '45'])}"])


def _version(world: World) -> str:
    random = world.random
    three = f"{random.randrange(1, 20)}.{random.randrange(20)}.{random.randrange(400)}"
    return random.choice(
        [three, f"{random.randrange(1, 20)}.{random.randrange(9)}.{random.randrange(9)}.{random.randrange(300)}"]
    )


def _model(world: World) -> str:
    random = world.random
    long = f"{letters(random, 3)}{digits(random, 4)}{letters(random, 2)}"
    named = f"{letters(random, 1)}{digits(random, 2)} {random.choice(['Pro', 'Plus', 'Max', 'Lite'])}"
    return random.choice([long, f"{letters(random, 2)}-{digits(random, 3)}", named])


def _error(world: World) -> str:
    random = world.random
    http = f"HTTP {random.choice([403, 404, 500, 502])}"
    return random.choice(
        [f"E{digits(random, 2)}", f"0x8007{digits(random, 4)}", f"ERR-{digits(random, 4)}", http, digits(random, 4)]
    )


def _ean(world: World) -> str:
    return identifiers.ean(world.random)


def _sku(world: World) -> str:
    return f"{letters(world.random, 2)}-{digits(world.random, 4)}-{letters(world.random, 2)}"


def _name(world: World) -> str:
    """A given name that is a product's."""
    return world.pick("given/f")


def _locker(world: World) -> str:
    return f"{letters(world.random, 3)}{digits(world.random, 2)}{world.random.choice(['M', 'N', 'A', 'BAPP'])}"


_FILLERS: Final[dict[str, Callable[[World], str]]] = {
    "price": _price,
    "date": _date,
    "time": _time,
    "version": _version,
    "model": _model,
    "error": _error,
    "ean": _ean,
    "sku": _sku,
    "locker": _locker,
    "name": _name,
}


def filler(world: World, slot: Slot) -> str:
    """The text of a slot that is not personal."""
    if slot.name == "city":
        forms = world.pick("cities").split("|")
        return forms[("nom", "loc", "gen").index(slot.case)] if len(forms) > 1 else forms[0]
    return _FILLERS[slot.name](world)
