"""Messages from parts: for every way to write every kind a few, then mistyped ones, then those with nothing in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final, Literal

from okienko.evaluation.corpus.inflect import CASES, Case
from okienko.evaluation.corpus.noise import NOISES, add_noise
from okienko.evaluation.corpus.parts import Half, read_parts
from okienko.evaluation.corpus.values import VARIANTS
from okienko.evaluation.corpus.values.kept import filler
from okienko.evaluation.corpus.values.variant import Pieces, Slot, Variant, World
from okienko.evaluation.messages import Message, Span
from okienko.values import Language

Part = Literal["clean", "noisy", "negative"]
PARTS: Final[tuple[Part, ...]] = ("clean", "noisy", "negative")

SEED: Final = 20260101
A_LANE: Final[Mapping[Half, int]] = {"seen": 14, "unseen": 10}  # messages, times the lane's weight
A_NOISE: Final[Mapping[Half, int]] = {"seen": 40, "unseen": 24}  # of each language
A_NEGATIVE: Final = 4  # from each line without personal data; half as many where nothing varies

_SLOT: Final = re.compile(r"\{([a-z]*)((?::[a-z]+)*)(!?)\}")
_SLOPPY: Final = 0.15


def generate(half: Half, part: Part) -> tuple[Message, ...]:
    """The built-in messages of one half, always the same."""
    made: list[Message] = []
    for language in ("pl", "en"):
        world = World(
            random=Random(f"{SEED} {half} {part} {language}"),  # noqa: S311 - has to be the same every time
            parts=read_parts(language, half),
            language=language,
        )
        maker = {"clean": _clean, "noisy": _noisy, "negative": _negative}[part]
        for number, (text, spans, lane) in enumerate(maker(world, half)):
            name = f"{language}-{part}-{half}-{number:05}"
            made.append(Message(id=name, text=text, spans=spans, lane=lane, language=language))
    return tuple(made)


Draft = tuple[str, tuple[Span, ...], str]


def _clean(world: World, half: Half) -> Iterator[Draft]:
    for variant in VARIANTS:
        if world.language in variant.languages:
            for _ in range(A_LANE[half] * variant.weight):
                yield _write(world, variant)


def _noisy(world: World, half: Half) -> Iterator[Draft]:
    # Noise is about typing: values that are disguised or broken on purpose stay out of it.
    variants = [
        variant
        for variant in VARIANTS
        if world.language in variant.languages
        and not re.search("width|check|missing|encoded|entity|homoglyph|upper|lower|diacritics|confused", variant.name)
    ]
    for name in NOISES:
        if world.language == "en" and name in {"no_diacritics", "decomposed"}:
            continue  # changes nothing
        for _ in range(A_NOISE[half]):
            # A person or an address every other time: noise hits words most.
            named = [variant for variant in variants if variant.label in {"PERSON", "ADDRESS"}]
            text, spans, _ = _write(world, world.random.choice(named if world.random.random() < 0.5 else variants))
            text, spans = add_noise(world.random, text, spans, name)
            yield text, spans, f"noise/{name}"


def _negative(world: World, half: Half) -> Iterator[Draft]:
    seen: set[str] = set()
    for section, lines in world.parts.items():
        if section.startswith("negatives/"):
            for line in lines:
                for _ in range(A_NEGATIVE if _SLOT.search(line) else A_NEGATIVE // 2):
                    text, spans = _frame(world, *_fill(world, line, {}))
                    if text not in seen:
                        seen.add(text)
                        yield text, spans, f"neg/{section.removeprefix('negatives/')}"


def _write(world: World, variant: Variant) -> Draft:
    direct, generic = _carriers(variant, tuple(world.parts["carriers"]))
    phrases = [
        phrase
        for phrase in world.parts.get(f"phrases/{variant.topic}", ())
        if variant.fits(Slot(name=variant.slots[0], labelled=phrase.endswith("!")))
    ]
    if direct and (not phrases or world.random.random() < 0.6):
        carrier = world.random.choice(direct)
    elif phrases:
        carrier = world.random.choice(generic)
    else:
        raise LookupError(f"nothing to say {variant.lane} with")
    text, spans = _frame(world, *_fill(world, carrier, {"variant": variant}))
    return text, spans, variant.lane


@cache
def _carriers(variant: Variant, carriers: tuple[str, ...]) -> tuple[Sequence[str], Sequence[str]]:
    """Carriers with a slot for the variant, and those that take any phrase."""
    direct = [line for line in carriers if any(variant.fits(_slot(found)) for found in _SLOT.finditer(line))]
    return direct, [line for line in carriers if "{x}" in line]


def _slot(found: re.Match[str]) -> Slot:
    name, arguments, labelled = found.groups()
    chosen = arguments.split(":")[1:]
    cases: list[Case] = [case for case in CASES if case in chosen]
    gender = "f" if "f" in chosen else "m" if "m" in chosen else None
    return Slot(name=name, labelled=bool(labelled), case=cases[0] if cases else "nom", gender=gender)


@dataclass(slots=True)
class _Text:
    """A message that is being written."""

    text: str
    spans: list[Span]

    def add(self, value: str | Pieces, variant: Variant) -> None:
        for text, label in ((value, variant.label),) if isinstance(value, str) else value:
            if label is not None:
                lane = variant.lane if label == variant.label else f"{label}/beside"
                end = len(self.text) + len(text)
                self.spans.append(Span(start=len(self.text), end=end, label=label, lane=lane))
            self.text += text


def _fill(world: World, line: str, wanted: dict[str, Variant]) -> tuple[str, tuple[Span, ...]]:
    """A line with all its slots filled; `wanted` is put into the first slot that takes it."""
    made = _Text("", [])
    at = 0
    variant = wanted.get("variant")
    for found in _SLOT.finditer(line):
        made.text += line[at : found.start()]
        at = found.end()
        slot = _slot(found)
        if slot.name == "x":
            phrases = _phrases(world, variant)
            if phrases and variant is not None:
                chosen, variant = variant, None
            else:
                chosen = _any_phrased(world)
                phrases = _phrases(world, chosen)
            phrase = world.random.choice(phrases)
            before, _, after = phrase.removesuffix("!").partition("{}")
            made.text += before
            made.add(chosen.make(world, Slot(name=chosen.slots[0], labelled=phrase.endswith("!"))), chosen)
            made.text += after
        elif variant is not None and variant.fits(slot):
            made.add(variant.make(world, slot), variant)
            variant = None
        else:
            fitting = _fitting(slot, world.language)
            if fitting:
                chosen = world.random.choices(fitting, [one.weight for one in fitting])[0]
                made.add(chosen.make(world, slot), chosen)
            else:
                made.text += filler(world, slot)
    made.text += line[at:]
    return made.text, tuple(made.spans)


def _phrases(world: World, variant: Variant | None) -> list[str]:
    if variant is None:
        return []
    return [
        phrase
        for phrase in world.parts.get(f"phrases/{variant.topic}", ())
        if variant.fits(Slot(name=variant.slots[0], labelled=phrase.endswith("!")))
    ]


def _any_phrased(world: World) -> Variant:
    while True:
        variant = world.random.choice(VARIANTS)
        if world.language in variant.languages and _phrases(world, variant):
            return variant


@cache
def _fitting(slot: Slot, language: Language) -> Sequence[Variant]:
    return [variant for variant in VARIANTS if language in variant.languages and variant.fits(slot)]


def _frame(world: World, text: str, spans: tuple[Span, ...]) -> tuple[str, tuple[Span, ...]]:
    """With an opening or a closing, or none; sometimes the first letter is small."""
    random = world.random
    if random.random() < _SLOPPY and text[1:2].islower() and not (spans and spans[0].start == 0):
        text = text[:1].lower() + text[1:]
    if random.random() < 0.45:
        opening = world.pick("openings") + random.choice([" ", " ", "\n"])
        text = opening + text
        spans = tuple(
            Span(start=span.start + len(opening), end=span.end + len(opening), label=span.label, lane=span.lane)
            for span in spans
        )
    if random.random() < 0.4:
        text += random.choice([" ", "\n"]) + world.pick("closings")
    return text, spans
