"""A short visit to the page of rights: whom a browser has proved to be, and for how long. Pure.

A visit is a cookie that this installation has signed for one brand and this page alone: no table says who has looked at
their data, and nothing of it stands in an address. It holds ids, never words or addresses.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import orjson

from okienko.keys import Keys
from okienko.values import BrandId, PersonId

TERM: Final = timedelta(minutes=30)  # from its beginning, whatever happens meanwhile
_PURPOSE: Final = "rights visit"
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # as in references: no I, O, 0, 1

Way = Literal["chat", "code"]
"""The key of a conversation, which only its browser has; a code sent to an address that was verified before."""
Act = Literal["see", "download", "correct", "erase", "restrict", "object", "withdraw"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What one browser may see and do here, until it ends."""

    until: datetime
    people: tuple[tuple[PersonId, Way], ...] = ()
    requests: tuple[UUID, ...] = ()  # whose state it may look at
    challenge: UUID | None = None  # a code that was asked for, within the first of these requests

    def prove(self, people: Collection[PersonId], way: Way) -> Visit:
        """The visit of somebody who is these people as well; a code outweighs a conversation's key."""
        known: dict[PersonId, Way] = dict(self.people)
        for person in people:
            if known.get(person) != "code":
                known[person] = way
        return replace(self, people=tuple(known.items()))


def begin_visit(now: datetime) -> Visit:
    """A visit of somebody who has proved nothing yet."""
    return Visit(until=now + TERM)


def write_visit(keys: Keys, brand: BrandId, visit: Visit) -> str:
    """The cookie's value."""
    said = orjson.dumps(
        {
            "until": int(visit.until.timestamp()),
            "people": visit.people,
            "requests": visit.requests,
            "challenge": visit.challenge,
        }
    )
    return f"{_encode(said)}.{_encode(_sign(keys, brand, said))}"


def read_visit(keys: Keys, brand: BrandId, cookie: str, now: datetime) -> Visit | None:
    """What a cookie says; None for one that is over, of another brand, or not ours."""
    said, _, signature = cookie.partition(".")
    try:
        body = _decode(said)
        if not hmac.compare_digest(_sign(keys, brand, body), _decode(signature)):
            return None
        values: dict[str, Any] = orjson.loads(body)
    except ValueError:
        return None
    visit = Visit(
        until=datetime.fromtimestamp(values["until"], UTC),
        people=tuple((PersonId(UUID(person)), way) for person, way in values["people"]),
        requests=tuple(UUID(one) for one in values["requests"]),
        challenge=None if values["challenge"] is None else UUID(values["challenge"]),
    )
    return visit if now < visit.until else None


def write_csrf(keys: Keys, cookie: str) -> str:
    """What the forms of a visit send along: only its own pages can know it."""
    return keys.token("rights form", cookie.encode()).hex()


def write_pin(keys: Keys, request: UUID) -> str:
    """The word that goes with a request's reference, `ABCDE-FGHJK`: who has both may look at the request's state.

    Fifty bits that only this installation can tell; kept nowhere.
    """
    drawn = [_LETTERS[byte % 32] for byte in keys.token("rights pin", request.bytes)[:10]]
    return "".join(drawn[:5]) + "-" + "".join(drawn[5:])


def is_pin(keys: Keys, request: UUID, typed: str) -> bool:
    """Whether this is the request's word; small letters, spaces and dashes do not matter."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    return hmac.compare_digest(letters.encode(), write_pin(keys, request).replace("-", "").encode())


def asks_for_code(act: Act, way: Way, *, elsewhere: bool, reachable: bool) -> bool:
    """Whether the key of one conversation is not proof enough for what somebody wants to do.

    It proves whose this conversation is, and nothing about others: `elsewhere`, the person has more than this one.
    Where there is a verified address (`reachable`), what cannot be undone asks for a code to it. What only protects
    (to restrict, to object, to withdraw a consent) never asks for more than giving it did.
    """
    if way == "code" or act in {"restrict", "object", "withdraw"}:
        return False
    return elsewhere or (reachable and act in {"correct", "erase"})


def _sign(keys: Keys, brand: BrandId, said: bytes) -> bytes:
    return keys.token(_PURPOSE, brand.bytes + said)


def _encode(said: bytes) -> str:
    return base64.urlsafe_b64encode(said).rstrip(b"=").decode()


def _decode(said: str) -> bytes:
    return base64.urlsafe_b64decode(said + "=" * (-len(said) % 4))
