"""A way to write a kind, the slot that it fills, and the disguises that several kinds share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from okienko.evaluation.corpus.inflect import Case, Gender
from okienko.evaluation.corpus.parts import Parts
from okienko.values import Language

Pieces = tuple[tuple[str, str | None], ...]  # texts, each with its label, or with none where nothing is personal

PL: Final[tuple[Language, ...]] = ("pl",)
EN: Final[tuple[Language, ...]] = ("en",)
BOTH: Final[tuple[Language, ...]] = ("pl", "en")

_FULL_WIDTH: Final = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_TWINS: Final = str.maketrans("aeopcxyAEKMHOPCTX", "аеорсхуАЕКМНОРСТХ")
_PLAIN: Final = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzACELNOSZZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """`{person:gen:f}` in a carrier; `labelled` when the kind's own word stands before it (`{pesel!}`)."""

    name: str
    labelled: bool = False
    case: Case = "nom"
    gender: Gender | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Chance, and the parts of one half and language."""

    random: Random
    parts: Parts
    language: Language

    def pick(self, section: str) -> str:
        """A line or word of a section."""
        return self.random.choice(self.parts[section])


Make = Callable[[World, Slot], str | Pieces]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to write one kind. `topic` is the kind, or its part (`SECRET/pin`); `needs_label` when without its word
    nobody could know what it is; `weight` says how many more messages it gets than others."""

    topic: str
    name: str
    make: Make
    slots: tuple[str, ...]
    languages: tuple[Language, ...]
    cases: tuple[Case, ...]  # all, when empty
    needs_label: bool
    weight: int

    @property
    def label(self) -> str:
        """One of the masking's kinds."""
        return self.topic.split("/")[0]

    @property
    def lane(self) -> str:
        """Its name in the report."""
        return f"{self.label}/{self.name}"

    def fits(self, slot: Slot) -> bool:
        """Whether it may stand there."""
        return (
            slot.name in self.slots
            and (slot.labelled or not self.needs_label)
            and (not self.cases or slot.case in self.cases)
        )


def ways(
    topic: str,
    slots: str,
    languages: tuple[Language, ...],
    makes: Mapping[str, Make],
    *,
    cases: tuple[Case, ...] = (),
    needs_label: bool = False,
    weight: int = 1,
) -> Iterator[Variant]:
    """Variants of one topic that share all but their name and their maker."""
    for name, make in makes.items():
        yield Variant(
            topic=topic,
            name=name,
            make=make,
            slots=tuple(slots.split()),
            languages=languages,
            cases=cases,
            needs_label=needs_label,
            weight=weight,
        )


def plain_letters(text: str) -> str:
    """Without Polish marks."""
    return text.translate(_PLAIN)


def full_width(text: str) -> str:
    """In the wide signs of East Asian keyboards."""
    return text.translate(_FULL_WIDTH)


def zero_width(random: Random, text: str) -> str:
    """With one or two zero-width signs inside."""
    for _ in range(random.randint(1, 2)):
        at = random.randrange(1, len(text))
        text = text[:at] + random.choice("\u200b\u200c\u200d\u2060\ufeff") + text[at:]
    return text


def twins(random: Random, text: str) -> str:
    """Some Latin letters are Cyrillic ones of the same look, and some stay."""
    hidden = "".join(sign.translate(_TWINS) if random.random() < 0.4 else sign for sign in text)
    return hidden if hidden != text else text[:-1] + text[-1].translate(_TWINS)


def grouped(number: str, sizes: tuple[int, ...], mark: str) -> str:
    """The number in groups; what is left over is the last."""
    pieces: list[str] = []
    for size in sizes:
        pieces.append(number[:size])
        number = number[size:]
    return mark.join([*pieces, number] if number else pieces)
