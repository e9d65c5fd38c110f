"""Arrays as PostgreSQL reads them, for statements that get many values at once.

psycopg looks at every element for its type, which takes longer than the rest of a turn's SQL. Here the statement says
the type (`%(ids)s::uuid[]`), and these say the elements. The format is that of PostgreSQL's manual, section 8.15.6.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID


def ids(values: Iterable[UUID]) -> str:
    """For `uuid[]`."""
    return "{" + ",".join([value.hex for value in values]) + "}"


def numbers(values: Iterable[float | None]) -> str:
    """For arrays of numbers and of truth values."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def texts(values: Iterable[str | None]) -> str:
    """For `text[]`. Nothing in an element ends it early: quotation marks and backslashes are escaped."""
    return "{" + ",".join(["NULL" if value is None else _quote(value) for value in values]) + "}"


def blobs(values: Iterable[bytes | None]) -> str:
    """For `bytea[]`."""
    return "{" + ",".join(["NULL" if value is None else f'"\\\\x{value.hex()}"' for value in values]) + "}"


def times(values: Iterable[datetime | None]) -> str:
    """For `timestamptz[]`."""
    return "{" + ",".join(["NULL" if value is None else f'"{value.isoformat()}"' for value in values]) + "}"


def _quote(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
