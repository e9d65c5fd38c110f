"""File locks that say who lives. The kernel drops a lock with the last process that holds it, however that ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Final

POLL_SECONDS: Final = 0.005
# A server ends by itself with its supervisor; these are for one that does not. Seconds of patience before each.
PRESSURE: Final = ((0.5, signal.SIGINT), (10.0, signal.SIGQUIT), (20.0, signal.SIGKILL))
GIVE_UP_SECONDS: Final = 40.0


class StillHeld(Exception):
    """Processes hold a lock and do not end."""


def take(path: Path) -> int | None:
    """Takes the lock and returns its file descriptor, which is not inherited; None when somebody else has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def take_from_leftovers(path: Path) -> int:
    """Takes the lock when the processes that inherited it have ended, and ends those that will not.

    Raises `StillHeld` when even SIGKILL does not help.
    """
    began = time.monotonic()
    pressure = list(PRESSURE)
    while (descriptor := take(path)) is None:
        waited = time.monotonic() - began
        if pressure and waited > pressure[0][0]:
            _, number = pressure.pop(0)
            for process in holders(path):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, number)
        if waited > GIVE_UP_SECONDS:
            raise StillHeld(f"processes of an earlier server do not end; they hold {path}")
        time.sleep(POLL_SECONDS)
    return descriptor


def holders(path: Path) -> list[int]:
    """The processes that have this very file open, this one left out."""
    if not Path("/proc/self/fd").exists():
        listed = subprocess.run(["lsof", "-t", path], check=False, capture_output=True, text=True).stdout  # noqa: S603, S607 — macOS
        return [process for process in map(int, listed.split()) if process != os.getpid()]
    wanted = path.stat()
    found: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        if int(process.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):  # ended meanwhile, or somebody else's
            if any(os.path.samestat(wanted, descriptor.stat()) for descriptor in (process / "fd").iterdir()):
                found.append(int(process.name))
    return found
