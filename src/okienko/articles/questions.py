"""Example questions: how customers ask for an article, one a line and masked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from okienko.masking.lines import mask_lines
from okienko.values import Brand, Language, MaskedText

MOST: Final = 50  # of an article in one language
LONGEST: Final = 300  # characters


def split_questions(text: str) -> tuple[str, ...]:
    """The lines of a text without surplus spaces, each once and in order."""
    return tuple(dict.fromkeys(line for written in text.splitlines() if (line := " ".join(written.split()))))


def mask_questions(lines: Iterable[str], language: Language, brand: Brand | None = None) -> tuple[MaskedText, ...]:
    """The questions without personal data, each once. One that cannot be masked is left out.

    Without a brand nothing is exempt. A placeholder may be longer than what it hides: what is too long is cut.
    """
    return mask_lines(lines, language, brand, longest=LONGEST)


def write_questions(questions: Sequence[MaskedText] | Sequence[str]) -> str:
    """As they are edited: one a line, each once."""
    return "\n".join(dict.fromkeys(map(str, questions)))
