"""The two secrets of an installation: the operator's key, which wraps every person's key, and the index key, which
makes look-ups and tokens.

They live in a folder of their own that is not the database's, so that a stolen database or its backup opens nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_SIZE: Final = 32  # bytes
NONCE_SIZE: Final = 12  # bytes, as SP 800-38D recommends for GCM
OPERATOR_FILE: Final = "operator.key"
INDEX_FILE: Final = "index.key"


class WrongKey(Exception):
    """A key file or a wrapped key is not what it has to be. Names the file or the step, never its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The operator's key and the index key, 32 bytes each. Neither shows in `repr`."""

    operator: bytes = field(repr=False)
    index: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.operator) != KEY_SIZE or len(self.index) != KEY_SIZE:
            raise WrongKey(f"a key has {KEY_SIZE} bytes")

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Read `operator.key` and `index.key` from a folder; both are made on the first call.

        A key file is created whole or not at all, readable by its owner only, and is never overwritten. When
        `index.key` is missing beside an `operator.key` that exists, `WrongKey` is raised: a new one would make every
        stored look-up miss without a word.

        A *new operator key beside an old database* cannot be seen from here. The caller has to compare `key_id` with
        the ids stored in `person_key` and must stop when rows exist and none of them carries this id: their keys were
        wrapped by an operator's key that is lost or lies elsewhere.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        operator, index = folder / OPERATOR_FILE, folder / INDEX_FILE
        if operator.exists() and not index.exists():
            raise WrongKey(f"{INDEX_FILE} is missing beside {OPERATOR_FILE}: put it back from where the keys are kept")
        # The index key comes first, so that two processes which start at once never meet the case above.
        return cls(index=_read_or_create(index), operator=_read_or_create(operator))

    @property
    def key_id(self) -> str:
        """16 hex digits that name the operator's key and say nothing about it; stored beside what it wrapped."""
        return hashlib.sha256(b"okienko operator key id\x1f" + self.operator).hexdigest()[:16]

    def lookup(self, kind: str, value: str) -> bytes:
        """HMAC-SHA256 of a value under the index key, 32 bytes: equal values of one kind are equal, and that is all."""
        return hmac.digest(self.index, f"{kind}\x1f{value}".encode("utf-8", "surrogatepass"), "sha256")

    def token(self, purpose: str, value: bytes) -> bytes:
        """HMAC-SHA256 that only this installation can make, 32 bytes. Purposes never share a token."""
        return hmac.digest(self.index, b"token\x1f" + purpose.encode() + b"\x1f" + value, "sha256")

    def wrap(self, person_key: bytes, bound: bytes) -> bytes:
        """A person's key under the operator's key: nonce, AES-256-GCM ciphertext, tag (60 bytes).

        `bound` names whose key it is (brand and person); `unwrap` needs the same. The nonce is random: with one key,
        2**32 wraps stay far below the bound for random 96-bit nonces.
        """
        if len(person_key) != KEY_SIZE:
            raise WrongKey(f"a person's key has {KEY_SIZE} bytes")
        nonce = os.urandom(NONCE_SIZE)
        return nonce + AESGCM(self.operator).encrypt(nonce, person_key, b"person key\x1f" + bound)

    def unwrap(self, wrapped: bytes, bound: bytes) -> bytes:
        """What `wrap` sealed, 32 bytes. Raises `WrongKey` for another operator's key, another person, or damage."""
        try:
            return AESGCM(self.operator).decrypt(wrapped[:NONCE_SIZE], wrapped[NONCE_SIZE:], b"person key\x1f" + bound)
        except (InvalidTag, ValueError):
            raise WrongKey("a person's key does not open with this operator's key for this person") from None


def _read_or_create(path: Path) -> bytes:
    """The key in a file; a new random one when there is no file. The first of several creators wins."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(KEY_SIZE))
                file.flush()
                os.fsync(file.fileno())
            _link(draft, path)
        finally:
            draft.unlink()
    key = path.read_bytes()
    if len(key) != KEY_SIZE:
        raise WrongKey(f"{path.name} has {len(key)} bytes instead of {KEY_SIZE}")
    return key


def _link(draft: Path, path: Path) -> None:
    """Give a finished file its name unless the name is taken; a rename would overwrite."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
