"""Example questions: how customers ask for an article, one a line and masked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from okienko.keys import Keys
from okienko.masking.mask import MaskingFailed, mask
from okienko.values import Brand, Language, MaskedText, RawText

MOST: Final = 50  # of an article in one language
LONGEST: Final = 300  # characters

# What masking takes out of an example question is kept nowhere, so it never has to be found again.
_NOBODY: Final = Keys(operator=bytes(32), index=bytes(32))


def split_questions(text: str) -> tuple[str, ...]:
    """The lines of a text without surplus spaces, each once and in order."""
    return tuple(dict.fromkeys(line for written in text.splitlines() if (line := " ".join(written.split()))))


def mask_questions(lines: Iterable[str], language: Language, brand: Brand | None = None) -> tuple[MaskedText, ...]:
    """The questions without personal data, each once. One that cannot be masked is left out.

    Without a brand nothing is exempt. A placeholder may be longer than what it hides: what is too long is cut.
    """
    masked: dict[str, None] = {}
    for line in lines:
        try:
            text = mask(
                RawText(line),
                keys=_NOBODY,
                language=language,
                allowed=brand.allowed if brand else (),
                denied=brand.denied if brand else (),
            ).text.text
        except MaskingFailed:
            continue
        masked.setdefault(text[:LONGEST].strip())
    return tuple(MaskedText(text) for text in masked if text)


def write_questions(questions: Sequence[MaskedText] | Sequence[str]) -> str:
    """As they are edited: one a line, each once."""
    return "\n".join(dict.fromkeys(map(str, questions)))
