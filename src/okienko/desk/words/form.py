"""The two lists as an administrator writes them, one entry a line. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from okienko.masking.kinds import ENTITIES, Fate
from okienko.masking.mask import MaskingFailed, find
from okienko.values import Language, RawText
from okienko.web.i18n import mark

MOST: Final = 200  # entries
SHORTEST: Final = 3  # characters
LONGEST: Final = 120
DEFAULT: Final = "SECRET"
BETWEEN: Final = " = "  # a phrase and what stands instead of it

# A brand may be stricter than the product, never looser: no brand has a card or a password that must stay readable.
NEVER_ALLOWED: Final = frozenset(
    {
        "CREDIT_CARD",
        "SECRET",
        "PL_PESEL",
        "PL_ID_CARD",
        "PASSPORT",
        "DRIVING_LICENCE",
        "US_SSN",
        "UK_NINO",
        "DATE_OF_BIRTH",
    }
)

Why = Literal["short", "long", "many", "never", "kind"]
WHY: Final[Mapping[Why, str]] = {
    "short": mark("an entry has at least 3 characters"),
    "long": mark("an entry has at most 120 characters"),
    "many": mark("200 entries are the most"),
    "never": mark("passwords, cards and documents are always hidden"),
    "kind": mark("there is no such kind of data"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An entry that cannot be saved."""

    entry: str
    why: Why


def read_allowed(text: str) -> tuple[list[str], list[Problem]]:
    """What is never masked, and what is wrong with it."""
    entries, problems = _read_lines(text)
    for entry in entries:
        try:
            found = {span.label for span in find(RawText(entry)).spans}
        except MaskingFailed:
            found = set[str]()
        if found & NEVER_ALLOWED:
            problems.append(Problem(entry=entry, why="never"))
    return entries, problems


def read_denied(text: str) -> tuple[list[tuple[str, str]], list[Problem]]:
    """What is always masked, as (label, phrase), and what is wrong with it: `phrase`, or `phrase = kind`."""
    lines, problems = _read_lines(text)
    denied: list[tuple[str, str]] = []
    for line in lines:
        phrase, between, kind = line.rpartition(BETWEEN)
        label = _KINDS.get(kind.strip().lower()) if between else DEFAULT
        if label is None:
            problems.append(Problem(entry=line, why="kind"))
        else:
            denied.append((label, phrase.strip() if between else line))
    return denied, problems


def write_denied(denied: Sequence[tuple[str, str]], language: Language) -> str:
    """The list as it is edited."""
    return "\n".join(
        phrase if label == DEFAULT else f"{phrase}{BETWEEN}{ENTITIES[label].word(language)}" for label, phrase in denied
    )


def kinds(language: Language) -> list[str]:
    """The words for kinds that may stand behind a phrase."""
    return [entity.word(language) for entity in ENTITIES.values() if entity.fate is not Fate.KEEP]


_KINDS: Final = {
    word.lower(): entity.label
    for entity in ENTITIES.values()
    if entity.fate is not Fate.KEEP
    for word in (entity.label, entity.en, entity.pl)
}


def _read_lines(text: str) -> tuple[list[str], list[Problem]]:
    entries = list(dict.fromkeys(entry for line in text.splitlines() if (entry := " ".join(line.split()))))
    problems = [Problem(entry=entry, why="short") for entry in entries if len(entry) < SHORTEST]
    problems += [Problem(entry=entry[:LONGEST], why="long") for entry in entries if len(entry) > LONGEST]
    problems += [Problem(entry=entry, why="many") for entry in entries[MOST : MOST + 1]]
    return entries, problems
