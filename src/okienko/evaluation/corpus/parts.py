"""The parts that messages are made of: read from `pl.txt` and `en.txt`, and split into a seen and an unseen half.

Who writes detectors looks at the seen half only. A part belongs to a half by a hash of itself, so that adding lines
moves none; a message is made of parts of one half.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Final, Literal

from okienko.values import Language

Half = Literal["seen", "unseen"]
HALVES: Final[tuple[Half, ...]] = ("seen", "unseen")
Parts = Mapping[str, Sequence[str]]  # the lines, or the words, of each section

_WORDS: Final = ("cities", "estates", "foreign", "given", "particles", "streets", "surnames", "unknown", "villages")
# Labels, public words, greetings: the same in both halves.
_SHARED: Final = ("cities", "closings", "health", "openings", "phrases")


@cache
def read_parts(language: Language, half: Half) -> Parts:
    """Sections by name. `_` in a list of words stands for a space, `\\n` in a line for a new one."""
    sections: dict[str, list[str]] = {}
    name = ""
    for line in (files("okienko.evaluation.corpus") / f"{language}.txt").read_text("utf-8").splitlines():
        if line.startswith("[") and line.endswith("]") and " " not in line:
            name = line[1:-1]
            sections[name] = []
        elif line and not line.startswith("#"):
            room = name.split("/")[0]
            items = [word.replace("_", " ") for word in line.split()] if room in _WORDS else [line.replace("\\n", "\n")]
            sections[name] += [item for item in items if room in _SHARED or is_unseen(item) == (half == "unseen")]
    return sections


def is_unseen(part: str) -> bool:
    """Whether a part belongs to the third that nobody looks at."""
    return int.from_bytes(blake2b(part.encode(), digest_size=8).digest()) % 3 == 0
