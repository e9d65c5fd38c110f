"""Postal addresses: Polish, British, American."""

from __future__ import annotations

from random import Random
from typing import Final

from okienko.evaluation.corpus.identifiers import digits, letters
from okienko.evaluation.corpus.values.variant import EN, PL, Pieces, Slot, World, plain_letters, ways


def _postcode(random: Random) -> str:
    return f"{random.randrange(100):02}-{random.randrange(1000):03}"


def _city(world: World) -> str:
    return world.pick("cities").split("|")[0]


def _street(world: World, *, locative: bool = False) -> str:
    if world.random.random() < 0.5:
        street = world.pick("streets/adjective")
        return f"{street[:-1]}ej" if locative else street
    return world.pick("streets/genitive")


def _house(world: World) -> str:
    random = world.random
    number = f"{random.randrange(1, 180)}{random.choice(['', '', '', 'A', 'b', 'C'])}"
    flat = str(random.randrange(1, 90))
    return random.choice(
        [number, f"{number}/{flat}", f"{number}/{flat}", f"{number} m. {flat}", f"{number} lok. {flat}"]
    )


def _town(world: World) -> str:
    return world.random.choice([", {} {}", " {} {}", "\n{} {}"]).format(_postcode(world.random), _city(world))


def _line(world: World, _: Slot) -> str:
    return f"{world.random.choice(['ul. ', 'ulica ', 'ul '])}{_street(world)} {_house(world)}"


def _full(world: World, slot: Slot) -> str:
    return _line(world, slot) + _town(world)


def _estate(world: World, _: Slot) -> str:
    return f"{world.random.choice(['os.', 'osiedle', 'os'])} {world.pick('estates')} {_house(world)}"


def _avenue(world: World, _: Slot) -> str:
    return f"{world.random.choice(['al.', 'aleja', 'Al.'])} {world.pick('streets/genitive')} {_house(world)}"


def _square(world: World, _: Slot) -> str:
    return f"{world.random.choice(['pl.', 'plac'])} {world.pick('streets/genitive')} {_house(world)}"


def _flat(world: World, _: Slot) -> str:
    random = world.random
    number = random.randrange(1, 99)
    tail = random.choice(
        [f"/D{random.randrange(1, 9)}", f" m {number}", f" mieszkanie {number}", f"A klatka II m. {number}"]
    )
    return f"ul. {_street(world)} {random.randrange(1, 99)}{tail}"


def _village(world: World, _: Slot) -> str:
    house = f"{world.random.randrange(1, 200)}{world.random.choice(['', 'A'])}"
    return f"{world.pick('villages')} {house}, {_postcode(world.random)} {world.pick('villages')}"


def _no_prefix(world: World, _: Slot) -> str:
    return f"{_street(world)} {_house(world)}{_town(world)}"


def _no_prefix_no_town(world: World, _: Slot) -> str:
    return f"{_street(world)} {world.random.randrange(1, 90)}/{world.random.randrange(1, 60)}"


def _town_first(world: World, slot: Slot) -> str:
    return f"{_postcode(world.random)} {_city(world)}, {_line(world, slot)}"


def _glued(world: World, _: Slot) -> str:
    return f"ul.{_street(world)}{world.random.randrange(1, 99)}/{world.random.randrange(1, 60)}"


def _box(world: World, _: Slot) -> str:
    word = world.random.choice(["skr. poczt.", "skrytka pocztowa", "skr. pocztowa"])
    return f"{word} {world.random.randrange(1, 300)}, {_postcode(world.random)} {_city(world)}"


def _locative(world: World, _: Slot) -> Pieces:
    before, word = world.random.choice([("przy ", ""), ("na ", ""), ("przy ", "ul. "), ("na ", "ulicy ")])
    return (before, None), (f"{word}{_street(world, locative=True)} {_house(world)}", "ADDRESS")


def _postcode_uk(random: Random) -> str:
    area = random.choice(["LS", "M", "BS", "YO", "SE", "E", "NR", "CF", "G", "EH", "SW"])
    return f"{area}{random.randrange(1, 30)} {random.randrange(1, 10)}{letters(random, 2, 'ABDEFGHJLNPQRSTUWXYZ')}"


def _uk_street(world: World, _: Slot) -> str:
    return f"{world.random.randrange(1, 150)} {world.pick('streets/uk')}"


def _uk(world: World, slot: Slot) -> str:
    return f"{_uk_street(world, slot)}, {world.pick('cities/uk')} {_postcode_uk(world.random)}"


def _us_street(world: World, _: Slot) -> str:
    return f"{world.random.randrange(10, 9900)} {world.pick('streets/us')}"


def _us_town(world: World) -> str:
    return f"{world.pick('cities/us')} {digits(world.random, 5)}"


def _us(world: World, slot: Slot) -> str:
    return f"{_us_street(world, slot)}, {_us_town(world)}"


def _us_apartment(world: World, slot: Slot) -> str:
    flat = f"{world.random.choice(['Apt ', 'Unit ', 'Suite ', '#'])}{world.random.randrange(1, 40)}"
    return f"{_us_street(world, slot)}, {flat}{world.random.choice(['', 'B'])}, {_us_town(world)}"


def _us_box(world: World, _: Slot) -> str:
    return f"{world.random.choice(['P.O. Box', 'PO Box'])} {world.random.randrange(1, 3000)}, {_us_town(world)}"


def _either(world: World, slot: Slot) -> str:
    return world.random.choice([_uk, _us])(world, slot)


VARIANTS: Final = (
    *ways("ADDRESS", "address", PL, {"full": _full, "street": _line, "village": _village}, cases=("nom",), weight=2),
    *ways(
        "ADDRESS",
        "address",
        PL,
        {
            "no_prefix": _no_prefix,
            "no_prefix_no_town": _no_prefix_no_town,
            "flat": _flat,
            "estate": _estate,
            "avenue": _avenue,
            "square": _square,
            "postcode_town": _town_first,
            "lower": lambda world, slot: _full(world, slot).lower(),
            "upper": lambda world, slot: _full(world, slot).upper(),
            "no_diacritics": lambda world, slot: plain_letters(_full(world, slot)),
            "glued": _glued,
            "box": _box,
        },
        cases=("nom",),
    ),
    *ways("ADDRESS", "address", PL, {"locative": _locative}, cases=("loc",), weight=2),
    *ways("POSTAL_CODE", "postcode", PL, {"polish": lambda world, _: _postcode(world.random)}),
    *ways("ADDRESS", "address", EN, {"uk_full": _uk, "us_full": _us}, weight=2),
    *ways(
        "ADDRESS",
        "address",
        EN,
        {
            "uk_street": _uk_street,
            "uk_flat": lambda world, slot: f"Flat {world.random.randrange(1, 40)}, {_uk(world, slot)}",
            "us_street": _us_street,
            "us_apartment": _us_apartment,
            "multi_line": lambda world, slot: _either(world, slot).replace(", ", "\n"),
            "us_box": _us_box,
            "lower": lambda world, slot: _either(world, slot).lower(),
        },
    ),
    *ways("POSTAL_CODE", "postcode", EN, {"british": lambda world, _: _postcode_uk(world.random)}),
    *ways(
        "POSTAL_CODE",
        "postcode",
        EN,
        {"american": lambda world, _: f"{digits(world.random, 5)}-{digits(world.random, 4)}"},
        needs_label=True,
    ),
)
