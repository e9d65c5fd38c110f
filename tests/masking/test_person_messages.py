"""Names in messages as customers write them: `messages/persons.txt` holds some, `messages/nobody.txt` none.

A line that begins with `?` says what is wanted and not reached; it fails here on the day it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from okienko.masking.detectors import person
from okienko.masking.mask import find
from okienko.masking.panel import Panel
from okienko.values import RawText

DETECTORS = Panel((person.DETECTOR,))


def lines(file: str) -> Iterator[ParameterSet]:
    for line in (Path(__file__).parent / "messages" / file).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            text = line.removeprefix("? ").replace("\\n", "\n")
            marks = (pytest.mark.xfail(strict=True),) if line.startswith("? ") else ()
            yield pytest.param(text, id=line[:60], marks=marks)


def masked(text: str) -> str:
    """The text with `_` for each character that is found to belong to a name."""
    signs = list(text)
    for span in find(RawText(text), detectors=DETECTORS).spans:
        signs[span.start : span.end] = "_" * (span.end - span.start)
    return "".join(signs)


@pytest.mark.parametrize("marked", list(lines("persons.txt")))
def test_no_letter_of_a_name_is_left_and_nothing_else_is_masked(marked: str) -> None:
    text = re.sub(r"[{}]", "", marked)
    wanted = re.sub(r"\{(.*?)\}", lambda name: "_" * len(name[1]), marked)
    letters = re.compile(r"[^\W\d_]")
    assert letters.findall(masked(text)) == letters.findall(wanted)


@pytest.mark.parametrize("text", list(lines("nobody.txt")))
def test_nobody_is_found_where_nobody_is_named(text: str) -> None:
    assert masked(text) == text
