"""What somebody gets to see before a message of theirs is stored: what would be hidden, and the text that stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from okienko.keys import Keys
from okienko.masking.keeping import SENSITIVE
from okienko.masking.kinds import Fate
from okienko.masking.mask import Findings, render
from okienko.values import Language, MaskedText, RawText


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A message that was not stored, as it would be."""

    hidden: Mapping[str, int]  # label → how often
    sensitive: Collection[str]  # labels of what would stay
    text: MaskedText

    def show(self) -> dict[str, Any]:
        """As the answer to whoever sent it."""
        return {"hidden": dict(self.hidden), "sensitive": sorted(self.sensitive), "text": self.text.text}


def preview(
    raw: RawText,
    findings: Findings,
    seen: Collection[str],
    *,
    numbers: Mapping[tuple[str, bytes], int],
    spent: Mapping[str, int] | None = None,
    keys: Keys,
    language: Language,
) -> Preview | None:
    """What the writer should see first; None when there is nothing but kinds of which they have `seen` what happens.

    `numbers` and `spent`: what the conversation has given out, as for `render`. Pure.
    """
    if not asks(findings, seen):
        return None
    hidden = Counter(span.label for span in findings.spans if span.fate is not Fate.KEEP)
    sensitive = {span.label for span in findings.spans} & SENSITIVE
    text = render(raw, findings, numbers, keys, language, spent=spent or {}).text
    return Preview(hidden=hidden, sensitive=sensitive, text=text)


def asks(findings: Findings, seen: Collection[str]) -> bool:
    """Whether there is something to see first."""
    return any(
        span.label not in seen and (span.fate is not Fate.KEEP or span.label in SENSITIVE) for span in findings.spans
    )
