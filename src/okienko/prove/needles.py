"""Searching bytes for many values at once, each in all the forms in which it could lie somewhere.

A value is searched for in clear (UTF-8 and UTF-16), as base64 in all three alignments, as hexadecimal digits, encoded
for an address, escaped for JSON and HTML, and folded: case, Polish marks and separators removed on both sides.
"""

from __future__ import annotations

import base64
import html
import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, quote_plus

import numpy as np
from numpy.typing import NDArray

SHORTEST: Final = 6  # bytes: anything shorter is found by chance
LONE: Final = 12  # folded digits in a row: fewer must stand alone, since separators between numbers are gone, too
CHUNK: Final = 1 << 22

_SEPARATORS: Final = b" \t\r\n-._/,:;()[]+'\"\\"
_LOWER: Final = bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in range(256))
_MARKED: Final = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻäöüÄÖÜ"
_PLAIN: Final = "acelnoszzACELNOSZZaouAOU"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """One value that was handed to the desk: what kind of data it is, and by which way it came in."""

    kind: str
    way: str
    needles: tuple[str, ...] = field(repr=False)  # what must not be found …
    may_be: frozenset[str] = frozenset()  # … but here, where it belongs


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A planted value, found. Says which, not what it is."""

    plant: Plant
    place: str
    form: str


def fold(data: bytes) -> bytes:
    """UTF-8 without case, Polish marks and separators. Bytes that are no text stay what they are."""
    for marked, plain in zip(_MARKED, _PLAIN, strict=True):
        data = data.replace(marked.encode(), plain.encode())
    return data.translate(_LOWER, _SEPARATORS)


def spell(value: str) -> Iterator[tuple[str, bytes]]:
    """(form, bytes) of a value, as they would lie in a file; zero bytes are left out, as `Search` does in what it
    reads."""
    clear = value.encode()
    yield "clear", clear
    yield "UTF-16", value.encode("utf-16-le").replace(b"\0", b"")
    yield "UTF-16", value.encode("utf-16-be").replace(b"\0", b"")
    yield "URL", quote(value, safe="").encode()
    yield "URL", quote_plus(value).encode()
    yield "JSON", json.dumps(value)[1:-1].encode()
    yield "HTML", html.escape(value).encode()
    yield "decomposed", unicodedata.normalize("NFD", value).encode()
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + clear)
        # The first and the last characters also depend on what stands beside the value.
        yield "base64", encoded[(shift * 8 + 5) // 6 : (shift + len(clear)) * 8 // 6]


def spell_folded(value: str) -> Iterator[tuple[str, bytes]]:
    """The forms that are searched for in what has been folded."""
    yield "folded", fold(value.encode())
    yield "hexadecimal", value.encode().hex().encode()
    yield "hexadecimal", fold(value.encode()).hex().encode()


class Search:
    """Many plants, ready to be looked for."""

    def __init__(self, plants: Sequence[Plant]) -> None:
        self._raw = _Needles()
        self._folded = _Needles()
        # What belongs somewhere is no hit there, also when another way has had it, too, or a part of it.
        at_home = [
            (fold(needle.encode()), plant.may_be) for plant in plants for needle in plant.needles if plant.may_be
        ]
        self._may_be: dict[str, set[str]] = {
            needle: {place for whole, places in at_home if fold(needle.encode()) in whole for place in places}
            for plant in plants
            for needle in plant.needles
        }
        for plant in plants:
            for needle in plant.needles:
                for spellings, kept in ((spell(needle), self._raw), (spell_folded(needle), self._folded)):
                    for spelled, form in {spelled: form for form, spelled in reversed([*spellings])}.items():
                        kept.add(spelled, plant, needle, form)

    def look(self, place: str, data: bytes) -> set[Hit]:
        """Everything planted that lies in `data`."""
        # Zero bytes: UTF-16 becomes plain, and a page's empty half costs nothing.
        packed = data.replace(b"\0", b"")
        found = [*self._raw.find(packed, lone=False), *self._folded.find(fold(packed), lone=True)]
        return {
            Hit(plant=plant, place=place, form=form)
            for plant, needle, form in found
            if place not in self._may_be[needle]
        }


class _Needles:
    """Byte strings by their first six bytes. Two tables of three bytes each sort out nearly every position at once."""

    def __init__(self) -> None:
        self._by_head: defaultdict[bytes, list[tuple[bytes, Plant, str, str]]] = defaultdict(list)
        self._first = np.zeros(1 << 24, np.bool_)
        self._second = np.zeros(1 << 24, np.bool_)

    def add(self, spelled: bytes, plant: Plant, needle: str, form: str) -> None:
        """One more to look for. Raises `ValueError` when it is too short to mean anything."""
        if len(spelled) < SHORTEST:
            raise ValueError(f"a value of the kind {plant.kind} is too short to be searched for")
        self._by_head[spelled[:SHORTEST]].append((spelled, plant, needle, form))
        self._first[int.from_bytes(spelled[:3], "little")] = True
        self._second[int.from_bytes(spelled[3:6], "little")] = True

    def find(self, data: bytes, *, lone: bool) -> Iterator[tuple[Plant, str, str]]:
        """(plant, needle, form) of what lies in `data`. `lone`: short numbers count only where no digit is beside."""
        for at in self._candidates(data):
            for spelled, plant, needle, form in self._by_head.get(data[at : at + SHORTEST], ()):
                if data.startswith(spelled, at) and not (lone and _is_part_of_number(data, at, spelled)):
                    yield plant, needle, form

    def _candidates(self, data: bytes) -> Iterator[int]:
        whole = np.frombuffer(data, np.uint8)
        for offset in range(0, max(0, len(whole) - SHORTEST + 1), CHUNK):
            part = whole[offset : offset + CHUNK + SHORTEST - 1].astype(np.uint32)
            threes: NDArray[np.uint32] = part[:-2] | part[1:-1] << np.uint32(8) | part[2:] << np.uint32(16)
            places = np.flatnonzero(self._first[threes[:-3]] & self._second[threes[3:]])
            yield from (places + offset).tolist()


def _is_part_of_number(data: bytes, at: int, needle: bytes) -> bool:
    if not needle.isdigit() or len(needle) >= LONE:
        return False
    return data[max(0, at - 1) : at].isdigit() or data[at + len(needle) : at + len(needle) + 1].isdigit()
