"""A saved reply as it is written, and as it is put into a conversation. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from okienko.web.i18n import mark

LONGEST_NAME: Final = 80  # characters
LONGEST_BODY: Final = 4000
MOST: Final = 300  # of a brand

# What may stand in braces, and what it becomes.
NAMES: Final = ("reference", "brand", "agent")
_NAMED: Final = re.compile(r"\{\s*([^{}\n]{0,40}?)\s*\}")


def find_problem(name: str, body: str) -> str | None:
    """What keeps a reply from being saved, as a message to translate."""
    if not name or len(name) > LONGEST_NAME:
        return mark("A name has 1 to 80 characters.")
    if not body or len(body) > LONGEST_BODY:
        return mark("A reply has 1 to 4,000 characters.")
    if any(found not in NAMES for found in _NAMED.findall(body)):
        return mark("In braces there may only be {reference}, {brand} or {agent}.")
    return None


def fill(body: str, values: Mapping[str, str]) -> str:
    """The words with what stands in braces put in; what is not known stays as it is."""
    return _NAMED.sub(lambda found: values.get(found[1], found[0]), body)
