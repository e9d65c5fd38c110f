"""What the embedded server keeps between starts, in files that only its owner may read."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, final

from okienko.values import OperatorError

LONGEST_SOCKET_FOLDER: Final = 107 - len("/.s.PGSQL.5432")  # bytes; the kernel's limit for a socket's path
TEMPORARY: Final = "okienko-"


class NoServer(OperatorError):
    """The embedded database cannot be started. The message says why and what to do."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What `server.json` keeps between starts."""

    socket: str
    prepared: bool
    superuser: str = field(repr=False)
    owner: str = field(repr=False)
    app: str = field(repr=False)


def make_private(folder: Path) -> None:
    """Makes a folder that nobody else may enter. One that exists is left as it is."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise NoServer(f"{folder} cannot be written: give it to this user or choose another with --data")


def write_private(path: Path, text: str) -> None:
    """Replaces a file at once; only its owner may read it."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600, exist_ok=False)
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)


def write_state(folder: Path, state: State) -> None:
    """Replaces `server.json`."""
    write_private(folder / "server.json", json.dumps(asdict(state), indent=1))


def read_state(folder: Path) -> State | None:
    """What `server.json` says; None when it is missing or damaged."""
    try:
        return State(**json.loads((folder / "server.json").read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def choose_socket_folder(folder: Path, before: str) -> Path:
    """A private folder with a path short enough: beside the data, or the last start's, or a new temporary one."""
    beside = folder / "socket"
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER:
        make_private(beside)
        return beside
    if before and _is_private(Path(before)):
        return Path(before)
    for place in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 — mkdtemp makes it private
        made = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=place))
        if len(os.fsencode(made)) <= LONGEST_SOCKET_FOLDER:
            return made
        made.rmdir()
    raise NoServer("no folder with a path short enough for a socket: set TMPDIR to a short one")


def _is_private(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == 0o700 and status.st_uid == os.geteuid()


def remove_temporary_socket(folder: Path) -> None:
    """Removes the socket folder if it is one of the temporary ones."""
    state = read_state(folder)
    if state is not None and Path(state.socket).name.startswith(TEMPORARY):
        shutil.rmtree(state.socket, ignore_errors=True)
