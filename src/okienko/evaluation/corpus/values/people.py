"""People: Polish names in seven cases, English names, and how carelessly both are written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from okienko.evaluation.corpus.inflect import Case, Gender, decline_given, decline_surname
from okienko.evaluation.corpus.values.variant import EN, PL, Pieces, Slot, Variant, World, plain_letters, ways

_OBLIQUE: Final[tuple[Case, ...]] = ("gen", "dat", "acc", "ins", "loc")
_CASES: Final[dict[str, Case]] = {
    "nominative": "nom",
    "genitive": "gen",
    "dative": "dat",
    "accusative": "acc",
    "instrumental": "ins",
    "locative": "loc",
}


def _gender(world: World, slot: Slot) -> Gender:
    return slot.gender or world.random.choice(("f", "m"))


def _polish(world: World, slot: Slot) -> tuple[str, str]:
    gender = _gender(world, slot)
    given = decline_given(world.pick(f"given/{gender}"), gender, slot.case)
    return given, decline_surname(world.pick("surnames"), gender, slot.case)


def _full(world: World, slot: Slot) -> str:
    return " ".join(_polish(world, slot))


def _given(world: World, slot: Slot) -> str:
    return _polish(world, slot)[0]


def _surname(world: World, slot: Slot) -> str:
    return _polish(world, slot)[1]


def _initial(world: World, slot: Slot) -> str:
    given, surname = _polish(world, slot)
    return world.random.choice([f"{given[0]}. {surname}", f"{given[0]}.{surname}", f"{given} {surname[0]}."])


def _reversed(world: World, slot: Slot) -> str:
    given, surname = _polish(world, slot)
    return world.random.choice([f"{surname} {given}", f"{surname}, {given}"])


def _hyphenated(world: World, slot: Slot) -> str:
    given = decline_given(world.pick("given/f"), "f", slot.case)
    both = f"{world.pick('surnames')}-{world.pick('surnames')}"
    return f"{given} {decline_surname(both, 'f', slot.case)}"


def _two_names(world: World, slot: Slot) -> str:
    gender = _gender(world, slot)
    given, second = (decline_given(world.pick(f"given/{gender}"), gender, slot.case) for _ in range(2))
    return f"{given} {second} {decline_surname(world.pick('surnames'), gender, slot.case)}"


def _unknown(world: World, slot: Slot) -> str:
    """A surname that is in no list."""
    gender = _gender(world, slot)
    given = decline_given(world.pick(f"given/{gender}"), gender, slot.case)
    surname = decline_surname(world.pick("unknown"), gender, slot.case)
    return f"{given} {surname}" if slot.name == "person" else surname


def _foreign(world: World, _: Slot) -> str:
    return world.pick("foreign").replace("|", " ")


def _english_given(world: World, _: Slot) -> str:
    return world.pick(f"given/{world.random.choice('fm')}")


def _english_surname(world: World, _: Slot) -> str:
    return world.pick("surnames")


def _english(world: World, slot: Slot) -> str:
    return f"{_english_given(world, slot)} {world.pick('surnames')}"


def _english_initial(world: World, slot: Slot) -> str:
    given, surname = _english_given(world, slot), world.pick("surnames")
    return world.random.choice([f"{given[0]}. {surname}", f"{given} {surname[0]}.", f"{given} J. {surname}"])


def _possessive(world: World, slot: Slot) -> Pieces:
    name = world.random.choice([_english, _english_given])(world, slot)
    return (name, "PERSON"), ("'s", None)


def _variants() -> Iterator[Variant]:
    for name, case in _CASES.items():
        yield from ways("PERSON", "person", PL, {name: _full}, cases=(case,), weight=4)
    yield from ways("PERSON", "person", PL, {"initial": _initial, "foreign": _foreign}, cases=("nom",))
    yield from ways("PERSON", "person", PL, {"reversed": _reversed}, cases=("nom", "gen", "acc"))
    yield from ways(
        "PERSON",
        "person",
        PL,
        {
            "hyphenated": _hyphenated,
            "two_names": _two_names,
            "upper": lambda world, slot: _full(world, slot).upper(),
            "no_diacritics": lambda world, slot: plain_letters(_full(world, slot)),
            "lower_no_diacritics": lambda world, slot: plain_letters(_full(world, slot).lower()),
        },
    )
    yield from ways(
        "PERSON",
        "person",
        PL,
        {"unknown_surname": _unknown, "lower": lambda world, slot: _full(world, slot).lower()},
        weight=2,
    )
    yield from ways("PERSON", "given", PL, {"given": _given}, cases=("nom",), weight=2)
    yield from ways("PERSON", "given", PL, {"given_inflected": _given}, cases=_OBLIQUE, weight=2)
    yield from ways("PERSON", "given", PL, {"given_vocative": _given}, cases=("voc",), weight=2)
    yield from ways("PERSON", "given", PL, {"given_lower": lambda world, slot: _given(world, slot).lower()})
    yield from ways("PERSON", "surname", PL, {"surname": _surname}, cases=("nom",), weight=2)
    yield from ways("PERSON", "surname", PL, {"surname_inflected": _surname}, cases=_OBLIQUE, weight=3)
    yield from ways(
        "PERSON",
        "surname",
        PL,
        {"surname_lower": lambda world, slot: _surname(world, slot).lower(), "surname_unknown": _unknown},
    )
    yield from ways("PERSON", "person", EN, {"full": _english}, weight=4)
    yield from ways(
        "PERSON",
        "person",
        EN,
        {
            "initial": _english_initial,
            "reversed": lambda world, slot: f"{world.pick('surnames')}, {_english_given(world, slot)}",
            "particle": lambda world, slot: f"{_english_given(world, slot)} {world.pick('particles')}",
            "hyphenated": lambda world, slot: f"{_english(world, slot)}-{world.pick('surnames')}",
            "two_names": lambda world, slot: f"{_english_given(world, slot)} {_english(world, slot)}",
            "upper": lambda world, slot: _english(world, slot).upper(),
        },
    )
    yield from ways("PERSON", "person", EN, {"lower": lambda world, slot: _english(world, slot).lower()}, weight=2)
    yield from ways("PERSON", "given", EN, {"given": _english_given}, weight=2)
    yield from ways("PERSON", "given", EN, {"given_lower": lambda world, slot: _english_given(world, slot).lower()})
    yield from ways("PERSON", "surname", EN, {"surname": _english_surname}, weight=2)
    yield from ways(
        "PERSON", "surname", EN, {"surname_lower": lambda world, slot: _english_surname(world, slot).lower()}
    )
    yield from ways("PERSON", "possessive", EN, {"possessive": _possessive}, weight=2)


VARIANTS: Final = tuple(_variants())
