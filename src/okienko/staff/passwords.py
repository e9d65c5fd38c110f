"""Passwords, tokens and delays: the rules of signing in, as plain functions.

Randomness and time come from the caller (`pages.py`), so that every rule here is a table of cases in a test.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import timedelta
from itertools import pairwise
from typing import Final, Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# The second recommended profile of RFC 9106 (argon2id, 64 MiB, 3 passes, 4 lanes), meant for machines that do other
# work too: about 0.2 s of one core. `pages.py` runs two at most at once, so that signing in never takes more than
# 128 MiB, whoever knocks.
_HASHER: Final = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4, hash_len=32, salt_len=16)

# Compared with when there is no such account, so that the answer takes as long as for one that exists. It is the hash
# of random bytes that nobody kept.
NOBODY: Final = "$argon2id$v=19$m=65536,t=3,p=4$JBdSdOe59vqBnR4oLo6qnQ$HogG+b4IAeAx0zdwHpVKr3WlSLKv9/UbvueUI5JBUVI"

# Recovery codes are random: 59 bits need less work per guess than what people think up, and ten are hashed at once.
# The parameters that OWASP gives as the least (19 MiB, 2 passes, 1 lane).
_CODE_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16)
NOBODY_CODE: Final = "$argon2id$v=19$m=19456,t=2,p=1$reDbxYNDtv+xlxKkjc/NiQ$8IS2nkoWaeXED6NcCIYQrAatRoIeNQZPOmPfzBS30oA"

SHORTEST: Final = 12
LONGEST: Final = 200  # hashing reads it all: nobody may make us read a book
_CHARACTERS: Final = 5  # fewer different characters than this is a pattern, not a password

# What people type when they are told "at least twelve characters"; compared by its letters alone, in lower case, also
# when repeated. Lists of breached passwords are longer, but need a network or megabytes.
_OBVIOUS_WORDS: Final = (
    "password mypassword newpassword secretpassword letmein letmeinplease welcome welcometo administrator admin "
    "superadmin changeme changemeplease qwerty qwertyuiop qwertyuiopasdf qwertyuiopasdfghjkl asdfghjkl zxcvbnm "
    "asdfghjklzxcvbnm qazwsxedc qazwsxedcrfv iloveyou iloveyouforever trustno football baseball sunshine princess "
    "dragon monkey superman batman starwars whatever correcthorse correcthorsebatterystaple haslo hasło mojehaslo "
    "mojehasło nowehaslo nowehasło trudnehaslo trudnehasło tajnehaslo tajnehasło zaq zaqwsx zaqxsw polska warszawa "
    "krakow kraków kochamcie kochamcię matrix misiaczek okienko obsluga obsługa obslugaklienta obsługaklienta "
    "konsultant supportdesk customerservice customersupport helpdesk"
)
_OBVIOUS: Final = frozenset(_OBVIOUS_WORDS.split())

FREE_FAILURES: Final = 5
_FIRST_DELAY: Final = timedelta(seconds=30)
_LONGEST_DELAY: Final = timedelta(minutes=15)  # longer would let a stranger keep a colleague out for the day

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
INVITATION: Final = timedelta(days=7)

Weakness = Literal["short", "long", "obvious", "pattern", "personal"]


def hash_password(password: str, salt: bytes) -> str:
    """The encoded argon2id hash. `salt`: 16 random bytes."""
    return _HASHER.hash(password, salt=salt)


def is_password(encoded: str, password: str) -> bool:
    """Whether `password` made `encoded`. A hash that cannot be read is nobody's."""
    try:
        return _HASHER.verify(encoded, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(encoded: str) -> bool:
    """Whether a good password should be hashed again, because our parameters have grown since."""
    return _HASHER.check_needs_rehash(encoded)


def hash_code(secret: str, salt: bytes) -> str:
    """As `hash_password`, for a recovery code."""
    return _CODE_HASHER.hash(secret, salt=salt)


def is_code(encoded: str, secret: str) -> bool:
    """Whether `secret` made `encoded`."""
    try:
        return _CODE_HASHER.verify(encoded, secret)
    except (VerificationError, InvalidHashError):
        return False


def find_weakness(password: str, *, login: str = "", name: str = "") -> Weakness | None:
    """Why a password is refused, or None. Rules about kinds of characters make worse passwords, so there are none."""
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    plain = "".join(c for c in password.lower() if c.isalpha())
    if plain and any(plain == word * (len(plain) // len(word)) for word in _OBVIOUS):
        return "obvious"
    # Digits alone are dates, telephone numbers and identity numbers.
    steps = {ord(b) - ord(a) for a, b in pairwise(password)}
    if len(set(password)) < _CHARACTERS or len(steps) == 1 or password.isdigit():
        return "pattern"
    own = {part for part in (login.lower(), *name.lower().split()) if len(part) >= 4}
    if any(part in password.lower() and len(password) - len(part) < SHORTEST - 4 for part in own):
        return "personal"
    return None


def find_delay(failures: int) -> timedelta | None:
    """How long an account refuses after its n-th failure in a row: 30 s from the fifth on, doubling, at most 15 min."""
    if failures < FREE_FAILURES:
        return None
    return min(_FIRST_DELAY * 2 ** min(failures - FREE_FAILURES, 10), _LONGEST_DELAY)


def hash_token(token: str) -> bytes:
    """What the database keeps of a session's or an invitation's token. 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def make_csrf(token_hash: bytes) -> str:
    """The anti-forgery token of a session: follows from its stored hash, so it needs no column and dies with it."""
    return urlsafe_b64encode(hmac.digest(token_hash, b"okienko desk csrf", "sha256")).decode().rstrip("=")


def name_cookie(public_url: str) -> str:
    """The session cookie's name.

    `__Host-` makes browsers insist on Secure, on this host alone and on Path=/. They refuse such a cookie over plain
    http, which a first try on one's own machine is: there it has an ordinary name.
    """
    return "__Host-okienko-desk" if public_url.startswith("https://") else "okienko-desk"


def make_link(public_url: str, token: str) -> str:
    """The address to give to whoever shall set a password."""
    return f"{public_url.rstrip('/')}/desk/welcome/{token}"
