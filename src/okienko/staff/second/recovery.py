"""Recovery codes: ten of them, each good for one sign-in without the passkey or the app. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

CODES: Final = 10
RANDOM: Final = CODES * 16  # bytes that `make_codes` wants
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # no i, l, o, 0 and 1, which are misread
_SELECTOR: Final = 4
_SECRET: Final = 12  # letters: 59 bits


def make_codes(random: bytes) -> tuple[str, ...]:
    """Ten different codes such as `k7fq-2qda-mx4t-9hre`, from `RANDOM` bytes.

    The first group only finds the code again; the other three are secret.
    """
    if len(random) != RANDOM:
        raise ValueError(f"recovery codes need {RANDOM} random bytes")
    return tuple(_write(nth, random[nth * 16 : nth * 16 + 16]) for nth in range(CODES))


def read_code(typed: str) -> tuple[str, str]:
    """(selector, secret) of what somebody typed, whatever the case, the spaces and the dashes; maybe nobody's."""
    letters = "".join(c for c in typed.lower()[:100] if c.isalnum())
    return letters[:_SELECTOR], letters[_SELECTOR:]


def _write(nth: int, random: bytes) -> str:
    # The first letter numbers the code, so that no two of a set have the same selector.
    letters = [_LETTERS[nth], *(_LETTERS[byte % len(_LETTERS)] for byte in random[: _SELECTOR + _SECRET - 1])]
    return "-".join(_groups("".join(letters)))


def _groups(text: str) -> Iterator[str]:
    for at in range(0, len(text), 4):
        yield text[at : at + 4]
