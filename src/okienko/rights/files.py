"""The ledger of erasures outside the database: a file that restoring a backup does not touch.

One line of JSON an erasure: brand, id, the person's id, which belongs to nobody any more, and when. It is written
before the erasure's commit: one that was not committed is done again when the ledger is replayed, and one that was is
never missing.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Generator
from contextlib import contextmanager
from datetime import datetime
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from okienko.rights.store.people import Erasure
from okienko.values import BrandId, OperatorError, PersonId


class BadLedger(OperatorError):
    """The file is not what was written. Says which line; what to do is in docs/rights.md."""


def append(path: Path, brand: BrandId, erasures: Collection[Erasure]) -> None:
    """Adds lines, which are on the disk when this returns. Makes the file, for its owner alone."""
    if not erasures:
        return
    lines = b"".join(
        orjson.dumps({"brand": brand, "id": one.id, "person": one.person, "at": one.at}) + b"\n" for one in erasures
    )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(path) as handle:
        written = os.pread(handle, os.fstat(handle).st_size, 0)
        os.ftruncate(handle, written.rfind(b"\n") + 1)  # a line that a crash cut off was not committed
        os.write(handle, lines)
        os.fsync(handle)


def read(path: Path) -> dict[BrandId, list[Erasure]]:
    """All erasures by brand, in order. A last line that was cut off is left out: its erasure was not committed.

    Raises `BadLedger` for any other line that cannot be read: then nobody knows who is missing.
    """
    if not path.exists():
        return {}
    found: dict[BrandId, list[Erasure]] = {}
    lines = path.read_bytes().splitlines()
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        erasure = _parse(line)
        if erasure is None:
            if number == len(lines):
                break
            raise BadLedger(f"line {number} of the ledger of erasures, {path}, cannot be read")
        found.setdefault(erasure[0], []).append(erasure[1])
    return found


@contextmanager
def _locked(path: Path) -> Generator[int]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        flock(handle, LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _parse(line: bytes) -> tuple[BrandId, Erasure] | None:
    try:
        said: Any = orjson.loads(line)
        return BrandId(UUID(said["brand"])), Erasure(
            id=UUID(said["id"]), person=PersonId(UUID(said["person"])), at=datetime.fromisoformat(said["at"])
        )
    except (KeyError, TypeError, ValueError):
        return None
