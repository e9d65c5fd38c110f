"""Who is told that an incident is over, and how: once, where they asked, and only if they may be written to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

Outcome = Literal["told", "letter", "elsewhere", "withdrawn", "restricted"]
"""In the conversation; there and by a letter, because nobody seems to look; in another conversation of the same person;
not at all, because consent was withdrawn, or because their data are kept and not used."""

SILENCE: Final = timedelta(minutes=15)  # after which nobody is thought to be looking at the conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What decides it."""

    restricted: bool  # their data are kept and not used
    withdrawn: bool  # consent to the conversation was taken back
    elsewhere: bool  # the same person has been told, or will be, in a conversation of theirs that is newer
    has_address: bool  # a verified e-mail address
    silent: timedelta  # since anything happened in the conversation


def decide(facts: Facts, *, can_mail: bool) -> Outcome:
    """What becomes of the all clear."""
    if facts.restricted:
        return "restricted"
    if facts.withdrawn:
        return "withdrawn"
    if facts.elsewhere:
        return "elsewhere"
    if can_mail and facts.has_address and facts.silent >= SILENCE:
        return "letter"
    return "told"
