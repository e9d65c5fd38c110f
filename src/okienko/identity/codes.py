"""Codes: what they are, how often one may ask and try, what an address is. Pure.

A code is not stored anywhere. It is the beginning of an HMAC of its challenge's id under the installation's index key
(`Keys.token`), so that a letter that has to be sent again has the same one. NIST SP 800-63B, section 5.1.3.2, asks for
six digits, ten minutes and single use; five tries and three letters an hour are those of TRUST.md, section 4.4.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

from okienko.keys import Keys
from okienko.masking.mask import MaskingFailed, find
from okienko.values import PersonId, RawText

DIGITS: Final = 6
TERM: Final = timedelta(minutes=10)
TRIES: Final = 5  # of one code
MOST_AN_HOUR: Final = 3  # codes for one conversation or request, and codes to one address
HOUR: Final = timedelta(hours=1)
LONGEST: Final = 254  # characters of an address

Purpose = Literal["rights", "conversation", "contact"]
"""For a request about one's data; for a conversation's level; to verify an address that was just left there."""

EMAIL: Final = "EMAIL_ADDRESS"


class NotAnAddress(Exception):
    """What was typed is not one e-mail address."""


class TooMany(Exception):
    """So many codes were asked for within the hour that this one was not. `seconds` until the next may be."""

    def __init__(self, seconds: int) -> None:
        super().__init__("too many codes within an hour")
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """The code was right: who holds it reads the mail of these people, who were known by that address before."""

    people: tuple[PersonId, ...]  # at least one; imported accounts first, then whose address was verified first


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """Another code, or an address that nobody has: which of the two is not said."""

    left: int  # tries with this code


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """There is no such code, or no more: its time is over, it was used, a newer one was asked for."""


Entered = Proved | Wrong | Over


def derive_code(keys: Keys, challenge: UUID) -> str:
    """Six digits that only this installation can tell."""
    number = int.from_bytes(keys.token("identity code", challenge.bytes)[:8], "big")
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def is_code(keys: Keys, challenge: UUID, typed: RawText) -> bool:
    """Whether this is the code; spaces and dashes between its digits do not matter."""
    digits = typed.reveal().replace(" ", "").replace("\u00a0", "").replace("-", "").strip()
    return hmac.compare_digest(digits.encode(errors="replace"), derive_code(keys, challenge).encode())


def hash_address(keys: Keys, typed: RawText) -> bytes:
    """The keyed hash by which identities are found. Raises `NotAnAddress`."""
    return keys.lookup(EMAIL, read_address(typed))


def read_address(typed: RawText) -> str:
    """The one address that was typed, of at most `LONGEST` characters, in canonical form. Raises `NotAnAddress`."""
    try:
        spans = find(typed).spans
    except MaskingFailed:
        spans = ()
    if len(spans) != 1 or spans[0].label != EMAIL:
        raise NotAnAddress("an e-mail address is wanted")
    return spans[0].value
