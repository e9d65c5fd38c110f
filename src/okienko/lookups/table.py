"""A table of facts out of a file: CSV with a line of names, or JSON lines; or what is wrong with it, by line. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

import orjson

from okienko.lookups.source import IDENTIFIER, MOST_GIVES, MOST_NEEDS, NAME, Source, fit, fold_value
from okienko.values import OperatorError

MOST_ROWS: Final = 500_000
MOST_BYTES: Final = 100_000_000
LONGEST_KEY: Final = 100  # characters

_Line = tuple[int, Mapping[str, str]]


class BadTable(OperatorError):
    """A file that cannot be used; nothing of it is. Names the line and the column, never what stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What is to be imported."""

    needs: tuple[str, ...]
    gives: tuple[str, ...]
    rows: tuple[Row, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: what it is found by, folded; what it says; whom it is about, as it was written."""

    line: int
    key: tuple[str, ...] = field(repr=False)
    answers: tuple[str, ...] = field(repr=False)
    owner: str | None = field(default=None, repr=False)


def name_table(name: str, needs: Sequence[str], *, proof: str, owner: str | None) -> Source:
    """What a table is to be called, and what is asked of who asks. Raises `BadTable`."""
    if not IDENTIFIER.fullmatch(name):
        raise BadTable(f"“{name[:60]}” is no name: small letters a to z, digits and hyphens, a letter first")
    match proof:
        case "order" if len(needs) < 2:
            raise BadTable("a second fact is another column that a row is found by")
        case "code" if owner is None:
            raise BadTable("a code goes to an address: name its column")
        case "none" | "order" | "code":
            return Source(id=name, kind="table", proof=proof, needs=tuple(needs), gives=())
        case _:
            raise BadTable("what is asked of who asks is none, order, or code")


def decode(file: bytes) -> str:
    """A file's text. Raises `BadTable`."""
    try:
        return file.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadTable("the file is not text in UTF-8") from None


def read_table(text: str, needs: Sequence[str], *, owner: str | None = None) -> Table:
    """The table in a file. `needs`: the columns that a row is found by; `owner`: that of an e-mail address, which is no
    fact and is never given. All other columns are facts. Raises `BadTable`.
    """
    if not 1 <= len(needs) <= MOST_NEEDS or len(set(needs)) < len(needs):
        raise BadTable(f"name from one to {MOST_NEEDS} columns that a row is found by, each once")
    if owner in needs:
        raise BadTable("the column of addresses cannot be one that a row is found by")
    columns, lines = _read_json(text) if text.lstrip()[:1] == "{" else _read_csv(text)
    for name in (*needs, *([owner] if owner else [])):
        if name not in columns:
            raise BadTable(f"there is no column “{name}”")
    gives = tuple(name for name in columns if name not in needs and name != owner)
    for name in (*needs, *gives):
        if not NAME.fullmatch(name):
            raise BadTable("a column's name is of small letters a to z, digits and _, a letter first")
    if not 1 <= len(gives) <= MOST_GIVES:
        raise BadTable(f"there have to be from one to {MOST_GIVES} columns besides those that a row is found by")
    rows: list[Row] = []
    seen: dict[tuple[str, ...], int] = {}
    for number, line in lines:
        key = tuple(fold_value(line[name]) for name in needs)
        if not all(key) or any(len(part) > LONGEST_KEY for part in key):
            raise BadTable(f"line {number}: what the row is found by is empty or longer than {LONGEST_KEY} characters")
        if key in seen:
            raise BadTable(f"line {number}: line {seen[key]} is found by the same")
        seen[key] = number
        rows.append(
            Row(
                line=number,
                key=key,
                answers=tuple(fit(line[name]) for name in gives),
                owner=(line[owner].strip() or None) if owner else None,
            )
        )
        if len(rows) > MOST_ROWS:
            raise BadTable(f"there are more than {MOST_ROWS} rows")
    if not rows:
        raise BadTable("there is no row")
    return Table(needs=tuple(needs), gives=gives, rows=tuple(rows))


def _read_csv(text: str) -> tuple[tuple[str, ...], Iterator[_Line]]:
    first = text.split("\n", 1)[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    columns = tuple(name.strip() for name in next(rows, list[str]()))
    if len(set(columns)) < len(columns):
        raise BadTable("line 1: two columns have the same name")

    def read() -> Iterator[_Line]:
        try:
            for row in rows:
                if not any(map(str.strip, row)):
                    continue
                if len(row) != len(columns):
                    raise BadTable(f"line {rows.line_num}: {len(row)} columns instead of {len(columns)}")
                yield rows.line_num, dict(zip(columns, row, strict=True))
        except csv.Error:
            raise BadTable(f"line {rows.line_num}: this is not CSV") from None

    return columns, read()


def _read_json(text: str) -> tuple[tuple[str, ...], Iterator[_Line]]:
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    columns = tuple(_read_object(*lines[0]))

    def read() -> Iterator[_Line]:
        for number, line in lines:
            values = _read_object(number, line)
            if set(values) != set(columns):
                raise BadTable(f"line {number}: it has other names than line {lines[0][0]}")
            yield number, values

    return columns, read()


def _read_object(number: int, line: str) -> Mapping[str, str]:
    try:
        read: Any = orjson.loads(line)
    except orjson.JSONDecodeError:
        read = None
    if not isinstance(read, dict):
        raise BadTable(f"line {number}: this is not one JSON object")
    return {name: _read_text(number, value) for name, value in cast("dict[str, Any]", read).items()}


def _read_text(number: int, value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str() | int() | float():
            return str(value)
        case _:
            raise BadTable(f"line {number}: a value is a text, a number, or yes or no")
