"""Becomes a program that dies with its parent and is not root.

A script, run by itself in a fresh interpreter (`python -I -S launch.py PARENT ACCOUNT PROGRAM ARGUMENTS…`): what it
does must happen in the child's own process, single-threaded, before the program starts. Standard library alone.

PARENT is the process id of the caller. ACCOUNT is one of:
  same           run as the caller;
  namespace:UID  run in a user namespace in which the caller's account is called UID. PostgreSQL refuses to be root; so
                 it is told another number, while every file stays the caller's;
  user:UID:GID   become this user, and keep one right of root's: to pass folders that only root may enter. For
                 containers that let root do that but make no namespaces. The data must belong to this user.
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
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


def enter_namespace(uid: str) -> None:
    """Calls this account `uid` from now on. Raises OSError where the kernel or a container forbids it."""
    outside, group = os.geteuid(), os.getegid()
    _call("unshare", CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{uid} {group} 1", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{uid} {outside} 1", encoding="ascii")


def become_user(uid: int, gid: int) -> None:
    """Changes to another user of the system, who may still pass any folder. Raises OSError unless root."""
    _call("prctl", PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    bit = 1 << CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)  # effective, permitted, inheritable; low and high words
    _call("capset", header, sets)
    _call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)  # survives the next exec


def _call(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc[name](*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def main() -> None:
    """See the module's words."""
    parent, account, program, *arguments = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what passed through memory
    kind, *numbers = account.split(":")
    if kind == "namespace":
        enter_namespace(numbers[0])
    elif kind == "user":
        become_user(int(numbers[0]), int(numbers[1]))
    if sys.platform == "linux":  # after the change of account, which clears it
        _call("prctl", PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0)  # a fast shutdown: what was committed stays
    if os.getppid() != int(parent):  # it died before the line above
        sys.exit(1)
    os.execv(program, [program, *arguments])  # noqa: S606 — no shell is wanted


if __name__ == "__main__":
    main()
