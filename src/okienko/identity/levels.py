"""How much is known about who writes in a conversation: a ladder. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Level(StrEnum):
    """A rung. What a person at the desk may do follows from it; the bot changes nothing at any of them."""

    NONE = "none"
    ORDER = "order"  # has named an order and a second fact about it, which a table of the brand confirms
    CODE = "code"  # entered a code that was sent to an address which was verified before
    PERSON = "person"  # somebody at the desk has found out, and said how

    def reaches(self, wanted: Level) -> bool:
        """Whether this is enough where `wanted` is asked for."""
        return _LADDER.index(self) >= _LADDER.index(wanted)


_LADDER: Sequence[Level] = tuple(Level)
ASKABLE: Sequence[Level] = (Level.NONE, Level.CODE)
"""What a topic may ask of a customer before a person gets the conversation."""
