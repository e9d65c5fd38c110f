"""CSV: one article a row, the columns named in the first. Pure: a name and bytes in, drafts out."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

from okienko.articles.drafts import (
    FIELDS,
    OTHER_NAMES,
    Defaults,
    Draft,
    Field,
    Problem,
    accept,
    make_draft,
    suggest_field,
)

_DELIMITERS: Final = (",", ";", "\t", "|")
_POLISH: Final = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
_LONGEST_CELL: Final = 1_000_000  # characters; of a field that is too long we say so ourselves
_NEEDED: Final = ("title", "body")


def read_table(file: str, content: bytes, defaults: Defaults) -> tuple[Draft, ...]:
    """Articles from rows. The first row names the columns: `title` and `body`, and any of the other fields.

    Encoding (UTF-8, UTF-16 with its mark, Windows-1250, ISO 8859-2) and delimiter (comma, semicolon, tab, bar) are
    found out. Several example questions stand in one cell, on lines of their own or with bars between them. Without an
    `id` it is made from the title. Raises `ImportRefused` with every problem of every row.
    """
    problems: list[Problem] = []
    found: list[tuple[Draft, str, int]] = []
    text = decode(content)
    delimiter = find_delimiter(text)
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: Sequence[str] | None = None
    line = 1
    try:
        for row in rows:
            begins, line = line, rows.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if columns is None:
                columns = _read_columns(row, file=file, line=begins, problems=problems)
                if columns is None:
                    break
                continue
            draft = _read_row(row, columns, defaults, file=file, line=begins, problems=problems)
            if draft is not None:
                found.append((draft, file, begins))
    except csv.Error:
        what = "a cell has no end, or something stands behind its end"
        problems.append(
            Problem(file=file, line=line, what=what, fix='Write cells in "quotes", and a quote inside as two: ""')
        )
    if not found and not problems:
        fix = "Write “id,title,body” into the first row and an article into each that follows"
        problems.append(Problem(file=file, line=1, what="the file has no article", fix=fix))
    return accept(found, problems)


def decode(content: bytes) -> str:
    """The text of a file in whatever a spreadsheet has saved it as."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        guesses = [content.decode(name, errors="replace") for name in ("cp1250", "iso8859_2")]
        return max(guesses, key=lambda guess: sum(letter in _POLISH for letter in guess))


def find_delimiter(text: str) -> str:
    """The delimiter with which the first line names most of our columns."""
    first = next((line for line in text.splitlines() if line.strip()), "")

    def known(delimiter: str) -> int:
        return sum(_name(cell) in FIELDS for cell in first.replace('"', "").split(delimiter))

    return max(_DELIMITERS, key=known)


def _name(cell: str) -> str:
    name = cell.strip().lower()
    return OTHER_NAMES.get(name, name)


def _read_columns(row: Sequence[str], *, file: str, line: int, problems: list[Problem]) -> Sequence[str] | None:
    """The field that each column is; None when they cannot be used, and that has been said."""
    before = len(problems)
    columns = [_name(cell) for cell in row]
    for cell, name in zip(row, columns, strict=True):
        if name not in FIELDS:
            what = f"the column “{cell.strip()[:40]}” is not known"
            problems.append(Problem(file=file, line=line, what=what, fix=suggest_field(cell.strip())))
        elif columns.count(name) > 1:
            what = f"there are {columns.count(name)} columns “{name}”"
            problem = Problem(file=file, line=line, what=what, fix="Keep one of them")
            if problem not in problems:
                problems.append(problem)
    for name in _NEEDED:
        if name not in columns:
            fix = "Name the columns in the first row: id,title,body"
            problems.append(Problem(file=file, line=line, what=f"no column is called “{name}”", fix=fix))
    return columns if len(problems) == before else None


def _read_row(
    row: Sequence[str], columns: Sequence[str], defaults: Defaults, *, file: str, line: int, problems: list[Problem]
) -> Draft | None:
    if len(row) != len(columns):
        what = f"the row has {len(row)} cells, the first one {len(columns)}"
        fix = "Write cells with the delimiter or a line end inside in quotes"
        problems.append(Problem(file=file, line=line, what=what, fix=fix))
        return None
    before = len(problems)
    fields = {name: Field(text=cell, line=line) for name, cell in zip(columns, row, strict=True)}
    if "questions" in fields:
        fields["questions"] = Field(text=(fields["questions"].text or "").replace("|", "\n"), line=line)
    if not fields.get("id", Field(text="", line=line)).text:
        fields["id"] = fields["title"]
    draft = make_draft(fields, defaults, file=file, line=line, problems=problems)
    return draft if len(problems) == before else None
