"""The secrets of an installation: the operator's key, which wraps every person's key, and the index key, which makes
look-ups and tokens.

They live outside the database: in a folder of their own, or in a key service that a command asks, so that a stolen
database or its backup opens nothing.

The operator's key can be changed while everything runs. For that time there are two: the new one wraps, and both open.
A process that meets something which none of its keys opens looks once more where the keys are kept.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import secrets
import shlex
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self, cast

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from okienko.values import OperatorError

KEY_SIZE: Final = 32  # bytes
NONCE_SIZE: Final = 12  # bytes, as SP 800-38D recommends for GCM
OPERATOR_FILE: Final = "operator.key"
INDEX_FILE: Final = "index.key"
AUDIT_FILE: Final = "audit.key"  # signs the audit log's heads; who has it can make a log look whole
FORMER: Final = "operator-{}.former.key"  # opens what it wrapped, until everything is wrapped anew
RETIRED: Final = "operator-{}.retired.key"  # opens nothing any more but old backups
COMMAND_TAKES: Final = 30.0  # seconds at most
COMMAND_AGAIN: Final = 5.0  # seconds before the command is asked once more
EXPECTED: Final = (
    'expected {"operator": "64 hex digits", "index": "64 hex digits"} as JSON; while the operator\'s key is changed, '
    '"operator" is a list: the new key first, then the old one'
)


_CLOSED: Final = "a person's key does not open with this operator's key for this person"


class WrongKey(OperatorError):
    """A key file or a wrapped key is not what it has to be. Names the file or the step, never its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What is kept: the operator's key that wraps, former ones that still open, and the index key."""

    operator: bytes = field(repr=False)
    former: tuple[bytes, ...] = field(repr=False)
    index: bytes = field(repr=False)
    audit: bytes | None = field(default=None, repr=False)  # None: the command prints none


@dataclass(slots=True, kw_only=True)
class Keys:
    """The operator's key and the index key, 32 bytes each. Neither shows in `repr`.

    One thing changes in the life of a process: after a rotation, `operator` is the new key and `former` has the old.
    """

    operator: bytes = field(repr=False)  # wraps
    index: bytes = field(repr=False)
    former: tuple[bytes, ...] = field(default=(), repr=False)  # open what they have wrapped
    look_again: Callable[[], Secrets] | None = field(default=None, repr=False, compare=False)
    _learning: asyncio.Task[bool] | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if any(len(key) != KEY_SIZE for key in (self.operator, self.index, *self.former)):
            raise WrongKey(f"a key has {KEY_SIZE} bytes")

    @classmethod
    def passing(cls) -> Self:
        """Keys that are forgotten: for where nothing is kept, so that nothing has to be found again."""
        return cls(operator=os.urandom(KEY_SIZE), index=os.urandom(KEY_SIZE))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Read `operator.key` and `index.key` from a folder; both are made on the first call.

        A key file is created whole or not at all, readable by its owner only, and is never overwritten but by a
        rotation. When `index.key` is missing beside an `operator.key` that exists, `WrongKey` is raised: a new one
        would make every stored look-up miss without a word.

        A *new operator key beside an old database* cannot be seen from here; `okienko doctor` compares `key_id` with
        the ids stored in `person_key`, and a process that cannot open the brands' connections refuses to start.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        operator, index = folder / OPERATOR_FILE, folder / INDEX_FILE
        if operator.exists() and not index.exists():
            raise WrongKey(f"{INDEX_FILE} is missing beside {OPERATOR_FILE}: put it back from where the keys are kept")
        # The index key comes first, so that two processes which start at once never meet the case above.
        _create(index)
        _create(operator)
        return cls._of(lambda: read_folder(folder))

    @classmethod
    def ask(cls, command: Sequence[str], *, seconds: Callable[[], float] = time.monotonic) -> Self:
        """The keys that a command prints; `seconds` is a steady clock.

        Raises `WrongKey`, which says what was expected and nothing of what came.
        """
        kept, at = read_command(command), seconds()

        def ask_seldom() -> Secrets:
            nonlocal kept, at
            if seconds() - at > COMMAND_AGAIN:
                try:
                    kept = read_command(command)
                finally:
                    at = seconds()  # one that fails is not asked again at once either
            return kept

        return cls._of(ask_seldom)

    @classmethod
    def _of(cls, look: Callable[[], Secrets]) -> Self:
        kept = look()
        return cls(operator=kept.operator, former=kept.former, index=kept.index, look_again=look)

    @property
    def key_id(self) -> str:
        """16 hex digits that name the operator's key and say nothing about it; stored beside what it wrapped."""
        return name_key(self.operator)

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The names of all keys that open something, the one that wraps first."""
        return tuple(name_key(key) for key in (self.operator, *self.former))

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
        return self.wrap_any(person_key, bound)

    def wrap_any(self, content: bytes, bound: bytes) -> bytes:
        """The same for something of any length that is no key, such as what a vendor gave."""
        nonce = os.urandom(NONCE_SIZE)
        return nonce + AESGCM(self.operator).encrypt(nonce, content, b"person key\x1f" + bound)

    def unwrap(self, wrapped: bytes, bound: bytes) -> bytes:
        """What `wrap` or `wrap_any` sealed. Raises `WrongKey` for another operator's key, another person, or damage.

        What none of the keys opens may have been wrapped by a newer one: then they are read anew, and tried once more.
        """
        opened = self._try(wrapped, bound)
        if opened is None and self._learn():
            opened = self._try(wrapped, bound)
        if opened is None:
            raise WrongKey(_CLOSED) from None
        return opened

    async def unwrap_async(self, wrapped: bytes, bound: bytes) -> bytes:
        """As `unwrap`, for an event loop: where keys are read anew, by a command that may take half a minute, a thread
        waits for it. One at a time, however many ask and whoever of them gives up.
        """
        opened = self._try(wrapped, bound)
        if opened is None:
            if self._learning is None or self._learning.done():
                self._learning = asyncio.create_task(asyncio.to_thread(self._learn))
            await asyncio.shield(self._learning)
            opened = self._try(wrapped, bound)
        if opened is None:
            raise WrongKey(_CLOSED) from None
        return opened

    def _try(self, wrapped: bytes, bound: bytes) -> bytes | None:
        for key in (self.operator, *self.former):
            try:
                return AESGCM(key).decrypt(wrapped[:NONCE_SIZE], wrapped[NONCE_SIZE:], b"person key\x1f" + bound)
            except (InvalidTag, ValueError):
                continue
        return None

    def _learn(self) -> bool:
        """Reads the keys anew; whether there are others now. The index key of a process never changes."""
        if self.look_again is None:
            return False
        try:
            kept = self.look_again()
        except WrongKey:
            return False
        if (kept.operator, kept.former) == (self.operator, self.former) or kept.index != self.index:
            return False
        self.operator, self.former = kept.operator, kept.former
        return True


def name_key(operator: bytes) -> str:
    """The id of an operator's key."""
    return hashlib.sha256(b"okienko operator key id\x1f" + operator).hexdigest()[:16]


# kept in a folder ------------------------------------------------------------------------------------------------


def read_folder(folder: Path) -> Secrets:
    """The keys in a folder. The one that wraps is read first, so that one which was just replaced is among the others.

    Raises `WrongKey`.
    """
    operator = _read(folder / OPERATOR_FILE)
    former = [_read(path) for path in sorted(folder.glob(FORMER.format("*")))]
    return Secrets(
        operator=operator,
        former=tuple(key for key in dict.fromkeys(former) if key != operator),
        index=_read(folder / INDEX_FILE),
    )


def begin_rotation(folder: Path) -> str:
    """A new operator's key beside the old one, which keeps opening what it has wrapped; the new one's id.

    Goes on with a rotation that was begun and not finished. At every moment the folder holds both.
    """
    kept = read_folder(folder)
    if kept.former:
        return name_key(kept.operator)
    old = folder / FORMER.format(name_key(kept.operator))
    if not old.exists():  # else a rotation was stopped right here
        _link(folder / OPERATOR_FILE, old)
    draft = _draft(folder / OPERATOR_FILE)
    draft.replace(folder / OPERATOR_FILE)
    _sync(folder)
    return name_key(_read(folder / OPERATOR_FILE))


def end_rotation(folder: Path) -> list[Path]:
    """Former keys open nothing any more. They stay under another name, for backups that are older; which they are."""
    retired: list[Path] = []
    for path in sorted(folder.glob(FORMER.format("*"))):
        target = folder / RETIRED.format(name_key(_read(path)))
        path.replace(target)
        retired.append(target)
    _sync(folder)
    return retired


def find_retired(folder: Path) -> list[str]:
    """The ids of retired keys that are still in the folder."""
    return [name_key(_read(path)) for path in sorted(folder.glob(RETIRED.format("*")))]


def open_audit_key(folder: Path) -> bytes:
    """The secret key that signs the audit log's heads (Ed25519, 32 bytes), made on the first call like the others."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _create(folder / AUDIT_FILE)
    return _read(folder / AUDIT_FILE)


# kept elsewhere --------------------------------------------------------------------------------------------------


def read_command(command: Sequence[str]) -> Secrets:
    """The keys that a command prints as JSON, run without a shell. Nothing that it says is repeated anywhere.

    Raises `WrongKey`, never while another error is handled: that one would carry the command's words along.
    """
    printed, problem = _run(command)
    kept = None if problem else _parse(printed)
    if kept is None:
        raise WrongKey(f"OKIENKO_KEYS_COMMAND: {shlex.quote(command[0])} {problem or 'printed no keys; ' + EXPECTED}")
    return kept


def _run(command: Sequence[str]) -> tuple[bytes, str]:
    """What a command prints; or what went wrong, in words of ours."""
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own command
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_TAKES, check=False
        )
    except FileNotFoundError:
        return b"", "is not there: write the whole path of the program"
    except OSError:
        return b"", "cannot be run: see that it is a program which this user may run"
    except subprocess.TimeoutExpired:
        return b"", f"did not end within {COMMAND_TAKES:.0f} seconds: run it by hand and see what it waits for"
    if done.returncode != 0:
        return b"", f"ended with {done.returncode}: run it by hand, as this user, and see what it says"
    return done.stdout, ""


def _parse(printed: bytes) -> Secrets | None:
    """The keys in what a command printed; None when that is something else."""
    try:
        given: Any = orjson.loads(printed)
        match given:
            case {"operator": str(one), "index": str(index)}:
                several = [one]
            case {"operator": [_, *_], "index": str(index)}:
                several = cast("list[str]", given["operator"])
            case _:
                return None
        operator, *former = dict.fromkeys(bytes.fromhex(key) for key in several)
        audit = given.get("audit")
        kept = Secrets(
            operator=operator,
            former=tuple(former),
            index=bytes.fromhex(index),
            audit=None if audit is None else bytes.fromhex(audit),
        )
    except (TypeError, ValueError):
        return None
    known = (kept.operator, *kept.former, kept.index, *(() if kept.audit is None else (kept.audit,)))
    return kept if all(len(key) == KEY_SIZE for key in known) else None


# files -----------------------------------------------------------------------------------------------------------


def _read(path: Path) -> bytes:
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        raise WrongKey(f"{path.name} is missing: put it back from where the keys are kept") from None
    if len(key) != KEY_SIZE:
        raise WrongKey(f"{path.name} has {len(key)} bytes instead of {KEY_SIZE}")
    return key


def _create(path: Path) -> None:
    """A new random key when there is no file. The first of several creators wins."""
    if path.exists():
        return
    draft = _draft(path)
    try:
        _link(draft, path)
    finally:
        draft.unlink()


def _draft(path: Path) -> Path:
    """A new key in a file beside `path`, whole and on the disk."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_SIZE))
        file.flush()
        os.fsync(file.fileno())
    return draft


def _link(there: Path, path: Path) -> None:
    """Give a finished file another name unless the name is taken; a rename would overwrite."""
    try:
        path.hardlink_to(there)
    except FileExistsError:
        return
    _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
