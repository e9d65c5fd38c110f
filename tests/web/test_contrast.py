"""Words can be read: every pair of colours that carries words, in both themes, and any colour a brand may bring."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.web.accent import ON_ACCENT, READABLE, Theme, accent_for, accent_stylesheet, contrast
from okienko.web.assets import STATIC

TOKENS = {
    name: {"light": light, "dark": dark}
    for name, light, dark in re.findall(
        r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", (STATIC / "okienko.css").read_text().split("@media")[0]
    )
}
GROUNDS = ("page", "surface", "sunken")
THEMES: tuple[Theme, ...] = ("light", "dark")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("words", "ground", "least"),
    [
        *[
            (words, ground, READABLE)
            for words in ("ink", "quiet", "accent", "harm", "clock", "done")
            for ground in GROUNDS
        ],
        *[(words, f"{words}-tint", READABLE) for words in ("harm", "clock", "done")],
        *[("ink", f"{tint}-tint", READABLE) for tint in ("harm", "clock", "done", "note")],
        ("quiet", "note-tint", READABLE),
        ("on-accent", "accent", READABLE),
        *[(line, ground, 3.0) for line in ("edge", "focus") for ground in GROUNDS],
    ],
)
def test_tokens_can_be_read(words: str, ground: str, least: float, theme: Theme) -> None:
    assert contrast(TOKENS[words][theme], TOKENS[ground][theme]) >= least


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True), st.sampled_from(THEMES))
def test_any_accent_is_made_readable(colour: str, theme: Theme) -> None:
    accent = accent_for(colour, theme)
    assert contrast(accent, ON_ACCENT[theme]) >= READABLE
    for ground in GROUNDS:
        assert contrast(accent, TOKENS[ground][theme]) >= READABLE


def test_an_accent_that_reads_is_left_alone() -> None:
    assert accent_for("#7a1f3d", "light") == "#7a1f3d"
    assert accent_for("#ffd400", "light") != "#ffd400"
    assert accent_for("#ffd400", "dark") == "#ffd400"


def test_contrast_is_the_standards() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_only_a_colour_becomes_a_stylesheet() -> None:
    with pytest.raises(ValueError, match="#rrggbb"):
        accent_stylesheet("#fff;}")
