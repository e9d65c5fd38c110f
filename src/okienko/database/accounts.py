"""As whom PostgreSQL runs: as we do, except that it refuses to be root."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

LAUNCH: Final = Path(__file__).with_name("launch.py")
REFUSED: Final = (
    "PostgreSQL does not run as root, and this system lets root neither make a user namespace nor become another user: "
    "start okienko as an ordinary user, or set OKIENKO_DATABASE_URL"
)


class NoAccount(Exception):
    """PostgreSQL cannot run as anybody here. The message says what to do."""


def command(account: str, program: Path, arguments: Sequence[str]) -> list[str]:
    """The command line that runs `program` as `account` (in the words of `launch.py`) and ends it with this thread."""
    return [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), account, str(program), *arguments]


def choose(postgres: Path) -> str:
    """The account to run `postgres` as, found by trying (about 30 ms when we are root, else nothing).

    Raises `NoAccount` when none will do.
    """
    here = os.geteuid()
    known = {entry.pw_uid: entry for entry in pwd.getpwall()}
    if here != 0 and here in known:
        return "same"
    other = next((entry for entry in known.values() if entry.pw_name == "nobody"), None)
    if other is None:
        raise NoAccount("PostgreSQL needs an account with a name: add this user, or `nobody`, to /etc/passwd")
    for account in (f"namespace:{other.pw_uid}", f"user:{other.pw_uid}:{other.pw_gid}"):
        tried = subprocess.run(  # noqa: S603 — our own programs
            command(account, postgres, ["--version"]), check=False, capture_output=True, cwd="/"
        )
        if tried.returncode == 0:
            return account
    raise NoAccount(REFUSED)


def own(tree: Path, account: str) -> None:
    """Gives a file or a tree to the account that the server runs as. Only root has something to give."""
    if os.geteuid() != 0:
        return
    uid, gid = (int(number) for number in account.split(":")[1:]) if account.startswith("user:") else (0, 0)
    if tree.stat().st_uid == uid:
        return
    for path in (tree, *tree.rglob("*")):
        os.chown(path, uid, gid, follow_symlinks=False)
