"""How people mistype: each kind of noise changes a message and moves its spans along."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from random import Random
from typing import Final

from okienko.evaluation.corpus.values.variant import plain_letters
from okienko.evaluation.messages import Span

_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS: Final = {
    sign: "".join(row[max(0, at - 1) : at] + row[at + 1 : at + 2]) for row in _ROWS for at, sign in enumerate(row)
}
_RATE: Final = 0.04  # of letters: about two a line


def _no_diacritics(random: Random, text: str) -> list[str]:
    return list(plain_letters(text))


def _swapped(random: Random, text: str) -> list[str]:
    signs = list(text)
    at = 0
    while at + 1 < len(signs):
        if text[at].isalpha() and text[at + 1].isalpha() and random.random() < _RATE:
            signs[at], signs[at + 1] = signs[at + 1], signs[at]
            at += 1
        at += 1
    return signs


def _doubled(random: Random, text: str) -> list[str]:
    return [sign * 2 if sign.isalpha() and random.random() < _RATE else sign for sign in text]


def _dropped(random: Random, text: str) -> list[str]:
    return ["" if sign.isalpha() and random.random() < _RATE else sign for sign in text]


def _glued(random: Random, text: str) -> list[str]:
    return ["" if sign == " " and random.random() < 0.15 else sign for sign in text]


def _any_case(random: Random, text: str) -> list[str]:
    return [sign.swapcase() if random.random() < 0.1 and len(sign.swapcase()) == 1 else sign for sign in text]


def _all_lower(random: Random, text: str) -> list[str]:
    return [sign.lower() for sign in text]


def _all_upper(random: Random, text: str) -> list[str]:
    return [sign.upper() for sign in text]


def _fat_fingers(random: Random, text: str) -> list[str]:
    return [
        random.choice(_NEIGHBOURS[sign]) if sign in _NEIGHBOURS and random.random() < _RATE else sign for sign in text
    ]


def _decomposed(random: Random, text: str) -> list[str]:
    """Letters and their marks apart, as some phones send them."""
    return [unicodedata.normalize("NFD", sign) for sign in text]


NOISES: Final[dict[str, Callable[[Random, str], list[str]]]] = {
    "no_diacritics": _no_diacritics,
    "swapped_letters": _swapped,
    "doubled_letters": _doubled,
    "dropped_letters": _dropped,
    "missing_spaces": _glued,
    "random_case": _any_case,
    "all_lower": _all_lower,
    "all_upper": _all_upper,
    "fat_fingers": _fat_fingers,
    "decomposed": _decomposed,
}


def add_noise(random: Random, text: str, spans: tuple[Span, ...], name: str) -> tuple[str, tuple[Span, ...]]:
    """The message mistyped; each span's lane becomes `KIND/<name>`."""
    signs = NOISES[name](random, text)
    places = [0]
    for sign in signs:
        places.append(places[-1] + len(sign))
    moved = tuple(
        Span(start=places[span.start], end=places[span.end], label=span.label, lane=f"{span.label}/{name}")
        for span in spans
        if places[span.start] < places[span.end]
    )
    return "".join(signs), moved
