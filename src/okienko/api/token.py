"""A token of a brand's program: how it is written, and what it may be good for. Pure.

`okd_<brand>_<secret>`: whoever finds one sees what it is and whose, and scanners for secrets can look for `okd_`. The
secret is 256 random bits, so that SHA-256 is enough to keep of it, and looking it up by its hash tells nobody anything.
"""

from __future__ import annotations

import re
from typing import Final, Literal

Scope = Literal["scenarios:read", "scenarios:write"]
SCOPES: Final[tuple[Scope, ...]] = ("scenarios:read", "scenarios:write")
MOST: Final = 50  # of a brand

_WRITTEN: Final = re.compile(r"[Bb]earer +(okd_([a-z0-9][a-z0-9-]{0,62})_[A-Za-z0-9_-]{43})")


def write_token(slug: str, secret: str) -> str:
    """`secret`: 32 random bytes as `secrets.token_urlsafe` writes them."""
    return f"okd_{slug}_{secret}"


def read_token(authorization: str) -> tuple[str, str] | None:
    """The token and its brand's slug out of an `Authorization` header; None: there is none in it."""
    found = _WRITTEN.fullmatch(authorization.strip())
    return None if found is None else (found[1], found[2])
