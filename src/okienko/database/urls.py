"""Where the database is, as the two roles that reach it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import final
from urllib.parse import quote


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Urls:
    """Connection URIs as libpq reads them. They hold passwords, so their values stay out of `repr`.

    `owner` runs migrations and owns every object; `app` is what `serve` and `work` use, and it cannot pass row-level
    security. The third role, `okienko_claimer`, owns a few definer functions and never signs in.
    """

    owner: str = field(repr=False)
    app: str = field(repr=False)


def socket_url(*, role: str, password: str, database: str, folder: Path) -> str:
    """A URI for a server that listens in the socket folder `folder` (any characters; port number 5432)."""
    user, secret, name, host = (quote(part, safe="") for part in (role, password, database, str(folder)))
    return f"postgresql://{user}:{secret}@/{name}?host={host}&port=5432"
