"""Lines from which the bot learns, written or imported at the desk: masked; what is hidden is kept nowhere. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from okienko.keys import Keys
from okienko.masking.mask import MaskingFailed, mask
from okienko.values import Brand, Language, MaskedText, RawText

# What masking takes out of such a line is kept nowhere, so it never has to be found again.
_NOBODY: Final = Keys(operator=bytes(32), index=bytes(32))


def mask_lines(
    lines: Iterable[str], language: Language, brand: Brand | None = None, *, longest: int
) -> tuple[MaskedText, ...]:
    """The lines without personal data, each once. One that cannot be masked is left out.

    Without a brand nothing is exempt. A placeholder may be longer than what it hides: what is longer than `longest`
    characters is cut.
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
        masked.setdefault(text[:longest].strip())
    return tuple(MaskedText(text) for text in masked if text)
