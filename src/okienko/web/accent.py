"""A brand's one colour, corrected where it could not be read.

Contrast is WCAG 2.2's: relative luminance of linear sRGB, (lighter + 0.05) / (darker + 0.05).
"""

from __future__ import annotations

import re
from typing import Final, Literal

Theme = Literal["light", "dark"]
READABLE: Final = 4.5

# The hardest surface of okienko.css that an accent is read on, and the colour of words on the accent itself.
_SURFACE: Final[dict[Theme, str]] = {"light": "#f3f0eb", "dark": "#2b2926"}
ON_ACCENT: Final[dict[Theme, str]] = {"light": "#ffffff", "dark": "#171614"}
_TOWARDS: Final[dict[Theme, str]] = {"light": "#000000", "dark": "#ffffff"}


def _channels(hex_colour: str) -> tuple[int, int, int]:
    if not re.fullmatch(r"#[0-9a-f]{6}", hex_colour):
        raise ValueError("a colour is written as #rrggbb")
    return int(hex_colour[1:3], 16), int(hex_colour[3:5], 16), int(hex_colour[5:7], 16)


def _luminance(hex_colour: str) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in _channels(hex_colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def accent_for(hex_colour: str, theme: Theme) -> str:
    """The colour itself, or the nearest mix with black (with white in the dark) that reads at 4.5:1.

    Both as words on every surface of the theme and as the ground of a button's words.
    """
    start, end = _channels(hex_colour), _channels(_TOWARDS[theme])
    for percent in range(101):
        mixed = "#" + "".join(f"{a + (b - a) * percent // 100:02x}" for a, b in zip(start, end, strict=True))
        if contrast(mixed, _SURFACE[theme]) >= READABLE and contrast(mixed, ON_ACCENT[theme]) >= READABLE:
            return mixed
    raise AssertionError("black and white always read")


def accent_stylesheet(hex_colour: str) -> str:
    """The brand's colour as a stylesheet of its own: the security policy allows no inline style."""
    light, dark = accent_for(hex_colour, "light"), accent_for(hex_colour, "dark")
    return f":root {{ --accent: light-dark({light}, {dark}); }}\n"
