"""Becomes a program that dies with its parent and is not root.

A script, run by itself in a fresh interpreter (`python -I -S launch.py PARENT ACCOUNT PROGRAM ARGUMENTS…`): what it
does must happen in the child's own process, single-threaded, before the program starts. Standard library alone.

PARENT is the process id of the caller. ACCOUNT is one of:
  same                run as the caller;
  namespace:UID       run in a user namespace in which the caller's account is called UID. PostgreSQL refuses to be
                      root; so it is told another number, while every file stays the caller's;
  user:UID:GID        become another user of the system (needs root).
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1


def become(account: str) -> None:
    """Changes the account of this process. Raises OSError when the system does not let it."""
    kind, *numbers = account.split(":")
    if kind == "namespace":
        uid, gid = os.geteuid(), os.getegid()
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWUSER) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{numbers[0]} {gid} 1", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{numbers[0]} {uid} 1", encoding="ascii")
    elif kind == "user":
        os.setgroups([])
        os.setgid(int(numbers[1]))
        os.setuid(int(numbers[0]))


def main() -> None:
    """See the module's words."""
    parent, account, program, *arguments = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what passed through memory
    become(account)
    # After the change of account, which clears it. A fast shutdown: sessions end, what was committed stays.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != int(parent):  # it died before the line above
        sys.exit(1)
    os.execv(program, [program, *arguments])  # noqa: S606 — no shell is wanted


if __name__ == "__main__":
    main()
