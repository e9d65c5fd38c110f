"""A request on its way: what happens next in each of its states, and by when. Pure.

    open, nobody knows whose   →  they prove who they are, or somebody finds out, or it is refused with a reason
    open, proved               →  it is fulfilled or refused
    joined                     →  what becomes of the request that it repeats becomes of it
    fulfilled, refused, withdrawn: the end; the last two may be complained about

Nothing ends silently: an open request has a last day, and stays in the list of open ones after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Stage = Literal["unproved", "proved", "joined", "fulfilled", "refused", "withdrawn"]
Move = Literal["prove", "join", "fulfil", "refuse", "withdraw", "extend"]

ANYBODYS: Final = frozenset({"complaint", "reklamacja", "question"})
"""Kinds that are answered to anybody: to complain, nobody has to say who they are."""

MOVES: Final[Mapping[Stage, Mapping[Move, Stage]]] = {
    "unproved": {
        "prove": "proved",
        "join": "joined",
        "refuse": "refused",
        "withdraw": "withdrawn",
        "extend": "unproved",
    },
    "proved": {
        "fulfil": "fulfilled",
        "join": "joined",
        "refuse": "refused",
        "withdraw": "withdrawn",
        "extend": "proved",
    },
    "joined": {},
    "fulfilled": {},
    "refused": {},
    "withdrawn": {},
}
ENDS: Final = frozenset({"fulfilled", "refused", "withdrawn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What a request waits for."""

    what: Literal["prove", "answer", "follow", "nothing"]
    by: date | None  # the last day; None: nothing is due


def find_stage(*, state: str, kind: str, verified: bool) -> Stage:
    """Where a request is, from what its row says."""
    match state:
        case "open":
            return "proved" if verified or kind in ANYBODYS else "unproved"
        case "fulfilled" | "refused" | "withdrawn" | "joined":
            return state
        case _:
            raise ValueError("there is no such state")


def find_next(stage: Stage, last_day: date) -> Next:
    """What has to happen, and by when."""
    match stage:
        case "unproved":
            return Next(what="prove", by=last_day)
        case "proved":
            return Next(what="answer", by=last_day)
        case "joined":
            return Next(what="follow", by=last_day)
        case _:
            return Next(what="nothing", by=None)
