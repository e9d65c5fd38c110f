"""The hostile model server as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def run_hostile() -> Generator[str]:
    """Its address, without a behaviour: `http://127.0.0.1:PORT`. It ends with the block."""
    command = [sys.executable, "-m", "okienko.evaluation.adversarial.hostile"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own module
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()
