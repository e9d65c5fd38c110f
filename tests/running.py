"""Commands of okienko as processes, for tests of the whole."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from okienko.bench.bench import find_port, wait_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A running demo."""

    address: str
    link: str
    data: Path


@contextmanager
def run_command(folder: Path, *words: str, says: str, **environ: str) -> Generator[str]:
    """Runs a command until the block ends; yields what it said that matches `says`."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("OKIENKO_")}
    note = folder / f"{words[0]} said"
    with note.open("w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "okienko", *words], stdout=said, stderr=said, env={**own, **environ}
        )
        try:
            yield wait_for(lambda: re.search(says, note.read_text()), 60).group()
        finally:
            process.terminate()
            process.wait(15)


@contextmanager
def run_demo(folder: Path, **environ: str) -> Generator[Demo]:
    """The demo in a folder, on a port of its own."""
    port, data = find_port(), folder / "data"
    words = ["demo", "--no-browser", "--port", str(port), "--data", str(data)]
    with run_command(folder, *words, says=r"http://\S+/desk/welcome/\S+", **environ) as link:
        yield Demo(address=f"http://localhost:{port}", link=link, data=data)


def find_two_ports() -> int:
    """A port that is free now, and so is the one after it."""
    while True:
        port = find_port()
        with suppress(OSError), socket.create_server(("127.0.0.1", port + 1)):
            return port
