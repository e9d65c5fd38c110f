"""The table of names as it lies in the package."""

from __future__ import annotations

from array import array
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Entry(NamedTuple):
    """What the table says of a form: flags, and how to get to the base form of the given name and of the surname."""

    flags: int
    given: str
    surname: str


class Table(NamedTuple):
    """All forms of names, and a filter of ordinary words."""

    keys: array[int]  # sorted CRC-32 of the folded forms
    kinds: array[int]
    entries: tuple[Entry, ...]
    sift: bytes


@cache
def read_table() -> Table:
    """The table, read when it is first needed."""
    folder = Path(__file__).parent
    with np.load(folder / "names.npz") as file:
        gaps = np.ascontiguousarray(file["gaps"].T).view("<u4").ravel()
        keys = array("I", np.cumsum(gaps, dtype=np.uint32).tobytes())
        kinds = array("H", file["kinds"].astype(np.uint16).tobytes())
        rules = file["rules"].tobytes().decode().split("\n")
        entries = tuple(
            Entry(flags, *rule.split(" ")) for flags, rule in zip(file["flags"].tolist(), rules, strict=True)
        )
    return Table(keys, kinds, entries, (folder / "words.bin").read_bytes())
