"""What may stand in the form for a new token. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

from okienko.api.token import Scope
from okienko.web.i18n import mark

LONGEST_NAME: Final = 80  # characters
LONGEST: Final = timedelta(days=365)


def find_problem(name: str, scopes: Collection[Scope], until: date | None, *, today: date) -> str | None:
    """What keeps a token from being made, as a message to translate."""
    if not name or len(name) > LONGEST_NAME:
        return mark("A name has 1 to 80 characters.")
    if not scopes:
        return mark("Say what the program may do.")
    if until is None or not today <= until <= today + LONGEST:
        return mark("A token works until a day within a year from now.")
    return None
