"""A person's copy of their data, as values: what goes into the file that is handed over. Pure.

Other people are left out: colleagues appear by their role, also where their name stands in a text that they or the
system wrote; somebody else's sealed values are not read in the first place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import orjson

from okienko.rights.catalogue import Column
from okienko.values import BrandId, Language, PersonId

SCHEMA: Final = "okienko-export-1"
ROLE: Final = "agent"
"""What stands for a colleague."""
_TEXTS_OF_OTHERS: Final = {"agent", "system", "note"}  # authors; the person's own words are theirs as they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A person's rows of one table, with why they are kept and for how long."""

    name: str
    purposes: tuple[str, ...]
    kept: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of theirs: where it lies in the package, and which row of `attachment` tells about it."""

    name: str
    attachment: UUID
    conversation: UUID
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Everything that is handed over, but for the files themselves."""

    brand: BrandId
    brand_name: str
    timezone: str
    person: PersonId
    language: Language
    made_at: datetime
    tables: tuple[Table, ...]
    files: tuple[File, ...]

    def rows(self, table: str) -> tuple[Mapping[str, Any], ...]:
        """The rows of one table; none where it has none."""
        return next((one.rows for one in self.tables if one.name == table), ())


def make_table(
    name: str, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], *, names: Sequence[str]
) -> Table:
    """Rows as they are handed over. Sealed values are open already; `names` are those of colleagues."""
    pattern = _find_names(names)
    return Table(
        name=name,
        purposes=tuple(sorted({column.purpose for column in columns})),
        kept=tuple(sorted({column.kept for column in columns})),
        rows=tuple(_reduce(columns, row, pattern) for row in rows),
    )


def write_json(copy: Copy) -> bytes:
    """The package's `data.json`, as `export.schema.json` describes it."""
    return orjson.dumps(
        {
            "schema": SCHEMA,
            "brand": {"id": copy.brand, "name": copy.brand_name},
            "person": copy.person,
            "language": copy.language,
            "made_at": copy.made_at,
            "tables": {
                table.name: {"purposes": table.purposes, "kept": table.kept, "rows": table.rows}
                for table in copy.tables
            },
            "files": [{"name": file.name, "attachment": file.attachment} for file in copy.files],
        },
        option=orjson.OPT_INDENT_2,
    )


def _reduce(columns: Sequence[Column], row: Mapping[str, Any], pattern: re.Pattern[str] | None) -> dict[str, Any]:
    reduced: dict[str, Any] = {}
    others = row.get("author") in _TEXTS_OF_OTHERS
    for column in columns:
        value = row[column.name]
        if column.holds == "staff":
            reduced[column.name] = None if value is None else ROLE
        elif column.holds == "masked" and isinstance(value, str) and pattern is not None and others:
            reduced[column.name] = pattern.sub(f"[{ROLE}]", value)
        else:
            reduced[column.name] = _plain(column, value)
    return reduced


def _plain(column: Column, value: Any) -> Any:
    match value:
        case bytes() if column.holds in {"public", "state"}:
            return value.hex()  # a digest of something published
        case bytes():
            raise ValueError(f"{column.name} holds bytes that mean nothing to anybody else: it is declared wrongly")
        case list():
            return [_plain(column, one) for one in value]  # pyright: ignore[reportUnknownVariableType] - of unknown kinds
        case UUID():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case _:
            return value


def _find_names(names: Sequence[str]) -> re.Pattern[str] | None:
    """Whole names, and each word of a name by itself: the way people sign."""
    words = {word for name in names for word in (name, *name.split()) if len(word) > 2}
    if not words:
        return None
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return re.compile(r"\b(?:" + "|".join(map(re.escape, ordered)) + r")\b", re.IGNORECASE)
